"""`python -m reliability` tries the promises of `docs/reliability.md` and prints what came of it.

Everything happens below a temporary folder, with the program as it is here. `--thorough` tries far more;
`--sabotage` takes one safeguard after the other out of the program and wants the method that is about it to
fail; `--promises` lists every promise with what holds it; `--json FILE` writes the figures. The tables are
those of the page. Ends with 1 when anything went otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from reliability.attempts import Attempts
from reliability.methods import NAMES, Methods, tried
from reliability.promises import table
from reliability.sabotage import SABOTAGES
from reliability.shared import Servers
from reliability.world import World, begun


def main() -> int:
    """Tries everything and prints the table."""
    parser = argparse.ArgumentParser(prog="python -m reliability", description=__doc__)
    parser.add_argument("--thorough", action="store_true", help="every call, many rounds; takes long")
    parser.add_argument("--only", nargs="+", choices=NAMES, help="these methods alone")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the figures, for other programs")
    parser.add_argument("--sabotage", action="store_true", help="safeguards taken out must be noticed")
    parser.add_argument("--promises", action="store_true", help="every promise, and what holds it")
    options = parser.parse_args()
    if options.promises:
        print(table())
        return 0
    with _prepared(options.thorough) as (world, methods):
        if options.sabotage:
            return _sabotaged(world, methods, options.only or NAMES)
        brought = _all(world, methods, options.only or NAMES)
    if options.json:
        options.json.write_text(json.dumps([asdict(each) for each in brought], indent=2) + "\n")
    return 1 if any(each.failures for each in brought) else 0


@contextmanager
def _prepared(thorough: bool) -> Iterator[tuple[World, Methods]]:
    servers = Servers()
    with tempfile.TemporaryDirectory(prefix="sci-reliability-") as folder:
        world = begun(Path(folder), thorough=thorough)
        try:
            yield world, Methods(world, servers)
        finally:
            servers.close()


def _all(world: World, methods: Methods, names: list[str] | tuple[str, ...]) -> list[Attempts]:
    """Tries the methods and prints a row for each, as it comes."""
    print(f"{_surroundings()}\n\n| Promises | Method | Cases | Failed | Seconds |\n|---|---|--:|--:|--:|")
    brought, began = [], time.monotonic()
    for name in NAMES:
        if name not in names:
            continue
        start = time.monotonic()
        found = tried(name, methods, world)
        brought.append(found)
        print(_row(found, time.monotonic() - start), flush=True)
    print(f"\n{sum(each.cases for each in brought):,} cases in {time.monotonic() - began:.0f} s.")
    for found in brought:
        for failure in found.failures[:10]:
            print(f"FAILED  {found.method}: {failure}")
    return brought


def _row(found: Attempts, taken: float) -> str:
    """One line of the table; a method that was not done says why."""
    method = f"`{found.method}`" if found.skipped and not found.promises else found.method
    if found.skipped:
        return f"| {found.promises} | {method} | skipped | | {found.skipped} |"
    return f"| {found.promises} | {method} | {found.cases:,} | {len(found.failures)} | {taken:.0f} |"


def _surroundings() -> str:
    """Where and when, in a sentence."""
    root = os.name == "posix" and os.geteuid() == 0
    today = datetime.now(UTC).date()
    return (
        f"{today.day} {today:%B %Y}, {platform.system()} {platform.release().split('-')[0]}, "
        f"{os.cpu_count()} processors, Python {platform.python_version()}{', as root' if root else ''}."
    )


def _sabotaged(world: World, methods: Methods, names: list[str] | tuple[str, ...]) -> int:
    """Whether every safeguard that is taken out is noticed."""
    unnoticed = 0
    print("| Taken out | Noticed by | |\n|---|---|---|")
    for each in SABOTAGES:
        if each.method.removesuffix("-of-note") not in names:
            continue
        found = tried(each.method, methods, replace(world, sabotage=each.code))
        verdict = f"case {found.cases}" if found.failures else "**not noticed**"
        unnoticed += not found.failures and not found.skipped
        print(f"| {each.what} | {each.method} | {found.skipped or verdict} |", flush=True)
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
