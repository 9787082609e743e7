"""Where things stand: one activation, all of them, the home screen, what is possible now."""

from __future__ import annotations

from collections.abc import Sequence

from sci_cli.domain.activation import AdminStatus, Vpn, VpnState
from sci_cli.domain.port_rules import PORTAL_WORDS
from sci_cli.domain.progress import PhaseProgress, StepState
from sci_cli.errors import Command, sci
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.views import ActivationRow, HomeView, ListView, NextView, StatusView, StepRow
from sci_cli.ui.blocks import counted, day, header, minute, short_day, spelled
from sci_cli.ui.network_screens import STATE_WORDS, budget_line
from sci_cli.ui.page import BAD, BOLD, CAUTION, DIM, GOOD, OWNER, Page, Part

WIDE = 100
_NARROW = 66
_WITH_CUSTOMER = 110
_PHASE_BAR = 20
_HOME_BAR = 10
_WAITS_SHOWN = 2
_LABELS = len("Prefixes IPv4")
_MARKS = {
    StepState.DONE: "[x]",
    StepState.NOT_NEEDED: "[/]",
    StepState.SKIPPED: "[-]",
    StepState.READY: "[>]",
    StepState.WAITING: "[ ]",
}
_CLOSED = tuple(state.value for state in StepState if state.closed)


# One activation --------------------------------------------------------------------------------------------


def status(page: Page, view: StatusView, outcome: Outcome) -> None:
    """The next action with the command to type, a bar for each phase, the open steps."""
    late = f", {view.late} late" if view.late else ""
    header(page, view.header, (f"{view.closed} of {view.total} closed{late}", BAD if view.late else ""))
    page.blank()
    _next_action(page, view, outcome)
    page.blank()
    for phase in view.phases:
        _phase(page, phase, max(len(each.title) for each in view.phases))
    _steps(page, view)
    _on_record(page, view)
    hidden = sum(row.state in _CLOSED for row in view.steps)
    if hidden and not view.show_all and not page.look.quiet:
        page.blank()
        page.paragraph(f"{counted(hidden, 'closed step')} hidden; see all with:", indent=2)
        page.command(sci("status", view.header.name, "--all"), indent=4)


def _next_action(page: Page, view: StatusView, outcome: Outcome) -> None:
    if view.closed == view.total and not view.complete:
        page.paragraph(
            f"All {view.total} steps are closed; what was asked for waits to be confirmed:", indent=2
        )
        for command in outcome.next:
            page.command(command, indent=7)
        return
    if view.complete:
        page.paragraph(
            (f"COMPLETE: all {view.total} steps are closed, nothing is left to do.", GOOD), indent=2
        )
        return
    if not view.next:
        page.paragraph("Nothing is possible now; the open steps below say what they wait for.", indent=2)
        return
    first = view.next[0]
    owners = first.owners_text if page.look.width >= WIDE or page.look.plain else first.owners_short
    if page.look.plain:
        page.line(f"Next: {_sentence(first)}")
    else:
        page.paragraph(first.title, lead=[("NEXT ", BOLD), (f"{first.id:<4}", BOLD)], indent=2)
        since = f"open {first.waiting_for}" if first.waiting_for else ""
        words: list[Part] = [(owners, OWNER)]
        words += [f"   {each}" for each in (since, _part_left(first)) if each]
        words += [(f"   LATE by {first.late_for}", BAD)] if first.late else []
        words += [f"   due {minute(first.due)} UTC"] if first.due and not first.late else []
        page.paragraph(*words, indent=7)
    if first.problem:
        page.paragraph((first.problem, BAD), indent=7)
    for command in first.commands:
        page.command(command, indent=7)
    if len(view.next) > 1:
        more = counted(len(view.next) - 1, "more step is", "more steps are")
        page.paragraph((f"{more} possible now:", DIM), indent=2)
        page.command(sci("next", view.header.name), indent=7)


def _part_left(row: StepRow) -> str:
    if not row.open_parties or len(row.open_parties) == len(row.owners) or row.owners_mode == "any":
        return ""
    return f"still to do: {row.open_parties_text}"


def _phase(page: Page, phase: PhaseProgress, width: int) -> None:
    word = "done" if phase.closed == phase.total else "in progress" if phase.closed else "not started"
    if page.look.plain:
        page.line(f"{phase.title}: {phase.closed} of {phase.total} steps closed, {word}.")
        return
    bar = page.bar(phase.closed, phase.total, _HOME_BAR if page.look.width < _NARROW else _PHASE_BAR)
    count = f"{phase.closed}/{phase.total}"
    page.line(f"{phase.title:<{width}}  ", (bar, GOOD), f"  {count:<5}  {word}", indent=2)


