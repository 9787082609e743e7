"""Undo in the checklist: offered below the steps while the last change can be taken back."""

from __future__ import annotations

from dataclasses import replace

from sci_cli.operations import bringing_back
from sci_cli.ui.cards import cut
from sci_cli.ui.prompter import Choice, ChoiceQuestion
from sci_cli.ui.walk import Place, Walk

UNDO = "(undo)"
_KEEP = "(keep)"
# "[3] Undo: " and some room at the edge.
_BEFORE_SUMMARY = 14


def undo_choice(walk: Walk, place: Place) -> tuple[Choice, ...]:
    """The choice that takes the last change back; none where that is refused."""
    event = bringing_back.last_change(place.activation.history)
    if event is None:
        return ()
    possible, _ = walk.trial(place, lambda ws, mode: bringing_back.undo(ws, walk.name, mode))
    if not possible:
        return ()
    said = cut(event.summary, max(walk.look.width - _BEFORE_SUMMARY, _BEFORE_SUMMARY))
    return (Choice(UNDO, f"Undo: {said}", key="u", heading=" "),)


def undo(walk: Walk, place: Place) -> None:
    """Shows what would be taken back and, after a yes, takes it back.

    Raises:
        Back: the person keeps it.
        SciError: it is refused, or the record was changed meanwhile.
    """
    trial = bringing_back.undo(walk.as_shown(place), walk.name, replace(place.mode, dry_run=True))
    walk.present(replace(trial, changed=False, revision=None, head=""))
    sure = ChoiceQuestion(
        "undo",
        "Take this change back? The history keeps both.",
        (Choice(UNDO, "Yes, undo it", key="y"), Choice(_KEEP, "No, keep it", key="n")),
        default=_KEEP,
    )
    if walk.prompter.choose(sure) == UNDO:
        walk.present(bringing_back.undo(walk.ws, walk.name, place.mode))
    else:
        walk.prompter.say("Nothing is undone.")
