"""Lists of prefixes from a file or a pipe: one to a line, or CSV with the columns `vpn` and `prefix`."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from sci_cli.domain.names import vpn_name_problem
from sci_cli.domain.prefixes import Prefix, PrefixProblem, parse_prefix, special_use
from sci_cli.errors import InvalidFile
from sci_cli.safety.text import describe_unsafe, quoted

LIMIT = 10_000_000  # bytes, for `read_input`
_LONGEST_LINE = 1000  # characters; a field has at most 200
_MOST_SHOWN = 50  # bad lines listed; a person corrects the pattern behind them, not the five hundredth

_COLUMNS = ("vpn", "prefix")
_LINE_END = re.compile(r"\r\n|\n|\r")
_EXAMPLE = "Write one prefix to a line, or CSV that begins with the line: vpn,prefix"


@dataclass(frozen=True, slots=True)
class Row:
    """One prefix of a list.

    Args:
        line: where it stands, counted from 1.
        vpn: the VPN it belongs to; None in a list without that column.
        prefix: the prefix.
    """

    line: int
    vpn: str | None
    prefix: Prefix


@dataclass(frozen=True, slots=True)
class PrefixTable:
    """A prefix list, every line of it acceptable, in the order of the file; repetitions are kept."""

    rows: tuple[Row, ...]

    @property
    def prefixes(self) -> tuple[Prefix, ...]:
        """All prefixes, in the order of the file."""
        return tuple(row.prefix for row in self.rows)

    def by_vpn(self) -> dict[str | None, tuple[Prefix, ...]]:
        """The prefixes of each VPN, VPNs in the order of the file; key None for a list without names."""
        collected: dict[str | None, list[Prefix]] = {}
        for row in self.rows:
            collected.setdefault(row.vpn, []).append(row.prefix)
        return {vpn: tuple(prefixes) for vpn, prefixes in collected.items()}


@dataclass(slots=True)
class _BadLines:
    count: int = 0
    shown: list[str] = field(default_factory=list)

    def add(self, line: int, problem: object) -> None:
        self.count += 1
        if self.count <= _MOST_SHOWN:
            self.shown.append(f"line {line}: {problem}")

    def error(self, name: str) -> InvalidFile:
        lines = "1 line that is" if self.count == 1 else f"{self.count} lines that are"
        more = [f"and {self.count - _MOST_SHOWN} more"] if self.count > _MOST_SHOWN else []
        return InvalidFile(
            f"{quoted(name)} has {lines} not acceptable; nothing was taken from it.",
            why=[*self.shown, *more],
            fix="Correct every line named, then give the file again.",
        )


class _LineProblem(Exception):
    """Why one line is not acceptable."""


def read_prefixes(text: str, *, name: str) -> PrefixTable:
    """Reads a prefix list; every line counts or none does.

    Blank lines and lines that begin with `#` are skipped. The first line that is left decides: with a comma,
    or the name of a column, it is the header of CSV, in which the columns may stand in any order.

    Args:
        text: the decoded file, as from `decode_text`.
        name: the file as the user named it, for messages.

    Raises:
        InvalidFile: all bad lines with their numbers; or what is wrong with the file as a whole.
    """
    bad = _BadLines()
    rows: list[Row] = []
    lines = _content_lines(text)
    first = next(lines, None)
    if first is None:
        raise InvalidFile(f"{quoted(name)} is empty: there is no prefix in it.", fix=_EXAMPLE)
    columns, rest = _begin(first, lines, bad, name)
    for line, content in rest:
        try:
            _check_characters(content)
            rows.append(_row(line, content, columns))
        except _LineProblem as problem:
            bad.add(line, problem)
    if bad.count:
        raise bad.error(name)
    if not rows:
        raise InvalidFile(
            f"{quoted(name)} has a header and no rows.", fix="Add one line for each prefix below the header."
        )
    return PrefixTable(tuple(rows))


def _content_lines(text: str) -> Iterator[tuple[int, str]]:
    for line, written in enumerate(_LINE_END.split(text), 1):
        content = written.strip(" ")
        if content and not content.startswith("#"):
            yield line, content


def _begin(
    first: tuple[int, str], lines: Iterator[tuple[int, str]], bad: _BadLines, name: str
) -> tuple[tuple[str, ...] | None, Iterator[tuple[int, str]]]:
    """The columns, or None for a plain list, and the lines that hold prefixes."""
    line, content = first
    _refuse_separator(content, name)
    try:
        _check_characters(content)
        columns = _header(content, line, name)
    except _LineProblem as problem:
        # The other lines are still judged, by what this one seems to be.
        bad.add(line, problem)
        return _COLUMNS if "," in content else None, lines
    return columns, lines if columns else chain([first], lines)


def _refuse_separator(content: str, name: str) -> None:
    """Refuses a first line of columns that are not separated by commas."""
    for sign, words in ((";", "';'"), ("\t", "a tab")):
        first, found, _ = content.partition(sign)
        # A slash before the sign means prefixes side by side, which is said of the line itself.
        if found and "," not in content and "/" not in first:
            raise InvalidFile(
                f"{quoted(name)} separates its columns with {words}; the separator must be a comma.",
                fix="Save it as CSV with commas.",
            )


def _check_characters(content: str) -> None:
    if len(content) > _LONGEST_LINE:
        raise _LineProblem(f"too long: {len(content)} characters; at most {_LONGEST_LINE} are read.")
    unsafe = describe_unsafe(content)
    if unsafe is not None:
        raise _LineProblem(f"{quoted(content)} contains {unsafe}.")


def _header(content: str, line: int, name: str) -> tuple[str, ...] | None:
    """The columns if this first line names them; None if it is already a prefix.

    Raises:
        InvalidFile: it is CSV, and the header is missing or wrong; the rows mean nothing without it.
    """
    columns = tuple(each.lower() for each in _fields(content))
    if not set(columns) & set(_COLUMNS):
        if len(columns) == 1:
            return None
        raise InvalidFile(
            f"{quoted(name)} has no header: line {line} is {quoted(content)}.",
            fix=_EXAMPLE,
        )
    problems = [
        f"line {line}: unknown column {quoted(each)}; the columns are vpn and prefix."
        for each in dict.fromkeys(columns)
        if each not in _COLUMNS
    ]
    problems += [f"line {line}: duplicate column '{each}'." for each in _COLUMNS if columns.count(each) > 1]
    if "prefix" not in columns:
        problems.append(f"line {line}: the column 'prefix' is missing.")
    if problems:
        shown = problems[:_MOST_SHOWN]
        raise InvalidFile(f"{quoted(name)} has a header that is not acceptable.", why=shown, fix=_EXAMPLE)
    return columns


def _fields(content: str) -> list[str]:
    if '"' not in content:
        return [each.strip(" ") for each in content.split(",")]
    try:
        (fields,) = csv.reader([content], strict=True, skipinitialspace=True)
    except csv.Error:
        raise _LineProblem(f"{quoted(content)} has quotation marks that do not match.") from None
    return [each.strip(" ") for each in fields]


def _row(line: int, content: str, columns: tuple[str, ...] | None) -> Row:
    if columns is None:
        return Row(line, None, _prefix(content))
    fields = _fields(content)
    if len(fields) != len(columns):
        count = "1 field" if len(fields) == 1 else f"{len(fields)} fields"
        raise _LineProblem(f"{count} where the header has {len(columns)} ({', '.join(columns)}).")
    values = dict(zip(columns, fields, strict=True))
    vpn = values.get("vpn")
    name_problem = None if vpn is None else vpn_name_problem(vpn)
    try:
        prefix = _prefix(values["prefix"])
    except _LineProblem as problem:
        raise _LineProblem(f"{name_problem} {problem}" if name_problem else str(problem)) from None
    if name_problem:
        raise _LineProblem(name_problem)
    return Row(line, vpn, prefix)


def _prefix(text: str) -> Prefix:
    try:
        prefix = parse_prefix(text)
    except PrefixProblem as problem:
        raise _LineProblem(problem.message) from None
    special = special_use(prefix)
    if special is not None and special.refused:
        raise _LineProblem(special.message)
    return prefix
