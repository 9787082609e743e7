"""Long routing tables as plain lists: the same routes on the same lines as when all is read with care."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from sci_cli.domain.prefixes import PrefixProblem, parse_prefix
from sci_cli.readers.prefix_lists import read_long_table, read_prefix_data
from sci_cli.readers.prefixes.long_tables import PlainLists, plain_lists

SAMPLES = Path(__file__).parent / "samples"
CISCO = sorted(
    path.name
    for path in SAMPLES.iterdir()
    if path.suffix == ".txt" and read_prefix_data(path.read_bytes(), name=path.name).format == "cisco"
)
HEAD = "pe1#show ip route vrf CORP\n\nRouting Table: CORP\nCodes: C - connected, B - BGP\n\n"
Route = tuple[int, str | None, str]


def routes_of(lists: PlainLists) -> set[Route]:
    """The routes with their lines, as an engine finds them."""
    return {
        (line, vpn, _canonical(row))
        for vpn, text in lists.lists
        for line, row in enumerate(text.decode().split("\n"), 1)
        if row
    }


def _canonical(text: str) -> str:
    """The prefix as it is always written; a text that is none stays as it is."""
    try:
        return str(parse_prefix(text))
    except PrefixProblem:
        return text


def with_care(data: bytes) -> set[Route]:
    """The same, read with care."""
    return {(row.line, row.vpn, str(row.prefix)) for row in read_prefix_data(data, name="pe1").rows}


def test_there_are_samples_to_compare() -> None:
    assert len(CISCO) >= 6


@pytest.mark.parametrize("name", CISCO)
def test_every_sample_has_the_same_routes_either_way(name: str) -> None:
    data = (SAMPLES / name).read_bytes()
    lists = plain_lists(data)
    assert lists is not None
    # A path listed again stands twice in the lists and counts once in the engine.
    assert {route[1:] for route in routes_of(lists)} == {route[1:] for route in with_care(data)}
    assert with_care(data) <= routes_of(lists)
    careful = read_prefix_data(data, name=name)
    assert (lists.rejected, lists.left_out) == (careful.rejected, careful.left_out)


def test_random_tables_have_the_same_routes_either_way() -> None:
    chance = random.Random(3)
    shapes = [
        "B        10.{a}.{b}.0/24 [200/0] via 192.0.2.7, 1w2d",
        "O IA     10.{a}.{b}.0/24 [110/20] via 10.1.1.2, 00:10:11, GigabitEthernet0/0/1",
        "*>i10.{a}.{b}.0/24   192.0.2.7   0 100 0 65001 i",
        "*>  10.{a}.{b}.0/24  192.0.2.7   0 65001 i",
        "B        10.{a}.{b}.0/24 [200/0] via 192.0.2.7, 1w2d\r",
        "B   2001:DB8:{a}::/48 [200/0]",
        "     via FE80::1, GigabitEthernet0/0/1",
        "                      [200/0] via 192.0.2.8, 1w2d",
        "B        10.{a}.{b}.1/24 [200/0] via 192.0.2.7, 1w2d",
        "C        172.16.{a}.0/24 is directly connected, GigabitEthernet0/0/1",
        "S*       0.0.0.0/0 [1/0] via 192.0.2.1",
        "B        224.0.{a}.0/24 [200/0] via 192.0.2.7",
        "B        127.0.{a}.0/24 [200/0] via 192.0.2.7",
        "B        10.{a}.{b}.0/33 [200/0] via 192.0.2.7",
        "",
        "pe1#show ip route vrf LAB",
        "--More--",
    ]
    for _ in range(400):
        lines = [
            chance.choice(shapes).format(a=chance.randrange(200), b=chance.randrange(200)) for _ in range(30)
        ]
        data = (HEAD + "\n".join(lines) + "\n").encode()
        lists = plain_lists(data)
        assert lists is not None
        careful = read_prefix_data(data, name="pe1")
        fast = {route[1:] for route in routes_of(lists) if _acceptable(route[2])}
        assert fast == {route[1:] for route in with_care(data)}, data
        assert set(lists.rejected) <= set(careful.rejected)
        assert set(lists.left_out) <= set(careful.left_out)


def _acceptable(text: str) -> bool:
    """Whether the engine takes it; what it refuses makes everything be read with care."""
    return not read_prefix_data(f"{text}\n".encode(), name="one").rejected


def test_a_vrf_whose_name_is_no_vpn_is_left_to_the_careful_reader() -> None:
    data = (HEAD.replace("CORP", "=CORP") + "B        10.1.0.0/24 [200/0] via 192.0.2.7, 1w2d\n").encode()
    assert plain_lists(data) is None


def test_a_line_that_is_far_too_long_is_left_to_the_careful_reader() -> None:
    assert plain_lists(HEAD.encode() + b"B " + b"x" * 10_000 + b"\n") is None


def test_other_formats_have_no_long_tables() -> None:
    assert read_long_table(b"10.1.0.0/16\n", "list") is None
