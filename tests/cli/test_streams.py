"""Closed, full and broken streams, signals, and what the environment says about colour and questions."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import NEW, PLACE, READY, Program, Result, program_words, run_installed, surroundings

pytestmark = pytest.mark.skipif(os.name == "nt", reason="descriptors and signals as POSIX has them")

ESC = "\x1b"
ADD = "vpn add acme-hk-1 LAB --prefix 10.40.0.0/16 --max-prefixes 1250 --yes"


@pytest.fixture
def home(sci: Program) -> Path:
    """A home folder with acme-hk-1, its order placed."""
    sci.placed()
    return sci.home


def shell(line: str, home: Path, environ: Mapping[str, str] | None = None) -> Result:
    """Run a line in a shell in which `sci` is the installed program."""
    script = "sci() { " + " ".join(program_words()) + ' "$@"; }\n' + line
    done = subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        env={**surroundings(home), **(environ or {})},
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


# Standard output --------------------------------------------------------------------------------------------


def test_with_standard_output_closed_the_result_is_on_standard_error(home: Path) -> None:
    result = shell("sci status acme-hk-1 >&-", home)
    assert result.exit == 0
    assert "Standard output is closed" in result.err
    assert "acme-hk-1" in result.err


def test_with_both_streams_closed_a_change_is_saved_whole(home: Path, sci: Program) -> None:
    result = shell(f"sci {ADD} >&- 2>&-", home)
    assert (result.exit, result.out, result.err) == (0, "", "")
    names = [vpn["name"] for vpn in sci("vpn", "list", "acme-hk-1", "-o", "json").json()["data"]["vpns"]]
    assert names == ["CORP", "LAB"]


def test_with_every_stream_closed_no_record_file_takes_the_place_of_one(home: Path, sci: Program) -> None:
    result = shell(f"sci {ADD} <&- >&- 2>&-", home)
    assert result.exit == 0
    assert sci("history", "acme-hk-1").exit == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
@pytest.mark.parametrize(
    ("line", "exit_code", "said"),
    [
        ("status acme-hk-1", 11, "could not be written"),
        ("status acme-hk-1 -o json", 11, "could not be written"),
        ("--version", 8, "could not be written"),
        (ADD, 11, "saved"),
        ("nonsense", 2, "nonsense"),
    ],
)
def test_a_full_device_is_an_error_and_says_what_is_saved(
    line: str, exit_code: int, said: str, home: Path
) -> None:
    result = shell(f"sci {line} >/dev/full", home)
    assert result.exit == exit_code, result.err
    assert said in result.err
    assert "Traceback" not in result.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_help_on_a_full_device_is_no_success(home: Path) -> None:
    result = shell("sci --help >/dev/full", home)
    assert result.exit in (8, 11), result.err
    assert "Traceback" not in result.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_what_was_added_while_the_device_was_full_is_on_record(home: Path, sci: Program) -> None:
    shell(f"sci {ADD} >/dev/full", home)
    names = [vpn["name"] for vpn in sci("vpn", "list", "acme-hk-1", "-o", "json").json()["data"]["vpns"]]
    assert names == ["CORP", "LAB"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_an_error_that_cannot_be_shown_keeps_its_exit_code(home: Path) -> None:
    assert shell("sci status nobody 2>/dev/full", home).exit == 5


@pytest.mark.parametrize("line", ["status acme-hk-1 --all", "history acme-hk-1 -o json", ADD])
def test_a_reader_that_leaves_early_is_exit_141_without_a_word(line: str, home: Path) -> None:
    result = shell(f"set -o pipefail; (sleep 0.3; sci {line}; echo $? >&2) | true", home)
    assert result.err == "141\n"


# Standard input ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", ["<&-", "</dev/null", "<<< yes"])
def test_the_checklist_without_a_terminal_says_what_to_type_instead(given: str, home: Path) -> None:
    result = shell(f"sci run acme-hk-1 {given}", home)
    assert result.exit == 2
    assert "needs a terminal" in result.err
    assert "sci done acme-hk-1 STEP" in result.err


def test_an_answer_in_a_pipe_is_no_answer(home: Path, sci: Program) -> None:
    before = sci.record
    result = shell("yes | sci vpn add acme-hk-1 LAB --prefix 10.40.0.0/16 --max-prefixes 9", home)
    assert (result.exit, sci.record) == (2, before)
    assert "--yes" in result.err


# Signals and terminals --------------------------------------------------------------------------------------


def spawn(
    home: Path, *argv: str, environ: Mapping[str, str] | None = None, columns: int = 100, term: str = "dumb"
) -> Any:
    """The installed program on a terminal of its own."""
    pexpect = pytest.importorskip("pexpect")
    env = {**surroundings(home), "TERM": term, **(environ or {})}
    words = program_words()
    child = pexpect.spawn(
        words[0],
        [*words[1:], *argv],
        env=env,
        dimensions=(40, columns),
        encoding="utf-8",
        timeout=15,
        echo=False,
    )
    child.delaybeforesend = None
    child.ptyproc.delayafterclose = 0
    return child


def ended(child: Any) -> tuple[int, str]:
    """The exit code, and everything shown since the last expectation."""
    pexpect = pytest.importorskip("pexpect")
    child.expect(pexpect.EOF)
    child.close()
    return (child.exitstatus if child.exitstatus is not None else -child.signalstatus), child.before


@pytest.mark.parametrize(("name", "exit_code"), [("SIGTERM", 143), ("SIGHUP", 129), ("SIGINT", 130)])
def test_a_signal_during_the_checklist_ends_it_with_its_own_code_and_a_way_back(
    name: str, exit_code: int, home: Path, sci: Program
) -> None:
    before = sci.record
    child = spawn(home, "run", "acme-hk-1", "--plain")
    child.expect("then Enter")
    child.kill(getattr(signal, name))
    code, shown = ended(child)
    assert code == exit_code
    assert "Everything up to the last answer is saved" in shown
    assert "sci run acme-hk-1" in shown
    assert "Traceback" not in shown
    assert sci.record == before


@pytest.mark.parametrize("variable", [{"CI": "1"}, {"CI": "true"}, {"SCI_NO_INPUT": "1"}])
def test_nothing_is_asked_where_questions_are_switched_off_even_on_a_terminal(
    variable: dict[str, str], home: Path
) -> None:
    code, shown = ended(spawn(home, "port", "shutdown", "acme-hk-1", environ=variable))
    assert code == 2
    assert "Missing: --reason, --confirm" in shown


@pytest.mark.parametrize("variable", [{"CI": ""}, {"CI": "false"}, {"SCI_NO_INPUT": "0"}])
def test_a_switch_that_is_off_does_not_stop_questions(variable: dict[str, str], home: Path) -> None:
    child = spawn(home, "port", "shutdown", "acme-hk-1", environ=variable)
    child.expect("Reason")
    child.sendcontrol("c")
    assert ended(child)[0] == 130


@pytest.mark.parametrize("option", [["--no-input"], ["-o", "json"]])
def test_options_that_forbid_questions_hold_on_a_terminal(option: list[str], home: Path) -> None:
    code, shown = ended(spawn(home, *option, "port", "shutdown", "acme-hk-1"))
    assert code == 2
    assert "--reason" in shown


# Colour and width -------------------------------------------------------------------------------------------


def colours(home: Path, *option: str, **variables: str | None) -> bool:
    """Whether a status in a pipe is coloured, with these variables set (None: unset)."""
    env: dict[str, str] = {**surroundings(home), "TERM": "xterm-256color"}
    for name, value in {"NO_COLOR": None, **variables}.items():
        env.pop(name, None)
        if value is not None:
            env[name] = value
    done = subprocess.run(
        [*program_words(), *option, "status", "acme-hk-1"],
        capture_output=True,
        text=True,
        env=env,
        check=True,
    )
    return ESC in done.stdout


@pytest.mark.parametrize(
    ("option", "variables", "coloured"),
    [
        ([], {}, False),
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"CLICOLOR_FORCE": "1"}, True),
        ([], {"CLICOLOR_FORCE": "0"}, False),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ([], {"SCI_COLOR": "always"}, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        ([], {"NO_COLOR": ""}, False),
    ],
)
def test_colour_follows_the_option_then_no_color_then_force_color(
    option: list[str], variables: dict[str, str], coloured: bool, home: Path
) -> None:
    assert colours(home, *option, **variables) is coloured


@pytest.mark.parametrize(
    ("term", "variables", "coloured"),
    [("xterm-256color", {}, True), ("dumb", {}, False), ("xterm-256color", {"NO_COLOR": "1"}, False)],
)
def test_colour_on_a_terminal(term: str, variables: dict[str, str], coloured: bool, home: Path) -> None:
    child = spawn(home, "status", "acme-hk-1", term=term, environ={"NO_COLOR": "", **variables})
    code, shown = ended(child)
    assert code == 0
    assert (ESC in shown) is coloured


@pytest.mark.parametrize(
    "variables", [{"FORCE_COLOR": "1"}, {"CLICOLOR_FORCE": "1"}, {"SCI_COLOR": "always"}]
)
def test_documents_for_scripts_are_never_coloured(variables: dict[str, str], home: Path) -> None:
    told = {**variables, "NO_COLOR": "", "TERM": "xterm-256color"}
    for output in ("json", "yaml", "csv"):
        result = run_installed("vpn", "list", "acme-hk-1", "-o", output, home=home, environ=told)
        assert (result.exit, ESC in result.out) == (0, False)


@pytest.mark.parametrize("columns", ["0", "abc", "", "-5", "1", "99999999999999999999", "\u0663"])
def test_a_width_that_is_none_is_no_error(columns: str, home: Path) -> None:
    result = run_installed("status", "acme-hk-1", home=home, environ={"COLUMNS": columns})
    assert (result.exit, result.err) == (0, "")
    assert max(map(len, result.out.splitlines())) <= 200
    assert "acme-hk-1" in result.out


@pytest.mark.parametrize("columns", [60, 80, 100])
def test_no_line_is_wider_than_the_screen_except_commands_to_copy(columns: int, home: Path) -> None:
    for words in (
        ["status", "acme-hk-1", "--all"],
        ["vpn", "list", "acme-hk-1"],
        ["list"],
        ["history", "acme-hk-1"],
    ):
        result = run_installed(*words, home=home, environ={"COLUMNS": str(columns)})
        wide = [line for line in result.out.splitlines() if len(line) > columns and "sci " not in line]
        assert wide == [], words


def test_output_in_an_encoding_that_lacks_a_character_is_replaced_and_not_a_crash(
    tmp_path: Path, sci: Program
) -> None:
    named = [word if word != "Acme" else "M\u00fcller \u4e2d" for word in NEW]
    assert sci(*named).exit == 0
    told = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    result = run_installed("status", "acme-hk-1", home=sci.home, environ=told)
    assert (result.exit, result.err) == (0, "")
    assert "M?ller ?" in result.out


def test_the_lines_this_module_stands_on_are_good(tmp_path: Path) -> None:
    for line in (NEW, READY, PLACE):
        assert run_installed(*line, home=tmp_path / "home").exit == 0
