"""Commands about whole activations: new, run, status, list, next, set, note, history."""

from pathlib import Path
from typing import Annotated, Any

import typer

from sci_cli.cli.options import EVERYDAY, STEPS, Name, Note, Reason, command
from sci_cli.cli.session import Session
from sci_cli.errors import Command, WrongUsage, sci


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""

    @command(
        app,
        "new",
        panel=EVERYDAY,
        writes=True,
        examples=[
            "sci new acme-hk-1",
            'sci new acme-hk-1 --profile PROFILE --customer "Acme Ltd" --location "Hong Kong"'
            ' --data-plan "1 TB"',
            "sci new --file request.yaml",
        ],
    )
    def new(
        session: Session,
        name: Annotated[
            str, typer.Argument(metavar="NAME", help="How you will call it, such as acme-hk-1.")
        ] = "",
        profile: Annotated[
            str, typer.Option("--profile", metavar="PROFILE", help="The provider's profile.")
        ] = "",
        customer: Annotated[
            str, typer.Option("--customer", metavar="TEXT", help="The customer's name.")
        ] = "",
        location: Annotated[
            list[str] | None,
            typer.Option("--location", metavar="PLACE", help="Installation location; repeat for several."),
        ] = None,
        data_plan: Annotated[str, typer.Option("--data-plan", metavar="PLAN", help="Data plan.")] = "",
        vpn: Annotated[
            str, typer.Option("--vpn", metavar="VPN", help="The VPN that goes with the order.")
        ] = "",
        prefix: Annotated[
            list[str] | None, typer.Option("--prefix", metavar="PREFIX", help="A prefix of it; repeat.")
        ] = None,
        from_: Annotated[
            str,
            typer.Option(
                "--from", metavar="FILE", help="Its prefixes from a list or CSV; - reads standard input."
            ),
        ] = "",
        max_prefixes: Annotated[
            str, typer.Option("--max-prefixes", metavar="MAX", help="MAX of the VPN, IPv4.")
        ] = "",
        max_prefixes_v6: Annotated[
            str, typer.Option("--max-prefixes-v6", metavar="MAX", help="MAX of the VPN, IPv6.")
        ] = "",
        file: Annotated[str, typer.Option("--file", metavar="FILE", help="Answers from a YAML file.")] = "",
        template: Annotated[
            bool, typer.Option("--template", help="Print such a file to fill in.", metavar="")
        ] = False,
    ) -> Any:
        """Start an activation; asks for what is missing."""
        from sci_cli.cli import requests
        from sci_cli.operations import activations

        if template:
            return requests.template(session)
        given = requests.NewRequest(
            name, profile, customer, tuple(location or ()), data_plan, vpn, tuple(prefix or ()),
            max_prefixes, max_prefixes_v6,
        )  # fmt: skip
        if file:
            given = requests.from_file(Path(file), given)
        wanted, found = requests.complete(session, given, from_)
        return activations.new(session.workspace, wanted, session.mode, found)

    @command(
        app,
        "run",
        panel=EVERYDAY,
        examples=["sci run acme-hk-1", "sci run acme-hk-1 --plain"],
    )
    def run(session: Session, name: Name = "") -> Any:
        """Walk through the steps as a checklist; every answer is saved."""
        from sci_cli.cli.emit import write
        from sci_cli.ui.checklist import run_checklist

        name = name or _only_one(session)
        loaded = session.workspace.load(name)
        if not session.prompter.interactive:
            raise _no_checklist(session, loaded.activation.name)
        session.resume = sci("run", name)
        return run_checklist(
            session.workspace,
            name,
            session.prompter,
            session.look(),
            lambda text: write(session, text),
            session.keep,
        )

    @command(
        app,
        "status",
        panel=EVERYDAY,
        table=True,
        examples=["sci status acme-hk-1", "sci status acme-hk-1 --all", "sci status acme-hk-1 -o json"],
    )
    def status(
        session: Session,
        name: Name = "",
        show_all: Annotated[bool, typer.Option("--all", help="Closed steps too.", metavar="")] = False,
        exit_code: Annotated[
            bool, typer.Option("--exit-code", help="Exit 20 while steps are open.", metavar="")
        ] = False,
    ) -> Any:
        """Where an activation stands, the next action first."""
        from sci_cli.cli.pending import pending
        from sci_cli.operations import overview

        outcome = overview.status(session.workspace, name or _only_one(session), show_all=show_all)
        return pending(session, outcome, exit_code and not getattr(outcome.view, "complete", True))

    @command(
        app,
        "list",
        panel=EVERYDAY,
        table=True,
        examples=["sci list", "sci list -o csv", "sci list --exit-code"],
    )
    def list_(
        session: Session,
        exit_code: Annotated[
            bool, typer.Option("--exit-code", help="Exit 20 while one is late.", metavar="")
        ] = False,
    ) -> Any:
        """All activations."""
        from sci_cli.cli.pending import pending
        from sci_cli.operations import overview

        outcome = overview.list_all(session.workspace)
        late = any(row.late for row in getattr(outcome.view, "activations", ()))
        return pending(session, outcome, exit_code and late)

    @command(
        app,
        "next",
        panel=EVERYDAY,
        table=True,
        examples=["sci next", "sci next acme-hk-1", "sci next --owner customer"],
    )
    def next_(
        session: Session,
        name: Name = "",
        owner: Annotated[str, typer.Option("--owner", metavar="PARTY", help="Only this party's steps.")] = "",
    ) -> Any:
        """What can be done now, with the command to type."""
        from sci_cli.operations import overview

        return overview.next_steps(session.workspace, name, owner=owner)

    @command(
        app,
        "set",
        panel=STEPS,
        writes=True,
        examples=[
            "sci set acme-hk-1 csp.account-status=active private-ip.active=2",
            "sci set acme-hk-1 cloud-type=vpc security-products=none",
            "sci explain csp.account-id",
        ],
    )
    def set_(
        session: Session,
        name: Name,
        facts: Annotated[list[str], typer.Argument(metavar="FACT=VALUE...", help="What to record.")],
        reason: Reason = "",
    ) -> Any:
        """Record facts: account status, Private IP connections, decisions, connection values."""
        from sci_cli.operations import activations

        given = activations.parse_pairs(facts)
        return activations.set_facts(session.workspace, name, given, session.mode, reason=reason)

    @command(
        app,
        "note",
        panel=STEPS,
        writes=True,
        examples=[
            'sci note acme-hk-1 "asked Jane for the login"',
            'sci note acme-hk-1 "mail sent" --step O9',
        ],
    )
    def note(
        session: Session,
        name: Name,
        text: Annotated[str, typer.Argument(metavar="TEXT", help="The remark.")] = "",
        step: Annotated[str, typer.Option("--step", metavar="STEP", help="The step it is about.")] = "",
        note: Note = "",
    ) -> Any:
        """Add a remark to an activation or to one of its steps."""
        from sci_cli.cli import asking
        from sci_cli.operations import activations

        if text and note:
            raise WrongUsage("The note is given twice.", fix=sci("note", name, "TEXT"))
        need = asking.Need("text", "TEXT", (text or note,), asking.text("text", "Note"))
        found = asking.answers(session, [need])["text"]
        return activations.note(session.workspace, name, found, session.mode, step=step)

    @command(
        app,
        "history",
        panel=EVERYDAY,
        table=True,
        examples=[
            "sci history acme-hk-1",
            "sci history acme-hk-1 --limit 10",
            "sci history acme-hk-1 -o csv",
        ],
    )
    def history(
        session: Session,
        name: Name,
        limit: Annotated[str, typer.Option("--limit", metavar="N", help="Only the newest N.")] = "",
    ) -> Any:
        """Who changed what and when."""
        from sci_cli.cli.numbers import whole
        from sci_cli.operations import overview

        return overview.history(session.workspace, name, limit=whole(limit, "--limit"))


def _only_one(session: Session) -> str:
    """The name of the only activation there is, when none was given."""
    names = session.workspace.store.names()
    if len(names) == 1:
        return names[0]
    raise WrongUsage(
        "Which activation? No name was given." if names else "There is no activation yet.",
        fix=[Command(("sci", session.command, each)) for each in names[:5]]
        or [sci("new", "NAME"), sci("demo")],
    )


def _no_checklist(session: Session, name: str) -> Exception:
    """Without a terminal the checklist shows what is open and names the commands that work there."""
    from sci_cli.cli.emit import write
    from sci_cli.errors import AnswersMissing
    from sci_cli.operations import overview
    from sci_cli.ui.screens import render

    if session.output == "text":
        write(session, render(overview.next_steps(session.workspace, name), session.look()))
    return AnswersMissing(
        "The checklist needs a terminal, and there is none here (or questions are switched off).",
        fix=[
            sci("done", name, "STEP"),
            sci("set", name, "FACT=VALUE"),
            sci("note", name, "TEXT"),
            sci("skip", name, "STEP", "--reason", "REASON", "--yes"),
        ],
    )
