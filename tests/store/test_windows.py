"""The calls for Windows, with its peculiarities acted out."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sci_cli.errors import Locked, RecordCorrupt, StoreUnavailable
from sci_cli.store.disk import WindowsDisk
from sci_cli.store.files import FileStore
from tests.store.samples import new, noted, profile, revised


class _Msvcrt:
    """Byte locks of one process, by device and inode, which refuse a second holder as Windows does."""

    LK_NBLCK = 2
    LK_UNLCK = 0

    def __init__(self) -> None:
        self.held: set[tuple[int, int]] = set()

    def locking(self, descriptor: int, mode: int, length: int) -> None:
        """Locks or unlocks; the text of the file must stay readable, so the byte lies behind it."""
        assert os.lseek(descriptor, 0, os.SEEK_CUR) > 1_000_000
        assert length == 1
        key = (os.fstat(descriptor).st_dev, os.fstat(descriptor).st_ino)
        if mode == self.LK_UNLCK:
            self.held.remove(key)
        elif key in self.held:
            raise PermissionError(errno.EACCES, "locked")
        else:
            self.held.add(key)


class _Windows(WindowsDisk):
    """Windows with other programs that hold the record open for a while; pauses are counted, not waited."""

    def __init__(self, msvcrt: _Msvcrt, *, refusals: int = 0, winerror: int = 32) -> None:
        super().__init__(msvcrt)
        self.waited: list[float] = []
        self._refusals = refusals
        self._winerror = winerror

    def _replace(self, path: str, new: str) -> None:
        if self._refusals:
            self._refusals -= 1
            raise _refused(self._winerror)
        super()._replace(path, new)

    def pause(self, seconds: float) -> None:
        """Remembers the pause."""
        self.waited.append(seconds)

    def seconds(self) -> float:
        """As much later as was waited."""
        return sum(self.waited)


class _WindowsError(PermissionError):
    """What Windows raises: a permission error with a number of its own."""

    winerror: int


def _refused(number: int) -> OSError:
    error = _WindowsError(errno.EACCES, "in use")
    error.winerror = number
    return error


Made = Callable[..., FileStore]


@pytest.fixture
def store(tmp_path: Path) -> Made:
    """Makes stores on Windows over the same home and the same locks."""
    locks = _Msvcrt()

    def made(disk: _Windows | None = None) -> FileStore:
        return FileStore(tmp_path / "home", disk=disk or _Windows(locks))

    return made


def test_the_whole_life_of_a_record_works_without_descriptors_of_folders(store: Made, tmp_path: Path) -> None:
    store().create(new())
    store().change("acme-1", noted("note 1"))

    assert store().load("acme-1").activation == revised(2)
    assert store().pinned_profile(store().pin_profile(profile())) == profile()
    assert (tmp_path / "home/backups/acme-1.1.yaml").exists()
    assert not list((tmp_path / "home").rglob("*.tmp"))


@pytest.mark.parametrize("winerror", [5, 32, 33])
def test_a_record_held_open_elsewhere_is_replaced_once_the_other_lets_go(store: Made, winerror: int) -> None:
    store().create(new())
    disk = _Windows(_Msvcrt(), refusals=3, winerror=winerror)

    store(disk).change("acme-1", noted("note 1"))

    assert disk.waited == [0.05, 0.1, 0.2]
    assert store().load("acme-1").activation == revised(2)


def test_a_record_that_stays_open_elsewhere_is_given_up_on_after_about_two_and_a_half_seconds(
    store: Made, tmp_path: Path
) -> None:
    store().create(new())
    disk = _Windows(_Msvcrt(), refusals=99)

    with pytest.raises(StoreUnavailable, match="Nothing was changed"):
        store(disk).change("acme-1", noted("never"))

    assert 2.4 <= sum(disk.waited) <= 2.7
    assert store().load("acme-1").activation == new()
    assert not list((tmp_path / "home").rglob("*.tmp"))
    assert list((tmp_path / "home/backups").iterdir()) == []


def test_an_error_that_does_not_pass_is_not_waited_for(store: Made) -> None:
    store().create(new())
    disk = _Windows(_Msvcrt(), refusals=1, winerror=112)

    with pytest.raises(StoreUnavailable):
        store(disk).change("acme-1", noted("never"))
    assert disk.waited == []


def test_a_second_writer_waits_and_is_told_who_the_first_is(store: Made) -> None:
    store().create(new())
    refusals = []

    def decide_while_another_tries(before):  # type: ignore[no-untyped-def]  # the shape of Decide
        with pytest.raises(Locked, match=f"pid {os.getpid()}") as caught:
            store().change("acme-1", noted("second"))
        refusals.append(caught.value)
        return noted("note 1")(before)

    store().change("acme-1", decide_while_another_tries)

    assert len(refusals) == 1
    assert store().load("acme-1").activation == revised(2)


@pytest.mark.skipif(os.name != "posix", reason="making links needs a privilege on Windows")
def test_links_are_not_followed(store: Made, tmp_path: Path) -> None:
    store().create(new())
    path = tmp_path / "home/activations/acme-1.yaml"
    path.rename(tmp_path / "canary")
    path.symlink_to(tmp_path / "canary")

    with pytest.raises(RecordCorrupt, match="symbolic link"):
        store().load("acme-1")
    (tmp_path / "home/activations").rename(tmp_path / "elsewhere")
    (tmp_path / "home/activations").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreUnavailable, match="symbolic link"):
        store().load("acme-1")
