"""Prefixes from a file or a pipe, in whatever form a network engineer has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from sci_cli.errors import InvalidFile
from sci_cli.readers.files import decode_text
from sci_cli.readers.prefixes.columns import EXAMPLE, MOST_SHOWN
from sci_cli.readers.prefixes.line_forms import LineForm, NotLineByLine, list_form, table_form
from sci_cli.readers.prefixes.lists import lines_of, read_list, without_comment
from sci_cli.readers.prefixes.progress import NOBODY, Progress, Told
from sci_cli.readers.prefixes.recognise import (
    OLD_WORKBOOK,
    WORKBOOK,
    is_json,
    is_yaml,
    router_format,
)
from sci_cli.readers.prefixes.rows import Found, PrefixTable, Rejected, Row
from sci_cli.readers.prefixes.tables import SIGNS, is_table, read_table
from sci_cli.safety.text import quoted

if TYPE_CHECKING:
    from sci_cli.readers.prefixes.long_tables import PlainLists

__all__ = (
    "FORMATS",
    "LIMIT",
    "LONG_FORMATS",
    "LineForm",
    "NotLineByLine",
    "PrefixTable",
    "Progress",
    "Rejected",
    "Row",
    "line_form",
    "list_form",
    "read_long_table",
    "read_prefix_data",
    "read_prefixes",
)

LIMIT = 10_000_000  # bytes, for `read_input`

FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "list": "one prefix to a line, or several with commas, semicolons or blanks between them",
        "csv": "a table with commas; named, it needs no header and may have other columns",
        "csv-semicolon": "a table with semicolons, as some spreadsheets save it",
        "tsv": "a table with tabs, as copied from a spreadsheet",
        "xlsx": "an Excel workbook; needs the extra xlsx",
        "yaml": "a list, or a mapping from each VPN to its list",
        "json": "as yaml; also route listings of clouds and exports of address inventories",
        "cisco": "routing and BGP tables of Cisco IOS, IOS XE, IOS XR and NX-OS",
        "arista": "routing and BGP tables of Arista EOS",
        "junos": "routing tables of Junos, terse and brief",
        "sros": "route tables of Nokia SR OS",
    }
)
"""The formats by name, each with a line of explanation."""

LONG_FORMATS = ("cisco", "arista", "junos", "sros")
"""The formats of which `read_long_table` reads very many lines fast."""

_LONG = 100_000  # bytes; shorter files are read before anybody could ask how far it is


def read_prefix_data(
    data: bytes,
    *,
    name: str,
    format: str = "",
    default_routes: bool = False,
    progress: Progress | None = None,
) -> PrefixTable:
    """Reads prefixes from the bytes of a file, in the format named or else the one recognised.

    Lines that cannot be taken come back beside the rows; whether anything is done with the others is for the
    caller to decide.

    Args:
        data: the bytes of the file.
        name: the file as the user named it, for messages.
        format: one of `FORMATS`; empty to recognise it by its content.
        default_routes: whether default routes are taken, to be compared; no port carries one.
        progress: called now and then with the bytes done and the bytes of the file, both roughly in step with
            the time it takes; never for a file of few lines.

    Raises:
        InvalidFile: the file as a whole means nothing: it is empty, no text, holds no prefix at all, or no
            such format exists.
    """
    if format and format not in FORMATS:
        raise InvalidFile(
            f"There is no format {quoted(format, 40)}.",
            fix=f"Name one of {', '.join(FORMATS)}, or none to have it recognised.",
        )
    found = Found(default_routes)
    told = Told(progress, len(data)) if len(data) >= _LONG else NOBODY
    if format == "xlsx" or (not format and data.startswith((WORKBOOK, OLD_WORKBOOK))):
        _read_workbook(data, name, found, told)
        return found.table("xlsx")
    text = _text(data, name, format)
    used = _read_text(text, format, name, found, told)
    if not found.rows and not found.rejected:
        raise _nothing(name, bool(text.strip()), used)
    return found.table(used)


def line_form(head: bytes, *, name: str, format: str = "", default_routes: bool = False) -> LineForm | None:
    """How the lines of a long file are written, so that each can be read alone; None for `read_prefix_data`.

    Args:
        head: its beginning, whole lines.
        name: the file as the user named it.
        format: one of `FORMATS`; empty to recognise it by its content.
        default_routes: as for `read_prefix_data`.

    Raises:
        InvalidFile: the file as a whole means nothing.
    """
    text = _text(head, name, format)
    lines = lines_of(text)
    used = format or _recognised(text, lines, name)
    if used == "list":
        return list_form(default_routes)
    if used == "csv":
        return table_form(lines, name=name, strict=not format, default_routes=default_routes)
    return None


def read_long_table(
    data: bytes, format: str, *, default_routes: bool = False, progress: Progress | None = None
) -> PlainLists | None:
    """The routes of a routing table of very many lines as plain lists; None for `read_prefix_data` to read.

    Args:
        data: the bytes of the file.
        format: the format recognised or named; one of `LONG_FORMATS`, or there is nothing to gain.
        default_routes: as for `read_prefix_data`.
        progress: called now and then with the bytes done and the bytes of the file.
    """
    if format not in LONG_FORMATS:
        return None
    from sci_cli.readers.prefixes.long_tables import plain_lists  # lists and tables do not pay for routers

    return plain_lists(data, format, default_routes=default_routes, told=Told(progress, len(data)))


def read_prefixes(
    data: bytes, *, name: str, format: str = "", progress: Progress | None = None
) -> PrefixTable:
    """As `read_prefix_data`, but every line counts or none does.

    Raises:
        InvalidFile: all bad lines with their numbers; or what is wrong with the file as a whole.
    """
    table = read_prefix_data(data, name=name, format=format, progress=progress)
    if table.rejected:
        raise _bad_lines(table.rejected, name)
    return table


def _text(data: bytes, name: str, format: str) -> str:
    # The 'Unicode Text' of a spreadsheet is a tsv in UTF-16; who names the format knows what it is.
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff")) and not data.startswith(b"\xff\xfe\0\0")
    if not marked:
        return decode_text(data, name)
    if not format:
        raise InvalidFile(
            f"{quoted(name)} cannot be read: this is UTF-16; save it as UTF-8.",
            fix=(
                "In a spreadsheet choose 'CSV UTF-8'; in an editor choose the encoding UTF-8.",
                "Name the format: --read-as tsv reads the 'Unicode Text' of a spreadsheet as it is.",
            ),
        )
    try:
        return data.decode("utf-16")
    except UnicodeDecodeError:
        raise InvalidFile(f"{quoted(name)} is damaged UTF-16 text.", fix="Save it as UTF-8.") from None


def _read_workbook(data: bytes, name: str, found: Found, told: Told) -> None:
    if data.startswith(OLD_WORKBOOK):
        raise InvalidFile(
            f"{quoted(name)} is a workbook of the old Excel format, or one with a password.",
            fix="Save it as .xlsx without a password, or as 'CSV UTF-8'.",
        )
    from sci_cli.readers.prefixes.workbook import read_workbook

    read_workbook(data, found, name, told)
    if not found.rows and not found.rejected:
        raise _nothing(name, True, "xlsx")


def _read_text(text: str, format: str, name: str, found: Found, told: Told) -> str:
    """Reads the text and says in which format."""
    lines = lines_of(text)
    used = format or _recognised(text, lines, name)
    if used in SIGNS:
        read_table(lines, found, name=name, sign=SIGNS[used], strict=not format, told=told)
    elif used in LONG_FORMATS:
        _read_routes(told.over(lines), used, found)
    elif used in ("json", "yaml"):
        _read_document(text, used, name, found)
        told.at(1.0)
    else:
        read_list(told.over(lines), found)
    return used


def _read_routes(lines: Iterable[str], format: str, found: Found) -> None:
    # A plain list does not pay for what these import.
    from sci_cli.readers.prefixes.long_forms import LONG_FORMS
    from sci_cli.readers.prefixes.routers import read_router

    read_router(lines, LONG_FORMS[format].reader(found))


def _read_document(text: str, format: str, name: str, found: Found) -> None:
    # A plain list does not pay for what these import.
    from sci_cli.readers.prefixes.documents import read_document
    from sci_cli.readers.prefixes.tree import json_tree, yaml_tree

    read_document((json_tree if format == "json" else yaml_tree)(text, name), found, name)


def _recognised(text: str, lines: list[str], name: str) -> str:
    contents = filter(without_comment, lines)
    first, second = next(contents, ""), next(contents, "")
    if is_json(text):
        return "json"
    router = router_format(text)
    if router:
        return router
    if is_yaml(first, second):
        return "yaml"
    return "csv" if is_table(first, name) else "list"


def _nothing(name: str, has_text: bool, format: str) -> InvalidFile:
    if not has_text or format == "list":
        return InvalidFile(f"{quoted(name)} is empty: there is no prefix in it.", fix=EXAMPLE)
    return InvalidFile(f"There is no prefix in {quoted(name)}, read as {format}.", fix=EXAMPLE)


def _bad_lines(rejected: tuple[Rejected, ...], name: str) -> InvalidFile:
    count = len(rejected)
    places = "1 line that is" if count == 1 else f"{count} lines that are"
    more = [f"and {count - MOST_SHOWN} more"] if count > MOST_SHOWN else []
    listed = [f"line {each.line}: {each.reason}" for each in rejected[:MOST_SHOWN]]
    return InvalidFile(
        f"{quoted(name)} has {places} not acceptable; nothing was taken from it.",
        why=[*listed, *more],
        fix="Correct every line named, then give the file again.",
    )
