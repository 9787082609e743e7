"""The survey of `domain.laminar` over sorted columns: the same counts, taken for many rows together.

Sorted, the rows that a prefix contains or equals follow it at once. So a block of rows is compared with the
rows one behind, then two behind and so on, until none of them reaches any further: each step is a few plain
passes over columns that fit a processor's cache. The few prefixes that reach over more than `SWALLOWS_FROM`
rows are left to `wide`; only these can be swallowers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sci_cli.bulk.addresses import U8, Positions, Truths
from sci_cli.bulk.cells import Cells
from sci_cli.bulk.involved import window
from sci_cli.bulk.table import Sorted, blocks
from sci_cli.bulk.wide import Marks, Wide, survey_wide
from sci_cli.domain.laminar import SWALLOWS_FROM, Row, Survey


def survey_sorted(table: Sorted, limit: int, cells: Cells) -> Survey:
    """Surveys sorted rows.

    Args:
        table: the rows.
        limit: the most pairs and the most swallowers listed.
        cells: takes the pairs of each two VPNs; the matrix of the survey stays empty.
    """
    vpn_count, count = len(table.duplicates), len(table.starts)
    found = Survey([], table.duplicates, [])
    marks = Marks(np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.bool_))
    near = _Near(table, marks, survey_wide(table, marks, found, limit, cells), cells)
    distinct: Positions = np.zeros(vpn_count, dtype=np.int64)
    nested: Positions = np.zeros(vpn_count, dtype=np.int64)
    for begin, end in blocks(count):
        near.take(begin, end, limit)
        vpns = table.vpns[begin:end]
        distinct += np.bincount(vpns, minlength=vpn_count)
        nested += np.bincount(vpns[marks.nested[begin:end]], minlength=vpn_count)
    found.distinct, found.nested = distinct.tolist(), nested.tolist()
    found.pairs += near.pairs
    found.shared = sum(times << (table.bits - length) for length, times in enumerate(near.shared.tolist()))
    found.listed = near.listed(min(limit, found.pairs - found.folded))
    return found


class _Near:
    """The pairs of rows that stand close to each other, found block after block."""

    def __init__(self, table: Sorted, marks: Marks, wide: Wide, cells: Cells) -> None:
        self.table = table
        self.marks = marks
        self.wide = wide
        self.cells = cells
        self.pairs = 0
        self._pairs_then = 0  # when the block before began
        self.shared: Positions = np.zeros(table.bits + 1, dtype=np.int64)  # outermost prefixes by length
        self._shared_to = 0  # the row after the last whose addresses are counted as shared
        self._outers: list[Positions] = []  # the first rows that are the wider one of a pair
        self._untils: list[NDArray[np.int32]] = []

    def take(self, begin: int, end: int, limit: int) -> None:
        """Counts the pairs whose wider row is in the block, and what is shared in it."""
        # Pairs found before the last block end in it at the latest: once enough, no later one is listed.
        listing, self._pairs_then = self._pairs_then < limit, self.pairs
        part = slice(*np.searchsorted(self.wide.rows, (begin, end)).tolist())
        wide = self.wide.rows[part] - begin
        opens = np.zeros(end - begin, dtype=np.bool_)
        inside = self._walk(begin, end, wide, opens)
        opens[wide] = self.wide.opens[part]
        met = np.flatnonzero(self.marks.met[begin:end])
        if len(met) or (listing and opens.any()):
            untils = np.arange(begin + 1, end + 1, dtype=np.int32)
            untils += inside
            untils[wide] = self.wide.untils[part]
            self._share(met + begin, untils.take(met))
            if listing:
                outers = np.flatnonzero(opens)
                self._outers.append(outers + begin)
                self._untils.append(untils.take(outers))

    def _walk(self, begin: int, end: int, wide: Positions, opens: Truths) -> U8:
        """Meets each row that is not wide with those behind it; returns how many of them are inside it."""
        table, marks = self.table, self.marks
        seen = window(table, begin, end, SWALLOWS_FROM)
        vpns = table.vpns[begin : end + SWALLOWS_FROM]
        inside = np.zeros(end - begin, dtype=np.uint8)
        for apart in range(1, SWALLOWS_FROM + 1):
            reach = seen.reach(apart)
            reach[wide[: np.searchsorted(wide, len(reach))]] = False
            if not reach.any():
                break
            count = len(reach)
            inside[:count] += reach
            outer, inner = vpns[:count], vpns[apart : apart + count]
            own = outer == inner
            own &= reach
            reach ^= own
            behind = slice(begin + apart, begin + apart + count)
            marks.nested[behind] |= own
            marks.met[behind] |= reach
            opens[:count] |= reach
            self.pairs += int(np.count_nonzero(reach))
            self.cells.add(outer, inner, reach)
        return inside

    def _share(self, met: Positions, untils: NDArray[np.int32]) -> None:
        """Adds the outermost of those rows to what is shared."""
        if not len(met):
            return
        outermost = np.empty(len(met), dtype=np.bool_)
        outermost[0] = met[0] >= self._shared_to
        untils[0] = max(int(untils[0]), self._shared_to)
        reached = np.maximum.accumulate(untils)
        np.greater_equal(met[1:], reached[:-1], out=outermost[1:])
        self._shared_to = int(reached[-1])
        lengths = self.table.lengths.take(met[outermost])
        self.shared += np.bincount(lengths, minlength=len(self.shared))

    def listed(self, most: int) -> list[tuple[Row, Row]]:
        """The first pairs, by the narrower prefix, then the wider row, then the narrower row."""
        if most <= 0:
            return []
        table = self.table
        met: list[tuple[int, int, int]] = []
        swallowers = frozenset(self.wide.rows[self.wide.swallows].tolist())
        outers, untils = np.concatenate(self._outers), np.concatenate(self._untils)
        for at in range(len(outers)):
            outer, until = int(outers[at]), int(untils[at])
            wider = table.prefix(outer)
            behind = np.flatnonzero(table.vpns[outer + 1 : until] != table.vpns[outer]) + outer + 1
            for inner in behind.tolist():
                narrower = table.prefix(inner)
                if narrower != wider or inner not in swallowers:
                    met.append((narrower, outer, inner))
            # Pairs of later rows come after all whose narrower prefix comes no later than this row's.
            if at % 64 == 63 and sum(narrower <= wider for narrower, _, _ in met) >= most:
                break
        return [(table.row(outer), table.row(inner)) for _, outer, inner in sorted(met)[:most]]
