"""The abstract operations of the corpus as command lines of the program.

An operation looks at a case and answers with an action: the stage its world is at, and a function that puts
files into a sandbox and returns the command lines. What has no command line is said to be not possible, with
the reason; nothing here guesses.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.corpus.cases import Case, NotPossible, text_of
from tests.corpus.given_files import append, given_file
from tests.corpus.program import Word
from tests.corpus.world import ACCOUNT, NAME, ORDER, USUAL, Attached, Box, Stage, picture

OTHER = "acme-2"
# The longest single argument Linux takes is 128 KiB.
LONGEST_ARGUMENT = 130_000
MAX = ("--max-prefixes=100", "--max-prefixes-v6=100")
GOOD = ("vpn", "add", NAME, "B", "--prefix=10.30.0.0/16", *MAX, "--yes")
GOOD2 = ("vpn", "add", NAME, "C", "--prefix=10.31.0.0/16", *MAX, "--yes")


@dataclass(slots=True)
class Plan:
    """What is to be run in a sandbox.

    Attributes:
        runs: command lines; each of them has to end as the case says, unless they run together.
        together: they run at the same time, and each class is to occur.
        subject: the activation whose revisions count.
        file: name of the file an error has to mention.
        disturb: called again and again while the program runs.
        slow_file: reading this file is slowed down, so that `disturb` meets it.
        keys: what a person types at a terminal, as pairs of what to wait for and what to send.
        settled: the obstacle stays, so an ordinary command afterwards proves nothing.
    """

    runs: Sequence[Sequence[Word]]
    together: bool = False
    subject: str = NAME
    file: str = ""
    disturb: Callable[[], None] | None = None
    slow_file: Path | None = None
    keys: Sequence[tuple[str, str]] = ()
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """Where a case begins, and what it does there."""

    stage: Stage
    prepare: Callable[[Box], Plan]


Operation = Callable[[Case], Action]


def simply(stage: Stage, *runs: Sequence[Word], subject: str = NAME) -> Action:
    """An action of command lines alone."""
    return Action(stage, lambda box: Plan(runs, subject=subject))


def only(case: Case, *known: str) -> None:
    """Refuse an input with a part nobody here knows.

    Raises:
        NotPossible: with the parts that have no mapping.
    """
    strange = sorted(set(case.input) - {*known, "setup"})
    if strange:
        raise NotPossible(f"{case.op} with {', '.join(strange)} has no mapping to a command")


# VPNs and prefixes -----------------------------------------------------------------------------------------


def vpn_add(case: Case) -> Action:
    """`vpn add`."""
    only(case, "value", "gen", "hex", "typed", "attached", "adding", "max", "concurrent")
    given = case.input
    stage = Stage("verified", _attached(given.get("attached")))
    limits = _limits(given)
    if "typed" in given:
        return Action(stage, lambda box: _typed(box, given["typed"]))
    if "concurrent" in given:
        runs = [_adding(each["adding"], limits) for each in given["concurrent"]]
        return Action(stage, lambda box: Plan(runs, together=True))
    if "adding" in given:
        return simply(stage, _adding(given["adding"], limits))
    if "hex" in given:
        return simply(
            stage, ("vpn", "add", NAME, "B", "--prefix", bytes.fromhex(given["hex"]), *limits, "--yes")
        )
    if "value" not in given and "gen" not in given:
        return simply(stage, GOOD)
    value = text_of(given.get("value", given))
    if "\0" in value or len(value.encode("utf-8", "surrogatepass")) > LONGEST_ARGUMENT:
        return Action(stage, lambda box: _from_list(box, value, limits))
    return simply(stage, ("vpn", "add", NAME, "B", f"--prefix={value}", *limits, "--yes"))


def _attached(given: Any) -> Attached:
    if not given:
        return USUAL
    return tuple((str(vpn), tuple(str(each) for each in prefixes)) for vpn, prefixes in given.items())


def _limits(given: Mapping[str, Any]) -> tuple[str, ...]:
    if "max" not in given:
        return MAX
    if given["max"] is None:
        return ()
    return (f"--max-prefixes={text_of(given['max'])}", f"--max-prefixes-v6={text_of(given['max'])}")


def _adding(given: Mapping[str, Any], limits: Iterable[str]) -> tuple[str, ...]:
    if len(given) != 1:
        raise NotPossible("one `vpn add` adds one VPN; several come from a file")
    vpn, prefixes = next(iter(given.items()))
    return ("vpn", "add", NAME, str(vpn), *(f"--prefix={text_of(p)}" for p in prefixes), *limits, "--yes")


def _from_list(box: Box, value: str, limits: Iterable[str]) -> Plan:
    """A value no argument can carry goes in as the only line of a list."""
    path = box.write(box.work / "list.txt", value.encode("utf-8", "surrogatepass") + b"\n")
    return Plan([("vpn", "add", NAME, "B", "--from", str(path), *limits, "--yes")], file=path.name)


def _typed(box: Box, values: Sequence[Any]) -> Plan:
    """Typed values come in a request file; its reader makes scalars text, so the outcome is what counts."""
    runs = []
    for number, value in enumerate(values):
        plain = next(iter(value.values())) if isinstance(value, Mapping) else None
        text = (
            f"name: {OTHER}\nprofile: alibaba-cloud\ncustomer: Acme Ltd\nlocation: [Hong Kong]\n"
            f"data-plan: 1 TB\nvpn: B\nprefixes: [{json.dumps(plain)}]\nmax-prefixes: 100\n"
        )
        path = box.write(box.work / f"request-{number}.yaml", text.encode())
        runs.append(("new", "--file", str(path)))
    return Plan(runs)


def vpn_remove(case: Case) -> Action:
    """`vpn remove`."""
    only(case, "attached", "removing", "is_default", "no_input", "confirm")
    given = case.input
    words = ["vpn", "remove", NAME, text_of(given["removing"])]
    words += _confirmation(given)
    return simply(Stage("verified", _attached(given.get("attached"))), words)


def _confirmation(given: Mapping[str, Any]) -> list[str]:
    words = ["--no-input"] if given.get("no_input") else []
    if "confirm" not in given:
        return [*words, "--confirm", NAME]
    return words if given["confirm"] is None else [*words, "--confirm", text_of(given["confirm"])]


def import_prefixes(case: Case) -> Action:
    """`vpn add --from FILE`, the VPNs named in the file."""
    only(case, "text", "hex", "gen", "special", "grows_while_reading", "encoding", "name")

    def prepare(box: Box) -> Plan:
        path = given_file(
            box, case.input, str(case.input.get("name", "prefixes.csv")), b"vpn,prefix\nB,10.30.0.0/16\n"
        )
        plan = Plan([("vpn", "add", NAME, "--from", str(path), *MAX, "--yes")], file=path.name)
        if case.input.get("grows_while_reading"):
            plan.slow_file, plan.disturb = path, lambda: append(path, b"C,10.99.0.0/16\r\n")
        return plan

    return Action(Stage("verified"), prepare)


# Activations, facts, orders, steps -------------------------------------------------------------------------


def init_order(case: Case) -> Action:
    """`new`: in an empty home where the surroundings matter, else beside an activation that is there."""
    only(case, "customer", "order_id", "location", "data_plan")
    given = case.input
    name = text_of(given.get("order_id", OTHER))
    usual = {"customer": "Acme Ltd", "location": "Hong Kong", "data-plan": "1 TB"}
    facts = {key: text_of(given.get(key.replace("-", "_"), text)) for key, text in usual.items()}
    stage = Stage("empty" if case.setup else "ready")
    if any(
        "\0" in each or len(each.encode("utf-8", "surrogatepass")) > LONGEST_ARGUMENT
        for each in (name, *facts.values())
    ):
        return Action(stage, lambda box: _requested(box, name, facts))
    options = [f"--{key}={value}" for key, value in facts.items()]
    # A name that begins with a dash is a name only behind the two dashes.
    words = ("new", "--profile=alibaba-cloud", *options, "--", name)
    return simply(stage, words, subject=name)


def _requested(box: Box, name: str, facts: Mapping[str, str]) -> Plan:
    lines = [
        f"name: {json.dumps(name)}",
        "profile: alibaba-cloud",
        *(f"{k}: {json.dumps(v)}" for k, v in facts.items()),
    ]
    path = box.write(box.work / "request.yaml", "\n".join(lines).encode() + b"\n")
    return Plan([("new", "--file", str(path))], subject=name)


def record_alibaba_account(case: Case) -> Action:
    """`set` of the account's facts."""
    only(case, "account_id", "status")
    given = case.input
    if isinstance(given.get("account_id"), int | float):
        raise NotPossible("facts are given as text on the command line; there is no typed input for them")
    named = {"account-id": "account_id", "account-status": "status"}
    facts = [f"csp.{key}={text_of(given[name])}" for key, name in named.items() if name in given]
    return simply(Stage("facts"), ("set", NAME, *facts))


