"""The port in the checklist: asked for, confirmed, withdrawn, seen, whoever the provider is."""

from __future__ import annotations

import shutil
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from sci_cli.domain.activation import AdminStatus
from sci_cli.operations import ports
from sci_cli.operations.workspace import ChangeMode
from sci_cli.ui.checklist import run_checklist
from sci_cli.ui.look import Look
from sci_cli.ui.plain_prompter import PlainPrompter
from sci_cli.ui.prompter import Back, ChoiceQuestion
from tests.ui.test_checklist import NAME, WALK, Desk, Keyboard, Script, disabled, values

NIMBUS = Path(__file__).parents[1] / "profiles" / "fictitious.yaml"
PLACED = next(number for number, (key, *_) in enumerate(WALK) if key == "O6")
DOWN: Script = [("S2", "port:shutdown"), ("reason", "failover test"), ("confirm", NAME)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """The order is placed and VPN blue is on the port, whose status the portal shows as No Shutdown."""
    desk = Desk(tmp_path)
    desk.broken_off(desk.script(PLACED))
    ports.seen(desk.ws, NAME, "no-shutdown", ChangeMode())
    desk.shown.clear()
    return desk


def listed(desk: Desk) -> ChoiceQuestion:
    question = desk.run([("step", "(quit)")]).questions[0]
    assert isinstance(question, ChoiceQuestion)
    return question


def test_the_port_is_listed_after_all_steps_once_there_is_one_and_does_not_count(
    desk: Desk, tmp_path: Path
) -> None:
    before = Desk(tmp_path_beside(tmp_path))
    assert [each.value for each in listed(before).choices][-2:] == ["O12", "(quit)"]

    shown = [(each.value, each.heading, each.label) for each in listed(desk).choices][-3:-1]
    assert shown == [
        (
            "S1",
            "Shut down the port  (not counted)",
            "    S1  Open Modify Admin Status              Cust/VZ      No Shutdown",
        ),
        ("S2", "", "    S2  Choose Shutdown or No Shutdown        VZ+Cust      No Shutdown"),
    ]
    assert desk.outcome.view.total == 16  # type: ignore[attr-defined]  # the status that is shown at the end


def tmp_path_beside(folder: Path) -> Path:
    beside = folder / "beside"
    beside.mkdir()
    return beside


def test_in_the_plain_form_the_port_is_listed_with_its_status_in_words(desk: Desk) -> None:
    desk.look = Look(plain=True)
    assert listed(desk).choices[-2].label == (
        "S2 Choose Shutdown or No Shutdown, Verizon and Customer, No Shutdown"
    )


def test_a_shutdown_says_what_goes_dark_asks_why_and_for_the_name_and_shows_where_to_click(
    desk: Desk,
) -> None:
    prompter = desk.run([("step", "S2"), *DOWN, ("S2", "(quit)")])

    assert values(prompter.questions[1]) == ["port:shutdown", "port-seen", "note", "(list)", "(quit)"]
    assert "VPN blue: 2 prefixes go dark once the port is shut down." in prompter.said
    port = desk.record().port
    assert port.requested is not None
    assert (port.status, port.requested.status, port.requested.reason) == (
        AdminStatus.UP,
        AdminStatus.DOWN,
        "failover test",
    )
    for line in (
        "Step S2   Shut down the port, not counted\n",
        "  Port        No Shutdown, seen 2026-03-09 by sam\n",
        "  VPN         blue, 2 prefixes\n",
        "  Asked for   Shutdown, 2026-03-09 by sam; not confirmed yet\n",
        "  3. Click the pen after Modify Admin Status\n",
        "  Caution     Shutting the port down does not disconnect the service.",
    ):
        assert line in desk.screen


def test_while_a_change_is_asked_for_it_can_be_confirmed_or_withdrawn_and_nothing_else_asked_for(
    desk: Desk,
) -> None:
    prompter = desk.run([("step", "S1"), ("S1", "(list)"), ("step", "S2"), *DOWN, ("S2", "(quit)")])

    assert values(prompter.questions[-1])[:3] == ["port-confirm", "port-confirm:withdraw", "port-seen"]
    assert listed(desk).choices[-2].label.endswith("  to be confirmed")


def test_what_the_portal_shows_is_confirmed_and_then_no_shutdown_is_offered(desk: Desk) -> None:
    prompter = desk.run([("step", "S2"), *DOWN, ("S2", "port-confirm"), ("S2", "(quit)")])

    assert values(prompter.questions[-1])[:2] == ["port:no-shutdown", "port-seen"]
    assert (desk.record().port.status, desk.record().port.requested) == (AdminStatus.DOWN, None)


def test_the_port_is_brought_back_the_same_way(desk: Desk) -> None:
    ports.seen(desk.ws, NAME, "shutdown", ChangeMode())
    prompter = desk.run(
        [("step", "S2"), ("S2", "port:no-shutdown"), ("reason", "over"), ("confirm", NAME), ("S2", "(quit)")]
    )
    assert "VPN blue: 2 prefixes are reachable again once the port is back." in prompter.said
    asked = desk.record().port.requested
    assert asked is not None
    assert asked.status is AdminStatus.UP


def test_a_request_can_be_withdrawn(desk: Desk) -> None:
    desk.run([("step", "S2"), *DOWN, ("S2", "port-confirm:withdraw"), ("S2", "(quit)")])
    assert (desk.record().port.status, desk.record().port.requested) == (AdminStatus.UP, None)


@pytest.mark.parametrize(
    "left",
    [
        [("reason", "")],
        [("reason", Back())],
        [("reason", "test"), ("confirm", "")],
        [("reason", "test"), ("confirm", "acme-hk-2"), ("confirm", "ACME-HK-1")],
    ],
    ids=["no reason", "escape", "no name", "wrong names"],
)
def test_without_reason_or_name_nothing_is_asked_for(desk: Desk, left: Script) -> None:
    before = desk.record()
    desk.run([("step", "S2"), ("S2", "port:shutdown"), *left, ("S2", "(quit)")])
    assert desk.record() == before


def test_while_the_status_is_not_known_no_shutdown_waits_for_what_the_portal_shows(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.broken_off(desk.script(PLACED))
    prompter = desk.run(
        [("step", "S1"), ("S1", "port-seen"), ("port-status", "no-shutdown"), ("S1", "(quit)")]
    )

    first, last = prompter.questions[1], prompter.questions[-1]
    assert disabled(first, "port:no-shutdown") == "The current status of the port is not on record"
    assert disabled(first, "port:shutdown") == ""
    assert values(last)[:2] == ["port:shutdown", "port-seen"]
    assert desk.record().port.status is AdminStatus.UP


def test_what_the_portal_shows_can_be_left_unsaid(desk: Desk) -> None:
    before = desk.record()
    desk.run([("step", "S1"), ("S1", "port-seen"), ("port-status", "(leave)"), ("S1", "(quit)")])
    assert desk.record() == before


def test_enter_alone_on_the_card_goes_back_to_the_list(desk: Desk) -> None:
    question = desk.run([("step", "S2"), ("S2", "(quit)")]).questions[1]
    assert isinstance(question, ChoiceQuestion)
    assert question.default == "(list)"


def test_another_provider_s_port_step_works_the_same(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    shutil.copy(NIMBUS, tmp_path / "profiles" / "nimbus-cloud.yaml")
    profile = desk.ws.catalogue.load("nimbus-cloud")
    desk.broken_off(desk.script(PLACED))
    before = desk.record()
    ref = desk.ws.store.pin_profile(profile)
    desk.ws.store._held[NAME] = replace(before, profile=ref)  # type: ignore[attr-defined]  # a test's own store
    desk.run([("step", "Z1"), ("Z1", "port:shutdown"), ("reason", "t"), ("confirm", NAME), ("Z1", "(quit)")])

    assert listed(desk).choices[-2].heading == "Wind-down  (not counted)"
    asked = desk.record().port.requested
    assert asked is not None
    assert asked.status is AdminStatus.DOWN


def test_with_numbers_the_port_is_shut_in_the_same_words(desk: Desk) -> None:
    screen = StringIO()
    typed = ["18", "1", "failover test", NAME, "1", "q"]
    keyboard = Keyboard(typed, screen)
    desk.look = Look(plain=True)
    run_checklist(desk.ws, NAME, PlainPrompter(keyboard, screen, 80), desk.look, lambda _: None)

    assert (
        "  1. Ask for Shutdown\n  2. Record what the portal shows\n  3. Add a note\n  4. Back to list\n"
    ) in screen.getvalue()
    assert "VPN blue: 2 prefixes go dark once the port is shut down.\n" in screen.getvalue()
    assert "Chosen: Confirm: the portal shows Shutdown\n" in screen.getvalue()
    assert desk.record().port.status is AdminStatus.DOWN


def test_the_card_of_an_open_request_says_which_status_to_choose(desk: Desk) -> None:
    desk.run([("step", "S2"), *DOWN, ("S2", "(quit)")])
    cards = [
        text
        for text in (*desk.shown, *desk.run([("step", "S2"), ("S2", "(quit)")]).said)
        if "Step S2" in text
    ]

    assert "2. Choose Shutdown\n" in cards[-1]
