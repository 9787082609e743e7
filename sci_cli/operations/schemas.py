"""The JSON Schemas of the documents for scripts, as they are shipped with the program."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import Any

from sci_cli.errors import StoreUnavailable, TopicNotFound, sci
from sci_cli.operations.machine_views import SchemaRow, SchemasView, SchemaView
from sci_cli.operations.outcome import Outcome
from sci_cli.safety.text import quoted


def shipped_schemas_dir() -> Path:
    """The folder of the schemas: in the installed package, else in the source tree."""
    package = Path(__file__).resolve().parent.parent
    packed = package / "_schemas"
    return packed if packed.is_dir() else package.parent / "docs" / "schemas"


def names() -> tuple[str, ...]:
    """The kinds of documents there are, sorted; none where the installation is not complete."""
    return tuple(sorted(path.stem for path in shipped_schemas_dir().glob("*.json")))


def schemas() -> Outcome:
    """Every kind of document with what it describes."""
    rows = []
    for name in names():
        found = _read(name)
        data = found.get("properties", {}).get("data", {})
        says = str(found.get("description") or data.get("description") or "An error and nothing else.")
        rows.append(SchemaRow(name, str(found.get("title", name)), says.split(". ")[0].rstrip(".") + "."))
    return Outcome(SchemasView(tuple(rows)), next=tuple(sci("schema", row.name) for row in rows[:1]))


def schema(wanted: str) -> Outcome:
    """The schema of one kind of document, named as `status` or as in documents, `sci.status/1`.

    Raises:
        TopicNotFound: with the nearest names.
    """
    known = names()
    for name in known:
        if wanted == name or wanted == f"sci.{name}/1":
            found = _read(name)
            return Outcome(SchemaView(name, str(found.get("title", name)), found))
    near = difflib.get_close_matches(wanted[:80].removeprefix("sci.").partition("/")[0], known, n=3)
    raise TopicNotFound(
        f"There is no document {quoted(wanted, 60)}.",
        fix=[sci("schema", name) for name in near] or [sci("schema", note="lists them all")],
    )


def _read(name: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((shipped_schemas_dir() / f"{name}.json").read_bytes())
    except (OSError, ValueError):
        raise StoreUnavailable(
            f"The schema {name} that belongs to the program cannot be read.", fix="Install the program again."
        ) from None
    return found
