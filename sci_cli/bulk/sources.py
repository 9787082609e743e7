"""What is checked, in pieces of whole lines, and what became of each line."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sci_cli.domain.collisions import Origin
from sci_cli.domain.prefixes import Prefix
from sci_cli.errors import FileNotThere, StoreUnavailable
from sci_cli.safety.os_words import os_words
from sci_cli.safety.text import quoted

CHUNK = 1 << 19  # bytes; the temporary columns of one piece then stay in the cache of a processor
_HELD_OF_A_LINE = 1 << 16  # bytes; far more than any line that is accepted
_MARK = b"\xef\xbb\xbf"


class OddRow(Protocol):
    """A prefix of a line that is not of the usual form: the number of the line, VPN or None, prefix."""

    @property
    def line(self) -> int: ...
    @property
    def vpn(self) -> str | None: ...
    @property
    def prefix(self) -> Prefix: ...


class OddLine(Protocol):
    """A line that is not acceptable: its number, what stands there, why, and what may be meant."""

    @property
    def line(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def correction(self) -> str: ...


class OddLines(Protocol):
    """What a reader made of lines that are not of the usual form."""

    @property
    def rows(self) -> Sequence[OddRow]: ...
    @property
    def rejected(self) -> Sequence[OddLine]: ...


@dataclass(frozen=True, slots=True)
class Source:
    """A prefix list.

    A usual line holds one prefix that is no special range, with the VPN before or behind a comma where there
    is a column for it, and nothing else.

    Args:
        name: the file as the user named it, for messages and origins.
        vpn: the VPN of lines that name none.
        data: the bytes, or the file they are in.
        read_odd: reads all lines of other forms; it gets lines without their ends and counts them from 1.
        columns: `vpn` and `prefix` in the order of the columns; empty for a list.
        first: how many lines stand before those with prefixes.
    """

    name: str
    vpn: str
    data: bytes | bytearray | memoryview | Path
    read_odd: Callable[[Sequence[bytes]], OddLines]
    columns: tuple[str, ...] = ()
    first: int = 0


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that is not acceptable.

    Args:
        source: the list it stands in.
        line: its number, counted from 1.
        text: the line, at most 200 characters of it.
        reason: what is wrong, in whole sentences.
        correction: one prefix that may be meant, or ''.
    """

    source: str
    line: int
    text: str
    reason: str
    correction: str


@dataclass(slots=True)
class Intake:
    """Names, line numbers and rejected lines of all lists together, while they are read.

    A line has a place: its number among the lines of all lists, counted from 0.
    """

    most_rejected: int
    vpns: dict[str, int] = field(default_factory=dict)
    folded: dict[str, int] = field(default_factory=dict)
    sources: list[str] = field(default_factory=list)
    first_places: list[int] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    rejected_of: dict[str, int] = field(default_factory=dict)
    lines: int = 0

    def begin(self, source: Source) -> None:
        """The lines that follow are those of this list, but for those before the prefixes."""
        self.sources.append(source.name)
        self.first_places.append(self.lines)
        if not source.columns:
            self.vpn_number(source.vpn)

    def vpn_number(self, name: str) -> int:
        """The number of a VPN in the order in which they appear; letter case makes no other VPN."""
        number = self.folded.setdefault(name.casefold(), len(self.vpns))
        if number == len(self.vpns):
            self.vpns[name] = number
        return number

    def origin_of(self, place: int) -> Origin:
        """The list and the line of a place."""
        at = bisect_right(self.first_places, place) - 1
        return Origin(self.sources[at], place - self.first_places[at] + 1)

    def reject(self, place: int, text: str, reason: str, correction: str) -> None:
        """Counts a line that is not acceptable, and keeps it if there is room."""
        origin = self.origin_of(place)
        self.rejected_of[origin.source] = self.rejected_of.get(origin.source, 0) + 1
        if len(self.rejected) < self.most_rejected:
            self.rejected.append(Rejected(origin.source, origin.line, text, reason, correction))

    def ranks(self) -> tuple[list[str], list[int]]:
        """The names sorted, and for each VPN by number its place among them."""
        names = sorted(self.vpns)
        ranks = [0] * len(names)
        for rank, name in enumerate(names):
            ranks[self.vpns[name]] = rank
        return names, ranks


def size_of(source: Source) -> int:
    """How many bytes it has.

    Raises:
        FileNotThere: there is no such file.
        StoreUnavailable: the system does not let it be looked at.
    """
    if not isinstance(source.data, Path):
        return len(source.data)
    try:
        return source.data.stat().st_size
    except OSError as error:
        raise _unreadable(source, error) from error


def chunks(source: Source, size: int = CHUNK) -> Iterator[bytes]:
    """The list in pieces of about that size, each of whole lines; a mark at its start is dropped.

    Raises:
        FileNotThere: there is no such file.
        StoreUnavailable: it cannot be read.
    """
    held = b""
    first = True
    for block in _blocks(source, size):
        if first:
            first = False
            block = block.removeprefix(_MARK)
        # A CR at the very end may be half of a CR LF.
        cut = block.rfind(b"\n") + 1 or block.rfind(b"\r", 0, len(block) - 1) + 1
        if not cut:
            held = (held + block)[:_HELD_OF_A_LINE]
            continue
        yield held + block[:cut]
        held = block[cut:]
    if held:
        yield held


def _blocks(source: Source, size: int) -> Iterator[bytes]:
    if not isinstance(source.data, Path):
        view = memoryview(source.data)
        for start in range(0, len(view), size):
            yield bytes(view[start : start + size])
        return
    try:
        with source.data.open("rb") as file:
            while block := file.read(size):
                yield block
    except OSError as error:
        raise _unreadable(source, error) from error


def _unreadable(source: Source, error: OSError) -> FileNotThere | StoreUnavailable:
    if isinstance(error, FileNotFoundError):
        return FileNotThere(f"{quoted(source.name)} is not there: no such file.", fix="Check the path.")
    return StoreUnavailable(
        f"{quoted(source.name)} could not be read: {os_words(error)}.", fix="Check that you may read it."
    )
