"""The record as a value: looking things up and making the next one."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from sci_cli.domain.activation import (
    Activation,
    Closed,
    Comparison,
    Fact,
    ProfileRef,
    StageMark,
    StepRecord,
    Verification,
)
from tests.operations.build import STAMP, corp, vpn

EMPTY = Activation("acme-hk-1", 1, ProfileRef("alibaba-cloud", "0"), STAMP)


def test_a_fact_is_read_as_values_or_as_one_line_and_absent_ones_are_empty() -> None:
    known = EMPTY.with_fact("location", Fact(("Hong Kong", "Tokyo"), STAMP))
    assert (known.values("location"), known.fact("location")) == (("Hong Kong", "Tokyo"), "Hong Kong, Tokyo")
    assert (known.values("customer"), known.fact("customer")) == ((), "")


def test_a_change_gives_another_activation_and_leaves_the_first_as_it_was() -> None:
    changed = EMPTY.with_fact("customer", Fact(("Acme Ltd",), STAMP)).with_vpn(corp())
    assert Activation("acme-hk-1", 1, ProfileRef("alibaba-cloud", "0"), STAMP) == EMPTY
    assert changed != EMPTY
    with pytest.raises(FrozenInstanceError):
        changed.name = "other"  # type: ignore[misc]  # the assignment that must fail


def test_a_step_record_is_put_replaced_and_taken_away() -> None:
    done, skipped = StepRecord(Closed.DONE, (STAMP,)), StepRecord(Closed.SKIPPED, (STAMP,), "why")
    assert EMPTY.with_step("P2", done).steps == {"P2": done}
    assert EMPTY.with_step("P2", done).with_step("P2", skipped).steps == {"P2": skipped}
    assert EMPTY.with_step("P2", done).with_step("P2", None) == EMPTY
    assert EMPTY.with_step("P2", None) == EMPTY


def test_a_vpn_is_found_replaced_and_removed_in_any_letter_case() -> None:
    lab = vpn("Lab", "10.30.0.0/16")
    both = EMPTY.with_vpn(corp()).with_vpn(lab)
    assert both.vpn("corp") == corp()
    assert both.vpn("LAB") == lab
    assert both.vpn("other") is None
    larger = replace(lab, name="LAB", max_prefixes=200)
    assert both.with_vpn(larger).vpns == (corp(), larger)
    assert both.without_vpn("cOrP").vpns == (lab,)


def test_prefixes_are_counted_once_and_by_family() -> None:
    mixed = vpn("MIX", "10.1.0.0/16", "10.1.0.0/16", "2001:db8::/32", maximum=5, maximum_v6=7)
    assert [(mixed.count(version), mixed.maximum(version)) for version in (4, 6)] == [(1, 5), (1, 7)]


def test_a_comparison_matches_only_when_every_field_is_the_same() -> None:
    same, other = Comparison("a", "A", "x", "x", True), Comparison("b", "B", "x", "y", False)
    assert Verification(STAMP, (same, same)).matches
    assert not Verification(STAMP, (same, other)).matches


def test_the_last_stage_is_the_one_recorded_last() -> None:
    assert EMPTY.last_stage == ""
    marks = (StageMark("received", STAMP), StageMark("done", STAMP))
    assert replace(EMPTY, stages=marks).last_stage == "done"
