"""Many writers at once, and readers among them."""

from __future__ import annotations

import random
import time

from reliability.attempts import Attempts
from reliability.world import NAME, World, ended

_AT_ONCE = 60
_LOCKED = 7


def writers(world: World) -> Attempts:
    """Sixty processes change one record at once: what is acknowledged is in the history, and nothing else."""
    attempts = Attempts("P11", f"{_AT_ONCE} writers of one record at once")
    there = world.copied("crowd")
    started = [there.start("note", NAME, f"writer {number:02}") for number in range(_AT_ONCE)]
    ran = [ended(process) for process in started]
    kept = there.record.read_text("utf-8")
    for number, each in enumerate(ran):
        is_there = f"writer {number:02}" in kept
        problem = None
        if each.acknowledged != is_there:
            problem = f"acknowledged: {each.acknowledged}, in the record: {is_there} ({each})"
        elif not each.acknowledged and each.code != _LOCKED:
            problem = f"neither saved nor told to wait ({each})"
        attempts.case(f"writer {number}", problem)
    return attempts


def killed_later(world: World, rounds: int) -> Attempts:
    """Killed at any moment of its life: what was acknowledged before is there, and the record is whole."""
    attempts = Attempts("P1, P5", "SIGKILL after a random delay")
    rnd = random.Random(7)
    for number in range(rounds):
        there = world.copied("killed")
        old = there.record.read_bytes()
        process = there.start("note", NAME, f"round {number}")
        time.sleep(rnd.uniform(0.05, 0.6))
        process.kill()
        ran = ended(process)
        now = there.record.read_bytes()
        problem = None
        if ran.acknowledged and now == old:
            problem = "acknowledged and not there"
        elif not there.run("note", NAME, "the next command").acknowledged:
            problem = "the next command fails"
        attempts.case(f"round {number}", problem)
    return attempts
