"""Routing tables of very many lines: the usual lines as plain lists for an engine that reads these fast."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sci_cli.domain.prefixes import BITS, Prefix
from sci_cli.readers.prefixes.long_forms import LONG_FORMS
from sci_cli.readers.prefixes.progress import NOBODY, Told
from sci_cli.readers.prefixes.quick import ordinary_prefix
from sci_cli.readers.prefixes.routers import LONGEST_LINE, Routes
from sci_cli.readers.prefixes.rows import Found, Rejected, Row

_PIECE = 1 << 18  # bytes
_MOST_VRFS = 64
_MOST_LINES = 1 << 20  # in one step; more than a piece has
_FEW_LINES = 64  # in the first step after a line that said something about the next ones
_MARK = b"\xef\xbb\xbf"
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_SAMPLE = 4096  # bytes in which UTF-16 without a mark is recognised


@dataclass(frozen=True, slots=True)
class PlainLists:
    """A routing table as plain lists, one or two for each VRF, every prefix on its own line of the table.

    Attributes:
        lists: pairs of the VRF (None where none is named) and its list.
        rejected: lines that look like routes and cannot be taken.
        left_out: what was passed over on purpose.
    """

    lists: tuple[tuple[str | None, bytes], ...]
    rejected: tuple[Rejected, ...]
    left_out: tuple[Rejected, ...]


def plain_lists(
    data: bytes, format: str, *, default_routes: bool = False, told: Told = NOBODY
) -> PlainLists | None:
    """The routes of a routing table as plain lists; None where reading all of it with care is the better way.

    Usual lines, as `LONG_FORMS` knows them, are taken many at once; every other line is read by the reader of
    the vendor. Prefixes of usual lines are not judged here, and a route listed again is listed again.

    Args:
        data: the bytes of the file.
        format: one of `LONG_FORMS`.
        default_routes: whether default routes are taken, to be compared; no port carries one.
        told: hears how far it is.
    """
    if data.startswith(_WIDE) or b"\0" in data[:_SAMPLE]:
        return None
    table = _Table(format, Found(default_routes))
    try:
        for done, piece in _pieces(data):
            table.read(piece)
            told.at(done / len(data))
    except (_NeedsCareError, UnicodeDecodeError):
        return None
    return table.finish()


class _NeedsCareError(Exception):
    """The table has something that only makes sense when all of it is read with care."""


@dataclass(slots=True)
class _List:
    """The prefixes of one VRF, each on its line."""

    text: bytearray = field(default_factory=bytearray)
    lines: int = 0

    def add(self, before: int, prefixes: Sequence[bytes]) -> None:
        """Adds one line for each of these, empty or not, with so many lines of the table before them."""
        if not any(prefixes):
            return
        self.text += b"\n" * (before - self.lines)
        self.text += b"\n".join(prefixes)
        self.text += b"\n"
        self.lines = before + len(prefixes)


class _Table:
    """A table that is being read."""

    def __init__(self, format: str, found: Found) -> None:
        form = LONG_FORMS[format]
        self._found = found
        self._reader = form.reader(found)
        self._split = re.compile(form.usual, re.MULTILINE).split
        self._line = 0
        self._vpn = self._reader.vpn
        self._lists = {self._vpn: _List()}
        self._current = self._lists[self._vpn]

    def read(self, piece: bytes) -> None:
        """Takes the next lines, whole ones.

        Raises:
            _NeedsCareError, UnicodeDecodeError: only reading all with care makes sense of it.
        """
        at, most = 0, _MOST_LINES
        while at < len(piece):
            if self._reader.settled:
                at += self._take(piece[at:] if at else piece, most)
                most = min(2 * most, _MOST_LINES)
            else:
                end = piece.index(b"\n", at)
                self._read_with_care(piece[at:end])
                at, most = end + 1, _FEW_LINES

    def finish(self) -> PlainLists:
        """The whole table."""
        lists = {vpn: bytes(each.text) for vpn, each in self._lists.items() if each.text}
        _know_covering(self._reader.routes, lists)
        self._reader.finish()
        table = self._found.table("")
        return PlainLists((*lists.items(), *_others(self._found.rows)), table.rejected, table.left_out)

    def _take(self, text: bytes, most: int) -> int:
        """Takes at most so many usual lines and those between them; says how many bytes that are."""
        # Texts that are no usual lines alternate with the prefixes of usual lines.
        parts = self._split(text, most)
        prefixes = [each or b"" for each in parts[1::2]]
        left = parts[-1] if len(prefixes) == most else b""
        if left:
            parts[-1] = b""
        first, taken = self._line, 0
        between = parts[::2]
        for index in [at for at, each in enumerate(between) if each] if any(between) else ():
            self._add(prefixes[taken:index])
            taken = index
            for line in between[index].split(b"\n")[:-1]:
                self._read_with_care(line)
            if not self._reader.settled:
                return len(text) - len(text.split(b"\n", self._line - first)[-1])
        self._add(prefixes[taken:])
        return len(text) - len(left)

    def _add(self, prefixes: Sequence[bytes]) -> None:
        if prefixes:
            self._current.add(self._line, prefixes)
            self._line += len(prefixes)

    def _read_with_care(self, raw: bytes) -> None:
        if len(raw) > LONGEST_LINE:
            raise _NeedsCareError
        self._line += 1
        self._reader.read(self._line, raw.decode())
        vpn = self._reader.vpn
        if vpn != self._vpn:
            self._vpn = vpn
            self._current = self._lists.setdefault(vpn, _List())
            if len(self._lists) > _MOST_VRFS or self._found.name_problem(vpn):
                raise _NeedsCareError


def _pieces(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines in pieces that end with a line end, which is always LF; with the bytes up to there."""
    at = len(_MARK) if data.startswith(_MARK) else 0
    while at < len(data):
        end = data.find(b"\n", at + _PIECE) + 1 or len(data)
        piece = data[at:end]
        if b"\r" in piece:
            piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        yield end, piece if piece.endswith(b"\n") else piece + b"\n"
        at = end


def _know_covering(routes: Routes, lists: dict[str | None, bytes]) -> None:
    """Makes the prefixes of usual lines known that may cover one of the router's own addresses."""
    for vpn, own in routes.own_addresses().items():
        wanted = {wider for each in own for wider in _wider(each)}
        fours = {str(each).encode(): each for each in wanted if each.version == 4}
        has_six = len(fours) < len(wanted)
        for _, piece in _pieces(lists.get(vpn, b"")):
            listed = piece.split(b"\n")
            for text in fours.keys() & set(listed) if fours else ():
                routes.know(vpn, fours[text])
            if has_six and b":" in piece:
                # An IPv6 prefix may be written in several ways.
                sixes = (ordinary_prefix(each.decode()) for each in listed if b":" in each)
                for prefix in wanted.intersection(filter(None, sixes)):
                    routes.know(vpn, prefix)


def _wider(prefix: Prefix) -> Iterator[Prefix]:
    """The prefix itself and all that contain it."""
    for length in range(prefix.length + 1):
        hidden = BITS[prefix.version] - length
        yield Prefix(prefix.version, prefix.network >> hidden << hidden, length)


def _others(rows: list[Row]) -> list[tuple[str | None, bytes]]:
    """The routes of the lines that are not usual, as lists of their own."""
    lists = {row.vpn: _List() for row in rows}
    for row in sorted(rows, key=lambda each: each.line):
        # A line of a router's output holds one route.
        lists[row.vpn].add(row.line - 1, [str(row.prefix).encode()])
    return [(name, bytes(each.text)) for name, each in lists.items()]
