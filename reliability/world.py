"""A home with one activation, and the program run on it as a process of its own."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import sci_cli
from reliability.attempts import Attempts, NotPossibleError

NAME = "acme-hk-1"
SAVED, REFUSED, STALE, LOCKED, STORE, UNKNOWN = 0, 4, 6, 7, 8, 10
CHANGE = ("note", NAME, "the port was seen by the night shift")
NEW = (
    "--profile", "alibaba-cloud", "--customer", "Acme Ltd", "--location", "Hong Kong",
    "--data-plan", "1 TB", "--vpn", "CORP", "--prefix", "10.20.0.0/16", "--max-prefixes", "1250",
)  # fmt: skip
_PATIENCE = 60.0  # seconds for one run
_COPIES = itertools.count(1)
# Both by their place: the program as it lies beside this suite, whatever is installed.
_SOURCES = (Path(sci_cli.__file__).parents[1], Path(__file__).parents[1])


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run ended; a negative code is the signal that ended it."""

    code: int
    out: str
    err: str

    @property
    def acknowledged(self) -> bool:
        """Whether the program said that the change is saved."""
        return "saved, revision" in self.out

    @property
    def document(self) -> dict[str, Any]:
        """The JSON document that was written; empty where there is none."""
        try:
            found = json.loads(self.out)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def __str__(self) -> str:
        """The code, and the last line that was printed."""
        said = (self.err or self.out).strip().splitlines()
        return f"exit {self.code}: {said[-1][:120] if said else 'nothing said'}"


@dataclass(frozen=True, slots=True)
class World:
    """A folder with a home in it; clock and user stand still, so that a change always gives the same bytes.

    Attributes:
        root: the folder.
        sabotage: Python that takes a safeguard out of the program before it runs; empty for none.
        store: the URL of a shared store; empty for files.
        thorough: whether everything is to be tried, not a sample.
        more: further variables of the environment.
        begun: what `attempts` gave, for whoever has to say how far it came.
    """

    root: Path
    sabotage: str = ""
    store: str = ""
    thorough: bool = False
    more: Mapping[str, str] = field(default_factory=dict)
    begun: list[Attempts] = field(default_factory=list)

    @property
    def home(self) -> Path:
        """The home of the program."""
        return self.root / "home"

    @property
    def record(self) -> Path:
        """The file of the activation."""
        return self.home / "activations" / f"{NAME}.yaml"

    def attempts(self, promises: str, method: str) -> Attempts:
        """Nothing tried yet."""
        self.begun.append(Attempts(promises, method, first=bool(self.sabotage)))
        return self.begun[-1]

    def of(self, sample: int, everything: int) -> int:
        """How often, or how many: in the quick form, and in the thorough one."""
        return everything if self.thorough else sample

    # The program -------------------------------------------------------------------------------------------

    def start(self, *words: str, wrapper: Sequence[str] = ()) -> subprocess.Popen[str]:
        """Starts the program."""
        program = ["-P", "-m", "sci_cli"]
        if self.sabotage:
            program = ["-P", "-c", f"{self.sabotage}\nfrom sci_cli.cli.start import run\nrun()"]
        return self._started([*wrapper, sys.executable, *program, *words])

    def run(self, *words: str, wrapper: Sequence[str] = ()) -> Ran:
        """Runs the program to its end."""
        return ended(self.start(*words, wrapper=wrapper))

    def script(self, code: str, *words: str) -> subprocess.Popen[str]:
        """Starts Python with the same modules, and without the same safeguard."""
        return self._started([sys.executable, "-P", "-c", f"{self.sabotage}\n{code}", *words])

    def _started(self, words: Sequence[str]) -> subprocess.Popen[str]:
        surroundings = {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": os.pathsep.join(map(str, _SOURCES)),
            "HOME": str(self.root),
            "SCI_HOME": str(self.home),
            "SCI_STORE": self.store,
            "SCI_NOW": "2026-03-02T09:00:00Z",
            "SCI_USER": "account.manager",
            "SCI_NO_INPUT": "1",
            "LC_ALL": "C.UTF-8",
            **self.more,
        }
        return subprocess.Popen(
            words, cwd=self.root, env=surroundings, text=True, errors="replace",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def apart(self, attempts: Attempts, function: str, *words: str) -> Attempts:
        """Has a function of `reliability.apart` try its cases in a process of its own, and counts them."""
        code = "import sys\nfrom reliability.apart import report\nreport(*sys.argv[1:])"
        mode = "first" if attempts.first else "all"
        process = self.script(code, function, mode, *words)
        out, err = process.communicate(timeout=900)
        found = Ran(process.returncode, out, err).document
        if "skipped" in found:
            raise NotPossibleError(found["skipped"])
        if not found:
            attempts.case(function, f"ended with {process.returncode}: {err.strip()[-300:]}")
            return attempts
        attempts.cases += found["cases"]
        attempts.failures += found["failures"]
        return attempts

    def must(self, *words: str) -> Ran:
        """Runs the program, which has to succeed.

        Raises:
            RuntimeError: it does not.
        """
        ran = self.run(*words)
        if ran.code:
            raise RuntimeError(f"{' '.join(words)} could not be done: {ran}")
        return ran

    def events(self) -> list[dict[str, Any]]:
        """The history of the activation, as the program tells it."""
        found = replace(self, sabotage="").must("history", NAME, "-o", "json").document
        return list(found["data"]["events"])

    # Copies ------------------------------------------------------------------------------------------------

    def copied(self, name: str) -> World:
        """A copy of the whole world beside it; an older one of that name goes."""
        other = replace(self, root=self.root.parent / name)
        shutil.rmtree(other.root, ignore_errors=True)
        shutil.copytree(self.root, other.root, symlinks=True)
        return other

    @contextmanager
    def spare(self) -> Iterator[World]:
        """A copy of a name of its own, for the block."""
        there = self.copied(f"spare-{next(_COPIES)}")
        try:
            yield there
        finally:
            shutil.rmtree(there.root, ignore_errors=True)


def ended(process: subprocess.Popen[str], patience: float = _PATIENCE) -> Ran:
    """How a run that was started ended; one that does not end in so many seconds is killed."""
    try:
        out, err = process.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
    return Ran(process.returncode, out, err)


def begun(folder: Path, *, thorough: bool = False) -> World:
    """A world with one activation in it.

    Raises:
        RuntimeError: the program cannot even do that.
    """
    world = World(folder / "first", thorough=thorough)
    world.root.mkdir()
    world.must("new", NAME, *NEW)
    return world


def tree(folder: Path) -> dict[str, bytes | None]:
    """Everything below a folder by path: the content of files, nothing for folders."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
        if path.is_file() or path.is_dir()
    }
