"""Runs at a terminal: a person who types when a prompt appears, closes the window, or suspends it."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from tests.corpus.actions import Plan
from tests.corpus.cases import NotPossible
from tests.corpus.program import Result, Word
from tests.corpus.surroundings import Scene


def run(scene: Scene, plan: Plan, argv: Sequence[Word]) -> Result:
    """One run at a terminal of 40 lines and 120 columns.

    Raises:
        NotPossible: there are no terminals for tests here.
    """
    try:
        import pexpect
    except ImportError:
        raise NotPossible("pexpect is not installed") from None
    words = [os.fsdecode(word) for word in [*_as_user(scene), *scene.box.program.words(argv, scene.around)]]
    env = {"TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", **scene.around.env, **scene.box.program.env}
    env.pop("COLUMNS", None)
    started = time.monotonic()
    child = pexpect.spawn(
        words[0], words[1:], env=env, cwd=str(scene.around.cwd), dimensions=(40, 120), timeout=10
    )
    said, ended = b"", True
    try:
        for wait_for, send in plan.keys:
            child.expect_exact(wait_for)
            said += _seen(child.before) + _seen(child.after)
            # The prompt is on the screen a moment before the program listens.
            time.sleep(0.4)
            _act(child, scene, send)
        child.expect(pexpect.EOF)
    except pexpect.TIMEOUT:
        ended = False
    except pexpect.EOF:
        pass
    said += _seen(child.before)
    child.close(force=True)
    code = child.exitstatus if child.exitstatus is not None else 128 + int(child.signalstatus or 0)
    return Result(tuple(argv), code if ended else -1, said, said, time.monotonic() - started, terminal=True)


def _seen(part: object) -> bytes:
    """What was printed, where pexpect has text and not the reason why it stopped."""
    return part if isinstance(part, bytes) else b""


def _act(child: Any, scene: Scene, send: str) -> None:
    """Send the signal of the case, then type; a window that is gone takes no typing."""
    name = str((scene.signal or {}).get("name", ""))
    parts = [part for part in name.split("+") if part]
    for part in parts:
        number = getattr(signal, part, None)
        if number is None:
            raise NotPossible(f"there is no signal {part!r} here")
        with suppress(ProcessLookupError):
            os.kill(child.pid, number)
        time.sleep(0.4)
    if not parts or parts[-1] == "SIGCONT":
        child.send(send)


def _as_user(scene: Scene) -> list[str]:
    user = scene.box.program.user
    if user is None:
        return []
    found = shutil.which("setpriv")
    if found is None:
        raise NotPossible("setpriv, which starts a program at a terminal as another user, is not installed")
    return [found, "--reuid", str(user), "--regid", str(user), "--clear-groups"]
