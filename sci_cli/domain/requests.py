"""What somebody wants to be on record about one activation; what is not said is left alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sci_cli.domain.activation import Activation, AdminStatus, VpnState
from sci_cli.domain.prefixes import Prefix


@dataclass(frozen=True, slots=True)
class VpnWish:
    """A VPN that is to be on the port with these prefixes, or, when `absent`, is not to be there.

    Of a VPN on record the prefixes and each MAX stay as they are where none are given.
    """

    name: str
    prefixes: tuple[Prefix, ...] = ()
    max_prefixes: int | None = None
    max_prefixes_v6: int | None = None
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """One activation as it is wanted.

    Attributes:
        name: the activation.
        profile: the provider's profile; empty where the activation is there already.
        facts: every fact that is said something about, customer, location and data plan among them.
        vpns: in the order given.
        port: the admin status wanted; None says nothing about it.
        reason: why, kept in the history.
    """

    name: str
    profile: str = ""
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    vpns: tuple[VpnWish, ...] = ()
    port: AdminStatus | None = None
    reason: str = ""


def request_of(activation: Activation) -> Request:
    """The request under which nothing changes: what is on record, in the words of a request.

    The port is not in it: a file that is kept would ask for this status again and again.
    """
    return Request(
        activation.name,
        activation.profile.id,
        {fact_id: fact.values for fact_id, fact in activation.facts.items() if fact.values},
        tuple(
            VpnWish(vpn.name, absent=True)
            if vpn.state is VpnState.REMOVAL_REQUESTED
            else VpnWish(vpn.name, vpn.prefixes, vpn.max_prefixes, vpn.max_prefixes_v6)
            for vpn in activation.vpns
        ),
    )
