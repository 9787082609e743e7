"""What the VPNs on one port must satisfy together: overlap, MAX, special and reserved ranges → findings.

Reading of the guide's MAX sentence, the stricter of the possible ones: the port imports the routes of all its
VPNs, so the total over all of them counts against the smallest MAX among them; every VPN is checked against
its own MAX too. IPv4 and IPv6 are counted apart, and a VPN without prefixes of a family has no say in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from sci_cli.domain import facts
from sci_cli.domain.activation import Activation, Vpn, VpnState
from sci_cli.domain.findings import Finding, Severity
from sci_cli.domain.overlap import Overlap, find_overlaps, find_overlaps_with, nested_within
from sci_cli.domain.prefixes import Prefix, special_use
from sci_cli.domain.profile import Profile, RouteLimit
from sci_cli.domain.vpn_neighbours import peering_findings
from sci_cli.errors import sci

NEAR_MAX = 0.8
_OPTION = {4: "--max-prefixes", 6: "--max-prefixes-v6"}


@dataclass(frozen=True, slots=True)
class Use:
    """How many prefixes of one family a VPN has, and its MAX."""

    vpn: str
    count: int
    maximum: int | None


@dataclass(frozen=True, slots=True)
class Budget:
    """Prefixes of one address family on the port against the smallest MAX.

    Attributes:
        smallest: the VPN with the smallest known MAX, None while no MAX is known.
        headroom: how many more prefixes fit; negative when exceeded, None while a MAX is unknown.
        unknown: the VPNs whose MAX is not known.
    """

    version: int
    total: int
    uses: tuple[Use, ...]
    smallest: Use | None = field(init=False)
    headroom: int | None = field(init=False)
    unknown: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        known = [(use.maximum, use) for use in self.uses if use.maximum is not None]
        maximum, smallest = min(known, key=lambda each: each[0], default=(None, None))
        unknown = tuple(use.vpn for use in self.uses if use.maximum is None)
        object.__setattr__(self, "smallest", smallest)
        object.__setattr__(self, "unknown", unknown)
        object.__setattr__(self, "headroom", None if unknown or maximum is None else maximum - self.total)


def counted(number: int) -> str:
    """`1 prefix`, `2 prefixes`."""
    return f"{number} prefix" if number == 1 else f"{number} prefixes"


def budgets(vpns: Sequence[Vpn]) -> tuple[Budget, ...]:
    """One budget per address family that occurs."""
    found = []
    for version in (4, 6):
        uses = tuple(
            Use(vpn.name, vpn.count(version), vpn.maximum(version)) for vpn in vpns if vpn.count(version)
        )
        if uses:
            found.append(Budget(version, sum(use.count for use in uses), uses))
    return tuple(found)


Origins: TypeAlias = "Mapping[tuple[str, Prefix], str]"  # name of a VPN and prefix to `lab.csv:12`
NO_ORIGINS: Origins = MappingProxyType({})


def port_findings(
    profile: Profile,
    activation: Activation,
    vpns: Sequence[Vpn],
    changed: Vpn | None = None,
    origins: Origins = NO_ORIGINS,
) -> tuple[Finding, ...]:
    """Every rule over all VPNs of the port.

    Args:
        profile: of the activation.
        activation: the record.
        vpns: all VPNs as they would be on the port.
        changed: the one that is added or changed; it is named first where it is part of a conflict.
        origins: where prefixes were given, by VPN, as far as that is worth saying.
    """
    if changed is None:
        overlaps = find_overlaps({vpn.name: vpn.prefixes for vpn in vpns})
    else:
        others = {vpn.name: vpn.prefixes for vpn in vpns if vpn.name != changed.name}
        overlaps = find_overlaps_with(changed.name, changed.prefixes, others)
    looked_at = vpns if changed is None else (changed,)
    return (
        *(_overlap(profile, overlap, origins) for overlap in overlaps),
        *(found for vpn in looked_at for found in _special(vpn)),
        *_max_findings(profile, activation, vpns),
        *(found for vpn in looked_at for found in _nested(vpn)),
        *_provider_findings(profile, vpns, looked_at),
        *peering_findings(profile, activation, looked_at),
    )


def _overlap(profile: Profile, overlap: Overlap, origins: Origins) -> Finding:
    left, right = (overlap.left_vpn, overlap.left), (overlap.right_vpn, overlap.right)
    return Finding(
        "vpn.prefix_overlap",
        Severity.BLOCKER,
        f"{_placed(*left, origins)} {overlap.relation.words} {_placed(*right, origins)}.",
        why="Private IP VPNs on one port must not overlap.",
        fix=(f"Leave {overlap.intersection} out of one of the two VPNs.",),
        clause=profile.vpn_clause,
        details={
            "left_vpn": overlap.left_vpn,
            "left": str(overlap.left),
            "left_place": origins.get(left, ""),
            "relation": overlap.relation.value,
            "right_vpn": overlap.right_vpn,
            "right": str(overlap.right),
            "right_place": origins.get(right, ""),
            "intersection": str(overlap.intersection),
            "addresses": str(overlap.intersection.size),
        },
    )


def _placed(vpn: str, prefix: Prefix, origins: Origins) -> str:
    place = origins.get((vpn, prefix))
    return f"VPN {vpn} {prefix} ({place})" if place else f"VPN {vpn} {prefix}"


def _special(vpn: Vpn) -> list[Finding]:
    found = []
    for prefix in vpn.prefixes:
        use = special_use(prefix)
        if use is None:
            continue
        found.append(
            Finding(
                "prefix.special_use",
                Severity.BLOCKER if use.refused else Severity.NOTE,
                f"VPN {vpn.name}: {use.message}",
                details={"vpn": vpn.name, "prefix": str(prefix), "use": use.name},
            )
        )
    return found


def _max_findings(profile: Profile, activation: Activation, vpns: Sequence[Vpn]) -> list[Finding]:
    found: list[Finding] = []
    for budget in budgets(vpns):
        for name in budget.unknown:
            found.append(_max_unknown(profile, activation, budget.version, name, vpns))
        own = [use for use in budget.uses if use.maximum is not None and use.count > use.maximum]
        found.extend(_max_exceeded(profile, activation, budget, use, own_only=True) for use in own)
        smallest = budget.smallest
        if smallest is None or smallest.maximum is None:
            continue
        if budget.total > smallest.maximum and not any(use.vpn == smallest.vpn for use in own):
            found.append(_max_exceeded(profile, activation, budget, smallest, own_only=False))
        elif smallest.maximum * NEAR_MAX <= budget.total <= smallest.maximum:
            found.append(_near_max(budget, smallest))
    return found


def _max_unknown(
    profile: Profile, activation: Activation, version: int, name: str, vpns: Sequence[Vpn]
) -> Finding:
    """An unknown MAX is not unlimited: it blocks adding to a port; what is there already is warned about."""
    before_order = all(vpn.state is VpnState.ON_ORDER for vpn in vpns)
    blocks = not before_order and _adds(activation, vpns, version)
    option = _OPTION[version]
    known = activation.vpn(name) is not None
    give = f"Give it with {option} MAX."
    update = sci("vpn", "update", activation.name, name, option, "MAX")
    return Finding(
        "vpn.max_unknown",
        Severity.BLOCKER if blocks else Severity.WARNING,
        f"MAX of VPN {name} for IPv{version} is not known.",
        why=(
            "MAX is the number of prefixes Verizon assigned to the VPN; it belongs to the VPN, not to the "
            "port. Ask the Verizon account team, or look in the Private IP order of the VPN."
        ),
        fix=(update,) if known else (give,),
        clause=profile.vpn_clause,
        details={"vpn": name, "version": str(version)},
    )


def _adds(activation: Activation, vpns: Sequence[Vpn], version: int) -> bool:
    """Whether a VPN gets prefixes of the family that it does not have on the record."""
    for vpn in vpns:
        standing = activation.vpn(vpn.name)
        known = set(standing.prefixes) if standing else set()
        if any(prefix.version == version and prefix not in known for prefix in vpn.prefixes):
            return True
    return False


def _max_exceeded(
    profile: Profile, activation: Activation, budget: Budget, use: Use, *, own_only: bool
) -> Finding:
    held = use.count if own_only else budget.total
    where = f"VPN {use.vpn} alone" if own_only else "all VPNs of the port together"
    return Finding(
        "vpn.max_exceeded",
        Severity.BLOCKER,
        f"{held} of MAX {use.maximum} IPv{budget.version} prefixes: {where} would exceed "
        f"the MAX of VPN {use.vpn}.",
        why=(
            "The total number of Private IP prefixes must not exceed the MAX number of the VPNs; "
            "the total over all VPNs is held against the smallest MAX."
        ),
        fix=("Ask the Verizon account team for a higher MAX; the text below can be sent to them.",),
        clause=profile.vpn_clause,
        text=increase_request(activation, budget, use),
        details={
            "vpn": use.vpn,
            "version": str(budget.version),
            "prefixes": str(held),
            "max": str(use.maximum),
            "needed": str(budget.total),
        },
    )


def _near_max(budget: Budget, smallest: Use) -> Finding:
    return Finding(
        "vpn.near_max",
        Severity.WARNING,
        f"{budget.total} of MAX {smallest.maximum} IPv{budget.version} prefixes are used "
        f"(VPN {smallest.vpn} has the smallest MAX).",
        why="The next sites or ranges may not fit."
        if budget.total < (smallest.maximum or 0)
        else "Nothing more fits.",
        details={"version": str(budget.version), "prefixes": str(budget.total), "max": str(smallest.maximum)},
    )


def increase_request(activation: Activation, budget: Budget, use: Use) -> str:
    """The request for a higher MAX, ready to send to the account team."""
    lines = [
        f"Request for a higher MAX: Private IP VPN {use.vpn}",
        "",
        f"Customer:       {activation.fact(facts.CUSTOMER)}",
        f"Location:       {activation.fact(facts.LOCATION)}",
        f"SCI order:      {activation.order.number if activation.order else 'not placed yet'}",
        f"VPN:            {use.vpn}",
        f"MAX today:      {use.maximum} IPv{budget.version} prefixes",
        f"MAX needed:     at least {budget.total}",
        "",
        "VPNs on the Secure Cloud Interconnect port:",
    ]
    lines += [
        f"  {item.vpn}: {counted(item.count)}, MAX {'not known' if item.maximum is None else item.maximum}"
        for item in budget.uses
    ]
    lines += ["", "Please raise the MAX of this VPN and tell us when the new number is active."]
    return "\n".join(lines)


def _nested(vpn: Vpn) -> Iterable[Finding]:
    for outer, inner in nested_within(vpn.prefixes):
        yield Finding(
            "vpn.prefix_nested",
            Severity.NOTE,
            f"VPN {vpn.name}: {inner} lies inside {outer} of the same VPN; normal routing, both count.",
            details={"vpn": vpn.name, "outer": str(outer), "inner": str(inner)},
        )


def _provider_findings(profile: Profile, vpns: Sequence[Vpn], looked_at: Sequence[Vpn]) -> Iterable[Finding]:
    for limit in profile.route_limits:
        total = sum(vpn.count(version) for vpn in vpns for version in (4, 6) if limit.version in (0, version))
        yield from route_limit_finding(profile, limit, total)
    for reserved in profile.reserved:
        for vpn in looked_at:
            for prefix in vpn.prefixes:
                if prefix.shares_addresses_with(reserved.prefix):
                    yield _reserved(
                        profile, vpn.name, prefix, reserved.prefix, reserved.text, reserved.source
                    )


def route_limit_finding(profile: Profile, limit: RouteLimit, total: int) -> Iterator[Finding]:
    """The warning that so many prefixes are more than the provider takes, where they are."""
    if total > limit.value:
        yield Finding(
            "vpn.provider_route_limit",
            Severity.WARNING,
            f"{total} prefixes; {profile.name} takes {limit.value} (not in the guide).",
            why=limit.text,
            details={
                "source": limit.source,
                "confidence": limit.confidence.value,
                "limit": str(limit.value),
            },
        )


def _reserved(profile: Profile, vpn: str, prefix: Prefix, taken: Prefix, text: str, source: str) -> Finding:
    return Finding(
        "vpn.provider_range",
        Severity.WARNING,
        f"VPN {vpn} {prefix} shares addresses with {taken}, which {profile.name} uses (not in the guide).",
        why=text,
        details={"vpn": vpn, "prefix": str(prefix), "range": str(taken), "source": source},
    )
