"""The draft for the provider, written and never sent, and the stages of the provider's work."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from sci_cli.domain.activation import AdminStatus, Evidence, HandoffRecord, StageMark, Stamp
from sci_cli.domain.findings import Finding, Severity
from sci_cli.errors import AlreadyDifferent, GateClosed, InvalidValue, StoreUnavailable, sci
from sci_cli.operations import checks, handoffs, orders, ports
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.work_views import HandoffView, StagesView
from sci_cli.operations.workspace import ChangeMode
from sci_cli.store.contract import Saved
from tests.operations.build import (
    DESK,
    FOR_REAL,
    NIMBUS_FACTS,
    NOON,
    TRIAL,
    USER,
    Desk,
    alibaba,
    clear_to_place,
    codes,
    lines,
    ordered,
    picture,
    refused,
    started,
    typed,
    verified,
)

RECIPIENTS = tuple(contact.email for contact in alibaba().handoff.contacts)


def draft_of(desk: Desk, outcome: Outcome) -> EmailMessage:
    """The draft as a mail program reads it."""
    assert isinstance(outcome.view, HandoffView)
    return message_from_bytes(Path(outcome.view.path).read_bytes(), policy=policy.default)


def nimbus_verified(folder: Path) -> Desk:
    """The invented provider's activation with its port as ordered; its profile names no recipients."""
    desk = started(folder, "nimbus-cloud")
    desk.done("K1")
    desk.set(*NIMBUS_FACTS)
    desk.done("A1")
    desk.place("N-1")
    desk.verify()
    desk.set("vlan-id=100")
    return desk


def stage(desk: Desk, name: str, mode: ChangeMode = FOR_REAL, note: str = "") -> Outcome:
    """Records a stage."""
    return handoffs.stage(desk.ws, desk.name, name, mode, note=note)


# Gates -----------------------------------------------------------------------------------------------------


def test_there_is_no_hand_off_before_order_and_comparison(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    error = refused(desk, GateClosed, desk.handoff)
    assert error.message == "The hand-off is not allowed yet; nothing was written."
    assert codes(error.findings) == ["handoff.not_ordered"]
    desk.place()
    error = refused(desk, GateClosed, desk.handoff)
    assert codes(error.findings) == ["handoff.not_verified"]
    assert [typed(getattr(each, "fix", ())) for each in error.findings] == [["sci order verify acme-hk-1"]]
    assert (error.why, error.fix) == ((), ())
    assert desk.store.kept_evidence == {}


def test_a_breach_is_handed_over_once_it_is_verified_and_the_required_values_are_known(
    tmp_path: Path,
) -> None:
    desk = started(tmp_path)
    orders.record(desk.ws, desk.name, "SCI-9", "ordered by phone", FOR_REAL)
    desk.verify()
    error = refused(desk, GateClosed, desk.handoff)
    assert codes(error.findings)[0] == "handoff.value_missing"
    desk.set("csp.account-id=1234567890123456", reason="now known")
    desk.verify()
    assert desk.handoff().changed


def test_a_correction_after_the_comparison_closes_the_hand_off_again(tmp_path: Path) -> None:
    desk = verified(tmp_path)
    desk.set("data-plan=100 GB", reason="typing mistake")
    assert codes(refused(desk, GateClosed, desk.handoff).findings) == ["handoff.not_verified"]


# The draft -------------------------------------------------------------------------------------------------


def test_the_draft_says_to_whom_what_and_carries_the_screen_print(tmp_path: Path) -> None:
    desk = verified(tmp_path)
    desk.set("vlan-id=100", "primary.verizon-address=192.0.2.1/30", "primary.provider-address=192.0.2.2/30")
    revision, head = desk.record().revision, desk.store.load(desk.name).head
    outcome = desk.handoff()
    mail = draft_of(desk, outcome)
    assert [(name, str(mail[name])) for name in ("X-Unsent", "To", "Cc", "From", "Subject")] == [
        ("X-Unsent", "1"),
        ("To", ", ".join(RECIPIENTS)),
        ("Cc", "None"),
        ("From", "None"),
        ("Subject", "Secure Cloud Interconnect activation for Acme Ltd, Hong Kong"),
    ]
    body = mail.get_body()
    assert body is not None
    text = body.get_content()
    for line in (
        "Alibaba account ID: 1234567890123456",
        "Verizon order number: SCI-2031",
        "VLAN ID                    100",
        "Primary Verizon address    192.0.2.1/30",
        "Primary NNI ID             see the screen print",
        f"Record: acme-hk-1, revision {revision}",
        f"Head: {head}",
    ):
        assert line in text.splitlines()
    assert "$" not in text
    (attached,) = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type(), attached.get_content()) == (
        "port.png",
        "image/png",
        b"a screen print",
    )


