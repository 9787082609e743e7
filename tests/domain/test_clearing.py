"""The fewest things to take away: compared with every subset of small graphs, and with known large ones."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sci_cli.domain.clearing import Clearing, clear, clear_with

Edge = tuple[int, int]
edges = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda pair: pair[0] != pair[1]), max_size=16
)


def smallest(conflicts: list[Edge]) -> int:
    """The size of the smallest cover, by trying every subset."""
    vertices = sorted({vertex for pair in conflicts for vertex in pair})
    return next(
        size
        for size in range(len(vertices) + 1)
        for chosen in combinations(vertices, size)
        if all(left in chosen or right in chosen for left, right in conflicts)
    )


def covers(found: Clearing[int], conflicts: list[Edge]) -> bool:
    """Whether nothing is in conflict any more."""
    return all(left in found.removed or right in found.removed for left, right in conflicts)


@settings(max_examples=400, deadline=None)
@given(edges)
def test_the_set_clears_every_conflict_and_none_is_smaller(conflicts: list[Edge]) -> None:
    found = clear(conflicts)
    assert covers(found, conflicts)
    assert (len(found.removed), found.proven, found.at_least) == (
        smallest(conflicts),
        True,
        smallest(conflicts),
    )


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(10, 15)), max_size=20))
def test_conflicts_between_two_sides_are_cleared_with_the_fewest(conflicts: list[Edge]) -> None:
    found = clear(conflicts)
    assert covers(found, conflicts)
    assert len(found.removed) == smallest(conflicts)


@settings(max_examples=100, deadline=None)
@given(edges)
def test_without_steps_the_conflicts_are_cleared_all_the_same_and_the_bound_holds(
    conflicts: list[Edge],
) -> None:
    found = clear(conflicts, steps=0)
    assert covers(found, conflicts)
    assert found.at_least <= smallest(conflicts) <= len(found.removed)
    assert not found.proven or len(found.removed) == smallest(conflicts)


def test_nothing_in_conflict_needs_nothing_taken_away() -> None:
    assert clear([]) == Clearing((), True, 0)


def test_one_prefix_that_collides_with_everything_is_what_goes() -> None:
    found = clear([("default", each) for each in range(5000)])
    assert (found.removed, found.proven, found.at_least) == (("default",), True, 1)


def test_a_long_chain_of_two_sides_is_solved_without_recursion() -> None:
    length = 20_000
    found = clear([(number, number + 1) for number in range(length)])
    assert (len(found.removed), found.proven) == (length // 2, True)


def test_a_large_tangle_is_cleared_and_marked_as_not_proven() -> None:
    chosen = random.Random(7)
    conflicts = [
        (a, b) for a, b in ((chosen.randrange(300), chosen.randrange(300)) for _ in range(2_000)) if a != b
    ]
    found = clear(conflicts, steps=50)
    assert covers(found, conflicts)
    assert not found.proven
    assert 0 < found.at_least < len(found.removed)


def test_a_vertex_in_conflict_with_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="itself"):
        clear([(1, 1)])


def test_the_answer_does_not_depend_on_the_order_within_a_pair_or_on_repeats() -> None:
    conflicts = [(1, 2), (2, 3), (3, 1), (3, 4)]
    turned = [(b, a) for a, b in conflicts]
    assert clear(conflicts * 3).removed == clear(conflicts).removed
    assert len(clear(turned).removed) == len(clear(conflicts).removed) == 2


def test_hundreds_of_vpns_that_all_collide_are_answered_at_once() -> None:
    conflicts = [(a, b) for a in range(400) for b in range(a)]
    found = clear(conflicts)
    assert covers(found, conflicts)
    assert (len(found.removed), found.at_least, found.proven) == (399, 200, False)


@settings(max_examples=300, deadline=None)
@given(edges, st.lists(st.integers(0, 8), max_size=3, unique=True), st.integers(1, 12))
def test_vertices_with_very_many_conflicts_go_and_no_smaller_set_is_there_when_it_says_so(
    conflicts: list[Edge], wide: list[int], leaves: int
) -> None:
    """A wide vertex has conflicts with leaves of its own beside; these are counted and not listed."""
    hidden = [(vertex, 100 + 20 * vertex + leaf) for vertex in wide for leaf in range(leaves)]
    every = [*{(min(pair), max(pair)) for pair in conflicts}, *hidden]
    degrees = {vertex: sum(vertex in pair for pair in every) for vertex in wide}
    found = clear_with(degrees, conflicts)
    exact = clear(every)
    assert exact.proven
    assert covers(found, every)
    assert found.at_least <= len(exact.removed) <= len(found.removed)
    if found.proven:
        assert found.at_least == len(exact.removed) == len(found.removed)


def test_two_vertices_in_conflict_with_thousands_are_the_proven_way_out() -> None:
    assert clear_with({"A": 70_000, "B": 65_000}, [("c", "d"), ("A", "d")]) == Clearing(
        ("A", "B", "c"), True, 3
    )
    assert clear_with({"A": 2}, [("c", "d"), ("e", "f")]) == Clearing(("A", "c", "e"), False, 2)
