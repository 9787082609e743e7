"""A record that fails its check or is gone: what is wrong, what could be put back, and putting it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from sci_cli.domain.activation import Activation
from sci_cli.errors import RecordCorrupt, StaleRevision, StoreUnavailable
from sci_cli.safety.os_words import os_words
from sci_cli.safety.text import quoted
from sci_cli.store import backups, records
from sci_cli.store.abilities import Damage, intact
from sci_cli.store.contract import no_activation
from sci_cli.store.disk import Disk, Folder
from sci_cli.store.document import SIZE_LIMIT, NewerFormat, NotIntact, parse
from sci_cli.store.durable import NotRegular, Seen, TooLarge, Undo, discard, read_file
from sci_cli.store.home import NOTHING_CHANGED, other_owner
from sci_cli.store.neighbours import ENDING

# A name that no listing takes for a record or for a copy of one.
DAMAGED = ".damaged-"
_MOST_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Examined:
    """The damage, and the file as it was when it was looked at; None where there is no file."""

    damage: Damage
    seen: Seen | None


def examine(disk: Disk, folder: Folder, kept_in: Folder | None, name: str, revision: int | None) -> Examined:
    """What is wrong with the record, and the backup that could be put back.

    Args:
        disk: the calls.
        folder: where the records are.
        kept_in: where the backups are.
        name: the activation's name.
        revision: that of the backup; the newest intact one without it.

    Raises:
        AlreadyDifferent: nothing is wrong with it.
        ActivationNotFound: there is neither a record nor an intact backup.
        RecordCorrupt: what is there must not be replaced, or there is nothing to replace it with.
        StoreUnavailable: it cannot be read.
    """
    path = folder.path_of(name + ENDING)
    records.refuse_twins(folder, name, records.listed(disk, folder))
    seen: Seen | None = None
    try:
        seen = read_file(disk, folder, name + ENDING, SIZE_LIMIT)
        if disk.has_owners and seen.owner != disk.user():
            raise other_owner("The record", path, seen.owner)
        parse(seen.data, name)
    except FileNotFoundError:
        what = "is gone"
    except OSError as error:
        raise records.unreadable(path, error) from error
    except NewerFormat as error:
        raise records.newer(path, error.found) from None
    except (NotRegular, TooLarge) as error:
        raise _not_replaced(path, str(error) or "larger than any record") from None
    except NotIntact as error:
        what = error.sentence
    else:
        raise intact(name)
    return Examined(Damage(what, path, _backup(disk, kept_in, name, revision, seen), seen is None), seen)


def _backup(
    disk: Disk, kept_in: Folder | None, name: str, revision: int | None, seen: Seen | None
) -> Activation:
    found: backups.Copy | None = None
    if kept_in is not None and revision is None:
        found = backups.newest_intact(disk, kept_in, name)
    elif kept_in is not None and revision is not None:
        found = backups.newest(backups.copies_of(disk, kept_in, name, revision))
    if found is not None:
        return found.parsed.activation
    if seen is None and (kept_in is None or not backups.revisions(disk, kept_in, name)):
        raise no_activation(name)
    which = f"of revision {revision}" if revision is not None else "of it"
    raise RecordCorrupt(
        f"The record of {name} is {'gone' if seen is None else 'damaged'} and there is no intact backup "
        f"{which}. Nothing was written.",
        fix="Look for one in a copy of the home; nothing here is removed.",
    )


def _not_replaced(path: str, what: str) -> RecordCorrupt:
    return RecordCorrupt(
        f"{quoted(path)} is {what}. Nothing was written.",
        why="Only a file that could have been a record is replaced by a backup.",
        fix="Move it away, then run the command again.",
    )


def keep_beside(
    disk: Disk, folder: Folder, name: str, seen: Seen | None, told: Callable[[str], None]
) -> Undo:
    """Gives the damaged file a second name beside the record, so that nothing of it is lost.

    Args:
        disk: the calls.
        folder: where the records are.
        name: the activation's name.
        seen: the file as it was when it was looked at; None where there is none.
        told: gets the path it is kept under.

    Returns:
        How to take it back.

    Raises:
        OSError: it could not be kept.
    """
    if seen is None:
        return lambda: None
    for number in range(1, _MOST_KEPT):
        kept = f"{name}{ENDING}{DAMAGED}{number}"
        with suppress(FileExistsError):
            backups.link_or_copy(disk, folder, name + ENDING, seen, folder, kept)
            told(folder.path_of(kept))
            return lambda: discard(disk, folder, kept)
    raise FileExistsError(f"there are {_MOST_KEPT} damaged files of {name} already")


def check_same(disk: Disk, folder: Folder, name: str, seen: Seen | None) -> None:
    """Refuses to replace what is not the file that was found damaged.

    Raises:
        StaleRevision: something else wrote it, or put one there, meanwhile.
        OSError: nobody can tell.
    """
    if seen is not None:
        records.check_unwritten(disk, folder, name, seen)
    elif records.exists(disk, folder, name):
        raise StaleRevision(
            f"A record of {name} was put there while this command ran. {NOTHING_CHANGED}",
            fix="Look at what it holds, then run the command again.",
        )


@contextmanager
def keeping(name: str) -> Iterator[None]:
    """Tells that the damaged file could not be kept, and so nothing was changed.

    Raises:
        StoreUnavailable.
    """
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(
            f"The damaged file of {name} could not be kept: {os_words(error)}. {NOTHING_CHANGED}",
            why="A damaged file is not replaced before it is kept beside the record.",
            fix="Make the folder writable and free space in it, then run the command again.",
        ) from error
