"""The order: verdict, form, placing, recording a breach, comparing with the portal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sci_cli.domain import facts
from sci_cli.domain.activation import (
    Activation,
    Comparison,
    FormLine,
    Order,
    Stamp,
    Verification,
    VpnState,
)
from sci_cli.domain.findings import Finding, Severity, blockers
from sci_cli.domain.gates import billing_accepted, handoff_findings, order_findings, order_form
from sci_cli.domain.profile import FieldRule, Profile, StepKind
from sci_cli.domain.progress import Progress, progress
from sci_cli.domain.times import day_text
from sci_cli.domain.vpn_rules import port_findings
from sci_cli.errors import (
    AlreadyDifferent,
    Command,
    GateClosed,
    InvalidValue,
    RuleViolation,
    VerificationMismatch,
    sci,
)
from sci_cli.operations import showing
from sci_cli.operations.activations import NOTE_LIMIT
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.views import CheckView, FormRow, OrderView, SheetView
from sci_cli.operations.workspace import ChangeMode, Decide, Decided, Workspace
from sci_cli.safety.text import clean, quoted

NUMBER_LIMIT = 100


@dataclass(frozen=True, slots=True)
class PlaceRequest:
    """What `sci order place` was told. `fields` are values typed for fields of the form, by field id."""

    number: str
    accept_billing: bool
    at: datetime | None = None
    fields: Mapping[str, str] | None = None


def check(ws: Workspace, name: str, *, purpose: str = "") -> Outcome:
    """The verdict of the rules; with purpose `order` the go/no-go, with `handoff` that of the hand-off.

    The outcome carries an error, GateClosed for a purpose and RuleViolation otherwise, until nothing blocks.
    """
    loaded = ws.load(name)
    activation, profile = loaded.activation, ws.profile_of(loaded.activation)
    now = ws.now()
    if purpose == "order":
        found = _verdict_for_order(profile, activation, now)
    elif purpose == "handoff":
        found = handoff_findings(profile, activation)
    else:
        found = _everything(profile, activation, now)
    closed = blockers(found)
    view = CheckView(
        showing.header(profile, activation),
        purpose,
        _verdict(purpose, activation, len(closed)),
        _passed(profile, activation, now) if purpose == "order" else (),
    )
    error: GateClosed | RuleViolation | None = None
    if closed:
        kind = GateClosed if purpose else RuleViolation
        error = kind(view.verdict, findings=closed)
    known = progress(profile, activation, now)
    return Outcome(
        view,
        activation=name,
        revision=activation.revision,
        head=loaded.head,
        findings=found,
        next=() if closed else _after_check(purpose, profile, activation, known),
        notices=loaded.notices,
        error=error,
    )


def _verdict_for_order(profile: Profile, activation: Activation, now: datetime) -> tuple[Finding, ...]:
    if activation.order is not None:
        return (_placed_already(activation.order),)
    rules = port_findings(profile, activation, activation.vpns)
    return (*order_findings(profile, activation, now), *rules)


def _placed_already(order: Order) -> Finding:
    return Finding(
        "order.already_placed",
        Severity.NOTE,
        f"Order {order.number} was placed on {day_text(order.placed.at)} by {order.placed.by}.",
        details={"number": order.number},
    )


def _everything(profile: Profile, activation: Activation, now: datetime) -> tuple[Finding, ...]:
    found = list(port_findings(profile, activation, activation.vpns))
    if activation.order is None:
        found += [_later(each, "the order") for each in order_findings(profile, activation, now)]
    elif not activation.handoffs:
        found += [_later(each, "the hand-off") for each in handoff_findings(profile, activation)]
    for item in progress(profile, activation, now).steps:
        if item.late:
            late = showing.step_row(profile, activation, item, now)
            found.append(
                Finding(
                    "step.late",
                    Severity.WARNING,
                    f"Step {late.id} ({late.title}) is late by {late.late_for}.",
                    why=item.step.timer.if_late if item.step.timer else "",
                    fix=late.commands,
                    owner=late.owners_text,
                    clause=item.step.clauses[0] if item.step.clauses else "",
                )
            )
    return tuple(found)


def _later(finding: Finding, what: str) -> Finding:
    """Not being ready for the next gate is nothing wrong: in the full check it is a note."""
    if finding.severity is not Severity.BLOCKER:
        return finding
    return replace(finding, severity=Severity.NOTE, message=f"Before {what}: {finding.message}")


def _verdict(purpose: str, activation: Activation, blocking: int) -> str:
    what = {"order": "place the order", "handoff": "hand off to the provider"}.get(purpose, "")
    things = "1 thing stands" if blocking == 1 else f"{blocking} things stand"
    if purpose == "order" and activation.order:
        return f"The order is placed: {activation.order.number}."
    if purpose:
        return f"NO-GO: do not {what} yet, {things} in the way." if blocking else f"GO: you may {what}."
    return f"{things} against the rules." if blocking else "Nothing is wrong."


def _passed(profile: Profile, activation: Activation, now: datetime) -> tuple[str, ...]:
    open_facts = {each.details.get("fact") for each in order_findings(profile, activation, now)}
    said = []
    for fact_id in (
        facts.ACCOUNT_STATUS,
        facts.ACCOUNT_ID,
        facts.PRIVATE_IP_ACTIVE,
        facts.SECURITY_PRODUCTS,
        facts.CLOUD_TYPE,
    ):
        if fact_id not in open_facts and activation.values(fact_id):
            row = showing.fact_row(profile, activation, fact_id)
            said.append(f"{row.label}: {row.value}")
    return tuple(said)


def _after_check(
    purpose: str, profile: Profile, activation: Activation, known: Progress
) -> tuple[Command, ...]:
    if purpose == "order" and activation.order is None:
        return (sci("order", "sheet", activation.name), sci("order", "place", activation.name))
    return showing.next_commands(profile, activation, known)


def sheet(ws: Workspace, name: str) -> Outcome:
    """The order form to copy, with the rule and the reason of every field."""
    loaded = ws.load(name)
    activation, profile = loaded.activation, ws.profile_of(loaded.activation)
    rows = tuple(
        FormRow(line, field.rule.value, field.why or (field.without if not line.value else ""), field.clause)
        for line, field in zip(order_form(profile, activation), profile.order_fields, strict=True)
    )
    found = () if activation.order else order_findings(profile, activation, ws.now())
    return Outcome(
        SheetView(showing.header(profile, activation), rows),
        activation=name,
        revision=activation.revision,
        findings=found,
        next=(sci("check", name, "--for", "order"), sci("order", "place", name)),
        notices=loaded.notices,
    )


def show(ws: Workspace, name: str) -> Outcome:
    """The order as recorded, with its verification."""
    loaded = ws.load(name)
    activation, profile = loaded.activation, ws.profile_of(loaded.activation)
    known = progress(profile, activation, ws.now())
    return Outcome(
        order_view(profile, activation, cautions=True),
        activation=name,
        revision=activation.revision,
        next=showing.next_commands(profile, activation, known),
        notices=loaded.notices,
    )


def order_view(
    profile: Profile, activation: Activation, *lines: str, form: bool = True, cautions: bool = False
) -> OrderView:
    """What is on record about the order."""
    order, seen = activation.order, activation.verification
    return OrderView(
        header=showing.header(profile, activation),
        number=order.number if order else "",
        placed=order.placed if order else None,
        billing_accepted=order.billing_accepted if order else False,
        breach=order.breach if order else "",
        unmet=order.unmet if order else (),
        form=(order.form if order else order_form(profile, activation)) if form else (),
        verified=seen.matches if seen else None,
        comparison=seen.fields if seen else (),
        lines=lines,
        cautions=profile.cautions_for("order") if cautions else (),
    )


def require_placeable(
    profile: Profile, activation: Activation, now: datetime, *, accepted: bool
) -> tuple[Finding, ...]:
    """What was noticed about an order that may be placed.

    Raises:
        AlreadyDifferent: an order is on record.
        GateClosed: a gate is closed, or billing is not accepted; all reasons are listed.
    """
    if activation.order is not None:
        first = activation.order
        when = day_text(first.placed.at)
        raise AlreadyDifferent(
            f"An order is already placed: {first.number}, on {when} by {first.placed.by}.",
            why="One activation has one order and one port.",
            fix=[sci("order", "show", activation.name), sci("new", "NAME", note="for another port")],
        )
    found = _verdict_for_order(profile, activation, now)
    closed = blockers(found)
    if closed or not accepted:
        closed = (*closed, *(() if accepted else (billing_accepted(profile, activation),)))
        raise GateClosed(
            "The order may not be placed yet; nothing was written.",
            findings=(*closed, *(each for each in found if each.severity is Severity.WARNING)),
            fix=[
                sci("check", activation.name, "--for", "order"),
                sci(
                    "order",
                    "record",
                    activation.name,
                    "--reason",
                    "REASON",
                    note="only if it was placed anyway",
                ),
            ],
        )
    return found


def place(ws: Workspace, name: str, request: PlaceRequest, mode: ChangeMode) -> Outcome:
    """Record that the order was placed in the portal, while every gate holds.

    Raises:
        GateClosed, AlreadyDifferent: see `require_placeable`.
        InvalidValue: the order number or a field is not acceptable.
    """
    number = _number(request.number)

    def decide(before: Activation, profile: Profile) -> Decided:
        found = require_placeable(profile, before, ws.now(), accepted=request.accept_billing)
        _compare_fields(profile, before, request.fields or {})
        order = Order(number, ws.stamp(request.at), request.accept_billing, order_form(profile, before))
        after = _with_port(replace(before, order=order), order.placed)
        return Decided(after, f"order {number} placed; billing accepted by {ws.user}", findings=found)

    return _placed(ws, name, "order place", decide, mode)


def record(
    ws: Workspace, name: str, number: str, reason: str, mode: ChangeMode, at: datetime | None = None
) -> Outcome:
    """Record an order that was placed although the gates did not hold: a fact, marked as a breach for ever.

    Raises:
        AlreadyDifferent: an order is on record.
        GateClosed: all gates hold, so nothing is breached and the ordinary form is the right one.
    """
    number = _number(number)
    reason = clean(reason, what="--reason", limit=NOTE_LIMIT)
    if not reason:
        raise InvalidValue("The reason is empty.", fix="Say why the order was placed; it is kept for ever.")

    def decide(before: Activation, profile: Profile) -> Decided:
        if before.order is not None:
            require_placeable(profile, before, ws.now(), accepted=True)
        found = order_findings(profile, before, ws.now())
        unmet = tuple(each.message for each in blockers(found)) or ("Billing was not accepted by name.",)
        order = Order(number, ws.stamp(at), False, order_form(profile, before), breach=reason, unmet=unmet)
        after = _with_port(replace(before, order=order), order.placed)
        return Decided(after, f"order {number} recorded as a breach", reason=reason, findings=found)

    return _placed(ws, name, "order record", decide, mode)


def _placed(ws: Workspace, name: str, command: str, decide: Decide, mode: ChangeMode) -> Outcome:
    changed = ws.change(name, command, decide, mode)
    after, profile = changed.after, changed.profile
    known = progress(profile, after, ws.now())
    lines = [f"Order {after.order.number} is on record as placed." if after.order else ""]
    for item in known.steps:
        if item.due is not None:
            lines.append(f"{item.step.id} {item.step.title}: due by {item.due:%Y-%m-%d %H:%M} UTC.")
    if after.vpns:
        lines.append(f"VPN {after.vpns[0].name} is number one on the port.")
    warned = as_warnings(changed.decided.findings)
    view = order_view(profile, after, *lines)
    changed = replace(changed, decided=replace(changed.decided, findings=warned))
    return showing.outcome_of(changed, view, mode, next=(sci("order", "verify", name), sci("status", name)))


def as_warnings(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """After the fact nothing blocks any more: what did is a warning, what placing settled is gone."""
    return tuple(
        replace(each, severity=Severity.WARNING) if each.severity is Severity.BLOCKER else each
        for each in found
        if each.code != "order.step_skipped_over"
    )


def _number(text: str) -> str:
    number = clean(text, what="--number", limit=NUMBER_LIMIT)
    if not number:
        raise InvalidValue("The order number is empty.", fix="It is the number Verizon gave the order.")
    return number


def _with_port(activation: Activation, placed: Stamp) -> Activation:
    """The VPN of the order is connected by default: it becomes number one on the port."""
    vpns = tuple(
        replace(vpn, state=VpnState.ATTACHED, stamp=placed) if vpn.state is VpnState.ON_ORDER else vpn
        for vpn in activation.vpns
    )
    return replace(activation, vpns=vpns)


def _compare_fields(profile: Profile, activation: Activation, typed: Mapping[str, str]) -> None:
    """Values typed for form fields must be what the form may carry."""
    for field_id, text in typed.items():
        field = next((each for each in profile.order_fields if each.id == field_id), None)
        if field is None:
            known = ", ".join(each.id for each in profile.order_fields)
            raise InvalidValue(
                f"The order form has no field {quoted(field_id, 60)}.", fix=f"Fields: {known}."
            )
        value = clean(text, what=field.label, limit=200)
        if field.rule is FieldRule.EMPTY and value:
            raise InvalidValue(
                f"{field.label} must stay empty.", why=field.why, fix=sci("order", "sheet", activation.name)
            )
        wanted = activation.fact(field.fact)
        if field.rule is FieldRule.COPY and value and value != wanted:
            raise AlreadyDifferent(
                f"{field.label} is {quoted(value, 60)}, but the record says {quoted(wanted, 60)}.",
                why=field.why,
                fix=sci("set", activation.name, f"{field.fact}=VALUE", note="if the record is wrong"),
            )


SEEN_FIELDS: tuple[FormLine, ...] = (
    FormLine("csp", "provider", ""),
    FormLine("data-plan", "data plan", ""),
    FormLine("location", "location", ""),
)


def ordered_values(profile: Profile, activation: Activation) -> dict[str, tuple[str, ...]]:
    """What was ordered, for the fields Dynamic Network Manager shows."""
    return {
        "csp": profile.seen_as or (profile.name,),
        "data-plan": activation.values(facts.DATA_PLAN),
        "location": activation.values(facts.LOCATION),
    }


def verify(
    ws: Workspace, name: str, seen: Mapping[str, Sequence[str]], mode: ChangeMode, at: datetime | None = None
) -> Outcome:
    """Compare the order with what Dynamic Network Manager shows, and record the comparison.

    The outcome carries VerificationMismatch when a field differs; the comparison is recorded all the same.

    Raises:
        GateClosed: no order is on record.
        InvalidValue: a value is empty or unsafe.
    """
    typed = {
        line.field: tuple(clean(text, what=f"--seen-{line.field}") for text in seen.get(line.field, ()))
        for line in SEEN_FIELDS
    }
    for field_id, values in typed.items():
        if not values or not all(values):
            raise InvalidValue(f"--seen-{field_id} is empty.", fix="Type what Dynamic Network Manager shows.")

    def decide(before: Activation, profile: Profile) -> Decided:
        if before.order is None:
            raise GateClosed(
                "No order is on record, so there is nothing to verify.",
                fix=[sci("check", name, "--for", "order"), sci("order", "place", name)],
            )
        fields = _compare(profile, before, typed)
        earlier = before.verification
        if earlier and earlier.fields == fields:
            return Decided(before)
        wrong = [item.label for item in fields if not item.same]
        summary = f"verified: {', '.join(wrong)} differs" if wrong else "verified: as ordered"
        return Decided(replace(before, verification=Verification(ws.stamp(at), fields)), summary)

    changed = ws.change(name, "order verify", decide, mode)
    after, profile = changed.after, changed.profile
    wrong = [item for item in after.verification.fields if not item.same] if after.verification else []
    said = () if wrong else ("Dynamic Network Manager shows what was ordered.",)
    view = order_view(profile, after, *said, form=False)
    known = progress(profile, after, ws.now())
    outcome = showing.outcome_of(
        changed,
        view,
        mode,
        findings=tuple(_difference(profile, item) for item in wrong),
        next=() if wrong else showing.next_commands(profile, after, known),
    )
    if not wrong:
        return outcome
    return replace(outcome, error=_mismatch(name, wrong, saved=changed.changed and not mode.dry_run))


def _compare(
    profile: Profile, activation: Activation, typed: Mapping[str, tuple[str, ...]]
) -> tuple[Comparison, ...]:
    ordered = ordered_values(profile, activation)
    found = []
    for line in SEEN_FIELDS:
        wanted, values = ordered[line.field], typed[line.field]
        if line.field == "csp":
            same = _folded(values[0]) in {_folded(each) for each in wanted} and len(values) == 1
            wanted = (profile.name,)
        else:
            same = sorted(map(_folded, values)) == sorted(map(_folded, wanted))
        found.append(Comparison(line.field, line.label, ", ".join(wanted), ", ".join(values), same))
    return tuple(found)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _difference(profile: Profile, item: Comparison) -> Finding:
    step = profile.step_of_kind(StepKind.VERIFY)
    return Finding(
        "order.field_differs",
        Severity.BLOCKER,
        f"The {item.label} differs: ordered {item.ordered or 'nothing'}, the portal shows {item.seen}.",
        clause=step.clauses[0] if step and step.clauses else "",
        owner=profile.owners_text(step.owners) if step else "",
        details={"field": item.field, "ordered": item.ordered, "seen": item.seen},
    )


def _mismatch(name: str, wrong: Sequence[Comparison], *, saved: bool) -> VerificationMismatch:
    named = ", ".join(item.label for item in wrong)
    return VerificationMismatch(
        f"Dynamic Network Manager does not show what was ordered: {named}.",
        why=["The comparison is on record; the hand-off stays closed until it matches."],
        fix=[
            "Call the Verizon account team (your Verizon Account Manager) and have the order corrected.",
            sci("order", "verify", name, note="when the portal shows the right values"),
        ],
        saved=saved,
    )
