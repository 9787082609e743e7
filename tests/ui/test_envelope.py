"""Documents for scripts: the same keys whatever happened, valid against the stored schemas, and tables."""

from __future__ import annotations

import csv
import io
import json
from copy import deepcopy
from datetime import date, timedelta

import pytest
import yaml
from jsonschema import Draft202012Validator

from sci_cli.domain.progress import PhaseProgress
from sci_cli.errors import (
    ActivationNotFound,
    Command,
    GateClosed,
    VerificationMismatch,
    WrongUsage,
    sci,
)
from sci_cli.operations import views
from sci_cli.operations.outcome import Message, Outcome
from sci_cli.ui.envelope import as_json, as_yaml, document, plain
from sci_cli.ui.tables import as_csv
from tests.ui.documents import stored
from tests.ui.make_schemas import FOLDER, schemas
from tests.ui.sample_records import HASH, NO_ACCOUNT, OVERLAP
from tests.ui.samples import OUTCOMES, SCHEMA_KEYS, row

LISTS = (
    "list", "next", "history", "vpns", "plan", "profiles", "order-sheet", "status", "check", "verify",
    "check-all", "value", "schemas", "apply-requests",
)  # fmt: skip


# Schemas ---------------------------------------------------------------------------------------------------


def shape(schema: object) -> object:
    """A schema without its descriptions, which not every pydantic takes from the views."""
    if isinstance(schema, dict):
        return {
            key: shape(entry)
            for key, entry in schema.items()
            if not (key == "description" and isinstance(entry, str))
        }
    return [shape(entry) for entry in schema] if isinstance(schema, list) else schema


def test_the_stored_schemas_are_those_of_the_views() -> None:
    stored = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")}
    assert shape(stored) == shape(schemas()), "if this is wanted: python -m tests.ui.make_schemas"


@pytest.mark.parametrize("name", OUTCOMES)
def test_the_document_of_every_view_is_valid_and_holds_no_other_keys(name: str) -> None:
    doc = json.loads(as_json(document("some command", outcome=OUTCOMES[name])))
    thing = OUTCOMES[name].view.thing
    assert doc["schema"] == f"sci.{thing}/1"
    Draft202012Validator.check_schema(stored(thing))
    assert [problem.message for problem in Draft202012Validator(stored(thing)).iter_errors(doc)] == []


def test_the_document_of_an_error_is_valid_too() -> None:
    doc = json.loads(as_json(document("status", error=GateClosed("No.", findings=(OVERLAP,)))))
    assert [problem.message for problem in Draft202012Validator(stored("error")).iter_errors(doc)] == []


def test_a_document_that_lacks_a_key_is_not_valid() -> None:
    doc = document("status", outcome=OUTCOMES["status"])
    short = deepcopy(doc)
    assert isinstance(short["data"], dict)
    del short["data"]["total"]
    assert not Draft202012Validator(stored("status")).is_valid(short)


# Documents -------------------------------------------------------------------------------------------------


def test_a_change_has_all_keys_in_their_order() -> None:
    outcome = Outcome(
        Message(("Done.",)),
        changed=True,
        activation="acme-hk-1",
        revision=15,
        head=HASH,
        findings=(NO_ACCOUNT,),
        next=(sci("set", "acme", "customer=Acme & Sons", note="when known"),),
        notices=("A copy lies beside the record.",),
    )
    assert list(document("set", outcome=outcome).items()) == [
        ("schema", "sci.message/1"),
        ("ok", True),
        ("command", "set"),
        ("changed", True),
        ("activation", "acme-hk-1"),
        ("revision", 15),
        ("head", HASH),
        ("dry_run", False),
        ("data", {"lines": ["Done."]}),
        (
            "findings",
            [
                {
                    "code": "order.account_id_missing",
                    "severity": "blocker",
                    "message": "No Nimbus Cloud account is on record.",
                    "why": NO_ACCOUNT.why,
                    "fix": [
                        "sci set acme-sg-1 csp.account-id=ACCOUNT-ID",
                        "The number is on the start page of the cloud console.",
                    ],
                    "clause": "O1.2",
                    "owner": "Customer",
                    "text": "",
                    "details": {},
                }
            ],
        ),
        ("notices", ["A copy lies beside the record."]),
        ("error", None),
        ("next", [{"command": "sci set acme 'customer=Acme & Sons'", "note": "when known"}]),
    ]


def test_an_error_without_a_view_has_the_same_keys_and_no_data() -> None:
    error = ActivationNotFound(
        "No activation acme.", why="It is not there.", fix=[sci("list"), "Look again."]
    )
    doc = document("status", error=error)
    assert list(doc) == list(document("status", outcome=OUTCOMES["status"])) == list(SCHEMA_KEYS)
    assert (doc["schema"], doc["ok"], doc["data"], doc["revision"]) == ("sci.error/1", False, None, None)
    assert doc["error"] == {
        "code": "activation.not_found",
        "exit_code": 5,
        "message": "No activation acme.",
        "why": ["It is not there."],
        "fix": ["sci list", "Look again."],
        "saved": False,
    }


