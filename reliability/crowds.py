"""Many processes at once: writers of one record, readers among them, the same operation, rules at stake."""

from __future__ import annotations

import ipaddress
import random
import time
from collections.abc import Sequence
from functools import partial

from reliability.attempts import Attempts
from reliability.scenes import PLACE, READY
from reliability.world import LOCKED, NAME, REFUSED, STALE, Ran, World, ended

LOCAL, SHARED = 60, 12
_LONG = 600.0  # seconds for a thousand changes


def writers(world: World) -> Attempts:
    """Many processes change one record at once: what is acknowledged is in the history, and nothing else."""
    many = SHARED if world.store else LOCAL
    attempts = world.attempts("P11", f"{many} writers of one record at once")
    there = world if world.store else world.copied("crowd")
    texts = [f"writer {number:02}" for number in range(many)]
    ran = _at_once(there, [("note", NAME, text) for text in texts])
    kept = [change["after"] for event in there.events() for change in event["changes"]]
    for text, each in zip(texts, ran, strict=True):
        problem = None
        if each.acknowledged != (kept.count(text) == 1):
            problem = f"acknowledged: {each.acknowledged}, in the history {kept.count(text)} times ({each})"
        elif not each.acknowledged and each.code != LOCKED:
            problem = f"neither saved nor told to wait ({each})"
        attempts.case(text, problem)
    return attempts


def stale(world: World) -> Attempts:
    """Many processes change what they saw as revision 1: one of them can be right."""
    attempts = world.attempts("P13", "writers at once, each for revision 1")
    there = world if world.store else world.copied("stale")
    revision = len(there.events())
    lines = [("note", NAME, f"seen {each}", "--if-revision", str(revision)) for each in range(8)]
    ran = _at_once(there, lines)
    saved = [each for each in ran if each.acknowledged]
    attempts.case("the first", None if len(saved) == 1 else f"{len(saved)} of them were saved")
    for each in ran:
        right = each.acknowledged or each.code in (STALE, LOCKED)
        attempts.case("a later one", None if right else f"not told that it is stale ({each})")
    added = len(there.events()) - revision
    attempts.case("the history", None if added == 1 else f"{added} events")
    return attempts


def same_operation(world: World) -> Attempts:
    """One operation, asked for by many processes at once under its id: one event, one answer."""
    attempts = world.attempts("P30", "one op-id from 8 processes at once, then other content under it")
    there = world if world.store else world.copied("operation")
    for number in range(world.of(1, 6)):
        op_id, before = f"nightly-{number:04}", len(there.events())
        line = ("note", NAME, f"nightly {number}", "--op-id", op_id, "-o", "json")
        ran = _at_once(there, [line] * 8)
        answered = [each for each in ran if each.code != LOCKED]
        revisions = {each.document.get("revision") for each in answered}
        wrong = [each for each in answered if each.code]
        attempts.case("answers", f"not done ({wrong[0]})" if wrong else None)
        attempts.case("revisions", None if revisions == {before + 1} else f"revisions {revisions}")
        other = there.run("note", NAME, "something else", "--op-id", op_id)
        attempts.case("other content", None if other.code == STALE else f"not refused ({other})")
        added = len(there.events()) - before
        attempts.case("events", None if added == 1 else f"{added} events")
    return attempts


# Rules over the whole --------------------------------------------------------------------------------------


def rules(world: World) -> Attempts:
    """What the rules forbid together is not reached by two who ask at once."""
    attempts = world.attempts("P12", "overlapping VPNs, VPNs beyond MAX, and orders, 6 asked for at once")
    there = world if world.store else world.copied("rules")
    there.must(*READY)
    attempts.case("order", _orders(there))
    for number in range(world.of(1, 5)):
        attempts.case(f"overlap {number}", _overlap(there, number))
    attempts.case("MAX", _beyond_max(there))
    return attempts


def _overlap(there: World, number: int) -> str | None:
    """Of six VPNs that all share addresses, one is added."""
    lines = [
        ("vpn", "add", NAME, f"R{number}V{each}", "--prefix", f"10.{40 + number}.0.0/{16 + each}",
         "--max-prefixes", "1250", "--yes")
        for each in range(6)
    ]  # fmt: skip
    ran = _at_once(there, lines)
    saved = [each for each in ran if each.acknowledged]
    if len(saved) != 1:
        return f"{len(saved)} were saved"
    odd = [each for each in ran if not each.acknowledged and each.code not in (REFUSED, LOCKED)]
    return f"refused otherwise ({odd[0]})" if odd else _apart(there)


