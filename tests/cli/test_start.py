"""The quick answers to a Tab press are those of the parser."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

import pytest

from sci_cli.cli.start import WITHOUT_NAME, quick
from tests.cli.program import Program, surroundings
from tests.cli.test_completion import home
from tests.cli.test_guards import LEAVES

__all__ = ["home"]  # a fixture


def asked(line: str, environ: Mapping[str, str], **more: str) -> dict[str, str]:
    """What bash puts into the environment for the last word of a line."""
    told = {"_SCI_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
    return {**environ, **told, **more}


def by_the_parser(environ: Mapping[str, str]) -> list[str]:
    """What the program offers when it does not take the quick way."""
    code = "from sci_cli.cli.main import run; run()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=dict(environ),
        timeout=60,
        check=False,
    )
    return [each for each in done.stdout.split("\n") if each]


@pytest.mark.parametrize(
    "line",
    ["sci ", "sci s", "sci sta", "sci vpn ", "sci order p", "sci x", "sci status ", "sci vpn add acme"],
)
def test_the_quick_answer_is_that_of_the_parser(line: str, sci: Program, home: object) -> None:
    environ = asked(line, surroundings(sci.home))
    offered = quick(environ)
    assert offered is not None
    assert offered == by_the_parser(environ)


def test_names_are_offered_behind_the_commands_that_take_one_and_no_others(
    sci: Program, home: object
) -> None:
    for path, command in LEAVES:
        arguments = [each for each in command.params if each.param_type_name == "argument"]
        takes = bool(arguments) and arguments[0].name in ("name", "names") and " ".join(path) != "new"
        called = " ".join(path)
        assert (called not in WITHOUT_NAME) is takes, called
        offered = quick(asked(f"sci {called} ", surroundings(sci.home)))
        assert offered == (["acme-hk-1", "globex-sg-1"] if takes else None), called


@pytest.mark.parametrize(
    "line",
    ["sci --", "sci -o json status ", "sci status --", "sci 'sta", 'sci "sta', "sci status a\\",
     "sci  status ", "sci status acme-hk-1 ", "sci done acme-hk-1 P", "sci stat\u00fcs ", "sci nothing-such ",
     "sci vpn nothing ", "sci"],
)  # fmt: skip
def test_everything_else_is_left_to_the_parser(line: str, sci: Program, home: object) -> None:
    assert quick(asked(line, surroundings(sci.home))) is None


@pytest.mark.parametrize(
    "more",
    [{"_SCI_COMPLETE": "complete_zsh"}, {"SCI_STORE": "postgresql://x"}, {"SCI_HOME": "relative"},
     {"SCI_HOME": "/nowhere/at/all"}, {"COMP_CWORD": ""}, {"COMP_CWORD": "\u0662"}, {"COMP_CWORD": "1"}],
)  # fmt: skip
def test_other_shells_and_stores_are_left_to_the_parser(
    more: dict[str, str], sci: Program, home: object
) -> None:
    assert quick(asked("sci status ac", surroundings(sci.home), **more)) is None


def test_a_quick_answer_imports_no_parser(sci: Program, home: object) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "sci_cli"],
        capture_output=True,
        text=True,
        env=asked("sci status ac", surroundings(sci.home)),
        timeout=60,
        check=True,
    )
    assert done.stdout == "acme-hk-1\n"
    assert "typer" not in done.stderr
    ours = [line.rsplit("|", 1)[1].strip() for line in done.stderr.splitlines() if "sci_cli" in line]
    assert sorted(ours) == [
        "sci_cli",
        "sci_cli.cli",
        "sci_cli.cli.commands",
        "sci_cli.cli.panels",
        "sci_cli.cli.start",
    ]
