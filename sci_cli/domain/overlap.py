"""Overlap between the prefixes of VPNs on one port, and repetition within one VPN."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sci_cli.domain.prefixes import BITS, Prefix


class Relation(StrEnum):
    """How the left prefix of an overlap lies to the right one."""

    EQUAL = "equal"
    CONTAINS = "contains"
    CONTAINED = "contained"

    @property
    def words(self) -> str:
        """The relation between both sides in a sentence: `lies inside`."""
        return _WORDS[self]


_WORDS = {
    Relation.EQUAL: "is the same as",
    Relation.CONTAINS: "contains",
    Relation.CONTAINED: "lies inside",
}


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two prefixes of different VPNs that share addresses."""

    left_vpn: str
    left: Prefix
    relation: Relation
    right_vpn: str
    right: Prefix

    @property
    def intersection(self) -> Prefix:
        """The addresses in both: of two prefixes that overlap this is the smaller one."""
        return self.left if self.relation is Relation.CONTAINED else self.right


def find_overlaps(vpns: Mapping[str, Iterable[Prefix]]) -> tuple[Overlap, ...]:
    """Every pair of prefixes of different VPNs that share addresses, each pair once.

    The VPN whose name sorts first is on the left; the pairs are sorted by both names, then both prefixes.
    """
    owners = _owners(vpns)
    found = [
        _overlap(left_vpn, prefix, right_vpn, prefix)
        for prefix, names in owners.items()
        for place, left_vpn in enumerate(names)
        for right_vpn in names[place + 1 :]
    ]
    for outer, inner in _nested(owners):
        for outer_vpn in owners[outer]:
            for inner_vpn in owners[inner]:
                if outer_vpn < inner_vpn:
                    found.append(_overlap(outer_vpn, outer, inner_vpn, inner))
                elif inner_vpn < outer_vpn:
                    found.append(_overlap(inner_vpn, inner, outer_vpn, outer))
    return tuple(sorted(found, key=lambda each: (each.left_vpn, each.right_vpn, each.left, each.right)))


def find_overlaps_with(
    adding_name: str, adding: Iterable[Prefix], attached: Mapping[str, Iterable[Prefix]]
) -> tuple[Overlap, ...]:
    """Every pair of a prefix being added, on the left, and a prefix of an attached VPN, on the right.

    Sorted by the prefix added, then the attached VPN and its prefix. An attached VPN of the same name is left
    out: a VPN does not overlap with itself. What is attached is gone through once; only what lies near the
    prefixes added is sorted with them.
    """
    new = set(adding)
    blocks = _blocks(new)
    owners = _owners(
        {name: _near(prefixes, blocks) for name, prefixes in attached.items() if name != adding_name}
    )
    found = [_overlap(adding_name, prefix, vpn, prefix) for prefix in new for vpn in owners.get(prefix, ())]
    for outer, inner in _nested(new.union(owners)):
        if outer in new:
            found += [_overlap(adding_name, outer, vpn, inner) for vpn in owners.get(inner, ())]
        if inner in new:
            found += [_overlap(adding_name, inner, vpn, outer) for vpn in owners.get(outer, ())]
    return tuple(sorted(found, key=lambda each: (each.left, each.right_vpn, each.right)))


def nested_within(prefixes: Iterable[Prefix]) -> tuple[tuple[Prefix, Prefix], ...]:
    """Every (outer, inner) pair of different prefixes of one VPN, sorted; normal routing, worth a note."""
    return tuple(sorted(_nested(set(prefixes))))


def duplicates(prefixes: Iterable[Prefix]) -> tuple[Prefix, ...]:
    """The prefixes given more than once, each named once, sorted."""
    return tuple(sorted(prefix for prefix, times in Counter(prefixes).items() if times > 1))


def _owners(vpns: Mapping[str, Iterable[Prefix]]) -> dict[Prefix, list[str]]:
    """Each prefix with the sorted names of the VPNs that have it."""
    owners: dict[Prefix, list[str]] = {}
    for name in sorted(vpns):
        for prefix in set(vpns[name]):
            owners.setdefault(prefix, []).append(name)
    return owners


def _blocks(prefixes: Iterable[Prefix]) -> dict[int, tuple[list[int], list[int]]]:
    """For each version the first and the last addresses of the outermost prefixes, ascending."""
    blocks: dict[int, tuple[list[int], list[int]]] = {version: ([], []) for version in BITS}
    for prefix in sorted(prefixes):
        firsts, lasts = blocks[prefix.version]
        if not lasts or prefix.network > lasts[-1]:
            firsts.append(prefix.network)
            lasts.append(prefix.last)
    return blocks


def _near(prefixes: Iterable[Prefix], blocks: Mapping[int, tuple[list[int], list[int]]]) -> list[Prefix]:
    """Those that share addresses with a block."""
    near = []
    for prefix in prefixes:
        firsts, lasts = blocks[prefix.version]
        at = bisect_right(firsts, prefix.last) - 1
        if at >= 0 and lasts[at] >= prefix.network:
            near.append(prefix)
    return near


def _nested(different: Iterable[Prefix]) -> Iterator[tuple[Prefix, Prefix]]:
    """Every (outer, inner) pair among prefixes of which no two are equal.

    Sorted by first address and then length, an outer prefix comes before all it contains, so the ones around
    the current prefix form a stack. It is at most 33 or 129 deep: O(n log n) and a bounded step each.
    """
    around: list[Prefix] = []
    for prefix in sorted(different):
        while around and not around[-1].contains(prefix):
            around.pop()
        for outer in around:
            yield outer, prefix
        around.append(prefix)


def _overlap(left_vpn: str, left: Prefix, right_vpn: str, right: Prefix) -> Overlap:
    if left == right:
        relation = Relation.EQUAL
    else:
        relation = Relation.CONTAINS if left.length < right.length else Relation.CONTAINED
    return Overlap(left_vpn, left, relation, right_vpn, right)
