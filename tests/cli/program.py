"""The program as tests call it: in this process with streams of text, or as a process of its own."""

from __future__ import annotations

import io
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sci_cli.cli.demo import sample_picture
from sci_cli.cli.main import main
from sci_cli.cli.session import Session
from tests.ui.documents import check_printed
from tests.ui.scripted import Answer, ScriptedPrompter

USER = "account.manager"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NIMBUS = Path(__file__).parents[1] / "profiles" / "fictitious.yaml"
NIMBUS_NEXT = NIMBUS.with_name("fictitious_next.yaml")

NEW = shlex.split(
    "new acme-hk-1 --profile alibaba-cloud --customer Acme --location Singapore --data-plan 1G"
    " --vpn CORP --prefix 10.20.0.0/16 --max-prefixes 1250"
)
READY = shlex.split(
    "set acme-hk-1 private-ip.active=1 csp.account-id=0123456789012345 csp.account-status=active"
    " cloud-type=vpc security-products=none"
)
PLACE = shlex.split("order place acme-hk-1 --number VZ-1 --confirm acme-hk-1 --accept-billing")


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended and what it wrote."""

    exit: int
    out: str
    err: str

    def json(self) -> dict[str, Any]:
        """The one document on standard output; fails when there is none, or more than one."""
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value


class Clock:
    """A clock that ticks by command."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def tick(self, **passing: float) -> None:
        """Let time pass: `tick(minutes=5)`."""
        self.now += timedelta(**passing)

    def set(self, text: str) -> None:
        """Set the clock to an ISO 8601 time with its zone."""
        self.now = datetime.fromisoformat(text).astimezone(UTC)


class Program:
    """Calls `main` with streams of its own; every call is a new session in the same home folder."""

    def __init__(self, home: Path, clock: Clock, prepared: Mapping[str, Path] | None = None) -> None:
        self.home = home
        self.clock = clock
        self.prepared = prepared or {}
        self.session: Session | None = None

    def __call__(
        self,
        *argv: str,
        answers: Sequence[tuple[str, Answer]] = (),
        home: Path | None = None,
        now: Callable[[], datetime] | None = None,
        stdin: str = "",
        environ: Mapping[str, str] | None = None,
    ) -> Result:
        """Run one command line; with answers, a person sits there and must be asked for all of them."""
        asked = ScriptedPrompter(answers)
        out, err = io.StringIO(), io.StringIO()
        self.session = Session(
            io.StringIO(stdin),
            out,
            err,
            {**surroundings(home or self.home), **(environ or {})},
            now=now or self.clock,
            make_prompter=(lambda: asked) if answers else None,
        )
        code = main(argv, self.session)
        asked.assert_exhausted()
        check_printed(out.getvalue())
        return Result(code, out.getvalue(), err.getvalue())

    def line(self, text: str) -> Result:
        """Run one command line as a person types it, without the `sci`."""
        return self(*shlex.split(text))

    def ready(self) -> None:
        """An activation acme-hk-1 whose order may be placed."""
        shutil.copytree(self.prepared["ready"], self.home)

    def placed(self) -> None:
        """An activation acme-hk-1 whose order is placed."""
        shutil.copytree(self.prepared["placed"], self.home)

    @property
    def record(self) -> bytes:
        """The record of acme-hk-1 as it lies on the disk; nothing when there is none."""
        path = self.home / "activations" / "acme-hk-1.yaml"
        return path.read_bytes() if path.exists() else b""


def prepare(home: Path, state: str) -> Path:
    """Make a home with acme-hk-1 in it, `ready` for its order or with its order `placed`."""
    program = Program(home, Clock())
    for line in (NEW, READY, PLACE)[: 2 if state == "ready" else 3]:
        result = program(*line)
        assert result.exit == 0, result
    return home


def surroundings(home: Path) -> dict[str, str]:
    """The environment of a run: a dumb terminal of 100 columns and nothing of the developer's own."""
    return {
        "SCI_HOME": str(home),
        "SCI_USER": USER,
        "HOME": str(home.parent),
        "USERPROFILE": str(home.parent),
        "PATH": os.environ.get("PATH", ""),
        "TERM": "dumb",
        "NO_COLOR": "1",
        "COLUMNS": "100",
        "_TYPER_FORCE_DISABLE_TERMINAL": "1",
        "TZ": "UTC",
        "PYTHONUTF8": "1",
    }


def program_words() -> list[str]:
    """How the installed program is started: its own script, or the module where there is no script."""
    script = Path(sys.executable).with_name("sci.exe" if os.name == "nt" else "sci")
    return [str(script)] if script.exists() else [sys.executable, "-m", "sci_cli"]


def run_installed(
    *argv: str,
    home: Path,
    environ: Mapping[str, str] | None = None,
    stdin: str = "",
    cwd: Path | None = None,
) -> Result:
    """Run one command line as a process of its own."""
    done = subprocess.run(
        [*program_words(), *argv],
        input=stdin.encode(),
        capture_output=True,
        env={**surroundings(home), **(environ or {})},
        cwd=cwd,
        timeout=60,
        check=False,
    )
    check_printed(done.stdout.decode())
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def write_picture(folder: Path) -> Path:
    """A small real PNG, standing in for a screen print."""
    path = folder / "shot.png"
    path.write_bytes(sample_picture())
    return path
