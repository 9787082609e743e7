"""What the order and the hand-off wait for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sci_cli.domain.activation import (
    Activation,
    Closed,
    Comparison,
    FormLine,
    Order,
    StepRecord,
    Verification,
)
from sci_cli.domain.findings import Finding, Severity, blockers
from sci_cli.domain.gates import billing_accepted, order_findings
from sci_cli.domain.handoff_rules import handoff_findings
from sci_cli.domain.order_form import order_form
from sci_cli.domain.profile import BILLING_GATES, FieldRule, Gate, GateKind, OrderField, Profile, Reminder
from sci_cli.errors import sci
from tests.operations.build import (
    NOON,
    STAMP,
    activation,
    alibaba,
    codes,
    decided_everything,
    nimbus,
    typed,
)

READY = decided_everything().with_step(
    "P2", StepRecord(Closed.DONE, (replace(STAMP, party="customer"), replace(STAMP, party="verizon")))
)
ORDER = Order("SCI-2031", STAMP, True, ())
SAME = Comparison("csp", "provider", "Alibaba Cloud", "Alibaba Cloud", True)
OTHER = Comparison("location", "location", "Hong Kong", "Tokyo", False)


def closed(known: Activation, profile: Profile | None = None) -> list[str]:
    """The codes that block the order."""
    return codes(blockers(order_findings(profile or alibaba(), known, NOON)))


def warned(known: Activation, profile: Profile | None = None) -> list[str]:
    """The codes that warn."""
    found = order_findings(profile or alibaba(), known, NOON)
    return codes([each for each in found if each.severity is Severity.WARNING])


def agreed(known: Activation, *parties: str) -> Activation:
    """The same with the time agreed on, by both parties unless told."""
    stamps = tuple(replace(STAMP, party=party) for party in parties or ("customer", "verizon"))
    return known.with_step("O2", StepRecord(Closed.DONE, stamps))


# The billing gates -----------------------------------------------------------------------------------------

ALONE = [
    ({"csp__account_id": ""}, "order.account_id_missing"),
    ({"csp__account_status": ""}, "order.account_not_active"),
    ({"csp__account_status": "pending"}, "order.account_not_active"),
    ({"csp__account_status": "suspended"}, "order.account_not_active"),
    ({"csp__account_status": "closed"}, "order.account_not_active"),
    ({"private_ip__active": ""}, "order.private_ip_not_active"),
    ({"private_ip__active": "0"}, "order.private_ip_not_active"),
    ({"private_ip__active": "", "private_ip__ordered": "5"}, "order.private_ip_not_active"),
    ({"security_products": ""}, "order.security_undecided"),
    ({"cloud_type": ""}, "order.cloud_type_undecided"),
    ({"cloud_type": "public"}, "order.nat_not_reviewed"),
    ({"cloud_type": "public", "nat_review": "open"}, "order.nat_not_reviewed"),
]


@pytest.mark.parametrize(("change", "expected"), ALONE)
def test_each_billing_gate_blocks_alone(change: dict[str, str], expected: str) -> None:
    assert closed(decided_everything(**change)) == [expected]


@pytest.mark.parametrize(("change", "expected"), ALONE)
def test_a_profile_that_lists_no_gates_still_has_them(change: dict[str, str], expected: str) -> None:
    assert expected in closed(decided_everything(**change), replace(alibaba(), gates=()))
    assert expected in closed(decided_everything(**change), replace(alibaba(), gates=(), order_fields=()))


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"private_ip__active": "100000"},
        {"cloud_type": "dedicated-vpc"},
        {"cloud_type": "vpc", "nat_review": "open"},
        {"cloud_type": "public", "nat_review": "reviewed"},
        {"security_products": "hns-firewall"},
    ],
)
def test_with_everything_decided_nothing_blocks(change: dict[str, str]) -> None:
    assert closed(decided_everything(**change)) == []


def test_nothing_on_record_closes_every_gate_at_once_in_a_fixed_order() -> None:
    assert closed(activation(alibaba())) == [
        "order.account_id_missing",
        "order.account_not_active",
        "order.private_ip_not_active",
        "order.security_undecided",
        "order.cloud_type_undecided",
        "order.field_missing",
        "order.field_missing",
        "order.field_missing",
        "order.vpn_missing",
    ]


def test_an_undecided_security_question_is_not_a_no() -> None:
    assert closed(decided_everything(security_products="")) == ["order.security_undecided"]
    assert closed(decided_everything(security_products="none")) == []


def test_gates_are_asked_in_the_same_order_whatever_the_profile_lists_first() -> None:
    shuffled = replace(alibaba(), gates=tuple(reversed(alibaba().gates)))
    assert closed(activation(), shuffled) == closed(activation())


def test_a_gate_cites_the_clause_the_profile_gives_it_and_none_without() -> None:
    known = decided_everything(csp__account_status="")
    (found,) = blockers(order_findings(alibaba(), known, NOON))
    (bare,) = blockers(order_findings(replace(alibaba(), gates=()), known, NOON))
    assert (found.clause, bare.clause) == ("O1.3", "")


def test_a_closed_gate_says_what_is_on_record_who_acts_and_what_to_type() -> None:
    (found,) = blockers(order_findings(alibaba(), decided_everything(csp__account_status="pending"), NOON))
    assert found == Finding(
        "order.account_not_active",
        Severity.BLOCKER,
        "The Alibaba Cloud account is recorded as pending.",
        why="Without an active account the connection cannot be activated, and billing starts anyway.",
        fix=found.fix,
        clause="O1.3",
        owner="Customer",
        details={"fact": "csp.account-status", "recorded": ("pending",)},
    )
    assert typed(found.fix) == ["sci set acme-hk-1 csp.account-status=active"]


def test_a_missing_account_says_where_to_find_it() -> None:
    (found,) = blockers(order_findings(alibaba(), decided_everything(csp__account_id=""), NOON))
    spec = alibaba().fact("csp.account-id")
    assert spec is not None
    assert typed(found.fix) == ["sci set acme-hk-1 csp.account-id=ACCOUNT-ID", spec.hint]


def test_accepting_billing_is_a_gate_that_only_the_placing_person_opens() -> None:
    found = billing_accepted(alibaba(), READY)
    assert (found.code, found.severity, found.clause) == (
        "order.billing_not_accepted",
        Severity.BLOCKER,
        "O2.2",
    )
    assert typed(found.fix) == ["sci order place acme-hk-1 --accept-billing --confirm acme-hk-1"]
    assert billing_accepted(replace(alibaba(), gates=()), READY).clause == ""


def test_the_billing_gates_are_these_five() -> None:
    assert [kind.value for kind in BILLING_GATES] == [
        "account-active",
        "private-ip-active",
        "security-decided",
        "nat-reviewed",
        "billing-accepted",
    ]


# Gates a profile adds --------------------------------------------------------------------------------------


def nimbus_ready(**changes: str) -> Activation:
    """The invented provider's activation with all facts, and step A1 closed by `nimbus` unless told."""
    known = decided_everything(nimbus(), csp__service_key="KEY-0001", **changes)
    acted = {"K1": ("client", "verizon"), "A1": ("nimbus",)}
    for step, parties in acted.items():
        stamps = tuple(replace(STAMP, party=party) for party in parties)
        known = known.with_step(step, StepRecord(Closed.DONE, stamps))
    return known


