"""Checking prefix lists with numpy: ten million prefixes in seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sci_cli.bulk.aggregating import fewest
from sci_cli.bulk.cells import Cells
from sci_cli.bulk.indexing import shelf_of_table
from sci_cli.bulk.lines import behind_lines, empty_columns, read_lines, read_odd, split_lines
from sci_cli.bulk.names import NameTable
from sci_cli.bulk.sources import Intake, Source, chunks
from sci_cli.bulk.stream import rows_of
from sci_cli.bulk.sweep import survey_sorted
from sci_cli.bulk.table import Filling, Sorted, sorted_four, sorted_six
from sci_cli.bulk.vectors import Piece, Reader
from sci_cli.domain.capacity import Aggregation
from sci_cli.domain.collisions import Collision, CollisionReport, Entry, collisions_of, report_of
from sci_cli.domain.prefix_index import Index
from sci_cli.domain.prefixes import BITS, Prefix


@dataclass(frozen=True, slots=True)
class FastTable:
    """The acceptable lines of all lists, sorted, and what was noticed while they were read."""

    tables: dict[int, Sorted]
    names: list[str]
    intake: Intake

    def report(self, limit: int) -> CollisionReport:
        """What collides among them."""
        cells = Cells(len(self.names))
        surveys = {version: survey_sorted(self.tables[version], limit, cells) for version in BITS}
        return report_of(self.names, surveys, cells.counts(self.names), self.intake.origin_of, limit)

    def default_routes(self) -> Iterator[tuple[str, Entry]]:
        """The default routes among them, each of a VPN once, by version and VPN; they are the first rows."""
        for version, table in self.tables.items():
            for row in range(len(table.lengths)):
                if table.starts[row] or table.lengths[row]:
                    break
                origin = self.intake.origin_of(int(table.places[row]))
                yield self.names[int(table.vpns[row])], Entry(Prefix(version, 0, 0), origin)

    def aggregated(self) -> dict[str, Aggregation]:
        """For each VPN the fewest prefixes that hold the same addresses."""
        before = np.zeros(len(self.names), dtype=np.int64)
        for table in self.tables.values():
            before += np.bincount(table.vpns, minlength=len(self.names))
        four, six = (fewest(self.tables[version]) for version in BITS)
        return {
            name: Aggregation(int(before[vpn]), (*four.get(vpn, ()), *six.get(vpn, ())))
            for vpn, name in enumerate(self.names)
        }

    def collisions(self) -> Iterator[Collision]:
        """Every collision, in the order of `every_collision`."""
        for version in BITS:
            yield from collisions_of(rows_of(self.tables[version]), self.names, self.intake.origin_of)

    def index(self) -> Index:
        """Them, ready to be asked about further prefixes."""
        shelves = {version: shelf_of_table(self.tables[version]) for version in BITS}
        return Index(tuple(self.names), shelves, self.intake.origin_of)


def read_fast(
    sources: Sequence[Source], *, most_rejected: int, progress: Callable[[int], None] | None = None
) -> FastTable:
    """Reads every line of the lists and sorts what is acceptable.

    Args:
        sources: the lists.
        most_rejected: how many rejected lines are kept.
        progress: called with the number of bytes of each piece that is done.

    Raises:
        InvalidFile: a list as a whole cannot be read.
        FileNotThere: there is no such file.
        StoreUnavailable: a file cannot be read.
    """
    return sorted_lists(read_lists(sources, most_rejected=most_rejected, progress=progress))


def read_lists(
    sources: Sequence[Source], *, most_rejected: int, progress: Callable[[int], None] | None = None
) -> Filling:
    """The reading of `read_fast`, not sorted yet."""
    filling = Filling(Intake(most_rejected))
    names = NameTable(filling.intake)
    for source in sources:
        _read_list(source, filling, names, progress)
    return filling


def sorted_lists(filling: Filling) -> FastTable:
    """Sorts what was read; its columns are given away."""
    names, ranks = filling.intake.ranks()
    kinds = np.array(ranks, dtype=np.uint16 if len(ranks) <= 1 << 16 else np.uint32)
    tables = {4: sorted_four(filling, kinds), 6: sorted_six(filling, kinds)}
    return FastTable(tables, names, filling.intake)


def _read_list(
    source: Source, filling: Filling, names: NameTable, progress: Callable[[int], None] | None
) -> None:
    intake = filling.intake
    intake.begin(source)
    reader = Reader(source.columns, names)
    before = source.first
    for chunk in chunks(source):
        size = len(chunk)
        if before:
            filling.make_room(before)
            intake.lines += before
            chunk, before = behind_lines(chunk, before), 0
        piece = reader.read(chunk) if chunk else None
        if piece is not None:
            _add(piece, chunk, source, filling)
        elif chunk:
            _read_singly(split_lines(chunk), source, filling)
        if progress is not None:
            progress(size)


def _add(piece: Piece, chunk: bytes, source: Source, filling: Filling) -> None:
    """Takes in a piece, and what its reader makes of the lines that were left of it."""
    intake = filling.intake
    filling.add(piece, None if source.columns else intake.vpn_number(source.vpn))
    columns = empty_columns()
    odd = [(intake.lines + line, chunk[begin:end]) for line, begin, end in piece.left]
    read_odd(odd, source, intake, columns)
    filling.add_columns(columns)
    intake.lines += piece.count


def _read_singly(lines: list[str], source: Source, filling: Filling) -> None:
    """Reads lines one by one."""
    columns = empty_columns()
    filling.make_room(len(lines))
    read_lines(lines, source, filling.intake, columns)
    filling.add_columns(columns)
