"""What was asked for on the port and is not confirmed, and a port that is shut down → findings."""

from __future__ import annotations

from sci_cli.domain.activation import Activation, AdminStatus, VpnState
from sci_cli.domain.findings import Finding, Severity
from sci_cli.domain.times import day_text
from sci_cli.errors import sci

# The words of the portal for a status; the record has its own.
PORTAL_WORDS = {AdminStatus.UP: "No Shutdown", AdminStatus.DOWN: "Shutdown", AdminStatus.UNKNOWN: "not known"}


def open_requests(activation: Activation) -> tuple[Finding, ...]:
    """One finding for each request about the port or a VPN whose outcome nobody has recorded."""
    return (*_port_request(activation), *_vpn_requests(activation))


def port_state_findings(activation: Activation) -> tuple[Finding, ...]:
    """What is unusual about the port: its status, and VPNs asked for and not confirmed."""
    return (*port_status_findings(activation), *_vpn_requests(activation))


def port_status_findings(activation: Activation) -> tuple[Finding, ...]:
    """A request for another status that is not confirmed, or that the port is shut down."""
    port = activation.port
    if port.status is not AdminStatus.DOWN or port.requested:
        return _port_request(activation)
    since = f" since {day_text(port.seen.at)}" if port.seen else ""
    shut = Finding(
        "port.shut_down",
        Severity.WARNING,
        f"The port is shut down{since}; nothing reaches the cloud through it.",
        fix=(sci("port", "no-shutdown", activation.name),),
    )
    return (shut,)


def _port_request(activation: Activation) -> tuple[Finding, ...]:
    asked = activation.port.requested
    if asked is None:
        return ()
    word = PORTAL_WORDS[asked.status]
    return (
        Finding(
            "port.unconfirmed",
            Severity.WARNING,
            f"{word} of the port was asked for on {day_text(asked.stamp.at)} and is not confirmed.",
            fix=(
                sci("port", "confirm", activation.name, note="when the portal shows it"),
                sci("port", "confirm", activation.name, "--withdraw", note="if it was not done"),
            ),
            details={"requested": asked.status.value, "reason": asked.reason},
        ),
    )


def _vpn_requests(activation: Activation) -> list[Finding]:
    found = []
    for vpn in activation.vpns:
        if vpn.state not in (VpnState.REQUESTED, VpnState.REMOVAL_REQUESTED):
            continue
        adding = vpn.state is VpnState.REQUESTED
        asked = f"VPN {vpn.name}" if adding else f"The removal of VPN {vpn.name}"
        note = "when the portal shows it" if adding else "when the portal shows it gone"
        found.append(
            Finding(
                "vpn.unconfirmed",
                Severity.WARNING,
                f"{asked} was asked for on {day_text(vpn.stamp.at)} and is not confirmed.",
                fix=(
                    sci("vpn", "confirm", activation.name, vpn.name, note=note),
                    sci("vpn", "confirm", activation.name, vpn.name, "--withdraw", note="if it was not done"),
                ),
                details={"vpn": vpn.name, "requested": "add" if adding else "remove"},
            )
        )
    return found


def attention(activation: Activation) -> str:
    """What is unusual about the port, in a few words for a row of a list; empty when nothing is."""
    port = activation.port
    said = []
    if port.requested:
        said.append(f"{PORTAL_WORDS[port.requested.status]} not confirmed")
    elif port.status is AdminStatus.DOWN:
        said.append("port shut down")
    waiting = [found.details["vpn"] for found in _vpn_requests(activation)]
    if waiting:
        which = f"VPN {waiting[0]}" if len(waiting) == 1 else f"{len(waiting)} VPNs"
        said.append(f"{which} not confirmed")
    return ", ".join(said)
