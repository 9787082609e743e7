"""Cases that are tried within one process, with the modules of the program: thousands of them in seconds.

Started by `World.apart`, so that a safeguard can be taken out before anything is tried.
"""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from reliability import damage
from reliability.attempts import NotPossibleError

Cases = Iterator[tuple[str, str | None]]
_MOST = 20


def report(function: str, mode: str, *words: str) -> None:
    """Tries the cases of a function and writes their number and what went wrong, as JSON."""
    answer = os.dup(1)
    os.dup2(2, 1)  # what is tried may print
    counted, failures = 0, []
    try:
        for what, problem in FUNCTIONS[function](*words):
            counted += 1
            if problem:
                failures.append(f"{what}: {problem}")
                if mode == "first" or len(failures) > _MOST:
                    break
        found: dict[str, object] = {"cases": counted, "failures": failures}
    except NotPossibleError as reason:
        found = {"skipped": str(reason)}
    with os.fdopen(answer, "w") as out:
        out.write(json.dumps(found))


def crashes() -> Cases:
    """Every disk a power cut can leave during each writing operation of the store."""
    try:
        from tests.store import disks, power_cuts
    except ImportError as error:
        raise NotPossibleError(f"the simulator of the tests is not there: {error}") from None
    for name, case in power_cuts.CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            verdict = power_cuts.power_cuts(case, disks.RecordingDisk(), Path(folder))
        problem = f"{verdict}" if verdict.corrupt or verdict.lost or verdict.stuck else None
        yield name, problem
        yield from ((f"{name}, state {number}", None) for number in range(verdict.states - 1))


def billing(seconds: str) -> Cases:
    """Random runs of everything a user can do, beside a second statement of the rules; each step counts."""
    try:
        from hypothesis import seed, settings
        from hypothesis.stateful import invariant, run_state_machine_as_test

        from tests.operations import test_billing_machine as machine
    except ImportError as error:
        raise NotPossibleError(f"the model of the tests is not there: {error}") from None
    steps = [0]

    class Counted(machine.EverythingMachine):
        """Counts its steps."""

        @invariant()
        def counted(self) -> None:
            steps[0] += 1

    until, number = time.monotonic() + float(seconds), 0
    while time.monotonic() < until:
        number += 1
        how = settings(machine.HOW, max_examples=20, database=None, print_blob=False)
        problem = None
        try:
            run_state_machine_as_test(seed(number)(Counted), settings=how)
        except Exception as error:
            problem = f"seed {number}: {type(error).__name__}: {error}"[:300]
        yield f"round {number}", problem
        yield from ((f"step {step}", None) for step in range(steps[0] - 1))
        steps[0] = 0


def flips(folder: str, step: str) -> Cases:
    """Damaged records."""
    return damage.flipped(Path(folder), int(step))


def mutants(folder: str, positions: str) -> Cases:
    """Damaged homes."""
    return damage.mutated(Path(folder), int(positions), _verified)


def _verified(home: Path) -> tuple[int, str]:
    """How `sci verify` ends on a home, and everything it says."""
    from sci_cli.cli.main import main
    from sci_cli.cli.session import Session

    out, err = io.StringIO(), io.StringIO()
    session = Session(io.StringIO(), out, err, {"SCI_HOME": str(home), "SCI_NO_INPUT": "1"})
    code = main(["verify", "-o", "json"], session)
    return code, out.getvalue() + err.getvalue()


def statements(place: str, database: str, role: str) -> Cases:
    """A backend ended before and after each statement of each operation of the shared store."""
    from reliability import statements as ended

    return ended.ended_at_each(Path(place), database, role)


FUNCTIONS: dict[str, Callable[..., Cases]] = {
    "crashes": crashes,
    "billing": billing,
    "flips": flips,
    "mutants": mutants,
    "statements": statements,
}

if __name__ == "__main__":
    report(*sys.argv[1:])
