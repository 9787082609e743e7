"""What the checklist shows: the list of steps, one line each, and the card of one step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sci_cli.domain.activation import AdminStatus, Port
from sci_cli.domain.port_rules import PORTAL_WORDS
from sci_cli.domain.profile import OwnerMode, Step, StepKind
from sci_cli.domain.progress import CALL_VERIZON, StepProgress, StepState
from sci_cli.domain.times import day_text, duration_text
from sci_cli.operations import ports, showing
from sci_cli.ui.blocks import counted, stamp_text
from sci_cli.ui.look import Look
from sci_cli.ui.page import BAD, BOLD, CAUTION, Page, Part
from sci_cli.ui.prompter import Choice
from sci_cli.ui.walk import Place

QUIT = "(quit)"

MARKS = {
    StepState.DONE: "[x]",
    StepState.NOT_NEEDED: "[/]",
    StepState.SKIPPED: "[-]",
    StepState.READY: "[>]",
    StepState.WAITING: "[ ]",
}

# An operation on the port is never ticked off.
_NO_MARK = "   "

# In front of a label stand a number with its dot, or a pointer; a list never scrolls sideways.
_BEFORE_LABEL = 5
_REASON_CELLS = 15
_SHORTEST_TITLE = 16
_BAR_CELLS = 10
_MINUTE = timedelta(minutes=1)


# The list ------------------------------------------------------------------------------------------------


def list_choices(place: Place, look: Look) -> tuple[Choice, ...]:
    """The steps under the headings of their phases."""
    widths = _columns(place, look.width - _BEFORE_LABEL)
    headings = {phase.id: f"{phase.title}  {phase.closed}/{phase.total}" for phase in place.known.phases}
    for item in place.on_port:
        headings[item.step.phase] = f"{place.profile.phase(item.step.phase).title}  (not counted)"
    return tuple(
        Choice(item.step.id, _label(place, item, look, widths), heading=headings.pop(item.step.phase, ""))
        for item in place.steps
    )


def _columns(place: Place, room: int) -> tuple[int, int, int, int]:
    """Widths of id, title, owners and reason; owners give way first, then the ends of titles."""
    steps = [item.step for item in place.steps]
    ids = max(len(step.id) for step in steps)
    titles = max(len(step.short) for step in steps)
    owners = max(len(place.profile.owners_text(step.owners, short=True)) for step in steps)
    left = room - len("[x] ") - ids - 1 - titles
    if left - 2 - owners - 2 >= _REASON_CELLS:
        return ids, titles, owners, left - 2 - owners - 2
    if left - 2 < _REASON_CELLS:
        titles = max(titles - (_REASON_CELLS + 2 - left), _SHORTEST_TITLE)
        left = room - len("[x] ") - ids - 1 - titles
    return ids, titles, 0, max(left - 2, 0)


def _label(place: Place, item: StepProgress, look: Look, widths: tuple[int, int, int, int]) -> str:
    ids, titles, owners, reason = widths
    step = item.step
    on_port = step.kind is StepKind.PORT
    why = standing(place.activation.port) if on_port else _reason(item)
    if look.plain:
        state = [] if on_port else [item.state.value]
        said = [f"{step.id} {step.short}", *state, place.profile.owners_text(step.owners)]
        return ", ".join([*said, *([why] if on_port or item.late or item.waits_for else [])])
    mark = _NO_MARK if on_port else MARKS[item.state]
    cells = [f"{mark} {step.id:<{ids}} {cut(step.short, titles):<{titles}}"]
    if owners:
        cells.append(f"{place.profile.owners_text(step.owners, short=True):<{owners}}")
    if reason:
        cells.append(cut(why, reason))
    return "  ".join(cells).rstrip()


def _reason(item: StepProgress) -> str:
    if item.late_by is not None:
        return f"LATE by {duration_text(item.late_by)}"
    match item.state:
        case StepState.WAITING:
            return f"waits for {_first_of(item.waits_for)}"
        case StepState.NOT_NEEDED:
            return "not needed"
        case StepState.SKIPPED:
            return "skipped"
        case StepState.READY if item.step.optional:
            return "optional"
        case _:
            return ""


def _first_of(ids: Sequence[str]) -> str:
    more = f" +{len(ids) - 1}" if len(ids) > 1 else ""
    return f"{ids[0]}{more}" if ids else ""


def cut(text: str, cells: int) -> str:
    """The text, or its beginning with `~` where it is longer than that many characters."""
    return text if len(text) <= cells else text[: max(cells - 1, 0)] + "~"


# The card ------------------------------------------------------------------------------------------------


def card_text(place: Place, item: StepProgress, look: Look) -> str:
    """Everything about one step: what to do, who, since when, what it needs, what is on record."""
    page = Page(look)
    step = item.step
    page.blank()
    _head(page, place, item)
    page.line((step.title, BOLD))
    page.blank()
    page.paragraph(_narrowed(step.text), indent=2)
    page.blank()
    page.labelled("Owner", *_owner(place, item))
    if step.kind is StepKind.PORT:
        _port(page, place)
    else:
        page.labelled("State", _state(item))
        _differences(page, place, item)
        _clock(page, place, item)
    _needs(page, place, step)
    _facts(page, place, item)
    asked = place.activation.port.requested if step.kind is StepKind.PORT else None
    clicks = step.clicks(PORTAL_WORDS[asked.status] if asked else "")
    for number, click in enumerate(clicks, start=1):
        page.labelled("Portal" if number == 1 else "", f"{number}. {click}")
    if step.evidence:
        page.labelled("Evidence", f"{step.evidence} ({_evidence(place, step)})")
    _notes(page, place, step)
    _cautions(page, place, step)
    return page.text()


def _narrowed(text: str) -> str:
    return " ".join(text.split())


def _head(page: Page, place: Place, item: StepProgress) -> None:
    if item not in place.known.steps:
        page.line(
            (f"Step {item.step.id}", BOLD), f"   {place.profile.phase(item.step.phase).title}, not counted"
        )
        return
    number = place.known.steps.index(item) + 1
    phase = next(phase for phase in place.known.phases if phase.id == item.step.phase)
    words = f"Step {item.step.id}, {number} of {place.known.total}"
    counted = f"{phase.closed}/{phase.total}"
    if page.look.plain:
        page.line(f"{words}. {phase.title}, {counted} closed")
        return
    bar = page.bar(phase.closed, phase.total, _BAR_CELLS)
    page.line((words, BOLD), f"   {phase.title}  {bar} {counted}")


def _owner(place: Place, item: StepProgress) -> list[Part]:
    owners = item.step.owners
    words: list[Part] = [place.profile.owners_text(owners)]
    partly = owners.mode is OwnerMode.ALL and 0 < len(item.open_parties) < len(owners.parties)
    if partly and not item.state.closed:
        words.append(f"; still to do its part: {' and '.join(party_names(place, item.open_parties))}")
    return words


def party_names(place: Place, parties: Sequence[str]) -> list[str]:
    """The parties as people call them."""
    return [party.name for wanted in parties if (party := place.profile.party(wanted))]


def _state(item: StepProgress) -> str:
    words = {
        StepState.DONE: "done",
        StepState.SKIPPED: "skipped",
        StepState.NOT_NEEDED: "not needed",
        StepState.READY: "can be done now",
        StepState.WAITING: "cannot be done yet",
    }[item.state]
    when = f" since {day_text(item.since)}" if item.state.closed and item.since else ""
    reason = item.reason.removeprefix("skipped: ")
    return f"{words}{when}{f': {_narrowed(reason)}' if reason else ''}"


def _differences(page: Page, place: Place, item: StepProgress) -> None:
    """What the portal showed otherwise than ordered, field by field, and whom to call."""
    seen = place.activation.verification
    if not item.problem or seen is None:
        return
    for each in seen.fields:
        if not each.same:
            page.labelled("Differs", (each.difference, BAD))
    page.labelled("To do", CALL_VERIZON)


def standing(port: Port) -> str:
    """The port in a few words: whether something is asked for and not confirmed, else its status."""
    if port.requested is not None:
        return "to be confirmed"
    return "status not known" if port.status is AdminStatus.UNKNOWN else PORTAL_WORDS[port.status]


def _port(page: Page, place: Place) -> None:
    port = place.activation.port
    seen = f", seen {stamp_text(port.seen)}" if port.seen else ""
    page.labelled("Port", f"{PORTAL_WORDS[port.status]}{seen}")
    if port.requested is not None:
        word = PORTAL_WORDS[port.requested.status]
        page.labelled("Asked for", f"{word}, {stamp_text(port.requested.stamp)}; not confirmed yet")
        page.labelled("Reason", port.requested.reason)
    for vpn in ports.port_view(place.profile, place.activation).vpns:
        page.labelled("VPN", f"{vpn.name}, {counted(len(vpn.prefixes), 'prefix', 'prefixes')}")


def _clock(page: Page, place: Place, item: StepProgress) -> None:
    if item.state.closed:
        return
    start = item.waiting_since or (item.since if item.state is StepState.READY else None)
    worth_saying = start is not None and (place.now - start >= _MINUTE or item.due is not None)
    said: list[Part] = [f"open for {duration_text(place.now - start)}"] if start and worth_saying else []
    if item.due is not None:
        said.append(f"{', ' if said else ''}due by {item.due:%d %b %Y %H:%M} UTC")
    if item.late_by is not None:
        said += [", ", (f"LATE by {duration_text(item.late_by)}", BAD)]
    if said:
        page.labelled("Clock", *said)
    if item.late_by is not None and item.step.timer and item.step.timer.if_late:
        page.labelled("", _narrowed(item.step.timer.if_late))


def _needs(page: Page, place: Place, step: Step) -> None:
    label = "Needs"
    for wanted in step.after:
        other = place.known.of(wanted)
        if other is not None:
            state = {StepState.READY: "open", StepState.NOT_NEEDED: "not needed"}.get(
                other.state, other.state.value
            )
            page.labelled(label, f"{other.step.id} {other.step.short} ({state})")
            label = ""


def facts_of(step: Step) -> tuple[str, ...]:
    """The facts a step asks for and is closed by."""
    return tuple(dict.fromkeys([*step.asks, *(each.fact for each in step.closed_by)]))


def _facts(page: Page, place: Place, item: StepProgress) -> None:
    label = "Facts"
    for fact_id in facts_of(item.step):
        row = showing.fact_row(place.profile, place.activation, fact_id)
        page.labelled(label, f"{row.label}: {row.value or 'not on record'}")
        label = ""


def _evidence(place: Place, step: Step) -> str:
    record = place.activation.steps.get(step.id)
    kept = [each.filename for each in record.evidence] if record else []
    if step.kind is StepKind.HANDOFF:
        kept += [each.attachment.filename for each in place.activation.handoffs]
    return ", ".join(kept) or "none yet"


def _notes(page: Page, place: Place, step: Step) -> None:
    label = "Notes"
    for note in place.activation.notes:
        if note.step == step.id:
            page.labelled(label, f"{day_text(note.stamp.at)}  {note.text}")
            label = ""


def _cautions(page: Page, place: Place, step: Step) -> None:
    topics = (step.id, "port") if step.kind is StepKind.PORT else (step.id,)
    for caution in place.profile.cautions_for(*topics):
        origin = "" if caution.in_guide else f" (not in the guide, {caution.confidence.value})"
        page.labelled("Caution", _narrowed(caution.text), (origin, CAUTION))
