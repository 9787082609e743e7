"""A damaged record is put right from a backup, whole or not at all, and its file is never lost."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from sci_cli.domain.activation import Activation
from sci_cli.errors import (
    ActivationNotFound,
    Locked,
    OutcomeUnknown,
    RecordCorrupt,
    StaleRevision,
    StoreUnavailable,
)
from sci_cli.store.abilities import Mended
from sci_cli.store.disk import Disk
from sci_cli.store.files import FileStore
from tests.store.disks import (
    CountingDisk,
    Image,
    RecordingDisk,
    crash_states,
    failing_at,
    killed_at,
    lay_out,
)
from tests.store.samples import new, noted, revised

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the calls of a POSIX system are what is watched")

DAMAGED = b"checksum: torn\n"


def _damaged(home: Path, data: bytes | None = DAMAGED) -> Path:
    """A home with acme-1 at revision 3, damaged or gone; its newest backup is revision 2."""
    store = FileStore(home)
    store.create(new())
    store.change("acme-1", noted("note 1"))
    store.change("acme-1", noted("note 2"))
    path = home / "activations/acme-1.yaml"
    path.unlink()
    if data is not None:
        path.write_bytes(data)
        path.chmod(0o600)
    return path


def _mend(home: Path, disk: Disk | None = None, revision: int | None = None) -> Mended:
    return FileStore(home, disk=disk, deadline=0.05).mend("acme-1", noted("mended"), revision=revision)


MENDED = noted("mended")(revised(2))


def test_the_newest_intact_backup_comes_back_with_an_event_and_the_damaged_file_is_kept_beside(
    tmp_path: Path,
) -> None:
    path = _damaged(tmp_path / "home")

    found = FileStore(tmp_path / "home").damage("acme-1")
    mended = _mend(tmp_path / "home")

    assert (found.backup, found.missing) == (revised(2), False)
    assert found.path == str(path)
    assert mended.kept == f"{path}.damaged-1"
    assert Path(mended.kept).read_bytes() == DAMAGED
    assert FileStore(tmp_path / "home").load("acme-1").activation == mended.saved.after == MENDED
    assert FileStore(tmp_path / "home").load("acme-1").notices == ()
    assert FileStore(tmp_path / "home").names() == ("acme-1",)


def test_a_backup_that_is_damaged_too_is_passed_over(tmp_path: Path) -> None:
    _damaged(tmp_path / "home")
    (tmp_path / "home/backups/acme-1.2.yaml").write_bytes(b"torn as well")

    assert _mend(tmp_path / "home").saved.after == noted("mended")(new())


def test_the_backup_of_a_revision_can_be_asked_for(tmp_path: Path) -> None:
    _damaged(tmp_path / "home")

    assert _mend(tmp_path / "home", revision=1).saved.after == noted("mended")(new())
    _damaged(tmp_path / "other")
    with pytest.raises(RecordCorrupt, match="no intact backup of revision 7"):
        _mend(tmp_path / "other", revision=7)


def test_a_second_damaged_file_does_not_take_the_place_of_the_first(tmp_path: Path) -> None:
    path = _damaged(tmp_path / "home")
    _mend(tmp_path / "home")
    path.write_bytes(b"again")

    assert _mend(tmp_path / "home").kept.endswith(".damaged-2")
    assert Path(f"{path}.damaged-1").read_bytes() == DAMAGED
    assert Path(f"{path}.damaged-2").read_bytes() == b"again"


def test_a_record_that_is_gone_comes_back_and_nothing_is_kept_beside(tmp_path: Path) -> None:
    path = _damaged(tmp_path / "home", None)

    assert FileStore(tmp_path / "home").damage("acme-1").missing
    mended = _mend(tmp_path / "home")

    assert mended.kept == ""
    assert mended.saved.after == MENDED
    assert [each.name for each in path.parent.iterdir() if "damaged" in each.name] == []


def test_without_any_intact_backup_nothing_is_written(tmp_path: Path) -> None:
    path = _damaged(tmp_path / "home")
    for kept in (tmp_path / "home/backups").iterdir():
        kept.write_bytes(b"torn")

    with pytest.raises(RecordCorrupt, match="no intact backup of it"):
        _mend(tmp_path / "home")

    assert path.read_bytes() == DAMAGED
    path.unlink()
    with pytest.raises(RecordCorrupt, match="is gone and there is no intact backup"):
        _mend(tmp_path / "home")
    for kept in (tmp_path / "home/backups").iterdir():
        kept.unlink()
    with pytest.raises(ActivationNotFound):
        _mend(tmp_path / "home", revision=2)


@pytest.mark.parametrize("what", ["a folder", "a link", "a newer format"])
def test_what_is_no_damaged_record_is_not_replaced(what: str, tmp_path: Path) -> None:
    path = _damaged(tmp_path / "home", None)
    if what == "a folder":
        path.mkdir()
    elif what == "a link":
        path.symlink_to("elsewhere")
    else:
        path.write_bytes(b"format: '7'\n")
        path.chmod(0o600)
    before = path.lstat()

    with pytest.raises(RecordCorrupt, match="Nothing was written"):
        _mend(tmp_path / "home")

    assert path.lstat() == before


# Crashes, kills and failing calls --------------------------------------------------------------------------


def _state(home: Path) -> Activation | bytes:
    """The record, or the bytes of the damaged file, which is nowhere else then but may be beside too."""
    try:
        return FileStore(home).load("acme-1").activation
    except RecordCorrupt:
        return (home / "activations/acme-1.yaml").read_bytes()


def _kept(home: Path) -> list[bytes]:
    return [each.read_bytes() for each in (home / "activations").glob("acme-1.yaml.damaged-*")]


def test_a_power_cut_leaves_the_damaged_file_or_the_mended_record_and_the_damaged_file_is_never_lost(
    tmp_path: Path,
) -> None:
    root = tmp_path / "root"
    root.mkdir()
    _damaged(root / "home")
    before = Image.of(root)
    disk = RecordingDisk()
    _mend(root / "home", disk)
    disk.acknowledge()

    states = {
        (acknowledged, tuple(sorted(tree.items())))
        for acknowledged, tree in crash_states(before, disk.steps, root)
    }
    for number, (acknowledged, tree) in enumerate(sorted(states, key=repr)):
        home = tmp_path / f"state-{number}" / "home"
        lay_out(dict(tree), home.parent)
        found = _state(home)
        assert found in ((MENDED,) if acknowledged else (MENDED, DAMAGED))
        if found == DAMAGED:
            assert _mend(home).saved.after == MENDED
        assert not acknowledged or DAMAGED in _kept(home)
    assert len(states) > 5


def test_a_kill_at_any_call_leaves_the_damaged_file_or_the_mended_record(tmp_path: Path) -> None:
    _damaged(tmp_path / "counted")
    disk = CountingDisk()
    _mend(tmp_path / "counted", disk)

    for number in range(len(disk.called)):
        home = tmp_path / f"home-{number}"
        _damaged(home)
        child = os.fork()
        if child == 0:
            _mend(home, killed_at(number))
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -9
        found = _state(home)
        assert found in (MENDED, DAMAGED)
        if found == DAMAGED:
            assert _mend(home).saved.after == MENDED
        assert DAMAGED in _kept(home)


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC, errno.EACCES])
def test_an_error_at_any_call_is_told_truly(code: int, tmp_path: Path) -> None:
    _damaged(tmp_path / "counted")
    disk = CountingDisk()
    _mend(tmp_path / "counted", disk)

    outcomes = set()
    for number in range(len(disk.called)):
        home = tmp_path / f"home-{number}"
        _damaged(home)
        label = (number, disk.called[number])
        try:
            _mend(home, failing_at(number, code))
            expected: tuple[Activation | bytes, ...] = (MENDED, noted("mended")(new()))
        except (StoreUnavailable, Locked, RecordCorrupt) as error:
            outcomes.add(type(error).__name__)
            assert "nothing was" in error.message.lower(), label
            expected = (DAMAGED,)
            assert _kept(home) == [], label
        except OutcomeUnknown as error:
            outcomes.add(type(error).__name__)
            assert error.saved, label
            expected = (MENDED,)
        assert _state(home) in expected, label
        assert not list(home.rglob("*.tmp")), label
    assert {"StoreUnavailable", "OutcomeUnknown"} <= outcomes


class _PutBackMeanwhile(CountingDisk):
    """A disk on which somebody else puts another file in the record's place while it is being mended."""

    def __init__(self, path: Path) -> None:
        def act(_number: int, name: str) -> None:
            if name == "sync":
                path.write_bytes(b"put back by hand")

        super().__init__(act)


@pytest.mark.parametrize("data", [DAMAGED, None])
def test_a_file_put_there_by_hand_meanwhile_is_not_replaced(data: bytes | None, tmp_path: Path) -> None:
    path = _damaged(tmp_path / "home", data)

    with pytest.raises(StaleRevision):
        _mend(tmp_path / "home", _PutBackMeanwhile(path))

    assert path.read_bytes() == b"put back by hand"
    assert _kept(tmp_path / "home") == []
