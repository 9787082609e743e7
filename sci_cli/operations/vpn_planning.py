"""Help for planning VPNs: how few prefixes would do, the usual MAX, what lies beside the port."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sci_cli.domain import facts
from sci_cli.domain.activation import Activation, Vpn
from sci_cli.domain.capacity import SITE_BANDS_SOURCE, Aggregation, aggregation, band_for
from sci_cli.domain.findings import Finding, Severity
from sci_cli.domain.prefixes import Prefix
from sci_cli.domain.vpn_neighbours import cloud_range_findings, other_port_findings
from sci_cli.domain.vpn_rules import counted
from sci_cli.errors import InvalidValue, SciError, sci
from sci_cli.operations.workspace import Workspace

MOST_OTHERS = 500  # records read for one plan


@dataclass(frozen=True, slots=True)
class PlanningHelp:
    """What a plan is asked for beside the rules.

    Attributes:
        cloud_ranges: ranges used on the cloud side.
        sites: expected sites, to look up the usual MAX; None when nobody asked.
        aggregate: whether to say how few prefixes would do.
    """

    cloud_ranges: tuple[Prefix, ...] = ()
    sites: int | None = None
    aggregate: bool = False


def planning_findings(
    ws: Workspace, activation: Activation, vpns: Sequence[Vpn], wanted: PlanningHelp
) -> tuple[Finding, ...]:
    """What is worth knowing about VPNs that are to be added; nothing of it stands in the way.

    Raises:
        InvalidValue: the number of sites is below one.
    """
    others, unread = _others(ws, activation)
    return (
        *cloud_range_findings(vpns, wanted.cloud_ranges),
        *other_port_findings(vpns, others),
        *unread,
        *usual_max(wanted.sites),
        *(fewest(vpn.name, aggregation(vpn.prefixes)) for vpn in vpns if wanted.aggregate),
    )


def _others(ws: Workspace, activation: Activation) -> tuple[list[Activation], list[Finding]]:
    """The customer's other activations, and a note when there are too many records to look through."""
    names = [name for name in ws.store.names() if name != activation.name]
    found = []
    for _, loaded in ws.store.load_all(names[:MOST_OTHERS]):
        if isinstance(loaded, SciError):
            continue  # `sci list` names records that cannot be read
        customer = loaded.activation.fact(facts.CUSTOMER)
        if customer.casefold() == activation.fact(facts.CUSTOMER).casefold():
            found.append(loaded.activation)
    if len(names) <= MOST_OTHERS:
        return found, []
    note = Finding(
        "vpn.others_not_compared",
        Severity.NOTE,
        f"Only the first {MOST_OTHERS} of {len(names)} other activations were compared.",
        details={"compared": str(MOST_OTHERS), "activations": str(len(names))},
    )
    return found, [note]


def usual_max(sites: int | None) -> Iterator[Finding]:
    """The MAX that the terms name for a number of sites, when somebody asked; never taken as the MAX.

    Raises:
        InvalidValue: the number of sites is below one.
    """
    if sites is None:
        return
    if sites < 1:
        raise InvalidValue(f"--sites is {sites}; a VPN has at least one site.", fix=sci("explain", "max"))
    band = band_for(sites)
    yield Finding(
        "vpn.usual_max",
        Severity.NOTE,
        f"For {band.sites} sites the usual MAX is {band.v4} IPv4 and {band.v6} IPv6 prefixes.",
        why=f"{SITE_BANDS_SOURCE}. Verizon assigns the MAX of each VPN; ask the account team for it.",
        details={"sites": str(sites), "band": band.sites, "max_v4": str(band.v4), "max_v6": str(band.v6)},
    )


def _fits(found: Aggregation, most: int | None) -> bool:
    return most is None or len(found.prefixes) <= most


def fewest(vpn: str, found: Aggregation, most: int | None = None) -> Finding:
    """How few prefixes hold exactly the addresses of a VPN, with the list to hand to the network team.

    A list of more than `most` prefixes is not in the text.
    """
    if not found.saved:
        message = f"VPN {vpn}: {counted(found.before)}; no fewer would hold the same addresses."
    else:
        message = (
            f"VPN {vpn}: {counted(len(found.prefixes))} would hold the same addresses as the {found.before} "
            f"there are, {found.saved} fewer."
        )
    return Finding(
        "vpn.aggregation",
        Severity.NOTE,
        message,
        text="\n".join(map(str, found.prefixes)) if found.saved and _fits(found, most) else "",
        details={"vpn": vpn, "prefixes": str(found.before), "fewest": str(len(found.prefixes))},
    )
