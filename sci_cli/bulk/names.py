"""The numbers of VPN names, looked up for many lines at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sci_cli.bulk.sources import Intake
from sci_cli.domain.names import LONGEST_VPN_NAME, vpn_name_problem

Positions = NDArray[np.int64]
_WORD = 8  # bytes looked at in one step
_MOST_WORDS = LONGEST_VPN_NAME // _WORD
_PROBES = 4
_ENTERED_TOGETHER = 256
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # odd, its bits mixed
_FACTORS = [np.uint64(0xD6E8FEB86659FD93 + 2 * 0x9E3779B9 * number) for number in range(_MOST_WORDS)]
_NOBODY = -1

# Which bytes of a word belong to a name of which so many bytes are left.
_KEPT = np.array([(1 << 8 * size) - 1 for size in range(_WORD + 1)], dtype=np.uint64)


class NameTable:
    """A hash table with open addressing whose columns are looked up for all lines of a piece together.

    It holds each spelling of a name that was met. A name is compared whole, in words of eight bytes; it holds
    no NUL, so that the words say its length too.
    """

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._ids = np.full(1 << 12, _NOBODY, dtype=np.int64)  # spelling in each slot
        self._words = np.zeros((_MOST_WORDS, 64), dtype=np.uint64)  # of each spelling
        self._vpns = np.full(64, _NOBODY, dtype=np.int64)  # of each spelling
        self._entered: dict[bytes, int] = {}
        self._longest = 1  # words

    def numbers(self, buffer: bytes, starts: Positions, ends: Positions) -> Positions:
        """The number of the VPN named between each start and end; -1 where that is no VPN name.

        Args:
            buffer: bytes, at least eight more than the last end.
            starts: where each name begins.
            ends: where each name ends.
        """
        found = np.full(len(starts), _NOBODY, dtype=np.int64)
        left = np.flatnonzero(ends - starts <= LONGEST_VPN_NAME)
        while len(left):
            every = len(left) == len(starts)
            met = self._known(buffer, *((starts, ends) if every else (starts.take(left), ends.take(left))))
            # Nobody's number reads the last column, which stays empty.
            numbers = self._vpns.take(met, mode="wrap")
            if every:
                found = numbers
            else:
                found[left] = numbers
            left = left[met == _NOBODY]
            # A new name is met many times in one piece: a few are entered, then all looked up again.
            new, left = left[:_ENTERED_TOGETHER], left[_ENTERED_TOGETHER:]
            bounds = zip(starts.take(new).tolist(), ends.take(new).tolist(), strict=True)
            found[new] = self._enter([buffer[start:end] for start, end in bounds])
        return found

    def _known(self, buffer: bytes, starts: Positions, ends: Positions) -> Positions:
        sizes = ends - starts
        words = self._read(buffer, starts, sizes, max(1, -(-int(sizes.max()) // _WORD)))
        slots = self._slots(words)
        found = self._matching(slots, words)
        missing = np.flatnonzero(found == _NOBODY)
        slots = slots.take(missing)
        for _ in range(_PROBES):
            if not len(missing):
                break
            slots = (slots + 1) & (len(self._ids) - 1)
            found[missing] = self._matching(slots, words[:, missing])
            still = found.take(missing) == _NOBODY
            missing, slots = missing[still], slots[still]
        return found

    def _read(self, buffer: bytes, starts: Positions, sizes: Positions, count: int) -> NDArray[np.uint64]:
        every = np.ndarray((len(buffer) - _WORD + 1,), dtype="<u8", buffer=buffer, strides=(1,))
        words = np.empty((count, len(starts)), dtype=np.uint64)
        for number in range(count):
            # Beyond a short name nothing is kept, so it does not matter where it is read.
            at = np.minimum(starts + number * _WORD, len(every) - 1) if number else starts
            kept = _KEPT.take(sizes - number * _WORD, mode="clip")
            np.bitwise_and(every[at], kept, out=words[number])  # `take` would copy every word first
        return words

    def _slots(self, words: NDArray[np.uint64]) -> NDArray[np.int64]:
        # A sum, so that the number of words looked at, zeros after a short name, makes no difference.
        mixed = words[0] * _FACTORS[0]
        for word, factor in zip(words[1:], _FACTORS[1:], strict=False):
            mixed += word * factor
        mixed ^= mixed >> np.uint64(32)
        mixed *= _SPREAD
        shift = np.uint64(64 - (len(self._ids).bit_length() - 1))
        slots: Positions = (mixed >> shift).view(np.int64)
        return slots

    def _matching(self, slots: NDArray[np.int64], words: NDArray[np.uint64]) -> NDArray[np.int64]:
        found: NDArray[np.int64] = self._ids.take(slots)
        # Nobody's number reads the last column, which stays empty and equals no name.
        same = found != _NOBODY
        for number in range(max(len(words), self._longest)):
            expected = words[number] if number < len(words) else np.uint64(0)
            same &= self._words[number].take(found, mode="wrap") == expected
        found[~same] = _NOBODY
        return found

    def _enter(self, names: list[bytes]) -> list[int]:
        """The numbers of the VPNs of names that were not found; those that are names will be."""
        numbers = [self._number(name) for name in names]
        fresh = {
            name: number
            for name, number in zip(names, numbers, strict=True)
            if number != _NOBODY and name not in self._entered
        }
        if fresh:
            self._place(fresh)
        return numbers

    def _number(self, name: bytes) -> int:
        if name in self._entered:
            return self._entered[name]
        known = name.decode("latin-1")
        if not name.isascii() or vpn_name_problem(known):
            return _NOBODY
        return self._intake.vpn_number(known)

    def _place(self, fresh: dict[bytes, int]) -> None:
        first = len(self._entered)
        self._entered |= fresh
        count = len(self._entered)
        if count >= len(self._vpns):
            wider = np.zeros((_MOST_WORDS, 2 * count), dtype=np.uint64)
            wider[:, :first] = self._words[:, :first]
            self._words = wider
            self._vpns = np.append(self._vpns[:first], np.full(2 * count - first, _NOBODY))
        text = b"".join(name.ljust(LONGEST_VPN_NAME, b"\0") for name in fresh)
        self._words[:, first:count] = np.frombuffer(text, dtype="<u8").reshape(-1, _MOST_WORDS).T
        self._vpns[first:count] = list(fresh.values())
        self._longest = max(self._longest, -(-max(map(len, fresh)) // _WORD))
        if 8 * count > len(self._ids):
            self._ids = np.full(4 * len(self._ids), _NOBODY, dtype=np.int64)
            first = 0
        for spelling, slot in enumerate(self._slots(self._words[:, first:count]).tolist(), first):
            self._fill(spelling, slot)

    def _fill(self, spelling: int, slot: int) -> None:
        for _ in range(_PROBES + 1):
            if self._ids[slot] == _NOBODY:
                self._ids[slot] = spelling
                return
            slot = (slot + 1) & (len(self._ids) - 1)
