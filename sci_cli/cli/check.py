"""The command that runs the rules: check."""

from typing import Annotated, Any

import typer

from sci_cli.cli.options import ORDERS, command, complete_names
from sci_cli.cli.reporting import Format, choose
from sci_cli.cli.session import Session
from sci_cli.errors import WrongUsage, sci

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
            "sci check acme-hk-1",
            "sci check --all --for order --format junit",
        ],
    )
    def check(
        session: Session,
        name: Annotated[
            str,
            typer.Argument(
                metavar="NAME", help="The activation.", autocompletion=complete_names, show_default=False
            ),
        ] = "",
        purpose: Annotated[
            str,
            typer.Option(
                "--for", metavar="WHAT", help="order or handoff: the go/no-go; without it every rule."
            ),
        ] = "",
        all_: Annotated[
            bool, typer.Option("--all", help="Every activation; the worst exit code counts.", metavar="")
        ] = False,
        format: Format = "",
    ) -> Any:
        """Run the rules: go or no-go, with what to do about it."""
        choose(session, format)
        if purpose and purpose not in PURPOSES:
            raise WrongUsage(f"--for is one of {', '.join(PURPOSES)}; {purpose[:40]!r} is not.")
        if bool(name) == all_:
            said = "Name an activation or say --all, not both." if all_ else "Which activation?"
            raise WrongUsage(said, fix=[sci("check", name or "NAME"), sci("check", "--all")])
        if all_:
            from sci_cli.operations.checking_all import check_all

            return check_all(session.workspace, purpose=purpose)
        from sci_cli.operations import checks

        return checks.check(session.workspace, name, purpose=purpose)