def test_a_profile_adds_a_step_and_a_fact_to_the_gates() -> None:
    assert closed(nimbus_ready(), nimbus()) == []
    assert closed(nimbus_ready().with_step("A1", None), nimbus()) == ["order.step_open"]
    missing = nimbus_ready()
    missing = replace(missing, facts={k: v for k, v in missing.facts.items() if k != "csp.service-key"})
    assert closed(missing, nimbus()) == ["order.fact_missing"]


def test_an_added_gate_names_its_step_its_owner_and_how_to_close_it() -> None:
    (found,) = blockers(order_findings(nimbus(), nimbus_ready().with_step("A1", None), NOON))
    assert found == Finding(
        "order.step_open",
        Severity.BLOCKER,
        "Step A1 (Nimbus accepts the service key) is open.",
        why="Nimbus Cloud asks for it before the order.",
        fix=found.fix,
        clause="N6",
        owner="Nimbus",
        details={"step": "A1"},
    )
    assert typed(found.fix) == ["sci done acme-hk-1 A1"]


def test_a_skipped_step_opens_its_gate() -> None:
    skipped = StepRecord(Closed.SKIPPED, (STAMP,), "told by phone")
    assert closed(nimbus_ready().with_step("A1", skipped), nimbus()) == []


def test_a_gate_of_a_step_that_does_not_count_never_blocks() -> None:
    gates = (Gate(GateKind.STEP_CLOSED, step="Z1"),)
    assert closed(nimbus_ready(), replace(nimbus(), gates=gates)) == []


