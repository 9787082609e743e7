"""The command that runs the rules: check."""

from typing import Annotated, Any

import typer

from sci_cli.cli.options import ORDERS, Name, command
from sci_cli.cli.session import Session
from sci_cli.errors import WrongUsage

PURPOSES = ("order", "handoff")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""

    @command(
        app,
        "check",
        panel=ORDERS,
        table=True,
        examples=[
            "sci check acme-hk-1 --for order",
            "sci check acme-hk-1 --for handoff",
            "sci check acme-hk-1",
        ],
    )
    def check(
        session: Session,
        name: Name,
        purpose: Annotated[
            str,
            typer.Option(
                "--for", metavar="WHAT", help="order or handoff: the go/no-go; without it every rule."
            ),
        ] = "",
    ) -> Any:
        """Run the rules: go or no-go, with what to do about it."""
        from sci_cli.operations import checks

        if purpose and purpose not in PURPOSES:
            raise WrongUsage(f"--for is one of {', '.join(PURPOSES)}; {purpose[:40]!r} is not.")
        return checks.check(session.workspace, name, purpose=purpose)
