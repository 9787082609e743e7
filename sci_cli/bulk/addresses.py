"""Addresses and lengths decoded for all lines of a piece together, one column of bytes at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sci_cli.domain.prefixes import ORDINARY_FIRST, SHORTEST_ORDINARY

Positions = NDArray[np.int64]
Truths = NDArray[np.bool_]
U8 = NDArray[np.uint8]
U64 = NDArray[np.uint64]

PAD = 8  # bytes before a piece, so that looking a little to the side needs no question
AFTER = 64  # bytes after it
COLON, COMMA, NEWLINE, RETURN = ord(":"), ord(","), ord("\n"), ord("\r")

_FULL = (1 << 64) - 1
_NO_DIGIT = 9  # digits have the values 0 to 9, every other byte is above
_SLASH, _DOT = ord("/") - 48 & 255, ord(".") - 48 & 255  # as they stand among the digits
_NO_HEX = 15
_GROUPS = 8
HIGH_HOST = np.array(
    [_FULL >> min(length, 63) if length < 64 else 0 for length in range(256)], dtype=np.uint64
)
LOW_HOST = np.array([_FULL >> min(max(length - 64, 0), 64) for length in range(256)], dtype=np.uint64)
_ORDINARY_4, _ORDINARY_6 = (
    np.array([first in ORDINARY_FIRST[version] for first in range(256)]) for version in (4, 6)
)
_HALF = np.uint64(32)


class Marks:
    """The bytes of a piece, looked at by position within it."""

    def __init__(self, buffer: bytes) -> None:
        self.data = np.frombuffer(buffer, dtype=np.uint8)
        self.digits: U8 = self.data - np.uint8(48)

    def at(self, positions: Positions, offset: int) -> U8:
        """The bytes so far behind the positions, or before them."""
        return self.data[PAD + offset :].take(positions)

    def digits_at(self, positions: Positions, offset: int) -> U8:
        """The same as digits."""
        return self.digits[PAD + offset :].take(positions)


def read_lengths(marks: Marks, stops: Positions) -> tuple[U8, Positions, Truths]:
    """Reads the length that ends before each stop.

    Returns:
        The length, at most 199; the position of its slash; whether this is how a length is written, and long
        enough for an ordinary prefix.
    """
    one, two, three, four = (marks.digits_at(stops, offset) for offset in (-1, -2, -3, -4))
    has_two = two != _SLASH
    has_three = has_two & (three != _SLASH)
    bad = one > _NO_DIGIT
    bad |= has_two & ((two > _NO_DIGIT) | (~has_three & (two == 0)))
    bad |= has_three & ((three != 1) | (four != _SLASH))
    lengths = one + two * has_two * np.uint8(10) + has_three * np.uint8(100)
    bad |= lengths < SHORTEST_ORDINARY
    slashes = stops - 2
    slashes -= has_two
    slashes -= has_three
    return lengths, slashes, ~bad


def has_dot_before(marks: Marks, slashes: Positions) -> Truths:
    """Whether an IPv4 address may end here: a dot two to four bytes before the slash."""
    found: Truths = marks.digits_at(slashes, -2) == _DOT
    found |= marks.digits_at(slashes, -3) == _DOT
    found |= marks.digits_at(slashes, -4) == _DOT
    return found


def read_ipv4(marks: Marks, slashes: Positions, lengths: U8) -> tuple[U64, Positions, Truths]:
    """Reads the IPv4 addresses that end before each slash, backwards.

    Returns:
        `network << 32 | length << 26`; the position of the byte before the address; whether it is an ordinary
        prefix without host bits.
    """
    octets = np.empty((len(slashes), 4), dtype=np.uint8)
    bad = lengths > 32
    ends = slashes
    for number in (3, 2, 1, 0):
        one, two, three = (marks.digits_at(ends, offset) for offset in (-1, -2, -3))
        has_two = two <= _NO_DIGIT
        has_three = has_two & (three <= _NO_DIGIT)
        tens = one + two * has_two * np.uint8(10)
        bad |= one > _NO_DIGIT
        bad |= has_two & ~has_three & (two == 0)
        bad |= has_three & ((three == 0) | (three > 2) | ((three == 2) & (tens > 55)))
        octets[:, number] = tens + three * has_three * np.uint8(100)
        ends = ends - 2
        ends -= has_two
        ends -= has_three
        if number:
            bad |= marks.digits_at(ends, 0) != _DOT
    bad |= ~_ORDINARY_4.take(octets[:, 0])
    addresses = octets.view(">u4").ravel().astype(np.uint64)
    wide = lengths.astype(np.uint64)
    bad |= (addresses & (np.uint64(0xFFFFFFFF) >> wide)) != 0
    addresses <<= _HALF
    addresses |= wide << np.uint64(26)
    return addresses, ends, ~bad


def read_ipv6(marks: Marks, starts: Positions, slashes: Positions, lengths: U8) -> tuple[U64, U64, Truths]:
    """Reads the IPv6 addresses between each start and slash, group by group.

    Returns:
        Upper and lower half; whether it is an ordinary prefix without host bits, written in hexadecimal only.
    """
    reading = _Reading(marks, slashes)
    if len(starts):
        reading.run(starts)
    high, low, good = reading.high, reading.low, reading.good
    good &= lengths <= 128
    good &= (high & HIGH_HOST.take(lengths)) == 0
    good &= (low & LOW_HOST.take(lengths)) == 0
    good &= _ORDINARY_6.take((high >> np.uint64(56)).view(np.int64))
    return high, low, good


class _Reading:
    """IPv6 addresses half read; a row becomes good when its address ends where it must."""

    def __init__(self, marks: Marks, slashes: Positions) -> None:
        self.marks = marks
        self.slashes = slashes
        self.high = np.zeros(len(slashes), dtype=np.uint64)
        self.low = np.zeros(len(slashes), dtype=np.uint64)
        self.good = np.zeros(len(slashes), dtype=np.bool_)

    def run(self, starts: Positions) -> None:
        rows: Positions = np.arange(len(starts))
        gap = (self.marks.at(starts, 0) == COLON) & (self.marks.at(starts, 1) == COLON)
        if gap.any():
            self._behind_gap(rows[gap], starts[gap] + 2, 0)
            rows, starts = rows[~gap], starts[~gap]
        for group in range(_GROUPS):
            if not len(rows):
                return
            values, ends, good = self._group(starts)
            half = self.high if group < 4 else self.low
            if len(rows) == len(half):
                half |= values << np.uint64(48 - 16 * (group & 3))
            else:
                half[rows] |= values << np.uint64(48 - 16 * (group & 3))
            if group == _GROUPS - 1:
                self.good[rows] = good & (ends == self.slashes.take(rows))
                return
            good &= self.marks.at(ends, 0) == COLON
            gap = good & (self.marks.at(ends, 1) == COLON)
            if gap.any():
                self._behind_gap(rows[gap], ends[gap] + 2, group + 1)
                good &= ~gap
            rows, starts = (rows, ends + 1) if good.all() else (rows[good], ends[good] + 1)

    def _behind_gap(self, rows: Positions, starts: Positions, before: int) -> None:
        """Reads the groups behind '::', which stands for at least one group."""
        ended = starts == self.slashes.take(rows)
        self.good[rows[ended]] = True
        rows, starts = rows[~ended], starts[~ended]
        high, low = np.zeros(len(rows), dtype=np.uint64), np.zeros(len(rows), dtype=np.uint64)
        for _ in range(_GROUPS - 1 - before):
            if not len(rows):
                return
            values, ends, good = self._group(starts)
            high = high << np.uint64(16) | low >> np.uint64(48)
            low = low << np.uint64(16) | values
            ended = good & (ends == self.slashes.take(rows))
            self.high[rows[ended]] |= high[ended]
            self.low[rows[ended]] |= low[ended]
            self.good[rows[ended]] = True
            good &= ~ended & (self.marks.at(ends, 0) == COLON)
            rows, starts, high, low = rows[good], ends[good] + 1, high[good], low[good]

    def _group(self, starts: Positions) -> tuple[U64, Positions, Truths]:
        """One to four hexadecimal digits: the value, where they end, and whether there is one."""
        raw = np.empty((4, len(starts)), dtype=np.uint8)
        for offset in range(4):
            raw[offset] = self.marks.at(starts, offset)
        digits = _hexadecimal(raw)
        good = digits[0] <= _NO_HEX
        more = digits[1] <= _NO_HEX
        ends = starts + 1
        values = digits[0].astype(np.uint16)
        for digit in digits[1:]:
            more = more & (digit <= _NO_HEX)
            ends += more
            values *= more * np.uint16(15) + np.uint16(1)
            values += digit * more
        return values.astype(np.uint64), ends, good


def _hexadecimal(raw: U8) -> U8:
    """The value of each hexadecimal digit; 255 for every other byte."""
    values = raw - np.uint8(48)
    letters = (raw | np.uint8(32)) - np.uint8(97)
    is_digit, is_letter = values <= _NO_DIGIT, letters <= 5
    values *= is_digit
    letters += np.uint8(10)
    letters *= is_letter
    values |= letters
    is_letter |= is_digit
    values |= is_letter.view(np.uint8) - np.uint8(1)
    return values
