"""Which steps are ready, waiting, late or closed, for whom and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from sci_cli.domain.activation import (
    Activation,
    Closed,
    Comparison,
    Evidence,
    Fact,
    HandoffRecord,
    Order,
    StageMark,
    Stamp,
    StepRecord,
    Verification,
)
from sci_cli.domain.profile import (
    Condition,
    OwnerMode,
    Owners,
    Phase,
    Profile,
    Step,
    StepKind,
    Timer,
)
from sci_cli.domain.progress import (
    PhaseProgress,
    StepProgress,
    StepState,
    missing_facts,
    open_parties,
    progress,
    unmet_conditions,
)
from tests.operations.build import NOON, STAMP, USER, activation, alibaba, nimbus

MINUTE = timedelta(minutes=1)
LATER = NOON + 5 * MINUTE


def step(
    step_id: str,
    kind: StepKind = StepKind.CONFIRM,
    *,
    owners: Owners | None = None,
    phase: str = "main",
    after: tuple[str, ...] = (),
    closed_by: tuple[Condition, ...] = (),
    only_if: Condition | None = None,
    optional: str = "",
    closes_with: str = "",
    moot_after: str = "",
    timer: Timer | None = None,
) -> Step:
    """A step of which only what is given matters."""
    return Step(
        step_id, phase, kind, owners or Owners(("customer",)), "short", "title", "text", (),
        after, closed_by, only_if, "it is not wanted", optional, closes_with, moot_after, timer,
    )  # fmt: skip


def process(*steps: Step) -> Profile:
    """A process of these steps; phase `aside` does not count."""
    phases = (Phase("main", "Main"), Phase("aside", "Aside", counts=False))
    return replace(alibaba(), phases=phases, steps=steps)


def done(*parties: str, at: datetime = NOON, note: str = "") -> StepRecord:
    """A record of these parties' parts."""
    return StepRecord(Closed.DONE, tuple(Stamp(at, USER, party) for party in parties or ("customer",)), note)


def look(profile: Profile, known: Activation, now: datetime = NOON) -> dict[str, tuple[str, str]]:
    """State and reason by step."""
    return {item.step.id: (item.state.value, item.reason) for item in progress(profile, known, now).steps}


def at(profile: Profile, known: Activation, step_id: str, now: datetime = NOON) -> StepProgress:
    """The progress of one step."""
    found = progress(profile, known, now).of(step_id)
    assert found is not None
    return found


NOTHING = activation()


# Waiting and ready -----------------------------------------------------------------------------------------


def test_a_step_is_ready_when_all_before_it_are_closed_and_names_those_that_are_not() -> None:
    three = process(step("A"), step("B"), step("C", after=("A", "B")))
    assert look(three, NOTHING)["C"] == ("waiting", "waits for A, B")
    one = NOTHING.with_step("A", done())
    assert look(three, one)["C"] == ("waiting", "waits for B")
    skipped = one.with_step("B", StepRecord(Closed.SKIPPED, (STAMP,), reason="no need"))
    assert look(three, skipped) == {
        "A": ("done", ""),
        "B": ("skipped", "skipped: no need"),
        "C": ("ready", ""),
    }


def test_a_ready_step_is_so_since_the_last_step_before_it_was_closed() -> None:
    two = process(step("A"), step("B", after=("A",)))
    assert at(two, NOTHING, "A").since == STAMP.at
    assert at(two, NOTHING.with_step("A", done(at=LATER)), "B").since == LATER


def test_steps_may_stand_in_any_order_in_the_profile() -> None:
    backwards = process(step("B", after=("A",)), step("A"))
    assert look(backwards, NOTHING) == {"B": ("waiting", "waits for A"), "A": ("ready", "")}


def test_steps_of_a_phase_that_does_not_count_are_no_progress() -> None:
    known = progress(process(step("A"), step("Z", phase="aside")), NOTHING, NOON)
    assert [item.step.id for item in known.steps] == ["A"]
    assert known.phases == (PhaseProgress("main", "Main", 0, 1),)
    assert known.of("Z") is None


