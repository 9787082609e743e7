"""Views of what the program knows: explanations, profiles, help pages, folders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sci_cli.domain.profile import Caution, Clause, Contact
from sci_cli.operations.outcome import View
from sci_cli.operations.views import FactRow


@dataclass(frozen=True, slots=True)
class ExplainView(View):
    """What stands behind a step, a finding, a fact or a word."""

    thing: ClassVar[str] = "explain"
    id: str
    title: str
    text: str
    owner: str
    clauses: tuple[Clause, ...]
    portal: tuple[str, ...]
    cautions: tuple[Caution, ...]
    facts: tuple[FactRow, ...]
    source: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """A profile in the catalogue."""

    id: str
    name: str
    version: str
    origin: str
    problem: str


@dataclass(frozen=True, slots=True)
class ProfilesView(View):
    """The profiles there are."""

    thing: ClassVar[str] = "profiles"
    profiles: tuple[ProfileRow, ...]


@dataclass(frozen=True, slots=True)
class ProfileView(View):
    """One profile, step by step."""

    thing: ClassVar[str] = "profile"
    id: str
    name: str
    version: str
    summary: str
    digest: str
    source: str
    note: str
    phases: tuple[PhaseSteps, ...]
    contacts: tuple[Contact, ...]
    cautions: tuple[Caution, ...]
    facts: tuple[FactRow, ...]


@dataclass(frozen=True, slots=True)
class PhaseSteps:
    """A phase of a profile with its steps: id, title, owners."""

    title: str
    steps: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class WhereView(View):
    """Where the files are."""

    thing: ClassVar[str] = "where"
    folders: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TopicView(View):
    """A page of help."""

    thing: ClassVar[str] = "help"
    topic: str
    text: str
    topics: tuple[str, ...]
