"""Sorted columns as the rows of `domain.laminar`, number by number when they are asked for."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from sci_cli.bulk.involved import involved_in
from sci_cli.bulk.table import Sorted
from sci_cli.domain.laminar import Rows

_BLOCK = 1 << 12  # prefixes turned into numbers together


class _Prefixes(Sequence[int]):
    """`network << 8 | length` of some rows of a table, gone through from the first to the last.

    The rows ahead are turned into numbers a block at a time; those behind, asked for again because they are
    wide and lie around many others, one by one.
    """

    def __init__(self, table: Sorted) -> None:
        self._table = table
        self._begin = 0
        self._block: list[int] = []
        self._behind: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._table.starts)

    @overload
    def __getitem__(self, at: int) -> int: ...
    @overload
    def __getitem__(self, at: slice) -> list[int]: ...
    def __getitem__(self, at: int | slice) -> int | list[int]:
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        place = at - self._begin
        if place < 0:
            return self._asked_again(at)
        if place >= len(self._block):
            self._begin, place = at, 0
            self._block = self._numbers(slice(at, at + _BLOCK))
        return self._block[place]

    def _asked_again(self, at: int) -> int:
        number = self._behind.get(at)
        if number is None:
            if len(self._behind) > _BLOCK:
                self._behind.clear()
            (number,) = self._numbers(slice(at, at + 1))
            self._behind[at] = number
        return number

    def _numbers(self, rows: slice) -> list[int]:
        table = self._table
        starts, lengths = table.starts[rows].tolist(), table.lengths[rows].tolist()
        if table.bits == 32:
            return [start << 8 | length for start, length in zip(starts, lengths, strict=True)]
        lows = [0] * len(starts) if table.low is None else table.low[rows].tolist()
        columns = zip(starts, lows, lengths, strict=True)
        return [(start << 64 | low) << 8 | length for start, low, length in columns]


def rows_of(table: Sorted) -> Rows:
    """The rows that share addresses with another one, those of the same VPN among them."""
    at = involved_in(table).rows
    some = Sorted(
        table.bits,
        table.starts.take(at),
        None if table.low is None else table.low.take(at),
        table.lengths.take(at),
        table.vpns.take(at),
        table.places.take(at),
        table.duplicates,
    )
    return Rows(table.bits, _Prefixes(some), _numbers(some.vpns), _numbers(some.places))


def _numbers(column: NDArray[Any]) -> Sequence[int]:
    """The column as plain numbers, which cost less to ask one by one than an array's."""
    return array("I", column.astype(np.uintc).tobytes())
