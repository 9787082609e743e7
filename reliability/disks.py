"""Disks that lose power, and disks that are full: real file systems, mounted for the purpose."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from reliability.attempts import Attempts, NotPossibleError
from reliability.scenes import Scenes, judged
from reliability.world import CHANGE, NAME, STORE, World

_IMAGE_MB = 24
# Flushing a folder brings no file along, as on file systems that promise nothing beyond what they were asked.
_ALONE = "loop,data=writeback,noauto_da_alloc"
_FULL_KB = 16  # what is left on the full disk at first; more is taken away in steps


def power_cuts(world: World, rounds: int) -> Attempts:
    """The backing image is copied the moment a change is acknowledged; the copy holds what survived."""
    attempts = world.attempts("P1, P2", "power cut after the acknowledgement (ext4 on a loop device)")
    image, mounted = world.root.parent / "disk.img", world.root.parent / "mounted"
    mounted.mkdir(exist_ok=True)
    with image.open("wb") as file:
        file.truncate(_IMAGE_MB << 20)
    _done("mkfs.ext4", "-q", "-F", str(image))
    for number in range(rounds):
        with _mounted(mounted, "-o", _ALONE, str(image)):
            shutil.rmtree(mounted / "world", ignore_errors=True)
            shutil.copytree(world.root, mounted / "world")
            os.sync()
            there = replace(world, root=mounted / "world")
            for change in range(number + 1):
                ran = there.run("note", NAME, f"change {change}")
            cut = image.with_suffix(".cut")
            shutil.copyfile(image, cut)  # the machine dies here: what was not flushed is not in the image
            expected = there.record.read_bytes()
        with _mounted(mounted, "-o", "loop", str(cut)):
            after = replace(world, root=mounted / "world")
            there_now = after.record.read_bytes() if after.record.exists() else b""
            problem = None
            if not ran.acknowledged:
                problem = f"the change was not made ({ran})"
            elif there_now != expected:
                problem = "acknowledged and lost"
            elif after.run("status", NAME).code:
                problem = "what survived cannot be read"
            attempts.case(f"{number + 1} changes", problem)
    return attempts


def full_disks(world: World, scenes: Scenes) -> Attempts:
    """A disk with less and less room: nothing changed is said, is true, and nothing is left behind."""
    attempts = world.attempts("P35", "a full disk (tmpfs), room taken away in steps of a page")
    (scene,) = scenes.named("note")
    mounted = world.root.parent / "small"
    mounted.mkdir(exist_ok=True)
    refused = 0
    for pages in range(_FULL_KB // 4, -1, -1):
        with _mounted(mounted, "-t", "tmpfs", "-o", "size=2m", "tmpfs"):
            shutil.copytree(world.root, mounted / "world")
            there = replace(world, root=mounted / "world")
            _fill(mounted, pages * 4096)
            ran = there.run(*CHANGE)
            refused += ran.code == STORE
            (mounted / "ballast").unlink()
            attempts.case(f"{pages} pages left", judged(scene, there, ran))
    if not refused:
        attempts.failures.append("no change was refused, so the disk was never full")
    return attempts


def _fill(mounted: Path, left: int) -> None:
    free = os.statvfs(mounted)
    with (mounted / "ballast").open("wb") as file:
        file.write(b"\0" * max(0, free.f_bavail * free.f_frsize - left))


@contextmanager
def _mounted(where: Path, *words: str) -> Iterator[None]:
    if os.name != "posix" or os.geteuid() != 0:
        raise NotPossibleError("mounting a file system needs root")
    _done("mount", *words, str(where))
    try:
        yield
    finally:
        _done("umount", str(where))


def _done(*words: str) -> None:
    if not shutil.which(words[0]):
        raise NotPossibleError(f"{words[0]} is not installed")
    ran = subprocess.run(words, check=False, capture_output=True, text=True)
    if ran.returncode:
        raise NotPossibleError(f"{words[0]}: {ran.stderr.strip()[:120]}")
