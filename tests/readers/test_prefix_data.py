"""Prefixes from everything engineers have: samples of each form with what comes out, and the way it fails."""

from __future__ import annotations

import random
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sci_cli.domain.prefixes import PrefixProblem, parse_prefix, special_use
from sci_cli.errors import InvalidFile
from sci_cli.readers.prefix_lists import FORMATS, PrefixTable, Rejected, Row, read_prefix_data
from sci_cli.readers.prefixes.quick import MASKS, ordinary_prefix
from sci_cli.safety.text import describe_unsafe

SAMPLES = Path(__file__).parent / "samples"

# Sample: format recognised, prefixes by VPN, and line and text of what was rejected and left out.
EXPECTED: dict[str, tuple[str, str, str, str]] = {
    "aliyun-route-entries.json": ("json", "-: 10.20.0.0/16 10.30.0.0/24", "", "2 NextToken: FFmyTO70t"),
    "arista-route-vrf.txt": (
        "arista",
        "ACME: 10.20.0.0/16 10.30.0.0/16 10.1.1.0/30 172.16.9.0/24 2001:db8:1:1::/64 2001:db8:20::/48 | "
        "BLUE: 10.40.0.0/16 10.41.0.0/16 10.2.1.0/30",
        "",
        "",
    ),
    "aws-route-tables.json": (
        "json",
        "-: 10.20.0.0/16 2001:db8:20::/56",
        "8 pl-0a1b2c3d | 9 0.0.0.0/0",
        "",
    ),
    "az-effective-routes.json": ("json", "-: 10.20.0.0/16 10.21.0.0/16 10.30.0.0/16", "", ""),
    "az-routes.json": ("json", "-: 10.20.0.0/16 2001:db8:20::/48", "", ""),
    "inventory.csv": ("csv", "ACME: 10.20.0.0/16 | BLUE: 2001:db8:20::/48 | -: 10.99.0.0/16", "", ""),
    "inventory.json": ("json", "ACME: 10.20.0.0/16 | BLUE: 2001:db8:20::/48 | -: 10.99.0.0/16", "", ""),
    "ios-bgp-vpnv4.txt": (
        "cisco",
        "ACME: 10.0.0.0/8 10.20.0.0/16 172.16.0.0/16 192.168.5.0/24 192.168.100.100/32 10.1.1.0/30 | "
        "BLUE: 10.50.0.0/16",
        "",
        "",
    ),
    "ios-bgp-vpnv6.txt": ("cisco", "ACME: 2001:db8:20::/48 2001:db8:30::/56", "9 ::/0", ""),
    "ios-ipv6-route-vrf.txt": (
        "cisco",
        "ACME: 2001:db8:1:1::/64 2001:db8:ff::1/128 2001:db8:20::/48 2001:db8:30::/56",
        "",
        "7 2001:DB8:1:1::1/128 | 15 FF00::/8",
    ),
    "ios-paged.txt": ("cisco", "BLUE: 10.7.1.0/24 192.168.9.0/24", "7 0.0.0.0/0", ""),
    "ios-route-vrf.txt": (
        "cisco",
        "ACME: 10.1.1.0/30 10.255.0.1/32 10.20.0.0/16 10.30.40.0/24 10.30.41.128/25 172.16.1.0/24 "
        "172.16.2.0/24 192.168.5.0/24 192.168.6.0/24",
        "",
        "13 10.1.1.1/32",
    ),
    "iosxr-bgp-vrf.txt": (
        "cisco",
        "ACME: 10.20.0.0/16 10.30.0.0/16 2001:db8:20::/48 2001:db8:1234:5678::/64",
        "",
        "",
    ),
    "iosxr-route-vrf.txt": (
        "cisco",
        "ACME: 10.20.0.0/16 10.1.1.0/30 10.255.0.3/32 172.16.9.0/24 2001:db8:1:1::/64 2001:db8:20::/48 | "
        "BLUE: 10.40.0.0/16",
        "",
        "11 10.1.1.1/32 | 19 2001:db8:1:1::1/128",
    ),
    "ip-ranges.json": ("json", "-: 198.51.100.0/25 203.0.113.0/24 2001:db8:c0::/44", "", ""),
    "junos-brief.txt": (
        "junos",
        "ACME: 10.1.1.0/30 10.20.0.0/16 10.255.0.4/32 172.16.9.0/24 2001:db8:1:1::/64 2001:db8:20::/48",
        "",
        "8 10.1.1.1/32 | 20 224.0.0.5/32 | 30 2001:db8:1:1:2:3:4:5/128 | 35 fe80::2a0:a502:6400:1/128",
    ),
    "junos-terse.txt": (
        "junos",
        "BLUE: 10.1.2.0/30 10.40.0.0/16 172.16.30.0/24 192.168.77.0/24",
        "",
        "9 10.1.2.1/32",
    ),
    "list.txt": (
        "list",
        "-: 10.20.0.0/16 10.21.0.0/16 10.22.0.0/16 2001:db8:20::/48 2001:db8:21::/48 10.25.0.0/24",
        "7 10.23.0.1/16 | 8 10.24.0.0 255.255.0.0 | 9 x",
        "",
    ),
    "list.yaml": ("yaml", "-: 10.20.0.0/16 2001:db8:20::/48", "", ""),
    "masks-semicolon.csv": ("csv-semicolon", "ACME: 10.20.0.0/16 | BLUE: 10.40.0.0/16", "", ""),
    "nxos-bgp-vrf.txt": (
        "cisco",
        "ACME: 10.20.0.0/16 10.21.0.0/24 10.22.0.0/24 10.23.0.0/24 10.24.0.0/24 10.25.0.0/24 10.26.0.0/24 "
        "2001:db8:20::/48 2001:db8:21::/48 2001:db8:22::/48",
        "",
        "",
    ),
    "nxos-route-vrf.txt": ("cisco", "ACME: 10.20.0.0/16 10.1.1.0/30", "", ""),
    "sros-route-table.txt": (
        "sros",
        "100: 10.1.1.0/30 10.20.0.0/16 10.30.0.0/16 2001:db8:20::/48 2001:db8:1:1::/64",
        "",
        "",
    ),
    "vpns-with-keys.yaml": ("yaml", "ACME: 10.20.0.0/16 | BLUE: 10.40.0.0/16", "8 10.41.0.1/16", ""),
    "vpns.yaml": (
        "yaml",
        "ACME: 10.20.0.0/16 2001:db8:20::/48 | BLUE: 10.40.0.0/16 10.41.0.0/16 | GREEN: 10.50.0.0/16",
        "",
        "",
    ),
}


