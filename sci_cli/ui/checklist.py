"""The interactive checklist: a list of steps, then the card of one; every choice is saved once answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sci_cli.domain.profile import Step, StepKind
from sci_cli.domain.progress import StepProgress
from sci_cli.errors import Command, sci
from sci_cli.operations import overview
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.workspace import Workspace
from sci_cli.ui.card_answers import answer
from sci_cli.ui.card_choices import LIST, card_question
from sci_cli.ui.cards import QUIT, card_text, list_choices
from sci_cli.ui.look import Look, command_text
from sci_cli.ui.plain_prompter import wrapped
from sci_cli.ui.prompter import Back, Choice, ChoiceQuestion, Prompter
from sci_cli.ui.undo_choice import UNDO, undo, undo_choice
from sci_cli.ui.walk import Place, Walk

STEP_QUESTION = "step"


def _forget(so_far: Command | None) -> None:
    """Keeps nothing."""


def run_checklist(
    ws: Workspace,
    name: str,
    prompter: Prompter,
    look: Look,
    show: Callable[[str], None],
    keep: Callable[[Command | None], None] = _forget,
) -> Outcome:
    """Walks through an activation until the person leaves or every step is closed.

    Args:
        ws: where the record is.
        name: the activation.
        prompter: who is asked.
        look: how screens look.
        show: takes a text that ends with a line end.
        keep: takes a command that goes on with answers that are not on record yet; None when there are none.

    Returns:
        The status when it is left; how to go on is shown.

    Raises:
        KeyboardInterrupt, EOFError, Interrupted: the person left; what was recorded is saved.
        SciError: the record cannot be read, or nobody can be asked.
    """
    walk = Walk(ws, name, prompter, look, show, keep)
    place = walk.read()
    show(
        _all_closed(place)
        if place.known.complete
        else "Every choice is saved as soon as its last question is answered.\n"
    )
    where = LIST
    while where != QUIT:
        where = _list(walk) if where == LIST else _card(walk, where)
    return _left(walk)


def _left(walk: Walk) -> Outcome:
    resume = sci("run", walk.name)
    typed = command_text(resume, where=walk.look.where, windows=walk.look.windows)
    walk.show(f"Everything up to the last answer is saved. Resume: {typed}\n")
    return replace(overview.status(walk.ws, walk.name), next=(resume,))


def _all_closed(place: Place) -> str:
    return f"All {place.known.total} steps of {place.activation.name} are closed. Nothing is left to do.\n"


def _list(walk: Walk) -> str:
    """The step to go to, or QUIT."""
    place = walk.read()
    ready = [item for item in place.known.ready() if item.step.kind is not StepKind.AUTOMATIC]
    back = undo_choice(walk, place)
    leave = Choice(QUIT, "Save and quit", key="q", heading="" if back else " ")
    question = ChoiceQuestion(
        STEP_QUESTION,
        f"{walk.name}: pick a step",
        (*list_choices(place, walk.look), *back, leave),
        default=ready[0].step.id if ready else QUIT,
    )
    walk.show("\n")
    try:
        chosen = walk.prompter.choose(question)
    except Back:
        return QUIT
    if chosen == UNDO:
        walk.attempt(lambda: undo(walk, place))
        return LIST
    return chosen


def _card(walk: Walk, step_id: str) -> str:
    """Shows and asks until the step is left: for another step, LIST or QUIT."""
    shown = None
    while True:
        place = walk.read()
        item = place.step(step_id)
        if shown != place.activation.revision:
            walk.show(f"\n{_readable(card_text(place, item, walk.look), walk.look)}\n")
            shown = place.activation.revision
        try:
            chosen = walk.prompter.choose(card_question(walk, place, item))
        except Back:
            return LIST
        if chosen in (LIST, QUIT):
            return chosen
        _answered(walk, place, item, chosen)
        after = walk.read()
        if not item.state.closed and after.step(step_id).state.closed:
            return _following(walk, after, item.step)


def _readable(text: str, look: Look) -> str:
    """The card with its lines broken between words: in the plain form a page leaves that to the window."""
    if not look.plain:
        return text
    return "\n".join(wrapped(line, look.width) for line in text.split("\n"))


def _answered(walk: Walk, place: Place, item: StepProgress, chosen: str) -> None:
    walk.attempt(lambda: answer(walk, place, item, chosen))


def _following(walk: Walk, place: Place, step: Step) -> str:
    """Where to go after a step was closed: what is late, else straight down, else back up to what is open."""
    if place.known.complete:
        walk.show(_all_closed(place))
        return QUIT
    order = {item.step.id: number for number, item in enumerate(place.known.steps)}
    here = order[step.id]

    def rank(item: StepProgress) -> tuple[bool, bool, int]:
        number = order[item.step.id]
        return not item.late, number < here, number

    ready = [item for item in place.known.ready() if item.step.kind is not StepKind.AUTOMATIC]
    return min(ready, key=rank).step.id if ready else LIST
