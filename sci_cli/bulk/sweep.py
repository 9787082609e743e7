"""The survey of `domain.laminar` over sorted columns: the same counts, taken for all rows together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sci_cli.bulk.addresses import Positions, Truths
from sci_cli.bulk.cells import Cells
from sci_cli.bulk.pairs import add_pairs
from sci_cli.bulk.table import Sorted
from sci_cli.domain.laminar import SWALLOWS_FROM, Row, Survey, Swallower


@dataclass(slots=True)
class Involved:
    """The rows that contain, equal or lie inside another one; all positions are among these.

    Args:
        rows: where they are in the table.
        vpns: their VPNs.
        nodes: the number of each row's prefix among the different prefixes.
        firsts: per prefix, its first row.
        afters: per prefix, the row after its last.
        untils: per prefix, the row after the last one inside it.
    """

    rows: Positions
    vpns: Positions
    nodes: Positions
    firsts: Positions
    afters: Positions
    untils: Positions

    def row(self, table: Sorted, at: int) -> Row:
        """The row at that position."""
        place = int(self.rows[at])
        vpn, given = int(table.vpns[place]), int(table.places[place])
        return Row(table.network(place), int(table.lengths[place]), vpn, given)


def involved_in(table: Sorted) -> Involved:
    """Finds the rows that share addresses with another one."""
    wider, untils = _containers(table)
    # The outermost of them share nothing with each other; all others lie inside one of them.
    reached = np.maximum.accumulate(untils) if len(untils) else untils
    outermost = np.ones(len(wider), dtype=np.bool_)
    outermost[1:] = wider[1:] >= reached[:-1]
    begins, ends = wider[outermost], untils[outermost]
    offsets = np.cumsum(ends - begins) - (ends - begins)
    moved = (offsets - begins)[np.cumsum(outermost) - 1]
    rows = _ramps(begins, ends)
    count = len(rows)
    row_untils: Positions = np.arange(1, count + 1)
    row_untils[wider + moved] = untils + moved
    new = np.ones(count, dtype=np.bool_)
    new[1:] = _differ(table, rows)
    firsts = np.flatnonzero(new)
    afters = np.append(firsts[1:], count)
    vpns = table.vpns.take(rows).astype(np.int64)
    return Involved(rows, vpns, np.cumsum(new) - 1, firsts, afters, row_untils.take(firsts))


def _containers(table: Sorted) -> tuple[Positions, Positions]:
    """The rows that contain or equal the next one, and for each the row after the last that it contains."""
    starts, low = table.starts, table.low
    ends, low_ends = table.ends(slice(0, -1))
    following = starts[1:]
    if low_ends is None:
        contains = ends >= following
    else:
        contains = ends > following
        contains |= (ends == following) & (True if low is None else low_ends >= low[1:])
    wider = np.flatnonzero(contains)
    if not len(wider):
        return wider, wider
    ends, low_ends = table.ends(wider)
    untils = np.searchsorted(starts, ends, side="right")
    if low is None or low_ends is None:
        return wider, untils
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
    return wider, untils


def _ramps(begins: Positions, ends: Positions) -> Positions:
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


def survey_sorted(table: Sorted, limit: int, cells: Cells) -> Survey:
    """Surveys sorted rows.

    Args:
        table: the rows.
        limit: the most pairs and the most swallowers listed.
        cells: takes the pairs of each two VPNs; the matrix of the survey stays empty.
    """
    count = len(table.duplicates)
    distinct = np.bincount(table.vpns, minlength=count).tolist()
    found = Survey(distinct, table.duplicates, [0] * count)
    involved = involved_in(table)
    if not len(involved.rows):
        return found
    sizes = involved.afters - involved.firsts
    below, own_around = _within_own_vpn(involved, count)
    found.nested = np.bincount(involved.vpns[own_around > 0], minlength=count).tolist()
    around = _around(involved, sizes) - own_around
    equal = sizes * (sizes - 1) // 2
    found.pairs = int(around.sum() + equal.sum())
    if not found.pairs:
        return found
    found.shared = _shared(table, involved, (around.take(involved.firsts) > 0) | (sizes > 1))
    # Rows equal to or inside each row's prefix, in other VPNs.
    inside = (involved.untils - involved.firsts - 1).take(involved.nodes) - below
    swallows = inside > SWALLOWS_FROM
    found.folded = _folded(involved, sizes, inside, swallows)
    found.swallower_count = int(swallows.sum())
    _name_swallowers(found, table, involved, inside, swallows, limit)
    _list(found, table, involved, (inside > 0) & ~swallows, swallows, limit)
    add_pairs(cells, involved.vpns, involved.nodes, involved.firsts, involved.afters, involved.untils)
    return found


def _around(involved: Involved, sizes: Positions) -> Positions:
    """How many rows have a prefix strictly around each row's."""
    steps = np.zeros(len(involved.rows) + 1, dtype=np.int64)
    wide = involved.untils > involved.afters
    steps[involved.afters[wide]] += sizes[wide]
    np.subtract.at(steps, involved.untils[wide], sizes[wide])
    return np.cumsum(steps)[:-1]


