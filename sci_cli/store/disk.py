"""Every call the store makes to the operating system, in one place that tests can watch and make fail."""

# pathlib has no calls relative to a descriptor, and these here are the calls themselves.
# ruff: noqa: PTH102, PTH105, PTH108, PTH116, PTH118, PTH208

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import NamedTuple, Protocol, TypeVar, cast

T = TypeVar("T")

FILE_MODE = 0o600
FOLDER_MODE = 0o700

# Each is zero where the system has no such flag.
_SAFE = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)

# A file system that cannot flush a folder answers with one of these.
_CANNOT = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}


class Folder(NamedTuple):
    """An open folder; the descriptor is None where the system has none for folders."""

    path: str
    descriptor: int | None

    def path_of(self, name: str) -> str:
        """The whole path of something in it."""
        return os.path.join(self.path, name)


class Disk:
    """The calls on a POSIX system. Names are relative to an open folder, so exchanged links lead nowhere.

    All methods raise OSError, never anything else.
    """

    has_owners = True

    # Folders ---------------------------------------------------------------------------------------------

    def open_folder(self, name: str, inside: Folder | None = None) -> Folder:
        """The folder of that name, not through a link; a path with no `inside` may be one."""
        if inside is None:
            return Folder(name, os.open(name, _FOLDER))
        descriptor = os.open(name, _FOLDER | _NO_FOLLOW, dir_fd=inside.descriptor)
        return Folder(inside.path_of(name), descriptor)

    def close_folder(self, folder: Folder) -> None:
        """Gives the descriptor back."""
        if folder.descriptor is not None:
            os.close(folder.descriptor)

    def make_folder(self, name: str, inside: Folder) -> None:
        """A new folder with mode 0700 whatever the umask."""
        with _owner_only():
            os.mkdir(name, FOLDER_MODE, dir_fd=inside.descriptor)

    def list_folder(self, folder: Folder) -> list[str]:
        """The names in it, in no order."""
        return os.listdir(folder.path if folder.descriptor is None else folder.descriptor)

    def scan(self, folder: Folder) -> dict[str, os.stat_result | None]:
        """The names in it with the status of each, not of what a link points to; None where it has gone."""
        with os.scandir(folder.path if folder.descriptor is None else folder.descriptor) as entries:
            return {entry.name: self._status_of(folder, entry) for entry in entries}

    def _status_of(self, folder: Folder, entry: os.DirEntry[str]) -> os.stat_result | None:
        try:
            return entry.stat(follow_symlinks=False)
        except OSError:
            return None

    def folder_status(self, folder: Folder) -> os.stat_result:
        """Owner, mode and times of the folder."""
        return os.stat(folder.path if folder.descriptor is None else folder.descriptor)

    def sync_folder(self, folder: Folder) -> None:
        """Returns once the names in it are on the disk, where the file system can promise that."""
        if folder.descriptor is None:
            return
        try:
            self._flush(folder.descriptor)
        except OSError as error:
            if error.errno not in _CANNOT:
                raise

    # Files by name ---------------------------------------------------------------------------------------

    def status(self, folder: Folder, name: str) -> os.stat_result:
        """Of the thing itself, not of what a link points to."""
        return os.stat(name, dir_fd=folder.descriptor, follow_symlinks=False)

    def open_for_reading(self, folder: Folder, name: str) -> int:
        """A descriptor; neither through a link nor waiting for the other end of a pipe."""
        return os.open(name, os.O_RDONLY | _SAFE | _NO_WAIT, dir_fd=folder.descriptor)

    def create(self, folder: Folder, name: str) -> int:
        """A descriptor for writing a file that did not exist, with mode 0600 whatever the umask."""
        with _owner_only():
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _SAFE
            return os.open(name, flags, FILE_MODE, dir_fd=folder.descriptor)

    def open_lock(self, folder: Folder, name: str) -> int:
        """A descriptor for the lock file, which is created when missing and never emptied."""
        with _owner_only():
            flags = os.O_RDWR | os.O_CREAT | _SAFE | _NO_WAIT
            return os.open(name, flags, FILE_MODE, dir_fd=folder.descriptor)

    def link(self, folder: Folder, name: str, into: Folder, new: str) -> None:
        """A second name for the same file."""
        os.link(name, new, src_dir_fd=folder.descriptor, dst_dir_fd=into.descriptor, follow_symlinks=False)

    def rename(self, folder: Folder, name: str, new: str) -> None:
        """The new name in place of whatever had it, at one instant for all readers."""
        os.rename(name, new, src_dir_fd=folder.descriptor, dst_dir_fd=folder.descriptor)

    def unlink(self, folder: Folder, name: str) -> None:
        """The name is gone."""
        os.unlink(name, dir_fd=folder.descriptor)

    # Files by descriptor ---------------------------------------------------------------------------------

    def file_status(self, descriptor: int) -> os.stat_result:
        """Kind, owner, mode, size and times."""
        return os.fstat(descriptor)

    def set_mode(self, descriptor: int, mode: int) -> None:
        """Permission bits exactly as given."""
        os.fchmod(descriptor, mode)

    def read(self, descriptor: int, size: int) -> bytes:
        """At most `size` bytes; none at the end."""
        return os.read(descriptor, size)

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        """How many of the bytes were taken."""
        return os.write(descriptor, data)

    def rewrite(self, descriptor: int, data: bytes) -> None:
        """These bytes in place of the content; for text whose loss does no harm."""
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, data)
        os.ftruncate(descriptor, len(data))

    def sync(self, descriptor: int) -> None:
        """Returns once the content is on the disk."""
        self._flush(descriptor)

    def close(self, descriptor: int) -> None:
        """Gives the descriptor back."""
        os.close(descriptor)

    def _flush(self, descriptor: int) -> None:
        if sys.platform == "darwin":
            import fcntl

            # fsync on macOS stops at the drive's own cache.
            with suppress(OSError):
                fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
                return
        os.fsync(descriptor)

    # Locks and time --------------------------------------------------------------------------------------

    def lock(self, descriptor: int) -> bool:
        """Whether the lock is ours now; False when somebody else has it."""
        import fcntl

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def unlock(self, descriptor: int) -> None:
        """Gives the lock back, also where a child process holds a copy of the descriptor."""
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_UN)

    def user(self) -> int:
        """The number of the user whose files may be trusted."""
        return os.geteuid()

    def seconds(self) -> float:
        """A clock for waiting, which nobody can set."""
        return time.monotonic()

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def pause(self, seconds: float) -> None:
        """Waits."""
        time.sleep(seconds)


