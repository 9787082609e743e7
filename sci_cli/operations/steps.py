"""What people say about steps: done, skipped, reopened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sci_cli.domain.activation import Activation, Closed, Evidence, Stamp, StepRecord
from sci_cli.domain.findings import Severity, blockers
from sci_cli.domain.gates import order_findings
from sci_cli.domain.port_rules import open_requests, port_state_findings
from sci_cli.domain.profile import OwnerMode, Profile, Step, StepKind
from sci_cli.domain.progress import Progress, StepProgress, StepState, progress, unmet_conditions
from sci_cli.domain.times import day_text
from sci_cli.errors import AlreadyDifferent, Command, GateClosed, InvalidValue, sci
from sci_cli.operations import showing
from sci_cli.operations.lookup import NOTE_LIMIT, find_party, find_step
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.views import RecordedView
from sci_cli.operations.workspace import Changed, ChangeMode, Decided, Workspace
from sci_cli.safety.text import clean


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file given as evidence, read and hashed."""

    filename: str
    data: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class DoneRequest:
    """What `sci done` was told: for which party, when it was, a note and evidence."""

    step: str
    party: str = ""
    at: datetime | None = None
    note: str = ""
    evidence: tuple[EvidenceFile, ...] = ()


# Steps that are closed by an operation of their own, with the words that do it.
_BY_OPERATION = {
    StepKind.ORDER: ("order", "place"),
    StepKind.VERIFY: ("order", "verify"),
    StepKind.HANDOFF: ("handoff",),
    StepKind.STAGES: ("stage",),
}


def done(ws: Workspace, name: str, request: DoneRequest, mode: ChangeMode) -> Outcome:
    """Record that a step, or one party's part of it, is done.

    Raises:
        StepNotFound: no such step.
        GateClosed: earlier steps or facts are open, or another command closes this step.
    """
    note = clean(request.note, what="--note", limit=NOTE_LIMIT, allow_newlines=True)

    def decide(before: Activation, profile: Profile) -> Decided:
        step = find_step(profile, request.step)
        _refuse_other_way(before, step)
        item = _item(profile, before, step, ws.now())
        party = find_party(profile, request.party) if request.party else ""
        if party and party not in step.owners.parties:
            owners = profile.owners_text(step.owners)
            raise InvalidValue(f"{step.id} is not owned by {party}; its owner is {owners}.")
        record = before.steps.get(step.id)
        if item.state.closed and item.state is not StepState.DONE:
            raise AlreadyDifferent(
                f"{step.id} is closed as {item.state.value}: {item.reason}.", fix=_way_back(name, item)
            )
        if item.state is StepState.DONE and not _adds(request, note):
            return Decided(before)
        if item.state is not StepState.DONE:
            _refuse_unready(ws, before, profile, step, item)
        if not mode.dry_run:
            for each in request.evidence:
                ws.store.keep_evidence(each.data, each.sha256)
        after = before.with_step(step.id, _record(ws, step, record, party, request, note))
        whom = f" for {party}" if party else ""
        shut = tuple(each for each in port_state_findings(before) if each.code == "port.shut_down")
        return Decided(after, f"{step.id} done{whom}: {step.title}", party=party, findings=shut)

    changed = ws.change(name, "done", decide, mode)
    return _recorded(ws, changed, mode, request.step)


def _way_back(name: str, item: StepProgress) -> Command:
    """How a step comes to be open again: reopened, or by changing what made it not needed."""
    if item.state is StepState.SKIPPED:
        return sci("reopen", name, item.step.id, "--reason", "REASON")
    if item.step.only_if and item.step.only_if.fact in item.reason:
        return sci("set", name, f"{item.step.only_if.fact}=VALUE")
    return sci("explain", item.step.id)


def _adds(request: DoneRequest, note: str) -> bool:
    return bool(note or request.evidence or request.at)


