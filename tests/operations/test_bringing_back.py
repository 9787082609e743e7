"""Undo and restore: what comes back, what stays, what is refused and with which way instead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sci_cli.domain.activation import Activation, AdminStatus, Change
from sci_cli.errors import GateClosed, InvalidValue, RevisionNotFound, StaleRevision
from sci_cli.operations import activations, bringing_back, handoffs, ports, steps, vpns
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.views import BroughtBackView
from sci_cli.operations.workspace import ChangeMode
from tests.operations.build import (
    FACTS,
    FOR_REAL,
    TRIAL,
    Desk,
    changes,
    clear_to_place,
    ordered,
    refused,
    started,
    typed,
    verified,
    wanted,
)


def _undo(desk: Desk, mode: ChangeMode = FOR_REAL, reason: str = "") -> Outcome:
    return bringing_back.undo(desk.ws, desk.name, mode, reason=reason)


def _restore(desk: Desk, revision: int, reason: str = "said so", mode: ChangeMode = FOR_REAL) -> Outcome:
    return bringing_back.restore(desk.ws, desk.name, revision, reason, mode)


def _contents(activation: Activation) -> Activation:
    return replace(activation, revision=0, history=())


def _view(outcome: Outcome) -> BroughtBackView:
    assert isinstance(outcome.view, BroughtBackView)
    return outcome.view


def _note(desk: Desk, text: str) -> None:
    activations.note(desk.ws, desk.name, text, FOR_REAL)


# Undo ------------------------------------------------------------------------------------------------------


def test_an_undo_brings_back_what_was_there_with_who_said_it_and_adds_an_event_that_names_it(
    tmp_path: Path,
) -> None:
    desk = started(tmp_path)
    desk.set("data-plan=100 GB")
    before = desk.record()
    desk.clock.tick()
    desk.set("data-plan=1 TB")

    outcome = _undo(desk, reason="typing error")

    now = desk.record()
    assert _contents(now) == _contents(before)
    assert now.revision == 4
    assert now.history[:3] == (*before.history, now.history[2])
    event = now.history[3]
    assert (event.command, event.summary) == ("undo", "undid revision 3: recorded data-plan")
    assert (event.reason, event.back_to) == ("typing error", 2)
    assert changes(desk) == [("facts.data-plan.values", "1 TB", "100 GB")]
    assert _view(outcome).changes == (Change("facts.data-plan.values", "1 TB", "100 GB"),)
    assert _view(outcome).undone == now.history[2]


def test_undo_twice_takes_back_two_changes_and_a_new_change_in_between_is_taken_back_first(
    tmp_path: Path,
) -> None:
    desk = started(tmp_path)
    at: dict[int, Activation] = {1: desk.record()}
    for number, text in enumerate(("one", "two", "three"), start=2):
        _note(desk, text)
        at[number] = desk.record()

    _undo(desk)
    assert _contents(desk.record()) == _contents(at[3])
    _undo(desk)
    assert _contents(desk.record()) == _contents(at[2])
    _note(desk, "four")
    _undo(desk)
    assert _contents(desk.record()) == _contents(at[2])
    _undo(desk)
    assert _contents(desk.record()) == _contents(at[1])
    error = refused(desk, RevisionNotFound, lambda: _undo(desk))
    assert error.message == f"There is nothing to undo in {desk.name}."
    assert [event.back_to for event in desk.record().history] == [0, 0, 0, 0, 3, 2, 0, 6, 1]


def test_a_fresh_activation_has_nothing_to_undo(tmp_path: Path) -> None:
    error = refused(desk := started(tmp_path), RevisionNotFound, lambda: _undo(desk))

    assert error.why == ("It was only started.",)


@pytest.mark.parametrize(
    "act",
    [
        lambda desk: desk.done("P2", "customer", note="seen"),
        lambda desk: steps.skip(desk.ws, desk.name, "O4", "number will follow", FOR_REAL),
        lambda desk: activations.note(desk.ws, desk.name, "two\nlines", FOR_REAL, step="P1"),
        lambda desk: desk.set("location=Tokyo"),
        lambda desk: vpns.remove(desk.ws, desk.name, "CORP", FOR_REAL),
        lambda desk: _restore(desk, 1),
    ],
    ids=["done", "skip", "note", "set", "VPN of the order", "restore"],
)
def test_what_people_recorded_is_undone_whole(act: Callable[[Desk], object], tmp_path: Path) -> None:
    desk = started(tmp_path)
    desk.set("data-plan=100 GB")
    before = desk.record()
    act(desk)
    assert _contents(desk.record()) != _contents(before)

    _undo(desk)

    assert _contents(desk.record()) == _contents(before)


def test_a_reopened_step_is_done_again_after_an_undo_and_a_stage_is_open_again(tmp_path: Path) -> None:
    desk = verified(tmp_path)
    desk.done("P2")
    done = desk.record()
    steps.reopen(desk.ws, desk.name, "P2", "too early", FOR_REAL)
    _undo(desk)
    assert _contents(desk.record()) == _contents(done)

    desk.handoff()
    handed = desk.record()
    handoffs.stage(desk.ws, desk.name, "received", FOR_REAL)
    _undo(desk)
    assert _contents(desk.record()) == _contents(handed)


def _see(desk: Desk, word: str) -> None:
    ports.seen(desk.ws, desk.name, word, FOR_REAL)


def _shut(desk: Desk) -> None:
    ports.request_status(desk.ws, desk.name, AdminStatus.DOWN, "test", FOR_REAL)


def _confirm(desk: Desk, vpn: str = "LAB") -> None:
    vpns.confirm(desk.ws, desk.name, vpn, FOR_REAL)


def _withdraw(desk: Desk, vpn: str) -> None:
    vpns.confirm(desk.ws, desk.name, vpn, FOR_REAL, withdraw=True)


def _withdraw_status(desk: Desk) -> None:
    ports.confirm(desk.ws, desk.name, FOR_REAL, withdraw=True)


LAB = wanted("LAB", "10.30.0.0/16")


@pytest.mark.parametrize(
    ("acts", "why", "way"),
    [
        ([], "An order is placed in the portal", "sci order show"),
        ([Desk.verify], "what the portal showed", "sci order verify"),
        ([Desk.verify, Desk.handoff], "nobody takes back a message", "sci handoff"),
        ([lambda d: _see(d, "no-shutdown")], "follows what the portal shows", "sci port seen"),
        ([lambda d: _see(d, "no-shutdown"), _shut], "withdrawn, not undone", "--withdraw"),
        (
            [lambda d: _see(d, "no-shutdown"), _shut, _withdraw_status],
            "The request was withdrawn",
            "sci port shutdown acme-hk-1",
        ),
        ([lambda d: d.add(LAB)], "withdrawn, not undone", "sci vpn confirm acme-hk-1 LAB --withdraw"),
        ([lambda d: d.add(LAB), _confirm], "is on the port", "sci vpn remove acme-hk-1 LAB"),
        (
            [lambda d: vpns.remove(d.ws, d.name, "CORP", FOR_REAL)],
            "withdrawn, not undone",
            "sci vpn confirm acme-hk-1 CORP --withdraw",
        ),
        (
            [lambda d: vpns.remove(d.ws, d.name, "CORP", FOR_REAL), lambda d: _confirm(d, "CORP")],
            "went off the port",
            "sci vpn add acme-hk-1 CORP --prefix 10.20.0.0/16 --max-prefixes 100",
        ),
        (
            [lambda d: d.add(LAB), lambda d: _withdraw(d, "LAB")],
            "The request for VPN LAB was withdrawn",
            "sci vpn add acme-hk-1 LAB --prefix 10.30.0.0/16 --max-prefixes 100",
        ),
        (
            [
                lambda d: d.add(LAB),
                lambda d: vpns.remove(d.ws, d.name, "LAB", FOR_REAL),
                lambda d: _withdraw(d, "LAB"),
            ],
            "The request to take VPN LAB off was withdrawn",
            "sci vpn remove acme-hk-1 LAB",
        ),
        (
            [lambda d: vpns.update(d.ws, d.name, wanted("CORP", "10.21.0.0/16"), FOR_REAL)],
            "as it is there",
            "sci vpn update acme-hk-1 CORP",
        ),
    ],
    ids=[
        "order",
        "verify",
        "handoff",
        "seen",
        "shutdown",
        "shutdown withdrawn",
        "add",
        "confirm",
        "remove",
        "removed",
        "withdrawn",
        "removal withdrawn",
        "update",
    ],
)
def test_what_happened_in_the_world_is_not_undone_and_the_way_there_is_is_named(
    acts: list[Callable[[Desk], object]], why: str, way: str, tmp_path: Path
) -> None:
    desk = ordered(tmp_path)
    for act in acts:
        act(desk)

    error = refused(desk, GateClosed, lambda: _undo(desk))

    last = desk.record().history[-1]
    assert error.message == f"Revision {last.sequence} cannot be undone: {last.summary}."
    assert why in error.why[0]
    assert any(way in each for each in typed(error.fix))


def test_a_corrected_fact_of_the_order_is_undone_together_with_the_comparison_it_put_aside(
    tmp_path: Path,
) -> None:
    desk = verified(tmp_path)
    before = desk.record()
    desk.set("location=Tokyo", reason="ordered so")
    assert desk.record().verification is None

    _undo(desk)

    assert _contents(desk.record()) == _contents(before)


def test_an_undo_does_not_open_a_billing_gate(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    desk.set("csp.account-status=suspended")

    error = refused(desk, GateClosed, lambda: _undo(desk))

    assert error.message == (
        "Undoing revision 3 would open the way to an order that bills; nothing was changed."
    )
    assert typed(error.fix) == ["sci set acme-hk-1 csp.account-status=active"]


def test_an_undo_that_closed_a_gate_offers_the_fact_itself_and_no_restore_that_is_refused(
    tmp_path: Path,
) -> None:
    desk = started(tmp_path)
    desk.set(*FACTS)

    outcome = _undo(desk)

    assert typed(outcome.next)[0] == " ".join(["sci set acme-hk-1", *FACTS])
    refused(desk, GateClosed, lambda: _restore(desk, 2))


def test_a_trial_undo_changes_nothing_and_says_what_the_real_one_says(tmp_path: Path) -> None:
    desk = started(tmp_path)
    _note(desk, "one")
    before = desk.store.load(desk.name)

    trial = _undo(desk, TRIAL)

    assert desk.store.load(desk.name) == before
    assert trial.changed
    assert _view(trial).changes == _view(_undo(desk)).changes


def test_an_undo_for_another_revision_is_refused(tmp_path: Path) -> None:
    desk = started(tmp_path)
    _note(desk, "one")

    refused(desk, StaleRevision, lambda: _undo(desk, ChangeMode(if_revision=1)))


# Restore ---------------------------------------------------------------------------------------------------


def test_a_restore_brings_the_contents_of_the_revision_back_and_keeps_the_history_whole(
    tmp_path: Path,
) -> None:
    desk = started(tmp_path)
    desk.set("data-plan=100 GB")
    wanted_back = desk.record()
    desk.set("location=Tokyo")
    _note(desk, "one")
    before = desk.record()

    outcome = _restore(desk, 2, "the wrong customer")

    now = desk.record()
    assert _contents(now) == _contents(wanted_back)
    assert now.history[:-1] == before.history
    event = now.history[-1]
    assert (event.command, event.summary) == ("restore", "restored revision 2")
    assert (event.reason, event.back_to) == ("the wrong customer", 2)
    assert _view(outcome).changes == (
        Change("facts.location.values", "Tokyo", "Hong Kong"),
        Change("notes.1.text", "one", ""),
    )
    assert _contents(desk.record()) != _contents(before)
    _restore(desk, before.revision)
    assert _contents(desk.record()) == _contents(before)


def test_restoring_the_revision_there_is_writes_nothing(tmp_path: Path) -> None:
    desk = started(tmp_path)
    _note(desk, "one")

    assert not _restore(desk, 2).changed
    assert desk.record().revision == 2


@pytest.mark.parametrize("revision", [-1, 0, 3])
def test_a_revision_that_never_was_is_not_found(revision: int, tmp_path: Path) -> None:
    desk = started(tmp_path)
    _note(desk, "one")

    error = refused(desk, RevisionNotFound, lambda: _restore(desk, revision))

    assert error.why == ("Its revisions are 1 to 2.",)


def test_a_restore_needs_a_reason(tmp_path: Path) -> None:
    desk = started(tmp_path)

    refused(desk, InvalidValue, lambda: _restore(desk, 1, " "))


def test_a_revision_from_before_the_order_is_not_restored(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    _note(desk, "one")

    error = refused(desk, GateClosed, lambda: _restore(desk, 2))

    assert error.message == "Revision 2 is from before order SCI-2031, which stays placed."
    assert error.why[0].startswith("The order was recorded with revision 3;")


def test_after_the_order_facts_and_steps_come_back_and_the_world_stays_as_it_is_on_record(
    tmp_path: Path,
) -> None:
    desk = ordered(tmp_path)
    desk.done("P2")
    then = desk.record()
    desk.set("vlan-id=100")
    desk.verify()
    desk.handoff()
    desk.add(LAB)
    _confirm(desk)
    _see(desk, "no-shutdown")
    before = desk.record()

    _restore(desk, then.revision)

    now = desk.record()
    assert (now.facts, now.steps, now.notes) == (then.facts, then.steps, then.notes)
    kept = replace(now, facts=before.facts, steps=before.steps, notes=before.notes)
    assert _contents(kept) == _contents(before)


def test_a_restored_fact_of_the_order_puts_the_comparison_aside_as_a_correction_does(tmp_path: Path) -> None:
    desk = verified(tmp_path)
    revision = desk.record().revision
    desk.set("location=Tokyo", reason="ordered so")
    desk.verify(location=("Tokyo",))

    _restore(desk, revision)

    assert desk.record().fact("location") == "Hong Kong"
    assert desk.record().verification is None


def test_a_restore_does_not_open_a_billing_gate(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    desk.set("private-ip.active=0")
    _note(desk, "one")

    error = refused(desk, GateClosed, lambda: _restore(desk, 2))

    assert typed(error.fix) == ["sci set acme-hk-1 private-ip.active=1"]


# Without backups -------------------------------------------------------------------------------------------


def _forget(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.store, "earlier", lambda activation, revision: None)
    monkeypatch.setattr(desk.store, "kept_revisions", lambda name: (1, 2, 3, 7))


def test_what_was_only_added_is_taken_back_from_the_history_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = started(tmp_path)
    desk.set("cloud-type=vpc")
    before = desk.record()
    _note(desk, "one")
    desk.done("P2", "customer")
    desk.set("vlan-id=100", "private-ip.ordered=4")
    _forget(desk, monkeypatch)

    _restore(desk, before.revision)

    assert _contents(desk.record()) == _contents(before)


def test_what_replaced_something_is_not_made_up_from_the_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = started(tmp_path)
    desk.set("location=Tokyo")
    _note(desk, "one")
    _forget(desk, monkeypatch)

    error = refused(desk, RevisionNotFound, lambda: _restore(desk, 1))

    assert error.message == "What acme-hk-1 held at revision 1 is not kept."
    assert error.why == ("There are backups of revision 2.",)
