"""What surrounds a run: environment, folders, disks, locks, streams, signals, clocks; one function a verb."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.corpus.cases import Case, NotPossible
from tests.corpus.given_files import as_root
from tests.corpus.program import SOMEBODY_ELSE, Circumstances
from tests.corpus.world import CLOCK, NAME, Box

if sys.platform == "win32":
    raise ImportError("the corpus runs on POSIX systems")


@dataclass(slots=True)
class Scene:
    """A case about to be run.

    Attributes:
        around: the circumstances its runs get.
        obstacles: undone right after the run, before anything else is tried.
        furniture: removed at the very end.
        inject: faults to place at system calls.
        signal: what is sent where, as the case says.
        rivals: real changes made by others while the case runs.
        terminal: whether the run is at a terminal.
        settled: the obstacle stays.
    """

    case: Case
    box: Box
    around: Circumstances
    obstacles: ExitStack = field(default_factory=ExitStack)
    furniture: ExitStack = field(default_factory=ExitStack)
    inject: list[dict[str, Any]] = field(default_factory=list)
    signal: Mapping[str, Any] | None = None
    rivals: bool = False
    terminal: bool = False
    settled: bool = False

    def setenv(self, key: str, value: str | None) -> None:
        """Change one word of the environment of the run."""
        env = {**self.around.env}
        env.pop(key, None)
        if value is not None:
            env[key] = value
        self.around.env = env


def arrange(scene: Scene) -> None:
    """Apply every verb of a case's setup, and what it says beside it.

    Raises:
        NotPossible: a verb or its value is unknown, or cannot be had on this machine.
    """
    for step in scene.case.setup:
        for verb, value in step.items():
            done = VERBS.get(verb)
            if done is None:
                raise NotPossible(f"the setup verb {verb!r} is not known to the harness")
            done(scene, value)
    for verb in ("stdout", "stderr", "stdin"):
        if verb in scene.case.input:
            VERBS[verb](scene, scene.case.input[verb])


def _unknown(verb: str, value: Any) -> NotPossible:
    return NotPossible(f"{verb}: {str(value)[:60]!r} is not known to the harness")


# Environment, folder, limits -------------------------------------------------------------------------------


def _env(scene: Scene, value: Mapping[str, Any]) -> None:
    for key, text in value.items():
        if key in ("PAGER", "EDITOR", "SHELL"):
            scene.setenv(key, scene.box.placeholders(str(text)))
            continue
        if key == "HOME":
            # The default place of the records is what HOME decides.
            scene.setenv("SCI_HOME", None)
        scene.setenv(key, None if text is None else scene.box.placeholders(str(text)))


def _cwd(scene: Scene, value: str) -> None:
    box = scene.box
    if value == "deleted":
        folder = box.folder(box.root / "tmp/gone")
        scene.around.cwd = folder
        scene.around.before.append(f"rmdir {shlex.quote(str(folder))} || exit 99")
    elif value.startswith("contains "):
        folder = box.folder(box.root / "planted")
        for name in value.removeprefix("contains ").split(","):
            code = f"open({str(box.canary)!r}, 'a').write('touched')\n"
            box.write(folder / name.strip(), code.encode())
        scene.around.cwd = folder
    else:
        raise _unknown("cwd", value)


def _umask(scene: Scene, value: Any) -> None:
    scene.around.umask = int(str(value), 8)


def _rlimit(scene: Scene, value: Mapping[str, Any]) -> None:
    options = {"NOFILE": ("-n", 1), "FSIZE": ("-f", 512), "AS": ("-v", 1024)}
    for name, text in value.items():
        if name not in options:
            raise _unknown("rlimit", name)
        option, unit = options[name]
        size = _bytes(str(text)) // (unit if name != "NOFILE" else 1)
        scene.around.before.append(f"ulimit {option} {size}")


def _bytes(text: str) -> int:
    found = re.fullmatch(r"([0-9]+)([kKmMgG]?)", text)
    if not found:
        raise _unknown("a size", text)
    return int(found[1]) * {"": 1, "k": 2**10, "m": 2**20, "g": 2**30}[found[2].lower()]


# Streams ---------------------------------------------------------------------------------------------------


def _stdout(scene: Scene, value: str) -> None:
    if value == "closed":
        scene.around.redirect += " >&-"
    elif value in ("full_device", "pipe", "pipe_closed_early"):
        scene.around.stdout = value
    else:
        raise _unknown("stdout", value)


def _stderr(scene: Scene, value: str) -> None:
    redirects = {"closed": " 2>&-", "full_device": " 2>/dev/full", "pipe": ""}
    if value not in redirects:
        raise _unknown("stderr", value)
    scene.around.redirect += redirects[value]


def _stdin(scene: Scene, value: Any) -> None:
    if value == "closed":
        scene.around.redirect += " <&-"
    elif value not in ("null", None):
        scene.around.stdin = str(value).encode("utf-8", "surrogatepass")


def _tty(scene: Scene, value: Any) -> None:
    scene.terminal = bool(value)


# Folders and disks -----------------------------------------------------------------------------------------


def _state_dir(scene: Scene, value: str) -> None:
    state = scene.box.state
    if value == "read_only_mount":
        as_root("a read-only mount")
        _mount(scene, ["mount", "--bind", str(state), str(state)], state)
        _command(["mount", "-o", "remount,bind,ro", str(state)])
        scene.obstacles.callback(_command, ["mount", "-o", "remount,bind,rw", str(state)])
    elif value == "owned_by_other_user":
        as_root("a folder of another user")
        before = state.stat()
        os.chown(state, SOMEBODY_ELSE, SOMEBODY_ELSE)
        state.chmod(0o755)
        scene.obstacles.callback(state.chmod, 0o700)
        scene.obstacles.callback(os.chown, state, before.st_uid, before.st_gid)
    elif value in ("unwritable", "read_only"):
        for folder in (state, state / "activations"):
            folder.chmod(0o500)
            scene.obstacles.callback(folder.chmod, 0o700)
    else:
        raise _unknown("state_dir", value)


def _mount(scene: Scene, command: list[str], at: Path) -> None:
    _command(command)
    scene.furniture.callback(_command, ["umount", "--lazy", str(at)])


def _command(words: list[str]) -> None:
    done = subprocess.run(words, capture_output=True, check=False)
    if done.returncode != 0:
        raise NotPossible(f"{' '.join(words[:3])} is not allowed here: {done.stderr.decode()[:100].strip()}")


def _fs(scene: Scene, value: Mapping[str, Any]) -> None:
    """A small disk around the program's folder; a little larger where the records would not fit."""
    as_root("a disk of its own")
    if value.get("type") != "tmpfs":
        raise _unknown("fs", value)
    box = scene.box
    kept = box.root / "kept"
    box.home.rename(kept)
    box.folder(box.home)
    needed = sum(path.stat().st_size + 8192 for path in kept.rglob("*"))
    size = max(_bytes(str(value.get("size", "64k"))), needed)
    owner = box.home.stat().st_uid
    options = f"size={size},mode=700,uid={owner},gid={owner}"
    _mount(scene, ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(box.home)], box.home)
    _copied(kept, box.home)
    if value.get("fill") == "full":
        filler = box.home / "filler"
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(b"x" * 512)
        scene.obstacles.callback(filler.unlink)


