"""Files that may be lost: what holds is given back, anything else counts as missing, nothing ever fails."""

from __future__ import annotations

import errno
import multiprocessing
import os
from pathlib import Path

import pytest

from sci_cli.store import derived
from sci_cli.store.disk import Disk
from tests.store.disks import CALLS, CountingDisk, failing_in

CONTENT = [[["example-cloud", "0" * 64]], {"acme-1": ["1 2 3", 0, ["Grüße", 1]]}]
posix = pytest.mark.skipif(os.name == "nt", reason="permissions and links as POSIX systems have them")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    derived.write(tmp_path / "home", "list.json", "1 here", CONTENT)
    return tmp_path / "home"


def kept(home: Path) -> Path:
    return home / "index" / "list.json"


def test_what_was_written_is_read_and_only_where_it_is_about_the_same(home: Path) -> None:
    assert derived.read(home, "list.json", "1 here") == CONTENT
    assert derived.read(home, "list.json", "2 here") is None
    assert derived.read(home, "next.json", "1 here") is None
    assert [path.name for path in (home / "index").iterdir()] == ["list.json"]


@posix
def test_nobody_else_may_read_it(home: Path) -> None:
    assert (kept(home).stat().st_mode & 0o777, (home / "index").stat().st_mode & 0o777) == (0o600, 0o700)


def test_every_flipped_bit_and_every_cut_counts_as_missing(home: Path) -> None:
    whole = kept(home).read_bytes()
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << place % 8
        kept(home).write_bytes(damaged)
        assert derived.read(home, "list.json", "1 here") is None, place
        kept(home).write_bytes(whole[:place])
        assert derived.read(home, "list.json", "1 here") is None, place
    kept(home).write_bytes(whole + b"\n")
    assert derived.read(home, "list.json", "1 here") is None


@posix
def test_what_others_could_write_or_what_is_no_file_counts_as_missing(home: Path) -> None:
    kept(home).chmod(0o620)
    assert derived.read(home, "list.json", "1 here") is None
    kept(home).chmod(0o600)
    kept(home).rename(home / "moved")
    kept(home).symlink_to(home / "moved")
    assert derived.read(home, "list.json", "1 here") is None
    kept(home).unlink()
    kept(home).mkdir()
    assert derived.read(home, "list.json", "1 here") is None
    derived.write(home, "list.json", "1 here", CONTENT)
    assert [path.name for path in (home / "index").iterdir()] == ["list.json"]


@posix
def test_what_another_user_wrote_counts_as_missing(home: Path) -> None:
    class Another(Disk):
        def file_status(self, descriptor: int) -> os.stat_result:
            seen = super().file_status(descriptor)
            return os.stat_result((*seen[:4], seen.st_uid + 1, *seen[5:]))

    assert derived.read(home, "list.json", "1 here", disk=Another()) is None


@posix
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
def test_where_it_cannot_be_written_the_one_before_stays(home: Path, call: str, code: int) -> None:
    derived.write(home, "list.json", "2 here", CONTENT, disk=failing_in(call, code))
    found = [derived.read(home, "list.json", f"{number} here") for number in (1, 2)]

    assert found.count(CONTENT) == 1
    assert derived.read(home, "list.json", "1 here", disk=failing_in(call, code)) in (CONTENT, None)


@posix
def test_a_disk_that_becomes_full_halfway_leaves_the_one_before_and_nothing_else(home: Path) -> None:
    class Full(Disk):
        def write(self, descriptor: int, data: bytes | memoryview) -> int:
            if len(data) > 20:
                return super().write(descriptor, data[:20])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    derived.write(home, "list.json", "2 here", CONTENT, disk=Full())
    assert derived.read(home, "list.json", "1 here") == CONTENT
    assert [path.name for path in (home / "index").iterdir()] == ["list.json"]


@posix
def test_nothing_is_flushed_because_nothing_would_be_lost(home: Path) -> None:
    disk = CountingDisk()
    derived.write(home, "list.json", "2 here", CONTENT, disk=disk)
    assert not {"sync", "sync_folder", "lock"} & set(disk.called)


@posix
def test_a_run_stopped_while_it_writes_leaves_the_one_before(home: Path) -> None:
    class Stopped(BaseException):
        pass

    class Stopping(Disk):
        def rename(self, folder: object, name: str, new: str) -> None:
            raise Stopped

    with pytest.raises(Stopped):
        derived.write(home, "list.json", "2 here", CONTENT, disk=Stopping())
    assert derived.read(home, "list.json", "1 here") == CONTENT
    assert [path.name for path in (home / "index").iterdir()] == ["list.json"]


def test_what_is_too_large_is_not_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derived, "LIMIT", 100)
    derived.write(home, "list.json", "2 here", ["x" * 100])
    monkeypatch.undo()
    assert derived.read(home, "list.json", "1 here") == CONTENT


def _write_over_and_over(home: Path, mark: int) -> None:
    for number in range(150):
        derived.write(home, "list.json", "here", [[mark, number] for _ in range(400)])


def test_runs_that_write_at_once_never_let_anybody_read_a_mixture(tmp_path: Path) -> None:
    home = tmp_path / "home"
    _write_over_and_over(home, 0)
    processes = [multiprocessing.Process(target=_write_over_and_over, args=(home, mark)) for mark in (1, 2)]
    for process in processes:
        process.start()
    read = 0
    while any(process.is_alive() for process in processes):
        found = derived.read(home, "list.json", "here")
        assert isinstance(found, list)
        assert found == [found[0]] * 400
        read += 1
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert read > 0
    assert [path.name for path in (home / "index").iterdir()] == ["list.json"]
