"""--format of the checks through the program: exit codes, streams, the step summary, paths."""

from __future__ import annotations

import errno
import io
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from sci_cli.cli.main import main
from sci_cli.cli.reporting import FORMATS
from sci_cli.cli.session import Session
from tests.cli.program import Program, Result, surroundings

NEW = "new {} --profile alibaba-cloud --customer {} --location Tokyo --data-plan 1"


@pytest.fixture
def lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two lists that overlap."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "A.txt").write_text("10.1.0.0/16\n", encoding="utf-8")
    (tmp_path / "B.txt").write_text("10.1.2.0/24\n", encoding="utf-8")
    return tmp_path


CHECKS = [
    "check --all --for order",
    "check beta-1 --for order",
    "vpn check A.txt B.txt",
    "profile check bad.yaml",
]


@pytest.mark.parametrize("line", CHECKS)
def test_every_format_ends_with_the_same_exit_code(line: str, sci: Program, lists: Path) -> None:
    sci.line(NEW.format("beta-1", "Beta"))
    (lists / "bad.yaml").write_text("id: x\n", encoding="utf-8")
    plain = sci.line(line)
    assert plain.exit in (3, 4)
    for format in FORMATS:
        result = sci.line(f"{line} --format {format}")
        assert (result.exit, bool(result.out)) == (plain.exit, True), format


@pytest.mark.parametrize(
    "line",
    ["check nobody-1", "check --all --nonsense", "vpn check gone.txt", "profile check gone.yaml", "check"],
)
def test_what_stops_a_check_is_a_report_of_one_error(line: str, sci: Program, lists: Path) -> None:
    results = {each: sci.line(f"{line} --format {each}") for each in FORMATS}
    assert {result.exit for result in results.values()} in ({2}, {5})
    assert results["json"].json()["ok"] is False
    assert len(ET.fromstring(results["junit"].out).findall(".//error")) == 1
    assert results["github"].out.startswith("::error title=")
    assert (len(results["github"].out.splitlines()), results["github"].err) == (1, "")
    assert [each["severity"] for each in json.loads(results["gitlab"].out)] == ["blocker"]
    (run,) = json.loads(results["sarif"].out)["runs"]
    assert (run["invocations"][0]["executionSuccessful"], len(run["results"])) == (False, 1)
    assert all(results[each].err.startswith("Error: ") for each in ("text", "junit", "gitlab", "sarif"))


def test_format_json_is_the_document_of_output_json(sci: Program) -> None:
    sci.ready()
    same = (sci.line("check --all -o json"), sci.line("check --all --format json"))
    assert same[0] == same[1]
    assert same[0].json()["schema"] == "sci.check-all/1"
    assert sci.line("check --all --format json -o json") == same[0]


@pytest.mark.parametrize("words", ["-o json", "-o text", "-o csv", "--output=yaml"])
def test_two_forms_of_one_result_are_one_too_many(words: str, sci: Program) -> None:
    assert sci.line(f"check --all --format junit {words}").exit == 2


def test_format_wins_over_the_environment(sci: Program) -> None:
    result = sci("check", "--all", "--format", "junit", environ={"SCI_OUTPUT": "json"})
    assert (result.exit, ET.fromstring(result.out).get("name")) == (0, "sci check")


def test_a_customer_can_write_no_command_and_no_markup_into_a_report(sci: Program, tmp_path: Path) -> None:
    sci("new", "beta-1", "--profile", "alibaba-cloud", "--customer", "::error::x ##[add-mask]y", "--location",
        "Tokyo, ::warning file=x::z", "--data-plan", "1")  # fmt: skip
    result = sci.line("check --all --for order --format github")
    assert all(line.startswith(("::error title=", "::warning title=")) for line in result.out.splitlines())
    assert result.err == ""


