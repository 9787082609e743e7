"""The shipped Alibaba Cloud profile against the guide it was made from, written out as tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from string import Template

import pytest

from sci_cli.domain.facts import CORE_FACTS, parse_fact
from sci_cli.domain.profile import (
    BILLING_GATES,
    HANDOFF_NAMES,
    Condition,
    Confidence,
    FactSpec,
    FieldRule,
    GateKind,
    OwnerMode,
    Profile,
    Step,
    StepKind,
    Timer,
)
from sci_cli.errors import InvalidValue
from sci_cli.profiles import parse_profile

PROFILE_FILE = Path(__file__).parents[2] / "profiles" / "alibaba-cloud.yaml"

# Every sentence of the guide, by the step it stands in.
CLAUSES_OF_THE_GUIDE = {
    "P1": ("P1.1", "P1.2", "P1.3"),
    "P2": ("P2.1", "P2.2"),
    "P3": ("P3.1",),
    "P4": ("P4.1", "P4.2"),
    "O1": ("O1.1", "O1.2", "O1.3"),
    "O2": ("O2.1", "O2.2", "O2.3", "O2.4"),
    "O3": ("O3.1",),
    "O4": ("O4.1", "O4.2"),
    "O5": ("O5.1", "O5.2"),
    "O6": ("O6.1",),
    "O7": ("O7.1",),
    "O8": ("O8.1",),
    "O9": ("O9.1", "O9.2", "O9.3", "O9.4"),
    "O10": ("O10.1", "O10.2"),
    "O11": ("O11.1",),
    "O12": ("O12.1", "O12.2", "O12.3", "O12.4"),
    "S1": ("S1.1", "S1.2"),
    "S2": ("S2.1", "S2.2"),
}

OWNERS_OF_THE_GUIDE = {
    "P1": "Customer",
    "P2": "Customer and Verizon",
    "P3": "Customer",
    "P4": "Customer",
    "O1": "Customer",
    "O2": "Customer and Verizon",
    "O3": "Customer and Verizon",
    "O4": "Customer",
    "O5": "Verizon",
    "O6": "Verizon",
    "O7": "Verizon",
    "O8": "Customer",
    "O9": "Customer and Verizon",
    "O10": "Alibaba",
    "O11": "Customer, Verizon, and Alibaba",
    "O12": "Customer",
    "S1": "Customer or Verizon",
    "S2": "Verizon and Customer",
}

KINDS = {
    "P1": StepKind.FACTS,
    "P2": StepKind.CONFIRM,
    "P3": StepKind.FACTS,
    "P4": StepKind.FACTS,
    "O1": StepKind.FACTS,
    "O2": StepKind.CONFIRM,
    "O3": StepKind.GO,
    "O4": StepKind.FACTS,
    "O5": StepKind.ORDER,
    "O6": StepKind.CONFIRM,
    "O7": StepKind.AUTOMATIC,
    "O8": StepKind.VERIFY,
    "O9": StepKind.HANDOFF,
    "O10": StepKind.STAGES,
    "O11": StepKind.CONFIRM,
    "O12": StepKind.VPNS,
    "S1": StepKind.PORT,
    "S2": StepKind.PORT,
}

WAITS_FOR = {
    "O2": ("O1",),
    "O3": ("P1", "P3", "P4", "O1", "O2"),
    "O4": ("O1",),
    "O5": ("O3",),
    "O6": ("O5",),
    "O7": ("O5",),
    "O8": ("O6",),
    "O9": ("O8",),
    "O10": ("O9",),
    "O11": ("O10",),
    "O12": ("O11",),
}

ORDER_FORM = (
    ("provider", FieldRule.PROVIDER, "", "O8.1"),
    ("customer", FieldRule.COPY, "customer", "P1.1"),
    ("location", FieldRule.COPY, "location", "O8.1"),
    ("data-plan", FieldRule.COPY, "data-plan", "O8.1"),
    ("csp-customer-id", FieldRule.COPY, "csp.account-id", "O5.2"),
    ("service-key", FieldRule.EMPTY, "", "O5.2"),
    ("csp-order-number", FieldRule.OPTIONAL, "csp.order-number", "O4.2"),
    ("vpn", FieldRule.VPN, "", "O12.1"),
    ("cloud-type", FieldRule.COPY, "cloud-type", "P3.1"),
    ("security-products", FieldRule.COPY, "security-products", "P4.1"),
)


@pytest.fixture(scope="module")
def alibaba() -> Profile:
    return parse_profile(PROFILE_FILE.read_bytes(), name=PROFILE_FILE.name)


def step_of(profile: Profile, step_id: str) -> Step:
    step = profile.step(step_id)
    assert step is not None
    return step


def fact_of(profile: Profile, fact_id: str) -> FactSpec:
    spec = profile.fact(fact_id)
    assert spec is not None
    return spec


def test_sixteen_steps_make_up_the_progress_and_shutting_down_is_none_of_them(alibaba: Profile) -> None:
    counted = [step.id for step in alibaba.counted_steps()]

    assert counted == [f"P{number}" for number in range(1, 5)] + [f"O{number}" for number in range(1, 13)]
    assert [step.id for step in alibaba.steps if step.id not in counted] == ["S1", "S2"]


def test_every_step_has_the_owners_the_guide_gives_it_and_keeps_its_and_or_or(alibaba: Profile) -> None:
    assert {step.id: alibaba.owners_text(step.owners) for step in alibaba.steps} == OWNERS_OF_THE_GUIDE


def test_only_opening_the_admin_status_may_be_done_by_either_party_alone(alibaba: Profile) -> None:
    assert [step.id for step in alibaba.steps if step.owners.mode is OwnerMode.ANY] == ["S1"]


def test_every_sentence_of_the_guide_belongs_to_its_step(alibaba: Profile) -> None:
    assert {step.id: step.clauses for step in alibaba.steps} == CLAUSES_OF_THE_GUIDE


def test_the_clauses_stand_in_the_order_of_the_guide_and_say_where_and_what(alibaba: Profile) -> None:
    expected = [clause for clauses in CLAUSES_OF_THE_GUIDE.values() for clause in clauses]

    assert [clause.id for clause in alibaba.source.clauses] == expected
    assert [clause.id for clause in alibaba.source.clauses if not clause.place or not clause.says] == []


def test_no_two_clauses_stand_at_the_same_place(alibaba: Profile) -> None:
    places = [clause.place for clause in alibaba.source.clauses]

    assert sorted(places) == sorted(set(places))


def test_short_titles_fit_the_list_and_differ(alibaba: Profile) -> None:
    shorts = [step.short for step in alibaba.steps]

    assert [short for short in shorts if not 10 <= len(short) <= 36] == []
    assert len(set(shorts)) == len(shorts)


def test_every_step_is_closed_in_its_own_way(alibaba: Profile) -> None:
    assert {step.id: step.kind for step in alibaba.steps} == KINDS


def test_steps_wait_for_what_must_be_closed_before_them(alibaba: Profile) -> None:
    assert {step.id: step.after for step in alibaba.steps if step.after} == WAITS_FOR


def test_portal_entitlements_run_alongside_the_order_and_hold_nothing_up(alibaba: Profile) -> None:
    assert step_of(alibaba, "P2").after == ()
    assert [step.id for step in alibaba.steps if "P2" in step.after] == []


def test_steps_close_with_the_step_that_shows_they_are_done(alibaba: Profile) -> None:
    closing = {step.id: step.closes_with for step in alibaba.steps if step.closes_with}

    assert closing == {"O2": "O5", "O3": "O5", "O6": "O8", "O7": "O8"}


def test_fact_steps_close_with_the_values_the_guide_asks_for(alibaba: Profile) -> None:
    conditions = {step.id: step.closed_by for step in alibaba.steps if step.closed_by}

    assert conditions == {
        "P1": (Condition("private-ip.active", at_least=1),),
        "P3": (Condition("nat-review", ("reviewed",)),),
        "P4": (Condition("security-products"),),
        "O1": (Condition("csp.account-id"), Condition("csp.account-status", ("active",))),
        "O4": (Condition("csp.order-number"),),
    }


def test_cards_ask_for_the_facts_their_steps_need(alibaba: Profile) -> None:
    assert {step.id: step.asks for step in alibaba.steps if step.asks} == {
        "P1": ("private-ip.active",),
        "P3": ("cloud-type", "nat-review"),
        "P4": ("security-products",),
        "O1": ("csp.account-id", "csp.account-status"),
        "O2": ("activation-date",),
        "O4": ("csp.order-number",),
        "O9": (
            "vlan-id",
            "verizon.asn",
            "csp.asn",
            "primary.nni-id",
            "secondary.nni-id",
            "primary.verizon-address",
            "primary.provider-address",
            "secondary.verizon-address",
            "secondary.provider-address",
        ),
    }


def test_the_nat_review_is_for_public_products_only_and_says_that_its_text_is_missing(
    alibaba: Profile,
) -> None:
    nat = step_of(alibaba, "P3")

    assert nat.only_if == Condition("cloud-type", ("public",))
    assert nat.not_needed == "the product is not a public cloud product"
    assert "not part of the text this profile was made from" in nat.text
    assert [step.id for step in alibaba.steps if step.only_if] == ["P3"]


def test_only_the_alibaba_order_number_is_optional_and_it_says_what_leaving_it_out_costs(
    alibaba: Profile,
) -> None:
    number = step_of(alibaba, "O4")

    assert [step.id for step in alibaba.steps if step.optional] == ["O4"]
    assert "takes longer" in number.optional
    assert number.moot_after == "O10"


def test_the_port_is_late_thirty_minutes_after_the_order_and_alibaba_has_a_clock_without_a_limit(
    alibaba: Profile,
) -> None:
    timers = {step.id: step.timer for step in alibaba.steps if step.timer}
    appears = timers["O6"]

    assert appears.if_late.endswith("ask the Verizon Account Team where the order stands.")
    assert {**timers, "O6": replace(appears, if_late="")} == {
        "O6": Timer("O5", timedelta(minutes=30)),
        "O10": Timer("O9"),
    }


def test_the_billing_gates_each_cite_the_sentence_they_come_from(alibaba: Profile) -> None:
    gates = {gate.kind: gate.clause for gate in alibaba.gates}

    assert tuple(gates) == BILLING_GATES
    assert gates == {
        GateKind.ACCOUNT_ACTIVE: "O1.3",
        GateKind.PRIVATE_IP_ACTIVE: "O3.1",
        GateKind.SECURITY_DECIDED: "P4.1",
        GateKind.NAT_REVIEWED: "P3.1",
        GateKind.BILLING_ACCEPTED: "O2.2",
    }


def test_the_order_form_takes_its_values_from_the_record(alibaba: Profile) -> None:
    form = tuple((field.id, field.rule, field.fact, field.clause) for field in alibaba.order_fields)

    assert form == ORDER_FORM


def test_service_key_is_the_one_field_that_stays_empty_and_it_says_why(alibaba: Profile) -> None:
    empty = [field for field in alibaba.order_fields if field.rule is FieldRule.EMPTY]

    assert [(field.id, field.label, field.fact) for field in empty] == [("service-key", "Service Key", "")]
    assert "no API" in empty[0].why


def test_a_missing_alibaba_order_number_says_what_it_costs_on_the_order_form(alibaba: Profile) -> None:
    costs = {field.id: field.without for field in alibaba.order_fields if field.without}

    assert costs == {"csp-order-number": "The order can go ahead without it; the installation takes longer."}


def test_the_hand_off_has_contacts_with_the_day_their_address_was_read(alibaba: Profile) -> None:
    contacts = alibaba.handoff.contacts

    assert len({contact.email for contact in contacts}) == 2
    assert {contact.role for contact in contacts} == {"order manager support team"}
    assert {contact.verified for contact in contacts} == {date(2026, 3, 1)}
    assert [contact.role for contact in contacts if not contact.name or contact.email.count("@") != 1] == []
    assert "nobody has confirmed the addresses" in alibaba.source.note


def test_the_hand_off_message_fills_in_with_the_fixed_names_alone(alibaba: Profile) -> None:
    handoff = alibaba.handoff
    values = {name: f"<{name}>" for name in HANDOFF_NAMES}
    opening = Template(handoff.opening).substitute(values)

    assert Template(handoff.subject).substitute(values) == (
        "Secure Cloud Interconnect activation for <customer>, <location>"
    )
    assert [name for name in HANDOFF_NAMES if values[name] not in opening] == ["activation"]
    assert "$" not in handoff.closing
    assert max(len(line) for line in f"{opening}\n{handoff.closing}".splitlines()) <= 78


def test_the_hand_off_table_needs_account_and_location_and_takes_the_rest_if_known(
    alibaba: Profile,
) -> None:
    rows = alibaba.handoff.configuration

    assert [row.fact for row in rows if row.required] == ["csp.account-id", "location"]
    assert [row.fact for row in rows] == [
        "customer",
        "csp.account-id",
        "csp.order-number",
        "location",
        "data-plan",
        "cloud-type",
        "vlan-id",
        "verizon.asn",
        "csp.asn",
        "primary.nni-id",
        "primary.verizon-address",
        "primary.provider-address",
        "secondary.nni-id",
        "secondary.verizon-address",
        "secondary.provider-address",
    ]


def test_both_links_have_their_two_addresses_in_one_subnet(alibaba: Profile) -> None:
    assert alibaba.handoff.pairs == (
        ("primary.verizon-address", "primary.provider-address"),
        ("secondary.verizon-address", "secondary.provider-address"),
    )


def test_alibaba_reports_four_stages(alibaba: Profile) -> None:
    assert [stage.id for stage in alibaba.handoff.stages] == [
        "received",
        "validating",
        "implementing",
        "done",
    ]


@pytest.mark.parametrize(
    ("fact_id", "accepted", "refused"),
    [
        ("csp.account-id", "1234567890", "123456789"),
        ("csp.account-id", "12345678901234567890", "123456789012345678901"),
        ("csp.account-id", "1234567890123456", "1234-5678-9012"),
        ("vlan-id", "0", "-1"),
        ("vlan-id", "2999", "3000"),
        ("verizon.asn", "1684", "0"),
        ("csp.asn", "4294967295", "4294967296"),
        ("private-ip.ordered", "2", "two"),
        ("activation-date", "2026-12-01", "01.12.2026"),
        ("csp.order-number", "n" * 100, "n" * 101),
        ("primary.verizon-address", "192.0.2.1/30", "192.0.2.1"),
        ("secondary.provider-address", "198.51.100.2/30", "198.51.100.256/30"),
    ],
)
def test_facts_accept_what_alibaba_takes_and_refuse_what_lies_just_beyond(
    alibaba: Profile, fact_id: str, accepted: str, refused: str
) -> None:
    spec = fact_of(alibaba, fact_id)

    assert parse_fact(spec, [accepted]) == (accepted,)
    with pytest.raises(InvalidValue):
        parse_fact(spec, [refused])


def test_restated_core_facts_keep_their_choices_and_whether_they_take_several_values(
    alibaba: Profile,
) -> None:
    restated = {name: fact_of(alibaba, name) for name in CORE_FACTS}

    assert {name: (spec.choices, spec.multiple) for name, spec in restated.items()} == {
        name: (spec.choices, spec.multiple) for name, spec in CORE_FACTS.items()
    }


def test_the_shape_of_the_account_id_is_marked_as_derived(alibaba: Profile) -> None:
    account = fact_of(alibaba, "csp.account-id")

    assert account.usual_length == 16
    assert account.confidence is Confidence.DERIVED
    assert "not of a RAM user" in account.hint


def test_what_the_guide_does_not_say_is_marked_so_and_has_a_source(alibaba: Profile) -> None:
    assert [caution.id for caution in alibaba.cautions if caution.in_guide or not caution.source] == []
    assert {caution.id: caution.confidence.value for caution in alibaba.cautions} == {
        "route-limit": "confirmed",
        "vlan-range": "confirmed",
        "alibaba-asn": "confirmed",
        "verizon-asn": "derived",
        "alibaba-accept": "uncertain",
        "main-account": "confirmed",
        "contacts-age": "uncertain",
        "shutdown-is-not-disconnect": "uncertain",
        "max-reading": "derived",
        "max-exceeded": "uncertain",
        "max-by-sites": "confirmed",
        "bgp-active-is-not-up": "confirmed",
    }


@pytest.mark.parametrize(
    ("topic", "cautions"),
    [
        ("order", ["route-limit", "main-account"]),
        ("handoff", ["vlan-range", "alibaba-asn", "verizon-asn", "alibaba-accept", "contacts-age"]),
        ("vpn", ["route-limit", "max-reading", "max-exceeded", "max-by-sites"]),
        ("port", ["shutdown-is-not-disconnect"]),
        ("O10", ["alibaba-accept", "bgp-active-is-not-up"]),
    ],
)
def test_cautions_appear_where_they_matter(alibaba: Profile, topic: str, cautions: list[str]) -> None:
    assert [caution.id for caution in alibaba.cautions_for(topic)] == cautions


def test_alibaba_takes_110_routes_over_both_address_families_together(alibaba: Profile) -> None:
    assert [(limit.value, limit.version, limit.confidence) for limit in alibaba.route_limits] == [
        (110, 0, Confidence.CONFIRMED)
    ]


def test_ranges_that_alibaba_keeps_for_itself_are_named(alibaba: Profile) -> None:
    assert [str(item.prefix) for item in alibaba.reserved] == [
        "100.64.0.0/10",
        "224.0.0.0/4",
        "127.0.0.0/8",
        "169.254.0.0/16",
    ]


def test_the_way_to_the_admin_status_names_the_words_of_the_portal(alibaba: Profile) -> None:
    assert {step.id: step.portal for step in alibaba.steps if step.kind is StepKind.PORT} == {
        "S1": (
            "Log in to Dynamic Network Manager",
            "Select the Secure Cloud Interconnect port",
            "Click the pen after Modify Admin Status",
        ),
        "S2": ("Open the New Admin Status drop-down", "Choose $change"),
    }
    step = alibaba.step("S2")
    assert step is not None
    assert step.clicks()[-1] == "Choose Shutdown or No Shutdown"
    assert step.clicks("No Shutdown")[-1] == "Choose No Shutdown"
