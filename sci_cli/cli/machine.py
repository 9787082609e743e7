"""Commands for scripts: get, wait, schema."""

import contextlib
import time
from collections.abc import Callable
from typing import Annotated, Any

import typer

from sci_cli.cli.options import EVERYDAY, SETTINGS, Name, command, complete_names, complete_steps
from sci_cli.cli.session import Session, is_terminal
from sci_cli.errors import WrongUsage, sci
from sci_cli.safety.text import visible


def complete_paths(ctx: typer.Context, incomplete: str) -> list[str]:
    """Paths of the activation typed before; never an error while somebody presses Tab."""
    try:
        from sci_cli.cli.main import session_for_completion
        from sci_cli.operations import values

        workspace = session_for_completion().workspace
        loaded = workspace.load(ctx.params["name"])
        tree = values.tree(workspace.profile_of(loaded.activation), loaded, workspace.now())
        known = [*tree, *values.paths(tree)]
    except Exception:  # completion must never print or fail
        return []
    return [each for each in dict.fromkeys(known) if each.startswith(incomplete)]


def complete_until(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """States, and the steps of the activation typed before."""
    from sci_cli.domain.milestones import STATES

    states = [each for each in STATES.items() if each[0].startswith(incomplete)]
    return [*states, *complete_steps(ctx, incomplete)]


def complete_schemas(ctx: typer.Context, incomplete: str) -> list[str]:
    """Kinds of documents, from file names only."""
    from sci_cli.operations import schemas

    return [each for each in schemas.names() if each.startswith(incomplete)]


def _sleeper(session: Session, said: str) -> Callable[[float], None]:
    """Lets time pass; before the first time a person who looks on is told what is waited for."""
    watched = session.settings.verbose or (is_terminal(session.stderr) and not session.settings.quiet)
    unsaid = [visible(said, allow_newlines=False)] if watched else []

    def sleep(seconds: float) -> None:
        while unsaid:
            with contextlib.suppress(OSError, ValueError):
                session.stderr.write(f"{unsaid.pop()}\n")
                session.stderr.flush()
        time.sleep(seconds)

    return sleep


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""

    @command(
        app,
        "get",
        panel=EVERYDAY,
        table=True,
        examples=[
            "sci get acme-hk-1 order.number",
            "sci get acme-hk-1 vpns.CORP.prefixes",
            "sci get acme-hk-1",
        ],
    )
    def get(
        session: Session,
        name: Annotated[
            str,
            typer.Argument(
                metavar="NAME", help="The activation.", show_default=False, autocompletion=complete_names
            ),
        ],
        path: Annotated[
            str | None,
            typer.Argument(
                metavar="PATH",
                help="Such as revision, facts.csp.account-id or steps.O6.state; without it, every path.",
                show_default=False,
                autocompletion=complete_paths,
            ),
        ] = None,
        exit_code: Annotated[
            bool, typer.Option("--exit-code", help="Exit 20 when nothing is on record there.", metavar="")
        ] = False,
    ) -> Any:
        """One value of an activation, plain: a line, or one for each item of a list.

        A group such as steps gives the names in it. What is not on record is an empty line.
        """
        from sci_cli.cli.pending import pending
        from sci_cli.operations import values

        outcome = values.get(session.workspace, name, path)
        empty = getattr(outcome.view, "value", None) in (None, (), {})
        return pending(session, outcome, exit_code and empty)

    @command(
        app,
        "wait",
        panel=EVERYDAY,
        examples=[
            "sci wait acme-hk-1 --until ordered --timeout 2h",
            "sci wait acme-hk-1 --until O10 --timeout 3d --poll 5m",
            "sci wait acme-hk-1 --until port-up --timeout 0",
        ],
    )
    def wait(
        session: Session,
        name: Name,
        until: Annotated[
            str,
            typer.Option(
                "--until",
                metavar="STEP|STATE",
                help="A step that is to be closed, or a state such as ordered, port-up or complete.",
                autocompletion=complete_until,
            ),
        ] = "",
        timeout: Annotated[
            str, typer.Option("--timeout", metavar="TIME", help="How long: 30m, 1h30m, 0 to look once.")
        ] = "30m",
        poll: Annotated[
            str, typer.Option("--poll", metavar="TIME", help="How often to look, 1s to 1h.")
        ] = "10s",
    ) -> Any:
        """Wait until somebody has recorded it: exit 0 when it is so, 20 when the time is over.

        Nothing is locked and nothing is written; others work on meanwhile.
        """
        from sci_cli.cli.pending import pending
        from sci_cli.domain.times import parse_duration
        from sci_cli.operations import waiting

        if not until:
            raise WrongUsage(
                "--until is missing: a step, or a state such as ordered.",
                fix=sci("wait", name, "--until", "ordered"),
            )
        patience = waiting.Patience(
            parse_duration(timeout, what="--timeout"),
            parse_duration(poll, what="--poll"),
            time.monotonic,
            _sleeper(session, f"Waiting for {until} of {name}, up to {timeout}, looking every {poll}."),
        )
        outcome = waiting.wait(session.workspace, name, until, patience)
        return pending(session, outcome, not getattr(outcome.view, "reached", True))

    @command(
        app,
        "schema",
        panel=SETTINGS,
        table=True,
        examples=["sci schema", "sci schema status", "sci schema sci.list/1"],
    )
    def schema(
        session: Session,
        document: Annotated[
            str,
            typer.Argument(
                metavar="NAME",
                help="A kind of document, such as status or sci.status/1.",
                show_default=False,
                autocompletion=complete_schemas,
            ),
        ] = "",
    ) -> Any:
        """The JSON Schema of a document that -o json prints; without a name, the documents there are."""
        from sci_cli.operations import schemas

        if not document:
            return schemas.schemas()
        if session.output == "csv":
            raise WrongUsage("csv is for lists; use -o json.")
        return schemas.schema(document)
