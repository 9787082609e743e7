"""Views of checks over many things at once: all activations, several profiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sci_cli.operations.outcome import View


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """What the rules say of one activation.

    `exit_code` is what `sci check` of it alone ends with. `problem` says why it could not be checked; the
    fields of its record are empty then.
    """

    name: str
    customer: str
    provider: str
    location: str
    revision: int | None
    verdict: str
    exit_code: int
    blockers: int
    warnings: int
    notes: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class CheckAllView(View):
    """The verdict of the rules over every activation; each finding's details name its `activation`."""

    thing: ClassVar[str] = "check-all"
    purpose: str
    verdict: str
    activations: tuple[CheckedRow, ...]


@dataclass(frozen=True, slots=True)
class ProfileCheckRow:
    """One profile as it was named, and how many problems it has; `problem` says why it cannot be used."""

    given: str
    file: str
    id: str
    name: str
    version: str
    steps: int
    problems: int
    exit_code: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ProfileCheckView(View):
    """Whether profiles can be used; problems are findings whose details have `file`, `line`, `column`."""

    thing: ClassVar[str] = "profile-check"
    lines: tuple[str, ...]
    profiles: tuple[ProfileCheckRow, ...]
