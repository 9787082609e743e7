"""The id of an operation is looked up under the lock, where no other run can come between."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sci_cli.errors import AlreadyDifferent
from sci_cli.operations import activations
from sci_cli.operations.replays import Replayed
from sci_cli.operations.workspace import ChangeMode
from tests.operations.build import NAME, started

MODE = ChangeMode(op_id="job-17", op_digest="1" * 64)


def test_the_same_operation_is_found_in_the_record_that_is_to_change(tmp_path: Path) -> None:
    desk = started(tmp_path)
    first = activations.note(desk.ws, NAME, "called", MODE)

    with pytest.raises(Replayed) as again:
        activations.note(desk.ws, NAME, "called", MODE)

    assert again.value.event.sequence == first.revision
    assert desk.ws.load(NAME).activation.revision == first.revision


def test_another_operation_under_its_id_is_refused(tmp_path: Path) -> None:
    desk = started(tmp_path)
    activations.note(desk.ws, NAME, "called", MODE)

    with pytest.raises(AlreadyDifferent, match="job-17"):
        activations.note(desk.ws, NAME, "called", replace(MODE, op_digest="2" * 64))


def test_a_stale_revision_is_no_obstacle_when_this_operation_made_it_stale(tmp_path: Path) -> None:
    desk = started(tmp_path)
    revision = desk.ws.load(NAME).activation.revision
    mode = replace(MODE, if_revision=revision)
    activations.note(desk.ws, NAME, "called", mode)

    with pytest.raises(Replayed):
        activations.note(desk.ws, NAME, "called", mode)
