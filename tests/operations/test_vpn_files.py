"""Prefix lists compared with each other: every overlap, what is rejected, what would clear it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from sci_cli.domain.findings import Severity
from sci_cli.domain.prefixes import parse_prefix
from sci_cli.errors import InvalidFile, InvalidValue, RuleViolation
from sci_cli.operations import vpn_file_reading
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.vpn_file_reading import Compared, Source, compare
from sci_cli.operations.vpn_file_views import FilesView, MatrixCell
from sci_cli.operations.vpn_files import FilesRequest, check_files, overlaps
from sci_cli.ui.look import Look
from sci_cli.ui.screens import render
from tests.operations.build import alibaba, codes


def sources(lists: Mapping[str, str]) -> list[Source]:
    """A source for each file name and its text."""
    return [Source(name, name.partition(".")[0], text.encode()) for name, text in lists.items()]


def checked(request: FilesRequest | None = None, /, **lists: str) -> tuple[FilesView, Outcome]:
    """What is said about these lists; the keyword is the name of the VPN."""
    named = {f"{name}.txt": text for name, text in lists.items()}
    asked = request or FilesRequest()
    outcome = check_files(compare(sources(named)), asked)
    assert isinstance(outcome.view, FilesView)
    return outcome.view, outcome


def test_lists_apart_are_fine() -> None:
    view, outcome = checked(CORP="10.20.0.0/16\n", LAB="10.40.0.0/16\n2001:db8::/32\n")
    assert (view.pairs, view.matrix, view.clearing, outcome.error, outcome.findings) == (
        0,
        (),
        None,
        None,
        (),
    )
    assert [(row.vpn, row.v4, row.v6) for row in view.vpns] == [("CORP", 1, 0), ("LAB", 1, 1)]


def test_an_overlap_names_both_vpns_prefixes_files_and_lines() -> None:
    view, outcome = checked(CORP="10.20.0.0/16\n10.30.0.0/16\n", LAB="\n10.30.4.0/22\n")
    (found,) = outcome.findings
    assert (found.code, found.severity) == ("vpn.prefix_overlap", Severity.BLOCKER)
    assert found.message == ("VPN CORP 10.30.0.0/16 (CORP.txt:2) contains VPN LAB 10.30.4.0/22 (LAB.txt:2).")
    assert (found.details["intersection"], found.details["addresses"]) == ("10.30.4.0/22", "1024")
    assert isinstance(outcome.error, RuleViolation)
    assert (view.pairs, view.shared_v4, view.matrix) == (1, 1024, (MatrixCell("CORP", "LAB", 1),))


def test_the_way_out_takes_the_fewest_and_of_two_the_smaller_prefix() -> None:
    view, _ = checked(CORP="10.30.0.0/16\n", LAB="10.30.4.0/22\n")
    assert view.clearing is not None
    assert (view.clearing.prefixes, view.clearing.prefixes_proven) == (("LAB 10.30.4.0/22",), True)
    view, _ = checked(WIDE="10.0.0.0/8\n", A="10.1.0.0/16\n", B="10.2.0.0/16\n10.3.0.0/16\n")
    assert view.clearing is not None
    assert (view.clearing.prefixes, view.clearing.vpns) == (("WIDE 10.0.0.0/8",), ("WIDE",))


def test_a_prefix_that_contains_very_many_is_said_once_with_the_count() -> None:
    inside = "".join(f"10.{number // 256}.{number % 256}.0/24\n" for number in range(400))
    view, outcome = checked(WIDE="10.0.0.0/8\n", LAB=inside)
    said = [each for each in outcome.findings if each.code == "vpn.prefix_overlap"]
    assert [each.details["count"] for each in said] == ["400"]
    assert "contains 400 prefixes of other VPNs: LAB." in said[0].message
    assert (view.pairs, view.unlisted) == (400, 0)


def test_with_all_every_overlap_is_a_finding() -> None:
    one = "".join(f"10.{number // 256}.{number % 256}.0/24\n" for number in range(300))
    view, outcome = checked(A=one, B=one)
    assert (view.pairs, len(outcome.findings), view.unlisted) == (300, 100, 200)
    text = render(outcome, Look(80))
    assert "200 overlaps are counted and not listed" in text
    view, outcome = checked(FilesRequest(every=True), A=one, B=one)
    assert (len(outcome.findings), view.unlisted) == (300, 0)
    assert render(outcome, Look(80)).count("is the same as") == 300
    assert len(list(overlaps(compare(sources({"A.txt": one, "B.txt": one}))))) == 300


def test_rejected_lines_stop_everything_and_all_are_named() -> None:
    view, outcome = checked(CORP="10.20.0.1/16\n10.20.0.0/16\nnonsense\n", LAB="10.20.0.0/16\n")
    assert isinstance(outcome.error, InvalidFile)
    assert codes(outcome.findings) == ["prefix.rejected"] * 2
    assert [(each.line, each.correction) for each in view.rejected] == [(1, "10.20.0.0/16"), (3, "")]
    assert (view.pairs, view.vpns) == (0, ())


def test_rejected_lines_are_left_out_when_somebody_says_so() -> None:
    _, outcome = checked(
        FilesRequest(skip_invalid=True), CORP="10.20.0.1/16\n10.20.0.0/16\n", LAB="10.20.0.0/16\n"
    )
    assert codes(outcome.findings) == ["vpn.prefix_overlap", "prefix.skipped"]


def test_the_vpn_column_wins_over_the_name_of_the_file_and_letter_case_makes_no_difference() -> None:
    found = sources({"all.csv": "vpn,prefix\nCORP,10.1.0.0/16\ncorp,10.2.0.0/16\nLAB,10.3.0.0/16\n"})
    view = check_files(compare(found), FilesRequest()).view
    assert isinstance(view, FilesView)
    assert [(row.vpn, row.v4) for row in view.vpns] == [("CORP", 2), ("LAB", 1)]


def test_a_file_whose_name_is_no_vpn_asks_for_one() -> None:
    with pytest.raises(InvalidValue) as caught:
        compare(sources({"=x.txt": "10.1.0.0/16\n"}))
    assert "--vpn" in str(caught.value.fix)


@pytest.mark.parametrize(
    ("maximum", "expected"),
    [(1, ["vpn.max_exceeded"]), (2, ["vpn.near_max"]), (3, [])],
)
def test_the_total_is_held_against_the_smallest_max(maximum: int, expected: list[str]) -> None:
    _, outcome = checked(FilesRequest(maximum={4: maximum}), A="10.1.0.0/16\n", B="10.2.0.0/16\n")
    assert codes(outcome.findings) == expected


def test_duplicates_and_nesting_within_a_vpn_are_notes() -> None:
    _, outcome = checked(A="10.1.0.0/16\n10.1.0.0/16\n10.1.1.0/24\n")
    assert [(each.code, each.severity.value) for each in outcome.findings] == [
        ("vpn.prefix_duplicate", "note"),
        ("vpn.prefix_nested", "note"),
    ]
    assert outcome.error is None


@pytest.mark.parametrize("large", [False, True])
def test_ranges_of_the_cloud_and_limits_of_a_provider_are_warnings(tmp_path: Path, large: bool) -> None:
    lines = [f"10.{number >> 8 & 255}.{number & 255}.0/24\n" for number in range(65_536 if large else 300)]
    path = tmp_path / "ONE.txt"
    path.write_text("".join([*lines, "100.64.1.0/24\n"]))
    asked = FilesRequest(cloud_ranges=(parse_prefix("10.0.0.0/16"), parse_prefix("172.16.0.0/12")))
    asked = replace(asked, profile=alibaba())
    outcome = check_files(compare([Source("ONE.txt", "ONE", path)]), asked)
    said = [(each.code, each.details.get("prefixes"), each.severity.value) for each in outcome.findings]
    assert said == [
        ("vpn.cloud_range", "256", "warning"),
        ("vpn.provider_range", "1", "warning"),
        ("vpn.provider_route_limit", None, "warning"),
    ]
    assert outcome.findings[0].message == (
        "256 prefixes of VPN ONE share addresses with 10.0.0.0/16, which is used in the cloud."
    )
    assert outcome.error is None


def test_of_many_vpns_with_duplicates_one_note_is_enough() -> None:
    lists = {f"V{number}": f"10.{number}.0.0/16\n" * 3 for number in range(6)}
    _, outcome = checked(**lists)
    (note,) = outcome.findings
    assert note.message == "In 6 VPNs 12 prefixes are given more than once; a duplicate counts once."


def test_aggregation_counts_and_lists_the_fewest_prefixes() -> None:
    view, outcome = checked(FilesRequest(aggregate=True), A="10.0.0.0/25\n10.0.0.128/25\n10.0.1.0/24\n")
    assert (view.vpns[0].fewest, view.vpns[0].aggregated) == (1, ("10.0.0.0/23",))
    assert [(each.code, each.text) for each in outcome.findings] == [("vpn.aggregation", "10.0.0.0/23")]


def test_the_usual_max_for_a_number_of_sites_is_a_note_with_its_source() -> None:
    _, outcome = checked(FilesRequest(sites=300), A="10.0.0.0/25\n")
    (note,) = outcome.findings
    assert (note.code, note.details["band"], note.details["max_v4"]) == ("vpn.usual_max", "251-500", "2500")
    assert "2021" in note.why
    with pytest.raises(InvalidValue):
        checked(FilesRequest(sites=0), A="10.0.0.0/25\n")


def test_large_lists_are_compared_in_bulk_with_the_same_answer(tmp_path: Path) -> None:
    many = [f"10.{number >> 8 & 255}.{number & 255}.0/24\n" for number in range(65_536)]
    first, second = tmp_path / "ONE.txt", tmp_path / "TWO.txt"
    first.write_text("".join(many))
    second.write_text("# beside it\n10.7.7.0/25\n" + "".join(f"192.168.{n}.0/24\n" for n in range(200)))
    given = [Source(each.name, each.stem, each) for each in (first, second)]
    bulk, careful = compare(given), carefully(*given)
    assert plain(bulk) == plain(careful)
    assert [each.rows for each in bulk.files] == [None, None]
    assert [each.rows for each in careful.files] == [65_536, 201]


@pytest.mark.parametrize("special", ["127.0.0.0/8", "224.1.0.0/16", "fe80::/64", "0.0.0.0/1", "::1/128"])
def test_a_range_that_is_never_routed_is_refused_in_a_large_list_too(tmp_path: Path, special: str) -> None:
    (rejected,) = compare([large(tmp_path, f"{special}\n")]).rejected
    assert (rejected.line, rejected.text, special in rejected.reason) == (65_537, special, True)


def large(folder: Path, more: str, header: str = "", vpn: str = "") -> Source:
    """A list that is long enough for the engine for many lines, with further lines at its end."""
    path = folder / "ONE.txt"
    lines = (f"{vpn}10.{number >> 8 & 255}.{number & 255}.0/24\n" for number in range(65_536))
    path.write_text("".join([header, *lines, more]))
    return Source("ONE.txt", "ONE", path)


def carefully(*given: Source, progress: Callable[[int, int], None] | None = None) -> Compared:
    """The same lists read as small ones are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vpn_file_reading, "LARGE", 1 << 40)
        return compare(given, progress=progress)