def record_pip(case: Case) -> Action:
    """`set` of the Private IP connections; a circuit that is only ordered counts as ordered."""
    only(case, "count", "circuit", "status")
    given = case.input
    if "count" in given:
        value = given["count"]
        return simply(Stage("facts"), ("set", NAME, f"private-ip.active={text_of(value)}"))
    fact = {"ordered": "private-ip.ordered", "active": "private-ip.active"}.get(
        str(given.get("status")).strip().lower()
    )
    if fact is None:
        raise NotPossible(
            f"circuits are counted by fact; there is none for the status {given.get('status')!r}"
        )
    return simply(Stage("facts"), ("set", NAME, f"{fact}=1"))


ORDER_INPUT = (
    "order_number", "service_key", "csp_customer_id", "account_id", "security_products", "after_order",
    "already_placed", "same_op_id", "accept_billing", "confirm",
)  # fmt: skip


def place_order(case: Case) -> Action:
    """`order place`, confirmed and with billing accepted."""
    only(case, *ORDER_INPUT)
    given = case.input
    stage = Stage("placed" if given.get("already_placed") or given.get("after_order") else "ready",
                  account=text_of(given.get("account_id", ACCOUNT)))  # fmt: skip
    if "security_products" in given:
        if not given.get("after_order"):
            raise NotPossible("security products go with the facts before the order, not with placing it")
        products = given["security_products"]
        listed = products if isinstance(products, list) else [products]
        return simply(stage, ("set", NAME, *(f"security-products={text_of(each)}" for each in listed)))
    again = bool(given.get("same_op_id"))
    other = "VZ-999999" if given.get("already_placed") and not again else ORDER
    number = text_of(given.get("order_number", other))
    words = ["order", "place", NAME, f"--number={number}"]
    words += [f"--confirm={text_of(given.get('confirm', NAME))}"]
    words += ["--accept-billing"] if given.get("accept_billing", True) else []
    for name, field_ in (("service-key", "service_key"), ("csp-customer-id", "csp_customer_id")):
        words += [f"--field={name}={text_of(given[field_])}"] if field_ in given else []
    if again:
        words.append("--op-id=job-17")
        return Action(Stage("ready"), lambda box: _placed_before(box, words))
    return simply(stage, words)


