"""Tables for spreadsheets, with no cell that a spreadsheet would run as a formula."""

from __future__ import annotations

import csv
import io
import string
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

_STARTS_A_FORMULA = "=+-@\t\r\n\0"
_STARTS_NONE = frozenset(string.ascii_letters + string.digits)


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    r"""The table as RFC 4180 text with `\r\n` line ends, header first.

    A cell that a spreadsheet may take for a formula, or that begins with an apostrophe, gets one apostrophe
    in front; a reader that removes one leading apostrophe from every cell has the values back unchanged.

    Args:
        header: column names.
        rows: cells in column order; numbers are given as text, so that nothing is reformatted.

    Raises:
        ValueError: a row has more or fewer cells than the header.
    """
    return "".join(csv_lines(header, rows))


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The same table line by line, for more rows than there is memory.

    Raises:
        ValueError: a row has more or fewer cells than the header.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for row in chain([header], rows):
        if len(row) != len(header):
            raise ValueError(f"a row of {len(row)} cells under a header of {len(header)}")
        writer.writerow([_neutral(cell) for cell in row])
        yield text.getvalue()
        text.seek(0)
        text.truncate()


def _neutral(cell: str) -> str:
    if cell[:1] in _STARTS_NONE:
        return cell
    # Spreadsheets also obey the full-width and small forms, which compatibility normalisation folds together.
    first = unicodedata.normalize("NFKC", cell[:1])[:1]
    return f"'{cell}" if cell[:1] == "'" or (first and first in _STARTS_A_FORMULA) else cell
