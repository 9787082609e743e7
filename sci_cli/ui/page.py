"""A page of text for people: lines, paragraphs, bars, tables without borders, commands in one piece.

Every text goes through `visible`, and nothing is read as markup. Rich is imported when the first page is
made, so that scripts asking for JSON do not wait for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import StringIO
from typing import TYPE_CHECKING

from sci_cli.errors import Command, Fix
from sci_cli.safety.text import visible
from sci_cli.ui.look import Look, command_text

if TYPE_CHECKING:
    from rich.text import Text

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
        from rich.console import Console

        self.look = look
        self._file = StringIO()
        self._console = Console(
            file=self._file,
            width=look.width,
            height=100,
            color_system="standard" if look.color else None,
            force_terminal=look.color,
            force_jupyter=False,
            no_color=False,
            legacy_windows=False,
            markup=False,
            emoji=False,
            highlight=False,
        )

    def text(self) -> str:
        """Everything written so far, without spaces at line ends and with a line end after the last line."""
        return self._file.getvalue().strip("\n") + "\n" if self._file.getvalue().strip() else ""

    # Lines ---------------------------------------------------------------------------------------------

    def blank(self) -> None:
        """An empty line; several in a row count once."""
        if not self._file.getvalue().endswith("\n\n"):
            self._file.write("\n")

    def line(self, *parts: Part, indent: int = 0) -> None:
        """One line that is never broken."""
        self._emit(self._indented(indent, self._joined(parts)))

    def title(self, left: Sequence[Part], right: Part = "") -> None:
        """A first line with something at its right end, or below where there is no room for it."""
        start, end = self._joined(left), self._joined([right])
        room = self.look.width - start.cell_len - end.cell_len
        if not end.plain or self.look.plain or room < len(_GAP):
            self.paragraph(*left)
            if end.plain:
                self._emit(self._indented(2, end))
            return
        start.append(" " * room)
        self._emit(start.append_text(end))

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
        room = max(self.look.width - head.cell_len - 1, _NARROWEST_COLUMN)
        for number, line in enumerate(self._wrapped(self._joined(parts, newlines=breaks), room)):
            start = head.copy() if number == 0 else self._indented(head.cell_len, self._joined([]))
            self._emit(start.append_text(line))

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
        start = line.cell_len
        line.append(self.typed(command), style=OWNER)
        note = visible(command.note, allow_newlines=False)
        if not note:
            self._emit(line)
            return
        line.append(" " * max(0, start + column - line.cell_len))
        if line.cell_len + len(_GAP) + self._cells(note) <= self.look.width or self.look.plain:
            self._emit(line.append(f"{_GAP}{note}", style=DIM))
            return
        self._emit(line)
        self.paragraph((note, DIM), indent=start + 2)

    def commands(self, commands: Iterable[Command], *, indent: int = 2) -> None:
        """Commands below each other, their notes in a second column."""
        listed = list(commands)
        widths = [self._cells(self.typed(each)) for each in listed]
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
        cells = [[self._joined([cell]) for cell in row] for row in rows]
        named = any(columns)
        widths = [
            max([self._cells(name), *(row[number].cell_len for row in cells)])
            for number, name in enumerate(columns[:-1])
        ]
        room = self.look.width - indent - sum(widths) - len(_GAP) * len(widths) - 1
        if self.look.plain or room < _NARROWEST_COLUMN:
            self._as_lines(columns, rows, indent)
            return
        header = [[self._joined([(name, BOLD)]) for name in columns]] if named else []
        for row in [*header, *cells]:
            self._row(row, widths, room, indent)

    def _row(self, row: Sequence[Text], widths: Sequence[int], room: int, indent: int) -> None:
        line = self._indented(indent, self._joined([]))
        for cell, width in zip(row[:-1], widths, strict=True):
            line.append_text(cell)
            line.append(" " * (width - cell.cell_len) + _GAP)
        start = line.cell_len
        for number, last in enumerate(self._wrapped(row[-1], room)):
            self._emit((line if number == 0 else self._joined([" " * start])).append_text(last))

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

    def _joined(self, parts: Iterable[Part], *, newlines: bool = False) -> Text:
        from rich.text import Text

        joined = Text()
        for part in parts:
            text, style = (part, "") if isinstance(part, str) else part
            joined.append(visible(text, allow_newlines=newlines), style=style)
        return joined

    def _indented(self, indent: int, text: Text) -> Text:
        return self._joined([" " * (0 if self.look.plain else indent)]).append_text(text)

    def _cells(self, text: str) -> int:
        from rich.cells import cell_len

        return cell_len(text)

    def _wrapped(self, text: Text, width: int) -> list[Text]:
        if self.look.plain:
            return list(text.split("\n", allow_blank=True)) or [text]
        return list(text.wrap(self._console, width)) or [text]

    def _emit(self, line: Text) -> None:
        line.rstrip()
        self._console.print(line, soft_wrap=True)
