"""Commands for runs that are described in files: plan, apply."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from sci_cli.cli import asking
from sci_cli.cli.options import Yes, command, complete_names
from sci_cli.cli.panels import RUNS
from sci_cli.cli.session import Session
from sci_cli.errors import WrongUsage, sci

Files = Annotated[
    list[str] | None,
    typer.Option(
        "--file",
        "-f",
        metavar="FILE",
        help="Requests: a YAML file, a folder of them, or - for standard input; repeat.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""

    @command(
        app,
        "plan",
        panel=RUNS,
        table=True,
        examples=[
            "sci plan -f requests/",
            "sci plan -f acme-hk-1.yaml --exit-code -o json",
            "sci plan -f requests/ --out friday.plan",
        ],
    )
    def plan(
        session: Session,
        file: Files = None,
        out: Annotated[
            str,
            typer.Option(
                "--out", metavar="PLANFILE", help="Keep the plan in a new file, for sci apply PLANFILE."
            ),
        ] = "",
        exit_code: Annotated[
            bool, typer.Option("--exit-code", help="Exit 20 when something would change.", metavar="")
        ] = False,
    ) -> Any:
        """What applying requests would change, field by field; writes no record.

        A request describes one activation in YAML: its facts and VPNs as they
        are to be on record. What it does not name is left alone.
        sci new --template prints one to fill in.
        """
        return _plan(session, _files(file, "plan"), out, exit_code)

    @command(
        app,
        "apply",
        panel=RUNS,
        table=True,
        writes=True,
        examples=[
            "sci apply -f requests/ --yes",
            "sci apply -f acme-hk-1.yaml --yes --confirm acme-hk-1",
            "sci apply friday.plan",
        ],
    )
    def apply(
        session: Session,
        plan: Annotated[
            str,
            typer.Argument(
                metavar="PLANFILE",
                help="A plan that sci plan --out kept: applied exactly, or refused as stale.",
                show_default=False,
            ),
        ] = "",
        file: Files = None,
        yes: Yes = False,
        confirm: Annotated[
            list[str] | None,
            typer.Option(
                "--confirm",
                metavar="NAME",
                help="An activation whose service may be touched: a VPN taken off, the port changed; repeat.",
                autocompletion=complete_names,
            ),
        ] = None,
    ) -> Any:
        """Record what requests say: start activations, record facts, ask for VPNs.

        Each activation is changed whole or not at all, as one entry of its
        history; one that is refused does not hold up the others, and the worst
        exit code is that of the run. What is so already is left as it is.
        Orders are never placed and billing is never accepted here.
        """
        if bool(plan) == bool(file):
            both = "A saved plan and requests are given." if plan else "Neither requests nor a plan is given."
            raise WrongUsage(both, fix=[sci("apply", "-f", "FILE"), sci("apply", "PLANFILE")])
        named = frozenset(confirm or ())
        if plan:
            return _apply_saved(session, plan, named)
        return _apply(session, _files(file, "apply"), named, yes)


# Reading ---------------------------------------------------------------------------------------------------


def _files(file: list[str] | None, verb: str) -> list[str]:
    if not file:
        raise WrongUsage("No requests are given.", fix=sci(verb, "-f", "FILE"))
    if file.count("-") > 1:
        raise WrongUsage("Standard input is given twice.", fix="Give -f - once.")
    return file


def _given(session: Session, files: Sequence[str]) -> list[Any]:
    """Every request in the files; a file that cannot be read counts as a request that is refused."""
    from sci_cli.errors import SciError
    from sci_cli.readers.files import read_input
    from sci_cli.readers.requests import LIMIT, GivenRequest, files_of, read_requests

    found: list[Any] = []
    for file in files:
        if file == "-":
            found += read_requests(_piped(session, LIMIT), name="standard input")
            continue
        try:
            paths = files_of(Path(file).expanduser())
        except SciError as problem:
            found.append(GivenRequest(file, 1, problem=problem))
            continue
        for path in paths:
            try:
                data = read_input(path, what="The request", limit=LIMIT).data
            except SciError as problem:
                found.append(GivenRequest(str(path), 1, problem=problem))
            else:
                found += read_requests(data, name=str(path))
    return found


def _piped(session: Session, limit: int) -> bytes:
    from sci_cli.readers.files import read_stream

    stream = getattr(session.stdin, "buffer", None)
    if stream is None:
        return session.stdin.read().encode()
    return read_stream(stream, what="The request on standard input", limit=limit)


# Planning --------------------------------------------------------------------------------------------------


def _plan(session: Session, files: Sequence[str], out: str, exit_code: bool) -> Any:
    from sci_cli.errors import ExitCode
    from sci_cli.operations import request_runs, saved_plans

    ws = session.workspace
    done = request_runs.plan(ws, _given(session, files))
    whole = not any(each.error for each in done)
    if out and whole:
        saved_plans.keep(ws, done, Path(out).expanduser())
    outcome = request_runs.planned(done, _again(files), out if whole else "")
    if out and not whole:
        outcome = replace(outcome, notices=(*outcome.notices, "No plan is kept while a request is refused."))
    if not (exit_code and outcome.changed and outcome.error is None):
        return outcome
    from sci_cli.cli.emit import emit

    emit(session, outcome)
    session.exit_code = int(ExitCode.PENDING)
    return None


def _again(files: Sequence[str]) -> list[str]:
    return [word for file in files for word in ("-f", file)]


# Applying --------------------------------------------------------------------------------------------------


def _apply(session: Session, files: Sequence[str], confirmed: frozenset[str], yes: bool) -> Any:
    from sci_cli.operations import request_runs, saved_plans

    ws, mode = session.workspace, session.mode
    given = _given(session, files)
    trial = request_runs.apply(ws, given, request_runs.Run(replace(mode, dry_run=True), confirmed))
    if mode.dry_run:
        return request_runs.applied(trial, dry_run=True)
    shown = not yes and session.prompter.interactive
    named = _agreed(session, trial, confirmed, yes, _again(files))
    agree = saved_plans.as_shown(trial) if shown else None
    run = request_runs.Run(mode, named, lambda: _saved(session))
    return request_runs.applied(request_runs.apply(ws, given, run, agree), dry_run=False)


def _apply_saved(session: Session, file: str, confirmed: frozenset[str]) -> Any:
    from sci_cli.operations import request_runs, saved_plans
    from sci_cli.readers.files import read_input

    ws, mode = session.workspace, session.mode
    if mode.if_revision is not None:
        raise WrongUsage("A saved plan holds the revision of each record.", fix="Leave --if-revision out.")
    data = read_input(Path(file).expanduser(), what="The plan", limit=saved_plans.LIMIT).data
    plan, plan_id = saved_plans.read(data, file)
    trial_run = request_runs.Run(replace(mode, dry_run=True), confirmed)
    trial = saved_plans.apply_saved(ws, plan, plan_id, trial_run)
    if mode.dry_run:
        return request_runs.applied(trial, dry_run=True)
    named = _agreed(session, trial, confirmed, True, [file])
    run = request_runs.Run(mode, named, lambda: _saved(session))
    return request_runs.applied(saved_plans.apply_saved(ws, plan, plan_id, run), dry_run=False)


def _saved(session: Session) -> None:
    session.saved = True


def _agreed(
    session: Session, trial: Sequence[Any], confirmed: frozenset[str], yes: bool, again: Sequence[str]
) -> frozenset[str]:
    """The activations whose service may be touched, once everything that is needed was said.

    Raises:
        AnswersMissing: something is not said and nobody can be asked; all of it is named.
        Interrupted: the person declined.
    """
    from sci_cli.operations import request_runs

    rows = [each.row for each in trial if each.row.state in ("create", "change")]
    open_ = [row for row in rows if row.needs_confirmation and row.activation not in confirmed]
    ask = bool(rows) and not yes
    if not (open_ or ask):
        return confirmed
    if not session.prompter.interactive:
        options = [("--yes", ("yes",))] if ask else []
        options += [("--confirm NAME", (row.activation,)) for row in open_]
        said = [option.replace("NAME", value) for option, (value,) in options]
        raise session.missing(said, asking.continued(session, options))
    asking.preview(session, replace(request_runs.planned(trial, again), next=()))
    count = f"{len(rows)} activation{'' if len(rows) == 1 else 's'}"
    needs = [asking.yes_to(f"Apply this to {count}?", yes)]
    for row in open_:
        need = asking.name_typed(row.activation, " ".join(row.needs_confirmation), "")
        needs.append(replace(need, key=f"confirm {row.activation}"))
    asking.all_answers(session, needs)
    return confirmed | {row.activation for row in open_}