# The form --------------------------------------------------------------------------------------------------


def test_the_form_is_filled_from_the_record_line_by_line() -> None:
    assert order_form(alibaba(), READY) == (
        FormLine("provider", "Cloud Service Provider", "Alibaba Cloud"),
        FormLine("customer", "Customer", "Acme Ltd"),
        FormLine("location", "Installation location", "Hong Kong"),
        FormLine("data-plan", "Data plan", "50 GB"),
        FormLine("csp-customer-id", "CSP Customer ID", "1234567890123456"),
        FormLine("service-key", "Service Key", ""),
        FormLine("csp-order-number", "Alibaba order number", "ALI-7"),
        FormLine("vpn", "Private IP VPN", "CORP"),
        FormLine("cloud-type", "Cloud product type", "vpc"),
        FormLine("security-products", "Enhanced security products", "none"),
    )


def test_the_form_of_another_provider_carries_the_key_and_leaves_the_account_out() -> None:
    form = {line.field: line.value for line in order_form(nimbus(), nimbus_ready())}
    assert (form["service-key"], form["csp-customer-id"], form["tier"]) == ("KEY-0001", "", "")


def test_a_field_that_stays_empty_is_empty_whatever_is_on_record() -> None:
    field = OrderField("key", "Key", FieldRule.EMPTY, fact="customer")
    assert order_form(replace(alibaba(), order_fields=(field,)), READY) == (FormLine("key", "Key", ""),)


@pytest.mark.parametrize(
    ("change", "label", "fact"),
    [
        ({"customer": ""}, "Customer", "customer"),
        ({"location": ""}, "Installation location", "location"),
        ({"data_plan": ""}, "Data plan", "data-plan"),
    ],
)
def test_a_field_without_anything_on_record_blocks(change: dict[str, str], label: str, fact: str) -> None:
    (found,) = blockers(order_findings(alibaba(), decided_everything(**change), NOON))
    assert found.message == f"The order form asks for {label}; nothing is on record."
    assert typed(found.fix) == [f"sci set acme-hk-1 {fact}=VALUE"]


def test_an_order_without_a_vpn_blocks() -> None:
    assert closed(replace(READY, vpns=())) == ["order.vpn_missing"]


def test_a_missing_optional_number_warns_with_what_it_costs() -> None:
    known = agreed(replace(READY, facts={k: v for k, v in READY.facts.items() if k != "csp.order-number"}))
    (found,) = order_findings(alibaba(), known, NOON)
    assert (found.code, found.severity) == ("order.optional_missing", Severity.WARNING)
    assert found.message == "The Alibaba order number is not on record."
    assert (found.owner, found.why) == (
        "Customer",
        "The order can go ahead without it; the installation takes longer.",
    )


def test_a_step_that_placing_would_close_unsaid_is_a_warning() -> None:
    assert warned(READY) == ["order.step_skipped_over"]
    assert warned(agreed(READY)) == []
    assert warned(agreed(READY, "customer")) == ["order.step_skipped_over"], "Verizon has not agreed yet"


def test_the_go_does_not_hold_up_the_order_nor_is_it_mentioned() -> None:
    assert "O3" not in {each.details.get("step") for each in order_findings(alibaba(), READY, NOON)}


def due(known: Activation, profile: Profile | None = None) -> list[Finding]:
    """What is said about steps that are due with the order."""
    found = order_findings(profile or alibaba(), known, NOON)
    return [each for each in found if each.code == "order.step_due"]


def test_entitlements_that_are_not_there_at_the_order_are_a_warning_with_their_clause() -> None:
    (found,) = due(decided_everything())
    assert found == Finding(
        "order.step_due",
        Severity.WARNING,
        "Step P2 (Get entitlements to Verizon Enterprise Center and Dynamic Network Manager) is open.",
        why="The entitlements to Dynamic Network Manager are due together with the order.",
        fix=(sci("done", "acme-hk-1", "P2"),),
        clause="P2.2",
        owner="Customer and Verizon",
        details={"step": "P2"},
    )
    half = StepRecord(Closed.DONE, (replace(STAMP, party="verizon"),))
    (found,) = due(decided_everything().with_step("P2", half))
    assert typed(found.fix) == ["sci done acme-hk-1 P2 --for customer"]
    assert due(READY) == []
    skipped = StepRecord(Closed.SKIPPED, (STAMP,), reason="the account team looks")
    assert due(decided_everything().with_step("P2", skipped)) == []


