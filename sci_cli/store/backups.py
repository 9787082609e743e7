"""Every revision but the newest, one file each, made before the revision that follows it."""

from __future__ import annotations

import errno
import hashlib
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

from sci_cli.store.disk import FILE_MODE, Disk, Folder
from sci_cli.store.document import SIZE_LIMIT as LIMIT
from sci_cli.store.document import NewerFormat, NotIntact, parse
from sci_cli.store.durable import (
    NotRegular,
    Seen,
    TooLarge,
    Undo,
    discard,
    read_file,
    temporary_name,
    write_new,
)

KEPT = 50
DAYS = 90
_TRIED = 20

_BACKUP = re.compile(r"([a-z0-9-]+)\.([0-9]{1,9})(?:-[0-9a-f]{8})?\.yaml")
# What file systems without hard links, or with enough of them on one file, answer.
_CANNOT_LINK = {
    errno.EPERM, errno.EMLINK, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EXDEV,
}  # fmt: skip


def keep(disk: Disk, folder: Folder, name: str, old: Seen, revision: int, backups: Folder) -> Undo:
    """Gives the record as it is now a second name among the backups, or copies it there.

    A backup of that revision that is there already stays; where it holds something else, as after an older
    revision was put back by hand, the new one is told from it by its hash.

    Returns:
        How to take it back.

    Raises:
        OSError: it could not be kept.
    """
    for kept in (
        f"{name}.{revision}.yaml",
        f"{name}.{revision}-{hashlib.sha256(old.data).hexdigest()[:8]}.yaml",
    ):
        try:
            _link_or_copy(disk, folder, f"{name}.yaml", old, backups, kept)
        except FileExistsError:
            if _holds(disk, backups, kept, old.data):
                return lambda: None
            continue
        return lambda: discard(disk, backups, kept)
    raise FileExistsError(errno.EEXIST, "another file stands in its place", kept)


def _link_or_copy(disk: Disk, folder: Folder, record: str, old: Seen, backups: Folder, kept: str) -> None:
    try:
        disk.link(folder, record, backups, kept)
    except OSError as error:
        if error.errno not in _CANNOT_LINK:
            raise
        _copy(disk, old.data, backups, kept)
        return
    if disk.has_owners and old.mode != FILE_MODE:
        _tighten(disk, backups, kept)


def _copy(disk: Disk, data: bytes, backups: Folder, kept: str) -> None:
    with suppress(FileNotFoundError):
        disk.status(backups, kept)
        raise FileExistsError(errno.EEXIST, "there already", kept)
    temporary = temporary_name()
    try:
        write_new(disk, backups, temporary, data)
        disk.rename(backups, temporary, kept)
    except BaseException:
        discard(disk, backups, temporary)
        raise


def _tighten(disk: Disk, backups: Folder, kept: str) -> None:
    try:
        descriptor = disk.open_for_reading(backups, kept)
        try:
            disk.set_mode(descriptor, FILE_MODE)
        finally:
            disk.close(descriptor)
    except OSError:
        discard(disk, backups, kept)
        raise


def _holds(disk: Disk, backups: Folder, kept: str, data: bytes) -> bool:
    try:
        return read_file(disk, backups, kept, len(data)).data == data
    except (NotRegular, TooLarge):
        return False


def newest_intact(disk: Disk, backups: Folder, name: str) -> tuple[str, int] | None:
    """File name and revision of the newest backup that can be read; None where there is none. Never fails."""
    with suppress(OSError):
        for revision, kept in _of(name, disk.list_folder(backups))[:_TRIED]:
            with suppress(OSError, NotRegular, TooLarge, NotIntact, NewerFormat):
                found = parse(read_file(disk, backups, kept, LIMIT).data, name)
                if found.activation.revision == revision:
                    return kept, revision
    return None


def prune(disk: Disk, backups: Folder, name: str) -> None:
    """Removes backups beyond the newest 50 and the newest of each of the last 90 days; never fails.

    Days are in UTC, by the time the revision was written.
    """
    with suppress(OSError, OverflowError, ValueError):
        oldest = _day(disk.now()) - timedelta(days=DAYS)
        days: set[date] = set()
        for rank, (_, kept) in enumerate(_of(name, disk.list_folder(backups))):
            day = _day(disk.status(backups, kept).st_mtime)
            if rank >= KEPT and (day < oldest or day in days):
                discard(disk, backups, kept)
            days.add(day)


def _day(seconds: float) -> date:
    return datetime.fromtimestamp(seconds, UTC).date()


def by_activation(names: Sequence[str]) -> dict[str, list[tuple[int, str]]]:
    """Revision and file name of all backups by their activation, newest revision first."""
    found: dict[str, list[tuple[int, str]]] = {}
    for entry in names:
        if match := _BACKUP.fullmatch(entry):
            found.setdefault(match[1], []).append((int(match[2]), entry))
    for kept in found.values():
        kept.sort(reverse=True)
    return found


def _of(name: str, names: Sequence[str]) -> list[tuple[int, str]]:
    """Revision and file name of the backups of this activation, newest revision first."""
    return by_activation([entry for entry in names if entry.startswith(f"{name}.")]).get(name, [])
