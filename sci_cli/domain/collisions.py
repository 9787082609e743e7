"""Collisions between the prefixes of VPNs that share a port: counted exactly, listed in part or streamed.

Two different VPNs collide where a prefix of one shares addresses with a prefix of the other; a prefix given
twice in one VPN counts once, with its first origin, and equal prefixes of two VPNs are one pair.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from sci_cli.domain.laminar import Row, Rows, Survey, packed, pairs_of, sorted_rows, survey
from sci_cli.domain.overlap import Relation
from sci_cli.domain.prefixes import BITS, Prefix

DEFAULT_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a prefix was given: a file or an option, and the line in it; line 0 where there are no lines."""

    source: str
    line: int = 0

    def __str__(self) -> str:
        """`corp.txt:12`, or `--prefix` where there are no lines."""
        return f"{self.source}:{self.line}" if self.line else self.source


@dataclass(frozen=True, slots=True)
class Entry:
    """A prefix of a VPN and where it was given."""

    prefix: Prefix
    origin: Origin


@dataclass(frozen=True, slots=True)
class Collision:
    """Two prefixes of different VPNs that share addresses; the VPN whose name sorts first is on the left."""

    left_vpn: str
    left: Prefix
    left_origin: Origin
    relation: Relation
    right_vpn: str
    right: Prefix
    right_origin: Origin

    @property
    def intersection(self) -> Prefix:
        """The addresses in both: of two prefixes that collide this is the smaller one."""
        return self.left if self.relation is Relation.CONTAINED else self.right


@dataclass(frozen=True, slots=True)
class Swallowing:
    """One prefix, such as a default route, that collides with so many others that it is said once.

    Args:
        vpn: its VPN.
        prefix: the prefix.
        origin: where it was given.
        count: how many prefixes of other VPNs are equal to it or inside it.
        vpns: the VPNs these belong to, sorted.
    """

    vpn: str
    prefix: Prefix
    origin: Origin
    count: int
    vpns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VpnCount:
    """What one VPN has.

    Args:
        vpn: its name.
        v4: different IPv4 prefixes.
        v6: different IPv6 prefixes.
        duplicates: how many times a prefix was given again.
        nested: different prefixes that lie inside another one of the same VPN.
    """

    vpn: str
    v4: int
    v6: int
    duplicates: int
    nested: int


