"""What differs between two contents of a profile, and what an activation keeps when it goes over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sci_cli.domain.activation import (
    Activation,
    Carried,
    Closed,
    Event,
    Evidence,
    Fact,
    HandoffRecord,
    Order,
    ProfileRef,
    StageMark,
    Stamp,
    StepRecord,
)
from sci_cli.domain.gates import order_findings
from sci_cli.domain.profile import (
    Condition,
    Contact,
    Gate,
    GateKind,
    OwnerMode,
    Owners,
    Profile,
    Stage,
    Step,
    StepKind,
    Timer,
)
from sci_cli.domain.profile_changes import FieldChange, ProfileChange, profile_changes
from sci_cli.domain.progress import CARRIED, StepProgress, StepState, progress
from sci_cli.domain.rebasing import Effect, Rebased, StepEffect, rebased
from sci_cli.profiles import parse_profile
from sci_cli.store.contract import reference
from tests.operations.build import NOON, alibaba, nimbus

STEPS = ("K1", "K2", "A1", "A2", "T4", "T5")


@cache
def later() -> Profile:
    """The invented provider's profile half a year later."""
    path = Path(__file__).parents[1] / "profiles" / "fictitious_next.yaml"
    return parse_profile(path.read_bytes(), name=path.name)


def begun(profile: Profile | None = None, **steps: StepRecord) -> Activation:
    """An activation that goes by a profile, with these step records and the service key."""
    facts = {"csp.service-key": Fact(("KEY-0001",), Stamp(NOON, "kim"))}
    ref = reference(profile or nimbus())
    return Activation("acme-1", 1, ref, Stamp(NOON, "kim"), facts=facts, steps=steps)


def done(*parties: str) -> StepRecord:
    """What is on record after these parties did their part."""
    return StepRecord(Closed.DONE, tuple(Stamp(NOON, "kim", party) for party in parties))


def skipped() -> StepRecord:
    """What is on record about a step that will not be done."""
    return StepRecord(Closed.SKIPPED, (Stamp(NOON, "kim"),), reason="not wanted")


def over(activation: Activation, old: Profile, new: Profile, hours: float = 1) -> Rebased:
    """What going over means so many hours after noon."""
    return rebased(old, new, activation, reference(new), NOON + timedelta(hours=hours))


def changed(profile: Profile, step_id: str, **new: Any) -> Profile:
    """The profile with another step of that id."""
    steps = tuple(replace(step, **new) if step.id == step_id else step for step in profile.steps)
    return replace(profile, version="next", steps=steps)


def state(profile: Profile, activation: Activation, step_id: str, hours: float = 1) -> StepProgress:
    found = progress(profile, activation, NOON + timedelta(hours=hours)).of(step_id)
    assert found is not None
    return found


def effect(found: Rebased, step_id: str) -> StepEffect:
    (only,) = [each for each in found.steps if each.id == step_id]
    return only


# What differs ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", [alibaba, nimbus, later])
def test_a_profile_does_not_differ_from_itself(profile: Callable[[], Profile]) -> None:
    assert profile_changes(profile(), profile()) == ()


