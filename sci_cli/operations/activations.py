"""Starting activations and looking at them: new, set, note, status, list, next, history."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sci_cli.domain import facts
from sci_cli.domain.activation import Activation, Event, Fact, Note, ProfileRef, Vpn
from sci_cli.domain.findings import Finding, Severity, blockers
from sci_cli.domain.gates import order_findings, past_dates
from sci_cli.domain.handoff_rules import account_findings
from sci_cli.domain.names import activation_name_problem
from sci_cli.domain.profile import Profile
from sci_cli.domain.progress import progress
from sci_cli.domain.vpn_rules import port_findings
from sci_cli.errors import (
    AlreadyDifferent,
    InvalidValue,
    RuleViolation,
    WrongUsage,
    sci,
)
from sci_cli.operations import showing
from sci_cli.operations.lookup import NOTE_LIMIT, find_step
from sci_cli.operations.order_facts import fixed_by_order, require_correctable
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.replays import refuse_again
from sci_cli.operations.views import (
    RecordedView,
)
from sci_cli.operations.workspace import (
    ChangeMode,
    Decided,
    Workspace,
    changes_between,
    refuse_wrong_clock,
)
from sci_cli.safety.text import clean, quoted
from sci_cli.store.contract import Saved


@dataclass(frozen=True, slots=True)
class NewActivation:
    """What `sci new` needs to know.

    Attributes:
        vpn: the one entered with the order, if it is known already.
        facts: what else is known, by fact.
        reason: why, kept in the history.
        command: the command it is started with.
    """

    name: str
    profile: str
    customer: str
    locations: tuple[str, ...]
    data_plan: str
    vpn: Vpn | None = None
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reason: str = ""
    command: str = "new"


@dataclass(frozen=True, slots=True)
class Started:
    """A new activation; `saved` is None after a trial."""

    activation: Activation
    profile: Profile
    findings: tuple[Finding, ...]
    saved: Saved | None


def check_name(name: str) -> str:
    """The name, if an activation may be called that.

    Raises:
        InvalidValue: it is not a-z, 0-9 and dashes, too long, or reserved by an operating system.
    """
    problem = activation_name_problem(name)
    if problem:
        raise InvalidValue(
            problem, fix="A good name is short and says customer and place, such as acme-hk-1."
        )
    return name


def require_free_name(ws: Workspace, name: str) -> None:
    """Refuse a name that another activation has, or that no activation may have.

    Raises:
        InvalidValue: no activation may be called that.
        AlreadyDifferent: the name is taken.
    """
    check_name(name)
    taken = next((each for each in ws.store.names() if each.casefold() == name.casefold()), None)
    if taken:
        raise AlreadyDifferent(
            f"There is an activation {taken} already.", fix=[sci("status", taken), "Choose another name."]
        )


def new(ws: Workspace, wanted: NewActivation, mode: ChangeMode, findings: Sequence[Finding] = ()) -> Outcome:
    """Start an activation.

    Raises:
        InvalidValue, RuleViolation: a value or the VPN is not acceptable.
        AlreadyDifferent: the name is taken.
        ProfileNotFound, InvalidFile: the profile cannot be used.
    """
    started = start(ws, wanted, mode, findings)
    profile, activation, saved = started.profile, started.activation, started.saved
    lines = (f"Started {wanted.name} for {activation.fact(facts.CUSTOMER)} with {profile.name}.",)
    return Outcome(
        RecordedView(showing.header(profile, activation), lines),
        changed=True,
        activation=wanted.name,
        revision=0 if mode.dry_run else 1,
        head=saved.head if saved else "",
        findings=started.findings,
        next=() if mode.dry_run else (sci("run", wanted.name), sci("check", wanted.name, "--for", "order")),
        notices=saved.notices if saved else (),
        dry_run=mode.dry_run,
    )


def start(
    ws: Workspace,
    wanted: NewActivation,
    mode: ChangeMode,
    findings: Sequence[Finding] = (),
    agree: Callable[[Activation, Profile], None] = lambda activation, profile: None,
) -> Started:
    """A new activation as one event; `agree` sees it before anything is saved and may refuse.

    Raises:
        As `new`.
    """
    check_name(wanted.name)
    if mode.if_revision is not None:
        raise WrongUsage("A new activation has no revision yet.", fix="Leave --if-revision out.")
    profile = ws.catalogue.load(wanted.profile)
    now = ws.now()
    refuse_wrong_clock(now)
    activation, noticed = _first(ws, profile, wanted, findings)
    _require_new(ws, wanted.name, mode)
    agree(activation, profile)
    ref = ProfileRef(profile.id, "dry-run") if mode.dry_run else ws.store.pin_profile(profile)
    activation = replace(activation, profile=ref)
    event = Event(
        1, now, ws.user, wanted.command, f"started with profile {profile.id}",
        changes_between(None, activation), reason=wanted.reason, op_id=mode.op_id, op_digest=mode.op_digest,
    )  # fmt: skip
    activation = replace(activation, history=(event,))
    saved = None if mode.dry_run else _created(ws, activation, mode)
    if saved is not None:
        ws.catalogue.remember(profile.id)
    return Started(activation, profile, noticed, saved)


def _first(
    ws: Workspace, profile: Profile, wanted: NewActivation, findings: Sequence[Finding]
) -> tuple[Activation, tuple[Finding, ...]]:
    """The record as it begins, before its profile is kept and its event written."""
    given = {
        facts.CUSTOMER: (wanted.customer,),
        facts.LOCATION: wanted.locations,
        facts.DATA_PLAN: (wanted.data_plan,),
        **wanted.facts,
    }
    recorded = {
        fact_id: Fact(parse_values(profile, fact_id, texts), ws.stamp())
        for fact_id, texts in given.items()
        if any(texts)
    }
    vpns = (wanted.vpn,) if wanted.vpn else ()
    activation = Activation(wanted.name, 1, ProfileRef(profile.id, ""), ws.stamp(), facts=recorded, vpns=vpns)
    noticed = (*findings, *port_findings(profile, activation, vpns))
    if blockers(noticed):
        raise RuleViolation(
            f"The VPN cannot go on the port of {wanted.name}.", findings=noticed, fix=sci("help", "prefixes")
        )
    return activation, (*noticed, *noticed_facts(profile, activation, wanted.facts, ws.now()))


def _require_new(ws: Workspace, name: str, mode: ChangeMode) -> None:
    """Refuse a name that is taken, unless this very operation took it.

    Raises:
        Replayed: it did.
        InvalidValue, AlreadyDifferent: see `require_free_name`.
    """
    if mode.op_id and name in ws.store.names():
        refuse_again(ws.store.load(name).activation, mode.op_id, mode.op_digest)
    require_free_name(ws, name)


def _created(ws: Workspace, activation: Activation, mode: ChangeMode) -> Saved:
    try:
        return ws.store.create(activation)
    except AlreadyDifferent:
        # Another process may have been quicker with the same operation.
        _require_new(ws, activation.name, mode)
        raise


def parse_values(profile: Profile, fact_id: str, texts: Sequence[str]) -> tuple[str, ...]:
    """The values of a fact in canonical form.

    Raises:
        InvalidValue: there is no such fact for this provider, or a value does not fit.
    """
    spec = showing.fact_spec(profile, fact_id)
    if spec is None:
        known = [*dict.fromkeys([*facts.CORE_FACTS, *(each.id for each in profile.facts)])]
        near = difflib.get_close_matches(fact_id, known, n=1, cutoff=0.5)
        hint = f"Did you mean {near[0]}?" if near else f"Known facts: {', '.join(sorted(known))}."
        raise InvalidValue(f"There is no fact {quoted(fact_id, 60)} for {profile.name}.", fix=hint)
    return facts.parse_fact(spec, texts)


def parse_pairs(pairs: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """`FACT=VALUE` words as facts with their values; a fact may be given several times.

    Raises:
        WrongUsage: a word has no `=`.
    """
    found: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        fact_id, equals, value = pair.partition("=")
        if not equals or not fact_id.strip():
            raise WrongUsage(
                f"{quoted(pair, 60)} is not FACT=VALUE.", fix=sci("set", "NAME", "csp.account-status=active")
            )
        found[fact_id.strip().lower()] = (*found.get(fact_id.strip().lower(), ()), value)
    return found


def set_facts(
    ws: Workspace, name: str, given: Mapping[str, Sequence[str]], mode: ChangeMode, *, reason: str = ""
) -> Outcome:
    """Record facts. Facts the order was placed with can only be corrected, with a reason.

    Raises:
        InvalidValue: a fact is unknown or a value does not fit.
        GateClosed: the order is placed and the fact cannot change any more.
    """
    reason = clean(reason, what="--reason", limit=NOTE_LIMIT)

    def decide(before: Activation, profile: Profile) -> Decided:
        after = with_facts(ws, before, profile, given, reason)
        named = ", ".join(given)
        return Decided(
            after, f"recorded {named}", reason=reason, findings=noticed_facts(profile, after, given, ws.now())
        )

    changed = ws.change(name, "set", decide, mode)
    after, profile = changed.after, changed.profile
    if changed.changed:
        lines = [f"{fact_id} = {after.fact(fact_id)}" for fact_id in given]
    else:
        lines = [f"{fact_id} is {after.fact(fact_id)} already; nothing was written." for fact_id in given]
    found = _still_open(profile, after, ws.now())
    if facts.ACCOUNT_STATUS in given:
        found += account_findings(profile, after)
    known = progress(profile, after, ws.now())
    return showing.outcome_of(
        changed,
        RecordedView(showing.header(profile, after), tuple(lines)),
        mode,
        findings=found,
        next=showing.next_commands(profile, after, known),
    )


def with_facts(
    ws: Workspace, before: Activation, profile: Profile, given: Mapping[str, Sequence[str]], reason: str
) -> Activation:
    """The record with these facts; as it is when they are so already.

    Raises:
        InvalidValue: a fact is unknown or a value does not fit.
        GateClosed: the order is placed and the fact cannot change any more.
    """
    after = before
    for fact_id, texts in given.items():
        # A value of an earlier content of the profile stays as it is, also where this one would not take it.
        if texts and sorted(texts) == sorted(before.values(fact_id)):
            continue
        values = parse_values(profile, fact_id, texts)
        if sorted(values) == sorted(before.values(fact_id)):
            continue
        if before.order is not None and fact_id in fixed_by_order(profile):
            require_correctable(before, profile, fact_id, values, reason)
            after = replace(after, verification=None)
        after = after.with_fact(fact_id, Fact(values, ws.stamp()))
    return after


def _still_open(profile: Profile, activation: Activation, now: datetime) -> tuple[Finding, ...]:
    """What still stands in the way of the order, as one note: worth knowing after recording facts."""
    closed = () if activation.order else blockers(order_findings(profile, activation, now))
    if not closed:
        return ()
    things = "1 thing is" if len(closed) == 1 else f"{len(closed)} things are"
    return (
        Finding(
            "order.not_ready",
            Severity.NOTE,
            f"Before the order {things} still open. {' '.join(each.message for each in closed)}",
            fix=(sci("check", activation.name, "--for", "order"),),
            details={"open": tuple(each.code for each in closed)},
        ),
    )


def noticed_facts(
    profile: Profile, activation: Activation, given: Mapping[str, Sequence[str]], now: datetime
) -> tuple[Finding, ...]:
    """What is unusual about the values just given."""
    past = [each for each in past_dates(profile, activation, now) if each.details.get("fact") in given]
    return (*_usual(profile, activation, given), *past)


def _usual(
    profile: Profile, activation: Activation, given: Mapping[str, Sequence[str]]
) -> tuple[Finding, ...]:
    found = []
    for fact_id in given:
        spec, value = showing.fact_spec(profile, fact_id), activation.fact(fact_id)
        if spec and spec.usual_length and value and len(value) != spec.usual_length:
            found.append(
                Finding(
                    "fact.unusual_length",
                    Severity.WARNING,
                    f"{fact_id} has {len(value)} characters; {spec.label} usually has {spec.usual_length}.",
                    why=spec.hint,
                    details={"fact": fact_id},
                )
            )
    return tuple(found)


def note(ws: Workspace, name: str, text: str, mode: ChangeMode, *, step: str = "") -> Outcome:
    """Add a remark, to a step or to the whole activation."""
    text = clean(text, what="the note", limit=NOTE_LIMIT, allow_newlines=True)
    if not text:
        raise InvalidValue("The note is empty.")

    def decide(before: Activation, profile: Profile) -> Decided:
        step_id = find_step(profile, step).id if step else ""
        added = Note(text, ws.stamp(), step_id)
        return Decided(
            replace(before, notes=(*before.notes, added)), f"note{f' on {step_id}' if step_id else ''}"
        )

    changed = ws.change(name, "note", decide, mode)
    view = RecordedView(showing.header(changed.profile, changed.after), ("Noted.",))
    return showing.outcome_of(changed, view, mode)
