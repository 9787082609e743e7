"""The world a case starts in: a sandbox with a home folder, made once a stage and copied for each case."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import struct
import tempfile
import threading
import zlib
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.corpus.program import Circumstances, Program, Result, Word

NAME = "acme-1"
ACCOUNT = "1234567890123456"
ORDER = "VZ-778812"
CLOCK = "2026-11-23T12:00:00Z"
REVISION = 5

Attached = tuple[tuple[str, tuple[str, ...]], ...]
USUAL: Attached = (("A", ("10.20.0.0/16",)),)


class WorldBroken(Exception):
    """The program could not make a world; everything that starts in it is a failure of the program."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where an activation stands when a case begins.

    Attributes:
        name: empty, started, facts, ready, placed, verified, up, shutdown or handed-off.
        attached: the VPN of the order and its prefixes.
        account: the recorded account.
    """

    name: str
    attached: Attached = USUAL
    account: str = ACCOUNT


@dataclass(slots=True)
class Box:
    """One sandbox. Everything in it belongs to the user the program runs as."""

    root: Path
    program: Program
    state: Path = field(init=False)

    def __post_init__(self) -> None:
        self.state = self.home / "sci"

    @property
    def home(self) -> Path:
        """The user's home folder, around the program's own."""
        return self.root / "home"

    @property
    def outside(self) -> Path:
        """A folder beside it that nothing may touch."""
        return self.root / "outside"

    @property
    def canary(self) -> Path:
        """A file nothing may touch."""
        return self.outside / "canary"

    @property
    def work(self) -> Path:
        """The current folder of the runs, with the files cases give to the program."""
        return self.root / "work"

    @property
    def record(self) -> Path:
        """The file of the activation."""
        return self.state / "activations" / f"{NAME}.yaml"

    @property
    def lock(self) -> Path:
        """Its lock file."""
        return self.state / "activations" / f".{NAME}.lock"

    def environment(self) -> dict[str, str]:
        """The environment of every run, of which cases change parts."""
        return {
            "PATH": os.defpath,
            "HOME": str(self.home),
            "SCI_HOME": str(self.state),
            "SCI_NOW": CLOCK,
            "SCI_USER": "tester",
            "LANG": "C.UTF-8",
            "COLUMNS": "200",
            "TMPDIR": str(self.root / "tmp"),
        }

    def around(self) -> Circumstances:
        """The usual circumstances of a run."""
        return Circumstances(self.environment(), self.work)

    def write(self, path: Path, data: bytes, mode: int = 0o600) -> Path:
        """A file of the user."""
        path.write_bytes(data)
        path.chmod(mode)
        self.program.own(path)
        return path

    def folder(self, path: Path, mode: int = 0o700) -> Path:
        """A folder of the user."""
        path.mkdir()
        path.chmod(mode)
        self.program.own(path)
        return path

    def sci(self, *argv: Word, env: Mapping[str, str] | None = None) -> Result:
        """An ordinary run."""
        around = self.around()
        around.env = {**around.env, **(env or {})}
        return self.program.run(argv, around)

    def must(self, *argv: Word, env: Mapping[str, str] | None = None) -> Result:
        """A run that has to succeed for the case to make sense.

        Raises:
            WorldBroken: it does not.
        """
        result = self.sci(*argv, env=env)
        if result.exit != 0:
            said = (result.err or result.out).decode("utf-8", "replace").strip()[:300]
            raise WorldBroken(f"the world could not be made: {result.line} -> {result.exit}: {said}")
        return result

    def placeholders(self, text: str) -> str:
        """A text with {STATE} and {OUTSIDE} filled in."""
        return text.replace("{STATE}", str(self.state)).replace("{OUTSIDE}", str(self.outside))

    def digests(self) -> dict[str, str]:
        """A digest of everything below the home folder of the program, lock files aside."""
        return {name: digest for name, digest in tree(self.state).items() if not name.endswith(".lock")}


def tree(folder: Path) -> dict[str, str]:
    """For every file a digest of its content, for everything else its kind; by relative path."""
    found: dict[str, str] = {}
    for where, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            path = Path(where) / name
            with suppress(FileNotFoundError):
                found[str(path.relative_to(folder))] = _digest(path)
    return found


def _digest(path: Path) -> str:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return f"link to {path.readlink()}"
    if stat.S_ISREG(mode):
        return hashlib.sha256(path.read_bytes()).hexdigest()
    return f"kind {stat.S_IFMT(mode):o}"


def copy_tree(source: Path, target: Path) -> None:
    """A copy with the same modes and owners."""
    shutil.copytree(source, target, symlinks=True, copy_function=_copy_file, dirs_exist_ok=True)
    for where, folders, _ in os.walk(source):
        for name in ["", *folders]:
            path = Path(where) / name
            _same_owner(path, target / path.relative_to(source))


def _copy_file(source: str, target: str) -> str:
    shutil.copy2(source, target, follow_symlinks=False)
    _same_owner(Path(source), Path(target))
    return target


def _same_owner(source: Path, target: Path) -> None:
    if os.geteuid() == 0:
        status = source.lstat()
        os.chown(target, status.st_uid, status.st_gid, follow_symlinks=False)


class Worlds:
    """All sandboxes of one run of the corpus, below one temporary folder.

    Args:
        folder: the temporary folder, open to all.
        program: what makes the worlds.
    """

    def __init__(self, folder: Path, program: Program) -> None:
        self._folder = folder
        self._program = program
        self._lock = threading.Lock()
        self._templates: dict[Stage, Future[Path]] = {}

    def fresh(self, stage: Stage) -> Box:
        """A sandbox of its own at that stage.

        Raises:
            WorldBroken: the program does not get there.
        """
        template = self._template(stage)
        box = self._empty()
        copy_tree(template, box.home)
        return box

    def discard(self, box: Box) -> None:
        """Remove a sandbox, whatever modes its folders have by now."""
        shutil.rmtree(box.root, ignore_errors=True)
        if box.root.exists():
            for where, folders, _ in os.walk(box.root):
                for name in folders:
                    with suppress(OSError):
                        (Path(where) / name).chmod(0o700)
            shutil.rmtree(box.root, ignore_errors=True)

    def _empty(self) -> Box:
        root = Path(tempfile.mkdtemp(prefix="box-", dir=self._folder))
        root.chmod(0o755)
        box = Box(root, self._program)
        for folder in (box.home, box.outside, box.work, root / "tmp"):
            box.folder(folder)
        box.write(box.canary, b"canary\n")
        return box

    def _template(self, stage: Stage) -> Path:
        with self._lock:
            future = self._templates.get(stage)
            mine = future is None
            if future is None:
                future = self._templates[stage] = Future()
        if mine:
            try:
                future.set_result(self._made(stage))
            except BaseException as error:
                future.set_exception(error)
        return future.result()

    def _made(self, stage: Stage) -> Path:
        box = self._empty()
        for argv in commands_to(stage, box):
            box.must(*argv)
        return box.home


def commands_to(stage: Stage, box: Box) -> Sequence[tuple[str, ...]]:
    """The commands that bring an activation to a stage, at revision 5 in all stages but the first two."""
    if stage.name == "empty":
        return []
    vpn, prefixes = stage.attached[0]
    given = [word for prefix in prefixes for word in ("--prefix", prefix)]
    new = (
        "new", NAME, "--profile", "alibaba-cloud", "--customer", "Acme Ltd", "--location", "Hong Kong",
        "--data-plan", "1 TB", "--vpn", vpn, *given, "--max-prefixes", "100", "--max-prefixes-v6", "100",
    )  # fmt: skip
    decided = ("set", NAME, "cloud-type=vpc", "security-products=none", "csp.order-number=ALI-20261101")
    gates = ("private-ip.active=2", f"csp.account-id={stage.account}", "csp.account-status=active")
    place = ("order", "place", NAME, "--number", ORDER, "--confirm", NAME, "--accept-billing")
    verify = (
        "order", "verify", NAME, "--seen-csp", "Alibaba Cloud", "--seen-data-plan", "1 TB",
        "--seen-location", "Hong Kong",
    )  # fmt: skip
    notes = [("note", NAME, f"remark {number}") for number in (1, 2, 3)]
    ends: dict[str, list[tuple[str, ...]]] = {
        "started": [],
        "facts": [decided, *notes],
        "ready": [(*decided, *gates), *notes],
        "placed": [(*decided, *gates), *notes[:2], place],
        "verified": [(*decided, *gates), notes[0], place, verify],
        "up": [(*decided, *gates), place, verify, ("port", "seen", NAME, "no-shutdown")],
        "shutdown": [(*decided, *gates), place, verify, ("port", "seen", NAME, "shutdown")],
    }
    more = [
        ("vpn", "add", NAME, each, *(word for prefix in ps for word in ("--prefix", prefix)),
         "--max-prefixes", "100", "--max-prefixes-v6", "100", "--yes")
        for each, ps in stage.attached[1:]
    ]  # fmt: skip
    return [new, *ends[stage.name], *more]


def picture() -> bytes:
    """A small PNG that stands for a screen print."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    rows = (b"\x00" + b"\x99" * 8) * 8
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body