def read(text: str, format: str = "") -> PrefixTable:
    return read_prefix_data(text.encode(), name="given", format=format)


def in_short(table: PrefixTable) -> str:
    by_vpn = table.by_vpn().items()
    return " | ".join(f"{vpn or '-'}: {' '.join(map(str, prefixes))}" for vpn, prefixes in by_vpn)


def places(found: tuple[Rejected, ...]) -> str:
    return " | ".join(f"{each.line} {each.text}" for each in found)


def summary(table: PrefixTable) -> tuple[str, str, str, str]:
    return table.format, in_short(table), places(table.rejected), places(table.left_out)


def said_by(error: InvalidFile) -> str:
    return "\n".join([error.message, *error.why, *map(str, error.fix)])


def refusal(text: str | bytes, format: str = "") -> str:
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(InvalidFile) as caught:
        read_prefix_data(data, name="given", format=format)
    return said_by(caught.value)


# SAMPLES ---------------------------------------------------------------------------------------------------


def test_every_sample_has_an_expectation() -> None:
    assert {path.name for path in SAMPLES.iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_each_sample_gives_its_prefixes_by_vpn_and_what_was_not_taken(name: str) -> None:
    format = "csv-semicolon" if name == "masks-semicolon.csv" else ""
    assert (
        summary(read_prefix_data((SAMPLES / name).read_bytes(), name=name, format=format)) == EXPECTED[name]
    )


@pytest.mark.parametrize("name", [name for name, each in EXPECTED.items() if name.endswith(".txt")])
def test_router_output_copied_with_windows_line_ends_and_no_break_spaces_reads_the_same(name: str) -> None:
    text = (SAMPLES / name).read_bytes().decode().replace("\r\n", "\n")
    pasted = "\ufeff" + text.replace("  ", " \u00a0").replace("\n", "\r\n")
    assert summary(read(pasted)) == EXPECTED[name]


@pytest.mark.parametrize("name", [name for name, each in EXPECTED.items() if each[0] in FORMATS])
def test_a_sample_read_in_the_format_named_gives_the_same(name: str) -> None:
    data = (SAMPLES / name).read_bytes()
    assert summary(read_prefix_data(data, name=name, format=EXPECTED[name][0])) == EXPECTED[name]


# ROUTERS ---------------------------------------------------------------------------------------------------


def test_a_route_without_the_heading_that_gives_its_length_is_rejected_and_not_guessed() -> None:
    table = read("C   10.1.0.0/16 is directly connected, Gi0/0\nB   172.16.1.0 [200/0] via 192.0.2.7, 1w2d\n")
    assert in_short(table) == "-: 10.1.0.0/16"
    assert table.rejected == (
        Rejected(
            2,
            "172.16.1.0 [200/0] via 192.0.2.7, 1w2d",
            "The length is missing: the line '... is subnetted' that names it does not stand above.",
        ),
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("B    10.20.0.1/16 [200/0] via 192.0.2.7", "host bits"),
        ("B    10.300.0.0/16 [200/0] via 192.0.2.7", "0 to 255"),
        ("B    10.20.0.0/1x [200/0] via 192.0.2.7", "looks like a route"),
        ("B    1O.20.0.0/16 [200/0] via 192.0.2.7", "looks like a route"),
        ("B    10.20.0.0/ 16 [200/0] via 192.0.2.7", "looks like a route"),
        ("B    10.20.0.0/16\x07 [200/0] via 192.0.2.7 \x01", "U+0001"),
        ("Routing entry for 10.20.0.0/16", "looks like a route"),
        ("BGP routing table entry for 65000:100:10.20.0.0/16, version 2", "looks like a route"),
        ("*>z10.20.0.0/16 192.0.2.7 0 0 65001 i", "looks like a route"),
        ("*|k10.20.0.0/16 192.0.2.7 0 0 65001 i", "looks like a route"),
        (" *>  65000:100:10.20.0.0/16 192.0.2.7 0 0 65001 i", "route distinguisher"),
        ("B    10.20.0.0/16 [200/0] " + "x" * 5000, "too long"),
    ],
)
def test_a_line_that_looks_like_a_route_and_cannot_be_read_is_rejected(line: str, words: str) -> None:
    table = read("Routing Table: ACME\nC    10.1.0.0/16 is directly connected, Gi0/0\n" + line + "\n")
    assert in_short(table) == "ACME: 10.1.0.0/16"
    assert [each.line for each in table.rejected] == [3]
    assert words in table.rejected[0].reason


