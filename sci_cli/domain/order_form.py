"""The order form of the portal, filled in from the record."""

from __future__ import annotations

from sci_cli.domain.activation import Activation, FormLine
from sci_cli.domain.profile import FieldRule, OrderField, Profile


def order_form(profile: Profile, activation: Activation) -> tuple[FormLine, ...]:
    """The order form filled in from the record, line by line as the portal asks."""
    return tuple(
        FormLine(field.id, field.label, field_value(profile, activation, field))
        for field in profile.order_fields
    )


def field_value(profile: Profile, activation: Activation, field: OrderField) -> str:
    """What stands in one field of the form; empty where nothing is on record or nothing may stand."""
    if field.rule is FieldRule.EMPTY:
        return ""
    if field.rule is FieldRule.PROVIDER:
        return profile.name
    if field.rule is FieldRule.VPN:
        return activation.vpns[0].name if activation.vpns else ""
    return activation.fact(field.fact)
