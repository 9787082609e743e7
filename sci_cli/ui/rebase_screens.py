"""The plan of going over to another content of a profile."""

from __future__ import annotations

from collections.abc import Sequence

from sci_cli.domain.profile import Contact
from sci_cli.domain.profile_changes import ProfileChange
from sci_cli.domain.rebasing import Effect, StepEffect
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.rebase_views import RebaseView
from sci_cli.ui.blocks import counted, header, sentences, short_hash
from sci_cli.ui.page import BOLD, CAUTION, Page, Part
from sci_cli.ui.record_screens import contacts

_AREAS = {
    "step": "Step", "gate": "Gate", "reminder": "Reminder", "order-field": "Order form", "fact": "Fact",
    "contact": "Recipient", "stage": "Stage", "configuration": "Hand-off table", "handoff": "Hand-off",
    "limit": "Route limit", "reserved": "Reserved range", "caution": "Caution", "party": "Party",
    "phase": "Phase", "clause": "Clause", "profile": "Profile",
}  # fmt: skip
_KINDS = {"added": "new", "removed": "gone", "changed": "changed"}
_EFFECTS = {
    Effect.NEW: "new", Effect.GONE: "gone", Effect.STAYS_DONE: "stays done", Effect.CLOSES: "closed",
    Effect.OPENS: "open again", Effect.READY: "ready", Effect.WAITS: "waits", Effect.CLOCK: "clock",
}  # fmt: skip
_COLUMN = max(map(len, _AREAS.values()))


def rebase(page: Page, view: RebaseView, outcome: Outcome) -> None:
    """From which content to which, what differs, what that means for the steps, who gets the hand-off."""
    header(page, view.header)
    sentences(page, view.lines)
    if view.shown_before:
        return
    arrow = "to" if page.look.plain else "->"
    before, after = (
        f"version {each.version} ({short_hash(page, each.digest)})" for each in (view.before, view.after)
    )
    if view.before.digest == view.after.digest:
        page.paragraph(f"Profile {view.profile}: {before}")
        return
    page.paragraph(f"Profile {view.profile}: {before} {arrow} {after}")
    _changes(page, view.changes, arrow)
    page.heading("For this activation:")
    if not view.steps:
        page.paragraph("No step changes its state or its clock.", indent=2)
    else:
        page.table(["Step", "Effect", "What it means"], [_step(effect) for effect in view.steps])
    if view.recipients_change:
        _recipients(page, "Recipients until now:", view.before.recipients)
        _recipients(page, "Recipients afterwards (check the addresses):", view.after.recipients)


def _changes(page: Page, changes: Sequence[ProfileChange], arrow: str) -> None:
    page.heading("What changes in the profile:")
    shown = [each for each in changes if page.look.verbose or not each.wording]
    for change in shown:
        _change(page, change, arrow)
    # The version stands above already.
    worded = [each for each in changes if each.wording or any(field.wording for field in each.fields)]
    worded = [each for each in worded if [field.field for field in each.fields] != ["version"]]
    if worded and not page.look.verbose:
        many = counted(len(worded), "part")
        page.paragraph(f"The wording or the source of {many} differs (-v shows how).", indent=2)
    elif not shown:
        page.paragraph("Nothing but the version.", indent=2)


def _change(page: Page, change: ProfileChange, arrow: str) -> None:
    area = _AREAS.get(change.area, change.area)
    lead = f"{area}: " if page.look.plain else f"{area:<{_COLUMN}}  "
    page.paragraph((f"{_KINDS[change.kind]}: ", BOLD), change.title, lead=[lead], indent=2)
    for each in change.fields:
        if each.wording and not page.look.verbose:
            continue
        field = each.field.replace("_", " ")
        said = f"{field}: {each.before or '(nothing)'} {arrow} {each.after or '(nothing)'}"
        page.paragraph(said, indent=2 + _COLUMN + 2)


def _step(effect: StepEffect) -> tuple[Part, Part, Part]:
    word = _EFFECTS[effect.effect]
    heavy = effect.effect in (Effect.OPENS, Effect.GONE)
    said = "; ".join(filter(None, (f"{effect.title}: {effect.said}", effect.clock)))
    return (effect.id, BOLD), (word, CAUTION) if heavy else word, said


def _recipients(page: Page, heading: str, people: Sequence[Contact]) -> None:
    page.heading(heading)
    if people:
        contacts(page, people)
    else:
        page.paragraph("nobody; they are named with each hand-off", indent=2)
