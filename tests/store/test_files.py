"""The files below a home: what is made, with which permissions, what is refused and what is only noticed."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sci_cli.domain.activation import Activation, ProfileRef
from sci_cli.errors import (
    ActivationNotFound,
    AlreadyDifferent,
    Interrupted,
    OutcomeUnknown,
    RecordCorrupt,
    SciError,
    StoreUnavailable,
    Terminated,
)
from sci_cli.store.disk import Disk
from sci_cli.store.document import render
from sci_cli.store.files import FileStore
from tests.store.disks import CountingDisk, failing_in
from tests.store.samples import NOON, full, new, noted, profile, revised

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions, links and pipes of a POSIX system")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with acme-1 at revision 3."""
    store = FileStore(tmp_path / "home")
    store.create(new())
    store.change("acme-1", noted("note 1"))
    store.change("acme-1", noted("note 2"))
    return tmp_path / "home"


def _record(home: Path, name: str = "acme-1") -> Path:
    return home / "activations" / f"{name}.yaml"


def _said(error: SciError) -> str:
    fix = (part if isinstance(part, str) else " ".join(part.words) for part in error.fix)
    return " ".join((error.message, *error.why, *fix))


def _refused(kind: type[SciError], home: Path, *, disk: Disk | None = None) -> str:
    """What reading says when it refuses; a change has to refuse for the same reason, and writes nothing."""
    before = _tree(home)
    with pytest.raises(kind) as caught:
        FileStore(home, disk=disk).load("acme-1")
    with pytest.raises(kind) as again:
        FileStore(home, disk=disk).change("acme-1", noted("never"))
    assert again.value.message == caught.value.message
    assert _tree(home) == before
    return _said(caught.value)


def _tree(home: Path) -> dict[str, tuple[int, bytes]]:
    files = (path for path in home.rglob("*") if path.suffix != ".lock" and path.lstat().st_size < 10**7)
    return {
        str(path.relative_to(home)): (
            path.lstat().st_mode,
            path.read_bytes() if stat.S_ISREG(path.lstat().st_mode) else b"",
        )
        for path in files
    }


# The home --------------------------------------------------------------------------------------------------


def test_reading_a_home_that_does_not_exist_finds_nothing_and_makes_nothing(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "home")

    assert store.names() == ()
    with pytest.raises(ActivationNotFound):
        store.load("acme-1")
    with pytest.raises(ActivationNotFound):
        store.change("acme-1", noted("never"))
    assert list(tmp_path.iterdir()) == []


def test_a_home_in_a_folder_that_does_not_exist_is_refused_and_the_folder_named(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "missing" / "home")

    for use in (
        store.names,
        lambda: store.load("acme-1"),
        lambda: store.create(new()),
        lambda: store.change("acme-1", noted("never")),
    ):
        with pytest.raises(StoreUnavailable, match=r"folder .*missing.* does not exist"):
            use()


