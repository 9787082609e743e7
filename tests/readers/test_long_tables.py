"""Long routing tables as plain lists: the same routes on the same lines as when all is read with care."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from sci_cli.domain.prefixes import PrefixProblem
from sci_cli.errors import InvalidFile
from sci_cli.readers.prefix_lists import LONG_FORMATS, read_long_table, read_prefix_data
from sci_cli.readers.prefixes import long_tables
from sci_cli.readers.prefixes.long_forms import LONG_FORMS
from sci_cli.readers.prefixes.long_tables import PlainLists, plain_lists
from sci_cli.readers.prefixes.rows import acceptable

SAMPLES = Path(__file__).parent / "samples"
OF_ROUTERS = {
    path.name: table.format
    for path in sorted(SAMPLES.glob("*.txt"))
    if (table := read_prefix_data(path.read_bytes(), name=path.name)).format in LONG_FORMATS
}
HEAD = "pe1#show ip route vrf CORP\n\nRouting Table: CORP\nCodes: C - connected, B - BGP\n\n"
Route = tuple[int, str | None, str]


def routes_of(lists: PlainLists) -> tuple[set[Route], set[int]]:
    """The routes with their lines as an engine finds them, and the lines of those it does not accept."""
    routes: set[Route] = set()
    refused: set[int] = set()
    for vpn, text in lists.lists:
        for line, written in enumerate(text.decode().split("\n"), 1):
            if written:
                try:
                    routes.add((line, vpn, str(acceptable(written))))
                except PrefixProblem:
                    refused.add(line)
    return routes, refused


def require_the_same(data: bytes, format: str) -> None:
    """Either way has the same; where the engine refuses a line, all is read with care for its reason."""
    lists = plain_lists(data, format)
    if lists is None:
        return
    fast, refused = routes_of(lists)
    try:
        table = read_prefix_data(data, name="pe1", format=format)
    except InvalidFile:
        assert (fast, lists.rejected) == (set(), ()), data
        return
    careful = {(row.line, row.vpn, str(row.prefix)) for row in table.rows}
    # A path listed again stands twice in the lists and counts once in the engine.
    assert {route[1:] for route in fast} == {route[1:] for route in careful}, data
    assert careful <= fast, data
    assert list(lists.rejected) == [each for each in table.rejected if each.line not in refused], data
    assert {each for each in table.left_out if each.line not in refused} <= set(lists.left_out), data


def test_there_are_samples_of_every_form_to_compare() -> None:
    assert len(OF_ROUTERS) >= 12
    assert (
        set(OF_ROUTERS.values())
        == set(LONG_FORMATS)
        == set(LONG_FORMS)
        == {"cisco", "arista", "junos", "sros"}
    )


@pytest.mark.parametrize("name", OF_ROUTERS)
def test_every_sample_has_the_same_either_way(name: str) -> None:
    data = (SAMPLES / name).read_bytes()
    require_the_same(data, OF_ROUTERS[name])
    lists, careful = plain_lists(data, OF_ROUTERS[name]), read_prefix_data(data, name=name)
    assert lists is not None
    assert (lists.rejected, lists.left_out) == (careful.rejected, careful.left_out)


# RANDOM TABLES ---------------------------------------------------------------------------------------------

CISCO = (
    "B        10.{a}.{b}.0/24 [200/0] via 192.0.2.7, 1w2d",
    "O IA     10.{a}.{b}.0/24 [110/20] via 10.1.1.2, 00:10:11, GigabitEthernet0/0/1",
    "i ia 10.{a}.{b}.0/24 [115/20] via 10.1.1.2",
    "r>i 10.{a}.{b}.0/24   192.0.2.7   0 100 0 65001 i",
    "*>i10.{a}.{b}.0/24   192.0.2.7   0 100 0 65001 i",
    "*>  10.{a}.{b}.0/24  192.0.2.7   0 65001 i",
    "*e10.{a}.{b}.0/24   192.0.2.7   0 100 0 65001 i",
    "*via >i10.{a}.{b}.0/24   192.0.2.7   0 100 0 65001 i",
    "*>  10.{a}.{b}.0     192.0.2.7   0 65001 i",
    " * >Ec    10.{a}.0.0/16           10.2.1.2              0       -          100     0       65002 i",
    " * i                   192.0.2.8                0    100      0 65001 i",
    "                       192.0.2.7                0    100      0 ?",
    "B> 10.{a}.{b}.0/24 [200/0]",
    "B    10.{a}.{b}.0 [200/0] via 192.0.2.7, 1w2d",
    "10.{a}.{b}.0/24, ubest/mbest: 1/0",
    "    *via 192.0.2.7%default, [200/0], 1w2d, bgp-65000, internal",
    "B   2001:DB8:{a}::/48 [200/0]",
    "     via FE80::1, GigabitEthernet0/0/1",
    "*>i2001:db8:{a}::/48   ::ffff:192.0.2.7",
    "            0    100      0 65001 i",
    "                      [200/0] via 192.0.2.8, 1w2d",
    "C        172.16.{a}.0/24 is directly connected, GigabitEthernet0/0/1",
    "L        172.16.{a}.1/32 is directly connected, GigabitEthernet0/0/1",
    "L   2001:DB8:{a}::1/128 [0/0]",
    "S*       0.0.0.0/0 [1/0] via 192.0.2.1",
    "B        224.0.{a}.0/24 [200/0] via 192.0.2.7",
    "      10.{a}.0.0/24 is subnetted, 2 subnets",
    "      10.{a}.0.0/16 is variably subnetted, 2 subnets, 2 masks",
    "      10.0.0.0 255.255.255.0 is subnetted, 1 subnets",
    "      10.{a}.0.0/16 --More--is variably subnetted, 2 subnets",
    "BGP VRF 10.{a}.{b}.0/24",
    "pe1#show ip route vrf LAB",
    "VRF: ACME",
)
JUNOS = (
    "10.{a}.{b}.0/24        *[BGP/170] 1w2d 03:04:05, localpref 100, from 192.0.2.7",
    "172.16.{a}.0/24        *[Direct/0] 1w2d 03:04:05",
    "172.16.{a}.1/32        *[Local/0] 1w2d 03:04:05",
    "                      AS path: 65001 I, validation-state: unverified",
    "                    >  to 10.0.0.2 via ge-0/0/1.0, Push 299776",
    "                       Local via ge-0/0/2.100",
    "                       Discard",
    "2001:db8:{a}:{b}::/64",
    "2001:db8:{a}::1/128",
    "                   *[BGP/170] 1w2d 03:04:05, localpref 100, from 192.0.2.7",
    "                   *[Local/0] 1w2d 03:04:05",
    "* ? 10.{a}.{b}.0/24       B 170        100                             65002 I",
    "*   10.{a}.1.1/32        L   0                        Local",
    "  unverified                                       >10.0.0.2",
    "                                                   >2001:db8::1",
    "__juniper_private1__.inet.0: 3 destinations, 4 routes (3 active, 0 holddown, 0 hidden)",
    "LAB.inet.0: 3 destinations, 4 routes (3 active, 0 holddown, 0 hidden)",
    "--More-- ACME.inet.0: 3 destinations, 4 routes (3 active, 0 holddown, 0 hidden)",
    "operator@pe4> show route table BLUE.inet.0",
    "---(more 35%)---",
)
SROS = (
    "10.{a}.{b}.0/24                                Remote  BGP VPN   01d02h03m  170",
    "10.{a}.{b}.0/24[L]                             Remote  BGP VPN   01d02h03m  170",
    "2001:db8:{a}::/48                              Remote  BGP VPN   01d02h03m  170",
    "       192.0.2.7 (tunneled)                                         10",
    "       to-ce1                                                       0",
    "       to-ce1/1/1                                                   0",
    "Route Table (Service: {a})",
    "IPv6 Route Table (Router: Base)",
    "--More--Route Table (Service: {a})",
    "Press any key to continue (Q to quit)",
    "Press any key to continue (Q to quit)10.{a}.{b}.0/24       Remote  BGP VPN   01d02h03m  170",
    "*A:pe5# show router 100 route-table",
)
BROKEN = (
    "",
    "--More--",
    "10.{a}.{b}.1/24 [200/0] via 192.0.2.7",
    "10.{a}.{b}.0/33 [200/0] via 192.0.2.7",
    "127.0.{a}.0/24   Remote  BGP VPN   01d02h03m  170",
    "Routing entry for 10.{a}.0.0/16",
    "B\t10.{a}.{b}.0/24 [200/0]",
    "10.{a}.{b}.0/24\x07 *[BGP/170] 1w2d",
    "10.{a}.{b}.0/24   \u00a0*[BGP/170] 1w2d",
)
SHAPES = {"cisco": CISCO, "arista": CISCO, "junos": JUNOS, "sros": SROS}
SIGNS = (
    " ",
    "\n",
    "\r",
    "\r\n",
    "/",
    ".",
    ":",
    "*",
    ">",
    "-",
    "i",
    "L ",
    "[",
    ",",
    "--More--",
    "show ",
    "via ",
)


def random_table(chance: random.Random, format: str) -> str:
    own = (SAMPLES / chance.choice([name for name in OF_ROUTERS if OF_ROUTERS[name] == format])).read_text()
    shapes = chance.choice([SHAPES[format], (*SHAPES[format], *BROKEN), (*SHAPES[format], *own.split("\n"))])
    most = chance.choice([3, 200])
    lines = [
        " " * chance.choice([0, 0, 0, 3])
        + chance.choice(shapes)
        .replace("{a}", str(chance.randrange(most)))
        .replace("{b}", str(chance.randrange(most)))
        for _ in range(chance.randrange(40))
    ]
    text = "\n".join([*own.split("\n")[: chance.choice([0, 30])], *lines])
    for _ in range(chance.choice([0, 0, 1, 5])):
        at = chance.randrange(len(text) + 1)
        text = text[:at] + chance.choice(SIGNS) + text[at + chance.choice([0, 0, 4]) :]
    return text


@pytest.mark.parametrize("piece", [1, 300, 1 << 18])
@pytest.mark.parametrize("format", LONG_FORMATS)
def test_random_tables_have_the_same_either_way(
    format: str, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_tables, "_PIECE", piece)
    monkeypatch.setattr(long_tables, "_FEW_LINES", 2)
    chance = random.Random(f"{format} {piece}")
    for _ in range(250):
        require_the_same(random_table(chance, format).encode(), format)


# USUAL LINES -----------------------------------------------------------------------------------------------

_IOS = HEAD + "".join(
    f"B        10.{n >> 8}.{n & 255}.0/24 [200/0] via 192.0.2.7, 1w2d\n" for n in range(500)
)
LONG_SAMPLES = {
    "ios": (
        "cisco",
        _IOS + "C    10.9.9.0/30 is directly connected, Gi0/0\nL    10.9.9.1/32 is directly\n",
    ),
    "ios-bgp": (
        "cisco",
        "BGP table version is 42, local router ID is 192.0.2.1\n     Network          Next Hop\n"
        "Route Distinguisher: 65000:100 (default for vrf ACME)\n"
        + "".join(
            f" *>i  10.{n >> 8}.{n & 255}.0/24     192.0.2.7                0    100      0 65001 i\n"
            " * i                   192.0.2.8                0    100      0 65001 i\n"
            for n in range(500)
        ),
    ),
    "ios-ipv6": (
        "cisco",
        "IPv6 Routing Table - ACME - 500 entries\nCodes: C - Connected, L - Local\n"
        + "".join(f"B   2001:DB8:{n:X}::/48 [200/0]\n     via 192.0.2.7%default\n" for n in range(1, 500)),
    ),
    "xr-bgp-ipv6": (
        "cisco",
        "BGP VRF ACME, state: Active\n   Network            Next Hop            Metric LocPrf Weight Path\n"
        + "".join(
            f"*>i2001:db8:{n:x}::/48   192.0.2.7                0    100      0 65001 i\n"
            f"*> 2001:db8:{n:x}:1000::/64\n"
            "                      2001:db8:1:1::2          0             0 65001 i\n"
            for n in range(1, 300)
        ),
    ),
    "nx-os": (
        "cisco",
        'IP Route Table for VRF "ACME"\n'
        + "".join(
            f"10.{n >> 8}.{n & 255}.0/24, ubest/mbest: 1/0\n"
            "    *via 192.0.2.7%default, [200/0], 1w2d, bgp-65000, internal, tag 65001\n"
            for n in range(500)
        ),
    ),
    "eos": (
        "arista",
        "VRF: ACME\nSource Codes:\n       C - connected, S - static\n\n"
        + "".join(
            f" B I      10.{n >> 8}.{n & 255}.0/24 [200/0] via 192.0.2.7, Ethernet1\n"
            "                               via 10.1.1.6, Ethernet2.100\n"
            for n in range(500)
        )
        + " C        10.9.1.0/30\n           directly connected, Ethernet1.100\n",
    ),
    "eos-bgp": (
        "arista",
        "BGP routing table information for VRF BLUE\n"
        + "".join(
            f" * >      10.{n >> 8}.{n & 255}.0/24     10.2.1.2     0       -     100     0       65002 i\n"
            for n in range(500)
        ),
    ),
    "junos": (
        "junos",
        "ACME.inet.0: 500 destinations, 500 routes (500 active, 0 holddown, 0 hidden)\n"
        + "".join(
            f"10.{n >> 8}.{n & 255}.0/24       *[BGP/170] 1w2d 03:04:05, localpref 100, from 192.0.2.7\n"
            "                      AS path: 65001 I, validation-state: unverified\n"
            "                    >  to 10.0.0.2 via ge-0/0/1.0, Push 299776\n"
            "                    [BGP/170] 1w2d 03:04:05, localpref 100, from 192.0.2.8\n"
            for n in range(500)
        ),
    ),
    "junos-ipv6": (
        "junos",
        "ACME.inet6.0: 500 destinations, 500 routes (500 active, 0 holddown, 0 hidden)\n"
        + "".join(
            f"2001:db8:1:{n:x}::/64\n"
            "                   *[BGP/170] 1w2d 03:04:05, localpref 100, from 192.0.2.7\n"
            "                    >  to fe80::2 via ge-0/0/1.0\n"
            for n in range(500)
        ),
    ),
    "junos-terse": (
        "junos",
        "A V Destination        P Prf   Metric 1   Metric 2  Next hop        AS path\n"
        + "".join(
            f"* ? 10.{n >> 8}.{n & 255}.0/24       B 170        100                             65002 I\n"
            "  unverified                                       >10.0.0.2\n"
            for n in range(500)
        ),
    ),
    "sros": (
        "sros",
        "Route Table (Service: 100)\n"
        + "".join(
            f"10.{n >> 8}.{n & 255}.0/24                      Remote  BGP VPN   01d02h03m  170\n"
            "       192.0.2.7 (tunneled)                                         10\n"
            for n in range(500)
        ),
    ),
}


@pytest.mark.parametrize("name", LONG_SAMPLES)
def test_nearly_all_lines_of_a_long_table_are_usual_lines(name: str) -> None:
    format, text = LONG_SAMPLES[name]
    require_the_same(text.encode(), format)
    table = read_prefix_data(text.encode(), name="pe1")
    parts = re.compile(LONG_FORMS[format].usual, re.MULTILINE).split(text.encode())
    routes = sum(each is not None for each in parts[1::2])
    assert table.format == format
    assert len(table.rows) >= 499
    assert routes >= 0.95 * len(table.rows)
    assert len(parts[1::2]) >= 0.95 * text.count("\n")


def test_an_own_address_below_a_usual_line_is_left_out() -> None:
    ipv6 = (
        "IPv6 Routing Table - CORP - 2 entries\n"
        "B   2001:DB8:0:0:1::/80 [200/0]\nL   2001:DB8::1:0:0:1/128 [0/0]\n"
    )
    data = (HEAD + "S    10.9.0.0/16 [1/0] via 192.0.2.7\nL    10.9.0.1/32 is directly\n" + ipv6).encode()
    lists = plain_lists(data, "cisco")
    assert lists is not None
    assert [each.text for each in lists.left_out] == ["10.9.0.1/32", "2001:DB8::1:0:0:1/128"]
    assert {route[2] for route in routes_of(lists)[0]} == {"10.9.0.0/16", "2001:db8:0:0:1::/80"}


def test_routes_in_a_table_of_the_system_are_not_taken() -> None:
    route = "10.1.0.0/16        *[Direct/0] 1w2d\n" * 100
    data = (
        f"__juniper_private1__.inet.0: 1 destinations, 1 routes\n{route}"
        "ACME.inet.0: 1 destinations, 1 routes\n10.2.0.0/16        *[Direct/0] 1w2d\n"
    ).encode()
    lists = plain_lists(data, "junos")
    assert lists is not None
    assert routes_of(lists)[0] == {(103, "ACME", "10.2.0.0/16")}


def test_the_word_subnetted_anywhere_else_does_not_make_a_route_a_heading() -> None:
    data = (HEAD + "B    10.9.0.0/16 [1/0] via 192.0.2.7, subnetted\n").encode()
    assert [str(row.prefix) for row in read_prefix_data(data, name="pe1").rows] == ["10.9.0.0/16"]
    require_the_same(data, "cisco")


@pytest.mark.parametrize(
    ("format", "line"),
    [
        ("cisco", "S*   0.0.0.0/0 [1/0] via 192.0.2.1"),
        ("arista", " S        0.0.0.0/0 [1/0] via 192.0.2.1, Ethernet1"),
        ("junos", "0.0.0.0/0          *[Static/5] 3d 04:00:00"),
        ("sros", "0.0.0.0/0                                     Remote  Static    01d02h03m  5"),
    ],
)
def test_a_default_route_is_taken_where_it_is_to_be_compared_and_rejected_otherwise(
    format: str, line: str
) -> None:
    taken = read_long_table(line.encode(), format, default_routes=True)
    refused = read_long_table(line.encode(), format)
    assert taken is not None
    assert refused is not None
    assert (taken.lists, taken.rejected) == (((None, b"0.0.0.0/0\n"),), ())
    assert (refused.lists, [each.text for each in refused.rejected]) == ((), ["0.0.0.0/0"])


# LEFT TO THE CAREFUL READER --------------------------------------------------------------------------------


def test_a_vrf_whose_name_is_no_vpn_is_left_to_the_careful_reader() -> None:
    data = (HEAD.replace("CORP", "=CORP") + "B        10.1.0.0/24 [200/0] via 192.0.2.7, 1w2d\n").encode()
    assert plain_lists(data, "cisco") is None


@pytest.mark.parametrize("format", LONG_FORMATS)
def test_a_line_that_is_far_too_long_is_left_to_the_careful_reader(format: str) -> None:
    assert plain_lists(HEAD.encode() + b"B " + b"x" * 10_000 + b"\n", format) is None


@pytest.mark.parametrize("data", [b"B   10.1.0.0/24 [200/0]\n\xff\n", "B   10.1.0.0/24\n".encode("utf-16")])
def test_what_is_not_utf_8_is_left_to_the_careful_reader(data: bytes) -> None:
    assert plain_lists(data, "cisco") is None


def test_other_formats_have_no_long_tables() -> None:
    assert read_long_table(b"10.1.0.0/16\n", "list") is None
