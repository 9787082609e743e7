"""One line of a page: texts with a style each. Only what has to be wrapped goes through Rich."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

Run = tuple[str, str]  # a text, and its style or nothing

# What the styles of a page are for a terminal that knows the standard colours, in the notation of ECMA-48.
_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


def cells(text: str) -> int:
    """How many columns of a terminal the text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


class Runs:
    """A line that is being put together, of texts without control characters except line breaks."""

    __slots__ = ("runs",)

    def __init__(self, runs: Iterable[Run] = ()) -> None:
        self.runs = [run for run in runs if run[0]]

    @property
    def plain(self) -> str:
        """The text without its styles."""
        return "".join([text for text, _ in self.runs])

    @property
    def width(self) -> int:
        """How many columns it takes."""
        return cells(self.plain)

    def and_then(self, other: Runs) -> Runs:
        """This line with another one behind it."""
        joined = Runs()
        joined.runs = self.runs + other.runs
        return joined

    def add(self, text: str, style: str = "") -> None:
        """More text at the end."""
        if text:
            self.runs.append((text, style))

    def shown(self, *, color: bool) -> str:
        """The line for a terminal, without spaces at its end."""
        if not color:
            return self.plain.rstrip()
        runs = list(self.runs)
        while runs and not (last := runs[-1][0].rstrip()):
            runs.pop()
        if runs:
            runs[-1] = (last, runs[-1][1])
        return "".join([f"\x1b[{_code(style)}m{text}\x1b[0m" if style else text for text, style in runs])

    def lines(self) -> list[Runs]:
        """The lines of the text, where it has line breaks; at least one."""
        found = [Runs()]
        for text, style in self.runs:
            first, *others = text.split("\n")
            found[-1].add(first, style)
            for other in others:
                found.append(Runs([(other, style)]))
        return found

    def wrapped(self, width: int) -> list[Runs]:
        """The lines it takes in so many columns."""
        plain = self.plain
        if "\n" not in plain and cells(plain) <= width:
            return [self]
        from rich.text import Text

        text = Text()
        for part, style in self.runs:
            text.append(part, style=style)
        return [_of_rich(line) for line in text.wrap(_console(), width)] or [self]


def _of_rich(line: object) -> Runs:
    from rich.text import Text

    found = Runs()
    if not isinstance(line, Text):
        return found
    at = 0
    for span in sorted(line.spans):
        found.add(line.plain[at : span.start])
        found.add(line.plain[span.start : span.end], str(span.style))
        at = span.end
    found.add(line.plain[at:])
    return found


@cache
def _code(style: str) -> str:
    return ";".join(_CODES[word] for word in style.split(" "))


@cache
def _console() -> Console:
    """What Rich asks for defaults while it wraps; nothing is written to it."""
    from io import StringIO

    from rich.console import Console

    return Console(file=StringIO(), width=80, height=100, force_jupyter=False, legacy_windows=False)