def test_everything_that_differs_is_told_with_both_texts() -> None:
    found = [each for each in profile_changes(nimbus(), later()) if not each.wording]

    assert found == [
        ProfileChange("step", "T5", "T5 Note the support number", "removed"),
        ProfileChange(
            "step",
            "K1",
            "K1 Agree on location, data plan and scope",
            "changed",
            (
                FieldChange("owners", "Client and Verizon", "Client, Verizon, and Nimbus"),
                FieldChange(
                    "text",
                    "Both sides agree on what is ordered.",
                    "All three agree on what is ordered.",
                    True,
                ),
            ),
        ),
        ProfileChange("step", "K6", "K6 Name the Nimbus region of the key", "added"),
        ProfileChange(
            "step",
            "A1",
            "A1 Nimbus accepts the service key",
            "changed",
            (FieldChange("clock", "within 5 d of K2", "within 3 d of K2"),),
        ),
        ProfileChange("gate", "fact-recorded csp.region", "fact-recorded (fact csp.region)", "added"),
        ProfileChange(
            "fact",
            "tier",
            "tier (Support tier)",
            "changed",
            (FieldChange("choices", "silver, gold", "gold, platinum"),),
        ),
        ProfileChange("fact", "csp.region", "csp.region (Nimbus region)", "added"),
        ProfileChange(
            "contact",
            "desk@nimbus.example.net",
            "desk@nimbus.example.net (Connection desk, Connection desk; verified 2026-07-01)",
            "added",
        ),
        ProfileChange(
            "limit",
            "IPv4",
            "IPv4, 100: Nimbus takes 100 routes.",
            "changed",
            (
                FieldChange("text", "Nimbus takes 200 routes.", "Nimbus takes 100 routes.", True),
                FieldChange("value", "200", "100"),
            ),
        ),
    ]


def test_a_field_of_any_part_that_is_emptied_or_turned_round_is_told() -> None:
    profile = alibaba()
    for each in fields(profile):
        value = getattr(profile, each.name)
        others: list[object] = []
        if isinstance(value, tuple) and value:
            others = [value[1:], tuple(reversed(value)), (*value, value[0])]
        elif isinstance(value, str):
            others = [f"{value} x"]
        for other in others:
            if other != value:
                new: dict[str, Any] = {each.name: other}
                assert profile_changes(profile, replace(profile, **new)), each.name
    for each in fields(profile.handoff):
        value = getattr(profile.handoff, each.name)
        less: dict[str, Any] = {each.name: value[1:]}
        handoff = replace(profile.handoff, **less)
        assert not value or profile_changes(profile, replace(profile, handoff=handoff)), each.name


def test_other_words_are_told_apart_from_other_work() -> None:
    worded = changed(nimbus(), "T5", text="Written anew.", optional="Another reason.", clauses=("N1",))
    needed = changed(nimbus(), "T5", optional="")

    assert [each.wording for each in profile_changes(nimbus(), worded) if each.area == "step"] == [True]
    assert [each.wording for each in profile_changes(nimbus(), needed) if each.area == "step"] == [False]


# Going over ------------------------------------------------------------------------------------------------


def test_going_over_to_the_same_content_is_nothing_at_all() -> None:
    activation = begun(K1=done("client", "verizon"))

    found = over(activation, nimbus(), nimbus())

    assert found == Rebased(activation, (), (), ())
    assert found.activation is activation


def test_a_step_that_is_done_stays_done_when_another_owner_joins() -> None:
    activation = begun(K1=done("client", "verizon"))

    found = over(activation, nimbus(), later())

    assert found.activation == replace(
        activation,
        profile=reference(later()),
        steps={"K1": replace(activation.steps["K1"], carried=Carried("confirm", NOON))},
    )
    assert state(later(), activation, "K1").state is StepState.READY
    assert state(later(), found.activation, "K1").state is StepState.DONE
    assert state(later(), found.activation, "K1").since == NOON
    assert effect(found, "K1").effect is Effect.STAYS_DONE
    assert effect(found, "K1").said == "done since 23 Nov 2026; changed: owners"


def test_a_part_of_a_joint_step_stays_that_part_and_the_new_owner_is_open() -> None:
    activation = begun(K1=done("client"))

    found = over(activation, nimbus(), later())

    assert found.activation.steps == activation.steps
    assert state(later(), found.activation, "K1").open_parties == ("verizon", "nimbus")