class _LocksOfWindows(Protocol):
    LK_NBLCK: int
    LK_UNLCK: int

    def locking(self, descriptor: int, mode: int, length: int, /) -> None: ...


# Nobody may read a locked region, so the byte that is locked lies far behind the text that names the holder.
_LOCKED_BYTE = 2**30
# Virus scanners, indexers and synchronised folders hold files for moments: access denied, in use, locked.
_PASSING = {5, 32, 33}
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.0)


class WindowsDisk(Disk):
    """The calls on Windows: whole paths instead of descriptors of folders, and patience with other programs.

    Args:
        msvcrt: the module of that name.
    """

    has_owners = False

    def __init__(self, msvcrt: object | None = None) -> None:
        self._locks = cast(_LocksOfWindows, msvcrt or import_module("msvcrt"))

    def open_folder(self, name: str, inside: Folder | None = None) -> Folder:
        """The folder of that name, not through a link unless it is absolute."""
        path = name if inside is None else inside.path_of(name)
        mode = (os.stat if inside is None else os.lstat)(path).st_mode
        if not stat.S_ISDIR(mode):
            raise OSError(errno.ELOOP if stat.S_ISLNK(mode) else errno.ENOTDIR, "not a folder", path)
        return Folder(path, None)

    def make_folder(self, name: str, inside: Folder) -> None:
        """A new folder with the permissions of the one around it."""
        os.mkdir(inside.path_of(name))

    def status(self, folder: Folder, name: str) -> os.stat_result:
        """Of the thing itself, not of what a link points to."""
        return os.lstat(folder.path_of(name))

    def _status_of(self, folder: Folder, entry: os.DirEntry[str]) -> os.stat_result | None:
        # What the folder itself says about a file may be old there, and lacks its number.
        try:
            return os.lstat(folder.path_of(entry.name))
        except OSError:
            return None

    def open_for_reading(self, folder: Folder, name: str) -> int:
        """A descriptor; not through a link."""
        return self._patiently(lambda: self._open(folder, name, os.O_RDONLY))

    def create(self, folder: Folder, name: str) -> int:
        """A descriptor for writing a file that did not exist."""
        return self._open(folder, name, os.O_WRONLY | os.O_CREAT | os.O_EXCL)

    def open_lock(self, folder: Folder, name: str) -> int:
        """A descriptor for the lock file, which is created when missing and never emptied."""
        return self._open(folder, name, os.O_RDWR | os.O_CREAT)

    def link(self, folder: Folder, name: str, into: Folder, new: str) -> None:
        """A second name for the same file."""
        os.link(folder.path_of(name), into.path_of(new))

    def rename(self, folder: Folder, name: str, new: str) -> None:
        """The new name in place of whatever had it, once other programs let go of it."""
        self._patiently(lambda: self._replace(folder.path_of(name), folder.path_of(new)))

    def unlink(self, folder: Folder, name: str) -> None:
        """The name is gone."""
        os.unlink(folder.path_of(name))

    def set_mode(self, descriptor: int, mode: int) -> None:
        """Nothing: permissions come from the folder here."""

    def lock(self, descriptor: int) -> bool:
        """Whether the lock is ours now; False when somebody else has it."""
        try:
            self._locking(descriptor, self._locks.LK_NBLCK)
        except OSError as error:
            if error.errno in {errno.EACCES, errno.EAGAIN, errno.EDEADLK}:
                return False
            raise
        return True

    def unlock(self, descriptor: int) -> None:
        """Gives the lock back."""
        self._locking(descriptor, self._locks.LK_UNLCK)

    def user(self) -> int:
        """Nobody in particular: owners are not looked at here."""
        return 0

    def _locking(self, descriptor: int, mode: int) -> None:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            self._locks.locking(descriptor, mode, 1)
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)

    def _open(self, folder: Folder, name: str, flags: int) -> int:
        path = folder.path_of(name)
        # There is no flag against links here; a moment remains in which one could appear.
        with suppress(FileNotFoundError):
            if stat.S_ISLNK(os.lstat(path).st_mode):
                raise OSError(errno.ELOOP, "a symbolic link", path)
        return os.open(path, flags | _SAFE, FILE_MODE)

    def _replace(self, path: str, new: str) -> None:
        os.replace(path, new)

    def _patiently(self, call: Callable[[], T]) -> T:
        for seconds in _PAUSES:
            try:
                return call()
            except OSError as error:
                if getattr(error, "winerror", None) not in _PASSING:
                    raise
                self.pause(seconds)
        return call()


@contextmanager
def _owner_only() -> Iterator[None]:
    # The umask can take away even the owner's bits, and a folder nobody may open cannot be repaired through
    # a descriptor; so it is put aside for the instant of creation.
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def this_disk() -> Disk:
    """The calls of the system the program runs on."""
    return WindowsDisk() if sys.platform == "win32" else Disk()
