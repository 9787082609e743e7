"""What holds for every command, every error and every option, so that a new one cannot forget it."""

from __future__ import annotations

import ast
import inspect
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import typer

import sci_cli
from sci_cli import errors
from sci_cli.cli.main import build
from sci_cli.errors import ExitCode, SciError
from sci_cli.operations.glossary import FINDINGS
from tests.cli.make_imports import GOLDEN, report
from tests.cli.program import Program, Result, surroundings

SOURCE = Path(sci_cli.__file__).parent
ROOT: Any = typer.main.get_command(build())


def commands(group: Any = ROOT, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command and group below a group, with the words that call it."""
    for name, command in group.commands.items():
        yield (*path, name), command
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))


EVERYTHING = list(commands())
LEAVES = [(path, command) for path, command in EVERYTHING if not hasattr(command, "commands")]


def called(found: tuple[tuple[str, ...], Any]) -> str:
    return " ".join(found[0])


def examples(command: Any) -> list[str]:
    """The command lines in a command's epilog."""
    head, *lines = [line.strip() for line in (command.epilog or "").splitlines() if line.strip()]
    assert head == "Examples:"
    return lines


# Help -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("found", EVERYTHING, ids=called)
def test_every_command_and_option_has_help_without_square_brackets(
    found: tuple[tuple[str, ...], Any],
) -> None:
    _, command = found
    texts = [command.help or "", *(getattr(each, "help", None) or "" for each in command.params)]
    visible = [each for each in command.params if not getattr(each, "hidden", False) and each.name != "help"]
    assert command.help
    assert [each.name for each in visible if not getattr(each, "help", None)] == []
    assert [text for text in (*texts, command.epilog or "") if "[" in text or "]" in text] == []


def test_no_provider_is_named_in_the_program() -> None:
    """What a provider wants stands in its profile and nowhere else."""
    names = {"alibaba", "aliyun"}
    sources = (Path(__file__).parents[2] / "sci_cli").rglob("*.py")
    assert [
        path.name for path in sources if any(name in path.read_text("utf-8").lower() for name in names)
    ] == []


@pytest.mark.parametrize("path", [path for path, _ in LEAVES], ids=" ".join)
def test_a_command_built_alone_is_the_same_as_among_all_others(path: tuple[str, ...]) -> None:
    def one(root: Any) -> Any:
        for word in path:
            root = root.commands[word]
        return [(param.name, param.opts, param.help, param.required) for param in root.params], root.help

    alone: Any = typer.main.get_command(build([*path, "acme-hk-1"]))

    assert one(alone) == one(ROOT)
    assert [*alone.commands] == [path[0]]


def test_no_command_is_built_for_the_home_screen_and_all_where_nobody_can_tell() -> None:
    assert typer.main.get_command(build(["--home", "x", "-q"])).commands == {}  # type: ignore[attr-defined]  # a group
    for words in (["--help"], ["nope"], ["--nope", "status"], ["-qo", "json", "status"], ["--", "status"]):
        built: Any = typer.main.get_command(build(words))
        assert [*built.commands] == [*ROOT.commands], words


def test_every_command_has_two_or_three_examples() -> None:
    counted = {called(found): len(examples(found[1])) for found in LEAVES}
    assert {name: count for name, count in counted.items() if count not in (2, 3)} == {}


@pytest.mark.parametrize("found", LEAVES, ids=called)
def test_every_example_is_a_command_line_that_parses(found: tuple[tuple[str, ...], Any]) -> None:
    path, command = found
    called_by = []
    for line in examples(command):
        program, *words = shlex.split(line)
        assert program == "sci"
        called_by.append(parsed(words))
    assert called_by[0] == path, "the first example is one of another command"


def parsed(words: list[str]) -> tuple[str, ...]:
    """The command that a command line calls, parsed with all its options and never run."""
    context: Any = ROOT.make_context("sci", list(words))
    group: Any = ROOT
    path: list[str] = []
    while hasattr(group, "commands"):
        rest = [*context._protected_args, *context.args]
        name, group, rest = group.resolve_command(context, rest)
        path.append(name)
        context = group.make_context(name, rest, parent=context)
    return tuple(path)


def test_the_help_of_every_command_shows_its_examples_whole(
    sci: Program, capsys: pytest.CaptureFixture[str]
) -> None:
    for path, command in [((), ROOT), *EVERYTHING]:
        result = sci(*path, "--help")
        shown = result.out + capsys.readouterr().out
        assert (result.exit, result.err) == (0, ""), path
        assert "Usage: " + " ".join(("sci", *path)) in shown
        for line in (command.epilog or "").strip().splitlines():
            assert " ".join(line.split()) in " ".join(shown.split()), path


def test_short_examples_stand_on_lines_of_their_own(sci: Program, capsys: pytest.CaptureFixture[str]) -> None:
    for path, command in LEAVES:
        result = sci(*path, "--help")
        lines = [line.strip() for line in (result.out + capsys.readouterr().out).splitlines()]
        short = [line for line in examples(command) if len(line) < 70]
        assert [line for line in short if line not in lines] == [], path


# Start-up ---------------------------------------------------------------------------------------------------

HEAVY = {"questionary", "prompt_toolkit", "jinja2", "psycopg"}


def imported(home: Path, *argv: str) -> set[str]:
    """Every module a run imports, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "sci_cli", *argv],
        capture_output=True,
        text=True,
        env=surroundings(home),
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return {
        line.rsplit("|", 1)[1].strip() for line in done.stderr.splitlines() if line.startswith("import time:")
    }


def test_what_each_kind_of_command_imports_is_written_down(sci: Program) -> None:
    sci.placed()
    found = report(sci.home)
    assert found == GOLDEN.read_text("utf-8"), "if this is wanted: python -m tests.cli.make_imports"


def packages(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


@pytest.mark.parametrize("argv", [("--help",), ("--version",), ("list",)], ids=" ".join)
def test_starting_imports_nothing_heavy(argv: tuple[str, ...], tmp_path: Path) -> None:
    assert packages(imported(tmp_path / "home", *argv)) & HEAVY == set()


def test_a_status_for_scripts_imports_no_screens_and_nothing_of_ours_that_needs_pydantic(
    sci: Program,
) -> None:
    sci.ready()
    found = imported(sci.home, "status", "acme-hk-1", "-o", "json")
    assert packages(found) & (HEAVY | {"rich"}) == set()
    assert found & modules_that_import("pydantic") == set()


def modules_that_import(package: str) -> set[str]:
    """Our modules that import a package while they are imported themselves."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        name = ".".join(("sci_cli", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(
            ".__init__"
        )
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(each.partition(".")[0] == package for each in names):
                found.add(name)
    return found


