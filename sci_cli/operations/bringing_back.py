"""Undo and restore: what people recorded goes back to what it was, as a new change; the world does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sci_cli.domain.activation import Activation, Event
from sci_cli.domain.findings import Finding
from sci_cli.domain.gates import closed_billing_gates
from sci_cli.domain.profile import Profile
from sci_cli.errors import Command, GateClosed, InvalidValue, RevisionNotFound, sci
from sci_cli.operations import showing
from sci_cli.operations.lookup import NOTE_LIMIT
from sci_cli.operations.order_facts import fixed_by_order, require_correctable
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.rewinding import rewound
from sci_cli.operations.said_again import gate_facts
from sci_cli.operations.views import BroughtBackView
from sci_cli.operations.workspace import Changed, ChangeMode, Decided, Workspace, changes_between
from sci_cli.operations.world import require_undoable
from sci_cli.safety.text import clean

UNDO, RESTORE, ADOPT = "undo", "restore", "adopt"
_NAMED = 12
_TRIED = 5


def last_change(history: tuple[Event, ...]) -> Event | None:
    """The change an undo takes back: the last one that is not taken back yet; None for the start alone.

    As in an editor, an undo after an undo goes one change further back. A restore is a change like any other,
    unless it only put a backup in place of a damaged file.
    """
    place = len(history)
    while place > 1:
        event = history[place - 1]
        if event.command != UNDO and not event.mends:
            return event
        place = event.back_to
    return None


def undo(ws: Workspace, name: str, mode: ChangeMode, *, reason: str = "") -> Outcome:
    """Take back the last change of the record, as a change of its own.

    Raises:
        RevisionNotFound: there is nothing to undo, or the contents before it are not kept.
        GateClosed: it happened in the world, or a billing gate would open by it.
    """
    reason = clean(reason, what="--reason", limit=NOTE_LIMIT)

    def decide(before: Activation, profile: Profile) -> Decided:
        event = last_change(before.history)
        if event is None:
            raise RevisionNotFound(
                f"There is nothing to undo in {name}.",
                why="Every change since it was started is taken back already."
                if before.revision > 1
                else "It was only started.",
                fix=sci("history", name),
            )
        then = _contents(ws, before, event.sequence - 1)
        require_undoable(before, then, event)
        _require_gates_closed(ws, profile, before, then, f"Undoing revision {event.sequence}")
        after = replace(then, revision=before.revision, history=before.history)
        return Decided(
            after,
            f"undid revision {event.sequence}: {event.summary}",
            reason=reason,
            back_to=event.sequence - 1,
        )

    changed = ws.change(name, UNDO, decide, mode)
    event = last_change(changed.before.history)
    done = "would be taken back" if mode.dry_run else "is taken back"
    said = f"Revision {event.sequence} by {event.by} {done}: {event.summary}." if event else ""
    return _outcome(ws, changed, mode, event, said)


def restore(ws: Workspace, name: str, revision: int, reason: str, mode: ChangeMode) -> Outcome:
    """Bring the contents of an earlier revision back, as a change of its own; what happened since stays.

    Raises:
        RevisionNotFound: there is no such revision, or its contents are not kept.
        GateClosed: it is from before the order, or a billing gate would open by it.
        InvalidValue: the reason is empty.
    """
    reason = reason_of(reason)

    def decide(before: Activation, profile: Profile) -> Decided:
        if not 1 <= revision <= before.revision:
            raise RevisionNotFound(
                f"{name} has no revision {revision}.",
                why=f"Its revisions are 1 to {before.revision}.",
                fix=sci("history", name),
            )
        if revision == before.revision:
            return Decided(before)
        then = _contents(ws, before, revision)
        after = _with_the_world(before, then, profile, reason)
        _require_gates_closed(ws, profile, before, after, f"Restoring revision {revision}")
        return Decided(after, f"restored revision {revision}", reason=reason, back_to=revision)

    changed = ws.change(name, RESTORE, decide, mode)
    said = f"{name} {'would hold' if mode.dry_run else 'holds'} what it held at revision {revision}."
    if changed.after.order and changed.changed:
        said += " Order, hand-off, port and VPNs stay as they are on record."
    if not changed.changed:
        said = f"{name} holds what it held at revision {revision} already; nothing was written."
    return _outcome(ws, changed, mode, None, said, revision)


def reason_of(text: str) -> str:
    reason = clean(text, what="--reason", limit=NOTE_LIMIT)
    if not reason:
        raise InvalidValue("The reason is empty.", fix="Say in a few words why; it is kept in the history.")
    return reason


def _contents(ws: Workspace, activation: Activation, revision: int) -> Activation:
    """The activation as it was: from its backup, or from the history where that says it exactly."""
    found = ws.store.earlier(activation, revision) or rewound(activation, revision)
    if found is None:
        raise _not_kept(ws, activation, revision)
    return found


def _not_kept(ws: Workspace, activation: Activation, revision: int) -> RevisionNotFound:
    """The error for an earlier revision that nobody can tell any more, with the nearest one that is kept."""
    name = activation.name
    kept = [each for each in ws.store.kept_revisions(name) if each < activation.revision and each != revision]
    why = [f"There are backups of revision {ranges(kept)}." if kept else "There is no backup of it."]
    following = activation.history[revision : revision + 1]
    if following and following[0].command == ADOPT:
        why.insert(0, f"Its file was edited by hand before it was adopted with revision {revision + 1}.")
    earlier = [each for each in reversed(kept) if each < revision][:_TRIED]
    nearest = next((each for each in earlier if ws.store.earlier(activation, each)), 0)
    words = ("--revision", str(nearest), "--reason", "REASON")
    back = (sci("restore", name, *words, note="the last one before it that is kept"),) if nearest else ()
    return RevisionNotFound(
        f"What {name} held at revision {revision} is not kept.",
        why=why,
        fix=[
            sci("history", name, "--verbose", note="every change with what it replaced"),
            *back,
            sci("set", name, "FACT=VALUE", note="to record the earlier value again"),
        ],
    )


def ranges(numbers: Iterable[int]) -> str:
    """`1, 5, 9-58` for the numbers, in order; only the last few where there are many."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    said = [str(first) if first == last else f"{first}-{last}" for first, last in runs[-_NAMED:]]
    return ", ".join(["..."] * (len(runs) > _NAMED) + said)


