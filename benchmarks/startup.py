"""How long `sci status NAME -o json` takes beside the imports it cannot do without.

Run `python -m benchmarks.startup`. Every round starts each command once, in turn, so that drift of the
machine meets all of them; the ratio is the median of the rounds' ratios. `--json` prints the same as JSON.
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
from collections.abc import Mapping, Sequence
from pathlib import Path

BASE = "import typer, yaml, pydantic; from pydantic import BaseModel"
TARGET = 1.6
NEW = (
    "new acme-hk-1 --profile alibaba-cloud --customer Acme --location Hong-Kong --data-plan 1TB "
    "--vpn CORP --prefix 10.20.0.0/16 --max-prefixes 1250"
)


def commands(sci: str) -> dict[str, list[str]]:
    """What is measured; the first is what the others are held against."""
    return {
        f"python -c '{BASE}'": [sys.executable, "-c", BASE],
        "sci status acme-hk-1 -o json": [sci, "status", "acme-hk-1", "-o", "json"],
        "sci status acme-hk-1": [sci, "status", "acme-hk-1"],
        "sci --version": [sci, "--version"],
        "sci --help": [sci, "--help"],
    }


def seconds(command: Sequence[str], environ: Mapping[str, str]) -> float:
    """Wall time of one run."""
    start = time.perf_counter()
    subprocess.run(command, env=dict(environ), check=True, capture_output=True)
    return time.perf_counter() - start


def measure(rounds: int) -> dict[str, dict[str, float]]:
    """Median milliseconds and median ratio to the first command, by command."""
    sci = str(Path(sys.executable).with_name("sci"))
    with tempfile.TemporaryDirectory(prefix="sci-bench-") as folder:
        environ = {**os.environ, "SCI_HOME": str(Path(folder) / "home"), "SCI_NO_INPUT": "1"}
        subprocess.run([sci, *NEW.split()], env=environ, check=True, capture_output=True)
        measured = commands(sci)
        times: dict[str, list[float]] = {name: [] for name in measured}
        for round_ in range(rounds + 1):
            for name, command in measured.items():
                taken = seconds(command, environ)
                if round_:  # the first round fills the caches
                    times[name].append(taken)
    base = times[next(iter(times))]
    return {
        name: {
            "median_ms": round(statistics.median(each) * 1000, 1),
            "ratio": round(statistics.median(a / b for a, b in zip(each, base, strict=True)), 2),
        }
        for name, each in times.items()
    }


def main() -> None:
    """Print the table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.rounds)
    if options.json:
        print(json.dumps({"target": TARGET, "rounds": options.rounds, "results": found}, indent=2))
        return
    print(f"{'command':<76} {'median ms':>10} {'ratio':>6}")
    for name, row in found.items():
        print(f"{name:<76} {row['median_ms']:>10} {row['ratio']:>6}")
    print(f"\nTarget for `status -o json`: at most {TARGET}. Compare ratios, not milliseconds.")


if __name__ == "__main__":
    main()
