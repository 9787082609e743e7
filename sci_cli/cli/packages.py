"""Commands that hand activations on: export, whole or as requests, and import."""

from pathlib import Path
from typing import Annotated, Any

import typer

from sci_cli.cli.options import KEEPING, command, complete_names
from sci_cli.cli.session import Session
from sci_cli.errors import WrongUsage, sci


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""

    @command(
        app,
        "export",
        panel=KEEPING,
        examples=[
            "sci export acme-hk-1 --to acme.zip",
            "sci export --all --to portfolio.zip",
            "sci export --as-request acme-hk-1 --to acme-hk-1.yaml",
        ],
    )
    def export(
        session: Session,
        names: Annotated[
            list[str] | None,
            typer.Argument(
                metavar="NAME...", help="The activations.", autocompletion=complete_names, show_default=False
            ),
        ] = None,
        to: Annotated[
            str, typer.Option("--to", metavar="FILE", help="The file to write; never an existing one.")
        ] = "",
        all_: Annotated[bool, typer.Option("--all", help="All activations.", metavar="")] = False,
        as_request: Annotated[
            bool,
            typer.Option(
                "--as-request",
                help="Instead of a zip, the YAML for sci plan and sci apply; shown without --to.",
                metavar="",
            ),
        ] = False,
    ) -> Any:
        """One zip with activations, their history, profile, evidence and drafts.

        It is written whole or not at all; the same content gives the same bytes.
        """
        chosen = names or []
        if as_request and bool(chosen) != all_:
            from sci_cli.operations.request_export import as_requests

            return as_requests(session.workspace, chosen, Path(to).expanduser() if to else None)
        example = sci("export", *(chosen or ["NAME"]), "--to", to or "FILE.zip")
        if not to:
            raise WrongUsage("--to FILE is missing: the zip to write.", fix=example)
        if bool(chosen) == all_:
            both = "Name activations or say --all, not both." if all_ else "Name activations, or say --all."
            raise WrongUsage(both, fix=[example, sci("export", "--all", "--to", to)])
        from sci_cli.operations import packages

        return packages.export(session.workspace, chosen, Path(to).expanduser())

    @command(
        app,
        "import",
        panel=KEEPING,
        examples=[
            "sci import acme.zip",
            "sci import acme.zip --dry-run",
            "sci import acme.zip --as acme-hk-2",
        ],
    )
    def import_(
        session: Session,
        file: Annotated[
            str, typer.Argument(metavar="FILE", help="A zip that sci export wrote.", show_default=False)
        ],
        as_: Annotated[
            str, typer.Option("--as", metavar="NAME", help="Another name for the only activation in it.")
        ] = "",
        update: Annotated[
            bool,
            typer.Option(
                "--update",
                help="Let an activation that is here go on with what the zip adds to its history.",
                metavar="",
            ),
        ] = False,
        trust_recipients: Annotated[
            bool,
            typer.Option(
                "--trust-recipients", help="Accept recipients of hand-offs that are new here.", metavar=""
            ),
        ] = False,
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help="Check everything, store nothing.", metavar="")
        ] = False,
    ) -> Any:
        """Take the activations of a zip that sci export wrote; nothing that is here is lost.

        Names, sizes, sums, history and evidence are checked before anything is stored. Each activation is
        taken whole or not at all.
        """
        from sci_cli.operations import packages
        from sci_cli.readers.files import read_input
        from sci_cli.store.package import LARGEST

        path = Path(file).expanduser()
        data = read_input(path, what="The package", limit=LARGEST).data

        def saved() -> None:
            session.saved = True

        request = packages.ImportRequest(file, data, as_, update, trust_recipients, dry_run, saved)
        return packages.import_(session.workspace, request)
