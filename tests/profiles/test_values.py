"""What single values of a profile accept, and the sentence for what they do not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sci_cli.profiles.problems import Unacceptable
from sci_cli.profiles.values import day, duration, message, recipient_problem, truth, whole_number


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("P5D", timedelta(days=5)),
        ("PT30M", timedelta(minutes=30)),
        ("P1DT2H", timedelta(days=1, hours=2)),
        ("P2W", timedelta(weeks=2)),
        ("PT1H30M10S", timedelta(hours=1, minutes=30, seconds=10)),
        ("PT90M", timedelta(minutes=90)),
    ],
)
def test_a_duration_is_read_as_iso_8601_has_it(text: str, length: timedelta) -> None:
    assert duration(text) == length


@pytest.mark.parametrize(
    "text",
    ["", "P", "PT", "P1DT", "5D", "P5", "P1M", "P1Y", "p5d", "P-5D", "P1.5D", "PT5D", "P5H", "P٥D", "P5D "],
)
def test_what_is_no_duration_is_refused_with_examples(text: str) -> None:
    with pytest.raises(Unacceptable, match="is not a duration; write it like P5D, PT30M or P1DT2H"):
        duration(text)


@pytest.mark.parametrize("text", ["P0D", "PT0M", "P3661D", "P99999W"])
def test_a_duration_of_nothing_or_of_more_than_ten_years_is_refused(text: str) -> None:
    with pytest.raises(Unacceptable, match="is out of range: more than nothing, at most 3660 days"):
        duration(text)


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99), st.integers(1, 99))
def test_the_parts_of_a_duration_add_up(days: int, hours: int, minutes: int, seconds: int) -> None:
    expected = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    assert duration(f"P{days}DT{hours}H{minutes}M{seconds}S") == expected


@pytest.mark.parametrize(
    "address", ["desk@example.net", "order.desk+sci@mail.example.net", "o'neil@example.org", "a@b.example"]
)
def test_a_plain_mailbox_is_a_recipient(address: str) -> None:
    assert recipient_problem(address) is None


@pytest.mark.parametrize(
    "address",
    [
        "a@example.net, x@example.org",
        "a@example.net;x@example.org",
        "a@example.net x@example.org",
        "a@b@example.net",
    ],
)
def test_two_addresses_in_one_value_are_told_to_be_given_apart(address: str) -> None:
    problem = recipient_problem(address)
    assert problem == f"the recipient '{address}' holds more than one address; give one address per value."


@pytest.mark.parametrize(
    "address",
    [
        "",
        "desk",
        "@example.net",
        "desk@",
        "desk@localhost",
        "desk@example..net",
        "desk@-example.net",
        "desk@[192.0.2.1]",
        "desk@192.0.2.1",
        "Desk <desk@example.net>",
        '"desk"@example.net',
        "desk@example.net\n",
        ".desk@example.net",
        "=?utf-8?q?x?=@example.net",
        "a" * 65 + "@example.net",
        "desk@" + "a." * 130 + "net",
    ],
)
def test_what_is_not_a_plain_mailbox_is_refused(address: str) -> None:
    problem = recipient_problem(address)
    assert problem is not None
    assert problem.endswith("is not a plain mail address such as desk@example.net.")


def test_a_look_alike_letter_in_an_address_is_refused() -> None:
    problem = recipient_problem("desk@ex\u0430mple.net")
    assert problem is not None
    assert "a character outside ASCII, which may look like another letter" in problem


@pytest.mark.parametrize(
    "text", ["$customer", "$activation/$provider", "costs $$5", "$location.", "$account-$order"]
)
def test_a_message_may_use_the_fixed_names(text: str) -> None:
    assert message(text) == text


@pytest.mark.parametrize(
    "text",
    ["$", "$5", "${customer}", "$customer_name", "$Customer", "$__class__", "${customer.x}", "$$$", "a $ b"],
)
def test_a_message_may_use_nothing_else_after_a_dollar(text: str) -> None:
    with pytest.raises(Unacceptable, match="has no meaning here"):
        message(text)


@pytest.mark.parametrize(
    "text", ["2026-02-30", "2026-1-31", "20260131", "31.01.2026", "2026-W05-1", "٢٠٢٦-٠١-٣١"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(Unacceptable, match="is not a date; write it as YYYY-MM-DD"):
        day(text)


@pytest.mark.parametrize("text", ["", "-1", "1.0", "1_000", " 1", "٤", "9" * 13, "0x1"])
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(Unacceptable, match="is not a whole number"):
        whole_number(text)


@pytest.mark.parametrize("text", ["yes", "True", "1", ""])
def test_truth_has_two_words(text: str) -> None:
    with pytest.raises(Unacceptable, match="is true or false"):
        truth(text)
