"""One writer per activation: a lock the system takes back when its holder ends, whatever way it ends.

The lock is on a file beside the record, since the record itself is replaced by each change. That file is
never removed and never replaced; its text names the last holder and decides nothing.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from sci_cli.errors import Locked, StoreUnavailable
from sci_cli.safety.os_words import os_words
from sci_cli.safety.text import quoted, visible
from sci_cli.store.disk import FILE_MODE, Disk, Folder
from sci_cli.store.home import NOTHING_CHANGED

_FIRST_PAUSE = 0.002
_LONGEST_PAUSE = 0.05
_TEXT_LIMIT = 1000
_HOLDER_LINE = re.compile(r"^(pid|user|host|command|since): (.{1,200})$", re.MULTILINE)


@contextmanager
def locked(
    disk: Disk, folder: Folder, name: str, *, command: str = "", deadline: float
) -> Iterator[Callable[[], None]]:
    """Holds the lock of an activation; gives a function that raises once the lock is no longer ours.

    Args:
        disk: the calls.
        folder: where the records are.
        name: the activation's name.
        command: what the holder is doing, for whoever waits.
        deadline: how long to wait, in seconds.

    Raises:
        Locked: another process holds it and did not let go in time.
        StoreUnavailable: the file system gives no lock.
    """
    file_name = lock_name(name)
    descriptor = _acquire(disk, folder, name, deadline)

    def still_ours() -> None:
        if not _is_same(disk, folder, file_name, descriptor):
            raise StoreUnavailable(
                f"The lock file {quoted(folder.path_of(file_name))} was removed while it was in use. "
                f"{NOTHING_CHANGED}",
                fix="Leave that file where it is, and run the command again.",
            )

    try:
        # Only those who wait read it: a full disk need not stop the change here.
        with suppress(OSError):
            disk.rewrite(descriptor, _holder_text(disk, command))
        yield still_ours
    finally:
        with suppress(OSError):
            disk.unlock(descriptor)
        with suppress(OSError):
            disk.close(descriptor)


def lock_name(name: str) -> str:
    """The file name of an activation's lock."""
    return f".{name}.lock"


def _acquire(disk: Disk, folder: Folder, name: str, deadline: float) -> int:
    file_name = lock_name(name)
    until = disk.seconds() + deadline
    pause = _FIRST_PAUSE
    while True:
        descriptor = _open(disk, folder, file_name)
        try:
            # Somebody may have removed the file since it was opened; a lock on it would keep nobody out.
            if _try(disk, folder, file_name, descriptor) and _is_same(disk, folder, file_name, descriptor):
                return descriptor
            if disk.seconds() >= until:
                raise _busy(name, _holder(disk, descriptor))
        except BaseException:
            _give_back(disk, descriptor)
            raise
        _give_back(disk, descriptor)
        disk.pause(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


def _give_back(disk: Disk, descriptor: int) -> None:
    with suppress(OSError):
        disk.close(descriptor)


def _open(disk: Disk, folder: Folder, file_name: str) -> int:
    path = folder.path_of(file_name)
    try:
        descriptor = disk.open_lock(folder, file_name)
    except OSError as error:
        if _is_link(disk, folder, file_name):
            raise _not_a_lock(path, "a symbolic link") from error
        raise _no_lock(path, error) from error
    try:
        found = disk.file_status(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise _not_a_lock(path, "not a regular file")
        if disk.has_owners and found.st_uid == disk.user() and stat.S_IMODE(found.st_mode) != FILE_MODE:
            disk.set_mode(descriptor, FILE_MODE)
    except OSError as error:
        _give_back(disk, descriptor)
        raise _no_lock(path, error) from error
    except StoreUnavailable:
        _give_back(disk, descriptor)
        raise
    return descriptor


def _try(disk: Disk, folder: Folder, file_name: str, descriptor: int) -> bool:
    try:
        return disk.lock(descriptor)
    except OSError as error:
        raise _no_lock(folder.path_of(file_name), error) from error


def _is_same(disk: Disk, folder: Folder, file_name: str, descriptor: int) -> bool:
    try:
        here, held = disk.status(folder, file_name), disk.file_status(descriptor)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise _no_lock(folder.path_of(file_name), error) from error
    return (here.st_dev, here.st_ino) == (held.st_dev, held.st_ino)


def _is_link(disk: Disk, folder: Folder, file_name: str) -> bool:
    try:
        return stat.S_ISLNK(disk.status(folder, file_name).st_mode)
    except OSError:
        return False


def _holder_text(disk: Disk, command: str) -> bytes:
    since = datetime.fromtimestamp(int(disk.now()), UTC).isoformat().replace("+00:00", "Z")
    lines = {
        "pid": str(os.getpid()),
        "user": _user(disk),
        "host": _host(),
        "command": command[:200],
        "since": since,
    }
    shown = {key: visible(value, allow_newlines=False) for key, value in lines.items() if value}
    return "".join(f"{key}: {value}\n" for key, value in shown.items()).encode()


def _user(disk: Disk) -> str:
    if not disk.has_owners:
        return os.environ.get("USERNAME", "")
    number = disk.user()
    try:
        import pwd

        return pwd.getpwuid(number).pw_name
    except (ImportError, KeyError, OSError):
        return str(number)


def _host() -> str:
    uname = getattr(os, "uname", None)
    return str(uname().nodename) if uname else os.environ.get("COMPUTERNAME", "")


def _holder(disk: Disk, descriptor: int) -> dict[str, str]:
    """What the lock file says about its holder; it may say nothing yet."""
    try:
        text = disk.read(descriptor, _TEXT_LIMIT).decode("utf-8", "replace")
    except OSError:
        return {}
    return {key: visible(value, allow_newlines=False) for key, value in _HOLDER_LINE.findall(text)}


def _busy(name: str, holder: dict[str, str]) -> Locked:
    said = ", ".join(f"{key} {holder[key]}" for key in ("pid", "user", "host", "since") if key in holder)
    who = f": {said}" if said else ""
    return Locked(
        f"Another process is changing {quoted(name)}{who}. {NOTHING_CHANGED}",
        why=f"It runs: {holder['command']}" if "command" in holder else (),
        fix="Wait until it has ended, then run the command again. A process stopped with Ctrl-Z goes on with "
        "fg, or ends with kill and its pid.",
    )


def _no_lock(path: str, error: OSError) -> StoreUnavailable:
    return StoreUnavailable(
        f"No lock could be had on {quoted(path)}: {os_words(error)}. {NOTHING_CHANGED}",
        why="Without a lock on its file system, two commands could undo each other's changes.",
        fix="Correct that, or put the home on a file system that gives locks, such as a local disk.",
    )


def _not_a_lock(path: str, what: str) -> StoreUnavailable:
    return StoreUnavailable(
        f"The lock file {quoted(path)} is {what}. {NOTHING_CHANGED}",
        fix="Move it away; the next change makes a new one.",
    )
