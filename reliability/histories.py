"""Random processes side by side, and whether one after the other explains what each of them was told."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from reliability.attempts import Attempts
from reliability.world import LOCKED, NAME, STALE, World, ended


@dataclass(frozen=True, slots=True)
class Operation:
    """What one process asked for and was told.

    Attributes:
        text: what a change writes; empty for reading.
        began, ended: when, in seconds of one clock.
        code: how it ended; negative for a kill.
        revision: the revision it was told, None for none.
        head: the head it was told.
        expected: the revision it was made for, None for any.
        op_id: its own id, empty for none.
    """

    text: str
    began: float
    ended: float
    code: int
    revision: int | None = None
    head: str = ""
    expected: int | None = None
    op_id: str = ""

    @property
    def done(self) -> bool:
        """Whether it was told that it is done."""
        return self.code == 0 and self.revision is not None


def histories(world: World) -> Attempts:
    """Notes, changes for a revision, repetitions, reads and kills: one serial order explains them."""
    actors, each = world.of(3, 8), world.of(7, 15)
    attempts = world.attempts(
        "P16", f"{actors} processes at a time with {each} random operations each, kills among them"
    )
    there = world if world.store else world.copied("histories")
    first = len(there.events())
    with ThreadPoolExecutor(actors) as pool:
        found = pool.map(lambda seed: _acting(there, seed, each), range(actors))
        operations = [operation for some in found for operation in some]
    events = there.events()
    attempts.cases = len(operations)
    for problem in unexplained(operations, events[first:], first):
        attempts.failures.append(problem)
    return attempts


def _acting(there: World, seed: int, count: int) -> list[Operation]:
    chance = random.Random(seed)
    seen, last = 1, ""
    found = []
    for number in range(count):
        kind = chance.choices(("note", "for", "again", "read", "kill"), (4, 3, 2, 3, 1))[0]
        text = f"{seed}/{number}" if kind != "again" or not last else last
        op_id = f"operation-{text.replace('/', '-')}" if kind in ("again",) else ""
        words = ["note", NAME, text, "-o", "json"] if kind != "read" else ["status", NAME, "-o", "json"]
        words += ["--if-revision", str(seen)] if kind == "for" else []
        words += ["--op-id", op_id] if op_id else []
        began = time.monotonic()
        process = there.start(*words)
        if kind == "kill":
            time.sleep(chance.uniform(0.1, 0.5))
            process.kill()
        ran = ended(process)
        told = ran.document
        found.append(
            Operation(
                "" if kind == "read" else text, began, time.monotonic(), ran.code, told.get("revision"),
                told.get("head", ""), seen if kind == "for" else None, op_id,
            )
        )  # fmt: skip
        seen = told.get("revision") or seen
        last = text if kind == "again" else last
    return found


def unexplained(operations: Sequence[Operation], events: Sequence[dict[str, Any]], first: int) -> list[str]:
    """Everything no serial order explains; the sequence of the events is the only order there can be.

    Args:
        operations: all operations.
        events: what is in the history since they began.
        first: how many events there were before.
    """
    written = [json.dumps(event["changes"]) for event in events]
    places: dict[str, list[int]] = {}
    for operation in operations:
        if operation.text:
            mine = [first + 1 + at for at, text in enumerate(written) if f'"{operation.text}"' in text]
            places[operation.text] = mine
    problems = [problem for each in operations for problem in _alone(each, places, operations)]
    claimed = {revision for found in places.values() for revision in found}
    made = range(first + 1, first + 1 + len(events))
    problems += [f"revision {revision} is nobody's" for revision in made if revision not in claimed]
    heads: dict[int, set[str]] = {}
    for each in operations:
        if each.done and each.revision is not None:
            heads.setdefault(each.revision, set()).add(each.head)
    problems += [f"revision {revision} has two heads" for revision in heads if len(heads[revision]) > 1]
    return problems + _against_time(operations)


def _alone(each: Operation, places: dict[str, list[int]], operations: Sequence[Operation]) -> list[str]:
    """What is wrong with one operation, whatever the others did."""
    if not each.text:
        return [] if each.done or each.code < 0 else [f"a read ended with {each.code}"]
    mine, what = places[each.text], f"{each.text} (exit {each.code})"
    if len(mine) > 1:
        return [f"{what} is in the history {len(mine)} times"]
    if each.done and mine != [each.revision]:
        return [f"{what} was told revision {each.revision}, the history has {mine}"]
    if each.done and each.expected is not None and each.revision != each.expected + 1:
        return [f"{what} was made for revision {each.expected} and became {each.revision}"]
    if each.code in (STALE, LOCKED) and mine and not each.op_id:
        return [f"{what} was refused and is in the history"]
    if each.code == STALE and not _moved_on(each, operations):
        return [f"{what} was told that {each.expected} is stale, which it was not"]
    known = each.done or each.code in (STALE, LOCKED) or each.code < 0
    return [] if known else [f"{what} ended in an unforeseen way"]


def _moved_on(refused: Operation, operations: Sequence[Operation]) -> bool:
    """Whether somebody may have changed the record before the refusal; a kill leaves open what it did."""
    expected = refused.expected or 0
    return any(
        each.text and each.began < refused.ended and (each.code < 0 or (each.revision or 0) > expected)
        for each in operations
        if each is not refused
    )


def _against_time(operations: Sequence[Operation]) -> list[str]:
    """What began after something had ended comes after it."""
    told = sorted((each for each in operations if each.done), key=lambda each: each.began)
    repeated = {each.op_id for each in told if each.op_id}
    problems = []
    for later in told:
        for earlier in told:
            if earlier.ended >= later.began or later.op_id in repeated:
                continue
            a, b = earlier.revision or 0, later.revision or 0
            if b < a or (later.text and b == a):
                problems.append(f"revision {b} was told after revision {a} ({later.text or 'a read'})")
    return problems