@pytest.mark.parametrize(
    "line",
    [
        "Gateway of last resort is 10.1.1.2 to network 0.0.0.0",
        "Load for five secs: 1%/0%; one minute: 2%; five minutes: 2%",
        "Time source is NTP, 20:15:01.123 UTC Mon Nov 23 2026",
        "*Nov 23 20:15:01.123: %LINEPROTO-5-UPDOWN: Line protocol on Interface Gi0/0/1.100, changed state",
        "Banner: see http://intranet.example.net/rules for 2026",
        "BGP table version is 3, local router ID is 192.0.2.1",
        "Route Distinguisher: 192.0.2.1:100",
        "Mon Nov 23 20:48:15.123 UTC",
        "router bgp 65000",
    ],
)
def test_messages_and_legends_between_the_routes_are_passed_over(line: str) -> None:
    for heading, route in (
        ("Routing Table: ACME", "C    10.1.0.0/16 is directly connected, Gi0/0"),
        ("ACME.inet.0: 1 destinations, 1 routes", "10.1.0.0/16        *[Direct/0] 1w2d"),
        ("Route Table (Service: ACME)", "10.1.0.0/16         Local   Local     10d02h03m  0"),
    ):
        table = read(f"{heading}\n{line}\n{route}\n{line}\n")
        assert (in_short(table), table.rejected) == ("ACME: 10.1.0.0/16", ())


def test_the_global_table_after_that_of_a_vrf_has_no_vpn() -> None:
    text = (
        "pe1#show ip route vrf ACME\nC  10.1.0.0/16 is directly connected, Gi0/0\n"
        "pe1#sh ip ro\nC  10.1.0.0/16 is directly connected, Gi0/1\n"
    )
    assert in_short(read(text)) == "ACME: 10.1.0.0/16 | -: 10.1.0.0/16"


