"""The VPNs on the port: list, add, remove, update, confirm; the same rules on every path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sci_cli.domain.activation import Activation, Vpn, VpnState
from sci_cli.domain.findings import Finding, blockers
from sci_cli.domain.profile import Profile
from sci_cli.domain.vpn_rules import Origins, budgets, counted, port_findings
from sci_cli.errors import (
    AlreadyDifferent,
    Command,
    GateClosed,
    RuleViolation,
    sci,
)
from sci_cli.operations import showing
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.vpn_plans import STATE_WORDS, first_state, planned, require_vpn
from sci_cli.operations.vpn_requests import VpnRequest, new_vpn, origins_of, typed_words
from sci_cli.operations.work_views import VpnsView
from sci_cli.operations.workspace import Changed, ChangeMode, Decided, Workspace


def listing(ws: Workspace, name: str) -> Outcome:
    """The VPNs of one activation."""
    loaded = ws.load(name)
    activation, profile = loaded.activation, ws.profile_of(loaded.activation)
    return Outcome(
        VpnsView(showing.header(profile, activation), activation.vpns, budgets(activation.vpns)),
        activation=name,
        revision=activation.revision,
        findings=port_findings(profile, activation, activation.vpns),
        next=(sci("vpn", "plan", name, "VPN", "--prefix", "PREFIX"),),
        notices=loaded.notices,
    )


def add(ws: Workspace, name: str, requests: Sequence[VpnRequest], mode: ChangeMode) -> Outcome:
    """Ask for VPNs to be added to the port, all or none, or, before the order, name the VPN of the order.

    Raises:
        RuleViolation: overlap, MAX or a range that cannot be attached; every conflict is listed.
        AlreadyDifferent: a VPN of that name is on the port with other prefixes.
        GateClosed: the order's one VPN is named already and the port does not exist yet.
    """

    def decide(before: Activation, profile: Profile) -> Decided:
        after = before
        notes: list[Finding] = []
        for request in requests:
            after, twice = with_added(ws, before, after, request)
            notes += twice
        added = [vpn for vpn in after.vpns if before.vpn(vpn.name) is None]
        changed = added[0] if len(added) == 1 else None
        found = require_rules(profile, before, after.vpns, changed, origins_of(requests, after.vpns))
        names = ", ".join(request.name for request in requests)
        word = "asked for on the port" if before.order else "named for the order"
        count = sum(len(vpn.prefixes) for vpn in after.vpns) - sum(len(vpn.prefixes) for vpn in before.vpns)
        return Decided(
            after, f"VPN {names} {word}: {counted(count)}", findings=(*notes, *found) if added else ()
        )

    changed = ws.change(name, "vpn add", decide, mode)
    names = [request.name for request in requests]
    return planned(
        changed, mode, f"add VPN {', '.join(names)}", _added_lines(changed, names), _after_add(changed, names)
    )


def with_added(
    ws: Workspace, before: Activation, so_far: Activation, request: VpnRequest
) -> tuple[Activation, tuple[Finding, ...]]:
    """The record with one VPN more, and what is said about it; as it is when that very VPN is there.

    Whether the VPNs may be together is not looked at here; see `require_rules`.

    Raises:
        InvalidValue: the name or the prefixes are not acceptable.
        AlreadyDifferent: it is there, with other prefixes or on its way off the port.
        GateClosed: the order's one VPN is named already and the port does not exist yet.
    """
    vpn, twice = new_vpn(ws, request, first_state(before))
    return (so_far, ()) if _is_there(before, so_far, vpn) else (so_far.with_vpn(vpn), twice)


def _is_there(before: Activation, so_far: Activation, vpn: Vpn) -> bool:
    """Whether the very same VPN is on the record, or among those added so far, already.

    Raises:
        AlreadyDifferent: it is, with other prefixes or on its way off the port.
        GateClosed: the order's one VPN is named already and the port does not exist yet.
    """
    standing = so_far.vpn(vpn.name)
    if standing is not None:
        if _same(standing, vpn) and standing.state is not VpnState.REMOVAL_REQUESTED:
            return True
        raise AlreadyDifferent(
            f"VPN {standing.name} is already on the record, {STATE_WORDS[standing.state]}.",
            why=f"Its prefixes there: {_prefixes_text(standing)}.",
            fix=sci("vpn", "update", before.name, standing.name, "--prefix", "PREFIX"),
        )
    if before.order is None and so_far.vpns:
        raise one_for_the_order(before, so_far.vpns[0].name)
    return False


def one_for_the_order(activation: Activation | None, first: str) -> GateClosed:
    """The refusal of a second VPN while there is no port; only a VPN on the record can be taken off it."""
    why = "More VPNs are added in Dynamic Network Manager once the port exists."
    if activation is None or activation.vpn(first) is None:
        fix = "Name one of them now and add the others after the order."
        return GateClosed("The order connects one VPN, and several are given.", why=why, fix=fix)
    return GateClosed(
        f"The order connects one VPN, and {first} is it.",
        why=why,
        fix=[sci("order", "place", activation.name), sci("vpn", "remove", activation.name, first)],
    )


def _added_lines(changed: Changed, names: Sequence[str]) -> tuple[str, ...]:
    said, verb, it = f"VPN {names[0]}", "is", "it"
    if len(names) > 1:
        said, verb, it = f"VPNs {', '.join(names)}", "are", "them"
    if not changed.changed:
        return (f"{said} {verb} already on the record with these prefixes; nothing was written.",)
    if changed.after.order is None:
        return (f"{said} {verb} named for the order; it becomes number one on the port.",)
    return (f"{said} {verb} recorded as asked for. Add {it} in the portal, then confirm {it} here.",)


def _after_add(changed: Changed, names: Sequence[str]) -> tuple[Command, ...]:
    name = changed.after.name
    if changed.after.order is None:
        return (sci("check", name, "--for", "order"),)
    asked = [vpn for vpn in names if _state(changed.after, vpn) is VpnState.REQUESTED]
    if not asked:
        return (sci("vpn", "list", name),)
    return tuple(sci("vpn", "confirm", name, vpn, note="when the portal shows it") for vpn in asked)


def _state(activation: Activation, vpn: str) -> VpnState | None:
    found = activation.vpn(vpn)
    return found.state if found else None


def _prefixes_text(vpn: Vpn) -> str:
    shown = ", ".join(str(prefix) for prefix in vpn.prefixes[:10])
    more = len(vpn.prefixes) - 10
    return f"{shown} and {more} more" if more > 0 else shown


def _same(standing: Vpn, vpn: Vpn) -> bool:
    return set(standing.prefixes) == set(vpn.prefixes) and all(
        given in (None, known)
        for given, known in (
            (vpn.max_prefixes, standing.max_prefixes),
            (vpn.max_prefixes_v6, standing.max_prefixes_v6),
        )
    )


def require_rules(
    profile: Profile, activation: Activation, vpns: Sequence[Vpn], changed: Vpn | None, origins: Origins
) -> tuple[Finding, ...]:
    """The findings about VPNs that may be on the port together.

    Raises:
        RuleViolation: they may not; all findings are carried.
    """
    found = port_findings(profile, activation, vpns, changed, origins)
    if blockers(found):
        which = f"VPN {changed.name} cannot" if changed else "These VPNs cannot"
        raise RuleViolation(
            f"{which} go on the port of {activation.name}; nothing was written.",
            findings=found,
            fix=(_try_again(activation, changed),) if changed else (),
        )
    return found


def _try_again(activation: Activation, vpn: Vpn) -> Command:
    """The plan of the refused change with its own words: to correct and try without writing."""
    words = typed_words(vpn)
    standing = activation.vpn(vpn.name)
    words += ("--remove", standing.name) if standing else ()
    return sci("vpn", "plan", activation.name, vpn.name, *words, note="to correct it and try without writing")


def update(ws: Workspace, name: str, request: VpnRequest, mode: ChangeMode) -> Outcome:
    """Record that a VPN has other prefixes or another MAX now; what is not given stays.

    Raises:
        VpnNotFound, RuleViolation.
    """

    def decide(before: Activation, profile: Profile) -> Decided:
        after = with_updated(ws, before, request)
        vpn = require_vpn(after, request.name)
        if after is before:
            return Decided(before)
        found = require_rules(profile, before, after.vpns, vpn, origins_of([request], after.vpns))
        return Decided(after, f"VPN {vpn.name} updated: {counted(len(vpn.prefixes))}", findings=found)

    changed = ws.change(name, "vpn update", decide, mode)
    line = (
        f"VPN {request.name} is updated.{_max_change(changed, request.name)}"
        if changed.changed
        else f"VPN {request.name} is so already; nothing was written."
    )
    return planned(
        changed, mode, f"update VPN {request.name}", (line,), (sci("vpn", "list", name),), clicks=False
    )


def with_updated(ws: Workspace, so_far: Activation, request: VpnRequest) -> Activation:
    """The record with what is given of a VPN; as it is when that is so already, in whatever order.

    Raises:
        VpnNotFound: no such VPN.
    """
    standing = require_vpn(so_far, request.name)
    prefixes = tuple(dict.fromkeys(request.prefixes))
    same = not prefixes or set(prefixes) == set(standing.prefixes)
    vpn = replace(
        standing,
        prefixes=standing.prefixes if same else prefixes,
        max_prefixes=request.max_prefixes or standing.max_prefixes,
        max_prefixes_v6=request.max_prefixes_v6 or standing.max_prefixes_v6,
    )
    return so_far if vpn == standing else so_far.with_vpn(replace(vpn, stamp=ws.stamp()))


def _max_change(changed: Changed, name: str) -> str:
    before, after = changed.before.vpn(name), changed.after.vpn(name)
    if before is None or after is None:
        return ""
    said = [
        f" MAX IPv{version}: {before.maximum(version) or 'not known'} -> {after.maximum(version)}."
        for version in (4, 6)
        if before.maximum(version) != after.maximum(version)
    ]
    return "".join(said)


def remove(ws: Workspace, name: str, vpn: str, mode: ChangeMode, *, reason: str = "") -> Outcome:
    """Ask for a VPN to be taken off the port; before the order, just forget it.

    Raises:
        VpnNotFound: no such VPN.
    """

    def decide(before: Activation, profile: Profile) -> Decided:
        after, said = with_removed(ws, before, vpn)
        return Decided(after, said, reason=reason) if said else Decided(before)

    changed = ws.change(name, "vpn remove", decide, mode)
    left = changed.after.vpn(vpn)
    if left is None:
        lines: tuple[str, ...] = (f"VPN {vpn} is off the coming order.",)
    elif changed.changed:
        lines = (
            f"Removal of VPN {left.name} is recorded as asked for; it counts until it is confirmed.",
            *_last_one(changed.after),
        )
    else:
        lines = (f"Removal of VPN {left.name} is already asked for; nothing was written.",)
    after = (sci("vpn", "confirm", name, vpn, note="when the portal shows it gone"),) if left else ()
    return planned(changed, mode, f"remove VPN {vpn}", lines, after)


def with_removed(ws: Workspace, so_far: Activation, vpn: str) -> tuple[Activation, str]:
    """The record with the removal of a VPN asked for, and the words for that; '' where it is so already.

    Raises:
        VpnNotFound: no such VPN.
    """
    standing = require_vpn(so_far, vpn)
    if standing.state is VpnState.REMOVAL_REQUESTED:
        return so_far, ""
    if standing.state is VpnState.ON_ORDER:
        return so_far.without_vpn(vpn), f"VPN {standing.name} taken off the coming order"
    asked = replace(standing, state=VpnState.REMOVAL_REQUESTED, stamp=ws.stamp())
    return so_far.with_vpn(asked), f"removal of VPN {standing.name} asked for"


def _last_one(activation: Activation) -> tuple[str, ...]:
    staying = [vpn for vpn in activation.vpns if vpn.state is not VpnState.REMOVAL_REQUESTED]
    return () if staying else ("It is the last VPN: without it nothing reaches the cloud.",)


def confirm(ws: Workspace, name: str, vpn: str, mode: ChangeMode, *, withdraw: bool = False) -> Outcome:
    """Record that Dynamic Network Manager shows what was asked for, or that the request was withdrawn.

    Raises:
        VpnNotFound: no such VPN.
        GateClosed: nothing was asked for because the port does not exist yet.
    """

    def decide(before: Activation, profile: Profile) -> Decided:
        standing = require_vpn(before, vpn)
        if standing.state is VpnState.ON_ORDER:
            raise GateClosed(
                f"VPN {standing.name} goes with the order, and no order is on record.",
                fix=sci("check", name, "--for", "order"),
            )
        if standing.state is VpnState.ATTACHED:
            return Decided(before)
        leaving = standing.state is VpnState.REMOVAL_REQUESTED
        if leaving is not withdraw:
            word = "request withdrawn, not" if withdraw else "confirmed, no longer"
            return Decided(before.without_vpn(vpn), f"VPN {standing.name}: {word} on the port")
        if withdraw:
            state = VpnState.ATTACHED if standing.attached else VpnState.REQUESTED
            return Decided(
                before.with_vpn(replace(standing, state=state, stamp=ws.stamp())),
                f"VPN {standing.name}: removal withdrawn",
            )
        stamp = ws.stamp()
        seen = replace(standing, state=VpnState.ATTACHED, stamp=stamp, attached=stamp)
        return Decided(before.with_vpn(seen), f"VPN {standing.name}: confirmed, on the port")

    changed = ws.change(name, "vpn confirm", decide, mode)
    line = _confirmed_line(changed, vpn, withdraw=withdraw)
    view = VpnsView(
        showing.header(changed.profile, changed.after),
        changed.after.vpns,
        budgets(changed.after.vpns),
        (line,),
    )
    return showing.outcome_of(changed, view, mode, next=(sci("status", name),))


def _confirmed_line(changed: Changed, vpn: str, *, withdraw: bool) -> str:
    left = changed.after.vpn(vpn)
    if not changed.changed:
        return f"VPN {vpn} is already confirmed on the port; nothing was written."
    if withdraw:
        where = f"it is {STATE_WORDS[left.state]}" if left else "it is not on the record any more"
        return f"The request for VPN {vpn} is withdrawn; {where}."
    return f"VPN {vpn} is {'on the port' if left else 'off the port'}."