def test_a_step_closed_by_facts_stays_done_when_it_asks_for_one_more_fact() -> None:
    new = changed(nimbus(), "K2", closed_by=(Condition("csp.service-key"), Condition("tier")))
    activation = begun(K1=done("client", "verizon"))

    found = over(activation, nimbus(), new)

    assert found.activation.steps["K2"] == StepRecord(Closed.DONE, (), carried=Carried("facts", NOON))
    assert state(new, found.activation, "K2").state is StepState.DONE
    assert state(new, found.activation, "K2").reason == CARRIED
    assert effect(found, "K2").said == "done since 23 Nov 2026; changed: closed by"


def test_a_value_on_record_that_the_new_content_does_not_take_opens_the_step() -> None:
    new = changed(nimbus(), "K2", closed_by=(Condition("csp.service-key", ("KEY-9999",)),))
    activation = begun(K1=done("client", "verizon"))

    found = over(activation, nimbus(), new)

    assert state(new, found.activation, "K2").state is StepState.READY
    assert effect(found, "K2").effect is Effect.OPENS


def test_a_value_that_goes_wrong_after_going_over_opens_the_step_although_it_was_done() -> None:
    new = changed(nimbus(), "K2", closed_by=(Condition("csp.service-key", ("KEY-0001",)), Condition("tier")))
    moved = over(begun(K1=done("client", "verizon")), nimbus(), new).activation

    spoiled = moved.with_fact("csp.service-key", Fact(("KEY-0002",), Stamp(NOON, "kim")))

    assert state(new, moved, "K2").state is StepState.DONE
    assert state(new, spoiled, "K2").state is StepState.READY


@pytest.mark.parametrize(
    "kind", [StepKind.ORDER, StepKind.VERIFY, StepKind.HANDOFF, StepKind.STAGES, StepKind.GO]
)
def test_nothing_said_before_makes_a_go_an_order_a_comparison_a_hand_off_or_a_last_stage(
    kind: StepKind,
) -> None:
    new = changed(nimbus(), "K1", kind=kind, owners=Owners(("client", "nimbus")))
    activation = begun(K1=done("client", "verizon"))

    found = over(activation, nimbus(), new)

    assert state(new, found.activation, "K1").state is StepState.READY
    assert found.activation.steps == activation.steps
    assert effect(found, "K1").effect is Effect.OPENS
    assert kind.value in effect(found, "K1").said


def test_what_was_said_about_a_step_that_becomes_the_order_does_not_close_it() -> None:
    new = changed(nimbus(), "K1", kind=StepKind.ORDER)

    found = over(begun(K1=done("client", "verizon")), nimbus(), new)

    assert state(new, found.activation, "K1").state is StepState.READY


def test_a_go_with_another_owner_stays_a_go() -> None:
    new = changed(nimbus(), "A2", owners=Owners(("client", "verizon")))
    activation = begun(A2=done("client"))

    found = over(activation, nimbus(), new)

    assert state(new, found.activation, "A2").state is StepState.DONE


def test_the_provider_that_was_through_with_its_stages_stays_so_when_there_is_one_more() -> None:
    stages = (*nimbus().handoff.stages, Stage("billed", "Billed"))
    new = replace(nimbus(), handoff=replace(nimbus().handoff, stages=stages))
    marks = tuple(StageMark(each.id, Stamp(NOON, "kim", "nimbus")) for each in nimbus().handoff.stages)
    activation = replace(begun(), stages=marks)

    found = over(activation, nimbus(), new)

    assert state(new, found.activation, "T3").state is StepState.DONE


def test_a_step_that_is_gone_keeps_what_is_on_record_about_it() -> None:
    note = StepRecord(Closed.DONE, (Stamp(NOON, "kim", "client"),), "asked", (Evidence("a.png", "1" * 64),))
    activation = begun(T5=note)

    found = over(activation, nimbus(), later())

    assert found.activation.steps["T5"] == note
    assert effect(found, "T5") == StepEffect(
        "T5",
        "Note the support number",
        Effect.GONE,
        "done",
        "",
        "no longer a step; it was done since 23 Nov 2026; what is on record about it stays there",
    )