@pytest.mark.parametrize(
    ("command", "vpn"), [("show bgp vpnv4 unicast all", "-"), ("sh ip bgp vpnv4 vrf RED", "RED")]
)
def test_a_route_distinguisher_without_a_vrf_does_not_continue_the_vrf_before(command: str, vpn: str) -> None:
    text = (
        f"pe1#{command}\n"
        "Route Distinguisher: 65000:100 (default for vrf ACME)\n *>  10.1.0.0/16  192.0.2.7  0 i\n"
        "Route Distinguisher: 65000:300\n *>  10.3.0.0/16  192.0.2.7  0 i\n"
    )
    assert in_short(read(text)) == f"ACME: 10.1.0.0/16 | {vpn}: 10.3.0.0/16"


def test_an_own_address_that_no_other_route_covers_is_kept_in_its_place() -> None:
    text = (
        "Routing Table: ACME\nL  10.9.0.1/32 is directly connected, Loopback0\n"
        "C  10.1.0.0/16 is directly connected, Gi0/0\nL  10.1.0.1/32 is directly connected, Gi0/0\n"
    )
    table = read(text)
    assert [(row.line, str(row.prefix)) for row in table.rows] == [(2, "10.9.0.1/32"), (3, "10.1.0.0/16")]
    assert places(table.left_out) == "4 10.1.0.1/32"


def test_a_vrf_whose_name_is_no_vpn_name_is_said_for_each_route() -> None:
    table = read("Routing Table: _hidden\nC  10.1.0.0/16 is directly connected, Gi0/0\n")
    assert [(each.line, each.text) for each in table.rejected] == [(2, "_hidden")]
    assert "VPN name" in table.rejected[0].reason


def test_tables_of_the_system_are_left_out() -> None:
    text = (
        "__private1__.inet.0: 1 destinations, 1 routes (1 active, 0 holddown, 0 hidden)\n"
        "10.0.0.4/32        *[Direct/0] 1w2d\n"
        "ACME.inet.0: 1 destinations, 1 routes (1 active, 0 holddown, 0 hidden)\n"
        "10.1.0.0/16        *[Direct/0] 1w2d\n"
    )
    assert summary(read(text)) == ("junos", "ACME: 10.1.0.0/16", "", "1 __private1__.inet.0")


@pytest.mark.parametrize(
    "text",
    [
        "# from show ip route, is directly connected\n10.1.0.0/16\n",
        "fd00:1::/32\nfd00:2::/32\n",
        "dead:beef::/32\n",
        "my prefixes:\n10.1.0.0/16\n",
        "10.1.0.0/16 // Gateway of last resort is here\n",
    ],
)
def test_a_plain_list_is_not_taken_for_router_output(text: str) -> None:
    assert read(text).format == "list"


def test_router_output_without_a_route_is_refused() -> None:
    assert "no prefix" in refusal("pe1#show ip route vrf ACME\nRouting Table: ACME\n")


# LISTS AND TABLES ------------------------------------------------------------------------------------------


def test_corrections_come_with_the_rejected_lines() -> None:
    assert read("10.20.0.1/16\n10.1.0.0/016\nbad\n10.3.0.0/16").rejected == (
        Rejected(
            1, "10.20.0.1/16", "'10.20.0.1/16' has host bits set. Did you mean 10.20.0.0/16?", "10.20.0.0/16"
        ),
        Rejected(
            2,
            "10.1.0.0/016",
            "'10.1.0.0/016' has a leading zero in its prefix length. Did you mean 10.1.0.0/16?",
            "10.1.0.0/16",
        ),
        Rejected(
            3,
            "bad",
            "'bad' is not a prefix: 'bad' is not an address. Write it like 10.20.0.0/16 or 2001:db8::/32.",
        ),
    )


def test_all_rejected_lines_come_back_however_many() -> None:
    table = read("10.0.0.0/8\n" + "bad\n" * 1234)
    assert [each.line for each in table.rejected] == list(range(2, 1236))


