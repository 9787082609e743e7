"""What a store of activations promises, whatever it is made of; one test suite holds every store to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from sci_cli.domain.activation import Activation, ProfileRef
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

    def earlier(self, activation: Activation, revision: int) -> Activation | None:
        """The activation as it was at an earlier revision, verified; None where no intact copy is kept.

        Its history is the beginning of that of the activation given: a copy of another line is no copy of it.
        """
        ...

    def kept_revisions(self, name: str) -> tuple[int, ...]:
        """The earlier revisions of which copies are kept, oldest first; none of them is read."""
        ...

    def receive(self, activation: Activation) -> Saved:
        """Stores an activation that comes from elsewhere, as a new one or as what the one here became.

        Nothing is written where the one here holds all of it already.

        Raises:
            AlreadyDifferent: what is stored is not the beginning of it.
            Locked, StoreUnavailable, RecordCorrupt: nothing was changed.
            OutcomeUnknown: stored, but nobody can tell whether for good.
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

    def evidence(self, sha256: str) -> bytes:
        """The content kept under a hash.

        Raises:
            FileNotThere: none is kept.
            RecordCorrupt: it is other content by now.
            StoreUnavailable: the store cannot be read.
        """
        ...

    def out_path(self, name: str) -> Path:
        """Where a draft of that file name goes; its folder exists afterwards, the file need not.

        Raises:
            StoreUnavailable: the folder cannot be made.
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


def goes_on_with(longer: Activation, shorter: Activation) -> bool:
    """Whether one record is what the other became later: all of its history, and more."""
    return longer.history[: shorter.revision] == shorter.history and longer.revision > shorter.revision


def received(stored: Activation, other: Activation) -> Activation:
    """The one of two records of a name that holds what the other does: the stored one where they are alike.

    Raises:
        AlreadyDifferent: neither is what the other became later.
    """
    if stored == other or goes_on_with(stored, other):
        return stored
    check_extends(stored, other)
    return other


def check_extends(before: Activation, after: Activation) -> None:
    """Refuses to put `after` in the place of `before` unless it is what that became later.

    Raises:
        AlreadyDifferent: they were changed apart from each other, or are two different ones.
    """
    if goes_on_with(after, before):
        return
    same = before.history[:1] == after.history[:1]
    shared = sum(1 for mine, theirs in zip(before.history, after.history, strict=False) if mine == theirs)
    raise AlreadyDifferent(
        f"The two records of {before.name} differ and neither is the beginning of the other; "
        "nothing was changed.",
        why=(
            f"They are one activation up to revision {shared} and were changed apart from each other since."
            if same
            else "They began apart from each other: two different activations of one name.",
        ),
        fix=[
            "Compare the history of both and go on with one of them; the other stays as it is.",
            sci("history", before.name, note="in each of the two places"),
        ],
    )


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


def is_earlier(found: Activation, of: Activation) -> bool:
    """Whether a copy is an earlier revision of this very record, and not of another line of it."""
    return found.name == of.name and found.history == of.history[: found.revision]


def no_activation(name: str, *why: str) -> ActivationNotFound:
    """The error for a name without an activation."""
    return ActivationNotFound(
        f"The activation {quoted(name)} is not found.", why=why, fix=[sci("list"), sci("new", "NAME")]
    )


def lost_activation(name: str, revision: int) -> ActivationNotFound:
    """The error for an activation of which backups are there, up to a revision, and no record."""
    return ActivationNotFound(
        f"The record of {name} is not found; there are backups of it, up to revision {revision}.",
        why="Its file was removed, renamed or moved away.",
        fix=[
            sci("restore", name, "--reason", "REASON", note="puts the newest intact backup in its place"),
            sci("verify", name),
        ],
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


def profiles_named(activation: Activation) -> tuple[ProfileRef, ...]:
    """Every content of the profile that the record goes by or went by, the present one first.

    All of them are kept and go along with the record: the history can be read, and gone back to, with them.
    """
    changes = (change for event in reversed(activation.history) for change in event.changes)
    digests = (text for each in changes if each.path == _DIGEST for text in (each.after, each.before))
    earlier = (ProfileRef(activation.profile.id, each) for each in digests if _SHA256.fullmatch(each))
    return tuple(dict.fromkeys((activation.profile, *earlier)))


_DIGEST = "profile.digest"
_SHA256 = re.compile(r"[0-9a-f]{64}")


def no_pinned_profile(ref: ProfileRef) -> ProfileNotFound:
    """The error for a profile an activation goes by or went by and that is not kept."""
    return ProfileNotFound(
        f"The profile {quoted(ref.id)} this activation goes by is not kept here.",
        why=f"Its digest is {quoted(ref.digest)}; a profile of the same id may differ from it.",
        fix="Copy the folder profiles/pinned from the home this activation comes from.",
    )