# Errors and findings ----------------------------------------------------------------------------------------


def error_kinds() -> list[type[SciError]]:
    classes = [each for _, each in inspect.getmembers(errors, inspect.isclass)]
    return [each for each in classes if issubclass(each, SciError) and each is not SciError]


@pytest.mark.parametrize("kind", error_kinds(), ids=lambda kind: kind.__name__)
def test_every_error_has_a_code_an_exit_code_and_a_docstring(kind: type[SciError]) -> None:
    assert re.fullmatch(r"[a-z]+(\.[a-z_]+)?", kind.__dict__["code"])
    assert isinstance(kind.__dict__["exit_code"], ExitCode)
    assert kind.__doc__
    assert kind.__doc__.strip().endswith(".")


def test_no_two_errors_share_a_code() -> None:
    kinds: list[type[SciError]] = [SciError, *error_kinds()]
    codes = [kind.code for kind in kinds]
    assert sorted(codes) == sorted(set(codes))


def test_every_finding_the_rules_can_make_is_explained_and_nothing_else_is() -> None:
    nouns = "backup|draft|evidence|fact|handoff|history|home|machine|order|package|port|prefix|profile|record"
    nouns += "|step|vpn"
    code = re.compile(rf"({nouns})\.[a-z]+(_[a-z]+)*")
    used: set[str] = set()
    for room in ("domain", "operations", "store"):
        for path in (SOURCE / room).glob("*.py"):
            if path.name != "glossary.py":
                calls = [
                    each
                    for each in ast.walk(ast.parse(path.read_text("utf-8")))
                    if isinstance(each, ast.Call)
                ]
                given = [
                    node.value
                    for call in calls
                    for arg in call.args
                    if isinstance(arg, (ast.Constant, ast.IfExp))
                    for node in ast.walk(arg)
                    if isinstance(node, ast.Constant)
                ]
                used |= {text for text in given if isinstance(text, str) and code.fullmatch(text)}
    assert used == set(FINDINGS)


def test_sci_explain_knows_every_finding_in_every_activation(sci: Program) -> None:
    for code in FINDINGS:
        result = sci("explain", code)
        assert (result.exit, result.err) == (0, ""), code
        assert FINDINGS[code].split()[0] in result.out


# The document for scripts -----------------------------------------------------------------------------------

KEYS = [
    "schema", "ok", "command", "changed", "activation", "revision", "head", "dry_run", "data", "findings",
    "notices", "error", "next",
]  # fmt: skip

Place = Callable[[list[str]], tuple[list[str], dict[str, str]]]
PLACES: dict[str, Place] = {
    "before": lambda words: (["-o", "json", *words], {}),
    "after": lambda words: ([*words, "-o", "json"], {}),
    "joined": lambda words: ([*words, "--output=json"], {}),
    "environment": lambda words: (words, {"SCI_OUTPUT": "json"}),
}