def _within_own_vpn(involved: Involved, vpn_count: int) -> tuple[Positions, Positions]:
    """Per row, how many rows of its own VPN lie strictly inside its prefix, and how many strictly around."""
    vpns, count = involved.vpns, len(involved.rows)
    narrow = vpns.astype(np.uint16) if vpn_count <= 1 << 16 else vpns
    order = np.argsort(narrow, kind="stable")
    keys = vpns.take(order) * (count + 1) + order
    untils = involved.untils.take(involved.nodes).take(order)
    afters = involved.afters.take(involved.nodes).take(order)
    ranks = np.flatnonzero(untils > afters)
    ends = np.searchsorted(keys, keys.take(ranks) - order.take(ranks) + untils.take(ranks))
    del keys, untils, afters
    below = np.zeros(count, dtype=np.int64)
    below[order[ranks]] = ends - ranks - 1
    steps = np.zeros(count + 1, dtype=np.int64)
    steps[ranks + 1] += 1
    np.subtract.at(steps, ends, 1)
    around = np.empty(count, dtype=np.int64)
    around[order] = np.cumsum(steps)[:-1]
    return below, around


def _shared(table: Sorted, involved: Involved, hit: Truths) -> int:
    """Addresses of the outermost prefixes that are in several VPNs."""
    firsts, untils = involved.firsts[hit], involved.untils[hit]
    outermost = np.ones(len(firsts), dtype=np.bool_)
    outermost[1:] = firsts[1:] >= np.maximum.accumulate(untils)[:-1]
    lengths = np.bincount(table.lengths.take(involved.rows.take(firsts[outermost])))
    return sum(times << (table.bits - length) for length, times in enumerate(lengths.tolist()))


def _folded(involved: Involved, sizes: Positions, inside: Positions, swallows: Truths) -> int:
    rows = np.flatnonzero(swallows)
    nodes = involved.nodes.take(rows)
    strictly = int((inside.take(rows) - (sizes.take(nodes) - 1)).sum())
    left = sizes - np.bincount(nodes, minlength=len(sizes))
    return strictly + int((sizes * (sizes - 1) // 2 - left * (left - 1) // 2).sum())


def _name_swallowers(
    found: Survey, table: Sorted, involved: Involved, inside: Positions, swallows: Truths, limit: int
) -> None:
    rows = np.flatnonzero(swallows)
    first = rows[np.argsort(-inside[rows], kind="stable")[:limit]]
    with_whom: dict[int, NDArray[np.int64]] = {}
    for at in first.tolist():
        node = int(involved.nodes[at])
        if node not in with_whom:
            met = np.bincount(involved.vpns[int(involved.firsts[node]) : int(involved.untils[node])])
            with_whom[node] = np.flatnonzero(met)
        row = involved.row(table, at)
        others = tuple(vpn for vpn in with_whom[node].tolist() if vpn != row.vpn)
        found.swallowers.append(Swallower(int(inside[at]), row, others))


def _list(
    found: Survey, table: Sorted, involved: Involved, open_rows: Truths, swallows: Truths, limit: int
) -> None:
    """Lists the first pairs, by the narrower prefix, then the wider row, then the narrower row."""
    most = min(limit, found.pairs - found.folded)
    if most <= 0:
        return
    met: list[tuple[int, int, int]] = []
    for number, outer in enumerate(map(int, np.flatnonzero(open_rows)), 1):
        vpn, node = involved.vpns[outer], int(involved.nodes[outer])
        first, after, until = (
            int(each[node]) for each in (involved.firsts, involved.afters, involved.untils)
        )
        inner = after + np.flatnonzero(involved.vpns[after:until] != vpn)
        met += [(int(involved.firsts[involved.nodes[each]]), outer, each) for each in inner.tolist()]
        met += [(first, outer, each) for each in range(outer + 1, after) if not swallows[each]]
        # Pairs of later rows come after all whose narrower prefix begins no later than this row's.
        if number % 64 == 0 and sum(narrower <= first for narrower, _, _ in met) >= most:
            break
    for _, outer, narrower in sorted(met)[:most]:
        found.listed.append((involved.row(table, outer), involved.row(table, narrower)))
