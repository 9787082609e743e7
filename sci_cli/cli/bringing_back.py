"""Commands that bring back what was on record: undo, restore."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

import typer

from sci_cli.cli import asking
from sci_cli.cli.numbers import whole
from sci_cli.cli.options import EVERYDAY, Name, Reason, Yes, command
from sci_cli.cli.session import Session

# Whether it can be done at all is found out before anybody is asked for a reason.
_STAND_IN = "not given yet"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""

    @command(
        app,
        "undo",
        panel=EVERYDAY,
        writes=True,
        examples=[
            "sci undo acme-hk-1",
            'sci undo acme-hk-1 --reason "the wrong customer" --yes',
            "sci undo acme-hk-1 --dry-run",
        ],
    )
    def undo(session: Session, name: Name, reason: Reason = "", yes: Yes = False) -> Any:
        """Take back the last change; again takes back the one before.

        The record goes back to what it was; the history keeps both changes.
        An order, a hand-off or a change of the port is not undone.
        To take back an undo: sci restore.
        """
        from sci_cli.operations import bringing_back
        from sci_cli.operations.workspace import ChangeMode

        mode = session.mode
        if not yes and not mode.dry_run:
            tried = ChangeMode(dry_run=True, if_revision=mode.if_revision)
            trial = bringing_back.undo(session.workspace, name, tried, reason=reason)
            asking.preview(session, trial)
            asking.confirm_yes(session, yes, f"Undo the last change of {name}?")
            # What was shown is what is undone: somebody else may have changed the record meanwhile.
            mode = replace(mode, if_revision=trial.revision)
        return bringing_back.undo(session.workspace, name, mode, reason=reason)

    @command(
        app,
        "restore",
        panel=EVERYDAY,
        writes=True,
        examples=[
            "sci restore acme-hk-1",
            'sci restore acme-hk-1 --revision 4 --reason "changes of the wrong customer" --yes',
            "sci restore acme-hk-1 --revision 4 --reason test --dry-run",
        ],
    )
    def restore(
        session: Session,
        name: Name,
        revision: Annotated[
            str,
            typer.Option("--revision", metavar="N", help="The revision to bring back; see sci history."),
        ] = "",
        reason: Reason = "",
        yes: Yes = False,
    ) -> Any:
        """Bring back what an earlier revision held, or a damaged record.

        The history is kept whole.
        Order, hand-off and port stay as they are on record.
        A record that is damaged or gone comes back from its newest intact backup.
        """
        number = whole(revision, "--revision")
        if _is_damaged(session, name, number):
            return _mended(session, name, number, reason, yes)
        return _restored(session, name, number, reason, yes)


def _is_damaged(session: Session, name: str, revision: int | None) -> bool:
    """Whether the record cannot be read and a backup can stand in for it.

    Raises:
        SciError: it cannot be read for another reason, such as two versions of it.
    """
    from sci_cli.errors import ActivationNotFound, AlreadyDifferent, RecordCorrupt
    from sci_cli.store.abilities import Mending

    try:
        session.workspace.load(name)
    except (RecordCorrupt, ActivationNotFound) as problem:
        store = session.workspace.store
        if not isinstance(store, Mending):
            raise
        try:
            store.damage(name, revision)
        except (AlreadyDifferent, ActivationNotFound):
            raise problem from None
        return True
    return False


def _restored(session: Session, name: str, number: int | None, reason: str, yes: bool) -> Any:
    from sci_cli.operations import bringing_back
    from sci_cli.operations.workspace import ChangeMode

    workspace, mode = session.workspace, session.mode
    tried = ChangeMode(dry_run=True, if_revision=mode.if_revision)
    if number is not None:
        trial = bringing_back.restore(workspace, name, number, reason or _STAND_IN, tried)
        if not trial.changed:
            return bringing_back.restore(workspace, name, number, reason or _STAND_IN, mode)
    shown: list[int | None] = []

    def ask(moment: asking.Moment) -> asking.Values:
        wanted = whole(moment.answers["revision"][0], "--revision") or 0
        trial = bringing_back.restore(workspace, name, wanted, moment.answers["reason"][0], tried)
        asking.preview(session, trial)
        shown.append(trial.revision)
        return asking.yes_to(f"Restore revision {wanted} of {name}?", False).ask(moment)

    confirmed = ("yes",) if yes or mode.dry_run else ()
    given = "" if number is None else str(number)
    needs = [
        asking.Need("revision", "--revision N", (given,), asking.text("revision", "Revision")),
        asking.Need("reason", "--reason REASON", (reason,), asking.text("reason", "Reason")),
        asking.Need("yes", "--yes", confirmed, ask, confirms=True),
    ]
    found = (
        asking.answers(session, needs) if number is not None else _for_an_intact_record(session, name, needs)
    )
    if shown:
        mode = replace(mode, if_revision=shown[-1])
    wanted = whole(found["revision"].strip(), "--revision") or 0
    return bringing_back.restore(workspace, name, wanted, found["reason"], mode)


def _for_an_intact_record(session: Session, name: str, needs: Sequence[asking.Need]) -> dict[str, str]:
    """The answers, asked for once it is said that there is nothing to mend.

    Raises:
        AnswersMissing: questions are not allowed.
    """
    from sci_cli.errors import AnswersMissing, sci

    intact = f"Nothing is wrong with the record of {name}"
    if session.prompter.interactive:
        session.prompter.say(f"{intact}. Which earlier revision is to be brought back?")
    try:
        return asking.answers(session, needs)
    except AnswersMissing as missing:
        raise AnswersMissing(
            f"{intact}; --revision N brings back what an earlier revision held.",
            why=missing.why,
            fix=[*missing.fix, sci("history", name, note="names the revisions")],
        ) from None


def _mended(session: Session, name: str, number: int | None, reason: str, yes: bool) -> Any:
    from sci_cli.operations import mending
    from sci_cli.operations.workspace import ChangeMode

    workspace = session.workspace
    tried = ChangeMode(dry_run=True, if_revision=session.mode.if_revision)
    trial = mending.mend(workspace, name, number, reason or _STAND_IN, tried)
    if not yes and not session.settings.dry_run:
        asking.preview(session, trial)
    needs = [
        asking.Need("reason", "--reason REASON", (reason,), asking.text("reason", "Reason")),
        asking.yes_to(f"Put the backup in place of the record of {name}?", yes or session.settings.dry_run),
    ]
    why = asking.answers(session, needs)["reason"]
    return mending.mend(workspace, name, trial.revision, why, session.mode)
