"""Lists as CSV, one row for each thing; other screens have no table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sci_cli.domain.activation import Vpn
from sci_cli.errors import Command, WrongUsage
from sci_cli.operations import check_views, machine_views, reference_views, request_views, views, work_views
from sci_cli.operations.outcome import Outcome, View
from sci_cli.safety.text import visible
from sci_cli.ui.envelope import plain
from sci_cli.ui.look import fix_text
from sci_cli.writers.csv_text import csv_text

Rows = list[tuple[object, ...]]
Table = tuple[tuple[str, ...], Callable[[Any, Outcome], Rows]]

_STEP = ("id", "title", "phase", "state", "reason", "owners", "late", "late_for", "since", "due", "waits_for")


def as_csv(outcome: Outcome, where: tuple[str, ...] = ()) -> str:
    """The list in the outcome's view, header first.

    Args:
        outcome: what the operation returned.
        where: the options that named the place of the records, for the commands in it.

    Raises:
        WrongUsage: the view is no list.
    """
    if type(outcome.view) not in _TABLES:
        raise WrongUsage("csv is for lists; use -o json.")
    header, rows_of = _TABLES[type(outcome.view)]
    rows = rows_of(outcome.view, outcome)
    return csv_text(header, [[_cell(cell, where) for cell in row] for row in rows])


def _cell(value: object, where: tuple[str, ...]) -> str:
    """A value as one line of text; truth as `yes` and `no`, several values with a semicolon between."""
    if isinstance(value, tuple):
        value = [fix_text(each, where) if isinstance(each, Command) else each for each in value]
    said = plain(value)
    if isinstance(said, bool):
        return "yes" if said else "no"
    text = "; ".join(map(str, said)) if isinstance(said, list) else "" if said is None else str(said)
    return visible(text, allow_newlines=False)


def _picked(items: Sequence[object], names: Sequence[str]) -> Rows:
    return [tuple(getattr(item, name) for name in names) for item in items]


_ACTIVATION = (
    "name", "customer", "provider", "location", "closed", "total", "late", "late_for", "next_step",
    "next_title", "waiting_on", "age", "mine", "attention", "problem",
)  # fmt: skip


_CHECKED = (
    "name", "customer", "provider", "location", "revision", "verdict", "exit_code", "blockers", "warnings",
    "notes", "problem",
)  # fmt: skip


def _vpns(items: Sequence[Vpn]) -> Rows:
    return [
        (vpn.name, vpn.state, len(vpn.prefixes), vpn.max_prefixes, vpn.max_prefixes_v6, vpn.prefixes)
        for vpn in items
    ]


_VPN = ("vpn", "state", "count", "max_prefixes", "max_prefixes_v6", "prefixes")


def _plan(view: work_views.PlanView, outcome: Outcome) -> Rows:
    groups = (("kept", view.kept), ("added", view.added), ("removed", view.removed))
    return [(change, *row) for change, group in groups for row in _vpns(group)]


def _history(view: views.HistoryView, outcome: Outcome) -> Rows:
    names = ("sequence", "at", "by", "party", "command", "summary", "reason")
    return _picked(view.events, names)


def _sheet(view: work_views.SheetView, outcome: Outcome) -> Rows:
    return [
        (row.line.field, row.line.label, row.line.value, row.rule, row.why, row.clause) for row in view.rows
    ]


def _values(view: machine_views.ValueView, outcome: Outcome) -> Rows:
    from sci_cli.operations.values import leaves

    return [*leaves(view.value, view.path)] if view.kind == "group" else [(view.path, view.value)]


def _findings(view: work_views.CheckView, outcome: Outcome) -> Rows:
    return [
        (each.code, each.severity, each.message, each.why, each.fix, each.clause, each.owner)
        for each in outcome.findings
    ]  # fmt: skip


_CHANGE = ("activation", "state", "field", "before", "after", "problem", "file", "line")


def _requests(view: request_views.PlannedView | request_views.AppliedView, outcome: Outcome) -> Rows:
    return [
        (row.activation, row.state, each.field, each.before, each.after,
         row.problem.message if row.problem else "", row.file, row.line)
        for row in view.requests
        for each in row.changes or (request_views.FieldChange("", "", ""),)
    ]  # fmt: skip


_TABLES: Mapping[type[View], Table] = {
    request_views.PlannedView: (_CHANGE, _requests),
    request_views.AppliedView: (_CHANGE, _requests),
    views.ListView: (_ACTIVATION, lambda view, outcome: _picked(view.activations, _ACTIVATION)),
    views.NextView: (
        ("activation", *_STEP),
        lambda view, outcome: [(row.activation, *_picked([row.step], _STEP)[0]) for row in view.rows],
    ),
    views.StatusView: (_STEP, lambda view, outcome: _picked(view.steps, _STEP)),
    views.HistoryView: (("revision", "at", "by", "party", "command", "summary", "reason"), _history),
    work_views.VpnsView: (_VPN, lambda view, outcome: _vpns(view.vpns)),
    work_views.PlanView: (("change", *_VPN), _plan),
    reference_views.ProfilesView: (
        ("id", "name", "version", "origin", "problem"),
        lambda view, outcome: _picked(view.profiles, ("id", "name", "version", "origin", "problem")),
    ),
    work_views.SheetView: (("field", "label", "value", "rule", "why", "clause"), _sheet),
    work_views.VerifyView: (
        ("code", "severity", "file", "message", "why", "fix"),
        lambda view, outcome: [
            (
                each.code,
                each.severity,
                each.details.get("file", ""),
                each.message,
                each.why,
                each.fix,
            )
            for each in outcome.findings
        ],
    ),
    check_views.CheckAllView: (
        _CHECKED,
        lambda view, outcome: _picked(view.activations, _CHECKED),
    ),
    machine_views.ValueView: (("path", "value"), _values),
    machine_views.SchemasView: (
        ("name", "document", "says"),
        lambda view, outcome: _picked(view.schemas, ("name", "document", "says")),
    ),
    work_views.CheckView: (("code", "severity", "message", "why", "fix", "clause", "owner"), _findings),
}