@pytest.mark.parametrize("mask", [0o000, 0o777, 0o022])
def test_files_are_0600_and_folders_0700_whatever_the_umask(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        store = FileStore(tmp_path / "home")
        store.create(new())
        store.change("acme-1", noted("note"))
        store.pin_profile(profile())
        store.keep_evidence(b"x", hashlib.sha256(b"x").hexdigest())
        store.out_path("draft.eml")
    finally:
        assert os.umask(before) == mask

    home = tmp_path / "home"
    modes = {str(path.relative_to(home)): stat.S_IMODE(path.stat().st_mode) for path in home.rglob("*")}
    folders = {path: mode for path, mode in modes.items() if (home / path).is_dir()}
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert folders == dict.fromkeys(
        ("activations", "backups", "evidence", "out", "profiles", "profiles/pinned"), 0o700
    )
    assert set(modes.values()) == {0o600, 0o700}
    assert "activations/.acme-1.lock" in modes
    assert "backups/acme-1.1.yaml" in modes


@pytest.mark.parametrize("inner", ["", "activations"])
@pytest.mark.parametrize("mode", [0o777, 0o720, 0o1777])
def test_a_folder_others_can_write_to_is_refused_also_for_reading(home: Path, inner: str, mode: int) -> None:
    (home / inner).chmod(mode)

    assert "writable by others" in _refused(StoreUnavailable, home)
    with pytest.raises(StoreUnavailable, match="writable by others"):
        FileStore(home).names()
    with pytest.raises(StoreUnavailable, match="writable by others"):
        FileStore(home).create(new("acme-2"))


def test_a_backup_folder_others_can_write_to_stops_changes(home: Path) -> None:
    (home / "backups").chmod(0o777)

    with pytest.raises(StoreUnavailable, match="writable by others"):
        FileStore(home).change("acme-1", noted("never"))


class _Somebody(Disk):
    """A disk seen by another user than the one who owns everything."""

    def user(self) -> int:
        return os.geteuid() + 1


def test_a_folder_of_another_owner_is_refused(home: Path) -> None:
    assert _refused(StoreUnavailable, home, disk=_Somebody()).startswith(
        f"The folder '{home}' has another owner"
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
def test_a_record_of_another_owner_is_refused(home: Path) -> None:
    os.chown(_record(home), 12345, -1)

    assert "owner: user number 12345" in _refused(StoreUnavailable, home)


@pytest.mark.parametrize("name", ["activations", "backups"])
def test_an_inner_folder_that_is_a_link_is_not_followed(home: Path, name: str) -> None:
    (home / name).rename(home / "elsewhere")
    (home / name).symlink_to(home / "elsewhere")

    with pytest.raises(StoreUnavailable, match="symbolic link"):
        FileStore(home).change("acme-1", noted("never"))
    assert render(revised(3)).data == (home / "activations/acme-1.yaml").read_bytes()


def test_a_home_that_is_itself_a_link_is_the_users_choice(home: Path) -> None:
    link = home.parent / "link"
    link.symlink_to(home)

    assert FileStore(link).load("acme-1").activation == revised(3)


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("x")

    with pytest.raises(StoreUnavailable, match="could not be opened"):
        FileStore(tmp_path / "home").create(new())


def test_a_deleted_current_folder_does_not_matter(tmp_path: Path) -> None:
    code = """if True:
        import os, sys
        from pathlib import Path
        from sci_cli.store.files import FileStore
        from tests.store.samples import new
        os.mkdir(sys.argv[1] + "/gone"); os.chdir(sys.argv[1] + "/gone"); os.rmdir(sys.argv[1] + "/gone")
        FileStore(Path(sys.argv[1]) / "home").create(new())
        try:
            FileStore(Path("home"))
        except Exception as error:
            print(type(error).__name__)
    """
    run = _python(code, str(tmp_path))

    assert run.stdout == "StoreUnavailable\n", run.stderr
    assert FileStore(tmp_path / "home").names() == ("acme-1",)


def _python(code: str, *argv: str) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[2]
    return subprocess.run(
        [sys.executable, "-c", code, *argv],
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_the_store_loads_nothing_heavy() -> None:
    code = "import sys, sci_cli.store.files; print(*sys.modules)"
    loaded = {name.split(".")[0] for name in _python(code).stdout.split()}

    assert "sci_cli" in loaded
    heavy = {"pydantic", "typer", "rich", "questionary", "tempfile", "subprocess", "filelock", "socket"}
    assert loaded & heavy == set()


class _ReadOnly(Disk):
    """A disk on which every attempt to write fails the test."""

    def __getattribute__(self, name: str) -> object:
        if name in {
            "make_folder",
            "create",
            "open_lock",
            "link",
            "rename",
            "unlink",
            "set_mode",
            "write",
            "lock",
        }:
            raise AssertionError(f"reading calls {name}")
        return super().__getattribute__(name)


def test_reading_writes_nothing_and_takes_no_lock(home: Path) -> None:
    ref = FileStore(home).pin_profile(profile())
    store = FileStore(home, disk=_ReadOnly())

    assert store.names() == ("acme-1",)
    assert store.load("acme-1").activation == revised(3)
    assert store.pinned_profile(ref) == profile()


def test_a_read_only_disk_says_so_and_gets_no_lock_file(home: Path) -> None:
    (home / "activations/.acme-1.lock").unlink()
    disk = failing_in("open_lock", 30)

    with pytest.raises(StoreUnavailable, match=r"the file system is read-only\. Nothing was changed"):
        FileStore(home, disk=disk).change("acme-1", noted("never"))
    assert not (home / "activations/.acme-1.lock").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to every folder")
def test_a_folder_without_write_permission_says_so(home: Path) -> None:
    (home / "activations").chmod(0o500)
    try:
        with pytest.raises(StoreUnavailable, match="permission denied"):
            FileStore(home).change("acme-1", noted("never"))
    finally:
        (home / "activations").chmod(0o700)
    assert FileStore(home).load("acme-1").activation == revised(3)


# The record's file -----------------------------------------------------------------------------------------


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


def _halved(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _a_link(path: Path) -> None:
    path.rename(path.with_name("canary"))
    path.symlink_to("canary")


def _a_link_to_itself(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


def _huge(path: Path) -> None:
    os.truncate(path, 20_000_001)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_emptied, "is empty"),
        (_halved, "does not match its checksum: it was edited or damaged"),
        (_a_pipe, "is not a regular file"),
        (_a_folder, "is not a regular file"),
        (_a_link, "is a symbolic link"),
        (_a_link_to_itself, "is a symbolic link"),
        (_huge, "is larger than 20 MB"),
    ],
)
def test_a_damaged_record_is_refused_and_the_newest_backup_named(
    home: Path, damage: Callable[[Path], None], words: str
) -> None:
    damage(_record(home))

    said = _refused(RecordCorrupt, home)

    assert words in said
    assert "sci restore acme-1 --reason REASON" in said
    assert f"{home}/backups/acme-1.2.yaml" in said


def test_a_damaged_backup_is_passed_over_for_the_one_before(home: Path) -> None:
    _emptied(_record(home))
    _halved(home / "backups/acme-1.2.yaml")

    assert "backups/acme-1.1.yaml" in _refused(RecordCorrupt, home)

    shutil.rmtree(home / "backups")
    assert "no intact backup" in _refused(RecordCorrupt, home)


def test_a_backup_put_back_as_told_is_gone_on_with_and_backed_up_beside_the_other(
    home: Path,
) -> None:
    shutil.copyfile(home / "backups/acme-1.1.yaml", _record(home))
    store = FileStore(home)
    store.change("acme-1", noted("another note"))
    store.change("acme-1", noted("yet another"))

    kept = sorted(path.name for path in (home / "backups").iterdir())
    assert kept[0] == "acme-1.1.yaml"
    assert kept[1].startswith("acme-1.2-")
    assert kept[2] == "acme-1.2.yaml"
    assert len(kept) == 3
    assert "another note" in (home / "backups" / kept[1]).read_text()


def test_a_newer_format_is_refused_untouched(home: Path) -> None:
    _record(home).write_bytes(_record(home).read_bytes().replace(b"format: '1'", b"format: '7'"))

    said = _refused(RecordCorrupt, home)

    assert "has format 7: a newer version of sci wrote it" in said
    assert "backup" not in said.replace("backups", "")


def test_an_unreadable_record_is_not_taken_for_an_absent_one(home: Path) -> None:
    for call in ("open_for_reading", "read", "file_status"):
        with pytest.raises(StoreUnavailable, match="could not be read"):
            FileStore(home, disk=failing_in(call, 5)).load("acme-1")


def test_a_record_others_can_read_is_read_with_a_notice_and_tightened_by_the_next_change(home: Path) -> None:
    _record(home).chmod(0o666)

    notices = FileStore(home).load("acme-1").notices
    saved = FileStore(home).change("acme-1", noted("note"))

    assert [("permissions" in notice and "0666" in notice and "0600" in notice) for notice in notices] == [
        True
    ]
    assert saved.notices == notices
    assert FileStore(home).load("acme-1").notices == ()
    assert stat.S_IMODE(_record(home).stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "backups/acme-1.3.yaml").stat().st_mode) == 0o600


def test_a_record_saved_again_by_an_editor_is_put_right_by_the_next_change(home: Path) -> None:
    _record(home).write_bytes(b"\xef\xbb\xbf" + _record(home).read_bytes().replace(b"\n", b"\r\n"))

    assert "line endings" in FileStore(home).load("acme-1").notices[0]
    FileStore(home).change("acme-1", noted("note 3"))

    assert _record(home).read_bytes() == render(revised(4)).data
    assert FileStore(home).load("acme-1").notices == ()


def test_copies_beside_the_record_are_noticed_by_the_record_they_belong_to(home: Path) -> None:
    for name in ("acme-10", "acme-1-b"):
        FileStore(home).create(new(name))
    for name in (
        "acme-1 (Jane's conflicted copy 2026-11-23).yaml",
        "acme-1-LAPTOP7.yaml",
        "acme-1-b (2).yaml",
        "acme-10~.yaml",
        "notes.yaml",
        "acme-1.yaml.bak",
    ):
        (home / "activations" / name).write_bytes(b"")
    store = FileStore(home)

    notices = store.load("acme-1").notices

    assert store.names() == ("acme-1", "acme-1-b", "acme-10", "notes")
    assert ["conflicted copy" in notice for notice in notices] == [True, False]
    assert "unknown file: 'acme-1-LAPTOP7.yaml'" in notices[1]
    assert ["acme-1-b (2).yaml" in notice for notice in store.load("acme-1-b").notices] == [True]
    assert ["acme-10~.yaml" in notice for notice in store.load("acme-10").notices] == [True]


def test_a_copy_with_the_same_revision_and_another_history_makes_two_versions(home: Path) -> None:
    copy = home / "activations" / "acme-1 (2).yaml"
    copy.write_bytes(_record(home).read_bytes())
    assert len(FileStore(home).load("acme-1").notices) == 1

    copy.write_bytes(render(noted("elsewhere")(revised(2))).data)

    assert "two versions of acme-1 at revision 3: 'acme-1.yaml' and 'acme-1 (2).yaml'" in _refused(
        RecordCorrupt, home
    )


def test_two_names_that_differ_only_in_case_are_refused(home: Path) -> None:
    (home / "activations/ACME-1.yaml").write_bytes(b"")

    assert "differ only in letter case" in _refused(RecordCorrupt, home)
    with pytest.raises(AlreadyDifferent):
        FileStore(home).create(new())


def test_a_name_in_capitals_is_taken_for_a_new_activation_and_explained_for_an_old_one(home: Path) -> None:
    _record(home).rename(home / "activations/ACME-1.yaml")

    with pytest.raises(AlreadyDifferent, match="exists already"):
        FileStore(home).create(new())
    with pytest.raises(ActivationNotFound) as caught:
        FileStore(home).load("acme-1")
    assert "'ACME-1.yaml'" in _said(caught.value)


# Backups ---------------------------------------------------------------------------------------------------


def test_every_revision_but_the_newest_is_kept_as_it_was(home: Path) -> None:
    assert sorted(path.name for path in (home / "backups").iterdir()) == ["acme-1.1.yaml", "acme-1.2.yaml"]
    for revision in (1, 2):
        kept = (home / f"backups/acme-1.{revision}.yaml").read_bytes()
        assert kept == render(revised(revision)).data


def test_without_a_backup_folder_nothing_is_changed(home: Path) -> None:
    shutil.rmtree(home / "backups")
    before = _record(home).read_bytes()

    with pytest.raises(StoreUnavailable) as caught:
        FileStore(home).change("acme-1", noted("never"))

    assert "backup" in caught.value.message
    assert "Nothing was changed." in caught.value.message
    assert _record(home).read_bytes() == before


def test_where_links_are_impossible_backups_are_copies(home: Path) -> None:
    for code in (1, 38, 95):
        before = _record(home).read_bytes()
        revision = FileStore(home).load("acme-1").activation.revision
        FileStore(home, disk=failing_in("link", code)).change("acme-1", noted(f"note {code}"))

        kept = home / f"backups/acme-1.{revision}.yaml"
        assert kept.read_bytes() == before
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert not list(home.rglob("*.tmp"))


def _many_backups(home: Path, day_of: dict[int, int]) -> None:
    """A record at revision 200 with a backup of each revision given, written so many days ago by its event.

    The files themselves are all as new as copies are.
    """
    last = revised(201)
    events = [
        replace(event, at=NOON - timedelta(days=day_of.get(event.sequence, 0)))
        for event in last.history[:200]
    ]
    folder = home / "backups"
    shutil.rmtree(folder)
    folder.mkdir(mode=0o700)
    for revision in day_of:
        history = tuple(events[:revision])
        notes = last.notes[: revision - 1]
        kept = replace(last, revision=revision, notes=notes, history=history)
        path = folder / f"acme-1.{revision}.yaml"
        path.write_bytes(render(kept).data)
        path.chmod(0o600)
    path.rename(_record(home))


DAY_OF = dict.fromkeys(range(150, 201), 0) | {149: 3, 148: 3, 147: 3, 146: 89, 145: 89, 144: 91, 142: 90}


def _noted_today(before: Activation) -> Activation:
    after = noted("note")(before)
    return replace(after, history=(*before.history, replace(after.history[-1], at=NOON)))


def _kept(home: Path) -> set[int]:
    return {int(path.name.split(".")[1]) for path in (home / "backups").glob("acme-1.*.yaml")}


def test_the_last_50_backups_stay_and_of_older_ones_the_newest_of_each_day_by_their_events(
    home: Path,
) -> None:
    _many_backups(home, dict(sorted(DAY_OF.items())))
    (home / "backups/acme-10.1.yaml").write_bytes(b"")
    os.utime(home / "backups/acme-10.1.yaml", (0, 0))

    FileStore(home).change("acme-1", _noted_today)

    # The fifty newest are 151 to 200; revision 150 shares its day with them.
    assert _kept(home) == {*range(151, 201), 149, 146, 142}
    assert (home / "backups/acme-10.1.yaml").exists()


def test_a_damaged_backup_does_not_stand_for_its_day(home: Path) -> None:
    _many_backups(home, dict(sorted(DAY_OF.items())))
    _halved(home / "backups/acme-1.149.yaml")

    FileStore(home).change("acme-1", _noted_today)

    assert _kept(home) == {*range(151, 201), 149, 148, 146, 142}


def test_backups_are_thinned_only_after_the_change_is_durable(home: Path) -> None:
    _many_backups(home, dict(sorted(DAY_OF.items())))
    disk = CountingDisk()

    FileStore(home, disk=disk).change("acme-1", _noted_today)

    last_flush = max(place for place, name in enumerate(disk.called) if name == "sync_folder")
    assert disk.called.index("unlink") > last_flush


def test_backups_are_not_thinned_when_nobody_knows_whether_the_change_is_durable(home: Path) -> None:
    _many_backups(home, dict(sorted(DAY_OF.items())))

    with pytest.raises(OutcomeUnknown):
        FileStore(home, disk=failing_in("sync_folder", 1)).change("acme-1", _noted_today)

    assert _kept(home) >= set(DAY_OF) - {200}


def test_pruning_that_fails_does_not_fail_the_change(home: Path) -> None:
    disk = failing_in("unlink", 5)
    for revision in range(10, 100):
        (home / f"backups/acme-1.{revision}.yaml").write_bytes(b"")

    assert FileStore(home, disk=disk).change("acme-1", noted("note")).after.revision == 4
    assert "unlink" in disk.called


def test_temporary_files_of_dead_runs_are_ignored_and_removed_after_an_hour(home: Path) -> None:
    old, young = (home / "activations" / f".sci-{name}.tmp" for name in ("old", "young"))
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))

    assert FileStore(home).names() == ("acme-1",)
    assert FileStore(home).load("acme-1").notices == ()
    FileStore(home).change("acme-1", noted("note"))

    assert not old.exists()
    assert young.exists()


