"""Records that people edited by hand: what they say, who vouches for their history, how they are adopted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass

from sci_cli.domain.activation import Activation
from sci_cli.errors import InvalidFile, RecordCorrupt, StoreUnavailable, sci
from sci_cli.safety.text import quoted
from sci_cli.store import backups, records
from sci_cli.store.abilities import Edited
from sci_cli.store.before_edit import before_edit
from sci_cli.store.contract import Saved, check_next, no_activation
from sci_cli.store.disk import Disk, Folder
from sci_cli.store.document import SIZE_LIMIT, NewerFormat, NotIntact, Parsed, heads, parse, parse_edited
from sci_cli.store.durable import NotRegular, Seen, TooLarge, Undo, commit, read_file
from sci_cli.store.home import ACTIVATIONS, BACKUPS, Home
from sci_cli.store.interrupts import signals
from sci_cli.store.neighbours import ENDING, Listing
from sci_cli.store.records import Found, way_back
from sci_cli.store.saving import backup_errors, deliver, saving, written

Read = Callable[[Folder, str, Listing], Found]
Lock = Callable[[Folder, str], AbstractContextManager[Callable[[], None]]]
Keep = Callable[[bytes, str], None]


@dataclass(frozen=True, slots=True)
class Adoption:
    """Takes edits by hand over into one home.

    Args:
        home: the home folder.
        disk: the calls to the system.
        read: reads and verifies one record.
    """

    home: Home
    disk: Disk
    read: Read

    def edited(self, name: str) -> Edited:
        """The record edited by hand, see `abilities.Adopting`."""
        with self.home.opened(ACTIVATIONS) as folder:
            if folder is None:
                raise no_activation(name)
            return self._edited(folder, name)[0]

    def adopt(self, name: str, decide: Callable[[Edited], Activation], lock: Lock, keep: Keep) -> Saved:
        """Stores what is made of it, see `abilities.Adopting`.

        The edited file is no good as a backup, since it does not verify; it is kept as evidence instead.
        """
        with (
            signals() as held,
            self.home.opened(ACTIVATIONS) as folder,
            self.home.opened(BACKUPS) as kept_in,
        ):
            if folder is None or not records.exists(self.disk, folder, name):
                raise no_activation(name)
            with lock(folder, name) as still_ours:
                found, seen = self._edited(folder, name)
                after = decide(found)
                check_next(found.activation, after)
                made = written(after)
                keep(seen.data, found.sha256)

                def check() -> None:
                    records.check_unwritten(self.disk, folder, name, seen)
                    still_ours()

                def backup() -> Undo:
                    if found.before is None or kept_in is None:
                        return lambda: None
                    with backup_errors(name):
                        data = written(found.before).data
                        return backups.put(self.disk, name, data, found.before.revision, kept_in)

                held.hold()
                with saving(folder, after):
                    also = (kept_in,) if kept_in else ()
                    commit(
                        self.disk, folder, name + ENDING, made.data, keep=backup, check=check, also_sync=also
                    )
            deliver(held, after)
        return Saved(found.activation, after, True, (), made.head)

    def _edited(self, folder: Folder, name: str) -> tuple[Edited, Seen]:
        path = folder.path_of(name + ENDING)
        try:
            self.read(folder, name, records.listed(self.disk, folder))
        except RecordCorrupt as corrupt:
            seen, parsed = self._understood(folder, name, path, corrupt)
        else:
            raise InvalidFile(
                f"The record of {name} holds; there is nothing to adopt.", fix=sci("status", name)
            )
        file, good = self._newest_backup(name)
        back = None if good is None else (file, good.activation.revision)
        problem = _not_vouched_for(parsed, good)
        if problem:
            raise _refused(name, path, problem, back)
        sha256 = hashlib.sha256(seen.data).hexdigest()
        vouching = good.activation if good else None
        proven = before_edit(seen.data, parsed.activation, vouching)
        return Edited(parsed.activation, vouching, path, sha256, proven), seen

    def _understood(
        self, folder: Folder, name: str, path: str, corrupt: RecordCorrupt
    ) -> tuple[Seen, Parsed]:
        """The file as an edited record.

        Raises:
            RecordCorrupt: it is something else, or what is wrong with it is not its content.
        """
        try:
            seen = read_file(self.disk, folder, name + ENDING, SIZE_LIMIT)
        except (OSError, NotRegular, TooLarge):
            raise corrupt from None
        with suppress(NotIntact, NewerFormat):
            parse(seen.data, name)
            raise corrupt
        try:
            return seen, parse_edited(seen.data, name)
        except NewerFormat:
            raise corrupt from None
        except NotIntact as problem:
            file, good = self._newest_backup(name)
            back = None if good is None else (file, good.activation.revision)
            raise _refused(name, path, " ".join((f"It {problem.sentence}.", *problem.why)), back) from None

    def _newest_backup(self, name: str) -> tuple[str, Parsed | None]:
        with suppress(StoreUnavailable), self.home.opened(BACKUPS) as folder:
            if folder is not None and (found := backups.newest_intact(self.disk, folder, name)):
                return folder.path_of(found.file), found.parsed
        return "", None


def _not_vouched_for(parsed: Parsed, good: Parsed | None) -> str:
    """Why the history cannot be trusted; empty when it can."""
    revision = parsed.activation.revision
    if good is None:
        return "" if revision == 1 else "There is no intact backup that could vouch for its history."
    kept = good.activation.revision
    if kept > revision:
        return f"Its history ends at revision {revision}, and there is a backup of revision {kept}."
    if heads(parsed.activation)[kept - 1] != good.head:
        return f"Its history is not that of the newest intact backup, which is revision {kept}."
    return ""


def _refused(name: str, path: str, why: str, back: tuple[str, int] | None) -> RecordCorrupt:
    return RecordCorrupt(
        f"The record {quoted(path)} cannot be adopted as it is. Nothing was written.",
        why=why,
        fix=way_back(name, back),
    )
