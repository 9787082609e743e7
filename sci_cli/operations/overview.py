"""Looking at activations: status, the list of all, the home screen, what is next, the history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from sci_cli.domain.activation import Activation
from sci_cli.domain.findings import Finding, Severity
from sci_cli.domain.gates import breach_findings
from sci_cli.domain.port_rules import open_requests, port_state_findings
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

if TYPE_CHECKING:
    from sci_cli.operations.portfolio import Possible, Process, Standing


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


def _row(name: str, found: tuple[Process, Standing] | SciError, now: datetime) -> ActivationRow:
    if isinstance(found, SciError):
        return ActivationRow(name, "", "", "", 0, 0, False, "", "", "", "", "", True, problem=found.message)
    process, standing = found
    ready = process.ready_in(standing, now)
    first = ready[0].step if ready else None
    late = standing.due is not None and now > standing.due
    provider = process.profile.provider_party
    mine = any(provider not in item.step.owners.parties for item in ready)
    return ActivationRow(
        name=name,
        customer=standing.customer,
        provider=process.profile.name,
        location=standing.location,
        closed=standing.closed,
        total=standing.total,
        late=late,
        late_for=duration_text(now - standing.due) if late and standing.due else "",
        next_step=first.id if first else "",
        next_title=first.short if first else "",
        waiting_on=process.owners[first.id] if first else "",
        age=duration_text(now - standing.created),
        mine=mine or late or bool(standing.attention),
        attention=standing.attention,
    )


def _rows(ws: Workspace) -> tuple[ActivationRow, ...]:
    # Only here because most commands are about one activation.
    from sci_cli.operations.portfolio import STANDINGS, each

    now = ws.now()
    return tuple([_row(name, found, now) for name, found in each(ws, STANDINGS)])


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
    from sci_cli.operations.portfolio import POSSIBLE, Process

    if name:
        activation = ws.load(name).activation
        profile = ws.profile_of(activation)
        possible = POSSIBLE.derive(profile, activation)
        rows = tuple(_next_rows(activation.name, Process(profile), possible, owner, ws.now()))
        return Outcome(NextView(rows, owner), activation=name, findings=() if owner else possible.asked)
    return _next_of_all(ws, owner)


def _next_of_all(ws: Workspace, owner: str) -> Outcome:
    from sci_cli.operations.portfolio import POSSIBLE, each

    now = ws.now()
    rows: list[NextRow] = []
    problems: list[Finding] = []
    without: list[InvalidValue] = []
    with_party = 0
    for name, found in each(ws, POSSIBLE):
        if isinstance(found, SciError):
            problems.append(_unreadable(name, found))
            continue
        process, possible = found
        try:
            rows += _next_rows(name, process, possible, owner, now)
            with_party += 1
            problems += () if owner else _named(name, possible)
        except InvalidValue as unknown:
            without.append(unknown)
    if without and not with_party:
        raise without[0]
    return Outcome(NextView(tuple(rows), owner), findings=tuple(problems))


def _next_rows(
    name: str, process: Process, possible: Possible, owner: str, now: datetime
) -> Iterator[NextRow]:
    party = find_party(process.profile, owner) if owner else ""
    commands = {item.step.id: typed for item, typed in possible.steps}
    for item in process.in_order((item for item, _ in possible.steps), now):
        if not party or party in item.open_parties:
            yield NextRow(name, showing.row_of(process.profile, item, commands[item.step.id], now))


def _named(name: str, possible: Possible) -> list[Finding]:
    """The open requests of one activation, for a screen about all of them."""
    return [replace(found, message=f"{name}: {found.message}") for found in possible.asked]


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
