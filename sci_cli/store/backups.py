"""Every revision but the newest, one file each, made before the revision that follows it."""

from __future__ import annotations

import errno
import hashlib
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sci_cli.domain.activation import Event
from sci_cli.store.contract import goes_on_with
from sci_cli.store.disk import FILE_MODE, Disk, Folder
from sci_cli.store.document import SIZE_LIMIT as LIMIT
from sci_cli.store.document import NewerFormat, NotIntact, Parsed, checksum_holds, parse
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
            link_or_copy(disk, folder, f"{name}.yaml", old, backups, kept)
        except FileExistsError:
            if _holds(disk, backups, kept, old.data):
                return lambda: None
            continue
        return lambda: discard(disk, backups, kept)
    raise FileExistsError(errno.EEXIST, "another file stands in its place", kept)


def put(disk: Disk, name: str, data: bytes, revision: int, backups: Folder) -> Undo:
    """Makes a backup of these bytes; one of that revision that is there already stays.

    Returns:
        How to take it back.

    Raises:
        OSError: it could not be made.
    """
    kept = f"{name}.{revision}.yaml"
    try:
        _copy(disk, data, backups, kept)
    except FileExistsError:
        return lambda: None
    return lambda: discard(disk, backups, kept)


def link_or_copy(disk: Disk, folder: Folder, record: str, old: Seen, backups: Folder, kept: str) -> None:
    """Gives a file a second name, or copies it there where names cannot be shared.

    Raises:
        FileExistsError: something of that name is there.
        OSError: it could not be done.
    """
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


@dataclass(frozen=True, slots=True)
class Copy:
    """A backup that was read and verified: its file name and what it holds."""

    file: str
    parsed: Parsed


def newest_intact(disk: Disk, backups: Folder, name: str) -> Copy | None:
    """The newest backup that can be read; None where there is none. Never fails.

    Where a record was mended and gone on with, the line that was left may have higher numbers. So the times
    of writing come first, and of two lines the one that was written to last counts.
    """
    with suppress(OSError):
        listed = [
            (disk.status(backups, kept).st_mtime, revision, kept)
            for revision, kept in _of(name, disk.list_folder(backups))
        ]
        tried = sorted(listed, reverse=True)[:_TRIED]
        found = (_intact(disk, backups, name, kept, revision) for _, revision, kept in tried)
        return newest([copy for copy in found if copy])
    return None


def newest(copies: Sequence[Copy]) -> Copy | None:
    """The copy that no other goes on from; of several the one whose last change is the latest.

    Where the times are the same, the first of them.
    """
    ends = [
        copy
        for copy in copies
        if not any(goes_on_with(other.parsed.activation, copy.parsed.activation) for other in copies)
    ]
    return max(ends, key=lambda copy: copy.parsed.activation.history[-1].at, default=None)


def copies_of(disk: Disk, backups: Folder, name: str, revision: int) -> tuple[Copy, ...]:
    """The intact backups of one revision, the last written first.

    There are several where an older revision was gone on with. Never fails.
    """
    with suppress(OSError):
        files = [
            (disk.status(backups, kept).st_mtime, kept)
            for number, kept in _of(name, disk.list_folder(backups))
            if number == revision
        ]
        ordered = [kept for _, kept in sorted(files, reverse=True)]
        read = (_intact(disk, backups, name, kept, revision) for kept in ordered)
        return tuple(found for found in read if found)
    return ()


def revisions(disk: Disk, backups: Folder, name: str) -> tuple[int, ...]:
    """The revisions a backup is named for, oldest first; whether they are intact is not looked at."""
    with suppress(OSError):
        return tuple(sorted({revision for revision, _ in _of(name, disk.list_folder(backups))}))
    return ()


def _intact(disk: Disk, backups: Folder, name: str, kept: str, revision: int) -> Copy | None:
    with suppress(OSError, NotRegular, TooLarge, NotIntact, NewerFormat):
        parsed = parse(read_file(disk, backups, kept, LIMIT).data, name)
        if parsed.activation.revision == revision:
            return Copy(kept, parsed)
    return None


def thin(disk: Disk, backups: Folder, name: str, history: Sequence[Event]) -> None:
    """Removes backups beyond the newest 50 and the newest of each of the last 90 days; never fails.

    Only called once the change after the newest backup is durable, so the record and that backup, both read
    back in this very run, are never what is removed. A damaged backup does not stand for its day.

    Args:
        disk: the calls.
        backups: where they are.
        name: the activation's name.
        history: the events of the record as it is now; they say on which day, in UTC, a revision was
            written. The time of the file counts only where the history does not know the revision.
    """
    with suppress(OSError, OverflowError, ValueError):
        oldest = history[-1].at.date() - timedelta(days=DAYS)
        stands_for: dict[date, str] = {}
        for rank, (revision, kept) in enumerate(_of(name, disk.list_folder(backups))):
            day = _day(disk, backups, kept, revision, history)
            if rank < KEPT:
                stands_for.setdefault(day, kept)
            elif day < oldest:
                discard(disk, backups, kept)
            elif day not in stands_for:
                stands_for[day] = kept
            elif _looks_whole(disk, backups, stands_for[day]):
                discard(disk, backups, kept)
            else:
                stands_for[day] = kept


def _looks_whole(disk: Disk, backups: Folder, kept: str) -> bool:
    with suppress(OSError, NotRegular, TooLarge):
        return checksum_holds(read_file(disk, backups, kept, LIMIT).data)
    return False


def _day(disk: Disk, backups: Folder, kept: str, revision: int, history: Sequence[Event]) -> date:
    if 1 <= revision <= len(history):
        return history[revision - 1].at.date()
    return datetime.fromtimestamp(disk.status(backups, kept).st_mtime, UTC).date()


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