# Beside the records ----------------------------------------------------------------------------------------


def test_a_pinned_profile_that_was_altered_is_refused(home: Path) -> None:
    ref = FileStore(home).pin_profile(profile())
    path = home / f"profiles/pinned/example-cloud-{ref.digest}.json"
    good = path.read_bytes()

    for bad in (b"", good[:-1], good.replace(b"2026-11", b"2026-12"), good + b"\n"):
        path.write_bytes(bad)
        with pytest.raises(RecordCorrupt, match="does not match its digest"):
            FileStore(home).pinned_profile(ref)
        with pytest.raises(RecordCorrupt):
            FileStore(home).pin_profile(profile())
    path.unlink()
    path.symlink_to("elsewhere")
    with pytest.raises(RecordCorrupt, match="symbolic link"):
        FileStore(home).pinned_profile(ref)


def test_a_pinned_profile_of_another_shape_is_refused(home: Path) -> None:
    FileStore(home).pin_profile(profile())
    data = b'{"id":"example-cloud"}'
    ref = ProfileRef("example-cloud", hashlib.sha256(data).hexdigest())
    (home / f"profiles/pinned/example-cloud-{ref.digest}.json").write_bytes(data)

    with pytest.raises(RecordCorrupt, match="does not fit this one"):
        FileStore(home).pinned_profile(ref)


