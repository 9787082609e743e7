"""The things operations return to be shown: plain values, the same for text and for scripts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sci_cli.domain.activation import (
    Change,
    Event,
    Note,
    Port,
    Vpn,
)
from sci_cli.domain.progress import PhaseProgress
from sci_cli.domain.vpn_rules import Budget
from sci_cli.errors import Command
from sci_cli.operations.outcome import View


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step as shown in lists; `commands` are what to type for it now."""

    id: str
    title: str
    short: str
    phase: str
    kind: str
    state: str
    reason: str
    owners: tuple[str, ...]
    owners_mode: str
    owners_text: str
    owners_short: str
    open_parties: tuple[str, ...]
    waits_for: tuple[str, ...]
    optional: str
    since: datetime | None
    due: datetime | None
    late: bool
    late_for: str
    waiting_for: str
    commands: tuple[Command, ...]
    open_parties_text: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """Who and what an activation is about, for the first line of a screen."""

    name: str
    customer: str
    provider: str
    location: str
    revision: int


@dataclass(frozen=True, slots=True)
class FactRow:
    """A fact with its recorded value, empty when nothing is on record."""

    id: str
    label: str
    value: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class OrderSummary:
    """The order in a few words."""

    number: str
    placed_at: datetime
    placed_by: str
    breach: str


@dataclass(frozen=True, slots=True)
class StatusView(View):
    """Where one activation stands."""

    thing: ClassVar[str] = "status"
    header: Header
    profile: str
    closed: int
    total: int
    late: int
    complete: bool
    next: tuple[StepRow, ...]
    phases: tuple[PhaseProgress, ...]
    steps: tuple[StepRow, ...]
    facts: tuple[FactRow, ...]
    order: OrderSummary | None
    verified: bool | None
    stage: str
    port: Port
    vpns: tuple[Vpn, ...]
    budgets: tuple[Budget, ...]
    show_all: bool = False


@dataclass(frozen=True, slots=True)
class ActivationRow:
    """One activation in the list of all.

    `attention` says what is unusual about its port; `problem` is set when its record cannot be read.
    """

    name: str
    customer: str
    provider: str
    location: str
    closed: int
    total: int
    late: bool
    late_for: str
    next_step: str
    next_title: str
    waiting_on: str
    age: str
    mine: bool
    attention: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ListView(View):
    """All activations."""

    thing: ClassVar[str] = "list"
    activations: tuple[ActivationRow, ...]


@dataclass(frozen=True, slots=True)
class HomeView(View):
    """The home screen: what needs attention, what waits for others."""

    thing: ClassVar[str] = "home"
    version: str
    home: str
    activations: tuple[ActivationRow, ...]


@dataclass(frozen=True, slots=True)
class NextView(View):
    """What is possible now."""

    thing: ClassVar[str] = "next"
    rows: tuple[NextRow, ...]
    owner: str = ""


@dataclass(frozen=True, slots=True)
class NextRow:
    """A step that is ready, of one activation."""

    activation: str
    step: StepRow


@dataclass(frozen=True, slots=True)
class RecordedView(View):
    """What was recorded, in sentences, with the step concerned where there is one."""

    thing: ClassVar[str] = "recorded"
    header: Header
    lines: tuple[str, ...]
    step: str = ""


@dataclass(frozen=True, slots=True)
class HistoryView(View):
    """Who changed what and when."""

    thing: ClassVar[str] = "history"
    header: Header
    events: tuple[Event, ...]
    notes: tuple[Note, ...]
    head: str


@dataclass(frozen=True, slots=True)
class BroughtBackView(View):
    """What an undo or a restore brings back.

    `back_to` is the revision whose contents come back, `undone` the change that is taken back, `changes` what
    differs from the record before, `kept` the damaged file that stays beside a record put in its place.
    """

    thing: ClassVar[str] = "brought-back"
    header: Header
    lines: tuple[str, ...]
    back_to: int
    undone: Event | None
    changes: tuple[Change, ...]
    kept: str = ""
