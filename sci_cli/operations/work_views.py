"""Views of the work on one activation: verdicts, the order, the hand-off, VPNs, the port."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sci_cli.domain.activation import (
    Comparison,
    FormLine,
    HandoffRecord,
    PortRequest,
    StageMark,
    Stamp,
    Vpn,
)
from sci_cli.domain.profile import Caution, Contact
from sci_cli.domain.vpn_rules import Budget
from sci_cli.operations.outcome import View
from sci_cli.operations.views import Header


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
    """How far the provider is after the hand-off.

    Every stage is in `order`; each is reached, passed over without a record, or still open.
    """

    thing: ClassVar[str] = "stages"
    header: Header
    handoffs: tuple[HandoffRecord, ...]
    order: tuple[str, ...]
    reached: tuple[StageMark, ...]
    passed_over: tuple[str, ...]
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
class VerifiedRecord:
    """A record that holds; `expected` is the revision whose head somebody had noted, where one was given."""

    name: str
    revision: int
    head: str
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """How many things of one kind were looked at."""

    what: str
    number: int


@dataclass(frozen=True, slots=True)
class VerifyView(View):
    """Whether everything stored holds."""

    thing: ClassVar[str] = "verify"
    verdict: str
    holds: bool
    home: str
    counted: tuple[Counted, ...]
    records: tuple[VerifiedRecord, ...]
