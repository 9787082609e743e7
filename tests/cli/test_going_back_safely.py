"""A damaged, lost or copied record never opens a billing gate, and never hides what is on record."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import Program, Result

NAME = "acme-hk-1"
GO = "GO: you may place the order"
NEW = (
    "new", NAME, "--profile", "alibaba-cloud", "--customer", "Acme Ltd", "--location", "Hong Kong",
    "--data-plan", "1 TB", "--vpn", "CORP", "--prefix", "10.20.0.0/16", "--max-prefixes", "1250",
)  # fmt: skip
READY = (
    "private-ip.active=2", "csp.account-id=1234567890123456", "csp.account-status=active",
    "cloud-type=vpc", "security-products=none",
)  # fmt: skip


@pytest.fixture
def ready(sci: Program) -> Program:
    """An activation at revision 2 whose gates are open."""
    assert sci(*NEW).exit == 0
    assert sci("set", NAME, *READY).exit == 0
    assert is_go(sci)
    return sci


def record(sci: Program) -> Path:
    return sci.home / "activations" / f"{NAME}.yaml"


def is_go(sci: Program, name: str = NAME) -> bool:
    return GO in sci("check", name, "--for", "order").out


def damage(sci: Program) -> None:
    data = bytearray(record(sci).read_bytes())
    data[len(data) // 2] ^= 1
    record(sci).write_bytes(data)


def placed(sci: Program) -> None:
    assert sci("order", "place", NAME, "--number", "VZ-1", "--confirm", NAME, "--accept-billing").exit == 0


def restored(sci: Program, *argv: str) -> Result:
    return sci("restore", NAME, "--reason", "the disk", "--yes", *argv)


# Mending ----------------------------------------------------------------------------------------------------


def test_a_backup_from_before_the_order_is_refused_while_a_newer_one_holds_it(ready: Program) -> None:
    placed(ready)
    for text in ("one", "two"):
        assert ready("note", NAME, text).exit == 0
    damage(ready)
    before = record(ready).read_bytes()

    refused = restored(ready, "--revision", "2")

    assert (refused.exit, record(ready).read_bytes()) == (3, before)
    assert "The backup of revision 4 holds order VZ-1" in " ".join(refused.err.split())
    assert restored(ready).exit == 0
    assert ready("status", NAME, "-o", "json").json()["data"]["order"]["number"] == "VZ-1"
    assert not is_go(ready)


@pytest.mark.parametrize("argv", [("--revision", "2"), ()], ids=["an earlier one", "the newest"])
def test_what_an_order_depends_on_is_said_again_after_a_backup_was_put_back(
    ready: Program, argv: tuple[str, ...]
) -> None:
    if argv:
        assert ready("set", NAME, "csp.account-status=pending").exit == 0
        assert ready("note", NAME, "one").exit == 0
    else:
        assert ready("set", NAME, "csp.account-status=pending").exit == 0
    damage(ready)

    done = restored(ready, *argv)

    assert done.exit == 0
    assert not is_go(ready)
    assert "sci set acme-hk-1 csp.account-status=active private-ip.active=2" in " ".join(done.out.split())
    assert ready("undo", NAME, "--yes").exit == 0
    assert not is_go(ready)
    assert ready("restore", NAME, "--revision", "2", "--reason", "x", "--yes").exit in (3, 5)
    assert not is_go(ready)
    assert ready("set", NAME, *READY).exit == 0
    assert is_go(ready)


def test_a_trial_of_mending_says_what_would_be(ready: Program) -> None:
    damage(ready)
    before = record(ready).read_bytes()

    tried = restored(ready, "--dry-run")

    assert tried.exit == 0
    assert "acme-hk-1 would hold what its backup of revision 1 holds." in tried.out
    assert record(ready).read_bytes() == before


def test_of_two_lines_the_one_that_was_gone_on_with_comes_back_and_verify_holds(ready: Program) -> None:
    for text in ("one", "two", "three"):
        assert ready("note", NAME, text).exit == 0
    damage(ready)
    assert restored(ready, "--revision", "2").exit == 0
    assert ready("note", NAME, "on the new line").exit == 0

    verified = ready("verify", "-o", "json")

    assert verified.exit == 0
    found = verified.json()["findings"]
    assert {(each["code"], each["severity"]) for each in found} == {("backup.left_line", "note")}
    assert len(found) == 2
    record(ready).unlink()
    assert restored(ready).exit == 0
    events = ready("history", NAME, "-o", "json").json()["data"]["events"]
    assert [event["command"] for event in events] == ["new", "set", "restore", "restore"]


# A record that is gone --------------------------------------------------------------------------------------


def test_the_name_of_a_lost_record_is_not_free_and_every_command_names_the_way_back(
    ready: Program, tmp_path: Path
) -> None:
    package = str(tmp_path / "old.zip")
    assert ready("export", NAME, "--to", package).exit == 0
    placed(ready)
    assert ready("note", NAME, "one").exit == 0
    record(ready).unlink()
    way = "sci restore acme-hk-1 --reason REASON"

    for argv, code in (
        (("status", NAME), 5),
        (("note", NAME, "two"), 5),
        (
            (
                "new",
                NAME,
                "--profile",
                "alibaba-cloud",
                "--customer",
                "A",
                "--location",
                "X",
                "--data-plan",
                "1 TB",
            ),
            6,
        ),
        (("import", package), 6),
    ):
        result = ready(*argv)
        assert (result.exit, way in " ".join(result.err.split())) == (code, True), argv
        assert not record(ready).exists()
    assert restored(ready).exit == 0
    assert ready("status", NAME, "-o", "json").json()["data"]["order"]["number"] == "VZ-1"


# Copies -----------------------------------------------------------------------------------------------------


def test_a_copy_under_another_name_has_to_be_told_again_what_an_order_depends_on(
    ready: Program, tmp_path: Path
) -> None:
    package = str(tmp_path / "old.zip")
    assert ready("export", NAME, "--to", package).exit == 0
    assert ready("set", NAME, "csp.account-status=pending").exit == 0

    copied = ready("import", package, "--as", "copy-1", "-o", "json")

    assert [each["code"] for each in copied.json()["findings"]] == ["fact.to_be_said_again"]
    assert not is_go(ready, "copy-1")
    assert ready("undo", "copy-1", "--yes").exit in (3, 5)
    assert not is_go(ready, "copy-1")
    last = ready("history", "copy-1", "-o", "json").json()["data"]["events"][-1]
    assert (last["command"], last["summary"]) == ("import", "imported under a name of its own")
    assert copied.json()["revision"] == 3
    assert ready("import", package, "--as", "copy-1", "-o", "json").json()["changed"] is False


def test_a_copy_with_an_order_is_named_as_such(ready: Program, tmp_path: Path) -> None:
    placed(ready)
    package = str(tmp_path / "placed.zip")
    assert ready("export", NAME, "--to", package).exit == 0

    copied = ready("import", package, "--as", "copy-1", "-o", "json").json()

    assert [each["code"] for each in copied["findings"]] == ["package.same_order"]
    assert copied["findings"][0]["details"] == {"activation": "copy-1", "order": "VZ-1"}