def test_a_skipped_step_stays_skipped_and_is_open_where_it_cannot_be_skipped_any_more() -> None:
    kept = changed(nimbus(), "T5", title="Note it down")
    needed = changed(nimbus(), "T5", kind=StepKind.FACTS, closed_by=(Condition("tier"),), optional="")
    activation = begun(T5=skipped())

    assert state(kept, over(activation, nimbus(), kept).activation, "T5").state is StepState.SKIPPED
    opened = over(activation, nimbus(), needed)
    assert state(needed, opened.activation, "T5").state is StepState.READY
    assert effect(opened, "T5").said.startswith("was skipped; cannot be skipped any more")
    assert opened.activation.steps == activation.steps


@pytest.mark.parametrize("kind", [StepKind.GO, StepKind.ORDER])
@pytest.mark.parametrize("mode", list(OwnerMode))
def test_a_skip_is_neither_a_go_nor_an_order(kind: StepKind, mode: OwnerMode) -> None:
    new = changed(nimbus(), "T5", kind=kind, owners=Owners(("client", "verizon"), mode))

    found = over(begun(T5=skipped()), nimbus(), new)

    assert state(new, found.activation, "T5").state is StepState.READY


def test_a_new_step_says_what_it_waits_for_or_that_it_is_ready() -> None:
    found = over(begun(K1=done("client", "verizon")), nimbus(), later())

    assert effect(found, "K6").effect is Effect.NEW
    assert effect(found, "K6").said == "a new step; ready now: needs csp.region"


def test_a_step_that_waits_for_a_new_one_says_so() -> None:
    new = changed(nimbus(), "A1", after=("K2", "K5"))

    found = over(begun(K1=done("client", "verizon")), nimbus(), new)

    assert effect(found, "A1").effect is Effect.WAITS
    assert effect(found, "A1").said == "was ready; waits for K5"


# Clocks ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("timer", "hours", "said"),
    [
        (Timer("K2", timedelta(days=3)), 1, "due 2026-11-26 12:00 UTC, was due 2026-11-28 12:00 UTC"),
        (
            Timer("K2", timedelta(hours=1)),
            25,
            "due 2026-11-23 13:00 UTC (late by 1 d), was due 2026-11-28 12:00 UTC",
        ),
        (Timer("K2"), 1, "with no limit, was due 2026-11-28 12:00 UTC"),
        (None, 1, "its clock stops"),
    ],
)
def test_a_running_clock_goes_on_from_when_it_started(timer: Timer | None, hours: float, said: str) -> None:
    new = changed(nimbus(), "A1", timer=timer)

    found = over(begun(K1=done("client", "verizon")), nimbus(), new, hours)

    assert effect(found, "A1").clock == said


def test_a_new_clock_counts_from_when_the_step_it_starts_with_was_done() -> None:
    new = changed(nimbus(), "K3", timer=Timer("K2", timedelta(days=1)))

    found = over(begun(K1=done("client", "verizon")), nimbus(), new, 30)

    assert effect(found, "K3").clock == (
        "a clock runs since 2026-11-23 12:00 UTC, due 2026-11-24 12:00 UTC (late by 6 h)"
    )


# What else is said -----------------------------------------------------------------------------------------


def codes(found: Rebased) -> list[str]:
    return [each.code for each in found.findings]


def test_other_recipients_are_named_both_ways_with_the_draft_that_went_to_the_old_ones() -> None:
    desk = Contact("Desk", "desk", "desk@nimbus.example.net", NOON.date())
    fellow = replace(desk, email="other@nimbus.example.net")
    old, new = (
        replace(nimbus(), handoff=replace(nimbus().handoff, contacts=(each,))) for each in (desk, fellow)
    )
    draft = HandoffRecord(
        Stamp(NOON, "kim"), "acme-1-handoff-1-r9.eml", "1" * 64, Evidence("a.png", "2" * 64), (desk.email,)
    )

    found = over(replace(begun(old), handoffs=(draft,)), old, new)

    (only,) = found.findings
    assert only.code == "profile.recipients_change"
    assert only.details == {"before": (desk.email,), "after": (fellow.email,)}
    assert "acme-1-handoff-1-r9.eml went to desk@nimbus.example.net." in only.why
    assert found.activation.handoffs == (draft,)


