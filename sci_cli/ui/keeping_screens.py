"""The record itself: whether it holds."""

from __future__ import annotations

from sci_cli.operations.outcome import Outcome
from sci_cli.operations.work_views import VerifyView
from sci_cli.ui.blocks import counted, short_hash
from sci_cli.ui.page import BAD, GOOD, Page

_WORDS = {
    "records": ("record", "records"),
    "backups": ("backup", "backups"),
    "profiles": ("pinned profile", "pinned profiles"),
    "evidence": ("piece of evidence", "pieces of evidence"),
    "drafts": ("hand-off draft", "hand-off drafts"),
}


def verify(page: Page, view: VerifyView, outcome: Outcome) -> None:
    """The verdict first, then what was looked at and the head of each record."""
    page.paragraph((view.verdict, f"bold {GOOD}" if view.holds else BAD))
    if page.look.quiet:
        return
    looked = ", ".join(counted(each.number, *_WORDS[each.what]) for each in view.counted)
    page.paragraph(f"Looked at {looked}.")
    if view.records:
        page.blank()
        page.table(
            ["Activation", "Rev", "Head"],
            [(row.name, str(row.revision), short_hash(page, row.head)) for row in view.records],
        )
    for row in view.records:
        if row.expected is not None:
            page.blank()
            page.paragraph(
                f"{row.name}: the head expected is that of revision {row.expected}; "
                "no event up to it was changed since.",
                indent=2,
            )