def _record(
    ws: Workspace, step: Step, record: StepRecord | None, party: str, request: DoneRequest, note: str
) -> StepRecord:
    old: tuple[Stamp, ...] = record.stamps if record else ()
    parties = (party,) if party else step.owners.parties
    if not party and step.owners.mode is OwnerMode.ANY:
        parties = () if old else ("",)
    acted = {stamp.party for stamp in old}
    stamps = (*old, *(ws.stamp(request.at, each) for each in parties if each not in acted))
    kept = tuple(Evidence(each.filename, each.sha256) for each in request.evidence)
    joined = "\n".join(text for text in (record.note if record else "", note) if text)
    evidence = (*(record.evidence if record else ()), *kept)
    return StepRecord(Closed.DONE, stamps, joined, evidence, carried=record.carried if record else None)


def _item(profile: Profile, activation: Activation, step: Step, now: datetime) -> StepProgress:
    item = progress(profile, activation, now).of(step.id)
    if item is None:
        raise GateClosed(
            f"{step.id} is an operation on the port, not a step to tick off.",
            fix=[sci("port", "show", activation.name), sci("explain", step.id)],
        )
    return item


def _refuse_other_way(activation: Activation, step: Step) -> None:
    words = _BY_OPERATION.get(step.kind)
    if words:
        raise GateClosed(
            f"{step.id} ({step.title}) is closed by a command of its own.",
            why="What it needs is checked and recorded there.",
            fix=sci(words[0], *words[1:], activation.name),
        )
    if step.kind is StepKind.AUTOMATIC:
        raise GateClosed(
            f"{step.id} ({step.title}) happens by itself.",
            why=f"It is closed together with {step.closes_with}.",
            fix=sci("explain", step.id),
        )


def _refuse_unready(
    ws: Workspace, activation: Activation, profile: Profile, step: Step, item: StepProgress
) -> None:
    if item.state is StepState.WAITING:
        known = progress(profile, activation, ws.now())
        waits = [other for wanted in item.waits_for if (other := known.of(wanted))]
        raise GateClosed(
            f"Step {step.id} ({step.title}) cannot be marked done.",
            why=[f"{other.step.id} ({other.step.title}) is open." for other in waits],
            fix=_how(profile, activation, _first_ready(known, waits[0])),
        )
    unmet = unmet_conditions(activation, step)
    if unmet:
        raise GateClosed(
            f"Step {step.id} ({step.title}) cannot be marked done.",
            why=[f"It needs {each.fact}, {_state(activation, each.fact)}." for each in unmet],
            fix=showing.step_commands(profile, activation, item) or (sci("explain", step.id),),
        )
    asked = open_requests(activation) if step.kind is StepKind.VPNS else ()
    if asked:
        raise GateClosed(
            f"Step {step.id} ({step.title}) cannot be marked done yet.",
            findings=tuple(replace(each, severity=Severity.BLOCKER) for each in asked),
        )
    if step.kind is StepKind.GO:
        closed = blockers(order_findings(profile, activation, ws.now()))
        if closed:
            raise GateClosed(
                f"Step {step.id} ({step.title}) cannot be marked done: the order may not be placed yet.",
                findings=closed,
                fix=sci("check", activation.name, "--for", "order"),
            )


def _first_ready(known: Progress, item: StepProgress) -> StepProgress:
    """The step to begin with: the first one that is ready among all that a waiting step waits for."""
    for wanted in item.waits_for:
        other = known.of(wanted)
        if other is not None:
            return _first_ready(known, other)
    return item


def _how(profile: Profile, activation: Activation, item: StepProgress) -> Sequence[Command]:
    return showing.step_commands(profile, activation, item) or (sci("explain", item.step.id),)


def _state(activation: Activation, fact_id: str) -> str:
    value = activation.fact(fact_id)
    return f"which is {value}" if value else "which is not on record"


