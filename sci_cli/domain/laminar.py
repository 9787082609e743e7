"""The sweep over many prefixes as numbers: exact counts of colliding pairs without listing them.

Of two prefixes one contains the other or they share nothing (a laminar family). Sorted by first address
and then length, a prefix is followed at once by all it contains, and those around a prefix form a stack of at
most 33 or 129. Every count below is taken from that order in one pass.

A row is one number: first address, length, VPN and place in the input, the higher parts before the lower
ones, so that sorting numbers sorts prefixes. VPNs are numbered in the order of their names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

SWALLOWS_FROM = 20  # pairs; a prefix with more than these is said once, with the count
VPN_BITS = 24
PLACE_BITS = 40

_VPN_MASK = (1 << VPN_BITS) - 1
_PLACE_MASK = (1 << PLACE_BITS) - 1


class Row(NamedTuple):
    """One prefix of one VPN: first address, length, number of the VPN, place in the input."""

    network: int
    length: int
    vpn: int
    place: int


@dataclass(frozen=True, slots=True)
class Swallower:
    """A row that collides with more than `SWALLOWS_FROM` equal or longer prefixes of other VPNs."""

    count: int
    row: Row
    vpns: tuple[int, ...]


@dataclass(slots=True)
class Survey:
    """What was found among the prefixes of one version.

    Args:
        distinct: per VPN, how many different prefixes it has.
        duplicates: per VPN, how many rows repeat a prefix.
        nested: per VPN, how many of its different prefixes lie inside another of its own.
        pairs: colliding pairs across VPNs.
        folded: how many of the pairs have a swallower as the wider prefix, or as one of two equal ones.
        matrix: pairs of each two VPNs; the key is `lower * number of VPNs + higher`.
        shared: addresses in more than one VPN.
        swallower_count: how many swallowers there are.
        swallowers: the first of them, the one with the most pairs first.
        listed: the first pairs without the folded ones, the wider prefix first, in the order of `pairs_of`.
    """

    distinct: list[int]
    duplicates: list[int]
    nested: list[int]
    pairs: int = 0
    folded: int = 0
    matrix: dict[int, int] = field(default_factory=dict)
    shared: int = 0
    swallower_count: int = 0
    swallowers: list[Swallower] = field(default_factory=list)
    listed: list[tuple[Row, Row]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rows:
    """Different rows of one version in sorted order, as columns.

    Args:
        bits: 32 or 128.
        prefixes: `network << 8 | length`.
        vpns: number of the VPN.
        places: place in the input, where several rows were equal the first.
    """

    bits: int
    prefixes: Sequence[int]
    vpns: Sequence[int]
    places: Sequence[int]

    def __getitem__(self, at: int) -> Row:
        """The row at that position."""
        prefix = self.prefixes[at]
        return Row(prefix >> 8, prefix & 255, self.vpns[at], self.places[at])


def packed(network: int, length: int, vpn: int, place: int) -> int:
    """The row as one number."""
    return (((network << 8 | length) << VPN_BITS | vpn) << PLACE_BITS) | place


def sorted_rows(numbers: list[int], bits: int, vpn_count: int) -> tuple[Rows, list[int]]:
    """Sorts packed rows in place; returns the different ones and, per VPN, how many repeat another."""
    numbers.sort()
    duplicates = [0] * vpn_count
    prefixes: list[int] = []
    vpns: list[int] = []
    places: list[int] = []
    last = -1
    for number in numbers:
        entry = number >> PLACE_BITS
        if entry == last:
            duplicates[entry & _VPN_MASK] += 1
            continue
        last = entry
        prefixes.append(entry >> VPN_BITS)
        vpns.append(entry & _VPN_MASK)
        places.append(number & _PLACE_MASK)
    return Rows(bits, prefixes, vpns, places), duplicates


def survey(numbers: list[int], bits: int, vpn_count: int, limit: int) -> Survey:
    """Surveys packed rows of one version; sorts them in place.

    Args:
        numbers: rows from `packed`, in any order.
        bits: 32 or 128.
        vpn_count: how many VPNs there are, those without rows included.
        limit: the most pairs and the most swallowers listed.
    """
    rows, duplicates = sorted_rows(numbers, bits, vpn_count)
    distinct = [0] * vpn_count
    for vpn in rows.vpns:
        distinct[vpn] += 1
    found = Survey(distinct, duplicates, [0] * vpn_count)
    near = _with_neighbours(rows)
    if near.prefixes:
        _Sweep(near, found).run(limit)
    return found


def pairs_of(rows: Rows, leave_out: Collection[int] = ()) -> Iterator[tuple[int, int]]:
    """Every pair of rows of different VPNs that share addresses, as positions, the wider or equal one first.

    Ordered by the narrower prefix, then the wider one, then the VPN of the wider and of the narrower row.
    Only the rows around the current one are held.

    Args:
        rows: what `sorted_rows` returns.
        leave_out: positions of rows that shall not be the wider one of a pair, nor one of two equal ones.
    """
    vpns = rows.vpns
    around: list[tuple[int, list[int]]] = []
    for first, after, network, end in _nodes(rows):
        while around and around[-1][0] < network:
            around.pop()
        own = range(first, after)
        for _, outers in around:
            for outer in outers:
                vpn = vpns[outer]
                for inner in own:
                    if vpns[inner] != vpn:
                        yield outer, inner
        kept = [each for each in own if each not in leave_out] if leave_out else list(own)
        for place, one in enumerate(kept):
            for other in kept[place + 1 :]:
                yield one, other
        if kept:
            around.append((end, kept))


def _with_neighbours(rows: Rows) -> Rows:
    """The rows that share addresses with another one; mostly few, and all that the sweep has to look at."""
    kept = [at for first, after in _families(rows) if after - first > 1 for at in range(first, after)]
    if len(kept) == len(rows.prefixes):
        return rows
    columns = (rows.prefixes, rows.vpns, rows.places)
    return Rows(rows.bits, *([column[at] for at in kept] for column in columns))


def _nodes(rows: Rows, begin: int = 0, until: int | None = None) -> Iterator[tuple[int, int, int, int]]:
    """Each different prefix: where its rows begin and end, its first and its last address."""
    prefixes, total = rows.prefixes, len(rows.prefixes) if until is None else until
    host = [(1 << (rows.bits - length)) - 1 for length in range(rows.bits + 1)]
    at = begin
    while at < total:
        prefix = prefixes[at]
        after = at + 1
        while after < total and prefixes[after] == prefix:
            after += 1
        network = prefix >> 8
        yield at, after, network, network | host[prefix & 255]
        at = after


def _hosts(bits: int) -> list[int]:
    """By length, what makes `network << 8 | length` as large as any prefix inside it can be."""
    return [((1 << (bits - length)) - 1) << 8 | 255 for length in range(bits + 1)]


def _families(rows: Rows) -> Iterator[tuple[int, int]]:
    """Where the rows that share addresses with the same outermost prefix begin and end."""
    hosts = _hosts(rows.bits)
    begin, reach = 0, -1
    for at, prefix in enumerate(rows.prefixes):
        if prefix > reach:
            if at:
                yield begin, at
            begin, reach = at, prefix | hosts[prefix & 255]
    if rows.prefixes:
        yield begin, len(rows.prefixes)


@dataclass(slots=True)
class _Node:
    """A prefix on the stack; `beneath` counts the rows of each VPN strictly inside it."""

    end: int
    first: int
    after: int
    beneath: dict[int, int] | None = None


class _Sweep:
    """One pass over sorted rows."""

    def __init__(self, rows: Rows, found: Survey) -> None:
        vpn_count = len(found.distinct)
        self.rows = rows
        self.hosts = _hosts(rows.bits)
        self.vpns = rows.vpns
        self.vpn_count = vpn_count
        self.around = [0] * vpn_count  # rows of each VPN on the stack
        self.around_total = 0
        self.shared_to = -1
        self.codes: list[int] = []  # cells of the matrix, one for each pair in a small family
        # Rows with the same owners are added up once for all: a matrix costs one step per cell, not per pair.
        self.beneath_owners: dict[tuple[int, ...], dict[int, int]] = {}
        self.equal_owners: dict[tuple[int, ...], int] = {}
        self.swallowers: list[tuple[int, int, int, int]] = []  # -count, position, first, end inside
        self.found = found

    def run(self, limit: int) -> None:
        for first, after in _families(self.rows):
            # In a family without more rows than that there is no swallower, and few pairs.
            if after - first <= SWALLOWS_FROM + 1:
                self._pair_up(first, after)
            else:
                self._sweep(first, after)
        self.found.matrix = self._matrix()
        self._name_swallowers(limit)
        self._list(limit)

    def _pair_up(self, first: int, after: int) -> None:
        """Counts the pairs of a small family one by one."""
        found, vpns, vpn_count, codes = self.found, self.vpns, self.vpn_count, self.codes
        family = self.rows.prefixes[first:after]
        owners = vpns[first:after]
        counted = len(codes)
        nested, met = set(), set()
        for outer, prefix in enumerate(family):
            vpn = owners[outer]
            reach = prefix | self.hosts[prefix & 255]
            for inner in range(outer + 1, len(family)):
                if family[inner] > reach:
                    break
                other = owners[inner]
                if other == vpn:
                    nested.add(inner)
                else:
                    met.add(inner)
                    codes.append(vpn * vpn_count + other if vpn < other else other * vpn_count + vpn)
        found.pairs += len(codes) - counted
        for inner in nested:
            found.nested[owners[inner]] += 1
        for inner in sorted(met):
            network = family[inner] >> 8
            if network > self.shared_to:
                end = (family[inner] | self.hosts[family[inner] & 255]) >> 8
                found.shared += end - network + 1
                self.shared_to = end

    def _sweep(self, begin: int, until: int) -> None:
        """Counts the pairs of a large family without going through them."""
        stack: list[_Node] = []
        vpns, around = self.vpns, self.around
        for first, after, network, end in _nodes(self.rows, begin, until):
            while stack and stack[-1].end < network:
                self._leave(stack, first)
            if stack or after - first > 1:
                self._meet(first, after, network, end)
            stack.append(_Node(end, first, after))
            for vpn in vpns[first:after]:
                around[vpn] += 1
            self.around_total += after - first
        while stack:
            self._leave(stack, until)

    def _meet(self, first: int, after: int, network: int, end: int) -> None:
        """Counts the pairs of which this prefix is the narrower one, and those among its owners."""
        found, around, total = self.found, self.around, self.around_total
        size = after - first
        pairs = size * (size - 1) // 2
        for vpn in self.vpns[first:after]:
            own = around[vpn]
            pairs += total - own
            if own:
                found.nested[vpn] += 1
        found.pairs += pairs
        # What is shared is the union of the narrower prefixes of all pairs.
        if pairs and network > self.shared_to:
            found.shared += end - network + 1
            self.shared_to = end

    def _leave(self, stack: list[_Node], until: int) -> None:
        """Takes the top prefix off the stack; all it contains lies before `until`."""
        node = stack.pop()
        owners = self.vpns[node.first : node.after]
        for vpn in owners:
            self.around[vpn] -= 1
        self.around_total -= len(owners)
        inside = until - node.first
        if inside > 1:
            self._settle(node, tuple(owners), inside)
        if not stack:
            return
        if node.beneath is None and len(owners) == 1 and stack[-1].beneath is not None:
            counts = stack[-1].beneath
            counts[owners[0]] = counts.get(owners[0], 0) + 1
            return
        mine = node.beneath or {}
        for vpn in owners:
            mine[vpn] = mine.get(vpn, 0) + 1
        parent = stack[-1]
        if parent.beneath is None:
            parent.beneath = mine
            return
        if len(parent.beneath) < len(mine):
            parent.beneath, mine = mine, parent.beneath
        _add(parent.beneath, mine)

    def _settle(self, node: _Node, owners: tuple[int, ...], inside: int) -> None:
        """Notes the pairs of which this prefix is the wider one, for the matrix and as a swallower."""
        beneath = node.beneath or {}
        size = len(owners)
        if size > 1:
            self.equal_owners[owners] = self.equal_owners.get(owners, 0) + 1
        if beneath:
            _add(self.beneath_owners.setdefault(owners, {}), beneath)
        swallowing = 0
        for position, vpn in enumerate(owners, node.first):
            count = inside - 1 - beneath.get(vpn, 0)
            if count > SWALLOWS_FROM:
                swallowing += 1
                self.found.folded += count - (size - 1)
                self.swallowers.append((-count, position, node.first, node.first + inside))
        left = size - swallowing
        self.found.folded += (size * (size - 1) - left * (left - 1)) // 2

    def _matrix(self) -> dict[int, int]:
        matrix: dict[int, int] = Counter(self.codes)
        vpn_count = self.vpn_count
        for owners, times in self.equal_owners.items():
            for place, one in enumerate(owners):
                for other in owners[place + 1 :]:
                    code = one * vpn_count + other
                    matrix[code] = matrix.get(code, 0) + times
        for owners, beneath in self.beneath_owners.items():
            for one in owners:
                for other, count in beneath.items():
                    if one != other:
                        code = one * vpn_count + other if one < other else other * vpn_count + one
                        matrix[code] = matrix.get(code, 0) + count
        return matrix

    def _name_swallowers(self, limit: int) -> None:
        found = self.found
        found.swallower_count = len(self.swallowers)
        with_whom: dict[tuple[int, int], list[int]] = {}
        for count, position, first, end in sorted(self.swallowers)[:limit]:
            if (first, end) not in with_whom:
                with_whom[first, end] = sorted(set(self.vpns[first:end]))
            row = self.rows[position]
            others = tuple(vpn for vpn in with_whom[first, end] if vpn != row.vpn)
            found.swallowers.append(Swallower(-count, row, others))

    def _list(self, limit: int) -> None:
        most = min(limit, self.found.pairs - self.found.folded)
        if most <= 0:
            return
        pairs = pairs_of(self.rows, {position for _, position, _, _ in self.swallowers})
        for _, (outer, inner) in zip(range(most), pairs, strict=False):
            self.found.listed.append((self.rows[outer], self.rows[inner]))


def _add(counts: dict[int, int], more: dict[int, int]) -> None:
    for vpn, count in more.items():
        counts[vpn] = counts.get(vpn, 0) + count
