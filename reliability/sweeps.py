"""Commands killed, interrupted or failed at each of their system calls on the home, with strace."""

from __future__ import annotations

import random
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from reliability.attempts import Attempts, MissedError, NotPossibleError
from reliability.scenes import Scene, Scenes, judged
from reliability.world import World

_CALL = re.compile(r"^[0-9]+ +([a-z0-9_]+)\((.*)$")
_COMMIT = (
    "openat,write,fsync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,close,flock,fchmod,ftruncate,"
    "mkdir,mkdirat"
)
_ERRORS = ("EIO", "ENOSPC", "EMFILE", "EROFS", "EACCES")
_ALL_ERRORS = (*_ERRORS, "EDQUOT", "EINTR", "ENOLCK", "ESTALE", "EXDEV")
# Only the traced calls stop the program; signals are not injected this way.
_FAST = "--seccomp-bpf"
# What a command does to go away quietly; where this fails, a temporary file has to stay.
_CLEANING = ("unlink", "unlinkat")


@dataclass(frozen=True, slots=True)
class Call:
    """A system call by name, and its number among those of that name."""

    name: str
    nth: int


def kills(world: World, scenes: Scenes) -> Attempts:
    """SIGKILL at the calls: old or new, and the next command works."""
    attempts = world.attempts("P1, P4, P5, P9, P10", f"SIGKILL at system calls of {_of(scenes)}")
    return _sweep(world, scenes, attempts, ("signal=KILL",), first=world.of(12, 0), others=world.of(1, 20))


def signals(world: World, scenes: Scenes) -> Attempts:
    """Signals that may be put off: what is said is true."""
    faults = tuple(f"signal={each}" for each in ("INT", "TERM", "HUP"))
    attempts = world.attempts("P8", "SIGINT, SIGTERM, SIGHUP at system calls of the same")
    return _sweep(world, scenes, attempts, faults, first=world.of(7, 60), others=world.of(1, 5))


def errors(world: World, scenes: Scenes) -> Attempts:
    """Errors of the system: the class of the answer is true."""
    chosen = _ALL_ERRORS if world.thorough else _ERRORS
    attempts = world.attempts("P6, P9", f"{', '.join(chosen)} at system calls of the same")
    faults = tuple(f"error={each}" for each in chosen)
    return _sweep(world, scenes, attempts, faults, first=world.of(9, 90), others=world.of(1, 8))


def _of(scenes: Scenes) -> str:
    return ", ".join(each.name for each in scenes.all)


def _sweep(
    world: World, scenes: Scenes, attempts: Attempts, faults: Sequence[str], *, first: int, others: int
) -> Attempts:
    """So many faults at calls of the first command, and of each other one; 0 is every fault at every call."""
    tracer = shutil.which("strace")
    if not tracer:
        raise NotPossibleError("strace is not installed")
    chance = random.Random(7)
    jobs: list[tuple[str, Callable[[], str | None]]] = []
    for place, scene in enumerate(scenes.all):
        scene = replace(scene, world=replace(scene.world, sabotage=world.sabotage))
        pairs = [(fault, call) for call in _calls(scene, tracer) for fault in faults]
        most = others if place else first
        if 0 < most < len(pairs):
            pairs = chance.sample(pairs, most)
        for fault, call in pairs:
            what = f"{fault} at {call.name} {call.nth} of {scene.name}"
            jobs.append((what, partial(_hurt, scene, tracer, call, fault)))
    attempts.spread(jobs)
    if not attempts.cases:
        attempts.failures.append("no fault ever came about")
    return attempts


def _hurt(scene: Scene, tracer: str, call: Call, fault: str) -> str | None:
    with scene.world.spare() as broken:
        log = broken.root / "trace"
        way = [_FAST] if "error" in fault else []
        rule = f"inject={call.name}:{fault}:when={call.nth}"
        ran = broken.run(
            *scene.words,
            wrapper=[tracer, "-f", *way, "-y", "-o", str(log), "-e", f"trace={call.name}", "-e", rule],
        )
        if not _hit(log, broken):
            raise MissedError  # a call counted elsewhere says nothing
        excused = "KILL" in fault or (call.name in _CLEANING and "error" in fault)
        return judged(scene, broken, ran, leftovers=not excused)


def _calls(scene: Scene, tracer: str) -> list[Call]:
    """The calls of the command that touch the home, in their order."""
    counted: Counter[str] = Counter()
    found = []
    with scene.world.spare() as watched:
        log = watched.root / "trace"
        watched.run(
            *scene.words, wrapper=[tracer, "-f", _FAST, "-y", "-o", str(log), "-e", f"trace={_COMMIT}"]
        )
        for line in _lines(log):
            match = _CALL.match(line)
            if match is not None:
                counted[match[1]] += 1
                if str(watched.home) in match[2]:
                    found.append(Call(match[1], counted[match[1]]))
    if not found:
        raise NotPossibleError("strace sees no call: tracing is not allowed here")
    return found


def _lines(log: Path) -> Iterator[str]:
    yield from log.read_text("utf-8", "replace").splitlines() if log.exists() else ()


def _hit(log: Path, world: World) -> bool:
    """Whether the fault happened on the home; a signal is not marked as injected, its arrival has to do."""
    for line in _lines(log):
        if "--- SIG" in line or "killed by SIGKILL" in line:
            return True
        if "(INJECTED)" in line and str(world.home) in line:
            return True
    return False
