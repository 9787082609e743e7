"""Documents against the stored schemas, with a validator that knows nothing of the program."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from tests.ui.make_schemas import FOLDER

# Ten thousand overlaps take seconds to look at and have the form of ten.
LARGEST = 200_000


def stored(thing: str) -> dict[str, Any]:
    """The schema of a kind of document, closed against keys it does not name."""
    found: dict[str, Any] = json.loads((FOLDER / f"{thing}.json").read_text(encoding="utf-8"))
    closed: dict[str, Any] = _closed(found)
    return closed


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _closed(value) for key, value in schema.items()}
    return {**kept, "additionalProperties": False} if isinstance(kept.get("required"), list) else kept


@cache
def validator(thing: str) -> Draft202012Validator:
    """What looks at documents of one kind."""
    schema = stored(thing)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def problems(document: Any) -> list[str]:
    """What does not fit the schema that the document itself names; empty when all does."""
    name = str(document["schema"])
    if not (name.startswith("sci.") and name.endswith("/1")):
        return [f"{name} is no name of a document"]
    found = validator(name.removeprefix("sci.").removesuffix("/1")).iter_errors(document)
    return [f"{'.'.join(map(str, each.path))}: {each.message[:300]}" for each in found]


def check_printed(out: str) -> None:
    """Fail when what was printed is a document of ours that does not fit its schema."""
    if out.startswith('{\n  "schema": "sci.') and len(out) <= LARGEST:
        document, _ = json.JSONDecoder().raw_decode(out)
        assert problems(document) == []
