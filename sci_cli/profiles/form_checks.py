"""What must hold for the facts, the gates, the order form and the hand-off of a profile file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sci_cli.domain.facts import CORE_FACTS
from sci_cli.domain.profile import BILLING_GATES, FactKind, FactSpec, FieldRule, GateKind, StepKind
from sci_cli.profiles.problems import Node, Problem, shown

_BOUNDED = (FactKind.TEXT, FactKind.DIGITS, FactKind.NUMBER)
_WITHOUT_FACT = (FieldRule.EMPTY, FieldRule.VPN, FieldRule.PROVIDER)
_CHOSEN = (FactKind.CHOICE, FactKind.CHOICES)
# Kinds that accept only values a text fact accepts too.
_NARROWER_THAN_TEXT = (FactKind.TEXT, FactKind.DIGITS)


def form_problems(root: Node) -> list[Problem]:
    """Everything that does not fit together in facts, gates, order form and hand-off."""
    return [
        *_facts(root),
        *_conditions(root),
        *_billing_gates(root),
        *_gates(root),
        *_reminders(root),
        *_order_fields(root),
        *_pairs(root),
    ]


# Facts -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Shape:
    """Kind and choices of a fact as the file gives them, completed from the core."""

    kind: str
    choices: tuple[str, ...]


def _shapes(root: Node) -> Mapping[str, _Shape]:
    found = {key: _Shape(spec.kind, spec.choices) for key, spec in CORE_FACTS.items()}
    for fact in root.at("facts").entries():
        core = found.get(fact.at("id").text, _Shape("", ()))
        choices = tuple(node.text for node in fact.at("choices").entries())
        found[fact.at("id").text] = _Shape(fact.at("kind").text or core.kind, choices or core.choices)
    return found


def _facts(root: Node) -> Iterator[Problem]:
    for fact in root.at("facts").entries():
        core = CORE_FACTS.get(fact.at("id").text)
        if core is None:
            yield from _own_fact(fact)
        else:
            yield from _core_fact(fact, core)
        yield from _bounds(fact, fact.at("kind").text or (core.kind if core else ""))


def _own_fact(fact: Node) -> Iterator[Problem]:
    if not isinstance(fact.value, dict):
        return
    for key in ("label", "kind"):
        if not fact.at(key).present:
            yield Problem(fact.path, f"the key `{key}` is missing.")
    kind = fact.at("kind").text
    if kind in _CHOSEN and not fact.at("choices").entries():
        yield Problem(fact.path, f"a fact of kind {kind} needs `choices`.")
    if kind and kind not in _CHOSEN and fact.at("choices").present:
        yield Problem(
            fact.at("choices").path, "only facts of kind choice and choices have `choices`.", at_key=True
        )


def _core_fact(fact: Node, core: FactSpec) -> Iterator[Problem]:
    kind, choices, multiple = fact.at("kind"), fact.at("choices"), fact.at("multiple")
    holds = f"{core.id} is a core fact"
    narrower = core.kind is FactKind.TEXT and kind.text in _NARROWER_THAN_TEXT
    if kind.text and kind.text != core.kind and not narrower:
        yield Problem(kind.path, f"{holds} of kind {core.kind}, which a profile cannot change.")
    if choices.present and {node.text for node in choices.entries()} != set(core.choices):
        said = ", ".join(core.choices) or "no choices"
        yield Problem(choices.path, f"{holds} with {said}, which a profile cannot change.")
    if multiple.present and (multiple.text == "true") is not core.multiple:
        allowed = "several values" if core.multiple else "one value"
        yield Problem(multiple.path, f"{holds} with {allowed}, which a profile cannot change.")
    low, high = _number(fact.at("minimum")), _number(fact.at("maximum"))
    if low is not None and core.minimum is not None and low < core.minimum:
        yield Problem(fact.at("minimum").path, f"{holds} from {core.minimum}; a profile can only narrow it.")
    if high is not None and core.maximum is not None and high > core.maximum:
        yield Problem(fact.at("maximum").path, f"{holds} up to {core.maximum}; a profile can only narrow it.")


def _bounds(fact: Node, kind: str) -> Iterator[Problem]:
    low, high, usual = (fact.at(key) for key in ("minimum", "maximum", "usual-length"))
    if kind and kind not in _BOUNDED:
        for node in (low, high, usual):
            if node.present:
                yield Problem(node.path, f"a fact of kind {kind} has no such bound.", at_key=True)
        return
    smallest, largest, length = _number(low), _number(high), _number(usual)
    if smallest is not None and largest is not None and smallest > largest:
        yield Problem(high.path, f"is less than the minimum, {smallest}.")
    if kind == FactKind.NUMBER and usual.present:
        yield Problem(usual.path, "a fact of kind number has no usual length.", at_key=True)
    elif length is not None and not (smallest or 0) <= length <= (largest or length):
        yield Problem(usual.path, "lies outside minimum and maximum.")


def _number(node: Node) -> int | None:
    text = node.text
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None


def _conditions(root: Node) -> Iterator[Problem]:
    shapes = _shapes(root)
    for pattern in ("steps.*.closed-by.*", "steps.*.only-if", "reminders.order.*.when"):
        for condition in root.select(pattern):
            shape = shapes.get(condition.at("fact").text)
            if shape is None:
                continue
            if condition.at("at-least").present and shape.kind != FactKind.NUMBER:
                yield Problem(
                    condition.at("at-least").path, "only a fact of kind number has `at-least`.", at_key=True
                )
            for value in condition.at("values").entries() if shape.kind in _CHOSEN else ():
                if value.text not in shape.choices:
                    name = condition.at("fact").text
                    said = f"{shown(value.text)} is not a choice of {name}."
                    yield Problem(value.path, said, word=value.text, choices=shape.choices)


# Gates -----------------------------------------------------------------------------------------------------


def _billing_gates(root: Node) -> Iterator[Problem]:
    order = root.at("gates", "order")
    if not isinstance(order.value, list):
        return
    listed = [node.text for node in order.select("*.gate")]
    for gate in BILLING_GATES:
        if gate not in listed:
            yield Problem(
                order.path,
                f"gate {gate} cannot be removed: it guards billing and holds for every profile.",
                at_key=True,
            )
        elif listed.count(gate) > 1:
            yield Problem(order.path, f"gate {gate} is listed more than once.", at_key=True)


def _gates(root: Node) -> Iterator[Problem]:
    # What waits for the order, or for the go that waits for these gates, can never be waited for by them.
    late = {
        step.at("id").text
        for step in root.at("steps").entries()
        if step.at("kind").text in (StepKind.GO, StepKind.ORDER)
    }
    before = {
        step.at("id").text: [node.text for node in step.at("after").entries()]
        for step in root.at("steps").entries()
    }
    needs = {GateKind.STEP_CLOSED: "step", GateKind.FACT_RECORDED: "fact"}
    for gate in root.at("gates", "order").entries():
        kind = gate.at("gate").text
        wanted = needs.get(GateKind(kind)) if kind in list(GateKind) else None
        for key in ("step", "fact"):
            if key == wanted and not gate.at(key).present:
                yield Problem(gate.path, f"gate {kind} needs the key `{key}`.")
            if key != wanted and kind in list(GateKind) and gate.at(key).present:
                yield Problem(gate.at(key).path, f"gate {kind} takes no `{key}`.", at_key=True)
        step = gate.at("step").text
        waited_for = reached(step, before, late) if step else ""
        if waited_for:
            yield Problem(
                gate.at("step").path,
                f"step {step[:31]} is or waits for {waited_for[:31]}, so the order would wait for itself.",
            )


def _reminders(root: Node) -> Iterator[Problem]:
    for reminder in root.at("reminders", "order").entries():
        both = reminder.at("step").present, reminder.at("when").present
        if isinstance(reminder.value, dict) and both[0] == both[1]:
            yield Problem(reminder.path, "a reminder has either the key `step` or the key `when`.")


def reached(start: str, before: Mapping[str, Sequence[str]], targets: Collection[str]) -> str:
    """A step of `targets` that `start` is or waits for, directly or through others; '' if there is none."""
    seen: set[str] = set()
    left = [start]
    while left:
        step = left.pop()
        if step in targets:
            return step
        if step not in seen:
            seen.add(step)
            left.extend(before.get(step, ()))
    return ""


# Order form and hand-off -----------------------------------------------------------------------------------


def _order_fields(root: Node) -> Iterator[Problem]:
    fields = root.at("order", "fields").entries()
    for field in fields:
        rule = field.at("rule").text
        if rule in (FieldRule.COPY, FieldRule.OPTIONAL) and not field.at("fact").present:
            yield Problem(field.path, f"a field with the rule {rule} needs a `fact` to copy.")
        if rule in _WITHOUT_FACT and field.at("fact").present:
            yield Problem(field.at("fact").path, f"a field with the rule {rule} has no `fact`.", at_key=True)
        if rule == FieldRule.EMPTY and not field.at("why").present:
            yield Problem(field.path, "a field that must stay empty needs a `why`.")
    rules = [field.at("rule") for field in fields]
    if not all(rule.text for rule in rules):
        return
    vpns = [rule for rule in rules if rule.text == FieldRule.VPN]
    if fields and not vpns:
        path = ("order", "fields")
        yield Problem(path, "no field has the rule vpn; exactly one has it.", at_key=True)
    for rule_node in vpns[1:]:
        yield Problem(rule_node.path, "a second field has the rule vpn; exactly one has it.")


def _pairs(root: Node) -> Iterator[Problem]:
    shapes = _shapes(root)
    for node in root.select("handoff.pairs.*.*"):
        shape = shapes.get(node.text)
        if shape is not None and shape.kind != FactKind.INTERFACE:
            yield Problem(
                node.path, f"{shown(node.text)} is not a fact of kind interface; only such facts make pairs."
            )
