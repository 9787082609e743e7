"""What each kind of command imports; `python -m tests.cli.make_imports` writes it down for a person to read.

Times drift from machine to machine and hide a module more; the set of modules does not.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.cli.program import prepare, surroundings

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "imports.txt"
COMPLETING = {"_SCI_COMPLETE": "complete_bash", "COMP_WORDS": "sci status ac", "COMP_CWORD": "2"}
KINDS: Mapping[str, tuple[Sequence[str], Mapping[str, str]]] = {
    "version": (["--version"], {}),
    "usage error": (["status", "--no-such-option", "-o", "json"], {}),
    "completion of names": ([], COMPLETING),
    "list -o json": (["list", "-o", "json"], {}),
    "status -o json": (["status", "acme-hk-1", "-o", "json"], {}),
    "get": (["get", "acme-hk-1", "revision"], {}),
    "wait": (["wait", "acme-hk-1", "--until", "ordered", "--timeout", "0"], {"SCI_OUTPUT": "json"}),
    "check -o json": (["check", "acme-hk-1", "--for", "order", "-o", "json"], {}),
    "note -o json": (["note", "acme-hk-1", "called", "-o", "json"], {}),
    "schema": (["schema", "status"], {}),
}
# Parts of the standard library that are felt at a start.
FELT = frozenset(
    {"asyncio", "concurrent", "email", "http", "multiprocessing", "sqlite3", "ssl", "unittest", "zipfile"}
)


# The heading of the list, what Python itself tries, and what pip leaves in environments.
NOT_OURS = ("imported package", "org", "_sysconfigdata", "sitecustomize", "_distutils_hack", "distutils")


def imported(home: Path, words: Sequence[str], environ: Mapping[str, str]) -> list[str]:
    """Our modules, packages of others and felt parts of the standard library that a run imports, sorted."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "sci_cli", *words],
        capture_output=True,
        text=True,
        env={**surroundings(home), **environ},
        timeout=60,
        check=False,
    )
    modules = {
        line.rsplit("|", 1)[1].strip() for line in done.stderr.splitlines() if line.startswith("import time:")
    }
    ours = {each for each in modules if each.partition(".")[0] == "sci_cli"}
    packages = {each.partition(".")[0] for each in modules} - {"sci_cli"}
    others = {each for each in packages - sys.stdlib_module_names if not each.startswith(NOT_OURS)}
    return sorted(ours) + sorted(others | packages & FELT)


def report(home: Path) -> str:
    """Every kind with what it imports.

    Args:
        home: a home in which the order of acme-hk-1 is placed.
    """
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda each: imported(home, *each), KINDS.values())
        return "\n".join(
            f"{kind}: {len(modules)}\n" + "".join(f"  {each}\n" for each in modules)
            for kind, modules in zip(KINDS, found, strict=True)
        )


def main() -> None:
    """Writes the file."""
    with tempfile.TemporaryDirectory() as folder:
        home = prepare(Path(folder) / "home", "placed")
        GOLDEN.write_text(report(home), encoding="utf-8")


if __name__ == "__main__":
    main()
