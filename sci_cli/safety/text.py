"""One sanitiser for both ends: refuse unsafe characters coming in, show them visibly going out.

Unsafe are characters that a terminal obeys instead of showing, that reorder or hide what a person reads,
that end a line, or that cannot be written as UTF-8: C0, C1, DEL, direction controls, invisible and other
format characters, line separators, lone surrogates.
"""

from __future__ import annotations

import re
import unicodedata

from sci_cli.errors import InvalidValue

_LINE_BREAKS = "\n\r\x85\u2028\u2029"
_DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"

# Written out because asking unicodedata about every code point would be felt at start-up. Besides the
# format characters (category Cf), some letters and marks are drawn as nothing: the Hangul fillers, the
# combining grapheme joiner and two Khmer vowels make twins that no reader can tell apart. U+FFFE and
# U+FFFF are no characters at all, and YAML refuses them.
_INVISIBLE = (
    "\u00ad\u034f\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180e"
    "\u200b-\u200d\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0001\U000e0020-\U000e007f"
)
_CONTROL = "\x00-\x1f\x7f-\x9f"
_SURROGATE = "\ud800-\udfff"

_UNSAFE_CLASS = f"{_LINE_BREAKS}{_CONTROL}{_DIRECTION}{_INVISIBLE}{_SURROGATE}"
_UNSAFE = re.compile(f"[{_UNSAFE_CLASS}]")
# CR directly before LF is one line break with it; a CR alone would overwrite its line on a terminal.
_UNSAFE_IN_LINES = re.compile(rf"\r(?!\n)|(?![\r\n])[{_UNSAFE_CLASS}]")
_IS_DIRECTION = re.compile(f"[{_DIRECTION}]")

_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def describe_unsafe(text: str, *, allow_newlines: bool = False) -> str | None:
    """The first unsafe character in words that complete 'contains …', or None when there is none.

    Args:
        text: any text, lone surrogates included.
        allow_newlines: whether LF, and CR directly before LF, count as safe.

    Returns:
        For example `a line break`, `the control character U+001B (x1b)`, `U+202E (a direction override)`.
    """
    found = (_UNSAFE_IN_LINES if allow_newlines else _UNSAFE).search(text)
    if found is None:
        return None
    if allow_newlines and found.group() == "\r":
        return "a line break (U+000D)"
    return _describe(found.group())


def find_unsafe(text: str, *, allow_newlines: bool = False) -> int | None:
    """The index of the character that `describe_unsafe` names, or None when there is none."""
    found = (_UNSAFE_IN_LINES if allow_newlines else _UNSAFE).search(text)
    return None if found is None else found.start()


def _describe(character: str) -> str:
    point = f"U+{ord(character):04X}"
    if character in "\n\r":
        return "a line break"
    if character in _LINE_BREAKS:
        return f"a line break ({point})"
    if "\ud800" <= character <= "\udfff":
        return "a character that is not valid UTF-8"
    if unicodedata.category(character) == "Cc":
        tab = ", a tab" if character == "\t" else ""
        return f"the control character {point} (x{ord(character):02x}){tab}"
    if _IS_DIRECTION.match(character):
        return f"{point} (a direction override)"
    return f"{point} (invisible)"


def _escape(character: str) -> str:
    value = ord(character)
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    if value < 0x100:
        return f"\\x{value:02x}"
    return f"\\u{value:04x}" if value < 0x10000 else f"\\U{value:08x}"


def visible(text: str, *, allow_newlines: bool = True) -> str:
    r"""The text with every unsafe character spelled out, such as `\x1b` or `\u202e`; the rest unchanged.

    Args:
        text: any text on its way to a screen or a file.
        allow_newlines: whether LF stays a line break. CR is always spelled out.
    """

    def replacement(found: re.Match[str]) -> str:
        character = found.group()
        return character if allow_newlines and character == "\n" else _escape(character)

    return _UNSAFE.sub(replacement, text)


def quoted(text: str, limit: int = 200) -> str:
    """The text in single quotes, on one line, safe to show, cut with `...` after `limit` characters."""
    shown = ""
    for character in text[: limit + 1]:
        piece = visible(character, allow_newlines=False)
        if len(shown) + len(piece) > limit:
            return f"'{shown}...'"
        shown += piece
    return f"'{shown}'"


def clean(text: str, *, what: str, limit: int = 200, allow_newlines: bool = False) -> str:
    """Text a user gave, checked, in Unicode form NFC, without spaces at its ends; empty text is allowed.

    Args:
        text: the text as given.
        what: its name at the start of a sentence, such as `The customer name`.
        limit: the longest text accepted, in characters.
        allow_newlines: whether it may have several lines; each break then becomes one LF.

    Raises:
        InvalidValue: the text is too long or holds an unsafe character, which the message names.
    """
    _refuse_long(text, what, limit)
    unsafe = describe_unsafe(text, allow_newlines=allow_newlines)
    if unsafe is not None:
        raise InvalidValue(
            f"{what} contains {unsafe}.",
            why=f"The text given is {quoted(text)}.",
            fix="Give it again without that character.",
        )
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip(" ")
    # A few characters grow when composed.
    _refuse_long(composed, what, limit)
    return composed


def _refuse_long(text: str, what: str, limit: int) -> None:
    if len(text) > limit:
        raise InvalidValue(
            f"{what} is too long: {len(text)} characters, at most {limit}.",
            why=f"It begins {quoted(text, limit=40)}.",
            fix="Give a shorter text.",
        )
