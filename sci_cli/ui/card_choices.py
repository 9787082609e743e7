"""What can be chosen on the card of a step: each line stands for an operation, tried before it is offered.

Whether a line can be chosen is found out by a trial run of the operation behind it, so that the checklist
and the commands cannot come to different conclusions.
"""

from __future__ import annotations

from collections.abc import Callable

from sci_cli.domain.activation import VpnState
from sci_cli.domain.findings import Finding, blockers
from sci_cli.domain.profile import OwnerMode, StepKind
from sci_cli.domain.progress import StepProgress, StepState
from sci_cli.errors import SciError
from sci_cli.operations import checks, handoffs, orders, steps, verification
from sci_cli.ui.cards import QUIT, facts_of, party_names
from sci_cli.ui.port_card import port_choices
from sci_cli.ui.prompter import Choice, ChoiceQuestion
from sci_cli.ui.walk import Operation, Place, Walk

LIST = "(list)"

# A trial needs words where a person's will stand; nothing of them is ever written.
_TRIAL = "trial"


def card_question(walk: Walk, place: Place, item: StepProgress) -> ChoiceQuestion:
    """What can be done on this card now; only harmless answers are given by Enter alone."""
    choices = (*_BY_KIND[item.step.kind](walk, place, item), *_always(walk, place, item))
    return ChoiceQuestion(item.step.id, "What now?", choices, default=_default(item))


def _default(item: StepProgress) -> str | None:
    if item.state.closed or item.step.kind in (StepKind.AUTOMATIC, StepKind.PORT):
        return LIST
    if item.step.kind is StepKind.FACTS:
        return "facts"
    if item.step.kind in (StepKind.GO, StepKind.ORDER):
        return "check"
    return None


def _always(walk: Walk, place: Place, item: StepProgress) -> list[Choice]:
    step_id = item.step.id
    choices = [Choice("note", "Add a note", key="n")]
    if walk.trial(place, lambda ws, mode: steps.skip(ws, walk.name, step_id, _TRIAL, mode))[0]:
        choices.append(Choice("skip", "Skip, with a reason", key="s"))
    if walk.trial(place, lambda ws, mode: steps.reopen(ws, walk.name, step_id, _TRIAL, mode))[0]:
        choices.append(Choice("reopen", "Reopen, with a reason", key="u"))
    return [*choices, Choice(LIST, "Back to list", key="l"), Choice(QUIT, "Save and quit", key="q")]


def _tried(
    walk: Walk,
    place: Place,
    item: StepProgress,
    choice: Choice,
    operation: Operation,
) -> Choice:
    """The choice, which cannot be made while its operation would refuse."""
    refusal = walk.trial(place, operation)[1]
    return choice if refusal is None else _blocked(choice, _why_not(item, refusal))


def _blocked(choice: Choice, reason: str) -> Choice:
    return Choice(choice.value, choice.label, choice.key, disabled=reason)


def _why_not(item: StepProgress, refusal: SciError) -> str:
    if item.state is StepState.WAITING:
        return f"first finish {', '.join(item.waits_for)}"
    findings = [each for each in refusal.findings if isinstance(each, Finding)]
    if findings:
        return _in_the_way(len(blockers(findings)))
    return (refusal.why[0] if len(refusal.why) == 1 else refusal.message).removesuffix(".")


def _in_the_way(count: int) -> str:
    return "1 thing stands in the way" if count == 1 else f"{count} things stand in the way"


# By kind of step -------------------------------------------------------------------------------------------


def _values(item: StepProgress) -> list[Choice]:
    return [Choice("facts", "Record values", key="f")] if facts_of(item.step) else []


def _done(walk: Walk, place: Place, item: StepProgress) -> list[Choice]:
    if item.state.closed:
        return []
    step, parties = item.step, item.open_parties

    def choice(label: str, party: str, key: str = "") -> Choice:
        request = steps.DoneRequest(step.id, party)
        return _tried(
            walk,
            place,
            item,
            Choice(f"done:{party}", label, key),
            lambda ws, mode: steps.done(ws, walk.name, request, mode),
        )

    whole = choice("Done", "", "d")
    joint = step.owners.mode is OwnerMode.ALL and len(step.owners.parties) > 1
    if not joint or whole.disabled:
        return [whole]
    names = party_names(place, parties)
    if len(parties) == 1:
        return [choice(f"Done for {names[0]}", parties[0], "d")]
    everyone = "both" if len(parties) == 2 else f"all {len(parties)}"
    each = [choice(f"Done for {name}", party) for name, party in zip(names, parties, strict=True)]
    return [Choice(whole.value, f"Done, {everyone}", whole.key), *each]


