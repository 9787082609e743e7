"""The command that writes the draft for the provider."""

from pathlib import Path
from typing import Annotated, Any

import typer

from sci_cli.cli import asking
from sci_cli.cli.options import ORDERS, Name, command
from sci_cli.cli.session import Session


def register(app: typer.Typer) -> None:
    """Add the command of this module."""

    @command(
        app,
        "handoff",
        panel=ORDERS,
        writes=True,
        examples=[
            "sci handoff acme-hk-1 --attach screenprint.png",
            "sci handoff acme-hk-1 --attach screenprint.png --to activation@example.net",
        ],
    )
    def handoff(
        session: Session,
        name: Name,
        attach: Annotated[
            str,
            typer.Option(
                "--attach", metavar="SCREENPRINT", help="Screen print of the configuration, PNG or JPEG."
            ),
        ] = "",
        to: Annotated[
            list[str] | None,
            typer.Option("--to", metavar="ADDRESS", help="Recipient instead of the profile's; repeat."),
        ] = None,
        cc: Annotated[
            list[str] | None, typer.Option("--cc", metavar="ADDRESS", help="Copy to; repeat.")
        ] = None,
        message: Annotated[
            str, typer.Option("--message", metavar="TEXT", help="A few words of your own above the table.")
        ] = "",
        again: Annotated[bool, typer.Option("--again", help="Write another draft.", metavar="")] = False,
    ) -> Any:
        """Write the mail draft for the provider, with configuration and screen print; nothing is sent."""
        from sci_cli.operations import handoffs
        from sci_cli.readers.screen_print import read_screen_print

        loaded = session.workspace.load(name)
        handoffs.require_handoff(session.workspace.profile_of(loaded.activation), loaded.activation)
        need = asking.Need(
            "attach",
            "--attach SCREENPRINT",
            (attach,),
            asking.text("attach", "File with the screen print of the configuration"),
        )
        path = Path(asking.answers(session, [need])["attach"]).expanduser()
        request = handoffs.HandoffRequest(
            read_screen_print(path), tuple(to or ()), tuple(cc or ()), message, again
        )
        return handoffs.handoff(session.workspace, name, request, session.mode)
