"""The matrix of pairs between VPNs, added up from columns."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sci_cli.bulk.addresses import Positions, Truths
from sci_cli.domain.collisions import PairCounts

MOST_DENSE = 2048  # VPNs; the full matrix then has 16 MiB
_MANY = 1 << 16  # pairs; then the full matrix is held, where it may be
_HELD = 1 << 20  # pairs, and cells added up apart, before they are brought together
_MOST = np.iinfo(np.uint32).max


class Cells:
    """Counts pairs by the numbers of their VPNs; which of the two comes first does not matter.

    A cell has the code `lower * vpn_count + higher`.
    """

    def __init__(self, vpn_count: int) -> None:
        self.vpn_count = vpn_count
        self._kind = np.uint32 if vpn_count < 1 << 16 else np.uint64
        self._waiting: list[NDArray[Any]] = []  # codes, one for each pair
        self._waiting_count = 0
        self._codes: list[NDArray[Any]] = []
        self._counts: list[Positions] = []
        self._held = 0
        self._single: NDArray[np.uint32] | None = None  # pairs that came one by one
        self._single_count = 0
        self._full: NDArray[np.int64] | None = None

    @property
    def may_be_full(self) -> bool:
        """Whether there are so few VPNs that every cell may be held."""
        return self.vpn_count <= MOST_DENSE

    def full(self) -> NDArray[np.int64]:
        """The whole matrix, to add to on either side of its diagonal."""
        if self._full is None:
            self._full = np.zeros((self.vpn_count, self.vpn_count), dtype=np.int64)
        return self._full

    def add(self, some: NDArray[Any], others: NDArray[Any], chosen: Truths) -> None:
        """Counts one pair of different VPNs for each chosen position of the two columns."""
        codes = np.minimum(some, others).astype(self._kind)
        codes *= self._kind(self.vpn_count)
        codes += np.maximum(some, others)
        codes = codes[chosen]
        if self._single is not None:
            self._count(codes)
            return
        self._waiting.append(codes)
        self._waiting_count += len(codes)
        if self._waiting_count >= (_MANY if self.may_be_full else _HELD):
            self._bring_in(self.may_be_full)

    def _bring_in(self, dense: bool) -> None:
        """Adds up the pairs that are waiting."""
        if not self._waiting:
            return
        codes = np.concatenate(self._waiting)
        self._waiting, self._waiting_count = [], 0
        if dense:
            self._count(codes)
            return
        codes.sort()
        self._keep(codes, np.ones(len(codes), dtype=np.int64))

    def _count(self, codes: NDArray[Any]) -> None:
        if self._single is None:
            self._single = np.zeros(self.vpn_count**2, dtype=np.uint32)
        if self._single_count + len(codes) > _MOST:
            self.full().reshape(-1)[:] += self._single
            self._single[:] = 0
            self._single_count = 0
        np.add.at(self._single, codes, np.uint32(1))
        self._single_count += len(codes)

    def _keep(self, codes: NDArray[Any], counts: Positions) -> None:
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
        """All cells that are not 0; nothing is added afterwards."""
        self._bring_in(self._full is not None)
        full: NDArray[Any] | None = self._single
        if self._full is not None:
            self._full += self._full.T.copy()
            if self._single is not None:
                self._full += self._single.reshape(self._full.shape)
            full = np.triu(self._full, 1).reshape(-1)
        if full is not None:
            cells = np.flatnonzero(full)
            return PairCounts(names, _column(cells), _column(full.take(cells)))
        if not self._codes:
            return PairCounts(names, array("Q"), array("Q"))
        self._merge()
        return PairCounts(names, _column(self._codes[0]), _column(self._counts[0]))


def _column(values: NDArray[Any]) -> array[int]:
    column = array("Q")
    column.frombytes(values.astype(np.uint64, copy=False).data.cast("B"))
    return column
