"""The verdict of the rules over every activation: one row each, and the worst exit code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sci_cli.domain.findings import Finding, Severity
from sci_cli.errors import ExitCode, SciError, sci
from sci_cli.operations.check_views import CheckAllView, CheckedRow
from sci_cli.operations.checks import checked
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.work_views import CheckView
from sci_cli.operations.workspace import Workspace
from sci_cli.store.contract import Loaded

_READY_FOR = {"order": "for the order", "handoff": "for the hand-off"}


def check_all(ws: Workspace, *, purpose: str = "") -> Outcome:
    """What `check` says of every activation; one that cannot be read does not hide the others.

    The outcome carries an error of the worst kind among them, which is the one with the highest exit code.

    Raises:
        StoreUnavailable: the store itself cannot be read.
    """
    outcomes = [
        (name, _one(ws, found, purpose)) for name, found in ws.store.load_all(sorted(ws.store.names()))
    ]
    rows = tuple(_row(name, outcome) for name, outcome in outcomes)
    findings = tuple(each for name, outcome in outcomes for each in _findings(name, outcome))
    view = CheckAllView(purpose, _verdict(purpose, rows), rows)
    return Outcome(
        view,
        findings=findings,
        notices=tuple(f"{name}: {each}" for name, found in outcomes for each in _notices(found)),
        next=() if rows else (sci("new", "NAME"), sci("demo")),
        error=_worst(view.verdict, [outcome for _, outcome in outcomes]),
    )


def _one(ws: Workspace, found: Loaded | SciError, purpose: str) -> Outcome | SciError:
    if isinstance(found, SciError):
        return found
    try:
        return checked(ws, found, purpose=purpose)
    except SciError as problem:
        return problem


def _findings(name: str, outcome: Outcome | SciError) -> tuple[Finding, ...]:
    if isinstance(outcome, SciError):
        unread = Finding(
            "record.unreadable",
            Severity.BLOCKER,
            outcome.message,
            why=" ".join(outcome.why),
            fix=outcome.fix,
        )
        return (_of(name, unread),)
    return tuple(_of(name, each) for each in outcome.findings)


def _of(name: str, finding: Finding) -> Finding:
    return replace(finding, details={**finding.details, "activation": name})


def _notices(outcome: Outcome | SciError) -> tuple[str, ...]:
    return outcome.notices if isinstance(outcome, Outcome) else ()


def _row(name: str, outcome: Outcome | SciError) -> CheckedRow:
    if isinstance(outcome, SciError):
        problem = outcome.message
        return CheckedRow(name, "", "", "", None, "", int(outcome.exit_code), 1, 0, 0, problem=problem)
    view = outcome.view
    if not isinstance(view, CheckView):
        raise TypeError("a check gives a CheckView")
    blocking, warned, noted = (
        sum(each.severity is severity for each in outcome.findings) for severity in Severity
    )
    code = int(outcome.error.exit_code) if outcome.error else int(ExitCode.OK)
    about = view.header
    return CheckedRow(
        name,
        about.customer,
        about.provider,
        about.location,
        about.revision,
        view.verdict,
        code,
        blocking,
        warned,
        noted,
    )


def _verdict(purpose: str, rows: Sequence[CheckedRow]) -> str:
    total = "1 activation" if len(rows) == 1 else f"{len(rows)} activations"
    unread = sum(bool(row.problem) for row in rows)
    stopped = sum(row.exit_code != 0 and not row.problem for row in rows)
    if not rows:
        return "There are no activations."
    if not unread and not stopped:
        said = f"ready {_READY_FOR[purpose]}" if purpose else "within the rules"
        return f"{total}, all {said}." if len(rows) > 1 else f"{total}, {said}."
    be = "is" if stopped == 1 else "are"
    said = f"{be} not ready {_READY_FOR[purpose]}" if purpose else "break" + "s" * (stopped == 1) + " a rule"
    parts = [f"{stopped} of {total} {said}"] if stopped or not unread else []
    parts += [f"{unread} {'' if stopped else f'of {total} '}cannot be checked"] if unread else []
    return "; ".join(parts) + "."


def _worst(verdict: str, outcomes: Sequence[Outcome | SciError]) -> SciError | None:
    errors = [each.error if isinstance(each, Outcome) else each for each in outcomes]
    failed = [each for each in errors if each is not None]
    if not failed:
        return None
    worst = max(failed, key=lambda each: int(each.exit_code))
    return type(worst)(verdict)
