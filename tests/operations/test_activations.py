"""Starting an activation, recording facts and notes, and looking at one or all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from sci_cli.domain.activation import Event, Fact, Note, Stamp
from sci_cli.errors import (
    ActivationNotFound,
    AlreadyDifferent,
    GateClosed,
    InvalidValue,
    ProfileNotFound,
    RuleViolation,
    StaleRevision,
    StepNotFound,
    WrongUsage,
)
from sci_cli.operations import activations, checks, orders
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.workspace import ChangeMode, changes_between
from sci_cli.store.contract import reference
from tests.operations.build import (
    FACTS,
    FOR_REAL,
    NAME,
    NOON,
    TRIAL,
    USER,
    Desk,
    alibaba,
    changes,
    clear_to_place,
    codes,
    corp,
    lines,
    open_desk,
    ordered,
    refused,
    started,
    typed,
    verified,
)


def new(desk: Desk, name: str = NAME, mode: ChangeMode = FOR_REAL, **changed: object) -> Outcome:
    """Starts an activation of the shipped profile."""
    given = activations.NewActivation(name, "alibaba-cloud", "Acme Ltd", ("Hong Kong",), "50 GB", corp())
    return activations.new(desk.ws, replace(given, **changed), mode)  # type: ignore[arg-type]  # fields of it


def note(desk: Desk, text: str, step: str = "", mode: ChangeMode = FOR_REAL) -> Outcome:
    """Adds a remark."""
    return activations.note(desk.ws, desk.name, text, mode, step=step)


# New -------------------------------------------------------------------------------------------------------


def test_a_new_activation_has_one_event_and_the_profile_it_began_with(tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    outcome = new(desk)
    known = desk.record()
    stamp = Stamp(NOON, USER)
    assert (known.name, known.revision, known.profile, known.created) == (
        NAME,
        1,
        reference(alibaba()),
        stamp,
    )
    assert known.facts == {
        "customer": Fact(("Acme Ltd",), stamp),
        "location": Fact(("Hong Kong",), stamp),
        "data-plan": Fact(("50 GB",), stamp),
    }
    assert known.vpns == (corp(),)
    (event,) = known.history
    assert (event.sequence, event.command, event.summary) == (1, "new", "started with profile alibaba-cloud")
    assert event.changes == changes_between(None, known)
    assert (outcome.changed, outcome.revision, lines(outcome)) == (
        True,
        1,
        ("Started acme-hk-1 for Acme Ltd with Alibaba Cloud.",),
    )
    assert desk.ws.profile_of(known) == alibaba()


@pytest.mark.parametrize("name", ["", "Acme", "acme hk", "-acme", "con", "a" * 64, "../x", "acm\u00e9"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    desk = open_desk(tmp_path)
    with pytest.raises(InvalidValue):
        new(desk, name)
    assert desk.store.names() == ()


def test_a_name_that_is_taken_is_a_conflict_and_the_first_stands(tmp_path: Path) -> None:
    desk = started(tmp_path)
    error = refused(desk, AlreadyDifferent, lambda: new(desk, customer="Globex"))
    assert error.message == "There is an activation acme-hk-1 already."


def test_a_profile_nobody_has_is_refused(tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    with pytest.raises(ProfileNotFound):
        new(desk, profile="none")


def test_a_vpn_that_cannot_be_on_a_port_starts_nothing(tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    with pytest.raises(RuleViolation) as caught:
        new(desk, vpn=corp("127.0.0.0/8"))
    assert codes(caught.value.findings)[0] == "prefix.special_use"
    assert desk.store.names() == ()


def test_a_trial_of_starting_keeps_nothing(tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    outcome = new(desk, mode=TRIAL)
    assert (outcome.changed, outcome.dry_run, outcome.revision) == (True, True, 0)
    assert desk.store.names() == ()


def test_a_clock_from_before_the_program_starts_and_records_nothing(tmp_path: Path) -> None:
    desk = started(tmp_path)
    desk.clock.moment = datetime(2024, 12, 31, 23, 59, tzinfo=NOON.tzinfo)
    refused(desk, InvalidValue, lambda: note(desk, "late"))
    refused(desk, InvalidValue, lambda: new(desk, "acme-hk-2"))
    assert desk.store.names() == (NAME,)


# Facts -----------------------------------------------------------------------------------------------------


def test_facts_are_recorded_with_who_and_when_and_the_history_has_before_and_after(tmp_path: Path) -> None:
    desk = started(tmp_path)
    now = desk.clock.tick(hours=1)
    outcome = desk.set("csp.account-status=pending", "private-ip.active=0")
    assert desk.record().facts["csp.account-status"] == Fact(("pending",), Stamp(now, USER))
    assert lines(outcome) == ("csp.account-status = pending", "private-ip.active = 0")
    desk.set("csp.account-status=active")
    assert changes(desk) == [("facts.csp.account-status.values", "pending", "active")]
    assert desk.record().history[-1] == Event(
        3, now, USER, "set", "recorded csp.account-status", desk.record().history[-1].changes
    )


def test_facts_that_hold_already_write_nothing(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    before = desk.record()
    desk.clock.tick()
    outcome = desk.set(*FACTS)
    assert (outcome.changed, desk.record()) == (False, before)
    assert lines(outcome)[1] == "csp.account-status is active already; nothing was written."


def test_several_facts_are_recorded_all_or_none(tmp_path: Path) -> None:
    desk = started(tmp_path)
    error = refused(desk, InvalidValue, lambda: desk.set("private-ip.active=1", "csp.account-status=maybe"))
    assert error.message.startswith("csp.account-status is one of active, pending, suspended, closed;")


def test_a_fact_nobody_knows_is_refused_with_the_nearest(tmp_path: Path) -> None:
    desk = started(tmp_path)
    error = refused(desk, InvalidValue, lambda: desk.set("csp.account-state=active"))
    assert error.message == "There is no fact 'csp.account-state' for Alibaba Cloud."
    assert error.fix == ("Did you mean csp.account-status?",)


def test_words_without_an_equals_sign_are_wrong_usage() -> None:
    for pair in ("active", "=active", " =x"):
        with pytest.raises(WrongUsage):
            activations.parse_pairs([pair])
    assert activations.parse_pairs(["Location=Hong Kong", "location=Tokyo", "a=b=c"]) == {
        "location": ("Hong Kong", "Tokyo"),
        "a": ("b=c",),
    }


def test_an_identifier_of_unusual_length_is_recorded_with_a_warning(tmp_path: Path) -> None:
    outcome = started(tmp_path).set("csp.account-id=1234567890")
    found = [each for each in outcome.findings if each.code == "fact.unusual_length"]
    assert [each.message for each in found] == [
        "csp.account-id has 10 characters; Alibaba Cloud account ID usually has 16."
    ]


def test_what_still_stands_before_the_order_is_a_note_and_nothing_after_it(tmp_path: Path) -> None:
    desk = started(tmp_path)
    outcome = desk.set(*FACTS[:3])
    assert [(each.severity.value, each.message) for each in outcome.findings] == [
        (
            "note",
            "Before the order 2 things are still open. Nobody has decided on the security products. "
            "The type of the cloud product is not on record.",
        )
    ]
    assert [typed(each.fix) for each in outcome.findings] == [["sci check acme-hk-1 --for order"]]
    assert [each.details for each in outcome.findings] == [
        {"open": ("order.security_undecided", "order.cloud_type_undecided")}
    ]
    desk.set(*FACTS)
    desk.place()
    assert desk.set("vlan-id=7").findings == ()


@pytest.mark.parametrize(
    "pair",
    ["customer=Globex", "location=Tokyo", "data-plan=9 GB", "cloud-type=public", "csp.account-id=9999999999"],
)
def test_what_went_into_the_order_is_fixed_with_it_and_corrected_only_with_a_reason(
    tmp_path: Path, pair: str
) -> None:
    desk = verified(tmp_path)
    fact, _, value = pair.partition("=")
    error = refused(desk, GateClosed, lambda: desk.set(pair))
    assert error.message == f"{fact} went into order SCI-2031 and is fixed with it."
    order = desk.record().order
    desk.set(pair, reason="typed wrongly")
    known = desk.record()
    assert (known.fact(fact), known.verification, known.order) == (value, None, order)
    assert known.history[-1].reason == "typed wrongly"


def test_security_products_are_refused_after_the_order_whatever_the_reason(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    for reason in ("", "forgotten"):
        error = refused(
            desk,
            GateClosed,
            lambda reason=reason: desk.set("security-products=hns-firewall", reason=reason),  # type: ignore[misc]  # bound now
        )
        assert error.message.startswith(
            "Security products can only be ordered at the same time as a new port"
        )
        assert typed(error.fix)[-1] == "sci explain P4"
    assert not desk.set("security-products=none").changed


def test_taking_a_security_product_off_after_the_order_is_not_answered_as_adding_one(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    desk.set("security-products=mss-cloud-firewall,hns-firewall")
    desk.place()
    for wanted in ("none", "hns-firewall"):
        error = refused(
            desk,
            GateClosed,
            lambda wanted=wanted: desk.set(f"security-products={wanted}", reason="typed wrongly"),  # type: ignore[misc]  # bound now
        )
        assert (
            error.message == "Security products went into order SCI-2031 and are not changed here after it."
        )
        assert error.why == (
            "On record: mss-cloud-firewall, hns-firewall.",
            "Whether one can be taken off an existing service is not in the guide.",
        )
        assert typed(error.fix) == [
            "Ask the Verizon account team about taking it off.",
            "sci note acme-hk-1 TEXT",
            "sci explain P4",
        ]


def test_an_order_recorded_with_nothing_decided_may_be_said_to_have_no_security_products(
    tmp_path: Path,
) -> None:
    desk = started(tmp_path)
    orders.record(desk.ws, desk.name, "SCI-9", "ordered by phone", FOR_REAL)
    error = refused(desk, GateClosed, lambda: desk.set("security-products=none"))
    assert error.message == "security-products went into order SCI-9 and is fixed with it."
    adding = refused(
        desk, GateClosed, lambda: desk.set("security-products=hns-firewall", reason="was ordered")
    )
    assert adding.message.startswith("Security products can only be ordered at the same time as a new port")
    assert desk.set("security-products=none", reason="the order has none").changed


def test_the_same_locations_in_another_order_are_the_same_after_the_order(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    desk.set("location=Hong Kong", "location=Tokyo")
    desk.place()
    assert not desk.set("location=Tokyo", "location=Hong Kong").changed


def test_a_value_another_providers_form_carries_is_fixed_with_the_order_too(tmp_path: Path) -> None:
    desk = started(tmp_path, "nimbus-cloud")
    desk.done("K1")
    desk.set("csp.service-key=KEY-0001", "csp.account-id=12345678", "csp.account-status=active")
    desk.set("private-ip.active=2", "security-products=none", "cloud-type=vpc")
    desk.done("A1")
    desk.place("N-1")
    with pytest.raises(GateClosed):
        desk.set("csp.service-key=KEY-9999")


def test_trials_and_old_revisions_record_no_facts(tmp_path: Path) -> None:
    desk = started(tmp_path)
    before = desk.record()
    outcome = desk.set("private-ip.active=1", mode=TRIAL)
    assert (outcome.changed, outcome.dry_run, outcome.revision, desk.record()) == (True, True, 1, before)
    refused(desk, StaleRevision, lambda: desk.set("private-ip.active=1", mode=ChangeMode(if_revision=7)))
    assert desk.set("private-ip.active=1", mode=ChangeMode(if_revision=1)).changed


def test_a_change_of_an_activation_nobody_knows_names_the_nearest(tmp_path: Path) -> None:
    desk = started(tmp_path)
    for mode in (FOR_REAL, TRIAL):
        with pytest.raises(ActivationNotFound) as caught:
            activations.note(desk.ws, "acme-hk-2", "x", mode)
        assert typed(caught.value.fix) == ["sci status acme-hk-1"]


# Notes and history -----------------------------------------------------------------------------------------


def test_notes_are_kept_with_who_when_and_the_step(tmp_path: Path) -> None:
    desk = started(tmp_path)
    note(desk, "call on Monday\nafter nine")
    now = desk.clock.tick(hours=2)
    note(desk, "asked twice", "o4")
    assert desk.record().notes == (
        Note("call on Monday\nafter nine", Stamp(NOON, USER)),
        Note("asked twice", Stamp(now, USER), "O4"),
    )
    assert [event.summary for event in desk.record().history[1:]] == ["note", "note on O4"]


def test_an_empty_note_or_one_on_no_step_is_refused(tmp_path: Path) -> None:
    desk = started(tmp_path)
    refused(desk, InvalidValue, lambda: note(desk, "  "))
    refused(desk, InvalidValue, lambda: note(desk, "x" * 4001))
    refused(desk, StepNotFound, lambda: note(desk, "x", "X9"))


def test_a_clock_that_went_back_is_marked_and_the_order_of_events_stays(tmp_path: Path) -> None:
    desk = started(tmp_path)
    desk.clock.tick(hours=-2)
    note(desk, "earlier")
    desk.clock.tick(hours=3)
    note(desk, "later")
    assert [(event.sequence, event.clock_behind) for event in desk.record().history] == [
        (1, False),
        (2, True),
        (3, False),
    ]


def test_the_changes_of_all_events_together_give_the_record(tmp_path: Path) -> None:
    desk = verified(tmp_path)
    desk.done("P2", "customer", note="by mail")
    desk.handoff()
    known = desk.record()
    explained: dict[str, str] = {}
    for event in known.history:
        for change in event.changes:
            assert explained.get(change.path, "") == change.before
            explained[change.path] = change.after
    assert explained == {each.path: each.after for each in changes_between(None, known)} | {
        path: "" for path, text in explained.items() if not text
    }


def test_an_agreed_day_that_is_over_is_said_when_it_is_recorded_and_at_the_order(tmp_path: Path) -> None:
    desk = started(tmp_path)
    outcome = desk.set("activation-date=2026-11-22")
    (past,) = [each for each in outcome.findings if each.code == "order.date_past"]
    assert (past.message, past.severity.value) == (
        "Agreed activation date is 2026-11-22, which is past.",
        "warning",
    )
    desk.set(*FACTS)
    assert "order.date_past" in codes(checks.check(desk.ws, desk.name, purpose="order").findings)
    desk.set("activation-date=2026-11-23")
    assert "order.date_past" not in codes(checks.check(desk.ws, desk.name, purpose="order").findings)
