"""Pairs for the matrix: counted one by one where there are few, by whole rows where there are many."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sci_cli.bulk.addresses import Positions, Truths
from sci_cli.bulk.cells import Cells

_BLOCK = 1 << 18  # pairs counted in one step
_MANY_PAIRS = 1 << 19  # then the whole matrix is held from the beginning
_MANY_OWNERS = 8
_NODES = 128  # prefixes multiplied in one step


def add_pairs(
    cells: Cells, vpns: Positions, nodes: Positions, firsts: Positions, afters: Positions, untils: Positions
) -> None:
    """Adds every pair across VPNs to the matrix.

    A prefix of many VPNs with many rows inside is added row by row of the matrix, so that the cost is one
    step for each cell and not for each pair.

    Args:
        cells: the matrix.
        vpns: the VPN of each row.
        nodes: the number of each row's prefix among the different prefixes.
        firsts: per prefix, its first row.
        afters: per prefix, the row after its last.
        untils: per prefix, the row after the last one inside it.
    """
    sizes, inside = afters - firsts, untils - afters
    if cells.may_be_full and int((sizes * (inside + sizes)).sum()) > _MANY_PAIRS:
        cells.full()
    many = np.zeros(len(sizes), dtype=np.bool_)
    crowd = many
    if cells.may_be_full:
        share = max(_MANY_OWNERS, cells.vpn_count // 8)
        crowd = sizes >= share
        many = (sizes >= _MANY_OWNERS) & (inside >= share)
    _add_equal_crowds(cells, vpns, firsts[crowd], afters[crowd])
    _add_equal(cells, vpns, nodes, afters, ~crowd & (sizes > 1))
    for first, after, until in zip(firsts[many], afters[many], untils[many], strict=True):
        cells.full()[vpns[first:after]] += np.bincount(vpns[after:until], minlength=cells.vpn_count)
    rows = np.flatnonzero((~many & (inside > 0)).take(nodes))
    for outer, begins, ends in _blocks(rows, afters.take(nodes.take(rows)), untils.take(nodes.take(rows))):
        counts = ends - begins
        inner = np.arange(counts.sum()) + np.repeat(begins - (np.cumsum(counts) - counts), counts)
        cells.add(np.repeat(vpns.take(outer), counts), vpns.take(inner))


def _add_equal(cells: Cells, vpns: Positions, nodes: Positions, afters: Positions, wanted: Truths) -> None:
    """Pairs of rows with the same prefix, first those one row apart, then two, and so on."""
    rows = np.flatnonzero(wanted.take(nodes))
    ends = afters.take(nodes.take(rows))
    apart = 1
    while len(rows):
        near = rows + apart < ends
        rows, ends = rows[near], ends[near]
        for begin in range(0, len(rows), _BLOCK):
            block = rows[begin : begin + _BLOCK]
            cells.add(vpns.take(block), vpns.take(block + apart))
        apart += 1


def _add_equal_crowds(cells: Cells, vpns: Positions, firsts: Positions, afters: Positions) -> None:
    """The same by multiplying who owns what with itself; exact, as no sum exceeds `_NODES`."""
    for begin in range(0, len(firsts), _NODES):
        owned = np.zeros((_NODES, cells.vpn_count), dtype=np.float32)
        for number, first in enumerate(firsts[begin : begin + _NODES]):
            owned[number, vpns[first : afters[begin + number]]] = 1
        cells.full()[:] += np.triu(owned.T @ owned, 1).astype(np.int64)


def _blocks(
    rows: Positions, begins: Positions, ends: Positions
) -> Iterator[tuple[Positions, Positions, Positions]]:
    """Rows with what is inside them, about `_BLOCK` pairs at a time; a single larger one comes in parts."""
    at = 0
    totals = np.cumsum(ends - begins)
    while at < len(rows):
        done = int(totals[at - 1]) if at else 0
        upto = max(at + 1, int(np.searchsorted(totals, done + _BLOCK, side="right")))
        if upto == at + 1:
            for begin in range(int(begins[at]), int(ends[at]), _BLOCK):
                end = min(begin + _BLOCK, int(ends[at]))
                yield rows[at:upto], np.array([begin]), np.array([end])
        else:
            yield rows[at:upto], begins[at:upto], ends[at:upto]
        at = upto
