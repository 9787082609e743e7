"""Records as `dump_own` writes nearly all of them, read line by line in a tenth of a YAML parser's time.

Only block mappings and lists of texts on one line are read here, in exactly the layout of the writer. About
everything else, right or wrong, nothing is said: the YAML parser judges it. So what is read here is always
what the parser would have read.
"""

from __future__ import annotations

import re

from sci_cli.domain.plain import Plain

# What may stand between single quotes on one line and means itself in YAML.
_INSIDE = r"[^'\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]"
_QUOTED = rf"'{_INSIDE}*(?:''{_INSIDE}*)*'"
# Longer keys are none in YAML.
_KEY = rf"[a-z][a-z0-9_]{{0,99}}|'{_INSIDE}{{1,200}}'"
_VALUE = rf"[a-z](?:[a-z ,.-]*[a-z.])?|{_QUOTED}"
# As many spaces as the parser takes levels for certain.
_LINE = re.compile(rf"^( {{0,16}})(- )?(?:({_KEY}):(?: ({_VALUE}))?|({_VALUE}))$", re.MULTILINE)
_STEP = 2

_Open = tuple[int, "dict[str, Plain] | list[Plain]"]


def read_lines(text: str) -> dict[str, Plain] | None:
    """The mapping in a record's text; None where the text is not entirely in the plainest layout."""
    lines: list[tuple[str, str, str, str, str]] = _LINE.findall(text)
    if not text.endswith("\n") or len(lines) != text.count("\n"):
        return None
    root: dict[str, Plain] = {}
    inner: _Open = (0, root)
    around: list[_Open] = []
    awaiting = ""
    for spaces, dash, key, value, item in lines:
        indent = len(spaces)
        if awaiting:
            opened = _opened(inner, awaiting, indent, in_list=bool(dash))
            if opened is None:
                return None
            around.append(inner)
            inner = opened
        else:
            while inner[0] > indent or (inner[0] == indent and not dash and type(inner[1]) is list):
                inner = around.pop()
        awaiting = ""
        level, content = inner
        if level != indent or (type(content) is list) != bool(dash):
            return None
        if isinstance(content, list):
            if not key:
                content.append(_text(item))
                continue
            entry: dict[str, Plain] = {}
            content.append(entry)
            around.append(inner)
            inner = (indent + _STEP, entry)
            content = entry
        name = _text(key)
        if not name or name in content:
            return None
        if value:
            content[name] = _text(value)
        else:
            awaiting = name
            content[name] = ""
    return root if lines and not awaiting else None


def _opened(inner: _Open, key: str, indent: int, *, in_list: bool) -> _Open | None:
    """The list or mapping that begins below a key without a value; a list begins where its key does."""
    level, content = inner
    if indent != (level if in_list else level + _STEP) or not isinstance(content, dict):
        return None
    below: dict[str, Plain] | list[Plain] = [] if in_list else {}
    content[key] = below
    return indent, below


def _text(written: str) -> str:
    return written[1:-1].replace("''", "'") if written[:1] == "'" else written