@pytest.mark.parametrize(
    ("text", "format"),
    [
        ("B;10.30.0.0/16\n", "csv-semicolon"),
        ("B\t10.30.0.0/16\n", "tsv"),
        ("vpn;prefix\nB;10.30.0.0/16\n", "csv-semicolon"),
        ("Name\tNetz\nB\t10.30.0.0/16\n", "tsv"),
        ("B,10.30.0.0/16\n", "csv"),
        ("10.30.0.0/16,B\n", "csv"),
        ("1,10.30.0.0/16,B\n", "csv"),
        ("site,VRF Name,Destination CIDR\n10,B,10.30.0.0/16\n", "csv"),
        ("vrf,network,mask\nB,10.30.0.0,255.255.0.0\n", "csv"),
        ("vrf,network,prefix length\nB,10.30.0.0,/16\n", "csv"),
        ("vpn,prefix,comment\nB,10.30.0.0/16,hello\n", "csv"),
        ("vpn\tprefix\n\u00a0B \t 10.30.0.0/16\u00a0\n", "tsv"),
        ("vrf,network\nB,10.30.0.0/16\n", ""),
        ("; a remark\n! another\nvpn,prefix\n// and\nB,10.30.0.0/16\n", ""),
        ("VRF,Subnet,Netmask\nB,10.30.0.0,255.255.0.0\n", ""),
    ],
)
def test_columns_are_found_by_name_or_by_content(text: str, format: str) -> None:
    table = read(text, format)
    assert in_short(table) == "B: 10.30.0.0/16"
    assert table.rejected == ()


@pytest.mark.parametrize(
    ("text", "format", "words"),
    [
        ("vpn;prefix\nB;10.30.0.0/16\n", "", "--read-as csv-semicolon"),
        ("vpn\tprefix\nB\t10.30.0.0/16\n", "", "--read-as tsv"),
        ("10.30.0.0/16;B\n", "", "comma"),
        ("B,10.30.0.0/16\n", "", "--read-as csv"),
        ("vpn,prefix,comment\nB,10.30.0.0/16,x\n", "", "unknown column 'comment'"),
        ("network,route\n10.30.0.0/16,10.31.0.0/16\n", "", "duplicate column"),
        ("prefix,prefix\n10.30.0.0/16,10.31.0.0/16\n", "csv", "duplicate column"),
        ("A,B,10.30.0.0/16\n", "csv", "several columns could hold the VPN: 1, 2"),
        ("A,B\n", "csv", "no column of prefixes"),
        ("", "csv", "empty"),
        ("vpn,prefix\n", "csv", "no rows"),
        ("10.0.0.0/8\n", "word", "There is no format 'word'"),
        ("{", "", "given:1:2: This is not valid JSON"),
        ("[" * 5000, "json", "nested too deeply"),
        ("[" * 50 + '"10.0.0.0/8"' + "]" * 50, "", "nested too deeply"),
        ('{"a": {"b": "c"}}', "", "The file holds 'a'"),
        ('{"a": NaN, "b": 1e999, "c": ' + "9" * 5000 + "}", "", "no prefix"),
        ("A:\n  - &x 10.0.0.0/8\n", "", "anchor"),
        ("A:\n", "yaml", "no prefix"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "", "old Excel format"),
        ("10.0.0.0/8\n".encode("utf-16"), "", "UTF-8"),
        ("vpn\tprefix\n".encode("utf-16"), "", "--read-as tsv"),
        (b"\xff\xfe0", "list", "damaged UTF-16"),
        (b"10.0.0.0/8\n\xff\n", "", "line 2 holds the byte xff"),
    ],
)
def test_a_file_that_means_nothing_as_a_whole_is_refused(text: str | bytes, format: str, words: str) -> None:
    assert words in refusal(text, format)


def test_utf_16_is_read_when_the_format_is_named() -> None:
    data = "vpn\tprefix\r\nB\t10.30.0.0/16\r\n".encode("utf-16")
    assert in_short(read_prefix_data(data, name="given", format="tsv")) == "B: 10.30.0.0/16"


@pytest.mark.parametrize("count", [1, 2000])
def test_a_title_above_the_header_of_a_table_whose_format_is_named_is_passed_over(count: int) -> None:
    text = "Export of 23 November\n\nvpn,prefix,site\n" + "A,10.20.0.0/16,x\n" * count
    table = read(text, "csv")
    assert ({(row.vpn, str(row.prefix)) for row in table.rows}, table.rejected) == (
        {("A", "10.20.0.0/16")},
        (),
    )


def test_a_no_break_space_in_csv_is_named_with_its_line() -> None:
    table = read("vpn,prefix\nB,10.30.0.0/16\nB,10.31.0.0/16\u00a0\n")
    assert [(each.line, "U+00A0" in each.reason) for each in table.rejected] == [(3, True)]


