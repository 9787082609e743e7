"""Lists and tables of which each line can be read alone: very many of them are read fast, a few with care."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sci_cli.readers.prefixes.columns import Columns
from sci_cli.readers.prefixes.lists import read_list
from sci_cli.readers.prefixes.rows import Found, PrefixTable
from sci_cli.readers.prefixes.tables import columns_of, read_row

_ORDERS = {(0, 1): ("vpn", "prefix"), (1, 0): ("prefix", "vpn")}


class NotLineByLine(Exception):
    """The lines given cannot be read one by one; the file as a whole can, or says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class LineForm:
    """How the lines of a list or of a table with commas are written.

    Attributes:
        format: `list` or `csv`.
        columns: of a table with a column for the VPN, `vpn` and `prefix` in their order; otherwise empty.
        first: how many lines stand before those with prefixes.
        default_routes: whether default routes are taken, to be compared; no port carries one.
    """

    format: str
    columns: tuple[str, ...] = ()
    first: int = 0
    default_routes: bool = False
    _table: Columns | None = None

    def read(self, lines: Sequence[bytes]) -> PrefixTable:
        """Reads lines that need not follow each other, with all care; they are counted from 1.

        Raises:
            NotLineByLine: a line is no UTF-8, or holds a part of a field that goes on in the next one.
        """
        found = Found(self.default_routes)
        try:
            texts = [line.decode() for line in lines]
        except UnicodeDecodeError as error:
            raise NotLineByLine from error
        if self._table is None:
            read_list(texts, found)
        else:
            for number, text in enumerate(texts, 1):
                if text.count('"') % 2:
                    raise NotLineByLine
                read_row(number, text, self._table, found)
        return found.table(self.format)


def list_form(default_routes: bool = False) -> LineForm:
    """The form of a list with one prefix to a line."""
    return LineForm("list", default_routes=default_routes)


def table_form(lines: Sequence[str], *, name: str, strict: bool, default_routes: bool) -> LineForm | None:
    """The form of a table with commas whose first lines these are; None if rows do not stand alone in it.

    Args:
        lines: some lines from its beginning.
        name: the file as the user named it.
        strict: as for `read_table`.
        default_routes: as of `LineForm`.

    Raises:
        InvalidFile: the header is not acceptable.
    """
    known = columns_of(lines, name=name, strict=strict)
    if known is None:
        return None
    columns, width, first = known
    if columns.mask is not None or columns.export or width > 2:
        return None
    if columns.vpn is None:
        order: tuple[str, ...] | None = () if width == 1 else None
    else:
        order = _ORDERS.get((columns.vpn, columns.prefix))
    return None if order is None else LineForm("csv", order, first, default_routes, columns)
