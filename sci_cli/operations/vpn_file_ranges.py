"""Compared prefix lists against what is taken elsewhere: ranges of the cloud and of a provider, limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sci_cli.domain.collisions import Entry, Origin
from sci_cli.domain.findings import Finding, Severity
from sci_cli.domain.prefix_index import Index
from sci_cli.domain.prefixes import Prefix
from sci_cli.domain.profile import Profile
from sci_cli.domain.vpn_rules import counted, route_limit_finding
from sci_cli.operations.vpn_file_reading import Compared

_TAKEN = "(taken)"  # no VPN can have this name
_NAMED = 5


def range_findings(
    compared: Compared, cloud_ranges: Sequence[Prefix], profile: Profile | None
) -> Iterator[Finding]:
    """One warning for each range the lists share addresses with, and for each limit that is passed."""
    reserved = profile.reserved if profile else ()
    if cloud_ranges or reserved:
        index = compared.index()
        for taken in cloud_ranges:
            why = "An address on both sides can be reached on one of them only."
            yield from _shared(index, "vpn.cloud_range", taken, "which is used in the cloud", why)
        for each in reserved:
            whose = f"which {profile.name if profile else ''} uses (not in the guide)"
            yield from _shared(index, "vpn.provider_range", each.prefix, whose, each.text, each.source)
    if profile:
        for limit in profile.route_limits:
            total = sum(
                number
                for vpn in compared.report.vpns
                for version, number in ((4, vpn.v4), (6, vpn.v6))
                if limit.version in (0, version)
            )
            yield from route_limit_finding(profile, limit, total)


def _shared(
    index: Index, code: str, taken: Prefix, whose: str, why: str, source: str = ""
) -> Iterator[Finding]:
    found = index.adding(_TAKEN, [Entry(taken, Origin("range"))], limit=1)
    if not found.pairs:
        return
    vpns = tuple(sorted(found.matrix))
    named = ", ".join(vpns[:_NAMED]) + (f" and {len(vpns) - _NAMED} more" if len(vpns) > _NAMED else "")
    shares = "shares" if found.pairs == 1 else "share"
    yield Finding(
        code,
        Severity.WARNING,
        f"{counted(found.pairs)} of {'VPN' if len(vpns) == 1 else 'VPNs'} {named} {shares} addresses with "
        f"{taken}, {whose}.",
        why=why,
        details={"range": str(taken), "prefixes": str(found.pairs), "vpns": vpns, "source": source},
    )
