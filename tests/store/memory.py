"""A store in memory that keeps the same contract as the one in files, for tests of what is built on it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from sci_cli.domain.activation import Activation, ProfileRef
from sci_cli.domain.names import activation_name_problem
from sci_cli.domain.profile import Profile
from sci_cli.errors import FileNotThere, InvalidValue, RecordCorrupt, SciError
from sci_cli.store.abilities import Damage, Mended, intact
from sci_cli.store.contract import (
    Decide,
    Loaded,
    Saved,
    Stamps,
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
from sci_cli.store.document import Written, parse, render


class MemoryStore:
    """Holds rendered records, so that what cannot be written and read back fails here as well.

    Args:
        out: the folder for drafts.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        self._records: dict[str, Written] = {}
        self._earlier: dict[tuple[str, int], Written] = {}
        self._profiles: dict[ProfileRef, Profile] = {}
        self.kept_evidence: dict[str, bytes] = {}

    def names(self) -> tuple[str, ...]:
        """The names of all activations, sorted."""
        return tuple(sorted(self._records))

    def stamps(self) -> Stamps:
        """The names of all activations, each with its head."""
        heads = {name: written.head for name, written in self._records.items()}
        return Stamps(f"memory {id(self)}", {name: heads.get(name, "") for name in self.names()})

    def load(self, name: str) -> Loaded:
        """The activation of that name."""
        written = self._records.get(name)
        if written is None:
            raise no_activation(name)
        return Loaded(parse(written.data, name).activation, (), written.head)

    def load_all(self, names: Iterable[str]) -> Iterator[tuple[str, Loaded | SciError]]:
        """Each name with its activation or its problem."""
        for name in names:
            try:
                yield name, self.load(name)
            except SciError as problem:
                yield name, problem

    def create(self, activation: Activation) -> Saved:
        """Stores a new activation."""
        problem = activation_name_problem(activation.name)
        if problem is not None:
            raise InvalidValue(problem)
        check_first(activation)
        if activation.name in self._records:
            raise name_taken(activation.name)
        return self._put(None, activation)

    def change(self, name: str, decide: Decide, *, if_revision: int | None = None) -> Saved:
        """Stores what `decide` makes of the activation."""
        found = self.load(name)
        check_revision(found.activation, if_revision)
        after = decide(found.activation)
        if after is found.activation:
            return Saved(after, after, False, (), found.head)
        check_next(found.activation, after)
        return self._put(found.activation, after)

    def receive(self, activation: Activation) -> Saved:
        """Stores an activation from elsewhere, or what the one here became."""
        if activation.name not in self._records:
            return self.create(activation)
        found = self.load(activation.name)
        after = received(found.activation, activation)
        if after is found.activation:
            return Saved(after, after, False, (), found.head)
        return self._put(found.activation, after)

    def _put(self, before: Activation | None, after: Activation) -> Saved:
        written = render(after)
        self._records[after.name] = self._earlier[after.name, after.revision] = written
        return Saved(before, after, True, (), written.head)

    def earlier(self, activation: Activation, revision: int) -> Activation | None:
        """The revision as it was stored."""
        written = self._earlier.get((activation.name, revision))
        found = parse(written.data, activation.name).activation if written else None
        return found if found and is_earlier(found, activation) else None

    def kept_revisions(self, name: str) -> tuple[int, ...]:
        """Every revision but the newest."""
        return tuple(sorted(revision for each, revision in self._earlier if each == name))[:-1]

    def damage(self, name: str, revision: int | None = None) -> Damage:
        """Nothing is ever wrong with a record in memory."""
        self.load(name)
        raise intact(name)

    def mend(self, name: str, decide: Decide, *, revision: int | None = None) -> Mended:
        """Nothing is ever wrong with a record in memory."""
        self.load(name)
        raise intact(name)

    def pin_profile(self, profile: Profile) -> ProfileRef:
        """Keeps the profile."""
        ref = reference(profile)
        self._profiles[ref] = profile
        return ref

    def pinned_profile(self, ref: ProfileRef) -> Profile:
        """The profile kept under that id and digest."""
        if ref not in self._profiles:
            raise no_pinned_profile(ref)
        return self._profiles[ref]

    def keep_evidence(self, data: bytes, sha256: str) -> None:
        """Keeps a file's content under its hash."""
        if hashlib.sha256(data).hexdigest() != sha256:
            raise AssertionError("the hash is not that of the content")
        if self.kept_evidence.setdefault(sha256, data) != data:
            raise RecordCorrupt("Other content is kept under that hash.")

    def evidence(self, sha256: str) -> bytes:
        """The content kept under a hash."""
        if sha256 not in self.kept_evidence:
            raise FileNotThere("The evidence is not kept here.")
        return self.kept_evidence[sha256]

    def out_path(self, name: str) -> Path:
        """A path in the folder given."""
        self._out.mkdir(exist_ok=True)
        return self._out / name
