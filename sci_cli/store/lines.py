"""Records as `dump_own` writes nearly all of them, read and written line by line in a tenth of YAML's time.

Only block mappings and lists of texts on one line are read here, in exactly the layout of the writer. About
everything else, right or wrong, nothing is said: the YAML parser judges it. So what is read here is always
what the parser would have read. What is written here is, byte for byte, what `dump_own` would have written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

from sci_cli.domain.plain import Plain
from sci_cli.safety.text import describe_unsafe

# YAML takes no longer keys than a thousand characters.
_KEY = r"[a-z][a-z0-9_]{0,99}|'[^'\n]{1,200}'"
_VALUE = r"[a-z](?:[a-z ,.-]*[a-z.])?|'[^'\n]*(?:''[^'\n]*)*'"
# As many spaces as the parser takes levels for certain.
_LINE = re.compile(rf"^( {{0,16}})(- )?(?:({_KEY}):(?: ({_VALUE}))?|({_VALUE}))$", re.MULTILINE)
_STEP = 2

_Line = tuple[str, str, str, str, str]
_Content = dict[str, Plain] | list[Plain]


def read_lines(text: str) -> dict[str, Plain] | None:
    """The mapping in a record's text; None where the text is not entirely in the plainest layout."""
    # Every character that YAML refuses, folds or takes for the end of a line is among the unprintable ones.
    if not text.endswith("\n") or not text.replace("\n", "").isprintable():
        return None
    lines: list[_Line] = _LINE.findall(text)
    return _nested(lines) if len(lines) == text.count("\n") else None


def _nested(lines: list[_Line]) -> dict[str, Plain] | None:
    """The mapping these lines make; one loop without calls, since it runs for every line of every record."""
    root: dict[str, Plain] = {}
    level, content = 0, cast("_Content", root)
    around: list[tuple[int, _Content]] = []
    awaiting = ""
    for spaces, dash, key, value, item in lines:
        indent = len(spaces)
        if awaiting:
            # A list begins where its key does, a mapping further in.
            if indent != (level if dash else level + _STEP) or isinstance(content, list):
                return None
            around.append((level, content))
            below: _Content = [] if dash else {}
            content[awaiting] = below
            level, content, awaiting = indent, below, ""
        else:
            while level > indent or (level == indent and not dash and isinstance(content, list)):
                level, content = around.pop()
            if level != indent or isinstance(content, list) != bool(dash):
                return None
        if isinstance(content, list):
            if not key:
                content.append(item if item[0] != "'" else item[1:-1].replace("''", "'"))
                continue
            around.append((level, content))
            entry: dict[str, Plain] = {}
            content.append(entry)
            level, content = level + _STEP, entry
        elif not key:
            return None
        name = key if key[0] != "'" else key[1:-1]
        if name in content:
            return None
        if value:
            content[name] = value if value[0] != "'" else value[1:-1].replace("''", "'")
        else:
            content[name], awaiting = "", name
    return None if awaiting else root


# Writing ---------------------------------------------------------------------------------------------------

_BARE_KEY = re.compile(r"[a-z][a-z0-9_]{0,99}")
_BARE_VALUE = re.compile(r"[a-z](?:[a-z ,.-]*[a-z.])?")
_OTHER_TYPES = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
# YAML writers keep these as they are between quotes, as far as no reader takes them for anything else.
_QUOTABLE = re.compile(r"[ -~\u00a0-\ud7ff]*")
_LONGEST_KEY = 100


class _NotPlainest(Exception):
    """Something takes more than one line, or a YAML writer to know how it is written."""


def write_lines(document: Mapping[str, Plain]) -> str | None:
    """The text of a record; None where it takes more than the plainest layout."""
    lines: list[str] = []
    try:
        _write_mapping(document, "", "", lines)
    except _NotPlainest:
        return None
    return "\n".join(lines) + "\n" if lines else None


def _write_mapping(content: Mapping[str, Plain], first: str, indent: str, lines: list[str]) -> None:
    """The lines of a mapping; `first` stands before the first one, `indent` before all others."""
    start = first
    for key, value in content.items():
        head = f"{start}{_written_key(key)}:"
        start = indent
        if type(value) is str:
            lines.append(f"{head} {_written_value(value)}")
        elif not value:
            lines.append(f"{head} {'{}' if type(value) is dict else '[]'}")
        elif type(value) is dict:
            lines.append(head)
            _write_mapping(value, indent + "  ", indent + "  ", lines)
        elif type(value) is list:
            lines.append(head)
            _write_list(value, indent, lines)
        else:
            raise _NotPlainest


def _write_list(content: list[Plain], indent: str, lines: list[str]) -> None:
    for item in content:
        if type(item) is str:
            lines.append(f"{indent}- {_written_value(item)}")
        elif type(item) is dict and item:
            _write_mapping(item, indent + "- ", indent + "  ", lines)
        else:
            raise _NotPlainest


def _written_key(key: str) -> str:
    if type(key) is not str or len(key) > _LONGEST_KEY:
        raise _NotPlainest
    return key if _BARE_KEY.fullmatch(key) and key not in _OTHER_TYPES else _in_quotes(key)


def _written_value(value: str) -> str:
    return value if _BARE_VALUE.fullmatch(value) and value not in _OTHER_TYPES else _in_quotes(value)


def _in_quotes(text: str) -> str:
    if _QUOTABLE.fullmatch(text) is None or describe_unsafe(text) is not None:
        raise _NotPlainest
    doubled = text.replace("'", "''")
    return f"'{doubled}'"