def test_a_field_may_hold_several_prefixes() -> None:
    table = read('vpn,prefix\nB,"10.30.0.0/16, 10.31.0.0/16"\n')
    assert table.rows == (
        Row(2, "B", parse_prefix("10.30.0.0/16")),
        Row(2, "B", parse_prefix("10.31.0.0/16")),
    )


def test_fields_without_a_column_are_rejected_in_a_table_that_is_named() -> None:
    table = read("vpn,prefix\nB,10.30.0.0/16,,\nB,10.31.0.0/16,x\n", "csv")
    assert in_short(table) == "B: 10.30.0.0/16"
    assert places(table.rejected) == "3 B,10.31.0.0/16,x"


# DOCUMENTS -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('["10.1.0.0/16", "10.2.0.0/16"]', "-: 10.1.0.0/16 10.2.0.0/16"),
        ('{"B": ["10.1.0.0/16"], "B": ["10.2.0.0/16"]}', "B: 10.1.0.0/16 10.2.0.0/16"),
        ('[{"vpn": "B", "prefixes": ["10.1.0.0/16"]}]', "B: 10.1.0.0/16"),
        ('{"vpns": {"B": {"prefixes": ["10.1.0.0/16"]}}}', "B: 10.1.0.0/16"),
        ('{"B": {"prefixes": ["10.1.0.0/16"]}}', "B: 10.1.0.0/16"),
        ('{"vrf": "B", "table": {"routes": [{"prefix": "10.1.0.0/16"}]}}', "B: 10.1.0.0/16"),
        (
            '[{"space": {"addressPrefixes": ["10.1.0.0/16"]}, "subnets": [{"subnet": "10.1.2.0/24"}]}]',
            "-: 10.1.0.0/16 10.1.2.0/24",
        ),
        ("vpn: B\nprefixes:\n  - 10.1.0.0/16\n", "B: 10.1.0.0/16"),
        ("B:\n- 10.1.0.0/16\nC:\n", "B: 10.1.0.0/16"),
    ],
)
def test_json_and_yaml_are_read_in_each_shape(text: str, expected: str) -> None:
    table = read(text)
    assert (in_short(table), table.rejected) == (expected, ())


def test_a_prefix_of_json_is_text_and_its_line_is_named() -> None:
    table = read('[\n"10.1.0.0/16",\n10,\n true,\n"10.2.0.1\\u002f16",\n{"x": ["10.3.0.0/16"]}]')
    assert places(table.rejected) == "2 10 | 2  | 5 10.2.0.1/16 | 6 10.3.0.0/16"


def test_every_sample_in_the_documentation_reads_as_it_stands() -> None:
    text = (Path(__file__).parents[2] / "docs" / "prefix-files.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```(?:text|yaml|json)\n(.*?)```", text, re.DOTALL)
    tables = [read(block) for block in blocks]
    assert [table.format for table in tables] == ["list", "csv", "yaml", "json", "json", "cisco"]
    assert [table.rejected for table in tables] == [()] * 6
    assert in_short(tables[-1]) == "ACME: 172.16.1.0/24 192.168.5.0/24"
    assert [name for name in FORMATS if f"`{name}`" not in text] == []


# FAST PATH -------------------------------------------------------------------------------------------------

ANY_PREFIX = st.one_of(
    st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 32)).map(
        lambda each: (
            ".".join(
                str((each[0] >> (32 - each[1]) << (32 - each[1])) >> shift & 255) for shift in (24, 16, 8, 0)
            )
            + f"/{each[1]}"
        )
    ),
    st.ip_addresses(v=6).map(lambda address: f"{address}/128"),
    st.text("0123456789abcdefABCDEF:./", max_size=30),
    st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}", fullmatch=True),
    st.from_regex(r"([0-9a-f]{1,4}:){1,6}:/(1[0-9]{2}|[0-9]{1,2})", fullmatch=True),
)


@settings(max_examples=1000, deadline=None)
@given(ANY_PREFIX)
def test_the_fast_path_agrees_with_the_domain_or_says_nothing(text: str) -> None:
    quick = ordinary_prefix(text)
    try:
        prefix = parse_prefix(text)
    except PrefixProblem:
        prefix = None
    special = special_use(prefix) if prefix else None
    refused = special is not None and special.refused
    if quick is not None:
        assert (quick, refused) == (prefix, False)
    elif prefix is not None and not refused and prefix.length >= 8 and prefix.version == 4:
        pytest.fail(f"{text} should take the fast path")


