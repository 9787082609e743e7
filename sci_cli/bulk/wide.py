"""Prefixes that reach over many rows: what lies inside them is counted without listing it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sci_cli.bulk.addresses import Positions, Truths
from sci_cli.bulk.cells import Cells
from sci_cli.bulk.involved import Involved, involved_with, reaching
from sci_cli.bulk.pairs import add_pairs
from sci_cli.bulk.table import Sorted
from sci_cli.domain.laminar import SWALLOWS_FROM, Survey, Swallower


@dataclass(slots=True)
class Marks:
    """What is noted of each row of a table; memory that is never written costs nothing.

    Args:
        nested: it lies inside another row of its VPN.
        met: it is the narrower one of a pair, or one of two equal ones.
    """

    nested: Truths
    met: Truths


@dataclass(frozen=True, slots=True)
class Wide:
    """The rows whose prefix has more than `SWALLOWS_FROM` rows equal to it or inside it.

    Args:
        rows: where they are in the table, ascending; equal ones are all there or none.
        untils: the row after the last one inside each.
        swallows: whether each collides with more than `SWALLOWS_FROM` equal or longer prefixes.
        opens: whether it collides with at least one of them, but not with so many.
    """

    rows: Positions
    untils: Positions
    swallows: Truths
    opens: Truths


def survey_wide(table: Sorted, marks: Marks, found: Survey, limit: int, cells: Cells) -> Wide:
    """Surveys the pairs whose wider or equal prefix is a wide one.

    Args:
        table: the rows.
        marks: takes what is noted of the rows inside them.
        found: takes the counts and the swallowers.
        limit: the most swallowers listed.
        cells: takes the pairs of each two VPNs.
    """
    far = reaching(table, SWALLOWS_FROM + 1)
    if not len(far):
        nothing = np.zeros(0, dtype=np.bool_)
        return Wide(far, far, nothing, nothing)
    involved = involved_with(table, far)
    sizes = involved.afters - involved.firsts
    is_wide = involved.untils - involved.firsts > SWALLOWS_FROM + 1
    below, own_around = _within_own_vpn(involved)
    marks.nested[involved.rows[own_around > 0]] = True
    around = _around(involved, sizes) - own_around
    marks.met[involved.rows[(around > 0) | (is_wide & (sizes > 1)).take(involved.nodes)]] = True
    equal = sizes[is_wide]
    found.pairs += int(around.sum() + (equal * (equal - 1) // 2).sum())
    del around, own_around
    bounds = (involved.firsts[is_wide], involved.afters[is_wide], involved.untils[is_wide])
    add_pairs(cells, involved.vpns, *bounds)
    wide = np.flatnonzero(is_wide.take(involved.nodes))
    nodes = involved.nodes.take(wide)
    # Rows equal to or inside each row's prefix, in other VPNs.
    inside = (involved.untils - involved.firsts - 1).take(nodes) - below.take(wide)
    swallows = inside > SWALLOWS_FROM
    found.folded += _folded(sizes, nodes[swallows], inside[swallows])
    found.swallower_count = int(swallows.sum())
    _name_swallowers(found, table, involved, wide[swallows], inside[swallows], limit)
    rows = involved.rows.take(wide)
    untils = rows - wide + involved.untils.take(nodes)  # what is inside is involved, without gaps
    return Wide(rows, untils, swallows, (inside > 0) & ~swallows)


def _around(involved: Involved, sizes: Positions) -> Positions:
    """How many rows have a prefix strictly around each row's."""
    steps = np.zeros(len(involved.rows) + 1, dtype=np.int64)
    wide = involved.untils > involved.afters
    steps[involved.afters[wide]] += sizes[wide]
    np.subtract.at(steps, involved.untils[wide], sizes[wide])
    return np.cumsum(steps)[:-1]


def _within_own_vpn(involved: Involved) -> tuple[Positions, Positions]:
    """Per row, how many rows of its own VPN lie strictly inside its prefix, and how many strictly around."""
    vpns, count = involved.vpns, len(involved.rows)
    order = np.argsort(vpns, kind="stable")
    keys = vpns.take(order).astype(np.int64) * (count + 1) + order
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


def _folded(sizes: Positions, nodes: Positions, inside: Positions) -> int:
    """The pairs with a swallower as the wider row or as one of two equal ones.

    Args:
        sizes: per prefix, how many rows it has.
        nodes: the prefix of each swallower.
        inside: how many rows of other VPNs each swallower collides with.
    """
    strictly = int((inside - (sizes.take(nodes) - 1)).sum())
    left = sizes - np.bincount(nodes, minlength=len(sizes))
    return strictly + int((sizes * (sizes - 1) // 2 - left * (left - 1) // 2).sum())


def _name_swallowers(
    found: Survey, table: Sorted, involved: Involved, rows: Positions, inside: Positions, limit: int
) -> None:
    order = np.argsort(-inside, kind="stable")[:limit]
    with_whom: dict[int, NDArray[np.int64]] = {}
    for at, count in zip(rows.take(order).tolist(), inside.take(order).tolist(), strict=True):
        node = int(involved.nodes[at])
        if node not in with_whom:
            met = np.bincount(involved.vpns[int(involved.firsts[node]) : int(involved.untils[node])])
            with_whom[node] = np.flatnonzero(met)
        row = involved.row(table, at)
        others = tuple(vpn for vpn in with_whom[node].tolist() if vpn != row.vpn)
        found.swallowers.append(Swallower(count, row, others))
