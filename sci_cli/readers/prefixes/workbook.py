"""Excel workbooks: every visible sheet with a column of prefixes, read with openpyxl."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, time
from io import BytesIO
from typing import Any

from sci_cli.errors import InvalidFile
from sci_cli.readers.prefixes.progress import NOBODY, Told
from sci_cli.readers.prefixes.rows import ODD_BLANKS, Found
from sci_cli.readers.prefixes.tables import Record, read_records
from sci_cli.safety.text import quoted

MOST_UNPACKED = 200_000_000  # bytes of all parts together
MOST_PARTS = 2000
MOST_CELLS = 20_000_000  # empty ones that stand before others in their row count, too
_MOST_COLUMNS = 100

_AS_CSV = "Or save the sheet as 'CSV UTF-8' and give that."


def read_workbook(data: bytes, found: Found, name: str, told: Told = NOBODY) -> None:
    """Reads the visible sheets of a workbook; the line of a row is its number in the sheet.

    Sheets that are hidden or hold no column of prefixes are left out. Formulas count with the value stored
    beside them.

    Raises:
        InvalidFile: it is no workbook, too large when unpacked, or openpyxl is not installed.
    """
    _check_parts(data, name)
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise InvalidFile(
            f"{quoted(name)} is an Excel workbook, and what reads one is not installed.",
            fix=('Install it: pip install "sci-cli[xlsx]"', _AS_CSV),
        ) from None
    try:
        book = load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheets = list(_sheets(book, name, told))
    except InvalidFile:
        raise
    except MemoryError:
        raise _too_large(name) from None
    except Exception:
        # A damaged part makes openpyxl, zipfile, zlib and the XML parser raise what they like.
        fix = ("Save it again in Excel.", _AS_CSV)
        raise InvalidFile(f"{quoted(name)} is a damaged workbook.", fix=fix) from None
    _read_sheets(sheets, found, name)
    told.at(1.0)


def _check_parts(data: bytes, name: str) -> None:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            # The sizes are binding: the reader of a part stops where its size says it ends.
            unpacked = sum(part.file_size for part in parts)
    except Exception:
        # zipfile raises struct.error, NotImplementedError and others besides BadZipFile.
        raise InvalidFile(f"{quoted(name)} is a damaged archive or workbook.", fix=_AS_CSV) from None
    if unpacked > MOST_UNPACKED or len(parts) > MOST_PARTS:
        raise _too_large(name)
    if "[Content_Types].xml" not in names or not any(each.startswith("xl/") for each in names):
        raise InvalidFile(f"{quoted(name)} is an archive, not an Excel workbook.", fix="Unpack it first.")


def _sheets(book: Any, name: str, told: Told) -> Iterator[tuple[str, str, list[Record]]]:
    # How many rows a sheet claims to have is good enough to tell how far it is.
    claimed = [sheet.max_row or 1 for sheet in book.worksheets]
    ends = [sum(claimed[: at + 1]) / sum(claimed) for at in range(len(claimed))]
    for sheet, count, since, until in zip(book.worksheets, claimed, [0.0, *ends], ends, strict=False):
        records = told.along(_records(sheet, name), count, since, until)
        yield sheet.title, sheet.sheet_state, list(records)


def _records(sheet: Any, name: str) -> Iterator[Record]:
    # The size a sheet claims may be wrong in either direction; only what is there is counted.
    sheet.reset_dimensions()
    seen = 0
    for line, values in enumerate(sheet.iter_rows(values_only=True), 1):
        seen += len(values) + 1
        if seen > MOST_CELLS:
            raise _too_large(name)
        cells = [_text(value) for value in values[:_MOST_COLUMNS]]
        while cells and not cells[-1]:
            cells.pop()
        if cells and not cells[0].startswith("#"):
            yield line, cells


def _read_sheets(sheets: list[tuple[str, str, list[Record]]], found: Found, name: str) -> None:
    several = sum(bool(records) for _, _, records in sheets) > 1
    read = False
    refusal: InvalidFile | None = None
    for title, state, records in sheets:
        if not records:
            continue
        if state != "visible":
            found.leave_out(records[0][0], title, "A hidden sheet.")
            continue
        try:
            read_records(records, found, name=f"{name}, sheet {title}" if several else name)
            read = True
        except InvalidFile as problem:
            refusal = problem
            found.leave_out(records[0][0], title, problem.message)
    if refusal is not None and not read:
        raise refusal


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, (date, time)):
        return f"{value} (a date or time)"
    return str(value)[:2000].translate(ODD_BLANKS).strip(" \n\r")


def _too_large(name: str) -> InvalidFile:
    return InvalidFile(
        f"{quoted(name)} is too large when unpacked.",
        why=f"At most {MOST_UNPACKED // 1_000_000} MB and {MOST_CELLS:,} cells are read.",
        fix="Save the sheet with the prefixes as 'CSV UTF-8' and give that.",
    )