def test_counts_say_how_far_it_is() -> None:
    two = process(step("A"), step("B", only_if=Condition("cloud-type", ("public",))))
    half = progress(two, activation(cloud_type="vpc"), NOON)
    assert (half.closed, half.total, half.complete, half.late) == (1, 2, False, 0)
    full = progress(two, activation(cloud_type="vpc").with_step("A", done()), NOON)
    assert (full.closed, full.total, full.complete) == (2, 2, True)
    assert full.ready() == ()


def test_what_is_possible_now_begins_with_late_steps_and_ends_with_what_only_the_provider_can_do() -> None:
    seven = process(
        step("P", owners=Owners(("alibaba",))),
        step("O", optional="nice to have"),
        step("L"),
        step("A"),
        step("T", timer=Timer("S", timedelta(0))),
        step("S"),
        step("W", after=("A",)),
    )
    known = NOTHING.with_step("S", done())
    ready = [item.step.id for item in progress(seven, known, NOON + MINUTE).ready()]
    assert ready == ["T", "A", "L", "O", "P"]


# Owners ----------------------------------------------------------------------------------------------------


def test_joint_owners_each_do_their_part() -> None:
    joint = process(step("A", owners=Owners(("customer", "verizon"))))
    assert at(joint, NOTHING, "A").open_parties == ("customer", "verizon")
    half = NOTHING.with_step("A", done("verizon"))
    assert (look(joint, half)["A"], at(joint, half, "A").open_parties) == (("ready", ""), ("customer",))
    both = NOTHING.with_step("A", done("verizon", "customer", note="agreed by phone"))
    assert look(joint, both)["A"] == ("done", "agreed by phone")


def test_a_joint_step_is_done_since_the_last_part() -> None:
    joint = process(step("A", owners=Owners(("customer", "verizon"))))
    stamps = (Stamp(LATER, USER, "customer"), Stamp(NOON, USER, "verizon"))
    assert at(joint, NOTHING.with_step("A", StepRecord(Closed.DONE, stamps)), "A").since == LATER


@pytest.mark.parametrize("party", ["customer", "verizon", ""])
def test_of_owners_joined_by_or_one_is_enough(party: str) -> None:
    either = process(step("A", owners=Owners(("customer", "verizon"), OwnerMode.ANY)))
    assert at(either, NOTHING, "A").open_parties == ("customer", "verizon")
    assert look(either, NOTHING.with_step("A", done(party)))["A"] == ("done", "")


def test_open_parties_come_in_the_profiles_order() -> None:
    three = step("A", owners=Owners(("customer", "verizon", "alibaba")))
    assert open_parties(three, None) == ("customer", "verizon", "alibaba")
    assert open_parties(three, done("verizon")) == ("customer", "alibaba")


# Facts, conditions, other steps ----------------------------------------------------------------------------

FACTS = step(
    "A", StepKind.FACTS, closed_by=(Condition("csp.account-id"), Condition("csp.account-status", ("active",)))
)


def test_a_step_closed_by_facts_is_done_while_they_hold_and_says_them() -> None:
    one = process(FACTS)
    assert look(one, NOTHING)["A"] == ("ready", "needs csp.account-id, csp.account-status")
    part = activation(csp__account_id="1234567890", csp__account_status="pending")
    assert look(one, part)["A"] == ("ready", "")
    full = activation(csp__account_id="1234567890", csp__account_status="active")
    assert look(one, full)["A"] == (
        "done", "csp.account-id is 1234567890; csp.account-status is active",
    )  # fmt: skip


def test_words_do_not_close_a_step_that_facts_close() -> None:
    assert look(process(FACTS), NOTHING.with_step("A", done()))["A"][0] == "ready"


def test_a_step_closed_by_facts_is_done_since_the_last_of_them() -> None:
    known = activation(csp__account_id="1234567890").with_fact(
        "csp.account-status", Fact(("active",), Stamp(LATER, USER))
    )
    assert at(process(FACTS), known, "A").since == LATER


def test_missing_facts_and_unmet_conditions_are_told_apart() -> None:
    pending = activation(csp__account_status="pending")
    assert missing_facts(FACTS, pending.facts) == ("csp.account-id",)
    assert unmet_conditions(pending, FACTS) == FACTS.closed_by
    assert unmet_conditions(activation(csp__account_status="active"), FACTS) == FACTS.closed_by[:1]