def plain(compared: Compared) -> tuple[object, ...]:
    """What two ways of reading must agree on."""
    every = list(compared.every())
    return (compared.report, compared.rejected, compared.default_routes, every, compared.aggregated())


ODD_LINES = """\
10.0.0.1/8
172.16.0.0/16, 172.17.0.0/16
# a comment
  192.0.2.0/24 # with a remark
"198.51.100.0/24"
224.0.0.0/4
2001:DB8::/32\u00a0
2001:db8::1/32
10.0.0.0 0.255.255.255

nonsense
"""


def test_odd_lines_of_a_large_list_are_read_as_those_of_a_small_one(tmp_path: Path) -> None:
    source = large(tmp_path, ODD_LINES)
    found = compare([source])
    assert found.files[0].rows is None
    assert plain(found) == plain(carefully(source))
    assert [(each.line - 65_536, each.correction) for each in found.rejected] == [
        (1, "10.0.0.0/8"),
        (6, ""),
        (8, "2001:db8::/32"),
        (9, "10.0.0.0/8"),
        (11, ""),
    ]
    assert (found.report.vpns[0].v4, found.report.vpns[0].v6) == (65_540, 1)
    assert found.files[0].rejected == 5


@pytest.mark.parametrize(
    ("header", "vpn", "more"),
    [
        ("vpn,prefix\n", "CORP,", 'LAB,10.1.2.0/25\n"LAB", 10.1.3.0/25\nLAB\n,10.0.0.0/8\nA,B,C\nLAB,x\n'),
        ("VRF;x\n", "CORP,", "LAB,10.1.2.0/25\n"),
        ("# mine\n\nVRF name,Network\n", "CORP,", "LAB,10.1.2.0/25\nLAB,0.0.0.0/0\n"),
        ("prefix\n", "", "10.1.2.0/25\n10.1.2.0/25,LAB\n"),
    ],
)
def test_odd_rows_of_a_large_table_are_read_as_those_of_a_small_one(
    tmp_path: Path, header: str, vpn: str, more: str
) -> None:
    source = large(tmp_path, more, header, vpn)
    if header.startswith("VRF;"):
        with pytest.raises(InvalidFile):
            compare([source])
        return
    found = compare([source])
    assert found.files[0].rows is None
    assert plain(found) == plain(carefully(source))


