"""Commands that scripts call, one of each kind, where streams are odd, and waiting that a signal ends."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.program import Program, program_words, surroundings
from tests.cli.test_streams import ended, home, shell, spawn
from tests.ui.documents import check_printed

__all__ = ["home"]  # a fixture
pytestmark = pytest.mark.skipif(os.name == "nt", reason="descriptors and signals as POSIX has them")

KINDS = {
    "a value": ("get acme-hk-1 revision", 0),
    "a list": ("list -o json", 0),
    "a schema": ("schema status", 0),
    "a verdict": ("check acme-hk-1 --for handoff -o json", 3),
    "an end of waiting": ("wait acme-hk-1 --until complete --timeout 0 -o json", 20),
    "a change": ("done acme-hk-1 P2 -o json", 0),
    "an error": ("get acme-hk-1 no.such -o json", 5),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("around", ["", "</dev/null", "<&-", "CI=true"])
def test_standard_input_and_ci_make_no_difference(kind: str, around: str, home: Path) -> None:
    line, code = KINDS[kind]
    result = shell(f"export {around}; sci {line}" if "=" in around else f"sci {line} {around}", home)
    assert result.exit == code
    assert "Traceback" not in result.err
    check_printed(result.out)


@pytest.mark.parametrize("kind", KINDS)
def test_with_standard_output_closed_the_exit_code_stays(kind: str, home: Path) -> None:
    line, code = KINDS[kind]
    assert shell(f"sci {line} >&-", home).exit == code


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
@pytest.mark.parametrize("kind", KINDS)
def test_a_full_device_is_never_a_success(kind: str, home: Path, sci: Program) -> None:
    line, code = KINDS[kind]
    result = shell(f"sci {line} >/dev/full", home)
    assert result.exit == (code if kind == "an error" else 11), result.err
    assert "Traceback" not in result.err
    if kind == "a change":
        assert sci("get", "acme-hk-1", "steps.P2.state").out == "done\n"


def waiting(home: Path, until: str) -> subprocess.Popen[str]:
    """The program when it has looked once and waits."""
    words = ["wait", "acme-hk-1", "--until", until, "--timeout", "1m", "--poll", "1s", "-v"]
    child = subprocess.Popen(
        [*program_words(), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=surroundings(home),
    )
    assert child.stderr is not None
    said = child.stderr.readline()
    assert said == f"Waiting for {until} of acme-hk-1, up to 1m, looking every 1s.\n"
    return child


@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGINT", 130), ("SIGHUP", 129)])
def test_a_signal_ends_the_wait_with_its_own_code(name: str, code: int, home: Path) -> None:
    child = waiting(home, "complete")
    child.send_signal(getattr(signal, name))
    out, err = child.communicate(timeout=20)
    assert (child.returncode, out) == (code, "")
    assert err == "Stopped; nothing changed.\n"


def test_a_wait_ends_when_another_process_has_recorded_it(home: Path) -> None:
    child = waiting(home, "P2")
    assert shell("sci done acme-hk-1 P2", home).exit == 0
    out, _ = child.communicate(timeout=30)
    assert (child.returncode, out.splitlines()[0]) == (0, "acme-hk-1: step P2 is closed: done.")


def test_on_a_terminal_it_says_what_it_waits_for(home: Path) -> None:
    child = spawn(home, "wait", "acme-hk-1", "--until", "complete")
    child.expect("Waiting for complete of acme-hk-1, up to 30m, looking every 10s.")
    child.sendcontrol("c")
    assert ended(child)[0] == 130
