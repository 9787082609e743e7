"""What a plan says beside the rules: peering, cloud ranges, other ports, the usual MAX, fewer prefixes."""

from __future__ import annotations

from pathlib import Path

import pytest

from sci_cli.domain.prefixes import parse_prefix
from sci_cli.errors import InvalidValue
from sci_cli.operations import activations, vpn_planning, vpn_plans
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.vpn_planning import PlanningHelp
from tests.operations.build import FOR_REAL, Desk, codes, ordered, vpn, wanted

LAB = wanted("LAB", "10.40.0.0/16")


def planned(desk: Desk, *requests: object, help: PlanningHelp | None = None) -> Outcome:
    """The plan of adding these VPNs; nothing may be written by it."""
    before = desk.store.load(desk.name)
    outcome = vpn_plans.plan(desk.ws, desk.name, requests or (LAB,), [], help)  # type: ignore[arg-type]  # requests
    assert desk.store.load(desk.name) == before
    return outcome


def beside(desk: Desk, name: str, customer: str, *prefixes: str, of: str = "LAB") -> None:
    """Another activation with a VPN."""
    order = activations.NewActivation(
        name, "alibaba-cloud", customer, ("Singapore",), "50 GB", vpn(of, *prefixes)
    )
    activations.new(desk.ws, order, FOR_REAL)


def test_a_prefix_inside_the_peering_subnet_is_a_warning(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    spec = next(each for each in desk.ws.profile_of(desk.record()).facts if each.kind.value == "interface")
    desk.set(f"{spec.id}=10.40.0.1/30")
    (found,) = [each for each in planned(desk).findings if each.code == "vpn.peering_overlap"]
    assert found.message == (
        f"VPN LAB 10.40.0.0/16 shares addresses with the peering subnet 10.40.0.0/30 ({spec.label})."
    )
    assert found.severity.value == "warning"


def test_a_prefix_used_in_the_cloud_is_a_warning(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    ranges = tuple(map(parse_prefix, ("10.40.8.0/24", "172.16.0.0/12")))
    found = planned(desk, help=PlanningHelp(cloud_ranges=ranges)).findings
    assert [(each.code, each.details["range"]) for each in found] == [("vpn.cloud_range", "10.40.8.0/24")]


def test_the_same_vpn_and_clashing_vpns_on_another_port_of_the_customer_are_said(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    beside(desk, "acme-sg-1", "ACME ltd", "10.41.0.0/16", of="lab")
    beside(desk, "acme-sg-2", "Acme Ltd", "10.40.9.0/24", of="VOICE")
    beside(desk, "globex-1", "Globex", "10.40.0.0/16", of="LAB")
    found = planned(desk).findings
    assert [(each.code, each.details["other_activation"]) for each in found] == [
        ("vpn.on_other_port", "acme-sg-1"),
        ("vpn.other_port_overlap", "acme-sg-2"),
    ]


def test_very_many_other_activations_are_not_all_looked_through_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = ordered(tmp_path)
    for number in range(3):
        beside(desk, f"acme-sg-{number}", "Acme Ltd", "10.41.0.0/16", of="X")
    monkeypatch.setattr(vpn_planning, "MOST_OTHERS", 2)
    (note,) = planned(desk).findings
    assert (note.code, note.details) == (
        "vpn.others_not_compared",
        {"compared": "2", "activations": "3"},
    )


def test_how_few_prefixes_would_do_is_said_with_the_list_to_copy(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    several = wanted("LAB", "10.40.0.0/25", "10.40.0.128/25", "10.41.0.0/16")
    (note,) = planned(desk, several, help=PlanningHelp(aggregate=True)).findings
    assert (note.code, note.text) == ("vpn.aggregation", "10.40.0.0/24\n10.41.0.0/16")
    (note,) = planned(desk, help=PlanningHelp(aggregate=True)).findings
    assert note.message == "VPN LAB: 1 prefix; no fewer would hold the same addresses."


def test_the_usual_max_is_said_when_asked_and_a_number_below_one_is_refused(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    assert codes(planned(desk).findings) == []
    (note,) = planned(desk, help=PlanningHelp(sites=51)).findings
    assert (note.code, note.details["max_v4"], note.details["max_v6"]) == ("vpn.usual_max", "1250", "750")
    with pytest.raises(InvalidValue):
        planned(desk, help=PlanningHelp(sites=0))
