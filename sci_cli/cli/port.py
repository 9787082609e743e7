"""Commands about the port's admin status."""

from typing import Annotated, Any

import typer

from sci_cli.cli import asking
from sci_cli.cli.options import NETWORK, Confirm, Name, Reason, command
from sci_cli.cli.session import Session


def register(group: typer.Typer) -> None:
    """Add the commands of this module."""

    @command(
        group, "show", panel=NETWORK, examples=["sci port show acme-hk-1", "sci port show acme-hk-1 -o json"]
    )
    def show(session: Session, name: Name) -> Any:
        """The port's status and what hangs on it."""
        from sci_cli.operations import ports

        return ports.show(session.workspace, name)

    @command(
        group,
        "shutdown",
        panel=NETWORK,
        writes=True,
        examples=[
            "sci port shutdown acme-hk-1",
            'sci port shutdown acme-hk-1 --reason "failover test" --confirm acme-hk-1',
        ],
    )
    def shutdown(session: Session, name: Name, reason: Reason = "", confirm: Confirm = "") -> Any:
        """Record that the port is to be shut down; shows which VPNs go dark."""
        from sci_cli.domain.activation import AdminStatus

        return _request(session, name, AdminStatus.DOWN, reason, confirm)

    @command(
        group,
        "no-shutdown",
        panel=NETWORK,
        writes=True,
        examples=[
            "sci port no-shutdown acme-hk-1",
            'sci port no-shutdown acme-hk-1 --reason "test over" --confirm acme-hk-1',
        ],
    )
    def no_shutdown(session: Session, name: Name, reason: Reason = "", confirm: Confirm = "") -> Any:
        """Record that the port is to be brought back."""
        from sci_cli.domain.activation import AdminStatus

        return _request(session, name, AdminStatus.UP, reason, confirm)

    @command(
        group,
        "confirm",
        panel=NETWORK,
        writes=True,
        examples=["sci port confirm acme-hk-1", "sci port confirm acme-hk-1 --withdraw"],
    )
    def confirm_(
        session: Session,
        name: Name,
        withdraw: Annotated[
            bool, typer.Option("--withdraw", help="The change was not made; forget the request.", metavar="")
        ] = False,
    ) -> Any:
        """Record that the portal shows the status that was asked for."""
        from sci_cli.operations import ports

        return ports.confirm(session.workspace, name, session.mode, withdraw=withdraw)

    @command(
        group,
        "seen",
        panel=NETWORK,
        writes=True,
        examples=["sci port seen acme-hk-1 no-shutdown", "sci port seen acme-hk-1 shutdown"],
    )
    def seen(
        session: Session,
        name: Name,
        status: Annotated[str, typer.Argument(metavar="STATUS", help="shutdown or no-shutdown.")],
    ) -> Any:
        """Record the admin status as the portal shows it."""
        from sci_cli.operations import ports

        return ports.seen(session.workspace, name, status, session.mode)


def _request(session: Session, name: str, status: Any, reason: str, confirm: str) -> Any:
    from sci_cli.operations import ports
    from sci_cli.operations.workspace import ChangeMode

    asking.require_same(confirm, name)
    stand_in = reason or "not given yet"
    trial = ports.request_status(session.workspace, name, status, stand_in, ChangeMode(dry_run=True))
    if trial.changed and not session.settings.dry_run:
        session.prompter.say(ports.effect(session.workspace.load(name).activation, status))
        needs = [
            asking.Need("reason", "--reason REASON", (reason,), asking.text("reason", "Reason")),
            asking.name_typed(name, f"This records that the port of {name} is to be changed.", confirm),
        ]
        reason = asking.answers(session, needs)["reason"]
    return ports.request_status(session.workspace, name, status, reason or stand_in, session.mode)
