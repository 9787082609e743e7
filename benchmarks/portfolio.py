"""How long `sci list -o json` takes over many small records, beside the least anybody could do with them.

Run `python -m benchmarks.portfolio`. A home in a temporary folder gets that many records.
Every round then takes each way once, in turn, so that drift of the machine meets all of them: the command
as a person starts it, listing the folder with one stat per file, and one bare libyaml parse per file, which
verifies nothing. Ratios are medians of the rounds' ratios. `--json` prints the same as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import yaml

from sci_cli.store.document import render
from sci_cli.store.files import FileStore

NEW = (
    "new seed-1 --profile alibaba-cloud --customer Acme --location Hong-Kong --data-plan 1TB "
    "--vpn CORP --prefix 10.20.0.0/16 --max-prefixes 1250"
)
LIST = "sci list -o json"


def fill(home: Path, count: int) -> None:
    """Makes the home with that many records: the first by the command, the others in the store's own form.

    Creating each by the command's way would take minutes, most of them for flushing to the disk.
    """
    environ = {**os.environ, "SCI_HOME": str(home), "SCI_NO_INPUT": "1"}
    subprocess.run([_sci(), *NEW.split()], env=environ, check=True, capture_output=True)
    seed = FileStore(home).load("seed-1").activation
    for number in range(2, count + 1):
        path = home / "activations" / f"seed-{number}.yaml"
        path.write_bytes(render(replace(seed, name=path.stem)).data)
        path.chmod(0o600)


def _sci() -> str:
    return str(Path(sys.executable).with_name("sci"))


def ways(home: Path) -> dict[str, Callable[[], int]]:
    """What is measured; each way returns how many records it met."""
    folder = home / "activations"
    environ = {**os.environ, "SCI_HOME": str(home), "SCI_NO_INPUT": "1"}
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    def listed() -> int:
        done = subprocess.run([_sci(), "list", "-o", "json"], env=environ, check=True, capture_output=True)
        return done.stdout.count(b'"next_step"')

    def stats() -> int:
        with os.scandir(folder) as entries:
            return sum(
                entry.stat(follow_symlinks=False).st_size > 0
                for entry in entries
                if entry.name.endswith(".yaml")
            )

    def parsed() -> int:
        return sum(bool(yaml.load(path.read_bytes(), Loader=loader)) for path in folder.glob("*.yaml"))

    return {LIST: listed, "scandir and stat": stats, "CSafeLoader for each file": parsed}


def measure(count: int, rounds: int) -> dict[str, dict[str, float]]:
    """Median milliseconds of each way, and the median of how many times as long the command takes.

    Raises:
        AssertionError: a way did not meet every record.
    """
    with tempfile.TemporaryDirectory(prefix="sci-bench-") as parent:
        home = Path(parent) / "home"
        fill(home, count)
        measured = ways(home)
        times: dict[str, list[float]] = {name: [] for name in measured}
        for round_ in range(rounds + 1):
            for name, way in measured.items():
                start = time.perf_counter()
                met = way()
                taken = time.perf_counter() - start
                if met != count:
                    raise AssertionError(f"{name} met {met} of {count} records")
                if round_:  # the first round fills the caches
                    times[name].append(taken)
    return {
        name: {
            "median_ms": round(statistics.median(each) * 1000, 1),
            "list_takes_times_as_long": round(
                statistics.median(a / b for a, b in zip(times[LIST], each, strict=True)), 2
            ),
        }
        for name, each in times.items()
    }


def main() -> None:
    """Print the table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.count, options.rounds)
    if options.json:
        print(json.dumps({"count": options.count, "rounds": options.rounds, "results": found}, indent=2))
        return
    print(f"{options.count} records".ljust(28), f"{'median ms':>10} {'list / this':>12}")
    for name, row in found.items():
        print(f"{name:<28} {row['median_ms']:>10} {row['list_takes_times_as_long']:>12}")
    print("\nCompare ratios, not milliseconds.")


if __name__ == "__main__":
    main()
