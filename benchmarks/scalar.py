"""A scalar C program, `sweep.c` beside this file, compiled for the comparison when a compiler is there."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from benchmarks.comparators import Unavailable

SCALAR = "scalar C"
SOURCE = Path(__file__).with_name("sweep.c")


def compiled(folder: Path) -> Path:
    """The program, compiled into the folder.

    Raises:
        Unavailable: there is no compiler, or it does not take the source.
    """
    compiler = shutil.which("cc")
    if compiler is None:
        raise Unavailable("no C compiler named cc")
    program = folder / "sweep"
    command = [compiler, "-O2", "-std=c11", "-o", str(program), str(SOURCE)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise Unavailable(f"cc does not compile it: {done.stderr.strip()[:200]}")
    return program


def compiler_version() -> str:
    """What the compiler calls itself."""
    done = subprocess.run(["cc", "--version"], check=True, capture_output=True, text=True)
    return done.stdout.partition("\n")[0]
