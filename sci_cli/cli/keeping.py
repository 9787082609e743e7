"""Commands that keep the records: verify."""

from typing import Annotated, Any

import typer

from sci_cli.cli.options import KEEPING, command, complete_names
from sci_cli.cli.session import Session
from sci_cli.errors import WrongUsage, sci


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""

    @command(
        app,
        "verify",
        panel=KEEPING,
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