def test_evidence_that_was_altered_is_not_taken_for_the_original(home: Path) -> None:
    sha256 = hashlib.sha256(b"original").hexdigest()
    FileStore(home).keep_evidence(b"original", sha256)
    (home / "evidence" / sha256).write_bytes(b"changed!")

    with pytest.raises(RecordCorrupt, match="holds something else"):
        FileStore(home).keep_evidence(b"original", sha256)


def test_evidence_that_is_there_already_is_flushed_before_anything_refers_to_it(home: Path) -> None:
    sha256 = hashlib.sha256(b"original").hexdigest()
    FileStore(home).keep_evidence(b"original", sha256)
    disk = CountingDisk()

    FileStore(home, disk=disk).keep_evidence(b"original", sha256)

    assert "sync_folder" in disk.called
    assert "create" not in disk.called


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\\b", "c:d", "a\0"])
def test_a_draft_stays_in_its_folder(home: Path, name: str) -> None:
    with pytest.raises(AssertionError):
        FileStore(home).out_path(name)


def test_a_full_record_survives_its_file(home: Path) -> None:
    FileStore(home).create(full("acme-2"))

    assert FileStore(home).load("acme-2").activation == full("acme-2")


# Signals ---------------------------------------------------------------------------------------------------


@pytest.fixture
def terminated() -> Iterator[None]:
    """SIGTERM raises Terminated, as in the program."""

    def handler(_number: int, _frame: object) -> None:
        raise Terminated("Stopped.")

    before = signal.signal(signal.SIGTERM, handler)
    yield
    signal.signal(signal.SIGTERM, before)


