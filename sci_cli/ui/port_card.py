"""The card of an operation on the port: shut it down, bring it back, say what the portal shows."""

from __future__ import annotations

from sci_cli.domain.activation import AdminStatus
from sci_cli.domain.port_rules import PORTAL_WORDS
from sci_cli.domain.progress import StepProgress
from sci_cli.operations import ports
from sci_cli.ui.prompter import Back, Choice, ChoiceQuestion, TextQuestion
from sci_cli.ui.walk import Place, Walk

_LEAVE = "(leave)"
_WITHDRAW = "withdraw"
_COMMANDS = {"shutdown": AdminStatus.DOWN, "no-shutdown": AdminStatus.UP}
_KEYS = {"shutdown": "d", "no-shutdown": "b"}

# A trial needs words where a person's will stand; nothing of them is ever written.
_TRIAL = "trial"


def port_choices(walk: Walk, place: Place, item: StepProgress) -> list[Choice]:
    """What applies to the port now: a change to ask for, or the one asked for to confirm or withdraw."""
    asked = place.activation.port.requested
    seen = Choice("port-seen", "Record what the portal shows", key="v")
    if asked is None:
        changes = [_change(walk, place, command) for command in _COMMANDS if _applies(place, command)]
        return [*changes, seen]
    word = PORTAL_WORDS[asked.status]
    return [
        Choice("port-confirm", f"Confirm: the portal shows {word}", key="c"),
        Choice(f"port-confirm:{_WITHDRAW}", "Withdraw: it was not done", key="w"),
        seen,
    ]


def _applies(place: Place, command: str) -> bool:
    return place.activation.port.status is not _COMMANDS[command]


def _change(walk: Walk, place: Place, command: str) -> Choice:
    status = _COMMANDS[command]
    refusal = walk.trial(place, lambda ws, mode: ports.request_status(ws, walk.name, status, _TRIAL, mode))[1]
    return Choice(
        f"port:{command}",
        f"Ask for {PORTAL_WORDS[status]}",
        _KEYS[command],
        disabled=refusal.message.removesuffix(".") if refusal else "",
    )


def request_port(walk: Walk, place: Place, item: StepProgress, command: str) -> None:
    """Says what goes dark or comes back, has the reason and the name typed, and records the request."""
    status = _COMMANDS[command]
    walk.prompter.say(ports.effect(place.activation, status))
    question = TextQuestion(
        "reason", f"Why {PORTAL_WORDS[status]}?", hint="Enter alone leaves it", required=False
    )
    reason = walk.typed(question)
    walk.so_far("port", command, walk.name, "--reason", reason)
    walk.confirm_name(f"{PORTAL_WORDS[status]} of the port goes on record as asked for.")
    walk.present(ports.request_status(walk.ws, walk.name, status, reason, place.mode))


def confirm_port(walk: Walk, place: Place, item: StepProgress, detail: str) -> None:
    """Records that the portal shows what was asked for, or that it was not done."""
    walk.present(ports.confirm(walk.ws, walk.name, place.mode, withdraw=detail == _WITHDRAW))


def see_port(walk: Walk, place: Place, item: StepProgress, _: str) -> None:
    """Records the status the portal shows.

    Raises:
        Back: neither is chosen.
    """
    shown = [Choice(command, PORTAL_WORDS[status]) for command, status in _COMMANDS.items()]
    question = ChoiceQuestion(
        "port-status", "What does the portal show?", (*shown, Choice(_LEAVE, "Leave as it is"))
    )
    chosen = walk.prompter.choose(question)
    if chosen == _LEAVE:
        raise Back
    walk.present(ports.seen(walk.ws, walk.name, chosen, place.mode))
