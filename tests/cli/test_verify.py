"""`sci verify`: whatever is changed in a home is named with its file, and nothing is ever written."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sci_cli.store.document import heads, parse, render
from tests.cli.program import Program, write_picture
from tests.store.disks import CountingDisk

RECORD = "activations/acme-hk-1.yaml"


@pytest.fixture
def whole(sci: Program, tmp_path: Path) -> Program:
    """A home with backups, evidence, a draft and a second activation."""
    sci.placed()
    picture = write_picture(tmp_path)
    seen = ("--seen-csp", "Alibaba Cloud", "--seen-data-plan", "1G", "--seen-location", "Singapore")
    for words in (
        ("order", "verify", "acme-hk-1", *seen),
        ("handoff", "acme-hk-1", "--attach", str(picture), "--to", "desk@example.net"),
        ("done", "acme-hk-1", "P2", "--evidence", str(picture)),
        ("new", "beta-1", "--profile", "alibaba-cloud", "--customer", "Beta", "--location", "Rome",
         "--data-plan", "1G"),
    ):  # fmt: skip
        assert sci(*words).exit == 0, words
    return sci


def tree(home: Path) -> dict[str, tuple[bytes, int]]:
    """Every file with its content and the time it was last written."""
    return {
        str(path.relative_to(home)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in home.rglob("*")
        if path.is_file()
    }


def found(sci: Program, *words: str) -> tuple[int, set[tuple[str, str]]]:
    """Exit code, and the code and file of each finding."""
    result = sci("verify", *words, "-o", "json")
    return result.exit, {(each["code"], each["details"]["file"]) for each in result.json()["findings"]}


def test_an_untouched_home_holds_and_is_left_as_it_is(whole: Program) -> None:
    before = tree(whole.home)

    result = whole("verify", "-o", "json")

    document = result.json()
    assert (result.exit, document["ok"], document["findings"], document["changed"]) == (0, True, [], False)
    assert {each["what"]: each["number"] for each in document["data"]["counted"]} == {
        "records": 2,
        "backups": len(list((whole.home / "backups").iterdir())),
        "profiles": 1,
        "evidence": 1,
        "drafts": 1,
    }
    assert tree(whole.home) == before


def test_a_home_that_cannot_be_written_is_verified_without_a_lock(whole: Program) -> None:
    for path in [whole.home, *whole.home.rglob("*")]:
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        assert whole("verify").exit == 0
    finally:
        for path in [whole.home, *whole.home.rglob("*")]:
            path.chmod(0o700 if path.is_dir() else 0o600)


def test_verifying_calls_nothing_that_writes_or_locks(whole: Program) -> None:
    from sci_cli.store.files import FileStore

    disk = CountingDisk()
    FileStore(whole.home, disk=disk).inspect(())

    writing = {"create", "write", "rename", "link", "unlink", "make_folder", "open_lock", "lock", "set_mode",
               "sync", "sync_folder", "rewrite"}  # fmt: skip
    assert set(disk.called) & writing == set()
    assert "read" in disk.called


def test_a_home_that_does_not_exist_has_nothing_to_verify(sci: Program) -> None:
    result = sci("verify")

    assert (result.exit, result.out.splitlines()[0]) == (0, "There is nothing to verify.")
    assert not sci.home.exists()


def _first(home: Path, pattern: str) -> Path:
    return sorted(home.glob(pattern))[0]


Mutant = tuple[Callable[[Path], Path], str]
MUTANTS: dict[str, Mutant] = {
    "record": (lambda home: home / RECORD, "record.damaged"),
    "backup": (lambda home: home / "backups/acme-hk-1.2.yaml", "backup.damaged"),
    "profile": (lambda home: _first(home, "profiles/pinned/*.json"), "profile.pin_damaged"),
    "evidence": (lambda home: _first(home, "evidence/*"), "evidence.damaged"),
    "draft": (lambda home: _first(home, "out/*.eml"), "draft.altered"),
}
GONE = {
    "record": "record.missing",
    "profile": "profile.pin_damaged",
    "evidence": "evidence.missing",
    "draft": "draft.missing",
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_one_changed_byte_in_any_kind_of_file_is_named_with_the_file(whole: Program, mutant: str) -> None:
    where, code = MUTANTS[mutant]
    path = where(whole.home)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)

    exit_code, findings = found(whole)

    assert exit_code == 9
    assert (code, str(path.relative_to(whole.home))) in findings


@pytest.mark.parametrize("mutant", GONE)
def test_a_file_that_is_gone_is_named(whole: Program, mutant: str) -> None:
    path = MUTANTS[mutant][0](whole.home)
    path.unlink()

    exit_code, findings = found(whole)

    assert exit_code == 9
    assert (GONE[mutant], str(path.relative_to(whole.home))) in findings


def test_a_lost_record_comes_with_the_command_that_puts_the_newest_backup_back(whole: Program) -> None:
    (whole.home / RECORD).unlink()

    result = whole("verify", "acme-hk-1")

    newest = max(int(path.name.split(".")[1]) for path in (whole.home / "backups").glob("acme-hk-1.*"))
    assert result.exit == 9
    fix = f"sci restore acme-hk-1 --reason REASON  puts back revision {newest}, the newest backup"
    assert fix in result.out
    assert whole("restore", "acme-hk-1", "--reason", "lost", "--yes").exit == 0
    assert whole("verify", "acme-hk-1").exit == 0


def test_a_backup_under_the_number_of_another_revision_is_named(whole: Program) -> None:
    backups = whole.home / "backups"
    shutil.copy(backups / "acme-hk-1.1.yaml", backups / "acme-hk-1.3.yaml")

    assert found(whole) == (9, {("backup.damaged", "backups/acme-hk-1.3.yaml")})


def test_a_rewritten_history_does_not_fit_its_backups_and_it_is_said_where_they_part(whole: Program) -> None:
    _rewrite(whole.home, event=2)

    result = whole("verify")

    assert result.exit == 9
    assert "'backups/acme-hk-1.2.yaml' has another history than the record after revision 1" in " ".join(
        result.out.split()
    )
    assert found(whole)[1] == {
        ("backup.other_history", f"backups/acme-hk-1.{number}.yaml") for number in (2, 3, 4, 5)
    }


def _rewrite(home: Path, event: int) -> None:
    """A complete and consistent rewrite of the record from one event on."""
    old = parse((home / RECORD).read_bytes(), "acme-hk-1").activation
    events = list(old.history)
    events[event - 1] = replace(events[event - 1], by="somebody else")
    (home / RECORD).write_bytes(render(replace(old, history=tuple(events))).data)


# The head as a witness -------------------------------------------------------------------------------------


def test_the_head_of_any_revision_is_recognised_whole_or_by_its_beginning(whole: Program) -> None:
    known = heads(parse((whole.home / RECORD).read_bytes(), "acme-hk-1").activation)

    for number, head in enumerate(known, start=1):
        result = whole("verify", "acme-hk-1", "--expect-head", head[:12], "-o", "json")
        assert result.exit == 0
        assert [row["expected"] for row in result.json()["data"]["records"]] == [number]
    assert whole("verify", "--expect-head", f"acme-hk-1={known[-1]}").exit == 0


def test_the_draft_carries_a_head_that_verifies(whole: Program) -> None:
    text = _first(whole.home, "out/*.eml").read_text("utf-8")
    head = next(line for line in text.splitlines() if line.startswith("Head: ")).removeprefix("Head: ")

    assert whole("verify", "acme-hk-1", "--expect-head", head).exit == 0


def test_a_complete_rewrite_is_seen_only_with_a_head_noted_elsewhere(whole: Program) -> None:
    head = heads(parse((whole.home / RECORD).read_bytes(), "acme-hk-1").activation)[-1]
    _rewrite(whole.home, event=3)
    for path in (whole.home / "backups").glob("acme-hk-1.*"):
        path.unlink()

    alone = whole("verify")
    witnessed = whole("verify", "--expect-head", f"acme-hk-1={head}", "-o", "json")

    assert alone.exit == 0
    assert witnessed.exit == 9
    (finding,) = [each for each in witnessed.json()["findings"] if each["severity"] == "blocker"]
    assert finding["code"] == "history.rewritten"
    assert "No backup has that head" in finding["why"]


def test_where_a_backup_still_has_the_head_it_is_said_since_when_the_history_is_another(
    whole: Program,
) -> None:
    head = heads(parse((whole.home / RECORD).read_bytes(), "acme-hk-1").activation)[3]
    _rewrite(whole.home, event=3)

    result = whole("verify", "acme-hk-1", "--expect-head", head, "-o", "json").json()

    why = next(each["why"] for each in result["findings"] if each["code"] == "history.rewritten")
    assert "has that head; the record differs from it after revision 2 (2026-03-02 " in why


@pytest.mark.parametrize(
    ("words", "exit_code"),
    [
        (("--expect-head", "0123456789ab"), 2),
        (("acme-hk-1", "beta-1", "--expect-head", "0123456789ab"), 2),
        (("--expect-head", "=0123456789ab"), 2),
        (("acme-hk-1", "--expect-head", "0123456789ab", "--expect-head", "0123456789ac"), 2),
        (("acme-hk-1", "--expect-head", "0123"), 4),
        (("acme-hk-1", "--expect-head", "x" * 64), 4),
        (("nobody",), 5),
        (("../x",), 5),
        (("--expect-head", "nobody=0123456789ab"), 5),
    ],
    ids=str,
)
def test_what_cannot_be_compared_is_refused(whole: Program, words: tuple[str, ...], exit_code: int) -> None:
    assert whole("verify", *words).exit == exit_code


# What is odd and no damage ---------------------------------------------------------------------------------


def test_leftovers_and_conflict_copies_are_named_and_are_no_failure(whole: Program) -> None:
    (whole.home / "backups/.sci-0011.tmp").write_bytes(b"half")
    (whole.home / "activations/acme-hk-1 (conflicted copy).yaml").write_bytes(b"x")
    (whole.home / "evidence/notes.txt").write_bytes(b"x")

    assert found(whole) == (
        0,
        {
            ("home.leftover", "backups/.sci-0011.tmp"),
            ("home.copy", "activations/acme-hk-1 (conflicted copy).yaml"),
            ("home.copy", "evidence/notes.txt"),
        },
    )


def test_with_names_only_what_belongs_to_them_is_looked_at(whole: Program) -> None:
    stray = hashlib.sha256(b"other").hexdigest()
    (whole.home / "evidence" / stray).write_bytes(b"damaged")
    (whole.home / "backups/beta-1.1.yaml").write_bytes(b"x")

    assert found(whole, "acme-hk-1") == (0, set())
    assert found(whole, "beta-1") == (9, {("backup.damaged", "backups/beta-1.1.yaml")})
    assert found(whole)[0] == 9


def test_the_findings_are_a_table_for_spreadsheets(whole: Program) -> None:
    _first(whole.home, "evidence/*").write_bytes(b"x")

    header, row = whole("verify", "-o", "csv").out.splitlines()

    assert header == "code,severity,file,message,why,fix"
    assert row.startswith("evidence.damaged,blocker,evidence/")