@pytest.mark.parametrize("more", ['LAB,"10.1.2.0/25\n,10.1.3.0/25"\n', "LAB,10.1.2.0/25,site\n"])
def test_a_large_table_whose_rows_do_not_stand_alone_is_read_as_a_whole(tmp_path: Path, more: str) -> None:
    source = large(tmp_path, more, "vpn,prefix\n", "CORP,")
    found = compare([source])
    assert plain(found) == plain(carefully(source))


def test_a_large_list_with_a_byte_that_is_no_text_is_refused_by_line(tmp_path: Path) -> None:
    source = large(tmp_path, "")
    assert isinstance(source.data, Path)
    source.data.write_bytes(source.data.read_bytes() + b"\xff\n")
    with pytest.raises(InvalidFile, match="line 65537 holds the byte xff"):
        compare([source])


@pytest.mark.parametrize("many", [False, True])
def test_a_default_route_is_compared_said_once_with_its_count_and_refused(tmp_path: Path, many: bool) -> None:
    source = large(tmp_path, "") if many else Source("ONE.txt", "ONE", b"10.0.0.0/16\n" * 1)
    wide = Source("WIDE.txt", "WIDE", b"# all of it\n0.0.0.0/0\n::/0\n")
    outcome = check_files(compare([source, wide]), FilesRequest())
    said = [(each.code, each.severity.value, each.message) for each in outcome.findings]
    overlap = (
        "VPN WIDE 0.0.0.0/0 (WIDE.txt:2) contains 65536 prefixes of other VPNs: ONE."
        if many
        else "VPN ONE 10.0.0.0/16 (ONE.txt:1) lies inside VPN WIDE 0.0.0.0/0 (WIDE.txt:2)."
    )
    everything = "is the default route: it covers everything, so no other VPN can share the port."
    assert said == [
        ("vpn.prefix_overlap", "blocker", overlap),
        ("prefix.special_use", "blocker", f"VPN WIDE (WIDE.txt:2): 0.0.0.0/0 {everything}"),
        ("prefix.special_use", "blocker", f"VPN WIDE (WIDE.txt:3): ::/0 {everything}"),
    ]
    assert isinstance(outcome.error, RuleViolation)
    view = outcome.view
    assert isinstance(view, FilesView)
    assert view.clearing is not None
    assert (view.clearing.prefixes, view.clearing.prefixes_proven) == (("WIDE 0.0.0.0/0",), True)


def noting(seen: list[tuple[int, int]]) -> Callable[[int, int], None]:
    return lambda done, total: seen.append((done, total))


def test_progress_goes_from_nothing_to_all_over_tables_lists_and_odd_forms(tmp_path: Path) -> None:
    route = "B        172.{}.{}.0/24 [200/0] via 192.0.2.7, 1w2d\n"
    routes = "".join(route.format(number >> 8, number & 255) for number in range(4096, 8192))
    table = tmp_path / "TABLE.txt"
    table.write_text("Routing Table: FAR\nCodes: B - BGP\n" + routes)
    given = [large(tmp_path, "10.0.0.1/8\n"), Source("TABLE.txt", "TABLE", table)]
    for many in (True, False):
        seen: list[tuple[int, int]] = []
        if many:
            compare(given, progress=noting(seen))
        else:
            carefully(*given, progress=noting(seen))
        assert seen == sorted(seen)
        assert len({total for _, total in seen}) == 1
        assert seen[0][0] < seen[-1][0] == seen[-1][1]
