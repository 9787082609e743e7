"""JSON and YAML as one tree of texts, lists and mappings, each with the line it stands on."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from sci_cli.errors import InvalidFile
from sci_cli.safety.text import quoted, visible

_DEEPEST = 40
_YAML_LIMIT = 4_000_000  # bytes; its pure reader is slow, and larger listings come as JSON
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True, slots=True)
class Leaf:
    """A single value: its text, or None where there is none or it is no text."""

    line: int
    text: str | None
    is_null: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    line: int
    items: list[Node]


@dataclass(frozen=True, slots=True)
class Pairs:
    """A mapping; in JSON a key may come twice, then both are here."""

    line: int
    pairs: list[tuple[str, Node]]


Node: TypeAlias = Leaf | Items | Pairs


class _Number(str):
    """A number of JSON as it is written."""

    __slots__ = ()


class _Object(list[tuple[str, Any]]):
    """The pairs of a JSON object."""


def json_tree(text: str, name: str) -> Node:
    """The tree of a JSON text; numbers are texts as they are written.

    Raises:
        InvalidFile: it is not JSON, or nested too deeply.
    """
    try:
        value = json.loads(
            text, object_pairs_hook=_Object, parse_int=_Number, parse_float=_Number, parse_constant=_Number
        )
    except json.JSONDecodeError as error:
        place = f"{visible(name, allow_newlines=False)}:{error.lineno}:{error.colno}"
        raise InvalidFile(
            f"{place}: This is not valid JSON; a comma, quotation mark or bracket is missing or too many.",
            fix="Correct the file, or export it again.",
        ) from None
    except RecursionError:
        raise _too_deep(name) from None
    return _Lines(text, name).node(value, 0)


def yaml_tree(text: str, name: str) -> Node:
    """The tree of a YAML text.

    Raises:
        InvalidFile: it is not YAML, or uses what this program does not accept in YAML.
    """
    from sci_cli.safety.strict_yaml import load

    document = load(text.encode(), name=name, limit=_YAML_LIMIT)

    def node(value: object, path: tuple[str | int, ...]) -> Node:
        line = document.position(path)[0]
        if isinstance(value, dict):
            return Pairs(line, [(key, node(each, (*path, key))) for key, each in value.items()])
        if isinstance(value, list):
            return Items(line, [node(each, (*path, index)) for index, each in enumerate(value)])
        return Leaf(line, str(value), is_null=value in ("", "~", "null"))

    return node(document.value, ())


class _Lines:
    """Finds the line of each value: the strings of valid JSON come in the order of the values."""

    def __init__(self, text: str, name: str) -> None:
        self._name = name
        self._breaks = [found.start() for found in re.finditer("\n", text)]
        self._strings: Iterator[re.Match[str]] = _STRING.finditer(text)
        self._line = 1

    def node(self, value: object, depth: int) -> Node:
        if depth > _DEEPEST:
            raise _too_deep(self._name)
        if isinstance(value, _Object):
            pairs: list[tuple[str, Node]] = []
            line = self._line
            for key, each in value:
                self._next_string()
                line = line if pairs else self._line
                pairs.append((key, self.node(each, depth + 1)))
            return Pairs(line, pairs)
        if isinstance(value, list):
            return Items(self._line, [self.node(each, depth + 1) for each in value])
        if type(value) is str:
            self._next_string()
            return Leaf(self._line, value)
        return Leaf(self._line, str(value) if isinstance(value, _Number) else None, is_null=value is None)

    def _next_string(self) -> None:
        found = next(self._strings, None)
        if found is not None:
            self._line = bisect_right(self._breaks, found.start()) + 1


def _too_deep(name: str) -> InvalidFile:
    return InvalidFile(
        f"{quoted(name)} is nested too deeply.", fix=f"Give a listing of at most {_DEEPEST} levels."
    )
