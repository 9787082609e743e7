"""Reading a record line by line: the same as the YAML parser reads, or nothing at all."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sci_cli.domain.plain import Plain
from sci_cli.safety.strict_yaml import dump_own, load_own
from sci_cli.store.document import render
from sci_cli.store.lines import read_lines, write_lines
from tests.store.samples import full, new, revised

WORDS = st.sampled_from(
    [
        "",
        "a",
        "b",
        "no",
        "null",
        "a b",
        "a - b",
        "1",
        "0x1f",
        "it's",
        "''",
        "a: b",
        "# a",
        "- a",
        "<<",
        "\u00e9",
    ]
)
TEXTS = WORDS | st.text(alphabet=st.characters(codec="utf-8"), max_size=12)
VALUES = st.recursive(
    TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=15,
)
# Pieces that make lines like those of a record and lines that only look like them.
PIECES = st.sampled_from(
    ["a", "b", "'a'", "''", "'it''s'", ": ", ":", "- ", "-", " ", "  ", "    ", "\n", "\n", "\n  ", "\n- ",
     "a: ", "a:\n", "b:\n", "- a: b\n", "- a\n", "  a: 'x'\n", "#", "|", "|\n", "[]", "{}", "?", "*a", "&a ",
     "!t ", "<<: ", "---\n", "...\n", "%", "\t", "\r", "\x85", "\u2028", "\ufeff", "\u00a0", "'", '"']
)  # fmt: skip


def body(data: bytes) -> str:
    """A record's text without its header."""
    return data.decode().split("\n", 2)[2]


def judged(text: str) -> Mapping[str, Plain] | None:
    """What the YAML parser reads; None where it refuses."""
    try:
        return load_own(text)
    except ValueError:
        return None


@pytest.mark.parametrize("record", [new(), revised(30)], ids=["new", "revised"])
def test_a_usual_record_is_read_whole_and_as_the_parser_reads_it(record: object) -> None:
    text = body(render(record).data)  # type: ignore[arg-type]  # both are activations

    found = read_lines(text)

    assert found is not None
    assert found == load_own(text)
    assert list(found) == list(load_own(text))


def test_a_record_with_texts_of_several_lines_is_left_to_the_parser() -> None:
    assert read_lines(body(render(full()).data)) is None


@settings(max_examples=500, deadline=None)
@given(st.dictionaries(TEXTS, VALUES, max_size=5))
def test_whatever_is_written_is_read_as_the_parser_reads_it_or_left_to_it(document: dict[str, Plain]) -> None:
    assert read_lines(dump_own(document)) in (None, document)


@settings(max_examples=3000, deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join))
@example("a: b\n  c\n")
@example("- a\n")
@example("a:\n- b\n  - c\n")
@example("a:\n  - b\n")
@example("a: b\na: c\n")
@example("'a': b\na: c\n")
@example("a:\nb: c\n")
@example("a: b\n c: d\n")
@example("a:\n- a: b\n   c: d\n")
@example("a: 'b\u2028c'\n")
@example("a: 'b'\n...\n")
@example("a: b")
def test_no_text_is_read_in_another_way_than_by_the_parser(text: str) -> None:
    found = read_lines(text)

    assert found is None or found == judged(text)


@pytest.mark.parametrize(
    "text",
    [
        "a: b\na: c\n",
        "a:\n",
        "a: [b]\n",
        "a: b # c\n",
        "a: |\n  b\n",
        "a: b\n\n",
        " a: b\n",
        "",
        "\n",
        "a: b",
    ],
)
def test_what_is_not_in_the_plainest_layout_is_left_to_the_parser(text: str) -> None:
    assert read_lines(text) is None


# Writing ----------------------------------------------------------------------------------------------------

KEYS = WORDS | st.text(alphabet=st.characters(codec="utf-8"), max_size=12) | st.just("k" * 99 + "é'" * 3)
WRITTEN = st.dictionaries(
    KEYS,
    st.recursive(
        TEXTS | st.text(alphabet="ab y'#:-.,{[&*!|>%@` \u00a0é\ud7ff\ue000🙂\x85\u2028\n", max_size=8),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
        max_leaves=15,
    ),
    max_size=5,
)


@settings(max_examples=1500, deadline=None)
@given(WRITTEN)
@example({"y": "yes", "no": "null", "a": "", "b": [], "c": {}, "d": [{}], "e": [[]], "f": [""]})
@example({"a": [{"b": [{"c": ["d", {"e": "f"}]}], "g": {"h": {"i": "j"}}}, "k"]})
@example({"k" * 100: "a", "k" * 101: "a"})
def test_what_is_written_is_what_the_yaml_writer_would_have_written(document: dict[str, Plain]) -> None:
    written = write_lines(document)
    assert written in (None, dump_own(document))


@settings(max_examples=500, deadline=None)
@given(WRITTEN)
def test_what_is_written_line_by_line_is_read_as_it_was(document: dict[str, Plain]) -> None:
    written = write_lines(document)
    assert written is None or load_own(written) == document


def test_records_are_written_without_the_yaml_writer_unless_a_text_has_several_lines() -> None:
    for activation in (new(), revised(5)):
        assert write_lines(load_own(body(render(activation).data))) == body(render(activation).data)
    assert write_lines(load_own(body(render(full()).data))) is None


@pytest.mark.parametrize("value", ["a\nb", "🙂", "\x85", "\u200b", "\ufeff", "\ud800", [["a"]], [{}], [[]]])
def test_what_takes_more_than_the_plainest_layout_is_left_to_the_yaml_writer(value: Plain) -> None:
    assert write_lines({"a": value}) is None
