"""JSON Schemas of the documents for scripts; `python -m tests.ui.make_schemas` makes them from the views."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints

from pydantic import TypeAdapter

from sci_cli.domain.findings import Finding
from sci_cli.domain.vpn_rules import Budget
from sci_cli.errors import Command
from sci_cli.operations.outcome import View
from sci_cli.readers import request_keys
from sci_cli.ui.screens import VIEWS

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "schemas"
Schema = dict[str, Any]

# What the document writes in its own way, whatever the dataclass holds.
_OWN_FORM: dict[str, Schema] = {
    "Prefix": {"type": "string", "description": "A prefix in canonical form, such as 10.20.0.0/16."},
    "Command": {
        "type": "object",
        "properties": {"command": {"type": "string"}, "note": {"type": "string"}},
        "required": ["command", "note"],
    },
}
# Dataclasses with fields worked out from the others, which are in the document as well.
_DERIVING: dict[str, type[Any]] = {"Budget": Budget}
_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_ERROR: Schema = {
    "type": "object",
    "properties": {
        "code": _TEXT,
        "exit_code": {"type": "integer"},
        "message": _TEXT,
        "why": _TEXTS,
        "fix": _TEXTS,
        "saved": {"type": "boolean"},
    },
    "required": ["code", "exit_code", "message", "why", "fix", "saved"],
}


def schemas() -> dict[str, Schema]:
    """File name → schema, one for each kind of document, and that of request files."""
    made = {f"{kind.thing}.json": _document(kind.thing, kind) for kind in VIEWS}
    return {**made, "error.json": _document("error", None), "request.json": request_keys.schema()}


def as_text(schema: Schema) -> str:
    """The schema as it is stored."""
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


def _document(thing: str, kind: type[View] | None) -> Schema:
    shared: Schema = {}
    data = _of(kind, shared) if kind else {"type": "null"}
    finding = _of(Finding, shared)
    finding["properties"]["fix"] = _TEXTS
    properties: Schema = {
        "schema": {"const": f"sci.{thing}/1"},
        "ok": {"type": "boolean"},
        "command": _TEXT,
        "changed": {"type": "boolean"},
        "activation": _TEXT,
        "revision": {"type": ["integer", "null"]},
        "head": _TEXT,
        "dry_run": {"type": "boolean"},
        "data": data,
        "findings": {"type": "array", "items": finding},
        "notices": _TEXTS,
        "error": {"anyOf": [_ERROR, {"type": "null"}]} if kind else _ERROR,
        "next": {"type": "array", "items": _of(Command, shared)},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"sci.{thing}/1",
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "$defs": dict(sorted(shared.items())),
    }


def _of(kind: Any, shared: Schema) -> Schema:
    """The schema of a dataclass or another type; what it refers to goes into `shared`."""
    found = TypeAdapter(kind).json_schema(mode="serialization")
    for name, definition in found.pop("$defs", {}).items():
        if name in _DERIVING:
            definition["properties"] |= _derived(_DERIVING[name], shared)
        shared[name] = _OWN_FORM.get(name) or _plainer(definition)
    return dict(_OWN_FORM.get(getattr(kind, "__name__", "")) or _plainer(found))


def _derived(kind: type[Any], shared: Schema) -> Schema:
    """The schemas of the fields that are not given but worked out."""
    hints = get_type_hints(kind)
    return {each.name: _of(hints[each.name], shared) for each in fields(kind) if not each.init}


def _plainer(schema: Any) -> Any:
    """Without titles and defaults, every property required: a document always has all its keys."""
    if isinstance(schema, list):
        return [_plainer(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _plainer(value) for key, value in schema.items() if key not in ("title", "default")}
    if "properties" in schema:
        kept["properties"] = {name: _plainer(value) for name, value in schema["properties"].items()}
        kept["required"] = list(schema["properties"])
    if "description" in kept:
        kept["description"] = kept["description"].split("\n\n")[0].replace("\n", " ")
    return kept


def main() -> None:
    """Writes every schema."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        (FOLDER / name).write_text(as_text(schema), encoding="utf-8")


if __name__ == "__main__":
    main()