NAT = step(
    "N",
    StepKind.FACTS,
    closed_by=(Condition("nat-review", ("reviewed",)),),
    only_if=Condition("cloud-type", ("public",)),
)


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        ({}, ("ready", "whether it is needed depends on cloud-type")),
        ({"nat_review": "open"}, ("ready", "whether it is needed depends on cloud-type")),
        ({"cloud_type": "vpc"}, ("not-needed", "cloud-type is vpc: it is not wanted")),
        ({"cloud_type": "public"}, ("ready", "needs nat-review")),
        ({"cloud_type": "public", "nat_review": "open"}, ("ready", "")),
        ({"cloud_type": "public", "nat_review": "reviewed"}, ("done", "nat-review is reviewed")),
    ],
)
def test_a_conditional_step_stays_open_until_its_question_is_decided(
    recorded: dict[str, str], expected: tuple[str, str]
) -> None:
    assert look(process(NAT), activation(**recorded))["N"] == expected


def test_a_step_not_needed_comes_back_when_the_decision_changes() -> None:
    away = activation(cloud_type="vpc")
    back = away.with_fact("cloud-type", Fact(("public",), STAMP))
    assert [look(process(NAT), each)["N"][0] for each in (away, back)] == ["not-needed", "ready"]


def test_a_step_closes_with_another_and_says_which() -> None:
    two = process(step("A", closes_with="B"), step("B"))
    assert look(two, NOTHING)["A"] == ("ready", "")
    closed = NOTHING.with_step("B", done(at=LATER))
    assert look(two, closed)["A"] == ("done", "closed with B")
    assert at(two, closed, "A").since == LATER


def test_skipping_the_other_step_closes_nothing_with_it() -> None:
    two = process(step("A", closes_with="B"), step("B"))
    skipped = NOTHING.with_step("B", StepRecord(Closed.SKIPPED, (STAMP,), "no"))
    assert look(two, skipped)["A"] == ("ready", "")


def test_a_comparison_that_differs_closes_what_it_waits_for_and_puts_itself_first() -> None:
    profile, placed = alibaba(), Order("SCI-2031", STAMP, True, ())
    wrong = Comparison("location", "location", "Hong Kong", "Tokyo", False)
    seen = Verification(Stamp(LATER, USER), (wrong,))
    known = replace(activation(), order=placed, verification=seen)
    where = look(profile, known, LATER + timedelta(hours=2))
    assert where["O6"] == ("done", "seen when compared for O8")
    assert (where["O7"][0], where["O8"][0]) == ("ready", "ready")
    first = progress(profile, known, LATER + timedelta(hours=2)).ready()[0]
    assert (first.step.id, first.late, first.problem) == (
        "O8",
        False,
        "The location differs: ordered Hong Kong, the portal shows Tokyo. "
        "Call the Verizon account team (your Verizon Account Manager) and have the order corrected.",
    )


def test_a_comparison_that_differs_is_worked_on_before_what_is_late() -> None:
    late = step("A", timer=Timer("Z", MINUTE))
    profile = process(step("Z"), late, step("V", StepKind.VERIFY))
    wrong = Verification(STAMP, (Comparison("csp", "provider", "A", "B", False),))
    known = replace(NOTHING, verification=wrong).with_step("Z", done())
    found = progress(profile, known, NOON + timedelta(days=1)).ready()
    assert [(item.step.id, item.late) for item in found] == [("V", False), ("A", True)]


def test_an_own_record_counts_before_the_step_it_closes_with() -> None:
    two = process(step("A", closes_with="B"), step("B"))
    known = NOTHING.with_step("A", done(note="seen")).with_step("B", done(at=LATER))
    assert look(two, known)["A"] == ("done", "seen")


def test_an_optional_step_is_not_needed_once_the_step_it_was_for_is_done() -> None:
    two = process(step("A", optional="slower without", moot_after="B"), step("B"))
    assert look(two, NOTHING)["A"][0] == "ready"
    assert look(two, NOTHING.with_step("B", done()))["A"] == ("not-needed", "B is done without it")
    both = NOTHING.with_step("A", done()).with_step("B", done())
    assert look(two, both)["A"][0] == "done"


