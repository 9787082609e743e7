"""What a command asks of the system: flushes before the answer, no network, no file elsewhere."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from reliability.attempts import Attempts, NotPossibleError
from reliability.scenes import Scene, Scenes, acknowledged
from reliability.world import World

_WATCHED = (
    "%network,openat,open,creat,fsync,fdatasync,rename,renameat,renameat2,write,link,linkat,mkdir,mkdirat"
)
_CALL = re.compile(r"^[0-9]+ +([a-z0-9_]+)\((.*)\) += (-?[0-9]+)")
_FOLDER = re.compile(r'(?:AT_FDCWD|[0-9]+)<([^>]*)>, "([^"]*)"')
_DESCRIPTOR = re.compile(r"^([0-9]+)<([^>]*)>")
# The C library asks here for the name of a user's number; it is no network, and mostly not there.
_NAME_SERVICE = "/nscd/socket"


@dataclass(frozen=True, slots=True)
class Call:
    """A call that succeeded: its name, its arguments as traced, and the paths in them."""

    name: str
    text: str
    paths: tuple[str, ...]


_WATCHED_BEFORE: dict[tuple[str, str], list[tuple[Scene, list[Call]]]] = {}


def ordered(world: World, scenes: Scenes) -> Attempts:
    """Every file is flushed before it gets its name, and its folder before anything is said."""
    attempts = world.attempts("P3", "flushes of file and folder before the answer, each renamed or new name")
    for scene, calls in _traced(world, scenes):
        for number, call in enumerate(calls):
            if call.name.startswith(("rename", "link")) and len(call.paths) == 2:
                place = Path(call.paths[1]).parent
                what = f"{scene.name}: {Path(call.paths[1]).name}"
                attempts.case(what, _order_problem(calls, number, call, str(place)))
    if not attempts.cases:
        attempts.failures.append("no command gave a file its name")
    return attempts


def _order_problem(calls: list[Call], number: int, call: Call, folder: str) -> str | None:
    before, after = calls[:number], calls[number + 1 :]
    if call.name.startswith("rename") and not _flushed(before, call.paths[0]):
        return "the file is not flushed before it gets its name"
    said = next((place for place, each in enumerate(after) if _says(each)), len(after))
    if not _flushed(after[:said], folder):
        return "the folder is not flushed before the answer"
    return None


def _flushed(calls: list[Call], path: str) -> bool:
    return any(each.name in ("fsync", "fdatasync") and each.paths == (path,) for each in calls)


def _says(call: Call) -> bool:
    return call.name == "write" and call.text.startswith("1<")


def quiet(world: World, scenes: Scenes) -> Attempts:
    """No connection to anything, and nothing opened for writing but below the home."""
    attempts = world.attempts("P40, P41", "no network, nothing opened for writing but below the home")
    for scene, calls in _traced(world, scenes):
        for call in calls:
            if call.name in ("connect", "sendto", "sendmsg", "bind", "listen"):
                calm = "AF_UNIX" in call.text and _NAME_SERVICE in call.text
                attempts.case(f"{scene.name}: {call.name}", None if calm else call.text[:120])
            elif call.name == "socket":
                attempts.case(f"{scene.name}: socket", None if "AF_UNIX" in call.text else call.text[:120])
            elif _writes(call):
                inside = all("/home/" in path or path.endswith("/home") for path in call.paths)
                harmless = call.paths == ("/dev/null",)
                attempts.case(f"{scene.name}: {call.name}", None if inside or harmless else str(call.paths))
    return attempts


def _writes(call: Call) -> bool:
    if call.name in ("open", "openat", "creat"):
        return any(flag in call.text for flag in ("O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"))
    return call.name.startswith(("rename", "link", "mkdir"))


def _traced(world: World, scenes: Scenes) -> list[tuple[Scene, list[Call]]]:
    """The calls of each command, those that failed aside; watched once for each program."""
    known = (str(world.root), world.sabotage)
    if known not in _WATCHED_BEFORE:
        _WATCHED_BEFORE[known] = list(_watched(world, scenes))
    return _WATCHED_BEFORE[known]


def _watched(world: World, scenes: Scenes) -> Iterator[tuple[Scene, list[Call]]]:
    tracer = shutil.which("strace")
    if not tracer:
        raise NotPossibleError("strace is not installed")
    for scene in scenes.all:
        # What Python keeps of compiled modules is no file of the program.
        alone = {"PYTHONDONTWRITEBYTECODE": "1"}
        with replace(scene.world, sabotage=world.sabotage, more=alone).spare() as there:
            log = there.root / "trace"
            wrapper = [tracer, "-f", "--seccomp-bpf", "-y", "-o", str(log), "-e", f"trace={_WATCHED}"]
            ran = there.run(*scene.words, wrapper=wrapper)
            if not log.exists() or not acknowledged(ran):
                raise NotPossibleError(f"strace cannot watch {scene.name} here ({ran})")
            yield scene, list(_calls(log.read_text("utf-8", "replace")))


def _calls(text: str) -> Iterator[Call]:
    for line in text.splitlines():
        match = _CALL.match(line)
        network = re.match(r"^[0-9]+ +(socket|connect|sendto|sendmsg|bind|listen)\((.*)", line)
        if network:  # also one that failed was tried
            yield Call(network[1], network[2], ())
        elif match and not match[3].startswith("-"):
            yield Call(match[1], match[2], tuple(_paths(match[2])))


def _paths(text: str) -> Iterator[str]:
    found = _FOLDER.findall(text)
    for folder, name in found:
        yield name if name.startswith("/") else f"{folder}/{name}"
    if not found:
        descriptor = _DESCRIPTOR.match(text)
        if descriptor:
            yield descriptor[2]


def modes(world: World, scenes: Scenes) -> Attempts:
    """Files 0600 and folders 0700, whatever the shell sets."""
    attempts = world.attempts("P42", "modes of every file and folder under each umask")
    jobs = [
        (f"{scene.name}, umask {mask}", partial(_mode_problem, scene, world.sabotage, mask))
        for scene in scenes.all
        for mask in (("000", "022", "077", "277") if world.thorough else ("000",))
    ]
    attempts.spread(jobs)
    return attempts


def _mode_problem(scene: Scene, sabotage: str, mask: str) -> str | None:
    with replace(scene.world, sabotage=sabotage).spare() as there:
        old = _modes(there.home)
        ran = there.run(*scene.words, wrapper=["sh", "-c", f'umask {mask}; exec "$@"', "sh"])
        if ran.code:
            return f"not done ({ran})"
        for path, (mode, is_folder) in _modes(there.home).items():
            wanted = 0o700 if is_folder else 0o600
            if mode != wanted and old.get(path) != (mode, is_folder):
                return f"{path} has mode {mode:o}"
    return None


def _modes(home: Path) -> Mapping[str, tuple[int, bool]]:
    return {
        str(path.relative_to(home)): (path.stat().st_mode & 0o777, path.is_dir()) for path in home.rglob("*")
    }
