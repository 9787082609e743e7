"""What counts as unsafe text, how it is named, shown and refused."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sci_cli.errors import InvalidValue
from sci_cli.safety.text import clean, describe_unsafe, find_unsafe, quoted, visible

ANY_TEXT = st.text(alphabet=st.characters(codec=None))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Acme\n", "a line break"),
        ("Acme\r\nBcc: x@example.net", "a line break"),
        ("Acme\x85", "a line break (U+0085)"),
        ("Acme\u2028", "a line break (U+2028)"),
        ("Acme\u2029", "a line break (U+2029)"),
        ("Acme\v", "the control character U+000B (x0b)"),
        ("Acme\t", "the control character U+0009 (x09), a tab"),
        ("Acme\x1b[2J", "the control character U+001B (x1b)"),
        ("Acme\x7f", "the control character U+007F (x7f)"),
        ("Acme\x9b31m", "the control character U+009B (x9b)"),
        ("\u202egnp.exe", "U+202E (a direction override)"),
        ("\u2066x", "U+2066 (a direction override)"),
        ("Ac\u200bme", "U+200B (invisible)"),
        ("\ufeffAcme", "U+FEFF (invisible)"),
        ("Ac\u00adme", "U+00AD (invisible)"),
        ("Ac\u3164me", "U+3164 (invisible)"),
        ("Acme\U000e0041", "U+E0041 (invisible)"),
        ("Acme\ud800", "a character that is not valid UTF-8"),
        ("\x1b and \u202e", "the control character U+001B (x1b)"),
    ],
)
def test_the_first_unsafe_character_is_named(text: str, words: str) -> None:
    assert describe_unsafe(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Acme",
        "Åström & Söhne",
        "阿里云",
        "أكمي",
        "👋🏽",
        "a\u0301",
        "1\u00a0000",
        "[/x] :bug: $(id) '; --",
    ],
)
def test_ordinary_text_of_any_script_is_safe_and_shown_unchanged(text: str) -> None:
    assert (describe_unsafe(text), find_unsafe(text), visible(text)) == (None, None, text)


def test_every_control_format_separator_and_surrogate_character_of_unicode_is_unsafe() -> None:
    missed = [
        f"U+{ord(character):04X}"
        for character in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
        and describe_unsafe(character) is None
    ]
    assert missed == []


def test_letters_digits_and_punctuation_are_never_unsafe_unless_they_are_drawn_as_nothing() -> None:
    drawn_as_nothing = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0}
    refused = {
        value
        for value in range(sys.maxunicode + 1)
        if unicodedata.category(chr(value))[0] in "LMNPSZ" and describe_unsafe(chr(value)) is not None
    }
    # The format controls of hieroglyphs got their category only in a later Unicode version.
    assert refused - set(range(0x13430, 0x13440)) - {0x2028, 0x2029} == drawn_as_nothing


def test_line_breaks_are_safe_where_allowed_but_a_lone_carriage_return_is_not() -> None:
    texts = ["a\nb", "a\r\nb", "a\rb", "a\u2028b", "a\nb\x1b"]
    assert [describe_unsafe(text, allow_newlines=True) for text in texts] == [
        None,
        None,
        "a line break (U+000D)",
        "a line break (U+2028)",
        "the control character U+001B (x1b)",
    ]
    assert [find_unsafe(text, allow_newlines=True) for text in texts] == [None, None, 1, 1, 3]


def test_unsafe_characters_are_shown_as_escapes_and_line_feeds_kept_in_output() -> None:
    text = "a\nb\rc\td\x1b[0m\x9b\u202e\u200b\U000e0041\ud800"
    escaped = r"b\rc\td\x1b[0m\x9b\u202e\u200b\U000e0041\ud800"
    assert visible(text) == "a\n" + escaped
    assert visible(text, allow_newlines=False) == r"a\n" + escaped


@given(ANY_TEXT)
def test_shown_text_is_safe_and_shown_again_stays_the_same(text: str) -> None:
    shown = visible(text)
    assert describe_unsafe(shown, allow_newlines=True) is None
    assert visible(shown) == shown
    shown.encode("utf-8")


def test_quoting_puts_text_on_one_line_in_single_quotes() -> None:
    assert quoted("Acme\r\nBcc: \x1b") == r"'Acme\r\nBcc: \x1b'"


def test_quoting_cuts_at_the_limit_with_an_ellipsis_and_never_inside_an_escape() -> None:
    assert quoted("a" * 10, limit=10) == "'aaaaaaaaaa'"
    assert quoted("a" * 11, limit=10) == "'aaaaaaaaaa...'"
    assert quoted("a" * 8 + "\x1b", limit=10) == "'aaaaaaaa...'"


@given(ANY_TEXT, st.integers(min_value=0, max_value=50))
def test_a_quotation_is_safe_and_never_longer_than_its_limit_allows(text: str, limit: int) -> None:
    quotation = quoted(text, limit=limit)
    assert describe_unsafe(quotation) is None
    assert len(quotation) <= limit + len("'...'")


def test_cleaning_strips_spaces_at_the_ends_and_composes_accents() -> None:
    assert clean("  A\u030angstro\u0308m  AB ", what="The name") == "Ångström  AB"
    assert clean("   ", what="The name") == ""


def test_cleaning_several_lines_makes_every_line_break_a_line_feed() -> None:
    assert clean("one\r\ntwo\nthree", what="The note", allow_newlines=True) == "one\ntwo\nthree"


def test_cleaning_refuses_an_unsafe_character_and_shows_the_text_visibly() -> None:
    with pytest.raises(InvalidValue) as refusal:
        clean("Acme\n", what="The customer name")
    assert refusal.value.message == "The customer name contains a line break."
    assert refusal.value.why == (r"The text given is 'Acme\n'.",)


def test_cleaning_refuses_text_that_is_too_long_and_names_the_limit() -> None:
    with pytest.raises(InvalidValue) as refusal:
        clean("a\u0301" * 5000, what="The customer name")
    assert refusal.value.message == "The customer name is too long: 10000 characters, at most 200."
    assert clean("x" * 200, what="The customer name") == "x" * 200


def test_length_is_judged_before_the_characters_and_again_after_composing() -> None:
    with pytest.raises(InvalidValue, match="too long"):
        clean("\x1b" * 201, what="The name")
    with pytest.raises(InvalidValue, match="too long: 400 characters"):
        clean("\u0958" * 200, what="The name")


@given(ANY_TEXT)
def test_cleaning_either_refuses_or_gives_safe_composed_text_that_cleans_to_itself(text: str) -> None:
    try:
        cleaned = clean(text, what="The note", allow_newlines=True)
    except InvalidValue as refusal:
        assert describe_unsafe(refusal.message) is None
        return
    assert describe_unsafe(cleaned, allow_newlines=True) is None
    assert unicodedata.is_normalized("NFC", cleaned)
    assert clean(cleaned, what="The note", allow_newlines=True) == cleaned
