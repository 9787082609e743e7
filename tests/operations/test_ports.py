"""The port's admin status: asked for, then confirmed; asking for what holds already writes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from sci_cli.domain.activation import AdminStatus, Port, PortRequest, Stamp
from sci_cli.errors import GateClosed, InvalidValue
from sci_cli.operations import ports
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.work_views import PortView
from sci_cli.operations.workspace import ChangeMode
from tests.operations.build import (
    FOR_REAL,
    NOON,
    TRIAL,
    USER,
    Desk,
    lines,
    ordered,
    refused,
    started,
    typed,
    wanted,
)

UP, DOWN = AdminStatus.UP, AdminStatus.DOWN


def ask(desk: Desk, status: AdminStatus, reason: str = "maintenance", mode: ChangeMode = FOR_REAL) -> Outcome:
    """Asks for a status."""
    return ports.request_status(desk.ws, desk.name, status, reason, mode)


def confirm(desk: Desk, *, withdraw: bool = False) -> Outcome:
    """Records that the portal shows it, or that it was not done."""
    return ports.confirm(desk.ws, desk.name, FOR_REAL, withdraw=withdraw)


def seen(desk: Desk, text: str) -> Outcome:
    """Records what the portal shows."""
    return ports.seen(desk.ws, desk.name, text, FOR_REAL)


def test_without_an_order_there_is_no_port(tmp_path: Path) -> None:
    desk = started(tmp_path)
    for act in (lambda: ask(desk, DOWN), lambda: confirm(desk), lambda: seen(desk, "shutdown")):
        error = refused(desk, GateClosed, act)
        assert error.message == "There is no port yet: no order is on record."
    outcome = ports.show(desk.ws, desk.name)
    assert lines(outcome) == ("There is no port yet: no order is on record.",)


def test_shutdown_is_asked_for_with_what_it_affects_then_confirmed(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    outcome = ask(desk, DOWN)
    assert desk.record().port == Port(
        AdminStatus.UNKNOWN, None, PortRequest(DOWN, "maintenance", Stamp(NOON, USER))
    )
    assert lines(outcome)[0].startswith("VPN CORP: 1 prefix")
    assert lines(outcome)[1:] == (
        "Shutdown is recorded as asked for. Make the change in the portal, then confirm it here.",
    )
    assert typed(outcome.next) == ["sci port confirm acme-hk-1"]
    now = desk.clock.tick(hours=1)
    done = confirm(desk)
    assert desk.record().port == Port(DOWN, Stamp(now, USER))
    assert lines(done) == ("The port is on record as Shutdown.",)
    assert typed(done.next) == ["sci port no-shutdown acme-hk-1"]
    assert [event.reason for event in desk.record().history[-2:]] == ["maintenance", "maintenance"]


def test_one_prefix_goes_dark_in_the_singular(tmp_path: Path) -> None:
    assert lines(ask(ordered(tmp_path), DOWN))[0] == (
        "VPN CORP: 1 prefix goes dark once the port is shut down."
    )


def test_the_effect_names_every_vpn_and_how_many_prefixes(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    desk.add(wanted("LAB", "10.30.0.0/16", "2001:db8::/32", maximum_v6=9))
    desk.add(wanted("EDGE", "10.40.0.0/16"))
    known = desk.record()
    assert ports.effect(known, DOWN) == (
        "VPNs CORP, LAB and EDGE: 4 prefixes go dark once the port is shut down."
    )
    assert ports.effect(known, UP) == (
        "VPNs CORP, LAB and EDGE: 4 prefixes are reachable again once the port is back."
    )
    assert ports.effect(started(tmp_path).record(), DOWN) == "No VPN is on the port."


def test_asking_again_or_for_what_holds_already_writes_nothing(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    ask(desk, DOWN)
    before = desk.record()
    again = ask(desk, DOWN, "another reason")
    assert (again.changed, desk.record()) == (False, before)
    assert lines(again) == ("Shutdown is already asked for; nothing was written.",)
    confirm(desk)
    held = ask(desk, DOWN)
    assert lines(held) == ("Shutdown is already the status on record; nothing was written.",)
    assert lines(confirm(desk)) == (
        "Nothing is asked for; the port is already Shutdown, nothing was written.",
    )
    assert desk.record().revision == before.revision + 1


def test_while_one_status_is_asked_for_the_other_is_refused(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    ask(desk, DOWN)
    error = refused(desk, GateClosed, lambda: ask(desk, UP))
    assert error.message == "Shutdown was asked for and is not confirmed yet."
    assert typed(error.fix) == ["sci port confirm acme-hk-1", "sci port confirm acme-hk-1 --withdraw"]


def test_a_request_that_was_not_done_is_withdrawn_and_the_status_stays(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    seen(desk, "no-shutdown")
    status = desk.record().port
    ask(desk, DOWN)
    confirm(desk, withdraw=True)
    assert desk.record().port == status
    assert desk.record().history[-1].summary == "Shutdown withdrawn"


def test_no_shutdown_of_a_port_whose_status_nobody_knows_is_refused(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    error = refused(desk, InvalidValue, lambda: ask(desk, UP))
    assert typed(error.fix) == [
        "sci port seen acme-hk-1 shutdown",
        "sci port seen acme-hk-1 no-shutdown",
    ]


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_request_needs_a_reason(tmp_path: Path, reason: str) -> None:
    desk = ordered(tmp_path)
    assert refused(desk, InvalidValue, lambda: ask(desk, DOWN, reason)).message == "The reason is empty."


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("shutdown", DOWN),
        ("Shutdown", DOWN),
        ("No Shutdown", UP),
        (" no-shutdown ", UP),
        ("NO  SHUTDOWN", UP),
    ],
)
def test_the_status_is_recorded_in_the_words_of_the_portal(
    tmp_path: Path, text: str, status: AdminStatus
) -> None:
    desk = ordered(tmp_path)
    seen(desk, text)
    assert desk.record().port == Port(status, Stamp(NOON, USER))
    assert not seen(desk, text).changed


@pytest.mark.parametrize("text", ["", "up", "down", "shut", "no", "unknown"])
def test_any_other_word_for_the_status_is_refused(tmp_path: Path, text: str) -> None:
    desk = ordered(tmp_path)
    refused(desk, InvalidValue, lambda: seen(desk, text))


def test_seeing_what_was_asked_for_confirms_it_and_seeing_the_other_does_not(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    ask(desk, DOWN)
    seen(desk, "no-shutdown")
    assert desk.record().port.requested is not None
    assert desk.record().port.status is UP
    seen(desk, "shutdown")
    assert desk.record().port == Port(DOWN, Stamp(NOON, USER))


def test_seeing_the_same_again_writes_nothing_while_a_request_is_open(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    ask(desk, DOWN)
    seen(desk, "no-shutdown")
    desk.clock.tick()
    assert not seen(desk, "no-shutdown").changed


def test_a_trial_of_a_request_writes_nothing(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    before = desk.record()
    assert ask(desk, DOWN, mode=TRIAL).dry_run
    assert desk.record() == before


def test_the_port_is_shown_with_what_hangs_on_it_and_where_to_click(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    desk.add(wanted("LAB", "10.30.0.0/16"))
    outcome = ports.show(desk.ws, desk.name)
    view = outcome.view
    assert isinstance(view, PortView)
    assert (view.status, view.prefixes, [vpn.name for vpn in view.vpns]) == ("not known", 2, ["CORP", "LAB"])
    assert view.portal == (
        "Log in to Dynamic Network Manager",
        "Select the Secure Cloud Interconnect port",
        "Click the pen after Modify Admin Status",
        "Open the New Admin Status drop-down",
        "Choose Shutdown or No Shutdown",
    )
    assert "shutdown-is-not-disconnect" in [caution.id for caution in view.cautions]
    assert typed(outcome.next) == ["sci port seen acme-hk-1 no-shutdown"]
