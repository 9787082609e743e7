"""The one way a file the user asked for comes into being: new, whole, and never in place of another."""

from __future__ import annotations

import errno
import os
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sci_cli.errors import InvalidValue, OutcomeUnknown, OutputExists, StoreUnavailable
from sci_cli.safety.os_words import os_words
from sci_cli.safety.text import describe_unsafe, quoted

# Each is zero where the system has no such flag.
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_CLOSE_ON_EXEC = getattr(os, "O_CLOEXEC", 0)
_BINARY = getattr(os, "O_BINARY", 0)
_NO_TERMINAL = getattr(os, "O_NOCTTY", 0)

# File systems that cannot flush a folder, or cannot link, answer with one of these.
_CANNOT = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
_CANNOT_LINK = _CANNOT | {errno.EPERM, errno.EMLINK}


def write_new(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Creates a new file with exactly this content, or changes nothing.

    The content goes into a temporary file of the same folder, is flushed, read back and compared, and only
    then gets its name; no reader ever sees half a file, and an existing file or link is never replaced.
    Once this returns, file and name survive a power cut, where the file system can promise that.
    A character device is the one existing target accepted: it is written to directly.
    On a file system without hard links the name is first taken by an empty file, which a power cut in that
    moment may leave behind.

    Args:
        path: the file to create; its folder exists.
        data: the whole content.
        mode: permission bits, whatever the umask.

    Raises:
        OutputExists: a file, folder or symbolic link of that name exists.
        StoreUnavailable: the folder is missing, or the system refuses to write; nothing was changed.
        OutcomeUnknown: the file is there, but may not survive a power cut, and cannot be taken back.
        InvalidValue: the path cannot be a file name.
    """
    unsafe = describe_unsafe(path.name)
    if unsafe is not None or "\0" in str(path):
        raise InvalidValue(
            f"The file name {quoted(str(path))} contains {unsafe or 'the character U+0000'}.",
            fix="Choose a file name without that character.",
        )
    with _as_store_errors(path):
        if _is_device(path):
            _write_to_device(path, data)
            return
        folder = _Folder.opened(path.parent)
        try:
            _write_in(folder, path, data, mode)
        finally:
            folder.close()


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder kept open, so that exchanging it for a link meanwhile leads nowhere; by path on Windows."""

    path: Path
    descriptor: int | None

    @classmethod
    def opened(cls, path: Path) -> _Folder:
        if sys.platform == "win32":
            if not path.is_dir():
                raise _no_folder(path)
            return cls(path, None)
        try:
            return cls(path, os.open(path, os.O_RDONLY | os.O_DIRECTORY | _CLOSE_ON_EXEC))
        except (FileNotFoundError, NotADirectoryError):
            raise _no_folder(path) from None

    def close(self) -> None:
        if self.descriptor is not None:
            os.close(self.descriptor)

    def _name(self, name: str) -> str:
        return str(self.path / name) if self.descriptor is None else name

    def open(self, name: str, flags: int, mode: int = 0) -> int:
        flags |= _NO_FOLLOW | _CLOSE_ON_EXEC | _BINARY
        return os.open(self._name(name), flags, mode, dir_fd=self.descriptor)

    def unlink(self, name: str) -> None:
        os.unlink(self._name(name), dir_fd=self.descriptor)

    def give_name(self, temporary: str, name: str) -> None:
        """The temporary file under its final name; FileExistsError when that name is taken."""
        if sys.platform == "win32":
            Path(self._name(temporary)).rename(self._name(name))
            return
        here = self.descriptor
        try:
            os.link(temporary, name, src_dir_fd=here, dst_dir_fd=here, follow_symlinks=False)
        except OSError as error:
            if error.errno not in _CANNOT_LINK:
                raise
            os.close(self.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            try:
                os.replace(temporary, name, src_dir_fd=here, dst_dir_fd=here)
            except OSError:
                self.unlink(name)
                raise

    def sync(self) -> None:
        if self.descriptor is None:
            return
        try:
            os.fsync(self.descriptor)
        except OSError as error:
            if error.errno not in _CANNOT:
                raise


def _write_in(folder: _Folder, path: Path, data: bytes, mode: int) -> None:
    temporary = f".sci-{secrets.token_hex(8)}.tmp"
    try:
        _fill(folder, temporary, data, mode)
        folder.give_name(temporary, path.name)
    finally:
        # Missing when it could not be created, or has become the file itself.
        with suppress(OSError):
            folder.unlink(temporary)
    try:
        folder.sync()
    except OSError as error:
        _take_back(folder, path, error)
        raise


def _fill(folder: _Folder, name: str, data: bytes, mode: int) -> None:
    descriptor = folder.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        if sys.platform != "win32":
            os.fchmod(descriptor, mode)
        _write_all(descriptor, data)
        _flush(descriptor)
    finally:
        os.close(descriptor)
    # A disk or network folder may take the bytes and keep others; a second descriptor sees what is kept.
    with os.fdopen(folder.open(name, os.O_RDONLY), "rb") as written:
        if written.read() != data:
            raise OSError(errno.EIO, "read back differently")


def _flush(descriptor: int) -> None:
    if sys.platform == "darwin":
        import fcntl

        # fsync on macOS stops at the drive's own cache.
        with suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        written = os.write(descriptor, left)
        if written == 0:
            raise OSError(errno.EIO, "nothing was written")
        left = left[written:]


def _take_back(folder: _Folder, path: Path, reason: OSError) -> None:
    try:
        folder.unlink(path.name)
    except OSError:
        raise OutcomeUnknown(
            f"The file {quoted(str(path))} is written, but may not survive a power cut: {os_words(reason)}.",
            fix="Look at the file, and copy it to another disk.",
            saved=True,
        ) from reason


def _is_device(path: Path) -> bool:
    """Whether the path is a character device; refuses everything else that exists."""
    try:
        there = path.lstat().st_mode
    except FileNotFoundError:
        return False
    if stat.S_ISCHR(there):
        return True
    raise _taken(path, there)


def _write_to_device(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | _NO_FOLLOW | _NO_TERMINAL | _CLOSE_ON_EXEC)
    try:
        _write_all(descriptor, data)
    finally:
        os.close(descriptor)


@contextmanager
def _as_store_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise _taken(path, _mode_of(path)) from None
    except (NotADirectoryError, UnicodeEncodeError):
        raise _no_folder(path.parent) from None
    except OSError as error:
        raise StoreUnavailable(
            f"The file {quoted(str(path))} could not be written: {os_words(error)}; nothing was changed.",
            fix="Choose another folder, or free this one, and run the command again.",
        ) from error


def _mode_of(path: Path) -> int:
    try:
        return path.lstat().st_mode
    except OSError:
        return stat.S_IFREG


def _taken(path: Path, mode: int) -> OutputExists:
    if stat.S_ISLNK(mode):
        message = f"{quoted(str(path))} is a symbolic link; it is not written through."
    elif stat.S_ISDIR(mode):
        message = f"A folder of the name {quoted(str(path))} exists already."
    else:
        message = f"The file {quoted(str(path))} exists already; it stays as it is."
    return OutputExists(message, fix="Choose another file name, or move the existing one away.")


def _no_folder(folder: Path) -> StoreUnavailable:
    return StoreUnavailable(
        f"The folder {quoted(str(folder))} does not exist; nothing was changed.",
        fix="Create the folder first, or choose another one.",
    )
