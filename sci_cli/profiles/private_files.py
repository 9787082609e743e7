"""Reading and writing of files that decide who gets what, so that nobody else can slip in a word."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sci_cli.errors import InvalidFile, ProfileNotFound, StoreUnavailable, sci
from sci_cli.safety.os_words import os_words
from sci_cli.safety.text import quoted

SIZE_LIMIT = 1_000_000

_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_CLOSE_ON_EXEC = getattr(os, "O_CLOEXEC", 0)
# A pipe would otherwise be waited for until somebody writes into it.
_NON_BLOCKING = getattr(os, "O_NONBLOCK", 0)
_BINARY = getattr(os, "O_BINARY", 0)


def read_private(path: Path, *, what: str = "profile") -> bytes:
    """The bytes of a regular file that only its reader (or root) can have written.

    The folder is opened first and the file through it, once, so that exchanging either meanwhile leads
    nowhere. Owners and permission bits are judged on POSIX only.

    Args:
        path: the file, not a symbolic link.
        what: its kind, for messages.

    Raises:
        ProfileNotFound: there is no such file.
        InvalidFile: it is a link, no regular file, too large, writable by others, or of another owner.
        StoreUnavailable: the system refuses to read it.
    """
    with _as_errors(path, what):
        if sys.platform == "win32":
            _refuse_other_kinds(path, what, path.lstat())
            return path.read_bytes()
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | _CLOSE_ON_EXEC)
        try:
            flags = os.O_RDONLY | _NO_FOLLOW | _NON_BLOCKING | _CLOSE_ON_EXEC | _BINARY
            descriptor = os.open(path.name, flags, dir_fd=folder)
            try:
                status = os.fstat(descriptor)
                _refuse_other_kinds(path, what, status)
                _refuse_other_writers(path, what, status)
                _refuse_other_writers(path.parent, f"folder of the {what}", os.fstat(folder))
                with os.fdopen(descriptor, "rb", closefd=False) as file:
                    return file.read(SIZE_LIMIT)
            finally:
                os.close(descriptor)
        finally:
            os.close(folder)


def write_private(path: Path, data: bytes) -> None:
    """Put these bytes in place of the file, all or none, readable and writable by its owner only.

    After a power cut the old content may be back: consent given shortly before is then asked for again.

    Raises:
        StoreUnavailable: the system refuses; the file is as it was.
    """
    temporary = path.with_name(f".{path.name}-{os.urandom(8).hex()}.tmp")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW | _CLOSE_ON_EXEC | _BINARY
        with os.fdopen(os.open(temporary, flags, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise StoreUnavailable(
            f"The file {quoted(str(path))} could not be written: {os_words(error)}; nothing was changed.",
            fix="Free the folder or the disk, and run the command again.",
        ) from error
    finally:
        # Missing when it could not be created, or has become the file itself.
        with suppress(OSError):
            temporary.unlink()


def _refuse_other_kinds(path: Path, what: str, status: os.stat_result) -> None:
    if stat.S_ISLNK(status.st_mode):
        raise _link(path, what)
    if stat.S_ISDIR(status.st_mode):
        raise InvalidFile(f"The {what} {quoted(str(path))} is a folder.", fix="Name a file.")
    if not stat.S_ISREG(status.st_mode):
        raise InvalidFile(
            f"The {what} {quoted(str(path))} is not a regular file.", fix="Name a file on disk."
        )
    if status.st_size > SIZE_LIMIT:
        raise InvalidFile(
            f"The {what} {quoted(str(path))} is too large: {status.st_size} bytes, at most {SIZE_LIMIT}.",
            fix="Name a smaller file.",
        )


def _refuse_other_writers(path: Path, what: str, status: os.stat_result) -> None:
    if sys.platform == "win32":
        return
    if status.st_uid not in (os.geteuid(), 0):
        raise InvalidFile(
            f"The {what} {quoted(str(path))} has another owner, who can change it at any time.",
            why="A profile decides what an order waits for and who receives the configuration.",
            fix="Copy it to a folder of your own, and use the copy.",
        )
    shared_folder = stat.S_ISDIR(status.st_mode) and status.st_mode & stat.S_ISVTX
    by_group = status.st_mode & stat.S_IWGRP and not _is_private_group(status.st_gid)
    if (status.st_mode & stat.S_IWOTH or by_group) and not shared_folder:
        raise InvalidFile(
            f"The {what} {quoted(str(path))} is writable by others.",
            why="A profile decides what an order waits for and who receives the configuration.",
            fix=f"Take their right away: chmod go-w {path}",
        )


def _is_private_group(group: int) -> bool:
    """Whether the group is the user's own: many systems give each user one, and let it write by default."""
    if sys.platform == "win32":
        return False
    import grp
    import pwd

    try:
        return group == os.getegid() and grp.getgrgid(group).gr_name == pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return False


def _link(path: Path, what: str) -> InvalidFile:
    return InvalidFile(
        f"The {what} {quoted(str(path))} is a symbolic link, which can turn to another file at any time.",
        fix="Name the file itself.",
    )


@contextmanager
def _as_errors(path: Path, what: str) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise ProfileNotFound(
            f"There is no {what} {quoted(str(path))}.",
            fix=["Check the path.", sci("profile", "list", note="names those there are")],
        ) from None
    except OSError as error:
        # With O_NOFOLLOW a link is reported as one link too many; FreeBSD has a number of its own for it.
        if error.errno in (errno.ELOOP, errno.EMLINK):
            raise _link(path, what) from None
        raise StoreUnavailable(
            f"The {what} {quoted(str(path))} could not be read: {os_words(error)}; nothing was changed.",
            fix="Check that you may read the file.",
        ) from error
    except ValueError:
        raise ProfileNotFound(f"{quoted(str(path))} cannot be the path of a {what}.") from None
