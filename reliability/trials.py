"""Trials that are to change nothing, and the backups that changes are to leave."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from reliability.attempts import Attempts
from reliability.scenes import ADD, HANDOFF, PLACE, READY, VERIFY, Scene, Scenes
from reliability.world import NAME, World, tree

# What is refused, and on which home; a trial has to be refused in the same way.
_REFUSED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("note", ("new", NAME, "--profile", "alibaba-cloud", "--customer", "Acme", "--location", "Hong Kong",
              "--data-plan", "1 TB")),
    ("note", ("set", NAME, "csp.account-status=perhaps")),
    ("note", ("note", NAME, "stale", "--if-revision", "7")),
    ("note", PLACE),
    ("note", HANDOFF),
    ("note", ("done", NAME, "P1")),
    ("note", ("note", "globex-hk-9", "nobody")),
    ("vpn add", ("vpn", "add", NAME, "LAB", "--prefix", "10.20.4.0/24", "--max-prefixes", "9", "--yes")),
    ("vpn add", (*PLACE[:4], "VZ-2", *PLACE[5:])),
    ("handoff", ("order", "verify", NAME, "--seen-csp", "Other", "--seen-data-plan", "1 TB",
                 "--seen-location", "Hong Kong")),
    ("adopt", ("note", NAME, "on a record that was edited")),
)  # fmt: skip
_ALLOWED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("note", ("skip", NAME, "P2", "--reason", "agreed", "--yes")),
    ("vpn add", VERIFY),
    ("vpn add", ("stage", NAME, "received")),
    ("vpn add", ("vpn", "update", NAME, "CORP", "--prefix", "10.21.0.0/16", "--max-prefixes", "9", "--yes")),
    ("note", READY),
    ("vpn add", ADD),
)


def dry_runs(world: World, scenes: Scenes) -> Attempts:
    """`--dry-run` changes no byte below the folder and ends as the real run does."""
    attempts = world.attempts("P31", "--dry-run: every byte of the tree and the exit code compared")
    by_name = {scene.name: scene for scene in scenes.all}
    lines: list[tuple[Scene, tuple[str, ...], int | None]] = [(scene, scene.words, 0) for scene in scenes.all]
    lines += [(by_name[name], words, None) for name, words in (*_REFUSED, *_ALLOWED)]
    attempts.spread(
        [
            (" ".join(words[:6]), partial(_trial, scene, world.sabotage, words, code))
            for scene, words, code in lines
        ]
    )
    return attempts


def _trial(scene: Scene, sabotage: str, words: tuple[str, ...], code: int | None) -> str | None:
    """Tries a command line; how the real run ends is found out where it is not known."""
    with replace(scene.world, sabotage=sabotage).spare() as there:
        before = tree(there.root)
        trial = there.run(*words, "--dry-run")
        if tree(there.root) != before:
            return f"something is changed ({trial})"
        if code is None:
            code = there.run(*words).code
        return None if trial.code == code else f"the trial: {trial}; the real run: exit {code}"


def backups(world: World) -> Attempts:
    """After each change every revision before is there, byte for byte."""
    changes = world.of(6, 60)
    attempts = world.attempts("P4", f"backups of every revision before, after each of {changes} changes")
    there = world.copied("backed")
    earlier: dict[int, bytes] = {}
    for number in range(1, changes + 1):
        earlier[number] = there.record.read_bytes()
        there.must("note", NAME, f"change {number}")
        kept = {path.name: path.read_bytes() for path in (there.home / "backups").iterdir()}
        newest = sorted(earlier)[-50:]
        missing = [each for each in newest if kept.get(f"{NAME}.{each}.yaml") != earlier[each]]
        attempts.case(f"change {number}", f"revision {missing[0]} is not kept" if missing else None)
    return attempts
