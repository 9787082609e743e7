"""Adding prefixes to many that were checked: the same collisions as checking all of them again."""

from __future__ import annotations

import random
import time
from concurrent.futures import Executor

import pytest

from sci_cli.bulk.fast import read_fast
from sci_cli.bulk.plain import read_plain
from sci_cli.bulk.sources import Source
from sci_cli.domain.collisions import Entry, Origin, Swallowing, collide, every_collision
from sci_cli.domain.prefix_index import Addition, Index
from sci_cli.domain.prefixes import Prefix, network_of, parse_prefix
from sci_cli.readers.prefix_lists import line_form
from tests.domain import pairwise


def entries(*texts: str, source: str = "there") -> list[Entry]:
    return [Entry(parse_prefix(text), Origin(source, line)) for line, text in enumerate(texts, 1)]


def test_what_a_prefix_contains_and_what_contains_it_is_found() -> None:
    there = {"CORP": entries("10.0.0.0/8", "10.1.0.0/16", "11.0.0.0/8"), "LAB": entries("10.1.2.0/24")}
    added = entries("10.1.0.0/16", "12.0.0.0/8", "10.1.0.0/16", source="new")
    found = Index.build(there).adding("NEW", added)
    after = list(every_collision({**there, "NEW": added}))
    assert found == Addition(
        pairs=3,
        matrix={"CORP": 2, "LAB": 1},
        listed=tuple(each for each in after if "NEW" in (each.left_vpn, each.right_vpn)),
        swallowing=(),
        swallowers=0,
        folded=0,
        repeated=1,
    )


def test_a_prefix_the_vpn_has_already_brings_nothing() -> None:
    there = {"CORP": entries("10.0.0.0/8"), "LAB": entries("10.0.0.0/8")}
    assert Index.build(there).adding("LAB", entries("10.0.0.0/8")) == Addition(0, {}, (), (), 0, 0, 1)


def test_swallowing_prefixes_are_said_once_whichever_side_they_are_on() -> None:
    many = [f"10.{number}.0.0/16" for number in range(30)]
    there = {"CORP": entries("::/0", *many)}
    inside = [f"2001:db8:{number:x}::/48" for number in range(25)]
    found = Index.build(there).adding("NEW", entries("0.0.0.0/0", *inside, source="new"), limit=5)
    assert (found.pairs, found.folded, found.listed, found.swallowers) == (55, 55, (), 2)
    assert found.swallowing == (
        Swallowing("NEW", parse_prefix("0.0.0.0/0"), Origin("new", 1), 30, ("CORP",)),
        Swallowing("CORP", parse_prefix("::/0"), Origin("there", 1), 25, ("NEW",)),
    )


def same_as_checking_again(seed: int) -> None:
    rnd = random.Random(seed)
    vpns = pairwise.random_vpns(seed, 60)
    name = rnd.choice([*vpns, "NEW", "aa"])
    whole = vpns.pop(name, []) if rnd.random() < 0.5 else vpns.get(name, [])
    cut = rnd.randint(0, len(whole))
    before = {**vpns, name: whole[:cut]} if name in vpns or rnd.random() < 0.5 else dict(vpns)
    if name not in before:
        cut = 0
    added = [*whole[cut:], *(each for each in pairwise.random_vpns(seed + 1, 20).get("LAB", []))]
    after = {**before, name: [*before.get(name, []), *added]}
    index = Index.build(before)
    found = index.adding(name, added, limit=1000)
    once, then = collide(before), collide(after)
    assert found.pairs == then.pairs - once.pairs
    assert found.repeated == len(added) - (_distinct(after) - _distinct(before))
    pairs = {
        pair: count - once.matrix.get(pair, 0)
        for pair, count in then.matrix.items()
        if count != once.matrix.get(pair, 0)
    }
    assert {tuple(sorted((name, other))): count for other, count in found.matrix.items()} == pairs
    new = set(every_collision(after)) - set(every_collision(before))
    assert len(found.listed) == len(set(found.listed)) == found.pairs - found.folded
    assert set(found.listed) <= new
    if not found.swallowers:
        assert set(found.listed) == new
    assert index.adding(name, added, limit=3).listed == found.listed[:3]


def _distinct(vpns: dict[str, list[Entry]]) -> int:
    return sum(len({entry.prefix for entry in given}) for given in vpns.values())


@pytest.mark.parametrize("part", range(6))
def test_adding_to_random_sets_brings_what_checking_again_finds(part: int) -> None:
    for seed in range(part * 100, part * 100 + 100):
        same_as_checking_again(seed)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_adding_to_ten_thousand_random_sets_brings_what_checking_again_finds(
    part: int, processors: Executor
) -> None:
    seeds = range(10_000 + part * 1000, 11_000 + part * 1000)
    assert len(list(processors.map(same_as_checking_again, seeds, chunksize=100))) == 1000


@pytest.mark.parametrize("seed", range(150))
def test_lists_checked_by_either_engine_give_the_same_index(seed: int) -> None:
    vpns = {name: given for name, given in pairwise.random_vpns(seed, 120).items() if name.isascii()}
    lines = ["vpn,prefix", *(f"{name},{entry.prefix}" for name, given in vpns.items() for entry in given)]
    data = "\n".join(lines).encode()
    form = line_form(b"vpn,prefix", name="list", default_routes=True)
    assert form is not None
    source = Source("list", "", data, form.read, form.columns, form.first)
    plain, fast = (read([source], most_rejected=0).index() for read in (read_plain, read_fast))
    assert (fast.names, fast.shelves) == (plain.names, plain.shelves)


def test_adding_costs_the_same_whatever_was_there_before() -> None:
    rnd = random.Random(5)

    def some(count: int) -> list[Entry]:
        origin = Origin("f")
        return [Entry(network_of(4, rnd.getrandbits(32), rnd.randint(20, 28)), origin) for _ in range(count)]

    def timed(index: Index) -> float:
        best = 1.0
        for _ in range(5):
            start = time.process_time()
            index.adding("NEW", added)
            best = min(best, time.process_time() - start)
        return best

    added = some(300)
    small, large = (Index.build({"A": some(count), "B": some(count)}) for count in (500, 50_000))
    assert timed(large) < 6 * timed(small)


def test_the_default_route_is_around_everything() -> None:
    index = Index.build({"A": [Entry(Prefix(6, 0, 0), Origin("f"))]})
    assert index.adding("B", entries("::1/128")).pairs == 1
    assert index.adding("B", entries("0.0.0.0/0")).pairs == 0