def _steps(page: Page, view: StatusView) -> None:
    rows = [row for row in view.steps if view.show_all or row.state not in _CLOSED]
    if not rows:
        return
    page.blank()
    if page.look.plain or page.look.width < _NARROW:
        for row in rows:
            page.paragraph(_sentence(row), lead=["" if page.look.plain else "- "], indent=2)
        return
    wide = page.look.width >= WIDE
    columns = ["", "#", "State", "Owner", *(["Since"] if wide else []), "Step"]
    page.table(columns, [_cells(row, wide=wide) for row in rows])


def _cells(row: StepRow, *, wide: bool) -> Sequence[Part]:
    since = [short_day(row.since) if row.since else ""] if wide else []
    owners = row.owners_text if wide else row.owners_short
    style = BAD if row.late else GOOD if row.state in _CLOSED else ""
    return (
        _MARKS[StepState(row.state)],
        row.id,
        (_state(row), style),
        (owners, OWNER),
        *since,
        row.title if wide else row.short,
    )


def _state(row: StepRow) -> str:
    if row.late:
        return f"LATE by {row.late_for}"
    if row.state == StepState.WAITING:
        named = ", ".join(row.waits_for[:_WAITS_SHOWN])
        more = len(row.waits_for) - _WAITS_SHOWN
        return f"waits for {named}{f' +{more}' if more > 0 else ''}"
    return row.state.replace("-", " ")


def _sentence(row: StepRow) -> str:
    """A step in one sentence each for what, who and where it stands."""
    state = f"waits for {', '.join(row.waits_for)}" if row.state == StepState.WAITING else _state(row)
    if row.late:
        state = f"{row.state.replace('-', ' ')}, late by {spelled(row.late_for)}"
    return f"Step {row.id}: {row.title}. Owner: {row.owners_text}. State: {state}."


def _on_record(page: Page, view: StatusView) -> None:
    """Order, portal and VPNs in a line each, as far as there is something to say."""
    page.blank()
    if view.order:
        breach = ", placed while not everything was in place" if view.order.breach else ""
        placed = f"{view.order.number}, placed {day(view.order.placed_at)} by {view.order.placed_by}{breach}"
        page.labelled("Order", placed, column=_LABELS)
        seen = {True: "shows what was ordered", False: "DIFFERS from the order", None: "not compared yet"}
        style = BAD if view.verified is False else ""
        page.labelled("Portal", (seen[view.verified], style), column=_LABELS)
    if view.stage:
        page.labelled("Provider", view.stage, column=_LABELS)
    if view.vpns:
        page.labelled("VPNs", ", ".join(map(_vpn, view.vpns)), column=_LABELS)
    _port(page, view)
    for budget in view.budgets:
        label, said = budget_line(budget)
        page.labelled(label, said, column=_LABELS)
    if view.show_all or page.look.verbose:
        page.blank()
        width = max((len(fact.label) for fact in view.facts), default=0)
        for fact in view.facts:
            page.labelled(fact.label, fact.value or "not on record", column=width)


def _vpn(vpn: Vpn) -> str:
    word = STATE_WORDS[vpn.state]
    return vpn.name if vpn.state is VpnState.ATTACHED else f"{vpn.name} ({word})"


def _port(page: Page, view: StatusView) -> None:
    """The port where it is shut or a change is asked for; a port that is up needs no line."""
    port = view.port
    if port.requested:
        asked = PORTAL_WORDS[port.requested.status]
        page.labelled("Port", (f"{asked} asked for, not confirmed", CAUTION), column=_LABELS)
    elif port.status is AdminStatus.DOWN:
        page.labelled("Port", ("SHUT DOWN", BAD), column=_LABELS)


# All activations -------------------------------------------------------------------------------------------