def test_a_step_may_close_with_one_that_comes_after_it() -> None:
    two = process(step("A", closes_with="B"), step("B", after=("A",)))
    assert look(two, NOTHING) == {"A": ("ready", ""), "B": ("waiting", "waits for A")}
    assert look(two, NOTHING.with_step("B", done()))["A"] == ("done", "closed with B")


# Clocks ----------------------------------------------------------------------------------------------------

CLOCK = Timer("O5", timedelta(minutes=30), "Ask.")
TIMED = process(step("O5", StepKind.ORDER), step("O6", after=("O5",), timer=CLOCK))
PLACED = replace(NOTHING, order=Order("SCI-2031", STAMP, True, ()))


@pytest.mark.parametrize(
    ("passed", "late_by"),
    [
        (timedelta(0), None),
        (timedelta(minutes=29, seconds=59), None),
        (timedelta(minutes=30), None),
        (timedelta(minutes=30, microseconds=1), timedelta(microseconds=1)),
        (timedelta(minutes=42), timedelta(minutes=12)),
        (timedelta(days=-1), None),
    ],
)
def test_a_step_is_late_only_after_its_time_has_run_out(passed: timedelta, late_by: timedelta | None) -> None:
    item = at(TIMED, PLACED, "O6", NOON + passed)
    assert (item.due, item.late_by, item.waiting_since) == (NOON + timedelta(minutes=30), late_by, NOON)
    assert item.late is (late_by is not None)


def test_a_clock_does_not_run_before_its_start_nor_after_the_step_is_closed() -> None:
    far = NOON + timedelta(days=9)
    before = at(TIMED, NOTHING, "O6", far)
    assert (before.state, before.due, before.late_by) == (StepState.WAITING, None, None)
    after = at(TIMED, PLACED.with_step("O6", done()), "O6", far)
    assert (after.state, after.due, after.late_by) == (StepState.DONE, None, None)


def test_a_skipped_start_starts_no_clock() -> None:
    two = process(step("A"), step("B", after=("A",), timer=Timer("A", MINUTE)))
    skipped = NOTHING.with_step("A", StepRecord(Closed.SKIPPED, (STAMP,), "no"))
    assert at(two, skipped, "B", NOON + timedelta(days=1)).due is None


def test_a_clock_without_a_limit_says_how_long_and_is_never_late() -> None:
    two = process(step("A"), step("B", after=("A",), timer=Timer("A")))
    item = at(two, NOTHING.with_step("A", done()), "B", NOON + timedelta(days=900))
    assert (item.waiting_since, item.due, item.late) == (NOON, None, False)


def test_a_waiting_step_can_be_late_too() -> None:
    three = process(step("A"), step("B"), step("C", after=("A", "B"), timer=Timer("A", MINUTE)))
    item = at(three, NOTHING.with_step("A", done()), "C", NOON + 2 * MINUTE)
    assert (item.state, item.late_by) == (StepState.WAITING, MINUTE)


# The shipped process, from nothing to complete -------------------------------------------------------------


def ready_and_late(profile: Profile, known: Activation, now: datetime) -> tuple[list[str], list[str]]:
    """The ids that are ready, and those that are late."""
    found = progress(profile, known, now)
    return [item.step.id for item in found.ready()], [item.step.id for item in found.steps if item.late]


