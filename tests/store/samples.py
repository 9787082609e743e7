"""Activations, a profile and changes for the tests of the stores; every name in them is invented."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sci_cli.domain.activation import (
    Activation,
    AdminStatus,
    Carried,
    Change,
    Closed,
    Event,
    Evidence,
    Fact,
    FormLine,
    Note,
    Order,
    Port,
    PortRequest,
    ProfileRef,
    Stamp,
    StepRecord,
    Vpn,
    VpnState,
)
from sci_cli.domain.prefixes import parse_prefix
from sci_cli.domain.profile import (
    Clause,
    ConfigurationRow,
    Contact,
    Handoff,
    OrderField,
    Owners,
    Party,
    Phase,
    Profile,
    Source,
    Stage,
    Step,
    StepKind,
    Timer,
)
from sci_cli.domain.profile import FieldRule as Rule

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
STAMP = Stamp(NOON, "sam", "customer")


def new(name: str = "acme-1") -> Activation:
    """An activation as it is created."""
    event = Event(1, NOON, "sam", "sci new", f"started {name}")
    return Activation(name, 1, ProfileRef("example-cloud", "0" * 64), STAMP, history=(event,))


def noted(text: str) -> Callable[[Activation], Activation]:
    """A change that adds a note."""

    def decide(before: Activation) -> Activation:
        sequence = before.revision + 1
        event = Event(
            sequence,
            NOON + timedelta(minutes=sequence),
            "sam",
            "sci note",
            "added a note",
            (Change(f"notes.{sequence - 1}", "", text),),
        )
        return replace(
            before,
            revision=sequence,
            notes=(*before.notes, Note(text, STAMP)),
            history=(*before.history, event),
        )

    return decide


def revised(revision: int, name: str = "acme-1") -> Activation:
    """An activation with that many revisions."""
    activation = new(name)
    while activation.revision < revision:
        activation = noted(f"note {activation.revision}")(activation)
    return activation


def full(name: str = "acme-1") -> Activation:
    """An activation with something in nearly every field, hostile texts among them."""
    texts = (
        "0123456",
        "NO",
        "65000:10",
        "<<<<<<< ours",
        "- a\n  b: c\n",
        " \u2028\x1b[2J",
        "checksum: sha256:0",
    )
    prefixes = tuple(map(parse_prefix, ("10.20.0.0/16", "2001:db8:1::/48")))
    activation = replace(
        new(name),
        facts={
            "csp.account-id": Fact(("0123456789012345",), STAMP),
            "security": Fact(texts, STAMP),
        },
        steps={
            "P1": StepRecord(Closed.DONE, (STAMP,), "two lines\nof a note", (Evidence("a b.png", "1" * 64),)),
            "O4": StepRecord(Closed.SKIPPED, (STAMP, replace(STAMP, party=""))),
        },
        order=Order("4711", STAMP, True, (FormLine("service-key", "Service Key", ""),), "late", ("account",)),
        port=Port(AdminStatus.DOWN, STAMP, PortRequest(AdminStatus.UP, "test", STAMP)),
        vpns=(Vpn("A", prefixes, VpnState.ATTACHED, STAMP, max_prefixes=100),),
    )
    return noted("a last note")(activation)


def gone_back() -> Activation:
    """The activation with everything, whose last change went back to an earlier revision."""
    activation = full()
    last = replace(activation.history[-1], command="restore", back_to=1)
    return replace(activation, history=(*activation.history[:-1], last))


def with_operation(name: str = "acme-1") -> Activation:
    """An activation whose last change has a script's own id."""
    before = full(name)
    last = replace(before.history[-1], op_id="job-17", op_digest="2" * 64)
    return replace(before, history=(*before.history[:-1], last))


def carried(name: str = "acme-1") -> Activation:
    """An activation with a step that stays done under another profile, and an operation id."""
    before = with_operation(name)
    mark = Carried("confirm", STAMP.at)
    steps = {"P1": replace(before.steps["P1"], carried=mark), "O6": StepRecord(Closed.DONE, (), carried=mark)}
    return replace(before, steps={**before.steps, **steps})


def profile(summary: str = "an invented provider") -> Profile:
    """A small profile with nested values of most kinds."""
    return Profile(
        id="example-cloud",
        name="Example Cloud",
        version="2026-11",
        summary=summary,
        seen_as=("Example",),
        source=Source("a guide", (Clause("P1.1", "first", "begin"),)),
        parties=(Party("customer", "Customer", "Cust"), Party("example", "Example", "Ex")),
        provider_party="example",
        phases=(Phase("preparation", "Before"), Phase("shutdown", "After", counts=False)),
        steps=(
            Step(
                "P1",
                "preparation",
                StepKind.CONFIRM,
                Owners(("customer",)),
                "begin",
                "Begin",
                "text\nof two lines",
                ("P1.1",),
                timer=Timer("P1", timedelta(minutes=30)),
            ),
        ),
        facts=(),
        gates=(),
        order_fields=(OrderField("service-key", "Service Key", Rule.EMPTY),),
        handoff=Handoff(
            "subject",
            "opening",
            "closing",
            "a screen print",
            (ConfigurationRow("VLAN ID", "vlan-id"),),
            (Stage("received", "Received"),),
            (Contact("Desk", "support", "desk@example.net", date(2026, 1, 31)),),
            (("primary.a", "primary.b"),),
        ),
    )
