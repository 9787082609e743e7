"""The fewest things to take away so that no two of the rest are in conflict: a minimum vertex cover.

The vertices are prefixes of VPNs, or whole VPNs; an edge joins two that may not stay together. Conflicts
between two VPNs form a bipartite graph, for which the minimum is found at any size (Kőnig). In other
graphs each connected part is searched exhaustively within a number of steps; a part that is too large gets a
cover that clears the conflicts and may not be the smallest, and says so.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Generic, TypeVar

Vertex = TypeVar("Vertex", bound=Hashable)
Neighbours = dict[Vertex, set[Vertex]]

SEARCH_STEPS = 2_000
SEARCHED_CONFLICTS = 2_000  # in one connected part; a step looks at each of them


@dataclass(frozen=True, slots=True)
class Clearing(Generic[Vertex]):
    """What to take away.

    Attributes:
        removed: the vertices, in the order the conflicts name them.
        proven: whether no smaller set clears the conflicts; without it the set is a good one.
        at_least: no set with fewer vertices clears the conflicts; equals the size when proven.
    """

    removed: tuple[Vertex, ...]
    proven: bool
    at_least: int


def clear(conflicts: Iterable[tuple[Vertex, Vertex]], *, steps: int = SEARCH_STEPS) -> Clearing[Vertex]:
    """The fewest vertices that touch every conflict.

    Args:
        conflicts: pairs of different vertices; the same pair may come again, in either order.
        steps: how many branches the search of one connected part may take before it settles for less.

    Raises:
        ValueError: a vertex is in conflict with itself.
    """
    neighbours: Neighbours[Vertex] = {}
    for left, right in conflicts:
        if left == right:
            raise ValueError("a vertex is in conflict with itself")
        neighbours.setdefault(left, set()).add(right)
        neighbours.setdefault(right, set()).add(left)
    order = {vertex: number for number, vertex in enumerate(neighbours)}
    removed: list[Vertex] = []
    proven, at_least = True, 0
    for part in _parts(neighbours):
        cover, sure, bound = _cover(part, order, steps)
        removed += cover
        proven, at_least = proven and sure, at_least + bound
    return Clearing(tuple(sorted(removed, key=order.__getitem__)), proven, at_least)


def clear_with(
    degrees: Mapping[Vertex, int], others: Iterable[tuple[Vertex, Vertex]], *, steps: int = SEARCH_STEPS
) -> Clearing[Vertex]:
    """The fewest vertices that touch every conflict, where some have so many that these are not listed.

    A vertex with more conflicts than a set has vertices is in every set of that size or below that clears
    them all; so taking away those with very many is no heuristic once they have more than the whole set.

    Args:
        degrees: how many conflicts each of those has; these go.
        others: the conflicts between vertices that are not among them; others may be given too.
        steps: as for `clear`.
    """
    rest = clear((pair for pair in others if not degrees.keys() & set(pair)), steps=steps)
    removed = (*degrees, *rest.removed)
    needed = all(degree > len(removed) for degree in degrees.values())
    return Clearing(removed, needed and rest.proven, rest.at_least + (len(degrees) if needed else 0))


def _parts(neighbours: Neighbours[Vertex]) -> Iterable[Neighbours[Vertex]]:
    """The connected parts of the graph, each as a graph of its own."""
    seen: set[Vertex] = set()
    for start in neighbours:
        if start in seen:
            continue
        reached, waiting = {start: neighbours[start]}, [start]
        while waiting:
            for other in neighbours[waiting.pop()]:
                if other not in reached:
                    reached[other] = neighbours[other]
                    waiting.append(other)
        seen |= reached.keys()
        yield {vertex: set(others) for vertex, others in reached.items()}


def _cover(part: Neighbours[Vertex], order: dict[Vertex, int], steps: int) -> tuple[set[Vertex], bool, int]:
    """A cover of one connected part, whether it is proven to be the smallest, and a lower bound."""
    sides = _two_sides(part)
    if sides is not None:
        found = _bipartite_cover(part, sides, order)
        return found, True, len(found)
    found, bound = _greedy(part, order), _matching_bound(part, order)
    if len(found) == bound:
        return found, True, bound
    if sum(map(len, part.values())) // 2 > SEARCHED_CONFLICTS:
        return found, False, bound
    search = _Search(order, steps, found)
    found = search.best_cover(part)
    return found, not search.gave_up, bound if search.gave_up else len(found)


# Two sides: every conflict joins a vertex of one with a vertex of the other --------------------------------


def _two_sides(part: Neighbours[Vertex]) -> dict[Vertex, bool] | None:
    side: dict[Vertex, bool] = {}
    for start in part:
        if start in side:
            continue
        side[start] = True
        waiting = [start]
        while waiting:
            vertex = waiting.pop()
            for other in part[vertex]:
                if other not in side:
                    side[other] = not side[vertex]
                    waiting.append(other)
                elif side[other] == side[vertex]:
                    return None
    return side


def _bipartite_cover(
    part: Neighbours[Vertex], side: dict[Vertex, bool], order: dict[Vertex, int]
) -> set[Vertex]:
    """Kőnig: from a maximum matching, the left vertices not reached and the right ones reached."""
    left = sorted((vertex for vertex in part if side[vertex]), key=order.__getitem__)
    match = _maximum_matching(part, left, order)
    reached: set[Vertex] = {vertex for vertex in left if vertex not in match}
    waiting = deque(reached)
    while waiting:
        for other in part[waiting.popleft()]:
            if other in reached:
                continue
            reached.add(other)
            back = match.get(other)
            if back is not None and back not in reached:
                reached.add(back)
                waiting.append(back)
    return {vertex for vertex in part if (vertex not in reached) == side[vertex]}


def _maximum_matching(
    part: Neighbours[Vertex], left: list[Vertex], order: dict[Vertex, int]
) -> dict[Vertex, Vertex]:
    """Partners in both directions, found by Hopcroft and Karp's layers and augmenting paths."""
    match: dict[Vertex, Vertex] = {}
    listed = {vertex: sorted(part[vertex], key=order.__getitem__) for vertex in left}
    while True:
        layer = _layers(part, left, match)
        if layer is None:
            return match
        tried: dict[Vertex, int] = {}
        for root in left:
            if root not in match:
                _augment(root, listed, layer, match, tried)


