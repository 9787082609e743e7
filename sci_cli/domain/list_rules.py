"""Prefix lists compared as the VPNs of one port: MAX, default routes, ranges taken elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from sci_cli.domain.collisions import CollisionReport, Entry, Origin
from sci_cli.domain.findings import Finding, Severity
from sci_cli.domain.prefix_index import Index
from sci_cli.domain.prefixes import Prefix, special_use
from sci_cli.domain.profile import Profile
from sci_cli.domain.vpn_neighbours import CLOUD_WHY
from sci_cli.domain.vpn_rules import NEAR_MAX, counted, route_limit_finding

_TAKEN = "(taken)"  # no VPN can have this name
_NAMED = 5


def total_findings(report: CollisionReport, maximum: Mapping[int, int]) -> Iterator[Finding]:
    """The totals of each family (4, 6) against the smallest MAX, as far as it is given."""
    for version, allowed in maximum.items():
        total = sum(vpn.v4 if version == 4 else vpn.v6 for vpn in report.vpns)
        if total > allowed:
            yield Finding(
                "vpn.max_exceeded",
                Severity.BLOCKER,
                f"{total} of MAX {allowed} IPv{version} prefixes: all VPNs together would exceed MAX.",
                why="The total number of Private IP prefixes must not exceed the MAX number of the VPNs.",
                fix=("Ask the Verizon account team for a higher MAX, or try --aggregate.",),
                details={"version": str(version), "prefixes": str(total), "max": str(allowed)},
            )
        elif total >= allowed * NEAR_MAX:
            yield Finding(
                "vpn.near_max",
                Severity.WARNING,
                f"{total} of MAX {allowed} IPv{version} prefixes are used.",
                details={"version": str(version), "prefixes": str(total), "max": str(allowed)},
            )


def default_route_findings(routes: Iterable[tuple[str, Entry]]) -> Iterator[Finding]:
    """Default routes of VPNs: compared like every prefix, and refused all the same; each said once."""
    first: dict[tuple[str, Prefix], Origin] = {}
    for vpn, entry in routes:
        first.setdefault((vpn, entry.prefix), entry.origin)
    for (vpn, prefix), origin in sorted(first.items(), key=lambda each: each[0]):
        use = special_use(prefix)
        if use is not None:
            yield Finding(
                "prefix.special_use",
                Severity.BLOCKER,
                f"VPN {vpn} ({origin}): {use.message}",
                fix=("Take it out of the list, or leave it out with --skip-invalid to compare the others.",),
                details={"vpn": vpn, "prefix": str(prefix), "place": str(origin), "use": use.name},
            )


def taken_findings(
    report: CollisionReport,
    index: Callable[[], Index],
    cloud_ranges: Sequence[Prefix],
    profile: Profile | None,
) -> Iterator[Finding]:
    """One warning for each range the lists share addresses with, and for each limit that is passed.

    Args:
        report: what was found among the lists.
        index: their prefixes, made only when a range is to be looked up.
        cloud_ranges: ranges used on the cloud side.
        profile: the provider whose ranges and limits count, None for none.
    """
    reserved = profile.reserved if profile else ()
    if cloud_ranges or reserved:
        prefixes = index()
        for taken in cloud_ranges:
            yield from _shared(prefixes, "vpn.cloud_range", taken, "which is used in the cloud", CLOUD_WHY)
        for each in reserved:
            whose = f"which {profile.name if profile else ''} uses (not in the guide)"
            yield from _shared(prefixes, "vpn.provider_range", each.prefix, whose, each.text, each.source)
    if profile:
        for limit in profile.route_limits:
            total = sum(
                number
                for vpn in report.vpns
                for version, number in ((4, vpn.v4), (6, vpn.v6))
                if limit.version in (0, version)
            )
            yield from route_limit_finding(profile, limit, total)


def _shared(
    prefixes: Index, code: str, taken: Prefix, whose: str, why: str, source: str = ""
) -> Iterator[Finding]:
    found = prefixes.adding(_TAKEN, [Entry(taken, Origin("range"))], limit=1)
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
