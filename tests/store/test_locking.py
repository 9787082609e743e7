"""One writer at a time, whoever the others are and whatever becomes of them."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sci_cli.errors import Locked, StoreUnavailable
from sci_cli.store.files import FileStore
from tests.store.disks import CountingDisk, failing_in
from tests.store.samples import new, noted, revised

pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes and signals of a POSIX system")

ROOT = Path(__file__).parents[2]

_HOLD = """if True:
    import sys, time
    from dataclasses import replace
    from pathlib import Path
    from sci_cli.store.files import FileStore
    from tests.store.samples import noted

    def decide(before):
        print("held", flush=True)
        sys.stdin.readline()
        return noted("by the holder")(before)

    FileStore(Path(sys.argv[1]), command="sci note acme-1").change("acme-1", decide)
"""

_CHANGES = """if True:
    import sys
    from pathlib import Path
    from sci_cli.store.files import FileStore
    from tests.store.samples import noted

    for number in range(int(sys.argv[3])):
        FileStore(Path(sys.argv[1]), deadline=30).change("acme-1", noted(f"{sys.argv[2]}-{number}"))
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with acme-1 at revision 1."""
    FileStore(tmp_path / "home").create(new())
    return tmp_path / "home"


def _python(code: str, *argv: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *argv],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@contextmanager
def _held(home: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the lock and waits for a line before it goes on."""
    process = _python(_HOLD, str(home))
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_eight_processes_with_five_changes_each_lose_none(home: Path) -> None:
    processes = [_python(_CHANGES, str(home), str(number), "5") for number in range(8)]

    assert [process.wait(60) for process in processes] == [0] * 8
    for process in processes:
        process.communicate()
    activation = FileStore(home).load("acme-1").activation
    assert activation.revision == 41
    wanted = {f"{one}-{two}" for one in range(8) for two in range(5)}
    assert {note.text for note in activation.notes} == wanted
    assert len(list((home / "backups").iterdir())) == 40


def test_a_live_holder_is_named_with_pid_user_host_and_since_within_the_deadline(home: Path) -> None:
    with _held(home) as holder:
        began = time.monotonic()
        with pytest.raises(Locked) as caught:
            FileStore(home, deadline=0.3).change("acme-1", noted("mine"))
        waited = time.monotonic() - began

        assert 0.3 <= waited < 2
        message = caught.value.message
        assert f"pid {holder.pid}" in message
        for word in ("'acme-1'", "user ", f"host {os.uname().nodename}", "since 20", "Nothing was changed."):
            assert word in message
        assert caught.value.why == ("It runs: sci note acme-1",)
        assert FileStore(home).load("acme-1").activation == new()


def test_a_stopped_holder_is_named_too(home: Path) -> None:
    with _held(home) as holder:
        holder.send_signal(signal.SIGSTOP)
        with pytest.raises(Locked, match=f"pid {holder.pid}"):
            FileStore(home, deadline=0.1).change("acme-1", noted("mine"))


def test_a_holder_that_lets_go_in_time_is_waited_for(home: Path) -> None:
    with _held(home) as holder:

        def act(_number: int, name: str) -> None:
            if name == "lock" and holder.poll() is None:
                holder.communicate("go\n")

        saved = FileStore(home, disk=CountingDisk(act)).change("acme-1", noted("mine"))

    assert [note.text for note in saved.after.notes] == ["by the holder", "mine"]


def test_a_killed_holder_needs_no_unlocking(home: Path) -> None:
    with _held(home) as holder:
        holder.kill()
        holder.wait()
        assert FileStore(home, deadline=2).change("acme-1", noted("mine")).after.revision == 2


def test_a_lock_file_deleted_while_held_stops_nobody_and_no_change_is_lost(home: Path) -> None:
    with _held(home) as holder:
        (home / "activations/.acme-1.lock").unlink()
        FileStore(home, deadline=1).change("acme-1", noted("mine"))
        holder.communicate("go\n")
        assert holder.returncode == 1

    assert [note.text for note in FileStore(home).load("acme-1").activation.notes] == ["mine"]


