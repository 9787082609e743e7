"""What people say about steps: done, skipped, reopened, with whom, when, why and the proof."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest

from sci_cli.domain.activation import Closed, Evidence, Stamp, StepRecord
from sci_cli.errors import AlreadyDifferent, GateClosed, InvalidValue, StepNotFound
from sci_cli.operations import steps, vpns
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.workspace import ChangeMode
from tests.operations.build import (
    FACTS,
    FOR_REAL,
    NOON,
    TRIAL,
    USER,
    Desk,
    changes,
    clear_to_place,
    codes,
    lines,
    ordered,
    refused,
    started,
    typed,
    verified,
    wanted,
)

PROOF = steps.EvidenceFile("mail.pdf", b"proof", hashlib.sha256(b"proof").hexdigest())


def skip(desk: Desk, step: str, reason: str = "not wanted", mode: ChangeMode = FOR_REAL) -> Outcome:
    """Skips a step."""
    return steps.skip(desk.ws, desk.name, step, reason, mode)


def reopen(desk: Desk, step: str, reason: str = "a mistake", mode: ChangeMode = FOR_REAL) -> Outcome:
    """Reopens a step."""
    return steps.reopen(desk.ws, desk.name, step, reason, mode)


def clear_the_way_to_the_go(desk: Desk) -> None:
    """Closes everything before step A2 of the invented provider."""
    desk.set("csp.service-key=KEY-0001", "csp.account-id=12345678", "csp.account-status=active")
    desk.set("private-ip.active=2", "security-products=none", "cloud-type=vpc")
    desk.done("A1")


def stamps(*parties: str) -> tuple[Stamp, ...]:
    """A stamp for each of these parties."""
    return tuple(Stamp(NOON, USER, party) for party in parties)


# Done ------------------------------------------------------------------------------------------------------


def test_a_step_done_without_naming_a_party_is_done_for_all_its_owners(tmp_path: Path) -> None:
    desk = started(tmp_path)
    outcome = desk.done("p2")
    assert desk.record().steps == {"P2": StepRecord(Closed.DONE, stamps("customer", "verizon"))}
    assert lines(outcome) == (
        "P2 Get entitlements to Verizon Enterprise Center and Dynamic Network Manager: done.",
    )


def test_one_of_joint_owners_does_its_part_and_the_other_is_named(tmp_path: Path) -> None:
    desk = started(tmp_path)
    outcome = desk.done("P2", "VZ")
    assert lines(outcome)[0] == (
        "P2 Get entitlements to Verizon Enterprise Center and Dynamic Network Manager: recorded; "
        "Customer still to do."
    )
    assert desk.record().history[-1].party == "verizon"
    desk.done("P2", "customer")
    assert desk.record().steps["P2"] == StepRecord(Closed.DONE, stamps("verizon", "customer"))
    assert not desk.done("P2", "customer").changed


def test_doing_the_same_part_again_writes_nothing(tmp_path: Path) -> None:
    desk = started(tmp_path)
    desk.done("P2", "verizon")
    before = desk.record()
    assert not desk.done("P2", "verizon").changed
    assert desk.record() == before


def test_of_owners_joined_by_or_nobody_needs_to_be_named(tmp_path: Path) -> None:
    desk = started(tmp_path, "nimbus-cloud")
    clear_the_way_to_the_go(desk)
    outcome = desk.done("A2")
    assert desk.record().steps["A2"] == StepRecord(Closed.DONE, stamps(""))
    assert lines(outcome) == ("A2 Decide that the order is placed: done.",)
    before = desk.record()
    assert not desk.done("A2").changed
    assert desk.record() == before


@pytest.mark.parametrize("party", ["", "verizon"])
def test_a_note_to_a_step_one_of_two_owners_did_adds_nobody_to_it(tmp_path: Path, party: str) -> None:
    desk = started(tmp_path, "nimbus-cloud")
    clear_the_way_to_the_go(desk)
    desk.done("A2", party)
    desk.clock.tick(hours=1)
    desk.done("A2", note="agreed on Friday")
    assert desk.record().steps["A2"] == StepRecord(Closed.DONE, stamps(party), "agreed on Friday")


def test_of_owners_joined_by_or_one_can_be_named(tmp_path: Path) -> None:
    desk = started(tmp_path, "nimbus-cloud")
    clear_the_way_to_the_go(desk)
    desk.done("A2", "VZ")
    assert desk.record().steps["A2"] == StepRecord(Closed.DONE, stamps("verizon"))


def test_time_note_and_evidence_are_kept(tmp_path: Path) -> None:
    desk = started(tmp_path)
    earlier = NOON - timedelta(days=2)
    desk.done("P2", "customer", at=earlier, note="by mail\nwith Ann", evidence=(PROOF,))
    assert desk.record().steps["P2"] == StepRecord(
        Closed.DONE,
        (Stamp(earlier, USER, "customer"),),
        "by mail\nwith Ann",
        (Evidence("mail.pdf", PROOF.sha256),),
    )
    assert desk.store.kept_evidence == {PROOF.sha256: b"proof"}
    assert desk.record().history[-1].at == NOON


def test_a_second_party_adds_to_the_note_and_the_evidence(tmp_path: Path) -> None:
    desk = started(tmp_path)
    desk.done("P2", "customer", note="one", evidence=(PROOF,))
    desk.done("P2", "verizon", note="two")
    record = desk.record().steps["P2"]
    assert (record.note, record.evidence) == ("one\ntwo", (Evidence("mail.pdf", PROOF.sha256),))


def test_a_step_closed_with_another_can_still_get_its_note(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    desk.done("O2", note="agreed on Friday")
    assert desk.record().steps["O2"].note == "agreed on Friday"
    assert not desk.done("O3").changed


def test_no_note_is_dropped(tmp_path: Path) -> None:
    desk = started(tmp_path)
    desk.done("P2")
    desk.clock.tick(hours=1)
    desk.done("P2", note="the entitlements came on Friday")
    desk.done("P2", note="and work")
    assert desk.record().steps["P2"] == StepRecord(
        Closed.DONE, stamps("customer", "verizon"), "the entitlements came on Friday\nand work"
    )


def test_a_trial_keeps_no_evidence_and_writes_nothing(tmp_path: Path) -> None:
    desk = started(tmp_path)
    before = desk.record()
    outcome = desk.done("P2", evidence=(PROOF,), mode=TRIAL)
    assert (outcome.changed, outcome.dry_run) == (True, True)
    assert (desk.record(), desk.store.kept_evidence) == (before, {})


@pytest.mark.parametrize("party", ["alibaba", "nobody"])
def test_whoever_does_not_own_a_step_cannot_do_it(tmp_path: Path, party: str) -> None:
    desk = started(tmp_path)
    error = refused(desk, InvalidValue, lambda: desk.done("P2", party))
    expected = {
        "alibaba": "P2 is not owned by alibaba; its owner is Customer and Verizon.",
        "nobody": "'nobody' is not a party of Alibaba Cloud.",
    }
    assert error.message == expected[party]


def test_a_step_nobody_knows_is_refused_with_the_nearest(tmp_path: Path) -> None:
    desk = started(tmp_path)
    error = refused(desk, StepNotFound, lambda: desk.done("O13"))
    assert error.message == "Alibaba Cloud has no step 'O13'."
    assert error.fix[0].__class__ is str
    assert "Did you mean O" in typed(error.fix)[0]


@pytest.mark.parametrize(
    ("step", "command"),
    [
        ("O5", "sci order place acme-hk-1"),
        ("O8", "sci order verify acme-hk-1"),
        ("O9", "sci handoff acme-hk-1"),
        ("O10", "sci stage acme-hk-1"),
    ],
)
def test_a_step_with_a_command_of_its_own_is_refused_with_that_command(
    tmp_path: Path, step: str, command: str
) -> None:
    desk = verified(tmp_path)
    for act in (lambda: desk.done(step), lambda: skip(desk, step)):
        error = refused(desk, GateClosed, act)
        assert error.message.endswith("is closed by a command of its own.")
        assert typed(error.fix) == [command]


def test_what_happens_by_itself_is_neither_done_nor_skipped(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    for act in (lambda: desk.done("O7"), lambda: skip(desk, "O7")):
        error = refused(desk, GateClosed, act)
        assert error.message == "O7 (The service is set up on the Verizon edge router) happens by itself."
        assert error.why == ("It is closed together with O8.",)


def test_operations_on_the_port_are_no_steps_to_tick_off(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    for act in (lambda: desk.done("S1"), lambda: skip(desk, "S2"), lambda: reopen(desk, "S1")):
        error = refused(desk, GateClosed, act)
        assert error.message.endswith("is an operation on the port, not a step to tick off.")


def test_a_waiting_step_names_what_it_waits_for_and_how_to_go_on(tmp_path: Path) -> None:
    desk = started(tmp_path)
    error = refused(desk, GateClosed, lambda: desk.done("O11"))
    assert error.message == "Step O11 (Bring up the connection from end to end) cannot be marked done."
    assert error.why == ("O10 (Alibaba validates the request and implements it) is open.",)


def test_a_step_that_facts_close_is_not_closed_by_words(tmp_path: Path) -> None:
    desk = started(tmp_path)
    desk.set("csp.account-status=pending")
    error = refused(desk, GateClosed, lambda: desk.done("O1"))
    assert error.why == (
        "It needs csp.account-id, which is not on record.",
        "It needs csp.account-status, which is pending.",
    )
    assert typed(error.fix) == ["sci set acme-hk-1 csp.account-id=VALUE csp.account-status=active"]


def test_the_go_is_not_given_while_a_gate_is_closed(tmp_path: Path) -> None:
    desk = started(tmp_path)
    desk.set(*FACTS)
    desk.done("O2")
    vpns.remove(desk.ws, desk.name, "CORP", FOR_REAL)
    error = refused(desk, GateClosed, lambda: desk.done("O3"))
    assert error.message.endswith("cannot be marked done: the order may not be placed yet.")
    assert codes(error.findings) == ["order.vpn_missing"]
    assert typed(error.fix) == ["sci check acme-hk-1 --for order"]
    desk.add(wanted("LAB", "10.30.0.0/16"))
    assert desk.done("O3").changed


def test_the_go_waits_for_a_step_whose_facts_do_not_hold_any_more(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    desk.done("O2")
    desk.set("csp.account-status=suspended")
    refused(desk, GateClosed, lambda: skip(desk, "O1", "told by phone"))
    error = refused(desk, GateClosed, lambda: desk.done("O3"))
    assert error.why == ("O1 (Have an active Alibaba Cloud account) is open.",)
    assert typed(error.fix) == ["sci set acme-hk-1 csp.account-status=active"]
    desk.set("csp.account-status=active")
    assert desk.done("O3").changed


def test_a_go_that_was_given_keeps_its_note_whatever_has_changed_since(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    desk.done("O2")
    desk.done("O3")
    desk.set("csp.account-status=suspended")
    desk.done("O3", note="given in the meeting")
    assert desk.record().steps["O3"].note == "given in the meeting"


def test_a_step_closed_otherwise_is_a_conflict(tmp_path: Path) -> None:
    desk = started(tmp_path)
    skip(desk, "P2")
    error = refused(desk, AlreadyDifferent, lambda: desk.done("P2"))
    assert error.message == "P2 is closed as skipped: skipped: not wanted."
    desk.set("cloud-type=vpc")
    error = refused(desk, AlreadyDifferent, lambda: desk.done("P3"))
    assert error.message.startswith("P3 is closed as not-needed: cloud-type is vpc")


def test_the_fix_for_a_step_not_needed_works(tmp_path: Path) -> None:
    desk = started(tmp_path)
    desk.set("cloud-type=vpc")
    error = refused(desk, AlreadyDifferent, lambda: desk.done("P3"))
    assert typed(error.fix) == ["sci set acme-hk-1 cloud-type=VALUE"]
    assert desk.set("cloud-type=public", "nat-review=reviewed").changed
    assert not desk.done("P3").changed


# Skip ------------------------------------------------------------------------------------------------------


def test_a_skipped_step_keeps_its_reason_and_who_said_so(tmp_path: Path) -> None:
    desk = started(tmp_path)
    outcome = skip(desk, "P2", "the customer has access already")
    assert desk.record().steps["P2"] == StepRecord(
        Closed.SKIPPED, (Stamp(NOON, USER),), reason="the customer has access already"
    )
    assert lines(outcome)[0].endswith(": skipped.")
    assert not skip(desk, "P2", "another reason").changed


def test_skipping_needs_a_reason(tmp_path: Path) -> None:
    desk = started(tmp_path)
    for reason in ("", "  "):
        assert refused(desk, InvalidValue, lambda reason=reason: skip(desk, "P2", reason)).message == (  # type: ignore[misc]  # bound now
            "The reason is empty."
        )


def test_the_go_is_not_skipped(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    error = refused(desk, GateClosed, lambda: skip(desk, "O3"))
    assert error.message.endswith("is the go/no-go of the order and cannot be skipped.")


def test_what_is_done_or_not_needed_is_not_skipped(tmp_path: Path) -> None:
    desk = started(tmp_path)
    desk.done("P2")
    desk.set("cloud-type=vpc")
    assert refused(desk, AlreadyDifferent, lambda: skip(desk, "P2")).message == "P2 is closed as done."
    assert refused(desk, AlreadyDifferent, lambda: skip(desk, "P3")).message == "P3 is closed as not-needed."
    desk.set(*FACTS)
    assert refused(desk, AlreadyDifferent, lambda: skip(desk, "O1")).message == "O1 is closed as done."


def test_skipping_the_steps_before_the_order_opens_no_gate(tmp_path: Path) -> None:
    desk = started(tmp_path)
    for step in ("P1", "P3", "P4", "O1"):
        refused(desk, GateClosed, lambda step=step: skip(desk, step))  # type: ignore[misc]  # bound now
    error = refused(desk, GateClosed, lambda: skip(desk, "O2"))
    assert error.message == "O2 (Agree when the connection is activated) cannot be skipped yet."
    assert error.why[0].startswith("It waits for O1; ")
    error = refused(desk, GateClosed, desk.place)
    assert {
        "order.account_not_active",
        "order.private_ip_not_active",
        "order.security_undecided",
        "order.cloud_type_undecided",
    } <= set(codes(error.findings))
    refused(desk, GateClosed, lambda: desk.done("O3"))


@pytest.mark.parametrize("step", ["P1", "P4", "O1"])
def test_a_step_whose_facts_the_order_depends_on_is_not_skipped(tmp_path: Path, step: str) -> None:
    desk = started(tmp_path)
    error = refused(desk, GateClosed, lambda: skip(desk, step))
    assert error.message.endswith(" is closed by facts, and the order depends on them.")
    assert typed(error.fix) == [f"sci explain {step}"]


def test_skipping_keeps_what_one_party_recorded_before(tmp_path: Path) -> None:
    desk = started(tmp_path)
    desk.done("P2", "customer", note="ours is done", evidence=(PROOF,))
    skip(desk, "P2")
    assert desk.record().steps["P2"] == StepRecord(
        Closed.SKIPPED,
        stamps("customer", ""),
        "ours is done",
        (Evidence("mail.pdf", PROOF.sha256),),
        "not wanted",
    )


# Reopen ----------------------------------------------------------------------------------------------------


def test_reopening_takes_back_what_was_said_and_the_history_keeps_it(tmp_path: Path) -> None:
    desk = started(tmp_path)
    desk.done("P2", "customer", note="by mail")
    outcome = reopen(desk, "P2", "the wrong customer")
    assert desk.record().steps == {}
    assert lines(outcome)[0].endswith(": ready.")
    assert changes(desk) == [
        ("steps.P2.closed", "done", ""),
        ("steps.P2.note", "by mail", ""),
        ("steps.P2.stamps.1.at", "2026-11-23T12:00:00Z", ""),
        ("steps.P2.stamps.1.by", USER, ""),
        ("steps.P2.stamps.1.party", "customer", ""),
    ]
    assert desk.record().history[-1].reason == "the wrong customer"


def test_a_skipped_step_is_reopened_and_done(tmp_path: Path) -> None:
    desk = started(tmp_path)
    skip(desk, "P2")
    reopen(desk, "P2")
    assert desk.done("P2").changed


def test_reopening_an_open_step_writes_nothing(tmp_path: Path) -> None:
    desk = started(tmp_path)
    before = desk.record()
    assert not reopen(desk, "P2").changed
    assert not reopen(desk, "O11").changed
    assert desk.record() == before


def test_a_step_that_facts_closed_names_the_facts_to_change(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    error = refused(desk, GateClosed, lambda: reopen(desk, "O1"))
    assert error.message == "O1 was not closed by hand, so it cannot be reopened by hand."
    assert error.why == ("Change what closed it: csp.account-id, csp.account-status.",)


@pytest.mark.parametrize("step", ["O5", "O2", "O7", "O8"])
def test_what_an_operation_closed_is_not_reopened_by_hand(tmp_path: Path, step: str) -> None:
    desk = verified(tmp_path)
    error = refused(desk, GateClosed, lambda: reopen(desk, step))
    assert error.message == f"{step} was not closed by hand, so it cannot be reopened by hand."


def test_reopening_needs_a_reason(tmp_path: Path) -> None:
    desk = started(tmp_path)
    desk.done("P2")
    refused(desk, InvalidValue, lambda: reopen(desk, "P2", " "))


def test_trials_of_skipping_and_reopening_write_nothing(tmp_path: Path) -> None:
    desk = started(tmp_path)
    before = desk.record()
    assert skip(desk, "P2", mode=TRIAL).dry_run
    assert desk.record() == before
    desk.done("P2")
    before = desk.record()
    assert reopen(desk, "P2", mode=TRIAL).changed
    assert desk.record() == before


def test_only_optional_steps_are_skipped_before_it_is_their_turn(tmp_path: Path) -> None:
    desk = started(tmp_path)
    error = refused(desk, GateClosed, lambda: skip(desk, "O6"))
    assert error.why == ("It waits for O5; whether it can be left out is known when it is its turn.",)
    skip(desk, "O4")
    assert desk.record().steps["O4"].closed is Closed.SKIPPED