def one_document(result: Result) -> dict[str, Any]:
    """The one ASCII document on standard output, with the keys every document has."""
    assert result.out.isascii()
    document, end = json.JSONDecoder().raw_decode(result.out)
    assert result.out[end:] == "\n"
    assert list(document) == KEYS
    return dict(document)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        (["list"], 0, None),
        (["status", "acme-hk-1"], 0, None),
        (["status", "m\u00fcnchen"], 5, "activation.not_found"),
        (["status", "acme-hk-1", "--no-such"], 2, "usage.wrong"),
        (["status", "acme-hk-1", "too", "many"], 2, "usage.wrong"),
        (["no-such-command"], 2, "usage.wrong"),
        (["vpn", "no-such-command"], 2, "usage.wrong"),
        (["order", "place"], 2, "usage.wrong"),
        (["vpn", "add", "acme-hk-1", "LAB", "--prefix", "10.20.4.0/22", "--yes"], 4, "rule.violated"),
        (["port", "shutdown", "acme-hk-1", "--confirm", "acme-hk-1"], 2, "usage.answers_missing"),
        (["order", "place", "acme-hk-1", "--number", "VZ-2"], 6, "conflict.already"),
        (["run", "acme-hk-1"], 2, "usage.answers_missing"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_scripts_get_one_ascii_document_whatever_happens(
    words: list[str], exit_code: int, code: str | None, place: str, sci: Program
) -> None:
    sci.placed()
    argv, environ = PLACES[place](words)
    result = sci(*argv, environ=environ)
    document = one_document(result)
    assert result.exit == exit_code
    assert document["ok"] is (code is None)
    assert (document["error"] or {}).get("code") == code
    assert (document["error"] or {}).get("exit_code", 0) == exit_code


def test_a_bug_is_one_document_without_the_values_that_caused_it(sci: Program) -> None:
    def broken() -> datetime:
        raise ZeroDivisionError("0123456789012345")

    sci.ready()
    result = sci("status", "acme-hk-1", "-o", "json", now=broken)
    document = one_document(result)
    assert result.exit == 1
    assert document["error"]["code"] == "bug"
    assert "ZeroDivisionError" in document["error"]["message"]
    assert "0123456789012345" not in result.out + result.err
    assert "Traceback" not in result.err


def test_the_command_of_a_document_is_the_words_that_called_it(sci: Program) -> None:
    sci.placed()
    assert sci("vpn", "list", "acme-hk-1", "-o", "json").json()["command"] == "vpn list"
    assert sci("-o", "json").json()["command"] == "home"


# Options ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ["status", "acme-hk-1", "-o", "json", "--output", "yaml"],
        ["status", "acme-hk-1", "--home", "a", "--home", "b"],
        ["new", "x-1", "--customer", "A", "--customer", "B"],
        ["order", "place", "acme-hk-1", "--number", "1", "--number", "2"],
        ["vpn", "add", "acme-hk-1", "LAB", "--max-prefixes", "10", "--max-prefixes=20"],
        ["set", "acme-hk-1", "a=b", "--if-revision", "1", "--if-revision", "2"],
        ["--home", "a", "--home", "b", "list"],
    ],
    ids=" ".join,
)
def test_an_option_given_twice_is_refused(words: list[str], sci: Program) -> None:
    result = sci(*words)
    assert result.exit == 2
    assert "given twice" in result.out + result.err


def test_options_that_take_several_values_may_be_given_several_times(sci: Program) -> None:
    new = "new x-1 --profile alibaba-cloud --customer A --location B --location C --data-plan 1"
    assert sci.line(new).exit == 0
    assert sci("status", "x-1", "-o", "json").json()["data"]["header"]["location"] == "B, C"


@pytest.mark.parametrize("words", [["-o", "xml", "list"], ["list", "-o", "xml"], ["list", "--output=xml"]])
def test_a_wrong_output_format_is_refused_with_those_there_are(words: list[str], sci: Program) -> None:
    result = sci(*words)
    assert (result.exit, result.out) == (2, "")
    assert "text, json, yaml, csv" in result.err
    assert "'xml'" in result.err


@pytest.mark.parametrize(
    "option",
    [
        ["-o", "json"],
        ["-o", "yaml"],
        ["--output=csv"],
        ["--plain"],
        ["--quiet"],
        ["-q"],
        ["--verbose"],
        ["-v"],
        ["--no-input"],
        ["--color", "always"],
        ["--color=never"],
        ["--home", "elsewhere"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("words", [["status", "acme-hk-1"], ["vpn", "list", "acme-hk-1"]], ids=" ".join)
def test_global_options_mean_the_same_before_and_after_the_command(
    words: list[str], option: list[str], sci: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sci.placed()
    assert sci(*option, *words) == sci(*words, *option)


@pytest.mark.parametrize("text", ["-q", "--yes", "-o", "--output=json", "--home", "--", "-"])
def test_a_value_that_looks_like_an_option_is_kept_as_a_value(text: str, sci: Program) -> None:
    sci.ready()
    result = sci("note", "acme-hk-1", "--note", text)
    assert (result.exit, result.err) == (0, "")
    assert "saved, revision 3" in result.out
    notes = sci("history", "acme-hk-1", "-o", "json").json()["data"]["notes"]
    assert [each["text"] for each in notes] == [text]


@pytest.mark.parametrize("words", [["--home", "", "list"], ["list", "--home", ""], ["list", "--home="]])
def test_an_empty_home_folder_is_said_to_be_empty(words: list[str], sci: Program) -> None:
    result = sci(*words)
    assert (result.exit, result.out) == (2, "")
    assert "--home is empty" in result.err


def test_the_version_is_that_of_the_package(sci: Program) -> None:
    assert sci("--version") == Result(0, f"sci {sci_cli.__version__}\n", "")
