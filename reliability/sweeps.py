"""A change killed, interrupted or failed at each of its system calls on the home, with strace."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from reliability.attempts import Attempts, NotPossibleError
from reliability.world import CHANGE, World, changed, judged

_CALL = re.compile(r"^[0-9]+ +([a-z0-9_]+)\((.*)$")
_COMMIT = (
    "openat,write,fsync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,close,flock,fchmod,ftruncate"
)
_ERRORS = ("EIO", "ENOSPC", "EMFILE", "EROFS", "EACCES")


@dataclass(frozen=True, slots=True)
class Call:
    """A system call by name, and its number among those of that name."""

    name: str
    nth: int


def kills(world: World, step: int) -> Attempts:
    """SIGKILL at the calls: old or new, and the next command works."""
    return _sweep(world, Attempts("P1, P5", "SIGKILL at each system call"), ("signal=KILL",), step)


def signals(world: World, step: int) -> Attempts:
    """Signals that may be put off: what is said is true."""
    faults = tuple(f"signal={each}" for each in ("INT", "TERM", "HUP"))
    return _sweep(world, Attempts("P8", "SIGINT, SIGTERM, SIGHUP at each system call"), faults, step)


def errors(world: World, step: int) -> Attempts:
    """Errors of the system: the class of the answer is true."""
    faults = tuple(f"error={each}" for each in _ERRORS)
    return _sweep(world, Attempts("P6", f"{', '.join(_ERRORS)} at each system call"), faults, step)


def _sweep(world: World, attempts: Attempts, faults: Iterable[str], step: int) -> Attempts:
    tracer = shutil.which("strace")
    if not tracer:
        raise NotPossibleError("strace is not installed")
    old, new = world.record.read_bytes(), changed(world)
    found = _calls(world, tracer)
    for fault in faults:
        for call in found[::step]:
            broken = world.copied("broken")
            log = broken.root.parent / "trace"
            rule = f"inject={call.name}:{fault}:when={call.nth}"
            ran = broken.run(
                *CHANGE, wrapper=[tracer, "-f", "-y", "-o", str(log), "-e", f"trace={call.name}", "-e", rule]
            )
            if not _hit(log, broken):
                continue  # the run took another way; a call counted elsewhere says nothing
            attempts.case(f"{fault} at {call.name} {call.nth}", judged(broken, ran, old, new))
    return attempts


def _calls(world: World, tracer: str) -> list[Call]:
    """The calls of the change that touch the home, in their order."""
    watched = world.copied("watched")
    log = watched.root.parent / "trace"
    watched.run(*CHANGE, wrapper=[tracer, "-f", "-y", "-o", str(log), "-e", f"trace={_COMMIT}"])
    counted: Counter[str] = Counter()
    found = []
    for line in log.read_text("utf-8", "replace").splitlines():
        match = _CALL.match(line)
        if match is not None:
            counted[match[1]] += 1
            if str(watched.home) in match[2]:
                found.append(Call(match[1], counted[match[1]]))
    if not found:
        raise NotPossibleError("strace sees no call: tracing is not allowed here")
    return found


def _hit(log: Path, world: World) -> bool:
    """Whether the fault happened on the home; a signal is not marked as injected, its arrival has to do."""
    for line in log.read_text("utf-8", "replace").splitlines():
        if "--- SIG" in line or "killed by SIGKILL" in line:
            return True
        if "(INJECTED)" in line and str(world.home) in line:
            return True
    return False
