"""The invented provider walked from the first step to the last, to show that no flow is built in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sci_cli.domain.activation import (
    Activation,
    Closed,
    Evidence,
    Fact,
    HandoffRecord,
    Order,
    ProfileRef,
    StageMark,
    Stamp,
    StepRecord,
    Verification,
)
from sci_cli.domain.profile import Profile
from sci_cli.domain.progress import StepState, progress
from sci_cli.profiles import parse_profile

START = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass
class Walk:
    """An activation of the invented provider, with a clock that moves by command."""

    profile: Profile
    activation: Activation
    now: datetime = START

    def stamp(self, party: str = "") -> Stamp:
        return Stamp(self.now, "ann", party)

    def record(self, fact: str, *values: str) -> None:
        self.activation = self.activation.with_fact(fact, Fact(values, self.stamp()))

    def confirm(self, step: str, party: str) -> None:
        before = self.activation.steps.get(step)
        stamps = (*(before.stamps if before else ()), self.stamp(party))
        self.activation = self.activation.with_step(step, StepRecord(Closed.DONE, stamps))

    def ready(self) -> list[str]:
        return [item.step.id for item in progress(self.profile, self.activation, self.now).ready()]

    def late(self) -> list[str]:
        steps = progress(self.profile, self.activation, self.now).steps
        return [item.step.id for item in steps if item.late]

    def state(self, step: str) -> StepState | None:
        found = progress(self.profile, self.activation, self.now).of(step)
        return found.state if found else None


def begin() -> Walk:
    data = (Path(__file__).parent / "fictitious.yaml").read_bytes()
    profile = parse_profile(data, name="fictitious.yaml")
    created = Stamp(START, "ann")
    return Walk(profile, Activation("nimbus-1", 1, ProfileRef(profile.id, "0"), created))


def test_the_invented_flow_goes_key_first_from_start_to_end() -> None:
    walk = begin()
    assert walk.ready() == ["K1", "K3", "K4", "K5", "T5"]
    walk.confirm("K1", "client")
    assert "K1" in walk.ready()
    walk.confirm("K1", "verizon")
    assert walk.ready() == ["K2", "K3", "K4", "K5", "T5"]

    walk.record("csp.service-key", "KEY-0001")
    walk.record("csp.account-status", "active")
    walk.record("private-ip.active", "2")
    walk.record("security-products", "none")
    walk.record("cloud-type", "vpc")
    assert walk.state("K5") is StepState.NOT_NEEDED
    assert walk.ready() == ["T5", "A1"]
    walk.now += timedelta(days=6)
    assert (walk.ready(), walk.late()) == (["A1", "T5"], ["A1"])
    walk.confirm("A1", "nimbus")
    assert walk.ready() == ["A2", "T5"]
    walk.confirm("A2", "verizon")

    walk.activation = replace(walk.activation, order=Order("N-1", walk.stamp(), True, ()))
    assert walk.ready() == ["T1", "A4", "T5"]
    walk.activation = replace(walk.activation, verification=Verification(walk.stamp(), ()))
    assert walk.state("A4") is StepState.DONE
    draft = HandoffRecord(walk.stamp(), "draft.eml", "0", Evidence("port.png", "0"), ())
    walk.activation = replace(walk.activation, handoffs=(draft,))
    walk.now += timedelta(days=3)
    assert (walk.ready(), walk.late()) == (["T3", "T5"], ["T3"])
    marks = (StageMark("keyed-in", walk.stamp()), StageMark("switched-on", walk.stamp()))
    walk.activation = replace(walk.activation, stages=marks)
    walk.confirm("T4", "nimbus")

    assert walk.state("T5") is StepState.NOT_NEEDED
    assert progress(walk.profile, walk.activation, walk.now).complete


def test_the_wind_down_is_no_progress() -> None:
    walk = begin()
    assert walk.state("Z1") is None
