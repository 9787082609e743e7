"""What a store of activations promises, whatever it is made of; one test suite holds every store to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias, runtime_checkable

from sci_cli.domain.activation import Activation, ProfileRef
from sci_cli.domain.findings import Finding
from sci_cli.domain.plain import digest
from sci_cli.domain.profile import Profile
from sci_cli.errors import (
    ActivationNotFound,
    AlreadyDifferent,
    ProfileNotFound,
    SciError,
    StaleRevision,
    sci,
)
from sci_cli.safety.text import quoted

Decide: TypeAlias = Callable[[Activation], Activation]
"""What a change does: pure; raises SciError to refuse; returns the same object for "nothing to change"."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """An activation as stored.

    Attributes:
        activation: the record.
        notices: sentences about the record's file that a person should see; it could be read all the same.
        head: SHA-256 in hex of the last event and all before it; whoever noted it elsewhere can tell
            whether the history was rewritten since.
    """

    activation: Activation
    notices: tuple[str, ...]
    head: str


@dataclass(frozen=True, slots=True)
class Saved:
    """What a change did. `before` is None for a new activation; `after` is what is stored now."""

    before: Activation | None
    after: Activation
    changed: bool
    notices: tuple[str, ...]
    head: str


@dataclass(frozen=True, slots=True)
class Stamps:
    """Which activations there are, and what tells whether each is as it was.

    Attributes:
        store: a text that differs for any two stores.
        of: a text for each name, the names sorted. While it is the same, `load` gives the same activation;
            it is empty where only reading the record tells.
    """

    store: str
    of: Mapping[str, str]


class Store(Protocol):
    """Activations by name. What `create` and `change` return is stored and survives a crash."""

    def names(self) -> tuple[str, ...]:
        """The names of all activations, sorted; whether each can be read is not looked at.

        Raises:
            StoreUnavailable: the store cannot be read.
        """
        ...

    def stamps(self) -> Stamps:
        """The names of all activations with what tells cheaply whether each is as it was.

        No record is read. What can be damaged without this showing is found by `load`.

        Raises:
            StoreUnavailable: the store cannot be read.
        """
        ...

    def load(self, name: str) -> Loaded:
        """The activation of that name, verified.

        Raises:
            ActivationNotFound: there is none.
            RecordCorrupt: what is stored fails its check, or a newer version wrote it.
            StoreUnavailable: the store cannot be read.
        """
        ...

    def load_all(self, names: Iterable[str]) -> Iterator[tuple[str, Loaded | SciError]]:
        """Each name with its activation, or with the problem that `load` would raise; in the order given.

        Every record is read and verified as by `load`, when its turn comes.

        Raises:
            StoreUnavailable: the store itself cannot be read.
        """
        ...

    def create(self, activation: Activation) -> Saved:
        """Stores a new activation.

        Raises:
            AlreadyDifferent: the name is taken, in whatever letter case.
            InvalidValue: the name is not an activation name.
            Locked, StoreUnavailable: nothing was changed.
            OutcomeUnknown: stored, but it may not survive a power cut.
        """
        ...

    def change(self, name: str, decide: Decide, *, if_revision: int | None = None) -> Saved:
        """Stores what `decide` makes of the activation, while nobody else can change it.

        Args:
            name: the activation's name.
            decide: sees the activation as stored now; the result has the next revision and one event more.
                Nothing a person is asked may be asked in it.
            if_revision: refuse when the stored revision is another one.

        Raises:
            ActivationNotFound: there is none.
            StaleRevision: the revision is not `if_revision`, or something else wrote it meanwhile.
            RecordCorrupt: what is stored fails its check.
            Locked, StoreUnavailable: nothing was changed.
            OutcomeUnknown: stored, but it may not survive a power cut.
            SciError: whatever `decide` raises; nothing was changed.
        """
        ...

    def pin_profile(self, profile: Profile) -> ProfileRef:
        """Keeps the profile's content, so that an activation can go on with it; the same again is fine.

        Raises:
            StoreUnavailable: it cannot be kept.
            RecordCorrupt: the copy kept before is damaged.
        """
        ...

    def pinned_profile(self, ref: ProfileRef) -> Profile:
        """The profile kept under that id and digest.

        Raises:
            ProfileNotFound: it is not kept here.
            RecordCorrupt: what is kept fails its check.
            StoreUnavailable: the store cannot be read.
        """
        ...

    def keep_evidence(self, data: bytes, sha256: str) -> None:
        """Keeps a file's content under its SHA-256 in hex; the same again is fine.

        Raises:
            StoreUnavailable: it cannot be kept.
            RecordCorrupt: other content is kept under that hash.
        """
        ...

    def out_path(self, name: str) -> Path:
        """Where a draft of that file name goes; its folder exists afterwards, the file need not.

        Raises:
            StoreUnavailable: the folder cannot be made.
        """
        ...


@dataclass(frozen=True, slots=True)
class Stray:
    """A backup with another history than its record.

    Attributes:
        file: its path below the home.
        heads: its heads, revision by revision.
        same: how many revisions it has in common with the record.
        since: when the last of these was written, for people; empty when there is none.
    """

    file: str
    heads: tuple[str, ...]
    same: int
    since: str


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a look at everything stored found.

    Attributes:
        records: the records that hold, by name.
        counted: how many records, backups, profiles, evidence and drafts were looked at.
        findings: what does not hold (blockers) and what is odd (warnings); `details` names the `file`.
        strays: backups with another history, by the name of their activation.
        written: when each record's file was last written, in seconds since 1970.
    """

    records: Mapping[str, Loaded]
    counted: Mapping[str, int]
    findings: tuple[Finding, ...]
    strays: Mapping[str, tuple[Stray, ...]]
    written: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Edited:
    """A record that somebody edited by hand, whose history is whole.

    Attributes:
        activation: what the file says now.
        good: the newest backup; its history is the beginning of the record's. None for a first revision.
        file: the path of the record's file.
        sha256: hash of the file as it is.
    """

    activation: Activation
    good: Activation | None
    file: str
    sha256: str