def _placed_before(box: Box, words: Sequence[Word]) -> Plan:
    box.must(*words)
    return Plan([words])


def record_event(case: Case) -> Action:
    """`done --at`."""
    only(case, "date", "instant", "zone")
    given = case.input
    when = text_of(given.get("date", given.get("instant")))
    if "zone" in given:
        when += f"[{text_of(given['zone'])}]"
    return simply(Stage("ready"), ("done", NAME, "P2", f"--at={when}"))


# Hand-off and port -----------------------------------------------------------------------------------------


def handoff(case: Case) -> Action:
    """`handoff` with a screen print."""
    only(case, "attachment", "to", "subject_field", "body_field", "before", "twice", "same_op_id", "target")
    given = case.input
    if "target" in given:
        raise NotPossible("the draft goes to the folder out of the home; no option names another place")
    if "subject_field" in given:
        return _subject(text_of(given["subject_field"]))
    if given.get("before") not in (None, "order_not_in_dnm"):
        raise NotPossible(f"handoff before {given['before']!r} is not known to the harness")
    stage = Stage("placed" if given.get("before") else "verified")
    if "\0" in text_of(given.get("to", "")):
        return Action(Stage("verified"), lambda box: _recipient(box, text_of(given["to"])))
    return Action(stage, lambda box: _handoff(box, given))


def _handoff(box: Box, given: Mapping[str, Any]) -> Plan:
    attachment = given.get("attachment") or {}
    path = given_file(box, attachment, str(attachment.get("name", "screenprint.png")), picture())
    to = text_of(given.get("to", "activation@example.net"))
    words: list[Word] = ["handoff", NAME, "--attach", str(path), f"--to={to}"]
    if "body_field" in given:
        words.append(f"--message={text_of(given['body_field'])}")
    words += ["--op-id=job-17"] if given.get("same_op_id") else []
    plan = Plan([words] * (2 if given.get("twice") else 1))
    if attachment.get("changes_between_hash_and_attach"):
        plan.slow_file, plan.disturb = path, lambda: append(path, b"more")
    return plan


def _subject(value: str) -> Action:
    """The subject is made of the customer and the places, so that is where its text comes from."""
    if "\0" not in value:
        raise NotPossible("the subject is made of recorded facts, which are checked when they are recorded")
    return Action(
        Stage("ready"),
        lambda box: _requested(box, OTHER, {"customer": value, "location": "Hong Kong", "data-plan": "1 TB"}),
    )


def _recipient(box: Box, address: str) -> Plan:
    """An address no argument can carry comes from a profile."""
    from tests.corpus.profile_files import with_recipients

    path = box.write(box.work / "alibaba-copy.yaml", with_recipients([address]))
    return Plan([("profile", "check", str(path))], file=path.name)


def port_set(case: Case) -> Action:
    """`port shutdown` and `port no-shutdown`; a word to be understood goes to `port seen`."""
    only(case, "to", "current", "order_placed", "no_input", "confirm", "eof_at_prompt")
    given = case.input
    to, current = text_of(given["to"]), text_of(given.get("current", "up"))
    stages = {
        "up": "up",
        "shutdown": "shutdown",
        "down": "shutdown",
        "unknown": "verified",
        "no-shutdown": "up",
    }
    if current not in stages:
        raise NotPossible(f"a port that is {current!r} is not known to the harness")
    stage = Stage("ready" if given.get("order_placed") is False else stages[current])
    if to not in ("shutdown", "no-shutdown"):
        return simply(stage, ("port", "seen", NAME, to))
    words = ["port", to, NAME, "--reason=test"]
    if given.get("eof_at_prompt"):
        return Action(stage, lambda box: Plan([words], keys=[(NAME, "\x04")]))
    return simply(stage, [*words, *_confirmation(given)])