def test_the_record_names_draft_hash_picture_and_recipients(tmp_path: Path) -> None:
    desk = verified(tmp_path)
    now = desk.clock.tick(hours=1)
    revision = desk.record().revision
    outcome = desk.handoff()
    filename = f"acme-hk-1-handoff-1-r{revision + 1}.eml"
    data = desk.store.out_path(filename).read_bytes()
    assert desk.record().handoffs == (
        HandoffRecord(
            Stamp(now, USER),
            filename,
            hashlib.sha256(data).hexdigest(),
            Evidence("port.png", picture().sha256),
            RECIPIENTS,
        ),
    )
    assert desk.store.kept_evidence == {picture().sha256: b"a screen print"}
    assert lines(outcome) == (
        "The draft is written; nothing is sent. Open it, look it over, send it yourself.",
    )
    assert typed(outcome.next) == ["sci stage acme-hk-1 received", "sci status acme-hk-1"]


def test_recipients_copies_and_a_message_of_ones_own_go_into_the_draft(tmp_path: Path) -> None:
    desk = verified(tmp_path)
    outcome = desk.handoff(to=("a@example.net",), cc=("b@example.net",), message="Call me first.\nThanks")
    mail = draft_of(desk, outcome)
    assert (str(mail["To"]), str(mail["Cc"])) == ("a@example.net", "b@example.net")
    body = mail.get_body()
    assert body is not None
    assert "\n\nCall me first.\nThanks\n\n" in body.get_content().replace("\r\n", "\n")
    assert desk.record().handoffs[0].recipients == ("a@example.net",)


def test_names_on_record_are_never_read_as_placeholders(tmp_path: Path) -> None:
    desk = started(tmp_path)
    desk.set("customer=$order $$ ${account}", "csp.account-id=1234567890123456")
    desk.set("csp.account-status=active", "private-ip.active=1", "security-products=none", "cloud-type=vpc")
    desk.place()
    desk.verify()
    assert str(draft_of(desk, desk.handoff())["Subject"]) == (
        "Secure Cloud Interconnect activation for $order $$ ${account}, Hong Kong"
    )


@pytest.mark.parametrize(
    "address", ["", "no-at", "a@b@example.net", "a@example.net\nBcc: x@example.net", "=?utf-8?q?a?=@x.net"]
)
def test_an_address_that_is_none_is_refused_and_nothing_is_written(tmp_path: Path, address: str) -> None:
    desk = verified(tmp_path)
    refused(desk, InvalidValue, lambda: desk.handoff(to=(address,)))
    refused(desk, InvalidValue, lambda: desk.handoff(cc=(address,)))
    assert desk.store.kept_evidence == {}


def test_a_trial_shows_the_draft_and_writes_no_file(tmp_path: Path) -> None:
    desk = verified(tmp_path)
    before = desk.record()
    outcome = desk.handoff(mode=TRIAL)
    assert (outcome.changed, outcome.dry_run) == (True, True)
    assert isinstance(outcome.view, HandoffView)
    assert outcome.view.subject == "Secure Cloud Interconnect activation for Acme Ltd, Hong Kong"
    assert (desk.record(), desk.drafts(), desk.store.kept_evidence) == (before, [], {})


