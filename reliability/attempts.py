"""What was tried against a promise, and how it ended."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field


class NotPossibleError(Exception):
    """This machine cannot do what a method needs; the text says why."""


class MissedError(Exception):
    """A case did not come about: the run took another way, so that it says nothing."""


class NoticedError(Exception):
    """A failure where one is wanted; the rest need not be tried."""


@dataclass(slots=True)
class Attempts:
    """What one method tried.

    Attributes:
        promises: the promises it is about, as numbered in `docs/reliability.md`.
        method: what was done, in a few words.
        first: the first failure ends the method; for a program without one of its safeguards.
        cases: how many times.
        missed: how many cases did not come about.
        failures: what went otherwise than promised.
        skipped: why it was not done, empty when it was.
    """

    promises: str
    method: str
    first: bool = False
    cases: int = 0
    missed: int = 0
    failures: list[str] = field(default_factory=list)
    skipped: str = ""

    def case(self, what: str, problem: str | None) -> None:
        """Counts one case; a problem is a failure.

        Raises:
            NoticedError: it is the first, and no other is needed.
        """
        self.cases += 1
        if problem:
            self.failures.append(f"{what}: {problem}")
            if self.first:
                raise NoticedError

    def spread(self, jobs: Iterable[tuple[str, Callable[[], str | None]]]) -> None:
        """Counts many cases that do not touch each other, on all processors; each job gives its problem.

        Raises:
            NoticedError: as for `case`.
        """
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            started = [(what, pool.submit(job)) for what, job in jobs]
            try:
                for what, future in started:
                    try:
                        problem = future.result()
                    except MissedError:
                        self.missed += 1
                    else:
                        self.case(what, problem)
            finally:
                pool.shutdown(cancel_futures=True)
