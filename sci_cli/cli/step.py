"""Commands about single steps: done, skip, reopen, stage."""

from pathlib import Path
from typing import Annotated, Any

import typer

from sci_cli.cli import asking
from sci_cli.cli.options import STEPS, At, Name, Note, Reason, StepId, Yes, command, when
from sci_cli.cli.session import Session

# Whether a step can be skipped or reopened at all is found out before anybody is asked for a reason.
_STAND_IN = "not given yet"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""

    @command(
        app,
        "done",
        panel=STEPS,
        writes=True,
        examples=[
            "sci done acme-hk-1 O6",
            "sci done acme-hk-1 P2 --for customer",
            'sci done acme-hk-1 P1 --note "two active circuits" --at 2026-03-06',
        ],
    )
    def done(
        session: Session,
        name: Name,
        step: StepId,
        party: Annotated[
            str,
            typer.Option("--for", metavar="PARTY", help="Whose part is done; without it, the whole step."),
        ] = "",
        note: Note = "",
        at: At = "",
        evidence: Annotated[
            list[str] | None,
            typer.Option("--evidence", metavar="FILE", help="A file to keep as evidence; repeat."),
        ] = None,
    ) -> Any:
        """Record that a step is done, or one party's part of it."""
        from sci_cli.cli.requests import read_evidence
        from sci_cli.operations import steps

        kept = tuple(steps.EvidenceFile(*read_evidence(Path(path))) for path in evidence or ())
        request = steps.DoneRequest(step, party, when(session, at), note, kept)
        return steps.done(session.workspace, name, request, session.mode)

    @command(
        app,
        "skip",
        panel=STEPS,
        writes=True,
        examples=["sci skip acme-hk-1 O4", 'sci skip acme-hk-1 O4 --reason "number will follow" --yes'],
    )
    def skip(session: Session, name: Name, step: StepId, reason: Reason = "", yes: Yes = False) -> Any:
        """Record that a step will not be done; needs a reason."""
        from sci_cli.operations import steps
        from sci_cli.operations.workspace import ChangeMode

        trial = ChangeMode(dry_run=True)
        if not steps.skip(session.workspace, name, step, reason or _STAND_IN, trial).changed:
            return steps.skip(session.workspace, name, step, reason or _STAND_IN, session.mode)
        why = _reason(session, reason, yes, f"Skip step {step}?")
        return steps.skip(session.workspace, name, step, why, session.mode)

    @command(
        app,
        "reopen",
        panel=STEPS,
        writes=True,
        examples=[
            "sci reopen acme-hk-1 O6",
            'sci reopen acme-hk-1 O6 --reason "it was the wrong port" --yes',
        ],
    )
    def reopen(session: Session, name: Name, step: StepId, reason: Reason = "", yes: Yes = False) -> Any:
        """Take back what was said about a step; needs a reason."""
        from sci_cli.operations import steps
        from sci_cli.operations.workspace import ChangeMode

        trial = ChangeMode(dry_run=True)
        if not steps.reopen(session.workspace, name, step, reason or _STAND_IN, trial).changed:
            return steps.reopen(session.workspace, name, step, reason or _STAND_IN, session.mode)
        why = _reason(session, reason, yes, f"Reopen step {step}?")
        return steps.reopen(session.workspace, name, step, why, session.mode)

    @command(
        app,
        "stage",
        panel=STEPS,
        writes=True,
        examples=["sci stage acme-hk-1 received", "sci stage acme-hk-1 done --at 2026-03-20"],
    )
    def stage(
        session: Session,
        name: Name,
        stage: Annotated[
            str, typer.Argument(metavar="STAGE", help="received, validating, implementing, done …")
        ],
        at: At = "",
        note: Note = "",
    ) -> Any:
        """Record how far the provider is after the hand-off."""
        from sci_cli.operations import handoffs

        return handoffs.stage(session.workspace, name, stage, session.mode, at=when(session, at), note=note)


def _reason(session: Session, reason: str, yes: bool, question: str) -> str:
    needs = [
        asking.Need("reason", "--reason REASON", (reason,), asking.text("reason", "Reason")),
        asking.yes_to(question, yes or session.settings.dry_run),
    ]
    return asking.answers(session, needs)["reason"]