def home(page: Page, view: HomeView, outcome: Outcome) -> None:
    """What needs attention, what waits for others, what to type."""
    rows = view.activations
    if not rows:
        _first_time(page, view)
        return
    waiting = [row for row in rows if not row.mine and not _complete(row)]
    mine = [row for row in rows if row.mine and not _complete(row)]
    open_count = len(waiting) + len(mine)
    page.line((f"sci {view.version}", BOLD), f"   {counted(len(rows), 'activation')}, {open_count} open")
    for title, group in (("NEEDS YOU", mine), ("WAITING FOR OTHERS", waiting)):
        page.heading(title)
        if group:
            page.table(["", "", "", ""], [_home_cells(page, row, mine=group is mine) for row in group])
        else:
            page.line("none", indent=2)
    if page.look.quiet:
        return
    page.blank()
    commands = [sci("status", row.name, note="where it stands and what to type") for row in mine[:1]]
    commands += [sci("run", row.name, note="walk through the steps") for row in mine[:1] if not row.problem]
    page.commands([*commands, *_ALWAYS])


_ALWAYS: tuple[Command, ...] = (
    sci("list", note="all activations"),
    sci("new", "NAME", note="start another activation"),
    sci("--help", note="all commands"),
)


def _complete(row: ActivationRow) -> bool:
    return not row.problem and not row.attention and row.total > 0 and row.closed == row.total


def _home_cells(page: Page, row: ActivationRow, *, mine: bool) -> Sequence[Part]:
    if row.problem:
        return row.name, ("UNREADABLE", BAD), "", row.problem
    state: Part = "ready" if mine else f"waits for {row.waiting_on}"
    if row.late:
        state = (f"LATE {spelled(row.late_for) if page.look.plain else row.late_for}", BAD)
    bar = page.bar(row.closed, row.total, _HOME_BAR)
    progress: Part = f"{row.closed} of {row.total} closed" if page.look.plain else (bar, GOOD)
    return (row.name, BOLD), state, progress, _next_of(row)


def _next_of(row: ActivationRow) -> str:
    step = f"{row.next_step} {row.next_title}".strip()
    return "; ".join(each for each in (row.attention, step) if each) or "nothing is possible now"


def _first_time(page: Page, view: HomeView) -> None:
    page.line((f"sci {view.version}", BOLD))
    page.blank()
    page.paragraph(
        "sci guides the activation of Secure Cloud Interconnect: it checks, prepares and records; "
        "it never talks to Verizon or a cloud."
    )
    page.commands(
        [
            sci("demo", note="look at a finished sample; nothing is kept"),
            sci("new", "NAME", note="start the first activation"),
        ]
    )


def listing(page: Page, view: ListView, outcome: Outcome) -> None:
    """All activations, one row each."""
    if not view.activations:
        page.line("There are no activations yet.")
        return
    wide = page.look.width >= _WITH_CUSTOMER
    extra = ["Customer", "Cloud"] if wide else []
    rows = [_list_cells(row, wide=wide) for row in view.activations]
    page.table(["Name", *extra, "Progress", "Waiting on", "Age", "Next"], rows, indent=0)


def _list_cells(row: ActivationRow, *, wide: bool) -> Sequence[Part]:
    extra = (_cut(row.customer), row.provider) if wide else ()
    if row.problem:
        return (row.name, *extra, "", "", "", (f"UNREADABLE: {row.problem}", BAD))
    following: Part = ("complete", GOOD) if _complete(row) else _next_of(row)
    if row.late:
        following = (f"LATE by {row.late_for}: {_next_of(row)}", BAD)
    return (row.name, *extra, f"{row.closed} of {row.total}", row.waiting_on, row.age, following)


def _cut(text: str, width: int = 24) -> str:
    return text if len(text) <= width else f"{text[: width - 3]}..."


# What is possible now --------------------------------------------------------------------------------------


def next_steps(page: Page, view: NextView, outcome: Outcome) -> None:
    """Every step that is ready, with the commands to type."""
    if not view.rows:
        page.line(f"Nothing is possible now{f' for {view.owner}' if view.owner else ''}.")
        return
    name = ""
    for row in view.rows:
        if row.activation != name:
            page.blank()
            page.line((row.activation, BOLD))
            name = row.activation
        _next_row(page, row.step)


def _next_row(page: Page, row: StepRow) -> None:
    if page.look.plain:
        page.line(_sentence(row))
    else:
        page.paragraph(row.title, lead=[(f"{row.id:<4} ", BOLD)], indent=2)
        words: list[Part] = [(row.owners_text, OWNER)]
        words += [f"   {each}" for each in (_part_left(row), row.reason) if each]
        words += [(f"   LATE by {row.late_for}", BAD)] if row.late else []
        words += ["   may be left out"] if row.optional else []
        page.paragraph(*words, indent=7)
    if row.problem:
        page.paragraph((row.problem, BAD), indent=7)
    for command in row.commands:
        page.command(command, indent=7)
