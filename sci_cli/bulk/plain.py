"""Checking prefix lists with the standard library alone: the fastest way up to some 50,000 prefixes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sci_cli.bulk.lines import Columns, behind_lines, empty_columns, read_lines, split_lines
from sci_cli.bulk.sources import Intake, Source, chunks
from sci_cli.domain.capacity import Aggregation, aggregation
from sci_cli.domain.collisions import (
    Collision,
    CollisionReport,
    Entry,
    collisions_of,
    matrix_of,
    report_of,
)
from sci_cli.domain.laminar import PLACE_BITS, VPN_BITS, sorted_rows, survey
from sci_cli.domain.prefix_index import Index, shelf_of
from sci_cli.domain.prefixes import BITS, Prefix


@dataclass(frozen=True, slots=True)
class PlainTable:
    """The acceptable lines of all lists, and what was noticed while they were read."""

    columns: dict[int, Columns]
    intake: Intake

    def report(self, limit: int) -> CollisionReport:
        """What collides among them."""
        names, ranks = self.intake.ranks()
        surveys = {
            version: survey(self._numbers(version, ranks), BITS[version], len(names), limit)
            for version in BITS
        }
        return report_of(names, surveys, matrix_of(names, surveys), self.intake.origin_of, limit)

    def default_routes(self) -> Iterator[tuple[str, Entry]]:
        """The default routes among them, each of a VPN once, by version and VPN."""
        names = list(self.intake.vpns)
        for version, columns in self.columns.items():
            first: dict[str, int] = {}
            for prefix, vpn, place in zip(columns.prefixes, columns.vpns, columns.places, strict=True):
                if not prefix:
                    first[names[vpn]] = min(place, first.get(names[vpn], place))
            for name in sorted(first):
                yield name, Entry(Prefix(version, 0, 0), self.intake.origin_of(first[name]))

    def aggregated(self) -> dict[str, Aggregation]:
        """For each VPN the fewest prefixes that hold the same addresses."""
        names = list(self.intake.vpns)
        held: dict[str, list[Prefix]] = {name: [] for name in sorted(names)}
        for version, columns in self.columns.items():
            for prefix, vpn in zip(columns.prefixes, columns.vpns, strict=True):
                held[names[vpn]].append(Prefix(version, prefix >> 8, prefix & 255))
        return {name: aggregation(prefixes) for name, prefixes in held.items()}

    def collisions(self) -> Iterator[Collision]:
        """Every collision, in the order of `every_collision`."""
        names, ranks = self.intake.ranks()
        for version, bits in BITS.items():
            rows, _ = sorted_rows(self._numbers(version, ranks), bits, len(names))
            yield from collisions_of(rows, names, self.intake.origin_of)

    def index(self) -> Index:
        """Them, ready to be asked about further prefixes."""
        names, ranks = self.intake.ranks()
        shelves = {
            version: shelf_of(sorted_rows(self._numbers(version, ranks), bits, len(names))[0], len(names))
            for version, bits in BITS.items()
        }
        return Index(tuple(names), shelves, self.intake.origin_of)

    def _numbers(self, version: int, ranks: list[int]) -> list[int]:
        columns = self.columns[version]
        return [
            (prefix << VPN_BITS | ranks[vpn]) << PLACE_BITS | place
            for prefix, vpn, place in zip(columns.prefixes, columns.vpns, columns.places, strict=True)
        ]


def read_plain(
    sources: Sequence[Source], *, most_rejected: int, progress: Callable[[int], None] | None = None
) -> PlainTable:
    """Reads every line of the lists.

    Args:
        sources: the lists.
        most_rejected: how many rejected lines are kept.
        progress: called with the number of bytes of each piece that is done.

    Raises:
        InvalidFile: a list as a whole cannot be read.
        FileNotThere: there is no such file.
        StoreUnavailable: a file cannot be read.
    """
    intake = Intake(most_rejected)
    columns = empty_columns()
    for source in sources:
        intake.begin(source)
        before = source.first
        for chunk in chunks(source):
            size = len(chunk)
            if before:
                intake.lines += before
                chunk, before = behind_lines(chunk, before), 0
            if chunk:
                read_lines(split_lines(chunk), source, intake, columns)
            if progress is not None:
                progress(size)
    return PlainTable(columns, intake)