def skip(ws: Workspace, name: str, step_id: str, reason: str, mode: ChangeMode) -> Outcome:
    """Record that a step will not be done, with the reason.

    Raises:
        GateClosed: the step is closed by an operation or by facts the order depends on.
    """
    reason = _reason(reason)

    def decide(before: Activation, profile: Profile) -> Decided:
        step = find_step(profile, step_id)
        if step.kind in _BY_OPERATION or step.kind in (StepKind.AUTOMATIC, StepKind.GO):
            _refuse_other_way(before, step)
            raise GateClosed(f"{step.id} ({step.title}) is the go/no-go of the order and cannot be skipped.")
        item = _item(profile, before, step, ws.now())
        if item.state is StepState.SKIPPED:
            return Decided(before)
        if item.state.closed:
            raise AlreadyDifferent(
                f"{step.id} is closed as {item.state.value}.", fix=sci("status", name, "--all")
            )
        if step.kind is StepKind.FACTS and not step.optional:
            raise GateClosed(
                f"{step.id} ({step.title}) is closed by facts, and the order depends on them.",
                fix=sci("explain", step.id),
            )
        if item.state is StepState.WAITING and not step.optional:
            raise GateClosed(
                f"{step.id} ({step.title}) cannot be skipped yet.",
                why=f"It {item.reason}; whether it can be left out is known when it is its turn.",
                fix=sci("status", name),
            )
        earlier = before.steps.get(step.id) or StepRecord(Closed.DONE, ())
        record = replace(earlier, closed=Closed.SKIPPED, stamps=(*earlier.stamps, ws.stamp()), reason=reason)
        return Decided(before.with_step(step.id, record), f"{step.id} skipped: {step.title}", reason=reason)

    return _recorded(ws, ws.change(name, "skip", decide, mode), mode, step_id)


def reopen(ws: Workspace, name: str, step_id: str, reason: str, mode: ChangeMode) -> Outcome:
    """Take back what was said about a step, with the reason.

    Raises:
        GateClosed: the step was closed by an operation, by facts or by itself, not by words about it.
    """
    reason = _reason(reason)

    def decide(before: Activation, profile: Profile) -> Decided:
        step = find_step(profile, step_id)
        item = _item(profile, before, step, ws.now())
        if step.id not in before.steps:
            if not item.state.closed:
                return Decided(before)
            facts = ", ".join(each.fact for each in step.closed_by)
            hint = (
                f"Change what closed it: {facts}."
                if facts
                else f"It is closed because: {item.reason or step.title}."
            )
            raise GateClosed(
                f"{step.id} was not closed by hand, so it cannot be reopened by hand.",
                why=hint,
                fix=sci("explain", step.id),
            )
        return Decided(before.with_step(step.id, None), f"{step.id} reopened: {step.title}", reason=reason)

    return _recorded(ws, ws.change(name, "reopen", decide, mode), mode, step_id)


def _reason(text: str) -> str:
    reason = clean(text, what="--reason", limit=NOTE_LIMIT)
    if not reason:
        raise InvalidValue("The reason is empty.", fix="Say in a few words why; it is kept in the history.")
    return reason


def _recorded(ws: Workspace, changed: Changed, mode: ChangeMode, step_id: str) -> Outcome:
    profile, after = changed.profile, changed.after
    known = progress(profile, after, ws.now())
    step = find_step(profile, step_id)
    item = known.of(step.id)
    line = _sentence(profile, item, changed.changed) if item else ""
    view = RecordedView(showing.header(profile, after), (line,), step.id)
    return showing.outcome_of(changed, view, mode, next=showing.next_commands(profile, after, known))


def _sentence(profile: Profile, item: StepProgress, changed: bool) -> str:
    name = f"{item.step.id} {item.step.title}"
    partly = item.state is StepState.READY and len(item.open_parties) < len(item.step.owners.parties)
    left = " and ".join(party.name for wanted in item.open_parties if (party := profile.party(wanted)))
    if partly and left:
        said = "recorded" if changed else "that part is recorded already, nothing was written"
        return f"{name}: {said}; {left} still to do."
    if not changed:
        when = f" since {day_text(item.since)}" if item.since else ""
        return f"{name}: already {item.state.value}{when}; nothing was written."
    return f"{name}: {item.state.value}."
