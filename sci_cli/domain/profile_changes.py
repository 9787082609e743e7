"""What differs between two profiles: part by part, field by field, in words people know from the screens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sci_cli.domain.plain import flatten, to_plain
from sci_cli.domain.profile import Condition, Contact, Gate, Profile, Reminder, RouteLimit, Step, Timer
from sci_cli.domain.times import duration_text

ADDED, REMOVED, CHANGED = "added", "removed", "changed"

# The areas, in the order in which they are told.
STEP, GATE, REMINDER, FIELD, FACT = "step", "gate", "reminder", "order-field", "fact"
CONTACT, STAGE, ROW, HANDOFF = "contact", "stage", "configuration", "handoff"
LIMIT, RESERVED, CAUTION, PARTY, PHASE = "limit", "reserved", "caution", "party", "phase"
CLAUSE, ABOUT = "clause", "profile"

# Words and where they come from: they change what is read, not what is to be done.
_WORDING = {
    "title", "short", "text", "clauses", "clause", "hint", "label", "why", "summary", "says", "place",
    "source", "note", "closing", "opening", "attachment", "version", "confidence", "confidence_note",
    "vpn_clause", "not_needed", "if_late", "evidence", "topics", "in_guide",
}  # fmt: skip
_ALWAYS_WORDING = {CLAUSE}
# Where the order is part of the process and not of the page.
_ORDER_MATTERS = {STEP, STAGE}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after; empty text stands for absent. `wording` as for the part."""

    field: str
    before: str
    after: str
    wording: bool = False


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """One part of a profile that was added, removed or changed.

    Attributes:
        area: what kind of part, such as `step` or `contact`.
        id: which one: a step id, an address.
        title: the same for people; of a part that changed as it is now.
        kind: `added`, `removed` or `changed`.
        fields: what differs, of a part that changed.
        wording: whether only words and sources differ, nothing anybody has to do.
    """

    area: str
    id: str
    title: str
    kind: str
    fields: tuple[FieldChange, ...] = ()
    wording: bool = False


@dataclass(frozen=True, slots=True)
class _Part:
    title: str
    fields: Mapping[str, str]


_Parts = dict[str, _Part]


def profile_changes(old: Profile, new: Profile) -> tuple[ProfileChange, ...]:
    """Everything in which `new` differs from `old`; empty exactly when they are equal."""
    before, after = _areas(old), _areas(new)
    found = [change for area in before for change in _compared(area, before[area], after[area])]
    if not found and old != new:
        found = [ProfileChange(ABOUT, new.id, "the arrangement of its parts", CHANGED, wording=True)]
    return tuple(found)


def recipients(profile: Profile) -> tuple[str, ...]:
    """The addresses the hand-off goes to, sorted."""
    return tuple(sorted({contact.email for contact in profile.handoff.contacts}))


def contact_text(contact: Contact) -> str:
    """A recipient in full."""
    return f"{contact.email} ({contact.name}, {contact.role}; verified {contact.verified.isoformat()})"


def _compared(area: str, before: _Parts, after: _Parts) -> Iterable[ProfileChange]:
    always = area in _ALWAYS_WORDING
    for key, part in before.items():
        if key not in after:
            yield ProfileChange(area, key, part.title, REMOVED, wording=always)
    for key, part in after.items():
        if key not in before:
            yield ProfileChange(area, key, part.title, ADDED, wording=always)
            continue
        old = before[key].fields
        fields = tuple(
            _field(name, old.get(name, ""), part.fields.get(name, ""), always=always)
            for name in sorted({*old, *part.fields})
            if old.get(name, "") != part.fields.get(name, "")
        )
        if fields:
            yield ProfileChange(area, key, part.title, CHANGED, fields, all(each.wording for each in fields))
    kept = [[key for key in one if key in other] for one, other in ((before, after), (after, before))]
    if kept[0] != kept[1]:
        wording = area not in _ORDER_MATTERS
        moved = FieldChange("order", ", ".join(kept[0]), ", ".join(kept[1]), wording)
        yield ProfileChange(area, "", "their order", CHANGED, (moved,), wording)


def _field(name: str, before: str, after: str, *, always: bool) -> FieldChange:
    # Whether a step may be left out matters, why is wording.
    same_need = name == "optional" and bool(before) == bool(after)
    return FieldChange(name, before, after, always or same_need or name in _WORDING)


# The parts of a profile ------------------------------------------------------------------------------------