def test_recipients_with_other_names_only_do_not_change() -> None:
    desk = Contact("Desk", "desk", "desk@nimbus.example.net", NOON.date())
    old, new = (
        replace(nimbus(), handoff=replace(nimbus().handoff, contacts=(replace(desk, name=each),)))
        for each in ("Desk", "Front desk")
    )

    assert codes(over(begun(old), old, new)) == []


def test_a_new_gate_is_said_before_the_order_and_does_not_reach_an_order_that_is_placed() -> None:
    activation = begun(K1=done("client", "verizon"))
    placed = replace(activation, order=Order("VZ-1", Stamp(NOON, "kim"), True, ()))
    new = replace(nimbus(), gates=(*nimbus().gates, Gate(GateKind.FACT_RECORDED, fact="tier")))

    (before,), (after,) = over(activation, nimbus(), new).findings, over(placed, nimbus(), new).findings

    assert (before.code, before.message) == (
        "order.fact_missing",
        "Before the order: Support tier is not on record.",
    )
    assert (after.code, after.details) == ("profile.order_placed", {"number": "VZ-1"})
    assert over(placed, nimbus(), new).activation.order == placed.order


def test_a_value_and_a_fact_the_new_content_does_not_know_stay_and_are_named() -> None:
    facts = {
        "tier": Fact(("silver",), Stamp(NOON, "kim")),
        "vlan-id": Fact(("100",), Stamp(NOON, "kim")),
        "customer": Fact(("Acme",), Stamp(NOON, "kim")),
    }
    activation = replace(begun(), facts=facts)
    new = replace(later(), facts=tuple(each for each in later().facts if each.id != "vlan-id"))
    new = replace(new, handoff=replace(new.handoff, contacts=()))

    found = over(activation, nimbus(), new)

    assert found.activation.facts == facts
    told = {each.code: each.details for each in found.findings if each.code.startswith("profile.")}
    assert told == {
        "profile.part_gone": {"part": "fact", "id": "vlan-id"},
        "profile.value_not_accepted": {"fact": "tier", "recorded": ("silver",)},
    }


# Properties ------------------------------------------------------------------------------------------------

parties = st.lists(st.sampled_from(("client", "verizon", "nimbus")), min_size=1, max_size=3, unique=True)
records = st.one_of(parties.map(lambda some: done(*some)), st.builds(skipped))
values = st.dictionaries(
    st.sampled_from(("csp.service-key", "tier", "security-products", "cloud-type", "nat-review")),
    st.sampled_from(("none", "silver", "gold", "public", "vpc", "reviewed")),
)


@st.composite
def activations(draw: st.DrawFn) -> Activation:
    steps = draw(st.dictionaries(st.sampled_from(STEPS), records))
    facts = {key: Fact((text,), Stamp(NOON, "kim")) for key, text in draw(values).items()}
    return replace(begun(), steps=steps, facts=facts)


def _edited(step: Step, kind: StepKind, owners: Owners, timer: Timer | None, optional: str) -> Step:
    facts = (Condition("tier", ("gold",)), Condition("csp.service-key")) if kind is StepKind.FACTS else ()
    return replace(step, kind=kind, owners=owners, timer=timer, optional=optional, closed_by=facts)


