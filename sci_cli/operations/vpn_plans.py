"""What a change of the VPNs on the port would mean, side by side with what is there."""

from __future__ import annotations

from collections.abc import Sequence

from sci_cli.domain.activation import Activation, Vpn, VpnState
from sci_cli.domain.findings import Finding, Severity, blockers
from sci_cli.domain.profile import Profile, StepKind
from sci_cli.domain.vpn_rules import budgets, port_findings
from sci_cli.errors import AlreadyDifferent, Command, RuleViolation, VpnNotFound, sci
from sci_cli.operations import showing
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.vpn_planning import PlanningHelp, planning_findings
from sci_cli.operations.vpn_requests import VpnRequest, new_vpn, origins_of
from sci_cli.operations.work_views import PlanView
from sci_cli.operations.workspace import Changed, ChangeMode, Workspace

_AS_IT_IS = "as it is"

STATE_WORDS = {
    VpnState.ON_ORDER: "named for the order",
    VpnState.REQUESTED: "asked for",
    VpnState.ATTACHED: "on the port",
    VpnState.REMOVAL_REQUESTED: "its removal asked for",
}


def plan(
    ws: Workspace,
    name: str,
    adding: Sequence[VpnRequest],
    removing: Sequence[str],
    wanted: PlanningHelp | None = None,
) -> Outcome:
    """What adding and removing these VPNs together would mean; nothing is ever written.

    The outcome carries RuleViolation when the result would break a rule.
    """
    loaded = ws.load(name)
    before, profile = loaded.activation, ws.profile_of(loaded.activation)
    gone = [require_vpn(before, vpn).name for vpn in removing]
    left = tuple(vpn for vpn in before.vpns if vpn.name not in gone)
    added: list[Vpn] = []
    notes: list[Finding] = []
    for request in adding:
        vpn, twice = new_vpn(ws, request, first_state(before))
        standing = next((each for each in left if each.name.casefold() == vpn.name.casefold()), None)
        if standing:
            where = STATE_WORDS[standing.state]
            raise AlreadyDifferent(
                f"VPN {standing.name} is already on the record, {where}.", fix=sci("vpn", "list", name)
            )
        if any(each.name.casefold() == vpn.name.casefold() for each in added):
            raise AlreadyDifferent(f"VPN {vpn.name} is given twice.", fix="Give each VPN once.")
        added.append(vpn)
        notes += twice
    after = (*left, *added)
    if before.order is None and len(after) > 1:
        notes.append(_after_the_order(left, after))
    changed = added[0] if len(added) == 1 else None
    beside = planning_findings(ws, before, added, wanted or PlanningHelp())
    found = (*port_findings(profile, before, after, changed, origins_of(adding, after)), *beside, *notes)
    closed = blockers(found)
    view = _plan_view(profile, before, after, _plan_title(added, gone), ())
    error = RuleViolation("The plan breaks a rule of the port.", findings=found) if closed else None
    return Outcome(
        view,
        activation=name,
        revision=before.revision,
        findings=found,
        notices=loaded.notices,
        dry_run=True,
        error=error,
    )


def _plan_title(added: Sequence[Vpn], gone: Sequence[str]) -> str:
    parts = [f"add VPN {vpn.name}" for vpn in added] + [f"remove VPN {name}" for name in gone]
    return ", ".join(parts) or _AS_IT_IS


def _plan_view(
    profile: Profile,
    before: Activation,
    after: Sequence[Vpn],
    title: str,
    lines: tuple[str, ...],
    *,
    clicks: bool = True,
) -> PlanView:
    """VPNs before and after; where to click only for a change that is still to be made in the portal."""
    old = {vpn.name for vpn in before.vpns}
    new = {vpn.name for vpn in after}
    step = profile.step_of_kind(StepKind.VPNS)
    return PlanView(
        header=showing.header(profile, before),
        title=title,
        kept=tuple(vpn for vpn in after if vpn.name in old),
        added=tuple(vpn for vpn in after if vpn.name not in old),
        removed=tuple(vpn for vpn in before.vpns if vpn.name not in new),
        before=budgets(before.vpns),
        after=budgets(after),
        portal=step.clicks(title) if step and before.order and clicks and title != _AS_IT_IS else (),
        lines=lines,
    )


def planned(
    changed: Changed,
    mode: ChangeMode,
    title: str,
    lines: tuple[str, ...],
    following: tuple[Command, ...],
    *,
    clicks: bool = True,
) -> Outcome:
    """The outcome of a change of the VPNs, shown as the plan it was."""
    view = _plan_view(
        changed.profile, changed.before, changed.after.vpns, title, lines, clicks=clicks and changed.changed
    )
    return showing.outcome_of(changed, view, mode, next=following)


def first_state(activation: Activation) -> VpnState:
    """How a VPN begins: asked for on the port, or named for the order while there is no port."""
    return VpnState.REQUESTED if activation.order else VpnState.ON_ORDER


def _after_the_order(left: Sequence[Vpn], after: Sequence[Vpn]) -> Finding:
    """The note of a plan that looks further than the order."""
    first = f", {left[0].name}" if left else ""
    return Finding(
        "vpn.after_order",
        Severity.NOTE,
        f"The order connects one VPN{first}; the others are added once the port exists.",
        details={"vpns": tuple(vpn.name for vpn in after)},
    )


def require_vpn(activation: Activation, vpn: str) -> Vpn:
    """The VPN of that name.

    Raises:
        VpnNotFound: with the names there are.
    """
    found = activation.vpn(vpn)
    if found is None:
        names = ", ".join(each.name for each in activation.vpns) or "none"
        raise VpnNotFound(
            f"There is no VPN {vpn[:64]!r} on the port of {activation.name}.",
            why=f"VPNs on record: {names}.",
            fix=sci("vpn", "list", activation.name),
        )
    return found
