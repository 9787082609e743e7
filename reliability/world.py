"""A home with one activation, and the program run on it as a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

NAME = "acme-hk-1"
SAVED, STORE, UNKNOWN = 0, 8, 10
CHANGE = ("note", NAME, "the port was seen by the night shift")
_NEW = (
    "new", NAME, "--profile", "alibaba-cloud", "--customer", "Acme Ltd", "--location", "Hong Kong",
    "--data-plan", "1 TB",
)  # fmt: skip
_PATIENCE = 60.0  # seconds for one run


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

    def __str__(self) -> str:
        """The code, and the last line that was printed."""
        said = (self.err or self.out).strip().splitlines()
        return f"exit {self.code}: {said[-1][:120] if said else 'nothing said'}"


@dataclass(frozen=True, slots=True)
class World:
    """A folder with a home in it; clock and user stand still, so that a change always gives the same bytes.

    Args:
        root: the folder.
        program: the words after `python` that run the program.
    """

    root: Path
    program: tuple[str, ...] = ("-P", "-m", "sci_cli")

    @property
    def home(self) -> Path:
        """The home of the program."""
        return self.root / "home"

    @property
    def record(self) -> Path:
        """The file of the activation."""
        return self.home / "activations" / f"{NAME}.yaml"

    def start(self, *words: str, wrapper: Sequence[str] = ()) -> subprocess.Popen[str]:
        """Starts the program."""
        surroundings = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(self.root),
            "SCI_HOME": str(self.home),
            "SCI_NOW": "2026-03-02T09:00:00Z",
            "SCI_USER": "account.manager",
            "SCI_NO_INPUT": "1",
            "LC_ALL": "C.UTF-8",
        }
        return subprocess.Popen(
            [*wrapper, sys.executable, *self.program, *words],
            cwd=self.root, env=surroundings, text=True, errors="replace",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *words: str, wrapper: Sequence[str] = ()) -> Ran:
        """Runs the program to its end."""
        return ended(self.start(*words, wrapper=wrapper))

    def copied(self, name: str) -> World:
        """A copy of the whole world beside it; an older one of that name goes."""
        other = replace(self, root=self.root.parent / name)
        shutil.rmtree(other.root, ignore_errors=True)
        shutil.copytree(self.root, other.root, symlinks=True)
        return other


def ended(process: subprocess.Popen[str]) -> Ran:
    """How a run that was started ended; one that does not end is killed."""
    try:
        out, err = process.communicate(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
    return Ran(process.returncode, out, err)


def begun(folder: Path) -> World:
    """A world with one activation in it.

    Raises:
        RuntimeError: the program cannot even do that.
    """
    world = World(folder / "first")
    world.root.mkdir()
    ran = world.run(*_NEW)
    if ran.code:
        raise RuntimeError(f"no activation could be begun: {ran}")
    return world


def changed(world: World) -> bytes:
    """The record as the change makes it where nothing interferes."""
    other = world.copied("undisturbed")
    ran = other.run(*CHANGE)
    if ran.code or not ran.acknowledged:
        raise RuntimeError(f"the change could not be made: {ran}")
    return other.record.read_bytes()


def judged(world: World, ran: Ran, old: bytes, new: bytes) -> str | None:
    """What is wrong after a disturbed change: the record, what was said of it, or the next command."""
    there = world.record.read_bytes() if world.record.exists() else b""
    if there not in (old, new):
        return f"the record is neither old nor new ({ran})"
    if ran.acknowledged and there != new:
        return f"acknowledged and not there ({ran})"
    if ran.code == STORE and there != old:
        return f"said to be unchanged, and is changed ({ran})"
    if ran.code == SAVED and there != new:
        return f"exit 0 and nothing saved ({ran})"
    if ran.code == 1:
        return f"an internal error ({ran})"
    after = world.run("note", NAME, "the next command")
    return None if after.acknowledged else f"the next command fails ({after})"
