"""Waiting until an activation is so far: looks again and again, without a lock, for a bounded time."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sci_cli.domain import milestones
from sci_cli.domain.progress import Progress, progress
from sci_cli.errors import (
    ActivationNotFound,
    ExitCode,
    Fix,
    InvalidValue,
    SciError,
    StepNotFound,
    sci,
)
from sci_cli.operations.machine_views import WaitView
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.workspace import Workspace
from sci_cli.safety.text import quoted
from sci_cli.store.contract import Loaded

SHORTEST_POLL = timedelta(seconds=1)
LONGEST_POLL = timedelta(hours=1)
# A program that synchronises a folder leaves a record torn or missing for seconds; a minute is no longer
# such a moment, and whoever waits should hear of it then and not at the end.
UNREADABLE_FOR = timedelta(minutes=1)
_MAY_PASS = (ExitCode.STORE, ExitCode.CORRUPT, ExitCode.LOCKED, ExitCode.NOT_FOUND)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait and how often to look.

    Attributes:
        monotonic: seconds on a clock that nobody sets.
        sleep: lets that many seconds pass; a signal ends it with an exception.
    """

    timeout: timedelta
    poll: timedelta
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]

    def __post_init__(self) -> None:
        """Refuses to look all the time or hardly ever.

        Raises:
            InvalidValue: the poll is out of its bounds.
        """
        if not SHORTEST_POLL <= self.poll <= LONGEST_POLL:
            raise InvalidValue("--poll is between 1s and 1h.", fix="Write --poll 10s.")


@dataclass(slots=True)
class _Trouble:
    """Since when the record could not be read."""

    since: float | None = None
    seen: bool = False

    def bear(self, problem: SciError, now: float) -> None:
        """Put up with a problem that may pass.

        Raises:
            SciError: this one, when it does not look like one that passes.
        """
        wrong_name = isinstance(problem, ActivationNotFound) and not self.seen
        if isinstance(problem, StepNotFound) or wrong_name or problem.exit_code not in _MAY_PASS:
            raise problem
        if self.since is None:
            self.since = now
        if now - self.since >= UNREADABLE_FOR.total_seconds():
            raise problem


def wait(ws: Workspace, name: str, until: str, patience: Patience) -> Outcome:
    """Look until a step is closed or a state holds, or the time is over.

    The first look is immediate; one more is taken when the time is over. What the record says counts, so
    somebody else, or another machine, has to record it. A record that cannot be read is looked at again, for
    a minute at most.

    Raises:
        ActivationNotFound: no such activation at the first look.
        StepNotFound: neither a step of its profile nor a state, with the nearest words.
        SciError: the record cannot be read, for longer than a moment or when the time is over.
    """
    start = patience.monotonic()
    trouble, checks = _Trouble(), 0
    while True:
        now = patience.monotonic()
        left = patience.timeout.total_seconds() - (now - start)
        checks += 1
        try:
            loaded = ws.load(name)
            view = _look(ws, loaded, until, int(now - start), checks)
        except SciError as problem:
            if left <= 0:
                raise
            trouble.bear(problem, now)
        else:
            trouble.since, trouble.seen = None, True
            if view.reached or left <= 0:
                return _ended(loaded, view)
        patience.sleep(min(patience.poll.total_seconds(), left))


def _look(ws: Workspace, loaded: Loaded, until: str, seconds: int, checks: int) -> WaitView:
    activation = loaded.activation
    profile = ws.profile_of(activation)
    now = ws.now()
    known = progress(profile, activation, now)
    word = until.strip()
    if word.lower() in milestones.STATES:
        kind, word = "state", word.lower()
        state = milestones.reached(profile, activation, known, now)
        holds = word in state
    else:
        kind, item = "step", known.of(word.upper()) or known.of(word)
        if item is None:
            raise _unknown(loaded, known, until)
        word, state, holds = item.step.id, (item.state.value,), item.state.closed
    return WaitView(activation.name, word, kind, holds, state, seconds, checks)


def _unknown(loaded: Loaded, known: Progress, until: str) -> StepNotFound:
    name = loaded.activation.name
    ids = [item.step.id for item in known.steps]
    words = {each.casefold(): each for each in (*ids, *milestones.STATES)}
    near = difflib.get_close_matches(until[:80].casefold(), words, n=3, cutoff=0.5)
    fix: list[Fix] = [sci("wait", name, "--until", words[each]) for each in near]
    return StepNotFound(
        f"{quoted(until, 40)} is neither a step of {name} nor a state.",
        why=(f"Steps: {', '.join(ids)}.", f"States: {', '.join(milestones.STATES)}."),
        fix=fix,
    )


def _ended(loaded: Loaded, view: WaitView) -> Outcome:
    name = loaded.activation.name
    return Outcome(
        view,
        activation=name,
        revision=loaded.activation.revision,
        head=loaded.head,
        notices=loaded.notices,
        next=() if view.reached else (sci("status", name),),
    )
