"""Values to and from plain mappings, lists and text: the one form that is stored, hashed and compared.

Everything plain is text, a list or a mapping with text keys, so no reader of the stored form can take an
identifier for a number. Fields that hold their default are left out; both directions agree on that.
"""

from __future__ import annotations

import hashlib
import json
import types
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any, TypeAlias, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from sci_cli.domain.prefixes import Prefix, parse_prefix

T = TypeVar("T")
Plain: TypeAlias = "str | list[Plain] | dict[str, Plain]"


class NotPlain(ValueError):
    """The plain form does not fit the type; the message names the place."""


def to_plain(value: object) -> Plain:
    """The plain form of a dataclass, mapping, sequence or scalar.

    Times are ISO 8601 in UTC with `Z`, durations are whole seconds, truth values `yes` and `no`.
    """
    if type(value) is str:
        return value
    if isinstance(value, Prefix):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        # A record has thousands of fields, nearly all of them texts.
        found: dict[str, Plain] = {}
        for item in _fields(cast("Hashable", type(value))):
            inner = getattr(value, item.name)
            if not _is_default(item, inner):
                found[item.name] = inner if type(inner) is str else to_plain(inner)
        return found
    if isinstance(value, Mapping):
        return {str(key): to_plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(entry) for entry in value]
    return _scalar_text(value)


@cache
def _fields(kind: Hashable) -> tuple[Field[Any], ...]:
    return fields(cast("Any", kind))


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
    try:
        value: T = _reader(cast("Hashable", wanted))(plain)
    except _Misfit as misfit:
        where = (place + misfit.place).removeprefix(".") or "the document"
        raise NotPlain(f"{where}: {misfit.sentence}") from None
    return value


# Reading a record asks for the same few types hundreds of times: what a type asks for is worked out once, and
# the place of a problem is put together only when there is one.
_Reader: TypeAlias = Callable[[object], Any]


class _Misfit(Exception):
    """What does not fit; whoever reads around it adds its part of the place."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.place = ""

    def inside(self, part: str) -> _Misfit:
        """The same, seen from one level further out."""
        self.place = part + self.place
        return self


@cache
def _reader(wanted: Hashable) -> _Reader:
    origin = get_origin(wanted)
    if origin is Union or origin is types.UnionType:
        return _reader(next(arg for arg in get_args(wanted) if arg is not type(None)))
    if origin is tuple:
        args = get_args(wanted)
        if len(args) == 2 and args[1] is Ellipsis:
            return _texts if args[0] is str else _several(_reader(args[0]))
        return _some(tuple(_reader(arg) for arg in args))
    if origin is not None and issubclass(origin, Mapping):
        inner = get_args(wanted)[1]
        if get_origin(inner) is Union or inner == str | tuple[str, ...]:
            return _mixed
        return _named(_reader(inner))
    if wanted is str:
        return _text
    if wanted is not Prefix and is_dataclass(wanted):
        return _whole(wanted)
    return _scalar(_conversion(wanted))


def _text(plain: object) -> str:
    if not isinstance(plain, str):
        raise _Misfit("text is expected")
    return plain


def _list(plain: object) -> Sequence[object]:
    if not isinstance(plain, list) and (not isinstance(plain, Sequence) or isinstance(plain, str)):
        raise _Misfit("a list is expected")
    return plain


def _dict(plain: object) -> Mapping[str, object]:
    if not isinstance(plain, dict) and not isinstance(plain, Mapping):
        raise _Misfit("a mapping is expected")
    return plain


def _several(inner: _Reader) -> _Reader:
    def read(plain: object) -> tuple[Any, ...]:
        entries = _list(plain)
        found: list[Any] = []
        try:
            for entry in entries:
                found.append(inner(entry))
        except _Misfit as misfit:
            raise misfit.inside(f"[{len(found)}]") from None
        return tuple(found)

    return read


_each_text = _several(_text)


def _texts(plain: object) -> tuple[Any, ...]:
    # A VPN may have a million prefixes' texts; this looks at them without a call for each.
    if isinstance(plain, list) and all(type(entry) is str for entry in plain):
        return tuple(plain)
    return tuple(_each_text(plain))


def _some(inner: tuple[_Reader, ...]) -> _Reader:
    def read(plain: object) -> tuple[Any, ...]:
        entries = _list(plain)
        if len(entries) != len(inner):
            raise _Misfit(f"{len(inner)} entries are expected")
        return tuple(each(entry) for each, entry in zip(inner, entries, strict=True))

    return read


def _mixed(plain: object) -> dict[str, Any]:
    return {key: tuple(entry) if isinstance(entry, list) else entry for key, entry in _dict(plain).items()}


def _named(inner: _Reader) -> _Reader:
    def read(plain: object) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, entry in _dict(plain).items():
            try:
                found[key] = inner(entry)
            except _Misfit as misfit:
                raise misfit.inside(f".{key}") from None
        return found

    return read


class _FieldReaders(dict[str, _Reader]):
    """The readers of a dataclass by field, each made when a value first has that field."""

    def __init__(self, wanted: Any) -> None:
        super().__init__()
        hints = get_type_hints(wanted)
        self._hints = {item.name: hints[item.name] for item in fields(wanted)}

    def __missing__(self, key: str) -> _Reader:
        if key not in self._hints:
            raise _Misfit(f"unknown key {key}")
        self[key] = found = _reader(self._hints[key])
        return found


def _whole(wanted: Any) -> _Reader:
    needed = [
        item.name for item in fields(wanted) if item.default is MISSING and item.default_factory is MISSING
    ]
    readers = _FieldReaders(wanted)

    def read(plain: object) -> Any:
        found: dict[str, Any] = {}
        for key, entry in _dict(plain).items():
            reader = readers[key]
            if reader is _text and type(entry) is str:
                found[key] = entry
                continue
            try:
                found[key] = reader(entry)
            except _Misfit as misfit:
                raise misfit.inside(f".{key}") from None
        for name in needed:
            if name not in found:
                raise _Misfit(f"{name} is missing")
        return wanted(**found)

    return read


def _scalar(convert: Callable[[str], Any]) -> _Reader:
    def read(plain: object) -> Any:
        text = _text(plain)
        try:
            return convert(text)
        except (ValueError, KeyError, OverflowError):
            raise _Misfit(f"{text[:60]!r} does not fit") from None

    return read


def _conversion(wanted: Any) -> Callable[[str], Any]:
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return {member.value: member for member in wanted}.__getitem__
    known: dict[Any, Callable[[str], Any]] = {
        Prefix: parse_prefix,
        bool: {"yes": True, "no": False}.__getitem__,
        int: _integer,
        datetime: _instant,
        date: date.fromisoformat,
        timedelta: lambda text: timedelta(seconds=_integer(text)),
    }
    found: Callable[[str], Any] = known.get(wanted, wanted)
    return found


def _integer(text: str) -> int:
    digits = text.removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 30:
        raise ValueError(text[:60])
    return int(text)


def _instant(text: str) -> datetime:
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(text)
    return value if value.tzinfo is UTC else value.astimezone(UTC)


_CANONICAL = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def canonical(plain: Plain) -> str:
    """The canonical text of a plain value: JSON, ASCII, sorted keys, no spaces."""
    return _CANONICAL.encode(plain)


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
