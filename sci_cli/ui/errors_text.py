"""Errors as text for people: what is the case, why, and the command that helps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sci_cli.domain.findings import Finding
from sci_cli.errors import Interrupted, SciError
from sci_cli.operations.check_views import CheckAllView
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.work_views import CheckView, VerifyView
from sci_cli.ui.blocks import findings_block
from sci_cli.ui.envelope import findings_beside
from sci_cli.ui.look import Look
from sci_cli.ui.page import BAD, Page

_MOST_LINES = 100


def render_error(error: SciError, look: Look, *, shown: Sequence[Finding] = ()) -> str:
    """The error with all its findings, ending with a line end.

    Args:
        error: what to report.
        look: how it looks; errors are never shortened by `quiet`.
        shown: findings that are on the screen already and are not repeated.
    """
    page = Page(replace(look, quiet=False))
    stopped = isinstance(error, Interrupted)
    page.paragraph(error.message, lead=[] if stopped else [("Error: ", BAD)])
    gap = " " if look.plain else "  "
    first = f"Why:{gap}"
    for line in error.why[:_MOST_LINES]:
        page.paragraph(line, lead=[first], indent=2)
        first = "Why: " if look.plain else " " * len(first)
    if len(error.why) > _MOST_LINES:
        page.paragraph(f"and {len(error.why) - _MOST_LINES} more; see -o json", indent=2 + len(first))
    found = findings_beside(error, shown)
    if found:
        page.blank()
        findings_block(page, found)
        page.blank()
    label = "Go on with: " if stopped else f"Fix:{gap}"
    page.fixes(error.fix, indent=2, first=label, others="Or: " if look.plain else "Or:   ")
    return page.text()


def render_failed_outcome(outcome: Outcome, look: Look) -> str:
    """The error an outcome carries, without what its screen says already; empty when that is everything."""
    error = outcome.error
    if error is None:
        return ""
    new = findings_beside(error, outcome.findings)
    verdicts = (CheckView, CheckAllView, VerifyView)
    said = isinstance(outcome.view, verdicts) and error.message == outcome.view.verdict
    if said and not (new or error.why or error.fix):
        return ""
    return render_error(error, look, shown=outcome.findings)
