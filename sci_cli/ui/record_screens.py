"""What was recorded, checked and prepared: verdicts, the order, the hand-off, the history."""

from __future__ import annotations

from collections.abc import Sequence

from sci_cli.domain.activation import Change, Comparison, Event, FormLine, HandoffRecord, Note, StageMark
from sci_cli.domain.findings import Severity
from sci_cli.domain.profile import Contact, FieldRule
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.views import BroughtBackView, HistoryView, RecordedView
from sci_cli.operations.work_views import CheckView, FormRow, HandoffView, OrderView, SheetView, StagesView
from sci_cli.ui.blocks import (
    cautions_block,
    counted,
    day,
    header,
    minute,
    sentences,
    short_hash,
    stamp_text,
)
from sci_cli.ui.page import BAD, BOLD, CAUTION, DIM, GOOD, Page, Part

_WITHOUT_VALUE = {
    FieldRule.EMPTY: "(leave empty)",
    FieldRule.OPTIONAL: "(not on record yet; optional)",
}


def recorded(page: Page, view: RecordedView, outcome: Outcome) -> None:
    """What was recorded, in sentences."""
    if not page.look.quiet:
        header(page, view.header)
    sentences(page, view.lines)


# The verdict -----------------------------------------------------------------------------------------------


def check(page: Page, view: CheckView, outcome: Outcome) -> None:
    """GO or NO-GO first, then the counts and what is in order already."""
    counts = {severity: sum(each.severity is severity for each in outcome.findings) for severity in Severity}
    blocked = counts[Severity.BLOCKER]
    page.paragraph((view.verdict, BAD if blocked else f"bold {GOOD}"))
    said = f"{blocked} blocking, {counted(counts[Severity.WARNING], 'warning')}"
    header(page, view.header, f"{said}, {len(view.passed)} passed" if view.purpose else said)
    page.blank()
    for passed in view.passed:
        lead: Part = ("OK: " if page.look.plain else f"{'OK':<9}", GOOD)
        page.paragraph(passed, lead=[lead], indent=2)


# The order -------------------------------------------------------------------------------------------------


def sheet(page: Page, view: SheetView, outcome: Outcome) -> None:
    """The order form to copy, field by field."""
    header(page, view.header)
    page.heading("Order form, to copy:")
    width = max((len(row.line.label) for row in view.rows), default=0)
    for row in view.rows:
        _form_field(page, row, width)


def _form_field(page: Page, row: FormRow, width: int) -> None:
    missing = _WITHOUT_VALUE.get(FieldRule(row.rule), "(not on record yet)")
    value: Part = (row.line.value, BOLD) if row.line.value else (missing, CAUTION)
    label = f"{row.line.label}: " if page.look.plain else f"{row.line.label:<{width}}  "
    # A value is copied in one piece, so it is never broken.
    page.line(label, value, indent=2)
    if row.why and (not row.line.value or page.look.verbose):
        clause = f" (clause {row.clause})" if row.clause else ""
        page.paragraph((f"{row.why}{clause}", DIM), indent=2 + width + 2)


def order(page: Page, view: OrderView, outcome: Outcome) -> None:
    """The order as recorded and as seen in the portal."""
    header(page, view.header)
    sentences(page, view.lines)
    page.blank()
    if view.placed is None:
        page.line("No order is on record; this is the form as it would be.", indent=2)
    else:
        page.labelled("Order", f"{view.number}, placed {stamp_text(view.placed)}")
        page.labelled("Billing", "accepted by name" if view.billing_accepted else "not accepted by name")
    if view.breach:
        page.labelled("Breach", (view.breach, BAD))
    for unmet in view.unmet:
        page.labelled("Unmet", unmet)
    if not page.look.quiet:
        page.blank()
        _form(page, view.form)
    if view.comparison:
        page.blank()
        _comparison(page, view.comparison)
    if view.cautions:
        page.blank()
    cautions_block(page, view.cautions)


def _form(page: Page, form: Sequence[FormLine]) -> None:
    width = max((len(line.label) for line in form), default=0)
    for line in form:
        page.labelled(line.label, line.value or "(empty)", column=width)


def _comparison(page: Page, fields: Sequence[Comparison]) -> None:
    page.table(
        ["Field", "Same", "Ordered", "Seen"],
        [
            (
                each.label,
                ("same", GOOD) if each.same else ("DIFFERS", BAD),
                each.ordered or "nothing",
                each.seen,
            )
            for each in fields
        ],
    )


# The hand-off ----------------------------------------------------------------------------------------------


