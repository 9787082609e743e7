"""The matrix of pairs between VPNs, added up from columns."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sci_cli.bulk.addresses import Positions
from sci_cli.domain.collisions import PairCounts

MOST_DENSE = 2048  # VPNs; the full matrix then has 32 MiB
_HELD = 1 << 20  # cells added up apart before they are brought together


class Cells:
    """Counts pairs by the numbers of their VPNs; which of the two comes first does not matter."""

    def __init__(self, vpn_count: int) -> None:
        self.vpn_count = vpn_count
        self._codes: list[Positions] = []
        self._counts: list[Positions] = []
        self._held = 0
        self._full: NDArray[np.int64] | None = None

    @property
    def may_be_full(self) -> bool:
        """Whether there are so few VPNs that every cell may be held."""
        return self.vpn_count <= MOST_DENSE

    def full(self) -> NDArray[np.int64]:
        """The whole matrix, to add to."""
        if self._full is None:
            self._full = np.zeros((self.vpn_count, self.vpn_count), dtype=np.int64)
        return self._full

    def add(self, some: NDArray[np.int64], others: NDArray[np.int64]) -> None:
        """Counts one pair for each position of the two columns; pairs within one VPN are left out."""
        apart = some != others
        some, others = some[apart], others[apart]
        codes = np.minimum(some, others) * self.vpn_count + np.maximum(some, others)
        if self._full is not None:
            flat = self._full.reshape(-1)
            flat += np.bincount(codes, minlength=len(flat))
            return
        codes.sort()
        self._keep(codes, np.ones(len(codes), dtype=np.int64))

    def _keep(self, codes: Positions, counts: Positions) -> None:
        """Holds ascending codes, each once."""
        if not len(codes):
            return
        begins = np.flatnonzero(np.concatenate(([True], codes[1:] != codes[:-1])))
        self._codes.append(codes[begins])
        self._counts.append(np.add.reduceat(counts, begins))
        self._held += len(begins)
        if self._held > _HELD and len(self._codes) > 1:
            self._merge()

    def _merge(self) -> None:
        if len(self._codes) < 2:
            return
        codes, counts = np.concatenate(self._codes), np.concatenate(self._counts)
        self._codes, self._counts, self._held = [], [], 0
        order = np.argsort(codes)
        self._keep(codes[order], counts[order])

    def counts(self, names: Sequence[str]) -> PairCounts:
        """All cells that are not 0."""
        if self._full is not None:
            both = np.triu(self._full + self._full.T, 1).reshape(-1)
            codes = np.flatnonzero(both)
            counts = both.take(codes)
            if self._codes:
                self._codes.append(codes)
                self._counts.append(counts)
        if self._codes:
            self._merge()
            codes, counts = self._codes[0], self._counts[0]
        elif self._full is None:
            codes = counts = np.zeros(0, dtype=np.int64)
        return PairCounts(names, _column(codes), _column(counts))


def _column(values: Positions) -> array[int]:
    column = array("Q")
    column.frombytes(values.astype(np.uint64).tobytes())
    return column
