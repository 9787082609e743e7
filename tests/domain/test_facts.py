"""What values a fact accepts, and when a condition on it holds."""

from __future__ import annotations

import pytest

from sci_cli.domain.facts import CORE_FACTS, holds, parse_fact
from sci_cli.domain.profile import Condition, FactKind, FactSpec
from sci_cli.errors import InvalidValue, sci
from tests.operations.build import alibaba

DIGITS = FactSpec("id", "Identifier", FactKind.DIGITS, minimum=10, maximum=20)
NUMBER = FactSpec("count", "Count", FactKind.NUMBER, minimum=0, maximum=2999, hint="how many")
TEXT = FactSpec("place", "Place", FactKind.TEXT, maximum=10, multiple=True)
CHOICE = FactSpec("status", "Status", FactKind.CHOICE, choices=("active", "not-yet"))
CHOICES = CORE_FACTS["security-products"]
DAY = FactSpec("day", "Day", FactKind.DATE)
INTERFACE = FactSpec("link", "Link", FactKind.INTERFACE)


@pytest.mark.parametrize(
    ("spec", "texts", "expected"),
    [
        (DIGITS, ["0123456789"], ("0123456789",)),
        (DIGITS, [" 1234567890123456 "], ("1234567890123456",)),
        (NUMBER, ["0"], ("0",)),
        (NUMBER, ["2999"], ("2999",)),
        (TEXT, ["Hong Kong", "Tokyo"], ("Hong Kong", "Tokyo")),
        (TEXT, ["Tokyo", "Tokyo"], ("Tokyo",)),
        (TEXT, ["Cafe\u0301"], ("Caf\u00e9",)),
        (CHOICE, ["ACTIVE"], ("active",)),
        (CHOICE, ["Not  yet"], ("not-yet",)),
        (CHOICES, ["none"], ("none",)),
        (CHOICES, ["mss-cloud-firewall,hns-firewall"], ("mss-cloud-firewall", "hns-firewall")),
        (CHOICES, ["hns-firewall", "MSS Cloud Firewall"], ("hns-firewall", "mss-cloud-firewall")),
        (DAY, ["2026-11-30"], ("2026-11-30",)),
        (INTERFACE, ["192.0.2.1/30"], ("192.0.2.1/30",)),
        (INTERFACE, ["2001:DB8:0::1/126"], ("2001:db8::1/126",)),
    ],
)
def test_a_value_that_fits_is_stored_in_its_canonical_form(
    spec: FactSpec, texts: list[str], expected: tuple[str, ...]
) -> None:
    assert parse_fact(spec, texts) == expected


@pytest.mark.parametrize(
    ("spec", "texts", "said"),
    [
        (DIGITS, ["123456789"], "id has 10 to 20 digits; 9 are given."),
        (DIGITS, ["1" * 21], "id has 10 to 20 digits; 21 are given."),
        (DIGITS, ["12345 67890"], "id consists of the digits 0-9; ' ' is none of them."),
        (DIGITS, ["123456789\u0663"], "id consists of the digits 0-9; '\u0663' (U+0663) is none of them."),
        (NUMBER, ["3000"], "count is a whole number from 0 to 2999; '3000' is not."),
        (NUMBER, ["-1"], "count is a whole number from 0 to 2999; '-1' is not."),
        (NUMBER, ["1.0"], "count is a whole number from 0 to 2999; '1.0' is not."),
        (NUMBER, ["007"], "count is a whole number from 0 to 2999; '007' is not."),
        (NUMBER, ["1e3"], "count is a whole number from 0 to 2999; '1e3' is not."),
        (NUMBER, ["\u0663"], "count is a whole number from 0 to 2999; '\u0663' is not."),
        (NUMBER, ["9" * 60], f"count is a whole number from 0 to 2999; '{'9' * 40}...' is not."),
        (TEXT, ["a" * 11], "place is too long: 11 characters, at most 10."),
        (TEXT, ["a\x1b[2J"], "place contains the control character U+001B (x1b)."),
        (TEXT, ["   "], "place is empty."),
        (CHOICE, ["true"], "status is one of active, not-yet; 'true' is not."),
        (CHOICE, ["active", "not-yet"], "status takes one value, 2 are given."),
        (CHOICES, ["none,hns-firewall"], "security-products says none and names products at the same time."),
        (CHOICES, ["hns-firewall,"], "security-products is empty."),
        (DAY, ["2026-11-31"], "day is a date as YYYY-MM-DD; '2026-11-31' is not."),
        (DAY, ["2026-W48-1"], "day is a date as YYYY-MM-DD; '2026-W48-1' is not."),
        (DAY, ["20261130"], "day is a date as YYYY-MM-DD; '20261130' is not."),
        (
            INTERFACE,
            ["192.0.2.1"],
            "link is an address with its length, such as 192.0.2.1/30; '192.0.2.1' is not.",
        ),
        (
            INTERFACE,
            ["192.0.2.300/30"],
            "link is an address with its length, such as 192.0.2.1/30; '192.0.2.300/30' is not.",
        ),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_what_the_fact_accepts(
    spec: FactSpec, texts: list[str], said: str
) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_fact(spec, texts)
    assert caught.value.message == said


def test_a_refused_value_is_followed_by_what_the_value_is_and_where_to_read_more() -> None:
    with pytest.raises(InvalidValue) as hinted:
        parse_fact(NUMBER, ["3000"])
    assert (hinted.value.why, hinted.value.fix) == (("How many.",), (sci("explain", "count"),))
    with pytest.raises(InvalidValue) as plain:
        parse_fact(DIGITS, ["1"])
    assert (plain.value.why, plain.value.fix) == ((), (sci("explain", "id"),))


def test_nothing_on_record_satisfies_no_condition() -> None:
    assert [
        holds(Condition("a"), ()),
        holds(Condition("a", values=("none",)), ()),
        holds(Condition("a", at_least=0), ()),
    ] == [False, False, False]


@pytest.mark.parametrize(
    ("condition", "values", "expected"),
    [
        (Condition("a"), ("anything",), True),
        (Condition("a", values=("public",)), ("public",), True),
        (Condition("a", values=("public",)), ("vpc",), False),
        (Condition("a", values=("x", "y")), ("z", "y"), True),
        (Condition("a", at_least=1), ("0",), False),
        (Condition("a", at_least=1), ("1",), True),
        (Condition("a", at_least=9), ("10",), True),
    ],
)
def test_a_condition_holds_for_one_of_its_values_or_from_its_number_on(
    condition: Condition, values: tuple[str, ...], expected: bool
) -> None:
    assert holds(condition, values) is expected


def test_the_facts_of_the_billing_gates_are_known_without_any_profile() -> None:
    gate_facts = {"csp.account-id", "csp.account-status", "private-ip.active", "security-products"}
    assert gate_facts | {"cloud-type", "nat-review"} <= set(CORE_FACTS)


def test_the_shipped_profile_gives_the_choices_of_the_billing_gates_no_other_words() -> None:
    for fact_id in ("csp.account-status", "security-products", "nat-review", "cloud-type"):
        own = alibaba().fact(fact_id)
        assert own is not None
        assert own.choices == CORE_FACTS[fact_id].choices
