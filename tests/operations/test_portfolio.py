"""What is kept of an activation is what was worked out of it, after a way through a file too."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from sci_cli.domain.findings import Finding, Severity
from sci_cli.domain.progress import StepProgress, StepState
from sci_cli.errors import sci
from sci_cli.operations.portfolio import POSSIBLE, STANDINGS, Possible, Process, Standing
from tests.operations.build import NOON, alibaba

STEPS = alibaba().counted_steps()


@pytest.mark.parametrize("due", [None, NOON + timedelta(microseconds=1)])
@pytest.mark.parametrize("problem", ["", "The Data plan differs."])
def test_the_standing_of_an_activation_survives_the_way_through_a_file(
    due: datetime | None, problem: str
) -> None:
    ready = tuple(
        StepProgress(step, StepState.READY, due=due if step is STEPS[1] else None, problem=problem)
        for step in STEPS[:3]
    )
    for shown in (ready, ready[:1], ()):
        value = Standing("Grüße & Co", "Hong Kong", NOON, 3, 16, "port shut down", NOON, shown)
        packed = json.loads(json.dumps(STANDINGS.pack(value)))
        assert STANDINGS.unpack(Process(alibaba()), packed) == value


def test_what_is_possible_survives_the_way_through_a_file() -> None:
    times = [NOON + timedelta(days=day) for day in range(3)]
    item = StepProgress(
        STEPS[0], StepState.READY, "needs a", (), ("customer", "verizon"), times[0], times[1], None, times[2],
        "wrong",
    )  # fmt: skip
    asked = Finding(
        "vpn.unconfirmed", Severity.WARNING, "asked", "why", ("so", sci("list", note="all")), "P1", "you",
        "text",
        {"vpn": "LAB", "several": ("a", "b")},
    )  # fmt: skip
    first = item, (sci("done", "acme", note="n"), sci("list"))
    value = Possible((first, (StepProgress(STEPS[1], StepState.READY), ())), (asked,))
    packed = json.loads(json.dumps(POSSIBLE.pack(value)))
    assert POSSIBLE.unpack(Process(alibaba()), packed) == value
