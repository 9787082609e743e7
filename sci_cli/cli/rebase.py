"""The command that lets an activation go over to the current content of its profile."""

from dataclasses import replace
from typing import Annotated, Any

import typer

from sci_cli.cli import asking
from sci_cli.cli.options import PROVIDERS, Confirm, Name, Yes, command
from sci_cli.cli.session import Session
from sci_cli.errors import WrongUsage, sci


def register(group: typer.Typer) -> None:
    """Add the command of this module."""

    @command(
        group,
        "rebase",
        panel=PROVIDERS,
        writes=True,
        examples=[
            "sci profile rebase acme-hk-1 --plan",
            "sci profile rebase acme-hk-1 --apply --yes",
            "sci profile rebase acme-hk-1 --plan --to my-provider.yaml --exit-code",
        ],
    )
    def rebase(
        session: Session,
        name: Name,
        plan: Annotated[
            bool, typer.Option("--plan", help="Show what would change; write nothing.", metavar="")
        ] = False,
        apply: Annotated[
            bool, typer.Option("--apply", help="Show it, ask, and go over.", metavar="")
        ] = False,
        to: Annotated[
            str,
            typer.Option(
                "--to", help="A file with the same profile, instead of the current one.", metavar="FILE"
            ),
        ] = "",
        exit_code: Annotated[
            bool, typer.Option("--exit-code", help="With --plan: exit 20 when there are changes.", metavar="")
        ] = False,
        yes: Yes = False,
        confirm: Confirm = "",
    ) -> Any:
        """Go over to the current content of the profile; what was done stays done.

        An activation goes by the profile it began with, whatever becomes of
        the file. This shows which steps, gates, clocks, limits and recipients
        would change for it, and goes over when told to. Other recipients are
        confirmed with the activation's name instead of --yes.
        """
        if plan == apply:
            raise WrongUsage(
                "Give either --plan, to see what would change, or --apply, to go over.",
                fix=[sci("profile", "rebase", name, "--plan"), sci("profile", "rebase", name, "--apply")],
            )
        if plan:
            return _plan(session, name, to, exit_code)
        if exit_code:
            raise WrongUsage("--exit-code belongs to --plan.", fix="Leave it out.")
        return _apply(session, name, to, yes, confirm)


def _plan(session: Session, name: str, to: str, exit_code: bool) -> Any:
    from sci_cli.cli.emit import emit
    from sci_cli.errors import ExitCode
    from sci_cli.operations import rebasing

    outcome = rebasing.plan(session.workspace, name, to, session.mode.if_revision)
    if not exit_code or not getattr(outcome.view, "changes", ()):
        return outcome
    emit(session, outcome)
    session.exit_code = int(ExitCode.PENDING)
    return None


def _apply(session: Session, name: str, to: str, yes: bool, confirm: str) -> Any:
    from sci_cli.operations import rebasing

    asking.require_same(confirm, name)
    ws, mode = session.workspace, session.mode
    target = rebasing.target_of(ws, name, to)
    trial = rebasing.rebase(ws, name, target, replace(mode, dry_run=True))
    if mode.dry_run or not trial.changed:
        return rebasing.rebase(ws, name, target, mode)
    view: Any = trial.view
    asked = not (confirm or (yes and not view.recipients_change))
    if asked:
        asking.preview(session, trial)
    question = f"Let {name} go over to version {target.profile.version} of {target.profile.id}?"
    need = (
        asking.name_typed(name, f"The hand-off of {name} then goes to other people.", confirm)
        if view.recipients_change
        else asking.yes_to(question, yes or bool(confirm))
    )
    asking.answers(session, [need])
    if not asked:
        return rebasing.rebase(ws, name, target, mode)
    # The person answered for what was shown, so for this revision and no other.
    return rebasing.answered(rebasing.rebase(ws, name, target, replace(mode, if_revision=trial.revision)))
