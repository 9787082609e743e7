"""Looking at activations: status, the list of all, the home screen, what is next, the history."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sci_cli.domain import facts
from sci_cli.domain.activation import Activation
from sci_cli.domain.findings import Finding, Severity
from sci_cli.domain.gates import breach_findings
from sci_cli.domain.port_rules import attention, open_requests, port_state_findings
from sci_cli.domain.profile import Profile
from sci_cli.domain.progress import progress
from sci_cli.domain.times import duration_text
from sci_cli.domain.vpn_rules import budgets, port_findings
from sci_cli.errors import (
    InvalidValue,
    SciError,
    sci,
)
from sci_cli.operations import showing
from sci_cli.operations.lookup import find_party
from sci_cli.operations.newer_profiles import newer_profile
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.views import (
    ActivationRow,
    HistoryView,
    HomeView,
    ListView,
    NextRow,
    NextView,
    OrderSummary,
    StatusView,
)
from sci_cli.operations.workspace import (
    Workspace,
)
from sci_cli.store.contract import Loaded


def status(ws: Workspace, name: str, *, show_all: bool = False) -> Outcome:
    """Where one activation stands."""
    loaded = ws.load(name)
    activation = loaded.activation
    profile = ws.profile_of(activation)
    return Outcome(
        status_view(profile, activation, ws.now(), show_all=show_all),
        activation=name,
        revision=activation.revision,
        head=loaded.head,
        findings=(*_standing(profile, activation), *newer_profile(ws, activation)),
        notices=loaded.notices,
        next=showing.next_commands(profile, activation, progress(profile, activation, ws.now()), limit=3),
    )


def _standing(profile: Profile, activation: Activation) -> tuple[Finding, ...]:
    """What is wrong with the record itself, whatever the next step is."""
    found = [
        each
        for each in port_findings(profile, activation, activation.vpns)
        if each.severity is not Severity.NOTE
    ]
    found += breach_findings(activation)
    found += port_state_findings(activation)
    return tuple(found)


def status_view(
    profile: Profile, activation: Activation, now: datetime, *, show_all: bool = False
) -> StatusView:
    """The status screen's content."""
    known = progress(profile, activation, now)
    order = activation.order
    return StatusView(
        header=showing.header(profile, activation),
        profile=profile.id,
        closed=known.closed,
        total=known.total,
        late=known.late,
        complete=known.complete and not open_requests(activation),
        next=tuple(showing.step_row(profile, activation, item, now) for item in known.ready()),
        phases=known.phases,
        steps=showing.step_rows(profile, activation, known, now),
        facts=tuple(showing.fact_row(profile, activation, fact_id) for fact_id in sorted(activation.facts)),
        order=OrderSummary(order.number, order.placed.at, order.placed.by, order.breach) if order else None,
        verified=activation.verification.matches if activation.verification else None,
        stage=activation.last_stage,
        port=activation.port,
        vpns=activation.vpns,
        budgets=budgets(activation.vpns),
        show_all=show_all,
    )


def _row(ws: Workspace, name: str, found: Loaded | SciError, now: datetime) -> ActivationRow:
    try:
        activation, profile = _opened(ws, found)
    except SciError as problem:
        return ActivationRow(name, "", "", "", 0, 0, False, "", "", "", "", "", True, problem=problem.message)
    known = progress(profile, activation, now)
    ready = known.ready()
    first = ready[0] if ready else None
    late = max((item.late_by for item in known.steps if item.late_by), default=None)
    said = attention(activation)
    mine = bool(ready) and any(profile.provider_party not in item.step.owners.parties for item in ready)
    return ActivationRow(
        name=name,
        customer=activation.fact(facts.CUSTOMER),
        provider=profile.name,
        location=activation.fact(facts.LOCATION),
        closed=known.closed,
        total=known.total,
        late=late is not None,
        late_for=duration_text(late) if late else "",
        next_step=first.step.id if first else "",
        next_title=first.step.short if first else "",
        waiting_on=profile.owners_text(first.step.owners) if first else "",
        age=duration_text(now - activation.created.at),
        mine=mine or late is not None or bool(said),
        attention=said,
    )


