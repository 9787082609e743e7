"""What the hand-off to the provider waits for, and what it leaves to the screen print."""

from __future__ import annotations

from sci_cli.domain import facts
from sci_cli.domain.activation import Activation
from sci_cli.domain.findings import Finding, Severity
from sci_cli.domain.gates import asked_by, set_command
from sci_cli.domain.port_rules import port_status_findings
from sci_cli.domain.profile import GateKind, Profile, StepKind
from sci_cli.domain.progress import CALL_VERIZON
from sci_cli.errors import sci


def handoff_findings(profile: Profile, activation: Activation) -> tuple[Finding, ...]:
    """Everything that speaks against handing off to the provider now."""
    verify, placing = profile.step_of_kind(StepKind.VERIFY), profile.step_of_kind(StepKind.ORDER)
    clause = verify.clauses[0] if verify and verify.clauses else ""
    name = activation.name
    if activation.order is None:
        return (
            Finding(
                "handoff.not_ordered",
                Severity.BLOCKER,
                "No order is on record, so there is no port in Dynamic Network Manager to describe.",
                fix=(sci("check", name, "--for", "order"), sci("order", "place", name)),
                clause=clause,
            ),
        )
    seen = activation.verification
    aside = (*account_findings(profile, activation), *port_status_findings(activation))
    if seen is None:
        return (
            Finding(
                "handoff.not_verified",
                Severity.BLOCKER,
                "The port has not been verified in Dynamic Network Manager yet.",
                why="What goes to the provider must be what was ordered.",
                fix=(sci("order", "verify", name),),
                clause=clause,
                owner=profile.owners_text(verify.owners) if verify else "",
            ),
            *aside,
        )
    if not seen.matches:
        wrong = ", ".join(item.label for item in seen.fields if not item.same)
        return (
            Finding(
                "handoff.mismatch",
                Severity.BLOCKER,
                f"Dynamic Network Manager shows something else than was ordered: {wrong}.",
                why="The provider would build what the portal shows.",
                fix=(
                    CALL_VERIZON,
                    sci("order", "verify", name),
                ),
                clause=clause,
                owner=profile.owners_text(placing.owners) if placing else "",
            ),
            *aside,
        )
    return (*_configuration_missing(profile, activation), *aside)


def account_findings(profile: Profile, activation: Activation) -> tuple[Finding, ...]:
    """A placed order is billed whatever becomes of the cloud account; one that is not active is a warning."""
    status = activation.fact(facts.ACCOUNT_STATUS)
    if activation.order is None or status == facts.ACTIVE:
        return ()
    gate = next((each for each in profile.gates if each.kind is GateKind.ACCOUNT_ACTIVE), None)
    step = asked_by(profile, facts.ACCOUNT_STATUS)
    state = f"is recorded as {status}" if status else "is not recorded as active"
    pair = f"{facts.ACCOUNT_STATUS}={facts.ACTIVE}"
    return (
        Finding(
            "handoff.account_not_active",
            Severity.WARNING,
            f"The {profile.name} account {state}, and the order is placed.",
            why="Without an active account the connection cannot be activated; Verizon bills it anyway.",
            fix=(sci("set", activation.name, pair, note="once it is active"),),
            clause=gate.clause if gate else "",
            owner=profile.owners_text(step.owners) if step else "",
            details={"fact": facts.ACCOUNT_STATUS, "recorded": activation.values(facts.ACCOUNT_STATUS)},
        ),
    )


def difference_findings(profile: Profile, activation: Activation) -> tuple[Finding, ...]:
    """Every field in which the portal, as last compared, shows something else than was ordered."""
    seen = activation.verification
    step, placing = profile.step_of_kind(StepKind.VERIFY), profile.step_of_kind(StepKind.ORDER)
    return tuple(
        Finding(
            "order.field_differs",
            Severity.BLOCKER,
            item.difference,
            fix=(CALL_VERIZON,),
            clause=step.clauses[0] if step and step.clauses else "",
            owner=profile.owners_text(placing.owners) if placing else "",
            details={"field": item.field, "ordered": item.ordered, "seen": item.seen},
        )
        for item in (seen.fields if seen else ())
        if not item.same
    )


def shown_in_portal(profile: Profile) -> tuple[str, ...]:
    """The facts of the connection that the portal shows: those the hand-off step asks for."""
    step = profile.step_of_kind(StepKind.HANDOFF)
    return step.asks if step else ()


def _configuration_missing(profile: Profile, activation: Activation) -> tuple[Finding, ...]:
    """Required values block one by one; the others together are one warning."""
    missing = [row for row in profile.handoff.configuration if not activation.values(row.fact)]
    required = tuple(
        Finding(
            "handoff.value_missing",
            Severity.BLOCKER,
            f"{row.label} is not on record; the hand-off needs it.",
            fix=(set_command(activation, f"{row.fact}=VALUE"),),
            clause=profile.handoff.clause,
            details={"fact": row.fact},
        )
        for row in missing
        if row.required
    )
    optional = [row for row in missing if not row.required and row.fact in shown_in_portal(profile)]
    if not optional:
        return required
    labels = ", ".join(row.label for row in optional)
    count, them = "1 configuration value is", "it"
    if len(optional) > 1:
        count, them = f"{len(optional)} configuration values are", "them"
    left_out = Finding(
        "handoff.values_left_out",
        Severity.WARNING,
        f"{count} not on record; the hand-off leaves {them} to the screen print: {labels}.",
        fix=(set_command(activation, *(f"{row.fact}=VALUE" for row in optional[:2])),),
        clause=profile.handoff.clause,
        details={"facts": tuple(row.fact for row in optional)},
    )
    return (*required, left_out)