def handoff(page: Page, view: HandoffView, outcome: Outcome) -> None:
    """The draft: where it is, for whom, and the same message for pasting."""
    header(page, view.header)
    sentences(page, view.lines)
    page.blank()
    page.line(view.path, indent=2)
    page.blank()
    page.labelled("To", ", ".join(view.recipients))
    page.labelled("Subject", view.subject)
    page.labelled("Attached", f"{view.attachment}, SHA-256 {short_hash(page, view.attachment_sha256)}")
    page.labelled("Draft", f"SHA-256 {short_hash(page, view.sha256)}")
    if view.contacts:
        page.heading("Check these addresses before you send:")
        contacts(page, view.contacts)
    if page.look.quiet:
        return
    page.heading("To paste instead:")
    page.blank()
    page.verbatim(view.text, indent=0)


def contacts(page: Page, people: Sequence[Contact]) -> None:
    """Who to write to, with the day the address was last known to be right."""
    page.table(
        ["Name", "Address", "Verified", "Role"],
        [(each.name, each.email, each.verified.isoformat(), each.role) for each in people],
    )


def stages(page: Page, view: StagesView, outcome: Outcome) -> None:
    """How far the provider is."""
    header(page, view.header)
    sentences(page, view.lines)
    page.blank()
    for draft in view.handoffs:
        _handed_off(page, draft)
    if not view.handoffs:
        page.line("Nothing was handed off yet.", indent=2)
    page.blank()
    reached = {mark.stage: mark for mark in view.reached}
    for stage in view.order:
        if stage in reached:
            _stage(page, "[x]", stage, f"reached {_when(reached[stage])}")
        else:
            _stage(page, "[ ]", stage, "not recorded" if stage in view.passed_over else "open")


def _handed_off(page: Page, draft: HandoffRecord) -> None:
    page.labelled("Drafted", f"{stamp_text(draft.stamp)}, to {', '.join(draft.recipients)}")
    page.labelled("", f"{draft.draft}, SHA-256 {short_hash(page, draft.draft_sha256)}")


def _when(mark: StageMark) -> str:
    return f"{stamp_text(mark.stamp)}{f': {mark.note}' if mark.note else ''}"


def _stage(page: Page, box: str, stage: str, said: str) -> None:
    lead = f"{stage}: " if page.look.plain else f"{box} {stage:<12}  "
    page.paragraph(said, lead=[lead], indent=2)


# The history -----------------------------------------------------------------------------------------------


def history(page: Page, view: HistoryView, outcome: Outcome) -> None:
    """Who changed what and when, oldest first; with much wanted every field before and after."""
    header(page, view.header, counted(len(view.events), "change"))
    page.blank()
    if page.look.verbose:
        for event in view.events:
            _event(page, event)
    else:
        page.table(
            ["Rev", "UTC", "Who", "What"],
            [(str(each.sequence), minute(each.at), each.by, _what(each)) for each in view.events],
        )
    if view.notes:
        page.heading("Notes")
    for note in view.notes:
        _note(page, note)
    if view.head:
        page.blank()
        page.line((f"head {short_hash(page, view.head)}", DIM), indent=2)


def brought_back(page: Page, view: BroughtBackView, outcome: Outcome) -> None:
    """What an undo or a restore brings back, and every field that differs from the record before."""
    header(page, view.header)
    sentences(page, view.lines)
    if view.changes:
        page.blank()
    for change in view.changes:
        _difference(page, change)


def _difference(page: Page, change: Change) -> None:
    before, after = change.before or "(nothing)", change.after or "(nothing)"
    said = f"was {before}, now {after}" if page.look.plain else f"{before} -> {after}"
    page.paragraph(said, lead=[(f"{change.path}: ", DIM)], indent=2)


def _what(event: Event) -> str:
    reason = f" (reason: {event.reason})" if event.reason and event.reason not in event.summary else ""
    behind = " (the clock was behind the change before)" if event.clock_behind else ""
    return f"{event.summary}{reason}{behind}"


def _event(page: Page, event: Event) -> None:
    party = f" for {event.party}" if event.party else ""
    page.paragraph(f"{event.sequence}  {minute(event.at)}  {event.by}{party}  sci {event.command}", indent=2)
    page.paragraph(_what(event), indent=5)
    if event.op_id:
        page.paragraph(f"operation {event.op_id}", indent=5)
    for change in event.changes:
        page.paragraph(
            f"{change.path}: {change.before or '(nothing)'} -> {change.after or '(nothing)'}", indent=5
        )


def _note(page: Page, note: Note) -> None:
    step = f"{note.step} " if note.step else ""
    lead: Part = (f"{step}{day(note.stamp.at)} {note.stamp.by}: ", DIM)
    page.paragraph(note.text, lead=[lead], indent=2, breaks=True)
