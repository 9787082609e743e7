"""Values to text and back: the form that is stored, hashed and compared."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sci_cli.domain.activation import Activation
from sci_cli.domain.plain import (
    NotPlain,
    Plain,
    canonical,
    digest,
    flatten,
    from_plain,
    instant_text,
    to_plain,
)
from sci_cli.domain.prefixes import BITS, Prefix
from sci_cli.domain.profile import Profile
from tests.operations.build import alibaba, nimbus
from tests.store.samples import full


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Inner:
    text: str
    number: int = 0


@dataclass(frozen=True)
class Outer:
    flag: bool
    day: date
    at: datetime
    lasting: timedelta
    colour: Colour
    prefix: Prefix
    inner: Inner
    maybe: Inner | None = None
    several: tuple[Inner, ...] = ()
    pair: tuple[str, str] = ("a", "b")
    named: Mapping[str, Inner] = field(default_factory=dict)
    mixed: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)


OUTER = Outer(
    True,
    date(2026, 3, 1),
    datetime(2026, 3, 6, 14, 30, tzinfo=timezone(timedelta(hours=8))),
    timedelta(minutes=30),
    Colour.RED,
    Prefix(4, 0x0A140000, 16),
    Inner("NO", 7),
    Inner("0123"),
    (Inner("x"), Inner("y")),
    ("c", "d"),
    {"k": Inner("v")},
    {"one": "1", "more": ("1", "2")},
)


def test_every_kind_of_value_has_one_plain_form() -> None:
    assert to_plain(OUTER) == {
        "flag": "yes",
        "day": "2026-03-01",
        "at": "2026-03-06T06:30:00Z",
        "lasting": "1800",
        "colour": "red",
        "prefix": "10.20.0.0/16",
        "inner": {"text": "NO", "number": "7"},
        "maybe": {"text": "0123"},
        "several": [{"text": "x"}, {"text": "y"}],
        "pair": ["c", "d"],
        "named": {"k": {"text": "v"}},
        "mixed": {"one": "1", "more": ["1", "2"]},
    }


def test_every_kind_of_value_comes_back_as_it_was() -> None:
    again = from_plain(Outer, to_plain(OUTER))
    assert again == OUTER
    assert again.at.tzinfo is UTC


def test_fields_with_their_default_are_left_out_and_come_back() -> None:
    plain = to_plain(Inner("x"))
    assert plain == {"text": "x"}
    assert from_plain(Inner, plain) == Inner("x")


def test_a_full_record_and_both_profiles_come_back_as_they_were() -> None:
    assert from_plain(Activation, to_plain(full())) == full()
    assert from_plain(Profile, to_plain(alibaba())) == alibaba()
    assert from_plain(Profile, to_plain(nimbus())) == nimbus()


@given(
    st.builds(
        lambda version, number, length: (
            Prefix(
                version, (number << (BITS[version] - length)) & ((1 << BITS[version]) - 1), min(length, 32)
            )
            if length
            else Prefix(version, 0, 0)
        ),
        st.just(4),
        st.integers(0, 2**32 - 1),
        st.integers(0, 32),
    )
    | st.builds(lambda number: Prefix(6, number << 64, 64), st.integers(0, 2**64 - 1)),
)
@settings(max_examples=200, deadline=None)
def test_every_prefix_comes_back_as_it_was(prefix: Prefix) -> None:
    assert from_plain(Prefix, to_plain(prefix)) == prefix


@given(st.datetimes(timezones=st.timezones(), min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001  # bounds of local times
@settings(max_examples=200, deadline=None)
def test_every_moment_comes_back_as_the_same_moment_in_utc(moment: datetime) -> None:
    again = from_plain(datetime, instant_text(moment))
    assert (again, again.tzinfo) == (moment.astimezone(UTC), UTC)


PLAIN = to_plain(OUTER)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"extra": "x"}, "the document: unknown key extra"),
        ({"flag": "true"}, "flag: 'true' does not fit"),
        ({"day": "2026-13-01"}, "day: '2026-13-01' does not fit"),
        ({"at": "2026-03-06T06:30:00"}, "at: '2026-03-06T06:30:00' does not fit"),
        ({"at": "noon"}, "at: 'noon' does not fit"),
        ({"lasting": "PT30M"}, "lasting: 'PT30M' does not fit"),
        ({"lasting": "\u0663"}, "lasting: '\u0663' does not fit"),
        ({"colour": "blue"}, "colour: 'blue' does not fit"),
        ({"prefix": "10.20.0.1/16"}, "prefix: '10.20.0.1/16' does not fit"),
        ({"prefix": ["10.20.0.0/16"]}, "prefix: text is expected"),
        ({"inner": "x"}, "inner: a mapping is expected"),
        ({"inner": {}}, "inner: text is missing"),
        ({"inner": {"text": "x", "number": "x"}}, "inner.number: 'x' does not fit"),
        ({"inner": {"text": "x", "number": "9" * 31}}, f"inner.number: '{'9' * 31}' does not fit"),
        ({"several": "x"}, "several: a list is expected"),
        ({"several": [{"text": "x"}, {"text": []}]}, "several[1].text: text is expected"),
        ({"pair": ["a"]}, "pair: 2 entries are expected"),
        ({"named": []}, "named: a mapping is expected"),
        ({"named": {"k": {"other": "v"}}}, "named.k: unknown key other"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(change: dict[str, object], said: str) -> None:
    assert isinstance(PLAIN, dict)
    with pytest.raises(NotPlain) as caught:
        from_plain(Outer, PLAIN | change)
    assert str(caught.value) == said


def test_a_missing_field_is_named() -> None:
    with pytest.raises(NotPlain, match=r"^the document: text is missing$"):
        from_plain(Inner, {})


def test_a_value_without_plain_form_is_refused() -> None:
    with pytest.raises(NotPlain, match=r"^float has no plain form$"):
        to_plain(1.5)


def test_the_canonical_text_is_ascii_sorted_and_without_spaces() -> None:
    assert canonical({"b": ["x"], "a": "\u00e9 y"}) == '{"a":"\\u00e9 y","b":["x"]}'


def test_the_digest_follows_the_value_and_nothing_else() -> None:
    assert digest(alibaba()) == digest(from_plain(Profile, to_plain(alibaba())))
    assert digest(alibaba()) != digest(replace(alibaba(), version="2026-12"))
    assert digest(Inner("x")) == hashlib.sha256(b'{"text":"x"}').hexdigest()
    assert digest(Inner("x")) == digest({"text": "x"})


def test_flattening_names_every_scalar_by_its_path_and_joins_lists_of_text() -> None:
    vpns: list[Plain] = [
        {"name": "CORP", "prefixes": ["10.1.0.0/16", "10.2.0.0/16"]},
        {"name": "LAB", "prefixes": []},
    ]
    form: list[Plain] = [{"field": "vpn", "value": "CORP"}]
    marks: list[Plain] = [{"stage": "received"}, {"text": "no name"}]
    assert flatten({"a": {"b": "c"}, "vpns": vpns, "form": form, "stages": marks}) == {
        "a.b": "c",
        "vpns.CORP.name": "CORP",
        "vpns.CORP.prefixes": "10.1.0.0/16, 10.2.0.0/16",
        "vpns.LAB.name": "LAB",
        "vpns.LAB.prefixes": "",
        "form.vpn.field": "vpn",
        "form.vpn.value": "CORP",
        "stages.received.stage": "received",
        "stages.2.text": "no name",
    }  # fmt: skip