def _areas(profile: Profile) -> dict[str, _Parts]:
    handoff, limits, ranges = profile.handoff, profile.route_limits, profile.reserved
    return {
        STEP: _keyed((step.id, f"{step.id} {step.title}", _step(profile, step)) for step in profile.steps),
        GATE: _keyed((_gate_id(gate), _gate_title(gate), {"clause": gate.clause}) for gate in profile.gates),
        REMINDER: _keyed((_reminder_id(each), each.text, _fields(each)) for each in profile.reminders),
        FIELD: _keyed((each.id, each.label, _fields(each)) for each in profile.order_fields),
        FACT: _keyed((each.id, f"{each.id} ({each.label})", _fields(each)) for each in profile.facts),
        CONTACT: _keyed((each.email, contact_text(each), _fields(each)) for each in handoff.contacts),
        STAGE: _keyed((each.id, f"{each.id} ({each.title})", _fields(each)) for each in handoff.stages),
        ROW: _keyed((each.fact, each.label, _fields(each)) for each in handoff.configuration),
        HANDOFF: _keyed([("", "the message", _message(profile))]),
        LIMIT: _keyed((_family(each), _limit_title(each), _fields(each)) for each in limits),
        RESERVED: _keyed((str(each.prefix), f"{each.prefix}: {each.text}", _fields(each)) for each in ranges),
        CAUTION: _keyed((each.id, each.text, _fields(each)) for each in profile.cautions),
        PARTY: _keyed((each.id, each.name, _fields(each)) for each in profile.parties),
        PHASE: _keyed((each.id, each.title, _fields(each)) for each in profile.phases),
        CLAUSE: _keyed((each.id, each.id, _fields(each)) for each in profile.source.clauses),
        ABOUT: _keyed([(profile.id, profile.name, _about(profile))]),
    }


def _keyed(parts: Iterable[tuple[str, str, Mapping[str, str]]]) -> _Parts:
    """The parts by their key; of several with one key each later one is numbered."""
    found: _Parts = {}
    for key, title, fields in parts:
        number, unique = 1, key
        while unique in found:
            number += 1
            unique = f"{key} ({number})"
        found[unique] = _Part(title, fields)
    return found


def _fields(value: object) -> Mapping[str, str]:
    plain = flatten(to_plain(value))
    return {key: text for key, text in plain.items() if text}


def _step(profile: Profile, step: Step) -> Mapping[str, str]:
    found = dict(_fields(replace(step, timer=None, closed_by=(), only_if=None)))
    for key in ("id", "owners.parties", "owners.mode"):
        found.pop(key, None)
    said = {
        "owners": profile.owners_text(step.owners) or ", ".join(step.owners.parties),
        "closed by": "; ".join(map(condition_text, step.closed_by)),
        "only if": condition_text(step.only_if) if step.only_if else "",
        "clock": timer_text(step.timer) if step.timer else "",
        "if_late": step.timer.if_late if step.timer else "",
    }
    return {**found, **{key: text for key, text in said.items() if text}}


def condition_text(condition: Condition) -> str:
    """`cloud-type is public`, `private-ip.active at least 1`, or that the fact is on record."""
    if condition.values:
        return f"{condition.fact} is {' or '.join(condition.values)}"
    if condition.at_least is not None:
        return f"{condition.fact} at least {condition.at_least}"
    return f"{condition.fact} on record"


def timer_text(timer: Timer) -> str:
    """`within 30 min of O5`, or that it only counts."""
    if timer.within is None:
        return f"counts from {timer.starts}"
    return f"within {duration_text(timer.within)} of {timer.starts}"


def _gate_id(gate: Gate) -> str:
    return " ".join(filter(None, (gate.kind.value, gate.step, gate.fact)))


def _gate_title(gate: Gate) -> str:
    what = f"step {gate.step}" if gate.step else f"fact {gate.fact}" if gate.fact else ""
    return f"{gate.kind.value} ({what})" if what else gate.kind.value


def _reminder_id(reminder: Reminder) -> str:
    return reminder.step or (condition_text(reminder.when) if reminder.when else "")


def _family(limit: RouteLimit) -> str:
    return f"IPv{limit.version}" if limit.version else "IPv4 and IPv6 together"


def _limit_title(limit: RouteLimit) -> str:
    return f"{_family(limit)}, {limit.value}: {limit.text}"


def _message(profile: Profile) -> Mapping[str, str]:
    bare = replace(profile.handoff, configuration=(), stages=(), contacts=(), pairs=())
    pairs = "; ".join(" with ".join(pair) for pair in profile.handoff.pairs)
    return {**_fields(bare), **({"pairs": pairs} if pairs else {})}


def _about(profile: Profile) -> Mapping[str, str]:
    source = {"source": profile.source.title, "note": profile.source.note}
    names = ("id", "name", "version", "summary", "provider_party", "confidence_note", "vpn_clause")
    own = {name: str(getattr(profile, name)) for name in names}
    found = {**own, **source, "seen as": ", ".join(profile.seen_as)}
    return {key: text for key, text in found.items() if text}
