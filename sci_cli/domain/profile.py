"""The process of one provider as data: phases, steps, facts, gates, order form, hand-off, cautions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from string import Template

from sci_cli.domain.prefixes import Prefix


class OwnerMode(StrEnum):
    """Whether all named parties act ("and") or any one of them ("or")."""

    ALL = "all"
    ANY = "any"


class StepKind(StrEnum):
    """What closes a step."""

    CONFIRM = "confirm"  # a person says it is done
    FACTS = "facts"  # the facts of `closed_by` are on record
    GO = "go"  # the go/no-go: a person says go while the order's gates hold
    ORDER = "order"  # the order is recorded as placed
    AUTOMATIC = "automatic"  # happens by itself; closes with another step
    VERIFY = "verify"  # as-seen equals as-ordered
    HANDOFF = "handoff"  # the draft for the provider is written
    STAGES = "stages"  # the provider's last stage is recorded
    VPNS = "vpns"  # a person says the VPNs on the port are as wanted; the VPN rules stand here
    PORT = "port"  # an operation on the port, not progress


class Confidence(StrEnum):
    """How sure a statement is that the guide itself does not make."""

    CONFIRMED = "confirmed"
    DERIVED = "derived"
    UNCERTAIN = "uncertain"


class FactKind(StrEnum):
    """The shapes a recorded fact can have."""

    TEXT = "text"
    DIGITS = "digits"
    NUMBER = "number"
    CHOICE = "choice"
    CHOICES = "choices"
    DATE = "date"
    INTERFACE = "interface"  # address with prefix length, such as 192.0.2.1/30


class FieldRule(StrEnum):
    """What may stand in a field of the order form."""

    COPY = "copy"  # must equal the fact; the fact must be on record
    OPTIONAL = "optional"  # copied when on record; its absence warns
    EMPTY = "empty"  # must stay empty
    VPN = "vpn"  # the VPN the order connects
    PROVIDER = "provider"  # the provider's own name


class GateKind(StrEnum):
    """What an order may be made to wait for. The first five hold for every profile."""

    ACCOUNT_ACTIVE = "account-active"
    PRIVATE_IP_ACTIVE = "private-ip-active"
    SECURITY_DECIDED = "security-decided"
    NAT_REVIEWED = "nat-reviewed"
    BILLING_ACCEPTED = "billing-accepted"
    STEP_CLOSED = "step-closed"
    FACT_RECORDED = "fact-recorded"


BILLING_GATES = (
    GateKind.ACCOUNT_ACTIVE,
    GateKind.PRIVATE_IP_ACTIVE,
    GateKind.SECURITY_DECIDED,
    GateKind.NAT_REVIEWED,
    GateKind.BILLING_ACCEPTED,
)


@dataclass(frozen=True, slots=True)
class Party:
    """One of the parties; `short` is for narrow columns."""

    id: str
    name: str
    short: str


@dataclass(frozen=True, slots=True)
class Phase:
    """A heading of the source. Phases with `counts` make up the progress."""

    id: str
    title: str
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Clause:
    """One statement of the source, in our own words; `place` says where it stands there."""

    id: str
    place: str
    says: str


@dataclass(frozen=True, slots=True)
class Source:
    """What the profile was made from."""

    title: str
    clauses: tuple[Clause, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Owners:
    """Who owns a step."""

    parties: tuple[str, ...]
    mode: OwnerMode = OwnerMode.ALL


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds when the fact is on record and, where given, is one of `values` or at least `at_least`."""

    fact: str
    values: tuple[str, ...] = ()
    at_least: int | None = None


@dataclass(frozen=True, slots=True)
class Timer:
    """A clock that starts when step `starts` is closed; late after `within`, if that is given."""

    starts: str
    within: timedelta | None = None
    if_late: str = ""


# The placeholder of a portal click, and what it stands for where no particular change is meant.
CHANGE = "change"
_ANY_CHANGE = {StepKind.PORT: "Shutdown or No Shutdown", StepKind.VPNS: "add or remove the VPN"}


@dataclass(frozen=True, slots=True)
class Step:
    """A numbered row of the source.

    Attributes:
        after: steps that must be closed before this one may be done.
        closed_by: for kind `facts`, the conditions that close it.
        only_if: the step is not needed when this fact is on record and the condition does not hold.
        not_needed: the reason shown then.
        optional: why it may be left out and what that costs; empty when it may not.
        closes_with: a step whose closing closes this one too.
        moot_after: a step whose closing makes this one not needed.
        asks: facts the checklist asks for on this step's card.
        portal: where to click; `$change` stands for what is being changed, see `clicks`.
    """

    id: str
    phase: str
    kind: StepKind
    owners: Owners
    short: str
    title: str
    text: str
    clauses: tuple[str, ...]
    after: tuple[str, ...] = ()
    closed_by: tuple[Condition, ...] = ()
    only_if: Condition | None = None
    not_needed: str = ""
    optional: str = ""
    closes_with: str = ""
    moot_after: str = ""
    timer: Timer | None = None
    asks: tuple[str, ...] = ()
    evidence: str = ""
    portal: tuple[str, ...] = ()

    def clicks(self, change: str = "") -> tuple[str, ...]:
        """Where to click for a change such as `Shutdown` or `add VPN LAB`; for all of them without one."""
        said = {CHANGE: change or _ANY_CHANGE.get(self.kind, "")}
        return tuple(Template(click).safe_substitute(said) for click in self.portal)


