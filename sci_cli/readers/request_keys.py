"""The keys of a request file, for its reader, its JSON Schema and its documentation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sci_cli.domain import facts
from sci_cli.domain.names import LONGEST_VPN_NAME

PRESENT, ABSENT = "present", "absent"
SHUTDOWN, NO_SHUTDOWN = "shutdown", "no-shutdown"


@dataclass(frozen=True, slots=True)
class Key:
    """One key: what it says, and what its value looks like.

    `shape` is `text`, `texts` (one or a list), `number`, `prefixes`, `facts` or `vpns`; `choices` are all the
    values of a text that takes only some.
    """

    about: str
    shape: str = "text"
    choices: tuple[str, ...] = ()


MAXIMA: Mapping[str, Key] = {
    "max-prefixes": Key("MAX of the VPN, IPv4: how many prefixes Verizon assigned to it.", "number"),
    "max-prefixes-v6": Key("MAX of the VPN, IPv6.", "number"),
}
VPN: Mapping[str, Key] = {
    "name": Key("The Private IP VPN."),
    "prefixes": Key("All its prefixes, such as 10.20.0.0/16.", "prefixes"),
    **MAXIMA,
    "state": Key("absent asks for its removal; present is meant where nothing is said.",
                 choices=(PRESENT, ABSENT)),
}  # fmt: skip
REQUEST: Mapping[str, Key] = {
    "name": Key("The activation: a-z, 0-9 and dashes, such as acme-hk-1."),
    "profile": Key("The provider's profile; needed for a new activation, and never another one later."),
    facts.CUSTOMER: Key("The customer's name."),
    facts.LOCATION: Key("The installation location, or a list of several.", "texts"),
    facts.DATA_PLAN: Key("The data plan, such as 1 TB."),
    "facts": Key("Other facts by their names, as sci set takes them.", "facts"),
    "vpns": Key("The Private IP VPNs that are spoken of; before the order exactly one.", "vpns"),
    "vpn": Key("Short for vpns with one entry: the name of the VPN."),
    "prefixes": Key("The prefixes of that one VPN.", "prefixes"),
    **MAXIMA,
    "port": Key("The admin status that is to be asked for.", choices=(SHUTDOWN, NO_SHUTDOWN)),
    "reason": Key("Why, kept in the history; needed for the port, and to correct what the order says."),
}
OWN_FACTS = (facts.CUSTOMER, facts.LOCATION, facts.DATA_PLAN)
SHORT_VPN = ("vpn", "prefixes", *MAXIMA)

_TEXTS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
# In YAML a value may be written without quotes; this program takes every one of them as the text it is.
_VALUE = {"type": ["string", "number", "boolean"]}


def schema() -> dict[str, Any]:
    """The JSON Schema of one request, for editors; what stands on record is beyond it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A request for sci plan, sci apply and sci new --file",
        "type": "object",
        "properties": {name: _value(name, key) for name, key in REQUEST.items()},
        "required": ["name"],
        "additionalProperties": False,
        "dependentRequired": {name: ["vpn"] for name in SHORT_VPN[1:]},
        "not": {"required": ["vpn", "vpns"]},
    }


def _value(name: str, key: Key) -> dict[str, Any]:
    said: dict[str, Any] = {"description": key.about}
    match key.shape:
        case "texts":
            return said | _TEXTS
        case "number":
            return said | {"type": "integer", "minimum": 1}
        case "prefixes":
            return said | {"type": "array", "items": {"type": "string"}, "minItems": 1}
        case "facts":
            each = {"anyOf": [_VALUE, {"type": "array", "items": _VALUE, "minItems": 1}]}
            names = {"not": {"enum": list(OWN_FACTS)}}
            return said | {"type": "object", "propertyNames": names, "additionalProperties": each}
        case "vpns":
            return said | {"type": "array", "items": _vpn()}
    if key.choices:
        return said | {"enum": list(key.choices)}
    return said | {"type": "string", "minLength": 1}


def _vpn() -> dict[str, Any]:
    properties = {name: _value(name, key) for name, key in VPN.items()}
    properties["name"] |= {"maxLength": LONGEST_VPN_NAME}
    return {
        "type": "object",
        "properties": properties,
        "required": ["name"],
        "additionalProperties": False,
    }
