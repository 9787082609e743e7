"""What must hold between the parts of a profile: references, order of steps, coverage of the source.

The checks read the plain tree of the file, not the finished profile, so that they speak up even when other
parts are missing or misspelt, and know the path of everything they mention. What the tree lacks is judged
by the models of `document`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from sci_cli.domain.facts import CORE_FACTS
from sci_cli.domain.profile import StepKind
from sci_cli.profiles import form_checks
from sci_cli.profiles.problems import Node, Path, Problem, shown

_REFERENCES = (
    ("steps.*.phase", "phase"),
    ("steps.*.owners.all.*", "party"),
    ("steps.*.owners.any.*", "party"),
    ("steps.*.clauses.*", "clause"),
    ("steps.*.after.*", "step"),
    ("steps.*.closes-with", "step"),
    ("steps.*.moot-after", "step"),
    ("steps.*.timer.starts", "step"),
    ("steps.*.closed-by.*.fact", "fact"),
    ("steps.*.only-if.fact", "fact"),
    ("steps.*.asks.*", "fact"),
    ("facts.*.clause", "clause"),
    ("gates.order.*.clause", "clause"),
    ("gates.order.*.step", "step"),
    ("gates.order.*.fact", "fact"),
    ("reminders.order.*.clause", "clause"),
    ("reminders.order.*.step", "step"),
    ("reminders.order.*.when.fact", "fact"),
    ("order.fields.*.clause", "clause"),
    ("order.fields.*.fact", "fact"),
    ("handoff.clause", "clause"),
    ("handoff.configuration.*.fact", "fact"),
    ("handoff.pairs.*.*", "fact"),
)

_UNIQUE = (
    ("steps.*.id", "step"),
    ("phases.*.id", "phase"),
    ("facts.*.id", "fact"),
    ("order.fields.*.id", "field"),
    ("handoff.stages.*.id", "stage"),
    ("handoff.contacts.*.email", "recipient"),
    ("cautions.*.id", "caution"),
)

_ONCE = (StepKind.ORDER, StepKind.VERIFY, StepKind.HANDOFF, StepKind.STAGES)

# A step may close with one that waits for it, so what opens steps and what closes them are looked at apart.
_OPENS = ("after.*",)
_CLOSES = ("closes-with", "moot-after")


def cross_problems(root: Node) -> list[Problem]:
    """Everything that does not fit together in the tree of a profile file."""
    return [
        *_duplicates(root),
        *_unknown_references(root),
        *_cycles(root, _OPENS, "waits for"),
        *_cycles(root, _CLOSES, "closes with"),
        *_stuck_automatic_steps(root),
        *_missing_kinds(root),
        *_uncovered_clauses(root),
        *_step_shapes(root),
        *_provider(root),
        *form_checks.form_problems(root),
    ]


def _duplicates(root: Node) -> Iterator[Problem]:
    for pattern, noun in _UNIQUE:
        seen: set[str] = set()
        for node in root.select(pattern):
            # Ids are typed by people and found in any letter case.
            word = node.text.casefold()
            if word and word in seen:
                yield Problem(node.path, f"duplicate {noun} {shown(node.text)}: it is there already.")
            seen.add(word)


def _known(root: Node) -> Mapping[str, tuple[str, ...] | None]:
    """The names of each kind the file defines; None where it has no such section at all."""

    def ids(section: str) -> tuple[str, ...] | None:
        if not root.at(section).present:
            return None
        return tuple(dict.fromkeys(node.text for node in root.select(f"{section}.*.id") if node.text))

    return {
        "step": ids("steps"),
        "phase": ids("phases"),
        "fact": tuple(dict.fromkeys((*CORE_FACTS, *(ids("facts") or ())))),
        "party": root.at("parties").names() or None,
        "clause": root.at("source", "clauses").names() or None,
    }


def _unknown_references(root: Node) -> Iterator[Problem]:
    known = _known(root)
    sets = {noun: frozenset(names) for noun, names in known.items() if names is not None}
    for pattern, noun in _REFERENCES:
        for node in root.select(pattern):
            word = node.text
            if word and noun in sets and word not in sets[noun]:
                yield Problem(
                    node.path, f"there is no {noun} {shown(word)}.", word=word, choices=known[noun] or ()
                )


def _waits(root: Node, patterns: tuple[str, ...]) -> dict[str, dict[str, Path]]:
    """For each step the steps it refers to in this way, with the path of the reference."""
    found: dict[str, dict[str, Path]] = {}
    for step in root.at("steps").entries():
        targets = found.setdefault(step.at("id").text, {})
        for pattern in patterns:
            targets.update({node.text: node.path for node in step.select(pattern) if node.text})
    return found


def _cycles(root: Node, patterns: tuple[str, ...], verb: str) -> Iterator[Problem]:
    waits = _waits(root, patterns)
    order = {step: index for index, step in enumerate(waits)}
    # One cycle is found at a time; taking out one of its edges uncovers the next. A file with more than a
    # handful is not looked at further.
    for _ in range(10):
        try:
            TopologicalSorter(waits).prepare()
        except CycleError as error:
            ring: list[str] = error.args[1][:-1]
            first = min(range(len(ring)), key=lambda index: order[ring[index]])
            ring = [*ring[first:], *ring[:first], ring[first]]
            named = ", ".join(step[:31] for step in ring[:12])
            path = waits[ring[1]].pop(ring[0])
            yield Problem(path, f"a cycle: {named}; each of these steps {verb} the one before it.")
        else:
            return


def _stuck_automatic_steps(root: Node) -> Iterator[Problem]:
    after = {step: tuple(targets) for step, targets in _waits(root, _OPENS).items()}
    for step in root.at("steps").entries():
        closer = step.at("closes-with")
        automatic = step.at("kind").text == StepKind.AUTOMATIC
        if automatic and form_checks.reached(closer.text, after, {step.at("id").text}):
            yield Problem(
                closer.path, f"{shown(closer.text)} waits for this step, so neither would ever close."
            )


def _missing_kinds(root: Node) -> Iterator[Problem]:
    steps = root.at("steps").entries()
    kinds = [step.at("kind") for step in steps]
    if not all(kind.text for kind in kinds):
        return
    counts = Counter(kind.text for kind in kinds)
    for kind in _ONCE:
        if steps and not counts[kind]:
            yield Problem(("steps",), f"no step has the kind {kind}; exactly one has it.", at_key=True)
        later = [node for node in kinds if node.text == kind][1:]
        for node in later:
            yield Problem(node.path, f"a second step has the kind {kind}; exactly one has it.")


def _uncovered_clauses(root: Node) -> Iterator[Problem]:
    if not root.at("steps").present:
        return
    cited = {node.text for node in root.select("steps.*.clauses.*")}
    for clause in root.at("source", "clauses").names():
        if clause not in cited:
            path = ("source", "clauses", clause)
            yield Problem(path, f"clause {clause[:60]} of the source has no step.", at_key=True)


def _step_shapes(root: Node) -> Iterator[Problem]:
    for step in root.at("steps").entries():
        kind = step.at("kind").text
        owners = step.at("owners")
        if isinstance(owners.value, dict) and owners.at("all").present == owners.at("any").present:
            yield Problem(owners.path, "owners have either the key `all` or the key `any`.")
        if step.at("only-if").present != step.at("not-needed").present:
            yield Problem(step.path, "`only-if` and `not-needed` come together.")
        if kind == StepKind.FACTS and not step.at("closed-by").entries():
            yield Problem(step.path, "a step of kind facts needs `closed-by`.")
        if kind and kind != StepKind.FACTS and step.at("closed-by").present:
            yield Problem(
                step.at("closed-by").path, "only a step of kind facts has `closed-by`.", at_key=True
            )
        if kind == StepKind.AUTOMATIC and not step.at("closes-with").present:
            yield Problem(step.path, "a step of kind automatic needs `closes-with`.")


def _provider(root: Node) -> Iterator[Problem]:
    parties = root.at("parties")
    providers = [party for party in parties.entries() if party.at("provider").text == "true"]
    if parties.names() and not providers:
        yield Problem(parties.path, "no party has `provider: true`; exactly one has it.", at_key=True)
    for party in providers[1:]:
        yield Problem(party.at("provider").path, "a second party has `provider: true`; exactly one has it.")
