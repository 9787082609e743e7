"""The things operations return to be shown: plain values, the same for text and for scripts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sci_cli.domain.activation import (
    Comparison,
    Event,
    FormLine,
    HandoffRecord,
    Note,
    Port,
    PortRequest,
    StageMark,
    Stamp,
    Vpn,
)
from sci_cli.domain.profile import Caution, Clause, Contact
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
    """One activation in the list of all; `problem` is set when its record cannot be read."""

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
class CheckView(View):
    """The verdict of the rules; `purpose` is `order` for the go/no-go, empty for everything."""

    thing: ClassVar[str] = "check"
    header: Header
    purpose: str
    verdict: str
    passed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FormRow:
    """A line of the order form with its rule and its reason."""

    line: FormLine
    rule: str
    why: str
    clause: str


@dataclass(frozen=True, slots=True)
class SheetView(View):
    """The order form to copy."""

    thing: ClassVar[str] = "order-sheet"
    header: Header
    rows: tuple[FormRow, ...]


@dataclass(frozen=True, slots=True)
class OrderView(View):
    """The order as recorded, with its verification."""

    thing: ClassVar[str] = "order"
    header: Header
    number: str
    placed: Stamp | None
    billing_accepted: bool
    breach: str
    unmet: tuple[str, ...]
    form: tuple[FormLine, ...]
    verified: bool | None
    comparison: tuple[Comparison, ...]
    lines: tuple[str, ...] = ()
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True, slots=True)
class HandoffView(View):
    """A draft that was written, or would be; `text` is the same message for pasting."""

    thing: ClassVar[str] = "handoff"
    header: Header
    path: str
    sha256: str
    recipients: tuple[str, ...]
    subject: str
    attachment: str
    attachment_sha256: str
    text: str
    mailto: str
    contacts: tuple[Contact, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StagesView(View):
    """How far the provider is after the hand-off."""

    thing: ClassVar[str] = "stages"
    header: Header
    handoffs: tuple[HandoffRecord, ...]
    reached: tuple[StageMark, ...]
    open: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VpnsView(View):
    """The VPNs on the port with their budgets."""

    thing: ClassVar[str] = "vpns"
    header: Header
    vpns: tuple[Vpn, ...]
    budgets: tuple[Budget, ...]
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanView(View):
    """VPNs before and after a change that is planned, refused or recorded."""

    thing: ClassVar[str] = "vpn-plan"
    header: Header
    title: str
    kept: tuple[Vpn, ...]
    added: tuple[Vpn, ...]
    removed: tuple[Vpn, ...]
    before: tuple[Budget, ...]
    after: tuple[Budget, ...]
    portal: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PortView(View):
    """The port: status, what was asked for, what a change would affect."""

    thing: ClassVar[str] = "port"
    header: Header
    status: str
    seen: Stamp | None
    requested: PortRequest | None
    vpns: tuple[Vpn, ...]
    prefixes: int
    portal: tuple[str, ...]
    cautions: tuple[Caution, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HistoryView(View):
    """Who changed what and when."""

    thing: ClassVar[str] = "history"
    header: Header
    events: tuple[Event, ...]
    notes: tuple[Note, ...]
    head: str


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
