"""Pairs of wide prefixes for the matrix: counted one by one where there are few, else by whole rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sci_cli.bulk.addresses import Positions
from sci_cli.bulk.cells import Cells
from sci_cli.bulk.involved import ramps

_BLOCK = 1 << 18  # pairs counted in one step
_MANY_OWNERS = 8
_NODES = 128  # prefixes multiplied in one step


def add_pairs(
    cells: Cells, vpns: NDArray[Any], firsts: Positions, afters: Positions, untils: Positions
) -> None:
    """Adds every pair across VPNs with one of some prefixes as the wider or equal one to the matrix.

    A prefix of many VPNs with many rows inside is added row by row of the matrix, so that the cost is one
    step for each cell and not for each pair.

    Args:
        cells: the matrix.
        vpns: the VPN of each row.
        firsts: per prefix, its first row.
        afters: per prefix, the row after its last.
        untils: per prefix, the row after the last one inside it.
    """
    sizes, inside = afters - firsts, untils - afters
    many = crowd = np.zeros(len(sizes), dtype=np.bool_)
    if cells.may_be_full:
        share = max(_MANY_OWNERS, cells.vpn_count // 8)
        crowd = sizes >= share
        many = (sizes >= _MANY_OWNERS) & (inside >= share)
    _add_equal_crowds(cells, vpns, firsts[crowd], afters[crowd])
    few = ~crowd & (sizes > 1)
    _add_equal(cells, vpns, ramps(firsts[few], afters[few]), np.repeat(afters[few], sizes[few]))
    for first, after, until in zip(firsts[many], afters[many], untils[many], strict=True):
        cells.full()[vpns[first:after]] += np.bincount(vpns[after:until], minlength=cells.vpn_count)
    few = ~many & (inside > 0)
    rows = ramps(firsts[few], afters[few])
    begins, ends = (np.repeat(each[few], sizes[few]) for each in (afters, untils))
    for outer, inner in _blocks(rows, begins, ends):
        some, others = vpns.take(outer), vpns.take(inner)
        cells.add(some, others, some != others)


def _add_equal(cells: Cells, vpns: NDArray[Any], rows: Positions, ends: Positions) -> None:
    """Pairs of rows with the same prefix, first those one row apart, then two, and so on."""
    apart = 1
    while len(rows):
        near = rows + apart < ends
        rows, ends = rows[near], ends[near]
        for begin in range(0, len(rows), _BLOCK):
            block = rows[begin : begin + _BLOCK]
            cells.add(vpns.take(block), vpns.take(block + apart), np.ones(len(block), dtype=np.bool_))
        apart += 1


def _add_equal_crowds(cells: Cells, vpns: NDArray[Any], firsts: Positions, afters: Positions) -> None:
    """The same by multiplying who owns what with itself; exact, as no sum exceeds `_NODES`."""
    for begin in range(0, len(firsts), _NODES):
        owned = np.zeros((_NODES, cells.vpn_count), dtype=np.float32)
        for number, first in enumerate(firsts[begin : begin + _NODES]):
            owned[number, vpns[first : afters[begin + number]]] = 1
        cells.full()[:] += np.triu(owned.T @ owned, 1).astype(np.int64)


def _blocks(rows: Positions, begins: Positions, ends: Positions) -> Iterator[tuple[Positions, Positions]]:
    """Each row with each that is inside, about `_BLOCK` pairs at a time; a single larger one in parts."""
    at = 0
    totals = np.cumsum(ends - begins)
    while at < len(rows):
        done = int(totals[at - 1]) if at else 0
        upto = max(at + 1, int(np.searchsorted(totals, done + _BLOCK, side="right")))
        if upto == at + 1:
            for begin in range(int(begins[at]), int(ends[at]), _BLOCK):
                inner = np.arange(begin, min(begin + _BLOCK, int(ends[at])))
                yield np.broadcast_to(rows[at:upto], len(inner)), inner
        else:
            counts = ends[at:upto] - begins[at:upto]
            yield np.repeat(rows[at:upto], counts), ramps(begins[at:upto], ends[at:upto])
        at = upto
