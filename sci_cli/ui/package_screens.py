"""Keeping records: packages written and read, and the examination of where the program runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from sci_cli.operations.keeping_views import DoctorView, ExportView, ImportView, PackedRow
from sci_cli.operations.outcome import Outcome
from sci_cli.ui.blocks import counted, short_hash
from sci_cli.ui.page import BAD, BOLD, CAUTION, DIM, GOOD, Page, Part

_MOST_ROWS = 50
_STATES = {
    "packed": ("packed", GOOD),
    "taken": ("taken", GOOD),
    "updated": ("brought up to date", GOOD),
    "there": ("nothing to do", DIM),
    "refused": ("NOT TAKEN", BAD),
    "left": ("LEFT OUT", CAUTION),
}
_ON_TRIAL = {
    **_STATES,
    "taken": ("would be taken", GOOD),
    "updated": ("would be brought up to date", GOOD),
    "refused": ("WOULD NOT BE TAKEN", BAD),
}


def exported(page: Page, view: ExportView, outcome: Outcome) -> None:
    """What was written, and the hash whoever gets it compares."""
    page.line((counted(len(view.activations), "activation"), BOLD), " in ", view.file)
    page.line(f"SHA-256 {view.sha256}", indent=2)
    page.blank()
    _rows(page, view.activations, _STATES)


def imported(page: Page, view: ImportView, outcome: Outcome) -> None:
    """What became of each activation in the package."""
    taken = sum(row.state in ("taken", "updated") for row in view.activations)
    verb = "would be taken" if outcome.dry_run else "taken"
    total = counted(len(view.activations), "activation")
    page.line((f"{taken} of {total} {verb}", BOLD), " from ", view.file)
    page.line(f"SHA-256 {view.sha256}", indent=2)
    page.blank()
    _rows(page, view.activations, _ON_TRIAL if outcome.dry_run else _STATES)


def _rows(page: Page, rows: Sequence[PackedRow], states: Mapping[str, tuple[str, str]]) -> None:
    page.table(
        ["Activation", "Revision", "What"],
        [((row.name, BOLD), str(row.revision), _what(page, row, states)) for row in rows[:_MOST_ROWS]],
    )
    if len(rows) > _MOST_ROWS:
        page.line(f"and {len(rows) - _MOST_ROWS} more; see -o json", indent=2)


def _what(page: Page, row: PackedRow, states: Mapping[str, tuple[str, str]]) -> Part:
    word, style = states[row.state]
    if row.said:
        return f"{word}: {row.said}", style
    beside = [
        counted(row.evidence, "piece of evidence", "pieces of evidence") if row.evidence else "",
        counted(row.drafts, "draft") if row.drafts else "",
    ]
    with_ = " and ".join(filter(None, beside))
    said = f"{word}, head {short_hash(page, row.head)}"
    return f"{said}, with {with_}" if with_ else said, style


def _verdict(view: DoctorView, outcome: Outcome) -> Part:
    if not view.healthy:
        return "Something is wrong; see below.", BAD
    if outcome.findings:
        return "Nothing is broken; something may need attention, see below.", CAUTION
    return "All is well.", GOOD


def doctor(page: Page, view: DoctorView, outcome: Outcome) -> None:
    """The verdict, then the surroundings; no name of a customer, an activation, a user or a folder."""
    page.line(_verdict(view, outcome))
    width = max((len(fact.name) for fact in view.facts), default=0)
    for area, facts in groupby(view.facts, key=lambda fact: fact.area):
        page.heading(area)
        for fact in facts:
            page.labelled(fact.name, fact.value, column=width)
