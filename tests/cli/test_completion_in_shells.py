"""Completion as the shells themselves do it, with the script the program gives them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.program import program_words, surroundings
from tests.cli.test_completion import home

__all__ = ["home"]  # a fixture
pytestmark = pytest.mark.skipif(os.name == "nt", reason="these shells are at home on POSIX")

# Line → what is offered for its last word.
OFFERED: Mapping[str, list[str]] = {
    "sci sta": ["stage", "status"],
    "sci status ": ["acme-hk-1", "globex-sg-1"],
    "sci status glo": ["globex-sg-1"],
    "sci vpn ch": ["check"],
    "sci done acme-hk-1 P": ["P1", "P2", "P3", "P4"],
    "sci get acme-hk-1 order.num": ["order.number"],
    "sci get acme-hk-1 facts.csp.account-s": ["facts.csp.account-status"],
    "sci wait acme-hk-1 --until port-": ["port-down", "port-up"],
    "sci schema vpn": ["vpn-check", "vpn-plan", "vpns"],
    "sci order place --accept": ["--accept-billing"],
    "sci status nobody-": [],
}


def installed(shell: str) -> str:
    """Where the shell is; the test is skipped where it is not."""
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"{shell} is not on this machine")
    return found


@pytest.fixture
def environ(home: Path, tmp_path: Path) -> dict[str, str]:
    """What a shell is started with: `sci` is on the path, records are in `home`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "sci"
    program.write_text("#!/bin/sh\nexec " + " ".join(program_words()) + ' "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    kept = {key: os.environ[key] for key in ("LD_LIBRARY_PATH", "FPATH") if key in os.environ}
    around = surroundings(home)
    return {**around, **kept, "PATH": f"{folder}:{around['PATH']}", "HISTFILE": "", "TERM": "dumb"}


def run(words: list[str], environ: Mapping[str, str]) -> list[str]:
    done = subprocess.run(
        words,
        capture_output=True,
        text=True,
        env=dict(environ),
        timeout=60,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.stderr == ""
    return sorted(line for line in done.stdout.splitlines() if line)


@pytest.mark.parametrize("line", OFFERED)
def test_bash_offers(line: str, environ: dict[str, str]) -> None:
    script = (
        'eval "$(_SCI_COMPLETE=source_bash sci)"; read -ra COMP_WORDS <<< "$1"; '
        '[[ "$1" == *" " ]] && COMP_WORDS+=(""); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); '
        "_sci_completion sci; printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    assert run([installed("bash"), "--norc", "-c", script, "bash", line], environ) == OFFERED[line]


@pytest.mark.parametrize("line", OFFERED)
def test_fish_offers(line: str, environ: dict[str, str]) -> None:
    script = '_SCI_COMPLETE=source_fish sci | source; complete -C "$argv[1]"'
    found = run([installed("fish"), "--no-config", "-c", script, line], environ)
    assert [each.partition("\t")[0] for each in found] == OFFERED[line]


@pytest.mark.parametrize("line", [line for line, offered in OFFERED.items() if len(offered) == 1])
def test_tab_completes_in_zsh(line: str, environ: dict[str, str]) -> None:
    pexpect = pytest.importorskip("pexpect")
    child = pexpect.spawn(
        installed("zsh"), ["-f", "-i"], env={**environ, "TERM": "xterm"}, encoding="utf-8", timeout=20
    )
    child.sendline("autoload -Uz compinit; compinit -u -D; unsetopt zle_bracketed_paste")
    child.sendline('eval "$(_SCI_COMPLETE=source_zsh sci)"; echo rea""dy')
    child.expect_exact("ready")
    child.send(f"{line}\t")
    child.expect_exact(OFFERED[line][0])
    child.sendcontrol("c")
    child.close(force=True)


@pytest.mark.parametrize("line", ["sci status glo", "sci vpn ch"])
def test_tab_completes_in_bash(line: str, environ: dict[str, str]) -> None:
    pexpect = pytest.importorskip("pexpect")
    child = pexpect.spawn(
        installed("bash"), ["--norc", "--noprofile", "-i"], env=environ, encoding="utf-8", timeout=20
    )
    child.sendline('eval "$(_SCI_COMPLETE=source_bash sci)"; echo rea""dy')
    child.expect_exact("ready")
    child.send(f"{line}\t")
    child.expect_exact(line.rpartition(" ")[0] + " " + OFFERED[line][0])
    child.sendcontrol("c")
    child.close(force=True)
