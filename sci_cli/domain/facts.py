"""Facts every activation knows, whatever the provider, and what values a fact accepts."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from datetime import date

from sci_cli.domain.profile import Condition, FactKind, FactSpec
from sci_cli.errors import InvalidValue, sci
from sci_cli.safety.text import clean, quoted

CUSTOMER = "customer"
LOCATION = "location"
DATA_PLAN = "data-plan"
PRIVATE_IP_ACTIVE = "private-ip.active"
ACCOUNT_ID = "csp.account-id"
ACCOUNT_STATUS = "csp.account-status"
CLOUD_TYPE = "cloud-type"
SECURITY_PRODUCTS = "security-products"
NAT_REVIEW = "nat-review"

ACTIVE = "active"
PUBLIC = "public"
NONE = "none"
REVIEWED = "reviewed"

CORE_FACTS: Mapping[str, FactSpec] = {
    spec.id: spec
    for spec in (
        FactSpec(CUSTOMER, "Customer", FactKind.TEXT, maximum=200),
        FactSpec(LOCATION, "Installation location", FactKind.TEXT, maximum=100, multiple=True),
        FactSpec(DATA_PLAN, "Data plan", FactKind.TEXT, maximum=100),
        FactSpec(
            PRIVATE_IP_ACTIVE,
            "Active Private IP connections",
            FactKind.NUMBER,
            minimum=0,
            maximum=100_000,
            hint="how many Private IP connections of the customer are active; an order needs at least 1",
        ),
        FactSpec(ACCOUNT_ID, "Cloud account ID", FactKind.TEXT, maximum=200),
        FactSpec(
            ACCOUNT_STATUS,
            "Cloud account status",
            FactKind.CHOICE,
            choices=(ACTIVE, "pending", "suspended", "closed"),
        ),
        FactSpec(CLOUD_TYPE, "Cloud product type", FactKind.CHOICE, choices=("vpc", "dedicated-vpc", PUBLIC)),
        FactSpec(
            SECURITY_PRODUCTS,
            "Enhanced security products",
            FactKind.CHOICES,
            choices=(NONE, "mss-cloud-firewall", "hns-firewall"),
            multiple=True,
            hint="can only be ordered together with the new port; none is a decision too",
        ),
        FactSpec(NAT_REVIEW, "NAT section", FactKind.CHOICE, choices=(REVIEWED, "open")),
    )
}

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

# What the order says: changing it after the order is placed would make the record lie about the order.
FIXED_BY_ORDER = (CUSTOMER, LOCATION, DATA_PLAN, CLOUD_TYPE, ACCOUNT_ID, SECURITY_PRODUCTS)


def parse_fact(spec: FactSpec, texts: Sequence[str]) -> tuple[str, ...]:
    """The values to store for this fact, in canonical form.

    Raises:
        InvalidValue: a value does not fit; the message names the fact and what it accepts.
    """
    values: list[str] = []
    for text in texts:
        parts = text.split(",") if spec.kind is FactKind.CHOICES else [text]
        values.extend(_parse_one(spec, part) for part in parts)
    if len(values) > 1 and not spec.multiple:
        raise _refusal(spec, f"{spec.id} takes one value, {len(values)} are given.")
    if NONE in values and len(values) > 1 and spec.kind is FactKind.CHOICES:
        raise _refusal(spec, f"{spec.id} says none and names products at the same time.")
    return tuple(dict.fromkeys(values))


def _parse_one(spec: FactSpec, text: str) -> str:
    limit = spec.maximum if spec.kind is FactKind.TEXT and spec.maximum else 200
    value = clean(text, what=spec.id, limit=limit)
    if not value:
        raise _refusal(spec, f"{spec.id} is empty.")
    match spec.kind:
        case FactKind.CHOICE | FactKind.CHOICES:
            return _choice(spec, value)
        case FactKind.DIGITS:
            return _digits(spec, value)
        case FactKind.NUMBER:
            return _number(spec, value)
        case FactKind.DATE:
            return _date(spec, value)
        case FactKind.INTERFACE:
            return _interface(spec, value)
        case FactKind.TEXT:
            return _text(spec, value)


def _text(spec: FactSpec, value: str) -> str:
    if spec.minimum is not None and len(value) < spec.minimum:
        raise _refusal(spec, f"{spec.id} has at least {spec.minimum} characters; {len(value)} are given.")
    return value


def _refusal(spec: FactSpec, message: str) -> InvalidValue:
    """The error for a value that does not fit, with what the value is and where to read more."""
    hint = f"{spec.hint[0].upper()}{spec.hint[1:].rstrip('.')}." if spec.hint else ()
    return InvalidValue(message, why=hint, fix=sci("explain", spec.id))


def _choice(spec: FactSpec, value: str) -> str:
    chosen = "-".join(value.lower().split())
    if chosen not in spec.choices:
        raise _refusal(spec, f"{spec.id} is one of {', '.join(spec.choices)}; {quoted(value, 60)} is not.")
    return chosen


def _digits(spec: FactSpec, value: str) -> str:
    stray = next((char for char in value if char not in "0123456789"), None)
    if stray is not None:
        shown = quoted(stray) if stray.isascii() else f"{quoted(stray)} (U+{ord(stray):04X})"
        raise _refusal(spec, f"{spec.id} consists of the digits 0-9; {shown} is none of them.")
    low, high = spec.minimum or 1, spec.maximum or 200
    if not low <= len(value) <= high:
        raise _refusal(spec, f"{spec.id} has {low} to {high} digits; {len(value)} are given.")
    return value


def _number(spec: FactSpec, value: str) -> str:
    low = spec.minimum if spec.minimum is not None else 0
    high = spec.maximum if spec.maximum is not None else 2**63
    plain = value.isascii() and value.isdigit() and len(value) <= 20 and (value == "0" or value[0] != "0")
    if not plain or not low <= int(value) <= high:
        raise _refusal(spec, f"{spec.id} is a whole number from {low} to {high}; {quoted(value, 40)} is not.")
    return value


def _date(spec: FactSpec, value: str) -> str:
    try:
        if not _DAY.fullmatch(value):  # fromisoformat also takes week dates
            raise ValueError
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise _refusal(spec, f"{spec.id} is a date as YYYY-MM-DD; {quoted(value, 40)} is not.") from None


def _interface(spec: FactSpec, value: str) -> str:
    try:
        if "/" not in value or not value.isascii():
            raise ValueError
        return str(ipaddress.ip_interface(value))
    except ValueError:
        raise _refusal(
            spec,
            f"{spec.id} is an address with its length, such as 192.0.2.1/30; {quoted(value, 60)} is not.",
        ) from None


def accepts_text(spec: FactSpec) -> str:
    """What values a fact accepts, in a phrase."""
    low, high = spec.minimum, spec.maximum
    match spec.kind:
        case FactKind.CHOICE | FactKind.CHOICES:
            return ("any of " if spec.multiple else "one of ") + ", ".join(spec.choices)
        case FactKind.NUMBER:
            return f"a whole number from {low or 0}" + (f" to {high}" if high is not None else "")
        case FactKind.DIGITS:
            return f"{low or 1} to {high or 200} digits"
        case FactKind.DATE:
            return "a day as YYYY-MM-DD"
        case FactKind.INTERFACE:
            return "an address with its length, such as 192.0.2.1/30"
        case FactKind.TEXT:
            return f"text of at most {high or 200} characters"


def holds(condition: Condition, values: Sequence[str]) -> bool:
    """Whether recorded values satisfy a condition; nothing on record never does."""
    if not values:
        return False
    if condition.values and not set(values) & set(condition.values):
        return False
    return condition.at_least is None or int(values[0]) >= condition.at_least
