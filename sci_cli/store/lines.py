"""Records as `dump_own` writes nearly all of them, read line by line in a tenth of a YAML parser's time.

Only block mappings and lists of texts on one line are read here, in exactly the layout of the writer. About
everything else, right or wrong, nothing is said: the YAML parser judges it. So what is read here is always
what the parser would have read.
"""

from __future__ import annotations

import re
from typing import cast

from sci_cli.domain.plain import Plain

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
