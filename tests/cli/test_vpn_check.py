"""`sci vpn check`: prefix lists for scripts and pipes, without any activation and without a home."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.cli.program import Program

ONE = "".join(f"10.{number // 256}.{number % 256}.0/24\n" for number in range(300))


@pytest.fixture
def lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two lists that collide 300 times, and one that is fine."""
    monkeypatch.chdir(tmp_path)
    for name, text in (("A.txt", ONE), ("B.txt", ONE), ("C.txt", "172.16.0.0/12\n")):
        (tmp_path / name).write_text(text)
    return tmp_path


def test_lists_apart_end_with_0_and_write_nothing(sci: Program, lists: Path) -> None:
    result = sci("vpn", "check", "A.txt", "C.txt")
    assert (result.exit, result.err) == (0, "")
    assert not sci.home.exists()


def test_for_scripts_every_overlap_is_a_finding(sci: Program, lists: Path) -> None:
    result = sci("vpn", "check", "A.txt", "B.txt", "-o", "json")
    document = result.json()
    assert (result.exit, document["schema"], document["ok"]) == (4, "sci.vpn-check/1", False)
    assert [each["code"] for each in document["findings"]] == ["vpn.prefix_overlap"] * 300
    assert (document["data"]["pairs"], document["data"]["unlisted"]) == (300, 0)
    assert document["error"]["exit_code"] == 4


def test_the_screen_lists_the_first_and_all_when_asked(sci: Program, lists: Path) -> None:
    assert sci("vpn", "check", "A.txt", "B.txt").out.count("is the same as") == 100
    assert sci("vpn", "check", "A.txt", "B.txt", "--all").out.count("is the same as") == 300


def test_csv_has_a_row_for_every_overlap(sci: Program, lists: Path) -> None:
    result = sci("vpn", "check", "A.txt", "B.txt", "-o", "csv")
    rows = list(csv.reader(io.StringIO(result.out)))
    assert (result.exit, len(rows)) == (4, 301)
    assert rows[:2] == [
        ["vpn", "prefix", "place", "relation", "other_vpn", "other_prefix", "other_place", "shared"],
        ["A", "10.0.0.0/24", "A.txt:1", "equal", "B", "10.0.0.0/24", "B.txt:1", "10.0.0.0/24"],
    ]
    apart = sci("vpn", "check", "A.txt", "C.txt", "-o", "csv")
    assert (apart.exit, len(apart.out.splitlines())) == (0, 1)


def test_a_pipe_is_a_list_too(sci: Program, lists: Path) -> None:
    result = sci("vpn", "check", "A.txt", "-", "--vpn", "PIPE", "-o", "json", stdin="10.0.7.0/25\n")
    (found,) = result.json()["findings"]
    assert (result.exit, found["message"]) == (
        4,
        "VPN A 10.0.7.0/24 (A.txt:8) contains VPN PIPE 10.0.7.0/25 (standard input:1).",
    )


def test_rejected_lines_are_findings_with_their_correction(sci: Program, lists: Path) -> None:
    (lists / "bad.txt").write_text("10.200.0.1/16\n10.201.0.0/16\n")
    refused = sci("vpn", "check", "bad.txt", "C.txt", "-o", "json")
    (found,) = refused.json()["findings"]
    assert (refused.exit, found["code"], found["details"]["correction"]) == (
        4,
        "prefix.rejected",
        "10.200.0.0/16",
    )
    skipped = sci("vpn", "check", "bad.txt", "C.txt", "--skip-invalid", "-o", "json")
    assert (skipped.exit, [each["code"] for each in skipped.json()["findings"]]) == (0, ["prefix.skipped"])


@pytest.mark.parametrize(
    ("words", "exit_code", "said"),
    [
        ((), 2, "Which files?"),
        (("A.txt", "A.txt"), 2, "given twice"),
        (("A.txt", "B.txt", "--vpn", "X"), 2, "several files"),
        (("A.txt", "--format", "yml"), 4, "There is no format 'yml'."),
        (("A.txt", "--sites", "0"), 4, "at least one site"),
        (("A.txt", "--cloud-range", "10.0.0.1/8"), 4, "host bits"),
        (("A.txt", "--profile", "nobody"), 5, "nobody"),
        (("nothing.txt",), 5, "no such file"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_exit_code(
    sci: Program, lists: Path, words: tuple[str, ...], exit_code: int, said: str
) -> None:
    result = sci("vpn", "check", *words)
    assert (result.exit, said in result.err) == (exit_code, True), result
