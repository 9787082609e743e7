"""Things to look up: explanations, profiles, folders, help pages, plain messages."""

from __future__ import annotations

from collections.abc import Sequence

from sci_cli.operations.outcome import Message, Outcome
from sci_cli.operations.reference_views import (
    ExplainView,
    PhaseSteps,
    ProfilesView,
    ProfileView,
    TopicView,
    WhereView,
)
from sci_cli.operations.views import FactRow
from sci_cli.ui.blocks import cautions_block, portal_block, sentences
from sci_cli.ui.page import BAD, BOLD, Page
from sci_cli.ui.record_screens import contacts


def message(page: Page, view: Message, outcome: Outcome) -> None:
    """A few sentences."""
    for line in view.lines:
        page.paragraph(line, breaks=True)


def explain(page: Page, view: ExplainView, outcome: Outcome) -> None:
    """What stands behind a step, a finding, a fact or a word."""
    page.paragraph((view.title, BOLD), lead=[(f"{view.id}  ", BOLD)] if view.id != view.title else [])
    if view.owner:
        page.labelled("Owner", view.owner)
    if view.text:
        page.blank()
        page.paragraph(view.text, indent=2, breaks=True)
    if view.lines:
        page.blank()
    sentences(page, view.lines, indent=2)
    portal_block(page, view.portal)
    if view.facts:
        page.heading("On record:")
        _facts(page, view.facts)
    if view.clauses:
        page.heading("The guide, in our words:")
    for clause in view.clauses:
        lead = f"{clause.id}: " if page.look.plain else f"{clause.id:<6}"
        page.paragraph(f"{clause.says} ({clause.place})", lead=[lead], indent=2)
    if view.cautions:
        page.blank()
    cautions_block(page, view.cautions, sources=True)
    if view.source:
        page.blank()
        page.labelled("Source", view.source)


def _facts(page: Page, facts: Sequence[FactRow]) -> None:
    width = max((len(fact.id) for fact in facts), default=0)
    for fact in facts:
        hint = f" ({fact.hint})" if fact.hint else ""
        page.labelled(fact.id, f"{fact.value or 'not on record'}; {fact.label}{hint}", column=width)


def profiles(page: Page, view: ProfilesView, outcome: Outcome) -> None:
    """The profiles there are, with what is wrong with one."""
    if not view.profiles:
        page.line("There are no profiles.")
        return
    page.table(
        ["Profile", "Version", "From", "Name"],
        [
            (
                (row.id, BOLD),
                row.version,
                row.origin,
                (f"UNUSABLE: {row.problem}", BAD) if row.problem else row.name,
            )
            for row in view.profiles
        ],
        indent=0,
    )


def profile(page: Page, view: ProfileView, outcome: Outcome) -> None:
    """One profile, step by step."""
    page.title([(view.id, BOLD), f"  {view.name}, version {view.version}"])
    page.blank()
    page.paragraph(view.summary, indent=2, breaks=True)
    if view.note:
        page.paragraph(view.note, indent=2, breaks=True)
    page.labelled("Source", view.source)
    page.labelled("Digest", view.digest if page.look.verbose else view.digest[:12])
    for phase in view.phases:
        _phase(page, phase)
    if view.facts:
        page.heading("Facts")
        width = max(len(fact.id) for fact in view.facts)
        for fact in view.facts:
            hint = f"; {fact.hint}" if fact.hint else ""
            page.labelled(fact.id, f"{fact.label}{hint}", column=width)
    if view.contacts:
        page.heading("Contacts (check the addresses before use)")
        contacts(page, view.contacts)
    if view.cautions:
        page.blank()
    cautions_block(page, view.cautions)


def _phase(page: Page, phase: PhaseSteps) -> None:
    page.heading(phase.title)
    page.table(["#", "Owner", "Step"], [(step, owners, title) for step, title, owners in phase.steps])


def where(page: Page, view: WhereView, outcome: Outcome) -> None:
    """Where the files are; paths are never broken."""
    width = max((len(name) for name, _ in view.folders), default=0)
    for name, folder in view.folders:
        page.line(f"{name}: " if page.look.plain else f"{name:<{width}}  ", folder)


def topic(page: Page, view: TopicView, outcome: Outcome) -> None:
    """A page of help as it is, or the list of topics."""
    if view.text:
        page.verbatim(view.text, indent=0)
    elif view.topics:
        page.line("Topics:")
        for each in view.topics:
            page.line(each, indent=2)
