"""The collision report by its definition, every pair looked at with the standard library; random input."""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Mapping, Sequence
from itertools import combinations

from sci_cli.domain.collisions import Collision, CollisionReport, Entry, Origin, Swallowing, VpnCount
from sci_cli.domain.overlap import Relation
from sci_cli.domain.prefixes import BITS, Prefix, network_of

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Item = tuple[Prefix, str, Origin]
Pair = tuple[Item, Item]
Vpns = Mapping[str, Sequence[Entry]]
MANY = 20  # said in `Swallowing`: more pairs than these


def network(prefix: Prefix) -> Network:
    kind = ipaddress.IPv4Network if prefix.version == 4 else ipaddress.IPv6Network
    return kind((prefix.network, prefix.length))


def items(vpns: Vpns) -> list[Item]:
    """The different prefixes of each VPN with their first origin, sorted by prefix and VPN."""
    first: dict[tuple[Prefix, str], Origin] = {}
    for name, entries in vpns.items():
        for entry in entries:
            first.setdefault((entry.prefix, name), entry.origin)
    return [(prefix, name, first[prefix, name]) for prefix, name in sorted(first)]


def pairs(found: Sequence[Item]) -> list[Pair]:
    """Every colliding pair, the wider or equal prefix first, in the order reports list them."""
    met = []
    for (one, a), (other, b) in combinations([(item, network(item[0])) for item in found], 2):
        if one[1] == other[1] or a.version != b.version or not a.overlaps(b):
            continue
        wider, narrower = (one, other) if a.prefixlen <= b.prefixlen else (other, one)
        met.append((wider, narrower))
    return sorted(met, key=lambda pair: (pair[1][0], pair[0][0], pair[0][1], pair[1][1]))


def collision(wider: Item, narrower: Item) -> Collision:
    left, right = sorted((wider, narrower), key=lambda item: item[1])
    relation = Relation.CONTAINED
    if left[0] == right[0]:
        relation = Relation.EQUAL
    elif left[0].length < right[0].length:
        relation = Relation.CONTAINS
    return Collision(left[1], left[0], left[2], relation, right[1], right[0], right[2])


def report(vpns: Vpns, met: Sequence[Pair], limit: int) -> CollisionReport:
    """What `collide` promises, worked out pair by pair; `met` are the colliding `pairs` of its items."""
    below: dict[Item, list[Item]] = {}
    matrix: dict[tuple[str, str], int] = {}
    for wider, narrower in met:
        below.setdefault(wider, []).append(narrower)
        if wider[0] == narrower[0]:
            below.setdefault(narrower, []).append(wider)
        one, other = sorted((wider[1], narrower[1]))
        matrix[one, other] = matrix.get((one, other), 0) + 1
    swallowers = {item: others for item, others in below.items() if len(others) > MANY}
    ordered = sorted(swallowers, key=lambda item: (-len(swallowers[item]), item[0], item[1]))
    open_pairs = [
        (wider, narrower)
        for wider, narrower in met
        if wider not in swallowers and not (wider[0] == narrower[0] and narrower in swallowers)
    ]
    return CollisionReport(
        vpns=tuple(_count(name, vpns[name]) for name in sorted(vpns)),
        pairs=len(met),
        matrix=matrix,
        listed=tuple(collision(*pair) for pair in open_pairs[:limit]),
        swallowing=tuple(
            Swallowing(*_said(item), len(swallowers[item]), _names(swallowers[item]))
            for item in ordered[:limit]
        ),
        swallowers=len(swallowers),
        folded=len(met) - len(open_pairs),
        shared_v4=_shared(4, met),
        shared_v6=_shared(6, met),
    )


def _names(found: Sequence[Item]) -> tuple[str, ...]:
    return tuple(sorted({name for _, name, _ in found}))


def _said(item: Item) -> tuple[str, Prefix, Origin]:
    prefix, name, origin = item
    return name, prefix, origin


def _count(name: str, entries: Sequence[Entry]) -> VpnCount:
    different = {entry.prefix for entry in entries}
    networks = [network(prefix) for prefix in different]
    nested = {
        inner for inner in networks for outer in networks if outer is not inner and _inside(inner, outer)
    }
    v4 = sum(prefix.version == 4 for prefix in different)
    return VpnCount(name, v4, len(different) - v4, len(entries) - len(different), len(nested))


def _inside(inner: Network, outer: Network) -> bool:
    if isinstance(inner, ipaddress.IPv4Network) and isinstance(outer, ipaddress.IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(inner, ipaddress.IPv6Network) and isinstance(outer, ipaddress.IPv6Network):
        return inner.subnet_of(outer)
    return False


def _shared(version: int, met: Sequence[Pair]) -> int:
    """Addresses in the intersections of all pairs, each once."""
    prefixes = [narrower[0] for _, narrower in met if narrower[0].version == version]
    if version == 4:
        fours = [ipaddress.IPv4Network((each.network, each.length)) for each in prefixes]
        return sum(each.num_addresses for each in ipaddress.collapse_addresses(fours))
    sixes = [ipaddress.IPv6Network((each.network, each.length)) for each in prefixes]
    return sum(each.num_addresses for each in ipaddress.collapse_addresses(sixes))


def random_vpns(seed: int, most: int = 60) -> dict[str, list[Entry]]:
    """A few VPNs with prefixes crowded so that they repeat, nest and collide, the ends of the space too."""
    rnd = random.Random(seed)
    names = rnd.sample(["CORP", "LAB", "a", "b-2", "VPN 7", "Zürich", "site/9"], rnd.randint(1, 7))
    vpns: dict[str, list[Entry]] = {name: [] for name in names}
    crowding = rnd.choice((2, 4, 8, 128))
    for place in range(rnd.randint(0, most)):
        name = rnd.choice(names)
        vpns[name].append(Entry(random_prefix(rnd, crowding), Origin(rnd.choice(("one", "two")), place)))
    return vpns


def random_prefix(rnd: random.Random, crowding: int) -> Prefix:
    """Any length; only `crowding` bits of the address vary, at a place that suits the length."""
    version = rnd.choice((4, 6))
    bits = BITS[version]
    length = rnd.choice((0, 1, 8, 16, 24, bits // 2, bits // 2 + 1, bits - 1, bits, rnd.randint(0, bits)))
    varying = rnd.getrandbits(min(crowding, bits))
    base = rnd.choice((0, (1 << bits) - 1, 10 << (bits - 8)))
    shift = rnd.choice((0, bits - min(crowding, bits), rnd.randint(0, bits - min(crowding, bits))))
    return network_of(version, (base ^ varying << shift) & ((1 << bits) - 1), length)
