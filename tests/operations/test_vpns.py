"""The VPNs on the port: named for the order, asked for, confirmed, taken off; one set of rules for all."""

from __future__ import annotations

from pathlib import Path

import pytest

from sci_cli.domain.activation import Stamp, VpnState
from sci_cli.domain.findings import Finding
from sci_cli.domain.prefixes import parse_prefix
from sci_cli.domain.vpn_rules import Budget, Use
from sci_cli.errors import (
    AlreadyDifferent,
    GateClosed,
    InvalidValue,
    RuleViolation,
    StaleRevision,
    VpnNotFound,
)
from sci_cli.operations import vpn_plans, vpn_requests, vpns
from sci_cli.operations.work_views import PlanView, VpnsView
from sci_cli.operations.workspace import ChangeMode
from tests.operations.build import (
    FOR_REAL,
    NOON,
    TRIAL,
    USER,
    Desk,
    blocks,
    codes,
    corp,
    lines,
    ordered,
    refused,
    started,
    typed,
    wanted,
)

LAB = wanted("LAB", "10.30.0.0/16")
EDGE = wanted("EDGE", "10.40.0.0/16", "10.41.0.0/16")


def confirm(desk: Desk, name: str, *, withdraw: bool = False) -> object:
    """Records what the portal shows."""
    return vpns.confirm(desk.ws, desk.name, name, FOR_REAL, withdraw=withdraw)


def remove(desk: Desk, name: str, mode: ChangeMode = FOR_REAL) -> object:
    """Asks for a VPN to be taken off."""
    return vpns.remove(desk.ws, desk.name, name, mode, reason="moved")


def standing(desk: Desk) -> dict[str, str]:
    """State by name, in the order of the record."""
    return {vpn.name: vpn.state.value for vpn in desk.record().vpns}


# Before the order ------------------------------------------------------------------------------------------


def test_before_the_order_one_vpn_is_named_for_it_and_a_second_must_wait(tmp_path: Path) -> None:
    desk = started(tmp_path)
    assert standing(desk) == {"CORP": "on-order"}
    error = refused(desk, GateClosed, lambda: desk.add(LAB))
    assert error.message == "The order connects one VPN, and CORP is it."
    assert typed(error.fix) == ["sci order place acme-hk-1", "sci vpn remove acme-hk-1 CORP"]


def test_before_the_order_a_vpn_is_taken_off_at_once_and_another_named(tmp_path: Path) -> None:
    desk = started(tmp_path)
    remove(desk, "corp")
    assert standing(desk) == {}
    outcome = desk.add(LAB)
    assert standing(desk) == {"LAB": "on-order"}
    assert lines(outcome) == ("VPN LAB is named for the order; it becomes number one on the port.",)
    assert typed(outcome.next) == ["sci check acme-hk-1 --for order"]


def test_before_the_order_nothing_can_be_confirmed(tmp_path: Path) -> None:
    desk = started(tmp_path)
    error = refused(desk, GateClosed, lambda: confirm(desk, "CORP"))
    assert error.message == "VPN CORP goes with the order, and no order is on record."


# Adding ----------------------------------------------------------------------------------------------------


