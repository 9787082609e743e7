"""System calls of a run, watched and made to fail with strace."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.corpus.cases import NotPossible
from tests.corpus.program import Circumstances, Word
from tests.corpus.world import Box

COMMIT = (
    "openat", "write", "fsync", "rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat",
    "close", "flock", "fchmod", "ftruncate",
)  # fmt: skip
POINTS = 14

_CALL = re.compile(r"^\d+ +([a-z0-9_]+)\((.*)$")


@dataclass(frozen=True, slots=True)
class Call:
    """One system call: its name, its number among the calls of that name, and its arguments as traced."""

    name: str
    nth: int
    text: str


def tracer() -> str:
    """The path of strace.

    Raises:
        NotPossible: it is not installed.
    """
    found = shutil.which("strace")
    if not found:
        raise NotPossible("strace is not installed")
    return found


def calls(box: Box, argv: Sequence[Word], around: Circumstances, names: Sequence[str]) -> list[Call]:
    """The calls of these names that touch the sandbox's records, in order, in a run of its own.

    The run changes the sandbox, so it is one of which nothing else is wanted.
    """
    log = _log(box)
    watched = replace(
        around, wrapper=[tracer(), "-f", "-y", "-o", str(log), "-e", f"trace={','.join(names)}"]
    )
    box.program.run(argv, watched)
    counted: Counter[str] = Counter()
    found = []
    for line in log.read_text("utf-8", "replace").splitlines():
        match = _CALL.match(line)
        if match is None:
            continue
        counted[match[1]] += 1
        if str(box.state) in match[2]:
            found.append(Call(match[1], counted[match[1]], match[2]))
    if not found:
        raise NotPossible("strace saw none of these calls: tracing is not allowed here")
    return found


def _log(box: Box) -> Path:
    return box.write(box.root / "tmp/trace", b"")


def wrapper(box: Box, call: Call, fault: str) -> list[str]:
    """The words that run a command with a fault at one call."""
    log = _log(box)
    return [
        tracer(), "-f", "-y", "-o", str(log), "-e", f"trace={call.name}",
        "-e", f"inject={call.name}:{fault}:when={call.nth}",
    ]  # fmt: skip


def hit(box: Box) -> bool:
    """Whether the fault happened where it was meant to."""
    lines = (box.root / "tmp/trace").read_text("utf-8", "replace").splitlines()
    return any("(INJECTED)" in line and str(box.state) in line for line in lines)


def slow_reading(box: Box, path: Path) -> list[str]:
    """The words that run a command whose reading of one file takes its time."""
    names = "read,pread64,readv"
    return [
        tracer(), "-f", "-o", str(_log(box)), "-P", str(path), "-e", f"trace={names}",
        "-e", f"inject={names}:delay_exit=300000",
    ]  # fmt: skip


def chosen(found: Sequence[Call], given: dict[str, Any]) -> Call:
    """The call an `inject` means: by number among those on the records, lock files aside, or by a word.

    Raises:
        NotPossible: the run makes no such call.
    """
    nth = given.get("nth", 1)
    name = str(given["syscall"])
    which = [call for call in found if call.name == name]
    if name != "flock":
        # Nothing hangs on the text in a lock file; the faults of the corpus are about records.
        which = [call for call in which if ".lock" not in call.text]
    named: dict[str, Callable[[Call], bool]] = {
        "state": lambda call: "/acme-1.yaml>" in call.text,
        "temp file": lambda call: ".tmp" in call.text,
        "dir_for_fsync": lambda call: "O_DIRECTORY" in call.text,
    }
    if isinstance(nth, str) and nth in named:
        which = [call for call in which if named[nth](call)]
        return _one(which, -1 if nth == "dir_for_fsync" else 0, given)
    if isinstance(nth, str):
        raise NotPossible(f"the place {nth!r} of a fault is not known to the harness")
    return _one(which, int(nth) - 1, given)


def _one(which: Sequence[Call], index: int, given: dict[str, Any]) -> Call:
    if not which or index >= len(which):
        raise NotPossible(f"the run makes no such call: {given['syscall']} {given.get('nth', 1)}")
    return which[index]


def spread(found: Sequence[Call]) -> list[Call]:
    """Some of the calls from the first lock on, first and last among them."""
    start = next((i for i, call in enumerate(found) if call.name == "flock"), 0)
    commit = list(found[start:])
    if len(commit) <= POINTS:
        return commit
    return [commit[round(i * (len(commit) - 1) / (POINTS - 1))] for i in range(POINTS)]
