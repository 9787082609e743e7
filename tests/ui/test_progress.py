"""The bar for those who wait: after a second, on a terminal only, and gone when the work is done."""

from __future__ import annotations

from io import StringIO

import pytest

from sci_cli.ui.look import Look
from sci_cli.ui.progress import PATIENCE, bar


class Screen(StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


class Clock:
    """Seconds that pass by command."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        """The seconds so far."""
        return self.seconds


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal that can move its cursor, whatever the tests run in."""
    monkeypatch.setenv("TERM", "xterm-256color")


def test_nothing_is_drawn_before_the_patience_is_over() -> None:
    screen, clock = Screen(), Clock()
    with bar(screen, Look(80), clock) as advance:
        assert advance is not None
        advance(10, 100)
        clock.seconds = PATIENCE * 0.9
        advance(20, 100)
    assert screen.getvalue() == ""


def test_who_waits_sees_how_far_the_work_is_and_nothing_is_left_of_it() -> None:
    screen, clock = Screen(), Clock()
    with bar(screen, Look(80), clock) as advance:
        assert advance is not None
        clock.seconds = PATIENCE
        advance(20, 100)
        advance(60, 100)
    shown = screen.getvalue()
    assert "Reading" in shown
    assert "%" in shown
    assert shown.endswith("\x1b[2K")  # the line is erased


def test_work_that_is_done_when_the_patience_ends_draws_nothing() -> None:
    screen, clock = Screen(), Clock()
    with bar(screen, Look(80), clock) as advance:
        assert advance is not None
        clock.seconds = PATIENCE * 2
        advance(100, 100)
    assert screen.getvalue() == ""


@pytest.mark.parametrize(
    ("stream", "look"),
    [(StringIO(), Look(80)), (Screen(), Look(80, plain=True)), (Screen(), Look(80, quiet=True))],
)
def test_nothing_moves_in_a_file_in_the_plain_form_or_when_quiet(stream: StringIO, look: Look) -> None:
    with bar(stream, look) as advance:
        assert advance is None
    assert stream.getvalue() == ""


def test_the_bar_is_taken_away_when_the_work_fails() -> None:
    screen, clock = Screen(), Clock()

    def fail() -> None:
        with bar(screen, Look(80), clock) as advance:
            assert advance is not None
            clock.seconds = PATIENCE
            advance(20, 100)
            raise ValueError("torn")

    with pytest.raises(ValueError, match="torn"):
        fail()
    assert screen.getvalue().endswith("\x1b[2K")