def _signalled(number: int, at: str) -> CountingDisk:
    def act(_number: int, name: str) -> None:
        if name == at:
            os.kill(os.getpid(), number)

    return CountingDisk(act)


@pytest.mark.usefixtures("terminated")
@pytest.mark.parametrize(("number", "kind"), [(signal.SIGINT, Interrupted), (signal.SIGTERM, Terminated)])
@pytest.mark.parametrize("at", ["create", "sync", "link", "rename", "sync_folder", "unlock"])
def test_a_signal_during_the_write_waits_and_the_message_says_saved(
    home: Path, number: int, kind: type[Interrupted], at: str
) -> None:
    handlers = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]

    with pytest.raises(kind) as caught:
        FileStore(home, disk=_signalled(number, at)).change("acme-1", noted("note 3"))

    assert type(caught.value) is kind
    assert caught.value.saved
    assert caught.value.message == "acme-1 is saved at revision 4; then the program was stopped."
    assert FileStore(home).load("acme-1").activation == revised(4)
    assert [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == handlers


@pytest.mark.usefixtures("terminated")
@pytest.mark.parametrize(
    ("number", "kind"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, Terminated)]
)
@pytest.mark.parametrize("at", ["open_folder", "lock", "rewrite", "read"])
def test_a_signal_before_the_write_acts_at_once_and_changes_nothing(
    home: Path, number: int, kind: type[BaseException], at: str
) -> None:
    before = _tree(home)

    with pytest.raises(kind):
        FileStore(home, disk=_signalled(number, at)).change("acme-1", noted("never"))

    assert _tree(home) == before
    assert FileStore(home, deadline=0.1).change("acme-1", noted("note 3")).after == revised(4)


