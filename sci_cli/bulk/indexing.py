"""Sorted columns as an index of the domain."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sci_cli.bulk.addresses import Positions
from sci_cli.bulk.involved import involved_in
from sci_cli.bulk.table import Sorted
from sci_cli.domain.prefix_index import Shelf


def shelf_of_table(table: Sorted) -> Shelf:
    """The columns of sorted rows as `domain.prefix_index.shelf_of` makes them."""
    vpn_count = len(table.duplicates)
    by_vpn = np.argsort(table.vpns, kind="stable")
    offsets = np.concatenate(([0], np.cumsum(np.bincount(table.vpns, minlength=vpn_count))))
    low = table.low if table.low is not None and table.low.any() else np.zeros(0, dtype=np.uint64)
    return Shelf(
        table.bits,
        _column("Q", table.starts),
        _column("Q", low),
        _column("B", table.lengths),
        _column("L", table.vpns),
        _column("Q", table.places),
        _column("q", _parents(table)),
        _column("Q", by_vpn),
        _column("Q", offsets),
    )


def _parents(table: Sorted) -> Positions:
    """Of each row, the last row of the nearest strictly wider prefix; one pass for each wider length."""
    parents = np.full(len(table.starts), -1, dtype=np.int64)
    involved = involved_in(table)
    count = len(involved.rows)
    if not count:
        return parents
    found = np.full(count, -1, dtype=np.int64)
    node_lengths = table.lengths.take(involved.rows.take(involved.firsts))
    lengths = table.lengths.take(involved.rows)
    wide = np.flatnonzero(involved.untils > involved.afters)
    for length in np.flatnonzero(np.bincount(node_lengths[wide])).tolist():
        nodes = wide[node_lengths[wide] == length]
        last = np.full(count, -1, dtype=np.int64)
        last[involved.firsts[nodes]] = nodes
        last = np.maximum.accumulate(last)
        inside = np.flatnonzero((last >= 0) & (lengths > length))
        inside = inside[involved.untils.take(last.take(inside)) > inside]
        found[inside] = involved.afters.take(last.take(inside)) - 1
    has = found >= 0
    parents[involved.rows[has]] = involved.rows.take(found[has])
    return parents


def _column(kind: str, values: NDArray[Any]) -> array[int]:
    column = array(kind)
    column.frombytes(values.astype(np.dtype(kind)).tobytes())
    return column