@dataclass(frozen=True, slots=True)
class FactSpec:
    """One fact that can be recorded with `sci set`.

    `minimum` and `maximum` bound the value of a number and the length of digits or text; a length other
    than `usual_length` warns.
    """

    id: str
    label: str
    kind: FactKind
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    usual_length: int | None = None
    multiple: bool = False
    hint: str = ""
    clause: str = ""
    source: str = ""
    confidence: Confidence = Confidence.CONFIRMED


@dataclass(frozen=True, slots=True)
class Gate:
    """Something the order waits for."""

    kind: GateKind
    clause: str = ""
    step: str = ""
    fact: str = ""


@dataclass(frozen=True, slots=True)
class Reminder:
    """Something said at the order that does not hold it up: while `step` is open, or while `when` holds."""

    text: str
    clause: str = ""
    step: str = ""
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class OrderField:
    """A field of the order form; `why` is shown beside it, `without` says what a missing value costs."""

    id: str
    label: str
    rule: FieldRule
    fact: str = ""
    why: str = ""
    without: str = ""
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to write to; `verified` is the day the address was last known to be right."""

    name: str
    role: str
    email: str
    verified: date


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the provider's work after the hand-off."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class ConfigurationRow:
    """A row of the configuration table in the hand-off."""

    label: str
    fact: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Handoff:
    """The message that gives the connection to the provider.

    Subject, opening and closing may use the fixed names of `HANDOFF_NAMES` as `$name`, nothing else.
    """

    subject: str
    opening: str
    closing: str
    attachment: str
    configuration: tuple[ConfigurationRow, ...]
    stages: tuple[Stage, ...]
    contacts: tuple[Contact, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    clause: str = ""


HANDOFF_NAMES = ("activation", "customer", "provider", "location", "account", "order")


@dataclass(frozen=True, slots=True)
class Caution:
    """Something worth knowing, with where it comes from; `topics` are commands or step ids it belongs to."""

    id: str
    text: str
    topics: tuple[str, ...]
    source: str
    confidence: Confidence
    in_guide: bool = False


@dataclass(frozen=True, slots=True)
class RouteLimit:
    """How many routes the provider takes from the port, per address family (0: both together)."""

    value: int
    text: str
    source: str
    confidence: Confidence
    version: int = 0


@dataclass(frozen=True, slots=True)
class ReservedRange:
    """Addresses the provider uses itself."""

    prefix: Prefix
    text: str
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Profile:
    """The whole process of one provider; `vpn_clause` is where its source speaks of overlap and MAX."""

    id: str
    name: str
    version: str
    summary: str
    seen_as: tuple[str, ...]
    source: Source
    parties: tuple[Party, ...]
    provider_party: str
    phases: tuple[Phase, ...]
    steps: tuple[Step, ...]
    facts: tuple[FactSpec, ...]
    gates: tuple[Gate, ...]
    order_fields: tuple[OrderField, ...]
    handoff: Handoff
    cautions: tuple[Caution, ...] = ()
    route_limits: tuple[RouteLimit, ...] = ()
    reserved: tuple[ReservedRange, ...] = ()
    confidence_note: str = ""
    vpn_clause: str = ""
    reminders: tuple[Reminder, ...] = ()

    def step(self, step_id: str) -> Step | None:
        """The step of that id, in any letter case."""
        exact = next((step for step in self.steps if step.id == step_id), None) if step_id else None
        return exact or next((each for each in self.steps if each.id.upper() == step_id.upper() != ""), None)

    def step_of_kind(self, kind: StepKind) -> Step | None:
        """The first step of that kind."""
        return next((step for step in self.steps if step.kind is kind), None)

    def fact(self, fact_id: str) -> FactSpec | None:
        """The fact of that id."""
        return next((spec for spec in self.facts if spec.id == fact_id), None)

    def clause(self, clause_id: str) -> Clause | None:
        """The clause of that id."""
        return next((clause for clause in self.source.clauses if clause.id == clause_id), None)

    def phase(self, phase_id: str) -> Phase:
        """The phase of that id; profiles are checked so that it exists."""
        return next(phase for phase in self.phases if phase.id == phase_id)

    def party(self, party_id: str) -> Party | None:
        """The party of that id."""
        return next((party for party in self.parties if party.id == party_id), None)

    def owners_text(self, owners: Owners, *, short: bool = False) -> str:
        """`Customer and Verizon`, `Customer or Verizon`; short: `Cust+VZ`, `Cust/VZ`."""
        parties = [party for wanted in owners.parties if (party := self.party(wanted))]
        if short:
            joint = "+" if owners.mode is OwnerMode.ALL else "/"
            return joint.join(party.short for party in parties)
        word = " and " if owners.mode is OwnerMode.ALL else " or "
        names = [party.name for party in parties]
        if len(names) > 2:
            return ", ".join(names[:-1]) + "," + word + names[-1]
        return word.join(names)

    def cautions_for(self, *topics: str) -> tuple[Caution, ...]:
        """The cautions that belong to any of these commands or steps."""
        return tuple(caution for caution in self.cautions if set(caution.topics) & set(topics))

    def counted_steps(self) -> tuple[Step, ...]:
        """The steps that make up the progress, in the source's order."""
        counting = {phase.id for phase in self.phases if phase.counts}
        return tuple(step for step in self.steps if step.phase in counting)
