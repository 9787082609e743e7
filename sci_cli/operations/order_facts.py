"""Facts that went into the order: when, and with what reason, the record about them may be corrected."""

from __future__ import annotations

from collections.abc import Sequence

from sci_cli.domain import facts
from sci_cli.domain.activation import Activation
from sci_cli.domain.gates import asked_by
from sci_cli.domain.profile import FieldRule, Profile
from sci_cli.errors import GateClosed, sci


def fixed_by_order(profile: Profile) -> set[str]:
    """The facts an order was placed with: those every order has, and those the provider's form copies."""
    copied = {field.fact for field in profile.order_fields if field.rule is FieldRule.COPY}
    return {*facts.FIXED_BY_ORDER, *copied}


def require_correctable(
    before: Activation, profile: Profile, fact_id: str, values: Sequence[str], reason: str
) -> None:
    """Refuse another value of a fact the order was placed with, unless the record is corrected with a reason.

    Raises:
        GateClosed: there is no reason, or the fact cannot be another one any more.
    """
    if fact_id == facts.SECURITY_PRODUCTS:
        _refuse_other_security(before, profile, values)
    number = before.order.number if before.order else ""
    if not reason:
        raise GateClosed(
            f"{fact_id} went into order {number} and is fixed with it.",
            why=f"On record: {before.fact(fact_id) or 'nothing'}. Another value would differ from the order.",
            fix=sci(
                "set", before.name, f"{fact_id}=VALUE", "--reason", "REASON", note="if the record is wrong"
            ),
        )


def _refuse_other_security(before: Activation, profile: Profile, values: Sequence[str]) -> None:
    """Security products stay as they were ordered; only that there are none may be recorded late."""
    recorded = before.values(facts.SECURITY_PRODUCTS)
    if not recorded and facts.NONE in values:
        return
    number = before.order.number if before.order else ""
    step = asked_by(profile, facts.SECURITY_PRODUCTS)
    explain = sci("explain", step.id if step else facts.SECURITY_PRODUCTS)
    if set(values) - {facts.NONE, *recorded}:
        raise GateClosed(
            "Security products can only be ordered at the same time as a new port, together with it.",
            why=f"Order {number} is placed; they cannot be added to an existing service.",
            fix=["Ask the Verizon account team about a new port.", explain],
        )
    raise GateClosed(
        f"Security products went into order {number} and are not changed here after it.",
        why=[
            f"On record: {', '.join(recorded)}.",
            "Whether one can be taken off an existing service is not in the guide.",
        ],
        fix=[
            "Ask the Verizon account team about taking it off.",
            sci("note", before.name, "TEXT", note="if the record is wrong, says so beside it"),
            explain,
        ],
    )
