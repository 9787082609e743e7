"""One customer's turn-up at one location: what people asserted about it, with who, when and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from sci_cli.domain.prefixes import Prefix


class Closed(StrEnum):
    """How a person closed a step."""

    DONE = "done"
    SKIPPED = "skipped"


class AdminStatus(StrEnum):
    """Admin status of the port; the portal calls them No Shutdown and Shutdown."""

    UNKNOWN = "unknown"
    UP = "up"
    DOWN = "down"


class VpnState(StrEnum):
    """Where a VPN stands: on the coming order, asked for, seen on the port, or asked to be taken off."""

    ON_ORDER = "on-order"
    REQUESTED = "requested"
    ATTACHED = "attached"
    REMOVAL_REQUESTED = "removal-requested"


@dataclass(frozen=True, slots=True)
class ProfileRef:
    """The profile an activation goes by: id and digest of its content."""

    id: str
    digest: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who said so, on whose behalf, and when it was so. Times are aware and in UTC."""

    at: datetime
    by: str
    party: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A recorded fact; facts that can have several values hold them all."""

    values: tuple[str, ...]
    stamp: Stamp

    @property
    def text(self) -> str:
        """The values as one line."""
        return ", ".join(self.values)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file kept as evidence, by name and hash; the content is in the evidence folder under its hash."""

    filename: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Carried:
    """That a step was done when the activation went over to another profile: as which kind, since when."""

    kind: str
    since: datetime


@dataclass(frozen=True, slots=True)
class StepRecord:
    """What people said about a step: one stamp per party that did its part; `reason` is why it is skipped.

    With `carried` it stays done although the profile the activation went over to asks for more. Such a record
    has no stamps when nobody had said anything about the step, because it closed by itself.
    """

    closed: Closed
    stamps: tuple[Stamp, ...]
    note: str = ""
    evidence: tuple[Evidence, ...] = ()
    reason: str = ""
    carried: Carried | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A remark, about a step or about the whole activation."""

    text: str
    stamp: Stamp
    step: str = ""


@dataclass(frozen=True, slots=True)
class FormLine:
    """A line of the order form as it was, or is to be, filled in."""

    field: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Order:
    """The order as recorded. `breach` holds the reason when it was placed while the gates did not hold."""

    number: str
    placed: Stamp
    billing_accepted: bool
    form: tuple[FormLine, ...]
    breach: str = ""
    unmet: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field as ordered and as seen in Dynamic Network Manager."""

    field: str
    label: str
    ordered: str
    seen: str
    same: bool

    @property
    def difference(self) -> str:
        """What differs, in one sentence."""
        return f"The {self.label} differs: ordered {self.ordered or 'nothing'}, the portal shows {self.seen}."


@dataclass(frozen=True, slots=True)
class Verification:
    """The comparison of the order with the portal."""

    stamp: Stamp
    fields: tuple[Comparison, ...]

    @property
    def matches(self) -> bool:
        """Whether every field is the same."""
        return all(item.same for item in self.fields)


@dataclass(frozen=True, slots=True)
class HandoffRecord:
    """A draft that was written for the provider."""

    stamp: Stamp
    draft: str
    draft_sha256: str
    attachment: Evidence
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StageMark:
    """A stage the provider reached."""

    stage: str
    stamp: Stamp
    note: str = ""


@dataclass(frozen=True, slots=True)
class PortRequest:
    """An admin status somebody asked for in the portal, not yet confirmed."""

    status: AdminStatus
    reason: str
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Port:
    """The port: the status last seen, and what was asked for since."""

    status: AdminStatus = AdminStatus.UNKNOWN
    seen: Stamp | None = None
    requested: PortRequest | None = None