def test_which_step_is_due_with_the_order_is_for_the_profile_to_say() -> None:
    assert [each.details["step"] for each in due(nimbus_ready().with_step("K1", None), nimbus())] == ["K1"]
    assert due(decided_everything(), replace(alibaba(), reminders=())) == []
    (found,) = due(activation(), replace(alibaba(), reminders=(Reminder("Now.", step="P1"),)))
    assert typed(found.fix) == ["sci explain P1"], "a step closed by facts is not ticked off"


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        (("mss-cloud-firewall",), True),
        (("mss-cloud-firewall", "hns-firewall"), True),
        (("hns-firewall",), False),
        (("none",), False),
        ("", False),
    ],
)
def test_a_firewall_to_be_arranged_with_the_account_team_is_noted_when_it_is_chosen(
    chosen: tuple[str, ...] | str, *, said: bool
) -> None:
    found = order_findings(alibaba(), decided_everything(security_products=chosen), NOON)
    noted = [each for each in found if each.code == "order.reminder"]
    assert [(each.severity, each.clause, each.message) for each in noted] == [
        (
            Severity.NOTE,
            "P4.2",
            "MSS Cloud Firewall is chosen; arrange with the Verizon Account Team how it is activated.",
        )
    ] * said


# The hand-off ----------------------------------------------------------------------------------------------


def handing(known: Activation, profile: Profile | None = None) -> list[str]:
    """The codes of all findings about the hand-off."""
    return codes(handoff_findings(profile or alibaba(), known))


def test_the_hand_off_waits_for_the_order_then_for_the_comparison_then_for_a_match() -> None:
    assert handing(READY) == ["handoff.not_ordered"]
    ordered = replace(READY, order=ORDER)
    assert handing(ordered) == ["handoff.not_verified"]
    assert handing(replace(ordered, verification=Verification(STAMP, (SAME, OTHER)))) == ["handoff.mismatch"]
    assert handing(replace(ordered, verification=Verification(STAMP, (SAME,)))) == ["handoff.values_left_out"]


def test_a_mismatch_names_what_differs_and_whom_to_call() -> None:
    known = replace(READY, order=ORDER, verification=Verification(STAMP, (SAME, OTHER)))
    (found,) = handoff_findings(alibaba(), known)
    assert found.message == "Dynamic Network Manager shows something else than was ordered: location."
    assert typed(found.fix) == [
        "Call the Verizon account team (your Verizon Account Manager) and have the order corrected.",
        "sci order verify acme-hk-1",
    ]


def test_required_values_block_one_by_one_and_the_others_are_one_warning() -> None:
    known = replace(
        decided_everything(csp__account_id="", location=""),
        order=ORDER,
        verification=Verification(STAMP, (SAME,)),
    )
    found = handoff_findings(alibaba(), known)
    assert [(each.code, each.severity.value, each.details.get("fact")) for each in found] == [
        ("handoff.value_missing", "blocker", "csp.account-id"),
        ("handoff.value_missing", "blocker", "location"),
        ("handoff.values_left_out", "warning", None),
    ]
    assert found[2].details["facts"] == (
        "vlan-id", "verizon.asn", "csp.asn",
        "primary.nni-id", "primary.verizon-address", "primary.provider-address",
        "secondary.nni-id", "secondary.verizon-address", "secondary.provider-address",
    )  # fmt: skip


def test_one_value_left_out_is_told_in_the_singular_and_none_not_at_all() -> None:
    step = alibaba().step("O9")
    assert step is not None
    values = {fact.replace(".", "__").replace("-", "_"): "1" for fact in step.asks}
    complete = replace(decided_everything(**values), order=ORDER, verification=Verification(STAMP, (SAME,)))
    assert handing(complete) == []
    facts = {fact: value for fact, value in complete.facts.items() if fact != "vlan-id"}
    (found,) = handoff_findings(alibaba(), replace(complete, facts=facts))
    assert found.message.startswith("1 configuration value is not on record;")
    assert found.message.endswith(": VLAN ID.")


def test_a_value_the_portal_does_not_show_is_not_said_to_be_on_the_screen_print() -> None:
    known = replace(
        decided_everything(csp__order_number=""), order=ORDER, verification=Verification(STAMP, (SAME,))
    )
    (found,) = handoff_findings(alibaba(), known)
    assert "csp.order-number" not in found.details["facts"]
