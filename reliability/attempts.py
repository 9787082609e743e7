"""What was tried against a promise, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field


class NotPossibleError(Exception):
    """This machine cannot do what a method needs; the text says why."""


@dataclass(slots=True)
class Attempts:
    """What one method tried.

    Attributes:
        promises: the promises it is about, as numbered in `docs/reliability.md`.
        method: what was done, in a few words.
        cases: how many times.
        failures: what went otherwise than promised.
        skipped: why it was not done, empty when it was.
    """

    promises: str
    method: str
    cases: int = 0
    failures: list[str] = field(default_factory=list)
    skipped: str = ""

    def case(self, what: str, problem: str | None) -> None:
        """Counts one case; a problem is a failure."""
        self.cases += 1
        if problem:
            self.failures.append(f"{what}: {problem}")