def _removing_the_lock_at(home: Path, at: str) -> CountingDisk:
    """A disk on which somebody removes the lock file once, just before the first call of that name."""
    path = home / "activations/.acme-1.lock"
    removed: list[int] = []

    def act(_number: int, name: str) -> None:
        if name == at and not removed:
            removed.append(path.stat().st_ino)
            path.rename(home / "removed.lock")

    return CountingDisk(act)


def test_a_lock_on_a_file_that_was_just_removed_is_not_relied_on(home: Path) -> None:
    disk = _removing_the_lock_at(home, "lock")

    assert FileStore(home, disk=disk).change("acme-1", noted("note 1")).after == revised(2)

    assert disk.called.count("lock") == 2
    assert (home / "activations/.acme-1.lock").exists()


def test_a_lock_file_removed_while_a_change_is_written_stops_that_change(home: Path) -> None:
    with pytest.raises(StoreUnavailable, match="was removed while it was in use"):
        FileStore(home, disk=_removing_the_lock_at(home, "sync")).change("acme-1", noted("never"))

    assert FileStore(home).load("acme-1").activation == new()
    assert FileStore(home).change("acme-1", noted("note 1")).after == revised(2)


def test_the_lock_file_is_neither_replaced_nor_removed(home: Path) -> None:
    path = home / "activations/.acme-1.lock"
    before = path.stat().st_ino

    FileStore(home).change("acme-1", noted("one"))

    assert path.stat().st_ino == before
    assert path.stat().st_size > 0


def test_a_lock_file_that_is_a_link_is_refused_and_its_target_stays(home: Path) -> None:
    canary = home.parent / "canary"
    canary.write_text("untouched")
    path = home / "activations/.acme-1.lock"
    path.unlink()
    path.symlink_to(canary)

    with pytest.raises(StoreUnavailable, match="symbolic link"):
        FileStore(home).change("acme-1", noted("mine"))
    assert canary.read_text() == "untouched"


def test_a_lock_file_that_is_a_pipe_is_refused_at_once(home: Path) -> None:
    path = home / "activations/.acme-1.lock"
    path.unlink()
    os.mkfifo(path)

    with pytest.raises(StoreUnavailable, match="not a regular file"):
        FileStore(home).change("acme-1", noted("mine"))


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_not_worked_on_without_one(home: Path, code: int) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        FileStore(home, disk=failing_in("lock", code)).change("acme-1", noted("mine"))

    assert "No lock could be had" in caught.value.message
    assert "file system" in caught.value.why[0]
    assert FileStore(home).load("acme-1").activation == new()


def test_a_forged_lock_text_reaches_no_terminal(home: Path) -> None:
    class Forged(CountingDisk):
        """A disk on which somebody else has the lock, and its text was forged."""

        def lock(self, descriptor: int) -> bool:
            return False

    path = home / "activations/.acme-1.lock"
    path.write_bytes(b"pid: 1\x1b[2J\nuser: " + b"x" * 5000 + b"\nhost: \xff\xfe\n")

    with pytest.raises(Locked) as caught:
        FileStore(home, disk=Forged(), deadline=0).change("acme-1", noted("mine"))

    assert "pid 1\\x1b[2J" in caught.value.message
    assert len(caught.value.message) < 300


def test_two_activations_do_not_wait_for_each_other(home: Path) -> None:
    FileStore(home).create(new("acme-2"))
    with _held(home):
        saved = FileStore(home, deadline=0).change("acme-2", noted("note 1"))

    assert saved.after == revised(2, "acme-2")


def test_a_reader_during_many_changes_never_sees_a_torn_or_missing_record(home: Path) -> None:
    writer = _python(_CHANGES, str(home), "x", "60")
    store = FileStore(home)
    seen = []
    while writer.poll() is None:
        seen.append(store.load("acme-1").activation.revision)
    writer.communicate()

    assert writer.returncode == 0
    assert seen == sorted(seen)
    assert store.load("acme-1").activation.revision == 61
    assert len(set(seen)) > 5
