"""Collisions among many prefixes: exact by the pairwise definition, bounded where one swallows the others."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import Executor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sci_cli.domain.collisions import (
    Collision,
    CollisionReport,
    Entry,
    Origin,
    PairCounts,
    Swallowing,
    VpnCount,
    collide,
    every_collision,
)
from sci_cli.domain.overlap import Relation, find_overlaps
from sci_cli.domain.prefixes import BITS, Prefix, network_of, parse_prefix
from tests.domain import pairwise


def entries(*texts: str, source: str = "list.txt") -> list[Entry]:
    return [Entry(parse_prefix(text), Origin(source, line)) for line, text in enumerate(texts, 1)]


def test_a_collision_names_both_prefixes_both_vpns_both_origins_and_how_they_lie() -> None:
    found = collide({"LAB": entries("10.30.4.0/22"), "CORP": entries("10.20.0.0/16", "10.30.0.0/16")})
    expected = Collision(
        "CORP",
        parse_prefix("10.30.0.0/16"),
        Origin("list.txt", 2),
        Relation.CONTAINS,
        "LAB",
        parse_prefix("10.30.4.0/22"),
        Origin("list.txt", 1),
    )
    assert found == CollisionReport(
        vpns=(VpnCount("CORP", 2, 0, 0, 0), VpnCount("LAB", 1, 0, 0, 0)),
        pairs=1,
        matrix={("CORP", "LAB"): 1},
        listed=(expected,),
        swallowing=(),
        swallowers=0,
        folded=0,
        shared_v4=1024,
        shared_v6=0,
    )
    assert str(expected.intersection) == "10.30.4.0/22"
    assert found.unlisted == 0


def test_a_default_route_that_collides_with_everything_is_said_once_with_the_count() -> None:
    others = [f"10.{number}.0.0/16" for number in range(200)]
    found = collide(
        {"CORP": entries("0.0.0.0/0"), "LAB": entries(*others), "TEST": entries("192.168.0.0/16")}
    )
    default = Swallowing(
        "CORP", parse_prefix("0.0.0.0/0"), Origin("list.txt", 1), count=201, vpns=("LAB", "TEST")
    )
    assert (found.pairs, found.listed, found.swallowing, found.folded) == (201, (), (default,), 201)
    assert found.matrix == {("CORP", "LAB"): 200, ("CORP", "TEST"): 1}


def test_a_prefix_given_twice_in_a_vpn_counts_once_with_its_first_origin() -> None:
    found = collide({"A": entries("10.0.0.0/8", "10.0.0.0/8"), "B": entries("10.0.0.0/8", source="b.txt")})
    assert [each.left_origin for each in found.listed] == [Origin("list.txt", 1)]
    assert found.vpns == (VpnCount("A", 1, 0, 1, 0), VpnCount("B", 1, 0, 0, 0))


def test_the_list_is_cut_at_the_limit_and_the_count_is_not() -> None:
    a, b = (entries(*(f"10.{number}.0.0/{length}" for number in range(30))) for length in (16, 24))
    found = collide({"A": a, "B": b}, limit=7)
    assert (found.pairs, len(found.listed), found.unlisted) == (30, 7, 23)
    assert found.listed == tuple(
        each for each, _ in zip(every_collision({"A": a, "B": b}), range(7), strict=False)
    )


def test_nothing_given_is_no_collision() -> None:
    assert collide({}) == CollisionReport((), 0, {}, (), (), 0, 0, 0, 0)
    assert collide({"A": []}).vpns == (VpnCount("A", 0, 0, 0, 0),)


@pytest.mark.parametrize(
    ("left", "right", "v4", "v6"),
    [
        (["0.0.0.0/0"], ["0.0.0.0/0"], 2**32, 0),
        (["::/0"], ["::/0", "2001:db8::/32"], 0, 2**128),
        (["::/0"], ["::1/128", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"], 0, 2),
        (["10.0.0.0/24", "10.0.1.0/24"], ["10.0.0.0/23", "10.0.1.7/32"], 512, 0),
        (["255.255.255.255/32"], ["255.255.255.255/32"], 1, 0),
    ],
)
def test_an_address_in_several_vpns_is_counted_once(
    left: list[str], right: list[str], v4: int, v6: int
) -> None:
    found = collide({"A": entries(*left), "B": entries(*right)})
    assert (found.shared_v4, found.shared_v6) == (v4, v6)


def test_the_matrix_is_asked_by_names_in_sorted_order() -> None:
    matrix = collide(
        {"B": entries("10.0.0.0/8"), "A": entries("10.0.0.0/8"), "C": entries("11.0.0.0/8")}
    ).matrix
    assert isinstance(matrix, PairCounts)
    assert (list(matrix), matrix["A", "B"], len(matrix)) == ([("A", "B")], 1, 1)
    for pair in (("B", "A"), ("A", "C"), ("A", "nobody")):
        with pytest.raises(KeyError):
            matrix[pair]


def same_as_by_definition(vpns: dict[str, list[Entry]], limit: int) -> None:
    met = pairwise.pairs(pairwise.items(vpns))
    assert collide(vpns, limit=limit) == pairwise.report(vpns, met, limit)
    everything = list(every_collision(vpns))
    assert everything == [pairwise.collision(*pair) for pair in met]
    older = find_overlaps({name: [entry.prefix for entry in given] for name, given in vpns.items()})
    assert len(everything) == len(older)


@pytest.mark.parametrize("part", range(10))
def test_a_thousand_random_sets_are_reported_as_the_pairwise_definition_says(part: int) -> None:
    for seed in range(part * 100, part * 100 + 100):
        same_as_by_definition(pairwise.random_vpns(seed, most=25), limit=seed % 12)


@pytest.mark.parametrize("seed", range(60))
def test_crowded_sets_with_swallowing_prefixes_are_reported_as_the_definition_says(seed: int) -> None:
    same_as_by_definition(pairwise.random_vpns(1_000_000 + seed, most=160), limit=5)


def random_set_as_by_definition(seed: int) -> None:
    same_as_by_definition(pairwise.random_vpns(seed, most=30), limit=seed % 12)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(30))
def test_thirty_thousand_random_sets_are_reported_as_the_pairwise_definition_says(
    part: int, processors: Executor
) -> None:
    seeds = range(10_000 + part * 1000, 11_000 + part * 1000)
    assert len(list(processors.map(random_set_as_by_definition, seeds, chunksize=100))) == 1000


@st.composite
def any_prefix(draw: st.DrawFn) -> Prefix:
    version = draw(st.sampled_from((4, 6)))
    bits = BITS[version]
    address = draw(
        st.sampled_from((0, 1, 1 << (bits - 1), (1 << bits) - 1)) | st.integers(0, (1 << bits) - 1)
    )
    return network_of(version, address, draw(st.integers(0, bits)))


@given(st.dictionaries(st.sampled_from("ABCD"), st.lists(any_prefix(), max_size=12)), st.integers(0, 9))
@settings(max_examples=300, deadline=None)
def test_any_set_is_reported_as_the_pairwise_definition_says(
    given_prefixes: dict[str, list[Prefix]], limit: int
) -> None:
    vpns = {
        name: [Entry(prefix, Origin(name, line)) for line, prefix in enumerate(prefixes)]
        for name, prefixes in given_prefixes.items()
    }
    same_as_by_definition(vpns, limit)


def test_a_prefix_that_every_vpn_uses_costs_a_step_for_each_cell_of_the_matrix() -> None:
    """Four times the prefixes below a block that 200 VPNs share take far less than 16 times as long."""

    def timed(below: int) -> tuple[float, int]:
        vpns = {
            f"V{number:03}": [
                Entry(Prefix(4, 10 << 24, 8), Origin("f")),
                *(
                    Entry(Prefix(4, 10 << 24 | (number * below + at) << 8, 24), Origin("f"))
                    for at in range(below)
                ),
            ]
            for number in range(200)
        }
        start = time.process_time()
        pairs = collide(vpns).pairs
        return time.process_time() - start, pairs

    (small, few), (large, many) = timed(20), timed(80)
    assert (few, many) == (199 * 100 + 200 * 199 * 20, 199 * 100 + 200 * 199 * 80)
    assert large < 12 * max(small, 0.01)


def test_the_engine_of_the_domain_imports_nothing_heavy() -> None:
    program = (
        "import sys, sci_cli.domain.collisions\n"
        "print([name for name in ('numpy', 'typer', 'rich', 'yaml', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"
