"""Profile × activation × now → progress: which steps are ready, waiting or late, for whom and why."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sci_cli.domain.activation import Activation, Closed, StepRecord
from sci_cli.domain.facts import holds
from sci_cli.domain.profile import Condition, OwnerMode, Profile, Step, StepKind


class StepState(StrEnum):
    """Where a step stands. The first two are open, the others closed."""

    WAITING = "waiting"
    READY = "ready"
    DONE = "done"
    SKIPPED = "skipped"
    NOT_NEEDED = "not-needed"

    @property
    def closed(self) -> bool:
        """Whether nothing is left to do."""
        return self not in (StepState.WAITING, StepState.READY)


# Closed by what an operation recorded, never by words about the step.
BY_OPERATION = (StepKind.ORDER, StepKind.VERIFY, StepKind.HANDOFF, StepKind.STAGES)

# What to do when the portal shows something else than was ordered.
CALL_VERIZON = "Call the Verizon account team (your Verizon Account Manager) and have the order corrected."


@dataclass(frozen=True, slots=True)
class StepProgress:
    """One step with its state.

    Attributes:
        reason: why it is in that state, a phrase such as `waits for O8`.
        waits_for: open steps that keep it from being ready.
        open_parties: owners who have not done their part (for joint owners), in profile order.
        since: when it became ready or closed, where known.
        due: when its clock runs out; late_by: how long ago that was.
        waiting_since: when its clock started, for steps with a timer.
        problem: what was found wrong and keeps it open, and what to do about it.
    """

    step: Step
    state: StepState
    reason: str = ""
    waits_for: tuple[str, ...] = ()
    open_parties: tuple[str, ...] = ()
    since: datetime | None = None
    due: datetime | None = None
    late_by: timedelta | None = None
    waiting_since: datetime | None = None
    problem: str = ""

    @property
    def late(self) -> bool:
        """Whether its clock has run out while it is open."""
        return self.late_by is not None

    def at(self, now: datetime) -> StepProgress:
        """The same at `now` (aware), which decides nothing but whether its clock has run out."""
        late_by = now - self.due if self.due is not None and now > self.due else None
        return self if late_by == self.late_by else replace(self, late_by=late_by)


@dataclass(frozen=True, slots=True)
class PhaseProgress:
    """How many of a phase's steps are closed."""

    id: str
    title: str
    closed: int
    total: int


@dataclass(frozen=True, slots=True)
class Progress:
    """All counted steps in the source's order; `provider` is the party nobody here can act for."""

    steps: tuple[StepProgress, ...]
    phases: tuple[PhaseProgress, ...]
    provider: str

    @property
    def closed(self) -> int:
        """How many steps are closed."""
        return sum(item.state.closed for item in self.steps)

    @property
    def total(self) -> int:
        """How many steps count."""
        return len(self.steps)

    @property
    def late(self) -> int:
        """How many steps are late."""
        return sum(item.late for item in self.steps)

    @property
    def complete(self) -> bool:
        """Whether every step is closed."""
        return self.closed == self.total

    def of(self, step_id: str) -> StepProgress | None:
        """The progress of one step."""
        return next((item for item in self.steps if item.step.id == step_id), None)

    def ready(self) -> tuple[StepProgress, ...]:
        """What may be done now, in the order of `in_order`."""
        found = (item for item in self.steps if item.state is StepState.READY)
        return in_order(found, self.provider, awaited(item.step for item in self.steps))

    def at(self, now: datetime) -> Progress:
        """The same at `now` (aware)."""
        return replace(self, steps=tuple(item.at(now) for item in self.steps))


def awaited(steps: Iterable[Step]) -> frozenset[str]:
    """The steps that others of these wait for."""
    return frozenset(step_id for step in steps for step_id in step.after)


def in_order(
    ready: Iterable[StepProgress], provider: str, awaited: Container[str]
) -> tuple[StepProgress, ...]:
    """Steps that are ready: what was found wrong, then late steps; last what only the provider can do.

    Between these, required steps come before optional ones, and those that others wait for come first.

    Args:
        ready: the steps, in the order of the source.
        provider: the party nobody here can act for.
        awaited: the steps that others wait for.
    """

    def weight(item: StepProgress) -> tuple[bool, ...]:
        step = item.step
        return (
            not item.problem,
            not item.late,
            step.owners.parties == (provider,),
            bool(step.optional),
            step.id not in awaited,
        )

    return tuple(sorted(ready, key=weight))