def test_records_are_named_where_they_are_files_of_the_repository(
    sci: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sci.line(NEW.format("beta-1", "Beta"))
    monkeypatch.chdir(tmp_path)
    assert (
        "::error file=home/activations/beta-1.yaml,title="
        in sci.line("check beta-1 --for order --format github").out
    )
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    outside = sci.line("check beta-1 --for order --format github")
    assert outside.out.startswith("::error title=")
    inside = sci("check", "beta-1", "--for", "order", "--format", "github",
                 environ={"GITHUB_WORKSPACE": str(tmp_path)})  # fmt: skip
    assert "file=home/activations/beta-1.yaml" in inside.out


def test_the_step_summary_gets_the_list_of_every_format_once(sci: Program, lists: Path) -> None:
    summary = lists / "summary.md"
    environ = {"GITHUB_STEP_SUMMARY": str(summary)}
    for format in FORMATS:
        sci("vpn", "check", "A.txt", "B.txt", "--format", format, environ=environ)
    text = summary.read_text(encoding="utf-8")
    assert (text.count("### sci vpn check"), text.count("**BLOCKED** A.txt&#58;1")) == (1, 1)


@pytest.mark.parametrize("format", FORMATS)
def test_what_stops_a_check_is_in_the_step_summary_too(format: str, sci: Program, lists: Path) -> None:
    summary = lists / "summary.md"
    sci("vpn", "check", "gone.txt", "--format", format, environ={"GITHUB_STEP_SUMMARY": str(summary)})
    assert summary.read_text(encoding="utf-8").count("'gone.txt' is not there&#58; no such file.") == 2


def test_without_format_the_step_summary_is_left_alone(sci: Program, lists: Path) -> None:
    summary = lists / "summary.md"
    sci("vpn", "check", "A.txt", "B.txt", environ={"GITHUB_STEP_SUMMARY": str(summary)})
    assert not summary.exists()


@pytest.mark.parametrize("format", FORMATS)
def test_a_step_summary_that_cannot_be_written_is_a_warning(format: str, sci: Program, lists: Path) -> None:
    good = ("vpn", "check", "A.txt", "--format", format)
    result: Result = sci(*good, environ={"GITHUB_STEP_SUMMARY": str(lists)})
    assert result.exit == 0
    assert "The step summary could not be written" in result.out + result.err
    if format == "github":
        assert result.out.startswith("::warning::The step summary could not be written")


def test_a_record_that_cannot_be_read_does_not_hide_the_others(sci: Program) -> None:
    sci.ready()
    sci.line(NEW.format("beta-1", "Beta"))
    record = sci.home / "activations" / "beta-1.yaml"
    record.write_bytes(record.read_bytes() + b"torn: yes\n")
    result = sci.line("check --all --for order -o json")
    document = result.json()
    assert (result.exit, document["error"]["code"]) == (9, "store.corrupt")
    rows = [
        (each["name"], each["exit_code"], bool(each["problem"])) for each in document["data"]["activations"]
    ]
    assert rows == [("acme-hk-1", 0, False), ("beta-1", 9, True)]
    assert document["findings"][-1]["details"] == {"activation": "beta-1"}


class Full(io.StringIO):
    """A disk without room."""

    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("format", FORMATS)
def test_a_report_that_cannot_be_written_is_said_on_standard_error(format: str, sci: Program) -> None:
    sci.ready()
    errors = io.StringIO()
    session = Session(io.StringIO(), Full(), errors, surroundings(sci.home), now=sci.clock)
    assert main(["check", "--all", "--format", format], session) == 11
    assert "could not be written" in errors.getvalue()


def test_a_pipe_is_no_file_of_the_repository(sci: Program, lists: Path) -> None:
    result = sci("vpn", "check", "-", "--vpn", "X", "--format", "github", stdin="10.0.0.1/8\n")
    assert result.out.startswith("::error title=prefix.rejected%3A standard input::")


def test_the_formats_are_completed(sci: Program) -> None:
    from sci_cli.cli.reporting import _complete_formats

    assert _complete_formats("g") == ["github", "gitlab"]
