"""Plain lists: one prefix to a line, or several with commas, semicolons or blanks between them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sci_cli.domain.prefixes import LONGEST_TEXT
from sci_cli.readers.prefixes.quick import ordinary_prefix
from sci_cli.readers.prefixes.rows import ODD_BLANKS, Found, Row

_SEPARATOR = re.compile("[,;]")
COMMENT_LINE = ("#", "!", ";", "//")
_COMMENT = re.compile(r"#| !| //")
_LOOKS_LIKE_PREFIX = re.compile(r"[0-9A-Fa-f:.]*[.:/][0-9A-Fa-f:./]*")


def lines_of(text: str) -> list[str]:
    """The lines of a text, whichever of the three line ends it uses; the first is line 1."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.split("\n")


def read_list(lines: Iterable[str], found: Found) -> None:
    """Reads a plain list.

    Blank lines are skipped, and comments: lines that begin with `#`, `!`, `;` or `//`, and what follows a
    `#`, or a `!` or `//` after a blank. A prefix may stand in quotation marks.
    """
    rows = found.rows
    for line, written in enumerate(lines, 1):
        prefix = ordinary_prefix(written)
        if prefix is not None:
            rows.append(Row(line, None, prefix))
            continue
        for piece in pieces(without_comment(written)):
            found.take(line, None, piece)


def without_comment(line: str) -> str:
    """The line without its comment, with ordinary blanks, without blanks at its ends."""
    content = line.translate(ODD_BLANKS).strip(" ") if not line.isascii() or "\t" in line else line.strip(" ")
    if content.startswith(COMMENT_LINE):
        return ""
    comment = _COMMENT.search(content)
    return content[: comment.start()].rstrip(" ") if comment else content


def pieces(content: str) -> list[str]:
    """The prefixes side by side in a text; what cannot be told apart stays together, to be judged whole."""
    found: list[str] = []
    for chunk in _SEPARATOR.split(content):
        words = _words(chunk)
        if len(words) > 1 and all("/" in word[1:-1] for word in words):
            found += map(_unquoted, words)
        elif words:
            found.append(_unquoted(chunk.strip(" ")))
    return found


def looks_like_prefixes(content: str) -> bool:
    """Whether everything between the separators looks like a prefix or an address, right or wrong."""
    parts = [part for chunk in pieces(content) for part in _words(chunk)]
    return all(len(part) <= LONGEST_TEXT and _LOOKS_LIKE_PREFIX.fullmatch(part) for part in parts)


def _words(text: str) -> list[str]:
    # Without an argument, split() would also swallow control characters that are to be named.
    return [word for word in text.split(" ") if word]


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1].strip(" ")
    return text