def progress(profile: Profile, activation: Activation, now: datetime) -> Progress:
    """Where the activation stands at `now` (aware)."""
    return timeless(profile, activation).at(now)


def timeless(profile: Profile, activation: Activation) -> Progress:
    """Where the activation stands as far as no clock decides: not what is late, but when it will be."""
    states: dict[str, StepProgress] = {}
    for step in profile.counted_steps():
        _resolve(profile, activation, step, states)
    timed = tuple(_with_clock(states[step.id], states) for step in profile.counted_steps())
    phases = tuple(
        PhaseProgress(
            phase.id,
            phase.title,
            closed=sum(item.state.closed for item in timed if item.step.phase == phase.id),
            total=sum(item.step.phase == phase.id for item in timed),
        )
        for phase in profile.phases
        if phase.counts
    )
    return Progress(timed, phases, profile.provider_party)


def _resolve(
    profile: Profile, activation: Activation, step: Step, states: dict[str, StepProgress]
) -> StepProgress:
    """The state of a step, resolving the steps before it first; profiles are checked to have no cycles."""
    if step.id in states:
        return states[step.id]

    found = _closed_by_itself(profile, activation, step)
    if found is None:
        found = _closed_by_another(
            step,
            _closed_apart(profile, activation, step.closes_with),
            _closed_apart(profile, activation, step.moot_after),
        )
    if found is None:
        found = _seen_in_portal(profile, activation, step) or _carried(activation, step)
    if found is None:
        earlier = [other for wanted in step.after if (other := profile.step(wanted))]
        found = _open(activation, step, [_resolve(profile, activation, each, states) for each in earlier])
    states[step.id] = found
    return found


def _closed_by_itself(profile: Profile, activation: Activation, step: Step) -> StepProgress | None:
    fact = activation.facts.get(step.only_if.fact) if step.only_if else None
    if step.only_if and fact and not holds(step.only_if, fact.values):
        reason = f"{step.only_if.fact} is {fact.text}: {step.not_needed}"
        return StepProgress(step, StepState.NOT_NEEDED, reason, since=fact.stamp.at)
    record = activation.steps.get(step.id)
    if record and record.closed is Closed.SKIPPED and may_be_skipped(step):
        return StepProgress(step, StepState.SKIPPED, f"skipped: {record.reason}", since=record.stamps[-1].at)
    unmet = [item for item in step.closed_by if not holds(item, activation.values(item.fact))]
    if step.kind is StepKind.FACTS:
        return None if unmet else _done_by_facts(activation, step)
    said = record is not None and record.closed is Closed.DONE and step.kind not in BY_OPERATION
    if record and said and not open_parties(step, record):
        return StepProgress(step, StepState.DONE, record.note, since=max(s.at for s in record.stamps))
    at = _done_by_operation(profile, activation, step)
    return StepProgress(step, StepState.DONE, since=at) if at else None


def may_be_skipped(step: Step) -> bool:
    """Whether a person may close the step by saying that it will not be done.

    `sci skip` refuses it otherwise; one of before the activation went over to another profile may be there.
    """
    if step.kind in (*BY_OPERATION, StepKind.AUTOMATIC, StepKind.GO):
        return False
    return step.kind is not StepKind.FACTS or bool(step.optional)


def _carried(activation: Activation, step: Step) -> StepProgress | None:
    """A step that was done when the activation went over to this profile.

    What was done as another kind is no go, order, comparison, hand-off or last stage. A value on record that
    the profile does not take closes nothing.
    """
    record = activation.steps.get(step.id)
    if record is None or record.carried is None:
        return None
    if step.kind in (*BY_OPERATION, StepKind.GO) and step.kind.value != record.carried.kind:
        return None
    recorded = [(item, activation.values(item.fact)) for item in step.closed_by]
    if step.kind is StepKind.FACTS and any(values and not holds(item, values) for item, values in recorded):
        return None
    return StepProgress(step, StepState.DONE, record.note or CARRIED, since=record.carried.since)


CARRIED = "done before the profile changed"


def _done_by_facts(activation: Activation, step: Step) -> StepProgress:
    facts = [activation.facts[item.fact] for item in step.closed_by]
    said = "; ".join(f"{item.fact} is {activation.fact(item.fact)}" for item in step.closed_by)
    return StepProgress(step, StepState.DONE, said, since=max(fact.stamp.at for fact in facts))


