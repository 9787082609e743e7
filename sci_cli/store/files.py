"""The store of files below one home folder: a YAML file per activation, replaced whole by each change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sci_cli.domain.activation import Activation, ProfileRef
from sci_cli.domain.names import activation_name_problem
from sci_cli.domain.profile import Profile
from sci_cli.errors import (
    ActivationNotFound,
    AlreadyDifferent,
    InvalidValue,
    SciError,
    StoreUnavailable,
)
from sci_cli.safety.text import quoted
from sci_cli.store import records
from sci_cli.store.beside import BesideRecords
from sci_cli.store.contract import (
    Decide,
    Loaded,
    Saved,
    Stamps,
    check_extends,
    check_first,
    check_next,
    check_revision,
    is_earlier,
    lost_activation,
    name_taken,
    no_activation,
    received,
)
from sci_cli.store.disk import Disk, Folder, this_disk
from sci_cli.store.durable import (
    Undo,
    commit,
)
from sci_cli.store.home import ACTIVATIONS, BACKUPS, NOTHING_CHANGED, Home, absolute
from sci_cli.store.neighbours import ENDING, Listing
from sci_cli.store.records import Found
from sci_cli.store.saving import backup_errors, deliver, saving, written

if TYPE_CHECKING:
    from sci_cli.store.abilities import Damage, Edited, Inspected, Mended
    from sci_cli.store.interrupts import Signals

# What only writing needs (backups, interrupts, locking) is imported where it is used: reading starts sooner.

DEADLINE = 5.0


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
        self._beside = BesideRecords(self._home, self._disk)

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
                raise self._nobody(name)
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
                        raise self._nobody(name)
                    found = self._read(folder, name, listing)
                except SciError as problem:
                    yield name, problem
                else:
                    yield name, Loaded(found.activation, found.notices, found.head)

    def _read(self, folder: Folder, name: str, listing: Listing) -> Found:
        try:
            return records.read(self._disk, folder, name, listing, lambda: self._newest_backup(name))
        except ActivationNotFound:
            if listing.twins_of(name):
                raise
            raise self._nobody(name) from None

    def _nobody(self, name: str) -> ActivationNotFound:
        """The error for a name without a record: not the same where backups of one lie here."""
        kept = self.kept_revisions(name)
        return lost_activation(name, kept[-1]) if kept else no_activation(name)

    def _newest_backup(self, name: str) -> tuple[str, int] | None:
        from sci_cli.store import backups

        with suppress(StoreUnavailable), self._home.opened(BACKUPS) as folder:
            if folder is not None and (found := backups.newest_intact(self._disk, folder, name)):
                return folder.path_of(found.file), found.parsed.activation.revision
        return None

    def inspect(self, names: Sequence[str]) -> Inspected:
        """What belongs to these activations, or everything there is, and what of it does not hold."""
        from sci_cli.store.inspection import Inspection

        for name in names:
            _check_name(name)
        return Inspection(self._home, self._disk, self._read, self._beside.read_pinned).of(names)

    # Writing ---------------------------------------------------------------------------------------------

    def create(self, activation: Activation) -> Saved:
        """Stores a new activation; makes the home where there is none yet."""
        from sci_cli.store.interrupts import signals

        name = activation.name
        problem = activation_name_problem(name)
        if problem is not None:
            raise InvalidValue(problem)
        check_first(activation)
        record = written(activation)
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
                        commit(self._disk, folder, name + ENDING, record.data, check=check)
            deliver(held, activation)
        return Saved(None, activation, True, (), record.head)

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
        kept = self.kept_revisions(name)
        if kept:
            lost = lost_activation(name, kept[-1])
            raise AlreadyDifferent(
                f"{lost.message} Nothing was changed.",
                why="A new activation of that name would hide what is on record of this one.",
                fix=[*lost.fix, "Or choose another name for the new one."],
            )

    def change(self, name: str, decide: Decide, *, if_revision: int | None = None) -> Saved:
        """Stores what `decide` makes of the activation, read and written under its lock."""
        return self._change(name, decide, check_next, if_revision=if_revision)

    def receive(self, activation: Activation) -> Saved:
        """Stores an activation from elsewhere; where it goes on with one that is here, that is backed up."""
        if activation.name not in self.names():
            return self.create(activation)
        return self._change(activation.name, lambda stored: received(stored, activation), check_extends)

    def _change(
        self,
        name: str,
        decide: Decide,
        check_following: Callable[[Activation, Activation], None],
        *,
        if_revision: int | None = None,
    ) -> Saved:
        from sci_cli.store.interrupts import signals

        _check_name(name)
        with signals() as held, self._home.opened(ACTIVATIONS) as folder:
            if folder is None or not records.exists(self._disk, folder, name):
                raise self._nobody(name)
            with self._locked(folder, name) as still_ours:
                found = self._read(folder, name, records.listed(self._disk, folder))
                check_revision(found.activation, if_revision)
                after = decide(found.activation)
                if after is not found.activation:
                    check_following(found.activation, after)
                saved = self._changed(folder, found, after, held, still_ours)
            deliver(held, saved.after)
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
        record = written(after)

        def check() -> None:
            records.check_unwritten(self._disk, folder, name, found.seen)
            still_ours()

        with self._backups() as kept_in:

            def keep() -> Undo:
                with backup_errors(name):
                    return backups.keep(self._disk, folder, name, found.seen, before.revision, kept_in)

            held.hold()
            with saving(folder, after):
                commit(
                    self._disk,
                    folder,
                    name + ENDING,
                    record.data,
                    keep=keep,
                    check=check,
                    also_sync=(kept_in,),
                )
            backups.thin(self._disk, kept_in, name, after.history)
        return Saved(before, after, True, found.notices, record.head)

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

    # Earlier revisions -----------------------------------------------------------------------------------

    def earlier(self, activation: Activation, revision: int) -> Activation | None:
        """The revision as its backup holds it."""
        from sci_cli.store import backups

        with suppress(StoreUnavailable), self._home.opened(BACKUPS) as folder:
            if folder is not None:
                copies = backups.copies_of(self._disk, folder, activation.name, revision)
                found = (copy.parsed.activation for copy in copies)
                return next((each for each in found if is_earlier(each, activation)), None)
        return None

    def kept_revisions(self, name: str) -> tuple[int, ...]:
        """The revisions there are backups of."""
        from sci_cli.store import backups

        with suppress(StoreUnavailable), self._home.opened(BACKUPS) as folder:
            return () if folder is None else backups.revisions(self._disk, folder, name)
        return ()

    def damage(self, name: str, revision: int | None = None) -> Damage:
        """What is wrong with the record's file, and the backup that could be put back."""
        from sci_cli.store.mending import examine

        _check_name(name)
        with self._home.opened(ACTIVATIONS) as folder, self._home.opened(BACKUPS) as kept_in:
            if folder is None:
                raise no_activation(name)
            return examine(self._disk, folder, kept_in, name, revision).damage

    def mend(self, name: str, decide: Decide, *, revision: int | None = None) -> Mended:
        """Puts a backup in place of a damaged file, which stays beside it under another name."""
        from sci_cli.store import mending
        from sci_cli.store.abilities import Mended
        from sci_cli.store.interrupts import signals

        _check_name(name)
        with signals() as held, self._home.opened(ACTIVATIONS) as folder:
            if folder is None:
                raise no_activation(name)
            with self._locked(folder, name) as still_ours, self._backups() as kept_in:
                found = mending.examine(self._disk, folder, kept_in, name, revision)
                before = found.damage.backup
                after = decide(before)
                check_next(before, after)
                record = written(after)
                beside: list[str] = []

                def check() -> None:
                    mending.check_same(self._disk, folder, name, found.seen)
                    still_ours()

                def keep() -> Undo:
                    with mending.keeping(name):
                        return mending.keep_beside(self._disk, folder, name, found.seen, beside.append)

                held.hold()
                with saving(folder, after):
                    commit(self._disk, folder, name + ENDING, record.data, keep=keep, check=check)
            deliver(held, after)
        return Mended(Saved(before, after, True, (), record.head), "".join(beside))

    # Beside the records ----------------------------------------------------------------------------------

    def pin_profile(self, profile: Profile) -> ProfileRef:
        """Keeps the profile as canonical JSON under its id and digest."""
        return self._beside.pin_profile(profile)

    def pinned_profile(self, ref: ProfileRef) -> Profile:
        """The profile kept under that id and digest, verified when this run first asks for it."""
        return self._beside.pinned_profile(ref)

    def keep_evidence(self, data: bytes, sha256: str) -> None:
        """Keeps a file's content under its hash."""
        self._beside.keep_evidence(data, sha256)

    def evidence(self, sha256: str) -> bytes:
        """The content kept under a hash."""
        return self._beside.evidence(sha256)

    def out_path(self, name: str) -> Path:
        """The path in the folder `out` of the home."""
        return self._beside.out_path(name)


def _check_name(name: str) -> None:
    if activation_name_problem(name) is not None:
        raise no_activation(name)
