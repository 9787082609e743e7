"""When something happened, as people type it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sci_cli.domain.times import (
    CLOCKS_DIFFER,
    FIRST_ZONE,
    day_text,
    duration_text,
    parse_duration,
    parse_when,
)
from sci_cli.errors import InvalidValue

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-06", datetime(2026, 3, 6, 23, 59, tzinfo=UTC)),
        ("  2026-03-06 ", datetime(2026, 3, 6, 23, 59, tzinfo=UTC)),
        ("2026-03-06T14:30Z", datetime(2026, 3, 6, 14, 30, tzinfo=UTC)),
        ("2026-03-06 14:30:59Z", datetime(2026, 3, 6, 14, 30, 59, tzinfo=UTC)),
        ("2026-03-06T14:30+08:00", datetime(2026, 3, 6, 6, 30, tzinfo=UTC)),
        ("2026-03-06T14:30-05:30", datetime(2026, 3, 6, 20, tzinfo=UTC)),
        ("2026-07-01T03:30[America/New_York]", datetime(2026, 7, 1, 7, 30, tzinfo=UTC)),
        ("2026-11-01T00:59[America/New_York]", datetime(2026, 11, 1, 4, 59, tzinfo=UTC)),
        ("2024-02-29", datetime(2024, 2, 29, 23, 59, tzinfo=UTC)),
    ],
)
def test_a_day_or_a_time_with_its_zone_is_one_moment_in_utc(text: str, expected: datetime) -> None:
    assert parse_when(text, NOW) == expected
    assert parse_when(text, NOW).tzinfo is UTC


def test_a_time_that_happened_twice_may_be_given_with_its_offset() -> None:
    twice = parse_when("2026-11-01T01:30-04:00", NOW), parse_when("2026-11-01T01:30-05:00", NOW)
    assert twice == (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "--at: '' is not a day or a time as YYYY-MM-DD."),
        ("yesterday", "--at: 'yesterday' is not a day or a time as YYYY-MM-DD."),
        ("06.03.2026", "--at: '06.03.2026' is not a day or a time as YYYY-MM-DD."),
        ("2026-W10-5", "--at: '2026-W10-5' is not a day or a time as YYYY-MM-DD."),
        ("2026-02-30", "--at: 2026-02-30 is not a day of the calendar. That month ends on 2026-02-28."),
        ("2024-02-30", "--at: 2024-02-30 is not a day of the calendar. That month ends on 2024-02-29."),
        ("2026-12-32", "--at: 2026-12-32 is not a day of the calendar. That month ends on 2026-12-31."),
        ("2026-13-01", "--at: 2026-13-01 is not a day of the calendar."),
        ("0000-01-01", "--at: 0000-01-01 is not a day of the calendar."),
        ("2026-03-06T14:30", "--at: 2026-03-06T14:30 has no zone, so it could be several moments."),
        ("2026-03-06T25:00Z", "--at: '2026-03-06T25:00Z' is not a time that exists."),
        ("2026-03-06T14:30+25:00", "--at: '2026-03-06T14:30+25:00' is not a time that exists."),
        ("2026-03-06T14:30[Mars/Base]", "--at: 'Mars/Base' is not a time zone known here."),
        ("2026-03-06T14:30[../../etc]", "--at: '2026-03-06T14:30[../../etc]' is not a day or a time as "),
        ("2026-03-0６", "--at contains U+FF16, which is not a plain character."),
        ("2026-03-08T02:30[America/New_York]", "does not exist there; the clocks were put forward."),
        (
            "2026-11-01T01:30[America/New_York]",
            "--at: 2026-11-01T01:30[America/New_York] happened twice, at -04:00 and at -05:00.",
        ),
        ("2026-03-06\n", "--at contains a line break."),
        ("9999-12-31", "--at: 9999-12-31 lies in the future; now it is 2026-11-23T12:00Z."),
        ("9" * 81, "--at is too long: 81 characters, at most 80."),
    ],
)
def test_what_is_no_moment_or_several_is_refused_with_the_reason(text: str, said: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_when(text, NOW)
    assert said in caught.value.message


def test_a_time_that_happened_twice_is_refused_with_the_spelling_that_says_which() -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_when("2026-11-01T01:30[America/New_York]", NOW)
    assert caught.value.fix == ("Write the offset: 2026-11-01T01:30-04:00",)


def test_a_clock_that_differs_a_little_is_accepted_and_a_minute_more_is_not() -> None:
    limit = (NOW + CLOCKS_DIFFER).strftime("%Y-%m-%dT%H:%MZ")
    beyond = (NOW + CLOCKS_DIFFER + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%MZ")
    assert parse_when(limit, NOW) == NOW + CLOCKS_DIFFER
    with pytest.raises(InvalidValue) as caught:
        parse_when(beyond, NOW, what="--placed")
    assert caught.value.message == f"--placed: {beyond} lies in the future; now it is 2026-11-23T12:00Z."


def test_today_means_now_so_that_no_clock_starts_at_midnight() -> None:
    assert parse_when("2026-11-23", NOW) == NOW


def test_a_day_that_has_begun_somewhere_on_earth_means_now_and_the_next_one_is_refused() -> None:
    evening = datetime(2026, 11, 24, tzinfo=UTC) - FIRST_ZONE
    assert parse_when("2026-11-24", evening) == evening
    with pytest.raises(InvalidValue) as caught:
        parse_when("2026-11-24", evening - timedelta(minutes=1))
    assert "lies in the future" in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00+14:00",
        "9999-12-31T23:59-12:00",
        "0001-01-01T00:00[Asia/Tokyo]",
        "9999-12-31T23:59[America/New_York]",
    ],
)
def test_times_beyond_the_ends_of_the_calendar_are_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        parse_when(text, NOW)


@pytest.mark.parametrize(
    ("passed", "expected"),
    [
        (timedelta(0), "less than a minute"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=23, minutes=59), "23 h"),
        (timedelta(days=1), "1 d"),
        (timedelta(days=400), "400 d"),
        (timedelta(days=-1), "less than a minute"),
    ],
)
def test_a_duration_is_told_in_its_largest_whole_unit(passed: timedelta, expected: str) -> None:
    assert duration_text(passed) == expected


def test_a_day_is_told_with_the_name_of_its_month() -> None:
    assert day_text(datetime(2026, 3, 6, 23, 59, tzinfo=UTC)) == "06 Mar 2026"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", timedelta(0)),
        ("0s", timedelta(0)),
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("1h30m", timedelta(minutes=90)),
        ("2d", timedelta(days=2)),
        ("1d2h3m4s", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("30d", timedelta(days=30)),
    ],
)
def test_a_duration_is_typed_with_its_units(text: str, expected: timedelta) -> None:
    assert parse_duration(text, what="--timeout") == expected


@pytest.mark.parametrize(
    "text",
    ["", " ", "30", "00", "m", "30 m", " 30m", "30M", "30min", "30m1h", "1h1h", "-5m", "+5m", "1.5h", "1e3s",
     "\u0663\u0660m", "\uff13m", "30m\n", "31d", "30d1s", "99999999s", "9" * 5000 + "s", "PT30M",
     "inf"],
)  # fmt: skip
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(InvalidValue, match="--timeout") as caught:
        parse_duration(text, what="--timeout")
    assert len(caught.value.message) < 200
