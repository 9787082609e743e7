"""One line of a prefix list at a time: what it holds, or exactly why it is not acceptable."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from socket import AF_INET, AF_INET6, inet_pton
from struct import Struct

from sci_cli.bulk.sources import Intake, Source
from sci_cli.domain.names import vpn_name_problem
from sci_cli.domain.prefixes import BITS, LONGEST_TEXT, PrefixProblem, parse_prefix
from sci_cli.errors import InvalidFile
from sci_cli.safety.text import describe_unsafe, quoted

LONGEST_LINE = 1000  # characters; a field has at most 200
_COLUMNS = ("vpn", "prefix")
_LINE_END = re.compile(r"\r\n|\n|\r")
_EXAMPLE = "Write one prefix to a line, or CSV that begins with the line: vpn,prefix"

_LENGTHS = {
    version: {str(length): (length, (1 << bits - length) - 1) for length in range(bits + 1)}
    for version, bits in BITS.items()
}
_IPV4_MAPPED = 0xFFFF  # the upper 96 bits of ::ffff:0:0/96
_four = Struct(">I").unpack
_sixteen = Struct(">QQ").unpack


@dataclass(frozen=True, slots=True)
class Layout:
    """How the lines of a list are built.

    Args:
        columns: the names of the columns in their order; none in a plain list.
        vpn: the VPN of every line where there is no column for it.
    """

    columns: tuple[str, ...]
    vpn: str | None


class LineProblem(Exception):
    """Why one line is not acceptable.

    Args:
        reason: whole sentences.
        correction: one prefix that may be meant, or ''.
    """

    def __init__(self, reason: str, correction: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.correction = correction


@dataclass(slots=True)
class Columns:
    """The acceptable lines of one version as columns: `network << 8 | length`, number of the VPN, place."""

    prefixes: list[int]
    vpns: list[int]
    places: list[int]

    def add(self, prefix: int, vpn: int, place: int) -> None:
        """Adds one line."""
        self.prefixes.append(prefix)
        self.vpns.append(vpn)
        self.places.append(place)


def empty_columns() -> dict[int, Columns]:
    """Columns for both versions."""
    return {version: Columns([], [], []) for version in BITS}


def split_lines(chunk: bytes) -> list[str]:
    """The lines of a piece, each byte as one character; the empty rest after the last line end is no line."""
    text = chunk.decode("latin-1")
    lines = _LINE_END.split(text) if "\r" in text else text.split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


def behind_lines(chunk: bytes, lines: int) -> bytes:
    """The piece without its first lines."""
    at = 0
    for _, end in zip(range(lines), _LINE_END.finditer(chunk.decode("latin-1")), strict=False):
        at = end.end()
    return chunk[at:] if at or not lines else b""


def find_layout(lines: list[str], source: Source) -> tuple[Layout, int] | None:
    """How a list is built by its first line with content, and how many lines come before the prefixes.

    Blank lines and lines that begin with `#` are passed over.

    Args:
        lines: from `split_lines`.
        source: the list they begin.

    Returns:
        None if no line has content.

    Raises:
        InvalidFile: a header with other columns than `vpn` and `prefix`, or no VPN is named for a plain list.
    """
    for number, line in enumerate(lines):
        content = line.strip(" ")
        if content and not content.startswith("#"):
            columns = _header(content, number + 1, source)
            if "vpn" not in columns and source.vpn is None:
                raise InvalidFile(
                    f"{quoted(source.name)} does not say which VPN its prefixes belong to.", fix=_EXAMPLE
                )
            plain = len(columns) < 2
            return Layout(() if plain else columns, source.vpn if plain else None), number + bool(columns)
    return None


def read_lines(lines: list[str], layout: Layout, intake: Intake, columns: dict[int, Columns]) -> None:
    """Takes lines in, each as acceptable, rejected or without content; `intake.lines` counts them.

    Args:
        lines: from `split_lines`.
        layout: from `find_layout`.
        intake: knows the VPNs and takes what is rejected.
        columns: for the keys 4 and 6; what is acceptable is added.
    """
    known = intake.vpns
    plain = intake.vpn_number(layout.vpn) if layout.vpn is not None else None
    vpn_first = layout.columns == _COLUMNS
    four, six = columns[4], columns[6]
    for place, line in enumerate(lines, intake.lines):
        vpn, field, name = plain, line, ""
        if plain is None:
            before, _, after = line.partition(",")
            name, field = (before, after) if vpn_first else (after, before)
            vpn = known.get(name)
        row = _usual(field)
        if row is not None and vpn is None and vpn_name_problem(name) is None:
            vpn = intake.vpn_number(name)
        if row is None or vpn is None:
            judged = judge(line, layout, intake, place)
            if judged is None:
                continue
            vpn, row = judged
        (four if row[0] == 4 else six).add(row[1], vpn, place)
    intake.lines += len(lines)


def judge(line: str, layout: Layout, intake: Intake, place: int) -> tuple[int, tuple[int, int]] | None:
    """Reads one line with all care.

    Args:
        line: each byte as one character.
        layout: from `find_layout`.
        intake: knows the VPNs and takes what is rejected.
        place: of the line, for the intake.

    Returns:
        The number of the VPN, and version and `network << 8 | length`; None if the line has no content or is
        rejected.
    """
    text = line.encode("latin-1").decode("utf-8", "surrogateescape")
    content = text.strip(" ")
    if not content or content.startswith("#"):
        return None
    try:
        name, prefix = _read(content, layout)
    except LineProblem as problem:
        shown = text[:LONGEST_TEXT].encode("utf-8", "replace").decode("utf-8")
        intake.reject(place, shown, problem.reason, problem.correction)
        return None
    return intake.vpn_number(name), prefix


def _usual(field: str) -> tuple[int, int] | None:
    """Version and `network << 8 | length` of a prefix in its usual spelling; None is no verdict."""
    address, _, length = field.partition("/")
    try:
        if ":" in address:
            bits, host = _LENGTHS[6][length]
            high, low = _sixteen(inet_pton(AF_INET6, address))
            network, version = high << 64 | low, 6
            if (bits >= 96 and network >> 32 == _IPV4_MAPPED) or "%" in address:
                return None
        else:
            bits, host = _LENGTHS[4][length]
            (network,) = _four(inet_pton(AF_INET, address))
            version = 4
    except (KeyError, OSError, ValueError):
        return None
    return None if network & host else (version, network << 8 | bits)


def _read(content: str, layout: Layout) -> tuple[str, tuple[int, int]]:
    if len(content) > LONGEST_LINE:
        raise LineProblem(
            f"The line is too long: {len(content)} characters; at most {LONGEST_LINE} are read."
        )
    unsafe = describe_unsafe(content)
    if unsafe is not None:
        raise LineProblem(f"{quoted(content)} contains {unsafe}.")
    if not layout.columns:
        return layout.vpn or "", _prefix(content)
    fields = _fields(content)
    if len(fields) != len(layout.columns):
        count = "1 field" if len(fields) == 1 else f"{len(fields)} fields"
        raise LineProblem(
            f"{count} where the header has {len(layout.columns)} ({', '.join(layout.columns)})."
        )
    values = dict(zip(layout.columns, fields, strict=True))
    name_problem = vpn_name_problem(values["vpn"])
    try:
        prefix = _prefix(values["prefix"])
    except LineProblem as problem:
        if name_problem:
            raise LineProblem(f"{name_problem} {problem.reason}", problem.correction) from None
        raise
    if name_problem:
        raise LineProblem(name_problem)
    return values["vpn"], prefix


def _prefix(text: str) -> tuple[int, int]:
    try:
        prefix = parse_prefix(text)
    except PrefixProblem as problem:
        raise LineProblem(problem.message, problem.correction) from None
    return prefix.version, prefix.network << 8 | prefix.length


def _header(content: str, line: int, source: Source) -> tuple[str, ...]:
    """The names of the columns if this line has them, else nothing."""
    try:
        columns = tuple(each.lower() for each in _fields(content))
    except LineProblem:
        return ()
    if not set(columns) & set(_COLUMNS):
        return ()
    if "prefix" not in columns or sorted(columns) != sorted(set(columns) & set(_COLUMNS)):
        raise InvalidFile(
            f"{quoted(source.name)} has a header that is not acceptable.",
            why=f"line {line}: {quoted(content)}; the columns are vpn and prefix, each once.",
            fix=_EXAMPLE,
        )
    return columns


def _fields(content: str) -> list[str]:
    if '"' not in content:
        return [each.strip(" ") for each in content.split(",")]
    try:
        (fields,) = csv.reader([content], strict=True, skipinitialspace=True)
    except csv.Error:
        raise LineProblem(f"{quoted(content)} has quotation marks that do not match.") from None
    return [each.strip(" ") for each in fields]
