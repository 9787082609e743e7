"""The order: verdict, form, placing, recording a breach, comparing with the portal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sci_cli.domain.activation import (
    Activation,
    FormLine,
    Order,
    Stamp,
    VpnState,
)
from sci_cli.domain.findings import Finding, Severity, blockers
from sci_cli.domain.gates import billing_accepted, order_findings
from sci_cli.domain.order_form import field_value, order_form
from sci_cli.domain.profile import FieldRule, OrderField, Profile
from sci_cli.domain.progress import progress
from sci_cli.domain.times import day_text
from sci_cli.errors import (
    AlreadyDifferent,
    Command,
    GateClosed,
    InvalidValue,
    sci,
)
from sci_cli.operations import showing
from sci_cli.operations.checks import verdict_for_order
from sci_cli.operations.lookup import NOTE_LIMIT
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.work_views import FormRow, OrderView, SheetView
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


def sheet(ws: Workspace, name: str) -> Outcome:
    """The order form to copy, with the rule and the reason of every field."""
    loaded = ws.load(name)
    activation, profile = loaded.activation, ws.profile_of(loaded.activation)
    rows = tuple(
        FormRow(line, field.rule.value, _beside(field, line), field.clause)
        for line, field in zip(order_form(profile, activation), profile.order_fields, strict=True)
    )
    found = () if activation.order else order_findings(profile, activation, ws.now())
    return Outcome(
        SheetView(showing.header(profile, activation), rows),
        activation=name,
        revision=activation.revision,
        findings=found,
        next=_after_sheet(activation),
        notices=loaded.notices,
    )


def _beside(field: OrderField, line: FormLine) -> str:
    """What is worth knowing beside a field: what leaving it out costs, or why it is as it is."""
    return field.without if field.without and not line.value else field.why


def _after_sheet(activation: Activation) -> tuple[Command, ...]:
    if activation.order:
        return (sci("order", "verify", activation.name),)
    return (sci("check", activation.name, "--for", "order"), sci("order", "place", activation.name))


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
    found = verdict_for_order(profile, activation, now)
    closed = blockers(found)
    if closed or not accepted:
        closed = (*closed, *(() if accepted else (billing_accepted(profile, activation),)))
        raise GateClosed(
            "The order may not be placed yet; nothing was written.",
            findings=(*closed, *(each for each in found if each.severity is not Severity.BLOCKER)),
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
    """Record an order that was placed against the gates, or without billing being accepted by name.

    It is a fact, marked as a breach for ever.

    Raises:
        AlreadyDifferent: an order is on record.
        InvalidValue: the number or the reason is empty.
    """
    number = _number(number)
    reason = clean(reason, what="--reason", limit=NOTE_LIMIT)
    if not reason:
        raise InvalidValue("The reason is empty.", fix="Say why the order was placed; it is kept for ever.")

    def decide(before: Activation, profile: Profile) -> Decided:
        if before.order is not None:
            require_placeable(profile, before, ws.now(), accepted=True)
        found = verdict_for_order(profile, before, ws.now())
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
        replace(vpn, state=VpnState.ATTACHED, stamp=placed, attached=placed)
        if vpn.state is VpnState.ON_ORDER
        else vpn
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
        wanted = field_value(profile, activation, field)
        if value and value != wanted:
            fix = sci("set", activation.name, f"{field.fact}=VALUE", note="if the record is wrong")
            raise AlreadyDifferent(
                f"{field.label} is {quoted(value, 60)}, but the record says {quoted(wanted, 60)}.",
                why=field.why,
                fix=fix if field.fact else sci("order", "sheet", activation.name),
            )
