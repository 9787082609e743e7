"""Views of the store in use, of setting a shared one up, and of activations moved between stores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sci_cli.operations.outcome import View


@dataclass(frozen=True, slots=True)
class StoreView(View):
    """The store in use.

    Attributes:
        kind: files or postgresql.
        place: the folder, or the server without anything secret.
        team: whose activations they are; empty for files.
        activations: how many there are.
        operation: the op-id that was asked for; `found` says what it changed, empty for nothing.
    """

    thing: ClassVar[str] = "store"
    kind: str
    place: str
    team: str
    activations: int
    operation: str = ""
    found: str = ""


@dataclass(frozen=True, slots=True)
class StoreSetupView(View):
    """What setting up a shared store made, and what was there before."""

    thing: ClassVar[str] = "store-setup"
    place: str
    made: tuple[str, ...]
    kept: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MovedRow:
    """An activation that was to move.

    Attributes:
        outcome: new, brought up to date, already there, or not moved.
        evidence: how many files of evidence went along.
        lacking: the hashes of evidence the record names and the source does not have.
        problem: why it was not moved.
    """

    name: str
    outcome: str
    revision: int | None
    head: str
    evidence: int = 0
    lacking: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class MovedView(View):
    """Activations copied from one store to another; the first one keeps them."""

    thing: ClassVar[str] = "store-move"
    source: str
    target: str
    rows: tuple[MovedRow, ...]
