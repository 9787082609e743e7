"""`sci undo` and `sci restore` as people meet them: the difference, the question, the damaged file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.ui.scripted import ScriptedPrompter

NEW = (
    "new", "acme-hk-1", "--profile", "alibaba-cloud", "--customer", "Acme Ltd", "--location", "Hong Kong",
    "--data-plan", "1 TB",
)  # fmt: skip


@pytest.fixture
def record(sci: Program) -> Path:
    """The file of an activation with three changes."""
    assert sci(*NEW).exit == 0
    assert sci("set", "acme-hk-1", "location=Tokyo").exit == 0
    assert sci("note", "acme-hk-1", "one").exit == 0
    path = sci.home / "activations" / "acme-hk-1.yaml"
    assert path.exists()
    return path


def test_an_undo_shows_the_difference_before_it_asks_and_no_leaves_the_record(
    sci: Program, record: Path
) -> None:
    before = record.read_bytes()

    result = sci("undo", "acme-hk-1", answers=[("yes", False)])

    assert result.exit == 130
    assert "notes.1.text: one -> (nothing)" in result.out
    assert "Declined; nothing was changed." in result.err
    assert record.read_bytes() == before
    assert sci("undo", "acme-hk-1", answers=[("yes", True)]).exit == 0
    assert sci("history", "acme-hk-1", "-o", "json").json()["data"]["events"][-1]["command"] == "undo"


def test_a_restore_asks_for_the_revision_and_the_reason_and_shows_the_difference(
    sci: Program, record: Path
) -> None:
    result = sci("restore", "acme-hk-1", answers=[("revision", "1"), ("reason", "wrong"), ("yes", True)])

    assert result.exit == 0
    assert result.out.count("facts.location.values: Tokyo -> Hong Kong") == 2
    last = sci("history", "acme-hk-1", "-o", "json").json()["data"]["events"][-1]
    assert (last["summary"], last["reason"], last["back_to"]) == ("restored revision 1", "wrong", 1)


def test_a_revision_that_cannot_be_restored_is_refused_before_anything_is_asked(
    sci: Program, record: Path
) -> None:
    assert sci("restore", "acme-hk-1", "--revision", "9", answers=[]).exit == 5


def test_a_dry_run_ends_as_the_real_run_and_changes_no_byte(sci: Program, record: Path) -> None:
    before = record.read_bytes()

    assert sci("undo", "acme-hk-1", "--dry-run").exit == 0
    assert sci("restore", "acme-hk-1", "--revision", "1", "--reason", "x", "--dry-run").exit == 0
    assert sci("restore", "acme-hk-1", "--revision", "7", "--reason", "x", "--dry-run").exit == 5

    assert record.read_bytes() == before


def test_a_damaged_record_names_the_restore_that_puts_it_right_and_keeps_the_damaged_file(
    sci: Program, record: Path
) -> None:
    damaged = record.read_bytes() + b"x"
    record.write_bytes(damaged)
    found = sci("status", "acme-hk-1")
    assert found.exit == 9
    assert "sci restore acme-hk-1 --reason REASON" in found.err

    tried = sci("restore", "acme-hk-1", "--reason", "an editor", "--dry-run")
    assert (tried.exit, record.read_bytes()) == (0, damaged)
    unanswered = sci("restore", "acme-hk-1")
    assert (unanswered.exit, record.read_bytes()) == (2, damaged)
    assert "--reason, --yes" in unanswered.err
    result = sci("restore", "acme-hk-1", "--reason", "an editor", "--yes", "-o", "json")

    assert result.exit == 0
    document = result.json()
    assert document["revision"] == 3
    assert document["data"]["back_to"] == 2
    kept = Path(document["data"]["kept"])
    assert kept == record.with_name("acme-hk-1.yaml.damaged-1")
    assert kept.read_bytes() == damaged
    assert [each["code"] for each in document["findings"]] == ["record.changes_lost"]
    history = sci("history", "acme-hk-1", "-o", "json").json()["data"]
    assert [event["command"] for event in history["events"]] == ["new", "set", "restore"]
    assert history["notes"] == []


def test_a_damaged_record_is_shown_and_asked_about_at_a_terminal(sci: Program, record: Path) -> None:
    record.write_bytes(b"")

    result = sci("restore", "acme-hk-1", answers=[("reason", "full disk"), ("yes", False)])
    assert result.exit == 130
    assert "is empty" in " ".join(result.out.split())
    assert record.read_bytes() == b""

    assert sci("restore", "acme-hk-1", answers=[("reason", "full disk"), ("yes", True)]).exit == 0
    assert sci("status", "acme-hk-1").exit == 0


def test_a_record_that_is_gone_comes_back(sci: Program, record: Path) -> None:
    record.unlink()

    assert sci("restore", "acme-hk-1", "--reason", "deleted", "--yes").exit == 0

    assert sci("status", "acme-hk-1", "-o", "json").json()["revision"] == 3
    assert sci("restore", "nobody", "--reason", "deleted", "--yes").exit == 5


def test_a_damaged_record_has_no_revision_to_compare(sci: Program, record: Path) -> None:
    record.write_bytes(b"")

    result = sci("restore", "acme-hk-1", "--reason", "x", "--yes", "--if-revision", "3")

    assert result.exit == 2
    assert record.read_bytes() == b""


def test_two_versions_of_a_record_are_no_damage_that_a_backup_puts_right(sci: Program, record: Path) -> None:
    fork = record.read_bytes()
    assert sci("undo", "acme-hk-1", "--yes").exit == 0
    mine = record.read_bytes()
    record.write_bytes(fork)
    assert sci("note", "acme-hk-1", "told differently").exit == 0
    record.with_name("acme-hk-1 (conflict).yaml").write_bytes(mine)

    result = sci("restore", "acme-hk-1", "--reason", "x", "--yes")

    assert result.exit == 9
    assert "two versions of acme-hk-1 at revision 4" in " ".join(result.err.split())


def test_an_edit_that_is_not_adopted_is_put_back_with_the_command_that_the_refusal_names(
    sci: Program,
) -> None:
    sci.placed()
    intact = sci.record
    path = sci.home / "activations" / "acme-hk-1.yaml"
    path.write_bytes(intact.replace(b"VZ-1", b"VZ-2", 1))

    refused = sci("adopt", "acme-hk-1", "--reason", "typing error", "--yes")
    error = refused.err

    assert refused.exit == 9
    assert "Or: Or" not in " ".join(error.split())
    assert "  Or:   sci restore acme-hk-1 --reason REASON\n" in error
    assert "puts back revision 2 from its backup; the edited file stays beside it" in error
    assert sci("restore", "acme-hk-1", "--reason", "REASON", "--yes").exit == 0
    assert sci("status", "acme-hk-1").exit == 0


@pytest.mark.parametrize("options", [(), ("--reason", "r"), ("--reason", "r", "--yes")])
def test_a_restore_of_an_intact_record_without_a_revision_says_that_nothing_is_wrong_with_it(
    sci: Program, record: Path, options: tuple[str, ...]
) -> None:
    before = record.read_bytes()

    result = sci("restore", "acme-hk-1", *options)
    error = " ".join(result.err.split())

    assert (result.exit, record.read_bytes()) == (2, before)
    assert (
        "Nothing is wrong with the record of acme-hk-1; --revision N brings back what an earlier revision "
        "held." in error
    )
    assert "Missing: --revision" in error
    assert "sci restore acme-hk-1 " in error
    assert " --revision N" in error
    assert "sci history acme-hk-1 names the revisions" in error


def test_a_person_who_restores_an_intact_record_is_told_so_before_the_revision_is_asked_for(
    sci: Program, record: Path
) -> None:
    said = sci("restore", "acme-hk-1", answers=[("revision", "1"), ("reason", "wrong"), ("yes", True)])

    assert said.exit == 0
    assert sci.session is not None
    asked = sci.session.prompter
    assert isinstance(asked, ScriptedPrompter)
    assert asked.said[0].startswith("Nothing is wrong with the record of acme-hk-1.")
