"""Excel workbooks: sheets, columns and cells as people fill them, and workbooks that are none."""

from __future__ import annotations

import builtins
import random
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from types import ModuleType

import openpyxl
import pytest

from sci_cli.errors import InvalidFile
from sci_cli.readers.prefix_lists import PrefixTable, Rejected, read_prefix_data
from sci_cli.readers.prefixes import workbook
from sci_cli.safety.text import describe_unsafe

Sheets = Mapping[str, Sequence[Sequence[object]]]


def made(sheets: Sheets, hidden: str = "") -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
        if title == hidden:
            sheet.sheet_state = "hidden"
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def read(data: bytes, format: str = "") -> PrefixTable:
    return read_prefix_data(data, name="vpns.xlsx", format=format)


def refusal(data: bytes, format: str = "") -> str:
    with pytest.raises(InvalidFile) as caught:
        read(data, format)
    return "\n".join([caught.value.message, *caught.value.why, *map(str, caught.value.fix)])


def rows_of(table: PrefixTable) -> list[tuple[int, str | None, str]]:
    return [(row.line, row.vpn, str(row.prefix)) for row in table.rows]


def changed_part(data: bytes, part: str, content: bytes) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    return stream.getvalue()


SIMPLE = made({"Plan": [["Site", "VRF", "Network"], ["HK", "ACME", "10.20.0.0/16"]]})


def test_the_columns_are_found_by_their_header_and_the_line_is_the_row() -> None:
    data = made(
        {
            "Plan": [
                ["Site", "VRF", "Network"],
                ["HK", "ACME", "10.20.0.0/16"],
                [],
                ["# a remark"],
                ["SG", " BLUE\u00a0", "\u00a010.40.0.0/16\n10.41.0.0/16 "],
            ]
        }
    )
    table = read(data)
    assert table.format == "xlsx"
    assert rows_of(table) == [
        (2, "ACME", "10.20.0.0/16"),
        (5, "BLUE", "10.40.0.0/16"),
        (5, "BLUE", "10.41.0.0/16"),
    ]


def test_without_a_header_the_columns_are_found_by_content() -> None:
    data = made({"Plan": [[1, "ACME", "10.20.0.0/16"], [2, "BLUE", "10.40.0.0/16"]]})
    assert rows_of(read(data)) == [(1, "ACME", "10.20.0.0/16"), (2, "BLUE", "10.40.0.0/16")]


def test_an_address_and_its_mask_may_stand_in_two_columns() -> None:
    data = made(
        {"Plan": [["VRF", "Subnet", "Mask"], ["ACME", "10.20.0.0", "255.255.0.0"], ["ACME", "10.40.0.0", 16]]}
    )
    assert [str(row.prefix) for row in read(data).rows] == ["10.20.0.0/16", "10.40.0.0/16"]


def test_cells_that_are_no_prefix_are_rejected_by_row() -> None:
    data = made(
        {
            "Plan": [
                ["vpn", "prefix"],
                ["A", "10.20.0.0/16"],
                ["A", 10.2],
                ["", "10.3.0.0/16"],
                ["A", date(2026, 1, 2)],
            ]
        }
    )
    table = read(data)
    assert rows_of(table) == [(2, "A", "10.20.0.0/16")]
    assert [(each.line, each.text) for each in table.rejected] == [
        (3, "10.2"),
        (4, ""),
        (5, "2026-01-02 00:00:00 (a date or time)"),
    ]


def test_all_visible_sheets_with_prefixes_are_read_and_the_others_are_named() -> None:
    data = made(
        {
            "One": [["vpn", "prefix"], ["A", "10.1.0.0/16"]],
            "Notes": [["nothing here"], ["at all"]],
            "Old": [["vpn", "prefix"], ["A", "10.9.0.0/16"]],
            "Two": [["vpn", "prefix"], ["B", "10.2.0.0/16"]],
        },
        hidden="Old",
    )
    table = read(data)
    assert rows_of(table) == [(2, "A", "10.1.0.0/16"), (2, "B", "10.2.0.0/16")]
    assert table.left_out == (
        Rejected(1, "Notes", "'vpns.xlsx, sheet Notes' has no column of prefixes."),
        Rejected(1, "Old", "A hidden sheet."),
    )


