"""Overlap across VPNs, nesting and repetition within one."""

from __future__ import annotations

import ipaddress
import random
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sci_cli.domain.overlap import (
    Overlap,
    Relation,
    duplicates,
    find_overlaps,
    find_overlaps_with,
    nested_within,
)
from sci_cli.domain.prefixes import Prefix, network_of, parse_prefix

CORPUS = Path(__file__).parents[1] / "corpus" / "badinputs.yaml"
# The other cases of this kind are about MAX, repetition of commands and races: other rooms.
ABOUT_OVERLAP = ("ovl-001", "ovl-002", "ovl-003", "ovl-005", "ovl-006", "ovl-007", "ovl-008", "ovl-009")
CASES: list[dict[str, Any]] = [
    case for case in yaml.safe_load(CORPUS.read_text())["cases"] if case["id"] in ABOUT_OVERLAP
]


def sentence(overlap: Overlap) -> str:
    """Both sides in one line."""
    return f"{overlap.left_vpn} {overlap.left} {overlap.relation.words} {overlap.right_vpn} {overlap.right}"


def prefixes(*texts: str) -> list[Prefix]:
    return [parse_prefix(text) for text in texts]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_every_overlap_of_the_corpus_is_found_and_nothing_else(case: dict[str, Any]) -> None:
    attached = {name: prefixes(*texts) for name, texts in case["input"]["attached"].items()}
    ((name, texts),) = case["input"]["adding"].items()
    found = find_overlaps_with(name, prefixes(*texts), attached)
    assert bool(found) is (case["expect"]["class"] == "INVALID")
    if found:
        said = sentence(found[0])
        assert [word for word in case["expect"].get("says", []) if word not in said] == []


@pytest.mark.parametrize(
    ("left", "right", "relation", "intersection", "said"),
    [
        (
            "10.30.4.0/22", "10.30.0.0/16", Relation.CONTAINED, "10.30.4.0/22",
            "LAB 10.30.4.0/22 lies inside CORP 10.30.0.0/16",
        ),
        (
            "10.0.0.0/8", "10.30.0.0/16", Relation.CONTAINS, "10.30.0.0/16",
            "LAB 10.0.0.0/8 contains CORP 10.30.0.0/16",
        ),
        (
            "2001:db8::/48", "2001:db8::/48", Relation.EQUAL, "2001:db8::/48",
            "LAB 2001:db8::/48 is the same as CORP 2001:db8::/48",
        ),
    ],
)  # fmt: skip
def test_an_overlap_says_both_vpns_both_prefixes_and_how_they_lie(
    left: str, right: str, relation: Relation, intersection: str, said: str
) -> None:
    (found,) = find_overlaps_with("LAB", prefixes(left), {"CORP": prefixes(right)})
    assert found == Overlap("LAB", parse_prefix(left), relation, "CORP", parse_prefix(right))
    assert str(found.intersection) == intersection
    assert sentence(found) == said


def test_all_pairs_are_found_with_the_vpn_that_sorts_first_on_the_left() -> None:
    found = find_overlaps(
        {
            "LAB": prefixes("10.0.0.0/8", "192.168.1.0/24"),
            "CORP": prefixes("10.20.0.0/16", "10.20.1.0/24", "192.168.1.0/24"),
            "DMZ": prefixes("172.16.0.0/12"),
        }
    )
    assert [sentence(each) for each in found] == [
        "CORP 10.20.0.0/16 lies inside LAB 10.0.0.0/8",
        "CORP 10.20.1.0/24 lies inside LAB 10.0.0.0/8",
        "CORP 192.168.1.0/24 is the same as LAB 192.168.1.0/24",
    ]


def test_the_same_input_in_another_order_gives_the_same_overlaps() -> None:
    one = {"B": prefixes("10.0.0.0/8"), "A": prefixes("10.1.0.0/16", "10.0.0.0/8")}
    two = {"A": prefixes("10.0.0.0/8", "10.1.0.0/16", "10.0.0.0/8"), "B": prefixes("10.0.0.0/8")}
    assert find_overlaps(one) == find_overlaps(two)
    assert len(find_overlaps(one)) == 2


def test_an_attached_vpn_of_the_same_name_is_not_compared_with_itself() -> None:
    assert find_overlaps_with("A", prefixes("10.0.0.0/8"), {"A": prefixes("10.1.0.0/16")}) == ()


def test_overlaps_between_vpns_already_attached_are_not_blamed_on_the_new_one() -> None:
    attached = {"A": prefixes("10.0.0.0/8"), "B": prefixes("10.1.0.0/16")}
    assert find_overlaps_with("C", prefixes("192.168.0.0/16"), attached) == ()


