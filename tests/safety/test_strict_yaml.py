"""YAML from outside is read as text or refused with a place; our own records survive their round trip."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sci_cli.errors import InvalidFile
from sci_cli.safety import strict_yaml
from sci_cli.safety.strict_yaml import Document, Value, dump_own, load, load_own, problems_error
from sci_cli.safety.text import describe_unsafe

ALIAS_BOMB = "a0: &a0 [x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 10)
)
MERGE_BOMB = "a0: &a0 {x: y}\n" + "".join(
    f"a{level}: &a{level}\n  <<: [{', '.join([f'*a{level - 1}'] * 2)}]\n" for level in range(1, 21)
)


def read(text: str) -> Value:
    return load(text.encode(), name="f.yaml").value


def refusal(data: str | bytes) -> str:
    with pytest.raises(InvalidFile) as caught:
        load(data.encode() if isinstance(data, str) else data, name="f.yaml")
    return caught.value.message


# What is read ----------------------------------------------------------------------------------------------


def test_every_scalar_is_text_exactly_as_written() -> None:
    scalars = [
        "NO",
        "on",
        "0123456",
        "65000:10",
        "=",
        "2026-03-01",
        "~",
        "null",
        "1_000",
        "1e3",
        "0x1F",
        ".inf",
    ]
    assert read("\n".join(f"- {scalar}" for scalar in scalars)) == scalars


def test_a_missing_value_and_an_empty_file_are_empty_text() -> None:
    assert read("a:\nb: {c, d: }\n") == {"a": "", "b": {"c": "", "d": ""}}
    assert [read(""), read("# only a comment\n"), read("---\n")] == ["", "", ""]


def test_a_number_as_key_is_the_text_of_that_number() -> None:
    assert read("1: b\n") == {"1": "b"}


def test_a_byte_order_mark_and_windows_line_ends_are_accepted() -> None:
    data = b"\xef\xbb\xbfname: Acme\r\nnote: |\r\n  one\r\n  two\r\n"
    assert load(data, name="f.yaml").value == {"name": "Acme", "note": "one\ntwo\n"}


def test_text_of_any_script_and_line_feeds_in_quotes_are_accepted() -> None:
    assert read('a: "阿里云 \\U0001F44B\\nÅ"\n') == {"a": "阿里云 👋\nÅ"}


def test_supported_yaml_versions_are_accepted() -> None:
    assert [read(f"%YAML {version}\n---\na: b\n") for version in ("1.1", "1.2")] == [{"a": "b"}, {"a": "b"}]


def test_every_key_and_value_knows_its_line_and_column() -> None:
    document = load(b"name: Acme\nsteps:\n  - {id: a}\n  - id: b\n    note:\n", name="f.yaml")
    paths: list[strict_yaml.Path] = [(), ("name",), ("steps",), ("steps", 0, "id"), ("steps", 1)]
    assert [document.position(path) for path in paths] == [(1, 1), (1, 7), (3, 3), (3, 10), (4, 5)]
    assert [document.key_position(path) for path in paths] == [(1, 1), (1, 1), (2, 1), (3, 6), (4, 5)]


def test_the_position_of_something_missing_is_that_of_what_should_hold_it() -> None:
    document = load(b"steps:\n  - id: a\n", name="f.yaml")
    assert document.position(("steps", 0, "title")) == (2, 5)
    assert document.key_position(("steps", 7, "title")) == (2, 3)
    assert Document("").position(("steps",)) == (1, 1)


# What is refused -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("!!python/object/apply:os.system ['echo']\n", "f.yaml:1:1: A tag stands here"),
        ("!!binary '%%%'\n", "f.yaml:1:1: A tag stands here"),
        ("a: !!int ''\n", "f.yaml:1:4: A tag stands here"),
        ("a: !e!x y\n", "f.yaml:1:4: A tag stands here"),
        ("%TAG ! tag:example.net,2026:\n---\na: b\n", "f.yaml:1:1: The file declares a tag"),
        ("? [a]\n: b\n", "f.yaml:1:3: A key must be text"),
        ("? {a: b}\n: c\n", "f.yaml:1:3: A key must be text"),
        ("a: &x [1]\nb: *x\n", "f.yaml:1:4: An anchor or alias stands here"),
        ("&a [*a]\n", "f.yaml:1:1: An anchor or alias stands here"),
        ("a: *\n", "f.yaml:1:5: Anchors and aliases are not accepted; text that begins with * needs quotes."),
        ("<<: {a: b}\n", "f.yaml:1:1: The merge key << is not accepted"),
        ("name:\n\t- x\n", "f.yaml:2:1: There is a tab on line 2"),
        ("%YAML 3.0\n---\na: 1\n", "f.yaml:1:1: This YAML version is not supported"),
        ("%YAML x\n---\na: 1\n", "f.yaml:1:7: The line that begins with % cannot be read"),
        (f"%YAML {'1' * 5000}.0\n---\na: 1\n", "f.yaml:1:7: An escape or a number here has no meaning"),
        ("a: 1\n---\nb: 2\n", "f.yaml:2:1: The file holds more than one document"),
        ('a: "\\U00110000"\n', "f.yaml:1:7: An escape or a number here has no meaning"),
        ('a: "\\q"\n', "f.yaml:1:6: A backslash in double quotes begins an escape"),
        ("a: 'x\n\n\n", "f.yaml:1:4: The quotes are not closed."),
        ("a: [x\n\n\n", "f.yaml:1:4: A comma or the closing ] is missing."),
        ("a: {x: y\n\n\n", "f.yaml:1:4: A comma or the closing } is missing."),
        ("a: b: c\n", "f.yaml:1:5: A colon is out of place"),
        ("a:\n  b: 1\n c: 2\n", "f.yaml:3:2: This line does not fit the indentation"),
        ("a: @x\n", "f.yaml:1:4: Text that begins with this character needs quotes."),
    ],
)
def test_what_is_not_accepted_is_refused_at_its_place(data: str, message: str) -> None:
    assert refusal(data).startswith(message)


def test_a_duplicate_key_is_refused_naming_both_lines() -> None:
    message = "f.yaml:2:1: Duplicate key 'steps' on line 2; line 1 has it already."
    assert refusal("steps: []\nsteps: [{id: x}]\n") == message
    assert (
        refusal('a: {b: 1, "b": 2}\n') == "f.yaml:1:11: Duplicate key 'b' on line 1; line 1 has it already."
    )
    assert read("- {a: 1}\n- {a: 2}\n") == [{"a": "1"}, {"a": "2"}]


@pytest.mark.parametrize(
    ("scalar", "words"),
    [
        ('"A\\e[2J\\e]0;x\\a"', "the control character U+001B (x1b)"),
        ('"Acme \\u202Eexe.txt"', "U+202E (a direction override)"),
        ('"Acme\\u200b"', "U+200B (invisible)"),
        ('"Acme\\r\\nBcc"', "a line break"),
        ('"Acme\\N"', "a line break (U+0085)"),
        ('"\\ud83d\\ude00"', "a character that is not valid UTF-8"),
        ("|\n  a\tb", "the control character U+0009 (x09), a tab"),
    ],
)
def test_escapes_do_not_smuggle_unsafe_characters_in(scalar: str, words: str) -> None:
    assert refusal(f"name: {scalar}\n") == f"f.yaml:1:7: The value contains {words}."


def test_a_key_holds_no_line_break() -> None:
    assert refusal('"a\\nb": c\n') == "f.yaml:1:1: The key contains a line break."


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a: b\nc: \x1b[2J\n", "f.yaml:2:4: The file contains the control character U+001B (x1b)."),
        ("a: b # \u202e\n".encode(), "f.yaml:1:8: The file contains U+202E (a direction override)."),
        ("a: b\ufeff\n".encode(), "f.yaml:1:5: The file contains U+FEFF (invisible)."),
        (b"a: b\rc: d\n", "f.yaml:1:5: The file contains a line break (U+000D)."),
        (b"a: b\nc: \xe9\n", "f.yaml:2:4: This is not UTF-8 text; save the file as UTF-8."),
        ("a: b\n".encode("utf-16"), "f.yaml:1:1: This is not UTF-8 text; save the file as UTF-8."),
        (
            "a: b\n".encode("utf-16-le"),
            "f.yaml:1:2: The file contains the control character U+0000 (x00); save the file as UTF-8.",
        ),
    ],
)
def test_bytes_that_are_not_plain_utf_8_text_are_refused(data: bytes, message: str) -> None:
    assert refusal(data) == message


def test_a_file_over_the_size_limit_is_refused_before_anything_else() -> None:
    assert (
        refusal(b"\xff" * 1_000_001) == "f.yaml:1:1: The file is too large: 1000001 bytes, at most 1000000."
    )
    with pytest.raises(InvalidFile, match="at most 4"):
        load(b"a: bc", name="f.yaml", limit=4)


def test_the_name_of_the_file_is_shown_safely() -> None:
    with pytest.raises(InvalidFile) as caught:
        load(b"[x", name="f\x1b.yaml")
    assert caught.value.message.startswith(r"f\x1b.yaml:1:1: ")


def test_nesting_is_accepted_up_to_the_limit_and_refused_beyond() -> None:
    for opening, closing in (("[", "]"), ("{a: ", "}"), ("- ", "")):
        read(opening * 20 + "x" + closing * 20)
        assert "nested too deeply; at most 20 levels" in refusal(opening * 21 + "x" + closing * 21)


def test_more_values_than_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_yaml, "NODE_LIMIT", 5)
    assert read("a: [1, 2]\n") == {"a": ["1", "2"]}
    assert refusal("a: [1, 2, 3]\n") == "f.yaml:1:11: The file holds too many values; at most 5 are accepted."


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("[" * 25_000, "nested"),
        ("[" * 100_000, "nested"),
        ("{a: " * 2_000, "nested"),
        ("- " * 50_000, "nested"),
        ("? " * 50_000, "key"),
        (ALIAS_BOMB, "alias"),
        (MERGE_BOMB, "anchor"),
    ],
    ids=["25k brackets", "100k brackets", "2k braces", "50k dashes", "50k marks", "alias bomb", "merge bomb"],
)
def test_hostile_files_are_refused_after_a_handful_of_steps(
    data: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []

    class CountingParser(strict_yaml._PureParser):
        def get_event(self) -> yaml.Event:
            steps.append("event")
            event: yaml.Event = super().get_event()  # type: ignore[no-untyped-call]  # PyYAML has no types
            return event

        def fetch_more_tokens(self) -> None:
            steps.append("token")
            super().fetch_more_tokens()

    monkeypatch.setattr(strict_yaml, "_PureParser", CountingParser)
    assert words in refusal(data)
    assert 0 < len(steps) < 1_200


YAML_PIECES = st.sampled_from(
    [
        "a",
        "b",
        "key",
        "0123",
        "NO",
        "~",
        "=",
        ":",
        ": ",
        "- ",
        "? ",
        ", ",
        "[",
        "]",
        "{",
        "}",
        "\n",
        "\n  ",
        "\n    ",
        "\t",
        " ",
        "#",
        " # c",
        "'",
        '"',
        "|",
        ">",
        "|2-\n",
        ">+\n",
        "&x ",
        "*x",
        "<<: ",
        "!",
        "!!int ",
        "!e!t ",
        "%YAML 1.1\n",
        "%YAML 9.9\n",
        "%TAG ! x:\n",
        "%",
        "---\n",
        "--- ",
        "...\n",
        "\\",
        "\\x1b",
        "\\U00110000",
        "\\ud800",
        "\\u202e",
        "\\q",
        "\r\n",
        "\r",
        "\x00",
        "\x85",
        "\u2028",
        "\ufeff",
        "\ufffe",
        "é",
        "云",
        "👋",
        "@",
        "`",
        "!<%FF>",
    ]
)
PLACED = re.compile(r"f\.yaml:[1-9][0-9]*:[1-9][0-9]*: [A-Z].*\.\Z")


def assert_read_or_refused(data: bytes) -> None:
    try:
        document = load(data, name="f.yaml")
    except InvalidFile as problem:
        assert PLACED.match(problem.message), problem.message
        assert describe_unsafe(problem.message) is None
        assert len(problem.message) < 300
        return
    assert_plain(document.value)


def assert_plain(value: Value) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            assert_plain(key)
            assert_plain(item)
    elif isinstance(value, list):
        for item in value:
            assert_plain(item)
    else:
        assert type(value) is str
        assert describe_unsafe(value, allow_newlines=True) is None


@settings(max_examples=2_000, deadline=None)
@given(st.lists(YAML_PIECES, max_size=30).map("".join))
def test_any_mixture_of_yaml_pieces_is_read_or_refused_with_a_place(text: str) -> None:
    assert_read_or_refused(text.encode())


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_with_a_place(data: bytes) -> None:
    assert_read_or_refused(data)


def test_several_problems_are_listed_in_the_order_of_the_file() -> None:
    error = problems_error("f.yaml", [(10, 1, "Ten."), (2, 7, "Two."), (2, 3, "An \x1b.")])
    assert error.message == "f.yaml has 3 problems."
    assert error.why == (r"f.yaml:2:3: An \x1b.", "f.yaml:2:7: Two.", "f.yaml:10:1: Ten.")
    assert problems_error("f.yaml", [(1, 1, "One.")]).message == "f.yaml has 1 problem."


# Our own records -------------------------------------------------------------------------------------------

HOSTILE = [
    *(
        "",
        " ",
        " lead",
        "trail ",
        "\n",
        "\n\n",
        "one\ntwo",
        "one\ntwo\n",
        "one\ntwo\n\n",
        "\none",
        " one\ntwo",
        "one \ntwo",
    ),
    *(
        "NO",
        "no",
        "n",
        "y",
        "on",
        "true",
        "null",
        "~",
        "=",
        "<<",
        "0123456",
        "012345678901",
        "12E4",
        "1e3",
        "0o17",
        "08",
    ),
    *(
        "1_000",
        "0x1F",
        "65000:10",
        "2026-03-01",
        "2026-03-01T10:00:00Z",
        ".inf",
        ".nan",
        "-",
        "- a",
        "? a",
        "a: b",
        "a #b",
    ),
    *(
        "#",
        "&a",
        "*a",
        "!a",
        "!!int 1",
        "%YAML",
        "@",
        "`",
        "'",
        '"',
        "''",
        "\\",
        "[a]",
        "{a: b}",
        "a,b",
        "---",
        "...",
        "|",
    ),
    *(
        "one\n---\ntwo",
        "one\n# two",
        "one\n\ttwo",
        "tab\there",
        "\x1b[2J",
        "a\x85b",
        "a\u2028b",
        "a\u2029b\nc",
        "\ufeffa",
    ),
    *(
        "\ufffe",
        "a\r\nb",
        "a\rb",
        "\x00",
        "\x7f",
        "\u202e",
        "1\u00a0000",
        "阿里云",
        "阿里云\n第二行",
        "👋🏽",
        "👋\n🏽",
        "\U0010ffff",
    ),
    *("x" * 2_000, "word " * 500, "a b, c.", "a-", "a -", "a.", "a,", "a ,b"),
]
TEXTS = st.sampled_from(HOSTILE) | st.text(alphabet=st.characters(codec="utf-8"), max_size=20)
VALUES = st.recursive(
    TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_hostile_text_survives_in_every_position_of_a_record(text: str) -> None:
    document: dict[str, Value] = {
        "a": text,
        "b": [text, [text], {text: text}],
        "c": {"d": {"e": text}},
        text: {},
    }
    dumped = dump_own(document)
    assert load_own(dumped) == document
    assert yaml.safe_load(dumped) == document


@settings(max_examples=500, deadline=None)
@given(st.dictionaries(TEXTS, VALUES, max_size=5))
@example({})
@example({"a": [], "b": {}, "c": [[]], "d": [{}]})
def test_a_record_comes_back_as_it_was_written_for_us_and_for_any_yaml_reader(
    document: Mapping[str, Value],
) -> None:
    dumped = dump_own(document)
    assert load_own(dumped) == document
    assert yaml.safe_load(dumped) == document


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(TEXTS, VALUES, max_size=5))
def test_a_record_is_read_the_same_without_libyaml(document: Mapping[str, Value]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strict_yaml, "_OwnLoader", strict_yaml._PureParser)
        assert load_own(dump_own(document)) == document


def test_a_record_reads_like_a_page_people_can_follow() -> None:
    again: Value = ["10.0.0.0/8"]
    document: dict[str, Value] = {
        "schema": "1",
        "customer": "Acme Verpackung",
        "state": "ready",
        "answer": "no",
        "no": "said so, twice.",
        "account": "0123456789012345",
        "note": "first line\nsecond line\n",
        "vpns": [{"name": "blue", "prefixes": again}, {"name": "red", "prefixes": again}],
        "events": [],
    }
    assert dump_own(document) == (
        "schema: '1'\n"
        "customer: 'Acme Verpackung'\n"
        "state: ready\n"
        "answer: 'no'\n"
        "'no': said so, twice.\n"
        "account: '0123456789012345'\n"
        "note: |\n"
        "  first line\n"
        "  second line\n"
        "vpns:\n"
        "- name: blue\n"
        "  prefixes:\n"
        "  - '10.0.0.0/8'\n"
        "- name: red\n"
        "  prefixes:\n"
        "  - '10.0.0.0/8'\n"
        "events: []\n"
    )


@pytest.mark.parametrize("value", [1, 1.5, True, None, ("a",), {"a"}, {1: "a"}, [{"a": 1}]])
def test_a_record_holds_nothing_but_texts_lists_and_mappings(value: object) -> None:
    with pytest.raises(TypeError, match="a record holds only text, lists and mappings"):
        dump_own({"a": value})  # type: ignore[dict-item]  # the wrong type is the point


def test_a_lone_surrogate_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        dump_own({"a": "\ud800"})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a",
        "a",
        "a: 1\na: 2",
        "<<: {a: b}",
        "a: &x b",
        "a: !!int 1",
        "a: 1\n---\nb: 2",
        "a: [",
        "a: \x00",
        "\ud800",
    ],
)
def test_a_malformed_record_raises_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        load_own(text)


@pytest.mark.parametrize("piece", ["[", "{a: ", "- ", "? "])
def test_a_record_nested_without_end_raises_value_error_instead_of_ending_the_process(piece: str) -> None:
    with pytest.raises(ValueError, match=r"nested|key"):
        load_own(piece * 100_000)


def test_several_documents_are_read_each_with_its_own_places() -> None:
    text = b"# first\na: 1\n---\n# nothing here\n---\nb:\n  - x\n"

    first, empty, last = strict_yaml.load_several(text, name="all.yaml")

    assert (first.value, empty.value, last.value) == ({"a": "1"}, "", {"b": ["x"]})
    assert (first.key_position(("a",)), last.key_position(("b",)), last.position(("b", 0))) == (
        (2, 1),
        (6, 1),
        (7, 5),
    )


def test_the_same_key_in_two_documents_is_no_duplicate_and_in_one_it_is() -> None:
    assert len(strict_yaml.load_several(b"a: 1\n---\na: 2\n", name="all.yaml")) == 2
    with pytest.raises(InvalidFile, match=r"all\.yaml:4:1: Duplicate key 'a' on line 4; line 3"):
        strict_yaml.load_several(b"a: 1\n---\na: 2\na: 3\n", name="all.yaml")
