"""Where operations work: a store, the profiles, a clock and a user; and the one way a record changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sci_cli.domain.activation import Activation, Change, Event, Stamp
from sci_cli.domain.findings import Finding, Severity
from sci_cli.domain.plain import flatten, to_plain
from sci_cli.domain.profile import Profile
from sci_cli.errors import ActivationNotFound, InvalidValue, StaleRevision, sci
from sci_cli.operations.replays import refuse_again
from sci_cli.safety.text import quoted
from sci_cli.store.contract import Loaded, Store, check_revision

if TYPE_CHECKING:
    from sci_cli.profiles import Catalogue

# Events stamped before the program existed would order a billing dispute wrongly.
EARLIEST_YEAR = 2025


@dataclass(frozen=True, slots=True)
class Decided:
    """What an operation made of a record: the record as it is to be, and what to write into its history.

    `activation` is the very object that was read when nothing is to change.
    """

    activation: Activation
    summary: str = ""
    reason: str = ""
    party: str = ""
    findings: tuple[Finding, ...] = ()
    back_to: int = 0


Decide = Callable[[Activation, Profile], Decided]


@dataclass(frozen=True, slots=True)
class ChangeMode:
    """How a change is to be made: for real or as a trial, on which revision, and as which operation.

    Attributes:
        op_id: a script's own id for the operation; the same again is not done twice.
        op_digest: digest of what the operation asks for, to know the same from another.
    """

    dry_run: bool = False
    if_revision: int | None = None
    op_id: str = ""
    op_digest: str = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """A change that was decided and, unless it was a trial or nothing was to change, saved."""

    before: Activation
    after: Activation
    profile: Profile
    decided: Decided
    changed: bool
    head: str
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Workspace:
    """The home folder in use, opened by the session; `remarks` says what is odd about its surroundings."""

    home: Path
    store: Store
    catalogue: Catalogue
    clock: Callable[[], datetime]
    user: str
    remarks: Callable[[], tuple[str, ...]] = tuple

    def now(self) -> datetime:
        """The time, aware and in UTC."""
        return self.clock()

    def stamp(self, at: datetime | None = None, party: str = "") -> Stamp:
        """Who is acting, on whose behalf, and when it was so."""
        return Stamp(at or self.now(), self.user, party)

    def load(self, name: str) -> Loaded:
        """The record of that name.

        Raises:
            ActivationNotFound: with the nearest names.
        """
        try:
            return self.store.load(name)
        except ActivationNotFound as missing:
            if missing.why:  # the store knows more than that there is none
                raise
            raise self.not_found(name) from missing

    def profile_of(self, activation: Activation) -> Profile:
        """The profile the activation goes by, as it was when it began with it or went over to it."""
        return self.store.pinned_profile(activation.profile)

    def change(self, name: str, command: str, decide: Decide, mode: ChangeMode) -> Changed:
        """Change one record: decide under the store's lock, add the event, save.

        A trial run decides on the record as it is and saves nothing.

        Raises:
            Replayed: the operation was recorded before.
            SciError: whatever `decide` refuses with, or the store reports.
        """
        found: list[tuple[Decided, Profile]] = []

        def under_lock(before: Activation) -> Activation:
            refuse_again(before, mode.op_id, mode.op_digest)
            profile = self.profile_of(before)
            decided = decide(before, profile)
            found.append((decided, profile))
            if decided.activation == before:
                return before
            return self.with_event(before, decided, command, mode)

        try:
            if mode.dry_run:
                loaded = self.store.load(name)
                check_revision(loaded.activation, mode.if_revision)
                before, after = loaded.activation, under_lock(loaded.activation)
                changed, head, notices = after is not before, loaded.head, loaded.notices
            else:
                saved = self.store.change(name, under_lock, if_revision=mode.if_revision)
                before, after = saved.before or saved.after, saved.after
                changed, head, notices = saved.changed, saved.head, saved.notices
        except ActivationNotFound as missing:
            if missing.why:  # the store knows more than that there is none
                raise
            raise self.not_found(name) from missing
        except StaleRevision:
            refuse_again(self.store.load(name).activation, mode.op_id, mode.op_digest)
            raise
        decided, profile = found[-1]
        if changed:
            notices = (*notices, *self.remarks())
            decided = replace(decided, findings=(*decided.findings, *_clock_behind(after)))
        return Changed(before, after, profile, decided, changed, head, notices)

    def with_event(
        self,
        before: Activation,
        decided: Decided,
        command: str,
        mode: ChangeMode,
        changes: tuple[Change, ...] | None = None,
    ) -> Activation:
        """What was decided, with the event that says so; what differs is found out where it is not given."""
        now = self.now()
        refuse_wrong_clock(now)
        last = before.history[-1].at if before.history else before.created.at
        event = Event(
            sequence=before.revision + 1,
            at=now,
            by=self.user,
            command=command,
            summary=decided.summary,
            changes=changes_between(before, decided.activation) if changes is None else changes,
            party=decided.party,
            reason=decided.reason,
            clock_behind=now < last,
            op_id=mode.op_id,
            op_digest=mode.op_digest,
            back_to=decided.back_to,
        )
        return replace(decided.activation, revision=before.revision + 1, history=(*before.history, event))

    def not_found(self, name: str) -> ActivationNotFound:
        """The error for a name without an activation, with the nearest names."""
        import difflib

        names = self.store.names()
        near = difflib.get_close_matches(name.casefold(), names, n=3, cutoff=0.6)
        message = f"The activation {quoted(name, 80)} is not found."
        if near:
            return ActivationNotFound(message, fix=[sci("status", each) for each in near])
        return ActivationNotFound(message, fix=sci("list") if names else sci("new", "NAME"))


def _clock_behind(activation: Activation) -> tuple[Finding, ...]:
    """The order of events is their sequence, so a clock that went back is said and does no harm."""
    last = activation.history[-1]
    if not last.clock_behind:
        return ()
    return (
        Finding(
            "record.clock_behind",
            Severity.WARNING,
            f"The clock of this machine is behind the change before ({last.at:%Y-%m-%d %H:%M} UTC).",
            why="Times on record may be wrong; the order of changes is kept by their number.",
            fix=("Set the clock of the machine.",),
        ),
    )


def refuse_wrong_clock(now: datetime) -> None:
    """Refuse to stamp anything while the clock of the machine is plainly wrong.

    Raises:
        InvalidValue: the clock shows a year before the program existed.
    """
    if now.year < EARLIEST_YEAR:
        raise InvalidValue(
            f"The clock of this machine says {now.date().isoformat()}; nothing is recorded with such a time.",
            why="Orders and billing days are settled by these times.",
            fix="Set the clock of the machine (or SCI_NOW, where it is used) and try again.",
        )


def changes_between(before: Activation | None, after: Activation) -> tuple[Change, ...]:
    """Every field that differs, by dotted path, with its text before and after; history aside."""
    old, new = (comparable(each) for each in (before, after))
    paths = sorted(set(old) | set(new))
    return tuple(
        Change(path, old.get(path, ""), new.get(path, ""))
        for path in paths
        if old.get(path, "") != new.get(path, "")
    )


def comparable(activation: Activation | None) -> dict[str, str]:
    """Every field by dotted path, as text; without the history and without who said it and when."""
    if activation is None:
        return {}
    plain = flatten(to_plain(replace(activation, history=(), revision=0)))
    return {path: text for path, text in plain.items() if not path.endswith((".stamp.at", ".stamp.by"))}