def test_a_trial_does_not_say_that_the_draft_is_written(tmp_path: Path) -> None:
    assert "is written" not in lines(verified(tmp_path).handoff(mode=TRIAL))[0]


def test_a_missing_order_number_of_the_provider_is_not_said_to_be_on_the_screen_print(tmp_path: Path) -> None:
    view = verified(tmp_path).handoff().view
    assert isinstance(view, HandoffView)
    rows = [line for line in view.text.splitlines() if line.startswith("Alibaba order number")]
    assert not any(row.endswith("see the screen print") for row in rows)


def test_every_customer_name_that_can_be_recorded_can_be_handed_over(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    desk.set("customer=" + "A" * 200)
    desk.place()
    desk.verify()
    assert desk.handoff().changed


# Again -----------------------------------------------------------------------------------------------------


def test_the_same_picture_again_is_the_same_hand_off(tmp_path: Path) -> None:
    desk = verified(tmp_path)
    desk.handoff()
    before, drafts = desk.record(), desk.drafts()
    outcome = desk.handoff()
    assert (outcome.changed, desk.record(), desk.drafts()) == (False, before, drafts)
    assert isinstance(outcome.view, StagesView)
    assert lines(outcome) == (
        f"The hand-off was recorded already: {before.handoffs[0].draft}; nothing was written.",
    )


def test_another_picture_is_a_conflict_until_another_draft_is_wanted(tmp_path: Path) -> None:
    desk = verified(tmp_path)
    desk.handoff()
    other = picture(b"another", "other.png")
    error = refused(desk, AlreadyDifferent, lambda: desk.handoff(other))
    assert error.why == ("The screen print given now is another one.",)
    assert typed(error.fix) == ["sci handoff acme-hk-1 --attach SCREENPRINT --again"]
    desk.clock.tick(days=1)
    desk.handoff(other, again=True)
    assert [record.attachment.filename for record in desk.record().handoffs] == ["port.png", "other.png"]
    assert len(desk.drafts()) == 2


def test_the_same_hand_off_again_is_the_same_whatever_else_happened_since(tmp_path: Path) -> None:
    desk = verified(tmp_path)
    first = {"to": ("a@example.net", "b@example.net"), "cc": ("c@example.net",), "message": "Call me first."}
    desk.handoff(**first)  # type: ignore[arg-type]  # keywords of one kind each
    desk.clock.tick(days=2)
    desk.set("vlan-id=100", "private-ip.active=2")
    desk.set("vlan-id=7")
    stage(desk, "received")
    desk.handoff(again=True, **first)  # type: ignore[arg-type]  # keywords of one kind each
    desk.clock.tick(days=2)
    stage(desk, "validating")
    desk.set("csp.order-number=ALI-7", "private-ip.active=3")
    before = desk.record()
    error = refused(desk, AlreadyDifferent, lambda: desk.handoff(**first))  # type: ignore[arg-type]  # as above
    assert error.why == ("Recorded anew since then: Alibaba order number.",)
    desk.handoff(again=True, **first)  # type: ignore[arg-type]  # keywords of one kind each
    desk.set("private-ip.active=4")
    for given in (first, first | {"to": ("b@example.net", "a@example.net")}):
        assert not desk.handoff(**given).changed  # type: ignore[arg-type]  # keywords of one kind each
    assert not desk.handoff(picture(filename="copy-of-port.png"), **first).changed  # type: ignore[arg-type]
    assert len(desk.record().handoffs) == len(before.handoffs) + 1


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (
            {"to": ("other@example.net",)},
            f"It went to {', '.join(RECIPIENTS)}; given now: other@example.net.",
        ),
        (
            {"cc": ("boss@example.net",)},
            "The message or the copies (--message, --cc) are other ones.",
        ),
        ({"message": "Please hurry."}, "The message or the copies (--message, --cc) are other ones."),
    ],
)
def test_another_hand_off_is_a_conflict_that_says_what_is_other(
    tmp_path: Path, given: dict[str, tuple[str, ...] | str], why: str
) -> None:
    desk = verified(tmp_path)
    desk.handoff()
    error = refused(desk, AlreadyDifferent, lambda: desk.handoff(**given))  # type: ignore[arg-type]  # as given
    assert (error.exit_code, error.why) == (6, (why,))
    assert typed(error.fix) == ["sci handoff acme-hk-1 --attach SCREENPRINT --again"]
    refused(desk, AlreadyDifferent, lambda: desk.handoff(mode=TRIAL, **given))  # type: ignore[arg-type]  # as given
    assert desk.handoff(again=True, **given).changed  # type: ignore[arg-type]  # as given


