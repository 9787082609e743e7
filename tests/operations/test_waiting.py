"""Waiting until somebody has recorded something, with a clock and a sleep of the tests' own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from sci_cli.domain.activation import AdminStatus
from sci_cli.domain.milestones import STATES
from sci_cli.errors import (
    ActivationNotFound,
    InvalidValue,
    ProfileNotFound,
    RecordCorrupt,
    SciError,
    StepNotFound,
    StoreUnavailable,
    sci,
)
from sci_cli.operations import ports, waiting
from sci_cli.operations.machine_views import WaitView
from sci_cli.store.contract import Loaded
from tests.operations.build import FOR_REAL, Desk, clear_to_place, ordered, started, verified


@dataclass
class Hours:
    """A clock nobody sets and the sleep that moves it; at some seconds something happens meanwhile."""

    happening: Mapping[float, Callable[[], object]] = field(default_factory=dict)
    seconds: float = 1_000.0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        assert seconds > 0, "a loop that does not rest"
        before, self.seconds = self.seconds - 1_000, self.seconds + seconds
        self.slept.append(seconds)
        for at, happens in self.happening.items():
            if before < at <= self.seconds - 1_000:
                happens()

    def patience(self, timeout: float = 60, poll: float = 10) -> waiting.Patience:
        return waiting.Patience(
            timedelta(seconds=timeout), timedelta(seconds=poll), self.monotonic, self.sleep
        )


def wait(desk: Desk, until: str, hours: Hours, timeout: float = 60, poll: float = 10) -> WaitView:
    view = waiting.wait(desk.ws, desk.name, until, hours.patience(timeout, poll)).view
    assert isinstance(view, WaitView)
    return view


def test_what_is_so_already_is_not_waited_for(tmp_path: Path) -> None:
    hours = Hours()
    assert wait(ordered(tmp_path), "ordered", hours, timeout=0).reached
    assert hours.slept == []


def test_a_timeout_of_nothing_looks_once(tmp_path: Path) -> None:
    hours = Hours()
    desk = started(tmp_path)
    assert wait(desk, "O5", hours, timeout=0) == WaitView(desk.name, "O5", "step", False, ("waiting",), 0, 1)
    assert hours.slept == []


def test_it_ends_with_the_first_look_after_it_was_recorded(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    hours = Hours({25.0: desk.place})
    assert wait(desk, "o5", hours) == WaitView(desk.name, "O5", "step", True, ("done",), 30, 4)


def test_when_the_time_is_over_it_looks_once_more_and_not_later(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    hours = Hours({59.0: desk.place})
    view = wait(desk, "ordered", hours, timeout=59, poll=25)
    assert (view.reached, hours.slept) == (True, [25, 25, 9])
    late = Hours()
    view = wait(started(tmp_path / "b"), "ordered", late, timeout=59, poll=25)
    assert (view.reached, view.seconds, late.slept) == (False, 59, [25, 25, 9])


def test_a_skipped_step_is_closed(tmp_path: Path) -> None:
    from sci_cli.operations import steps

    desk = started(tmp_path)
    steps.skip(desk.ws, desk.name, "O4", "no number is needed", FOR_REAL)
    assert wait(desk, "O4", Hours(), timeout=0).state == ("skipped",)


@pytest.mark.parametrize(
    ("until", "made"),
    [
        ("ready-to-order", clear_to_place),
        ("ordered", ordered),
        ("verified", verified),
        ("confirmed", started),
    ],
)
def test_each_state_holds_when_it_should(until: str, made: Callable[[Path], Desk], tmp_path: Path) -> None:
    assert wait(made(tmp_path), until, Hours(), timeout=0).reached


def test_no_state_but_the_confirmed_holds_at_the_beginning(tmp_path: Path) -> None:
    desk = started(tmp_path)
    assert [state for state in STATES if wait(desk, state, Hours(), timeout=0).reached] == ["confirmed"]


def test_a_request_for_the_port_is_confirmed_when_it_was_seen(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    ports.request_status(desk.ws, desk.name, AdminStatus.DOWN, "moving", FOR_REAL)
    assert not wait(desk, "confirmed", Hours(), timeout=0).reached
    hours = Hours({5.0: lambda: ports.confirm(desk.ws, desk.name, FOR_REAL)})
    assert wait(desk, "port-down", hours).reached
    assert wait(desk, "Confirmed", Hours(), timeout=0).reached


def test_a_word_that_is_neither_step_nor_state_names_the_nearest_and_all(tmp_path: Path) -> None:
    desk = started(tmp_path)
    with pytest.raises(StepNotFound) as caught:
        wait(desk, "odrered", Hours())
    assert sci("wait", desk.name, "--until", "ordered") in caught.value.fix
    assert caught.value.why[1] == f"States: {', '.join(STATES)}."


def test_a_name_that_is_not_there_is_not_waited_for(tmp_path: Path) -> None:
    desk, hours = started(tmp_path), Hours()
    with pytest.raises(ActivationNotFound):
        waiting.wait(desk.ws, "acme-hk-2", "ordered", hours.patience())
    assert hours.slept == []


# Records that cannot be read for a while --------------------------------------------------------------


class Torn:
    """A store that gives an error for a record while the clock is between two moments."""

    def __init__(self, desk: Desk, hours: Hours, problem: SciError, begin: float, end: float) -> None:
        self._store, self._hours, self._problem = desk.store, hours, problem
        self._span = (1_000 + begin, 1_000 + end)

    def load(self, name: str) -> Loaded:
        if self._span[0] <= self._hours.seconds < self._span[1]:
            raise self._problem
        return self._store.load(name)

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)


def torn(desk: Desk, hours: Hours, problem: SciError, begin: float, end: float) -> Desk:
    return replace(desk, ws=replace(desk.ws, store=Torn(desk, hours, problem, begin, end)))  # type: ignore[arg-type]  # forwards the rest


PASSING = (RecordCorrupt("torn"), StoreUnavailable("away"), ProfileNotFound("not yet there"))


@pytest.mark.parametrize("problem", PASSING, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("begin", [0, 5])
def test_a_record_that_cannot_be_read_for_a_moment_is_looked_at_again(
    problem: SciError, begin: float, tmp_path: Path
) -> None:
    desk = clear_to_place(tmp_path)
    hours = Hours({35.0: desk.place})
    assert wait(torn(desk, hours, problem, begin, 55), "ordered", hours, timeout=300).reached


def test_a_record_that_goes_for_a_moment_is_looked_at_again(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    hours = Hours({35.0: desk.place})
    gone = torn(desk, hours, ActivationNotFound("gone"), 5, 55)
    assert wait(gone, "ordered", hours, timeout=300).reached


def test_a_record_that_stays_unreadable_is_said_to_be_after_a_minute(tmp_path: Path) -> None:
    desk, hours = started(tmp_path), Hours()
    with pytest.raises(RecordCorrupt):
        wait(torn(desk, hours, RecordCorrupt("torn"), 15, 9_999), "ordered", hours, timeout=3_600)
    assert sum(hours.slept) == 80


def test_moments_that_are_apart_do_not_add_up(tmp_path: Path) -> None:
    desk, hours = started(tmp_path), Hours()
    twice = torn(torn(desk, hours, RecordCorrupt("torn"), 5, 45), hours, RecordCorrupt("torn"), 65, 105)
    assert not wait(twice, "ordered", hours, timeout=200).reached


def test_a_record_that_cannot_be_read_when_the_time_is_over_is_no_answer(tmp_path: Path) -> None:
    desk, hours = started(tmp_path), Hours()
    with pytest.raises(RecordCorrupt):
        wait(torn(desk, hours, RecordCorrupt("torn"), 15, 9_999), "ordered", hours, timeout=20)


def test_a_bug_is_not_waited_out(tmp_path: Path) -> None:
    desk, hours = started(tmp_path), Hours()
    with pytest.raises(InvalidValue):
        wait(torn(desk, hours, InvalidValue("odd"), 5, 20), "ordered", hours)


@pytest.mark.parametrize("poll", [0, 0.5, 3_601])
def test_looking_all_the_time_or_hardly_ever_is_refused(poll: float) -> None:
    with pytest.raises(InvalidValue, match="--poll"):
        Hours().patience(poll=poll)