def _copied(source: Path, target: Path) -> None:
    from tests.corpus.world import copy_tree

    copy_tree(source, target)


def _dir(scene: Scene, value: str) -> None:
    if value != "cloud_sync_folder":
        raise NotPossible(f"a folder of the kind {value!r} cannot be made here")
    box = scene.box
    synchronised = box.folder(box.home / "Dropbox")
    box.state.rename(synchronised / "sci")
    box.state = synchronised / "sci"
    scene.setenv("SCI_HOME", str(box.state))


def _backup_dir(scene: Scene, value: str) -> None:
    folder, away = scene.box.state / "backups", scene.box.root / "backups-away"
    if "missing" not in value:
        folder.chmod(0o500)
        scene.obstacles.callback(folder.chmod, 0o700)
        return
    folder.rename(away)
    scene.obstacles.callback(away.rename, folder)


def _disk(scene: Scene, value: str) -> None:
    if "between temp write and rename" not in value:
        raise _unknown("disk", value)
    scene.inject.append({"syscall": "renameat", "nth": 1, "error": "ENOSPC"})


def _inject(scene: Scene, value: Mapping[str, Any]) -> None:
    if not {"error", "retval", "signal"} & set(value):
        raise _unknown("inject", value)
    scene.inject.append(dict(value))