@st.composite
def contents(draw: st.DrawFn) -> Profile:
    """Another content of the invented profile: steps gone, or of another kind, owner, clock."""
    kinds = st.sampled_from((StepKind.CONFIRM, StepKind.FACTS, StepKind.GO, StepKind.VPNS))
    owners = st.builds(lambda some, mode: Owners(tuple(some), mode), parties, st.sampled_from(OwnerMode))
    timers = st.sampled_from((None, Timer("K2"), Timer("K1", timedelta(hours=1))))
    steps = []
    for step in nimbus().steps:
        wish = draw(st.sampled_from(("same", "same", "other", "gone"))) if step.id in STEPS else "same"
        if wish == "other":
            steps.append(
                _edited(step, draw(kinds), draw(owners), draw(timers), draw(st.sampled_from(("", "x"))))
            )
        elif wish == "same":
            steps.append(step)
    return replace(nimbus(), version="other", steps=tuple(steps))


def states(profile: Profile, activation: Activation) -> dict[str, StepProgress]:
    known = progress(profile, activation, NOON + timedelta(days=1))
    return {item.step.id: item for item in known.steps}


@settings(max_examples=150)
@given(activations(), contents())
def test_what_is_done_stays_done_unless_it_becomes_a_go_or_a_value_on_record_contradicts(
    activation: Activation, new: Profile
) -> None:
    moved = over(activation, nimbus(), new, 24).activation

    before, after = states(nimbus(), activation), states(new, moved)
    for step_id, item in before.items():
        if item.state is not StepState.DONE or step_id not in after or after[step_id].state.closed:
            continue
        step = after[step_id].step
        assert step.kind is StepKind.GO or any(moved.values(each.fact) for each in step.closed_by)
        assert step.kind is not item.step.kind or step.kind is StepKind.FACTS


@settings(max_examples=150)
@given(activations(), contents())
def test_nothing_that_people_said_is_lost_or_altered(activation: Activation, new: Profile) -> None:
    moved = over(activation, nimbus(), new, 24).activation

    unmarked = {key: replace(record, carried=None) for key, record in moved.steps.items()}
    said = {key: record for key, record in unmarked.items() if record != StepRecord(Closed.DONE, ())}
    assert said == activation.steps
    assert replace(moved, steps={}, profile=activation.profile) == replace(activation, steps={})


@settings(max_examples=150)
@given(activations(), contents())
def test_there_and_back_again_leaves_the_same_progress_where_going_over_closed_nothing(
    activation: Activation, new: Profile
) -> None:
    there = over(activation, nimbus(), new, 24)
    back = over(there.activation, new, nimbus(), 24).activation

    before, after = states(nimbus(), activation), states(nimbus(), back)
    assert [key for key, item in before.items() if item.state.closed and not after[key].state.closed] == []
    closed = [each for each in there.steps if each.effect in (Effect.CLOSES, Effect.NEW)]
    if not closed:
        assert after == before


@settings(max_examples=100)
@given(activations(), contents())
def test_the_effects_name_exactly_the_steps_whose_state_changes(activation: Activation, new: Profile) -> None:
    found = over(activation, nimbus(), new, 24)

    before, after = states(nimbus(), activation), states(new, found.activation)
    differ = {
        key
        for key in {*before, *after}
        if (key in before, key in after) != (True, True) or before[key].state is not after[key].state
    }
    quiet = (Effect.CLOCK, Effect.STAYS_DONE)
    assert {each.id for each in found.steps if each.effect not in quiet} == differ


@settings(max_examples=60)
@given(activations(), contents())
def test_no_content_opens_the_billing_gates(activation: Activation, new: Profile) -> None:
    bare = replace(new, gates=())

    moved = over(activation, nimbus(), bare, 24).activation

    gates = ("order.account_not_active", "order.private_ip_not_active")
    found = {each.code for each in order_findings(bare, moved, NOON)}
    assert set(gates) <= found


def test_the_history_is_no_part_of_the_rule() -> None:
    event = Event(1, NOON, "kim", "new", "started")
    activation = replace(begun(), history=(event,))

    assert over(activation, nimbus(), later()).activation.history == (event,)
    assert over(activation, nimbus(), later()).activation.profile == ProfileRef(
        "nimbus-cloud", reference(later()).digest
    )