def test_the_shipped_process_from_nothing_to_complete() -> None:
    profile, known, now = alibaba(), NOTHING, NOON

    def ready() -> list[str]:
        return ready_and_late(profile, known, now)[0]

    assert ready() == ["P1", "P3", "P4", "O1", "P2"]
    states = look(profile, known, now)
    assert states["O3"] == ("waiting", "waits for P1, P3, P4, O1, O2")
    assert states["O12"] == ("waiting", "waits for O11")
    assert "S1" not in states

    for fact, value in (
        ("private-ip.active", "1"),
        ("security-products", "none"),
        ("cloud-type", "vpc"),
        ("csp.account-id", "1234567890123456"),
        ("csp.account-status", "active"),
    ):
        known = known.with_fact(fact, Fact((value,), STAMP))
    assert ready() == ["O2", "P2", "O4"]
    known = known.with_step("O2", done("customer", "verizon"))
    assert ready() == ["O3", "P2", "O4"]
    known = known.with_step("O3", done("customer"))
    assert ready() == ["O3", "P2", "O4"]
    known = known.with_step("O3", done("customer", "verizon"))
    assert ready() == ["O5", "P2", "O4"]

    known = replace(known, order=Order("SCI-2031", Stamp(now, USER), True, ()))
    assert ready() == ["O6", "P2", "O7", "O4"]
    now += timedelta(minutes=30)
    assert ready_and_late(profile, known, now)[1] == []
    now += timedelta(seconds=1)
    assert ready_and_late(profile, known, now) == (["O6", "P2", "O7", "O4"], ["O6"])

    known = known.with_step("O6", done("verizon", at=now))
    assert ready() == ["O8", "P2", "O7", "O4"]
    wrong = Comparison("location", "location", "Hong Kong", "Tokyo", False)
    mismatch = replace(known, verification=Verification(Stamp(now, USER), (wrong,)))
    assert ready_and_late(profile, mismatch, now)[0] == ["O8", "P2", "O7", "O4"]
    known = replace(known, verification=Verification(Stamp(now, USER), ()))
    assert look(profile, known, now)["O7"] == ("done", "closed with O8")
    assert ready() == ["O9", "P2", "O4"]

    draft = HandoffRecord(Stamp(now, USER), "draft.eml", "0", Evidence("port.png", "0"), ())
    known = replace(known, handoffs=(draft,))
    assert ready() == ["P2", "O4", "O10"]
    now += timedelta(days=60)
    assert ready_and_late(profile, known, now)[1] == [], "the guide gives the provider no time"
    for stage in ("received", "validating", "implementing"):
        known = replace(known, stages=(*known.stages, StageMark(stage, Stamp(now, USER))))
        assert ready() == ["P2", "O4", "O10"]
    known = replace(known, stages=(*known.stages, StageMark("done", Stamp(now, USER))))
    assert look(profile, known, now)["O4"] == ("not-needed", "O10 is done without it")
    assert ready() == ["O11", "P2"]
    known = known.with_step("O11", done("customer", "verizon"))
    assert at(profile, known, "O11").open_parties == ("alibaba",)
    known = known.with_step("O11", done("customer", "verizon", "alibaba"))
    known = known.with_step("O12", done("customer")).with_step("P2", done("customer", "verizon"))
    finished = progress(profile, known, now)
    assert finished.complete
    assert [(phase.id, phase.closed, phase.total) for phase in finished.phases] == [
        ("preparation", 4, 4),
        ("ordering", 12, 12),
    ]


def test_placing_the_order_closes_the_steps_that_have_no_meaning_afterwards() -> None:
    known = replace(NOTHING, order=Order("SCI-2031", STAMP, False, (), breach="placed by mail"))
    states = look(alibaba(), known)
    assert states["O2"] == states["O3"] == ("done", "closed with O5")
    assert {states[step_id][0] for step_id in ("P1", "P4", "O1")} == {"ready"}


def test_the_invented_process_has_other_clocks_and_other_owners() -> None:
    known = NOTHING.with_step("K1", done("client", "verizon")).with_fact(
        "csp.service-key", Fact(("KEY-0001",), STAMP)
    )
    accept = at(nimbus(), known, "A1", NOON + timedelta(days=5))
    assert (accept.state, accept.open_parties, accept.late) == (StepState.READY, ("nimbus",), False)
    assert at(nimbus(), known, "A1", NOON + timedelta(days=5, seconds=1)).late_by == timedelta(seconds=1)
    accepted = known.with_step("A1", done("nimbus"))
    for step_id in ("K3", "K4", "K5"):
        accepted = accepted.with_step(step_id, StepRecord(Closed.SKIPPED, (STAMP,), "walk"))
    assert at(nimbus(), accepted, "A2").open_parties == ("client", "verizon")
    assert at(nimbus(), accepted.with_step("A2", done("")), "A2").state is StepState.DONE
