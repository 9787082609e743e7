"""How long `sci` takes to start, beside bare Python, Typer, and other tools on the machine.

Run `python -m benchmarks.startup`. Every round starts each command once, in turn, so that drift of the
machine meets all of them; a ratio is the median of the rounds' ratios. `--json` prints the same as JSON.
A tool that is not there, or does not run, is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

NEW = (
    "new acme-hk-1 --profile alibaba-cloud --customer Acme --location Hong-Kong --data-plan 1TB "
    "--vpn CORP --prefix 10.20.0.0/16 --max-prefixes 1250"
)
TRIVIAL = """\
import typer

app = typer.Typer()


@app.command()
def status(name: str, output: str = "text") -> None:
    print(name)


@app.command()
def list_() -> None:
    print("")


app()
"""
PYTHON, TYPER, TYPER_YAML = "python -c pass", "import typer", "import typer, yaml"
TOOLS = {
    "git": ["--version"],
    "gh": ["--version"],
    "node": ["-e", "0"],
    "aws": ["--version"],
    "terraform": ["version"],
    "kubectl": ["version", "--client"],
}


@dataclass(frozen=True, slots=True)
class Target:
    """At most so many times as long as something it cannot do without."""

    command: str
    beside: str
    most: float


TARGETS = (
    Target("sci status -o json", TYPER_YAML, 1.5),
    Target("sci --version", TYPER, 1.3),
    Target("sci --help", TYPER, 1.3),
    Target("sci usage error", TYPER, 1.3),
    Target("completion of commands", PYTHON, 1.5),
    Target("completion of names", PYTHON, 1.5),
)


@dataclass(frozen=True, slots=True)
class Run:
    """One command that is started, with what it needs in the environment and the exit code it has."""

    words: Sequence[str]
    environ: Mapping[str, str]
    exit: int = 0


def runs(sci: str, folder: Path) -> dict[str, Run]:
    """Everything that is measured."""
    trivial = folder / "trivial.py"
    trivial.write_text(TRIVIAL, encoding="utf-8")
    environ = {**os.environ, "SCI_HOME": str(folder / "home"), "SCI_NO_INPUT": "1", "NO_COLOR": "1"}

    def completing(line: str) -> Run:
        words = {"COMP_WORDS": line, "COMP_CWORD": str(line.count(" ")), "_SCI_COMPLETE": "complete_bash"}
        return Run([sci], {**environ, **words})

    def python(code: str) -> Run:
        return Run([sys.executable, "-c", code], environ)

    measured = {
        PYTHON: python("pass"),
        TYPER: python("import typer"),
        TYPER_YAML: python("import typer, yaml"),
        "trivial Typer program, run": Run([sys.executable, str(trivial), "status", "x"], environ),
        "trivial Typer program, --help": Run([sys.executable, str(trivial), "--help"], environ),
        "sci --version": Run([sci, "--version"], environ),
        "sci --help": Run([sci, "--help"], environ),
        "sci usage error": Run([sci, "status", "--no-such-option"], environ, 2),
        "sci status -o json": Run([sci, "status", "acme-hk-1", "-o", "json"], environ),
        "sci status": Run([sci, "status", "acme-hk-1"], environ),
        "sci get": Run([sci, "get", "acme-hk-1", "revision"], environ),
        "sci list -o json": Run([sci, "list", "-o", "json"], environ),
        "completion of commands": completing("sci sta"),
        "completion of names": completing("sci status ac"),
    }
    for tool, words in TOOLS.items():
        found = shutil.which(tool)
        if found and _works([found, *words]):
            measured[f"{tool} {' '.join(words)}"] = Run([found, *words], environ)
    return measured


def _works(words: Sequence[str]) -> bool:
    try:
        done = subprocess.run(words, capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def seconds(run: Run) -> float:
    """Wall time of one run.

    Raises:
        RuntimeError: it did not end as it should, so its time means nothing.
    """
    start = time.perf_counter()
    done = subprocess.run(run.words, env=dict(run.environ), check=False, capture_output=True)
    taken = time.perf_counter() - start
    if done.returncode != run.exit:
        raise RuntimeError(f"{run.words} ended with {done.returncode}: {done.stderr.decode()[-500:]}")
    return taken


def measure(rounds: int) -> dict[str, list[float]]:
    """Seconds by command and round; a first round that fills the caches is left out."""
    sci = str(Path(sys.executable).with_name("sci"))
    with tempfile.TemporaryDirectory(prefix="sci-bench-") as folder:
        measured = runs(sci, Path(folder))
        subprocess.run(
            [sci, *NEW.split()], env=dict(measured[PYTHON].environ), check=True, capture_output=True
        )
        times: dict[str, list[float]] = {name: [] for name in measured}
        for round_ in range(rounds + 1):
            for name, run in measured.items():
                taken = seconds(run)
                if round_:
                    times[name].append(taken)
    return times


def ratio(times: Mapping[str, Sequence[float]], command: str, beside: str) -> float:
    """How many times as long a command takes, pair by pair."""
    pairs = zip(times[command], times[beside], strict=True)
    return round(statistics.median(one / other for one, other in pairs), 2)


def report(times: Mapping[str, Sequence[float]]) -> dict[str, dict[str, float]]:
    """Median milliseconds, and ratios to the three things everything here is built on."""
    return {
        name: {
            "median_ms": round(statistics.median(each) * 1000, 1),
            **{f"to {beside}": ratio(times, name, beside) for beside in (PYTHON, TYPER, TYPER_YAML)},
        }
        for name, each in times.items()
    }


def main() -> None:
    """Print the table and the targets, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    times = measure(options.rounds)
    found = report(times)
    held = [(each, ratio(times, each.command, each.beside)) for each in TARGETS]
    if options.json:
        targets = [
            {"command": each.command, "beside": each.beside, "most": each.most, "found": now}
            for each, now in held
        ]
        print(json.dumps({"rounds": options.rounds, "results": found, "targets": targets}, indent=2))
        return
    print(f"{'command':<32} {'median ms':>10} {'/ python':>9} {'/ typer':>8} {'/ +yaml':>8}")
    for name, row in found.items():
        ms, *ratios = row.values()
        print(f"{name:<32} {ms:>10} {ratios[0]:>9} {ratios[1]:>8} {ratios[2]:>8}")
    print("\nTargets; compare ratios, not milliseconds:")
    for each, now in held:
        verdict = "met" if now <= each.most else "NOT MET"
        print(f"  {each.command:<24} at most {each.most} x {each.beside:<20} {now:>5}  {verdict}")


if __name__ == "__main__":
    main()
