"""The installed program as another process: which one, as which user, and one run of it with its outcome."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

PLAIN_USER = 65534
SOMEBODY_ELSE = 65533

Word = str | bytes


@dataclass(frozen=True, slots=True)
class Result:
    """How one run ended; `exit` is what a shell would show, -1 where it had to be stopped."""

    argv: tuple[Word, ...]
    exit: int
    out: bytes
    err: bytes
    seconds: float
    terminal: bool = False

    @property
    def line(self) -> str:
        """The command line, shortened, to copy."""
        words = [each.decode("utf-8", "replace") if isinstance(each, bytes) else each for each in self.argv]
        return " ".join(shlex.quote(w if len(w) <= 120 else w[:60] + "...") for w in ["sci", *words])


@dataclass(slots=True)
class Circumstances:
    """Everything around a run that is not its arguments.

    Attributes:
        env: the whole environment.
        cwd: the current folder.
        before: lines of shell that run first, in the process that becomes the program.
        redirect: redirections such as `>&-`.
        wrapper: words in front of the program, such as those of a tracer.
        stdin: its standard input; nothing when None.
        stdout: pipe, full_device or pipe_closed_early.
        umask: of the process, -1 for the usual one.
        limit: seconds after which it is stopped.
    """

    env: Mapping[str, str]
    cwd: Path
    before: list[str] = field(default_factory=list)
    redirect: str = ""
    wrapper: list[str] = field(default_factory=list)
    stdin: bytes | None = None
    stdout: str = "pipe"
    umask: int = 0o022
    limit: float = 20.0


@dataclass(frozen=True, slots=True)
class Program:
    """The program and the user it runs as.

    Attributes:
        command: the console script.
        user: number of the user; None where it runs as whoever runs the tests.
        note: a few words about this for the summary.
        env: what its interpreter needs in the environment.
    """

    command: Path
    user: int | None
    note: str
    env: Mapping[str, str] = field(default_factory=dict)

    def identity(self) -> dict[str, Any]:
        """Arguments of Popen for the user."""
        if self.user is None:
            return {}
        return {"user": self.user, "group": self.user, "extra_groups": []}

    def own(self, *paths: Path) -> None:
        """Give files to the user the program runs as."""
        if self.user is not None:
            for path in paths:
                os.chown(path, self.user, self.user, follow_symlinks=False)

    def words(self, argv: Sequence[Word], around: Circumstances) -> list[Word]:
        """The whole command line, shell and tracer included."""
        whole: list[Word] = [*around.wrapper, str(self.command), *argv]
        if not (around.before or around.redirect):
            return whole
        script = "; ".join([*around.before, f'exec "$@" {around.redirect}'])
        return ["/bin/sh", "-c", script, "sh", *whole]

    def run(self, argv: Sequence[Word], around: Circumstances) -> Result:
        """Run it once to its end."""
        started = time.monotonic()
        process = self.start(argv, around)
        return self.finish(process, argv, around, started)

    def start(self, argv: Sequence[Word], around: Circumstances) -> subprocess.Popen[bytes]:
        """Start it; `finish` has to follow."""
        coded = [each.encode("utf-8", "surrogatepass") if isinstance(each, str) else each for each in argv]
        stdout, after = _standard_output(around.stdout)
        try:
            return subprocess.Popen(
                self.words(coded, around),
                env={**around.env, **self.env},
                cwd=around.cwd,
                stdin=subprocess.DEVNULL if around.stdin is None else subprocess.PIPE,
                stdout=stdout,
                stderr=subprocess.PIPE,
                start_new_session=True,
                umask=around.umask,
                **self.identity(),
            )
        finally:
            if after is not None:
                after.close()

    def finish(
        self, process: subprocess.Popen[bytes], argv: Sequence[Word], around: Circumstances, started: float
    ) -> Result:
        """Wait for its end, or stop it and everything it started at the limit."""
        code = None
        try:
            out, err = process.communicate(around.stdin, timeout=around.limit)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            code = -1
        if code is None:
            code = process.returncode if process.returncode >= 0 else 128 - process.returncode
        return Result(tuple(argv), code, out or b"", err or b"", time.monotonic() - started)


def _standard_output(kind: str) -> tuple[Any, IO[bytes] | None]:
    if kind == "full_device":
        full = Path("/dev/full").open("wb")  # noqa: SIM115  closed by the caller once the process has it
        return full, full
    if kind == "pipe_closed_early":
        reading, writing = os.pipe()
        os.close(reading)
        gone = os.fdopen(writing, "wb")
        return gone, gone
    return subprocess.PIPE, None


def find_program(folder: Path) -> Program:
    """The console script beside the interpreter; as root a plain user runs it, from a copy where he has to.

    Args:
        folder: where a copy may be made, open to all.
    """
    installed = Path(sys.executable).parent / "sci"
    if os.name != "posix" or os.geteuid() != 0:
        return Program(installed, None, "as the user who runs the tests")
    plain = Program(installed, PLAIN_USER, f"as user {PLAIN_USER}")
    if _works(plain, folder):
        return plain
    with suppress(OSError, shutil.Error, importlib.metadata.PackageNotFoundError):
        note = f"as user {PLAIN_USER}, from a private copy"
        # The interpreter may name the folder of its shared library, which the plain user cannot enter.
        library = {"LD_LIBRARY_PATH": str(folder / "base/lib")}
        copied = Program(_private_copy(folder), PLAIN_USER, note, library)
        if _works(copied, folder):
            return copied
    return Program(installed, None, "AS ROOT: a plain user can run neither the program nor a copy of it")


def _works(program: Program, folder: Path) -> bool:
    around = Circumstances({"PATH": os.defpath, "HOME": str(folder)}, folder)
    try:
        return program.run(["--version"], around).exit == 0
    except OSError:
        return False


def _private_copy(folder: Path) -> Path:
    """Interpreter, standard library, program and what it needs, in a folder everybody can read."""
    base, site = (
        folder / "base",
        folder / "venv/lib" / f"python{sysconfig.get_python_version()}/site-packages",
    )
    _copy_interpreter(base)
    # The driver of the shared store is an extra; the cases about servers need it.
    for name in sorted({*_needed("sci-cli"), *_needed("psycopg"), *_needed("psycopg-binary")}):
        _copy_distribution(importlib.metadata.distribution(name), site)
    _copy_package(site)
    script = folder / "venv/bin/sci"
    script.parent.mkdir(parents=True)
    python = script.with_name("python")
    python.symlink_to(base / "bin/python")
    (folder / "venv/pyvenv.cfg").write_text(f"home = {base / 'bin'}\ninclude-system-site-packages = false\n")
    installed = (Path(sys.executable).parent / "sci").read_text()
    script.write_text(re.sub(r"\A#!.*", f"#!{python}", installed))
    script.chmod(0o755)
    return script


def _copy_interpreter(base: Path) -> None:
    stdlib = Path(sysconfig.get_paths()["stdlib"])
    leave = shutil.ignore_patterns(
        "site-packages", "test", "tests", "idlelib", "tkinter", "ensurepip", "config-*"
    )
    shutil.copytree(stdlib, base / "lib" / stdlib.name, ignore=leave, symlinks=True)
    (base / "bin").mkdir()
    shutil.copy2(Path(sys.executable).resolve(), base / "bin/python")
    for library in stdlib.parent.glob("libpython*.so*"):
        shutil.copy2(library, base / "lib" / library.name)


def _needed(name: str, seen: set[str] | None = None) -> set[str]:
    """The names of a distribution and all it requires; none where an optional one is not installed."""
    seen = set() if seen is None else seen
    try:
        requirements = importlib.metadata.requires(name) or []
    except importlib.metadata.PackageNotFoundError:
        if name == "sci-cli":
            raise
        return seen
    seen.add(name)
    for line in requirements:
        required = re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0]
        if "extra ==" in line or required in seen:
            continue
        with suppress(importlib.metadata.PackageNotFoundError):
            importlib.metadata.distribution(required)
            _needed(required, seen)
    return seen


def _copy_distribution(distribution: importlib.metadata.Distribution, site: Path) -> None:
    for file in distribution.files or []:
        source = Path(str(distribution.locate_file(file)))
        if ".." in file.parts or not source.is_file() or file.name.endswith(".pth"):
            continue
        target = site / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def _copy_package(site: Path) -> None:
    """The package itself where it is installed as a link to its source, with the profiles beside it."""
    found = importlib.util.find_spec("sci_cli")
    target = site / "sci_cli"
    if (target / "__init__.py").exists() or found is None or not found.origin:
        return
    package = Path(found.origin).parent
    shutil.copytree(package, target, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    if not (package / "_profiles").is_dir():
        shutil.copytree(package.parent / "profiles", target / "_profiles", dirs_exist_ok=True)
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(target)], check=False, capture_output=True)
