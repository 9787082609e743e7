"""What happens on a choice: the questions it needs, then the operation that the command would call."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from textwrap import fill

from sci_cli.domain.facts import NONE, parse_fact
from sci_cli.domain.names import vpn_name_problem
from sci_cli.domain.prefixes import Prefix
from sci_cli.domain.profile import Confidence, FactKind, FactSpec
from sci_cli.domain.progress import StepProgress, StepState
from sci_cli.errors import InvalidValue
from sci_cli.operations import (
    activations,
    checks,
    handoffs,
    orders,
    showing,
    steps,
    verification,
    vpn_plans,
    vpn_requests,
    vpns,
)
from sci_cli.operations.workspace import ChangeMode
from sci_cli.readers.files import read_input
from sci_cli.readers.screen_print import LARGEST_SCREEN_PRINT, ScreenPrint, read_screen_print
from sci_cli.ui.card_choices import missing_facts, pending_vpns
from sci_cli.ui.cards import facts_of
from sci_cli.ui.port_card import confirm_port, request_port, see_port
from sci_cli.ui.prompter import Back, Choice, ChoiceQuestion, TextQuestion, YesNoQuestion
from sci_cli.ui.walk import Place, Walk, acceptable

Answer = Callable[[Walk, Place, StepProgress, str], None]

# Brackets cannot occur in the value of a fact's choice or in the name of a VPN.
_LEAVE = "(leave)"
_LEAVES = "Enter alone leaves it"
_MAXIMA = ((4, "max-prefixes", "MAX of the VPN"), (6, "max-prefixes-v6", "MAX of the VPN for IPv6"))
_BETWEEN = re.compile(r"[ ,;\t]+")


def answer(walk: Walk, place: Place, item: StepProgress, chosen: str) -> None:
    """Carries out a choice of `card_question`; its value is an answer's name and, after `:`, what it is for.

    Raises:
        SciError: the operation refuses, or a question is left.
    """
    name, _, detail = chosen.partition(":")
    ANSWERS[name](walk, place, item, detail)


# Steps ---------------------------------------------------------------------------------------------------


def _done(walk: Walk, place: Place, item: StepProgress, party: str) -> None:
    request = steps.DoneRequest(item.step.id, party, evidence=_evidence(walk, item))
    walk.recorded(steps.done(walk.ws, walk.name, request, place.mode))


def _evidence(walk: Walk, item: StepProgress) -> tuple[steps.EvidenceFile, ...]:
    if not item.step.evidence:
        return ()
    question = TextQuestion(
        "evidence",
        f"File with the {item.step.evidence}",
        hint="Enter alone for none",
        required=False,
        check=acceptable(_evidence_file),
    )
    given = walk.prompter.text(question)
    return (_evidence_file(given),) if given else ()


def _evidence_file(text: str) -> steps.EvidenceFile:
    path = _path(text)
    file = read_input(path, what="The evidence", limit=LARGEST_SCREEN_PRINT)
    return steps.EvidenceFile(path.name, file.data, file.sha256)


def _path(text: str) -> Path:
    """The path as typed, or as a window pastes it when a file is dropped on it: in quotes."""
    bare = text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text
    try:
        return Path(bare).expanduser()
    except RuntimeError:
        return Path(bare)


def _note(walk: Walk, place: Place, item: StepProgress, _: str) -> None:
    question = TextQuestion("note", "Note", hint=_LEAVES, required=False)
    text = walk.typed(question)
    walk.recorded(activations.note(walk.ws, walk.name, text, place.mode, step=item.step.id))


def _skip(walk: Walk, place: Place, item: StepProgress, _: str) -> None:
    if item.step.optional:
        walk.prompter.say(item.step.optional)
    reason = _reason(walk, f"Why is {item.step.id} skipped?")
    walk.recorded(steps.skip(walk.ws, walk.name, item.step.id, reason, place.mode))


def _reopen(walk: Walk, place: Place, item: StepProgress, _: str) -> None:
    reason = _reason(walk, f"Why is {item.step.id} opened again?")
    walk.recorded(steps.reopen(walk.ws, walk.name, item.step.id, reason, place.mode))


def _reason(walk: Walk, text: str) -> str:
    return walk.typed(TextQuestion("reason", text, hint=_LEAVES, required=False))


# Facts ---------------------------------------------------------------------------------------------------


def _facts(walk: Walk, place: Place, item: StepProgress, _: str) -> None:
    revision = place.mode
    for fact_id in facts_of(item.step) or missing_facts(walk, place):
        texts = _fact(walk, place, fact_id)
        if not texts:
            continue
        outcome = activations.set_facts(walk.ws, walk.name, {fact_id: texts}, revision)
        walk.recorded(outcome)
        revision = ChangeMode(if_revision=outcome.revision)
        if walk.read().step(item.step.id).state is StepState.NOT_NEEDED:
            return


def _fact(walk: Walk, place: Place, fact_id: str) -> tuple[str, ...]:
    """The values given for a fact, none when it is to stay as it is."""
    spec = showing.fact_spec(place.profile, fact_id) or FactSpec(fact_id, fact_id, FactKind.TEXT)
    now = place.activation.fact(fact_id)
    label = f"{spec.label}, now {now}" if now else spec.label
    if spec.kind is FactKind.CHOICE:
        return _one_choice(walk, spec, label)
    if spec.kind is FactKind.CHOICES:
        return _several_choices(walk, spec, label)
    _hint(walk, spec)
    question = TextQuestion(
        fact_id, label, hint=_LEAVES, required=False, check=acceptable(lambda text: parse_fact(spec, [text]))
    )
    given = walk.prompter.text(question)
    return (given,) if given else ()


def _hint(walk: Walk, spec: FactSpec) -> None:
    """Hints may be longer than a line, and a line to type on must not begin with a paragraph."""
    if spec.hint:
        hint = spec.hint[0].upper() + spec.hint[1:]
        sure = spec.confidence is Confidence.CONFIRMED
        origin = "" if sure else f" (Not in the guide, {spec.confidence.value}.)"
        said = f"{hint}{origin}"
        walk.prompter.say(said if walk.look.plain else fill(said, walk.look.width - 1))


def _one_choice(walk: Walk, spec: FactSpec, label: str, leave: str = "Leave as it is") -> tuple[str, ...]:
    choices = (*(Choice(each, each) for each in spec.choices), Choice(_LEAVE, leave))
    _hint(walk, spec)
    chosen = walk.prompter.choose(ChoiceQuestion(spec.id, label, choices))
    return () if chosen == _LEAVE else (chosen,)


def _several_choices(walk: Walk, spec: FactSpec, label: str) -> tuple[str, ...]:
    """Choices one after the other, until one is left out or nothing more can be chosen."""
    chosen = _one_choice(walk, spec, label)
    while chosen and NONE not in chosen:
        walk.so_far("set", walk.name, *(f"{spec.id}={each}" for each in chosen))
        left = tuple(each for each in spec.choices if each not in (*chosen, NONE))
        if not left:
            break
        more = FactSpec(spec.id, spec.label, spec.kind, left)
        further = _one_choice(walk, more, f"{spec.label}: another one?", "No other")
        if not further:
            break
        chosen = (*chosen, *further)
    return chosen


# The order -------------------------------------------------------------------------------------------------


def _check(walk: Walk, place: Place, item: StepProgress, _: str) -> None:
    outcome = checks.check(walk.ws, walk.name, purpose="order")
    walk.present(outcome)


def _form(walk: Walk, place: Place, item: StepProgress, _: str) -> None:
    placed = place.activation.order is not None
    walk.present((orders.show if placed else orders.sheet)(walk.ws, walk.name))


def _place(walk: Walk, place: Place, item: StepProgress, _: str) -> None:
    def tried(number: str) -> object:
        request = orders.PlaceRequest(number, accept_billing=True)
        return orders.place(walk.ws, walk.name, request, ChangeMode(dry_run=True))

    number = walk.typed(
        TextQuestion(
            "number",
            "Order number",
            hint=f"as Verizon gave it; {_LEAVES}",
            required=False,
            check=acceptable(tried),
        )
    )
    walk.so_far("order", "place", walk.name, "--number", number)
    accepted = walk.prompter.yes_no(
        YesNoQuestion(
            "accept-billing",
            "Billing often starts on the day the order is placed, ready or not. Is that accepted?",
        )
    )
    if accepted:
        walk.confirm_name(f"Order {number} goes on record as placed, and billing as accepted.")
    request = orders.PlaceRequest(number, accepted)
    walk.present(orders.place(walk.ws, walk.name, request, place.mode))


def _verify(walk: Walk, place: Place, item: StepProgress, _: str) -> None:
    walk.prompter.say("Type what Dynamic Network Manager shows, not what was ordered.")
    seen: dict[str, Sequence[str]] = {}
    words = ["order", "verify", walk.name]
    for line in verification.SEEN_FIELDS:
        several = line.field == "location"
        hint = f"several with ; between; {_LEAVES}" if several else _LEAVES
        text = walk.typed(
            TextQuestion(f"seen-{line.field}", f"The {line.label} shown", hint=hint, required=False)
        )
        seen[line.field] = [part.strip() for part in text.split(";")] if several else [text]
        words += [word for each in seen[line.field] for word in (f"--seen-{line.field}", each)]
        walk.so_far(*words)
    walk.present(verification.verify(walk.ws, walk.name, seen, place.mode))


# The hand-off ----------------------------------------------------------------------------------------------


def _handoff(walk: Walk, place: Place, item: StepProgress, _: str) -> None:
    def read(text: str) -> ScreenPrint:
        return read_screen_print(_path(text))

    question = TextQuestion(
        "screen-print",
        "File with the screen print",
        hint=f"PNG or JPEG; {_LEAVES}",
        required=False,
        check=acceptable(read),
    )
    picture = read(walk.typed(question))
    request = handoffs.HandoffRequest(picture, again=bool(place.activation.handoffs))
    walk.present(handoffs.handoff(walk.ws, walk.name, request, place.mode))


def _stage(walk: Walk, place: Place, item: StepProgress, stage: str) -> None:
    walk.present(handoffs.stage(walk.ws, walk.name, stage, place.mode))


# VPNs ------------------------------------------------------------------------------------------------------


def _add_vpn(walk: Walk, place: Place, item: StepProgress, _: str) -> None:
    name = walk.typed(
        TextQuestion("vpn", "Name of the VPN", hint=_LEAVES, required=False, check=vpn_name_problem)
    )
    while True:
        walk.so_far("vpn", "add", walk.name, name, "--prefix", "PREFIX")
        request = _vpn_request(walk, name)
        plan = vpn_plans.plan(walk.ws, walk.name, [request], [])
        walk.present(plan)
        if plan.error is None:
            break
        walk.prompter.say(f"Correct the prefixes or MAX of VPN {name}.")
    if not walk.prompter.yes_no(YesNoQuestion("add", f"Record VPN {name} so?")):
        raise Back
    walk.present(vpns.add(walk.ws, walk.name, [request], place.mode))


def _vpn_request(walk: Walk, name: str) -> vpn_requests.VpnRequest:
    question = TextQuestion(
        "prefixes",
        "Its prefixes",
        hint=f"spaces or commas between; {_LEAVES}",
        required=False,
        check=acceptable(_prefixes),
    )
    prefixes = _prefixes(walk.typed(question))
    words = ["vpn", "add", walk.name, name, *(word for each in prefixes for word in ("--prefix", str(each)))]
    walk.so_far(*words)
    found: dict[int, int | None] = {}
    for version, key, label in _MAXIMA:
        if any(prefix.version == version for prefix in prefixes):
            found[version] = _maximum(walk, key, label)
            words += [f"--{key}", str(found[version])] if found[version] else []
            walk.so_far(*words)
    return vpn_requests.VpnRequest(name, prefixes, found.get(4), found.get(6))


def _prefixes(text: str) -> tuple[Prefix, ...]:
    return vpn_requests.parse_prefixes([part for part in _BETWEEN.split(text) if part], "The list")


def _maximum(walk: Walk, key: str, label: str) -> int | None:
    def parse(text: str) -> int | None:
        if not (text.isascii() and text.isdigit() and len(text) <= 10):
            raise InvalidValue("MAX is a whole number, at least 1.")
        return vpn_requests.parse_maximum(int(text), "MAX")

    question = TextQuestion(
        key, label, hint="a number; Enter alone if not known", required=False, check=acceptable(parse)
    )
    given = walk.prompter.text(question)
    return parse(given) if given else None


def _remove_vpn(walk: Walk, place: Place, item: StepProgress, _: str) -> None:
    vpn = _which_vpn(walk, "Which VPN is to be removed?", [each.name for each in place.activation.vpns])
    walk.so_far("vpn", "remove", walk.name, vpn)
    walk.present(vpn_plans.plan(walk.ws, walk.name, [], [vpn]))
    walk.confirm_name(f"The removal of VPN {vpn} goes on record.")
    walk.present(vpns.remove(walk.ws, walk.name, vpn, place.mode))


def _confirm_vpn(walk: Walk, place: Place, item: StepProgress, _: str) -> None:
    vpn = _which_vpn(walk, "Which VPN does the portal show as asked for?", pending_vpns(place))
    walk.present(vpns.confirm(walk.ws, walk.name, vpn, place.mode))


def _which_vpn(walk: Walk, text: str, names: Sequence[str]) -> str:
    choices = (*(Choice(name, name) for name in names), Choice(_LEAVE, "None of them"))
    chosen = walk.prompter.choose(ChoiceQuestion("which-vpn", text, choices))
    if chosen == _LEAVE:
        raise Back
    return chosen


ANSWERS: dict[str, Answer] = {
    "done": _done,
    "note": _note,
    "skip": _skip,
    "reopen": _reopen,
    "facts": _facts,
    "check": _check,
    "form": _form,
    "place": _place,
    "verify": _verify,
    "handoff": _handoff,
    "stage": _stage,
    "add-vpn": _add_vpn,
    "remove-vpn": _remove_vpn,
    "confirm-vpn": _confirm_vpn,
    "port": request_port,
    "port-confirm": confirm_port,
    "port-seen": see_port,
}