@dataclass(frozen=True, slots=True)
class Vpn:
    """A Private IP VPN. MAX is per address family; None means not known, which is not unlimited.

    `attached` says since when it is on the port; None while nobody saw it there.
    """

    name: str
    prefixes: tuple[Prefix, ...]
    state: VpnState
    stamp: Stamp
    max_prefixes: int | None = None
    max_prefixes_v6: int | None = None
    attached: Stamp | None = None

    def count(self, version: int) -> int:
        """How many different prefixes of IP version 4 or 6 it has."""
        return len({prefix for prefix in self.prefixes if prefix.version == version})

    def maximum(self, version: int) -> int | None:
        """MAX for IP version 4 or 6."""
        return self.max_prefixes if version == 4 else self.max_prefixes_v6


@dataclass(frozen=True, slots=True)
class Change:
    """One field of the record before and after; empty text stands for absent."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Event:
    """One change of the record, as kept in its history. `sequence` orders events, the clock does not.

    A script's own id of the operation is kept with a digest of what it asked for, so that the same again is
    known. `back_to` is the revision whose contents an undo or a restore brought back; 0 for every other
    change.
    """

    sequence: int
    at: datetime
    by: str
    command: str
    summary: str
    changes: tuple[Change, ...] = ()
    party: str = ""
    reason: str = ""
    clock_behind: bool = False
    op_id: str = ""
    op_digest: str = ""
    back_to: int = 0

    @property
    def mends(self) -> bool:
        """Whether it put a backup in place of a damaged record: it goes back to the one right before it."""
        return self.back_to != 0 and self.back_to == self.sequence - 1


@dataclass(frozen=True, slots=True)
class Activation:
    """The record. `revision` counts its changes; it equals the sequence of the last event."""

    name: str
    revision: int
    profile: ProfileRef
    created: Stamp
    facts: Mapping[str, Fact] = field(default_factory=dict)
    steps: Mapping[str, StepRecord] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    order: Order | None = None
    verification: Verification | None = None
    handoffs: tuple[HandoffRecord, ...] = ()
    stages: tuple[StageMark, ...] = ()
    port: Port = field(default_factory=Port)
    vpns: tuple[Vpn, ...] = ()
    history: tuple[Event, ...] = ()

    def fact(self, fact_id: str) -> str:
        """The recorded value as one line, empty when nothing is on record."""
        fact = self.facts.get(fact_id)
        return fact.text if fact else ""

    def values(self, fact_id: str) -> tuple[str, ...]:
        """The recorded values, empty when nothing is on record."""
        fact = self.facts.get(fact_id)
        return fact.values if fact else ()

    def vpn(self, name: str) -> Vpn | None:
        """The VPN of that name, in any letter case."""
        return next((vpn for vpn in self.vpns if vpn.name.casefold() == name.casefold()), None)

    def with_fact(self, fact_id: str, fact: Fact) -> Activation:
        """The activation with this fact on record."""
        return replace(self, facts={**self.facts, fact_id: fact})

    def with_step(self, step_id: str, record: StepRecord | None) -> Activation:
        """The activation with this step record, or without one."""
        steps = {key: value for key, value in self.steps.items() if key != step_id}
        if record is not None:
            steps[step_id] = record
        return replace(self, steps=steps)

    def with_vpn(self, vpn: Vpn) -> Activation:
        """The activation with this VPN in place of one of the same name, or added at the end."""
        if self.vpn(vpn.name) is None:
            return replace(self, vpns=(*self.vpns, vpn))
        replaced = (vpn if old.name.casefold() == vpn.name.casefold() else old for old in self.vpns)
        return replace(self, vpns=tuple(replaced))

    def without_vpn(self, name: str) -> Activation:
        """The activation without that VPN."""
        return replace(self, vpns=tuple(vpn for vpn in self.vpns if vpn.name.casefold() != name.casefold()))

    def evidence_hashes(self) -> tuple[str, ...]:
        """SHA-256 in hex of all evidence the steps and hand-offs name, each once, sorted."""
        named = [each for step in self.steps.values() for each in step.evidence]
        named += [handoff.attachment for handoff in self.handoffs]
        return tuple(sorted({each.sha256 for each in named if each.sha256}))

    @property
    def last_stage(self) -> str:
        """The provider's last recorded stage."""
        return self.stages[-1].stage if self.stages else ""
