"""`sci adopt`: an edit by hand is shown and becomes one event, or is refused with the way back."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sci_cli.domain.activation import AdminStatus, Fact, Stamp
from sci_cli.store.document import parse
from tests.cli.program import Program

ADOPT = ("adopt", "acme-hk-1", "--reason", "the customer was renamed", "--yes")


def path_of(sci: Program) -> Path:
    return sci.home / "activations" / "acme-hk-1.yaml"


def edit(sci: Program, old: str, new: str) -> bytes:
    """Somebody edits the record: the first place where this stands. Returns the file as it is then."""
    text = path_of(sci).read_text("utf-8")
    assert old in text
    path_of(sci).write_text(text.replace(old, new, 1), "utf-8")
    return path_of(sci).read_bytes()


def test_an_edit_becomes_one_event_with_the_fields_before_and_after_and_the_reason(sci: Program) -> None:
    sci.ready()
    before = parse(sci.record, "acme-hk-1").activation
    edited = edit(sci, "- 'Acme'\n", "- 'Acme Holdings'\n")

    result = sci(*ADOPT)

    assert (result.exit, result.err) == (0, "")
    after = parse(sci.record, "acme-hk-1").activation
    event = after.history[-1]
    assert (after.revision, after.history[:-1]) == (before.revision + 1, before.history)
    assert after.facts["customer"].values == ("Acme Holdings",)
    assert (event.command, event.reason) == ("adopt", "the customer was renamed")
    assert [(each.path, each.before, each.after) for each in event.changes] == [
        ("facts.customer.values", "Acme", "Acme Holdings")
    ]
    digest = hashlib.sha256(edited).hexdigest()
    assert (sci.home / "evidence" / digest).read_bytes() == edited
    assert digest[:12] in event.summary
    assert sci("verify").exit == 0
    assert sci("note", "acme-hk-1", "goes on").exit == 0
    assert sci("verify").exit == 0


def test_the_error_of_an_edited_record_names_adopt_and_the_backup(sci: Program) -> None:
    sci.ready()
    edit(sci, "- 'Acme'\n", "- 'Other'\n")

    error = sci("status", "acme-hk-1").err

    assert "sci adopt acme-hk-1 --reason REASON" in error
    assert "does not count until it is adopted" in " ".join(error.split())
    assert "sci restore acme-hk-1 --reason REASON" in error


def test_the_error_of_a_record_that_cannot_be_understood_does_not_name_adopt(sci: Program) -> None:
    sci.ready()
    path_of(sci).write_bytes(sci.record[: len(sci.record) // 2])

    error = sci("status", "acme-hk-1").err

    assert "sci adopt" not in error
    assert "adopted" not in error


def test_a_trial_shows_the_difference_and_writes_nothing_not_even_evidence(sci: Program) -> None:
    sci.ready()
    edited = edit(sci, "- 'Acme'\n", "- 'Other'\n")

    result = sci("adopt", "acme-hk-1", "--dry-run")

    assert result.exit == 0
    assert "facts.customer.values: Acme -> Other" in result.out
    assert sci.record == edited
    assert not (sci.home / "evidence").exists()


def test_on_a_terminal_the_difference_comes_before_the_questions(sci: Program) -> None:
    sci.ready()
    edit(sci, "- 'Acme'\n", "- 'Other'\n")

    result = sci("adopt", "acme-hk-1", answers=[("Reason", "renamed"), ("Adopt this into", True)])

    assert result.exit == 0
    assert result.out.index("facts.customer.values: Acme -> Other") < result.out.index("is adopted")


def test_whoever_says_no_leaves_the_file_as_it_is(sci: Program) -> None:
    sci.ready()
    edited = edit(sci, "- 'Acme'\n", "- 'Other'\n")

    result = sci("adopt", "acme-hk-1", "--reason", "x", answers=[("Adopt this into", False)])

    assert (result.exit, sci.record) == (130, edited)


def test_without_a_terminal_reason_and_yes_are_named(sci: Program) -> None:
    sci.ready()
    edit(sci, "- 'Acme'\n", "- 'Other'\n")

    result = sci("adopt", "acme-hk-1")

    assert result.exit == 2
    assert "--reason, --yes" in result.err


def test_a_record_that_holds_cannot_be_adopted(sci: Program) -> None:
    sci.ready()
    before = sci.record

    result = sci(*ADOPT)

    assert (result.exit, sci.record) == (4, before)
    assert "there is nothing to adopt" in result.err


def test_an_edit_of_a_first_revision_without_a_backup_is_adopted_against_its_event(sci: Program) -> None:
    sci.line("new acme-hk-1 --profile alibaba-cloud --customer Acme --location Rome --data-plan 1G")
    edit(sci, "- 'Rome'\n", "- 'Milan'\n")

    assert sci(*ADOPT).exit == 0
    assert parse(sci.record, "acme-hk-1").activation.fact("location") == "Milan"


def test_an_editor_that_saves_with_other_line_ends_and_a_mark_is_understood(sci: Program) -> None:
    sci.ready()
    edit(sci, "- 'Acme'\n", "- Other\n")
    path_of(sci).write_bytes(b"\xef\xbb\xbf" + sci.record.replace(b"\n", b"\r\n"))

    assert sci(*ADOPT).exit == 0
    assert parse(sci.record, "acme-hk-1").activation.fact("customer") == "Other"


def edit_stamp(sci: Program, behind: str, by: str, at: str) -> None:
    """Somebody edits who said something and when: the first stamp behind this text."""
    text = path_of(sci).read_text("utf-8")
    start = text.index("stamp:\n", text.index(behind))
    end = text.index("\n", text.index("by: ", start))
    at_line, by_line = f"at: '{at}'", f"by: '{by}'"
    path_of(sci).write_text(
        text[:start] + re.sub(r"by: .*", by_line, re.sub(r"at: .*", at_line, text[start:end])) + text[end:],
        "utf-8",
    )


@pytest.mark.parametrize("behind", ["notes:\n", "cloud-type':\n", "customer:\n", "- name: 'CORP'"])
def test_who_said_something_cannot_be_edited_it_is_whoever_adopts_it_from_then_on(
    sci: Program, behind: str
) -> None:
    sci.ready()
    sci("note", "acme-hk-1", "one")
    sci("note", "acme-hk-1", "two")
    edit_stamp(sci, behind, "the.boss", "2031-01-01T00:00:00Z")
    sci.clock.tick(hours=1)

    result = sci(*ADOPT, "-o", "json")

    after = parse(sci.record, "acme-hk-1").activation
    (change,) = after.history[-1].changes
    assert result.exit == 0
    assert change.path.endswith(".stamp.at")
    assert change.after == "2026-03-02T10:00:00Z"
    assert "the.boss" not in sci.record.decode()
    assert "2031" not in sci.record.decode()


def test_a_date_in_the_future_of_the_last_change_itself_is_noticed(sci: Program) -> None:
    sci.ready()
    edit_stamp(sci, "cloud-type':\n", "account.manager", "2031-01-01T00:00:00Z")

    assert sci(*ADOPT).exit == 0
    assert "2031" not in sci.record.decode()


def test_what_is_adopted_is_said_by_whoever_adopts_it(sci: Program) -> None:
    sci.ready()
    edit(sci, "- 'Acme'\n", "- 'Acme Holdings'\n")
    edit_stamp(sci, "customer:\n", "the.boss", "2031-01-01T00:00:00Z")
    sci.clock.tick(hours=1)

    assert sci(*ADOPT).exit == 0
    after = parse(sci.record, "acme-hk-1").activation
    assert after.facts["customer"] == Fact(("Acme Holdings",), Stamp(sci.clock.now, "account.manager"))
    assert [each.path for each in after.history[-1].changes] == ["facts.customer.values"]


def test_a_party_that_did_its_part_by_hand_did_it_as_whoever_adopts_it(sci: Program) -> None:
    sci.ready()
    sci("done", "acme-hk-1", "P2", "--for", "customer", "--note", "seen")
    text = path_of(sci).read_text("utf-8")
    start = text.index("steps:\n")
    path_of(sci).write_text(
        text[:start] + re.sub(r"at: '2026[^']*'", "at: '2026-01-01T00:00:00Z'", text[start:], count=1),
        "utf-8",
    )
    sci.clock.tick(hours=1)

    assert sci(*ADOPT).exit == 0
    (stamp,) = parse(sci.record, "acme-hk-1").activation.steps["P2"].stamps
    assert stamp == Stamp(sci.clock.now, "account.manager", "customer")


def test_a_port_status_and_a_vpn_edited_by_hand_are_said_by_whoever_adopts_them(sci: Program) -> None:
    sci.placed()
    assert sci.line("port seen acme-hk-1 no-shutdown").exit == 0
    sci("note", "acme-hk-1", "one")
    port = parse(sci.record, "acme-hk-1").activation.port
    text = path_of(sci).read_text("utf-8").replace("max_prefixes: '1250'", "max_prefixes: '1260'", 1)
    path_of(sci).write_text(text.replace("port:\n  status: up", "port:\n  status: down", 1), "utf-8")
    sci.clock.tick(hours=1)

    result = sci(*ADOPT)

    assert result.exit == 0, result.err
    after = parse(sci.record, "acme-hk-1").activation
    now = Stamp(sci.clock.now, "account.manager")
    assert port.seen is not None
    assert after.port == replace(port, status=AdminStatus.DOWN, seen=replace(now, party=port.seen.party))
    assert (after.vpns[0].stamp, after.vpns[0].max_prefixes) == (now, 1260)


def started_without_account_status(sci: Program) -> None:
    sci.line("new acme-hk-1 --profile alibaba-cloud --customer Acme --location Rome --data-plan 1G")
    sci.line("vpn add acme-hk-1 CORP --prefix 10.20.0.0/16 --max-prefixes 1250")
    sci.line("set acme-hk-1 private-ip.active=1 csp.account-id=0123456789012345 cloud-type=public")
    sci.line("set acme-hk-1 security-products=none csp.account-status=pending")


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("- pending\n", "- active\n", "csp.account-status=active"),
        ("- public\n", "- vpc\n", "cloud-type=vpc"),
        ("facts:\n", "facts:\n  'nat-review':\n    values:\n    - reviewed\n    stamp:\n      at:"
         " '2026-03-02T09:00:00Z'\n      by: kim\n", "nat-review=reviewed"),
    ],
)  # fmt: skip
def test_an_edit_that_settles_what_a_billing_gate_waits_for_is_refused(
    sci: Program, old: str, new: str, named: str
) -> None:
    started_without_account_status(sci)
    edited = edit(sci, old, new)

    result, trial = sci(*ADOPT), sci("adopt", "acme-hk-1", "--dry-run")

    assert (result.exit, trial.exit, sci.record) == (3, 3, edited)
    assert f"sci set acme-hk-1 {named}" in result.err


def test_an_edit_that_closes_a_billing_gate_is_adopted(sci: Program) -> None:
    sci.ready()
    edit(sci, "- active\n", "- pending\n")

    assert sci(*ADOPT).exit == 0
    assert sci("verify").exit == 0


def test_a_changed_checksum_alone_is_adopted_as_no_field(sci: Program) -> None:
    sci.ready()
    edit(sci, "checksum: sha256:", "checksum: sha512:")

    result = sci(*ADOPT)

    assert result.exit == 0
    assert "No field differs" in result.out
    assert parse(sci.record, "acme-hk-1").activation.history[-1].changes == ()


# Refusals --------------------------------------------------------------------------------------------------

Edit = Callable[[str], str]
NOT_UNDERSTOOD: dict[str, Edit] = {
    "half": lambda text: text[: len(text) // 2],
    "empty": lambda text: "",
    "merge conflict": lambda text: f"<<<<<<< ours\n{text}=======\n{text}>>>>>>> theirs\n",
    "unknown field": lambda text: text.replace("facts:\n", "colour: red\nfacts:\n", 1),
    "two of a field": lambda text: text.replace("facts:\n", "facts: {}\nfacts:\n", 1),
    "an anchor": lambda text: text.replace("facts:\n", "facts: &a\n", 1),
    "another name": lambda text: text.replace("name: 'acme-hk-1'", "name: 'beta'", 1),
    "an event altered": lambda text: text.replace("command: new", "command: old", 1),
    "an event removed": lambda text: text[: text.rindex("- sequence:")],
    "another revision": lambda text: text.replace("revision: '2'", "revision: '3'", 1),
    "another head": lambda text: text.replace("head: '", "head: '0", 1),
    "a newer format": lambda text: text.replace("format: '1'", "format: '99'", 1),
    "a time that is none": lambda text: text.replace("at: '2026-", "at: '20x6-", 1),
}


@pytest.mark.parametrize("name", NOT_UNDERSTOOD)
def test_what_cannot_be_understood_or_changes_the_history_is_refused(sci: Program, name: str) -> None:
    sci.ready()
    text = NOT_UNDERSTOOD[name](path_of(sci).read_text("utf-8"))
    path_of(sci).write_text(text, "utf-8")

    result = sci(*ADOPT)

    assert (result.exit, path_of(sci).read_text("utf-8")) == (9, text)
    if name != "a newer format":
        assert "sci restore acme-hk-1 --reason REASON" in result.err


def test_a_record_whose_history_no_backup_vouches_for_is_refused(sci: Program) -> None:
    sci.ready()
    edited = edit(sci, "- 'Acme'\n", "- 'Other'\n")
    (sci.home / "backups/acme-hk-1.1.yaml").unlink()

    result = sci(*ADOPT)

    assert (result.exit, sci.record) == (9, edited)
    assert "no intact backup that could vouch" in result.err


def test_a_record_put_back_by_hand_and_edited_is_not_the_one_its_backups_follow(sci: Program) -> None:
    sci.ready()
    sci("note", "acme-hk-1", "one")
    path_of(sci).write_bytes((sci.home / "backups/acme-hk-1.1.yaml").read_bytes())
    edit(sci, "- 'Acme'\n", "- 'Other'\n")

    result = sci(*ADOPT)

    assert result.exit == 9
    assert "ends at revision 1, and there is a backup of revision 2" in result.err


ONLY_COMMANDS: dict[str, tuple[str, str]] = {
    "billing accepted": ("billing_accepted: 'yes'", "billing_accepted: 'no'"),
    "order number": ("number: 'VZ-1'", "number: 'VZ-2'"),
    "profile": ("digest: '", "digest: '0"),
    "who created it": ("created:\n  at: '2026-03-02", "created:\n  at: '2026-03-01"),
}


@pytest.mark.parametrize("name", ONLY_COMMANDS)
def test_what_only_commands_record_is_not_adopted(sci: Program, name: str) -> None:
    sci.placed()
    old, new = ONLY_COMMANDS[name]
    text = path_of(sci).read_text("utf-8")
    if old not in text:
        old, new = old.replace("'", ""), new.replace("'", "")
    edited = edit(sci, old, new)

    result = sci(*ADOPT)

    assert (result.exit, sci.record) == (9, edited)
    assert "which only commands record" in result.err


def test_an_order_typed_into_a_file_is_never_one_that_was_placed(sci: Program) -> None:
    sci.ready()
    order = (
        "order:\n  number: 'VZ-9'\n  placed:\n    at: '2026-03-02T09:00:00Z'\n    by: kim\n"
        "  billing_accepted: 'yes'\n  form: []\nhistory:\n"
    )
    edited = edit(sci, "history:\n", order)

    result = sci(*ADOPT)

    assert (result.exit, sci.record) == (9, edited)
    assert "which only commands record" in result.err


@pytest.mark.parametrize(
    ("old", "new", "exit_code"),
    [
        ("- 'active'\n", "- 'probably'\n", 4),
        ("- 'none'\n", "- 'mss-cloud-firewall'\n", 3),
        ("- '10.20.0.0/16'\n", "- '127.0.0.0/8'\n", 4),
    ],
)
def test_rules_that_hold_for_commands_hold_for_edits(
    sci: Program, old: str, new: str, exit_code: int
) -> None:
    sci.placed()
    text = path_of(sci).read_text("utf-8")
    if old not in text:
        old, new = old.replace("'", ""), new.replace("'", "")
    edited = edit(sci, old, new)

    result = sci(*ADOPT)

    assert (result.exit, sci.record) == (exit_code, edited)


def test_a_revision_that_is_another_one_is_refused(sci: Program) -> None:
    sci.ready()
    edited = edit(sci, "- 'Acme'\n", "- 'Other'\n")

    assert sci(*ADOPT, "--if-revision", "7").exit == 6
    assert sci.record == edited


def test_an_adoption_repeated_under_its_id_is_one(sci: Program) -> None:
    sci.ready()
    edit(sci, "- 'Acme'\n", "- 'Other'\n")
    assert sci(*ADOPT, "--op-id", "job-1").exit == 0
    before = sci.record

    assert (sci(*ADOPT, "--op-id", "job-1").exit, sci.record) == (0, before)


def test_a_name_without_a_record_is_not_found(sci: Program) -> None:
    sci.ready()

    assert sci("adopt", "acme-hk-2", "--reason", "x", "--yes").exit == 5


def test_entries_that_changed_places_are_refused_since_no_difference_shows_them(sci: Program) -> None:
    sci.placed()
    sci.line("vpn add acme-hk-1 LAB --prefix 10.60.0.0/16 --max-prefixes 1250 --yes")
    sci("note", "acme-hk-1", "one")
    text = path_of(sci).read_text("utf-8")
    start, end = text.index("vpns:\n") + len("vpns:\n"), text.index("history:\n")
    middle = text.index("- name:", start + 1)
    turned = text[:start] + text[middle:end] + text[start:middle] + text[end:]
    path_of(sci).write_text(turned, "utf-8")

    result = sci(*ADOPT)

    assert (result.exit, path_of(sci).read_text("utf-8")) == (9, turned)
    assert "changes the order of its VPNs" in result.err