def _confirm(walk: Walk, place: Place, item: StepProgress) -> list[Choice]:
    return [*_done(walk, place, item), *_values(item)]


def _facts(walk: Walk, place: Place, item: StepProgress) -> list[Choice]:
    return [Choice("facts", "Record the facts", key="f")]


def _missing_for_order(walk: Walk, place: Place, item: StepProgress) -> list[Choice]:
    if place.activation.order is not None:
        return _values(item)
    missing = facts_of(item.step) or missing_facts(walk, place)
    choices = [Choice("facts", "Record what is missing", key="f")] if missing else []
    if not place.activation.vpns:
        choices.append(Choice("add-vpn", "Name the VPN of the order", key="v"))
    return choices


def missing_facts(walk: Walk, place: Place) -> tuple[str, ...]:
    """The facts whose absence keeps the order from being placed."""
    named = [each.details.get("fact", "") for each in walk.order_blockers(place)]
    return tuple(dict.fromkeys(each for each in named if isinstance(each, str) and each))


def _go(walk: Walk, place: Place, item: StepProgress) -> list[Choice]:
    return [
        *_done(walk, place, item),
        Choice("check", "Check the gates", key="c"),
        *_missing_for_order(walk, place, item),
    ]


def _order(walk: Walk, place: Place, item: StepProgress) -> list[Choice]:
    form = Choice("form", "Show the order form", key="o")
    if item.state.closed:
        return [form]
    placing = orders.PlaceRequest(_TRIAL, accept_billing=True)
    placed = _tried(
        walk,
        place,
        item,
        Choice("place", "The order is placed", key="p"),
        lambda ws, mode: orders.place(ws, walk.name, placing, mode),
    )
    return [
        Choice("check", "Check the gates", key="c"),
        form,
        *_missing_for_order(walk, place, item),
        placed,
    ]


def _verify(walk: Walk, place: Place, item: StepProgress) -> list[Choice]:
    seen = {line.field: (_TRIAL,) for line in verification.SEEN_FIELDS}
    compare = Choice("verify", "Type what the portal shows", key="v")
    return [
        _tried(walk, place, item, compare, lambda ws, mode: verification.verify(ws, walk.name, seen, mode))
    ]


def _handoff(walk: Walk, place: Place, item: StepProgress) -> list[Choice]:
    again = bool(place.activation.handoffs)
    write = Choice("handoff", "Write another draft" if again else "Write the draft", key="w")
    verdict = checks.check(walk.as_shown(place), walk.name, purpose="handoff")
    if verdict.error is not None:
        write = _blocked(write, _why_not(item, verdict.error))
    return [*_values(item), write]


def _stages(walk: Walk, place: Place, item: StepProgress) -> list[Choice]:
    reached = {mark.stage for mark in place.activation.stages}

    def choice(stage_id: str, title: str) -> Choice:
        return _tried(
            walk,
            place,
            item,
            Choice(f"stage:{stage_id}", f"Reached: {title}"),
            lambda ws, mode: handoffs.stage(ws, walk.name, stage_id, mode),
        )

    return [choice(each.id, each.title) for each in place.profile.handoff.stages if each.id not in reached]


def _vpns(walk: Walk, place: Place, item: StepProgress) -> list[Choice]:
    choices = [*_done(walk, place, item), Choice("add-vpn", "Add a VPN", key="v")]
    if pending_vpns(place):
        choices.append(Choice("confirm-vpn", "Confirm what the portal shows", key="c"))
    if place.activation.vpns:
        choices.append(Choice("remove-vpn", "Remove a VPN", key="r"))
    return [*choices, *_values(item)]


def pending_vpns(place: Place) -> tuple[str, ...]:
    """The VPNs that were asked for, or whose removal was, and that nobody has confirmed yet."""
    waiting = (VpnState.REQUESTED, VpnState.REMOVAL_REQUESTED)
    return tuple(vpn.name for vpn in place.activation.vpns if vpn.state in waiting)


def _nothing(walk: Walk, place: Place, item: StepProgress) -> list[Choice]:
    return []


_BY_KIND: dict[StepKind, Callable[[Walk, Place, StepProgress], list[Choice]]] = {
    StepKind.CONFIRM: _confirm,
    StepKind.FACTS: _facts,
    StepKind.GO: _go,
    StepKind.ORDER: _order,
    StepKind.AUTOMATIC: _nothing,
    StepKind.VERIFY: _verify,
    StepKind.HANDOFF: _handoff,
    StepKind.STAGES: _stages,
    StepKind.VPNS: _vpns,
    StepKind.PORT: port_choices,
}
