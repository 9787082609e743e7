"""Peering addresses of the connection: pairs that must share a subnet, subnets that must differ."""

from __future__ import annotations

import ipaddress

from sci_cli.domain.activation import Activation
from sci_cli.domain.findings import Finding, Severity
from sci_cli.domain.profile import Profile
from sci_cli.errors import sci


def pair_findings(profile: Profile, activation: Activation) -> tuple[Finding, ...]:
    """Pairs that do not share a subnet, use one address twice, or share their subnet with another pair."""
    found: list[Finding] = []
    seen: dict[str, str] = {}
    for left, right in profile.handoff.pairs:
        texts = activation.fact(left), activation.fact(right)
        if not all(texts):
            continue
        one, other = (ipaddress.ip_interface(text) for text in texts)
        if one.network != other.network:
            found.append(_finding(activation, "do not lie in one subnet", left, right, texts))
        elif one.ip == other.ip:
            found.append(_finding(activation, "are the same address", left, right, texts))
        subnet = str(one.network)
        if subnet in seen:
            found.append(_finding(activation, f"use the subnet of {seen[subnet]}", left, right, texts))
        seen.setdefault(subnet, left)
    return tuple(found)


def _finding(activation: Activation, what: str, left: str, right: str, texts: tuple[str, str]) -> Finding:
    return Finding(
        "handoff.address_pair",
        Severity.WARNING,
        f"{left} {texts[0]} and {right} {texts[1]} {what}.",
        why="The two ends of a connection share one subnet, and each connection has its own.",
        fix=(sci("set", activation.name, f"{left}=ADDRESS/LENGTH", f"{right}=ADDRESS/LENGTH"),),
        details={"facts": (left, right)},
    )
