"""Operations a script gave an id of its own: the same again is known and not done twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sci_cli.domain.activation import Activation, Event
from sci_cli.errors import AlreadyDifferent, sci
from sci_cli.safety.text import quoted

if TYPE_CHECKING:
    from sci_cli.operations.outcome import Outcome
    from sci_cli.operations.workspace import Workspace


class Replayed(Exception):
    """The operation was recorded before: nothing is to be done, and that is a success."""

    def __init__(self, activation: Activation, event: Event) -> None:
        super().__init__(activation.name)
        self.activation = activation
        self.event = event


def refuse_again(activation: Activation, op_id: str, op_digest: str) -> None:
    """Stop an operation whose id stands in the history.

    Args:
        activation: the record as it is.
        op_id: the operation's id; none is never in the history.
        op_digest: digest of what the operation asks for.

    Raises:
        Replayed: it asked for the same.
        AlreadyDifferent: it asked for something else.
    """
    event = next((each for each in activation.history if op_id and each.op_id == op_id), None)
    if event is None:
        return
    if event.op_digest == op_digest:
        raise Replayed(activation, event)
    raise AlreadyDifferent(
        f"The operation id {quoted(op_id)} stands for another change of {activation.name}; "
        "nothing was changed.",
        why=f"Revision {event.sequence}, {event.at:%Y-%m-%d %H:%M} UTC, {event.by}, sci {event.command}: "
        f"{event.summary}.",
        fix=["Give each change an id of its own.", sci("history", activation.name)],
    )


def outcome(ws: Workspace, again: Replayed, *, dry_run: bool) -> Outcome:
    """What a repeated operation answers: the revision and the head with which it was recorded."""
    from sci_cli.operations import showing
    from sci_cli.operations.outcome import Outcome
    from sci_cli.operations.views import RecordedView
    from sci_cli.store.document import heads

    activation, event = again.activation, again.event
    said = f"This operation is already recorded as revision {event.sequence}: {event.summary}."
    return Outcome(
        RecordedView(
            showing.header(ws.profile_of(activation), activation), (said, "Nothing was written again.")
        ),
        activation=activation.name,
        revision=event.sequence,
        head=heads(activation)[event.sequence - 1],
        dry_run=dry_run,
    )
