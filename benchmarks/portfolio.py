"""How long the screens about all activations take over many records, beside the least anybody could do.

Run `python -m benchmarks.portfolio`. A home in a temporary folder gets that many records (`--count`) of about
that many bytes (`--size`; 0 for those of activations that have just begun). Every round takes each way once,
in turn, so that drift of the machine meets all of them; ways that read every record run once, or as often as
`--cold-rounds` says. Ratios are medians of the rounds' ratios.

- *without an index*: the index is removed before, so that every record is read and verified.
- *one record changed*: one record is another one than the index knows, and more than two seconds old.
- *the index alone*: in this process, what `sci list` does before it makes rows: look at all files, read the
  index, take from it what holds.
- *scandir and stat*, *CSafeLoader for each file*: the least that notices a change; a bare parse by libyaml,
  which verifies nothing.
- *start-up*: `sci --version`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml

from benchmarks.saving import changed
from sci_cli.operations.portfolio import STANDINGS, each
from sci_cli.operations.workspace import Workspace
from sci_cli.profiles import Catalogue, shipped_profiles_dir
from sci_cli.store.document import FIRST_LINE, render
from sci_cli.store.files import FileStore

NEW = (
    "new seed-1 --profile alibaba-cloud --customer Acme --location Hong-Kong --data-plan 1TB "
    "--vpn CORP --prefix 10.20.0.0/16 --max-prefixes 1250"
)
LIST = "sci list -o json"
_SETTLED = 2.1


@dataclass(frozen=True, slots=True)
class Way:
    """One way, what is done before it without being timed, and whether it is too slow for every round.

    `run` returns how many records it met.
    """

    run: Callable[[], int]
    before: Callable[[], object] = lambda: None
    cold: bool = False


def fill(home: Path, count: int, size: int) -> None:
    """Makes the home with that many records: the first by the command, the others as copies of another name.

    Creating each by the command's way would take minutes, most of them for flushing to the disk.
    """
    subprocess.run([*_sci(), *NEW.split()], env=_environ(home), check=True, capture_output=True)
    seed = FileStore(home).load("seed-1").activation
    while len(render(seed).data) < size:
        for _ in range(10):
            seed = changed(seed)
    for number in range(1, count + 1):
        _put(home, number, render(seed).data if number == 1 else b"")


_BODY: dict[Path, bytes] = {}


def _put(home: Path, number: int, data: bytes = b"") -> None:
    """The record of that number, with the content of the first one and a file of its own."""
    if data:
        _BODY[home] = data[data.index(b"\n", len(FIRST_LINE)) + 1 :]
    body = _BODY[home].replace(b"\nname: 'seed-1'\n", b"\nname: 'seed-%d'\n" % number, 1)
    path = home / "activations" / f"seed-{number}.yaml"
    fresh = path.with_suffix(".new")
    fresh.write_bytes(
        FIRST_LINE + b"checksum: sha256:" + hashlib.sha256(body).hexdigest().encode() + b"\n" + body
    )
    fresh.chmod(0o600)
    fresh.replace(path)


def _sci() -> list[str]:
    return [sys.executable, "-m", "sci_cli"]


def _environ(home: Path) -> dict[str, str]:
    return {**os.environ, "SCI_HOME": str(home), "SCI_NO_INPUT": "1"}


def ways(home: Path) -> Mapping[str, Way]:
    """What is measured."""
    folder = home / "activations"
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    workspace = Workspace(
        home,
        FileStore(home),
        Catalogue(shipped_profiles_dir(), None),
        lambda: datetime.now(UTC),
        "account.manager",
    )

    def said(*words: str, mark: bytes) -> Callable[[], int]:
        def run() -> int:
            done = subprocess.run([*_sci(), *words], env=_environ(home), check=True, capture_output=True)
            return done.stdout.count(mark)

        return run

    def stats() -> int:
        with os.scandir(folder) as entries:
            return sum(
                entry.stat(follow_symlinks=False).st_size > 0
                for entry in entries
                if entry.name.endswith(".yaml")
            )

    def parsed() -> int:
        return sum(bool(yaml.load(path.read_bytes(), Loader=loader)) for path in folder.glob("*.yaml"))

    def forget() -> None:
        shutil.rmtree(home / "index", ignore_errors=True)

    def change() -> None:
        _put(home, 1)
        time.sleep(_SETTLED)

    listed = said("list", "-o", "json", mark=b'"next_step"')
    return {
        LIST: Way(listed),
        f"{LIST}, one record changed": Way(listed, change),
        "sci list": Way(said("list", mark=b"\nseed-")),
        "sci (home screen)": Way(said(mark=b"\n  seed-")),
        "sci next -o json": Way(said("next", "-o", "json", mark=b'"id": "P1"')),
        "start-up": Way(said("--version", mark=b"sci ")),
        "the index alone": Way(lambda: sum(1 for _ in each(workspace, STANDINGS))),
        "scandir and stat": Way(stats),
        "CSafeLoader for each file": Way(parsed, cold=True),
        f"{LIST}, without an index": Way(listed, forget, cold=True),
    }


def measure(count: int, rounds: int, cold_rounds: int, size: int = 0) -> dict[str, dict[str, float]]:
    """Median milliseconds of each way, how many times a warm list it takes, and how many times the floor.

    Raises:
        AssertionError: a way did not meet every record.
    """
    with tempfile.TemporaryDirectory(prefix="sci-bench-") as parent:
        home = Path(parent) / "home"
        fill(home, count, size)
        time.sleep(_SETTLED)
        measured = ways(home)
        times: dict[str, list[float]] = {name: [] for name in measured}
        for round_ in range(rounds + 1):
            for name, way in measured.items():
                if way.cold and not 0 < round_ <= cold_rounds:
                    continue
                way.before()
                start = time.perf_counter()
                met = way.run()
                taken = time.perf_counter() - start
                if met != (1 if name == "start-up" else count):
                    raise AssertionError(f"{name} met {met} of {count} records")
                if round_:  # the first round fills the caches and makes the index
                    times[name].append(taken)
    return {
        name: {
            "median_ms": round(statistics.median(each) * 1000, 1),
            "of_a_warm_list": _ratio(each, times[LIST]),
            "of_scandir_and_stat": _ratio(each, times["scandir and stat"]),
        }
        for name, each in times.items()
        if each
    }


def _ratio(times: list[float], others: list[float]) -> float:
    return round(statistics.median(a / b for a, b in zip(times, others, strict=False)), 2)


def main() -> None:
    """Print the table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--size", type=int, default=0, help="bytes of a record, about")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cold-rounds", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.count, options.rounds, options.cold_rounds, options.size)
    if options.json:
        print(json.dumps({**vars(options), "results": found}, indent=2))
        return
    print(f"{options.count} records".ljust(42), f"{'median ms':>10} {'/ warm list':>12} {'/ stat':>9}")
    for name, row in found.items():
        print(
            f"{name:<42} {row['median_ms']:>10} {row['of_a_warm_list']:>12} {row['of_scandir_and_stat']:>9}"
        )
    print("\nCompare ratios, not milliseconds.")


if __name__ == "__main__":
    main()
