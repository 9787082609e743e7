"""Our own ways to check one list, each in a process of its own: `python -m benchmarks.checking WAY FILE`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.memory import peak
from sci_cli.bulk.check import Table
from sci_cli.bulk.plain import read_plain
from sci_cli.bulk.sources import Source
from sci_cli.readers.prefix_lists import line_form

OURS = ("sci plain", "sci fast")
ADDED = 1_000


def source_of(path: Path) -> Source:
    """The table as the program gives it to the engines."""
    with path.open("rb") as file:
        form = line_form(file.readline(), name=path.name)
    if form is None:
        raise ValueError(f"{path} is no table of vpn,prefix")
    return Source(path.name, path.stem, path, form.read, form.columns, form.first)


def run_ours(way: str, path: Path) -> dict[str, Any]:
    """Reads and checks one list; the plain way sorts while it detects, as the fast one does."""
    start = time.perf_counter()
    source = [source_of(path)]
    table: Table
    if way == "sci fast":
        from sci_cli.bulk.fast import read_lists, sorted_lists

        imported = time.perf_counter()
        filling = read_lists(source, most_rejected=100)
        parsed = time.perf_counter()
        table = sorted_lists(filling)
    else:
        imported = start
        table = read_plain(source, most_rejected=100)
        parsed = time.perf_counter()
    report = table.report(100)
    named = [f"{each.left_vpn} {each.left} {each.right_vpn} {each.right}" for each in report.listed]
    detected = time.perf_counter()
    return {
        "import": imported - start,
        "parse": parsed - imported,
        "detect": detected - parsed,
        "pairs": report.pairs,
        "named": len(named),
    }


def run_adding(path: Path) -> dict[str, Any]:
    """What adding prefixes to a list that was checked costs, once its index is there."""
    from sci_cli.bulk.fast import read_fast

    start = time.perf_counter()
    table = read_fast([source_of(path)], most_rejected=100)
    table.report(100)
    checked = time.perf_counter()
    index = table.index()
    built = time.perf_counter()
    import random

    from sci_cli.domain.collisions import Entry, Origin
    from sci_cli.domain.prefixes import network_of

    rnd = random.Random(7)
    added = [
        Entry(network_of(4, rnd.getrandbits(32), rnd.randint(18, 28)), Origin("new", at))
        for at in range(ADDED)
    ]
    times = []
    for _ in range(5):
        begin = time.perf_counter()
        found = index.adding("NEW", added)
        times.append(time.perf_counter() - begin)
    return {
        "check": checked - start,
        "build": built - checked,
        "adding": sorted(times)[len(times) // 2],
        "pairs": found.pairs,
    }


def main() -> None:
    """Prints the figures as JSON."""
    way, path = sys.argv[1], Path(sys.argv[2])
    answer = run_adding(path) if way == "adding" else run_ours(way, path)
    answer["peak"] = peak()
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
