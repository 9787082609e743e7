"""Requests planned and applied, field by field; a request as text to keep."""

from __future__ import annotations

from collections.abc import Sequence

from sci_cli.operations.outcome import Outcome
from sci_cli.operations.request_views import (
    AppliedView,
    Counts,
    FieldChange,
    PlannedView,
    RequestProblem,
    RequestRow,
    RequestTextView,
)
from sci_cli.ui.blocks import counted
from sci_cli.ui.page import BAD, BOLD, CAUTION, DIM, GOOD, Page

_STATES = {
    "create": ("+", "is started", GOOD),
    "created": ("+", "started", GOOD),
    "change": ("~", "changes", CAUTION),
    "changed": ("~", "changed", GOOD),
    "none": (" ", "no changes", DIM),
    "unchanged": (" ", "no changes", DIM),
    "repeated": (" ", "recorded before", DIM),
    "refused": ("!", "REFUSED", BAD),
}
_MOST_UNCHANGED = 20
_MOST_PREFIXES = 8
_MOST_TEXT = 200


def planned(page: Page, view: PlannedView, outcome: Outcome) -> None:
    """What would change for each activation, then how many there are of each kind."""
    _rows(page, view.requests, outcome)
    page.blank()
    page.line((_summary(view.counts, ("to start", "to change", "unchanged")), BOLD))
    if view.saved_as:
        page.line("The plan is kept in ", view.saved_as, ".")


def applied(page: Page, view: AppliedView, outcome: Outcome) -> None:
    """What became of each request, then how many there are of each kind."""
    _rows(page, view.requests, outcome)
    page.blank()
    words = ("to start", "to change", "unchanged") if outcome.dry_run else ("started", "changed", "unchanged")
    page.line((_summary(view.counts, words), BOLD))


def text(page: Page, view: RequestTextView, outcome: Outcome) -> None:
    """The text as it is, to be sent into a file; or where it was written."""
    if view.file:
        page.line((counted(len(view.activations), "request"), BOLD), " in ", view.file)
        return
    page.verbatim(view.text, indent=0)


def _summary(counts: Counts, words: tuple[str, str, str]) -> str:
    numbers = (counts.create, counts.change, counts.none)
    said = [f"{number} {word}" for number, word in zip(numbers, words, strict=True)]
    return ", ".join([*said, *([f"{counts.refused} refused"] if counts.refused else [])]) + "."


def _rows(page: Page, rows: Sequence[RequestRow], outcome: Outcome) -> None:
    quiet = [row for row in rows if row.state in ("none", "unchanged", "repeated")]
    hidden = quiet[_MOST_UNCHANGED:] if not page.look.verbose else []
    # A single request is refused in the words of the error, which is said anyway.
    alone = len(rows) == 1 and outcome.error is not None
    for row in rows:
        if row not in hidden:
            _row(page, row)
        if row.problem is not None and not alone:
            _problem(page, row.problem)
    if hidden:
        page.line(f"and {len(hidden)} more without changes (-v shows them)", indent=2)


def _row(page: Page, row: RequestRow) -> None:
    mark, word, style = _STATES[row.state]
    where = f"  {row.file}:{row.line}"
    lead = "" if page.look.plain else f"{mark} "
    page.line(lead, (row.activation or "(no name)", BOLD), "  ", (word, style), (where, DIM))
    width = max((len(each.field) for each in row.changes), default=0)
    for change in row.changes:
        _change(page, change, width, new=row.state in ("create", "created"))
    for effect in row.needs_confirmation:
        page.paragraph(effect, lead=[("Service: ", CAUTION)], indent=4)


def _change(page: Page, change: FieldChange, width: int, *, new: bool) -> None:
    arrow = "to" if page.look.plain else "->"
    if change.added or change.removed:
        said = "  ".join(
            f"{sign} {_list(each)}" for sign, each in (("+", change.added), ("-", change.removed)) if each
        )
    elif new or not change.before:
        said = _short(change.after) if new else f"(nothing) {arrow} {_short(change.after)}"
    else:
        said = f"{_short(change.before)} {arrow} {_short(change.after) or '(nothing)'}"
    page.labelled(change.field, said, column=width, indent=4)


def _list(texts: Sequence[str]) -> str:
    shown = ", ".join(texts[:_MOST_PREFIXES])
    more = len(texts) - _MOST_PREFIXES
    return f"{shown} and {more} more" if more > 0 else shown


def _short(text: str) -> str:
    return text if len(text) <= _MOST_TEXT else f"{text[:_MOST_TEXT]}..."


def _problem(page: Page, problem: RequestProblem) -> None:
    page.paragraph(problem.message, indent=4)
    for why in problem.why:
        page.paragraph(why, lead=["Why: "], indent=4)
    page.fixes(problem.fix, indent=4, first="Fix: ", others="Fix: " if page.look.plain else " " * 5)
