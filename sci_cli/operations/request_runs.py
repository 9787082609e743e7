"""Planning and applying requests, one after the other; one that is refused does not hide the others."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from sci_cli.domain.activation import Activation
from sci_cli.domain.findings import Finding
from sci_cli.domain.plain import digest, to_plain
from sci_cli.domain.profile import Profile
from sci_cli.errors import (
    ActivationNotFound,
    AnswersMissing,
    Command,
    ConfirmationMismatch,
    InvalidFile,
    SciError,
    WrongUsage,
    sci,
    worst,
)
from sci_cli.operations import activations, request_changes
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.replays import Replayed
from sci_cli.operations.request_views import (
    AppliedView,
    Counts,
    FieldChange,
    PlannedView,
    RequestProblem,
    RequestRow,
)
from sci_cli.operations.workspace import ChangeMode, Decided, Workspace
from sci_cli.readers.requests import GivenRequest
from sci_cli.store.contract import Loaded
from sci_cli.store.document import heads

_TRIAL = ChangeMode(dry_run=True)
_MOST_NEXT = 3


def _nothing() -> None:
    return None


# What a saved plan says about one activation, compared at the moment of saving; raises where it is otherwise.
Agree = Callable[["Activation | None", Activation, Profile], None]


@dataclass(frozen=True, slots=True)
class Run:
    """How requests are applied.

    Attributes:
        mode: for real or as a trial, and as which operation.
        confirmed: the activations whose service may be touched.
        on_saved: called after each record that was saved, for whoever reports an interruption.
    """

    mode: ChangeMode
    confirmed: Collection[str] = ()
    on_saved: Callable[[], None] = _nothing


@dataclass(frozen=True, slots=True)
class Done:
    """One request as it was carried out or tried."""

    given: GivenRequest
    row: RequestRow
    findings: tuple[Finding, ...] = ()
    error: SciError | None = None
    notices: tuple[str, ...] = ()
    profile: str = ""


# The whole -------------------------------------------------------------------------------------------------


def plan(ws: Workspace, given: Sequence[GivenRequest]) -> tuple[Done, ...]:
    """What applying each request would do; nothing is written."""
    return tuple(_carried_out(ws, each, Run(_TRIAL)) for each in _once_each(given))


def apply(
    ws: Workspace, given: Sequence[GivenRequest], run: Run, agree: dict[str, Agree] | None = None
) -> tuple[Done, ...]:
    """Each request applied, in the order given; one activation is one change of its record, or none.

    Raises:
        WrongUsage: a revision is given for several activations.
        ConfirmationMismatch: a confirmation names an activation that is not among them.
    """
    if run.mode.if_revision is not None and len(given) != 1:
        raise WrongUsage(
            "--if-revision is about one activation, and several are given.",
            fix="Keep a plan with --out; it is applied only while every record is as it was.",
        )
    strangers = sorted(set(run.confirmed) - {each.name for each in given})
    if strangers:
        raise ConfirmationMismatch(
            f"--confirm {strangers[0][:60]!r} names no activation of these requests; nothing was changed.",
            why="The name is typed so that the right activation is changed.",
        )
    return tuple(_carried_out(ws, each, run, (agree or {}).get(each.name)) for each in _once_each(given))


def _once_each(given: Sequence[GivenRequest]) -> tuple[GivenRequest, ...]:
    """The requests, those for the same activation refused: which of them counts nobody could tell."""
    places: dict[str, list[str]] = {}
    for each in given:
        if each.name:
            places.setdefault(each.name, []).append(f"{each.file}:{each.line}")
    return tuple(
        replace(each, request=None, problem=_twice(each.name, places[each.name]))
        if len(places.get(each.name, ())) > 1
        else each
        for each in given
    )


def _twice(name: str, places: Sequence[str]) -> InvalidFile:
    return InvalidFile(
        f"There are {len(places)} requests for {name}.",
        why=[*places[:10], "Which of them counts cannot be told."],
        fix="Say everything about one activation in one request.",
    )


# One request -----------------------------------------------------------------------------------------------


def _carried_out(ws: Workspace, given: GivenRequest, run: Run, agree: Agree | None = None) -> Done:
    try:
        if given.request is None:
            raise given.problem or InvalidFile("The request could not be read.")
        mode = replace(run.mode, op_digest=_digest(given)) if run.mode.op_id else run.mode
        run = replace(run, mode=mode)
        try:
            loaded = ws.store.load(given.name)
        except ActivationNotFound:
            return _begun(ws, given, run, agree)
        return _changed(ws, given, run, agree, loaded)
    except Replayed as again:
        sequence = again.event.sequence
        head = heads(again.activation)[sequence - 1]
        return Done(given, replace(_row(given, "repeated"), revision=sequence, head=head))
    except SciError as problem:
        if problem.saved:
            run.on_saved()
        said = RequestProblem(problem.code, int(problem.exit_code), problem.message, problem.why, problem.fix)
        found = tuple(each for each in problem.findings if isinstance(each, Finding))
        return Done(given, replace(_row(given, "refused"), problem=said), found, problem)


def _digest(given: GivenRequest) -> str:
    return digest(to_plain(given.request))


def _row(given: GivenRequest, state: str) -> RequestRow:
    return RequestRow(given.name, given.file, given.line, state)


def _begun(ws: Workspace, given: GivenRequest, run: Run, agree: Agree | None) -> Done:
    wanted, notes = request_changes.beginning(ws, given)
    found: list[tuple[FieldChange, ...]] = []

    def agreed(activation: Activation, profile: Profile) -> None:
        found.append(request_changes.fields(None, activation))
        if agree is not None:
            agree(None, activation, profile)

    started = activations.start(ws, wanted, run.mode, notes, agreed)
    row = replace(_row(given, "create"), changes=found[-1], revision=0)
    if started.saved is None:
        return Done(given, row, started.findings, profile=digest(started.profile))
    run.on_saved()
    row = replace(row, state="created", revision=1, head=started.saved.head)
    return Done(given, row, started.findings, notices=started.saved.notices)


def _changed(ws: Workspace, given: GivenRequest, run: Run, agree: Agree | None, loaded: Loaded) -> Done:
    trial = run.mode.dry_run

    def decide(before: Activation, profile: Profile) -> Decided:
        decided = request_changes.decide(ws, before, profile, given)
        if agree is not None:
            agree(before, decided.activation, profile)
        if not trial and given.name not in run.confirmed:
            require_confirmed(given.name, request_changes.effects(before, decided.activation))
        return decided

    changed = ws.change(given.name, request_changes.COMMAND, decide, run.mode)
    states = ("change", "none") if trial else ("changed", "unchanged")
    row = replace(
        _row(given, states[0] if changed.changed else states[1]),
        changes=request_changes.fields(changed.before, changed.after) if changed.changed else (),
        needs_confirmation=request_changes.effects(changed.before, changed.after) if trial else (),
        revision=changed.before.revision if trial else changed.after.revision,
        head=loaded.head if trial else changed.head,
    )
    if changed.changed and not trial:
        run.on_saved()
    return Done(given, row, changed.decided.findings, notices=changed.notices)


def require_confirmed(name: str, effects: Sequence[str]) -> None:
    """Refuse what touches service without the activation's name.

    Raises:
        AnswersMissing: there is such an effect.
    """
    if effects:
        raise AnswersMissing(
            f"This touches the service of {name}, and its name was not given.",
            why=effects,
            fix=f"Give --confirm {name} beside the rest.",
        )


# The outcome -----------------------------------------------------------------------------------------------


def planned(done: Sequence[Done], again: Sequence[str], saved_as: str = "") -> Outcome:
    """The outcome of a plan; `again` are the words that apply what was planned."""
    rows = tuple(each.row for each in done)
    wanted = any(row.state in ("create", "change") for row in rows)
    confirm = [word for row in rows if row.needs_confirmation for word in ("--confirm", row.activation)]
    words = ("apply", saved_as) if saved_as else ("apply", *again)
    view = PlannedView(rows, _counts(rows), saved_as)
    return _outcome(done, view, (sci(*words, *confirm),) if wanted else (), dry_run=True)


def applied(done: Sequence[Done], *, dry_run: bool) -> Outcome:
    """The outcome of applying, or of trying to."""
    rows = tuple(each.row for each in done)
    touched = [row.activation for row in rows if row.state in ("created", "changed")]
    following = tuple(sci("status", name) for name in touched[:_MOST_NEXT])
    return _outcome(done, AppliedView(rows, _counts(rows)), following, dry_run=dry_run)


def _counts(rows: Sequence[RequestRow]) -> Counts:
    def of(*states: str) -> int:
        return sum(row.state in states for row in rows)

    unchanged = of("none", "unchanged", "repeated")
    return Counts(of("create", "created"), of("change", "changed"), unchanged, of("refused"))


def _outcome(
    done: Sequence[Done], view: PlannedView | AppliedView, following: tuple[Command, ...], *, dry_run: bool
) -> Outcome:
    only = done[0].row if len(done) == 1 else None
    changed = view.counts.create + view.counts.change > 0
    return Outcome(
        view,
        changed=changed,
        activation=only.activation if only else "",
        revision=only.revision if only else None,
        head=only.head if only else "",
        findings=tuple(_named(each, finding, len(done)) for each in done for finding in each.findings),
        next=following,
        notices=tuple(dict.fromkeys(notice for each in done for notice in each.notices)),
        dry_run=dry_run,
        error=_error(done, saved=changed and not dry_run),
    )


def _named(done: Done, finding: Finding, requests: int) -> Finding:
    """The finding with the activation and the file it is about; said in words where there are several."""
    about = {"activation": done.row.activation, "file": f"{done.row.file}:{done.row.line}"}
    return replace(
        finding,
        message=finding.message if requests == 1 else f"{done.row.activation}: {finding.message}",
        details={**finding.details, **about},
    )


def _error(done: Sequence[Done], *, saved: bool) -> SciError | None:
    """The worst of what went wrong, with a line about each; alone, it says everything itself."""
    failed = [(each, each.error) for each in done if each.error is not None]
    decisive = worst([error for _, error in failed])
    if decisive is None:
        return None
    saved = saved or any(error.saved for _, error in failed)
    if len(done) == 1:
        return type(decisive)(decisive.message, why=decisive.why, fix=decisive.fix, saved=saved)
    verb = "is" if len(failed) == 1 else "are"
    return type(decisive)(
        f"{len(failed)} of {len(done)} requests {verb} refused; the others are not held up by that.",
        why=[f"{_about(each)}: {error.message}" for each, error in failed[:20]],
        fix="Each request above says how to put it right; run the same again afterwards.",
        saved=saved,
    )


def _about(done: Done) -> str:
    return done.row.activation or f"{done.row.file}:{done.row.line}"
