"""What makes a text no YAML, in a sentence and with its place."""

from __future__ import annotations

from typing import Any, TypeAlias

import yaml

from sci_cli.safety.text import visible

Place: TypeAlias = "tuple[int, int]"

_EXPLANATIONS = (
    ("character '\\t' that cannot start", "There is a tab on line {line}; use spaces here."),
    ("cannot start any token", "Text that begins with this character needs quotes."),
    ("incompatible YAML document", "This YAML version is not supported; leave out the line with %YAML."),
    ("tag", "A tag stands here; tags are not accepted, every value is text."),
    ("directive", "The line that begins with % cannot be read; only a YAML version may stand there."),
    ("alias", "Anchors and aliases are not accepted; text that begins with * needs quotes."),
    ("anchor", "Anchors and aliases are not accepted; text that begins with & needs quotes."),
    ("mapping values are not allowed", "A colon is out of place; check the indentation, or quote the text."),
    ("could not find expected ':'", "The colon after this key is missing, or the indentation is wrong."),
    ("expected <block end>", "This line does not fit the indentation of the lines around it."),
    ("sequence entries are not allowed", "A list cannot begin here; begin it on a line of its own."),
    ("escape", "A backslash in double quotes begins an escape here that YAML does not know."),
    ("quoted scalar", "The quotes are not closed."),
    ("expected ',' or ']'", "A comma or the closing ] is missing."),
    ("expected ',' or '}'", "A comma or the closing } is missing."),
)


def explained(error: yaml.MarkedYAMLError) -> tuple[Place, str]:
    """Where the fault is put right, and what it is, in one sentence."""
    original = f"{error.context or ''} {error.problem or ''}"
    # What is never closed is noticed at the end of the file, but is put right where it begins.
    unclosed = "end of stream" in original or "<stream end>" in original
    marks = (error.context_mark, error.problem_mark)
    place = place_of((marks[0] or marks[1]) if unclosed else (marks[1] or marks[0]))
    for words, sentence in _EXPLANATIONS:
        if words in original:
            return place, sentence.replace("{line}", str(place[0]))
    return place, f"This is not valid YAML: {visible(original.strip())[:200]}."


def place_of(mark: Any) -> Place:
    """Line and column of a mark of the parser, from 1; the beginning where there is no mark."""
    return (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