# Many at once ----------------------------------------------------------------------------------------------


def test_loading_all_lists_the_folder_once_and_reads_every_record_each_time(home: Path) -> None:
    for number in range(20):
        FileStore(home).create(new(f"many-{number}"))
    disk = CountingDisk()
    store = FileStore(home, disk=disk)
    names = store.names()
    disk.called.clear()

    first = dict(store.load_all(names))
    again = dict(store.load_all(names))

    assert first == again
    assert disk.called.count("list_folder") == 2
    assert disk.called.count("open_for_reading") == 2 * len(names)


def test_a_record_damaged_after_it_was_read_is_a_problem_the_next_time_and_hides_no_other(home: Path) -> None:
    FileStore(home).create(new("other"))
    store = FileStore(home)
    before = dict(store.load_all(store.names()))
    status = _record(home).stat()
    data = _record(home).read_bytes()
    _record(home).write_bytes(data.replace(b"note 2", b"note 3"))
    os.utime(_record(home), ns=(status.st_atime_ns, status.st_mtime_ns))

    after = dict(store.load_all(store.names()))

    assert isinstance(after["acme-1"], RecordCorrupt)
    assert "does not match its checksum" in after["acme-1"].message
    assert after["other"] == before["other"]


def test_strangers_beside_the_records_are_noticed_when_all_are_loaded(home: Path) -> None:
    FileStore(home).create(new("other"))
    (home / "activations/acme-1 (2).yaml").write_bytes(b"")
    store = FileStore(home)

    found = dict(store.load_all(store.names()))

    assert found == {name: store.load(name) for name in ("acme-1", "other")}
    assert not isinstance(found["acme-1"], SciError)
    assert "acme-1 (2).yaml" in found["acme-1"].notices[0]


def test_a_folder_others_may_write_to_stops_loading_all(home: Path) -> None:
    (home / "activations").chmod(0o777)

    with pytest.raises(StoreUnavailable):
        list(FileStore(home).load_all(("acme-1",)))


def test_a_pinned_profile_is_read_once_in_a_run(home: Path) -> None:
    ref = FileStore(home).pin_profile(profile())
    disk = CountingDisk()
    store = FileStore(home, disk=disk)

    assert store.pinned_profile(ref) == store.pinned_profile(ref) == profile()
    assert disk.called.count("open_for_reading") == 1
