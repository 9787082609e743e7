"""Rows of a table that share addresses with others, and how far each of them reaches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sci_cli.bulk.addresses import U64, Positions, Truths
from sci_cli.bulk.table import Sorted, blocks
from sci_cli.domain.laminar import Row


@dataclass(frozen=True, slots=True)
class Window:
    """Some rows one after the other, and the first addresses of a few more behind them.

    Args:
        starts: first addresses, of IPv6 their upper halves; those of the rows behind too.
        low: lower halves; None where all are 0.
        ends: last addresses, of the rows themselves only.
        low_ends: lower halves.
    """

    starts: NDArray[Any]
    low: U64 | None
    ends: NDArray[Any]
    low_ends: U64 | None

    def reach(self, apart: int) -> Truths:
        """Whether each row contains or equals the one that stands so many rows behind it.

        Shorter than the rows where the table ends.
        """
        following = self.starts[apart : apart + len(self.ends)]
        ends = self.ends[: len(following)]
        if self.low is None or self.low_ends is None:
            reached: Truths = ends >= following
            return reached
        reached = ends > following
        within = self.low_ends[: len(following)] >= self.low[apart : apart + len(following)]
        within &= ends == following
        reached |= within
        return reached


def window(table: Sorted, begin: int, end: int, ahead: int) -> Window:
    """The rows from begin up to end, with so many behind them as there are, at most `ahead`."""
    behind = slice(begin, end + ahead)
    ends, low_ends = table.ends(slice(begin, end))
    return Window(table.starts[behind], None if table.low is None else table.low[behind], ends, low_ends)


def reaching(table: Sorted, apart: int) -> Positions:
    """The rows that contain or equal the one that stands so many rows behind them."""
    found = [
        begin + np.flatnonzero(window(table, begin, end, apart).reach(apart))
        for begin, end in blocks(len(table.starts))
    ]
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


@dataclass(slots=True)
class Involved:
    """Some rows of a table, with every row inside or equal to one of them; all positions are among these.

    Args:
        rows: where they are in the table.
        vpns: their VPNs.
        nodes: the number of each row's prefix among the different prefixes.
        firsts: per prefix, its first row.
        afters: per prefix, the row after its last.
        untils: per prefix, the row after the last one inside it.
    """

    rows: Positions
    vpns: NDArray[Any]
    nodes: Positions
    firsts: Positions
    afters: Positions
    untils: Positions

    def row(self, table: Sorted, at: int) -> Row:
        """The row at that position."""
        return table.row(int(self.rows[at]))


def involved_in(table: Sorted) -> Involved:
    """Finds the rows that share addresses with another one."""
    return involved_with(table, reaching(table, 1))


def involved_with(table: Sorted, wider: Positions) -> Involved:
    """Finds the rows that equal or lie inside some rows, and these.

    Args:
        table: all rows.
        wider: ascending; with a row, the rows of the same prefix before it. What is inside another prefix is
            not looked for.
    """
    untils = _untils(table, wider)
    # The outermost of them share nothing with each other; all others lie inside one of them.
    reached = np.maximum.accumulate(untils) if len(untils) else untils
    outermost = np.ones(len(wider), dtype=np.bool_)
    outermost[1:] = wider[1:] >= reached[:-1]
    begins, ends = wider[outermost], untils[outermost]
    offsets = np.cumsum(ends - begins) - (ends - begins)
    moved = (offsets - begins)[np.cumsum(outermost) - 1]
    rows = ramps(begins, ends)
    count = len(rows)
    row_untils: Positions = np.arange(1, count + 1)
    row_untils[wider + moved] = untils + moved
    new = np.ones(count, dtype=np.bool_)
    new[1:] = _differ(table, rows)
    firsts = np.flatnonzero(new)
    afters = np.append(firsts[1:], count)
    vpns = table.vpns.take(rows)
    return Involved(
        rows, vpns, np.cumsum(new) - 1, firsts, afters, np.maximum(row_untils.take(firsts), afters)
    )


def _untils(table: Sorted, wider: Positions) -> Positions:
    """For each of those rows, the row after the last that it contains."""
    ends, low_ends = table.ends(wider)
    untils = np.searchsorted(table.starts, ends, side="right")
    low = table.low
    if low is None or low_ends is None or not len(wider):
        return untils
    # Longer than /64: the end is among the rows with the same upper half.
    within = np.flatnonzero(table.lengths.take(wider) > 64)
    lower, upper = wider[within] + 1, untils[within]
    wanted = low_ends[within]
    while True:
        undecided = lower < upper
        if not undecided.any():
            break
        middle = np.where(undecided, (lower + upper) >> 1, lower - 1)
        inside = undecided & (low.take(middle) <= wanted)
        lower = np.where(inside, middle + 1, lower)
        upper = np.where(undecided & ~inside, middle, upper)
    untils[within] = lower
    return untils


def ramps(begins: Positions, ends: Positions) -> Positions:
    """begins[0] up to ends[0], then begins[1] up to ends[1], and so on."""
    sizes = ends - begins
    steps = np.arange(int(sizes.sum()))
    steps += np.repeat(begins - (np.cumsum(sizes) - sizes), sizes)
    return steps


def _differ(table: Sorted, rows: Positions) -> Truths:
    """Whether each row but the first has another prefix than the one before."""
    starts, lengths = table.starts.take(rows), table.lengths.take(rows)
    differ: Truths = (starts[1:] != starts[:-1]) | (lengths[1:] != lengths[:-1])
    if table.low is not None:
        low = table.low.take(rows)
        differ |= low[1:] != low[:-1]
    return differ
