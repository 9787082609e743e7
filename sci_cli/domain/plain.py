"""Values to and from plain mappings, lists and text: the one form that is stored, hashed and compared.

Everything plain is text, a list or a mapping with text keys, so no reader of the stored form can take an
identifier for a number. Fields that hold their default are left out; both directions agree on that.
"""

from __future__ import annotations

import hashlib
import json
import types
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

from sci_cli.domain.prefixes import Prefix, parse_prefix

T = TypeVar("T")
Plain: TypeAlias = "str | list[Plain] | dict[str, Plain]"


class NotPlain(ValueError):
    """The plain form does not fit the type; the message names the place."""


def to_plain(value: object) -> Plain:
    """The plain form of a dataclass, mapping, sequence or scalar.

    Times are ISO 8601 in UTC with `Z`, durations are whole seconds, truth values `yes` and `no`.
    """
    if isinstance(value, Prefix):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {
            item.name: to_plain(getattr(value, item.name))
            for item in fields(value)
            if not _is_default(item, getattr(value, item.name))
        }
    if isinstance(value, Mapping):
        return {str(key): to_plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(entry) for entry in value]
    return _scalar_text(value)


def _scalar_text(value: object) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(int(value.total_seconds()))
    if isinstance(value, (str, int)):
        return str(value)
    raise NotPlain(f"{type(value).__name__} has no plain form")


def instant_text(value: datetime) -> str:
    """An aware time as ISO 8601 in UTC, with microseconds only where there are any."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _is_default(item: Field[Any], value: object) -> bool:
    if item.default is not MISSING:
        return bool(value == item.default)
    if item.default_factory is not MISSING:
        return bool(value == item.default_factory())
    return False


def from_plain(wanted: type[T], plain: object, place: str = "") -> T:
    """The value of type `wanted` that `plain` stands for.

    Raises:
        NotPlain: a key is missing or unknown, or a text does not fit its type.
    """
    value: T = _from(wanted, plain, place)
    return value


def _from(wanted: Any, plain: object, place: str) -> Any:
    origin = get_origin(wanted)
    if origin is Union or origin is types.UnionType:
        inner = next(arg for arg in get_args(wanted) if arg is not type(None))
        return _from(inner, plain, place)
    if origin is tuple:
        return _tuple(get_args(wanted), plain, place)
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(get_args(wanted)[1], plain, place)
    if wanted is not Prefix and is_dataclass(wanted):
        return _dataclass(wanted, plain, place)
    if not isinstance(plain, str):
        raise NotPlain(f"{place or 'the document'}: text is expected")
    return _scalar(wanted, plain, place)


def _tuple(args: tuple[Any, ...], plain: object, place: str) -> tuple[Any, ...]:
    if not isinstance(plain, Sequence) or isinstance(plain, str):
        raise NotPlain(f"{place}: a list is expected")
    if len(args) == 2 and args[1] is Ellipsis:
        if args[0] is str and all(type(entry) is str for entry in plain):
            return tuple(plain)
        return tuple(_from(args[0], entry, f"{place}[{index}]") for index, entry in enumerate(plain))
    if len(args) != len(plain):
        raise NotPlain(f"{place}: {len(args)} entries are expected")
    return tuple(_from(arg, entry, place) for arg, entry in zip(args, plain, strict=True))


def _mapping(inner: Any, plain: object, place: str) -> dict[str, Any]:
    if not isinstance(plain, Mapping):
        raise NotPlain(f"{place}: a mapping is expected")
    if get_origin(inner) is Union or inner == str | tuple[str, ...]:
        return {key: tuple(entry) if isinstance(entry, list) else entry for key, entry in plain.items()}
    return {key: _from(inner, entry, f"{place}.{key}") for key, entry in plain.items()}


@cache
def _shape(wanted: Any) -> tuple[dict[str, Any], dict[str, Field[Any]]]:
    return get_type_hints(wanted), {item.name: item for item in fields(wanted)}


def _dataclass(wanted: Any, plain: object, place: str) -> Any:
    if not isinstance(plain, Mapping):
        raise NotPlain(f"{place or 'the document'}: a mapping is expected")
    hints, known = _shape(wanted)
    unknown = [key for key in plain if key not in known]
    if unknown:
        raise NotPlain(f"{place or 'the document'}: unknown key {unknown[0]}")
    missing = [
        name
        for name, item in known.items()
        if name not in plain and item.default is MISSING and item.default_factory is MISSING
    ]
    if missing:
        raise NotPlain(f"{place or 'the document'}: {missing[0]} is missing")
    dotted = f"{place}." if place else ""
    return wanted(**{key: _from(hints[key], entry, dotted + key) for key, entry in plain.items()})


def _scalar(wanted: Any, text: str, place: str) -> Any:
    if wanted is str:
        return text
    try:
        if wanted is Prefix:
            return parse_prefix(text)
        if wanted is bool:
            return {"yes": True, "no": False}[text]
        if wanted is int:
            return _integer(text)
        if wanted is datetime:
            return _instant(text)
        if wanted is date:
            return date.fromisoformat(text)
        if wanted is timedelta:
            return timedelta(seconds=_integer(text))
        return wanted(text)
    except (ValueError, KeyError):
        raise NotPlain(f"{place}: {text[:60]!r} does not fit") from None


def _integer(text: str) -> int:
    digits = text.removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 30:
        raise ValueError(text[:60])
    return int(text)


def _instant(text: str) -> datetime:
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(text)
    return value.astimezone(UTC)


def canonical(plain: Plain) -> str:
    """The canonical text of a plain value: JSON, ASCII, sorted keys, no spaces."""
    return json.dumps(plain, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def digest(value: object) -> str:
    """SHA-256 in hex over the canonical text of a value's plain form."""
    return hashlib.sha256(canonical(to_plain(value)).encode("ascii")).hexdigest()


def flatten(plain: Plain, path: str = "") -> dict[str, str]:
    """Every scalar by its dotted path; lists of scalars count as one scalar, joined by commas."""
    if isinstance(plain, str):
        return {path: plain}
    if isinstance(plain, dict):
        found: dict[str, str] = {}
        for key, entry in plain.items():
            found.update(flatten(entry, f"{path}.{key}" if path else key))
        return found
    if all(isinstance(entry, str) for entry in plain):
        return {path: ", ".join(str(entry) for entry in plain)}
    found = {}
    for index, entry in enumerate(plain, start=1):
        named = (
            entry.get("name") or entry.get("field") or entry.get("stage") if isinstance(entry, dict) else None
        )
        found.update(flatten(entry, f"{path}.{named if isinstance(named, str) else index}"))
    return found
