"""The shared store: activations on a server that speaks PostgreSQL's protocol, for teams.

The document of each revision is the same text as in a file, in a row that is never changed again; the
activation's own row says which revision counts. A change is one transaction: it locks that row, decides,
adds the new revision and moves the row on, if it is still at the revision that was read.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sci_cli.domain.activation import Activation, ProfileRef
from sci_cli.domain.names import activation_name_problem
from sci_cli.domain.plain import NotPlain, canonical, from_plain, to_plain
from sci_cli.domain.profile import Profile
from sci_cli.errors import (
    FileNotThere,
    InvalidValue,
    RecordCorrupt,
    SciError,
)
from sci_cli.safety.text import quoted
from sci_cli.store.abilities import Inspected
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
    name_taken,
    no_activation,
    no_pinned_profile,
    received,
    reference,
)
from sci_cli.store.disk import this_disk
from sci_cli.store.document import FORMAT, NewerFormat, NotIntact, Written, parse
from sci_cli.store.home import OUT, Home, absolute
from sci_cli.store.interrupts import signals
from sci_cli.store.saving import deliver, written
from sci_cli.store.server_address import Address
from sci_cli.store.server_rows import (
    ADD_ACTIVATION,
    ADD_EVENTS,
    ADD_EVIDENCE,
    ADD_PROFILE,
    DOCUMENT,
    FENCE,
    KEPT,
    LOCK,
    MOVE_ON,
    NAMES,
    OPERATIONS,
    RECORDS,
    SELECT_EVIDENCE,
    SELECT_PROFILE,
    STAMPS,
    activation_row,
    as_read,
    event_rows,
    lineage_of,
    operation_text,
)
from sci_cli.store.server_session import Again, Operation, Server

_BATCH = 200


@dataclass(frozen=True, slots=True)
class _Read:
    """A record as it is on the server."""

    activation: Activation
    head: str
    notices: tuple[str, ...]


class PostgresStore:
    """Keeps the contract of `Store` on a server; drafts are still files of this machine.

    Args:
        address: the database, and the team whose activations are meant.
        home: the folder whose `out` takes drafts.
        server: the connection, made from the address where none is given.
    """

    def __init__(self, address: Address, home: Path, *, server: Server | None = None) -> None:
        self._server = server or Server(address)
        self._place = address.shown
        self._home = Home(absolute(home), this_disk())
        self._pinned: dict[ProfileRef, Profile] = {}

    @property
    def place(self) -> str:
        """The server and database, safe to show."""
        return self._place

    @property
    def team(self) -> str:
        """The team whose activations are meant; known once the server was asked for anything."""
        return self._server.team

    def close(self) -> None:
        """Ends the connection."""
        self._server.close()

    # Reading ---------------------------------------------------------------------------------------------

    def names(self) -> tuple[str, ...]:
        """The names of all activations of the team, sorted."""
        rows, _ = self._server.transaction(lambda: self._server.rows(NAMES, (self._server.team,)))
        return tuple(sorted(str(name) for (name,) in rows))

    def stamps(self) -> Stamps:
        """The names of all activations of the team, each with what the columns beside its record say."""
        rows, _ = self._server.transaction(lambda: self._server.rows(STAMPS, (self._server.team,)))
        said = {str(name): " ".join(map(str, told)) for name, *told in sorted(rows)}
        return Stamps(f"postgresql {self._place} {self._server.team}", said)

    def load(self, name: str) -> Loaded:
        """The activation of that name, verified."""
        _check_name(name)
        found, _ = self._server.transaction(lambda: self._read((name,)))
        return _loaded(_existing(found, name))

    def load_all(self, names: Iterable[str]) -> Iterator[tuple[str, Loaded | SciError]]:
        """Each name with its activation or its problem; read from the server in batches."""
        wanted = tuple(names)
        for start in range(0, len(wanted), _BATCH):
            batch = wanted[start : start + _BATCH]
            safe = tuple(name for name in batch if activation_name_problem(name) is None)
            found, _ = self._server.transaction(lambda safe=safe: self._read(safe))  # type: ignore[misc]  # mypy cannot infer a lambda's default
            for name in batch:
                try:
                    yield name, _loaded(_existing(found, name))
                except SciError as problem:
                    yield name, problem

    def _read(self, names: tuple[str, ...]) -> dict[str, _Read | SciError]:
        rows = self._server.rows(RECORDS, (self._server.team, list(names)))
        return {str(row[1]): self._verified(document, newest, row) for document, newest, *row in rows}

    def _verified(self, document: str | None, newest: int | None, row: Sequence[Any]) -> _Read | SciError:
        """The record in a document, once history and every column of the activation's own row agree."""
        name, revision = row[1], row[3]
        place = f"The record {quoted(name)} on the server {self._place}"
        if document is None or revision != newest:
            return _corrupt(f"{place} is said to be at revision {revision}, its history at {newest}")
        try:
            parsed = parse(document.encode("utf-8"), name)
        except NewerFormat as error:
            return RecordCorrupt(
                f"{place} has format {error.found}: a newer version of sci wrote it. Nothing was written.",
                why=f"This version reads records up to format {FORMAT}.",
                fix="Install the newer version of sci.",
            )
        except NotIntact as error:
            return _corrupt(f"{place} {error.sentence}", *error.why)
        activation = parsed.activation
        true = activation_row(self._server.team, activation, parsed.head, lineage_of(activation))
        if tuple(row) != as_read(true):
            return _corrupt(f"{place} does not agree with the columns beside it: it was edited or damaged")
        return _Read(activation, parsed.head, parsed.notices)

    def inspect(self, names: Sequence[str]) -> Inspected:
        """What belongs to these activations, or everything of the team, and what of it does not hold."""
        from sci_cli.store.server_inspection import ServerInspection

        def rows(statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
            return self._server.transaction(lambda: self._server.rows(statement, tuple(values)))[0]

        self.names()
        return ServerInspection(self, self.team, rows).of(names)

    # Writing ---------------------------------------------------------------------------------------------

    def create(self, activation: Activation) -> Saved:
        """Stores a new activation."""
        problem = activation_name_problem(activation.name)
        if problem is not None:
            raise InvalidValue(problem)
        check_first(activation)
        made = written(activation)
        operation = self._operation(activation)

        def work() -> Saved:
            row = activation_row(self._server.team, activation, made.head, lineage_of(activation))
            if self._server.say(ADD_ACTIVATION, row).rowcount != 1:
                raise name_taken(activation.name)
            self._add_events(activation, 0, made, operation)
            return Saved(None, activation, True, (), made.head)

        return self._saved(work, operation)

    def change(self, name: str, decide: Decide, *, if_revision: int | None = None) -> Saved:
        """Stores what `decide` makes of the activation, its row locked from reading to writing."""
        return self._change(name, decide, check_next, if_revision=if_revision)

    def receive(self, activation: Activation) -> Saved:
        """Stores an activation from elsewhere; where one of the team is the beginning of it, it goes on."""
        if activation.name not in self.names():
            return self.create(activation)
        return self._change(activation.name, lambda stored: received(stored, activation), check_extends)

    def _change(
        self,
        name: str,
        decide: Decide,
        check: Callable[[Activation, Activation], None],
        *,
        if_revision: int | None = None,
    ) -> Saved:
        _check_name(name)
        operation = Operation(name, uuid.uuid4().hex, lambda: self._fence(name))

        def work() -> Saved:
            if not self._server.rows(LOCK, (self._server.team, name)):
                raise no_activation(name)
            found = _existing(self._read((name,)), name)
            before = found.activation
            check_revision(before, if_revision)
            after = decide(before)
            if after is before:
                return Saved(before, before, False, found.notices, found.head)
            check(before, after)
            made = written(after)
            self._move_on(found, after, made)
            self._add_events(after, before.revision, made, operation)
            return Saved(before, after, True, found.notices, made.head)

        return self._saved(work, operation)

    def _move_on(self, found: _Read, after: Activation, made: Written) -> None:
        before = found.activation
        row = activation_row(self._server.team, after, made.head, lineage_of(after))
        moved = self._server.say(MOVE_ON, (*row, self._server.team, before.name, before.revision, found.head))
        if moved.rowcount != 1:
            raise Again

    def _add_events(self, after: Activation, known: int, made: Written, operation: Operation) -> None:
        for row in event_rows(self._server.team, after, known, made, operation.id):
            self._server.say(ADD_EVENTS, row)

    def _saved(self, work: Callable[[], Saved], operation: Operation) -> Saved:
        with signals() as held:
            saved, found_out = self._server.transaction(work, operation=operation, before_commit=held.hold)
            deliver(held, saved.after)
        if not found_out:
            return saved
        told = (
            "The connection broke while this was saved; asked again, the server has it "
            f"(op-id {operation.id})."
        )
        return Saved(saved.before, saved.after, saved.changed, (*saved.notices, told), saved.head)

    def _operation(self, activation: Activation) -> Operation:
        def fence() -> None:
            # Waits for whoever is about to add the same row; rolled back with the question.
            row = activation_row(self._server.team, activation, "", lineage_of(activation))
            self._server.say(ADD_ACTIVATION, row)

        return Operation(activation.name, uuid.uuid4().hex, fence)

    def _fence(self, name: str) -> None:
        self._server.rows(FENCE, (self._server.team, name))

    def operation_revisions(self, op_id: str) -> tuple[tuple[str, int], ...]:
        """The activations and revisions an operation made; an id may be used for several activations.

        The id is one that a change was given with `--op-id`, or one that was made up here for a change.
        """
        known = (self._server.team, op_id, operation_text(op_id))
        rows, _ = self._server.transaction(lambda: self._server.rows(OPERATIONS, known))
        return tuple((str(name), int(revision)) for name, revision in rows)

    # Earlier revisions -----------------------------------------------------------------------------------

    def earlier(self, activation: Activation, revision: int) -> Activation | None:
        """The revision as its row in the history holds it; one that was pushed has rows without document."""
        key = (self._server.team, activation.name, revision)
        rows, _ = self._server.transaction(lambda: self._server.rows(DOCUMENT, key))
        with suppress(NotIntact, NewerFormat):
            for (document,) in rows:
                found = parse(str(document).encode("utf-8"), activation.name).activation
                return found if is_earlier(found, activation) else None
        return None

    def kept_revisions(self, name: str) -> tuple[int, ...]:
        """The revisions whose rows in the history hold a document, without the present one."""
        rows, _ = self._server.transaction(lambda: self._server.rows(KEPT, (self._server.team, name)))
        return tuple(int(revision) for (revision,) in rows)

    # Beside the records ----------------------------------------------------------------------------------

    def pin_profile(self, profile: Profile) -> ProfileRef:
        """Keeps the profile as canonical JSON under its id and digest."""
        ref = reference(profile)
        text = canonical(to_plain(profile))
        self._server.transaction(
            lambda: self._server.say(ADD_PROFILE, (self._server.team, ref.id, ref.digest, text))
        )
        if self._pinned_text(ref) != text:
            raise _corrupt(f"The profile {quoted(ref.id)} on the server {self._place} was edited or damaged")
        return ref

    def pinned_profile(self, ref: ProfileRef) -> Profile:
        """The profile kept under that id and digest, verified when this run first asks for it."""
        if ref not in self._pinned:
            text = self._pinned_text(ref)
            if text is None:
                raise no_pinned_profile(ref)
            self._pinned[ref] = self._profile(ref, text)
        return self._pinned[ref]

    def _pinned_text(self, ref: ProfileRef) -> str | None:
        key = (ref.id, ref.digest)
        rows, _ = self._server.transaction(
            lambda: self._server.rows(SELECT_PROFILE, (self._server.team, *key))
        )
        return str(rows[0][0]) if rows else None

    def _profile(self, ref: ProfileRef, text: str) -> Profile:
        place = f"The profile {quoted(ref.id)} on the server {self._place}"
        if hashlib.sha256(text.encode("utf-8")).hexdigest() != ref.digest:
            raise _corrupt(f"{place} does not match its digest: it was edited or damaged")
        try:
            return from_plain(Profile, json.loads(text))
        except (ValueError, NotPlain):
            raise _corrupt(f"{place} was written by a newer version or does not fit this one") from None

    def keep_evidence(self, data: bytes, sha256: str) -> None:
        """Keeps a file's content under its hash."""
        if hashlib.sha256(data).hexdigest() != sha256:
            raise AssertionError("the hash is not that of the content")
        self._server.transaction(lambda: self._server.say(ADD_EVIDENCE, (self._server.team, sha256, data)))
        self.evidence(sha256)

    def evidence(self, sha256: str) -> bytes:
        """The content kept under a hash.

        Raises:
            FileNotThere: none is kept.
            RecordCorrupt: it is other content by now.
        """
        rows, _ = self._server.transaction(
            lambda: self._server.rows(SELECT_EVIDENCE, (self._server.team, sha256))
        )
        if not rows:
            raise FileNotThere(f"The evidence {quoted(sha256, 80)} is not on the server {self._place}.")
        data = bytes(rows[0][0])
        if hashlib.sha256(data).hexdigest() != sha256:
            raise _corrupt(f"The evidence {sha256} on the server {self._place} was edited or damaged")
        return data

    def out_path(self, name: str) -> Path:
        """The path in the folder `out` of the home on this machine."""
        if not name or name in {".", ".."} or set(name) & set("/\\:\0"):
            raise AssertionError(f"{name[:100]!r} is not a file name")
        with self._home.made(OUT) as folder:
            return Path(folder.path_of(name))


def _check_name(name: str) -> None:
    if activation_name_problem(name) is not None:
        raise no_activation(name)


def _existing(found: dict[str, _Read | SciError], name: str) -> _Read:
    read = found.get(name)
    if read is None:
        raise no_activation(name)
    if isinstance(read, SciError):
        raise read
    return read


def _loaded(read: _Read) -> Loaded:
    return Loaded(read.activation, read.notices, read.head)


def _corrupt(sentence: str, *why: str) -> RecordCorrupt:
    return RecordCorrupt(
        f"{sentence}. Nothing was written.",
        why=why,
        fix="Tell whoever looks after the server; the history table holds every revision before.",
    )
