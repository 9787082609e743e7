"""The order: gates, placing once, recording a breach, comparing with the portal."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from sci_cli.domain.activation import Comparison, FormLine, Order, Stamp, Verification, VpnState
from sci_cli.domain.findings import Severity
from sci_cli.domain.order_form import order_form
from sci_cli.errors import (
    AlreadyDifferent,
    GateClosed,
    InvalidValue,
    RuleViolation,
    StaleRevision,
    VerificationMismatch,
)
from sci_cli.operations import checks, orders, overview
from sci_cli.operations.views import StatusView
from sci_cli.operations.work_views import CheckView, OrderView, SheetView
from sci_cli.operations.workspace import ChangeMode
from tests.operations.build import (
    FACTS,
    FOR_REAL,
    NIMBUS_FACTS,
    NOON,
    TRIAL,
    USER,
    Desk,
    alibaba,
    blocks,
    changes,
    clear_to_place,
    codes,
    corp,
    lines,
    ordered,
    refused,
    started,
    typed,
    verified,
)

GATES = [
    ("csp.account-id", "order.account_id_missing"),
    ("csp.account-status", "order.account_not_active"),
    ("private-ip.active", "order.private_ip_not_active"),
    ("security-products", "order.security_undecided"),
    ("cloud-type", "order.cloud_type_undecided"),
]


def breach(desk: Desk, reason: str = "the customer ordered by phone", mode: ChangeMode = FOR_REAL) -> object:
    """Records an order that was placed anyway."""
    return orders.record(desk.ws, desk.name, "SCI-9", reason, mode)


# Placing ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("fact", "code"), GATES)
def test_each_fact_left_out_keeps_the_order_from_being_placed(tmp_path: Path, fact: str, code: str) -> None:
    desk = started(tmp_path)
    desk.set(*(pair for pair in FACTS if not pair.startswith(fact + "=")))
    error = refused(desk, GateClosed, desk.place)
    assert error.message == "The order may not be placed yet; nothing was written."
    assert codes(error.findings)[0] == code
    assert typed(error.fix) == [
        "sci check acme-hk-1 --for order",
        "sci order record acme-hk-1 --reason REASON",
    ]


def test_billing_that_nobody_accepts_keeps_the_order_from_being_placed(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    error = refused(desk, GateClosed, lambda: desk.place(accept=False))
    blocking = [each for each in error.findings if getattr(each, "severity", None) is Severity.BLOCKER]
    assert codes(blocking) == ["order.billing_not_accepted"]


def test_a_refusal_names_everything_that_is_missing_at_once_and_billing_too(tmp_path: Path) -> None:
    desk = started(tmp_path)
    error = refused(desk, GateClosed, lambda: desk.place(accept=False))
    assert codes(error.findings) == [
        "order.account_id_missing",
        "order.account_not_active",
        "order.private_ip_not_active",
        "order.security_undecided",
        "order.cloud_type_undecided",
        "order.billing_not_accepted",
        "order.optional_missing",
        "order.step_skipped_over",
        "order.step_due",
    ]


def test_a_public_product_waits_for_the_nat_review(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    desk.set("cloud-type=public")
    assert codes(refused(desk, GateClosed, desk.place).findings)[0] == "order.nat_not_reviewed"
    desk.set("nat-review=reviewed")
    assert desk.place().changed


def test_an_account_that_became_inactive_again_closes_the_gate_again(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    desk.set("csp.account-status=suspended")
    assert codes(refused(desk, GateClosed, desk.place).findings)[0] == "order.account_not_active"


def test_placing_writes_number_time_user_form_and_acceptance(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    before, now = desk.record(), desk.clock.tick(hours=3)
    outcome = desk.place("SCI-2031")
    known = desk.record()
    assert known.order == Order("SCI-2031", Stamp(now, USER), True, order_form(alibaba(), before))
    assert (outcome.changed, outcome.revision, outcome.error) == (True, before.revision + 1, None)
    event = known.history[-1]
    assert (event.command, event.summary, event.by, event.at) == (
        "order place",
        "order SCI-2031 placed; billing accepted by account.manager",
        USER,
        now,
    )


def test_the_history_says_first_of_all_that_the_order_was_placed_when_and_by_whom(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    desk.place()
    paths = changes(desk)
    assert ("order.number", "", "SCI-2031") in paths
    assert ("order.placed.at", "", "2026-11-23T12:00:00Z") in paths
    assert ("order.placed.by", "", USER) in paths
    assert ("order.billing_accepted", "", "yes") in paths
    assert ("vpns.CORP.state", "on-order", "attached") in paths
    assert {path.split(".")[0] for path, _, _ in paths} == {"order", "vpns"}


def test_the_form_on_record_keeps_the_service_key_empty_and_the_account_as_customer_id(
    tmp_path: Path,
) -> None:
    order = ordered(tmp_path).record().order
    assert order is not None
    form = {line.field: line.value for line in order.form}
    assert (form["service-key"], form["csp-customer-id"]) == ("", "1234567890123456")


def test_the_vpn_of_the_order_becomes_number_one_on_the_port(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    now = desk.clock.tick(hours=1)
    outcome = desk.place()
    (first,) = desk.record().vpns
    assert (first.name, first.state, first.stamp) == ("CORP", VpnState.ATTACHED, Stamp(now, USER))
    assert lines(outcome) == (
        "Order SCI-2031 is on record as placed.",
        "O6 See the new port in Dynamic Network Manager: due by 2026-11-23 13:30 UTC.",
        "VPN CORP is number one on the port.",
    )


def test_the_time_of_placing_may_be_another_than_now(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    earlier = NOON - timedelta(hours=2)
    orders.place(desk.ws, desk.name, orders.PlaceRequest("SCI-1", True, earlier), FOR_REAL)
    order, event = desk.record().order, desk.record().history[-1]
    assert order is not None
    assert (order.placed.at, event.at) == (earlier, NOON)


def test_a_second_order_is_a_conflict_that_names_the_first(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    desk.clock.tick(days=3)
    for number in ("SCI-2031", "SCI-4444"):
        error = refused(desk, AlreadyDifferent, lambda number=number: desk.place(number))  # type: ignore[misc]  # bound now
        assert error.message == "An order is already placed: SCI-2031, on 23 Nov 2026 by account.manager."
        assert typed(error.fix) == ["sci order show acme-hk-1", "sci new NAME"]


def test_a_trial_of_placing_writes_nothing_and_refuses_as_the_real_thing(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    before = desk.store.load(desk.name)
    outcome = desk.place(mode=TRIAL)
    assert (outcome.changed, outcome.dry_run, outcome.revision) == (True, True, before.activation.revision)
    assert desk.store.load(desk.name) == before
    refused(desk, GateClosed, lambda: desk.place(accept=False, mode=TRIAL))


def test_placing_on_an_old_revision_is_refused_with_what_happened_since(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    old = ChangeMode(if_revision=desk.record().revision)
    desk.set("csp.account-status=suspended")
    error = refused(desk, StaleRevision, lambda: desk.place(mode=old))
    assert error.why == ("Revision 3, account.manager: recorded csp.account-status",)
    refused(desk, StaleRevision, lambda: desk.place(mode=ChangeMode(True, old.if_revision)))


def test_gates_are_asked_about_the_record_as_it_is_when_it_is_written(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    verdict = checks.check(desk.ws, desk.name, purpose="order")
    assert verdict.error is None
    desk.set("private-ip.active=0")
    refused(desk, GateClosed, desk.place)


@pytest.mark.parametrize("number", ["", "   ", "a\nb", "x" * 101])
def test_an_order_number_that_is_none_is_refused(tmp_path: Path, number: str) -> None:
    desk = clear_to_place(tmp_path)
    refused(desk, InvalidValue, lambda: desk.place(number))


def test_a_vpn_above_its_max_keeps_the_order_from_being_placed(tmp_path: Path) -> None:
    desk = open_with_vpn_above_max(tmp_path)
    assert "vpn.max_exceeded" in codes(refused(desk, GateClosed, desk.place).findings)


def open_with_vpn_above_max(tmp_path: Path) -> Desk:
    """A record in which the VPN of the order has more prefixes than MAX, as an older record might."""
    from dataclasses import replace

    desk = clear_to_place(tmp_path, vpn=corp(*blocks(5, 1), maximum=9))

    def shrink(before: object) -> object:
        known = desk.record()
        event = replace(known.history[-1], sequence=known.revision + 1)
        vpns = (replace(known.vpns[0], max_prefixes=2),)
        return replace(known, vpns=vpns, revision=known.revision + 1, history=(*known.history, event))

    desk.store.change(desk.name, shrink)  # type: ignore[arg-type]  # takes and gives a record
    return desk


# Fields typed for the form ---------------------------------------------------------------------------------


def place_with(desk: Desk, **fields: str) -> object:
    """Places the order with values typed for form fields."""
    typed_fields = {key.replace("_", "-"): text for key, text in fields.items()}
    request = orders.PlaceRequest("SCI-1", True, fields=typed_fields)
    return orders.place(desk.ws, desk.name, request, FOR_REAL)


def test_a_service_key_typed_for_this_provider_is_refused(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    error = refused(desk, InvalidValue, lambda: place_with(desk, service_key="KEY-0001"))
    assert error.message == "Service Key must stay empty."


def test_a_customer_id_that_is_not_the_account_is_refused_with_both(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    error = refused(desk, AlreadyDifferent, lambda: place_with(desk, csp_customer_id="9999999999"))
    assert error.message == "CSP Customer ID is '9999999999', but the record says '1234567890123456'."


def test_a_field_the_form_does_not_have_is_refused_with_those_it_has(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    error = refused(desk, InvalidValue, lambda: place_with(desk, vlan="7"))
    assert error.message == "The order form has no field 'vlan'."
    assert "csp-customer-id" in typed(error.fix)[0]


def test_fields_typed_as_on_record_are_accepted(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    place_with(desk, csp_customer_id="1234567890123456", service_key="", location="Hong Kong")
    assert desk.record().order is not None


@pytest.mark.parametrize("field", ["vpn", "provider", "csp_order_number"])
def test_no_field_typed_otherwise_than_the_record_says_is_passed_over(tmp_path: Path, field: str) -> None:
    desk = clear_to_place(tmp_path)
    desk.set("csp.order-number=ALI-7")
    with pytest.raises((InvalidValue, AlreadyDifferent)):
        place_with(desk, **{field: "SOMETHING ELSE"})


# Check and sheet -------------------------------------------------------------------------------------------


def test_the_verdict_is_no_go_with_every_reason_and_go_when_none_is_left(tmp_path: Path) -> None:
    desk = started(tmp_path)
    outcome = checks.check(desk.ws, desk.name, purpose="order")
    assert isinstance(outcome.error, GateClosed)
    assert outcome.error.message == "NO-GO: do not place the order yet, 5 things stand in the way."
    desk.set(*FACTS)
    outcome = checks.check(desk.ws, desk.name, purpose="order")
    assert isinstance(outcome.view, CheckView)
    assert (outcome.error, outcome.view.verdict) == (None, "GO: you may place the order.")
    assert outcome.view.passed == (
        "Alibaba Cloud account status: active",
        "Alibaba Cloud account ID: 1234567890123456",
        "Active Private IP connections: 1",
        "Enhanced security products: none",
        "Cloud product type: vpc",
    )
    assert typed(outcome.next) == ["sci order sheet acme-hk-1", "sci order place acme-hk-1"]


def test_what_is_due_with_the_order_is_said_by_the_verdict_the_sheet_and_placing(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    desk.set("security-products=mss-cloud-firewall")
    verdict = checks.check(desk.ws, desk.name, purpose="order")
    assert isinstance(verdict.view, CheckView)
    assert "Enhanced security products: mss-cloud-firewall" in verdict.view.passed
    found = [
        verdict.findings,
        orders.sheet(desk.ws, desk.name).findings,
        refused(desk, GateClosed, lambda: desk.place(accept=False)).findings,
        desk.place().findings,
    ]
    for each in found:
        assert {"order.step_due", "order.reminder"} <= set(codes(each))
    assert desk.record().order is not None, "neither holds it up"
    assert not {"order.step_due", "order.reminder"} & set(codes(orders.sheet(desk.ws, desk.name).findings))


def test_one_missing_thing_is_told_in_the_singular(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    desk.set("private-ip.active=0")
    outcome = checks.check(desk.ws, desk.name, purpose="order")
    assert outcome.error is not None
    assert outcome.error.message == "NO-GO: do not place the order yet, 1 thing stands in the way."


def test_after_the_order_the_verdict_names_it(tmp_path: Path) -> None:
    outcome = checks.check(ordered(tmp_path).ws, "acme-hk-1", purpose="order")
    assert isinstance(outcome.view, CheckView)
    assert (outcome.view.verdict, outcome.error) == ("The order is placed: SCI-2031.", None)
    assert [each.message for each in outcome.findings] == [
        "Order SCI-2031 was placed on 23 Nov 2026 by account.manager."
    ]


def test_not_being_ready_for_the_order_is_nothing_wrong(tmp_path: Path) -> None:
    outcome = checks.check(started(tmp_path).ws, "acme-hk-1")
    assert outcome.error is None
    assert isinstance(outcome.view, CheckView)
    assert outcome.view.verdict == "No rule is broken; 3 warnings to look at."
    assert codes([each for each in outcome.findings if each.severity is Severity.WARNING]) == [
        "order.optional_missing",
        "order.step_skipped_over",
        "order.step_due",
    ]
    assert all(each.severity is not Severity.BLOCKER for each in outcome.findings)
    assert outcome.findings[0].message == "Before the order: No Alibaba Cloud account is on record."


def test_a_broken_rule_of_the_port_is_wrong_whatever_the_purpose(tmp_path: Path) -> None:
    desk = open_with_vpn_above_max(tmp_path)
    outcome = checks.check(desk.ws, desk.name)
    assert isinstance(outcome.error, RuleViolation)
    assert outcome.error.message == "1 thing stands against the rules."


@pytest.mark.parametrize("handed_off", [False, True])
def test_a_portal_that_differs_from_the_order_stays_wrong_in_the_full_check(
    tmp_path: Path, handed_off: bool
) -> None:
    desk = verified(tmp_path)
    if handed_off:
        desk.handoff()
    desk.verify(location=("Tokyo",))
    outcome = checks.check(desk.ws, desk.name)
    assert isinstance(outcome.error, RuleViolation)
    assert outcome.error.exit_code == 4
    assert [each.message for each in outcome.findings if each.severity is Severity.BLOCKER] == [
        "The location differs: ordered Hong Kong, the portal shows Tokyo."
    ]
    assert not any(each.message.startswith("Before the hand-off") for each in outcome.findings)


def test_a_late_step_is_named_with_how_late_it_is_and_what_to_do(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    desk.clock.tick(minutes=42)
    found = [each for each in checks.check(desk.ws, desk.name).findings if each.code == "step.late"]
    assert [each.message for each in found] == [
        "Step O6 (See the new port in Dynamic Network Manager) is late by 12 min."
    ]
    assert found[0].owner == "Verizon"
    assert typed(found[0].fix) == ["sci done acme-hk-1 O6"]


def test_the_sheet_gives_every_field_with_its_rule_and_reason(tmp_path: Path) -> None:
    outcome = orders.sheet(clear_to_place(tmp_path).ws, "acme-hk-1")
    assert isinstance(outcome.view, SheetView)
    rows = {row.line.field: (row.line.value, row.rule) for row in outcome.view.rows}
    assert rows == {
        "provider": ("Alibaba Cloud", "provider"),
        "customer": ("Acme Ltd", "copy"),
        "location": ("Hong Kong", "copy"),
        "data-plan": ("50 GB", "copy"),
        "csp-customer-id": ("1234567890123456", "copy"),
        "service-key": ("", "empty"),
        "csp-order-number": ("", "optional"),
        "vpn": ("CORP", "vpn"),
        "cloud-type": ("vpc", "copy"),
        "security-products": ("none", "copy"),
    }
    assert not outcome.changed


def test_the_order_is_shown_as_it_was_filled_in_even_when_the_record_changed_since(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    desk.set("csp.order-number=ALI-7")
    view = orders.show(desk.ws, desk.name).view
    assert isinstance(view, OrderView)
    assert FormLine("csp-order-number", "Alibaba order number", "") in view.form
    assert (view.number, view.billing_accepted, view.verified, view.breach) == ("SCI-2031", True, None, "")


# Breach ----------------------------------------------------------------------------------------------------


def test_an_order_placed_anyway_is_recorded_with_its_reason_and_what_was_missing(tmp_path: Path) -> None:
    desk = started(tmp_path)
    breach(desk)
    order = desk.record().order
    assert order is not None
    assert (order.number, order.billing_accepted, order.breach) == (
        "SCI-9",
        False,
        "the customer ordered by phone",
    )
    assert order.unmet == (
        "No Alibaba Cloud account is on record.",
        "The Alibaba Cloud account is not recorded as active.",
        "Private IP is not active: no active connection is on record.",
        "Nobody has decided on the security products.",
        "The type of the cloud product is not on record.",
    )
    assert desk.record().vpns[0].state is VpnState.ATTACHED
    assert desk.record().history[-1].reason == "the customer ordered by phone"


def test_a_breach_stays_one_after_everything_is_put_right(tmp_path: Path) -> None:
    desk = started(tmp_path)
    breach(desk)
    first = desk.record().order
    desk.set("csp.account-status=active", "private-ip.active=1")
    desk.set("csp.account-id=1234567890123456", reason="now known")
    assert desk.record().order == first
    refused(desk, AlreadyDifferent, desk.place)
    refused(desk, AlreadyDifferent, lambda: breach(desk, "again"))


def test_status_shows_a_breach_for_ever(tmp_path: Path) -> None:
    desk = started(tmp_path)
    breach(desk)
    desk.clock.tick(days=400)
    outcome = overview.status(desk.ws, desk.name)
    marked = [each for each in outcome.findings if each.code == "order.breach"]
    assert [each.message for each in marked] == ["Order SCI-9 was placed while not everything was in place."]
    assert marked[0].why == "the customer ordered by phone"
    assert isinstance(outcome.view, StatusView)
    assert outcome.view.order is not None
    assert outcome.view.order.breach == "the customer ordered by phone"


def test_check_shows_a_breach_for_ever(tmp_path: Path) -> None:
    desk = started(tmp_path)
    breach(desk)
    assert "order.breach" in codes(checks.check(desk.ws, desk.name).findings)


def test_a_breach_needs_a_reason_and_a_number(tmp_path: Path) -> None:
    desk = started(tmp_path)
    refused(desk, InvalidValue, lambda: breach(desk, "  "))
    refused(desk, InvalidValue, lambda: orders.record(desk.ws, desk.name, "", "why", FOR_REAL))


def test_with_every_gate_open_the_missing_acceptance_is_what_was_breached(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    breach(desk)
    order = desk.record().order
    assert order is not None
    assert order.unmet == ("Billing was not accepted by name.",)


def test_a_trial_of_recording_a_breach_writes_nothing(tmp_path: Path) -> None:
    desk = started(tmp_path)
    before = desk.record()
    breach(desk, mode=TRIAL)
    assert desk.record() == before


# Verify ----------------------------------------------------------------------------------------------------


def test_what_is_as_ordered_is_recorded_field_by_field(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    now = desk.clock.tick(minutes=20)
    outcome = desk.verify()
    assert desk.record().verification == Verification(
        Stamp(now, USER),
        (
            Comparison("csp", "provider", "Alibaba Cloud", "Alibaba Cloud", True),
            Comparison("data-plan", "data plan", "50 GB", "50 GB", True),
            Comparison("location", "location", "Hong Kong", "Hong Kong", True),
        ),
    )
    assert (outcome.error, lines(outcome)) == (None, ("Dynamic Network Manager shows what was ordered.",))
    assert desk.record().history[-1].summary == "verified: as ordered"


@pytest.mark.parametrize(
    ("csp", "plan", "location"),
    [
        ("ALIBABA cloud", "50 gb", "hong kong"),
        ("  Alibaba   Cloud ", "50  GB", " Hong  Kong"),
        ("alibaba", "50 GB", "HONG KONG"),
    ],
)
def test_letter_case_and_spaces_make_no_difference_nor_does_another_name_of_the_provider(
    tmp_path: Path, csp: str, plan: str, location: str
) -> None:
    desk = ordered(tmp_path)
    assert desk.verify(csp=(csp,), plan=(plan,), location=(location,)).error is None


@pytest.mark.parametrize(
    ("ordered_as", "shown", "same"),
    [
        ("1 TB", "1TB", True),
        ("1TB", "1 tb", True),
        ("hong-kong", "Hong Kong", True),
        ("Hong Kong", "HONGKONG", True),
        ("Hong_Kong", "Hong \u2013 Kong", True),
        ("Dallas 3", "dallas3", True),
        ("1 TB", "1.0 TB", False),
        ("1.5 TB", "15 TB", False),
        ("Site 1-2", "Site 12", False),
        ("Site 1-2", "site 1 2", True),
        ("Hong Kong", "Hong Kong 1", False),
        ("Hong Kong", "Hong, Kong", False),
    ],
)
def test_a_value_is_the_same_when_only_spaces_hyphens_and_letter_case_differ(
    tmp_path: Path, ordered_as: str, shown: str, *, same: bool
) -> None:
    desk = clear_to_place(tmp_path)
    desk.set(f"data-plan={ordered_as}", f"location={ordered_as}")
    desk.place()
    outcome = desk.verify(plan=(shown,), location=(shown,))
    seen = desk.record().verification
    assert seen is not None
    assert [item.same for item in seen.fields] == [True, same, same]
    assert (outcome.error is None) is same
    assert seen.fields[1].ordered == ordered_as


def test_two_locations_and_one_whose_name_has_a_comma_are_told_apart(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    desk.set("location=Hong Kong", "location=Singapore")
    desk.place()
    outcome = desk.verify(location=("Hong Kong, Singapore",))
    assert [each.message for each in outcome.findings] == [
        'The location differs: ordered "Hong Kong", "Singapore", the portal shows "Hong Kong, Singapore".'
    ]


def test_several_locations_match_in_any_order_and_only_all_together(tmp_path: Path) -> None:
    desk = started(tmp_path)
    desk.set(*FACTS)
    desk.set("location=Hong Kong", "location=Tokyo")
    desk.place()
    assert desk.verify(location=("tokyo", "Hong Kong")).error is None
    for seen in (("Hong Kong",), ("Hong Kong", "Tokyo", "Osaka"), ("Tokyo", "Tokyo")):
        assert isinstance(desk.verify(location=seen).error, VerificationMismatch)


def test_a_difference_is_recorded_named_and_says_whom_to_call(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    outcome = desk.verify(plan=("10 GB",), location=("Tokyo",))
    error = outcome.error
    assert isinstance(error, VerificationMismatch)
    assert error.message == "Dynamic Network Manager does not show what was ordered: data plan, location."
    assert error.saved
    assert typed(error.fix) == [
        "Call the Verizon account team (your Verizon Account Manager) and have the order corrected.",
        "sci order verify acme-hk-1",
    ]
    assert [each.message for each in outcome.findings] == [
        "The data plan differs: ordered 50 GB, the portal shows 10 GB.",
        "The location differs: ordered Hong Kong, the portal shows Tokyo.",
    ]
    assert {(each.owner, *typed(each.fix)) for each in outcome.findings} == {("Verizon", error.fix[0])}
    seen = desk.record().verification
    assert seen is not None
    assert [item.same for item in seen.fields] == [True, False, False]
    refused(desk, GateClosed, desk.handoff)


def test_after_a_difference_the_next_step_is_to_call_the_account_team_and_compare_again(
    tmp_path: Path,
) -> None:
    desk = ordered(tmp_path)
    desk.clock.tick(hours=2)
    desk.verify(location=("Tokyo",))
    outcome = overview.status(desk.ws, desk.name)
    assert isinstance(outcome.view, StatusView)
    first = outcome.view.next[0]
    assert (first.id, first.problem) == (
        "O8",
        "The location differs: ordered Hong Kong, the portal shows Tokyo. "
        "Call the Verizon account team (your Verizon Account Manager) and have the order corrected.",
    )
    assert typed(outcome.next) == ["sci order verify acme-hk-1"]
    assert "step.late" not in codes(checks.check(desk.ws, desk.name).findings)


def test_the_same_comparison_again_writes_nothing_and_still_fails_when_it_did(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    desk.verify(location=("Tokyo",))
    before = desk.record()
    desk.clock.tick(hours=1)
    again = desk.verify(location=("Tokyo",))
    assert (again.changed, desk.record()) == (False, before)
    assert isinstance(again.error, VerificationMismatch)
    assert not again.error.saved
    assert desk.verify().changed
    assert not desk.verify().changed


def test_a_later_match_opens_the_hand_off_again(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    desk.verify(location=("Tokyo",))
    desk.verify()
    assert desk.handoff().changed


def test_without_an_order_there_is_nothing_to_compare(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    error = refused(desk, GateClosed, desk.verify)
    assert error.message == "No order is on record, so there is nothing to verify."


@pytest.mark.parametrize("seen", [(), ("",), ("Hong Kong", " ")])
def test_an_empty_value_seen_is_refused(tmp_path: Path, seen: tuple[str, ...]) -> None:
    desk = ordered(tmp_path)
    error = refused(desk, InvalidValue, lambda: desk.verify(location=seen))
    assert error.message == "--seen-location is empty."


def test_a_trial_of_a_comparison_says_what_differs_and_writes_nothing(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    before = desk.record()
    outcome = desk.verify(location=("Tokyo",), mode=TRIAL)
    assert desk.record() == before
    assert isinstance(outcome.error, VerificationMismatch)
    assert not outcome.error.saved


# Another provider ------------------------------------------------------------------------------------------


def test_the_invented_provider_wants_its_step_and_its_key_before_the_order(tmp_path: Path) -> None:
    desk = started(tmp_path, "nimbus-cloud")
    desk.done("K1")
    desk.set(*NIMBUS_FACTS[1:])
    blocking = refused(desk, GateClosed, desk.place).findings
    assert {"order.step_open", "order.fact_missing"} <= set(codes(blocking))
    desk.set(NIMBUS_FACTS[0])
    desk.done("A1", "nimbus")
    desk.place("N-1")
    order = desk.record().order
    assert order is not None
    assert {line.field: line.value for line in order.form}["service-key"] == "KEY-0001"


def test_a_verified_record_stays_verified_when_other_facts_are_recorded(tmp_path: Path) -> None:
    desk = verified(tmp_path)
    before = desk.record().verification
    desk.set("vlan-id=100", "private-ip.active=2")
    assert desk.record().verification == before
