"""`python -m reliability` tries the promises of `docs/reliability.md` and prints what came of it.

Everything happens below a temporary folder, with the program as it is here. `--thorough` tries every call
and many more rounds; `--sabotage` takes one safeguard after the other out of the program and wants the method
that is about it to fail; `--json FILE` writes the figures. Ends with 1 when anything went otherwise.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from reliability import crowds, damage, disks, sweeps
from reliability.attempts import Attempts, NotPossibleError
from reliability.sabotage import SABOTAGES
from reliability.world import World, begun

Method = Callable[[World], Attempts]


def methods(thorough: bool) -> dict[str, Method]:
    """What is tried, by name; the quick form takes some of the calls and few rounds."""
    step, rounds = (1, 200) if thorough else (5, 10)
    return {
        "kills": lambda world: sweeps.kills(world, 1 if thorough else 2),
        "signals": lambda world: sweeps.signals(world, step),
        "errors": lambda world: sweeps.errors(world, step),
        "later": lambda world: crowds.killed_later(world, rounds),
        "power": lambda world: disks.power_cuts(world, 20 if thorough else 4),
        "full": disks.full_disks,
        "writers": crowds.writers,
        "damage": damage.flips,
    }


def tried(name: str, method: Method, world: World) -> Attempts:
    """What a method brought, or why it cannot be done here."""
    try:
        return method(world)
    except NotPossibleError as error:
        return Attempts("", name, skipped=str(error))


def main() -> int:
    """Tries everything and prints the table."""
    parser = argparse.ArgumentParser(prog="python -m reliability", description=__doc__)
    parser.add_argument("--thorough", action="store_true", help="every call, many rounds; takes long")
    parser.add_argument("--only", nargs="+", choices=methods(False), help="these methods alone")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the figures, for other programs")
    parser.add_argument("--sabotage", action="store_true", help="safeguards taken out must be noticed")
    options = parser.parse_args()
    if options.sabotage:
        return _sabotaged()
    brought = []
    with tempfile.TemporaryDirectory(prefix="sci-reliability-") as folder:
        world = begun(Path(folder))
        print(f"{'promises':<10} {'method':<60} {'cases':>6} {'failed':>6} {'s':>6}")
        for name, method in methods(options.thorough).items():
            if options.only and name not in options.only:
                continue
            start = time.monotonic()
            found = tried(name, method, world)
            brought.append(found)
            taken = time.monotonic() - start
            print(_row(found, taken), flush=True)
    if options.json:
        options.json.write_text(json.dumps([asdict(each) for each in brought], indent=2) + "\n")
    return 1 if any(each.failures for each in brought) else 0


def _sabotaged() -> int:
    """Whether every safeguard that is taken out is noticed."""
    unnoticed = 0
    with tempfile.TemporaryDirectory(prefix="sci-reliability-") as folder:
        world = begun(Path(folder))
        for each in SABOTAGES:
            found = tried(each.method, methods(False)[each.method], replace(world, program=each.program))
            verdict = f"noticed, {len(found.failures)} of {found.cases}" if found.failures else "NOT NOTICED"
            unnoticed += not found.failures and not found.skipped
            print(f"{each.what:<50} {each.method:<10} {found.skipped or verdict}", flush=True)
    return 1 if unnoticed else 0


def _row(found: Attempts, taken: float) -> str:
    if found.skipped:
        return f"{found.promises:<10} {found.method:<60} skipped: {found.skipped}"
    lines = [
        f"{found.promises:<10} {found.method:<60} {found.cases:>6} {len(found.failures):>6} {taken:>6.1f}"
    ]
    return "\n".join([*lines, *(f"    {each}" for each in found.failures[:10])])


if __name__ == "__main__":
    sys.exit(main())
