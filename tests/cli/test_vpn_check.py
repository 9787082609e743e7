"""`sci vpn check`: prefix lists for scripts and pipes, without any activation and without a home."""

from __future__ import annotations

import csv
import io
import json
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
        (("A.txt", "--read-as", "yml"), 4, "There is no format 'yml'."),
        (("A.txt", "--max-prefixes", "0"), 4, "MAX is a whole number, at least 1"),
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


DUMP = """PE1#show ip route vrf ACME
Routing Table: ACME
Gateway of last resort is 192.0.2.1 to network 0.0.0.0
B*    0.0.0.0/0 [200/0] via 192.0.2.1, 3d02h
C        10.1.1.0/30 is directly connected, GigabitEthernet0/0/1.100
L        10.1.1.1/32 is directly connected, GigabitEthernet0/0/1.100
"""


def findings(document: str) -> list[tuple[str, str, str]]:
    return [(each["severity"], each["code"], each["message"]) for each in json.loads(document)["findings"]]


def test_what_a_router_lists_of_itself_is_named_with_its_line(sci: Program, lists: Path) -> None:
    (lists / "pe1.txt").write_text(DUMP)
    covered = "The router's own address; another route of the same table covers it."
    assert (
        "note",
        "prefix.left_out",
        f"pe1.txt, line 6 (10.1.1.1/32) is left out: {covered}",
    ) in findings(sci("vpn", "check", "pe1.txt", "-o", "json").out)


def test_a_listing_of_which_only_one_page_is_there_is_a_warning(sci: Program, lists: Path) -> None:
    page = {"next": "https://inventory.example.net/?offset=50", "results": [{"prefix": "10.20.0.0/16"}]}
    (lists / "page.json").write_text(json.dumps(page))
    (found,) = findings(sci("vpn", "check", "page.json", "-o", "json").out)
    assert found[:2] == ("warning", "prefix.left_out")
    assert found[2].endswith("is left out: The listing goes on: this is one page of several.")


@pytest.mark.parametrize("routes", [0, 30_000])
def test_skip_invalid_leaves_the_default_route_of_a_router_out(
    sci: Program, lists: Path, routes: int
) -> None:
    more = [
        f"B  172.{16 + i // 65536}.{i // 256 % 256}.{i % 256}/32 [200/0] via 192.0.2.7\n"
        for i in range(routes)
    ]
    (lists / "pe1.txt").write_text(DUMP + "".join(more))
    (lists / "D.txt").write_text("192.168.0.0/16\n")
    refused = sci("vpn", "check", "pe1.txt", "D.txt")
    assert refused.exit == 4
    assert "with --skip-invalid" in refused.out
    skipped = sci("vpn", "check", "pe1.txt", "D.txt", "--skip-invalid", "-o", "json")
    assert skipped.exit == 0
    assert findings(skipped.out)[0] == (
        "warning",
        "prefix.skipped",
        "pe1.txt, line 4 is left out: 0.0.0.0/0 is the default route: it covers everything, so no other "
        "VPN can share the port.",
    )


def test_default_routes_are_named_together_with_the_lines_that_are_not_acceptable(
    sci: Program, lists: Path
) -> None:
    (lists / "bad.txt").write_text("10.20.0.1/16\n0.0.0.0/0\n")
    said = [each[1] for each in findings(sci("vpn", "check", "bad.txt", "-o", "json").out)]
    assert said == ["prefix.rejected", "prefix.special_use"]


def test_files_of_one_name_in_two_folders_count_as_one_vpn_and_that_is_said(
    sci: Program, lists: Path
) -> None:
    for folder in ("north", "south"):
        (lists / folder).mkdir()
        (lists / folder / "routes.txt").write_text("10.20.0.0/16\n")
    result = sci("vpn", "check", "north/routes.txt", "south/routes.txt", "-o", "json")
    assert findings(result.out)[0] == (
        "warning",
        "vpn.files_of_one_name",
        "2 files are named after VPN routes: north/routes.txt, south/routes.txt. They count as one VPN and "
        "are not compared with each other.",
    )


@pytest.mark.parametrize("count", [100, 30_000])
@pytest.mark.parametrize("form", ["table", "router"])
def test_a_pipe_that_names_its_vpns_needs_no_name_however_long(
    sci: Program, lists: Path, count: int, form: str
) -> None:
    prefixes = [f"172.{16 + i // 65536}.{i // 256 % 256}.{i % 256}/32" for i in range(count)]
    text = (
        "vpn,prefix\n" + "".join(f"ACME,{each}\n" for each in prefixes)
        if form == "table"
        else "Routing Table: ACME\n" + "".join(f"B    {each} [200/0] via 192.0.2.7\n" for each in prefixes)
    )
    result = sci("vpn", "check", "-", "-o", "json", stdin=text)
    assert (result.exit, [each["vpn"] for each in json.loads(result.out)["data"]["vpns"]]) == (0, ["ACME"])


@pytest.mark.parametrize("line", ["172.16.{}.{}/32\n", "B    172.16.{}.{}/32 [200/0] via 192.0.2.7\n"])
def test_a_long_pipe_that_names_no_vpn_asks_for_one(sci: Program, lists: Path, line: str) -> None:
    text = "".join(line.format(i // 256, i % 256) for i in range(60_000))
    result = sci("vpn", "check", "-", stdin=text)
    assert (result.exit, result.err.splitlines()[0]) == (4, "Error: 'standard input': The VPN name is empty.")
