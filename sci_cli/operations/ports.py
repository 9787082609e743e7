"""The port's admin status: what a change affects, asking for it, confirming it."""

from __future__ import annotations

from dataclasses import replace

from sci_cli.domain.activation import Activation, AdminStatus, Port, PortRequest, VpnState
from sci_cli.domain.port_rules import PORTAL_WORDS
from sci_cli.domain.profile import Profile, StepKind
from sci_cli.domain.vpn_rules import counted
from sci_cli.errors import Command, GateClosed, InvalidValue, sci
from sci_cli.operations import showing
from sci_cli.operations.lookup import NOTE_LIMIT
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.work_views import PortView
from sci_cli.operations.workspace import Changed, ChangeMode, Decided, Workspace
from sci_cli.safety.text import clean, quoted

_COMMAND = {AdminStatus.UP: "no-shutdown", AdminStatus.DOWN: "shutdown"}


def show(ws: Workspace, name: str) -> Outcome:
    """The port as on record."""
    loaded = ws.load(name)
    activation, profile = loaded.activation, ws.profile_of(loaded.activation)
    return Outcome(
        port_view(profile, activation),
        activation=name,
        revision=activation.revision,
        next=_following(activation),
        notices=loaded.notices,
    )


def port_view(
    profile: Profile, activation: Activation, *lines: str, clicks: bool = True, cautions: bool = True
) -> PortView:
    """Status, request and what hangs on the port."""
    carried = tuple(vpn for vpn in activation.vpns if vpn.state is not VpnState.ON_ORDER)
    asked = activation.port.requested
    change = PORTAL_WORDS[asked.status] if asked else ""
    path = tuple(
        click for step in profile.steps if step.kind is StepKind.PORT for click in step.clicks(change)
    )
    return PortView(
        header=showing.header(profile, activation),
        status=PORTAL_WORDS[activation.port.status],
        seen=activation.port.seen,
        requested=activation.port.requested,
        vpns=carried,
        prefixes=sum(vpn.count(version) for vpn in carried for version in (4, 6)),
        portal=path if clicks and activation.order else (),
        cautions=profile.cautions_for("port") if cautions else (),
        lines=lines or (() if activation.order else ("There is no port yet: no order is on record.",)),
    )


def require_port(activation: Activation) -> None:
    """Refuse what needs a port while there is none.

    Raises:
        GateClosed: no order is on record.
    """
    if activation.order is None:
        raise GateClosed(
            "There is no port yet: no order is on record.",
            fix=[sci("check", activation.name, "--for", "order"), sci("order", "place", activation.name)],
        )


def request_status(ws: Workspace, name: str, status: AdminStatus, reason: str, mode: ChangeMode) -> Outcome:
    """Record that the admin status was asked for in the portal; a person makes the change there.

    Raises:
        GateClosed: there is no port, or another request is open.
        InvalidValue: the current status is not known, which matters for No Shutdown.
    """
    reason = clean(reason, what="--reason", limit=NOTE_LIMIT)

    def decide(before: Activation, profile: Profile) -> Decided:
        after = with_status_asked(ws, before, status, reason)
        return (
            Decided(before) if after is before else Decided(after, asked_words(status, reason), reason=reason)
        )

    changed = ws.change(name, f"port {_COMMAND[status]}", decide, mode)
    view = port_view(
        changed.profile,
        changed.after,
        *_request_lines(changed, status),
        clicks=changed.changed,
        cautions=changed.changed and status is AdminStatus.DOWN,
    )
    return showing.outcome_of(changed, view, mode, next=_following(changed.after))


def asked_words(status: AdminStatus, reason: str) -> str:
    """What the history says about a status that was asked for."""
    return f"{PORTAL_WORDS[status]} asked for: {reason}"


def with_status_asked(ws: Workspace, before: Activation, status: AdminStatus, reason: str) -> Activation:
    """The record with an admin status asked for; as it is when it is so, or asked for, already.

    Raises:
        GateClosed: there is no port, or another request is open.
        InvalidValue: there is no reason, or the current status is not known, which matters for No Shutdown.
    """
    require_port(before)
    name, port = before.name, before.port
    if port.requested and port.requested.status is status:
        return before
    if port.requested:
        raise GateClosed(
            f"{PORTAL_WORDS[port.requested.status]} was asked for and is not confirmed yet.",
            fix=[
                sci("port", "confirm", name),
                sci("port", "confirm", name, "--withdraw", note="if it was not done"),
            ],
        )
    if port.status is status:
        return before
    if status is AdminStatus.UP and port.status is AdminStatus.UNKNOWN:
        raise InvalidValue(
            "The current status of the port is not on record.",
            why="No Shutdown changes something only if the port is shut down.",
            fix=[sci("port", "seen", name, "shutdown"), sci("port", "seen", name, "no-shutdown")],
        )
    if not reason:
        raise InvalidValue("The reason is empty.", fix="Say why in a few words: --reason TEXT")
    return replace(before, port=replace(port, requested=PortRequest(status, reason, ws.stamp())))


