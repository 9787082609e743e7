"""Looking at one activation or all of them: status, list, home, next, history."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sci_cli.domain.activation import ProfileRef, VpnState
from sci_cli.errors import (
    InvalidValue,
    RecordCorrupt,
)
from sci_cli.operations import activations, handoffs, overview
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.views import (
    ActivationRow,
    HistoryView,
    HomeView,
    ListView,
    NextView,
    StatusView,
)
from sci_cli.operations.workspace import ChangeMode
from sci_cli.store.contract import Loaded, reference
from tests.operations.build import (
    FOR_REAL,
    NAME,
    NOON,
    Desk,
    alibaba,
    clear_to_place,
    open_desk,
    ordered,
    started,
    typed,
    verified,
)


def note(desk: Desk, text: str, step: str = "", mode: ChangeMode = FOR_REAL) -> Outcome:
    """Adds a remark."""
    return activations.note(desk.ws, desk.name, text, mode, step=step)


def test_status_says_how_far_it_is_and_what_is_next(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    outcome = overview.status(desk.ws, desk.name)
    view = outcome.view
    assert isinstance(view, StatusView)
    assert (view.closed, view.total, view.late, view.complete) == (4, 16, 0, False)
    assert [row.id for row in view.next] == ["O2", "P2", "O4"]
    assert [(phase.id, phase.closed, phase.total) for phase in view.phases] == [
        ("preparation", 3, 4),
        ("ordering", 1, 12),
    ]
    assert [(row.id, row.value) for row in view.facts][:2] == [
        ("cloud-type", "vpc"),
        ("csp.account-id", "1234567890123456"),
    ]
    assert (view.order, view.verified, view.stage) == (None, None, "")
    assert typed(outcome.next) == [
        "sci set acme-hk-1 activation-date=YYYY-MM-DD",
        "sci done acme-hk-1 O2",
    ]


def test_a_row_of_a_step_says_whose_it_is_since_when_and_how_late(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    desk.clock.tick(hours=2)
    view = overview.status(desk.ws, desk.name).view
    assert isinstance(view, StatusView)
    row = view.next[0]
    assert (row.id, row.state, row.owners_text, row.owners_short, row.open_parties) == (
        "O6",
        "ready",
        "Verizon",
        "VZ",
        ("verizon",),
    )
    assert (row.since, row.due, row.late, row.late_for, row.waiting_for) == (
        NOON,
        NOON + timedelta(minutes=30),
        True,
        "1 h",
        "2 h",
    )
    assert typed(row.commands) == ["sci done acme-hk-1 O6"]


def test_the_list_has_one_row_for_each_activation(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    desk.begin("nimbus-cloud")
    desk.clock.tick(days=2)
    view = overview.list_all(desk.ws).view
    assert isinstance(view, ListView)
    assert view.activations == (
        ActivationRow(
            name=NAME,
            customer="Acme Ltd",
            provider="Alibaba Cloud",
            location="Hong Kong",
            closed=4,
            total=16,
            late=False,
            late_for="",
            next_step="O2",
            next_title="Agree the activation date",
            waiting_on="Customer and Verizon",
            age="2 d",
            mine=True,
        ),
        ActivationRow(
            name="globex-nim-1",
            customer="Acme Ltd",
            provider="Nimbus Cloud",
            location="Hong Kong",
            closed=0,
            total=14,
            late=False,
            late_for="",
            next_step="K1",
            next_title="Agree on the scope",
            waiting_on="Client and Verizon",
            age="2 d",
            mine=True,
        ),
    )


def break_record(desk: Desk, name: str) -> None:
    """Makes reading one record fail."""
    load = desk.store.load

    def broken(wanted: str) -> Loaded:
        if wanted == name:
            raise RecordCorrupt(f"The record of {wanted} fails its check.")
        return load(wanted)

    desk.store.load = broken  # type: ignore[method-assign,assignment]  # one record only


def test_a_record_that_cannot_be_read_is_a_row_with_its_problem_and_hides_no_other(tmp_path: Path) -> None:
    desk = started(tmp_path)
    desk.begin("nimbus-cloud")
    break_record(desk, NAME)
    listed, home = overview.list_all(desk.ws).view, overview.home(desk.ws, "0.1.0").view
    assert isinstance(listed, ListView)
    assert isinstance(home, HomeView)
    assert home.activations == listed.activations
    assert (home.version, home.home) == ("0.1.0", str(tmp_path))
    broken, whole = listed.activations
    assert (broken.name, broken.problem, broken.mine, broken.total) == (
        NAME,
        "The record of acme-hk-1 fails its check.",
        True,
        0,
    )
    assert (whole.name, whole.problem) == ("globex-nim-1", "")


def test_a_record_whose_profile_is_lost_is_a_row_with_its_problem(tmp_path: Path) -> None:
    desk = started(tmp_path)
    desk.store._profiles.clear()
    view = overview.list_all(desk.ws).view
    assert isinstance(view, ListView)
    assert view.activations[0].problem != ""


def test_an_empty_home_says_how_to_begin(tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    outcome = overview.list_all(desk.ws)
    assert outcome.view == ListView(())
    assert typed(outcome.next) == ["sci new NAME", "sci demo"]
    assert overview.next_steps(desk.ws).view == NextView((), "")


def next_ids(desk: Desk, name: str = "", owner: str = "") -> list[tuple[str, str]]:
    """Activation and step of every row."""
    view = overview.next_steps(desk.ws, name, owner=owner).view
    assert isinstance(view, NextView)
    return [(row.activation, row.step.id) for row in view.rows]


def test_next_lists_what_is_possible_for_one_party_or_all(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    assert next_ids(desk, NAME) == [(NAME, "O2"), (NAME, "P2"), (NAME, "O4")]
    assert next_ids(desk, NAME, "Verizon") == [(NAME, "O2"), (NAME, "P2")]
    desk.done("O2", "verizon")
    assert next_ids(desk, NAME, "vz") == [(NAME, "P2")]
    assert next_ids(desk, NAME, "Alibaba") == []
    with pytest.raises(InvalidValue):
        next_ids(desk, NAME, "nobody")


def test_next_over_all_activations_has_them_by_name(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    desk.begin("nimbus-cloud")
    assert [name for name, _ in next_ids(desk, owner="verizon")] == [NAME, NAME, "globex-nim-1"]


def test_next_for_a_party_passes_over_activations_that_do_not_know_it(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    desk.begin("nimbus-cloud")
    assert {name for name, _ in next_ids(desk, owner="customer")} == {NAME}


def test_next_over_all_activations_survives_a_record_that_cannot_be_read(tmp_path: Path) -> None:
    desk = started(tmp_path)
    desk.begin("nimbus-cloud")
    break_record(desk, NAME)
    assert {name for name, _ in next_ids(desk)} == {"globex-nim-1"}


def test_the_complete_walk_through_the_shipped_process(tmp_path: Path) -> None:
    desk = verified(tmp_path)
    desk.handoff()
    for stage in ("received", "validating", "implementing", "done"):
        handoffs.stage(desk.ws, desk.name, stage, FOR_REAL)
    for step in ("O11", "O12", "P2"):
        desk.done(step)
    outcome = overview.status(desk.ws, desk.name)
    view = outcome.view
    assert isinstance(view, StatusView)
    assert (view.complete, view.closed, view.total, view.next, view.stage) == (True, 16, 16, (), "done")
    assert typed(outcome.next) == ["sci status acme-hk-1"]
    assert [vpn.state for vpn in view.vpns] == [VpnState.ATTACHED]


def test_the_complete_walk_through_the_invented_process(tmp_path: Path) -> None:
    desk = started(tmp_path, "nimbus-cloud")
    desk.done("K1", "client")
    desk.done("K1", "Verizon")
    desk.set("csp.service-key=KEY-0001", "csp.account-id=12345678", "csp.account-status=active")
    desk.set("private-ip.active=2", "security-products=none", "cloud-type=public", "nat-review=reviewed")
    for step in ("A1", "A2"):
        desk.done(step)
    desk.place("N-1")
    desk.verify()
    desk.set("vlan-id=100")
    desk.handoff()
    for stage in ("keyed-in", "switched-on"):
        handoffs.stage(desk.ws, desk.name, stage, FOR_REAL)
    desk.done("T4")
    view = overview.status(desk.ws, desk.name).view
    assert isinstance(view, StatusView)
    assert (view.complete, view.closed, view.total) == (True, 14, 14)
    assert view.profile == "nimbus-cloud"


def test_an_activation_goes_on_with_the_profile_it_began_with(tmp_path: Path) -> None:
    desk = started(tmp_path)
    ref = desk.record().profile
    assert ref == ProfileRef("alibaba-cloud", reference(alibaba()).digest)
    desk.store.pin_profile(replace(alibaba(), name="Renamed", version="2027-01"))
    view = overview.status(desk.ws, desk.name).view
    assert isinstance(view, StatusView)
    assert view.header.provider == "Alibaba Cloud"


def test_the_history_is_shown_oldest_first_and_with_a_limit_the_newest(tmp_path: Path) -> None:
    desk = started(tmp_path)
    for text in ("one", "two", "three"):
        note(desk, text)
    whole = overview.history(desk.ws, desk.name).view
    newest = overview.history(desk.ws, desk.name, limit=2).view
    assert isinstance(whole, HistoryView)
    assert isinstance(newest, HistoryView)
    assert [event.sequence for event in whole.events] == [1, 2, 3, 4]
    assert [event.sequence for event in newest.events] == [3, 4]
    assert newest.head == desk.store.load(desk.name).head
    with pytest.raises(InvalidValue):
        overview.history(desk.ws, desk.name, limit=0)
