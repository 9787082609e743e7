"""What a billing gate looks at holds as a person said it of this record, and not as a copy of it says."""

from __future__ import annotations

from dataclasses import replace

from sci_cli.domain import facts
from sci_cli.domain.activation import Activation
from sci_cli.domain.findings import Finding, Severity
from sci_cli.errors import sci

GATE_FACTS = (
    facts.ACCOUNT_ID,
    facts.ACCOUNT_STATUS,
    facts.PRIVATE_IP_ACTIVE,
    facts.SECURITY_PRODUCTS,
    facts.CLOUD_TYPE,
    facts.NAT_REVIEW,
)
# Which account it is does not change; whether it is active, and what was decided, does.
_SAID_AGAIN = tuple(fact for fact in GATE_FACTS if fact != facts.ACCOUNT_ID)


def to_be_said_again(found: Activation) -> Activation:
    """The activation without what opens a billing gate, as long as no order is on it."""
    if found.order is not None:
        return found
    return replace(found, facts={key: fact for key, fact in found.facts.items() if key not in _SAID_AGAIN})


def gate_facts(before: Activation, after: Activation) -> tuple[str, ...]:
    """The facts billing gates look at and that would be others, as they are typed."""
    pairs = [
        f"{fact_id}={value}"
        for fact_id in GATE_FACTS
        if sorted(after.values(fact_id)) != sorted(before.values(fact_id))
        for value in after.values(fact_id)
    ]
    return tuple(pairs or ["FACT=VALUE"])


def said_again(before: Activation, after: Activation, why: str) -> tuple[Finding, ...]:
    """That facts were taken off, and the command that says them again; nothing where none were."""
    if before.facts == after.facts:
        return ()
    return (
        Finding(
            "fact.to_be_said_again",
            Severity.WARNING,
            "What an order depends on is to be recorded again before one is placed.",
            why=why,
            fix=(sci("set", after.name, *gate_facts(after, before), note="if that is so today"),),
        ),
    )
