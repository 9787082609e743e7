"""The VPNs of a port against what is beside it: its peering, the cloud's ranges, other ports → warnings."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Sequence

from sci_cli.domain.activation import Activation, Vpn
from sci_cli.domain.findings import Finding, Severity
from sci_cli.domain.overlap import find_overlaps_with
from sci_cli.domain.prefixes import Prefix, parse_prefix
from sci_cli.domain.profile import FactKind, Profile

CLOUD_WHY = "An address on both sides can be reached on one of them only."
MOST_OF_A_KIND = 20  # one VPN on ten ports is one thing to know, not thousands


def peering_findings(profile: Profile, activation: Activation, vpns: Sequence[Vpn]) -> Iterator[Finding]:
    """Prefixes that share addresses with a subnet the connection itself uses."""
    for spec in profile.facts:
        text = activation.fact(spec.id) if spec.kind is FactKind.INTERFACE else ""
        if not text:
            continue
        subnet = parse_prefix(str(ipaddress.ip_interface(text).network))
        for vpn, prefix in _sharing(vpns, subnet):
            yield Finding(
                "vpn.peering_overlap",
                Severity.WARNING,
                f"VPN {vpn.name} {prefix} shares addresses with the peering subnet {subnet} ({spec.label}).",
                why="The connection between Verizon and the provider uses these addresses itself.",
                details={"vpn": vpn.name, "prefix": str(prefix), "subnet": str(subnet), "fact": spec.id},
            )


def cloud_range_findings(vpns: Sequence[Vpn], ranges: Iterable[Prefix]) -> Iterator[Finding]:
    """Prefixes that share addresses with a range used in the cloud."""
    for taken in ranges:
        for vpn, prefix in _sharing(vpns, taken):
            yield Finding(
                "vpn.cloud_range",
                Severity.WARNING,
                f"VPN {vpn.name} {prefix} shares addresses with {taken}, which is used in the cloud.",
                why=CLOUD_WHY,
                details={"vpn": vpn.name, "prefix": str(prefix), "range": str(taken)},
            )


def _sharing(vpns: Sequence[Vpn], taken: Prefix) -> Iterator[tuple[Vpn, Prefix]]:
    return ((vpn, prefix) for vpn in vpns for prefix in vpn.prefixes if prefix.shares_addresses_with(taken))


def other_port_findings(vpns: Sequence[Vpn], others: Iterable[Activation]) -> Iterator[Finding]:
    """The same VPN on another port, and VPNs of other names there that share addresses with these."""
    for other in others:
        standing = {vpn.name.casefold(): vpn for vpn in other.vpns}
        for vpn in vpns:
            same = standing.get(vpn.name.casefold())
            if same is not None:
                yield _on_both(vpn, other)
            rest = {each.name: each.prefixes for each in other.vpns if each is not same}
            for overlap in find_overlaps_with(vpn.name, vpn.prefixes, rest)[:MOST_OF_A_KIND]:
                yield Finding(
                    "vpn.other_port_overlap",
                    Severity.WARNING,
                    f"VPN {vpn.name} {overlap.left} shares addresses with VPN {overlap.right_vpn} "
                    f"{overlap.right} on the port of {other.name}.",
                    why="Two ports of one customer may end up in the same cloud network.",
                    details={
                        "vpn": vpn.name,
                        "prefix": str(overlap.left),
                        "other_activation": other.name,
                        "other_vpn": overlap.right_vpn,
                        "other_prefix": str(overlap.right),
                    },
                )


def _on_both(vpn: Vpn, other: Activation) -> Finding:
    return Finding(
        "vpn.on_other_port",
        Severity.NOTE,
        f"VPN {vpn.name} is on the port of {other.name} too.",
        why="Two ports that carry one VPN back each other up, if that is meant.",
        details={"vpn": vpn.name, "other_activation": other.name},
    )
