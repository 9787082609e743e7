"""Taking over what somebody edited in a record by hand, as one event with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from sci_cli.domain import facts
from sci_cli.domain.activation import Activation, Change, Event, Fact, Vpn
from sci_cli.domain.findings import Finding, blockers
from sci_cli.domain.gates import closed_billing_gates
from sci_cli.domain.plain import flatten, instant_text, to_plain
from sci_cli.domain.profile import Profile
from sci_cli.domain.vpn_rules import port_findings
from sci_cli.errors import (
    ActivationNotFound,
    Command,
    GateClosed,
    InvalidValue,
    RecordCorrupt,
    RuleViolation,
    sci,
)
from sci_cli.operations import showing
from sci_cli.operations.bringing_back import ADOPT
from sci_cli.operations.lookup import NOTE_LIMIT
from sci_cli.operations.order_facts import fixed_by_order
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.restamping import restamped
from sci_cli.operations.said_again import GATE_FACTS, gate_facts
from sci_cli.operations.work_views import AdoptView
from sci_cli.operations.workspace import ChangeMode, Decided, Workspace
from sci_cli.safety.text import clean, quoted
from sci_cli.store.abilities import Adopting, Edited
from sci_cli.store.contract import check_revision

# What people may have put right in an editor. The rest is what commands record with their own checks, such as
# the order and who accepted billing, or what the program itself wrote.
_EDITABLE = ("facts", "steps", "notes", "stages", "port", "vpns")
_STAMP = (".stamp.at", ".stamp.by")


def adopt(ws: Workspace, name: str, reason: str, mode: ChangeMode) -> Outcome:
    """Make an edit by hand part of the record; a trial shows what differs.

    Raises:
        InvalidFile: the record holds; there is nothing to adopt.
        RecordCorrupt: the edit cannot be understood, or touches what only commands record.
        InvalidValue, RuleViolation: what the record says then is not acceptable.
        GateClosed: it is fixed by the order, or would open the way to one.
    """
    reason = clean(reason, what="--reason", limit=NOTE_LIMIT)
    if not reason and not mode.dry_run:
        raise InvalidValue("The reason is empty.", fix=sci("adopt", name, "--reason", "REASON"))
    if not isinstance(ws.store, Adopting):
        raise InvalidValue(
            "The records of the shared store are not files that can be edited by hand.",
            fix="What the record says wrongly is changed with the command for it, such as sci set.",
        )
    seen: list[tuple[Edited, tuple[Change, ...]]] = []

    def decide(edited: Edited) -> Activation:
        check_revision(edited.activation, mode.if_revision)
        changes = differences(edited)
        for change in changes:
            _require_editable(edited, change)
        _require_same_order(edited)
        profile = ws.profile_of(edited.activation)
        after = _accepted(profile, edited, changes)
        _require_gates_closed(ws, profile, edited, after)
        after = restamped(after, changes, ws.stamp())
        changes = _recorded(edited, changes, after)
        seen.append((edited, changes))
        fields = "1 field" if len(changes) == 1 else f"{len(changes)} fields"
        summary = f"adopted {fields} edited by hand, the file as edited is evidence {edited.sha256[:12]}"
        return ws.with_event(edited.activation, Decided(after, summary, reason), ADOPT, mode, changes)

    try:
        if mode.dry_run:
            before = ws.store.edited(name)
            after, head, notices = decide(before), "", tuple[str, ...]()
        else:
            saved = ws.store.adopt(name, decide)
            after, head, notices = saved.after, saved.head, saved.notices
    except ActivationNotFound as missing:
        raise ws.not_found(name) from missing
    edited, changes = seen[-1]
    return _outcome(ws, edited, changes, after, head, notices, mode, reason)


def _outcome(
    ws: Workspace,
    edited: Edited,
    changes: tuple[Change, ...],
    after: Activation,
    head: str,
    notices: tuple[str, ...],
    mode: ChangeMode,
    reason: str,
) -> Outcome:
    said = "What was edited by hand is adopted." if changes else "No field differs; only the text did."
    header = showing.header(ws.profile_of(after), edited.activation if mode.dry_run else after)
    return Outcome(
        AdoptView(header, changes, reason, edited.sha256, () if mode.dry_run and changes else (said,)),
        changed=True,
        activation=after.name,
        revision=edited.activation.revision if mode.dry_run else after.revision,
        head=head,
        notices=notices,
        next=() if mode.dry_run else (sci("status", after.name), sci("verify", after.name)),
        dry_run=mode.dry_run,
    )


# What differs ----------------------------------------------------------------------------------------------


def differences(edited: Edited) -> tuple[Change, ...]:
    """Every field that differs from what the newest backup and the events since then say."""
    expected, actual = _expected(edited), _flat(edited.activation)
    paths = sorted({*expected, *actual})
    found = ((path, expected.get(path, ""), actual.get(path, "")) for path in paths)
    return tuple(Change(*each) for each in found if each[1] != each[2])


def _expected(edited: Edited) -> dict[str, str]:
    """Every field as it was before the edit, as far as anybody can tell."""
    if edited.before is not None:
        return _flat(edited.before)
    good = edited.good
    expected = _flat(good) if good else {}
    actual = _flat(edited.activation)
    later = edited.activation.history[good.revision if good else 0 :]
    for event in later:
        for change in event.changes:
            expected[change.path] = change.after
    _restamp(expected, actual, later)
    return expected


def _flat(activation: Activation) -> dict[str, str]:
    return flatten(to_plain(replace(activation, history=(), revision=0)))


def _restamp(expected: dict[str, str], actual: dict[str, str], later: Sequence[Event]) -> None:
    """Stamps are in no event: who made a later change stamped it, at a time only the file knows."""
    for path in [each for each in {*expected, *actual} if each.endswith(_STAMP)]:
        item = path.rpartition(".stamp.")[0] + "."
        said = [each for each in later if any(change.path.startswith(item) for change in each.changes)]
        if not said:
            continue
        there = any(
            text and key.startswith(item) and not key.endswith(_STAMP) for key, text in expected.items()
        )
        if not there:
            expected.pop(path, None)
        elif path.endswith(".by"):
            expected[path] = said[-1].by
        else:
            expected[path] = _not_after(actual.get(path, ""), said[-1].at)


def _not_after(text: str, latest: datetime) -> str:
    """The time as the file says it, unless it is none or after the event that recorded it."""
    with suppress(ValueError):
        if datetime.fromisoformat(text) <= latest:
            return text
    return instant_text(latest)


def _recorded(edited: Edited, changes: Sequence[Change], after: Activation) -> tuple[Change, ...]:
    """What the event says: each field before and after, a stamp only where nothing else of its entry does."""
    expected, stored = _expected(edited), _flat(after)
    told = {change.path for change in changes if not change.path.endswith(_STAMP)}
    found = []
    for path in sorted({*expected, *stored}):
        one = Change(path, expected.get(path, ""), stored.get(path, ""))
        entry = path.rpartition(".stamp.")[0]
        said_already = path.endswith(_STAMP) and any(each.startswith(f"{entry}.") for each in told)
        if one.before != one.after and not said_already:
            found.append(one)
    return tuple(found)


# Whether it is acceptable ----------------------------------------------------------------------------------


def _accepted(profile: Profile, edited: Edited, changes: Sequence[Change]) -> Activation:
    """The record as it is to be adopted, once the rules that hold for commands hold for the edit."""
    after = edited.activation
    touched = {change.path.partition(".")[0] for change in changes}
    ordered = [
        fact_id
        for fact_id in sorted(fixed_by_order(profile))
        if after.order and any(change.path.startswith(f"facts.{fact_id}.values") for change in changes)
    ]
    if facts.SECURITY_PRODUCTS in ordered:
        raise GateClosed(
            "Security products went into the order and are not changed after it, by hand neither.",
            fix=[sci("explain", facts.SECURITY_PRODUCTS), *_way_back(edited)],
        )
    if "facts" in touched:
        _check_facts(profile, after, changes)
    if "steps" in touched:
        _check_steps(profile, after, edited)
    if touched & {"vpns", "facts"}:
        noticed = port_findings(profile, after, after.vpns)
        if "vpns" in touched and blockers(noticed):
            raise RuleViolation(
                f"The VPNs of {after.name} as edited cannot be on one port; nothing was written.",
                findings=noticed,
                fix=_way_back(edited),
            )
    return replace(after, verification=None) if ordered else after


def _require_gates_closed(ws: Workspace, profile: Profile, edited: Edited, after: Activation) -> None:
    """Refuse an edit that settles what a billing gate waits for: a person says that, with the command for it.

    Raises:
        GateClosed: something that keeps an order from being placed would be gone.
    """
    if after.order is not None:
        return
    expected, stamp = _expected(edited), ws.stamp()
    recorded = {
        fact_id: Fact((text,), stamp)
        for fact_id in GATE_FACTS
        if (text := expected.get(f"facts.{fact_id}.values", ""))
    }
    before = replace(after, facts=recorded)
    gone = _billing_findings(profile, before, ws.now())
    for code in _billing_findings(profile, after, ws.now()):
        gone.pop(code, None)
    if not gone:
        return
    facts_typed = sci("set", after.name, *gate_facts(before, after), note="if that is so today")
    raise GateClosed(
        f"The edit of {quoted(edited.file)} would settle what a billing gate waits for; nothing was written.",
        why=[*(each.message for each in gone.values()), "That it is settled is recorded with a command."],
        fix=["Put those facts back in the file and adopt the rest; then record them:", facts_typed],
    )


def _billing_findings(profile: Profile, activation: Activation, now: datetime) -> dict[str, Finding]:
    closed = closed_billing_gates(profile, activation, now).values()
    return {each.code: each for found in closed for each in found}


def _require_editable(edited: Edited, change: Change) -> None:
    kind = change.path.partition(".")[0]
    if kind in _EDITABLE and not {"evidence", "carried"} & set(change.path.split(".")[2:]):
        return
    raise RecordCorrupt(
        f"The edit of {quoted(edited.file)} changes {change.path}, which only commands record. "
        "Nothing was written.",
        why=f"It says {quoted(change.after, 60)}; on record is {quoted(change.before, 60)}.",
        fix=["Put that value back in the file, then adopt the rest.", *_way_back(edited)],
    )


def _require_same_order(edited: Edited) -> None:
    """Refuse what no difference shows: entries told by name that changed places or are there twice."""
    for kind, now, before in (
        ("VPN", [each.name for each in edited.activation.vpns], [each.name for each in _good_vpns(edited)]),
        ("stage", [each.stage for each in edited.activation.stages], _good_stages(edited)),
    ):
        kept = [name for name in before if name in now]
        twice = len(set(now)) < len(now) and now != before
        if twice or [name for name in now if name in before] != kept:
            raise RecordCorrupt(
                f"The edit of {quoted(edited.file)} changes the order of its {kind}s, or names one twice. "
                "Nothing was written.",
                why=f"It has {', '.join(now)[:200]}.",
                fix=_way_back(edited),
            )


def _good_vpns(edited: Edited) -> tuple[Vpn, ...]:
    return edited.good.vpns if edited.good else ()


def _good_stages(edited: Edited) -> list[str]:
    return [each.stage for each in edited.good.stages] if edited.good else []


def _check_facts(profile: Profile, after: Activation, changes: Sequence[Change]) -> None:
    for fact_id, fact in after.facts.items():
        if not any(change.path.startswith(f"facts.{fact_id}.") for change in changes):
            continue
        spec = showing.fact_spec(profile, fact_id)
        values = facts.parse_fact(spec, fact.values) if spec else ()
        if not fact.values or values != fact.values:
            raise InvalidValue(
                f"facts.{fact_id} as edited is not as a fact is written: {quoted(fact.text, 60)}.",
                fix=["Correct it in the file, then adopt it.", sci("explain", fact_id)],
            )


def _check_steps(profile: Profile, after: Activation, edited: Edited) -> None:
    known = {step.id for step in profile.steps}
    # What was recorded before the profile changed may be about steps and parties that are no more.
    before = edited.good.steps if edited.good else {}
    touched = {key: record for key, record in after.steps.items() if before.get(key) != record}
    strange = sorted(set(touched) - known)
    parties = {stamp.party for record in touched.values() for stamp in record.stamps if stamp.party}
    strange += sorted(parties - {party.id for party in profile.parties})
    if strange:
        raise InvalidValue(
            f"The edit names {quoted(strange[0], 60)}, which is no step and no party of {profile.name}.",
            fix=["Correct it in the file, then adopt it.", *_way_back(edited)],
        )


def _way_back(edited: Edited) -> tuple[Command, ...]:
    if edited.good is None:
        return ()
    note = f"puts back revision {edited.good.revision} from its backup; the edited file stays beside it"
    return (sci("restore", edited.activation.name, "--reason", "REASON", note=note),)
