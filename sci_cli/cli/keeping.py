"""Commands that keep the records: verify, adopt."""

from typing import Annotated, Any

import typer

from sci_cli.cli import asking
from sci_cli.cli.options import KEEPING, Name, Reason, Yes, command, complete_names
from sci_cli.cli.session import Session
from sci_cli.errors import WrongUsage, sci


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""

    @command(
        app,
        "verify",
        panel=KEEPING,
        table=True,
        examples=[
            "sci verify",
            "sci verify acme-hk-1 --expect-head 0f3a5c7e9b1d",
            "sci verify --expect-head acme-hk-1=0f3a5c7e9b1d -o json",
        ],
    )
    def verify(
        session: Session,
        names: Annotated[
            list[str] | None,
            typer.Argument(
                metavar="NAME...",
                help="The activations; without any, everything in the home.",
                autocompletion=complete_names,
                show_default=False,
            ),
        ] = None,
        expect_head: Annotated[
            list[str] | None,
            typer.Option(
                "--expect-head",
                metavar="NAME=HASH",
                help="A head noted elsewhere, 12 characters or more; with one name the hash alone. Repeat.",
            ),
        ] = None,
    ) -> Any:
        """Check that records, backups, evidence and drafts are as they were written; changes nothing."""
        from sci_cli.operations import verifying

        return verifying.verify(session.workspace, names or (), _expected(names or [], expect_head or []))

    @command(
        app,
        "adopt",
        panel=KEEPING,
        writes=True,
        examples=[
            "sci adopt acme-hk-1 --dry-run",
            'sci adopt acme-hk-1 --reason "customer renamed; sci was not at hand"',
        ],
    )
    def adopt(session: Session, name: Name, reason: Reason = "", yes: Yes = False) -> Any:
        """Take over what somebody edited in a record by hand; shows the difference first."""
        from sci_cli.operations import adopting
        from sci_cli.operations.workspace import ChangeMode

        trial = adopting.adopt(session.workspace, name, reason, ChangeMode(dry_run=True))
        if session.settings.dry_run:
            return adopting.adopt(session.workspace, name, reason, session.mode)
        asking.preview(session, trial)
        needs = [
            asking.Need("reason", "--reason REASON", (reason,), asking.text("reason", "Reason")),
            asking.yes_to(f"Adopt this into the record of {name}?", yes),
        ]
        found = asking.answers(session, needs)["reason"]
        return adopting.adopt(session.workspace, name, found, session.mode)


def _expected(names: list[str], given: list[str]) -> dict[str, str]:
    """The heads by activation.

    Raises:
        WrongUsage: nobody can tell which activation one belongs to, or one has two.
    """
    found: dict[str, str] = {}
    for text in given:
        name, equals, head = text.rpartition("=")
        if not equals:
            if len(names) != 1:
                raise WrongUsage(
                    "--expect-head needs the activation its hash belongs to.",
                    fix=sci("verify", "--expect-head", "NAME=HASH"),
                )
            name = names[0]
        if not name or found.setdefault(name, head.lower()) != head.lower():
            raise WrongUsage(
                "--expect-head is given twice for one activation, or without its name.",
                fix=sci("verify", "--expect-head", "NAME=HASH"),
            )
    return found