def test_an_outcome_that_failed_keeps_its_view_and_carries_each_finding_once() -> None:
    doc = document("check", outcome=OUTCOMES["check"])
    assert (doc["schema"], doc["ok"]) == ("sci.check/1", False)
    assert isinstance(doc["findings"], list)
    assert isinstance(doc["error"], dict)
    assert (len(doc["findings"]), doc["error"]["exit_code"]) == (4, 3)


def test_an_error_after_something_was_written_says_changed() -> None:
    error = VerificationMismatch("It differs.", saved=True)
    assert document("order verify", error=error)["changed"] is True


def test_values_have_one_form_for_scripts() -> None:
    assert plain(timedelta(minutes=30)) == 1800.0
    assert plain(date(2026, 1, 15)) == "2026-01-15"
    assert plain(Command(("sci", "a b"), "note")) == {"command": "sci 'a b'", "note": "note"}
    data = document("vpn list", outcome=OUTCOMES["vpns"])["data"]
    assert isinstance(data, dict)
    assert isinstance(data["vpns"], list)
    assert data["vpns"][0] == {
        "name": "corp",
        "prefixes": ["10.20.0.0/16", "10.30.0.0/16"],
        "state": "attached",
        "stamp": {"at": "2026-03-06T14:30:00Z", "by": "kim", "party": "customer"},
        "max_prefixes": 1000,
        "max_prefixes_v6": None,
        "attached": None,
    }


def test_something_without_a_form_for_scripts_is_refused() -> None:
    with pytest.raises(TypeError, match="object has no form for scripts"):
        plain(object())


def test_json_is_ascii_and_reads_back_as_it_was() -> None:
    odd = "Söhne 客户 \x1b[2J \u202e 12:30 \udcff\n"
    doc = document("x", outcome=Outcome(Message((odd,))))
    text = as_json(doc)
    assert text.isascii()
    assert text.endswith("}\n")
    assert json.loads(text) == doc


@pytest.mark.parametrize("name", OUTCOMES)
def test_yaml_is_ascii_and_says_the_same_as_json(name: str) -> None:
    doc = document("x", outcome=OUTCOMES[name])
    text = as_yaml(doc)
    assert text.isascii()
    assert yaml.safe_load(text) == json.loads(as_json(doc))
    assert [mark for mark in ("&id", "*id", "!!") if mark in text] == []


@pytest.mark.parametrize(
    "value",
    ["NO", "y", "0123", "1e3", "0o14", "12:30", "65000:10", "null", "~", "", " x", "a: b", "a #b", "- x",
     "2026-01-01", "\x1b[2J", "客户", "two\nlines", "true", "1_000", ".inf", "="],
)  # fmt: skip
def test_a_text_stays_a_text_in_yaml(value: str) -> None:
    text = as_yaml({"lines": [value], "number": 12})
    assert yaml.safe_load(text) == {"lines": [value], "number": 12}
    assert '"' in text
    assert text.endswith("number: 12\n")


# Tables ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_a_table_with_a_header_and_a_row_for_each_thing(name: str) -> None:
    rows = list(csv.reader(io.StringIO(as_csv(OUTCOMES[name]))))
    assert len(rows) > 1
    assert {len(each) for each in rows} == {len(rows[0])}


def test_the_table_of_a_plan_says_what_is_kept_added_and_removed() -> None:
    rows = list(csv.reader(io.StringIO(as_csv(OUTCOMES["plan"]))))
    assert rows[:3] == [
        ["change", "vpn", "state", "count", "max_prefixes", "max_prefixes_v6", "prefixes"],
        ["kept", "corp", "attached", "2", "1000", "", "10.20.0.0/16; 10.30.0.0/16"],
        ["added", "lab", "requested", "3", "1250", "", "10.30.4.0/22; 10.40.0.0/16; 2001:db8:4::/48"],
    ]


def test_no_cell_is_run_as_a_formula_and_none_holds_a_control_character() -> None:
    text = as_csv(Outcome(views.ListView((row("a", customer="=1+1", location="x\x1b[2J\ny"),))))
    cells = list(csv.reader(io.StringIO(text)))[1]
    assert cells[1:4] == ["'=1+1", "Nimbus Cloud", "x\\x1b[2J\\ny"]


@pytest.mark.parametrize(
    "name", sorted(set(OUTCOMES) - {each for each in OUTCOMES if each.startswith(LISTS)})
)
def test_csv_is_refused_for_what_is_no_list(name: str) -> None:
    with pytest.raises(WrongUsage, match="csv is for lists; use -o json"):
        as_csv(OUTCOMES[name])


def test_a_value_of_the_domain_that_no_view_holds_yet_is_written_field_by_field() -> None:
    assert plain(PhaseProgress("a", "A", 1, 2)) == {"id": "a", "title": "A", "closed": 1, "total": 2}
