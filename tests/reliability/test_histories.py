"""The judge of what happened side by side: it accepts what one order explains, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from reliability.histories import Operation, unexplained
from reliability.world import STALE


def event(text: str) -> dict[str, Any]:
    return {"changes": [{"path": "notes.1.text", "before": "", "after": text}]}


FIRST = Operation("a", 0.0, 1.0, 0, 2, "h2")
SECOND = Operation("b", 0.5, 2.0, 0, 3, "h3", expected=2)
READ = Operation("", 2.5, 3.0, 0, 3, "h3")
REFUSED = Operation("c", 1.5, 2.5, STALE, expected=2)
KILLED = Operation("d", 0.1, 0.2, -9)
EVENTS = [event("a"), event("b")]


def test_changes_reads_refusals_and_kills_that_one_order_explains_are_accepted() -> None:
    assert unexplained([FIRST, SECOND, READ, REFUSED, KILLED], EVENTS, 1) == []
    assert unexplained([FIRST, SECOND, KILLED], [*EVENTS, event("d")], 1) == []


@pytest.mark.parametrize(
    ("operations", "events", "said"),
    [
        ([FIRST, SECOND], [event("a")], "the history has []"),
        ([FIRST, SECOND], [*EVENTS, event("b")], "2 times"),
        ([FIRST, SECOND], [*EVENTS, event("x")], "revision 4 is nobody's"),
        ([FIRST, SECOND], [event("b"), event("a")], "was told revision 2"),
        ([FIRST, Operation("b", 0.5, 2.0, 0, 3, "h2", expected=1)], EVENTS, "was made for revision 1"),
        ([FIRST, SECOND, Operation("", 2.5, 3.0, 0, 2, "h2")], EVENTS, "2 was told after revision 3"),
        ([FIRST, SECOND, Operation("", 2.5, 3.0, 0, 3, "other")], EVENTS, "two heads"),
        ([FIRST, Operation("c", 2.0, 3.0, STALE, expected=2)], [event("a")], "which it was not"),
        ([FIRST, Operation("c", 0.0, 3.0, STALE, expected=1)], [event("a"), event("c")], "was refused"),
        ([FIRST, Operation("c", 2.0, 3.0, 1)], [event("a")], "unforeseen"),
    ],
)
def test_what_no_order_explains_is_found(
    operations: list[Operation], events: list[dict[str, Any]], said: str
) -> None:
    assert any(said in problem for problem in unexplained(operations, events, 1))
