"""States of a whole activation that others wait for, by the names scripts give them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sci_cli.domain.activation import Activation, AdminStatus
from sci_cli.domain.findings import blockers
from sci_cli.domain.gates import order_findings
from sci_cli.domain.port_rules import open_requests
from sci_cli.domain.profile import Profile
from sci_cli.domain.progress import Progress

STATES: Mapping[str, str] = {
    "ready-to-order": "nothing speaks against placing the order",
    "ordered": "an order is on record",
    "verified": "the portal shows what was ordered",
    "handed-off": "a hand-off to the provider is on record",
    "implemented": "the provider's last stage is on record",
    "port-up": "the port was seen up",
    "port-down": "the port was seen shut down",
    "confirmed": "nothing asked for on the port waits to be confirmed",
    "complete": "every step is closed and nothing waits to be confirmed",
}


def reached(profile: Profile, activation: Activation, known: Progress, now: datetime) -> tuple[str, ...]:
    """The states that hold, in the order of STATES.

    `ready-to-order` no longer holds when the order is placed; `confirmed` also holds where nothing was asked
    for.
    """
    stages = profile.handoff.stages
    confirmed = not open_requests(activation)
    placed = activation.order is not None
    holding = {
        "ready-to-order": not placed and not blockers(order_findings(profile, activation, now)),
        "ordered": placed,
        "verified": activation.verification is not None and activation.verification.matches,
        "handed-off": bool(activation.handoffs),
        "implemented": bool(stages) and activation.last_stage == stages[-1].id,
        "port-up": activation.port.status is AdminStatus.UP,
        "port-down": activation.port.status is AdminStatus.DOWN,
        "confirmed": confirmed,
        "complete": known.complete and confirmed,
    }
    return tuple(state for state in STATES if holding[state])
