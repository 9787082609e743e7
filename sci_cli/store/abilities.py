"""What some stores can do beside the contract: inspect what they hold, adopt edits, mend damaged records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from sci_cli.domain.activation import Activation
from sci_cli.domain.findings import Finding
from sci_cli.errors import AlreadyDifferent, sci
from sci_cli.store.contract import Decide, Loaded, Saved


@dataclass(frozen=True, slots=True)
class Damage:
    """A record that fails its check or is gone, and the intact backup that could be put back.

    Attributes:
        what: what is wrong with the file, as the end of a sentence about it.
        path: the file.
        backup: the activation as the backup holds it.
        missing: whether there is no file at all.
    """

    what: str
    path: str
    backup: Activation
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Mended:
    """What was stored in place of a damaged record, and where the damaged file is now; empty for none."""

    saved: Saved
    kept: str


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
        before: the record as it was before the edit, proven by its checksum; None where nobody can tell.
    """

    activation: Activation
    good: Activation | None
    file: str
    sha256: str
    before: Activation | None = None


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

        The file as edited is kept as evidence before, and the record before the edit, where it can be told,
        as the backup of its revision. `decide` adds one event to the history and alters none.

        Raises:
            As for `edited` and `Store.change`.
        """
        ...


@runtime_checkable
class Mending(Protocol):
    """A store that can put an intact backup in place of a record that is damaged or gone."""

    def damage(self, name: str, revision: int | None = None) -> Damage:
        """What is wrong with a record, and the backup that could be put back; writes nothing.

        Args:
            name: the activation's name.
            revision: the revision of the backup; without it, the newest that is intact.

        Raises:
            AlreadyDifferent: nothing is wrong with the record.
            ActivationNotFound: there is neither a record nor an intact backup.
            RecordCorrupt: there is no intact backup, or what stands there is not to be replaced.
            StoreUnavailable: the store cannot be read.
        """
        ...

    def mend(self, name: str, decide: Decide, *, revision: int | None = None) -> Mended:
        """Stores what `decide` makes of an intact backup, in place of a record that is damaged or gone.

        The damaged file stays beside the record, under another name.

        Raises:
            As `damage`; Locked, StoreUnavailable: nothing was changed. OutcomeUnknown: as for `change`.
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


def intact(name: str) -> AlreadyDifferent:
    """The error for mending a record that nothing is wrong with."""
    return AlreadyDifferent(
        f"The record of {name} is intact; nothing was changed.",
        fix=[
            sci("history", name),
            sci("restore", name, "--revision", "N", "--reason", "REASON", note="for an earlier revision"),
        ],
    )
