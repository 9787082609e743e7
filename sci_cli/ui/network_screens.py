"""The port and its VPNs: what is there, what a change means, what to click."""

from __future__ import annotations

from collections.abc import Sequence

from sci_cli.domain.activation import Vpn, VpnState
from sci_cli.domain.findings import blockers
from sci_cli.domain.vpn_rules import Budget
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.work_views import PlanView, PortView, VpnsView
from sci_cli.ui.blocks import (
    cautions_block,
    counted,
    header,
    portal_block,
    prefixes_text,
    sentences,
    stamp_text,
)
from sci_cli.ui.page import BAD, BOLD, CAUTION, GOOD, Page, Part

STATE_WORDS = {
    VpnState.ON_ORDER: "on the order",
    VpnState.REQUESTED: "asked for",
    VpnState.ATTACHED: "on the port",
    VpnState.REMOVAL_REQUESTED: "removal asked for",
}
_PREFIXES_OF_ALL = 100


def budget_line(budget: Budget) -> tuple[str, str]:
    """Label and text: `Prefixes IPv4`, `3 of MAX 1250, headroom 1247`."""
    smallest = budget.smallest
    maximum = f" of MAX {smallest.maximum}" if smallest else ""
    headroom = budget.headroom
    if headroom is None:
        rest = f", MAX of {', '.join(budget.unknown)} is not known"
    elif headroom < 0:
        rest = f", {-headroom} too many"
    else:
        rest = f", headroom {headroom}"
    return f"Prefixes IPv{budget.version}", f"{budget.total}{maximum}{rest}"


def vpns(page: Page, view: VpnsView, outcome: Outcome) -> None:
    """The VPNs with their prefixes and budgets."""
    header(page, view.header, counted(len(view.vpns), "VPN"))
    sentences(page, view.lines)
    page.blank()
    if not view.vpns:
        page.line("No VPN is on record.", indent=2)
        return
    shown = _PREFIXES_OF_ALL if page.look.verbose else 4
    page.table(
        ["VPN", "State", "Count", "MAX", "Prefixes"],
        [
            (
                (vpn.name, BOLD),
                STATE_WORDS[vpn.state],
                str(len(vpn.prefixes)),
                _maximum(vpn),
                prefixes_text(vpn, shown),
            )
            for vpn in view.vpns
        ],
    )
    page.blank()
    for budget in view.budgets:
        label, said = budget_line(budget)
        page.labelled(label, said, column=len(label))


def _maximum(vpn: Vpn) -> str:
    known = [
        f"{'IPv6 ' if version == 6 else ''}{vpn.maximum(version)}"
        for version in (4, 6)
        if vpn.maximum(version) is not None
    ]
    return ", ".join(known) or "not known"


# A change of the VPNs --------------------------------------------------------------------------------------


def plan(page: Page, view: PlanView, outcome: Outcome) -> None:
    """VPNs before and after, the budgets, what to click."""
    page.paragraph((f"Plan for {view.header.name}: {view.title}", BOLD))
    sentences(page, view.lines)
    page.blank()
    rows = [_plan_row(" ", vpn, _kept_word(vpn), "") for vpn in view.kept]
    rows += [_plan_row("+", vpn, "new", GOOD) for vpn in view.added]
    rows += [_plan_row("-", vpn, "taken off", CAUTION) for vpn in view.removed]
    if rows:
        page.table(["", "VPN", "Change", "Count", "Prefixes"], rows, indent=0)
    else:
        page.line("No VPN is on record.", indent=2)
    page.blank()
    for version in (4, 6):
        _budgets(page, _of(view.before, version), _of(view.after, version))
    # Nobody is told where to click for something that must not be done.
    if not blockers(outcome.findings) and not page.look.quiet:
        portal_block(page, view.portal)


def _kept_word(vpn: Vpn) -> str:
    return "removal asked for" if vpn.state is VpnState.REMOVAL_REQUESTED else "kept"


def _plan_row(mark: str, vpn: Vpn, word: str, style: str) -> Sequence[Part]:
    return (mark, style), (vpn.name, style or BOLD), word, str(len(vpn.prefixes)), prefixes_text(vpn)


def _of(budgets: Sequence[Budget], version: int) -> Budget | None:
    return next((each for each in budgets if each.version == version), None)


def _budgets(page: Page, before: Budget | None, after: Budget | None) -> None:
    if before is None and after is None:
        return
    old, new = (before.total if before else 0), (after.total if after else 0)
    label = f"Prefixes IPv{(after or before or Budget(4, 0, ())).version}"
    smallest = after.smallest if after else None
    maximum = f" of MAX {smallest.maximum}" if smallest else ""
    verdict: Part = ("ok", GOOD)
    if after and after.headroom is None:
        verdict = (f"MAX of {', '.join(after.unknown)} is not known", CAUTION)
    elif after and after.headroom is not None and after.headroom < 0:
        verdict = (f"{-after.headroom} too many", BAD)
    arrow = " to " if page.look.plain else " -> "
    gap = ", " if page.look.plain else "   "
    page.labelled(label, f"{old}{arrow}{new}{maximum}{gap}", verdict, column=len("Prefixes IPv6"))


# The port --------------------------------------------------------------------------------------------------


def port(page: Page, view: PortView, outcome: Outcome) -> None:
    """The admin status, what was asked for, what hangs on the port."""
    header(page, view.header)
    sentences(page, view.lines)
    page.blank()
    seen = f" (seen {stamp_text(view.seen)})" if view.seen else ""
    page.labelled("Port", (view.status, BOLD), seen)
    if view.requested:
        word = {"up": "No Shutdown", "down": "Shutdown"}.get(view.requested.status.value, "not known")
        page.labelled("Asked for", f"{word}, {stamp_text(view.requested.stamp)}; not confirmed yet")
        page.labelled("Reason", view.requested.reason)
    names = ", ".join(vpn.name for vpn in view.vpns) or "none"
    page.labelled("VPNs", f"{names}; {counted(view.prefixes, 'prefix', 'prefixes')}")
    if not page.look.quiet:
        portal_block(page, view.portal)
    if view.cautions:
        page.blank()
    cautions_block(page, view.cautions)