def test_values_recorded_after_the_draft_make_another_message(tmp_path: Path) -> None:
    desk = verified(tmp_path)
    desk.set("vlan-id=100")
    desk.handoff()
    desk.set("vlan-id=200", "primary.nni-id=NNI-1")
    error = refused(desk, AlreadyDifferent, desk.handoff)
    assert error.why == ("Recorded anew since then: VLAN ID, Primary NNI ID.",)
    other = refused(desk, AlreadyDifferent, lambda: desk.handoff(picture(b"another")))
    assert other.why == (
        "The screen print given now is another one.",
        "Recorded anew since then: VLAN ID, Primary NNI ID.",
    )


def test_a_value_that_is_as_it_was_again_makes_no_other_message(tmp_path: Path) -> None:
    desk = verified(tmp_path)
    desk.set("vlan-id=100")
    desk.handoff()
    desk.set("vlan-id=200")
    desk.set("vlan-id=100")
    assert not desk.handoff().changed


@pytest.mark.parametrize("address", ["no-at", "a@b@example.net"])
def test_a_recipient_that_is_none_is_refused_the_second_time_too(tmp_path: Path, address: str) -> None:
    desk = verified(tmp_path)
    desk.handoff()
    refused(desk, InvalidValue, lambda: desk.handoff(to=(address,)))
    refused(desk, InvalidValue, lambda: desk.handoff(cc=(address,)))


def test_the_providers_clock_starts_with_the_first_draft(tmp_path: Path) -> None:
    desk = verified(tmp_path)
    desk.handoff()
    desk.clock.tick(days=3)
    desk.handoff(again=True)
    from sci_cli.domain.progress import progress

    item = progress(alibaba(), desk.record(), desk.clock.moment).of("O10")
    assert item is not None
    assert item.waiting_since == NOON


