"""How long it takes from lists of prefixes to every colliding pair counted, beside other ways to do it.

Run `python -m benchmarks.prefixes`; the extra `bench` brings the packages it compares with, a C program is
compiled for it (`scalar.py`), and a PostgreSQL server can be named (`postgres.py`). A way that cannot be run
is named as skipped, with the reason. Every run is a process of its own. A round runs each way once, in turn,
so that drift of the machine meets all of them; a way that took more than `SLOW` seconds is not repeated, and
PostgreSQL runs once, up to `--postgres-up-to` prefixes. All ways must count the same pairs. `--json FILE`
writes the figures, `--large` adds ten million prefixes for our fast way and the C program.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.checking import ADDED, OURS
from benchmarks.comparators import WAYS, Unavailable
from benchmarks.postgres import POSTGRES, server_version
from benchmarks.scalar import SCALAR, compiled, compiler_version
from sci_cli.domain.prefixes import network_of

SIZES = (1_000, 10_000, 100_000, 1_000_000)
LARGE = 10_000_000
VPNS = (2, 50, 1_000)
SHAPES = ("none", "few", "nested")
SLOW = 5.0
POSTGRES_UP_TO = 100_000

Commands = Mapping[str, Sequence[str]]  # how each way is run; the list is its last word

# Inside one block of /22 or /44: bits behind the block, and how much longer the prefix is.
_NEST = ((0, 0), (0, 1), (0, 2), (1, 2), (0, 3), (0, 4), (0, 4), (3, 6))


def _spread(number: int, bits: int, six: bool) -> int:
    """A place of its own for each number, all over the space but for the ranges that are special.

    Of IPv4 these are the first bytes 16 to 126; the multiplier has no divisor in common with their number.
    """
    places = (1 if six else 111) << bits
    return (number * 2_654_435_761) % places + (0 if six else 16 << bits)


def _among_its_own(number: int) -> int:
    """Its number among the IPv4 prefixes alone: of eighty in a row the first 56 are IPv4."""
    return number // 80 * 56 + number % 80


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
            slot, length = _spread(block, 32 if six else 14, six), (44 if six else 22) + more
            place = offset << (80 if six else 6)
        else:
            if shape == "few" and number % 1000 == 999:
                number, vpn = number - 1, (vpn + 1) % vpn_count
            slot = _spread(number, 32, six) if six else _spread(_among_its_own(number), 16, six)
            length, place = 64 if six else 24 + number % 4, 0
        if six:
            start = 0x20 << 120 | slot << (84 if shape == "nested" else 64)
            yield f"V{vpn:04d},{network_of(6, start | place, length)}\n"
        else:
            yield f"V{vpn:04d},{network_of(4, slot << (10 if shape == 'nested' else 8) | place, length)}\n"


def in_a_process(command: Sequence[str], path: Path) -> dict[str, Any]:
    """One way in a process of its own, with the seconds of the whole process.

    Modules are compiled once, as those of an installed program are, whatever the surroundings say.

    Raises:
        RuntimeError: the process fails.
    """
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    done = subprocess.run(
        [*command, str(path)], check=False, capture_output=True, text=True, env=surroundings
    )
    taken = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return {**answer, "total": taken}


def measured(path: Path, commands: Commands, rounds: int) -> dict[str, dict[str, Any]]:
    """Medians of each way over the rounds, and its ratios to the better of our own.

    Raises:
        AssertionError: two ways count different pairs.
    """
    runs: dict[str, list[dict[str, Any]]] = {way: [] for way in commands}
    for _ in range(rounds):
        for way, command in commands.items():
            if not runs[way] or (way != POSTGRES and runs[way][0]["total"] < SLOW):
                runs[way].append(in_a_process(command, path))
    counted = {way: each[0]["pairs"] for way, each in runs.items()}
    if len(set(counted.values())) != 1:
        raise AssertionError(f"the ways do not agree: {counted}")
    found: dict[str, dict[str, Any]] = {
        way: {key: _median([each[key] for each in taken]) for key in taken[0]} | {"runs": len(taken)}
        for way, taken in runs.items()
    }
    best = found[min((way for way in OURS if way in found), key=lambda way: found[way]["total"])]
    for each in found.values():
        each["ratio"] = each["total"] / best["total"]
        each["worked_ratio"] = worked(each) / worked(best)
    return found


def worked(figures: Mapping[str, Any]) -> float:
    """Seconds to parse and to detect, without what a process needs before it begins."""
    return float(figures["parse"] + figures["detect"])


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def available(folder: Path, environment: Mapping[str, str]) -> tuple[dict[str, list[str]], dict[str, str]]:
    """How each way is run here, and why a way cannot be; what has to be compiled goes into the folder."""
    python = [sys.executable, "-m"]
    commands: dict[str, list[str]] = {}
    skipped: dict[str, str] = {}
    for way in OURS:
        if way == OURS[0] or find_spec("numpy"):
            commands[way] = [*python, "benchmarks.checking", way]
        else:
            skipped[way] = "numpy is not installed"
    for way, (module, _) in WAYS.items():
        if not module or find_spec(module):
            commands[way] = [*python, "benchmarks.comparators", way]
        else:
            skipped[way] = f"{module} is not installed"
    try:
        commands[SCALAR] = [str(compiled(folder))]
    except Unavailable as reason:
        skipped[SCALAR] = str(reason)
    try:
        server_version(environment)
        commands[POSTGRES] = [*python, "benchmarks.postgres"]
    except Unavailable as reason:
        skipped[POSTGRES] = str(reason)
    return commands, skipped


def versions(commands: Commands) -> dict[str, str]:
    """Versions of what is compared."""
    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in ("numpy", "netaddr", "pytricia", "py-radix"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    if SCALAR in commands:
        found["cc"] = compiler_version()
    if POSTGRES in commands:
        found["postgresql"] = server_version(os.environ)
    return found


def table_of(row: Mapping[str, Any]) -> str:
    """One case as lines of the table."""
    shown = []
    for way, each in row["ways"].items():
        peak = "-" if each["peak"] is None else f"{each['peak']:.0f}"
        shown.append(
            f"{row['prefixes']:>10,} {row['vpns']:>5} {row['shape']:<7} {int(each['pairs']):>11,}  {way:<19}"
            f"{each['import'] * 1000:>8.0f}{each['parse'] * 1000:>9.1f}{each['detect'] * 1000:>9.1f}"
            f"{each['total'] * 1000:>9.0f}{each['worked_ratio']:>9.2f}{each['ratio']:>9.2f}{peak:>7}"
            f"{int(each['runs']):>5}"
        )
    return "\n".join(shown)


HEAD = (
    f"{'prefixes':>10} {'vpns':>5} {'shape':<7} {'pairs':>11}  {'way':<19}"
    f"{'import':>8}{'parse':>9}{'detect':>9}{'process':>9}{'p+d':>9}{'ratio':>9}{'MiB':>7}{'runs':>5}"
)
EXPLAINED = (
    "Times in ms. ratio: the process to that of the better of our own two ways; p+d: parse and detect to\n"
    "those of the same way. MiB at the peak; that of PostgreSQL, which is the server's, is not measured."
)


def chosen(commands: Commands, size: int, postgres_up_to: int) -> dict[str, Sequence[str]]:
    """The ways that are run on a list of that many prefixes."""
    return {
        way: command
        for way, command in commands.items()
        if (size < LARGE or way in (OURS[1], SCALAR)) and (way != POSTGRES or size <= postgres_up_to)
    }


def measure_all(options: argparse.Namespace) -> dict[str, Any]:
    """Every case, each printed when it is done."""
    cases: list[dict[str, Any]] = []
    adding: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="sci-bench-") as folder:
        commands, skipped = available(Path(folder), os.environ)
        for way, reason in skipped.items():
            print(f"skipped: {way}, {reason}")
        print(f"{EXPLAINED}\n{HEAD}", flush=True)
        path = Path(folder) / "list.csv"
        for size in [*options.sizes, *([LARGE] if options.large else [])]:
            for vpn_count in options.vpns if size < LARGE else options.vpns[-1:]:
                for shape in options.shapes:
                    with path.open("w") as file:
                        file.writelines(lines(size, vpn_count, shape))
                    row: dict[str, Any] = {"prefixes": size, "vpns": vpn_count, "shape": shape}
                    ways = chosen(commands, size, options.postgres_up_to)
                    row["ways"] = measured(path, ways, options.rounds)
                    cases.append(row)
                    print(table_of(row), flush=True)
                    if vpn_count == options.vpns[-1] and shape == "few" and OURS[1] in commands:
                        command = [*commands[OURS[1]][:-1], "adding"]
                        adding.append({"prefixes": size, **in_a_process(command, path)})
    for each in adding:
        print(
            f"adding {ADDED:,} to {each['prefixes']:,}: {each['adding'] * 1000:.1f} ms, "
            f"{each['adding'] / each['check']:.3f} of the check in process ({each['check'] * 1000:.0f} ms); "
            f"index built in {each['build'] * 1000:.0f} ms"
        )
    return {"versions": versions(commands), "skipped": skipped, "cases": cases, "adding": adding}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--vpns", type=int, nargs="+", default=VPNS)
    parser.add_argument("--shapes", nargs="+", choices=SHAPES, default=SHAPES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", action="store_true", help="also ten million prefixes")
    parser.add_argument(
        "--postgres-up-to", type=int, default=POSTGRES_UP_TO, metavar="PREFIXES",
        help="the longest list PostgreSQL is asked about (a million takes minutes)",
    )  # fmt: skip
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    found = measure_all(options)
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
