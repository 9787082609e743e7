"""Commands about the store a team shares."""

from typing import Annotated, Any

import typer

from sci_cli.cli.options import SETTINGS, command, complete_names
from sci_cli.cli.session import Session

URL = "postgresql://kim@db.example.net/sci"

Names = Annotated[
    list[str],
    typer.Argument(
        metavar="NAME...", help="The activations.", autocompletion=complete_names, show_default=False
    ),
]

DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be copied, store nothing.", metavar="")
]


def register(group: typer.Typer) -> None:
    """Add the commands of this module."""

    @command(
        group,
        "init",
        panel=SETTINGS,
        examples=[
            "sci store init postgresql://owner@db.example.net/sci",
            "sci store init postgresql://owner@db.example.net/sci --team blue --role kim",
        ],
    )
    def init(
        session: Session,
        url: Annotated[
            str,
            typer.Argument(metavar="URL", help="The database, as a role that may make roles."),
        ],
        team: Annotated[str, typer.Option("--team", metavar="TEAM", help="The team to admit ROLE to.")] = "",
        role: Annotated[
            str, typer.Option("--role", metavar="ROLE", help="The role a person or script logs in with.")
        ] = "",
    ) -> Any:
        """Set up a shared store: tables, rights, teams; what is there stays."""
        from sci_cli.operations import sharing

        return sharing.set_up(url, team=team, role=role)

    @command(
        group,
        "status",
        panel=SETTINGS,
        examples=["sci store status", f"sci store status --store {URL}", "sci store status -o json"],
    )
    def status(
        session: Session,
        op_id: Annotated[
            str, typer.Option("--op-id", metavar="ID", help="Whether the change with this id is stored.")
        ] = "",
    ) -> Any:
        """Which store is in use, and whether it answers."""
        from sci_cli.errors import WrongUsage
        from sci_cli.operations import sharing

        address = session.address()
        if address is not None:
            return sharing.shared(session.shared(address), op_id=op_id[:100])
        if op_id:
            raise WrongUsage("--op-id asks a shared store.", fix="Name it with --store URL or SCI_STORE.")
        return sharing.files(session.workspace.store, str(session.home()))

    @command(
        group,
        "push",
        panel=SETTINGS,
        examples=[f"sci store push acme-hk-1 --store {URL}", "sci store push acme-hk-1 acme-sg-1"],
    )
    def push(session: Session, names: Names, dry_run: DryRun = False) -> Any:
        """Copy activations from this machine's files to the shared store, with history and evidence."""
        from sci_cli.operations import sharing

        here, there = session.both_stores()
        return sharing.move(names, here, there, dry_run=dry_run)

    @command(
        group,
        "pull",
        panel=SETTINGS,
        examples=[f"sci store pull acme-hk-1 --store {URL}", "sci store pull acme-hk-1 acme-sg-1"],
    )
    def pull(session: Session, names: Names, dry_run: DryRun = False) -> Any:
        """Copy activations from the shared store to this machine's files, with history and evidence."""
        from sci_cli.operations import sharing

        here, there = session.both_stores()
        return sharing.move(names, there, here, dry_run=dry_run)
