"""Lines put together here look as Rich would print them."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from sci_cli.ui.envelope import Json, as_json
from sci_cli.ui.look import Look
from sci_cli.ui.page import BAD, BOLD, CAUTION, DIM, GOOD, OWNER, Page
from sci_cli.ui.runs import Runs

STYLES = (f"bold {GOOD}", "", BOLD, DIM, GOOD, BAD, CAUTION, OWNER)

a_text = st.text(st.sampled_from("ab c  -/,.語é█\u0301🙂 \n"), max_size=30)
a_line = st.lists(st.tuples(a_text, st.sampled_from(STYLES)), max_size=5)


def by_rich(runs: list[tuple[str, str]], width: int | None, *, color: bool) -> list[str]:
    """The lines as a console of Rich prints them, wrapped where a width is given."""
    file = StringIO()
    console = Console(
        file=file, width=80, height=100, color_system="standard" if color else None, force_terminal=color,
        force_jupyter=False, no_color=False, legacy_windows=False, markup=False, emoji=False, highlight=False,
    )  # fmt: skip
    text = Text()
    for part, style in runs:
        text.append(part, style=style)
    for line in (text.wrap(console, width) or [text]) if width is not None else [text]:
        line.rstrip()
        console.print(line, soft_wrap=True)
    return file.getvalue().split("\n")[:-1]


@given(runs=a_line, width=st.integers(5, 60), color=st.booleans())
def test_wrapped_lines_are_those_of_rich(runs: list[tuple[str, str]], width: int, color: bool) -> None:
    found = [line.shown(color=color) for line in Runs(runs).wrapped(width)]
    assert found == by_rich(runs, width, color=color)


@given(
    runs=st.lists(
        st.tuples(a_text.map(lambda text: text.replace("\n", " ")), st.sampled_from(STYLES)), max_size=5
    )
)
def test_a_line_that_is_not_wrapped_is_that_of_rich_and_as_wide(runs: list[tuple[str, str]]) -> None:
    line, text = Runs(runs), Text("".join(part for part, _ in runs))
    assert [line.shown(color=True)] == by_rich(runs, None, color=True)
    assert (line.plain, line.width) == (text.plain, text.cell_len)


@given(runs=a_line)
def test_the_lines_of_a_text_are_all_of_it(runs: list[tuple[str, str]]) -> None:
    lines = Runs(runs).lines()
    assert [line.plain for line in lines] == "".join(text for text, _ in runs).split("\n")


def test_a_page_of_many_lines_takes_as_long_for_each_as_a_page_of_few() -> None:
    page = Page(Look())
    for _ in range(20_000):
        page.blank()
        page.line("acme-hk-1")
    assert page.text().count("\n") == 39_999


def test_empty_lines_in_a_row_count_once_and_none_begins_or_ends_a_page() -> None:
    page = Page(Look())
    for text in ("", "one", "", "", "two", ""):
        if text:
            page.line(text)
        else:
            page.blank()
            page.blank()
    assert page.text() == "one\n\ntwo\n"
    assert Page(Look()).text() == ""


a_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(doc=st.dictionaries(st.text(max_size=5), a_value, max_size=5))
def test_a_document_is_laid_out_as_the_standard_library_does(doc: dict[str, Json]) -> None:
    assert as_json(doc) == json.dumps(doc, indent=2, ensure_ascii=True) + "\n"


@pytest.mark.parametrize("value", [1, True, 0, False, 1.5, None, "ü\n"])
def test_scalars_are_laid_out_as_the_standard_library_does(value: Json) -> None:
    doc: dict[str, Json] = {"a": value, "b": [value]}
    assert as_json(doc) == json.dumps(doc, indent=2) + "\n"
