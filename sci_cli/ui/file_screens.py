"""Prefix lists compared with each other: what is in them, what overlaps, what would clear it."""

from __future__ import annotations

from collections.abc import Sequence

from sci_cli.operations.outcome import Outcome
from sci_cli.operations.vpn_file_views import ClearingView, FilesView, MatrixCell, VpnRow
from sci_cli.ui.blocks import counted, sentences
from sci_cli.ui.page import BOLD, Page, Part

_MATRIX_VPNS = 8
_PAIRS_SHOWN = 20
_VPNS_SHOWN = 50
_NAMED = 10


def files(page: Page, view: FilesView, outcome: Outcome) -> None:
    """Files, VPNs, the matrix, the way out."""
    sentences(page, view.lines)
    _files(page, view)
    _vpns(page, view.vpns)
    if len(view.vpns) <= _MATRIX_VPNS and not page.look.plain:
        _matrix(page, view)
    else:
        _pairs(page, view.matrix)
    if view.clearing:
        _clearing(page, view.clearing)
    if view.unlisted:
        page.blank()
        page.paragraph(
            f"{view.unlisted} overlaps are counted and not listed; --all or -o csv lists every one."
        )


def _files(page: Page, view: FilesView) -> None:
    page.blank()
    left_out = any(each.left_out for each in view.files)
    page.table(
        ["File", "Read as", "Prefixes", "Rejected", *(["Left out"] if left_out else [])],
        [
            (
                each.file,
                each.format,
                "" if each.rows is None else str(each.rows),
                str(each.rejected),
                *([str(each.left_out)] if left_out else []),
            )
            for each in view.files
        ],
    )


def _vpns(page: Page, rows: Sequence[VpnRow]) -> None:
    if not rows:
        return
    page.blank()
    fewest = any(row.fewest is not None for row in rows)
    extra = ["Fewest"] if fewest else []
    shown = rows if page.look.verbose else rows[:_VPNS_SHOWN]
    page.table(
        ["VPN", "IPv4", "IPv6", "Twice", "Nested", *extra],
        [
            (
                (row.vpn, BOLD),
                *map(str, (row.v4, row.v6, row.duplicates, row.nested)),
                *([str(row.fewest)] if fewest else []),
            )
            for row in shown
        ],
    )
    if len(shown) < len(rows):
        page.paragraph(f"and {len(rows) - len(shown)} more; --verbose shows all", indent=2)


def _matrix(page: Page, view: FilesView) -> None:
    """VPN × VPN with the number of pairs that overlap."""
    if not view.matrix:
        return
    page.heading("Pairs of prefixes that overlap:")
    cells = {frozenset((each.left, each.right)): each.pairs for each in view.matrix}
    names = [row.vpn for row in view.vpns if any(row.vpn in pair for pair in cells)]
    table: list[Sequence[Part]] = [
        (
            (row, BOLD),
            *("-" if row == column else str(cells.get(frozenset((row, column)), "")) for column in names),
        )
        for row in names
    ]
    page.table(["", *names], table)


def _pairs(page: Page, matrix: Sequence[MatrixCell]) -> None:
    if not matrix:
        return
    page.heading("Pairs of prefixes that overlap:")
    most = sorted(matrix, key=lambda each: -each.pairs)[:_PAIRS_SHOWN]
    page.table(["VPN", "VPN", "Pairs"], [(each.left, each.right, str(each.pairs)) for each in most])
    if len(most) < len(matrix):
        page.paragraph(f"and {len(matrix) - len(most)} more pairs of VPNs; -o json has all", indent=2)


def _clearing(page: Page, way: ClearingView) -> None:
    page.heading("Nothing overlaps any more without:")
    if way.prefixes_known:
        sure = _sure(way.prefixes_proven, way.prefixes_at_least)
        page.labelled(counted(len(way.prefixes), "prefix", "prefixes"), f"{_some(way.prefixes)} ({sure})")
    sure = _sure(way.vpns_proven, way.vpns_at_least)
    page.labelled(counted(len(way.vpns), "VPN"), f"{_some(way.vpns)} ({sure})")


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _sure(proven: bool, at_least: int) -> str:
    return "no smaller set would do" if proven else f"a good choice; at least {at_least} must go"
