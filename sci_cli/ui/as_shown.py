"""A store that knows one record, as it was when it was shown, and writes nothing.

A card tries out what can be chosen on it. Reading the record again for every trial would take longer the
longer its history is, and could find another revision than the one on the screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from sci_cli.domain.activation import Activation, ProfileRef
from sci_cli.domain.profile import Profile
from sci_cli.errors import SciError
from sci_cli.store.contract import Decide, Loaded, Saved, Stamps, Store


class AsShown:
    """Keeps the reading half of the contract of `Store`; whatever would write is a mistake of the program."""

    def __init__(self, store: Store, loaded: Loaded, profile: Profile) -> None:
        self._store = store
        self._loaded = loaded
        self._profile = profile

    def names(self) -> tuple[str, ...]:
        """The names of all activations."""
        return self._store.names()

    def stamps(self) -> Stamps:
        """What tells whether the records are as they were, the one shown among them."""
        return self._store.stamps()

    def load(self, name: str) -> Loaded:
        """The record as shown, whatever is stored by now."""
        return self._loaded if name == self._loaded.activation.name else self._store.load(name)

    def load_all(self, names: Iterable[str]) -> Iterator[tuple[str, Loaded | SciError]]:
        """Every record as stored."""
        return self._store.load_all(names)

    def pinned_profile(self, ref: ProfileRef) -> Profile:
        """The profile the record goes by."""
        return self._profile if ref == self._loaded.activation.profile else self._store.pinned_profile(ref)

    def earlier(self, activation: Activation, revision: int) -> Activation | None:
        """An earlier revision."""
        return self._store.earlier(activation, revision)

    def kept_revisions(self, name: str) -> tuple[int, ...]:
        """The revisions of which copies are kept."""
        return self._store.kept_revisions(name)

    def evidence(self, sha256: str) -> bytes:
        """A file's content as it is kept."""
        return self._store.evidence(sha256)

    def receive(self, activation: Activation) -> Saved:
        """Refuses."""
        raise _writing()

    def out_path(self, name: str) -> Path:
        """Where a draft would go."""
        return self._store.out_path(name)

    def create(self, activation: Activation) -> Saved:
        """Refuses."""
        raise _writing()

    def change(self, name: str, decide: Decide, *, if_revision: int | None = None) -> Saved:
        """Refuses."""
        raise _writing()

    def pin_profile(self, profile: Profile) -> ProfileRef:
        """Refuses."""
        raise _writing()

    def keep_evidence(self, data: bytes, sha256: str) -> None:
        """Refuses."""
        raise _writing()


def _writing() -> AssertionError:
    return AssertionError("a trial run does not write")
