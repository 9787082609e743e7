"""A shut port and open requests are said wherever an activation is looked at; none is complete over them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sci_cli.domain.activation import AdminStatus
from sci_cli.domain.port_rules import attention
from sci_cli.errors import GateClosed
from sci_cli.operations import checks, handoffs, overview, ports, vpns
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.views import ListView, StatusView
from tests.operations.build import FOR_REAL, Desk, codes, ordered, refused, typed, verified, wanted

LAB = wanted("LAB", "10.40.0.0/16")


def shut(desk: Desk, *, confirmed: bool = True) -> None:
    """Asks for Shutdown and, unless told otherwise, confirms it."""
    ports.request_status(desk.ws, desk.name, AdminStatus.DOWN, "test", FOR_REAL)
    if confirmed:
        ports.confirm(desk.ws, desk.name, FOR_REAL)


def connected(folder: Path) -> Desk:
    """An activation that lacks only the last steps."""
    desk = verified(folder)
    desk.handoff()
    for stage in ("received", "validating", "implementing", "done"):
        handoffs.stage(desk.ws, desk.name, stage, FOR_REAL)
    desk.set("csp.order-number=ALI-7")
    for step in ("P2", "O11"):
        desk.done(step)
    return desk


def status_of(desk: Desk) -> tuple[StatusView, Outcome]:
    """The status as shown."""
    outcome = overview.status(desk.ws, desk.name)
    assert isinstance(outcome.view, StatusView)
    return outcome.view, outcome


def test_a_request_for_the_port_that_nobody_confirmed_is_said_with_the_command(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    shut(desk, confirmed=False)
    for outcome in (
        status_of(desk)[1],
        overview.next_steps(desk.ws, desk.name),
        overview.next_steps(desk.ws),
        checks.check(desk.ws, desk.name),
    ):
        (finding,) = [each for each in outcome.findings if each.code == "port.unconfirmed"]
        assert "Shutdown of the port was asked for on 23 Nov 2026" in finding.message
        assert typed(finding.fix) == [
            "sci port confirm acme-hk-1",
            "sci port confirm acme-hk-1 --withdraw",
        ]
    assert overview.next_steps(desk.ws).findings[0].message.startswith("acme-hk-1: ")


def test_a_port_that_is_shut_down_is_said_until_it_is_back(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    shut(desk)
    assert codes(status_of(desk)[1].findings) == ["port.shut_down"]
    assert attention(desk.record()) == "port shut down"
    ports.seen(desk.ws, desk.name, "no shutdown", FOR_REAL)
    assert codes(status_of(desk)[1].findings) == []
    assert attention(desk.record()) == ""


def test_the_list_names_what_is_unusual_about_the_port(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    desk.add(LAB)
    shut(desk, confirmed=False)
    view = overview.list_all(desk.ws).view
    assert isinstance(view, ListView)
    (row,) = view.activations
    assert (row.attention, row.mine) == ("Shutdown not confirmed, VPN LAB not confirmed", True)
    desk.add(wanted("DEV", "10.50.0.0/16"))
    assert attention(desk.record()).endswith("2 VPNs not confirmed")


@pytest.mark.parametrize("removal", [False, True])
def test_the_last_step_is_not_done_while_a_vpn_waits_to_be_confirmed(tmp_path: Path, removal: bool) -> None:
    desk = connected(tmp_path)
    desk.add(LAB)
    if removal:
        vpns.confirm(desk.ws, desk.name, "LAB", FOR_REAL)
        vpns.remove(desk.ws, desk.name, "LAB", FOR_REAL)
    error = refused(desk, GateClosed, lambda: desk.done("O12"))
    assert codes(error.findings) == ["vpn.unconfirmed"]
    assert typed(error.findings[0].fix)[0] == "sci vpn confirm acme-hk-1 LAB"  # type: ignore[attr-defined]  # a Finding
    vpns.confirm(desk.ws, desk.name, "LAB", FOR_REAL)
    desk.done("O12")
    assert status_of(desk)[0].complete


def test_a_request_after_the_last_step_leaves_it_closed_and_the_activation_not_complete(
    tmp_path: Path,
) -> None:
    desk = connected(tmp_path)
    desk.done("O12")
    desk.add(LAB)
    view, outcome = status_of(desk)
    assert (view.closed, view.total, view.complete) == (16, 16, False)
    assert typed(outcome.next) == ["sci vpn confirm acme-hk-1 LAB"]
    vpns.confirm(desk.ws, desk.name, "LAB", FOR_REAL)
    assert status_of(desk)[0].complete


def test_a_step_recorded_while_the_port_is_shut_says_so(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    shut(desk)
    assert codes(desk.done("P2").findings) == ["port.shut_down"]


def test_the_clicks_name_the_status_that_is_asked_for(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    ports.seen(desk.ws, desk.name, "shutdown", FOR_REAL)
    outcome = ports.request_status(desk.ws, desk.name, AdminStatus.UP, "test over", FOR_REAL)
    assert outcome.view.portal[-1] == "Choose No Shutdown"  # type: ignore[attr-defined]  # a PortView