class PairCounts(Mapping[tuple[str, str], int]):
    """How many pairs collide between each two VPNs that collide at all; names sorted, in sorted order.

    Held as two columns of numbers: where every VPN collides with every other there is half a million of them
    among a thousand VPNs.

    Args:
        names: the names of the VPNs, sorted.
        codes: `lower * len(names) + higher` of two VPNs by number, ascending.
        counts: the pairs of each code, at least 1.
    """

    def __init__(self, names: Sequence[str], codes: array[int], counts: array[int]) -> None:
        self._names = tuple(names)
        self._numbers = {name: number for number, name in enumerate(self._names)}
        self._codes = codes
        self._counts = counts

    def __getitem__(self, pair: tuple[str, str]) -> int:
        """The pairs between two VPNs.

        Raises:
            KeyError: these two do not collide, or are not in sorted order.
        """
        one, other = pair
        code = self._numbers[one] * len(self._names) + self._numbers[other]
        at = bisect_left(self._codes, code)
        if at == len(self._codes) or self._codes[at] != code:
            raise KeyError(pair)
        return self._counts[at]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Both names of each two VPNs that collide, sorted."""
        for code in self._codes:
            one, other = divmod(code, len(self._names))
            yield self._names[one], self._names[other]

    def __len__(self) -> int:
        """How many two VPNs collide."""
        return len(self._codes)

    def __repr__(self) -> str:
        """As a dictionary shows itself."""
        return f"PairCounts({dict(self)!r})"


@dataclass(frozen=True, slots=True)
class CollisionReport:
    """What collides among VPNs that share a port.

    Args:
        vpns: every VPN, sorted by name.
        pairs: how many pairs of different prefixes collide across VPNs, exactly.
        matrix: the same for each two VPNs, names sorted; VPNs that do not collide are not in it.
        listed: the first collisions in the order of `every_collision`, without those that `swallowing` says.
        swallowing: prefixes that collide with very many others, the one with the most first.
        swallowers: how many such prefixes there are; `swallowing` has at most as many as the limit allows.
        folded: how many of the pairs have a swallower as the wider prefix, or as one of two equal ones.
        shared_v4: IPv4 addresses that are in more than one VPN.
        shared_v6: IPv6 addresses that are in more than one VPN.
    """

    vpns: tuple[VpnCount, ...]
    pairs: int
    matrix: Mapping[tuple[str, str], int]
    listed: tuple[Collision, ...]
    swallowing: tuple[Swallowing, ...]
    swallowers: int
    folded: int
    shared_v4: int
    shared_v6: int

    @property
    def unlisted(self) -> int:
        """How many pairs are neither listed nor said by a swallower."""
        return self.pairs - self.folded - len(self.listed)


OriginOf = Callable[[int], Origin]
_Side: TypeAlias = "tuple[int, str, Prefix, Origin]"  # number and name of the VPN first
_SIDES = 4096  # held to be met again


def collide(vpns: Mapping[str, Sequence[Entry]], *, limit: int = DEFAULT_LIMIT) -> CollisionReport:
    """Counts every collision exactly and lists the first ones.

    Costs grow as sorting does, whatever the number of pairs; only the matrix may grow with the square of the
    number of VPNs.

    Args:
        vpns: the prefixes of each VPN, in the order given; several thousand up to some 50,000 in all.
        limit: the most collisions and the most swallowing prefixes named.
    """
    names = sorted(vpns)
    numbers, origin_of = packed_rows(names, vpns)
    surveys = {version: survey(rows, BITS[version], len(names), limit) for version, rows in numbers.items()}
    return report_of(names, surveys, matrix_of(names, surveys), origin_of, limit)


def every_collision(vpns: Mapping[str, Sequence[Entry]]) -> Iterator[Collision]:
    """Every collision, one after the other; beside the input and its sorted order nothing is held.

    IPv4 comes before IPv6. Ordered by the narrower prefix, then the wider one, then the VPN of the wider and
    of the narrower; of equal prefixes, by both VPNs.
    """
    names = sorted(vpns)
    numbers, origin_of = packed_rows(names, vpns)
    for version, unsorted in numbers.items():
        rows, _ = sorted_rows(unsorted, BITS[version], len(names))
        yield from collisions_of(rows, names, origin_of)


def collisions_of(rows: Rows, names: Sequence[str], origin_of: OriginOf) -> Iterator[Collision]:
    """Every collision among sorted rows of one version, in the order of `every_collision`."""
    version = 4 if rows.bits == BITS[4] else 6

    # A row is met again with each row around it and inside it.
    @lru_cache(maxsize=_SIDES)
    def side(at: int) -> _Side:
        return _side(version, rows[at], names, origin_of)

    for outer, inner in pairs_of(rows):
        yield _between(side(outer), side(inner))


def collision_of(
    version: int, outer: Row, inner: Row, names: Sequence[str], origin_of: OriginOf
) -> Collision:
    """The collision of two rows, of which the first is the wider one or both are equal."""
    sides = (_side(version, row, names, origin_of) for row in (outer, inner))
    return _between(*sides)


def _side(version: int, row: Row, names: Sequence[str], origin_of: OriginOf) -> _Side:
    return row.vpn, names[row.vpn], Prefix(version, row.network, row.length), origin_of(row.place)


def _between(outer: _Side, inner: _Side) -> Collision:
    left, right = (outer, inner) if outer[0] < inner[0] else (inner, outer)
    if left[2].length == right[2].length:
        relation = Relation.EQUAL
    else:
        relation = Relation.CONTAINS if left is outer else Relation.CONTAINED
    return Collision(*left[1:], relation, *right[1:])


def matrix_of(names: Sequence[str], surveys: Mapping[int, Survey]) -> PairCounts:
    """The matrices of all versions as one."""
    fewer, total = sorted((found.matrix for found in surveys.values()), key=len)
    total = total.copy()
    for code, count in fewer.items():
        total[code] = total.get(code, 0) + count
    codes = sorted(total)
    return PairCounts(names, array("Q", codes), array("Q", map(total.__getitem__, codes)))


def report_of(
    names: Sequence[str],
    surveys: Mapping[int, Survey],
    matrix: Mapping[tuple[str, str], int],
    origin_of: OriginOf,
    limit: int,
) -> CollisionReport:
    """Puts what was found among IPv4 and among IPv6 prefixes together, with names and origins.

    Args:
        names: the names of the VPNs, sorted; rows name them by number.
        surveys: for the keys 4 and 6.
        matrix: the pairs of each two VPNs in both versions together.
        origin_of: the origin of a row's place.
        limit: the most collisions and the most swallowing prefixes named.
    """
    v4, v6 = surveys[4], surveys[6]
    listed = [
        collision_of(version, outer, inner, names, origin_of)
        for version in (4, 6)
        for outer, inner in surveys[version].listed
    ]
    return CollisionReport(
        vpns=tuple(_vpn_count(name, number, v4, v6) for number, name in enumerate(names)),
        pairs=v4.pairs + v6.pairs,
        matrix=matrix,
        listed=tuple(listed[:limit]),
        swallowing=tuple(_swallowing(names, surveys, origin_of)[:limit]),
        swallowers=v4.swallower_count + v6.swallower_count,
        folded=v4.folded + v6.folded,
        shared_v4=v4.shared,
        shared_v6=v6.shared,
    )


def _vpn_count(name: str, number: int, v4: Survey, v6: Survey) -> VpnCount:
    return VpnCount(
        name,
        v4.distinct[number],
        v6.distinct[number],
        v4.duplicates[number] + v6.duplicates[number],
        v4.nested[number] + v6.nested[number],
    )


def _swallowing(names: Sequence[str], surveys: Mapping[int, Survey], origin_of: OriginOf) -> list[Swallowing]:
    said = [
        Swallowing(
            names[each.row.vpn],
            Prefix(version, each.row.network, each.row.length),
            origin_of(each.row.place),
            each.count,
            tuple(names[vpn] for vpn in each.vpns),
        )
        for version in (4, 6)
        for each in surveys[version].swallowers
    ]
    return sorted(said, key=lambda each: -each.count)


def packed_rows(
    names: list[str], vpns: Mapping[str, Sequence[Entry]]
) -> tuple[dict[int, list[int]], OriginOf]:
    """The rows of each version as packed numbers, and how to find the origin of a place."""
    numbers: dict[int, list[int]] = {4: [], 6: []}
    entries: list[Entry] = []
    for vpn, name in enumerate(names):
        for place, entry in enumerate(vpns[name], len(entries)):
            prefix = entry.prefix
            numbers[prefix.version].append(packed(prefix.network, prefix.length, vpn, place))
        entries.extend(vpns[name])
    return numbers, lambda place: entries[place].origin
