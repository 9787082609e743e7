"""Outcome → text for people: the screen of its view, then findings, what was saved, what to do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sci_cli.operations import (
    check_views,
    keeping_views,
    machine_views,
    rebase_views,
    reference_views,
    request_views,
    sharing_views,
    views,
    vpn_file_views,
    work_views,
)
from sci_cli.operations.outcome import Message, Outcome, View
from sci_cli.ui import (
    check_screens,
    file_screens,
    keeping_screens,
    machine_screens,
    network_screens,
    package_screens,
    rebase_screens,
    record_screens,
    reference_screens,
    request_screens,
    sharing_screens,
    status_screens,
)
from sci_cli.ui.blocks import (
    MOST_OF_ONE_CODE,
    dry_run_line,
    findings_block,
    next_block,
    notices_block,
    saved_line,
)
from sci_cli.ui.look import Look
from sci_cli.ui.page import Page

# Every screen takes the page, its own kind of view, and the outcome around it.
Screen = Callable[[Page, Any, Outcome], None]

SCREENS: Mapping[type[View], Screen] = {
    Message: reference_screens.message,
    views.StatusView: status_screens.status,
    views.ListView: status_screens.listing,
    views.HomeView: status_screens.home,
    views.NextView: status_screens.next_steps,
    views.RecordedView: record_screens.recorded,
    work_views.CheckView: record_screens.check,
    check_views.CheckAllView: check_screens.check_all,
    check_views.ProfileCheckView: check_screens.profile_check,
    work_views.SheetView: record_screens.sheet,
    work_views.OrderView: record_screens.order,
    work_views.HandoffView: record_screens.handoff,
    work_views.StagesView: record_screens.stages,
    views.HistoryView: record_screens.history,
    views.BroughtBackView: record_screens.brought_back,
    work_views.VpnsView: network_screens.vpns,
    work_views.PlanView: network_screens.plan,
    vpn_file_views.FilesView: file_screens.files,
    work_views.PortView: network_screens.port,
    work_views.VerifyView: keeping_screens.verify,
    work_views.AdoptView: keeping_screens.adopt,
    rebase_views.RebaseView: rebase_screens.rebase,
    reference_views.ExplainView: reference_screens.explain,
    reference_views.ProfilesView: reference_screens.profiles,
    reference_views.ProfileView: reference_screens.profile,
    reference_views.WhereView: reference_screens.where,
    reference_views.TopicView: reference_screens.topic,
    keeping_views.ExportView: package_screens.exported,
    keeping_views.ImportView: package_screens.imported,
    keeping_views.DoctorView: package_screens.doctor,
    request_views.PlannedView: request_screens.planned,
    request_views.AppliedView: request_screens.applied,
    request_views.RequestTextView: request_screens.text,
    sharing_views.StoreView: sharing_screens.store,
    sharing_views.StoreSetupView: sharing_screens.setup,
    sharing_views.MovedView: sharing_screens.moved,
    machine_views.SchemasView: machine_screens.schemas,
    machine_views.WaitView: machine_screens.waited,
}
VIEWS: tuple[type[View], ...] = (*SCREENS, *machine_screens.AS_THEY_ARE)


def _most_findings(view: View) -> int | None:
    """How many findings of one code are shown: all where somebody asked for all."""
    asked = isinstance(view, vpn_file_views.FilesView) and view.every
    return None if asked else MOST_OF_ONE_CODE


_SHOW_FINDINGS_THEMSELVES = (check_views.CheckAllView,)
_SAY_NEXT_THEMSELVES = (views.StatusView, views.HomeView, views.NextView)


def render(outcome: Outcome, look: Look, *, before_question: bool = False) -> str:
    """The outcome as text for people; empty, or ending with a line end. Its error is not part of it.

    Args:
        outcome: what to show.
        look: how it looks.
        before_question: whether it is a trial that nobody asked for as one, shown above the question that
            decides about it; the question stands in the place of what to type next.
    """
    if outcome.view.as_it_is:
        return machine_screens.as_it_is(outcome.view)
    page = Page(look)
    dry_run_line(page, outcome, asked_for=not before_question)
    SCREENS[type(outcome.view)](page, outcome.view, outcome)
    if outcome.findings and not isinstance(outcome.view, _SHOW_FINDINGS_THEMSELVES):
        page.blank()
        findings_block(page, outcome.findings, most=_most_findings(outcome.view))
    notices_block(page, outcome.notices)
    saved_line(page, outcome)
    if not (before_question or isinstance(outcome.view, _SAY_NEXT_THEMSELVES)):
        next_block(page, outcome)
    return page.text()
