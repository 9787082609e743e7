"""A page of text for people: lines, paragraphs, bars, tables without borders, commands in one piece.

Every text goes through `visible`, and nothing is read as markup. Rich is imported when the first text has to
be wrapped, so that neither scripts nor long lists wait for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sci_cli.errors import Command, Fix
from sci_cli.safety.text import visible
from sci_cli.ui.look import Look, command_text
from sci_cli.ui.runs import Runs, cells

Part = str | tuple[str, str]  # a text, or a text with its style

BOLD = "bold"
DIM = "dim"
GOOD = "green"
BAD = "bold red"
CAUTION = "yellow"
OWNER = "cyan"

_NARROWEST_COLUMN = 20
_GAP = "  "


def plain_part(part: Part) -> str:
    """The text of a part without its style."""
    return part if isinstance(part, str) else part[0]


class Page:
    """Collects lines; `text` gives them all.

    In the plain form nothing is wrapped, aligned or drawn: every fact is one line that ends where it ends.
    """

    def __init__(self, look: Look) -> None:
        self.look = look
        self._lines: list[str] = []

    def text(self) -> str:
        """Everything written so far, without spaces at line ends and with a line end after the last line."""
        written = "\n".join(self._lines).strip("\n")
        return written + "\n" if written.strip() else ""

    # Lines ---------------------------------------------------------------------------------------------

    def blank(self) -> None:
        """An empty line; several in a row count once."""
        if not (len(self._lines) > 1 and self._lines[-1] == ""):
            self._lines.append("")

    def line(self, *parts: Part, indent: int = 0) -> None:
        """One line that is never broken."""
        self._emit(self._indented(indent, self._joined(parts)))

    def title(self, left: Sequence[Part], right: Part = "") -> None:
        """A first line with something at its right end, or below where there is no room for it."""
        start, end = self._joined(left), self._joined([right])
        room = self.look.width - start.width - end.width
        if not end.plain or self.look.plain or room < len(_GAP):
            self.paragraph(*left)
            if end.plain:
                self._emit(self._indented(2, end))
            return
        start.add(" " * room)
        self._emit(start.and_then(end))

    def heading(self, text: str) -> None:
        """A heading with an empty line before it."""
        self.blank()
        self.line((text, BOLD))

    def paragraph(
        self, *parts: Part, lead: Sequence[Part] = (), indent: int = 0, breaks: bool = False
    ) -> None:
        """Wrapped text; later lines start below the end of `lead`.

        With `breaks` the text keeps its own line breaks; elsewhere they are spelled out, so that no value
        can look like a line of the program.
        """
        head = self._indented(indent, self._joined(lead))
        width = head.width
        room = max(self.look.width - width - 1, _NARROWEST_COLUMN)
        for number, line in enumerate(self._wrapped(self._joined(parts, newlines=breaks), room)):
            start = head if number == 0 else self._indented(width, Runs())
            self._emit(start.and_then(line))

    def labelled(self, label: str, *parts: Part, column: int = 10, indent: int = 2) -> None:
        """A label and its wrapped text in a column of its own."""
        spoken = f"{label}: " if label else ""
        lead: Part = spoken if self.look.plain else (f"{label:<{column}}{_GAP}", DIM)
        self.paragraph(*parts, lead=[lead], indent=indent)

    def verbatim(self, text: str, *, indent: int = 2) -> None:
        """A block to copy: its own lines, never broken."""
        for line in text.rstrip("\n").split("\n"):
            self._emit(self._indented(indent, self._joined([line])))

    # Commands ------------------------------------------------------------------------------------------

    def typed(self, command: Command) -> str:
        """A command as it is to be typed here."""
        return command_text(command, where=self.look.where, windows=self.look.windows)

    def command(self, command: Command, *, lead: Part = "", indent: int = 2, column: int = 0) -> None:
        """A command in one piece; its note after it, or below where there is no room."""
        line = self._indented(indent, self._joined([lead]))
        start = line.width
        line.add(self.typed(command), OWNER)
        note = visible(command.note, allow_newlines=False)
        if not note:
            self._emit(line)
            return
        line.add(" " * (start + column - line.width))
        if line.width + len(_GAP) + cells(note) <= self.look.width or self.look.plain:
            line.add(f"{_GAP}{note}", DIM)
            self._emit(line)
            return
        self._emit(line)
        self.paragraph((note, DIM), indent=start + 2)

    def commands(self, commands: Iterable[Command], *, indent: int = 2) -> None:
        """Commands below each other, their notes in a second column."""
        listed = list(commands)
        widths = [cells(self.typed(each)) for each in listed]
        column = 0 if self.look.plain else max((width for width in widths if width <= 44), default=0)
        for command in listed:
            self.command(command, indent=indent, column=column)

    def fixes(self, fixes: Sequence[Fix], *, indent: int, first: str, others: str) -> None:
        """Sentences wrapped and commands in one piece, each after its label."""
        for number, fix in enumerate(fixes):
            label = first if number == 0 else others
            if isinstance(fix, Command):
                self.command(fix, lead=label, indent=indent)
            else:
                self.paragraph(fix, lead=[label], indent=indent)

    # Bars and tables -----------------------------------------------------------------------------------

    def bar(self, closed: int, total: int, width: int) -> str:
        """`closed` of `total` as a bar; it is full only when everything is closed."""
        full, empty = ("█", "░") if self.look.unicode else ("#", ".")
        filled = closed * width // total if total else 0
        return full * filled + empty * (width - filled)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[Part]], *, indent: int = 2) -> None:
        """Rows under a header; only the last column wraps. Without room, one line for each row.

        A column without a name holds a mark; it is left out where there are no columns, so the row must
        say the same in words.
        """
        joined = [[self._joined([cell]) for cell in row] for row in rows]
        taken = [[cell.width for cell in row[:-1]] for row in joined]
        widths = [
            max([cells(name), *(row[number] for row in taken)]) for number, name in enumerate(columns[:-1])
        ]
        room = self.look.width - indent - sum(widths) - len(_GAP) * len(widths) - 1
        if self.look.plain or room < _NARROWEST_COLUMN:
            self._as_lines(columns, rows, indent)
            return
        if any(columns):
            header = [self._joined([(name, BOLD)]) for name in columns]
            self._row(header, [cells(name) for name in columns[:-1]], widths, room, indent)
        for row, own in zip(joined, taken, strict=True):
            self._row(row, own, widths, room, indent)

    def _row(
        self, row: Sequence[Runs], taken: Sequence[int], widths: Sequence[int], room: int, indent: int
    ) -> None:
        line = self._indented(indent, Runs())
        for cell, own, width in zip(row[:-1], taken, widths, strict=True):
            line.runs += cell.runs
            line.add(" " * (width - own) + _GAP)
        for number, last in enumerate(self._wrapped(row[-1], room)):
            start = line if number == 0 else self._indented(indent, Runs([(" " * _behind(widths), "")]))
            self._emit(start.and_then(last))

    def _as_lines(self, columns: Sequence[str], rows: Sequence[Sequence[Part]], indent: int) -> None:
        for row in rows:
            said = [
                f"{name}: {plain_part(cell)}"
                for name, cell in zip(columns, row, strict=True)
                if name and plain_part(cell)
            ]
            said = said or [plain_part(cell) for cell in row if plain_part(cell)]
            self.paragraph("; ".join(said), lead=["" if self.look.plain else "- "], indent=indent)

    # Below ---------------------------------------------------------------------------------------------

    def _joined(self, parts: Iterable[Part], *, newlines: bool = False) -> Runs:
        joined = Runs()
        for part in parts:
            text, style = (part, "") if isinstance(part, str) else part
            shown = visible(text, allow_newlines=newlines)
            joined.add(shown.replace("\r", "") if newlines else shown, style)
        return joined

    def _indented(self, indent: int, runs: Runs) -> Runs:
        return Runs([(" " * (0 if self.look.plain else indent), "")]).and_then(runs)

    def _wrapped(self, runs: Runs, width: int) -> list[Runs]:
        return runs.lines() if self.look.plain else runs.wrapped(width)

    def _emit(self, line: Runs) -> None:
        self._lines.append(line.shown(color=self.look.color))


def _behind(widths: Sequence[int]) -> int:
    return sum(widths) + len(_GAP) * len(widths)