def _request_lines(changed: Changed, status: AdminStatus) -> tuple[str, ...]:
    word = PORTAL_WORDS[status]
    if not changed.changed:
        asked = changed.after.port.requested is not None
        state = "already asked for" if asked else "already the status on record"
        return (f"{word} is {state}; nothing was written.",)
    return (
        effect(changed.after, status),
        f"{word} is recorded as asked for. Make the change in the portal, then confirm it here.",
    )


def effect(activation: Activation, status: AdminStatus) -> str:
    """Which VPNs and how many prefixes a change of the status concerns, in one sentence."""
    carried = [vpn for vpn in activation.vpns if vpn.state is not VpnState.ON_ORDER]
    names = " and ".join(
        filter(None, [", ".join(vpn.name for vpn in carried[:-1]), *(vpn.name for vpn in carried[-1:])])
    )
    total = sum(vpn.count(version) for vpn in carried for version in (4, 6))
    one = total == 1
    if status is AdminStatus.DOWN:
        verb = f"{'goes' if one else 'go'} dark once the port is shut down"
    else:
        verb = f"{'is' if one else 'are'} reachable again once the port is back"
    if not carried:
        return "No VPN is on the port."
    return f"{'VPN' if len(carried) == 1 else 'VPNs'} {names}: {counted(total)} {verb}."


def confirm(ws: Workspace, name: str, mode: ChangeMode, *, withdraw: bool = False) -> Outcome:
    """Record that the portal shows the status asked for, or that the request was withdrawn."""

    def decide(before: Activation, profile: Profile) -> Decided:
        require_port(before)
        asked = before.port.requested
        if asked is None:
            return Decided(before)
        if withdraw:
            after = replace(before, port=replace(before.port, requested=None))
            return Decided(after, f"{PORTAL_WORDS[asked.status]} withdrawn")
        after = replace(before, port=Port(asked.status, ws.stamp()))
        return Decided(after, f"{PORTAL_WORDS[asked.status]} confirmed", reason=asked.reason)

    changed = ws.change(name, "port confirm", decide, mode)
    status = PORTAL_WORDS[changed.after.port.status]
    line = (
        f"{'The request is withdrawn; the' if withdraw else 'The'} port is on record as {status}."
        if changed.changed
        else f"Nothing is asked for; the port is already {status}, nothing was written."
    )
    return showing.outcome_of(
        changed,
        port_view(changed.profile, changed.after, line, clicks=False, cautions=False),
        mode,
        next=_following(changed.after),
    )


def seen(ws: Workspace, name: str, text: str, mode: ChangeMode) -> Outcome:
    """Record the admin status as Dynamic Network Manager shows it.

    Raises:
        InvalidValue: neither `shutdown` nor `no-shutdown`.
    """
    word = "-".join(clean(text, what="the status", limit=40).lower().split())
    status = {command: known for known, command in _COMMAND.items()}.get(word)
    if status is None:
        raise InvalidValue(
            f"The status is shutdown or no shutdown; {quoted(text, 40)} is neither.",
            fix=[sci("port", "seen", name, "shutdown"), sci("port", "seen", name, "no-shutdown")],
        )

    def decide(before: Activation, profile: Profile) -> Decided:
        require_port(before)
        asked = before.port.requested
        if before.port.status is status and not (asked and asked.status is status):
            return Decided(before)
        port = replace(before.port, status=status, seen=ws.stamp())
        if before.port.requested and before.port.requested.status is status:
            port = replace(port, requested=None)
        return Decided(replace(before, port=port), f"port seen as {PORTAL_WORDS[status]}")

    changed = ws.change(name, "port seen", decide, mode)
    already = "" if changed.changed else " already; nothing was written"
    line = f"The port is on record as {PORTAL_WORDS[status].lower()}{already}."
    return showing.outcome_of(
        changed,
        port_view(changed.profile, changed.after, line, clicks=False, cautions=False),
        mode,
        next=_following(changed.after),
    )


def _following(activation: Activation) -> tuple[Command, ...]:
    name, port = activation.name, activation.port
    if activation.order is None:
        return (sci("check", name, "--for", "order"),)
    if port.requested:
        return (sci("port", "confirm", name, note="when the portal shows it"),)
    if port.status is AdminStatus.DOWN:
        return (sci("port", "no-shutdown", name),)
    if port.status is AdminStatus.UNKNOWN:
        return (sci("port", "seen", name, "no-shutdown", note="records what the portal shows"),)
    return (sci("port", "shutdown", name),)
