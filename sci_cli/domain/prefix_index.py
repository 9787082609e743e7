"""Prefixes that were checked, kept so that more can be checked against them without sorting them again.

Sorted rows as plain columns of numbers, with the nearest wider prefix of each: what lies inside a prefix is
one range, found by bisection, and what lies around it a chain of at most 33 or 129 steps. The columns are
raw arrays; an index could be written to a file as they are.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sci_cli.domain.collisions import (
    DEFAULT_LIMIT,
    Collision,
    Entry,
    Origin,
    OriginOf,
    Swallowing,
    collision_of,
    packed_rows,
)
from sci_cli.domain.laminar import SWALLOWS_FROM, Row, Rows, sorted_rows
from sci_cli.domain.prefixes import BITS, Prefix

_LOW = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Shelf:
    """The rows of one version, sorted by address, length and VPN.

    Args:
        bits: 32 or 128.
        upper: first addresses, of IPv6 their upper halves.
        lower: lower halves; empty where all are 0.
        lengths: the lengths.
        vpns: numbers of the VPNs.
        places: places in the input.
        parents: of each row, the last row of the nearest strictly wider prefix; -1 where there is none.
        by_vpn: positions of all rows, those of the first VPN first, ascending within each.
        offsets: where the positions of each VPN begin in `by_vpn`, and at the end their number.
    """

    bits: int
    upper: array[int]
    lower: array[int]
    lengths: array[int]
    vpns: array[int]
    places: array[int]
    parents: array[int]
    by_vpn: array[int]
    offsets: array[int]

    def row(self, at: int) -> Row:
        """The row at that position."""
        network = self.upper[at]
        if self.bits == BITS[6]:
            network = network << 64 | (self.lower[at] if self.lower else 0)
        return Row(network, self.lengths[at], self.vpns[at], self.places[at])

    def position(self, network: int, length: int) -> int:
        """How many rows come before such a prefix."""
        upper, low = (network, 0) if self.bits == BITS[4] else (network >> 64, network & _LOW)
        begin = bisect_left(self.upper, upper)
        if begin == len(self.upper) or self.upper[begin] != upper:
            return begin
        end = bisect_right(self.upper, upper, begin)
        if self.lower:
            begin, end = bisect_left(self.lower, low, begin, end), bisect_right(self.lower, low, begin, end)
        elif low:
            return end
        return bisect_left(self.lengths, length, begin, end)

    def own(self, vpn: int, begin: int, end: int) -> tuple[int, int]:
        """Where in `by_vpn` the rows of a VPN between two positions begin and end."""
        first, last = self.offsets[vpn], self.offsets[vpn + 1]
        low = bisect_left(self.by_vpn, begin, first, last)
        return low, bisect_left(self.by_vpn, end, low, last)

    def around(self, network: int, length: int, position: int) -> Iterator[tuple[int, int]]:
        """The rows of each strictly wider prefix around one at that position, the nearest first."""
        at = position - 1
        while at >= 0:
            row = self.row(at)
            if row.length < length and (row.network ^ network) >> (self.bits - row.length) == 0:
                yield self.position(row.network, row.length), at + 1
            at = self.parents[at]


@dataclass(frozen=True, slots=True)
class Addition:
    """What adding prefixes to a VPN would bring.

    Args:
        pairs: how many collisions with prefixes of other VPNs, exactly.
        matrix: the same for each other VPN.
        listed: the first of them, by the prefix added, then the wider ones around it, then those inside;
            without those that `swallowing` says.
        swallowing: prefixes, added or there, that collide with very many on the other side, with the count of
            these; the one with the most first.
        swallowers: how many such prefixes there are; `swallowing` has at most as many as the limit allows.
        folded: how many of the pairs have a swallower as the wider or an equal prefix.
        repeated: how many of the prefixes are given twice, or are in the VPN already.
    """

    pairs: int
    matrix: Mapping[str, int]
    listed: tuple[Collision, ...]
    swallowing: tuple[Swallowing, ...]
    swallowers: int
    folded: int
    repeated: int


@dataclass(frozen=True, slots=True)
class Index:
    """Prefixes of all VPNs on a port, ready to be asked about further ones.

    Args:
        names: the names of the VPNs, sorted.
        shelves: for the keys 4 and 6.
        origin_of: the origin of a row's place.
    """

    names: tuple[str, ...]
    shelves: Mapping[int, Shelf]
    origin_of: OriginOf

    @classmethod
    def build(cls, vpns: Mapping[str, Sequence[Entry]]) -> Index:
        """Sorts the prefixes of all VPNs; repeated ones keep their first origin."""
        names = sorted(vpns)
        numbers, origin_of = packed_rows(names, vpns)
        shelves = {
            version: shelf_of(sorted_rows(rows, BITS[version], len(names))[0], len(names))
            for version, rows in numbers.items()
        }
        return cls(tuple(names), shelves, origin_of)

    def adding(self, vpn: str, entries: Sequence[Entry], *, limit: int = DEFAULT_LIMIT) -> Addition:
        """What would collide if these prefixes were added to that VPN; the index stays as it is.

        The cost grows with the number of prefixes added, not with those in the index.

        Args:
            vpn: a VPN of the index, or a new one.
            entries: the prefixes to add.
            limit: the most collisions and the most swallowing prefixes named.
        """
        return _Adding(self, vpn).run(entries, limit)


def shelf_of(rows: Rows, vpn_count: int) -> Shelf:
    """The columns of sorted rows."""
    four = rows.bits == BITS[4]
    lower = array("Q") if four else array("Q", (prefix >> 8 & _LOW for prefix in rows.prefixes))
    by_vpn = sorted(range(len(rows.vpns)), key=rows.vpns.__getitem__)
    offsets = [0] * (vpn_count + 1)
    for vpn in rows.vpns:
        offsets[vpn + 1] += 1
    for vpn in range(vpn_count):
        offsets[vpn + 1] += offsets[vpn]
    return Shelf(
        rows.bits,
        array("Q", (prefix >> (8 if four else 72) for prefix in rows.prefixes)),
        lower if any(lower) else array("Q"),
        array("B", (prefix & 255 for prefix in rows.prefixes)),
        array("L", rows.vpns),
        array("Q", rows.places),
        _parents(rows),
        array("Q", by_vpn),
        array("Q", offsets),
    )


def _parents(rows: Rows) -> array[int]:
    parents = array("q")
    around: list[int] = []  # the last row of each different prefix on the stack
    before = -1
    for at, prefix in enumerate(rows.prefixes):
        if prefix == before:
            around[-1] = at
            parents.append(parents[-1])
            continue
        before = prefix
        while around and not _contains(rows.prefixes[around[-1]], prefix, rows.bits):
            around.pop()
        parents.append(around[-1] if around else -1)
        around.append(at)
    return parents


def _contains(outer: int, inner: int, bits: int) -> bool:
    return (outer ^ inner) >> 8 + bits - (outer & 255) == 0


class _Adding:
    """One question to an index."""

    def __init__(self, index: Index, vpn: str) -> None:
        self.index = index
        self.vpn = vpn
        at = bisect_left(index.names, vpn)
        known = at < len(index.names) and index.names[at] == vpn
        self.number = at if known else None
        self.counts = [0] * len(index.names)
        self.pairs = 0
        self.around: dict[
            tuple[int, int, int], int
        ] = {}  # version and rows of a wider prefix: prefixes added
        self.kept: list[tuple[Prefix, Origin, list[tuple[int, int]], int, int]] = []
        self.swallowing: list[Swallowing] = []
        self.swallowed: set[Prefix] = set()
        self.folded = 0

    def run(self, entries: Sequence[Entry], limit: int) -> Addition:
        new: dict[Prefix, Origin] = {}
        for entry in entries:
            new.setdefault(entry.prefix, entry.origin)
        for prefix in sorted(new, key=lambda each: (each.version, each.network, each.length)):
            self._meet(prefix, new[prefix])
        wide = self._settle_around()
        listed = tuple(self._list(wide, limit))
        self.swallowing.sort(key=lambda each: (-each.count, each.prefix, each.vpn))
        return Addition(
            pairs=self.pairs,
            matrix={name: count for name, count in zip(self.index.names, self.counts, strict=True) if count},
            listed=listed,
            swallowing=tuple(self.swallowing[:limit]),
            swallowers=len(self.swallowing),
            folded=self.folded,
            repeated=len(entries) - len(self.kept),
        )

    def _meet(self, prefix: Prefix, origin: Origin) -> None:
        """Counts what is inside a prefix, and notes what is around it."""
        shelf = self.index.shelves[prefix.version]
        network, length = prefix.network, prefix.length
        begin = shelf.position(network, length)
        end = shelf.position(prefix.last, shelf.bits + 1)
        own = 0
        if self.number is not None and end > begin:
            first, last = shelf.own(self.number, begin, end)
            own = last - first
            if own:
                row = shelf.row(shelf.by_vpn[first])
                if (row.network, row.length) == (network, length):
                    return
        around = list(shelf.around(network, length, begin))
        for wider in around:
            key = (prefix.version, *wider)
            self.around[key] = self.around.get(key, 0) + 1
        self.kept.append((prefix, origin, around, begin, end))
        count = end - begin - own
        if not count:
            return
        self.pairs += count
        met = self._count_inside(shelf, begin, end)
        if count > SWALLOWS_FROM:
            self.folded += count
            names = tuple(self.index.names[vpn] for vpn in met)
            self.swallowing.append(Swallowing(self.vpn, prefix, origin, count, names))
            self.swallowed.add(prefix)

    def _count_inside(self, shelf: Shelf, begin: int, end: int) -> list[int]:
        """Counts the rows of other VPNs in a range; returns these VPNs, sorted."""
        counts: dict[int, int] = {}
        if end - begin <= 8 * len(self.counts):
            for vpn in shelf.vpns[begin:end]:
                counts[vpn] = counts.get(vpn, 0) + 1
        else:
            for vpn in range(len(self.counts)):
                first, last = shelf.own(vpn, begin, end)
                if last > first:
                    counts[vpn] = last - first
        if self.number is not None:
            counts.pop(self.number, None)
        for vpn, count in counts.items():
            self.counts[vpn] += count
        return sorted(counts)

    def _settle_around(self) -> set[tuple[int, int]]:
        """Counts the pairs with wider prefixes; returns where the swallowers among these are."""
        wide = set()
        for (version, begin, end), count in self.around.items():
            shelf = self.index.shelves[version]
            for at in range(begin, end):
                row = shelf.row(at)
                if row.vpn == self.number:
                    continue
                self.pairs += count
                self.counts[row.vpn] += count
                if count > SWALLOWS_FROM:
                    self.folded += count
                    wide.add((version, at))
                    self.swallowing.append(
                        Swallowing(
                            self.index.names[row.vpn],
                            Prefix(version, row.network, row.length),
                            self.index.origin_of(row.place),
                            count,
                            (self.vpn,),
                        )
                    )
        return wide

    def _list(self, wide: set[tuple[int, int]], limit: int) -> Iterator[Collision]:
        most = min(limit, self.pairs - self.folded)
        for prefix, origin, around, begin, end in self.kept:
            ranges = [range(*wider) for wider in reversed(around)]
            if prefix not in self.swallowed:
                ranges.append(range(begin, end))
            shelf = self.index.shelves[prefix.version]
            for at in (at for each in ranges for at in each):
                if most <= 0:
                    return
                row = shelf.row(at)
                if row.vpn != self.number and (prefix.version, at) not in wide:
                    most -= 1
                    yield self._collision(prefix, origin, row)

    def _collision(self, prefix: Prefix, origin: Origin, row: Row) -> Collision:
        """With the two VPNs as the only ones, the prefix added at place 0 and the row at place 1."""
        names = sorted((self.vpn, self.index.names[row.vpn]))
        added = Row(prefix.network, prefix.length, names.index(self.vpn), 0)
        there = Row(row.network, row.length, 1 - added.vpn, 1)
        wider, narrower = (added, there) if added.length <= there.length else (there, added)
        origins = (origin, self.index.origin_of(row.place))
        return collision_of(prefix.version, wider, narrower, names, origins.__getitem__)
