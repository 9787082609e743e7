"""All prefixes of all lists as sorted columns, one set of columns for IPv4 and one for IPv6."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from sci_cli.bulk.addresses import HIGH_HOST, LOW_HOST, U8, U64, Positions, Truths
from sci_cli.bulk.lines import Columns
from sci_cli.bulk.sources import Intake
from sci_cli.bulk.vectors import Piece
from sci_cli.domain.laminar import Row
from sci_cli.errors import InvalidFile

PLACE_BITS = 26  # of an IPv4 key; 67 million lines
_PLACES = (1 << PLACE_BITS) - 1
_REST_BITS = PLACE_BITS + 8  # length and place
BLOCK = 1 << 15  # rows looked at together; their columns stay in the cache of a processor
_SHORT = np.iinfo(np.uint16).max

Kind = TypeVar("Kind", bound=np.unsignedinteger[Any])


class Growing(Generic[Kind]):
    """A column that grows at its end."""

    def __init__(self, kind: type[Kind]) -> None:
        self._array: NDArray[Kind] = np.empty(1 << 14, dtype=kind)
        self.size = 0

    def extend(self, values: NDArray[Any]) -> None:
        """Adds values; what is allocated beyond them costs no memory before it is written."""
        size = self.size + len(values)
        if size > len(self._array):
            grown: NDArray[Kind] = np.empty(2 * size, dtype=self._array.dtype)
            grown[: self.size] = self._array[: self.size]
            self._array = grown
        self._array[self.size : size] = values
        self.size = size

    def filled(self) -> NDArray[Kind]:
        """The values added so far; a view."""
        return self._array[: self.size]


class Filling:
    """The columns while the lists are read."""

    def __init__(self, intake: Intake) -> None:
        self.intake = intake
        self.v4 = Growing(np.uint64)
        self.high = Growing(np.uint64)
        self.low: Growing[np.uint64] | None = None  # most lists have nothing longer than /64
        self.lengths = Growing(np.uint8)
        self.places = Growing(np.uint32)
        self.vpns: Growing[np.uint16] | Growing[np.uint32] = Growing(np.uint16)  # of each place

    def add(self, piece: Piece, plain: int | None) -> None:
        """Takes in what was read of one piece; the intake counts its lines afterwards.

        Args:
            piece: from `Reader.read`.
            plain: the VPN of a list without a column for it.

        Raises:
            InvalidFile: there are more lines than fit.
        """
        first = self.intake.lines
        self.make_room(piece.count)
        fours, sixes = piece.fours, piece.sixes
        vpns = self.vpns.filled()[first:]
        if fours.vpns is not None and sixes.vpns is not None:
            vpns[fours.lines] = fours.vpns
            vpns[sixes.lines] = sixes.vpns
        elif plain is not None:
            vpns[:] = plain
        self.v4.extend(fours.keys | (fours.lines + first).view(np.uint64))
        self._add_six(sixes.high, sixes.low, sixes.lengths, sixes.lines + first)

    def add_columns(self, columns: dict[int, Columns]) -> None:
        """Takes in lines that were read alone; there is room for their places."""
        self._widen()
        four, six = columns[4], columns[6]
        for each in (four, six):
            self.vpns.filled()[np.array(each.places, dtype=np.int64)] = each.vpns
        prefixes, places = np.array(four.prefixes, dtype=np.uint64), np.array(four.places, dtype=np.uint64)
        keys = (prefixes >> np.uint64(8)) << np.uint64(32)
        keys |= (prefixes & np.uint64(255)) << np.uint64(PLACE_BITS)
        self.v4.extend(keys | places)
        self._add_six(
            np.array([prefix >> 72 for prefix in six.prefixes], dtype=np.uint64),
            np.array([prefix >> 8 & (1 << 64) - 1 for prefix in six.prefixes], dtype=np.uint64),
            np.array([prefix & 255 for prefix in six.prefixes], dtype=np.uint8),
            np.array(six.places, dtype=np.int64),
        )

    def make_room(self, lines: int) -> None:
        """Gives places to the lines that follow.

        Raises:
            InvalidFile: there are more lines than fit.
        """
        if self.vpns.size + lines > _PLACES:
            raise InvalidFile(
                f"The lists have more than {_PLACES:,} lines together; no more are checked in one go.",
                fix="Give them in parts.",
            )
        self._widen()
        self.vpns.extend(np.zeros(lines, dtype=np.uint16))

    def _widen(self) -> None:
        """Makes the column of VPNs wider once there are too many of them."""
        if len(self.intake.vpns) <= _SHORT:
            return
        narrow = self.vpns.filled()
        if narrow.dtype == np.uint16:
            wide = Growing(np.uint32)
            wide.extend(narrow)
            self.vpns = wide

    def _add_six(self, high: U64, low: U64, lengths: U8, places: Positions) -> None:
        if self.low is None and low.any():
            self.low = Growing(np.uint64)
            self.low.extend(np.zeros(self.high.size, dtype=np.uint64))
        if self.low is not None:
            self.low.extend(low)
        self.high.extend(high)
        self.lengths.extend(lengths)
        self.places.extend(places)


@dataclass(slots=True)
class Sorted:
    """Different prefixes of one version, sorted by address, length and VPN.

    Args:
        bits: 32 or 128.
        starts: first addresses, of IPv6 their upper halves.
        low: lower halves; None where all are 0.
        lengths: the lengths.
        vpns: numbers of the VPNs in the order of their names.
        places: where each was given first.
        duplicates: per VPN, how many rows were dropped because they repeat another.
    """

    bits: int
    starts: NDArray[Any]
    low: U64 | None
    lengths: U8
    vpns: NDArray[Any]
    places: NDArray[np.uint32]
    duplicates: list[int]

    def ends(self, rows: slice | Positions) -> tuple[NDArray[Any], U64 | None]:
        """Last addresses of those rows, of IPv6 both halves; no lower halves where no row has any."""
        lengths = self.lengths[rows]
        if self.bits == 32:
            return self.starts[rows] | np.right_shift(np.uint32(0xFFFFFFFF), lengths), None
        high = self.starts[rows] | HIGH_HOST.take(lengths)
        return high, (LOW_HOST.take(lengths) if self.low is None else self.low[rows] | LOW_HOST.take(lengths))

    def prefix(self, row: int) -> int:
        """`network << 8 | length` of one row."""
        return (self.network(row) << 8) | int(self.lengths[row])

    def row(self, at: int) -> Row:
        """One row as the domain knows it."""
        return Row(self.network(at), int(self.lengths[at]), int(self.vpns[at]), int(self.places[at]))

    def network(self, row: int) -> int:
        """The first address of one row."""
        if self.bits == 32:
            return int(self.starts[row])
        return int(self.starts[row]) << 64 | (0 if self.low is None else int(self.low[row]))


def blocks(count: int) -> list[tuple[int, int]]:
    """Where each block of so many rows begins and ends."""
    return [(begin, min(begin + BLOCK, count)) for begin in range(0, count, BLOCK)]


def sorted_four(filling: Filling, ranks: NDArray[Any]) -> Sorted:
    """Sorts the IPv4 prefixes, in place."""
    keys = filling.v4.filled()
    filling.v4 = Growing(np.uint64)
    keys.sort()
    lower, upper = keys.view("<u4")[0::2], keys.view("<u4")[1::2]
    count, vpns = len(keys), filling.vpns.filled()
    table = Sorted(
        32,
        np.empty(count, dtype=np.uint32),
        None,
        np.empty(count, dtype=np.uint8),
        np.empty(count, dtype=ranks.dtype),
        np.empty(count, dtype=np.uint32),
        [0] * len(ranks),
    )
    for begin, end in blocks(count):
        table.starts[begin:end] = upper[begin:end]
        table.lengths[begin:end] = lower[begin:end] >> np.uint32(PLACE_BITS)
        table.places[begin:end] = places = lower[begin:end] & np.uint32(_PLACES)
        table.vpns[begin:end] = ranks.take(vpns.take(places))
    del keys, lower, upper
    return _different(table)


def sorted_six(filling: Filling, ranks: NDArray[Any]) -> Sorted:
    """Sorts the IPv6 prefixes by their upper halves, then those that have the same."""
    starts = filling.high.filled()
    order = np.argsort(starts)
    starts = starts.take(order)
    filling.high = Growing(np.uint64)
    low = None if filling.low is None else filling.low.filled().take(order)
    filling.low = None
    lengths, places, vpns = filling.lengths.filled(), filling.places.filled(), filling.vpns.filled()
    rest = np.empty(len(order), dtype=np.uint64)
    for begin, end in blocks(len(order)):
        rows = order[begin:end]
        rest[begin:end] = lengths.take(rows).astype(np.uint64) << np.uint64(PLACE_BITS) | places.take(rows)
    del order
    _sort_ties(starts, low, rest)
    lengths = (rest >> np.uint64(PLACE_BITS)).astype(np.uint8)
    places = (rest & np.uint64(_PLACES)).astype(np.uint32)
    del rest
    kinds = np.empty(len(places), dtype=ranks.dtype)
    for begin, end in blocks(len(places)):
        kinds[begin:end] = ranks.take(vpns.take(places[begin:end]))
    return _different(Sorted(128, starts, low, lengths, kinds, places, [0] * len(ranks)))


def _sort_ties(starts: U64, low: U64 | None, rest: U64) -> None:
    """Brings rows with the same upper half into order, in place.

    Args:
        starts: upper halves, ascending.
        low: lower halves.
        rest: length and place, in the bits of one number.
    """
    rows, group = _groups(starts[1:] == starts[:-1])
    if not len(rows):
        return
    if low is None:
        keys = group.view(np.uint64) << np.uint64(_REST_BITS)
        keys |= rest[rows]
        keys.sort()
        rest[rows] = keys & np.uint64((1 << _REST_BITS) - 1)
        return
    order = np.lexsort((rest[rows], low[rows], group))
    rest[rows] = rest[rows[order]]
    low[rows] = low[rows[order]]


def _groups(same: Truths) -> tuple[Positions, Positions]:
    """The rows that are the same as a neighbour, and for each the number of its group.

    Args:
        same: for each row but the first, whether it is the same as the one before.
    """
    member = np.zeros(len(same) + 1, dtype=np.bool_)
    member[1:] = same
    member[:-1] |= same
    rows = np.flatnonzero(member)
    begins = np.ones(len(rows), dtype=np.bool_)
    begins[1:] = ~same[rows[1:] - 1]
    return rows, np.cumsum(begins)


def _different(table: Sorted) -> Sorted:
    """Puts equal prefixes in the order of their VPNs and drops those that repeat one of the same VPN."""
    if not len(table.starts):
        return table
    same = table.starts[1:] == table.starts[:-1]
    same &= table.lengths[1:] == table.lengths[:-1]
    if table.low is not None:
        same &= table.low[1:] == table.low[:-1]
    rows, group = _groups(same)
    if not len(rows):
        return table
    del same
    count = len(table.duplicates)
    keys = group * count + table.vpns[rows]
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    table.vpns[rows] = table.vpns[rows[order]]
    table.places[rows] = table.places[rows[order]]
    dropped = rows[1:][keys[1:] == keys[:-1]]
    if not len(dropped):
        return table
    duplicates = np.bincount(table.vpns[dropped], minlength=count).tolist()
    kept = np.ones(len(table.starts), dtype=np.bool_)
    kept[dropped] = False
    return Sorted(
        table.bits,
        table.starts[kept],
        None if table.low is None else table.low[kept],
        table.lengths[kept],
        table.vpns[kept],
        table.places[kept],
        duplicates,
    )