# Locks, clocks, others -------------------------------------------------------------------------------------


def _lock(scene: Scene, value: str) -> None:
    lock = scene.box.lock
    if value == "is symlink to canary":
        away = scene.box.root / "lock-away"
        lock.rename(away)
        lock.symlink_to(scene.box.canary)
        scene.obstacles.callback(away.replace, lock)
    elif value.startswith("held by live process"):
        _hold(scene, lock, stopped=False)
    elif value.startswith("holder stopped"):
        _hold(scene, lock, stopped=True)
    elif value.startswith("file deleted while held"):
        _hold(scene, lock, stopped=False)
        lock.unlink()
    elif value.startswith("held by own forked child"):
        raise NotPossible(
            "sci starts no editor, pager or mail program, so there is no child to hold anything"
        )
    else:
        raise _unknown("lock", value)


_HOLDER = """\
import fcntl, sys, time
file = open(sys.argv[1], "r+")
fcntl.flock(file, fcntl.LOCK_EX)
print(flush=True)
time.sleep(60)
"""


def _hold(scene: Scene, lock: Path, *, stopped: bool) -> None:
    """Another process takes the lock and writes its number where the last holder's stands."""
    words = [sys.executable, "-I", "-c", _HOLDER, str(lock)]
    holder = subprocess.Popen(words, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    scene.obstacles.callback(_end, holder)
    if holder.stdout is not None:
        holder.stdout.readline()
    text = re.sub(r"^pid: [0-9]+$", f"pid: {holder.pid}", lock.read_text(), flags=re.MULTILINE)
    lock.write_text(text)
    if stopped:
        holder.send_signal(signal.SIGSTOP)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()


def _clock(scene: Scene, value: str) -> None:
    last = datetime.fromisoformat(CLOCK)
    away = re.fullmatch(r"([+-][0-9]+) days? after last event", value)
    if away:
        scene.setenv("SCI_NOW", (last + timedelta(days=int(away[1]))).strftime("%Y-%m-%dT%H:%M:%SZ"))
    elif re.match(r"[0-9]{4}-", value):
        when = datetime.fromisoformat(value)
        when = when.replace(tzinfo=UTC) if when.tzinfo is None else when
        scene.setenv("SCI_NOW", when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    else:
        raise NotPossible(f"a clock that {value} needs a faked system clock")


def _concurrent(scene: Scene, value: Any) -> None:
    if not isinstance(value, str) or not value.startswith("reader during"):
        raise _unknown("concurrent", value)
    scene.rivals = True


def _signal(scene: Scene, value: Mapping[str, Any]) -> None:
    scene.signal = dict(value)


def _input(scene: Scene, value: Any) -> None:
    if value != "merge_bomb":
        raise _unknown("input", value)


def _needs(what: str) -> Callable[[Scene, Any], None]:
    def refuse(scene: Scene, value: Any) -> None:
        raise NotPossible(what)

    return refuse


def make_changes(box: Box, until: Callable[[], bool]) -> int:
    """Real changes, one after the other, until told to stop; how many there were."""
    count = 0
    while not until():
        if box.sci("note", NAME, f"change {count}").exit == 0:
            count += 1
        time.sleep(0.01)
    return count


VERBS: Mapping[str, Callable[[Scene, Any], None]] = {
    "env": _env,
    "cwd": _cwd,
    "umask": _umask,
    "rlimit": _rlimit,
    "stdout": _stdout,
    "stderr": _stderr,
    "stdin": _stdin,
    "tty": _tty,
    "state_dir": _state_dir,
    "fs": _fs,
    "dir": _dir,
    "backup_dir": _backup_dir,
    "disk": _disk,
    "inject": _inject,
    "lock": _lock,
    "clock": _clock,
    "concurrent": _concurrent,
    "signal": _signal,
    "input": _input,
    "pg": _needs("what concerns a server is played by postgres.py, in cases of the kind postgres"),
    "power": _needs("a power cut is played on a disk image by python -m reliability --only power"),
    "shim": _needs("a preloaded library is not built here"),
    "case_insensitive_fs": _needs("a file system that ignores letter case needs a disk image of its own"),
    "text": _needs("what concerns a server is played by postgres.py, in cases of the kind postgres"),
}
