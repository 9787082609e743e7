"""How long it takes from lists of prefixes to every colliding pair counted, beside other ways to do it.

Run `python -m benchmarks.prefixes`; the extra `bench` brings what it compares with, and a way that is not
installed is named as skipped. Every run is a process of its own. A round runs each way once, in turn, so
that drift of the machine meets all of them; a way that took more than `SLOW` seconds is not repeated. All
ways must count the same pairs. `--json FILE` writes the figures, `--large` adds ten million prefixes for our
fast way.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.checking import ADDED, OURS
from benchmarks.comparators import WAYS
from sci_cli.domain.prefixes import network_of

SIZES = (1_000, 10_000, 100_000, 1_000_000)
LARGE = 10_000_000
VPNS = (2, 50, 1_000)
SHAPES = ("none", "few", "nested")
SLOW = 5.0

# Inside one block of /22 or /44: bits behind the block, and how much longer the prefix is.
_NEST = ((0, 0), (0, 1), (0, 2), (1, 2), (0, 3), (0, 4), (0, 4), (3, 6))


def lines(count: int, vpn_count: int, shape: str) -> Iterator[str]:
    """CSV of that many prefixes, seven in ten of them IPv4.

    Without overlap each lies in a /24 or /64 of its own. `few`: one in a thousand lies inside another VPN's.
    `nested`: eight at a time lie in each other, up to five deep, some equal, VPNs at random.
    """
    rnd = random.Random(f"{count} {vpn_count} {shape}")
    yield "vpn,prefix\n"
    for number in range(count):
        six = number // 8 % 10 >= 7
        vpn = rnd.randrange(vpn_count)
        if shape == "nested":
            block, (offset, more) = number // 8, _NEST[number % 8]
            slot, length = (block * 2_654_435_761) % (1 << (32 if six else 22)), (44 if six else 22) + more
            place = offset << (80 if six else 6)
        else:
            if shape == "few" and number % 1000 == 999:
                number, vpn = number - 1, (vpn + 1) % vpn_count
            slot = (number * 2_654_435_761) % (1 << (32 if six else 24))
            length, place = 64 if six else 24 + number % 4, 0
        if six:
            start = 0x20 << 120 | slot << (84 if shape == "nested" else 64)
            yield f"V{vpn:04d},{network_of(6, start | place, length)}\n"
        else:
            yield f"V{vpn:04d},{network_of(4, slot << (10 if shape == 'nested' else 8) | place, length)}\n"


def in_a_process(way: str, path: Path) -> dict[str, Any]:
    """One way in a process of its own, with the seconds of the whole process."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{'comparators' if way in WAYS else 'checking'}", way, str(path)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    taken = time.perf_counter() - start
    answer: dict[str, Any] = json.loads(done.stdout)
    return {**answer, "total": taken}


def measured(path: Path, ways: Sequence[str], rounds: int) -> dict[str, dict[str, float]]:
    """Medians of each way over the rounds.

    Raises:
        AssertionError: two ways count different pairs.
    """
    runs: dict[str, list[dict[str, Any]]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way in ways:
            if not runs[way] or runs[way][0]["total"] < SLOW:
                runs[way].append(in_a_process(way, path))
    counted = {way: each[0]["pairs"] for way, each in runs.items()}
    if len(set(counted.values())) != 1:
        raise AssertionError(f"the ways do not agree: {counted}")
    return {
        way: {key: statistics.median(each[key] for each in taken) for key in taken[0]} | {"runs": len(taken)}
        for way, taken in runs.items()
    }


def installed() -> tuple[list[str], list[str]]:
    """The ways that can be run here and those that cannot."""
    there = [way for way, (module, _) in WAYS.items() if not module or find_spec(module)]
    ours = list(OURS) if find_spec("numpy") else list(OURS[:1])
    return ours + there, [way for way in (*OURS, *WAYS) if way not in ours + there]


def versions() -> dict[str, str]:
    """Versions of what is compared."""
    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in ("numpy", "netaddr", "pytricia", "py-radix"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def table_of(row: dict[str, Any]) -> str:
    """One case as lines of the table."""
    ways = row["ways"]
    best = min(OURS, key=lambda way: ways.get(way, {"total": 1e9})["total"])
    shown = []
    for way, each in ways.items():
        shown.append(
            f"{row['prefixes']:>9,} {row['vpns']:>5} {row['shape']:<7} {int(each['pairs']):>11,}  {way:<19}"
            f"{each['import'] * 1000:>8.0f}{each['parse'] * 1000:>9.0f}{each['detect'] * 1000:>9.0f}"
            f"{each['total'] * 1000:>9.0f}{each['total'] / ways[best]['total']:>8.1f}{each['peak']:>7.0f}"
            f"{int(each['runs']):>5}"
        )
    return "\n".join(shown)


HEAD = (
    f"{'prefixes':>9} {'vpns':>5} {'shape':<7} {'pairs':>11}  {'way':<19}"
    f"{'import':>8}{'parse':>9}{'detect':>9}{'total':>9}{'ratio':>8}{'MiB':>7}{'runs':>5}"
)


def measure_all(options: argparse.Namespace) -> dict[str, Any]:
    """Every case, each printed when it is done."""
    ways, skipped = installed()
    cases: list[dict[str, Any]] = []
    adding: list[dict[str, Any]] = []
    print(
        f"skipped, not installed: {', '.join(skipped) or 'nothing'}\n{HEAD}  (ms; MiB at the peak)",
        flush=True,
    )
    with tempfile.TemporaryDirectory(prefix="sci-bench-") as folder:
        path = Path(folder) / "list.csv"
        for size in [*options.sizes, *([LARGE] if options.large else [])]:
            for vpn_count in options.vpns if size < LARGE else options.vpns[-1:]:
                for shape in options.shapes:
                    with path.open("w") as file:
                        file.writelines(lines(size, vpn_count, shape))
                    chosen = ways if size < LARGE else [OURS[1]]
                    row = {"prefixes": size, "vpns": vpn_count, "shape": shape}
                    row["ways"] = measured(path, chosen, options.rounds)
                    cases.append(row)
                    print(table_of(row), flush=True)
                    if vpn_count == options.vpns[-1] and shape == "few" and OURS[1] in ways:
                        adding.append({"prefixes": size, **in_a_process("adding", path)})
    for each in adding:
        print(
            f"adding {ADDED:,} to {each['prefixes']:,}: {each['adding'] * 1000:.1f} ms, "
            f"{each['adding'] / each['check']:.3f} of the check in process ({each['check'] * 1000:.0f} ms); "
            f"index built in {each['build'] * 1000:.0f} ms"
        )
    return {"versions": versions(), "skipped": skipped, "cases": cases, "adding": adding}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--run", nargs=2, metavar=("WAY", "FILE"), help="one way on one list, in this process"
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--vpns", type=int, nargs="+", default=VPNS)
    parser.add_argument("--shapes", nargs="+", choices=SHAPES, default=SHAPES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", action="store_true", help="also ten million prefixes")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    found = measure_all(options)
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
