"""The store of files below one home folder: a YAML file per activation, replaced whole by each change."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sci_cli.domain.activation import Activation, ProfileRef
from sci_cli.domain.names import activation_name_problem
from sci_cli.domain.plain import NotPlain, canonical, from_plain, to_plain
from sci_cli.domain.profile import Profile
from sci_cli.errors import (
    InvalidValue,
    RecordCorrupt,
    SciError,
    StoreUnavailable,
)
from sci_cli.safety.os_words import os_words
from sci_cli.safety.text import quoted
from sci_cli.store import records
from sci_cli.store.contract import (
    Decide,
    Edited,
    Inspected,
    Loaded,
    Saved,
    Stamps,
    check_first,
    check_next,
    check_revision,
    name_taken,
    no_activation,
    no_pinned_profile,
    reference,
)
from sci_cli.store.disk import Disk, Folder, this_disk
from sci_cli.store.document import SIZE_LIMIT
from sci_cli.store.durable import (
    NotRegular,
    TooLarge,
    Unconfirmed,
    Undo,
    commit,
    keep_once,
    read_file,
)
from sci_cli.store.home import ACTIVATIONS, BACKUPS, EVIDENCE, NOTHING_CHANGED, OUT, PINNED, Home, absolute
from sci_cli.store.neighbours import ENDING, Listing
from sci_cli.store.records import Found
from sci_cli.store.saving import saving, written

if TYPE_CHECKING:
    from sci_cli.store.interrupts import Signals

# What only writing needs (backups, interrupts, locking) is imported where it is used: reading starts sooner.

DEADLINE = 5.0
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PROFILE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")


class FileStore:
    """Keeps the contract of `Store` in files. Reading takes no lock and works on a disk that is read-only.

    Args:
        home: the home folder; made with the first write, in a folder that exists.
        command: what this run does, in a few words for whoever waits for the lock.
        disk: the calls to the system.
        deadline: how long to wait for the lock, in seconds.
    """

    def __init__(
        self, home: Path, *, command: str = "", disk: Disk | None = None, deadline: float = DEADLINE
    ) -> None:
        self._disk = disk or this_disk()
        self._home = Home(absolute(home), self._disk)
        self._command = command
        self._deadline = deadline
        self._pinned: dict[ProfileRef, Profile] = {}

    # Reading ---------------------------------------------------------------------------------------------

    def names(self) -> tuple[str, ...]:
        """The names of all activations, by their file names, sorted."""
        with self._home.opened(ACTIVATIONS) as folder:
            return () if folder is None else records.listed(self._disk, folder).names

    def stamps(self) -> Stamps:
        """The names of all activations, each with what one look at its file tells."""
        from sci_cli.store.stamping import stamps

        with self._home.opened(ACTIVATIONS) as folder:
            return stamps(self._disk, folder)

    def load(self, name: str) -> Loaded:
        """The activation of that name, verified, with what a person should know about its file."""
        _check_name(name)
        with self._home.opened(ACTIVATIONS) as folder:
            if folder is None:
                raise no_activation(name)
            found = self._read(folder, name, records.listed(self._disk, folder))
        return Loaded(found.activation, found.notices, found.head)

    def load_all(self, names: Iterable[str]) -> Iterator[tuple[str, Loaded | SciError]]:
        """Each name with its activation or its problem; the folder is opened and listed once for all."""
        with self._home.opened(ACTIVATIONS) as folder:
            listing = Listing.of(()) if folder is None else records.listed(self._disk, folder)
            for name in names:
                try:
                    _check_name(name)
                    if folder is None:
                        raise no_activation(name)
                    found = self._read(folder, name, listing)
                except SciError as problem:
                    yield name, problem
                else:
                    yield name, Loaded(found.activation, found.notices, found.head)

    def _read(self, folder: Folder, name: str, listing: Listing) -> Found:
        return records.read(self._disk, folder, name, listing, lambda: self._newest_backup(name))

    def _newest_backup(self, name: str) -> tuple[str, int] | None:
        from sci_cli.store import backups

        with suppress(StoreUnavailable), self._home.opened(BACKUPS) as folder:
            if folder is not None and (found := backups.newest_intact(self._disk, folder, name)):
                return folder.path_of(found[0]), found[1]
        return None

    def inspect(self, names: Sequence[str]) -> Inspected:
        """What belongs to these activations, or everything there is, and what of it does not hold."""
        from sci_cli.store.inspection import Inspection

        for name in names:
            _check_name(name)
        return Inspection(self._home, self._disk, self._read, self._read_pinned).of(names)

    # Writing ---------------------------------------------------------------------------------------------

    def create(self, activation: Activation) -> Saved:
        """Stores a new activation; makes the home where there is none yet."""
        from sci_cli.store.interrupts import deliver_after, signals

        name = activation.name
        problem = activation_name_problem(name)
        if problem is not None:
            raise InvalidValue(problem)
        check_first(activation)
        made = written(activation)
        with signals() as held:
            # In this order, so that no crash leaves records in a home without a place for their backups.
            with self._home.made(BACKUPS), self._home.made(ACTIVATIONS) as folder:
                self._check_free(folder, name)
                with self._locked(folder, name) as still_ours:

                    def check() -> None:
                        self._check_free(folder, name)
                        still_ours()

                    held.hold()
                    with saving(folder, activation):
                        commit(self._disk, folder, name + ENDING, made.data, check=check)
            deliver_after(held, activation)
        return Saved(None, activation, True, (), made.head)

    def _locked(self, folder: Folder, name: str) -> AbstractContextManager[Callable[[], None]]:
        from sci_cli.store.locking import locked

        return locked(self._disk, folder, name, command=self._command, deadline=self._deadline)

    def _check_free(self, folder: Folder, name: str) -> None:
        listing = records.listed(self._disk, folder)
        twins = listing.twins_of(name)
        if twins:
            raise name_taken(name, f"The folder holds {quoted(twins[0])}, which differs only in letter case.")
        if name in listing.names:
            raise name_taken(name)

    def change(self, name: str, decide: Decide, *, if_revision: int | None = None) -> Saved:
        """Stores what `decide` makes of the activation, under the lock from reading to writing."""
        from sci_cli.store.interrupts import deliver_after, signals

        _check_name(name)
        with signals() as held, self._home.opened(ACTIVATIONS) as folder:
            if folder is None or not records.exists(self._disk, folder, name):
                raise no_activation(name)
            with self._locked(folder, name) as still_ours:
                found = self._read(folder, name, records.listed(self._disk, folder))
                check_revision(found.activation, if_revision)
                saved = self._changed(folder, found, decide(found.activation), held, still_ours)
            deliver_after(held, saved.after)
        return saved

    def _changed(
        self,
        folder: Folder,
        found: Found,
        after: Activation,
        held: Signals,
        still_ours: Callable[[], None],
    ) -> Saved:
        from sci_cli.store import backups

        before = found.activation
        name = before.name
        if after is before:
            # What is reported as being so has to last, also where the run that wrote it was killed before
            # the folder was flushed.
            with suppress(OSError):
                self._disk.sync_folder(folder)
            return Saved(before, before, False, found.notices, found.head)
        self._check_following(before, after)
        made = written(after)

        def check() -> None:
            records.check_unwritten(self._disk, folder, name, found.seen)
            still_ours()

        with self._backups() as kept_in:

            def keep() -> Undo:
                with _backup_errors(name):
                    return backups.keep(self._disk, folder, name, found.seen, before.revision, kept_in)

            held.hold()
            with saving(folder, after):
                commit(
                    self._disk,
                    folder,
                    name + ENDING,
                    made.data,
                    keep=keep,
                    check=check,
                    also_sync=(kept_in,),
                )
            backups.prune(self._disk, kept_in, name)
        return Saved(before, after, True, found.notices, made.head)

    def _check_following(self, before: Activation, after: Activation) -> None:
        check_next(before, after)

    @contextmanager
    def _backups(self) -> Iterator[Folder]:
        with self._home.opened(BACKUPS) as folder:
            if folder is None:
                path = str(self._home.path / BACKUPS)
                raise StoreUnavailable(
                    f"The backup folder {quoted(path)} is missing. {NOTHING_CHANGED}",
                    why="No change is made without a backup of what it replaces.",
                    fix="Put the folder back from wherever it went, or make an empty one of that name.",
                )
            yield folder

    def edited(self, name: str) -> Edited:
        """A record somebody edited by hand, with the newest backup that vouches for its history."""
        from sci_cli.store.adoption import Adoption

        _check_name(name)
        return Adoption(self._home, self._disk, self._read).edited(name)

    def adopt(self, name: str, decide: Callable[[Edited], Activation]) -> Saved:
        """Stores what is made of a record edited by hand; the file as edited becomes evidence first."""
        from sci_cli.store.adoption import Adoption

        _check_name(name)
        adoption = Adoption(self._home, self._disk, self._read)
        return adoption.adopt(name, decide, self._locked, self.keep_evidence)

    # Beside the records ----------------------------------------------------------------------------------

    def pin_profile(self, profile: Profile) -> ProfileRef:
        """Keeps the profile as canonical JSON under its id and digest."""
        ref = reference(profile)
        if not _PROFILE_ID.fullmatch(ref.id):
            raise AssertionError(f"{ref.id[:100]!r} is not a profile id")
        self._keep(PINNED, _pinned_name(ref), canonical(to_plain(profile)).encode("ascii"))
        return ref

    def pinned_profile(self, ref: ProfileRef) -> Profile:
        """The profile kept under that id and digest, verified when this run first asks for it."""
        if ref not in self._pinned:
            self._pinned[ref] = self._read_pinned(ref)
        return self._pinned[ref]

    def _read_pinned(self, ref: ProfileRef) -> Profile:
        if not _PROFILE_ID.fullmatch(ref.id) or not _SHA256.fullmatch(ref.digest):
            raise no_pinned_profile(ref)
        name = _pinned_name(ref)
        with self._home.opened(*PINNED) as folder:
            if folder is None:
                raise no_pinned_profile(ref)
            path = folder.path_of(name)
            try:
                data = read_file(self._disk, folder, name, SIZE_LIMIT).data
            except FileNotFoundError:
                raise no_pinned_profile(ref) from None
            except NotRegular as error:
                raise _damaged(path, f"is {error}") from None
            except TooLarge:
                raise _damaged(path, "is too large") from None
            except OSError as error:
                raise records.unreadable(path, error) from error
        if hashlib.sha256(data).hexdigest() != ref.digest:
            raise _damaged(path, "does not match its digest: it was edited or damaged")
        try:
            return from_plain(Profile, json.loads(data))
        except (ValueError, NotPlain):
            raise _damaged(path, "was written by a newer version or does not fit this one") from None

    def keep_evidence(self, data: bytes, sha256: str) -> None:
        """Keeps a file's content under its hash."""
        if hashlib.sha256(data).hexdigest() != sha256:
            raise AssertionError("the hash is not that of the content")
        self._keep((EVIDENCE,), sha256, data)

    def _keep(self, folders: tuple[str, ...], name: str, data: bytes) -> None:
        with self._home.made(*folders) as folder:
            path = folder.path_of(name)
            try:
                kept = keep_once(self._disk, folder, name, data)
            except NotRegular as error:
                raise _damaged(path, f"is {error}") from None
            except (OSError, Unconfirmed) as error:
                # Nothing refers to it before it is confirmed, so a copy that may not last is no change.
                reason = error.reason if isinstance(error, Unconfirmed) else error
                raise StoreUnavailable(
                    f"{quoted(path)} could not be written: {os_words(reason)}. {NOTHING_CHANGED}",
                    fix="Correct that, then run the command again.",
                ) from error
        if not kept:
            raise _damaged(path, "holds something else than its name says: it was edited or damaged")

    def out_path(self, name: str) -> Path:
        """The path in the folder `out` of the home."""
        if not name or name in {".", ".."} or set(name) & set("/\\:\0"):
            raise AssertionError(f"{name[:100]!r} is not a file name")
        with self._home.made(OUT) as folder:
            return Path(folder.path_of(name))


def _check_name(name: str) -> None:
    if activation_name_problem(name) is not None:
        raise no_activation(name)


@contextmanager
def _backup_errors(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(
            f"The backup of {name} could not be made: {os_words(error)}. {NOTHING_CHANGED}",
            why="No change is made without a backup of what it replaces.",
            fix="Make the backup folder writable and free space for it, then run the command again.",
        ) from error


def _pinned_name(ref: ProfileRef) -> str:
    return f"{ref.id}-{ref.digest}.json"


def _damaged(path: str, what: str) -> RecordCorrupt:
    return RecordCorrupt(
        f"{quoted(path)} {what}. Nothing was written.",
        fix="Move it away, or put back the original from a copy of the home.",
    )