def _beyond_max(there: World) -> str | None:
    """Of six VPNs with 40 prefixes each and a MAX of 100, the port takes two."""
    lines = []
    for each in range(6):
        prefixes = [word for low in range(40) for word in ("--prefix", f"172.{16 + each}.{low}.0/24")]
        lines.append(("vpn", "add", NAME, f"M{each}", *prefixes, "--max-prefixes", "100", "--yes"))
    saved = [each for each in _at_once(there, lines) if each.acknowledged]
    return None if 1 <= len(saved) <= 2 else f"{len(saved)} were saved"


def _apart(there: World) -> str | None:
    """Whether the VPNs on record share addresses."""
    found: dict[str, list[ipaddress.IPv4Network]] = {}
    for event in there.events():
        for change in event["changes"]:
            if change["path"].startswith("vpns.") and ".prefixes" in change["path"]:
                name = change["path"].split(".")[1]
                nets = [ipaddress.IPv4Network(each.strip()) for each in change["after"].split(",")]
                found.setdefault(name, []).extend(nets)
    names = sorted(found)
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            if any(a.overlaps(b) for a in found[one] for b in found[other]):
                return f"{one} and {other} share addresses"
    return None


def _orders(there: World) -> str | None:
    """Of six orders for one port, one is on record."""
    words = list(PLACE)
    lines = [tuple(f"VZ-{each}" if word == "VZ-1" else word for word in words) for each in range(6)]
    saved = [each for each in _at_once(there, lines) if each.acknowledged]
    placed = [event for event in there.events() if event["command"] == "order place"]
    return None if len(saved) == len(placed) == 1 else f"{len(saved)} acknowledged, {len(placed)} on record"


def _at_once(there: World, lines: Sequence[Sequence[str]]) -> list[Ran]:
    started = [there.start(*line) for line in lines]
    return [ended(process) for process in started]


# Killed and read -------------------------------------------------------------------------------------------


def killed_later(world: World) -> Attempts:
    """Killed at any moment of its life: what was acknowledged before is there, and the record is whole."""
    attempts = world.attempts("P1, P5", "SIGKILL after a random delay")
    chance = random.Random(7)
    jobs = [
        (f"round {number}", partial(_killed, world, chance.uniform(0.05, 0.6)))
        for number in range(world.of(8, 80))
    ]
    attempts.spread(jobs)
    return attempts


def _killed(world: World, delay: float) -> str | None:
    with world.spare() as there:
        old = there.record.read_bytes()
        process = there.start("note", NAME, "before the kill")
        time.sleep(delay)
        process.kill()
        ran = ended(process)
        if ran.acknowledged and there.record.read_bytes() == old:
            return "acknowledged and not there"
        return None if there.run("note", NAME, "afterwards").acknowledged else "the next command fails"


_WRITE = f"""
import sys
from dataclasses import replace
from pathlib import Path
from sci_cli.store.files import FileStore
store = FileStore(Path(sys.argv[1]), command="many changes")
def decide(before):
    event = replace(before.history[0], sequence=before.revision + 1, summary="again", changes=())
    return replace(before, revision=before.revision + 1, history=(*before.history, event))
for number in range(int(sys.argv[2])):
    store.change("{NAME}", decide)
print("{{}}")
"""


def readers(world: World) -> Attempts:
    """Readers during many changes never see a record that is missing, empty or torn."""
    changes = world.of(150, 400)
    attempts = world.attempts("P14", f"reads by 2 processes during {changes} changes")
    there = world.copied("read")
    writer = there.script(_WRITE, str(there.home), str(changes))
    looking = [there.script(_READ, str(there.home), str(writer.pid)) for _ in range(2)]
    wrote = ended(writer, _LONG)
    if wrote.code:
        attempts.failures.append(f"the writer ended early ({wrote})")
    for each in looking:
        ran = ended(each, _LONG)
        attempts.cases += int(ran.document.get("reads", 0))
        attempts.failures += ran.document.get("problems", [f"the reader ended early ({ran})"])
    return attempts


_READ = f"""
import json, os, sys
from pathlib import Path
from sci_cli.errors import SciError
from sci_cli.store.files import FileStore
store, seen, problems, last = FileStore(Path(sys.argv[1])), 0, [], 0
def alive(pid):
    try:
        return open(f"/proc/{{pid}}/stat").read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
while alive(int(sys.argv[2])) and len(problems) < 10:
    seen += 1
    try:
        revision = store.load("{NAME}").activation.revision
        if revision < last:
            problems.append(f"revision {{revision}} after {{last}}")
        last = revision
    except SciError as problem:
        problems.append(problem.message[:200])
print(json.dumps({{"reads": seen, "problems": problems}}))
"""
