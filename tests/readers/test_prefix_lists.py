"""Prefix lists: plain and CSV, every bad line named, nothing taken from a list with one."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sci_cli.domain.prefixes import parse_prefix
from sci_cli.errors import InvalidFile, SciError
from sci_cli.readers.files import read_input
from sci_cli.readers.prefix_lists import LIMIT, PrefixTable, Row, read_prefixes
from sci_cli.safety.text import describe_unsafe

CORPUS = Path(__file__).parents[1] / "corpus" / "badinputs.yaml"
CASES: list[dict[str, Any]] = [
    case for case in yaml.safe_load(CORPUS.read_text())["cases"] if case["kind"] == "csv"
]
CLASSES = {"INVALID": "INVALID", "NOTFOUND": "NOT_FOUND"}


def row(line: int, vpn: str | None, prefix: str) -> Row:
    return Row(line, vpn, parse_prefix(prefix))


def said_by(error: SciError) -> str:
    return "\n".join([error.message, *error.why, *map(str, error.fix)])


def refusal(text: str) -> InvalidFile:
    with pytest.raises(InvalidFile) as caught:
        read_prefixes(text.encode(), name="list.csv")
    return caught.value


def input_of(case: dict[str, Any], folder: Path) -> Path:
    given_input = case["input"]
    path = folder / "list.csv"
    if given_input.get("special") == "char_device_endless":
        return Path("/dev/zero")
    if given_input.get("special") == "directory":
        path.mkdir()
    elif "gen" in given_input:
        gen = given_input["gen"]
        text = gen.get("prefix", "") + gen["repeat"] * gen["times"] + gen.get("suffix", "")
        path.write_bytes(text.encode())
    elif "hex" in given_input:
        path.write_bytes(bytes.fromhex(given_input["hex"]))
    elif "text" in given_input:
        path.write_bytes(given_input["text"].encode())
    return path


def read_as_the_program_does(path: Path, *, grows: bool) -> PrefixTable:
    def read(descriptor: int, size: int) -> bytes:
        data = os.read(descriptor, size)
        if grows:
            with path.open("ab") as stream:
                stream.write(b"C,10.31.0.0/16\r\n")
        return data

    file = read_input(path, what="The prefix list", limit=LIMIT, read=read)
    return read_prefixes(file.data, name=path.name)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_every_file_of_the_corpus_comes_out_as_expected(case: dict[str, Any], tmp_path: Path) -> None:
    if case["input"].get("special") == "char_device_endless" and os.name != "posix":
        pytest.skip("no such device here")
    path = input_of(case, tmp_path)
    grows = case["input"].get("grows_while_reading", False)
    if case["expect"]["class"] == "OK":
        assert read_as_the_program_does(path, grows=grows).rows == (row(2, "B", "10.30.0.0/16"),)
        return
    with pytest.raises(SciError) as caught:
        read_as_the_program_does(path, grows=grows)
    said = said_by(caught.value)
    assert caught.value.exit_code.name == CLASSES[case["expect"]["class"]]
    assert [word for word in case["expect"]["says"] if word.lower() not in said.lower()] == []
    assert describe_unsafe(said, allow_newlines=True) is None


def test_a_plain_list_has_one_prefix_to_a_line_with_comments_and_blank_lines() -> None:
    text = "# head office, Büro\n\n10.20.0.0/16\r\n   2001:DB8::/32  \n  # branch\n192.0.2.1/32"
    assert read_prefixes(text.encode(), name="-") == PrefixTable(
        (row(3, None, "10.20.0.0/16"), row(4, None, "2001:db8::/32"), row(6, None, "192.0.2.1/32")),
        format="list",
    )


@pytest.mark.parametrize(
    "text",
    [
        "vpn,prefix\nB,10.30.0.0/16\n",
        "prefix,vpn\n10.30.0.0/16,B",
        ' VPN , "Prefix"\n"B", "10.30.0.0/16"\n',
        "vpn,prefix\rB,10.30.0.0/16\r",
        "vpn, prefix\nB, 10.30.0.0/16\n\n\n",
    ],
)
def test_csv_is_read_by_its_header_whatever_order_case_quotes_and_line_ends_it_has(text: str) -> None:
    assert read_prefixes(text.encode(), name="-").rows == (row(2, "B", "10.30.0.0/16"),)


def test_csv_with_the_one_column_prefix_has_no_vpn_names() -> None:
    assert read_prefixes(b"prefix\n10.30.0.0/16\n", name="-").rows == (row(2, None, "10.30.0.0/16"),)


def test_the_prefixes_of_a_table_are_given_in_file_order_and_by_vpn() -> None:
    table = read_prefixes(b"vpn,prefix\nB,10.30.0.0/16\nA,10.1.0.0/16\nB,10.30.0.0/16\n", name="-")
    b, a = parse_prefix("10.30.0.0/16"), parse_prefix("10.1.0.0/16")
    assert table.prefixes == (b, a, b)
    assert table.by_vpn() == {"B": (b, b), "A": (a,)}


def test_all_bad_lines_are_listed_in_order_and_nothing_is_returned() -> None:
    error = refusal(
        "vpn,prefix\nB,10.30.0.0/16\nB,10.30.0.1/16\nC\x00,10.40.0.0/16\n-C,bad\nD\nE,127.0.0.0/8\n"
    )
    assert error.message == "'list.csv' has 5 lines that are not acceptable; nothing was taken from it."
    assert error.why == (
        "line 3: '10.30.0.1/16' has host bits set. Did you mean 10.30.0.0/16?",
        "line 4: 'C\\x00,10.40.0.0/16' contains the control character U+0000 (x00).",
        "line 5: '-C' is not a VPN name: it begins with a letter or digit, and may use letters, digits, "
        "space and . _ - / : only. 'bad' is not a prefix: 'bad' is not an address. Write it like "
        "10.20.0.0/16 or 2001:db8::/32.",
        "line 6: 1 field where the header has 2 (vpn, prefix).",
        "line 7: 127.0.0.0/8 is loopback space: it never leaves a device (RFC 1122), so no VPN carries it.",
    )


def test_one_bad_line_is_spoken_of_as_one() -> None:
    assert refusal("10.30.0.1/16\n").message == (
        "'list.csv' has 1 line that is not acceptable; nothing was taken from it."
    )


def test_a_bad_first_line_does_not_hide_the_others() -> None:
    assert [why.split(":")[0] for why in refusal("10.0.0.0/8\x07\n10.1.0.0/16\nbad\n").why] == [
        "line 1",
        "line 3",
    ]
    assert [why.split(":")[0] for why in refusal("vpn,prefix\x07\nB,10.1.0.0/16\nB,bad\n").why] == [
        "line 1",
        "line 3",
    ]


def test_after_fifty_bad_lines_only_their_number_is_given() -> None:
    error = refusal("bad\n" * 1234)
    assert error.message == "'list.csv' has 1234 lines that are not acceptable; nothing was taken from it."
    assert len(error.why) == 51
    assert error.why[49].startswith("line 50: ")
    assert error.why[50] == "and 1184 more"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\n\ufeff\n", "U+FEFF"),
        ("\n  \n# only a comment\n", "empty"),
        ("prefix\n\n# none yet\n", "no rows"),
        ("vpn\nB\n", "column 'prefix' is missing"),
        ("vpn,prefix,\nB,10.30.0.0/16,\n", "unknown column ''"),
        ("10.0.0.0/8, head office\n", "no header"),
        ("vpn;prefix\nB;10.30.0.0/16\n", "with ';'"),
        ("B\t10.30.0.0/16\n", "with a tab"),
        ("10.0.0.0/8 10.1.0.0\n", "one prefix"),
        ("10.0.0.0/8\x0b\n", "line 1: '10.0.0.0/8\\x0b' contains the control character U+000B"),
        ('vpn,prefix\n"B,10.30.0.0/16\n', "line 2: '\"B,10.30.0.0/16' has quotation marks that do not match"),
        ('vpn,prefix\n"B"x,10.30.0.0/16\n', "quotation marks"),
        ("vpn,prefix\nB,\n", "line 2: The prefix is empty"),
        ("vpn,prefix\n,10.30.0.0/16\n", "line 2: The VPN name is empty"),
        ("vpn,prefix\n" + "B" * 65 + ",10.30.0.0/16\n", "too long"),
        ("vpn,prefix\nB,0.0.0.0/0\n", "everything"),
        ("10.20.0.0/16 -- head office\n", "line 1: '10.20.0.0/16 -- head office' is more than one prefix"),
        ("10.0.0.0/8\n\u202e10.1.0.0/16\n", "line 2: '\\u202e10.1.0.0/16' contains U+202E"),
    ],
)
def test_what_is_wrong_is_said_in_words(text: str, words: str) -> None:
    assert words in said_by(refusal(text))


def test_a_control_character_in_the_file_name_is_shown_and_not_obeyed() -> None:
    with pytest.raises(InvalidFile) as caught:
        read_prefixes(b"", name="a\x1b[31m.csv")
    assert caught.value.message == "'a\\x1b[31m.csv' is empty: there is no prefix in it."


def test_ten_thousand_rows_are_read() -> None:
    text = "vpn,prefix\n" + "".join(f"B,10.{high}.{low}.0/24\n" for high in range(40) for low in range(250))
    assert len(read_prefixes(text.encode(), name="-").rows) == 10_000


# PROPERTIES ------------------------------------------------------------------------------------------------

PIECES = [
    *("vpn,prefix\n", "prefix\n", "B,10.30.0.0/16\n", "10.20.0.0/16", "10.", "::1/128"),
    *("\r\n", "x" * 250, "9" * 1200),
    *'\n\r,;\t"# \0\x1a\x85\u2028\ufeff\u202eéA/=',
    "'",
]


def check(data: bytes) -> None:
    """Whatever comes in: a table that stands in the text, or an error that can be shown."""
    try:
        table = read_prefixes(data, name="list.csv")
    except InvalidFile as error:
        assert describe_unsafe(said_by(error), allow_newlines=True) is None
        assert all(len(why) < 1000 for why in error.why)
        return
    assert table.rows
    assert [each.line for each in table.rows] == sorted(each.line for each in table.rows)


def test_twenty_thousand_random_files_are_tables_or_invalid_files() -> None:
    chance = random.Random(9)
    for _ in range(20_000):
        text = "".join(chance.choices(PIECES, k=chance.randrange(9)))
        if chance.random() < 0.5:
            text = "vpn,prefix\n" + text
        data = bytearray(text.encode())
        if data and chance.random() < 0.2:
            data[chance.randrange(len(data))] = chance.randrange(256)
        check(bytes(data))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_a_table_or_an_invalid_file(data: bytes) -> None:
    check(data)
