"""Every command in every way a script calls it; the lines are in `tests/cli/lines.py`."""

from __future__ import annotations

import csv
import io
import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli import lines as said
from tests.cli.lines import LINES, Lines
from tests.cli.program import Program, Result
from tests.cli.test_guards import KEYS, LEAVES
from tests.ui.documents import problems

COMMANDS = {" ".join(path): command for path, command in LEAVES}
GOOD = [name for name, lines in LINES.items() if lines.good]


@pytest.fixture
def run(sci: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs a line with more words behind it, in a home made for it."""
    monkeypatch.chdir(tmp_path)
    said.place(tmp_path)

    def run(lines: Lines, line: str, *more: str, before: bool = True) -> Result:
        said.set_up(sci, lines, before=before)
        return sci(*shlex.split(line), *more)

    return run


def one_document(result: Result) -> dict[str, Any]:
    """The only document printed, in ASCII, with every key, as its schema says."""
    assert result.out.isascii()
    document: dict[str, Any] = json.loads(result.out)
    assert list(document) == KEYS
    assert problems(document) == []
    return document


def takes(name: str, option: str) -> bool:
    return any(option in each.opts for each in COMMANDS[name].params)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its content; locks hold none."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }


def test_every_command_has_its_lines() -> None:
    assert sorted(LINES) == sorted(COMMANDS), "a new command needs a line in tests/cli/lines.py"
    assert [name for name, lines in LINES.items() if not lines.good and not lines.why_none] == []


@pytest.mark.parametrize("name", GOOD)
def test_success_is_exit_0_and_one_valid_document(name: str, run: Callable[..., Result]) -> None:
    lines = LINES[name]
    result = run(lines, lines.good, "-o", "json")
    document = one_document(result)
    assert (result.exit, result.err) == (0, "")
    assert (document["schema"], document["ok"], document["error"]) == (f"sci.{lines.document}/1", True, None)
    assert document["command"] == name


@pytest.mark.parametrize("name", LINES)
def test_failure_is_its_exit_code_one_valid_document_and_a_sentence(
    name: str, run: Callable[..., Result]
) -> None:
    lines = LINES[name]
    line, code = lines.bad
    result = run(lines, line, "-o", "json", before=False)
    document = one_document(result)
    assert (result.exit, document["ok"], document["error"]["exit_code"]) == (code, False, code)
    assert document["command"] == name
    assert result.err.startswith(("Error: ", "WARNING", "BLOCKER"))
    assert "Traceback" not in result.err


@pytest.mark.parametrize("name", LINES)
def test_an_option_that_does_not_exist_is_exit_2_and_changes_nothing(
    name: str, run: Callable[..., Result], sci: Program
) -> None:
    lines = LINES[name]
    result = run(lines, f"{lines.good or lines.bad[0]} --no-such-option", "-o", "json")
    assert (result.exit, one_document(result)["error"]["code"]) == (2, "usage.wrong")


@pytest.mark.parametrize("name", LINES)
def test_with_no_input_nothing_is_asked(name: str, run: Callable[..., Result]) -> None:
    lines = LINES[name]
    if lines.good:
        assert run(lines, lines.good, "--no-input", "-q").exit == 0
    bare = run(lines, name, "--no-input", "-o", "json", before=False)
    document = one_document(bare)
    assert bare.exit in (0, 2)
    assert document["ok"] is (bare.exit == 0)


@pytest.mark.parametrize("name", [name for name in GOOD if takes(name, "--dry-run")])
def test_a_dry_run_ends_with_the_same_exit_code_and_leaves_every_file(
    name: str, run: Callable[..., Result], sci: Program, tmp_path: Path
) -> None:
    lines = LINES[name]
    said.set_up(sci, lines)
    before = tree(tmp_path)
    result = sci(*shlex.split(lines.good), "--dry-run", "-o", "json")
    document = one_document(result)
    assert (result.exit, document["dry_run"], document["schema"]) == (0, True, f"sci.{lines.document}/1")
    assert tree(tmp_path) == before


@pytest.mark.parametrize("name", GOOD)
def test_yaml_says_the_same_as_json(name: str, run: Callable[..., Result]) -> None:
    lines = LINES[name]
    as_json = run(lines, lines.good, "-o", "json")
    as_yaml = run(lines, lines.good, "-o", "yaml")
    assert as_yaml.out.isascii()
    assert (as_yaml.exit, yaml.safe_load(as_yaml.out)) == (0, json.loads(as_json.out))


@pytest.mark.parametrize("name", LINES)
def test_a_failure_in_yaml_says_the_same_as_in_json(name: str, run: Callable[..., Result]) -> None:
    lines = LINES[name]
    line, code = lines.bad
    as_json = run(lines, line, "-o", "json", before=False)
    as_yaml = run(lines, line, "-o", "yaml", before=False)
    same = as_yaml.out.replace("-o yaml", "-o json")  # in the command to copy
    assert (as_yaml.exit, yaml.safe_load(same)) == (code, json.loads(as_json.out))


@pytest.mark.parametrize("name", GOOD)
def test_csv_is_a_table_or_refused_before_anything_happens(
    name: str, run: Callable[..., Result], sci: Program, tmp_path: Path
) -> None:
    lines = LINES[name]
    said.set_up(sci, lines)
    before = tree(tmp_path)
    result = sci(*shlex.split(lines.good), "-o", "csv")
    if COMMANDS[name].callback.table:
        rows = list(csv.reader(io.StringIO(result.out)))
        assert (result.exit, result.err) == (0, "")
        assert {len(row) for row in rows} == {len(rows[0])}
    else:
        assert (result.exit, result.out) == (2, "")
        assert "csv is for lists" in result.err
        assert tree(tmp_path) == before


@pytest.mark.parametrize("name", GOOD)
def test_a_format_that_does_not_exist_is_refused_before_anything_happens(
    name: str, sci: Program, run: Callable[..., Result], tmp_path: Path
) -> None:
    said.set_up(sci, LINES[name])
    before = tree(tmp_path)
    assert sci(*shlex.split(LINES[name].good), environ={"SCI_OUTPUT": "xml"}).exit == 2
    assert tree(tmp_path) == before
