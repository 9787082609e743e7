"""Whoever holds the lock is killed, stopped or hangs: nobody has to unlock anything by hand."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from reliability.attempts import Attempts
from reliability.world import LOCKED, NAME, World

_HOLD = f"""
import sys, time
from pathlib import Path
from sci_cli.store.files import FileStore
def decide(before):
    print("held", flush=True)
    time.sleep(60)
    return before
FileStore(Path(sys.argv[1]), command="note {NAME}").change("{NAME}", decide)
"""
_PROMPT = 9.0  # seconds within which whoever waits is told


def holders(world: World) -> Attempts:
    """A dead holder is in nobody's way, a living one is named, and readers never wait."""
    attempts = world.attempts("P15", "a holder of the lock killed, stopped, hanging, and its file removed")
    jobs = {"killed": _killed, "stopped": _stopped, "hanging": _hanging, "lock file removed": _removed}
    rounds = range(world.of(1, 3))
    attempts.spread([(what, partial(job, world)) for _ in rounds for what, job in jobs.items()])
    return attempts


@contextmanager
def _held(world: World) -> Iterator[tuple[World, subprocess.Popen[str]]]:
    with world.spare() as there:
        holder = there.script(_HOLD, str(there.home))
        try:
            if holder.stdout is None or holder.stdout.readline().strip() != "held":
                raise RuntimeError("the lock could not be taken")
            yield there, holder
        finally:
            holder.kill()
            holder.communicate()


def _killed(world: World) -> str | None:
    with _held(world) as (there, holder):
        holder.kill()
        holder.wait()
        ran = there.run("note", NAME, "after the kill")
        return None if ran.acknowledged else f"the lock of a dead process is in the way ({ran})"


def _stopped(world: World) -> str | None:
    with _held(world) as (there, holder):
        holder.send_signal(signal.SIGSTOP)
        return _named(there, holder)


def _hanging(world: World) -> str | None:
    with _held(world) as (there, holder):
        return _named(there, holder)


def _named(there: World, holder: subprocess.Popen[str]) -> str | None:
    """A writer is told who holds the lock, a reader reads, and after the holder the next one writes."""
    started = time.monotonic()
    waiting = there.start("note", NAME, "meanwhile")
    reading = there.run("status", NAME)
    out, err = waiting.communicate(timeout=60)
    taken = time.monotonic() - started
    if reading.code:
        return f"a reader had to wait ({reading})"
    if waiting.returncode != LOCKED or taken > _PROMPT:
        return f"exit {waiting.returncode} after {taken:.1f} s: {(err or out)[:100]}"
    wanted, told = (f"pid {holder.pid}", "user ", "host ", "since "), " ".join(err.split())
    missing = [word for word in wanted if word not in told]
    if missing:
        return f"the message does not say {missing[0]!r}"
    holder.kill()
    holder.wait()
    after = there.run("note", NAME, "afterwards")
    return None if after.acknowledged else f"the lock of a dead process is in the way ({after})"


def _removed(world: World) -> str | None:
    """The file of a lock in use is removed: the next one writes, and whoever held it changes nothing."""
    with _held(world) as (there, holder):
        (there.home / "activations" / f".{NAME}.lock").unlink()
        ran = there.run("note", NAME, "meanwhile")
        if not ran.acknowledged:
            return f"a file that is gone is in the way ({ran})"
        holder.kill()
        holder.wait()
        after = there.run("note", NAME, "afterwards")
        revisions = [event["sequence"] for event in there.events()]
        if not after.acknowledged or revisions != list(range(1, len(revisions) + 1)):
            return f"the history is {revisions} ({after})"
    return None