class BrokenOnce:
    """A store whose next save fails after everything was decided."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.put = desk, desk.store._put

    def __call__(self, before: object, after: object) -> Saved:
        self.desk.store._put = self.put  # type: ignore[method-assign]  # back to normal
        raise StoreUnavailable("The disk is full; nothing was changed.")


def test_a_hand_off_that_could_not_be_saved_can_be_tried_again(tmp_path: Path) -> None:
    desk = verified(tmp_path)
    desk.store._put = BrokenOnce(desk)  # type: ignore[method-assign]  # fails once
    with pytest.raises(StoreUnavailable):
        desk.handoff()
    assert desk.record().handoffs == ()
    assert desk.handoff().changed


# Warnings --------------------------------------------------------------------------------------------------


def test_contacts_nobody_looked_at_for_half_a_year_are_warned_about(tmp_path: Path) -> None:
    desk = verified(tmp_path)
    last = max(contact.verified for contact in alibaba().handoff.contacts)
    edge = NOON.replace(year=last.year, month=last.month, day=last.day) + handoffs.STALE_CONTACT
    for moment, expected in ((edge, 0), (edge + timedelta(days=1), len(RECIPIENTS))):
        desk.clock.moment = moment
        found = codes(desk.handoff(mode=TRIAL).findings)
        assert found.count("handoff.contact_stale") == expected
    assert "handoff.contact_stale" not in codes(desk.handoff(to=(DESK,), mode=TRIAL).findings)


def test_values_left_to_the_screen_print_and_wrong_pairs_are_warned_about(tmp_path: Path) -> None:
    desk = verified(tmp_path)
    desk.set("primary.verizon-address=192.0.2.1/30", "primary.provider-address=192.0.2.9/30")
    found = codes(desk.handoff(to=(DESK,)).findings)
    assert found == ["handoff.values_left_out", "handoff.address_pair"]


def test_a_profile_without_recipients_needs_one_to_be_named(tmp_path: Path) -> None:
    desk = nimbus_verified(tmp_path)
    request = handoffs.HandoffRequest(picture())
    error = refused(desk, InvalidValue, lambda: handoffs.handoff(desk.ws, desk.name, request, FOR_REAL))
    assert error.message == "The profile of Nimbus Cloud names nobody to write to."
    outcome = desk.handoff(to=(DESK,))
    mail = draft_of(desk, outcome)
    body = mail.get_body()
    assert body is not None
    assert str(mail["Subject"]) == "Port of Acme Ltd in Hong Kong"
    assert "Setup costs nothing ($0). Thank you." in body.get_content()
    assert isinstance(outcome.view, HandoffView)
    assert outcome.view.contacts == ()


def test_an_account_that_is_no_longer_active_is_a_warning_wherever_the_hand_off_is_looked_at(
    tmp_path: Path,
) -> None:
    desk = verified(tmp_path)
    said = [desk.set("csp.account-status=suspended").findings]
    said.append(checks.check(desk.ws, desk.name, purpose="handoff").findings)
    said.append(checks.check(desk.ws, desk.name).findings)
    said.append(desk.handoff().findings)
    said.append(checks.check(desk.ws, desk.name).findings)
    assert len(desk.drafts()) == 1, "it is a warning, the hand-off goes on"
    for found in said:
        (warned,) = [each for each in found if each.code == "handoff.account_not_active"]
        assert warned == Finding(
            "handoff.account_not_active",
            Severity.WARNING,
            "The Alibaba Cloud account is recorded as suspended, and the order is placed.",
            why="Without an active account the connection cannot be activated; Verizon bills it anyway.",
            fix=(sci("set", desk.name, "csp.account-status=active", note="once it is active"),),
            clause="O1.3",
            owner="Customer",
            details={"fact": "csp.account-status", "recorded": ("suspended",)},
        )
    assert "handoff.account_not_active" not in codes(desk.set("csp.account-status=active").findings)


def test_an_account_that_is_not_active_before_the_order_is_the_orders_business_alone(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    found = codes(desk.set("csp.account-status=closed").findings)
    assert found == ["order.not_ready"]


def test_a_port_that_is_shut_down_or_is_to_be_is_a_warning_with_the_way_back(tmp_path: Path) -> None:
    desk = verified(tmp_path)

    def warned() -> list[tuple[str, str]]:
        found = checks.check(desk.ws, desk.name, purpose="handoff").findings
        return [(each.code, typed(each.fix)[0]) for each in found if each.code.startswith("port.")]

    assert warned() == []
    ports.request_status(desk.ws, desk.name, AdminStatus.DOWN, "failover test", FOR_REAL)
    assert warned() == [("port.unconfirmed", "sci port confirm acme-hk-1")]
    ports.confirm(desk.ws, desk.name, FOR_REAL)
    assert warned() == [("port.shut_down", "sci port no-shutdown acme-hk-1")]
    outcome = desk.handoff()
    assert (outcome.changed, "port.shut_down" in codes(outcome.findings)) == (True, True)
    ports.request_status(desk.ws, desk.name, AdminStatus.UP, "test over", FOR_REAL)
    ports.confirm(desk.ws, desk.name, FOR_REAL)
    assert warned() == []


# Stages ----------------------------------------------------------------------------------------------------


def test_stages_are_recorded_for_the_provider_in_order(tmp_path: Path) -> None:
    desk = verified(tmp_path)
    desk.handoff()
    now = desk.clock.tick(days=1)
    outcome = stage(desk, " Received ", note="by mail")
    assert desk.record().stages == (StageMark("received", Stamp(now, USER, "alibaba"), "by mail"),)
    assert lines(outcome) == ("Alibaba Cloud: received is on record.",)
    view = outcome.view
    assert isinstance(view, StagesView)
    assert view.open == ("validating", "implementing", "done")
    assert desk.record().history[-1].party == "alibaba"


def test_stages_passed_over_are_not_made_up_and_none_goes_back(tmp_path: Path) -> None:
    desk = verified(tmp_path)
    desk.handoff()
    jumped = stage(desk, "implementing")
    assert [mark.stage for mark in desk.record().stages] == ["implementing"]
    assert [(each.code, each.severity, each.message) for each in jumped.findings] == [
        (
            "handoff.stages_passed_over",
            Severity.NOTE,
            "received and validating were not recorded before.",
        )
    ]
    view = jumped.view
    assert isinstance(view, StagesView)
    assert (view.order, view.passed_over, view.open) == (
        ("received", "validating", "implementing", "done"),
        ("received", "validating"),
        ("done",),
    )
    error = refused(desk, AlreadyDifferent, lambda: stage(desk, "received"))
    assert error.message == "Alibaba Cloud is past received: implementing is on record."
    again = stage(desk, "implementing")
    assert (again.changed, lines(again)) == (
        False,
        ("implementing is on record already; nothing was written.",),
    )
    assert stage(desk, "done").findings == (), "the gap was said when it came about"
    assert desk.record().last_stage == "done"


def test_one_stage_passed_over_is_named_alone(tmp_path: Path) -> None:
    desk = verified(tmp_path)
    desk.handoff()
    assert stage(desk, "received").findings == ()
    (found,) = stage(desk, "implementing").findings
    assert found.message == "validating was not recorded before."


@pytest.mark.parametrize("name", ["", "finished", "x" * 300])
def test_a_stage_nobody_knows_is_refused_with_those_there_are(tmp_path: Path, name: str) -> None:
    desk = verified(tmp_path)
    desk.handoff()
    error = refused(desk, InvalidValue, lambda: stage(desk, name))
    assert typed(error.fix) == ["The stages are received, validating, implementing, done."]
    assert len(error.message) < 200


def test_there_are_no_stages_before_the_hand_off(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    error = refused(desk, GateClosed, lambda: stage(desk, "received"))
    assert error.message == "Nothing was handed off to the provider yet."


def test_a_trial_of_a_stage_writes_nothing(tmp_path: Path) -> None:
    desk = verified(tmp_path)
    desk.handoff()
    before = desk.record()
    assert stage(desk, "received", TRIAL).changed
    assert desk.record() == before


def test_the_draft_differs_with_the_record_and_is_the_same_for_the_same(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    first, second = verified(tmp_path / "a"), verified(tmp_path / "b")
    assert first.handoff().view == replace_path(second.handoff(), tmp_path)
    first.set("vlan-id=7")
    changed = first.handoff(again=True)
    assert isinstance(changed.view, HandoffView)
    assert changed.view.sha256 != first.record().handoffs[0].draft_sha256


def replace_path(outcome: Outcome, folder: Path) -> HandoffView:
    """The view as if it had been made in the other folder."""
    assert isinstance(outcome.view, HandoffView)
    name = Path(outcome.view.path).name
    return replace(outcome.view, path=str(folder / "a" / "out" / name))
