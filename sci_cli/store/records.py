"""One record read from its folder, with everything a person should know about its file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from sci_cli.domain.activation import Activation
from sci_cli.errors import (
    ActivationNotFound,
    Fix,
    RecordCorrupt,
    StaleRevision,
    StoreUnavailable,
    sci,
)
from sci_cli.safety.os_words import os_words
from sci_cli.safety.text import quoted
from sci_cli.store.contract import no_activation
from sci_cli.store.disk import FILE_MODE, Disk, Folder
from sci_cli.store.document import FORMAT, SIZE_LIMIT, NewerFormat, NotIntact, Parsed, parse, parse_edited
from sci_cli.store.durable import NotRegular, Seen, TooLarge, read_file
from sci_cli.store.home import NOTHING_CHANGED, other_owner
from sci_cli.store.neighbours import ENDING, Listing, notice_of

_COMPARED = 5
_TRIED_AS_EDIT = 200_000
_NOT_ADOPTED = "What was changed by hand does not count until it is adopted."
_NO_EDIT = "It does not read as a record, so there is no edit to adopt."

Backup = Callable[[], tuple[str, int] | None]
"""Path and revision of the newest backup that can be read."""


@dataclass(frozen=True, slots=True)
class Found:
    """A record as read: what it says, its head, notices, and the file as it was."""

    activation: Activation
    head: str
    notices: tuple[str, ...]
    seen: Seen


def listed(disk: Disk, folder: Folder) -> Listing:
    """What the folder holds now.

    Raises:
        StoreUnavailable: it cannot be read.
    """
    try:
        return Listing.of(disk.list_folder(folder))
    except OSError as error:
        raise unreadable(folder.path, error) from error


def exists(disk: Disk, folder: Folder, name: str) -> bool:
    """Whether anything stands under the record's name.

    Raises:
        StoreUnavailable: nobody can tell.
    """
    try:
        disk.status(folder, name + ENDING)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise unreadable(folder.path_of(name + ENDING), error) from error
    return True


def read(disk: Disk, folder: Folder, name: str, listing: Listing, backup: Backup) -> Found:
    """The record of that name, verified.

    Args:
        disk: the calls.
        folder: where the records are.
        name: the activation's name.
        listing: what else lies there.
        backup: finds what could be put back; asked only when the record fails its check.

    Raises:
        ActivationNotFound: there is no such file.
        RecordCorrupt: the file fails its check, or two files claim to be the record.
        StoreUnavailable: it cannot be read, which is not the same as not being there.
    """
    path = folder.path_of(name + ENDING)
    refuse_twins(folder, name, listing)
    try:
        seen = read_file(disk, folder, name + ENDING, SIZE_LIMIT)
        if disk.has_owners and seen.owner != disk.user():
            raise other_owner("The record", path, seen.owner)
        parsed = parse(seen.data, name)
    except FileNotFoundError:
        raise no_activation(name) from None
    except OSError as error:
        raise unreadable(path, error) from error
    except NewerFormat as error:
        raise newer(path, error.found) from None
    except NotRegular as error:
        raise _corrupt(path, name, f"is {error}", (), backup(), in_the_way=True) from None
    except TooLarge:
        limit = f"{SIZE_LIMIT // 1_000_000} MB"
        raise _corrupt(
            path, name, f"is larger than {limit}", ("No record is.",), backup(), in_the_way=True
        ) from None
    except NotIntact as error:
        adopt = sci(
            "adopt", name, "--reason", "REASON", note="if an edit by hand is right; it shows the edit"
        )
        edited = _may_be_edit(seen.data, name)
        why = (*error.why, _NOT_ADOPTED if edited else _NO_EDIT)
        raise _corrupt(path, name, error.sentence, why, backup(), (adopt,) if edited else ()) from None
    strangers = listing.strangers_of(name)
    _refuse_fork(disk, folder, parsed, strangers)
    notices = (*_about_mode(disk, path, seen), *parsed.notices, *map(notice_of, strangers))
    return Found(parsed.activation, parsed.head, notices, seen)


def check_unwritten(disk: Disk, folder: Folder, name: str, seen: Seen) -> None:
    """Refuses to go on when something that takes no lock, such as an editor, wrote the record meanwhile.

    Raises:
        StaleRevision: it did.
        OSError: nobody can tell.
    """
    with suppress(FileNotFoundError):
        now = disk.status(folder, name + ENDING)
        if (now.st_ino, now.st_size, now.st_mtime_ns) == (seen.inode, seen.size, seen.modified):
            return
    raise StaleRevision(
        f"The file of {name} was written by something else while this command ran. {NOTHING_CHANGED}",
        why="An editor or a program that synchronises folders does not take the lock.",
        fix=["Look at what it holds now, then run the command again.", sci("status", name)],
    )


def way_back(name: str, backup: tuple[str, int] | None, *, in_the_way: bool = False) -> tuple[Fix, ...]:
    """How a record comes back from the newest intact backup, given with its path and revision.

    Args:
        name: the activation's name.
        backup: path and revision; None where there is none.
        in_the_way: what is there is no file that could be a record, so nothing replaces it.
    """
    keep = "Keep what is there somewhere else, for whoever finds out what happened to it."
    first = (keep,) if in_the_way or backup is None else ()
    if backup is None:
        return *first, "There is no intact backup of it; look for one in a copy of the home."
    kept, revision = backup
    note = f"puts back revision {revision}; later changes are not in it"
    note += "" if in_the_way else "; the damaged file stays beside it"
    return (
        *first,
        sci("restore", name, "--reason", "REASON", note=note),
        f"The newest intact backup is {quoted(kept)}.",
    )


def unreadable(path: str, error: OSError) -> StoreUnavailable:
    """The error for something that is there and cannot be read."""
    return StoreUnavailable(
        f"{quoted(path)} could not be read: {os_words(error)}. {NOTHING_CHANGED}",
        fix="Correct that, then run the command again.",
    )


def refuse_twins(folder: Folder, name: str, listing: Listing) -> None:
    """Stops where a file's name differs from the record's only in letter case.

    Raises:
        ActivationNotFound: the record itself is not there.
        RecordCorrupt: both are.
    """
    twins = listing.twins_of(name)
    if not twins:
        return
    if name not in listing.names:
        raise ActivationNotFound(
            f"The activation {quoted(name)} is not found.",
            why=f"There is a file {quoted(twins[0])}; names of activations are written in small letters.",
            fix=f"Rename that file to {quoted(name + ENDING)} if it is this activation.",
        )
    raise RecordCorrupt(
        f"{quoted(folder.path_of(name + ENDING))} and {quoted(twins[0])} differ only in letter case. "
        "Nothing was written.",
        why="On many disks they would be one file; nobody can tell which one is meant.",
        fix="Compare them, then move one of them out of the folder.",
    )


def _refuse_fork(disk: Disk, folder: Folder, parsed: Parsed, strangers: tuple[str, ...]) -> None:
    """Stops when a copy beside the record has the same revision and another history."""
    mine = parsed.activation
    for file in strangers[:_COMPARED]:
        try:
            other = parse(read_file(disk, folder, file, SIZE_LIMIT).data, mine.name)
        except (OSError, NotRegular, TooLarge, NotIntact, NewerFormat):
            continue
        if other.activation.revision == mine.revision and other.head != parsed.head:
            raise RecordCorrupt(
                f"There are two versions of {mine.name} at revision {mine.revision}: "
                f"{quoted(mine.name + ENDING)} and {quoted(file)}. Nothing was written.",
                why=f"Both were changed apart from each other; they lie in {quoted(folder.path)}.",
                fix="Compare their histories, keep the true one and move the other out of the folder.",
            )


def _about_mode(disk: Disk, path: str, seen: Seen) -> tuple[str, ...]:
    if not disk.has_owners or not seen.mode & ~FILE_MODE:
        return ()
    return (
        f"The permissions of {quoted(path)} are {seen.mode:04o}, so others may read or write it; "
        f"the next change makes them {FILE_MODE:04o}.",
    )


def newer(path: str, found: int) -> RecordCorrupt:
    """The error for a record that a newer version wrote."""
    return RecordCorrupt(
        f"{quoted(path)} has format {found}: a newer version of sci wrote it. Nothing was written.",
        why=f"This version reads records up to format {FORMAT}.",
        fix="Install the newer version of sci; the file is untouched.",
    )


def _may_be_edit(data: bytes, name: str) -> bool:
    """Whether the file reads as a record that somebody edited; very long ones are not tried."""
    try:
        return len(data) <= _TRIED_AS_EDIT and parse_edited(data, name) is not None
    except (NotIntact, NewerFormat):
        return False


def _corrupt(
    path: str,
    name: str,
    what: str,
    why: tuple[str, ...],
    backup: tuple[str, int] | None,
    first: tuple[Fix, ...] = (),
    *,
    in_the_way: bool = False,
) -> RecordCorrupt:
    """The error for a record that fails its check; `in_the_way` where it is no file that could be one."""
    fix = (*first, *way_back(name, backup, in_the_way=in_the_way))
    return RecordCorrupt(f"The record {quoted(path)} {what}. Nothing was written.", why=why, fix=fix)
