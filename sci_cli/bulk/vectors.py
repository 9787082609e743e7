"""The text of many prefixes turned into numbers together, a piece of a file at a time.

Every step works on one column of a whole piece: the bytes at the same distance from a mark of each line,
taken by position. Nothing is guessed: a line of which not every byte was accounted for is left to the reader
of the list, which reads it alone and says what is wrong with it; so is one near a range that is special.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sci_cli.bulk.addresses import (
    AFTER,
    COMMA,
    NEWLINE,
    PAD,
    RETURN,
    U8,
    U64,
    Marks,
    Positions,
    Truths,
    has_dot_before,
    read_ipv4,
    read_ipv6,
    read_lengths,
)
from sci_cli.bulk.names import NameTable

Column = TypeVar("Column", bound=NDArray[Any])


@dataclass(frozen=True, slots=True)
class Fours:
    """The IPv4 lines of a piece: number of the line, `network << 32 | length << 26`, number of the VPN."""

    lines: Positions
    keys: U64
    vpns: Positions | None


@dataclass(frozen=True, slots=True)
class Sixes:
    """The IPv6 lines of a piece: number of the line, halves of the address, length, number of the VPN."""

    lines: Positions
    high: U64
    low: U64
    lengths: U8
    vpns: Positions | None


@dataclass(frozen=True, slots=True)
class Piece:
    """What was read from one piece; its lines are counted from 0.

    Args:
        count: how many lines it has.
        fours: the IPv4 lines.
        sixes: the IPv6 lines.
        left: the lines that were not read, with first and last byte, the line end left out.
    """

    count: int
    fours: Fours
    sixes: Sixes
    left: list[tuple[int, int, int]]


class Reader:
    """Reads the pieces of one list."""

    def __init__(self, columns: tuple[str, ...], names: NameTable) -> None:
        self._names = names
        self._named = bool(columns)
        self._vpn_first = columns[:1] == ("vpn",)

    def read(self, chunk: bytes) -> Piece | None:
        """Reads one piece of whole lines.

        Returns:
            None if the piece has line ends other than LF and CR LF, and must be read line by line.
        """
        if not chunk.endswith(b"\n"):
            chunk += b"\n"
        returns = b"\r" in chunk
        if returns and chunk.count(b"\r") != chunk.count(b"\r\n"):
            return None
        self._buffer = b"".join((b"\n" * PAD, chunk, b"\0" * AFTER))
        self._marks = marks = Marks(self._buffer)
        ends = np.flatnonzero(marks.data[PAD : PAD + len(chunk)] == NEWLINE)
        self._starts = np.empty_like(ends)
        self._starts[0] = 0
        np.add(ends[:-1], 1, out=self._starts[1:])
        if returns:
            ends -= marks.at(ends, -1) == RETURN
        self._ends = self._stops = ends
        if self._named and not self._vpn_first:
            # Without a comma the field is taken to be empty, in which no length is found.
            commas = self._commas(self._starts)
            self._stops = np.where(commas < ends, commas, self._starts)
        return self._lines()

    def _lines(self) -> Piece:
        lengths, slashes, good = read_lengths(self._marks, self._stops)
        is_four = has_dot_before(self._marks, slashes)
        fours = self._fours(np.flatnonzero(good & is_four), lengths, slashes)
        sixes = self._sixes(np.flatnonzero(good & ~is_four), lengths, slashes)
        unread = np.ones(len(self._starts), dtype=np.bool_)
        unread[fours.lines] = False
        unread[sixes.lines] = False
        left = np.flatnonzero(unread)
        bounds = (left, self._starts.take(left), self._ends.take(left))
        return Piece(
            len(self._starts), fours, sixes, list(zip(*(each.tolist() for each in bounds), strict=True))
        )

    def _fours(self, lines: Positions, lengths: U8, slashes: Positions) -> Fours:
        keys, before, good = read_ipv4(self._marks, _of(slashes, lines), _of(lengths, lines))
        starts = _of(self._starts, lines)
        good &= (self._marks.at(before, 0) == COMMA) if self._vpn_first else (before == starts - 1)
        lines, keys, before = _kept(lines, good), _kept(keys, good), _kept(before, good)
        if not self._named:
            return Fours(lines, keys, None)
        vpns = self._vpns(lines, before)
        known = vpns >= 0
        return Fours(_kept(lines, known), _kept(keys, known), _kept(vpns, known))

    def _sixes(self, lines: Positions, lengths: U8, slashes: Positions) -> Sixes:
        starts = _of(self._starts, lines)
        if self._vpn_first and len(lines):
            commas = _of(self._commas(self._starts), lines)
            good = commas < _of(slashes, lines)
            lines, starts = _kept(lines, good), _kept(commas, good) + 1
        lengths = _of(lengths, lines)
        high, low, good = read_ipv6(self._marks, starts, _of(slashes, lines), lengths)
        lines, high, low, lengths = (
            _kept(lines, good),
            _kept(high, good),
            _kept(low, good),
            _kept(lengths, good),
        )
        if not self._named:
            return Sixes(lines, high, low, lengths, None)
        vpns = self._vpns(lines, _kept(starts, good) - 1)
        known = vpns >= 0
        high, low = _kept(high, known), _kept(low, known)
        return Sixes(_kept(lines, known), high, low, _kept(lengths, known), _kept(vpns, known))

    def _vpns(self, lines: Positions, commas: Positions) -> Positions:
        """The VPNs of the lines; the commas are asked only where they end the name."""
        if self._vpn_first:
            begins, ends = _of(self._starts, lines), commas
        else:
            begins, ends = _of(self._stops, lines) + 1, _of(self._ends, lines)
        return self._names.numbers(self._buffer, begins + PAD, ends + PAD)

    def _commas(self, starts: Positions) -> Positions:
        """The first comma from each start on, in whatever line; behind the piece where there is none."""
        commas = np.flatnonzero(self._marks.data[PAD:] == COMMA)
        if len(commas) == len(starts) and bool((commas >= starts).all()) and _in_step(commas, starts):
            return commas
        commas = np.append(commas, len(self._buffer))
        return commas.take(np.searchsorted(commas, starts))


def _in_step(commas: Positions, starts: Positions) -> bool:
    """Whether each comma comes before the next start, so that the first belongs to the first and so on."""
    return bool((commas[:-1] < starts[1:]).all())


def _of(column: Column, lines: Positions) -> Column:
    """The column for those lines only; all lines in order are the column itself."""
    return column if len(lines) == len(column) else column.take(lines)  # type: ignore[return-value]  # same kind


def _kept(column: Column, good: Truths) -> Column:
    return column if good.all() else column[good]  # type: ignore[return-value]  # same kind
