"""What `sci verify` finds on a server, whoever had the rights to edit its rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sci_cli.errors import ActivationNotFound, RecordCorrupt
from sci_cli.store.postgres import PostgresStore
from sci_cli.store.server_address import read_address
from tests.store.samples import full, noted, profile
from tests.store.servers import RealServer

DATA = b"\x89PNG invented"
SHA256 = hashlib.sha256(DATA).hexdigest()

# fmt: off
DAMAGED: dict[str, tuple[str, str]] = {
    "an event": (
        "UPDATE sci.history SET event = replace(event, 'note 1', 'note 9') WHERE revision = 3",
        "history.rewritten",
    ),
    "a head": ("UPDATE sci.history SET head = 'x' WHERE revision = 3", "history.rewritten"),
    "an earlier event removed": ("DELETE FROM sci.history WHERE revision = 3", "history.rewritten"),
    "an earlier document": (
        "UPDATE sci.history SET document = replace(document, 'note 1', 'note 9') WHERE revision = 3",
        "backup.damaged",
    ),
    "a document in another row": (
        "UPDATE sci.history SET document = (SELECT document FROM sci.history WHERE revision = 4)"
        " WHERE revision = 3",
        "backup.damaged",
    ),
    "the newest document": (
        "UPDATE sci.history SET document = replace(document, 'note 1', 'note 9') WHERE revision = 4",
        "record.damaged",
    ),
    "the columns": ("UPDATE sci.activation SET head = 'x'", "record.damaged"),
    **{
        f"the column {column}": (f"UPDATE sci.activation SET {column} = {value}", "record.damaged")
        for column, value in {
            "lineage": "'x'", "provider": "'x'", "customer": "'Evil'", "location": "'x'",
            "order_number": "'V0'", "ordered_at": "now()", "port_status": "'x'", "vpns": "9",
            "handed_off": "NOT handed_off", "changed_at": "now()", "changed_by": "'boss'",
        }.items()
    },
    "when an event was": ("UPDATE sci.history SET at = now() WHERE revision = 2", "history.rewritten"),
    "when an event was, for ever": (
        "UPDATE sci.history SET at = 'infinity' WHERE revision = 2",
        "history.rewritten",
    ),
    "when it was changed, for ever": ("UPDATE sci.activation SET changed_at = 'infinity'", "record.damaged"),
    "who made an event": ("UPDATE sci.history SET by_user = 'boss' WHERE revision = 4", "history.rewritten"),
    "what an event says": (
        "UPDATE sci.history SET summary = 'order placed' WHERE revision = 2",
        "history.rewritten",
    ),
    "the pinned profile": (
        "UPDATE sci.profile SET content = replace(content, 'invented', 'inverted')",
        "profile.pin_damaged",
    ),
    "no pinned profile": ("DELETE FROM sci.profile", "profile.pin_damaged"),
    "the evidence": ("UPDATE sci.evidence SET content = 'x'::bytea", "evidence.damaged"),
    "no evidence": ("DELETE FROM sci.evidence", "evidence.missing"),
}
# fmt: on


@pytest.fixture
def store(server: RealServer) -> Iterator[PostgresStore]:
    """An activation at revision 4 with profile and evidence, in a database of its own."""
    server.store("inspected")
    opened = PostgresStore(read_address(server.url("inspected", "kim")), Path("/nowhere"))
    activation = replace(full(), profile=opened.pin_profile(profile()))
    (step,) = [each for each in activation.steps.values() if each.evidence]
    only = replace(step, evidence=(replace(step.evidence[0], sha256=SHA256),))
    steps = {key: only if each is step else each for key, each in activation.steps.items()}
    opened.keep_evidence(DATA, SHA256)
    opened.create(replace(activation, steps=steps, handoffs=()))
    opened.change("acme-1", noted("note 1"))
    opened.change("acme-1", noted("note 2"))
    yield opened
    opened.close()
    server.run("DROP DATABASE inspected WITH (FORCE)")


def test_what_was_not_touched_holds_and_is_counted(store: PostgresStore) -> None:
    found = store.inspect(())

    assert (found.findings, list(found.records)) == ((), ["acme-1"])
    assert found.counted == {"records": 1, "backups": 2, "profiles": 1, "evidence": 1}
    assert store.inspect(("acme-1",)).counted == found.counted
    with pytest.raises(ActivationNotFound):
        store.inspect(("nobody",))


@pytest.mark.parametrize("what", DAMAGED)
def test_whatever_was_edited_past_the_program_is_found_and_named(
    server: RealServer, store: PostgresStore, what: str
) -> None:
    statement, code = DAMAGED[what]
    server.run("ALTER TABLE sci.history DISABLE TRIGGER USER", "inspected")
    server.run(statement, "inspected")

    codes = {finding.code for finding in store.inspect(()).findings}

    assert code in codes


@pytest.mark.parametrize(
    "change", ["customer = 'Evil'", "handed_off = NOT handed_off", "order_number = 'V0', ordered_at = now()"]
)
def test_a_column_for_questions_that_was_edited_is_noticed_when_the_record_is_read(
    server: RealServer, store: PostgresStore, change: str
) -> None:
    server.run(f"UPDATE sci.activation SET {change}", "inspected")

    with pytest.raises(RecordCorrupt) as caught:
        store.load("acme-1")

    assert "does not agree with the columns beside it" in caught.value.message


def test_evidence_no_record_names_is_checked_with_everything_and_left_out_with_a_name(
    server: RealServer, store: PostgresStore
) -> None:
    store.keep_evidence(b"another", hashlib.sha256(b"another").hexdigest())
    server.run("UPDATE sci.evidence SET content = 'x'::bytea WHERE content = 'another'::bytea", "inspected")

    assert [finding.code for finding in store.inspect(()).findings] == ["evidence.damaged"]
    assert store.inspect(("acme-1",)).findings == ()
