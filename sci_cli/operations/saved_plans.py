"""Plans that are kept in a file: written with what they rest on, applied exactly or refused as stale."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sci_cli import __version__
from sci_cli.domain.activation import Activation
from sci_cli.domain.plain import NotPlain, canonical, digest, from_plain, to_plain
from sci_cli.domain.profile import Profile
from sci_cli.domain.requests import Request
from sci_cli.errors import ActivationNotFound, InvalidFile, StaleRevision, sci
from sci_cli.operations import request_changes
from sci_cli.operations.replays import Replayed, refuse_again
from sci_cli.operations.request_runs import Agree, Done, Run, apply
from sci_cli.operations.request_views import FieldChange
from sci_cli.operations.workspace import Workspace
from sci_cli.readers.requests import GivenRequest
from sci_cli.safety.text import quoted
from sci_cli.store.contract import Loaded
from sci_cli.store.document import heads
from sci_cli.writers.output_files import write_new

FORMAT = "1"
LIMIT = 64_000_000


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """One change of a plan and what it rests on.

    Attributes:
        file: where the request stood, for messages.
        revision: of the record when it was planned; 0 for one that is to begin.
        head: hash of the record's last event; empty for one that is to begin.
        profile: digest of the profile one that is to begin would go by.
        changes: every field that is to change.
    """

    request: Request
    file: str
    line: int
    revision: int
    head: str
    profile: str
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """Everything that was to change when the plan was made."""

    format: str
    version: str
    at: str
    by: str
    changes: tuple[PlannedChange, ...]


def keep(ws: Workspace, done: Sequence[Done], to: Path) -> None:
    """Write the plan to a new file.

    Raises:
        OutputExists, StoreUnavailable: the file cannot be written.
    """
    plan = SavedPlan(FORMAT, __version__, ws.now().isoformat(), ws.user, _changes(done))
    plain = to_plain(plan)
    body = {"sci-plan": plain, "sha256": _sum(canonical(plain))}
    write_new(to, (json.dumps(body, indent=2, ensure_ascii=True) + "\n").encode())


def _changes(done: Sequence[Done]) -> tuple[PlannedChange, ...]:
    return tuple(
        PlannedChange(
            each.given.request, each.row.file, each.row.line, each.row.revision or 0, each.row.head,
            each.profile, each.row.changes,
        )
        for each in done
        if each.given.request is not None and each.row.state in ("create", "change")
    )  # fmt: skip


def as_shown(done: Sequence[Done]) -> dict[str, Agree]:
    """Checks that what is saved is what was shown, for a person who has agreed to that."""
    return {each.request.name: _agreeing(each) for each in _changes(done)}


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def read(data: bytes, name: str) -> tuple[SavedPlan, str]:
    """The plan in these bytes, and its id.

    Raises:
        InvalidFile: it is no plan, was made by a newer version, or was changed since.
    """
    shown = quoted(name, 80)
    try:
        body = json.loads(data)
        plain, said = body["sci-plan"], body["sha256"]
        known = plain["format"] == FORMAT
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InvalidFile(
            f"{shown} is no saved plan.",
            fix=[sci("plan", "-f", "FILE", "--out", "PLANFILE"), "Requests are given with -f FILE."],
        ) from None
    if not known:
        raise InvalidFile(
            f"{shown} was made by another version of this program, in a form this one does not read.",
            fix="Make the plan again.",
        )
    try:
        if _sum(canonical(plain)) != said:
            raise NotPlain("the sum is another one")
        return from_plain(SavedPlan, plain), str(said)[:32]
    except (NotPlain, ValueError, TypeError, RecursionError):
        raise InvalidFile(
            f"{shown} is not as it was written; a plan is applied exactly or not at all.",
            fix="Change the requests and make the plan again.",
        ) from None


def given_of(plan: SavedPlan) -> tuple[GivenRequest, ...]:
    """The requests of a plan."""
    return tuple(GivenRequest(each.file, each.line, each.request.name, each.request) for each in plan.changes)


def apply_saved(ws: Workspace, plan: SavedPlan, plan_id: str, run: Run) -> tuple[Done, ...]:
    """Apply a plan exactly as it was made.

    What this plan has changed already, before it was stopped, is known and not done twice.

    Raises:
        StaleRevision: a record or a profile is no longer as it was; nothing was written.
    """
    if not run.mode.op_id:
        run = replace(run, mode=replace(run.mode, op_id=f"plan-{plan_id}"))
    stale = [why for each in plan.changes if (why := _stale(ws, each, run.mode.op_id))]
    if stale:
        raise _refusal(stale)
    agree: dict[str, Agree] = {each.request.name: _agreeing(each) for each in plan.changes}
    return apply(ws, given_of(plan), run, agree)


def _refusal(why: Sequence[str]) -> StaleRevision:
    return StaleRevision(
        "The plan is stale: not everything is as it was when the plan was made. Nothing was written.",
        why=list(why[:20]),
        fix="Make the plan again, look at it, and apply that one.",
    )


def _stale(ws: Workspace, planned: PlannedChange, op_id: str) -> str:
    """What is no longer as it was for one activation; empty where it is, or where the plan did it."""
    name = planned.request.name
    try:
        loaded: Loaded | None = ws.store.load(name)
    except ActivationNotFound:
        loaded = None
    if loaded is None:
        return f"{name} is not there any more." if planned.revision else ""
    try:
        refuse_again(loaded.activation, op_id, digest(to_plain(planned.request)))
    except Replayed:
        return ""
    return _moved(planned, loaded.activation, loaded.head)


def _moved(planned: PlannedChange, activation: Activation, head: str) -> str:
    now = f"{activation.name} is at revision {activation.revision}"
    if not planned.revision:
        return f"{now}; it was to begin."
    if activation.revision != planned.revision:
        return f"{now}; the plan was made for revision {planned.revision}."
    return "" if head == planned.head else f"{now} as planned, and with another history."


def _agreeing(planned: PlannedChange) -> Agree:
    """A check, at the moment of saving, that the change is the planned one."""

    def agree(before: Activation | None, after: Activation, profile: Profile) -> None:
        name = planned.request.name
        if before is None:
            moved = "" if digest(profile) == planned.profile else f"The profile {profile.id} is another one."
        else:
            moved = _moved(planned, before, heads(before)[-1])
        if not moved and request_changes.fields(before, after) != planned.changes:
            moved = f"What the request makes of {name} now is not what the plan shows."
        if moved:
            raise _refusal([moved])

    return agree
