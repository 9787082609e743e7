"""The verdict of the rules: go or no-go for the order and the hand-off, or everything that is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sci_cli.domain import facts
from sci_cli.domain.activation import (
    Activation,
    Order,
)
from sci_cli.domain.findings import Finding, Severity, blockers
from sci_cli.domain.gates import breach_findings, order_findings
from sci_cli.domain.handoff_rules import account_findings, difference_findings, handoff_findings
from sci_cli.domain.port_rules import port_state_findings
from sci_cli.domain.profile import Profile
from sci_cli.domain.progress import Progress, progress
from sci_cli.domain.times import day_text
from sci_cli.domain.vpn_rules import port_findings
from sci_cli.errors import (
    Command,
    GateClosed,
    RuleViolation,
    sci,
)
from sci_cli.operations import showing
from sci_cli.operations.newer_profiles import newer_profile
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.work_views import CheckView
from sci_cli.operations.workspace import Workspace
from sci_cli.store.contract import Loaded


def check(ws: Workspace, name: str, *, purpose: str = "") -> Outcome:
    """The verdict of the rules; with purpose `order` the go/no-go, with `handoff` that of the hand-off.

    The outcome carries an error, GateClosed for a purpose and RuleViolation otherwise, until nothing blocks.
    """
    return checked(ws, ws.load(name), purpose=purpose)


def checked(ws: Workspace, loaded: Loaded, *, purpose: str = "") -> Outcome:
    """The same for a record that is read already."""
    activation, profile = loaded.activation, ws.profile_of(loaded.activation)
    now = ws.now()
    if purpose == "order":
        found = verdict_for_order(profile, activation, now)
    elif purpose == "handoff":
        found = handoff_findings(profile, activation)
    else:
        found = (*_everything(profile, activation, now), *newer_profile(ws, activation))
    closed = blockers(found)
    view = CheckView(
        showing.header(profile, activation),
        purpose,
        _verdict(purpose, activation, found),
        _passed(profile, activation, now) if purpose == "order" else (),
    )
    error: GateClosed | RuleViolation | None = None
    if closed:
        kind = GateClosed if purpose else RuleViolation
        error = kind(view.verdict, findings=closed)
    known = progress(profile, activation, now)
    return Outcome(
        view,
        activation=activation.name,
        revision=activation.revision,
        head=loaded.head,
        findings=found,
        next=() if closed else _after_check(purpose, profile, activation, known),
        notices=loaded.notices,
        error=error,
    )


def verdict_for_order(profile: Profile, activation: Activation, now: datetime) -> tuple[Finding, ...]:
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
    found = [*port_findings(profile, activation, activation.vpns), *breach_findings(activation)]
    if activation.order is None:
        found += [_later(each, "the order") for each in order_findings(profile, activation, now)]
    elif (differs := difference_findings(profile, activation)) or activation.handoffs:
        found += [*differs, *account_findings(profile, activation)]
    else:
        found += [_later(each, "the hand-off") for each in handoff_findings(profile, activation)]
    said = {each.code for each in found}
    found += [each for each in port_state_findings(activation) if each.code not in said]
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
                    details={"step": late.id},
                )
            )
    return tuple(found)


def _later(finding: Finding, what: str) -> Finding:
    """Not being ready for the next gate is nothing wrong: in the full check it is a note."""
    if finding.severity is not Severity.BLOCKER:
        return finding
    return replace(finding, severity=Severity.NOTE, message=f"Before {what}: {finding.message}")


def _verdict(purpose: str, activation: Activation, found: Sequence[Finding]) -> str:
    what = {"order": "place the order", "handoff": "hand off to the provider"}.get(purpose, "")
    blocking = len(blockers(found))
    things = "1 thing stands" if blocking == 1 else f"{blocking} things stand"
    if purpose == "order" and activation.order:
        return f"The order is placed: {activation.order.number}."
    if purpose:
        return f"NO-GO: do not {what} yet, {things} in the way." if blocking else f"GO: you may {what}."
    if blocking:
        return f"{things} against the rules."
    warned = sum(finding.severity is Severity.WARNING for finding in found)
    many = "1 warning" if warned == 1 else f"{warned} warnings"
    return f"No rule is broken; {many} to look at." if warned else "Nothing is wrong."


def _passed(profile: Profile, activation: Activation, now: datetime) -> tuple[str, ...]:
    open_facts = {each.details.get("fact") for each in blockers(order_findings(profile, activation, now))}
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