def test_a_workbook_without_prefixes_is_refused() -> None:
    assert "no column of prefixes" in refusal(made({"Notes": [["nothing"], ["here"]]}))
    assert "no prefix" in refusal(made({"Empty": []}))


def test_without_openpyxl_the_extra_to_install_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: object, **more: object) -> ModuleType:
        if name.startswith("openpyxl"):
            raise ImportError(name)
        return real(name, *rest, **more)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(builtins, "__import__", without)
    assert 'pip install "sci-cli[xlsx]"' in refusal(SIMPLE)


@pytest.mark.parametrize(
    ("data", "format", "words"),
    [
        (b"PK\x03\x04 and nothing more", "", "damaged"),
        (b"vpn,prefix\n", "xlsx", "damaged"),
        (SIMPLE[: len(SIMPLE) // 2], "", "damaged"),
        (changed_part(SIMPLE, "xl/workbook.xml", b"<workbook"), "", "damaged workbook"),
        (changed_part(SIMPLE, "xl/worksheets/sheet1.xml", b"\x00" * 100), "", "damaged workbook"),
        (
            changed_part(SIMPLE, "docProps/app.xml", bytes(workbook.MOST_UNPACKED + 1)),
            "",
            "too large when unpacked",
        ),
    ],
)
def test_a_file_that_is_no_sound_workbook_is_refused(data: bytes, format: str, words: str) -> None:
    assert words in refusal(data, format)


def test_another_archive_is_no_workbook() -> None:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("list.txt", "10.0.0.0/8")
    assert "not an Excel workbook" in refusal(stream.getvalue())


def test_entities_that_grow_without_end_are_refused() -> None:
    entities = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 20) for n in range(1, 12))
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "10.0.0.0/8">' + entities + b"]>"
    with zipfile.ZipFile(BytesIO(SIMPLE)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    body = sheet.replace(b"<sheetData>", b'<sheetData><row><c t="inlineStr"><is><t>&e11;</t></is></c></row>')
    assert "damaged workbook" in refusal(changed_part(SIMPLE, "xl/worksheets/sheet1.xml", bomb + body))


def test_too_many_cells_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = made({"Plan": [["vpn", "prefix"], *[["A", f"10.{n}.0.0/16"] for n in range(200)]]})
    monkeypatch.setattr(workbook, "MOST_CELLS", 620)
    assert len(read(data).rows) == 200
    monkeypatch.setattr(workbook, "MOST_CELLS", 600)
    assert "too large" in refusal(data)


def test_hundreds_of_damaged_workbooks_are_tables_or_invalid_files() -> None:
    chance = random.Random(11)
    for _ in range(300):
        data = bytearray(SIMPLE)
        for _ in range(chance.randrange(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            table = read(bytes(data), "xlsx")
        except InvalidFile as error:
            assert describe_unsafe(error.message) is None
        else:
            assert table.rows or table.rejected


@pytest.mark.parametrize("title", ["Prefixes of Acme, November", "Routes"])
def test_a_title_above_the_header_is_no_part_of_the_table(title: str) -> None:
    rows = [
        [title],
        [],
        ["VPN name", "Prefix", "Note"],
        ["ACME", "10.20.0.0/16", "x"],
        ["BLUE", "10.40.0.0/16"],
    ]
    table = read(made({"One": rows}))
    assert [(row.line, row.vpn, str(row.prefix)) for row in table.rows] == [
        (4, "ACME", "10.20.0.0/16"),
        (5, "BLUE", "10.40.0.0/16"),
    ]
    assert table.rejected == ()


def test_a_row_with_a_prefix_is_never_taken_for_a_title() -> None:
    table = read(made({"One": [["10.10.0.0/16", "ACME"], ["Prefix", "VPN"], ["10.20.0.0/16", "BLUE"]]}))
    assert next((row.line, str(row.prefix)) for row in table.rows) == (1, "10.10.0.0/16")