def _rows(ws: Workspace) -> tuple[ActivationRow, ...]:
    now = ws.now()
    return tuple(_row(ws, name, found, now) for name, found in ws.store.load_all(ws.store.names()))


def _opened(ws: Workspace, found: Loaded | SciError) -> tuple[Activation, Profile]:
    if isinstance(found, SciError):
        raise found
    return found.activation, ws.profile_of(found.activation)


def list_all(ws: Workspace) -> Outcome:
    """All activations, one row each; a record that cannot be read has its problem in the row."""
    rows = _rows(ws)
    return Outcome(ListView(rows), next=() if rows else (sci("new", "NAME"), sci("demo")))


def home(ws: Workspace, version: str) -> Outcome:
    """The home screen."""
    return Outcome(HomeView(version, str(ws.home), _rows(ws)))


def next_steps(ws: Workspace, name: str = "", *, owner: str = "") -> Outcome:
    """What is possible now, in one activation or in all, for one party or for all.

    Over all activations, one that cannot be read is a finding, and one without that party is passed over.

    Raises:
        InvalidValue: no such party, neither in the activation named nor in any.
        SciError: the activation named cannot be read.
    """
    if name:
        activation = ws.load(name).activation
        rows = _next_rows(ws, activation, ws.profile_of(activation), owner)
        asked = () if owner else open_requests(activation)
        return Outcome(NextView(rows, owner), activation=name, findings=asked)
    found: list[NextRow] = []
    problems: list[Finding] = []
    without: list[InvalidValue] = []
    with_party = 0
    for each, loaded in ws.store.load_all(ws.store.names()):
        try:
            activation, profile = _opened(ws, loaded)
        except SciError as problem:
            problems.append(_unreadable(each, problem))
            continue
        try:
            found += _next_rows(ws, activation, profile, owner)
            with_party += 1
            problems += () if owner else _named(activation)
        except InvalidValue as unknown:
            without.append(unknown)
    if without and not with_party:
        raise without[0]
    return Outcome(NextView(tuple(found), owner), findings=tuple(problems))


def _next_rows(ws: Workspace, activation: Activation, profile: Profile, owner: str) -> tuple[NextRow, ...]:
    now = ws.now()
    party = find_party(profile, owner) if owner else ""
    return tuple(
        NextRow(activation.name, showing.step_row(profile, activation, item, now))
        for item in progress(profile, activation, now).ready()
        if not party or party in item.open_parties
    )


def _named(activation: Activation) -> list[Finding]:
    """The open requests of one activation, for a screen about all of them."""
    return [replace(each, message=f"{activation.name}: {each.message}") for each in open_requests(activation)]


def _unreadable(name: str, problem: SciError) -> Finding:
    return Finding(
        "record.unreadable",
        Severity.WARNING,
        f"{name} is left out: {problem.message}",
        why=" ".join(problem.why),
        fix=problem.fix,
        details={"activation": name, "problem": problem.code},
    )


def history(ws: Workspace, name: str, *, limit: int | None = None) -> Outcome:
    """Who changed what and when, oldest first; with a limit the newest so many.

    Raises:
        InvalidValue: the limit is below 1.
    """
    if limit is not None and limit < 1:
        raise InvalidValue(
            f"The limit is {limit}; it is at least 1.", fix=sci("history", name, "--limit", "20")
        )
    loaded = ws.load(name)
    activation = loaded.activation
    events = activation.history[-limit:] if limit else activation.history
    return Outcome(
        HistoryView(
            showing.header(ws.profile_of(activation), activation), events, activation.notes, loaded.head
        ),
        activation=name,
        revision=activation.revision,
        head=loaded.head,
        notices=loaded.notices,
    )
