"""How far the reading of a file is, told while it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias, TypeVar

STEP = 8192  # lines or rows between two reports; shorter files are read without any

Progress: TypeAlias = "Callable[[int, int], None]"
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Told:
    """Whom to tell about one file, in bytes of it.

    Args:
        progress: is called with the bytes done and the bytes there are; None tells nobody.
        total: the bytes of the file.
    """

    progress: Progress | None = None
    total: int = 0

    def at(self, share: float) -> None:
        """Tells that this share of the file is done, from 0 to 1."""
        if self.progress is not None:
            self.progress(round(self.total * min(max(share, 0.0), 1.0)), self.total)

    def over(self, items: Sequence[Item], since: float = 0.0, until: float = 1.0) -> Iterable[Item]:
        """The items, each as good a measure as any other of the way between two shares of the file."""
        return self.along(items, len(items), since, until)

    def along(
        self, items: Iterable[Item], count: int, since: float = 0.0, until: float = 1.0
    ) -> Iterable[Item]:
        """As `over`, for items of which it is only said how many there are."""
        if self.progress is None or count <= STEP:
            return items
        return self._along(iter(items), count, since, until)

    def _along(self, items: Iterator[Item], count: int, since: float, until: float) -> Iterator[Item]:
        done = 0
        while block := list(islice(items, STEP)):
            yield from block
            done += len(block)
            self.at(since + (until - since) * min(done / count, 1.0))


NOBODY = Told()