def test_after_the_order_a_vpn_is_asked_for_and_then_confirmed(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    now = desk.clock.tick(hours=1)
    outcome = desk.add(LAB)
    added = desk.record().vpn("LAB")
    assert added is not None
    assert (added.prefixes, added.state, added.stamp, added.max_prefixes) == (
        LAB.prefixes,
        VpnState.REQUESTED,
        Stamp(now, USER),
        100,
    )
    assert lines(outcome) == (
        "VPN LAB is recorded as asked for. Add it in the portal, then confirm it here.",
    )
    assert isinstance(outcome.view, PlanView)
    assert outcome.view.portal[-1] == "Open Add/Remove VPN and add VPN LAB"
    assert outcome.view.after == (Budget(4, 2, (Use("CORP", 1, 100), Use("LAB", 1, 100))),)
    assert desk.record().history[-1].summary == "VPN LAB asked for on the port: 1 prefix"
    confirm(desk, "lab")
    assert standing(desk) == {"CORP": "attached", "LAB": "attached"}


def test_several_vpns_are_added_all_or_none(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    error = refused(desk, RuleViolation, lambda: desk.add(LAB, wanted("BAD", "10.20.4.0/22")))
    assert error.message == "These VPNs cannot go on the port of acme-hk-1; nothing was written."
    assert [getattr(each, "message", "") for each in error.findings] == [
        "VPN BAD 10.20.4.0/22 lies inside VPN CORP 10.20.0.0/16."
    ]
    desk.add(LAB, EDGE)
    assert standing(desk) == {"CORP": "attached", "LAB": "requested", "EDGE": "requested"}


def test_vpns_added_together_are_compared_with_each_other(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    error = refused(desk, RuleViolation, lambda: desk.add(LAB, wanted("LAB2", "10.30.9.0/24")))
    assert codes(error.findings) == ["vpn.prefix_overlap"]


def test_adding_a_vpn_whose_prefix_overlaps_names_both_prefixes_and_both_vpns(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    error = refused(desk, RuleViolation, lambda: desk.add(wanted("LAB", "10.20.4.0/22")))
    assert [getattr(each, "message", "") for each in error.findings] == [
        "VPN LAB 10.20.4.0/22 lies inside VPN CORP 10.20.0.0/16."
    ]


def test_a_vpn_only_asked_for_counts_for_overlap_and_max(tmp_path: Path) -> None:
    desk = ordered(tmp_path, corp(maximum=4))
    desk.add(wanted("LAB", *blocks(3, 30)))
    overlap = refused(desk, RuleViolation, lambda: desk.add(wanted("X", "10.30.0.0/24")))
    assert "vpn.prefix_overlap" in codes(overlap.findings)
    too_many = refused(desk, RuleViolation, lambda: desk.add(wanted("Y", "10.50.0.0/16")))
    assert "vpn.max_exceeded" in codes(too_many.findings)


def test_adding_without_max_is_refused_once_the_port_exists(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    error = refused(desk, RuleViolation, lambda: desk.add(wanted("LAB", "10.30.0.0/16", maximum=None)))
    assert codes(error.findings) == ["vpn.max_unknown"]


def test_an_order_with_an_unknown_max_goes_through_and_blocks_the_next_vpn(tmp_path: Path) -> None:
    desk = ordered(tmp_path, corp(maximum=None))
    error = refused(desk, RuleViolation, lambda: desk.add(LAB))
    assert [getattr(each, "message", "") for each in error.findings] == [
        "MAX of VPN CORP for IPv4 is not known."
    ]
    vpns.update(desk.ws, desk.name, vpn_requests.VpnRequest("CORP", max_prefixes=50), FOR_REAL)
    assert desk.add(LAB).changed


def test_the_same_vpn_again_writes_nothing_in_any_state(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    desk.add(LAB)
    before = desk.record()
    again = desk.add(wanted("LAB", "10.30.0.0/16", maximum=None))
    assert lines(again) == ("VPN LAB is already on the record with these prefixes; nothing was written.",)
    confirm(desk, "LAB")
    assert not desk.add(LAB).changed
    assert desk.record().revision == before.revision + 1


@pytest.mark.parametrize(
    "other",
    [
        wanted("LAB", "10.31.0.0/16"),
        wanted("lab", "10.31.0.0/16"),
        wanted("LAB", "10.30.0.0/16", maximum=7),
        wanted("LAB", "10.30.0.0/16", maximum_v6=7),
    ],
)
def test_the_same_name_with_something_else_is_a_conflict(
    tmp_path: Path, other: vpn_requests.VpnRequest
) -> None:
    desk = ordered(tmp_path)
    desk.add(LAB)
    error = refused(desk, AlreadyDifferent, lambda: desk.add(other))
    assert error.message == "VPN LAB is already on the record, asked for."
    assert error.why == ("Its prefixes there: 10.30.0.0/16.",)


def test_a_prefix_given_twice_counts_once_and_is_said(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    outcome = desk.add(wanted("LAB", "10.30.0.0/16", "10.30.0.0/16"))
    assert [each.message for each in outcome.findings] == [
        "10.30.0.0/16 is given more than once; a duplicate counts once."
    ]
    added = desk.record().vpn("LAB")
    assert added is not None
    assert added.prefixes == (parse_prefix("10.30.0.0/16"),)


@pytest.mark.parametrize("name", ["", " LAB", "LAB ", "a\nb", "x" * 65, "caf\u00e9", "[x]"])
def test_a_name_that_is_no_vpn_name_is_refused(tmp_path: Path, name: str) -> None:
    desk = ordered(tmp_path)
    refused(desk, InvalidValue, lambda: desk.add(wanted(name, "10.30.0.0/16")))


def test_a_vpn_without_prefixes_is_refused(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    error = refused(desk, InvalidValue, lambda: desk.add(wanted("LAB")))
    assert error.message == "VPN LAB has no prefixes."


def test_a_vpn_is_decided_on_the_record_as_it_is_when_it_is_written(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    looked = vpn_plans.plan(desk.ws, desk.name, [LAB], [])
    assert looked.error is None
    desk.add(wanted("FIRST", "10.30.5.0/24"))
    error = refused(desk, RuleViolation, lambda: desk.add(LAB))
    assert codes(error.findings) == ["vpn.prefix_overlap"]
    old = ChangeMode(if_revision=desk.record().revision - 1)
    refused(desk, StaleRevision, lambda: desk.add(EDGE, mode=old))


def test_a_trial_of_adding_writes_nothing_and_refuses_as_the_real_thing(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    before = desk.record()
    outcome = desk.add(LAB, mode=TRIAL)
    assert (outcome.changed, outcome.dry_run, outcome.revision) == (True, True, before.revision)
    assert desk.record() == before
    refused(desk, RuleViolation, lambda: desk.add(wanted("LAB", "10.20.4.0/22"), mode=TRIAL))


def test_the_route_limit_of_the_provider_warns_once_and_blocks_nothing(tmp_path: Path) -> None:
    desk = ordered(tmp_path, corp(maximum=1000))
    outcome = desk.add(wanted("BIG", *blocks(120, 100), maximum=1000))
    assert codes(outcome.findings) == ["vpn.provider_route_limit"]
    assert standing(desk)["BIG"] == "requested"


def test_the_route_limit_warns_once_for_several_vpns_added_together(tmp_path: Path) -> None:
    desk = ordered(tmp_path, corp(maximum=1000))
    two = wanted("BIG", *blocks(120, 100), maximum=1000), wanted("LAB", "10.30.0.0/16", maximum=1000)
    assert codes(desk.add(*two).findings) == ["vpn.provider_route_limit"]


def test_four_fifths_of_max_warn_when_a_vpn_is_added(tmp_path: Path) -> None:
    desk = ordered(tmp_path, corp(maximum=10))
    assert codes(desk.add(wanted("A", *blocks(6, 30))).findings) == []
    outcome = desk.add(wanted("B", "10.50.0.0/16"))
    assert [each.message for each in outcome.findings] == [
        "8 of MAX 10 IPv4 prefixes are used (VPN CORP has the smallest MAX)."
    ]


# Updating --------------------------------------------------------------------------------------------------


def test_an_update_changes_what_is_given_and_keeps_the_rest(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    desk.add(LAB)
    now = desk.clock.tick(hours=1)
    vpns.update(desk.ws, desk.name, vpn_requests.VpnRequest("lab", max_prefixes=7), FOR_REAL)
    updated = desk.record().vpn("LAB")
    assert updated is not None
    assert (updated.name, updated.prefixes, updated.max_prefixes, updated.state, updated.stamp) == (
        "LAB",
        LAB.prefixes,
        7,
        VpnState.REQUESTED,
        Stamp(now, USER),
    )


def test_an_update_to_what_holds_already_writes_nothing(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    before = desk.record()
    outcome = vpns.update(desk.ws, desk.name, wanted("CORP", "10.20.0.0/16"), FOR_REAL)
    assert (outcome.changed, desk.record()) == (False, before)
    assert lines(outcome) == ("VPN CORP is so already; nothing was written.",)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (wanted("LAB", "10.20.9.0/24"), "vpn.prefix_overlap"),
        (wanted("LAB", *blocks(101, 60), maximum=None), "vpn.max_exceeded"),
        (wanted("LAB", "2001:db8::/32"), "vpn.max_unknown"),
        (wanted("LAB", "127.0.0.0/8"), "prefix.special_use"),
    ],
)
def test_an_update_obeys_the_same_rules_as_adding(
    tmp_path: Path, request_: vpn_requests.VpnRequest, code: str
) -> None:
    desk = ordered(tmp_path)
    desk.add(LAB)
    error = refused(desk, RuleViolation, lambda: vpns.update(desk.ws, desk.name, request_, FOR_REAL))
    assert code in codes(error.findings)


def test_a_vpn_nobody_knows_cannot_be_updated_confirmed_or_removed(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    for act in (
        lambda: vpns.update(desk.ws, desk.name, wanted("NONE"), FOR_REAL),
        lambda: confirm(desk, "NONE"),
        lambda: remove(desk, "NONE"),
        lambda: vpn_plans.plan(desk.ws, desk.name, [], ["NONE"]),
    ):
        error = refused(desk, VpnNotFound, act)
        assert error.message == "There is no VPN 'NONE' on the port of acme-hk-1."
        assert error.why == ("VPNs on record: CORP.",)


# Removing, confirming, withdrawing -------------------------------------------------------------------------


def test_a_vpn_is_asked_to_be_taken_off_and_counts_until_that_is_confirmed(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    desk.add(LAB)
    confirm(desk, "LAB")
    outcome = vpns.remove(desk.ws, desk.name, "lab", FOR_REAL, reason="moved")
    assert lines(outcome) == (
        "Removal of VPN LAB is recorded as asked for; it counts until it is confirmed.",
    )
    assert standing(desk) == {"CORP": "attached", "LAB": "removal-requested"}
    refused(desk, RuleViolation, lambda: desk.add(wanted("X", "10.30.1.0/24")))
    assert not vpns.remove(desk.ws, desk.name, "LAB", FOR_REAL).changed
    confirm(desk, "LAB")
    assert standing(desk) == {"CORP": "attached"}
    assert desk.add(wanted("X", "10.30.1.0/24")).changed


def test_a_vpn_whose_removal_is_asked_for_cannot_be_added_meanwhile(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    remove(desk, "CORP")
    error = refused(desk, AlreadyDifferent, lambda: desk.add(wanted("CORP", "10.20.0.0/16")))
    assert error.message == "VPN CORP is already on the record, its removal asked for."


def test_taking_off_the_last_vpn_says_what_that_means(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    outcome = vpns.remove(desk.ws, desk.name, "CORP", FOR_REAL)
    assert lines(outcome)[-1] == "It is the last VPN: without it nothing reaches the cloud."


def test_a_removal_that_was_not_done_is_withdrawn(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    remove(desk, "CORP")
    confirm(desk, "CORP", withdraw=True)
    assert standing(desk) == {"CORP": "attached"}
    corporate = desk.record().vpn("CORP")
    assert corporate is not None
    assert corporate.attached == Stamp(NOON, USER)
    assert desk.record().history[-1].summary == "VPN CORP: removal withdrawn"


def test_an_addition_that_was_not_done_is_withdrawn(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    desk.add(LAB)
    confirm(desk, "LAB", withdraw=True)
    assert standing(desk) == {"CORP": "attached"}


def test_withdrawing_the_removal_of_an_unconfirmed_vpn_does_not_put_it_on_the_port(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    desk.add(LAB)
    remove(desk, "LAB")
    outcome = vpns.confirm(desk.ws, desk.name, "LAB", FOR_REAL, withdraw=True)
    assert standing(desk) == {"CORP": "attached", "LAB": "requested"}
    assert lines(outcome) == ("The request for VPN LAB is withdrawn; it is asked for.",)
    lab = desk.record().vpn("LAB")
    assert lab is not None
    assert lab.attached is None


def test_confirming_what_is_confirmed_writes_nothing(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    outcome = vpns.confirm(desk.ws, desk.name, "CORP", FOR_REAL)
    assert not outcome.changed
    assert lines(outcome) == ("VPN CORP is already confirmed on the port; nothing was written.",)


# Planning and listing --------------------------------------------------------------------------------------


def test_a_plan_shows_before_and_after_and_never_writes(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    desk.add(LAB)
    before = desk.record()
    outcome = vpn_plans.plan(desk.ws, desk.name, [EDGE], ["lab"])
    assert desk.record() == before
    assert (outcome.changed, outcome.dry_run, outcome.error) == (False, True, None)
    view = outcome.view
    assert isinstance(view, PlanView)
    assert view.title == "add VPN EDGE, remove VPN LAB"
    assert [[vpn.name for vpn in vpns] for vpns in (view.kept, view.added, view.removed)] == [
        ["CORP"],
        ["EDGE"],
        ["LAB"],
    ]
    assert [budget.total for budget in (*view.before, *view.after)] == [2, 3]


def test_a_plan_that_breaks_a_rule_carries_the_error_with_every_finding(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    outcome = vpn_plans.plan(desk.ws, desk.name, [wanted("BAD", "10.20.4.0/22", "127.0.0.0/8")], [])
    assert isinstance(outcome.error, RuleViolation)
    assert codes(outcome.findings)[:2] == ["vpn.prefix_overlap", "prefix.special_use"]


def test_a_plan_that_takes_off_what_is_in_the_way_is_fine(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    outcome = vpn_plans.plan(desk.ws, desk.name, [wanted("NEW", "10.20.4.0/22")], ["CORP"])
    assert outcome.error is None


def test_a_plan_refuses_a_name_that_is_on_the_port(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    refused(
        desk,
        AlreadyDifferent,
        lambda: vpn_plans.plan(desk.ws, desk.name, [wanted("corp", "10.9.0.0/16")], []),
    )


def test_a_plan_before_the_order_may_look_further_and_says_that_the_order_connects_one_vpn(
    tmp_path: Path,
) -> None:
    desk = started(tmp_path)
    outcome = vpn_plans.plan(desk.ws, desk.name, [LAB], [])
    (note,) = (each for each in outcome.findings if each.code == "vpn.after_order")
    assert note.message == "The order connects one VPN, CORP; the others are added once the port exists."
    assert outcome.error is None
    alone = vpn_plans.plan(desk.ws, desk.name, [LAB], ["CORP"])
    assert "vpn.after_order" not in codes(alone.findings)
    (note,) = (
        each
        for each in vpn_plans.plan(desk.ws, desk.name, [LAB, EDGE], ["CORP"]).findings
        if each.code == "vpn.after_order"
    )
    assert note.message == "The order connects one VPN; the others are added once the port exists."


def test_two_vpns_for_one_order_are_refused_and_nothing_is_removed_that_is_not_there(tmp_path: Path) -> None:
    desk = started(tmp_path)
    remove(desk, "CORP")
    error = refused(desk, GateClosed, lambda: desk.add(LAB, EDGE))
    assert error.message == "The order connects one VPN, and several are given."
    assert typed(error.fix) == ["Name one of them now and add the others after the order."]


def test_a_plan_before_the_order_does_not_speak_of_a_port(tmp_path: Path) -> None:
    desk = started(tmp_path)
    error = refused(
        desk,
        AlreadyDifferent,
        lambda: vpn_plans.plan(desk.ws, desk.name, [wanted("corp", "10.9.0.0/16")], []),
    )
    assert error.message == "VPN CORP is already on the record, named for the order."


def test_a_plan_refuses_one_name_given_twice(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    two = LAB, wanted("lab", "10.31.0.0/16")
    error = refused(desk, AlreadyDifferent, lambda: vpn_plans.plan(desk.ws, desk.name, two, []))
    assert error.message == "VPN lab is given twice."


def test_the_list_shows_the_vpns_their_budgets_and_what_is_wrong(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    desk.add(LAB)
    outcome = vpns.listing(desk.ws, desk.name)
    assert isinstance(outcome.view, VpnsView)
    assert outcome.view.vpns == desk.record().vpns
    assert [budget.headroom for budget in outcome.view.budgets] == [98]
    assert outcome.findings == ()


# Reading what is typed -------------------------------------------------------------------------------------


def test_prefixes_are_read_in_order_and_every_bad_one_is_named() -> None:
    assert vpn_requests.parse_prefixes(["10.2.0.0/16", "10.1.0.0/16"]) == (
        parse_prefix("10.2.0.0/16"),
        parse_prefix("10.1.0.0/16"),
    )
    with pytest.raises(InvalidValue) as caught:
        vpn_requests.parse_prefixes(["10.1.0.1/16", "10.2.0.0/16", "x"])
    assert caught.value.message == "2 prefixes are not acceptable."
    assert len(caught.value.why) == 2


@pytest.mark.parametrize("number", [0, -1, 10_000_001])
def test_a_max_below_one_or_beyond_reason_is_refused(number: int) -> None:
    with pytest.raises(InvalidValue) as caught:
        vpn_requests.parse_maximum(number, "--max-prefixes")
    assert caught.value.message == f"--max-prefixes is {number}; MAX is a whole number, at least 1."


@pytest.mark.parametrize("number", [None, 1, 10_000_000])
def test_a_max_or_none_is_taken_as_given(number: int | None) -> None:
    assert vpn_requests.parse_maximum(number, "--max-prefixes") == number


def test_an_overlap_with_a_prefix_of_a_file_names_file_and_line(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    prefix = parse_prefix("10.20.4.0/22")
    request = vpn_requests.VpnRequest("LAB", (prefix,), 1250, places={prefix: "lab.csv:7"})
    error = refused(desk, RuleViolation, lambda: desk.add(request))
    (found,) = (each for each in error.findings if isinstance(each, Finding))
    assert found.message == "VPN LAB 10.20.4.0/22 (lab.csv:7) lies inside VPN CORP 10.20.0.0/16."
    assert (found.details["left_place"], found.details["right_place"]) == ("lab.csv:7", "")
    assert (found.details["intersection"], found.details["addresses"]) == ("10.20.4.0/22", "1024")
    planned = vpn_plans.plan(desk.ws, desk.name, [request], [])
    assert found in planned.findings