def _layers(
    part: Neighbours[Vertex], left: list[Vertex], match: dict[Vertex, Vertex]
) -> dict[Vertex, int] | None:
    """Distance of left vertices from a free one; None when no free right vertex can be reached."""
    layer = {vertex: 0 for vertex in left if vertex not in match}
    waiting, free = deque(layer), False
    while waiting:
        vertex = waiting.popleft()
        for other in part[vertex]:
            back = match.get(other)
            if back is None:
                free = True
            elif back not in layer:
                layer[back] = layer[vertex] + 1
                waiting.append(back)
    return layer if free else None


def _augment(
    root: Vertex,
    listed: dict[Vertex, list[Vertex]],
    layer: dict[Vertex, int],
    match: dict[Vertex, Vertex],
    tried: dict[Vertex, int],
) -> None:
    """Turns one alternating path from a free left vertex around, where there is one; without recursion."""
    path: list[tuple[Vertex, Vertex]] = []
    vertex = root
    while True:
        position = tried.get(vertex, 0)
        if position >= len(listed[vertex]):
            if not path:
                return
            vertex, _ = path.pop()
            continue
        tried[vertex] = position + 1
        other = listed[vertex][position]
        back = match.get(other)
        if back is None:
            for before, after in [*path, (vertex, other)]:
                match[before], match[after] = after, before
            return
        if layer.get(back) == layer[vertex] + 1:
            path.append((vertex, other))
            vertex = back


# Any graph -------------------------------------------------------------------------------------------------


def _matching_bound(part: Neighbours[Vertex], order: dict[Vertex, int]) -> int:
    """No cover is smaller than a set of conflicts without a common vertex."""
    used: set[Vertex] = set()
    for vertex in sorted(part, key=order.__getitem__):
        if vertex in used:
            continue
        partner = min(
            (other for other in part[vertex] if other not in used), key=order.__getitem__, default=None
        )
        if partner is not None:
            used |= {vertex, partner}
    return len(used) // 2


def _greedy(part: Neighbours[Vertex], order: dict[Vertex, int]) -> set[Vertex]:
    """Takes the vertex with most conflicts away, again and again; one no conflict needs stays."""
    left = {vertex: set(others) for vertex, others in part.items()}
    heap = [(-len(others), order[vertex], vertex) for vertex, others in left.items()]
    heapify(heap)
    taken: dict[Vertex, None] = {}
    while heap:
        known, place, vertex = heappop(heap)
        if -known != len(left[vertex]):  # some of its conflicts are gone since
            heappush(heap, (-len(left[vertex]), place, vertex))
            continue
        if not known:
            break
        taken[vertex] = None
        for other in left.pop(vertex):
            left[other].discard(vertex)
        left[vertex] = set()
    for vertex in list(taken):
        if all(other in taken for other in part[vertex]):
            del taken[vertex]
    return set(taken)


class _Search(Generic[Vertex]):
    """Branch and bound: the vertex with most conflicts is taken away, or all its neighbours are."""

    def __init__(self, order: dict[Vertex, int], steps: int, known: set[Vertex]) -> None:
        self._order = order
        self._left = steps
        self._best = known
        self.gave_up = False

    def best_cover(self, part: Neighbours[Vertex]) -> set[Vertex]:
        """The smallest cover found within the steps; the one known bounds the search from the start."""
        stack: list[tuple[Neighbours[Vertex], frozenset[Vertex]]] = [(part, frozenset())]
        while stack:
            graph, taken = stack.pop()
            graph, taken = self._reduced(graph, taken)
            if not graph:
                self._best = min(self._best, set(taken), key=len)
                continue
            if len(taken) + _matching_bound(graph, self._order) >= len(self._best):
                continue
            self._left -= 1
            if self._left < 0:
                self.gave_up = True
                break
            busiest = self._busiest(graph)
            around = frozenset(graph[busiest])
            stack.append((_without(graph, around | {busiest}), taken | around))
            stack.append((_without(graph, {busiest}), taken | {busiest}))
        return self._best

    def _busiest(self, graph: Neighbours[Vertex]) -> Vertex:
        return min(graph, key=lambda vertex: (-len(graph[vertex]), self._order[vertex]))

    def _reduced(
        self, graph: Neighbours[Vertex], taken: frozenset[Vertex]
    ) -> tuple[Neighbours[Vertex], frozenset[Vertex]]:
        """While a vertex has a single conflict, taking the other end of it is never worse."""
        while True:
            leaf = min(
                (vertex for vertex, others in graph.items() if len(others) == 1),
                key=self._order.__getitem__,
                default=None,
            )
            if leaf is None:
                return graph, taken
            (other,) = graph[leaf]
            graph, taken = _without(graph, {other}), taken | {other}


def _without(graph: Neighbours[Vertex], gone: frozenset[Vertex] | set[Vertex]) -> Neighbours[Vertex]:
    """The graph without these vertices, and without those that have no conflict left."""
    left = {vertex: others - gone for vertex, others in graph.items() if vertex not in gone}
    return {vertex: others for vertex, others in left.items() if others}
