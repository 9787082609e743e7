"""A look at everything a home holds: what does not hold, as findings. It takes no lock and writes nothing.

What is written first is looked at last, so that a change made meanwhile is no finding: the backups of a
record before the record, the record before the evidence and drafts it names.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from sci_cli.domain.activation import Activation, ProfileRef
from sci_cli.domain.findings import Finding, Severity
from sci_cli.domain.profile import Profile
from sci_cli.errors import ActivationNotFound, Command, Fix, SciError, sci
from sci_cli.safety.os_words import os_words
from sci_cli.safety.text import quoted
from sci_cli.store import backups, records
from sci_cli.store.abilities import Inspected, Stray
from sci_cli.store.contract import Loaded, no_activation, profiles_named
from sci_cli.store.disk import Disk, Folder
from sci_cli.store.document import SIZE_LIMIT, NewerFormat, NotIntact, Parsed, heads, parse
from sci_cli.store.durable import TEMPORARY, NotRegular, TooLarge, read_file, refuse_irregular
from sci_cli.store.home import ACTIVATIONS, BACKUPS, EVIDENCE, OUT, PINNED, Home
from sci_cli.store.neighbours import ENDING, Listing, notice_of
from sci_cli.store.records import Found

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PINNED_FILE = re.compile(r"([a-z0-9][a-z0-9-]{0,99})-([0-9a-f]{64})\.json")
_PIECE = 1 << 20
_FROM_COPY = "Put back the original from a copy of the home."

Read = Callable[[Folder, str, Listing], Found]
Pinned = Callable[[ProfileRef], Profile]


@dataclass(slots=True)
class Inspection:
    """Looks through one home and gathers what it finds.

    Args:
        home: the home folder.
        disk: the calls to the system.
        read: reads and verifies one record.
        pinned: reads and verifies one pinned profile.
    """

    home: Home
    disk: Disk
    read: Read
    pinned: Pinned
    findings: list[Finding] = field(default_factory=list)
    records: dict[str, Loaded] = field(default_factory=dict)
    strays: dict[str, tuple[Stray, ...]] = field(default_factory=dict)
    written: dict[str, float] = field(default_factory=dict)
    counted: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("records", "backups", "profiles", "evidence", "drafts"), 0)
    )

    def of(self, names: Sequence[str]) -> Inspected:
        """Everything that belongs to these activations; without names, everything there is.

        Raises:
            ActivationNotFound: there is neither a record nor a backup of one of them.
            StoreUnavailable: a folder cannot be read.
        """
        with self.home.opened(BACKUPS) as kept_in, self.home.opened(ACTIVATIONS) as folder:
            kept = backups.by_activation(self._listed(kept_in))
            listing = Listing.of(()) if folder is None else records.listed(self.disk, folder)
            for name in names:
                if name not in listing.names and name not in kept:
                    raise no_activation(name)
            for name in names or sorted({*listing.names, *kept}):
                self._activation(name, folder, listing, kept_in, kept.get(name, ()))
            strange = [file for name in names for file in listing.strangers_of(name)]
            self._neighbours(strange if names else listing.strange)
        self._profiles(whole=not names)
        self._evidence(whole=not names)
        self._drafts()
        if not names:
            self._leftovers()
        return Inspected(self.records, self.counted, tuple(self.findings), self.strays, self.written)

    def _wrong(self, code: str, file: str, message: str, *fix: Fix, why: str = "") -> None:
        self._noticed(Severity.BLOCKER, code, file, message, *fix, why=why)

    def _noticed(
        self, severity: Severity, code: str, file: str, message: str, *fix: Fix, why: str = ""
    ) -> None:
        self.findings.append(Finding(code, severity, message, why=why, fix=fix, details={"file": file}))

    # Records and their backups ---------------------------------------------------------------------------

    def _activation(
        self,
        name: str,
        folder: Folder | None,
        listing: Listing,
        kept_in: Folder | None,
        kept: Sequence[tuple[int, str]],
    ) -> None:
        intact = [] if kept_in is None else list(self._backups(name, kept_in, kept))
        file = f"{ACTIVATIONS}/{name}{ENDING}"
        self.counted["records"] += 1
        try:
            if folder is None:
                raise no_activation(name)
            found = self.read(folder, name, listing)
        except ActivationNotFound:
            self._missing(name, file, kept_in)
            return
        except SciError as problem:
            self._wrong("record.damaged", file, problem.message, *problem.fix, why=" ".join(problem.why))
            if intact:
                self._compare(name, intact[0][1].activation, intact, of="the newest backup")
            return
        copies = {notice_of(each) for each in listing.strangers_of(name)}
        notices = tuple(each for each in found.notices if each not in copies)
        self.records[name] = Loaded(found.activation, notices, found.head)
        self.written[name] = found.seen.modified / 1e9
        self._compare(name, found.activation, intact, of="the record")
        if found.activation.revision > 1 and not intact:
            self._noticed(
                Severity.WARNING,
                "backup.none",
                file,
                f"There is no intact backup of {name}, which is at revision {found.activation.revision}.",
                "The next change makes one; copy the home until then.",
            )

    def _backups(
        self, name: str, kept_in: Folder, kept: Iterable[tuple[int, str]]
    ) -> Iterator[tuple[str, Parsed]]:
        """The backups that can be read, newest first, each with its path below the home."""
        for revision, file in kept:
            shown = f"{BACKUPS}/{file}"
            away = (Command(("mv", kept_in.path_of(file), "ELSEWHERE"), "once its record is intact"),)
            try:
                parsed = parse(read_file(self.disk, kept_in, file, SIZE_LIMIT).data, name)
            except FileNotFoundError:
                continue  # a change made meanwhile removed the oldest
            except (OSError, NotRegular, TooLarge, NotIntact, NewerFormat) as problem:
                self.counted["backups"] += 1
                said = _said(problem)
                self._wrong("backup.damaged", shown, f"The backup {quoted(shown)} {said}.", *away)
                continue
            self.counted["backups"] += 1
            if parsed.activation.revision != revision:
                inside = parsed.activation.revision
                self._wrong(
                    "backup.damaged", shown, f"The backup {quoted(shown)} holds revision {inside}.", *away
                )
                continue
            yield shown, parsed

    def _missing(self, name: str, file: str, kept_in: Folder | None) -> None:
        fix: Fix = "No backup of it is intact; look for one in a copy of the home."
        if kept_in is not None and (found := backups.newest_intact(self.disk, kept_in, name)):
            revision = found.parsed.activation.revision
            note = f"puts back revision {revision}, the newest backup"
            fix = sci("restore", name, "--reason", "REASON", note=note)
        self._wrong("record.missing", file, f"There are backups of {name} and no record.", fix)

    def _compare(self, name: str, held: Activation, intact: Sequence[tuple[str, Parsed]], *, of: str) -> None:
        """Whether the head of each backup lies on the chain, and where they part when it does not."""
        chain = heads(held)
        left = {event.back_to for event in held.history if event.mends}
        strays = []
        for shown, parsed in intact:
            revision = parsed.activation.revision
            if revision <= len(chain) and chain[revision - 1] == parsed.head:
                continue
            own = heads(parsed.activation)
            same = sum(1 for mine, other in zip(chain, own, strict=False) if mine == other)
            strays.append(Stray(shown, own, same, _moment(parsed.activation, same)))
            if same in left:
                self._noticed(
                    Severity.NOTE,
                    "backup.left_line",
                    shown,
                    f"The backup {quoted(shown)} is from before {name} was mended at revision {same + 1}.",
                    "Nothing needs to be done; it may hold what has to be recorded again.",
                    why="The record went on from the backup before it; the history says so.",
                )
                continue
            where = f"after revision {same}" if same else "from the beginning"
            later = f"; {of} ends at revision {len(chain)}" if same == len(chain) else ""
            self._wrong(
                "backup.other_history",
                shown,
                f"The backup {quoted(shown)} has another history than {of} {where}{later}.",
                "Compare the two; keep a copy of both.",
                "If an earlier revision was put back by hand, move this file out of the backups.",
                why="Either an earlier revision was put back by hand, or the history was rewritten.",
            )
        self.strays[name] = tuple(strays)

    def _neighbours(self, files: Iterable[str]) -> None:
        for file in files:
            self._noticed(
                Severity.WARNING,
                "home.copy",
                f"{ACTIVATIONS}/{file}",
                notice_of(file),
                "Compare it with the record, then move it out of the folder.",
            )

    # What the records name -------------------------------------------------------------------------------

    def _profiles(self, *, whole: bool) -> None:
        wanted = dict(self._named_profiles())
        with self.home.opened(*PINNED) as folder:
            there = self._listed(folder) if whole else []
        for file in there:
            if found := _PINNED_FILE.fullmatch(file):
                wanted.setdefault(ProfileRef(found[1], found[2]), "")
        for ref, why in wanted.items():
            file = f"{'/'.join(PINNED)}/{ref.id}-{ref.digest}.json"
            self.counted["profiles"] += 1
            try:
                self.pinned(ref)
            except SciError as problem:
                self._wrong("profile.pin_damaged", file, problem.message, *problem.fix, why=why)

    def _named_profiles(self) -> Iterator[tuple[ProfileRef, str]]:
        """Each pinned profile with why it is needed; the weightier reason of two comes last."""
        named = [(name, profiles_named(each.activation)) for name, each in sorted(self.records.items())]
        for name, (_, *earlier) in named:
            yield from ((ref, f"{name} went by it before; its history names it.") for ref in earlier)
        for name, (present, *_) in named:
            yield present, f"{name} goes on with it."

    def _evidence(self, *, whole: bool) -> None:
        named = {
            sha: name
            for name, loaded in sorted(self.records.items(), reverse=True)
            for sha in loaded.activation.evidence_hashes()
        }
        with self.home.opened(EVIDENCE) as folder:
            there = self._visible(folder)
            for file in sorted(there if whole else named.keys() & there):
                self._one_evidence(folder, file, named.get(file, ""))
        for sha, name in sorted(named.items()):
            if sha not in there:
                file = f"{EVIDENCE}/{sha}"
                self._wrong(
                    "evidence.missing", file, f"Evidence of {name} is not there: {quoted(file)}.", _FROM_COPY
                )

    def _visible(self, folder: Folder | None) -> set[str]:
        return {name for name in self._listed(folder) if not name.startswith(".")}

    def _listed(self, folder: Folder | None) -> list[str]:
        """The names in a folder, sorted; none where there is no folder.

        Raises:
            StoreUnavailable: it cannot be listed.
        """
        try:
            return [] if folder is None else sorted(self.disk.list_folder(folder))
        except OSError as error:
            raise records.unreadable(folder.path if folder else "", error) from error

    def _one_evidence(self, folder: Folder | None, file: str, owner: str) -> None:
        shown = f"{EVIDENCE}/{file}"
        if not _SHA256.fullmatch(file):
            self._noticed(Severity.WARNING, "home.copy", shown, notice_of(file), "Move it out of the folder.")
            return
        self.counted["evidence"] += 1
        problem = self._differs(folder, file, file)
        if problem:
            self._wrong(
                "evidence.damaged",
                shown,
                f"The evidence {quoted(shown)} {problem}.",
                _FROM_COPY,
                why=f"{owner} refers to it." if owner else "",
            )

    def _drafts(self) -> None:
        with self.home.opened(OUT) as folder:
            for name, loaded in sorted(self.records.items()):
                for handoff in loaded.activation.handoffs:
                    self.counted["drafts"] += 1
                    problem = self._differs(folder, handoff.draft, handoff.draft_sha256)
                    if problem:
                        shown = f"{OUT}/{handoff.draft}"
                        self._wrong(
                            "draft.missing" if problem == _NOT_THERE else "draft.altered",
                            shown,
                            f"The hand-off draft {quoted(shown)} of {name} {problem}.",
                            "Look for the draft as it was in a copy of the home or among the sent mails.",
                            why="The history names it with the hash of its content.",
                        )

    def _differs(self, folder: Folder | None, file: str, sha256: str) -> str:
        """What is wrong with a file that is to have this content; empty when nothing is."""
        if folder is None or set(file) & set("/\\:\0"):
            return _NOT_THERE
        try:
            same = _digest(self.disk, folder, file) == sha256
        except FileNotFoundError:
            return _NOT_THERE
        except (OSError, NotRegular) as problem:
            return _said(problem)
        return "" if same else "does not match its hash: it was edited or damaged"

    # What is left over -----------------------------------------------------------------------------------

    def _leftovers(self) -> None:
        for names in ((ACTIVATIONS,), (BACKUPS,), (EVIDENCE,), (OUT,), PINNED):
            with self.home.opened(*names) as folder:
                for file in self._listed(folder):
                    if file.startswith(TEMPORARY[0]) and file.endswith(TEMPORARY[1]):
                        shown = "/".join((*names, file))
                        self._noticed(
                            Severity.WARNING,
                            "home.leftover",
                            shown,
                            f"A temporary file is left of a run that did not end: {quoted(shown)}.",
                            "Nothing refers to it; remove it while no sci is running.",
                        )


_NOT_THERE = "is not there"


def _digest(disk: Disk, folder: Folder, file: str) -> str:
    """SHA-256 of a file of any size.

    Raises:
        NotRegular: it is no file.
        OSError: it cannot be read.
    """
    refuse_irregular(disk.status(folder, file).st_mode)
    descriptor = disk.open_for_reading(folder, file)
    try:
        refuse_irregular(disk.file_status(descriptor).st_mode)
        found = hashlib.sha256()
        while piece := disk.read(descriptor, _PIECE):
            found.update(piece)
    finally:
        with suppress(OSError):
            disk.close(descriptor)
    return found.hexdigest()


def _said(problem: Exception) -> str:
    """What is wrong with a file, to stand after its name."""
    match problem:
        case NotIntact():
            return problem.sentence
        case NotRegular():
            return f"is {problem}"
        case TooLarge():
            return "is larger than any record"
        case NewerFormat():
            return f"has format {problem.found}: a newer version of sci wrote it"
        case OSError():
            return f"could not be read: {os_words(problem)}"
    raise AssertionError(type(problem).__name__)


def _moment(activation: Activation, revision: int) -> str:
    """When the event that made this revision was written, as text; empty for none."""
    return f"{activation.history[revision - 1].at:%Y-%m-%d %H:%M} UTC" if revision else ""
