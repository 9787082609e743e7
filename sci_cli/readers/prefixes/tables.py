"""Tables with a VPN and a prefix in each row: CSV with commas, semicolons or tabs; workbooks."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from sci_cli.errors import InvalidFile
from sci_cli.readers.prefixes.columns import (
    EXAMPLE,
    Columns,
    by_content,
    by_header,
    is_header,
    lines_of_title,
    prefix_text,
)
from sci_cli.readers.prefixes.lists import COMMENT_LINE, looks_like_prefixes, pieces, without_comment
from sci_cli.readers.prefixes.progress import NOBODY, Told
from sci_cli.readers.prefixes.rows import ODD_BLANKS, Found
from sci_cli.safety.text import describe_unsafe, quoted

SIGNS = {"csv": ",", "csv-semicolon": ";", "tsv": "\t"}
LONGEST_LINE = 4000  # characters; a field has at most 200, an inventory adds a description

_MOST_LINES_IN_FIELD = 20
_TAKEN_APART = 0.4  # of the time: then the lines are fields, and the rest goes into what these hold
_RD = re.compile(r"(.{1,64}) \([0-9.]{1,15}:[0-9]{1,10}\)")
_SEVERAL = re.compile(r"[,; \n\"']")
_NO_VRF = frozenset({"", "global"})

Record: TypeAlias = "tuple[int, list[str]]"


class _LineProblem(Exception):
    """Why one line is not acceptable."""


def is_table(content: str, name: str) -> bool:
    """Whether this first line of a file begins a table with commas; otherwise it is that of a list.

    Raises:
        InvalidFile: its columns are separated by something else, or it has columns and no header.
    """
    _refuse_separator(content, name)
    content = without_comment(content)
    if describe_unsafe(content) is not None:
        return "," in content
    try:
        cells = _fields(content, ",")
    except _LineProblem:
        return True
    if is_header(cells):
        return True
    if len(cells) == 1 or looks_like_prefixes(content):
        return False
    raise InvalidFile(
        f"{quoted(name)} has no header: its first line is {quoted(content)}.",
        fix=(EXAMPLE, "Without a header its columns are found by what they hold with --read-as csv."),
    )


def read_table(
    lines: Sequence[str], found: Found, *, name: str, sign: str, strict: bool, told: Told = NOBODY
) -> None:
    """Reads a table of text.

    Blank lines and lines that are comments in a list are skipped. A field may hold several prefixes.

    Args:
        lines: all lines of the file.
        found: takes the rows.
        name: the file as the user named it.
        sign: what separates the fields.
        strict: whether the file was recognised and not named: then it must have a header of exactly the known
            columns, except where it is the export of an address inventory.
        told: hears how far it is.

    Raises:
        InvalidFile: the header is not acceptable, or there is none and the columns cannot be told.
    """
    records = list(_records(lines, sign, found, told=told))
    if strict and records and not is_header(records[0][1]):
        # The first line was refused for a character in it; the others are judged by what it seems to be.
        _read_rows(records, Columns(1, 0, names=("vpn", "prefix")), found, told)
        return
    read_records(records, found, name=name, strict=strict, told=told)


def columns_of(lines: Sequence[str], *, name: str, strict: bool) -> tuple[Columns, int, int] | None:
    """Columns, number of fields and number of lines before the rows of a table with commas, by its beginning.

    None where it has no row with fields.

    Raises:
        InvalidFile: as `read_table`.
    """
    records = list(_records(lines, ",", Found()))
    if not records:
        return None
    if not strict:
        records = records[lines_of_title(records) :]
    line, cells = records[0]
    if is_header(cells):
        return by_header(cells, line, name, strict=strict), len(cells), line
    if strict:
        return None
    columns, skipped = by_content(records, name)
    first = records[skipped][0] - 1 if skipped < len(records) else records[-1][0]
    return columns, max(len(each) for _, each in records), first


def read_row(line: int, text: str, columns: Columns, found: Found) -> None:
    """Reads one row of a table with commas that stands on one line."""
    _read_rows(list(_records((text,), ",", found, before=line - 1)), columns, found)


def read_records(
    records: Sequence[Record], found: Found, *, name: str, strict: bool = False, told: Told = NOBODY
) -> None:
    """Reads a table of fields; its header is the first row that names a column, below a title if not strict.

    Raises:
        InvalidFile: as `read_table`.
    """
    if not records:
        return
    if not strict:
        records = records[lines_of_title(records) :]
    line, cells = records[0]
    skipped = 1
    if is_header(cells):
        columns = by_header(cells, line, name, strict=strict)
    else:
        columns, skipped = by_content(records, name)
    if len(records) == skipped and not found.rejected:
        raise InvalidFile(
            f"{quoted(name)} has a header and no rows.", fix="Add one line for each prefix below the header."
        )
    _read_rows(records[skipped:], columns, found, told)


def _read_rows(records: Sequence[Record], columns: Columns, found: Found, told: Told = NOBODY) -> None:
    needed = max(each for each in (columns.prefix, columns.vpn, columns.mask) if each is not None)
    for line, cells in told.over(records, since=_TAKEN_APART):
        if columns.exact and len(cells) != len(columns.names):
            found.reject(line, ",".join(cells), _miscounted(cells, columns))
            continue
        if not columns.exact:
            if columns.names and len(cells) > len(columns.names) and any(cells[len(columns.names) :]):
                found.reject(line, ",".join(cells), _miscounted(cells, columns))
                continue
            cells = [*cells, *[""] * (needed + 1 - len(cells))]
        vpn = None if columns.vpn is None else cells[columns.vpn]
        if columns.export and vpn is not None:
            vpn = _vrf_of_export(vpn)
        text = prefix_text(cells, columns)
        for piece in _in_one_field(text):
            found.take(line, vpn, piece)


def _in_one_field(text: str) -> list[str]:
    if text.isascii() and not _SEVERAL.search(text):
        return [text]
    return pieces(text.replace("\n", ",")) or [text]


def _miscounted(cells: list[str], columns: Columns) -> str:
    count = "1 field" if len(cells) == 1 else f"{len(cells)} fields"
    names = ", ".join(columns.names)
    return f"{count} where the header has {len(columns.names)} ({names[:200]})."


def _vrf_of_export(text: str) -> str | None:
    if text.casefold() in _NO_VRF:
        return None
    with_rd = _RD.fullmatch(text)
    return with_rd[1] if with_rd else text


def _records(
    lines: Sequence[str], sign: str, found: Found, *, before: int = 0, told: Told = NOBODY
) -> Iterator[Record]:
    comments = tuple(each for each in COMMENT_LINE if each != sign)
    read = 0
    for number, written in enumerate(told.over(lines, until=_TAKEN_APART), 1):
        if number <= read:
            continue
        line = before + number
        content = _tidied(written, sign)
        if not content.strip(" \t") or content.startswith(comments):
            continue
        if '"' in content and content.count('"') % 2:
            content, read = _joined(content, lines, number, sign)
        try:
            _check_characters(content.replace("\t", " ") if sign == "\t" else content)
            yield line, _fields(content, sign)
        except _LineProblem as problem:
            found.reject(line, content, str(problem))


def _tidied(line: str, sign: str) -> str:
    if sign == "\t":
        # Blanks of a web page around a field are harmless here; in CSV they are named.
        line = "\t".join(field.translate(ODD_BLANKS) for field in line.split("\t"))
    return line.strip(" ")


def _joined(content: str, lines: Sequence[str], index: int, sign: str) -> tuple[str, int]:
    """A field in quotation marks may go on over several lines; if it never ends, the line stands alone."""
    joined = content
    for after in range(index, min(index + _MOST_LINES_IN_FIELD, len(lines))):
        joined = f"{joined} {_tidied(lines[after], sign)}"
        if len(joined) > LONGEST_LINE:
            break
        if joined.count('"') % 2 == 0:
            return joined, after + 1
    return content, index


def _check_characters(content: str) -> None:
    if len(content) > LONGEST_LINE:
        raise _LineProblem(f"too long: {len(content)} characters; at most {LONGEST_LINE} are read.")
    unsafe = describe_unsafe(content)
    if unsafe is not None:
        raise _LineProblem(f"{quoted(content)} contains {unsafe}.")


def _fields(content: str, sign: str) -> list[str]:
    if '"' not in content:
        return [each.strip(" ") for each in content.split(sign)]
    try:
        (fields,) = csv.reader([content], delimiter=sign, strict=True, skipinitialspace=sign != "\t")
    except (csv.Error, ValueError):
        raise _LineProblem(f"{quoted(content)} has quotation marks that do not match.") from None
    return [each.strip(" ") for each in fields]


def _refuse_separator(content: str, name: str) -> None:
    """Refuses a first line of columns that are not separated by commas."""
    content = content.strip(" ")
    if "," in content:
        return
    for sign, words, format in ((";", "';'", "csv-semicolon"), ("\t", "a tab", "tsv")):
        if sign in content.rstrip(" \t") and not looks_like_prefixes(without_comment(content)):
            raise InvalidFile(
                f"{quoted(name)} separates its columns with {words}; the separator must be a comma.",
                fix=(
                    "Save it as CSV with commas.",
                    f"Name the format: --read-as {format} reads it as it is.",
                ),
            )
