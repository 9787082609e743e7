"""What an undo would have to take back in the world, and which command exists for that instead."""

from __future__ import annotations

from dataclasses import replace

from sci_cli.domain.activation import Activation, AdminStatus, Event, Vpn, VpnState
from sci_cli.errors import Fix, GateClosed, sci
from sci_cli.operations.vpn_requests import typed_words


def require_undoable(before: Activation, then: Activation, event: Event) -> None:
    """Refuse to undo what happened in a portal or in a mailbox: the record follows the world.

    Facts, steps, notes, the provider's stages and the VPN named for the coming order are words on record and
    nothing else, so they can be undone.

    Args:
        before: the record.
        then: as it was before the event.
        event: what is to be undone.

    Raises:
        GateClosed: with the reason and the way that exists instead.
    """
    found = _order(before, then) or _handoff(before, then) or _port(before, then) or _vpns(before, then)
    found = found or _verification(before, then)
    if found is None:
        return
    why, fix = found
    raise GateClosed(
        f"Revision {event.sequence} cannot be undone: {event.summary}.",
        why=[why, "Nothing was changed."],
        fix=fix,
    )


_Refusal = tuple[str, list[Fix]] | None

_ANEW = "it is made anew, not brought back."


def _order(before: Activation, then: Activation) -> _Refusal:
    if before.order == then.order:
        return None
    name = before.name
    return (
        "An order is placed in the portal; taking it off the record would not take it back there.",
        [
            sci("order", "show", name),
            sci("note", name, "TEXT", note="if the record is wrong, says so beside it"),
        ],
    )


def _handoff(before: Activation, then: Activation) -> _Refusal:
    if before.handoffs == then.handoffs:
        return None
    again = sci("handoff", before.name, "--attach", "SCREENPRINT", "--again", note="for a corrected draft")
    return "The draft is written and may have been sent; nobody takes back a message.", [again]


def _port(before: Activation, then: Activation) -> _Refusal:
    if before.port == then.port:
        return None
    name = before.name
    if before.port.requested:
        withdraw = sci("port", "confirm", name, "--withdraw", note="if the change is not made in the portal")
        return "The change was asked for in the portal; it is withdrawn, not undone.", [withdraw]
    asked = then.port.requested
    if asked and before.port == replace(then.port, requested=None):
        word = "shutdown" if asked.status is AdminStatus.DOWN else "no-shutdown"
        return f"The request was withdrawn; {_ANEW}", [sci("port", word, name, note="asks for it again")]
    return (
        "The record follows what the portal shows.",
        [sci("port", "seen", name, "STATUS", note="records what it shows: shutdown or no-shutdown")],
    )


def _vpns(before: Activation, then: Activation) -> _Refusal:
    was, now = ({vpn.name: vpn for vpn in each.vpns if _on_port(vpn)} for each in (then, before))
    for vpn in dict.fromkeys([*now, *was]):
        if now.get(vpn) != was.get(vpn):
            return _vpn(before.name, vpn, was.get(vpn), now.get(vpn))
    return None


def _on_port(vpn: Vpn) -> bool:
    return vpn.state is not VpnState.ON_ORDER


def _vpn(name: str, vpn: str, was: Vpn | None, now: Vpn | None) -> tuple[str, list[Fix]]:
    if was is not None and now is None:
        add = sci("vpn", "add", name, vpn, *typed_words(was), note="asks for it again")
        if was.state is VpnState.REQUESTED:
            return f"The request for VPN {vpn} was withdrawn; {_ANEW}", [add]
        return f"VPN {vpn} went off the port in the portal.", [add]
    if was is not None and now is not None and was.state is now.state:
        update = sci("vpn", "update", name, vpn, "--prefix", "PREFIX", "--max-prefixes", "MAX")
        return f"The record of VPN {vpn} follows what is on the port; record it as it is there.", [update]
    remove = sci("vpn", "remove", name, vpn, note="asks for it to be taken off")
    if was is not None and was.state is VpnState.REMOVAL_REQUESTED:
        return f"The request to take VPN {vpn} off was withdrawn; {_ANEW}", [remove]
    if now is not None and now.state is VpnState.ATTACHED:
        return f"VPN {vpn} is on the port in the portal.", [remove]
    withdraw = sci("vpn", "confirm", name, vpn, "--withdraw", note="if the change is not made in the portal")
    return "The change was asked for in the portal; it is withdrawn, not undone.", [withdraw]


def _verification(before: Activation, then: Activation) -> _Refusal:
    # A fact of the order that was corrected put the comparison aside; undoing that takes it up again.
    if before.verification == then.verification or before.verification is None:
        return None
    return (
        "The comparison says what the portal showed; a newer one takes its place.",
        [sci("order", "verify", before.name, note="compares again")],
    )
