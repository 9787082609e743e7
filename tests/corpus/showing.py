"""Operations that look at records, the checklist, and raw command lines."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from tests.corpus.actions import GOOD, GOOD2, Action, Plan, only, simply
from tests.corpus.cases import Case, NotPossible, text_of
from tests.corpus.damage import VERBS as DAMAGES
from tests.corpus.damage import damage, sealed
from tests.corpus.world import NAME, Box, Stage

LATER_COMMANDS = (
    "plan", "apply", "report", "calendar", "draft",
)  # fmt: skip
LATER_OPTIONS = ("--force-unlock",)
# Commands that take the activation's name, by their words.
NAMED = (
    ("status",), ("run",), ("history",), ("undo",), ("note",), ("set",), ("done",), ("skip",), ("reopen",),
    ("check",),
    ("handoff",), ("stage",), ("vpn", "add"), ("vpn", "remove"), ("vpn", "list"), ("vpn", "plan"),
    ("order", "place"), ("order", "show"), ("order", "sheet"), ("order", "verify"), ("order", "record"),
    ("port", "show"), ("port", "shutdown"), ("port", "no-shutdown"), ("port", "confirm"),
)  # fmt: skip
_VALUED = (
    "--home",
    "-o",
    "--output",
    "--limit",
    "--note",
    "--prefix",
    "--number",
    "--confirm",
    "--reason",
    "--at",
    "--op-id",
)


def show(case: Case) -> Action:
    """`status` of a record that something happened to, `list` of thousands; `doctor` about the machine."""
    only(case, *DAMAGES)
    words = ("list",) if "gen_orders" in case.input else ("status", NAME)
    also = [("doctor",)] if "PYTHONPATH" in case.expect.says else []

    def prepare(box: Box) -> Plan:
        damage(box, case.input)
        # What a record alone cannot show stands in the help.
        more = [("help", "verify")] if case.input.get("audit") == "rewritten_consistently" else []
        return Plan([words, *also, *more], settled=case.expect.classes != ("OK",))

    return Action(Stage("ready"), prepare)


def state_change(case: Case) -> Action:
    """`vpn add` on a record that something happened to."""

    def prepare(box: Box) -> Plan:
        damage(box, case.input)
        return Plan([GOOD], settled=True)

    return Action(Stage("verified"), prepare)


def show_json(case: Case) -> Action:
    """`status -o json`; texts no command takes are put into the record's file."""
    only(case, "record")

    def prepare(box: Box) -> Plan:
        given = case.input.get("record") or {}
        if set(given) - {"customer"}:
            raise NotPossible("only the customer can be put into a record by the harness")
        if "customer" in given:
            new = json.dumps(text_of(given["customer"])).encode()
            data = box.record.read_bytes()
            box.write(box.record, sealed(data.replace(b"'Acme Ltd'", new, 1)))
        return Plan([("status", NAME, "-o", "json")])

    return Action(Stage("ready"), prepare)


def export_csv(case: Case) -> Action:
    """`history -o csv`; the text stands in its column of reasons, for notes are in none of the CSV tables."""
    only(case, "record", "target")
    if "target" in case.input:
        raise NotPossible("CSV goes to standard output only; no option names a file")
    given = case.input.get("record") or {}

    def prepare(box: Box) -> Plan:
        if set(given) - {"note"}:
            raise NotPossible("only notes can be recorded for a CSV table by the harness")
        if given:
            box.must("set", NAME, "data-plan=2 TB", f"--reason={text_of(given['note'])}")
        return Plan([("history", NAME, "-o", "csv")])

    return Action(Stage("ready"), prepare)


def history(case: Case) -> Action:
    """`history`."""
    only(case)
    return simply(Stage("ready"), ("history", NAME))


def wizard(case: Case) -> Action:
    """`run`, at a terminal; a person who answers nothing leaves it again."""
    only(case)
    plain = any("TERM" in (step.get("env") or {}) for step in case.setup)
    leave = "q\r" if plain else "\x1b"
    return Action(Stage("ready"), lambda box: Plan([("run", NAME)], keys=[("pick a step", leave)]))


def raw(case: Case) -> Action:
    """Arguments as they are, in the words of this program."""
    only(case, "argv", "gen_argv", "stdin", "stdout", "stderr", "history", "last")
    if "gen_argv" in case.input:
        gen = case.input["gen_argv"]
        option = str(gen.get("option", "--note"))
        text = str(gen["repeat"]) * int(gen["times"])
        if option != "--note":
            raise NotPossible(f"no command line is known for a long {option}")
        return simply(Stage("ready"), ("note", NAME, f"{option}={text}"))
    words = translated([str(word) for word in case.input["argv"]])
    stage = Stage("verified" if words[:2] == ["vpn", "add"] else _STAGES[_before(case)])
    return Action(stage, lambda box: Plan([[box.placeholders(w) for w in words]]))


# What a case says about the history before its command.
_STAGES = {"": "ready", "empty": "started", "order placed": "placed"}


def _before(case: Case) -> str:
    said = str(case.input.get("last", case.input.get("history", "")))
    if said not in _STAGES:
        raise NotPossible(f"a history that is {said!r} is not known to the harness")
    return said


def translated(argv: Sequence[str]) -> list[str]:
    """A raw command line in the words of this program.

    Raises:
        NotPossible: it needs a command or an option of a later version.
    """
    before, dashes, after = _parted(argv)
    first = next((word for word in before if not word.startswith("-")), "")
    for word in [first] if first in LATER_COMMANDS else [w for w in before if w in LATER_OPTIONS]:
        raise NotPossible(f"`{word}` does not exist yet")
    words: list[str] = []
    # The activation is the positional argument here, so an option given twice has to be another one.
    orders = before.count("--order")
    single = orders == 1 and before[-1:] != ["--order"]
    skip = False
    name: list[str] = []
    for place, word in enumerate(before):
        if skip:
            skip = False
        elif word == "--order" and single:
            name, skip = [before[place + 1]], True
        else:
            words += _word(word)
    words = _named(words, name, bool(dashes and after))
    return [*words, *dashes, *after]


def _parted(argv: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    if "--" not in argv:
        return list(argv), [], []
    place = list(argv).index("--")
    return list(argv[:place]), ["--"], list(argv[place + 1 :])


def _word(word: str) -> list[str]:
    table = {
        "--json": ["-o", "json"],
        "--state": ["--home"],
        "--order": ["--home"],
        "show": ["status"],
        "wizard": ["run"],
        "{GOOD}": [*GOOD[3:]],
        "{GOOD2}": [*GOOD2[3:]],
    }
    return table.get(word, [word])


def _named(words: list[str], name: list[str], has_more: bool) -> list[str]:
    """The words with the activation's name behind the command's, where it takes one and has none."""
    for command in sorted(NAMED, key=len, reverse=True):
        start = next((i for i in range(len(words)) if tuple(words[i : i + len(command)]) == command), None)
        if start is None:
            continue
        end = start + len(command)
        rest = words[end:]
        positional = [
            w for i, w in enumerate(rest) if not w.startswith("-") and (i == 0 or rest[i - 1] not in _VALUED)
        ]
        good = re.match(r"[A-Z]$", positional[0]) if positional else None
        if name or ((not positional or good) and not has_more):
            return [*words[:end], *(name or [NAME]), *rest]
        return words
    return words
