"""How bytes get under a name so that a crash at any moment leaves the old content or the new, whole."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sci_cli.store.disk import FILE_MODE, Disk, Folder

TEMPORARY = (".sci-", ".tmp")
STALE_AFTER = 3600.0
_PIECE = 1 << 20

Undo = Callable[[], None]


class NotRegular(Exception):
    """A link, folder, pipe or device stands where a file should be; the text says which."""


class TooLarge(Exception):
    """A file is larger than anything the store wrote."""


class Unconfirmed(Exception):
    """The new content is under its name, but the disk did not confirm it."""

    def __init__(self, reason: OSError) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Seen:
    """A file's content, and what tells whether it was written since. None of it holds for another file."""

    data: bytes
    inode: int
    size: int
    modified: int
    mode: int
    owner: int


def read_file(disk: Disk, folder: Folder, name: str, limit: int) -> Seen:
    """The content of a regular file, whatever stands under its name.

    Args:
        disk: the calls.
        folder: where it is.
        name: its name there.
        limit: the most bytes it may have.

    Raises:
        NotRegular, TooLarge: it is not read.
        OSError: it cannot be read; FileNotFoundError only when nothing of that name exists.
    """
    try:
        descriptor = disk.open_for_reading(folder, name)
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.EMLINK, errno.ENXIO, errno.EOPNOTSUPP}:
            refuse_irregular(disk.status(folder, name).st_mode)
        raise
    try:
        found = disk.file_status(descriptor)
        refuse_irregular(found.st_mode)
        data = _read_all(disk, descriptor, limit)
    finally:
        with suppress(OSError):
            disk.close(descriptor)
    return Seen(data, found.st_ino, len(data), found.st_mtime_ns, stat.S_IMODE(found.st_mode), found.st_uid)


def refuse_irregular(mode: int) -> None:
    """Refuse what is no regular file, by its mode.

    Raises:
        NotRegular: saying what it is.
    """
    if stat.S_ISLNK(mode):
        raise NotRegular("a symbolic link")
    if not stat.S_ISREG(mode):
        raise NotRegular("not a regular file")


def _read_all(disk: Disk, descriptor: int, limit: int) -> bytes:
    pieces: list[bytes] = []
    left = limit + 1
    while left > 0 and (piece := disk.read(descriptor, min(left, _PIECE))):
        pieces.append(piece)
        left -= len(piece)
    if left <= 0:
        raise TooLarge
    return b"".join(pieces)


def commit(
    disk: Disk,
    folder: Folder,
    name: str,
    data: bytes,
    *,
    keep: Callable[[], Undo] | None = None,
    check: Callable[[], None] | None = None,
    also_sync: Sequence[Folder] = (),
) -> None:
    """Puts the bytes under the name, in place of what was there.

    The bytes go to a temporary file, are flushed and read back; then `keep` saves what is there now and
    `check` has its last word; then one rename is the moment of change, and the folders are flushed. A failed
    flush is never tried again: the system may have dropped what it could not write and call the second
    attempt a success.

    Args:
        disk: the calls.
        folder: where the name is.
        name: the name.
        data: the whole new content.
        keep: saves the old content elsewhere and returns how to take that back.
        check: raises to stop.
        also_sync: folders `keep` wrote to.

    Raises:
        Unconfirmed: the new content is visible, but may not survive a power cut.
        OSError: nothing was changed.
        Exception: whatever `keep` and `check` raise; nothing was changed.
    """
    remove_stale(disk, folder)
    temporary = temporary_name()
    undo: Undo = _nothing
    try:
        write_new(disk, folder, temporary, data)
        if keep is not None:
            undo = keep()
        if check is not None:
            check()
    except BaseException:
        undo()
        discard(disk, folder, temporary)
        raise
    try:
        disk.rename(folder, temporary, name)
        for touched in (folder, *also_sync):
            disk.sync_folder(touched)
    except OSError as error:
        if _holds(disk, folder, name, data):
            raise Unconfirmed(error) from error
        undo()
        discard(disk, folder, temporary)
        raise


def keep_once(disk: Disk, folder: Folder, name: str, data: bytes) -> bool:
    """Puts the bytes under a name that stands for them; False when it holds something else.

    Raises:
        Unconfirmed, NotRegular, TooLarge, OSError: as for `commit` and `read_file`.
    """
    try:
        there = read_file(disk, folder, name, len(data))
    except FileNotFoundError:
        commit(disk, folder, name, data)
        return True
    except TooLarge:
        return False
    if there.data == data:
        # Whoever put it there may have been stopped before the folder was flushed.
        disk.sync_folder(folder)
    return there.data == data


def write_new(disk: Disk, folder: Folder, name: str, data: bytes) -> None:
    """A new file with exactly these bytes, on the disk; its name may still be lost.

    Raises:
        OSError: it is not complete; a file of that name may be left.
    """
    put_down(disk, folder, name, data, sync=True)
    # A disk may confirm bytes it did not take; a second descriptor sees what is there.
    if not _same(disk, folder, name, data):
        raise OSError(errno.EIO, "read back differently")


def put_down(disk: Disk, folder: Folder, name: str, data: bytes, *, sync: bool) -> None:
    """A new file with these bytes, on the disk where `sync` asks for that.

    Raises:
        OSError: it is not complete; a file of that name may be left.
    """
    descriptor = disk.create(folder, name)
    try:
        disk.set_mode(descriptor, FILE_MODE)
        left = memoryview(data)
        while left:
            written = disk.write(descriptor, left)
            if written <= 0:
                raise OSError(errno.EIO, "nothing was written")
            left = left[written:]
        if sync:
            disk.sync(descriptor)
    except BaseException:
        with suppress(OSError):
            disk.close(descriptor)
        raise
    disk.close(descriptor)


def _same(disk: Disk, folder: Folder, name: str, data: bytes) -> bool:
    try:
        return read_file(disk, folder, name, len(data)).data == data
    except (NotRegular, TooLarge):
        return False


def _holds(disk: Disk, folder: Folder, name: str, data: bytes) -> bool:
    """Whether the name holds the new bytes; also when nobody can tell, since 'unchanged' could be false."""
    try:
        return _same(disk, folder, name, data)
    except FileNotFoundError:
        return False
    except OSError:
        return True


def temporary_name() -> str:
    """A name nobody else uses, which no reader takes for a record."""
    return os.urandom(8).hex().join(TEMPORARY)


def remove_stale(disk: Disk, folder: Folder) -> None:
    """Removes temporary files that runs now dead left more than an hour ago; never fails."""
    with suppress(OSError):
        for name in disk.list_folder(folder):
            if name.startswith(TEMPORARY[0]) and name.endswith(TEMPORARY[1]):
                with suppress(OSError):
                    if disk.now() - disk.status(folder, name).st_mtime > STALE_AFTER:
                        disk.unlink(folder, name)


def discard(disk: Disk, folder: Folder, name: str) -> None:
    """Removes a file that is of no use to anybody; never fails."""
    with suppress(OSError):
        disk.unlink(folder, name)


def _nothing() -> None:
    return None
