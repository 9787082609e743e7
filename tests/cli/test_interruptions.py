"""Ctrl-C and the end of the input at every question: never an answer, and nothing changes."""

from __future__ import annotations

import os
from dataclasses import dataclass

import pytest

from tests.cli.program import Program
from tests.cli.test_streams import ended, spawn

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs a terminal as POSIX has it")

Step = tuple[str, str]


@dataclass(frozen=True)
class Dialogue:
    """A command with its questions in order, each with the answer that leads to the next."""

    words: str
    questions: tuple[Step, ...]
    placed: bool = True


DIALOGUES = {
    "new": Dialogue(
        "new globex-sg-1",
        (
            ("then Enter", "1"),
            ("Customer:", "Globex"),
            ("Installation location", "Singapore"),
            ("Another location", ""),
            ("Data plan", "1 TB"),
            ("VPN of the order", "CORP"),
            ("Its prefixes", "10.20.0.0/16"),
            ("MAX of the VPN", ""),
        ),
    ),
    "order place": Dialogue(
        "order place acme-hk-1",
        (("Order number:", "VZ-1"), ("y or n", "y"), ("type acme-hk-1 to confirm", "")),
        placed=False,
    ),
    "vpn add": Dialogue(
        "vpn add acme-hk-1 LAB --prefix 10.40.0.0/16 --max-prefixes 1250", (("Add VPN LAB to acme-hk-1", ""),)
    ),
    "port shutdown": Dialogue(
        "port shutdown acme-hk-1", (("Reason:", "failover test"), ("type acme-hk-1 to confirm", ""))
    ),
    "skip": Dialogue("skip acme-hk-1 O6", (("Reason:", "seen by phone"), ("Skip step O6", ""))),
}
PLACES = [(name, place) for name, each in DIALOGUES.items() for place in range(len(each.questions))]


def files(sci: Program) -> dict[str, bytes]:
    """Every file in the home folder, lock files aside."""
    return {
        str(path.relative_to(sci.home)): path.read_bytes()
        for path in sci.home.rglob("*")
        if path.is_file() and not path.name.endswith(".lock")
    }


def left_at(sci: Program, name: str, place: int, key: str, term: str) -> str:
    """What is shown when a dialogue is left at a question; nothing may have changed."""
    pexpect = pytest.importorskip("pexpect")
    dialogue = DIALOGUES[name]
    sci.placed() if dialogue.placed else sci.ready()
    before = files(sci)
    child = spawn(sci.home, *dialogue.words.split(), term=term)
    for asked, answer in dialogue.questions[:place]:
        child.expect_exact(asked)
        child.send(answer + "\r")
    child.expect_exact(dialogue.questions[place][0])
    if term != "dumb":
        child.expect(pexpect.TIMEOUT, timeout=0.3)  # the screen is drawn before the keys are listened to
    child.sendcontrol(key)
    code, shown = ended(child)
    assert code == 130, shown
    assert files(sci) == before
    assert "Traceback" not in shown
    return " ".join(shown.split())


@pytest.mark.parametrize("key", ["c", "d"], ids=["Ctrl-C", "Ctrl-D"])
@pytest.mark.parametrize(("name", "place"), PLACES)
def test_leaving_a_question_changes_nothing_and_says_so(
    name: str, place: int, key: str, sci: Program
) -> None:
    assert "Stopped; nothing changed." in left_at(sci, name, place, key, "dumb")


@pytest.mark.parametrize(
    ("name", "place", "key"), [("new", 0, "c"), ("new", 1, "d"), ("order place", 2, "c"), ("vpn add", 0, "d")]
)
def test_leaving_a_question_with_arrow_keys_changes_nothing(
    name: str, place: int, key: str, sci: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = Dialogue("new globex-sg-1", (("Which provider", ""), *DIALOGUES["new"].questions[1:]))
    monkeypatch.setitem(DIALOGUES, "new", new)
    assert "Stopped; nothing changed." in left_at(sci, name, place, key, "xterm-256color")


@pytest.mark.parametrize("key", ["c", "d"], ids=["Ctrl-C", "Ctrl-D"])
def test_a_dialogue_of_the_checklist_that_is_left_goes_on_with_a_command(key: str, sci: Program) -> None:
    pexpect = pytest.importorskip("pexpect")
    assert pexpect
    sci.placed()
    before = files(sci)
    child = spawn(sci.home, "run", "acme-hk-1", term="dumb")
    for asked, answer in (
        ("then Enter", "18"),
        ("then Enter", "1"),
        ("Why Shutdown?", "failover test"),
    ):
        child.expect_exact(asked)
        child.send(answer + "\r")
    child.expect_exact("type acme-hk-1 to confirm")
    child.sendcontrol(key)
    code, shown = ended(child)
    assert (code, files(sci)) == (130, before)
    assert "Go on with: sci port shutdown acme-hk-1 --reason 'failover test'" in shown
    assert "Or:   sci run acme-hk-1" in shown


def test_a_person_who_stops_in_the_middle_gets_a_command_with_the_answers_so_far(sci: Program) -> None:
    shown = left_at(sci, "new", 7, "c", "dumb")
    assert (
        "sci new globex-sg-1 --profile alibaba-cloud --customer Globex --location Singapore"
        " --data-plan '1 TB' --vpn CORP --prefix 10.20.0.0/16"
    ) in shown


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        ("order place", [("number", "VZ-1"), ("accept-billing", False)]),
        ("order place", [("number", "VZ-1"), ("accept-billing", True), ("confirm", False)]),
        ("vpn add", [("yes", False)]),
        ("port shutdown", [("reason", "test"), ("confirm", False)]),
        ("skip", [("reason", "test"), ("yes", False)]),
    ],
)
def test_saying_no_changes_nothing(name: str, answers: list[tuple[str, str | bool]], sci: Program) -> None:
    dialogue = DIALOGUES[name]
    sci.placed() if dialogue.placed else sci.ready()
    before = sci.record
    result = sci(*dialogue.words.split(), answers=answers)
    assert result.exit in (3, 130)
    assert "nothing was" in result.err
    assert sci.record == before


def test_wrong_names_twice_are_no_confirmation(sci: Program) -> None:
    sci.placed()
    before = sci.record
    answers = [("reason", "test"), ("confirm", "acme-hk-2"), ("confirm", "ACME-HK-1")]
    result = sci("port", "shutdown", "acme-hk-1", answers=answers)
    assert (result.exit, sci.record) == (130, before)


def test_the_questions_and_the_options_lead_to_the_same_record(sci: Program) -> None:
    asked = [
        ("profile", "alibaba-cloud"),
        ("customer", "Globex"),
        ("location", "Singapore"),
        ("another-location", ""),
        ("data-plan", "1G"),
        ("vpn", "later"),
    ]
    assert sci("new", "globex-sg-1", answers=asked).exit == 0
    told = "new globex-sg-2 --profile alibaba-cloud --customer Globex --location Singapore --data-plan 1G"
    assert sci.line(told).exit == 0
    facts = [
        sci("status", name, "-o", "json").json()["data"]["facts"] for name in ("globex-sg-1", "globex-sg-2")
    ]
    assert facts[0] == facts[1]
    assert facts[0] != []


def test_order_place_asks_for_billing_and_the_name_one_by_one(sci: Program) -> None:
    sci.ready()
    asked = [("number", "VZ-1"), ("accept-billing", "y"), ("confirm", "acme-hk-1")]
    assert sci("order", "place", "acme-hk-1", answers=asked).exit == 0
    assert sci("order", "show", "acme-hk-1", "-o", "json").json()["data"]["billing_accepted"] is True
