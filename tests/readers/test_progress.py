"""Reading that takes long tells how far it is, in every format; short reading tells nothing."""

from __future__ import annotations

import io
import json

import pytest
from openpyxl import Workbook

from sci_cli.readers.prefix_lists import LONG_FORMATS, read_long_table, read_prefix_data

COUNT = 30_000
PREFIXES = [f"10.{number >> 8 & 255}.{number & 255}.0/24" for number in range(COUNT)]
ROUTES = {
    "cisco": "B        {} [200/0] via 192.0.2.7, 1w2d\n",
    "arista": " B I      {} [200/0] via 192.0.2.7, Ethernet1\n",
    "junos": "{}       *[BGP/170] 1w2d 03:04:05, localpref 100, from 192.0.2.7\n",
    "sros": "{}                      Remote  BGP VPN   01d02h03m  170\n",
}


def workbook() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for prefix in ("prefix", *PREFIXES):
        sheet.append([prefix])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def files() -> dict[str, bytes]:
    texts = {
        "list": "\n".join(PREFIXES),
        "csv": "vpn,prefix\n" + "".join(f"ACME,{prefix}\n" for prefix in PREFIXES),
        "json": json.dumps({"ACME": PREFIXES}),
        "yaml": "ACME:\n" + "".join(f"- {prefix}\n" for prefix in PREFIXES[:8000]),
        **{format: "".join(map(line.format, PREFIXES)) for format, line in ROUTES.items()},
    }
    return {"xlsx": workbook(), **{format: text.encode() for format, text in texts.items()}}


FILES = files()


def require_order(told: list[tuple[int, int]], total: int) -> None:
    done = [each for each, _ in told]
    assert {whole for _, whole in told} == {total}
    assert done == sorted(done)
    assert done[-1] == total


@pytest.mark.parametrize("format", FILES)
def test_a_long_file_tells_in_bytes_how_far_its_reading_is(format: str) -> None:
    told: list[tuple[int, int]] = []
    data = FILES[format]
    table = read_prefix_data(data, name="given", format=format, progress=lambda *each: told.append(each))
    assert len(table.rows) in (8000, COUNT)
    require_order(told, len(data))
    assert len(told) >= (1 if format in ("json", "yaml") else 4)


@pytest.mark.parametrize("format", LONG_FORMATS)
def test_a_long_table_tells_in_bytes_how_far_its_reading_is(format: str) -> None:
    told: list[tuple[int, int]] = []
    data = FILES[format]
    assert read_long_table(data, format, progress=lambda *each: told.append(each)) is not None
    require_order(told, len(data))
    assert len(told) >= 4


@pytest.mark.parametrize("format", sorted({*FILES} - {"xlsx"}))
def test_a_short_file_tells_nothing(format: str) -> None:
    told: list[tuple[int, int]] = []
    text = {"json": b'{"ACME": ["10.1.0.0/16"]}'}.get(format, FILES[format][:40_000].rpartition(b"\n")[0])
    read_prefix_data(text, name="given", format=format, progress=lambda *each: told.append(each))
    assert told == []


@pytest.mark.parametrize("format", ["list", "csv", "junos"])
def test_who_listens_to_the_reading_gets_the_same_rows(format: str) -> None:
    data = FILES[format]
    listened = read_prefix_data(data, name="given", format=format, progress=lambda done, total: None)
    assert listened == read_prefix_data(data, name="given", format=format)
