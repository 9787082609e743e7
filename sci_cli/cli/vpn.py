"""Commands about the VPNs on the port."""

from typing import Annotated, Any

import typer

from sci_cli.cli import asking
from sci_cli.cli.numbers import whole
from sci_cli.cli.options import NETWORK, Confirm, Name, Reason, Yes, command
from sci_cli.cli.session import Session
from sci_cli.errors import WrongUsage, sci

VpnName = Annotated[str, typer.Argument(metavar="VPN", help="The Private IP VPN.")]
Prefixes = Annotated[
    list[str] | None,
    typer.Option("--prefix", metavar="PREFIX", help="A prefix such as 10.20.0.0/16; repeat."),
]
From = Annotated[
    str,
    typer.Option(
        "--from", metavar="FILE", help="Prefixes from a list, a table or router output; - is standard input."
    ),
]
Format = Annotated[
    str,
    typer.Option(
        # --format is what the option was called before checks wrote reports.
        "--read-as",
        "--format",
        metavar="FORMAT",
        help="How the file is written, instead of looking.",
    ),
]
SkipInvalid = Annotated[
    bool, typer.Option("--skip-invalid", help="Leave lines out that are no prefixes.", metavar="")
]
Maximum = Annotated[str, typer.Option("--max-prefixes", metavar="MAX", help="MAX of the VPN, IPv4.")]
MaximumV6 = Annotated[str, typer.Option("--max-prefixes-v6", metavar="MAX", help="MAX of the VPN, IPv6.")]