def _done_by_operation(profile: Profile, activation: Activation, step: Step) -> datetime | None:
    match step.kind:
        case StepKind.ORDER:
            return activation.order.placed.at if activation.order else None
        case StepKind.VERIFY:
            seen = activation.verification
            return seen.stamp.at if seen and seen.matches else None
        case StepKind.HANDOFF:
            return activation.handoffs[0].stamp.at if activation.handoffs else None
        case StepKind.STAGES:
            return stages_done(profile, activation)
        case _:
            return None


def stages_done(profile: Profile, activation: Activation) -> datetime | None:
    """When the provider's last stage was recorded, if it was."""
    last = profile.handoff.stages[-1].id
    return next((mark.stamp.at for mark in activation.stages if mark.stage == last), None)


def _closed_apart(profile: Profile, activation: Activation, step_id: str) -> StepProgress | None:
    """The other step when it is closed without looking at further steps.

    A step may close with one that comes after it, so following both kinds of reference would not end.
    """
    other = profile.step(step_id)
    if other is None:
        return None
    return _closed_by_itself(profile, activation, other) or _carried(activation, other)


def _closed_by_another(
    step: Step, closer: StepProgress | None, moot: StepProgress | None
) -> StepProgress | None:
    if closer and closer.state is StepState.DONE:
        return StepProgress(step, StepState.DONE, f"closed with {closer.step.id}", since=closer.since)
    if moot and moot.state is StepState.DONE:
        return StepProgress(
            step, StepState.NOT_NEEDED, f"{moot.step.id} is done without it", since=moot.since
        )
    return None


def _seen_in_portal(profile: Profile, activation: Activation, step: Step) -> StepProgress | None:
    """A step the comparison waits for is over once there was one, whatever it showed: the port was there."""
    closer, seen = profile.step(step.closes_with), activation.verification
    if closer is None or closer.kind is not StepKind.VERIFY or seen is None or step.id not in closer.after:
        return None
    return StepProgress(step, StepState.DONE, f"seen when compared for {closer.id}", since=seen.stamp.at)


def open_parties(step: Step, record: StepRecord | None) -> tuple[str, ...]:
    """The owners whose part is open: of joint owners those without a stamp, of "or" none once one acted."""
    acted = {stamp.party for stamp in record.stamps} if record else set()
    if step.owners.mode is OwnerMode.ANY:
        return () if acted else step.owners.parties
    return tuple(party for party in step.owners.parties if party not in acted)


def _open(activation: Activation, step: Step, before: list[StepProgress]) -> StepProgress:
    parties = open_parties(step, activation.steps.get(step.id))
    waits = tuple(item.step.id for item in before if not item.state.closed)
    if waits:
        return StepProgress(step, StepState.WAITING, f"waits for {', '.join(waits)}", waits, parties)
    since = max((item.since for item in before if item.since), default=activation.created.at)
    reason = _ready_reason(activation, step)
    return StepProgress(
        step, StepState.READY, reason, (), parties, since, problem=_found_wrong(activation, step)
    )


def _found_wrong(activation: Activation, step: Step) -> str:
    seen = activation.verification
    if step.kind is not StepKind.VERIFY or seen is None or seen.matches:
        return ""
    return " ".join([*(item.difference for item in seen.fields if not item.same), CALL_VERIZON])


def _ready_reason(activation: Activation, step: Step) -> str:
    if step.only_if and not activation.values(step.only_if.fact):
        return f"whether it is needed depends on {step.only_if.fact}"
    missing = missing_facts(step, activation.facts)
    return f"needs {', '.join(missing)}" if missing else ""


def missing_facts(step: Step, facts: Mapping[str, object]) -> tuple[str, ...]:
    """The facts a step is closed by that are not on record at all."""
    return tuple(dict.fromkeys(item.fact for item in step.closed_by if item.fact not in facts))


def unmet_conditions(activation: Activation, step: Step) -> tuple[Condition, ...]:
    """The conditions of a step that do not hold now."""
    return tuple(item for item in step.closed_by if not holds(item, activation.values(item.fact)))


def _with_clock(item: StepProgress, states: Mapping[str, StepProgress]) -> StepProgress:
    timer = item.step.timer
    start = states.get(timer.starts) if timer else None
    if timer is None or start is None or start.state is not StepState.DONE or start.since is None:
        return item
    if item.state.closed:
        return item
    due = start.since + timer.within if timer.within is not None else None
    return replace(item, due=due, waiting_since=start.since)
