"""The schemas that are shipped with the program."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from sci_cli.errors import TopicNotFound, sci
from sci_cli.operations import schemas
from sci_cli.operations.machine_views import SchemasView, SchemaView
from tests.ui.make_schemas import FOLDER

ROOT = Path(__file__).parents[2]


def test_every_schema_there_is_listed_with_what_it_describes() -> None:
    view = schemas.schemas().view
    assert isinstance(view, SchemasView)
    assert [row.name for row in view.schemas] == sorted(path.stem for path in FOLDER.glob("*.json"))
    assert [row.name for row in view.schemas if not row.says.endswith(".") or len(row.says) < 10] == []
    documents = {row.name: row.document for row in view.schemas}
    # What people write has a schema too, and is none of the documents that are printed.
    assert documents.pop("request") == "A request for sci plan, sci apply and sci new --file"
    assert documents == {name: f"sci.{name}/1" for name in documents}


@pytest.mark.parametrize("wanted", ["status", "sci.status/1"])
def test_a_schema_is_the_stored_one_by_either_name(wanted: str) -> None:
    view = schemas.schema(wanted).view
    assert isinstance(view, SchemaView)
    assert view.schema == json.loads((FOLDER / "status.json").read_text("utf-8"))
    Draft202012Validator.check_schema(dict(view.schema))


@pytest.mark.parametrize(
    "wanted", ["statsu", "sci.statsu/1", "../status", "status.json", "", "sci.status/2", "x" * 10_000]
)
def test_another_name_is_not_found(wanted: str) -> None:
    with pytest.raises(TopicNotFound) as caught:
        schemas.schema(wanted)
    near = sci("schema", "status") in caught.value.fix
    assert near is (wanted not in ("../status", "", "x" * 10_000))
    assert len(caught.value.message) < 200


def test_the_wheel_takes_the_schemas_from_where_they_are_kept() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    packed = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert packed["docs/schemas"] == "sci_cli/_schemas"
    assert (ROOT / "docs" / "schemas").samefile(schemas.shipped_schemas_dir())
