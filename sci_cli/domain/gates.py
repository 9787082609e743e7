"""What the order and the hand-off wait for: gates and form fields → findings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sci_cli.domain import facts
from sci_cli.domain.activation import Activation
from sci_cli.domain.facts import holds
from sci_cli.domain.findings import Finding, Severity
from sci_cli.domain.order_form import field_value
from sci_cli.domain.profile import (
    BILLING_GATES,
    FactKind,
    FieldRule,
    Gate,
    GateKind,
    OrderField,
    Profile,
    Reminder,
    Step,
    StepKind,
)
from sci_cli.domain.progress import progress
from sci_cli.errors import Command, sci


@dataclass(frozen=True, slots=True)
class Asked:
    """What a gate looks at."""

    profile: Profile
    activation: Activation
    now: datetime


def order_findings(profile: Profile, activation: Activation, now: datetime) -> tuple[Finding, ...]:
    """Everything that speaks against placing the order now, except the acceptance of billing.

    The billing gates are evaluated whatever the profile lists; a profile only adds to them.
    """
    asked = Asked(profile, activation, now)
    found = [each for closed in closed_billing_gates(profile, activation, now).values() for each in closed]
    gates = [gate for gate in profile.gates if gate.kind not in BILLING_GATES]
    found += [finding for gate in gates for finding in _GATES[gate.kind](asked, gate)]
    found += _form_findings(asked)
    found += _time_agreed(asked)
    found += past_dates(profile, activation, now)
    found += _reminders(asked)
    return tuple(found)


def closed_billing_gates(
    profile: Profile, activation: Activation, now: datetime
) -> dict[GateKind, tuple[Finding, ...]]:
    """The billing gates that are closed, with what closes each; the acceptance of billing is none of them."""
    asked = Asked(profile, activation, now)
    listed = {gate.kind: gate for gate in profile.gates}
    found = {kind: tuple(_GATES[kind](asked, listed.get(kind, Gate(kind)))) for kind in BILLING_GATES}
    return {kind: closed for kind, closed in found.items() if closed}


def billing_accepted(profile: Profile, activation: Activation) -> Finding:
    """The gate that only a person opens, by name, at the moment of placing."""
    gate = next((gate for gate in profile.gates if gate.kind is GateKind.BILLING_ACCEPTED), None)
    return Finding(
        "order.billing_not_accepted",
        Severity.BLOCKER,
        "Nobody has accepted that billing starts with this order.",
        why="The order often completes and starts billing on the day it is placed, ready or not.",
        fix=(sci("order", "place", activation.name, "--accept-billing", "--confirm", activation.name),),
        clause=gate.clause if gate else "",
    )


def _owner(asked: Asked, *parties: str) -> str:
    known = [party for wanted in parties if (party := asked.profile.party(wanted))]
    return " and ".join(party.name for party in known)


def _step_owner(asked: Asked, step: Step | None) -> str:
    return asked.profile.owners_text(step.owners) if step else ""


def asked_by(profile: Profile, fact_id: str) -> Step | None:
    """The step that asks for a fact: its owner is who has to act."""
    return next(
        (
            step
            for step in profile.steps
            if fact_id in step.asks or any(item.fact == fact_id for item in step.closed_by)
        ),
        None,
    )


def set_command(activation: Activation, *pairs: str) -> Command:
    """The command that records facts."""
    return sci("set", activation.name, *pairs)


def _missing(asked: Asked, gate: Gate, code: str, fact: str, message: str, why: str, *pairs: str) -> Finding:
    spec = asked.profile.fact(fact)
    to_find = any(pair.partition("=")[2].isupper() for pair in pairs)
    hints: tuple[str, ...] = (spec.hint,) if spec and spec.hint and to_find and not spec.choices else ()
    choices = f"VALUE is one of {', '.join(spec.choices)}" if spec and spec.choices and to_find else ""
    return Finding(
        code,
        Severity.BLOCKER,
        message,
        why=why,
        fix=(sci("set", asked.activation.name, *pairs, note=choices), *hints),
        clause=gate.clause,
        owner=_step_owner(asked, asked_by(asked.profile, fact)),
        details={"fact": fact, "recorded": asked.activation.values(fact)},
    )


def _account_active(asked: Asked, gate: Gate) -> list[Finding]:
    found = []
    name, activation = asked.profile.name, asked.activation
    why = "Without an active account the connection cannot be activated, and billing starts anyway."
    if not activation.values(facts.ACCOUNT_ID):
        found.append(
            _missing(
                asked, gate, "order.account_id_missing", facts.ACCOUNT_ID,
                f"No {name} account is on record.", why, f"{facts.ACCOUNT_ID}=ACCOUNT-ID",
            )
        )  # fmt: skip
    status = activation.fact(facts.ACCOUNT_STATUS)
    if status != facts.ACTIVE:
        state = f"is recorded as {status}" if status else "is not recorded as active"
        found.append(
            _missing(
                asked, gate, "order.account_not_active", facts.ACCOUNT_STATUS,
                f"The {name} account {state}.", why, f"{facts.ACCOUNT_STATUS}={facts.ACTIVE}",
            )
        )  # fmt: skip
    return found


def _private_ip_active(asked: Asked, gate: Gate) -> list[Finding]:
    if int(asked.activation.fact(facts.PRIVATE_IP_ACTIVE) or 0) >= 1:
        return []
    return [
        _missing(
            asked, gate, "order.private_ip_not_active", facts.PRIVATE_IP_ACTIVE,
            "Private IP is not active: no active connection is on record.",
            "The port joins a Private IP network to the cloud; Private IP takes long to deliver.",
            f"{facts.PRIVATE_IP_ACTIVE}=1",
        )
    ]  # fmt: skip


def _security_decided(asked: Asked, gate: Gate) -> list[Finding]:
    if asked.activation.values(facts.SECURITY_PRODUCTS):
        return []
    return [
        _missing(
            asked, gate, "order.security_undecided", facts.SECURITY_PRODUCTS,
            "Nobody has decided on the security products.",
            "They can only be ordered together with the new port, never later; none is a decision too.",
            f"{facts.SECURITY_PRODUCTS}=VALUE",
        )
    ]  # fmt: skip


def _nat_reviewed(asked: Asked, gate: Gate) -> list[Finding]:
    cloud_type = asked.activation.fact(facts.CLOUD_TYPE)
    if not cloud_type:
        return [
            _missing(
                asked, gate, "order.cloud_type_undecided", facts.CLOUD_TYPE,
                "The type of the cloud product is not on record.",
                "A public cloud product needs the NAT section reviewed before the order; other types do not.",
                f"{facts.CLOUD_TYPE}=VALUE",
            )
        ]  # fmt: skip
    if cloud_type != facts.PUBLIC or asked.activation.fact(facts.NAT_REVIEW) == facts.REVIEWED:
        return []
    return [
        _missing(
            asked, gate, "order.nat_not_reviewed", facts.NAT_REVIEW,
            "The NAT section has not been reviewed for this public cloud product.",
            "Public cloud products reach the cloud through address translation.",
            f"{facts.NAT_REVIEW}={facts.REVIEWED}",
        )
    ]  # fmt: skip


def _asked_when_placing(asked: Asked, gate: Gate) -> list[Finding]:
    """Billing is accepted at the moment of placing and not before; `order place` adds it itself."""
    return []


def _step_closed(asked: Asked, gate: Gate) -> list[Finding]:
    item = progress(asked.profile, asked.activation, asked.now).of(gate.step)
    if item is None or item.state.closed:
        return []
    return [
        Finding(
            "order.step_open",
            Severity.BLOCKER,
            f"Step {gate.step} ({item.step.title}) is open.",
            why=f"{asked.profile.name} asks for it before the order.",
            fix=(sci("done", asked.activation.name, gate.step),),
            clause=gate.clause,
            owner=_step_owner(asked, item.step),
            details={"step": gate.step},
        )
    ]


def _fact_recorded(asked: Asked, gate: Gate) -> list[Finding]:
    if asked.activation.values(gate.fact):
        return []
    spec = asked.profile.fact(gate.fact)
    return [
        _missing(
            asked, gate, "order.fact_missing", gate.fact,
            f"{spec.label if spec else gate.fact} is not on record.",
            f"{asked.profile.name} asks for it before the order.",
            f"{gate.fact}=VALUE",
        )
    ]  # fmt: skip


_GATES: dict[GateKind, Callable[[Asked, Gate], list[Finding]]] = {
    GateKind.ACCOUNT_ACTIVE: _account_active,
    GateKind.PRIVATE_IP_ACTIVE: _private_ip_active,
    GateKind.SECURITY_DECIDED: _security_decided,
    GateKind.NAT_REVIEWED: _nat_reviewed,
    GateKind.BILLING_ACCEPTED: _asked_when_placing,
    GateKind.STEP_CLOSED: _step_closed,
    GateKind.FACT_RECORDED: _fact_recorded,
}


def _form_findings(asked: Asked) -> list[Finding]:
    covered = {facts.ACCOUNT_ID, facts.SECURITY_PRODUCTS, facts.CLOUD_TYPE}
    covered |= {gate.fact for gate in asked.profile.gates if gate.fact}
    found = []
    for field in asked.profile.order_fields:
        if field.rule is FieldRule.EMPTY or field_value(asked.profile, asked.activation, field):
            continue
        if field.rule is FieldRule.VPN:
            found.append(_no_vpn(asked, field))
        elif field.rule is FieldRule.OPTIONAL:
            found.append(_optional_missing(asked, field))
        elif field.fact not in covered:
            found.append(
                Finding(
                    "order.field_missing",
                    Severity.BLOCKER,
                    f"The order form asks for {field.label}; nothing is on record.",
                    fix=(set_command(asked.activation, f"{field.fact}=VALUE"),),
                    clause=field.clause,
                    details={"fact": field.fact, "field": field.id},
                )
            )
    return found


def _no_vpn(asked: Asked, field: OrderField) -> Finding:
    return Finding(
        "order.vpn_missing",
        Severity.BLOCKER,
        "No Private IP VPN is named for the order.",
        why="The VPN entered with the order is the first one on the port.",
        fix=(sci("vpn", "add", asked.activation.name, "VPN", "--prefix", "PREFIX", "--max-prefixes", "MAX"),),
        clause=field.clause,
    )


def _optional_missing(asked: Asked, field: OrderField) -> Finding:
    return Finding(
        "order.optional_missing",
        Severity.WARNING,
        f"The {field.label} is not on record.",
        why=field.without,
        fix=(set_command(asked.activation, f"{field.fact}=VALUE"),),
        clause=field.clause,
        owner=_step_owner(asked, asked_by(asked.profile, field.fact)),
        details={"fact": field.fact, "field": field.id},
    )


def _time_agreed(asked: Asked) -> list[Finding]:
    """Steps that placing would close unsaid, such as agreeing on the time: said, not refused."""
    placing = asked.profile.step_of_kind(StepKind.ORDER)
    if placing is None or asked.activation.order:
        return []
    known = progress(asked.profile, asked.activation, asked.now)
    return [
        Finding(
            "order.step_skipped_over",
            Severity.WARNING,
            f"Step {item.step.id} ({item.step.title}) is open; placing the order closes it.",
            fix=(sci("done", asked.activation.name, item.step.id),),
            clause=item.step.clauses[0] if item.step.clauses else "",
            owner=_step_owner(asked, item.step),
            details={"step": item.step.id},
        )
        for item in known.steps
        if item.step.closes_with == placing.id and item.step.kind is not StepKind.GO and not item.state.closed
    ]


def past_dates(profile: Profile, activation: Activation, now: datetime) -> list[Finding]:
    """Days agreed for the order that are over (in UTC) while the order is not placed."""
    placing = profile.step_of_kind(StepKind.ORDER)
    if placing is None or activation.order:
        return []
    wanted = {fact for step in profile.steps if step.closes_with == placing.id for fact in step.asks}
    found = []
    for spec in profile.facts:
        value = activation.fact(spec.id)
        if spec.kind is not FactKind.DATE or spec.id not in wanted or not value:
            continue
        if date.fromisoformat(value) < now.date():
            found.append(
                Finding(
                    "order.date_past",
                    Severity.WARNING,
                    f"{spec.label} is {value}, which is past.",
                    fix=(set_command(activation, f"{spec.id}=YYYY-MM-DD"),),
                    clause=spec.clause,
                    details={"fact": spec.id, "recorded": value},
                )
            )
    return found


def _reminders(asked: Asked) -> list[Finding]:
    """What the profile wants said at the order although the order does not wait for it."""
    found = []
    for reminder in asked.profile.reminders:
        recorded = asked.activation.values(reminder.when.fact) if reminder.when else ()
        if reminder.step:
            found += _step_due(asked, reminder)
        elif reminder.when and holds(reminder.when, recorded):
            fact = reminder.when.fact
            found.append(
                Finding(
                    "order.reminder",
                    Severity.NOTE,
                    reminder.text,
                    clause=reminder.clause,
                    owner=_step_owner(asked, asked_by(asked.profile, fact)),
                    details={"fact": fact, "recorded": recorded},
                )
            )
    return found


def _step_due(asked: Asked, reminder: Reminder) -> list[Finding]:
    item = progress(asked.profile, asked.activation, asked.now).of(reminder.step)
    if item is None or item.state.closed:
        return []
    step, name = item.step, asked.activation.name
    partly = len(item.open_parties) < len(step.owners.parties)
    parts = [("--for", party) for party in item.open_parties] if partly else [()]
    by_hand = step.kind in (StepKind.CONFIRM, StepKind.VPNS)
    return [
        Finding(
            "order.step_due",
            Severity.WARNING,
            f"Step {step.id} ({step.title}) is open.",
            why=reminder.text,
            fix=tuple(sci("done", name, step.id, *part) for part in parts)
            if by_hand
            else (sci("explain", step.id),),
            clause=reminder.clause,
            owner=_step_owner(asked, step),
            details={"step": step.id},
        )
    ]


def breach_findings(activation: Activation) -> tuple[Finding, ...]:
    """The mark that an order keeps when it was placed while not everything was in place."""
    order = activation.order
    if order is None or not order.breach:
        return ()
    return (
        Finding(
            "order.breach",
            Severity.WARNING,
            f"Order {order.number} was placed while not everything was in place.",
            why=order.breach,
            details={"unmet": order.unmet},
        ),
    )
