"""Views for scripts alone: one value, the end of a wait, the schemas of the documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sci_cli.operations.outcome import View


@dataclass(frozen=True, slots=True)
class ValueView(View):
    """What stands under a path of an activation.

    `kind` is `value`, `list` or `group`; `value` is a scalar or null, a list of texts, or the whole group.
    """

    thing: ClassVar[str] = "value"
    as_it_is: ClassVar[bool] = True
    name: str
    path: str
    kind: str
    value: Any


@dataclass(frozen=True, slots=True)
class WaitView(View):
    """How a wait ended: `until` is a step or a state, `state` where the step stands or which states hold,
    `seconds` how long it took.
    """

    thing: ClassVar[str] = "wait"
    name: str
    until: str
    kind: str
    reached: bool
    state: tuple[str, ...]
    seconds: int
    checks: int


@dataclass(frozen=True, slots=True)
class SchemaRow:
    """A kind of document: its name for `sci schema`, its name in documents, and what it describes."""

    name: str
    document: str
    says: str


@dataclass(frozen=True, slots=True)
class SchemasView(View):
    """The kinds of documents there are."""

    thing: ClassVar[str] = "schemas"
    schemas: tuple[SchemaRow, ...]


@dataclass(frozen=True, slots=True)
class SchemaView(View):
    """The JSON Schema of one kind of document."""

    thing: ClassVar[str] = "schema"
    as_it_is: ClassVar[bool] = True
    name: str
    document: str
    schema: Mapping[str, Any]
