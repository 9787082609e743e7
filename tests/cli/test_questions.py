"""The questions of commands: going back, leaving, lists, and commands to copy that carry every answer."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Any

import pytest

from sci_cli.ui.prompter import Back
from tests.cli.program import NEW, Program, Result
from tests.cli.test_streams import ended, spawn
from tests.ui.scripted import Answer

Script = list[tuple[str, Answer]]

BEGUN: Script = [("profile", "alibaba-cloud"), ("customer", "Globex")]
PLACED: Script = [*BEGUN, ("location", "Singapore"), ("another-location", ""), ("data-plan", "1G")]
GIVEN = "--profile alibaba-cloud --customer Globex --location Singapore --data-plan 1G"


def started(sci: Program, *argv: str, answers: Script) -> dict[str, Any]:
    """The facts and VPNs of the activation `sci new` makes."""
    result = sci("new", "globex-sg-1", *argv, answers=answers)
    assert result.exit == 0, result
    data = sci("status", "globex-sg-1", "-o", "json").json()["data"]
    vpns = sci("vpn", "list", "globex-sg-1", "-o", "json").json()["data"]["vpns"]
    return {
        **{fact["id"]: fact["value"] for fact in data["facts"]},
        "vpns": [(vpn["name"], tuple(vpn["prefixes"]), vpn["max_prefixes"]) for vpn in vpns],
    }


def left(sci: Program, *argv: str, answers: Script) -> str:
    """What is shown when `sci new` is left; nothing may have been started."""
    result = sci("new", *argv, answers=answers)
    assert result.exit == 130, result
    assert sci("list", "-o", "json").json()["data"]["activations"] == []
    return " ".join(result.err.split())


# Going back ------------------------------------------------------------------------------------------------


def test_escape_goes_back_one_question_and_the_answers_are_kept_as_defaults(sci: Program) -> None:
    answers: Script = [
        *BEGUN,
        ("location", Back()),
        ("customer", Back()),
        ("profile", "alibaba-cloud"),
        ("customer", "Globex Ltd"),
        *PLACED[2:],
        ("vpn", ""),
    ]
    made = started(sci, answers=answers)
    assert (made["customer"], made["location"], made["vpns"]) == ("Globex Ltd", "Singapore", [])


def test_escape_at_the_first_question_leaves_with_all_answers_in_the_command(sci: Program) -> None:
    shown = left(sci, "globex-sg-1", answers=[*BEGUN, *[(key, Back()) for key in ("location", "customer")],
                                              ("profile", Back())])  # fmt: skip
    assert shown == (
        "Stopped; nothing changed. Go on with: sci new globex-sg-1 --profile alibaba-cloud --customer Globex"
    )


def test_escape_before_anything_is_answered_leaves_without_a_command(sci: Program) -> None:
    assert left(sci, answers=[("name", Back())]) == "Stopped; nothing changed."


def test_escape_at_a_confirmation_goes_back_to_the_reason(sci: Program) -> None:
    sci.placed()
    answers: Script = [
        ("reason", "test"),
        ("confirm", Back()),
        ("reason", "a longer test"),
        ("confirm", True),
    ]
    assert sci("port", "shutdown", "acme-hk-1", answers=answers).exit == 0
    assert b"a longer test" in sci.record


def test_escape_goes_back_through_the_questions_of_placing_an_order(sci: Program) -> None:
    sci.ready()
    answers: Script = [
        ("number", "VZ-1"),
        ("accept-billing", Back()),
        ("number", "VZ-2"),
        ("accept-billing", True),
        ("confirm", True),
    ]
    assert sci("order", "place", "acme-hk-1", answers=answers).exit == 0
    assert sci("order", "show", "acme-hk-1", "-o", "json").json()["data"]["number"] == "VZ-2"


@pytest.mark.skipif(os.name == "nt", reason="needs a terminal as POSIX has it")
@pytest.mark.parametrize(("term", "back"), [("dumb", "<\r"), ("dumb", "\x1b\r"), ("xterm-256color", "\x1b")])
def test_the_way_back_is_said_and_goes_back_on_a_terminal(term: str, back: str, sci: Program) -> None:
    pexpect = pytest.importorskip("pexpect")
    child = spawn(sci.home, "new", "globex-sg-1", "--profile", "alibaba-cloud", term=term)
    child.expect_exact(
        "< and Enter goes back one question" if term == "dumb" else "Esc goes back one question"
    )
    child.expect_exact("Customer:")
    for asked, typed in (("Installation location", "Globex\r"), ("Customer", back), ("Globex", "")):
        child.expect(pexpect.TIMEOUT, timeout=0.4)  # the screen is drawn before the keys are listened to
        child.send(typed)
        child.expect_exact(asked)
    child.sendcontrol("c")
    code, shown = ended(child)
    assert code == 130
    assert "--profile alibaba-cloud --customer Globex" in " ".join(shown.split())


# Locations -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "location"),
    [
        ([("location", "Hong Kong"), ("another-location", "Singapore"), ("another-location", "")],
         "Hong Kong, Singapore"),
        ([("location", "Hong Kong, Singapore"), ("how-many-locations", "several"), ("another-location", "")],
         "Hong Kong, Singapore"),
        ([("location", "Newark, NJ"), ("how-many-locations", "one"), ("another-location", "")], "Newark, NJ"),
        ([("location", "Hong Kong; Singapore"), ("how-many-locations", Back()), ("location", "Singapore"),
          ("another-location", "")], "Singapore"),
        ([("location", "Hong Kong"), ("another-location", Back()), ("location", "Singapore"),
          ("another-location", "")], "Singapore"),
    ],
    ids=["two", "list", "comma in a name", "escape from how many", "escape from another"],
)  # fmt: skip
def test_locations_are_asked_for_until_there_is_no_other(asked: Script, location: str, sci: Program) -> None:
    made = started(sci, answers=[*BEGUN, *asked, ("data-plan", "1G"), ("vpn", "")])
    assert made["location"] == location


def test_a_list_taken_apart_is_two_locations_on_the_record(sci: Program) -> None:
    asked: Script = [("location", "Hong Kong, Singapore"), ("how-many-locations", "several")]
    started(sci, answers=[*BEGUN, *asked, ("another-location", ""), ("data-plan", "1G"), ("vpn", "")])
    text = (sci.home / "activations" / "globex-sg-1.yaml").read_text()
    assert "Hong Kong, Singapore" not in text.split("history:")[0]


def test_several_locations_are_kept_as_they_are_after_going_back(sci: Program) -> None:
    two: Script = [("location", "Hong Kong"), ("another-location", "Singapore"), ("another-location", "")]
    back: Script = [("data-plan", Back()), ("locations", "keep"), ("data-plan", "1G"), ("vpn", "")]
    assert started(sci, answers=[*BEGUN, *two, *back])["location"] == "Hong Kong, Singapore"


def test_a_location_already_given_is_in_the_command_when_the_next_is_left(sci: Program) -> None:
    stop: Script = [("location", "Hong Kong"), ("another-location", KeyboardInterrupt)]
    assert "--location 'Hong Kong'" in left(sci, "globex-sg-1", answers=[*BEGUN, *stop])


def test_the_locations_the_portal_shows_are_asked_for_one_by_one(sci: Program) -> None:
    two = ("--location", "Hong Kong", "--location", "Singapore")
    known = ("--profile", "alibaba-cloud", "--customer", "Acme Ltd", "--data-plan", "1 TB", "--vpn", "CORP")
    assert sci("new", "acme-2", *known, "--prefix", "10.20.0.0/16", *two).exit == 0
    facts = ("csp.account-id=1234567890123456", "csp.account-status=active", "private-ip.active=1")
    assert sci("set", "acme-2", *facts, "cloud-type=vpc", "security-products=none").exit == 0
    words = ("--number", "VZ-1", "--confirm", "acme-2", "--accept-billing")
    assert sci("order", "place", "acme-2", *words).exit == 0
    answers: Script = [
        ("csp", "Alibaba Cloud"),
        ("data-plan", "1 TB"),
        ("location", "Singapore"),
        ("another-location", "Hong Kong"),
        ("another-location", ""),
    ]
    result = sci("order", "verify", "acme-2", answers=answers)
    assert result.exit == 0, result


# The VPN of the order --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "vpns"),
    [
        ([("vpn", "")], []),
        ([("vpn", "Later")], []),
        ([("vpn", "CORP"), ("prefixes", "later")], []),
        ([("vpn", "CORP"), ("prefixes", "10.20.0.0/16, 10.30.0.0/16"), ("max-prefixes", "1250")],
         [("CORP", ("10.20.0.0/16", "10.30.0.0/16"), 1250)]),
        ([("vpn", "CORP"), ("prefixes", "10.20.0.0/16 2001:db8::/32"), ("max-prefixes", "0"),
          ("max-prefixes", "9"), ("max-prefixes-v6", "")], [("CORP", ("10.20.0.0/16", "2001:db8::/32"), 9)]),
        ([("vpn", "CORP"), ("prefixes", "10.20.0.0"), ("prefixes", "10.20.0.0/16"), ("max-prefixes", "")],
         [("CORP", ("10.20.0.0/16",), None)]),
        ([("vpn", "CORP"), ("prefixes", "127.0.0.0/8"), ("prefixes", "10.20.0.0/16"), ("max-prefixes", "")],
         [("CORP", ("10.20.0.0/16",), None)]),
        ([("vpn", "CORP"), ("prefixes", "10.20.0.0/16"), ("max-prefixes", Back()), ("prefixes", Back()),
          ("vpn", "later")], []),
    ],
    ids=["none", "later", "prefixes later", "whole", "both families", "no prefix", "special", "back"],
)  # fmt: skip
def test_the_vpn_of_the_order_is_asked_for_and_can_wait(
    asked: Script, vpns: list[object], sci: Program
) -> None:
    assert started(sci, answers=[*PLACED, *asked])["vpns"] == vpns


def test_a_vpn_named_without_prefixes_is_asked_for_them(sci: Program) -> None:
    made = started(sci, *GIVEN.split(), "--vpn", "CORP",
                   answers=[("prefixes", "10.20.0.0/16"), ("max-prefixes", "")])  # fmt: skip
    assert made["vpns"] == [("CORP", ("10.20.0.0/16",), None)]


def test_where_nothing_is_missing_nobody_is_asked_about_a_vpn(sci: Program) -> None:
    assert sci("new", "globex-sg-1", *GIVEN.split()).exit == 0


def test_a_taken_name_is_refused_before_anything_is_asked(sci: Program) -> None:
    sci.ready()
    result = sci("new", "acme-hk-1")
    assert (result.exit, "There is an activation acme-hk-1 already." in result.err) == (6, True)


# Files with several VPNs -----------------------------------------------------------------------------------


@pytest.fixture
def two(tmp_path: Path) -> str:
    path = tmp_path / "two.csv"
    path.write_text("vpn,prefix\nCORP,10.20.0.0/16\nLAB,10.30.0.0/16\nLAB,10.40.0.0/16\n")
    return str(path)


def test_a_vpn_named_takes_its_rows_of_a_file_and_says_which_are_left_out(sci: Program, two: str) -> None:
    result = sci("new", "globex-sg-1", *GIVEN.split(), "--vpn", "CORP", "--from", two)
    assert result.exit == 0
    assert "The file names VPN LAB too; its 2 prefixes are left out." in result.out
    listed = sci("vpn", "list", "globex-sg-1", "-o", "json").json()["data"]["vpns"]
    assert [(vpn["name"], vpn["prefixes"]) for vpn in listed] == [("CORP", ["10.20.0.0/16"])]


def test_a_file_of_several_vpns_alone_is_answered_with_commands_that_work(sci: Program, two: str) -> None:
    result = sci("new", "globex-sg-1", *GIVEN.split(), "--from", two)
    assert result.exit == 2
    assert "The file names 2 VPNs, CORP and LAB; one goes on the order." in result.err
    fix = result.err.split("Fix:")[1].split("\n")[0].split("sci ")[1]
    assert fix.endswith(f"--from {two} --vpn CORP")
    assert sci.line(fix).exit == 0


def test_a_person_chooses_the_vpn_of_a_file(sci: Program, two: str) -> None:
    made = started(sci, *GIVEN.split(), "--from", two, answers=[("vpn", "LAB"), ("max-prefixes", "")])
    assert made["vpns"] == [("LAB", ("10.30.0.0/16", "10.40.0.0/16"), None)]


def test_the_one_vpn_of_a_file_needs_no_name(sci: Program, tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("vpn,prefix\nCORP,10.20.0.0/16\n")
    made = started(sci, *GIVEN.split(), "--from", str(path), answers=[])
    assert made["vpns"] == [("CORP", ("10.20.0.0/16",), None)]


def test_a_vpn_that_the_file_does_not_name_is_refused_with_those_it_does(sci: Program, two: str) -> None:
    result = sci("new", "globex-sg-1", *GIVEN.split(), "--vpn", "VOICE", "--from", two)
    assert (result.exit, "no prefixes of VPN VOICE; it names CORP and LAB." in result.err) == (4, True)


# Commands to copy ------------------------------------------------------------------------------------------


def copied(result: Result) -> str:
    return result.err.split("Fix:")[1].strip().removeprefix("sci ")


@pytest.mark.parametrize(
    ("typed", "fix"),
    [
        ("new acme-hk-2 --location 'Hong Kong' --location Singapore --vpn CORP --prefix 10.1.0.0/16"
         " --prefix 10.2.0.0/16 --max-prefixes 9 --dry-run",
         " --profile PROFILE --customer CUSTOMER --data-plan PLAN"),
        ("new --customer Acme", " NAME --profile PROFILE --location PLACE --data-plan PLAN"),
        (f"new acme-hk-2 {GIVEN} --prefix 10.1.0.0/16", " --vpn VPN"),
        ("order place acme-hk-1 --at 2026-03-01 --number VZ-1", " --accept-billing --confirm acme-hk-1"),
        ("order record acme-hk-1 --at 2026-03-01 --reason phone", " --number NUMBER --confirm acme-hk-1"),
        ("skip acme-hk-1 O4 --reason 'will follow'", " --yes"),
        ("vpn update acme-hk-1 CORP --prefix 10.40.0.0/16 --max-prefixes 9", " --yes"),
    ],
)  # fmt: skip
def test_the_command_for_missing_answers_carries_everything_given(typed: str, fix: str, sci: Program) -> None:
    sci.ready()
    result = sci.line(typed)
    assert (result.exit, copied(result)) == (2, typed + fix)


def test_an_answer_given_blank_is_not_in_the_command_twice(sci: Program) -> None:
    fix = copied(sci("new", "", "--customer", "", "--profile=", "--data-plan", "1G"))
    assert fix == "new --data-plan 1G NAME --profile PROFILE --customer CUSTOMER --location PLACE"


def _edited(sci: Program) -> None:
    path = sci.home / "activations" / "acme-hk-1.yaml"
    path.write_bytes(sci.record.replace(b"Singapore", b"Singapur", 1))


@pytest.mark.parametrize(
    ("line", "answers"),
    [
        ("undo acme-hk-1", [("yes", False)]),
        ("restore acme-hk-1 --revision 1 --reason test", [("yes", False)]),
        ("adopt acme-hk-1 --reason test", [("yes", False)]),
        ("vpn update acme-hk-1 CORP --max-prefixes 2000", [("yes", False)]),
    ],
    ids=["undo", "restore", "adopt", "vpn update"],
)
def test_what_is_shown_above_a_question_is_no_dry_run_that_nobody_asked_for(
    line: str, answers: Script, sci: Program
) -> None:
    assert sci(*NEW).exit == 0
    assert sci("note", "acme-hk-1", "The customer called.").exit == 0
    if line.startswith("adopt"):
        _edited(sci)

    asked = sci(*shlex.split(line), answers=answers)
    typed = sci.line(f"{line} --dry-run")

    assert (asked.exit, typed.exit) == (130, 0)
    assert asked.out.startswith("Nothing is changed yet; this would be recorded.\n")
    assert "--dry-run" not in asked.out
    assert "Next:" not in asked.out
    assert typed.out.startswith("Nothing is changed: --dry-run; this is what would be recorded.\n")
