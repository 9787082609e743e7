"""An activation that goes over to another content of its profile: what stays done, what is new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sci_cli.domain.activation import Activation, Carried, Closed, ProfileRef, StepRecord
from sci_cli.domain.facts import CORE_FACTS, parse_fact
from sci_cli.domain.findings import Finding, Severity
from sci_cli.domain.gates import order_findings
from sci_cli.domain.profile import Profile, StepKind
from sci_cli.domain.profile_changes import STEP, ProfileChange, profile_changes, recipients
from sci_cli.domain.progress import BY_OPERATION, Progress, StepProgress, StepState, progress
from sci_cli.domain.times import day_text, duration_text
from sci_cli.domain.vpn_rules import port_findings
from sci_cli.errors import InvalidValue, sci


class Effect(StrEnum):
    """What going over does to one step of this activation."""

    NEW = "new"
    GONE = "gone"
    STAYS_DONE = "stays-done"
    CLOSES = "closes"
    OPENS = "opens"
    READY = "ready"
    WAITS = "waits"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class StepEffect:
    """One step for which something changes; states are empty where the profile has no such step.

    `said` is for people; `clock` says how its clock changes, empty when it does not.
    """

    id: str
    title: str
    effect: Effect
    before: str
    after: str
    said: str
    clock: str = ""


@dataclass(frozen=True, slots=True)
class Rebased:
    """What going over means: the activation afterwards, and everything to be said about it.

    `activation` is the very object given when both contents are the same.
    """

    activation: Activation
    changes: tuple[ProfileChange, ...]
    steps: tuple[StepEffect, ...]
    findings: tuple[Finding, ...]


def rebased(old: Profile, new: Profile, activation: Activation, ref: ProfileRef, now: datetime) -> Rebased:
    """The activation under another content of its profile, whose id and digest are `ref`.

    Nothing that people said is lost or altered. A step that was done stays done, see `carried_over`.
    """
    if ref == activation.profile:
        return Rebased(activation, (), (), ())
    after = replace(carried_over(old, new, activation, now), profile=ref)
    changes = profile_changes(old, new)
    steps = _effects(old, new, activation, after, changes, now)
    return Rebased(after, changes, steps, _findings(old, new, activation, after, now))


def carried_over(old: Profile, new: Profile, activation: Activation, now: datetime) -> Activation:
    """The activation with a mark on each step that is done and that `new` alone would open again.

    No mark makes an order, a comparison, a hand-off or a go out of something else: where a step has become
    one of these, it is open until that is on record.
    """
    there = progress(new, activation, now)
    steps = dict(activation.steps)
    for item in progress(old, activation, now).steps:
        wanted = there.of(item.step.id)
        if item.state is not StepState.DONE or wanted is None or wanted.state.closed:
            continue
        kind = wanted.step.kind
        if kind in (*BY_OPERATION, StepKind.GO) and kind is not item.step.kind:
            continue
        record = steps.get(item.step.id) or StepRecord(Closed.DONE, ())
        mark = Carried(item.step.kind.value, item.since or activation.created.at)
        steps[item.step.id] = replace(record, carried=record.carried or mark)
    return replace(activation, steps=steps)


# Step by step ----------------------------------------------------------------------------------------------


def _effects(
    old: Profile,
    new: Profile,
    before: Activation,
    after: Activation,
    changes: Sequence[ProfileChange],
    now: datetime,
) -> tuple[StepEffect, ...]:
    was, becomes = progress(old, before, now), progress(new, after, now)
    named = {change.id: _named(change) for change in changes if change.area == STEP and not change.wording}
    gone = [_gone(before, item) for item in was.steps if becomes.of(item.step.id) is None]
    found = [_effect(was, item, named.get(item.step.id, ""), now) for item in becomes.steps]
    return (*gone, *(each for each in found if each is not None))


def _named(change: ProfileChange) -> str:
    return ", ".join(each.field.replace("_", " ") for each in change.fields if not each.wording)


def _gone(activation: Activation, item: StepProgress) -> StepEffect:
    said = "no longer a step"
    if item.state in (StepState.DONE, StepState.SKIPPED):
        said += f"; it was {item.state.value}{_since(item)}"
    if item.step.id in activation.steps:
        said += "; what is on record about it stays there"
    clock = "its clock stops" if item.waiting_since else ""
    return StepEffect(item.step.id, item.step.title, Effect.GONE, item.state.value, "", said, clock)


def _effect(was: Progress, item: StepProgress, named: str, now: datetime) -> StepEffect | None:
    earlier = was.of(item.step.id)
    clock = _clock(earlier, item)
    state = earlier.state if earlier else None
    if earlier is None:
        effect, said = Effect.NEW, f"a new step; {_standing(item)}"
    elif state is StepState.DONE and item.state is StepState.DONE:
        if not named:
            return None
        effect, said = Effect.STAYS_DONE, f"done{_since(item)}; changed: {named}"
    elif state is item.state:
        if not clock:
            return None
        effect, said = Effect.CLOCK, f"{item.state.value} as before"
    elif item.state.closed:
        effect, said = Effect.CLOSES, f"was {earlier.state.value}; {_standing(item)}"
    elif earlier.state.closed:
        effect, said = Effect.OPENS, f"was {earlier.state.value}; {_why_open(earlier, item)}"
    else:
        effect = Effect.READY if item.state is StepState.READY else Effect.WAITS
        said = f"was {earlier.state.value}; {_standing(item)}"
    before = earlier.state.value if earlier else ""
    return StepEffect(item.step.id, item.step.title, effect, before, item.state.value, said, clock)


def _standing(item: StepProgress) -> str:
    reason = f": {item.reason}" if item.reason else ""
    match item.state:
        case StepState.WAITING | StepState.SKIPPED:
            return item.reason
        case StepState.READY:
            return f"ready now{reason}"
        case StepState.NOT_NEEDED:
            return f"not needed{reason}"
        case _:
            return f"{item.state.value}{reason}"


def _why_open(earlier: StepProgress, item: StepProgress) -> str:
    if earlier.state is StepState.SKIPPED:
        return f"cannot be skipped any more; {_standing(item)}"
    if item.step.kind is not earlier.step.kind:
        return f"what closes it now is of the kind {item.step.kind.value}; {_standing(item)}"
    return f"open again; {_standing(item)}"


def _since(item: StepProgress) -> str:
    return f" since {day_text(item.since)}" if item.since else ""


def _clock(earlier: StepProgress | None, item: StepProgress) -> str:
    """How the clock of an open step changes; it always counts from when the step it starts with was done."""
    had = (earlier.waiting_since, earlier.due) if earlier else (None, None)
    if had == (item.waiting_since, item.due):
        return ""
    if item.waiting_since is None:
        return "its clock stops"
    late = f" (late by {duration_text(item.late_by)})" if item.late_by is not None else ""
    due = f"due {_moment(item.due)}{late}" if item.due else "with no limit"
    if had[0] is None:
        return f"a clock runs since {_moment(item.waiting_since)}, {due}"
    return f"{due}, was {f'due {_moment(had[1])}' if had[1] else 'without a limit'}"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


# What else is to be known ----------------------------------------------------------------------------------


def _findings(
    old: Profile, new: Profile, before: Activation, after: Activation, now: datetime
) -> tuple[Finding, ...]:
    found = [
        *_recipients_change(old, new, before),
        *_left_behind(old, new, before),
        *_values(old, new, before),
    ]
    found += _newly(port_findings(old, before, before.vpns), port_findings(new, after, after.vpns))
    if before.order:
        found.append(_placed(before.order.number))
    else:
        more = _newly(order_findings(old, before, now), order_findings(new, after, now))
        found += [
            replace(each, severity=Severity.NOTE, message=f"Before the order: {each.message}")
            for each in more
            if each.severity is Severity.BLOCKER
        ]
    return tuple(found)


def _newly(before: Sequence[Finding], after: Sequence[Finding]) -> list[Finding]:
    known = {(each.code, each.message) for each in before}
    return [each for each in after if (each.code, each.message) not in known]


def _recipients_change(old: Profile, new: Profile, activation: Activation) -> list[Finding]:
    was, becomes = recipients(old), recipients(new)
    if was == becomes:
        return []
    drafts = [each.draft for each in activation.handoffs]
    return [
        Finding(
            "profile.recipients_change",
            Severity.WARNING,
            f"The hand-off goes to {', '.join(becomes) or 'nobody'}, "
            f"until now to {', '.join(was) or 'nobody'}.",
            why="They receive the customer's configuration."
            + (f" {drafts[-1]} went to {', '.join(activation.handoffs[-1].recipients)}." if drafts else ""),
            fix=("Compare every address, letter by letter, with one you know from elsewhere.",),
            details={"before": was, "after": becomes},
        )
    ]


def _placed(number: str) -> Finding:
    return Finding(
        "profile.order_placed",
        Severity.NOTE,
        f"Order {number} is placed and stays as it is: other gates and form fields do not reach it.",
        details={"number": number},
    )


def _left_behind(old: Profile, new: Profile, activation: Activation) -> list[Finding]:
    """What is on record about facts and stages that only the old content has; steps are told one by one."""
    was, stages = ({stage.id for stage in each.handoff.stages} for each in (old, new))
    parts = {
        "fact": [
            each
            for each in activation.facts
            if old.fact(each) and not new.fact(each) and each not in CORE_FACTS
        ],
        "stage": [mark.stage for mark in activation.stages if mark.stage in was - stages],
    }
    return [
        Finding(
            "profile.part_gone",
            Severity.NOTE,
            f"The profile has no {what} {part}; what is on record about it stays in the record.",
            fix=(sci("history", activation.name, "-v"),),
            details={"part": what, "id": part},
        )
        for what, ids in parts.items()
        for part in ids
    ]


def _values(old: Profile, new: Profile, activation: Activation) -> list[Finding]:
    """Values on record that could not be recorded under the other profile."""
    found = []
    for fact_id, fact in activation.facts.items():
        spec, same = new.fact(fact_id), new.fact(fact_id) == old.fact(fact_id)
        if spec is None or same:
            continue
        try:
            parse_fact(spec, fact.values)
        except InvalidValue as problem:
            found.append(
                Finding(
                    "profile.value_not_accepted",
                    Severity.WARNING,
                    f"{problem.message} It is on record and stays there until it is corrected.",
                    fix=(sci("set", activation.name, f"{fact_id}=VALUE"),),
                    details={"fact": fact_id, "recorded": fact.values},
                )
            )
    return found