def test_every_first_byte_takes_the_fast_path_only_where_nothing_special_lies() -> None:
    for first in range(256):
        for text in (
            f"{first}.0.0.0/8",
            f"{first}.255.255.255/32",
            f"{first:02x}00::/8",
            f"{first:02x}ff::/16",
        ):
            quick = ordinary_prefix(text)
            if quick is not None:
                special = special_use(quick)
                assert quick == parse_prefix(text)
                assert special is None or not special.refused


def test_each_netmask_has_its_length() -> None:
    assert len(MASKS) == 33
    assert (MASKS["0.0.0.0"], MASKS["255.255.254.0"], MASKS["255.255.255.255"]) == (0, 23, 32)


def test_fifty_thousand_lines_take_well_under_a_second() -> None:
    lines = [f"10.{number >> 8 & 255}.{number & 255}.0/24" for number in range(50_000)]
    started = time.perf_counter()
    table = read("\n".join(lines))
    assert len(table.rows) == 50_000
    assert time.perf_counter() - started < 2  # about 0.2 on an idle machine


# PROPERTIES ------------------------------------------------------------------------------------------------

NAMED = ["", *FORMATS]
SEEDS = [path.read_bytes() for path in sorted(SAMPLES.iterdir())]
HOSTILE = [
    b" " * 100_000,
    b"B " * 50_000,
    b"*" * 100_000,
    b"1." * 50_000 + b"/",
    b"a:" * 50_000,
    b"10.0.0.0/8," * 20_000,
    b'"' * 50_001,
    b'a,"b\n' * 20_000,
    b"[" * 100_000,
    b"{" * 100_000,
    b'{"a":' * 50_000,
    b"- " * 50_000,
    b"- - " * 1000,
    b"\x1b[" * 50_000,
    b"-" * 100_000 + b"more",
    b"VRF: \n\n\n" * 20_000,
    b"\n" * 200_000,
    b"A:B@" * 30_000 + b"#",
    b"PK\x03\x04" * 10_000,
]


def check(data: bytes, format: str) -> None:
    """Whatever comes in: a table that can be shown, or an InvalidFile that can."""
    try:
        table = read_prefix_data(data, name="given", format=format)
    except InvalidFile as error:
        assert describe_unsafe(said_by(error), allow_newlines=True) is None
        assert all(len(each) < 1000 for each in error.why)
        return
    assert table.rows or table.rejected
    assert table.format in FORMATS
    for each in (*table.rejected, *table.left_out):
        assert len(each.text) <= 203
        assert len(each.reason) < 1000
        assert describe_unsafe(each.text + each.reason + each.correction) is None
    assert all(row.vpn is None or row.vpn for row in table.rows)


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=80) | st.text(max_size=80).map(str.encode), st.sampled_from(NAMED))
def test_any_bytes_in_any_format_are_a_table_or_an_invalid_file(data: bytes, format: str) -> None:
    check(data, format)


def test_thousands_of_damaged_samples_are_tables_or_invalid_files() -> None:
    chance = random.Random(20)
    signs = [
        b"\n",
        b" ",
        b",",
        b";",
        b"\t",
        b"/",
        b".",
        b":",
        b"*>i",
        b'"',
        b"[",
        b"{",
        b"\x00",
        b"\xc2\xa0",
        b"-",
    ]
    for _ in range(3000):
        data = bytearray(chance.choice(SEEDS))
        for _ in range(chance.randrange(1, 9)):
            at = chance.randrange(len(data) + 1)
            kind = chance.randrange(4)
            if kind == 0:
                data[at : at + chance.randrange(60)] = b""
            elif kind == 1:
                data[at:at] = chance.choice(signs)
            elif kind == 2 and at < len(data):
                data[at] = chance.randrange(256)
            else:
                other = chance.choice(SEEDS)
                data[at:at] = other[: chance.randrange(200)]
        check(bytes(data), chance.choice(NAMED) if chance.random() < 0.3 else "")


@pytest.mark.parametrize("data", HOSTILE, ids=lambda data: repr(data[:8]))
def test_hostile_repetitions_are_judged_quickly_in_every_format(data: bytes) -> None:
    for format in NAMED:
        started = time.perf_counter()
        check(data, format)
        assert time.perf_counter() - started < 5, format
