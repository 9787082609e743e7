"""Prefix lists from their bytes: both engines against each other and against the definition."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sci_cli.bulk import cells, names, table
from sci_cli.bulk import check as checking
from sci_cli.bulk.check import WITHOUT_NUMPY, BulkResult, Table, check, result_of
from sci_cli.bulk.fast import read_fast
from sci_cli.bulk.plain import read_plain
from sci_cli.bulk.sources import Rejected
from sci_cli.bulk.sources import Source as Given
from sci_cli.domain.capacity import aggregation
from sci_cli.domain.collisions import Entry, Origin, collide, every_collision
from sci_cli.domain.prefixes import Prefix, network_of
from sci_cli.errors import FileNotThere
from sci_cli.readers.prefix_lists import NotLineByLine, line_form, list_form, read_prefix_data
from tests.domain import pairwise

Engine = Callable[..., Table]
ENGINES: dict[str, Engine] = {"plain": read_plain, "fast": read_fast}


def Source(name: str, vpn: str | None, data: bytes | Path) -> Given:  # reads as a value
    """A list as the program gives it to the engines: the reader of lists says how it is written."""
    head = data if isinstance(data, bytes) or not data.exists() else data.read_bytes()[:100]
    first = head.split(b"\n")[0].removeprefix(b"\xef\xbb\xbf") if isinstance(head, bytes) else b""
    form = line_form(first, name=name, default_routes=True) if b"prefix" in first else None
    form = form or list_form(default_routes=True)
    return Given(name, vpn or "NOBODY", data, form.read, form.columns, form.first)


def done(engine: Engine, sources: Sequence[Given], limit: int = 20) -> BulkResult:
    return result_of(engine(sources, most_rejected=50), limit)


def same(sources: Sequence[Given], limit: int = 20) -> BulkResult:
    plain, fast = done(read_plain, sources, limit), done(read_fast, sources, limit)
    assert fast == plain
    assert list(fast.collisions()) == list(plain.collisions())
    assert fast.aggregated() == plain.aggregated()
    return plain


def written(prefix: Prefix, rnd: random.Random) -> str:
    """One of the spellings of a prefix."""
    text = str(prefix)
    if prefix.version == 4:
        return text
    groups = [f"{prefix.network >> shift & 0xFFFF:x}" for shift in range(112, -1, -16)]
    full = ":".join(groups) + f"/{prefix.length}"
    padded = ":".join(group.zfill(4) for group in groups) + f"/{prefix.length}"
    return rnd.choice((text, text.upper(), full, padded))


def ordinary(prefix: Prefix) -> Prefix:
    """One like it that a VPN may carry, or a default route: the engines get no other."""
    if not prefix.length:
        return prefix
    shift = 24 if prefix.version == 4 else 120
    rest, first = (
        prefix.network & ((1 << shift) - 1),
        prefix.network >> shift & 15 | (16 if shift == 24 else 32),
    )
    return network_of(prefix.version, first << shift | rest, max(prefix.length, 8))


def random_sources(seed: int) -> tuple[list[Given], dict[str, list[Entry]]]:
    """Lists of random prefixes in all layouts, and the same as entries."""
    rnd = random.Random(seed)
    vpns = {name: given for name, given in pairwise.random_vpns(seed, 40).items() if name.isascii()}
    rows = [(name, ordinary(entry.prefix)) for name, given in vpns.items() for entry in given]
    rnd.shuffle(rows)
    entries: dict[str, list[Entry]] = {}
    sources: list[Given] = []
    while rows:
        part, rows = rows[: rnd.randint(1, 30)], rows[rnd.randint(1, 30) :]
        source = f"list {len(sources)}"
        plain = rnd.choice(sorted(vpns)) if rnd.random() < 0.4 else None
        order = rnd.choice((("vpn", "prefix"), ("prefix", "vpn")))
        lines = [] if plain else [",".join(order)]
        if plain:
            entries.setdefault(plain, [])
        for name, prefix in part:
            if rnd.random() < 0.1:
                lines.append(rnd.choice(("", "  ", "# a comment, with a comma", "10.0.0.1/24", "x,y,z")))
            lines.append(written(prefix, rnd))
            if not plain:
                pair = {"vpn": name, "prefix": lines.pop()}
                lines.append(",".join(pair[column] for column in order))
            entries.setdefault(plain or name, []).append(Entry(prefix, Origin(source, len(lines))))
        end = rnd.choice(("\n", "\n", "\r\n", "\r"))
        data = end.join(lines) + rnd.choice(("", end))
        sources.append(Source(source, plain, rnd.choice((b"", b"\xef\xbb\xbf")) + data.encode()))
    return sources, entries


def as_entries_say(seed: int) -> None:
    sources, entries = random_sources(seed)
    limit = seed % 12
    result = same(sources, limit)
    found = {count.vpn for count in result.report.vpns}
    kept = {name: given for name, given in entries.items() if given or name in found}
    assert result.report == collide(kept, limit=limit)
    assert list(result.collisions()) == list(every_collision(kept))
    assert result.aggregated() == {
        name: aggregation(entry.prefix for entry in given) for name, given in sorted(kept.items())
    }
    routes = {
        (name, entry.prefix) for name, given in kept.items() for entry in given if not entry.prefix.length
    }
    assert {(name, entry.prefix) for name, entry in result.default_routes} == routes


@pytest.mark.parametrize("part", range(8))
def test_random_lists_are_reported_the_same_by_both_engines_and_from_entries(part: int) -> None:
    for seed in range(part * 100, part * 100 + 100):
        as_entries_say(seed)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(20))
def test_twenty_thousand_random_lists_are_reported_the_same(part: int, processors: Executor) -> None:
    seeds = range(20_000 + part * 1000, 21_000 + part * 1000)
    assert len(list(processors.map(as_entries_say, seeds, chunksize=100))) == 1000


def crowd(seed: int, vpn_count: int, rows: int, spread: int) -> Given:
    """Many VPNs on few addresses: prefixes of hundreds of VPNs with hundreds of others inside."""
    rnd = random.Random(seed)
    lines = ["vpn,prefix"]
    for _ in range(rows):
        version = rnd.choice((4, 6))
        length = rnd.choice((8, 8, 16, 24, 30) if version == 4 else (16, 48, 64, 72, 120, 128))
        top = (32 if version == 4 else 128) - 6
        prefix = network_of(
            version, (10 << (24 if version == 4 else 120)) | rnd.randrange(spread) << top - 12, length
        )
        lines.append(f"V{rnd.randrange(vpn_count)},{prefix}")
    return Source("crowd", None, "\n".join(lines).encode())


@pytest.mark.parametrize("vpn_count", [3, 60, 400, 3000])
@pytest.mark.parametrize("spread", [1, 40, 4000])
def test_crowded_lists_are_reported_the_same_whichever_way_the_matrix_is_added_up(
    vpn_count: int, spread: int
) -> None:
    source = crowd(vpn_count + spread, vpn_count, 3000, spread)
    fast, plain = done(read_fast, [source]), done(read_plain, [source])
    assert fast.report.pairs == sum(fast.report.matrix.values()) > 0
    assert fast == plain


@pytest.mark.parametrize("seed", [4, 5, 8, 9])
def test_pairs_that_lie_in_several_blocks_are_counted_and_listed_once(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chains, crowds and prefixes over everything, cut into blocks of hardly more rows than are met."""
    rnd = random.Random(seed)
    lines = ["vpn,prefix", "V1,10.0.0.0/8", "V2,2000::/16"]
    for _ in range(600):
        vpn, spread = rnd.randrange(rnd.choice((2, 30))), rnd.choice((1, 4, 64))
        four = network_of(4, 10 << 24 | rnd.randrange(spread) << 10, rnd.randint(16, 32))
        six = network_of(6, 0x20 << 120 | rnd.randrange(spread) << 62, rnd.randint(56, 70))
        lines.append(f"V{vpn},{rnd.choice((four, six))}")
    monkeypatch.setattr(table, "BLOCK", 24 + seed)
    source = Source("blocks", None, "\n".join(lines).encode())
    every = 100_000
    plain = done(read_plain, [source], every).report
    fast = read_fast([source], most_rejected=0)
    assert fast.report(every) == plain
    assert plain.shared_v6  # so that IPv4 pairs are followed by others
    for limit in range(1, len(plain.listed), 31):
        assert fast.report(limit).listed == plain.listed[:limit]


