"""Reading prefixes, special-use ranges, aggregation and counting."""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sci_cli.domain.capacity import aggregate
from sci_cli.domain.prefixes import (
    ORDINARY_FIRST,
    REFUSED,
    Prefix,
    PrefixProblem,
    network_of,
    parse_prefix,
    prefixes_of_range,
    special_use,
)
from sci_cli.safety.text import describe_unsafe

CORPUS = Path(__file__).parents[1] / "corpus" / "badinputs.yaml"
CASES: list[dict[str, Any]] = [
    case for case in yaml.safe_load(CORPUS.read_text())["cases"] if case["kind"] == "prefix"
]


def inputs_of(case: dict[str, Any]) -> list[object]:
    given_input = case["input"]
    if "typed" in given_input:
        return [value for typed in given_input["typed"] for value in typed.values()]
    if "gen" in given_input:
        gen = given_input["gen"]
        return [gen["repeat"] * gen["times"] + gen["suffix"]]
    return [given_input["value"]]


def verdict(text: object) -> tuple[bool, str]:
    """Whether the prefix may be attached, and all that is said about it."""
    try:
        prefix = parse_prefix(text)
    except PrefixProblem as problem:
        return False, problem.message
    special = special_use(prefix)
    return special is None or not special.refused, f"{prefix} {special.message if special else ''}"


def problem_of(text: object) -> PrefixProblem:
    with pytest.raises(PrefixProblem) as caught:
        parse_prefix(text)
    return caught.value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_every_prefix_of_the_corpus_gets_its_verdict_and_its_words(case: dict[str, Any]) -> None:
    for value in inputs_of(case):
        accepted, said = verdict(value)
        assert accepted is (case["expect"]["class"] == "OK")
        assert [word for word in case["expect"].get("says", []) if word.lower() not in said.lower()] == []
        assert len(said) < 500
        assert describe_unsafe(said) is None


@pytest.mark.parametrize(
    ("text", "prefix", "canonical"),
    [
        ("10.20.0.0/16", Prefix(4, 0x0A140000, 16), "10.20.0.0/16"),
        ("  192.0.2.1/32 ", Prefix(4, 0xC0000201, 32), "192.0.2.1/32"),
        ("0.0.0.0/0", Prefix(4, 0, 0), "0.0.0.0/0"),
        ("2001:DB8:0:0::/32", Prefix(6, 0x20010DB8 << 96, 32), "2001:db8::/32"),
        ("2001:db8::1/128", Prefix(6, (0x20010DB8 << 96) + 1, 128), "2001:db8::1/128"),
        ("64:ff9b::192.0.2.0/120", Prefix(6, (0x64FF9B << 96) + 0xC0000200, 120), "64:ff9b::c000:200/120"),
    ],
)
def test_a_prefix_is_read_into_numbers_and_shown_in_canonical_form(
    text: str, prefix: Prefix, canonical: str
) -> None:
    assert parse_prefix(text) == prefix
    assert str(prefix) == canonical


@pytest.mark.parametrize(
    ("text", "correction"),
    [
        ("10.20.0.1/16", "10.20.0.0/16"),
        ("2001:db8::1/48", "2001:db8::/48"),
        ("10.20.5.1", "10.20.5.1/32"),
        ("2001:db8::1", "2001:db8::1/128"),
        ("10.20.0.0/255.255.0.0", "10.20.0.0/16"),
        ("10.20.0.0/0.0.255.255", "10.20.0.0/16"),
        ("10.20.9.9/255.255.0.0", "10.20.0.0/16"),
        ("10.20.0.0 255.255.0.0", "10.20.0.0/16"),
        ("10.20.0.0/255.255.255.255", "10.20.0.0/32"),
        ("10.20.0.0/016", "10.20.0.0/16"),
        ("010.020.0.0/16", "10.20.0.0/16"),
        ("10.20/16", "10.20.0.0/16"),
        ("10.20.0.0 / 16", "10.20.0.0/16"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
        ("::ffff:a14:1/112", "10.20.0.0/16"),
        ("10.20.0.0-10.20.255.255", "10.20.0.0/16"),
        ("2001:db8:: - 2001:db8::ffff", "2001:db8::/112"),
    ],
)
def test_a_spelling_with_one_likely_meaning_is_refused_with_its_correction(
    text: str, correction: str
) -> None:
    problem = problem_of(text)
    assert problem.correction == correction
    assert correction in problem.message
    assert str(parse_prefix(correction)) == correction


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("10.20.0.0/0.0.0.0", "no prefix length"),
        ("10.20.0.0/255.0.255.0", "no prefix length"),
        ("10.20.0.256/32", "0 to 255"),
        ("2001:db8::/129", "0 to 128"),
        ("10.0.0.0/8, 10.1.0.0/16", "one prefix"),
        ("10.0.0.0/8 10.1.0.0/16", "one prefix"),
        ("10.0.0.0 10.0.0.1", "one prefix"),
        ("10.20.0.0-255", "range"),
        ("10.20.0.9-10.20.0.1", "range"),
        ("10.20.0.0-2001:db8::", "range"),
        ("10.20.0.0/16-10.30.0.0/16", "range"),
        ("10.0.0.1-10.9.9.9", "24 prefixes"),
        ("10.0.0.1 to 10.0.0.3", "10.0.0.1/32, 10.0.0.2/31"),
        ("10.0.0.0/-1", "prefix length"),
        ("10.0.0.0/0", "everything"),
        ("127.0.0.1/8", "loopback"),
        ("127.0.0.1", "loopback"),
        ("10.20.0.0/16\t", "U+0009"),
        ("10.20", "four"),
    ],
)
def test_a_spelling_without_one_likely_meaning_is_refused_without_a_correction(text: str, words: str) -> None:
    problem = problem_of(text)
    assert words in problem.message
    assert problem.correction == ""


