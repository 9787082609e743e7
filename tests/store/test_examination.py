"""A home that is looked at and tried out: every obstacle is said in words, nothing is made, nothing fails."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from sci_cli.store.disk import Disk, Folder
from sci_cli.store.examination import HomeState, examine

NOWHERE = Path("/nowhere/mountinfo")


class Refusing(Disk):
    """A disk on which one call fails."""

    def __init__(self, call: str, number: int) -> None:
        self.call, self.number = call, number

    def _fail(self, call: str) -> None:
        if call == self.call:
            raise OSError(self.number, "no")

    def open_folder(self, name: str, inside: Folder | None = None) -> Folder:
        self._fail("open")
        return super().open_folder(name, inside)

    def list_folder(self, folder: Folder) -> list[str]:
        self._fail("list")
        return super().list_folder(folder)

    def create(self, folder: Folder, name: str) -> int:
        self._fail("create")
        return super().create(folder, name)

    def sync(self, descriptor: int) -> None:
        self._fail("sync")
        super().sync(descriptor)

    def rename(self, folder: Folder, name: str, new: str) -> None:
        self._fail("rename")
        super().rename(folder, name, new)

    def sync_folder(self, folder: Folder) -> None:
        self._fail("sync folder")
        super().sync_folder(folder)

    def unlink(self, folder: Folder, name: str) -> None:
        if self.call == "unlink once":
            self.call = ""
            raise OSError(self.number, "no")
        super().unlink(folder, name)


def examined(home: Path, call: str, number: int) -> HomeState:
    return examine(home, disk=Refusing(call, number), mounts=NOWHERE)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "sci"
    made.mkdir(mode=0o700)
    return made


@pytest.mark.parametrize(
    ("call", "number"),
    [
        ("create", errno.EROFS),
        ("create", errno.EACCES),
        ("sync", errno.EIO),
        ("sync", errno.ENOSPC),
        ("rename", errno.EPERM),
        ("sync folder", errno.EIO),
        ("unlink once", errno.EIO),
    ],
)
def test_a_home_that_cannot_be_written_is_said_and_nothing_is_left_in_it(
    home: Path, call: str, number: int
) -> None:
    state = examined(home, call, number)
    assert (state.exists, state.problem, bool(state.refused)) == (True, "", True)
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("call", ["open", "list"])
def test_a_home_that_cannot_be_read_is_said(home: Path, call: str) -> None:
    state = examined(home, call, errno.EACCES)
    assert (state.exists, bool(state.problem)) == (True, True)
    assert str(home) not in state.problem


def test_a_good_home_is_as_it_was_and_a_missing_one_is_not_made(home: Path) -> None:
    state = examine(home, mounts=NOWHERE)
    assert (state.problem, state.refused, state.own, state.mode) == ("", "", True, 0o700)
    assert list(home.iterdir()) == []
    missing = examine(home / "new", mounts=NOWHERE)
    assert (missing.exists, missing.problem, missing.refused) == (False, "", "")
    assert not (home / "new").exists()
    lost = examine(home / "a" / "b", mounts=NOWHERE)
    assert (lost.exists, lost.problem) == (False, "the folder around it does not exist")


def test_the_kind_of_file_system_is_that_of_the_innermost_mount(home: Path) -> None:
    mounts = home.parent / "mounts"
    outer, inner = "1 0 8:1 / / rw - nfs4 x:/ rw", f"2 1 8:2 / {home.parent} rw - ext4 /dev/x rw"
    mounts.write_text(f"{outer}\n{inner}\nbroken\n- \n")
    state = examine(home, mounts=mounts)
    assert (state.file_system, state.network) == ("ext4", False)