def test_a_matrix_with_more_pairs_than_its_narrow_cells_hold_is_exact(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = crowd(5, 60, 3000, 40)
    plain = done(read_plain, [source])
    monkeypatch.setattr(cells, "_MANY", 1)
    monkeypatch.setattr(cells, "_MOST", 1000)
    assert done(read_fast, [source]) == plain


@given(st.lists(st.text('0123456789abcdefABCDEF:./ ,V\r\n"#-%x', max_size=24), max_size=30))
@settings(max_examples=400, deadline=None)
def test_any_text_is_taken_or_rejected_the_same_by_both_engines(lines: list[str]) -> None:
    data = "\n".join(["vpn,prefix", *lines]).encode()
    given = Source("text", None, data)
    if any(line.count('"') % 2 for line in re.split("[\r\n]+", data.decode())):
        for engine in ENGINES.values():
            with pytest.raises(NotLineByLine):
                done(engine, [given])
    else:
        same([given])
    same([Source("text", "CORP", b"10.0.0.0/8\n" + data)])


ODD = [
    "1.2.3.4/32", "01.2.3.4/32", "1.2.3.04/32", "1.2.3.4/032", "1.2.3.4/33", "256.0.0.0/8", "1.2.3/24",
    "1.2.3.4.5/32", "1..3.4/32", ".1.2.3/32", "10.0.0.1/8", "1.2.3.4/", "/8", "1.2.3.4", "1.2.3.4/8/8",
    "0.0.0.0/0", "255.255.255.255/32", "300.1.1.1/8", "1.2.3.999/32", "::/0", "::1/128", "1::/16", ":1::/16",
    "1:::/16", "1::2::/128", "1:2:3:4:5:6:7:8/128", "1:2:3:4:5:6:7:8:9/128", "1:2:3:4:5:6:7::/112",
    "1:2:3:4:5:6:7:8::/128", "::2:3:4:5:6:7:8/128", "1::3:4:5:6:7:8/128", "1::2:3:4:5:6:7:8/128",
    "12345::/16", "g::/16", "::ffff:10.0.0.0/104", "::ffff:a00:0/104", "::fffe:a00:0/104", "::10.0.0.0/104",
    "fe80::%1/64", "FFFF:FFFF::/32", "2001:db8::/129", "2001:db8::/199", "2001:db8::/299", "2001:DB8::/032",
    "2001:db8:/32", "2001:db8::1/64", "1:2:3:4:5:6:7/112", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
    "1.2.3.4/３２", "10.0.0.0/８", "10.0.0.0\t/8", " 10.0.0.0/8", "10.0.0.0/8 ", "10.0.0.0/8;", "10.0.0.0/8,",
    "10.0.0.0/8 10.1.0.0/16", "10.0.0.0-10.0.0.255", "10.0.0.0/255.0.0.0", "\x00", "1:2:3:4:5:6:7:8/",
]  # fmt: skip


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("layout", ["plain", "vpn,prefix", "prefix,vpn"])
@pytest.mark.parametrize("name", list(ENGINES))
def test_a_line_is_taken_exactly_as_the_one_reader_of_prefixes_takes_it(
    name: str, layout: str, text: str
) -> None:
    line = {"plain": text, "vpn,prefix": f"CORP,{text}", "prefix,vpn": f"{text},CORP"}[layout]
    if layout != "plain" and ("," in text or '"' in text):
        pytest.skip("the comma would make a column")
    header = [] if layout == "plain" else [layout]
    lines = [*header, line.replace(text, "10.9.9.0/24"), line, line.replace(text, "2001:db8:9::/48")]
    data = "\n".join(lines).encode()
    table = read_prefix_data(data, name="odd", default_routes=True)
    result = done(ENGINES[name], [Source("odd", "CORP", data)])
    (count,) = result.report.vpns
    taken = {row.prefix for row in table.rows}
    assert count.v4 + count.v6 == len(taken) >= 2
    assert count.v4 == sum(prefix.version == 4 for prefix in taken)
    assert [(each.line, each.text, each.reason, each.correction) for each in result.rejected] == [
        (each.line, each.text, each.reason, each.correction) for each in table.rejected
    ]


@pytest.mark.parametrize("name", list(ENGINES))
def test_every_bad_line_is_named_with_number_text_reason_and_correction(name: str) -> None:
    data = b"prefix,vpn\n10.0.0.0/8,CORP\n10.0.0.1/24,CORP\n\n# note\n10.1.0.0/16,\nhello,CORP\n"
    result = done(ENGINES[name], [Source("a.csv", None, data), Source("b.txt", "LAB", b"10.2.0.0/16\nx\n")])
    assert [(each.source, each.line, each.text, each.correction) for each in result.rejected] == [
        ("a.csv", 3, "10.0.0.1/24", "10.0.0.0/24"),
        ("a.csv", 6, "", ""),
        ("a.csv", 7, "hello", ""),
        ("b.txt", 2, "x", ""),
    ]
    assert result.rejected_of == {"a.csv": 3, "b.txt": 1}
    assert result.rejected[0].reason == "'10.0.0.1/24' has host bits set. Did you mean 10.0.0.0/24?"
    assert result.rejected[1].reason == "The VPN name is empty."
    assert [each.left_vpn for each in result.report.listed] == ["CORP"]


@pytest.mark.parametrize("name", list(ENGINES))
def test_only_the_first_bad_lines_are_kept_and_all_are_counted(name: str) -> None:
    data = b"10.0.0.0/8\n" + b"nothing\n" * 70
    result = done(ENGINES[name], [Source("a", "A", data)])
    assert (len(result.rejected), result.rejected_of) == (50, {"a": 70})
    assert result.rejected[0] == Rejected("a", 2, "nothing", result.rejected[0].reason, "")


def test_a_list_of_many_pieces_keeps_its_line_numbers(tmp_path: Path) -> None:
    """A mistake far inside; names of up to 64 letters, more of them than the first table of names holds."""
    names = [f"{'V' * (number % 60)}{number}" for number in range(3000)]
    lines = [
        "vpn,prefix",
        *(f"{name},10.{at >> 8 & 255}.{at & 255}.0/24" for at, name in enumerate(names * 30)),
    ]
    lines[70_000] = "V1,10.0.0.0/99"
    path = tmp_path / "many.csv"
    path.write_bytes("\r\n".join(lines).encode())
    result = done(read_fast, [Source("many.csv", None, path)], limit=3)
    assert [(each.line, each.text) for each in result.rejected] == [(70_001, "10.0.0.0/99")]
    assert result == done(read_plain, [Source("many.csv", None, path)], limit=3)
    assert sum(count.v4 + count.duplicates for count in result.report.vpns) == 89_999


@pytest.mark.parametrize("name", list(ENGINES))
def test_a_line_without_end_takes_no_memory(name: str) -> None:
    data = b"10.0.0.0/8\n" + b"7" * 3_000_000 + b"\n10.1.0.0/16\n"
    result = done(ENGINES[name], [Source("a", "A", data)])
    assert [(each.line, each.text) for each in result.rejected] == [(2, "7" * 200 + "...")]
    assert "too long" in result.rejected[0].reason
    assert result.report.vpns[0].v4 == 2


@pytest.mark.parametrize("name", list(ENGINES))
@pytest.mark.parametrize("data", [b"", b"\n\n", b"# nothing\n", b"prefix\n"])
def test_a_list_without_prefixes_leaves_its_vpn_with_none(name: str, data: bytes) -> None:
    (count,) = done(ENGINES[name], [Source("a", "A", data)]).report.vpns
    assert (count.vpn, count.v4, count.v6) == ("A", 0, 0)


@pytest.mark.parametrize("name", list(ENGINES))
def test_a_file_that_is_not_there_is_said(name: str, tmp_path: Path) -> None:
    with pytest.raises(FileNotThere):
        done(ENGINES[name], [Source("a", "A", tmp_path / "nowhere")])
    with pytest.raises(FileNotThere):
        check([Source("a", "A", tmp_path / "nowhere")])


def lists(count: int) -> list[Given]:
    rows = "".join(f"10.{at >> 8 & 255}.{at & 255}.0/24\n" for at in range(count))
    return [Source("a", "A", rows.encode()), Source("b", "B", b"10.0.0.0/16\n")]


def test_without_numpy_the_result_is_the_same_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    many = lists(checking.FEW_LINES)
    fast = check(many)
    monkeypatch.setattr(checking, "find_spec", lambda name: None)
    slow = check(many)
    assert (fast.note, slow.note) == ("", WITHOUT_NUMPY)
    assert (fast.report, fast.rejected) == (slow.report, slow.rejected)


def test_progress_ends_where_the_lists_end() -> None:
    seen: list[tuple[int, int]] = []
    sources = lists(checking.FEW_LINES)
    check(sources, progress=lambda done, total: seen.append((done, total)))
    total = sum(len(source.data) for source in sources if isinstance(source.data, bytes))
    assert seen[-1] == (total, total)
    assert seen == sorted(seen)


@pytest.mark.parametrize(
    ("count", "imported"), [(checking.FEW_LINES - 1000, False), (checking.FEW_LINES, True)]
)
def test_numpy_is_imported_for_large_lists_only(count: int, imported: bool, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("10.1.2.0/24\n" * count)
    program = (
        "import sys\nfrom pathlib import Path\nfrom sci_cli.bulk.check import Source, check\n"
        f"check([Source('a', 'A', Path({str(path)!r}), None)])\n"
        "print([name for name in ('numpy', 'typer', 'rich', 'yaml', 'pydantic') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert found.stdout == ("['numpy']\n" if imported else "[]\n")


def test_more_vpns_than_sixteen_bits_count_are_told_apart() -> None:
    names = [f"site-{number}" for number in range(66_000)]
    rows = [f"{name},10.{at >> 8 & 255}.{at & 255}.0/24" for at, name in enumerate(names)]
    rows += [f"{name},2001:db8:{at:x}::/48" for at, name in enumerate(names[:100])]
    source = Source("many", None, "\n".join(["vpn,prefix", *rows, " site-65999 , 10.0.7.0/25 "]).encode())
    fast = done(read_fast, [source], limit=3)
    assert fast == done(read_plain, [source], limit=3)
    assert fast.report.pairs == (66_000 - 65_536) + 2  # the last row meets two of these
    assert fast.report.matrix["site-65999", "site-7"] == 1
    assert sum(count.v4 for count in fast.report.vpns) == 66_001


def test_letter_case_makes_no_other_vpn() -> None:
    text = b"vpn,prefix\nCORP,10.1.0.0/16\ncorp,10.1.2.0/24\nLab,10.9.0.0/16\n"
    result = check([Source("all.csv", None, text), Source("LAB.txt", "LAB", b"10.9.1.0/24\n")])
    assert [(each.vpn, each.v4) for each in result.report.vpns] == [("CORP", 2), ("Lab", 2)]
    assert result.report.pairs == 0


def test_every_spelling_of_a_vpn_is_looked_up_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []
    number = names.NameTable._number

    def noted(self: names.NameTable, name: bytes) -> int:
        asked.append(name)
        return number(self, name)

    monkeypatch.setattr(names.NameTable, "_number", noted)
    rows = [f"{('CORP', 'Corp', 'corp')[at % 3]},10.{at >> 8}.{at & 255}.0/24" for at in range(30_000)]
    source = Source("many", None, "\n".join(["vpn,prefix", *rows]).encode())
    result = done(read_fast, [source])
    assert [(each.vpn, each.v4) for each in result.report.vpns] == [("CORP", 30_000)]
    assert len(asked) <= 256
    assert result == done(read_plain, [source])