@runtime_checkable
class Adopting(Protocol):
    """A store whose records people can edit by hand, and that can take such an edit over."""

    def edited(self, name: str) -> Edited:
        """The record edited by hand; nothing is written.

        Raises:
            ActivationNotFound: there is none.
            InvalidFile: the record holds; there is nothing to adopt.
            RecordCorrupt: it cannot be understood, or its history is not that of the newest backup.
            StoreUnavailable: the store cannot be read.
        """
        ...

    def adopt(self, name: str, decide: Callable[[Edited], Activation]) -> Saved:
        """Stores what `decide` makes of the record edited by hand, under the lock.

        The file as edited is kept as evidence before. `decide` adds one event and alters none.

        Raises:
            As for `edited` and `Store.change`.
        """
        ...


@runtime_checkable
class Inspectable(Protocol):
    """A store that can look at everything it holds beside the records."""

    def inspect(self, names: Sequence[str]) -> Inspected:
        """What belongs to these activations, or everything without names; nothing is written or locked.

        Raises:
            ActivationNotFound: nothing is stored of one of them.
            StoreUnavailable: the store cannot be read.
        """
        ...


def check_first(activation: Activation) -> None:
    """Stops a new activation whose revision and history do not agree: a mistake of the program.

    Raises:
        AssertionError: they do not.
    """
    _check_count(activation)
    if activation.revision < 1:
        raise AssertionError("a new activation needs the event of its creation")


def check_next(before: Activation, after: Activation) -> None:
    """Stops a change that is not exactly one revision and one event on: a mistake of the program.

    Raises:
        AssertionError: it is not.
    """
    _check_count(after)
    if after.name != before.name or after.revision != before.revision + 1:
        raise AssertionError(f"revision {before.revision} is followed by {after.revision} of {after.name}")
    if after.history[:-1] != before.history:
        raise AssertionError("a change adds to the history and alters nothing in it")


def _check_count(activation: Activation) -> None:
    counted = tuple(event.sequence for event in activation.history)
    if counted != tuple(range(1, activation.revision + 1)):
        raise AssertionError(f"revision {activation.revision} does not count the events of the history")


def check_revision(stored: Activation, if_revision: int | None) -> None:
    """Refuses a change made for another revision, and says what happened since.

    Raises:
        StaleRevision: the stored revision is not `if_revision`.
    """
    if if_revision is None or stored.revision == if_revision:
        return
    since = [event for event in stored.history if event.sequence > if_revision]
    raise StaleRevision(
        f"{stored.name} is at revision {stored.revision}, not {if_revision}; nothing was changed.",
        why=[f"Revision {event.sequence}, {event.by}: {event.summary}" for event in since[-5:]],
        fix=[
            "Look at what changed, then run the command again for the revision it has now.",
            sci("history", stored.name),
        ],
    )


def no_activation(name: str, *why: str) -> ActivationNotFound:
    """The error for a name without an activation."""
    return ActivationNotFound(
        f"The activation {quoted(name)} is not found.", why=why, fix=[sci("list"), sci("new", "NAME")]
    )


def name_taken(name: str, *why: str) -> AlreadyDifferent:
    """The error for a new activation whose name is in use."""
    return AlreadyDifferent(
        f"An activation named {quoted(name)} exists already; nothing was changed.",
        why=why,
        fix=[sci("status", name), "Or choose another name for the new one."],
    )


def reference(profile: Profile) -> ProfileRef:
    """The id and digest under which a profile is kept."""
    return ProfileRef(profile.id, digest(profile))


def no_pinned_profile(ref: ProfileRef) -> ProfileNotFound:
    """The error for a profile an activation began with and that is not kept."""
    return ProfileNotFound(
        f"The profile {quoted(ref.id)} this activation began with is not kept here.",
        why=f"Its digest is {quoted(ref.digest)}; a profile of the same id may differ from it.",
        fix="Copy the folder profiles/pinned from the home this activation comes from.",
    )