def test_several_things_wrong_at_once_are_said_together() -> None:
    assert problem_of("010.20.0.1/016").message == (
        "'010.20.0.1/016' has leading zeros in its address (some systems read them as octal) and has a "
        "leading zero in its prefix length and has host bits set. Did you mean 10.20.0.0/16?"
    )


def test_a_problem_keeps_at_most_two_hundred_characters_of_what_was_typed() -> None:
    problem = problem_of("9" * 100_000)
    assert problem.value == "9" * 200
    assert len(problem.message) < 200


@pytest.mark.parametrize(
    ("version", "network", "length"),
    [(5, 0, 0), (4, 0, 33), (4, 0, -1), (6, 0, 129), (4, 1, 31), (4, 1 << 32, 32), (4, -256, 24)],
)
def test_numbers_that_make_no_prefix_are_refused(version: int, network: int, length: int) -> None:
    with pytest.raises(ValueError, match="no prefix"):
        Prefix(version, network, length)


@pytest.mark.parametrize(
    ("text", "name", "refused"),
    [
        ("0.0.0.0/0", "default route", True),
        ("::/0", "default route", True),
        ("0.0.0.0/8", "this network", True),
        ("127.1.0.0/16", "loopback", True),
        ("169.254.1.0/24", "link-local", True),
        ("239.0.0.0/8", "multicast", True),
        ("240.0.0.0/8", "reserved", True),
        ("255.255.255.255/32", "reserved", True),
        ("224.0.0.0/3", "multicast", True),
        ("0.0.0.0/1", "this network", True),
        ("169.0.0.0/8", "link-local", True),
        ("::/128", "unspecified", True),
        ("::1/128", "loopback", True),
        ("::2/128", "reserved", True),
        ("fe80::/64", "link-local", True),
        ("ff02::/16", "multicast", True),
        ("8000::/1", "link-local", True),
        ("100.64.0.0/10", "shared address space", False),
        ("100.64.7.0/24", "shared address space", False),
        ("100.0.0.0/8", "shared address space", False),
    ],
)
def test_special_ranges_are_named_and_refused_or_noted(text: str, name: str, refused: bool) -> None:
    special = special_use(parse_prefix(text))
    assert special is not None
    assert (special.name, special.refused) == (name, refused)
    assert text in special.message


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",
        "2001:db8::/32", "fd00::/8", "2000::/3", "64:ff9b::/96", "100.63.255.0/24", "100.128.0.0/16",
        "223.255.255.0/24", "128.0.0.0/8", "1.0.0.0/8",
    ],
)  # fmt: skip
def test_private_documentation_and_public_prefixes_pass_silently(text: str) -> None:
    assert special_use(parse_prefix(text)) is None


def test_a_prefix_that_contains_a_refused_range_names_the_range() -> None:
    special = special_use(parse_prefix("169.0.0.0/8"))
    assert special is not None
    assert special.message == (
        "169.0.0.0/8 contains 169.254.0.0/16 (link-local), which no VPN carries. Give smaller prefixes."
    )


# PROPERTIES ------------------------------------------------------------------------------------------------

# Few addresses, so that prefixes often touch, nest and repeat.
EDGES = {
    4: [0, 1, 2, 3, 4, 0x0A000000, 0x0A140000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF],
    6: [0, 1, 2, 0x20010DB8 << 96, (0x20010DB8 << 96) + 1, 1 << 127, (1 << 128) - 2, (1 << 128) - 1],
}


@st.composite
def some_prefix(draw: st.DrawFn) -> Prefix:
    version = draw(st.sampled_from([4, 6]))
    bits = 32 if version == 4 else 128
    address = draw(st.sampled_from(EDGES[version]) | st.integers(0, (1 << bits) - 1))
    return network_of(version, address, draw(st.sampled_from([0, 1, bits - 1, bits]) | st.integers(0, bits)))


