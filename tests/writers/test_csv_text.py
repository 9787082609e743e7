from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sci_cli.writers.csv_text import csv_text


def one_cell(value: str) -> str:
    """The line of a table whose only row is this value beside a fixed one."""
    return csv_text(("id", "note"), [("n1", value)]).removeprefix("id,note\r\n")


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("+44 20 7946 0000", "n1,'+44 20 7946 0000\r\n"),
        ("-2 weeks", "n1,'-2 weeks\r\n"),
        ("=1+1", "n1,'=1+1\r\n"),
        ("@SUM(A1)", "n1,'@SUM(A1)\r\n"),
        ("\uff1d1+1", "n1,'\uff1d1+1\r\n"),
        ("\uff0b1", "n1,'\uff0b1\r\n"),
        ("\uff0d1", "n1,'\uff0d1\r\n"),
        ("\uff20x", "n1,'\uff20x\r\n"),
        ("\ufe661", "n1,'\ufe661\r\n"),
        ("\t=1", "n1,'\t=1\r\n"),
        ("\r=1", 'n1,"\'\r=1"\r\n'),
        ("'=1+1", "n1,''=1+1\r\n"),
        ("'tis", "n1,''tis\r\n"),
    ],
)
def test_a_cell_that_a_spreadsheet_may_run_gets_an_apostrophe_in_front(value: str, line: str) -> None:
    assert one_cell(value) == line


@pytest.mark.parametrize("value", ["0012345", "10.20.0.0/16", "a=b", "Acme - Hong Kong", "上海", ""])
def test_an_ordinary_cell_stays_as_it_is(value: str) -> None:
    assert one_cell(value) == f"n1,{value}\r\n"


def test_quotes_and_commas_are_quoted_and_lines_end_with_cr_lf() -> None:
    assert csv_text(("a", "b"), [('a"b,c', "d\ne"), ("", "f")]) == 'a,b\r\n"a""b,c","d\ne"\r\n,f\r\n'


def test_a_table_without_rows_is_its_header() -> None:
    assert csv_text(("name", "state"), []) == "name,state\r\n"


def test_a_row_of_another_length_than_the_header_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="a row of 1 cells under a header of 2"):
        csv_text(("a", "b"), [("only",)])


@given(st.lists(st.tuples(st.text(), st.text())))
def test_removing_one_apostrophe_from_every_cell_gives_the_values_back(rows: list[tuple[str, str]]) -> None:
    text = csv_text(("a", "b"), rows)

    read = list(csv.reader(io.StringIO(text, newline="")))

    assert [tuple(cell.removeprefix("'") for cell in row) for row in read[1:]] == rows
    assert not [cell for row in read for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
