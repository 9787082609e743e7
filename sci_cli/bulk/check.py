"""Prefix lists of any size, from their bytes to what collides, with or without numpy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from sci_cli.bulk.plain import read_plain
from sci_cli.bulk.sources import Intake, Rejected, Source, chunks, size_of
from sci_cli.domain.capacity import Aggregation
from sci_cli.domain.collisions import DEFAULT_LIMIT, Collision, CollisionReport, Entry
from sci_cli.domain.prefix_index import Index

FEW_LINES = 50_000  # below, importing numpy takes longer than it saves
_FEW_BYTES = 4_000_000  # files up to this size are held to count their lines
MOST_REJECTED = 100_000
WITHOUT_NUMPY = (
    "numpy is not installed, so these lists were checked with the standard library alone: the same result, "
    "but slower. Install the extra 'fast' for large lists."
)


class Table(Protocol):
    """What the engines return: the acceptable lines, ready to be asked."""

    @property
    def intake(self) -> Intake:
        """The rejected lines."""

    def report(self, limit: int) -> CollisionReport:
        """What collides."""

    def default_routes(self) -> Iterator[tuple[str, Entry]]:
        """The default routes among them, each of a VPN once, by version and VPN."""

    def aggregated(self) -> dict[str, Aggregation]:
        """For each VPN the fewest prefixes that hold the same addresses."""

    def collisions(self) -> Iterator[Collision]:
        """Every collision."""

    def index(self) -> Index:
        """Them, ready to be asked about further prefixes."""


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of the lists.

    Args:
        report: what collides among the acceptable lines.
        rejected: the first lines that are not acceptable, in the order of the lists.
        rejected_of: how many there are in each list that has any.
        default_routes: the default routes among the acceptable lines, by VPN.
        note: a sentence about how it was done, or ''.
    """

    report: CollisionReport
    rejected: tuple[Rejected, ...]
    rejected_of: Mapping[str, int]
    default_routes: tuple[tuple[str, Entry], ...]
    note: str
    _table: Table = field(repr=False, compare=False)

    def collisions(self) -> Iterator[Collision]:
        """Every collision in the order of `every_collision`, one after the other, without reading again."""
        return self._table.collisions()

    def aggregated(self) -> dict[str, Aggregation]:
        """For each VPN the fewest prefixes that hold the same addresses, without reading again."""
        return self._table.aggregated()

    def index(self) -> Index:
        """The acceptable prefixes, ready to be asked about further ones without reading or sorting again."""
        return self._table.index()


def check(
    sources: Sequence[Source],
    *,
    limit: int = DEFAULT_LIMIT,
    most_rejected: int = MOST_REJECTED,
    progress: Callable[[int, int], None] | None = None,
) -> BulkResult:
    """Reads prefix lists and reports what collides across their VPNs.

    A line that is not acceptable is reported and takes no part; the caller decides what that means. What an
    odd line is to its reader is said at `Source`.

    Args:
        sources: the lists, UTF-8.
        limit: the most collisions and the most swallowing prefixes named.
        most_rejected: the most rejected lines named.
        progress: called after each piece with the bytes done and the bytes there are.

    Raises:
        InvalidFile: a list as a whole cannot be read.
        FileNotThere: there is no such file.
        StoreUnavailable: a file cannot be read.
    """
    total = sum(size_of(source) for source in sources)
    sources, many = _held(sources, total)
    fast = many and find_spec("numpy") is not None
    advance = _counting(progress, total)
    table: Table
    if fast:
        from sci_cli.bulk.fast import read_fast

        table = read_fast(sources, most_rejected=most_rejected, progress=advance)
    else:
        table = read_plain(sources, most_rejected=most_rejected, progress=advance)
    note = WITHOUT_NUMPY if many and not fast else ""
    return result_of(table, limit, note)


def result_of(table: Table, limit: int, note: str = "") -> BulkResult:
    """The result of lists that were read."""
    intake = table.intake
    routes = tuple(table.default_routes())
    return BulkResult(table.report(limit), tuple(intake.rejected), intake.rejected_of, routes, note, table)


def _counting(progress: Callable[[int, int], None] | None, total: int) -> Callable[[int], None] | None:
    """Turns the size of each piece into the bytes done so far."""
    if progress is None:
        return None
    done = 0

    def advance(size: int) -> None:
        nonlocal done
        done += size
        progress(min(done, total), total)

    return advance


def _held(sources: Sequence[Source], total: int) -> tuple[Sequence[Source], bool]:
    """The lists, small files held in memory, and whether they have many lines."""
    if total > _FEW_BYTES:
        return sources, True
    held = [
        replace(source, data=b"".join(chunks(source))) if isinstance(source.data, Path) else source
        for source in sources
    ]
    lines = sum(bytes(each.data).count(b"\n") for each in held if not isinstance(each.data, Path))
    return held, lines >= FEW_LINES
