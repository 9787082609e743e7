"""The store in use, setting up a shared one, activations that moved."""

from __future__ import annotations

from sci_cli.operations.outcome import Outcome
from sci_cli.operations.sharing_views import MovedView, StoreSetupView, StoreView
from sci_cli.ui.page import BAD, BOLD, Page


def store(page: Page, view: StoreView, outcome: Outcome) -> None:
    """Where the activations are."""
    rows = [
        ("Store", "PostgreSQL" if view.kind == "postgresql" else "files of this machine"),
        ("Place", view.place),
        ("Team", view.team),
        ("Activations", str(view.activations)),
    ]
    if view.operation:
        rows.append(("Op-id", f"{view.operation}: {view.found or 'no change with it is stored'}"))
    for label, text in rows:
        if text:
            page.labelled(label, text, column=len("Activations"))


def setup(page: Page, view: StoreSetupView, outcome: Outcome) -> None:
    """What was made and what was there."""
    page.title([("Shared store ", BOLD), view.place])
    for what, names in (("made", view.made), ("was there", view.kept)):
        for name in names:
            page.line(f"{what}: {name}", indent=2)


def moved(page: Page, view: MovedView, outcome: Outcome) -> None:
    """A row for each activation."""
    page.labelled("From", view.source)
    page.labelled("To", view.target)
    page.blank()
    rows = [
        (
            (row.name, BOLD),
            (row.outcome, BAD) if row.problem else row.outcome,
            "" if row.revision is None else str(row.revision),
            str(row.evidence),
            row.head if page.look.verbose else row.head[:12],
        )
        for row in view.rows
    ]
    page.table(["Activation", "Outcome", "Revision", "Evidence", "Head"], rows, indent=0)
    for row in view.rows:
        if row.problem:
            page.paragraph(row.problem, lead=[f"{row.name}: "], indent=2)