def register(group: typer.Typer) -> None:
    """Add the commands of this module."""

    @command(
        group,
        "list",
        panel=NETWORK,
        table=True,
        examples=["sci vpn list acme-hk-1", "sci vpn list acme-hk-1 -o csv"],
    )
    def list_(session: Session, name: Name) -> Any:
        """The VPNs on the port, their prefixes and MAX."""
        from sci_cli.operations import vpns

        return vpns.listing(session.workspace, name)

    @command(
        group,
        "plan",
        panel=NETWORK,
        table=True,
        examples=[
            "sci vpn plan acme-hk-1 LAB --prefix 10.40.0.0/16 --max-prefixes 1250",
            "sci vpn plan acme-hk-1 --from lab.txt --from dev.txt --remove CORP",
            "sci vpn plan acme-hk-1 LAB --from lab.csv --aggregate --sites 120 --cloud-range 172.16.0.0/12",
        ],
    )
    def plan(
        session: Session,
        name: Name,
        vpn: VpnName = "",
        prefix: Prefixes = None,
        from_: Annotated[
            list[str] | None,
            typer.Option(
                "--from",
                metavar="FILE",
                help="Prefixes from a file; - is standard input. Repeat for VPNs named after their files.",
            ),
        ] = None,
        format: Format = "",
        skip_invalid: SkipInvalid = False,
        max_prefixes: Maximum = "",
        max_prefixes_v6: MaximumV6 = "",
        remove: Annotated[
            list[str] | None, typer.Option("--remove", metavar="VPN", help="A VPN to take off; repeat.")
        ] = None,
        cloud_range: Annotated[
            list[str] | None,
            typer.Option("--cloud-range", metavar="PREFIX", help="A range used in the cloud; repeat."),
        ] = None,
        sites: Annotated[
            str, typer.Option("--sites", metavar="N", help="What MAX is usual for so many sites.")
        ] = "",
        aggregate: Annotated[
            bool,
            typer.Option("--aggregate", help="How few prefixes would hold the same addresses.", metavar=""),
        ] = False,
    ) -> Any:
        """Try adding and removing VPNs; never writes."""
        from sci_cli.cli.requests import GivenVpn, read_several
        from sci_cli.operations import vpn_plans, vpn_requests
        from sci_cli.operations.vpn_planning import PlanningHelp

        if not (vpn or from_ or remove):
            raise WrongUsage(
                "Nothing to plan: name a VPN to add, or one to take off with --remove.",
                fix=sci("vpn", "plan", name, "VPN", "--prefix", "PREFIX"),
            )
        wanted = PlanningHelp(
            vpn_requests.parse_prefixes(cloud_range or (), "--cloud-range"),
            whole(sites, "--sites"),
            aggregate,
        )
        given = GivenVpn(vpn, prefix or (), "", format, skip_invalid, max_prefixes, max_prefixes_v6)
        read = read_several(given, from_ or (), session)
        return _beside(read, vpn_plans.plan(session.workspace, name, read.requests, remove or (), wanted))

    @command(
        group,
        "add",
        panel=NETWORK,
        table=True,
        writes=True,
        examples=[
            "sci vpn add acme-hk-1 LAB --prefix 10.40.0.0/16 --max-prefixes 1250",
            "sci vpn add acme-hk-1 LAB --from lab.csv --max-prefixes 1250 --yes",
        ],
    )
    def add(
        session: Session,
        name: Name,
        vpn: VpnName = "",
        prefix: Prefixes = None,
        from_: From = "",
        format: Format = "",
        skip_invalid: SkipInvalid = False,
        max_prefixes: Maximum = "",
        max_prefixes_v6: MaximumV6 = "",
        yes: Yes = False,
    ) -> Any:
        """Record that a VPN is to be added to the port; checks overlap and MAX first."""
        from sci_cli.cli.requests import GivenVpn, read_vpns
        from sci_cli.operations import vpns
        from sci_cli.operations.workspace import ChangeMode

        given = GivenVpn(vpn, prefix or (), from_, format, skip_invalid, max_prefixes, max_prefixes_v6)
        read = read_vpns(given, session)
        trial = vpns.add(session.workspace, name, read.requests, ChangeMode(dry_run=True))
        if trial.changed and not yes and not session.settings.dry_run:
            asking.preview(session, trial)
            named = ", ".join(request.name for request in read.requests)
            asking.confirm_yes(session, yes, f"Add VPN {named} to {name}?")
        return _beside(read, vpns.add(session.workspace, name, read.requests, session.mode))

    @command(
        group,
        "update",
        panel=NETWORK,
        table=True,
        writes=True,
        examples=[
            "sci vpn update acme-hk-1 LAB --max-prefixes 2500 --yes",
            "sci vpn update acme-hk-1 LAB --from lab.csv --yes",
        ],
    )
    def update(
        session: Session,
        name: Name,
        vpn: VpnName,
        prefix: Prefixes = None,
        from_: From = "",
        format: Format = "",
        skip_invalid: SkipInvalid = False,
        max_prefixes: Maximum = "",
        max_prefixes_v6: MaximumV6 = "",
        yes: Yes = False,
    ) -> Any:
        """Record that a VPN has other prefixes or another MAX now; the same rules apply."""
        from sci_cli.cli.requests import GivenVpn, read_vpns
        from sci_cli.operations import vpns
        from sci_cli.operations.workspace import ChangeMode

        if not (prefix or from_ or max_prefixes or max_prefixes_v6):
            raise WrongUsage(
                "Nothing to update: give the prefixes the VPN has now, or its MAX.",
                fix=sci("vpn", "update", name, vpn, "--max-prefixes", "MAX"),
            )
        given = GivenVpn(vpn, prefix or (), from_, format, skip_invalid, max_prefixes, max_prefixes_v6)
        read = read_vpns(given, session)
        trial = vpns.update(session.workspace, name, read.requests[0], ChangeMode(dry_run=True))
        if trial.changed and not yes and not session.settings.dry_run:
            asking.preview(session, trial)
            asking.confirm_yes(session, yes, f"Update VPN {vpn} of {name}?")
        return _beside(read, vpns.update(session.workspace, name, read.requests[0], session.mode))

    @command(
        group,
        "remove",
        panel=NETWORK,
        table=True,
        writes=True,
        examples=["sci vpn remove acme-hk-1 LAB", "sci vpn remove acme-hk-1 LAB --confirm acme-hk-1"],
    )
    def remove(session: Session, name: Name, vpn: VpnName, confirm: Confirm = "", reason: Reason = "") -> Any:
        """Record that a VPN is to be taken off the port."""
        from sci_cli.domain.vpn_rules import counted
        from sci_cli.operations import vpn_plans, vpns

        standing = vpn_plans.require_vpn(session.workspace.load(name).activation, vpn)
        asking.require_same(confirm, name)
        if not session.settings.dry_run:
            said = f"Taking VPN {standing.name} off cuts {counted(len(standing.prefixes))} from the cloud."
            asking.all_answers(session, [asking.name_typed(name, said, confirm)])
        return vpns.remove(session.workspace, name, vpn, session.mode, reason=reason)

    @command(
        group,
        "confirm",
        panel=NETWORK,
        table=True,
        writes=True,
        examples=["sci vpn confirm acme-hk-1 LAB", "sci vpn confirm acme-hk-1 LAB --withdraw"],
    )
    def confirm_(
        session: Session,
        name: Name,
        vpn: VpnName,
        withdraw: Annotated[
            bool, typer.Option("--withdraw", help="The change was not made; forget the request.", metavar="")
        ] = False,
    ) -> Any:
        """Record that the portal shows the VPN added, or gone."""
        from sci_cli.operations import vpns

        return vpns.confirm(session.workspace, name, vpn, session.mode, withdraw=withdraw)


def _beside(read: Any, outcome: Any) -> Any:
    """The outcome, with what a file says about VPNs that nobody asked for."""
    from dataclasses import replace

    return replace(outcome, findings=(*outcome.findings, *read.left_out)) if read.left_out else outcome
