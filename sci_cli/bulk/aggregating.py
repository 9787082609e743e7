"""Sorted columns aggregated for each VPN: the fewest prefixes that hold exactly the same addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sci_cli.bulk.addresses import HIGH_HOST, LOW_HOST, U8, U64, Positions, Truths
from sci_cli.bulk.table import Sorted
from sci_cli.domain.prefixes import Prefix

_HALF = 64
_RANK_BITS = np.int64(32)  # a table has fewer rows than that

# The last bit of a prefix by its length, in the upper and in the lower half of an address.
_HIGH_BIT = np.array([1 << _HALF - length if 0 < length <= _HALF else 0 for length in range(129)], np.uint64)
_LOW_BIT = np.array([1 << 2 * _HALF - length if length > _HALF else 0 for length in range(129)], np.uint64)


@dataclass(slots=True)
class _Cover:
    """Prefixes of all VPNs, those of one VPN after those of the other, each VPN's by address and length."""

    vpns: NDArray[Any]
    high: U64
    low: U64
    lengths: U8

    def only(self, kept: Truths) -> _Cover:
        return _Cover(self.vpns[kept], self.high[kept], self.low[kept], self.lengths[kept])


def fewest(table: Sorted) -> dict[int, list[Prefix]]:
    """The fewest prefixes with the same addresses for each VPN that has any, by its number, sorted."""
    order = np.argsort(table.vpns, kind="stable")
    low = np.zeros(len(order), dtype=np.uint64) if table.low is None else table.low.take(order)
    high = table.starts.take(order).astype(np.uint64)
    if table.bits < 2 * _HALF:
        high <<= np.uint64(_HALF - table.bits)
    cover = _Cover(table.vpns.take(order), high, low, table.lengths.take(order))
    cover = cover.only(~_inside_another(cover))
    while True:
        lower = _lower_halves(cover)
        if not len(lower):
            return _by_vpn(cover, table.bits)
        # Both halves become the prefix around them, in the row of the lower one.
        cover.lengths[lower] -= np.uint8(1)
        kept = np.ones(len(cover.lengths), dtype=np.bool_)
        kept[lower + 1] = False
        cover = cover.only(kept)


def _inside_another(cover: _Cover) -> Truths:
    """Whether each row lies inside a wider one of its VPN."""
    wide = cover.lengths <= _HALF
    ends = np.where(wide, cover.high | HIGH_HOST.take(cover.lengths), cover.high)
    inside = _reached(cover.vpns, ends, wide)
    # Wider ones longer than /64 have the same upper half.
    at = np.flatnonzero(~wide & ~inside)
    if len(at):
        vpns, high = cover.vpns.take(at), cover.high.take(at)
        begins = np.ones(len(at), dtype=np.bool_)
        begins[1:] = (vpns[1:] != vpns[:-1]) | (high[1:] != high[:-1])
        low_ends = cover.low.take(at) | LOW_HOST.take(cover.lengths.take(at))
        inside[at] = _reached(np.cumsum(begins), low_ends, np.ones(len(at), dtype=np.bool_))
    return inside


def _reached(groups: NDArray[Any], ends: U64, reaching: Truths) -> Truths:
    """Whether a row before it in its group reaches to the end of each row or beyond.

    Args:
        groups: ascending.
        ends: last addresses.
        reaching: which rows reach to their end; the others only can be reached.
    """
    order = np.argsort(ends, kind="stable")
    in_order = ends.take(order)
    steps = np.zeros(len(ends), dtype=np.int64)
    steps[1:] = in_order[1:] != in_order[:-1]
    ranks = np.empty(len(ends), dtype=np.int64)
    ranks[order] = np.cumsum(steps) + 1
    base = groups.astype(np.int64) << _RANK_BITS
    furthest = np.maximum.accumulate(base | np.where(reaching, ranks, 0))
    reached = np.zeros(len(ends), dtype=np.bool_)
    reached[1:] = furthest[:-1] >= (base | ranks)[1:]
    return reached


def _lower_halves(cover: _Cover) -> Positions:
    """The rows that are the lower half of a prefix whose upper half is the next row, of the same VPN."""
    near = (cover.vpns[1:] == cover.vpns[:-1]) & (cover.lengths[1:] == cover.lengths[:-1])
    near &= cover.lengths[:-1] > 0
    near &= (cover.high[:-1] ^ cover.high[1:]) == _HIGH_BIT.take(cover.lengths[:-1])
    near &= (cover.low[:-1] ^ cover.low[1:]) == _LOW_BIT.take(cover.lengths[:-1])
    return np.flatnonzero(near)


def _by_vpn(cover: _Cover, bits: int) -> dict[int, list[Prefix]]:
    found: dict[int, list[Prefix]] = {}
    version = 4 if bits < 2 * _HALF else 6
    columns = (cover.vpns.tolist(), cover.high.tolist(), cover.low.tolist(), cover.lengths.tolist())
    for vpn, high, low, length in zip(*columns, strict=True):
        network = high >> _HALF - bits if version == 4 else high << _HALF | low
        found.setdefault(vpn, []).append(Prefix(version, network, length))
    return found
