"""Views of prefix lists that were compared with each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sci_cli.operations.outcome import View


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file, the format it was read in, and how many prefixes were taken, rejected, left out on purpose.

    `rows` is None where large lists were counted for each VPN only.
    """

    file: str
    format: str
    rows: int | None
    rejected: int
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class VpnRow:
    """What one VPN has; `fewest` is how many prefixes would do, None when nobody asked."""

    vpn: str
    v4: int
    v6: int
    duplicates: int
    nested: int
    fewest: int | None = None
    aggregated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """How many pairs of prefixes overlap between two VPNs."""

    left: str
    right: str
    pairs: int


@dataclass(frozen=True, slots=True)
class ClearingView:
    """What to take away so that nothing overlaps: single prefixes, or whole VPNs.

    `proven` says that no smaller set does; otherwise at least `at_least` must go. Prefixes are known up to a
    number of overlaps only.
    """

    prefixes: tuple[str, ...]
    prefixes_known: bool
    prefixes_proven: bool
    prefixes_at_least: int
    vpns: tuple[str, ...]
    vpns_proven: bool
    vpns_at_least: int


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A line that is no prefix, with the reason and what may be meant."""

    file: str
    line: int
    text: str
    reason: str
    correction: str


@dataclass(frozen=True, slots=True)
class FilesView(View):
    """Prefix lists compared as the VPNs of one port; `unlisted` overlaps are counted and not listed.

    `every` says that somebody asked for all of them.
    """

    thing: ClassVar[str] = "vpn-check"
    files: tuple[FileRow, ...]
    vpns: tuple[VpnRow, ...] = ()
    pairs: int = 0
    unlisted: int = 0
    shared_v4: int = 0
    shared_v6: int = 0
    matrix: tuple[MatrixCell, ...] = ()
    clearing: ClearingView | None = None
    rejected: tuple[RejectedLine, ...] = ()
    lines: tuple[str, ...] = ()
    every: bool = False