def _with_the_world(before: Activation, then: Activation, profile: Profile, reason: str) -> Activation:
    """The earlier contents, with everything that happened in the world as it is on record now.

    Raises:
        GateClosed: the earlier revision is from before the order, or belongs to another profile.
    """
    if before.order is not None and then.order is None:
        placed = next((event.sequence for event in before.history if event.command.startswith("order ")), 0)
        raise GateClosed(
            f"Revision {then.revision} is from before order {before.order.number}, which stays placed.",
            why=f"The order was recorded with revision {placed}; what it was placed with is fixed with it.",
            fix=[
                sci("history", before.name),
                sci("set", before.name, "FACT=VALUE", "--reason", "REASON", note="to correct single facts"),
            ],
        )
    if then.profile != before.profile:
        raise GateClosed(
            f"Revision {then.revision} follows another version of the profile than {before.name} does now.",
            why="Its steps and facts belong to that version.",
            fix=[sci("history", before.name, "--verbose"), sci("set", before.name, "FACT=VALUE")],
        )
    after = replace(before, facts=then.facts, steps=then.steps, notes=then.notes)
    if before.order is None:
        return replace(after, vpns=then.vpns)
    for fact_id in sorted(fixed_by_order(profile)):
        if sorted(before.values(fact_id)) != sorted(then.values(fact_id)):
            require_correctable(before, profile, fact_id, then.values(fact_id), reason)
            after = replace(after, verification=None)
    return after


def _require_gates_closed(
    ws: Workspace, profile: Profile, before: Activation, after: Activation, what: str
) -> None:
    """Refuse to open a billing gate: that it holds is said by a person, today, and not by going back.

    Raises:
        GateClosed: a billing gate that is closed would be open.
    """
    opened = _opened(profile, before, after, ws.now())
    if before.order is not None or not opened:
        return
    pairs = gate_facts(before, after)
    raise GateClosed(
        f"{what} would open the way to an order that bills; nothing was changed.",
        why=[*(each.message for each in opened), "That this is settled is recorded anew, by whoever knows."],
        fix=sci("set", before.name, *pairs, note="if that is so today"),
    )


def _opened(profile: Profile, before: Activation, after: Activation, now: datetime) -> tuple[Finding, ...]:
    still = closed_billing_gates(profile, after, now)
    closed = closed_billing_gates(profile, before, now)
    return tuple(each for kind, found in closed.items() if kind not in still for each in found)


def _outcome(
    ws: Workspace,
    changed: Changed,
    mode: ChangeMode,
    undone: Event | None,
    said: str,
    revision: int | None = None,
) -> Outcome:
    back_to = changed.decided.back_to if revision is None else revision
    view = BroughtBackView(
        showing.header(changed.profile, changed.after),
        (said,),
        back_to,
        undone,
        changes_between(changed.before, changed.after),
    )
    following = (_forward(ws, changed), sci("status", changed.after.name)) if changed.changed else ()
    return showing.outcome_of(changed, view, mode, next=following)


def _forward(ws: Workspace, changed: Changed) -> Command:
    """How to have again what was taken back: billing gates open by facts recorded anew and nothing else."""
    before, after = changed.before, changed.after
    if before.order is None and _opened(changed.profile, after, before, ws.now()):
        return sci("set", before.name, *gate_facts(after, before), note="records it again, if that is so")
    if after.history[-1].command == RESTORE:
        return sci("undo", before.name, note="takes the restore back")
    words = ("--revision", str(before.revision), "--reason", "REASON")
    return sci("restore", before.name, *words, note="brings it all back")