def as_networks(prefixes: Iterable[Prefix], version: int) -> list[Any]:
    return [ipaddress.ip_network(str(each)) for each in prefixes if each.version == version]


@given(some_prefix())
def test_a_prefix_agrees_with_the_standard_library_about_text_and_bounds(prefix: Prefix) -> None:
    network = ipaddress.ip_network(str(prefix))
    assert (prefix.first, prefix.last, prefix.size) == (
        int(network.network_address),
        int(network.broadcast_address),
        network.num_addresses,
    )


@given(some_prefix())
def test_what_is_shown_reads_back_as_the_same_prefix(prefix: Prefix) -> None:
    if not (prefix.version == 6 and prefix.length >= 96 and prefix.network >> 32 == 0xFFFF):
        assert parse_prefix(str(prefix)) == prefix
        assert parse_prefix(str(prefix).upper()) == prefix


@given(some_prefix(), some_prefix())
def test_containing_and_sharing_mean_what_the_bounds_say(left: Prefix, right: Prefix) -> None:
    same = left.version == right.version
    assert left.contains(right) is (same and left.first <= right.first and right.last <= left.last)
    assert left.shares_addresses_with(right) is (
        same and left.first <= right.last and right.first <= left.last
    )


@settings(max_examples=500, deadline=None)
@given(st.lists(some_prefix(), max_size=12))
def test_aggregation_is_the_fewest_prefixes_with_the_same_addresses(prefixes: list[Prefix]) -> None:
    result = aggregate(prefixes)
    assert result == tuple(sorted(result))
    for version in (4, 6):
        expected = list(ipaddress.collapse_addresses(as_networks(prefixes, version)))
        assert as_networks(result, version) == expected


def test_aggregation_of_many_neighbours_is_exact() -> None:
    chance = random.Random(4)
    for _ in range(3000):
        start, span = chance.randrange(64), chance.randrange(1, 40)
        prefixes = [
            network_of(4, 0x0A000000 + start + chance.randrange(span), chance.randint(27, 32))
            for _ in range(chance.randrange(30))
        ]
        expected = list(ipaddress.collapse_addresses(as_networks(prefixes, 4)))
        assert as_networks(aggregate(prefixes), 4) == expected


@given(st.sampled_from([4, 6]), st.data())
def test_a_range_is_written_in_the_fewest_prefixes(version: int, data: st.DataObject) -> None:
    bits = 32 if version == 4 else 128
    ends = st.sampled_from(EDGES[version]) | st.integers(0, (1 << bits) - 1)
    first, last = sorted((data.draw(ends), data.draw(ends)))
    kind = ipaddress.IPv4Address if version == 4 else ipaddress.IPv6Address
    expected = list(ipaddress.summarize_address_range(kind(first), kind(last)))
    assert as_networks(prefixes_of_range(version, first, last), version) == expected


def test_any_text_is_a_prefix_or_a_problem_whose_correction_is_a_prefix() -> None:
    chance = random.Random(7)
    pieces = [
        *"0123456789abf:./%-#,; \t\n\r\0\x1b\ufeff\u200b\xa0\u0661\ud800é*+=",
        *("10.20.0.0", "/16", "255.", "2001:db8::", "::ffff:", "0.0.255.255", "/128"),
        *(" to ", "-10.20.255.255", "9" * 90),
    ]
    for _ in range(20_000):
        text = "".join(chance.choices(pieces, k=chance.randrange(1, 7)))
        try:
            prefix = parse_prefix(text)
        except PrefixProblem as problem:
            assert problem.message.endswith((".", "?"))
            assert "\n" not in problem.message
            if problem.correction:
                assert str(parse_prefix(problem.correction)) == problem.correction
                assert problem.correction in problem.message
        else:
            assert str(ipaddress.ip_network(text.strip(" "))) == str(prefix)


@settings(max_examples=500)
@given(
    st.one_of(
        st.builds(lambda a, n: network_of(4, a, n), st.integers(0, 2**32 - 1), st.integers(0, 32)),
        st.builds(lambda a, n: network_of(6, a, n), st.integers(0, 2**128 - 1), st.integers(0, 128)),
        st.sampled_from(tuple(REFUSED)),
    )
)
def test_a_prefix_is_refused_just_when_it_shares_addresses_with_a_refused_range(prefix: Prefix) -> None:
    use = special_use(prefix)
    shares = any(prefix.shares_addresses_with(each) for each in REFUSED)
    assert (use is not None and use.refused) == shares


def test_ordinary_first_bytes_are_those_that_share_with_no_refused_range() -> None:
    for version, ordinary in ORDINARY_FIRST.items():
        for first in range(256):
            block = network_of(version, first << (24 if version == 4 else 120), 8)
            assert (first in ordinary) != any(block.shares_addresses_with(each) for each in REFUSED)
