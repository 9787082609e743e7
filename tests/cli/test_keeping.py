"""`sci export`, `sci import` and `sci doctor` as they are called."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sci_cli.errors import StoreUnavailable
from sci_cli.operations import packages
from sci_cli.profiles import Catalogue, shipped_profiles_dir
from sci_cli.store.examination import examine
from sci_cli.store.files import FileStore
from tests.cli.program import NEW, Program, Result, write_picture

HANDOFF = ("handoff", "acme-hk-1", "--to", "desk@example.net")


def tree(home: Path) -> dict[str, bytes]:
    """Every file below a folder but the locks."""
    return {
        str(path.relative_to(home)): path.read_bytes()
        for path in sorted(home.rglob("*"))
        if path.is_file() and not path.name.endswith(".lock")
    }


def exported(sci: Program, file: Path, *names: str) -> Result:
    result = sci("export", *(names or ("--all",)), "--to", str(file))
    assert (result.exit, result.err) == (0, "")
    return result


def with_evidence(sci: Program, folder: Path) -> None:
    sci.ready()
    picture = write_picture(folder)
    assert sci("done", "acme-hk-1", "P1", "--evidence", str(picture)).exit == 0


def test_another_home_holds_the_same_after_export_and_import(sci: Program, tmp_path: Path) -> None:
    with_evidence(sci, tmp_path)
    other = tmp_path / "other"
    exported(sci, tmp_path / "a.zip")
    assert sci("import", str(tmp_path / "a.zip"), home=other).exit == 0
    here = {name: data for name, data in tree(sci.home).items() if not name.startswith("backups")}
    assert tree(other) == here
    assert any(name.startswith("evidence") for name in here)
    exported(sci, tmp_path / "b.zip", "acme-hk-1")
    assert (tmp_path / "b.zip").read_bytes() == (tmp_path / "a.zip").read_bytes()
    assert stat.S_IMODE((tmp_path / "a.zip").stat().st_mode) == 0o600


def test_export_never_writes_over_a_file_and_says_what_it_needs(sci: Program, tmp_path: Path) -> None:
    sci.ready()
    file = tmp_path / "a.zip"
    file.write_bytes(b"mine")
    assert sci("export", "--all", "--to", str(file)).exit == 6
    assert file.read_bytes() == b"mine"
    new = str(tmp_path / "b.zip")
    assert sci("export", "acme-hk-1", "--all", "--to", new).exit == 2
    assert sci("export", "--to", new).exit == 2
    assert sci("export", "acme-hk-1").exit == 2
    assert sci("export", "other", "--to", new).exit == 5
    assert sci("export", "--all", "--to", new, home=tmp_path / "empty").exit == 5
    assert not Path(new).exists()


def test_export_refuses_evidence_that_is_gone_or_altered(sci: Program, tmp_path: Path) -> None:
    with_evidence(sci, tmp_path)
    (kept,) = (sci.home / "evidence").iterdir()
    kept.write_bytes(b"something else")
    result = sci("export", "--all", "--to", str(tmp_path / "a.zip"))
    assert (result.exit, "does not match its hash" in result.err) == (9, True)
    kept.unlink()
    result = sci("export", "--all", "--to", str(tmp_path / "a.zip"))
    assert (result.exit, "is missing" in result.err) == (9, True)
    assert not (tmp_path / "a.zip").exists()


def test_a_draft_that_was_edited_stays_behind_and_is_named(sci: Program, tmp_path: Path) -> None:
    sci.placed()
    seen = ("--seen-csp", "Alibaba Cloud", "--seen-data-plan", "1G", "--seen-location", "Singapore")
    assert sci("order", "verify", "acme-hk-1", *seen).exit == 0
    assert sci(*HANDOFF, "--attach", str(write_picture(tmp_path))).exit == 0
    exported(sci, tmp_path / "whole.zip")
    other = tmp_path / "other"
    assert sci("import", str(tmp_path / "whole.zip"), home=other).exit == 0
    (draft,) = (sci.home / "out").iterdir()
    assert (other / "out" / draft.name).read_bytes() == draft.read_bytes()
    draft.write_bytes(b"edited")
    result = exported(sci, tmp_path / "a.zip")
    assert f"{draft.name} is left out" in " ".join(result.out.split())
    assert sci("import", str(tmp_path / "a.zip"), home=tmp_path / "third").exit == 0
    other_draft = tmp_path / "fourth" / "out"
    other_draft.mkdir(parents=True, mode=0o700)
    other_draft.parent.chmod(0o700)
    (other_draft / draft.name).write_bytes(b"another")
    result = sci("import", str(tmp_path / "whole.zip"), home=other_draft.parent)
    assert (result.exit, "Another draft is named" in result.out) == (6, True)
    assert not list((tmp_path / "fourth").glob("activations/*.yaml"))


def test_import_says_what_is_here_already_and_never_replaces_it(sci: Program, tmp_path: Path) -> None:
    sci.ready()
    file, later, apart = (str(tmp_path / name) for name in ("a.zip", "later.zip", "apart.zip"))
    exported(sci, Path(file))
    other = tmp_path / "other"
    assert sci("import", file, home=other).exit == 0
    before = tree(other)
    same = sci("import", file, home=other, environ={"SCI_OUTPUT": "json"})
    assert (same.exit, same.json()["changed"]) == (0, False)
    assert sci("note", "acme-hk-1", "one").exit == 0
    exported(sci, Path(later))
    further = sci("import", later, home=other)
    assert (further.exit, "the package goes further" in " ".join(further.out.split())) == (6, True)
    assert tree(other) == before
    assert sci("note", "acme-hk-1", "two", home=other).exit == 0
    assert sci("note", "acme-hk-1", "three", home=other).exit == 0
    older = sci("import", file, home=other)
    assert (older.exit, "this home goes further" in " ".join(older.out.split())) == (0, True)
    assert sci("export", "--all", "--to", apart, home=other).exit == 0
    changed = sci("import", apart)
    assert (changed.exit, "was changed apart from the package" in " ".join(changed.out.split())) == (6, True)
    stranger = tmp_path / "stranger"
    assert sci(*NEW, home=stranger, now=lambda: datetime(2026, 4, 1, tzinfo=UTC)).exit == 0
    result = sci("import", file, home=stranger)
    assert (result.exit, "Another activation is named acme-hk-1 here" in " ".join(result.out.split())) == (
        6,
        True,
    )
    assert sci("import", file, "--as", "acme-hk-2", home=stranger).exit == 0
    assert sci("history", "acme-hk-2", home=stranger).exit == 0


def test_a_trial_of_an_import_says_what_would_be_and_names_no_record_that_is_not_there(
    sci: Program, tmp_path: Path
) -> None:
    sci.ready()
    file, later, other = str(tmp_path / "a.zip"), str(tmp_path / "later.zip"), tmp_path / "other"
    exported(sci, Path(file))

    new = sci("import", file, "--dry-run", home=other)
    assert sci("import", file, home=other).exit == 0
    assert sci("note", "acme-hk-1", "one").exit == 0
    exported(sci, Path(later))
    refused = sci("import", later, "--dry-run", home=other)
    further = sci("import", later, "--update", "--dry-run", home=other)

    assert (new.exit, further.exit, refused.exit) == (0, 0, 6)
    assert "  would be taken, head " in new.out
    assert "  would be brought up to date, head " in further.out
    assert "  WOULD NOT BE TAKEN: acme-hk-1 is here at revision 2;" in refused.out
    assert all("Next:" not in trial.out for trial in (new, refused, further))


def test_update_lets_what_is_here_go_on_with_what_the_package_adds_and_nothing_else(
    sci: Program, tmp_path: Path
) -> None:
    sci.ready()
    file, later, other = str(tmp_path / "a.zip"), str(tmp_path / "later.zip"), tmp_path / "other"
    exported(sci, Path(file))
    assert sci("import", file, home=other).exit == 0
    here = (other / "activations/acme-hk-1.yaml").read_bytes()
    assert sci("note", "acme-hk-1", "one").exit == 0
    exported(sci, Path(later))
    assert f"sci import {later} --update" in " ".join(sci("import", later, home=other).err.split())

    trial = sci("import", later, "--update", "--dry-run", "-o", "json", home=other).json()
    assert (trial["changed"], trial["data"]["activations"][0]["state"]) == (True, "updated")
    assert (other / "activations/acme-hk-1.yaml").read_bytes() == here
    done = sci("import", later, "--update", "-o", "json", home=other).json()

    assert (done["data"]["activations"][0]["state"], done["revision"]) == ("updated", trial["revision"])
    assert (other / "activations/acme-hk-1.yaml").read_bytes() == sci.record
    assert here in [path.read_bytes() for path in (other / "backups").iterdir()]
    assert sci("import", later, "--update", "-o", "json", home=other).json()["changed"] is False
    assert sci("note", "acme-hk-1", "apart", home=other).exit == 0
    assert sci("note", "acme-hk-1", "two").exit == 0
    assert sci("export", "--all", "--to", str(tmp_path / "apart.zip")).exit == 0
    kept = (other / "activations/acme-hk-1.yaml").read_bytes()
    refused = sci("import", str(tmp_path / "apart.zip"), "--update", home=other)
    assert (refused.exit, "was changed apart" in " ".join(refused.out.split())) == (6, True)
    assert (other / "activations/acme-hk-1.yaml").read_bytes() == kept


def test_one_name_in_use_does_not_hold_the_others_back(sci: Program, tmp_path: Path) -> None:
    sci.ready()
    assert sci(*(word.replace("acme-hk-1", "beta-1") for word in NEW)).exit == 0
    exported(sci, tmp_path / "a.zip")
    other = tmp_path / "other"
    assert sci(*NEW, home=other, now=lambda: datetime(2026, 4, 1, tzinfo=UTC)).exit == 0
    result = sci("import", str(tmp_path / "a.zip"), "-o", "json", home=other)
    document = result.json()
    states = {row["name"]: row["state"] for row in document["data"]["activations"]}
    assert (result.exit, states) == (6, {"acme-hk-1": "refused", "beta-1": "taken"})
    assert (document["changed"], document["error"]["saved"]) == (True, True)
    assert sci("import", str(tmp_path / "a.zip"), "--as", "x").exit == 4


def test_a_disk_that_fails_in_the_middle_leaves_whole_activations_and_says_which(
    sci: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sci.ready()
    for name in ("beta-1", "gamma-1"):
        assert sci(*(word.replace("acme-hk-1", name) for word in NEW)).exit == 0
    exported(sci, tmp_path / "a.zip")
    create = FileStore.create

    def failing(store: FileStore, activation: object) -> object:
        if getattr(activation, "name", "") == "beta-1":
            raise StoreUnavailable("The disk is full. Nothing was changed.")
        return create(store, activation)  # type: ignore[arg-type]  # an activation is what it gets

    monkeypatch.setattr(FileStore, "create", failing)
    other = tmp_path / "other"
    result = sci("import", str(tmp_path / "a.zip"), "-o", "json", home=other)
    states = [row["state"] for row in result.json()["data"]["activations"]]
    assert (result.exit, states) == (8, ["taken", "left", "left"])
    monkeypatch.undo()
    assert sci("import", str(tmp_path / "a.zip"), home=other).exit == 0
    assert sorted(path.stem for path in (other / "activations").glob("*.yaml")) == [
        "acme-hk-1",
        "beta-1",
        "gamma-1",
    ]


def test_being_stopped_in_the_middle_of_an_import_does_not_say_that_nothing_changed(
    sci: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sci.ready()
    assert sci(*(word.replace("acme-hk-1", "beta-1") for word in NEW)).exit == 0
    exported(sci, tmp_path / "a.zip")
    take = packages._take

    def stopped(ws: object, packed: object, request: object) -> object:
        if packed.activation.name == "beta-1":  # type: ignore[attr-defined]  # it is packed
            raise KeyboardInterrupt
        return take(ws, packed, request)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(packages, "_take", stopped)
    result = sci("import", str(tmp_path / "a.zip"), home=tmp_path / "other")
    assert (result.exit, "nothing changed" in result.err) == (130, False)


def test_a_trial_import_changes_nothing_and_ends_the_same(sci: Program, tmp_path: Path) -> None:
    sci.ready()
    exported(sci, tmp_path / "a.zip")
    other = tmp_path / "other"
    assert sci("import", str(tmp_path / "a.zip"), "--dry-run", home=other).exit == 0
    assert not other.exists()


def test_a_damaged_package_changes_nothing(sci: Program, tmp_path: Path) -> None:
    sci.ready()
    exported(sci, tmp_path / "a.zip")
    data = bytearray((tmp_path / "a.zip").read_bytes())
    data[data.index(b"Singapore")] ^= 1
    (tmp_path / "bad.zip").write_bytes(bytes(data))
    other = tmp_path / "other"
    assert sci("import", str(tmp_path / "bad.zip"), home=other).exit == 9
    (tmp_path / "no.zip").write_bytes(b"no zip")
    assert sci("import", str(tmp_path / "no.zip"), home=other).exit == 4
    assert sci("import", str(tmp_path / "a.zip"), "--as", "../x", home=other).exit == 4
    assert sci("import", str(tmp_path / "none.zip"), home=other).exit == 5
    assert not other.exists()


def test_recipients_nobody_here_agreed_to_are_shown_in_full_and_refused(sci: Program, tmp_path: Path) -> None:
    profile = str(tmp_path / "alibaba-cloud.yaml")
    shipped = (shipped_profiles_dir() / "alibaba-cloud.yaml").read_text("utf-8")
    Path(profile).write_text(re.sub(r"email: ([a-z]+)[^\n]*", r"email: \1@example.net", shipped), "utf-8")
    assert sci("profile", "trust", profile, "--yes").exit == 0
    new = [profile if word == "alibaba-cloud" else word for word in NEW]
    made = sci(*new)
    assert made.exit == 0, made.err
    exported(sci, tmp_path / "a.zip")
    other = tmp_path / "other"
    refused = sci("import", str(tmp_path / "a.zip"), home=other)
    loaded = Catalogue(tmp_path, None).load(profile, check_trust=False)
    addresses = [each.email for each in loaded.handoff.contacts]
    assert (refused.exit, len(addresses) > 0) == (4, True)
    assert [each for each in addresses if each not in refused.err or "example.net" not in each] == []
    assert not other.exists()
    assert sci("import", str(tmp_path / "a.zip"), "--trust-recipients", home=other).exit == 0


# Doctor ----------------------------------------------------------------------------------------------------


def facts(result: Result) -> dict[str, str]:
    return {fact["name"]: fact["value"] for fact in result.json()["data"]["facts"]}


def test_doctor_finds_nothing_broken_in_a_good_home_and_names_nobody(sci: Program, tmp_path: Path) -> None:
    sci.ready()
    before = tree(sci.home)
    text = sci("doctor")
    result = sci("doctor", "-o", "json")
    assert (text.exit, result.exit, result.json()["data"]["healthy"]) == (0, 0, True)
    said = facts(result)
    assert said["Activations"] == "1, of which 1 can be read"
    assert said["Write test"] == "create, flush, rename, remove: good"
    assert said["Place"] == "a folder below ~, from SCI_HOME"
    private = ("acme", "Acme", "account.manager", str(tmp_path), str(sci.home), "Singapore")
    assert [word for word in private if word in text.out + text.err + result.out] == []
    assert tree(sci.home) == before


def test_doctor_works_without_a_home_and_makes_none(sci: Program, tmp_path: Path) -> None:
    result = sci("doctor", "-o", "json")
    assert (result.exit, facts(result)["State"]) == (0, "is made with the first activation")
    assert not sci.home.exists()
    for environ in ({"SCI_HOME": "", "HOME": "", "USERPROFILE": ""}, {"SCI_HOME": str(tmp_path / "a" / "b")}):
        lost = sci("doctor", "-o", "json", environ=environ)
        assert (lost.exit, lost.json()["error"]["code"]) == (8, "store.unavailable")
        assert str(tmp_path) not in lost.out + lost.err


def test_doctor_counts_damaged_records_and_ends_as_corrupt(sci: Program) -> None:
    sci.ready()
    record = sci.home / "activations" / "acme-hk-1.yaml"
    record.write_bytes(record.read_bytes()[:-1])
    result = sci("doctor", "-o", "json")
    assert (result.exit, facts(result)["Activations"]) == (9, "1, of which 0 can be read")
    assert "record.damaged" in [each["code"] for each in result.json()["findings"]]
    assert "acme" not in result.out + result.err


def test_doctor_says_when_others_may_write_and_when_the_home_is_a_file(sci: Program, tmp_path: Path) -> None:
    sci.ready()
    sci.home.chmod(0o777)
    result = sci("doctor", "-o", "json")
    assert result.exit == 8
    assert result.json()["findings"][0]["code"] == "home.open_to_others"
    sci.home.chmod(0o700)
    file = tmp_path / "file"
    file.write_text("x")
    assert sci("doctor", home=file).exit == 8


def test_doctor_says_what_is_odd_about_the_machine(sci: Program, tmp_path: Path) -> None:
    sci.ready()
    synced = tmp_path / "Dropbox" / "sci"
    synced.parent.mkdir()
    shutil.copytree(sci.home, synced)
    (synced / "activations" / "acme-hk-1 (conflicted copy).yaml").write_text("x")
    odd = {"PYTHONPATH": "x", "TZ": "Nowhere/Here"}
    past = datetime(2026, 1, 1, tzinfo=UTC)
    result = sci("doctor", "-o", "json", home=synced, environ=odd, now=lambda: past)
    found = {each["code"] for each in result.json()["findings"]}
    wanted = {
        "home.synchronised",
        "machine.python_path",
        "machine.zone_unknown",
        "machine.clock_behind",
        "record.remarks",
    }
    assert (result.exit, wanted - found) == (0, set())
    assert "PYTHONPATH" in result.out
    wrong = sci("doctor", "-o", "json", now=lambda: datetime(1999, 1, 1, tzinfo=UTC))
    assert (wrong.exit, wrong.json()["findings"][0]["code"]) == (8, "machine.clock_wrong")


def test_a_network_file_system_is_recognised_by_what_is_mounted(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"1 0 8:1 / / rw - ext4 /dev/sda rw\n2 1 0:5 / {tmp_path} rw - nfs4 x:/y rw\nbroken\n")
    state = examine(tmp_path / "sci", mounts=mounts)
    assert (state.file_system, state.network) == ("nfs4", True)
    assert not examine(tmp_path / "sci", mounts=tmp_path / "none").network


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_a_home_of_another_user_is_said(sci: Program) -> None:
    sci.ready()
    os.chown(sci.home, 12345, 12345)
    result = sci("doctor", "-o", "json")
    assert (result.exit, result.json()["findings"][0]["code"]) == (8, "home.other_owner")
    assert json.loads(result.out)["data"]["healthy"] is False
