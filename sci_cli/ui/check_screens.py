"""Checks over many things at once: a row for each, what was found below."""

from __future__ import annotations

from sci_cli.domain.findings import Severity
from sci_cli.operations.check_views import CheckAllView, ProfileCheckView
from sci_cli.operations.outcome import Outcome
from sci_cli.ui.blocks import MOST_OF_ONE_CODE, counted, findings_block, sentences
from sci_cli.ui.page import BAD, BOLD, GOOD, Page, Part


def check_all(page: Page, view: CheckAllView, outcome: Outcome) -> None:
    """The verdict, a row for each activation, then what is wrong with each; notes only with --verbose."""
    page.paragraph((view.verdict, BAD if outcome.error else f"bold {GOOD}"))
    if not view.activations:
        return
    page.blank()
    rows: list[tuple[Part, ...]] = [
        (
            (row.name, BOLD),
            row.location or "-",
            str(row.blockers),
            str(row.warnings),
            (row.problem or row.verdict, BAD if row.exit_code else ""),
        )
        for row in view.activations
    ]
    page.table(["Activation", "Location", "Blocking", "Warnings", "Verdict"], rows)
    left_out = 0
    for row in view.activations:
        own = [each for each in outcome.findings if each.details.get("activation") == row.name]
        shown = [each for each in own if page.look.verbose or each.severity is not Severity.NOTE]
        left_out += len(own) - len(shown)
        if shown:
            page.heading(row.name)
            findings_block(page, shown, most=MOST_OF_ONE_CODE)
    if left_out and not page.look.quiet:
        page.blank()
        page.paragraph(f"{counted(left_out, 'note')} not shown; see them with --verbose.")


def profile_check(page: Page, view: ProfileCheckView, outcome: Outcome) -> None:
    """What is good about each profile; a row for each where there are several and not all are good."""
    sentences(page, view.lines)
    if len(view.profiles) > 1 and outcome.error:
        page.blank()
        page.table(
            ["Problems", "Profile"],
            [(str(row.problems), row.given) for row in view.profiles],
        )
