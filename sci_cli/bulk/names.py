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

    A name is compared whole, in words of eight bytes; it holds no NUL, so that the words say its length too.
    """

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._ids = np.full(1 << 12, _NOBODY, dtype=np.int64)
        self._words = np.zeros((_MOST_WORDS, 64), dtype=np.uint64)
        self._entered: dict[int, None] = {}
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
            met = self._known(buffer, starts.take(left), ends.take(left))
            found[left] = met
            left = left[met == _NOBODY]
            # A new name is met many times in one piece: a few are entered, then all looked up again.
            for at in left[:_ENTERED_TOGETHER].tolist():
                found[at] = self._enter(buffer[starts[at] : ends[at]])
            left = left[_ENTERED_TOGETHER:]
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
            left = np.clip(sizes - number * _WORD, 0, _WORD)
            # Beyond a short name nothing is kept, so it does not matter where it is read.
            at = (
                starts + number * _WORD
                if number == 0
                else np.minimum(starts + number * _WORD, len(every) - 1)
            )
            np.bitwise_and(every[at], _KEPT.take(left), out=words[number])
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

    def _enter(self, name: bytes) -> int:
        known = name.decode("latin-1")
        number = self._intake.vpns.get(known)
        if number is None:
            if not name.isascii() or vpn_name_problem(known):
                return _NOBODY
            number = self._intake.vpn_number(known)
        if number not in self._entered:
            self._entered[number] = None
            self._longest = max(self._longest, -(-len(name) // _WORD))
            self._place(number, name)
        return number

    def _place(self, number: int, name: bytes) -> None:
        if number >= self._words.shape[1] - 1:
            wider = np.zeros((_MOST_WORDS, 2 * (number + 1)), dtype=np.uint64)
            wider[:, : self._words.shape[1]] = self._words
            self._words = wider
        self._words[:, number] = np.frombuffer(name.ljust(LONGEST_VPN_NAME, b"\0"), dtype="<u8")
        if 8 * len(self._entered) > len(self._ids):
            self._ids = np.full(4 * len(self._ids), _NOBODY, dtype=np.int64)
            for each in self._entered:
                self._fill(each)
        else:
            self._fill(number)

    def _fill(self, number: int) -> None:
        count = max(1, int(np.flatnonzero(self._words[:, number]).max()) + 1)
        slot = int(self._slots(self._words[:count, number : number + 1])[0])
        for _ in range(_PROBES + 1):
            if self._ids[slot] == _NOBODY:
                self._ids[slot] = number
                return
            slot = (slot + 1) & (len(self._ids) - 1)
