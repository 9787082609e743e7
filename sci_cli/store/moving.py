"""Activations that move between stores, with history and evidence; another lineage is never overwritten."""

from __future__ import annotations

import hashlib
from typing import Protocol

from sci_cli.domain.activation import Activation
from sci_cli.errors import AlreadyDifferent, FileNotThere, RecordCorrupt, sci
from sci_cli.safety.text import quoted
from sci_cli.store import records
from sci_cli.store.contract import Saved, Store
from sci_cli.store.document import SIZE_LIMIT
from sci_cli.store.durable import NotRegular, TooLarge, read_file
from sci_cli.store.files import FileStore
from sci_cli.store.home import EVIDENCE


class Movable(Store, Protocol):
    """A store that activations can be moved out of and into."""

    def receive(self, activation: Activation) -> Saved:
        """Stores an activation that comes from another store, as a new one or as what one became.

        Raises:
            AlreadyDifferent: what is stored is not the beginning of it.
            Locked, StoreUnavailable, RecordCorrupt: nothing was changed.
            OutcomeUnknown: stored, but nobody can tell whether for good.
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


def check_extends(before: Activation, after: Activation) -> None:
    """Refuses to put `after` in the place of `before` unless it is what that became later.

    Raises:
        AlreadyDifferent: they were changed apart from each other, or are two different ones.
    """
    if after.history[: before.revision] == before.history and after.revision > before.revision:
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
            "Compare the two histories and go on with one of them; the other stays as it is.",
            sci("history", before.name),
        ],
    )


class MovingFileStore(FileStore):
    """A store of files that takes in what another store holds."""

    def receive(self, activation: Activation) -> Saved:
        """Stores an activation from another store; the one that is here stays as a backup."""
        if activation.name not in self.names():
            return self.create(activation)
        return self.change(activation.name, lambda before: before if before == activation else activation)

    def _check_following(self, before: Activation, after: Activation) -> None:
        check_extends(before, after)

    def evidence(self, sha256: str) -> bytes:
        """The content kept under a hash."""
        missing = FileNotThere(f"The evidence {quoted(sha256, 80)} is not in this home.")
        with self._home.opened(EVIDENCE) as folder:
            if folder is None:
                raise missing
            path = folder.path_of(sha256)
            try:
                data = read_file(self._disk, folder, sha256, SIZE_LIMIT).data
            except FileNotFoundError:
                raise missing from None
            except (NotRegular, TooLarge):
                data = b""
            except OSError as error:
                raise records.unreadable(path, error) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise RecordCorrupt(
                f"{quoted(path)} holds something else than its name says: it was edited or damaged. "
                "Nothing was written.",
                fix="Put back the original from a copy of the home.",
            )
        return data


def evidence_of(activation: Activation) -> tuple[str, ...]:
    """The hashes of all evidence the record names, each once."""
    named = [each.sha256 for step in activation.steps.values() for each in step.evidence]
    named += [handoff.attachment.sha256 for handoff in activation.handoffs]
    return tuple(dict.fromkeys(named))


def move(activation: Activation, source: Movable, target: Movable) -> tuple[Saved, tuple[str, ...]]:
    """Brings an activation with its profile and evidence into another store; the source keeps it.

    Profile and evidence go first, so that nothing that is stored names what is not there.

    Returns:
        what was saved, and the hashes of evidence the source itself does not have.
    """
    lacking = []
    target.pin_profile(source.pinned_profile(activation.profile))
    for sha256 in evidence_of(activation):
        try:
            target.keep_evidence(source.evidence(sha256), sha256)
        except FileNotThere:
            lacking.append(sha256)
    return target.receive(activation), tuple(lacking)
