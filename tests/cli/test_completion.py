"""What a shell is offered when somebody presses Tab."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.program import NEW, Program, program_words, surroundings


def offered(line: str, home: Path, *, shell: str = "bash") -> list[str]:
    """The completions of the last word of a line, as the shell's script asks for them."""
    words = line.split(" ")
    environ = {
        **surroundings(home),
        "_SCI_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
        "_TYPER_COMPLETE_ARGS": line,
    }
    done = subprocess.run(
        program_words(), capture_output=True, text=True, env=environ, timeout=60, check=False
    )
    assert "Traceback" not in done.stderr
    return [each for each in done.stdout.split("\n") if each]


@pytest.fixture
def home(sci: Program) -> Path:
    """A home folder with two activations."""
    for name in ("acme-hk-1", "globex-sg-1"):
        assert sci(*[name if word == "acme-hk-1" else word for word in NEW]).exit == 0
    return sci.home


def test_commands_are_offered(home: Path) -> None:
    assert {"new", "run", "status", "order", "vpn", "port"} <= set(offered("sci ", home))


def test_commands_are_offered_by_their_first_letters(home: Path) -> None:
    assert offered("sci sta", home) == ["status", "stage"]


def test_the_commands_of_a_group_are_offered(home: Path) -> None:
    assert set(offered("sci order ", home)) == {"sheet", "show", "place", "record", "verify"}


@pytest.mark.parametrize("line", ["sci status ", "sci vpn add ", "sci order place ", "sci done "])
def test_names_of_activations_are_offered(line: str, home: Path) -> None:
    assert offered(line, home) == ["acme-hk-1", "globex-sg-1"]


def test_names_are_offered_by_their_first_letters(home: Path) -> None:
    assert offered("sci status glo", home) == ["globex-sg-1"]


def test_the_steps_of_the_activation_are_offered(home: Path) -> None:
    assert offered("sci done acme-hk-1 P", home) == ["P1", "P2", "P3", "P4"]


def test_options_are_offered(home: Path) -> None:
    assert {"--confirm", "--number", "--accept-billing"} <= set(offered("sci order place --", home))


@pytest.mark.parametrize("line", ["sci status ", "sci done nobody "])
def test_nothing_is_offered_where_nothing_is(line: str, tmp_path: Path) -> None:
    assert [each for each in offered(line, tmp_path / "nowhere") if each.startswith("acme")] == []


def test_a_broken_record_does_not_break_completion(home: Path) -> None:
    (home / "activations" / "acme-hk-1.yaml").write_text("broken: [", encoding="utf-8")
    assert offered("sci status ", home) == ["acme-hk-1", "globex-sg-1"]
    assert offered("sci done acme-hk-1 ", home) == []
