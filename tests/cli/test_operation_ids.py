"""`--op-id`: the same operation again succeeds and writes nothing; another one under its id is a conflict."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.cli.program import NEW, PLACE, READY, Program

OP = ("--op-id", "job-17")


def test_the_same_operation_again_answers_with_its_revision_and_writes_nothing(sci: Program) -> None:
    sci.ready()
    first = sci("note", "acme-hk-1", "called", *OP, "-o", "json").json()
    sci("note", "acme-hk-1", "something else")
    before = sci.record

    again = sci("note", "acme-hk-1", "called", *OP, "-o", "json")

    assert (again.exit, sci.record) == (0, before)
    said = again.json()
    assert (first["changed"], said["changed"]) == (True, False)
    assert (said["revision"], said["head"]) == (first["revision"], first["head"])
    assert "already recorded as revision" in said["data"]["lines"][0]


@pytest.mark.parametrize(
    "words", [("note", "acme-hk-1", "another text"), ("set", "acme-hk-1", "vlan-id=100")], ids=" ".join
)
def test_another_operation_under_the_same_id_is_a_conflict_that_names_the_event(
    sci: Program, words: tuple[str, ...]
) -> None:
    sci.ready()
    sci("note", "acme-hk-1", "called", *OP)
    before = sci.record

    other = sci(*words, *OP)

    assert (other.exit, sci.record) == (6, before)
    assert "'job-17' stands for another change of acme-hk-1" in other.err
    assert "sci note: note" in other.err


def test_an_order_placed_twice_under_one_id_is_one_order(sci: Program) -> None:
    sci.ready()
    assert sci(*PLACE, *OP).exit == 0
    before = sci.record

    again = sci(*PLACE, *OP)

    assert (again.exit, sci.record, again.err) == (0, before, "")
    assert sci(*PLACE).exit == 6
    assert sci(*(word.replace("VZ-1", "VZ-2") for word in PLACE), *OP).exit == 6


def test_a_new_activation_created_twice_under_one_id_is_one(sci: Program) -> None:
    assert sci(*NEW, *OP).exit == 0
    before = sci.record

    assert (sci(*NEW, *OP).exit, sci.record) == (0, before)
    assert sci(*NEW).exit == 6
    assert sci(*(word.replace("Singapore", "Tokyo") for word in NEW), *OP).exit == 6


def test_a_revision_that_was_right_the_first_time_is_right_the_second_time(sci: Program) -> None:
    sci.ready()
    line = ("note", "acme-hk-1", "called", *OP, "--if-revision", "2")

    assert sci(*line).exit == 0
    assert sci(*line).exit == 0
    assert sci("note", "acme-hk-1", "called", "--if-revision", "2").exit == 6


def test_what_is_done_and_then_taken_back_is_not_done_again_by_a_repetition(sci: Program) -> None:
    sci.ready()
    sci("done", "acme-hk-1", "P2", *OP)
    sci("reopen", "acme-hk-1", "P2", "--reason", "it was another one", "--yes")
    before = sci.record

    assert (sci("done", "acme-hk-1", "P2", *OP).exit, sci.record) == (0, before)


def test_another_content_of_the_same_file_is_another_operation(sci: Program, tmp_path: Path) -> None:
    sci.placed()
    file = tmp_path / "lab.txt"
    line = shlex.split(f"vpn add acme-hk-1 LAB --from {file} --max-prefixes 1250 --yes")
    file.write_text("10.60.0.0/16\n")
    assert sci(*line, *OP).exit == 0
    assert sci(*line, *OP).exit == 0

    file.write_text("10.61.0.0/16\n")

    assert sci(*line, *OP).exit == 6


def test_a_list_on_standard_input_is_compared_as_well(sci: Program) -> None:
    sci.placed()
    line = shlex.split("vpn add acme-hk-1 LAB --from - --max-prefixes 1250 --yes")

    assert sci(*line, *OP, stdin="10.60.0.0/16\n").exit == 0
    assert sci(*line, *OP, stdin="10.60.0.0/16\n").exit == 0
    assert sci(*line, *OP, stdin="10.61.0.0/16\n").exit == 6


def test_a_confirmation_is_no_part_of_what_is_asked_for(sci: Program) -> None:
    sci.ready()
    assert sci("skip", "acme-hk-1", "O4", "--reason", "later", "--yes", *OP).exit == 0

    assert sci("skip", "acme-hk-1", "O4", "--reason", "later", *OP).exit == 0


def test_with_an_operation_id_nothing_is_asked(sci: Program) -> None:
    sci.ready()

    missing = sci("skip", "acme-hk-1", "O4", *OP, answers=[])

    assert missing.exit == 2
    assert "--reason, --yes" in missing.err


@pytest.mark.parametrize("op_id", ["", " ", "a b", "x" * 101, "\x1b[2J", "ä"])
def test_an_operation_id_that_is_none_is_refused(sci: Program, op_id: str) -> None:
    sci.ready()
    before = sci.record

    refused = sci("note", "acme-hk-1", "called", "--op-id", op_id)

    assert (refused.exit, sci.record) == (4, before)
    assert "--op-id is 1 to 100" in refused.err


def test_the_history_names_the_operation(sci: Program) -> None:
    sci.ready()
    sci("note", "acme-hk-1", "called", *OP)

    assert "operation job-17" in sci("history", "acme-hk-1", "-v").out
    last = sci("history", "acme-hk-1", "-o", "json").json()["data"]["events"][-1]
    assert (last["op_id"], len(last["op_digest"])) == ("job-17", 64)


def test_a_trial_of_what_was_recorded_says_so_and_changes_nothing(sci: Program) -> None:
    sci.ready()
    sci("note", "acme-hk-1", "called", *OP)

    trial = sci("note", "acme-hk-1", "called", *OP, "--dry-run", "-o", "json").json()

    assert (trial["changed"], trial["dry_run"]) == (False, True)


def test_without_an_id_the_same_change_is_made_again(sci: Program) -> None:
    sci(*NEW)
    sci(*READY)
    first = sci("note", "acme-hk-1", "called", "-o", "json").json()

    assert sci("note", "acme-hk-1", "called", "-o", "json").json()["revision"] == first["revision"] + 1