def test_prefixes_nested_within_one_vpn_are_paired_outer_first() -> None:
    assert nested_within(prefixes("10.1.1.0/24", "10.0.0.0/8", "10.1.0.0/16", "10.0.0.0/8")) == (
        (parse_prefix("10.0.0.0/8"), parse_prefix("10.1.0.0/16")),
        (parse_prefix("10.0.0.0/8"), parse_prefix("10.1.1.0/24")),
        (parse_prefix("10.1.0.0/16"), parse_prefix("10.1.1.0/24")),
    )


def test_a_prefix_given_three_times_is_one_duplicate() -> None:
    given_twice = prefixes("10.2.0.0/16", "10.1.0.0/16", "10.2.0.0/16", "10.2.0.0/16")
    assert duplicates(given_twice) == (parse_prefix("10.2.0.0/16"),)
    assert duplicates(prefixes("10.1.0.0/16", "10.2.0.0/16")) == ()


# AGAINST THE DEFINITION ------------------------------------------------------------------------------------


@cache
def network(prefix: Prefix) -> Any:
    return ipaddress.ip_network(str(prefix))


def shares(left: Prefix, right: Prefix) -> bool:
    one, other = network(left), network(right)
    return one.version == other.version and bool(one.overlaps(other))


def defined(left_vpn: str, left: Prefix, right_vpn: str, right: Prefix) -> Overlap:
    one, other = network(left), network(right)
    if one == other:
        relation = Relation.EQUAL
    else:
        relation = Relation.CONTAINS if one.num_addresses > other.num_addresses else Relation.CONTAINED
    return Overlap(left_vpn, left, relation, right_vpn, right)


def by_definition(vpns: dict[str, list[Prefix]]) -> list[Overlap]:
    return [
        defined(left_vpn, left, right_vpn, right)
        for left_vpn, right_vpn in combinations(sorted(vpns), 2)
        for left in sorted(set(vpns[left_vpn]))
        for right in sorted(set(vpns[right_vpn]))
        if shares(left, right)
    ]


def check_against_definition(vpns: dict[str, list[Prefix]]) -> None:
    expected = by_definition(vpns)
    assert list(find_overlaps(vpns)) == expected
    for name, mine in vpns.items():
        attached = {other: theirs for other, theirs in vpns.items() if other != name}
        assert list(find_overlaps_with(name, mine, attached)) == [
            defined(name, left, other, right)
            for left in sorted(set(mine))
            for other in sorted(attached)
            for right in sorted(set(attached[other]))
            if shares(left, right)
        ]
        assert list(nested_within(mine)) == [
            (outer, inner)
            for outer in sorted(set(mine))
            for inner in sorted(set(mine))
            if shares(outer, inner) and outer.length < inner.length
        ]


@st.composite
def some_prefix(draw: st.DrawFn) -> Prefix:
    version = draw(st.sampled_from([4, 6]))
    bits = 32 if version == 4 else 128
    address = draw(st.sampled_from([0, 1, 2, 1 << (bits - 1), (1 << bits) - 1]) | st.integers(0, 2**bits - 1))
    return network_of(version, address, draw(st.sampled_from([0, 1, bits - 1, bits]) | st.integers(0, bits)))


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from("ABCD"), st.lists(some_prefix(), max_size=6), max_size=4))
def test_the_sweep_finds_what_comparing_every_pair_finds(vpns: dict[str, list[Prefix]]) -> None:
    check_against_definition(vpns)


def test_the_sweep_agrees_with_every_pair_on_thousands_of_crowded_sets() -> None:
    chance = random.Random(11)
    for _ in range(3000):
        vpns: dict[str, list[Prefix]] = {}
        for name in chance.sample("ABCDE", chance.randint(1, 4)):
            vpns[name] = []
            for _ in range(chance.randrange(7)):
                version, bits = chance.choice([(4, 32), (6, 128)])
                address = (10 << (bits - 8)) + chance.randrange(16)
                length = chance.choice([0, 8, bits - 4, bits - 3, bits - 2, bits - 1, bits])
                vpns[name].append(network_of(version, address, length))
        check_against_definition(vpns)


def test_ten_thousand_prefixes_in_each_of_five_vpns_take_no_pairwise_time() -> None:
    vpns = {
        name: [Prefix(4, (10 << 24) + (number << 8) + (place << 4), 28) for number in range(10_000)]
        for place, name in enumerate("ABCDE")
    }
    vpns["F"] = prefixes("10.39.15.0/24")
    assert [sentence(each) for each in find_overlaps(vpns)] == [
        f"{name} 10.39.15.{place * 16}/28 lies inside F 10.39.15.0/24" for place, name in enumerate("ABCDE")
    ]
