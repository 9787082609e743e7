"""How errors read: what is the case, why, and a command in one piece."""

from __future__ import annotations

from dataclasses import replace

from sci_cli.errors import GateClosed, InvalidFile, SciError, VerificationMismatch, sci
from sci_cli.operations.outcome import Message, Outcome
from sci_cli.ui.errors_text import render_error, render_failed_outcome
from sci_cli.ui.look import Look
from tests.ui.sample_records import MAX_EXCEEDED, NO_ACCOUNT, OVERLAP
from tests.ui.samples import OUTCOMES

CLOSED = GateClosed(
    "Step O3 (Give the go for the order) cannot be marked done.",
    why=[
        "O1 (Have an active account) is open.",
        "Billing starts even if the cloud is not ready, on the same day.",
    ],
    fix=[
        sci("done", "acme-sg-1", "O1"),
        sci(
            "order",
            "record",
            "acme-sg-1",
            "--reason",
            "why it was placed",
            note="only if it was placed anyway",
        ),
        "Call the account team.",
    ],
)


def test_an_error_says_what_why_and_fix_each_with_its_label() -> None:
    assert render_error(CLOSED, Look(80)).splitlines() == [
        "Error: Step O3 (Give the go for the order) cannot be marked done.",
        "  Why:  O1 (Have an active account) is open.",
        "        Billing starts even if the cloud is not ready, on the same day.",
        "  Fix:  sci done acme-sg-1 O1",
        "  Or:   sci order record acme-sg-1 --reason 'why it was placed'",
        "          only if it was placed anyway",
        "  Or:   Call the account team.",
    ]


def test_the_plain_form_has_one_fact_in_a_line() -> None:
    assert render_error(CLOSED, Look(40, plain=True)).splitlines() == [
        "Error: Step O3 (Give the go for the order) cannot be marked done.",
        "Why: O1 (Have an active account) is open.",
        "Why: Billing starts even if the cloud is not ready, on the same day.",
        "Fix: sci done acme-sg-1 O1",
        "Or: sci order record acme-sg-1 --reason 'why it was placed'  only if it was placed anyway",
        "Or: Call the account team.",
    ]


def test_an_error_with_a_message_only_is_one_line() -> None:
    assert render_error(SciError("Nothing is there."), Look(80)) == "Error: Nothing is there.\n"


def test_the_findings_of_an_error_are_listed_with_clause_owner_fix_and_text_to_copy() -> None:
    error = GateClosed(
        "The order may not be placed yet.", findings=(NO_ACCOUNT, MAX_EXCEEDED), fix=sci("list")
    )
    assert render_error(error, Look(80)).splitlines() == [
        "Error: The order may not be placed yet.",
        "",
        "  BLOCKED  No Nimbus Cloud account is on record. (clause O1.2; Customer)",
        "           Why: Without an active account the connection cannot be activated,",
        "                and billing starts anyway.",
        "           Fix: sci set acme-sg-1 csp.account-id=ACCOUNT-ID",
        "                The number is on the start page of the cloud console.",
        "  BLOCKED  25 of MAX 20 IPv4 prefixes: all VPNs of the port together would",
        "           exceed the MAX of VPN stores. (clauses O12.3, O12.4)",
        "           Fix: Ask the Verizon account team for a higher MAX; the text below",
        "                can be sent to them.",
        "           To copy:",
        "             Request for a higher MAX: Private IP VPN stores",
        "",
        "             Customer:       Acme Ltd",
        "             MAX needed:     at least 25",
        "",
        "  Fix:  sci list",
    ]


def test_a_hundred_reasons_are_shown_and_the_others_counted() -> None:
    error = InvalidFile(
        "acme.yaml has 103 problems.", why=[f"acme.yaml:{line}:1: odd" for line in range(1, 104)]
    )
    lines = render_error(error, Look(80)).splitlines()
    assert len(lines) == 1 + 100 + 1
    assert lines[-1] == "        and 3 more; see -o json"


def test_a_hundred_findings_of_one_code_are_shown_and_the_others_counted() -> None:
    findings = [replace(OVERLAP, message=f"Overlap {number}.") for number in range(2_000)]
    text = render_error(GateClosed("No.", findings=findings), Look(80))
    assert text.count("Overlap") == 100
    assert "and 1900 more (vpn.prefix_overlap); see -o json" in text


def test_a_message_with_control_characters_shows_them_and_obeys_none() -> None:
    text = render_error(SciError("x\x1b[2J\u202ey", why="\x07", fix="\x9b"), Look(80))
    assert text == "Error: x\\x1b[2J\\u202ey\n  Why:  \\x07\n  Fix:  \\x9b\n"


# Outcomes that are failures too ----------------------------------------------------------------------------


def test_a_verdict_that_is_on_the_screen_is_not_repeated_as_an_error() -> None:
    assert render_failed_outcome(OUTCOMES["check"], Look(80)) == ""


def test_findings_that_are_on_the_screen_are_not_repeated_with_the_error() -> None:
    text = render_failed_outcome(OUTCOMES["plan"], Look(80))
    assert text == "Error: The plan breaks a rule of the port.\n"


def test_an_outcome_with_an_error_that_says_more_shows_it() -> None:
    error = VerificationMismatch("The portal differs.", why="The comparison is on record.", saved=True)
    text = render_failed_outcome(Outcome(Message(()), error=error), Look(80))
    assert text == "Error: The portal differs.\n  Why:  The comparison is on record.\n"


def test_an_outcome_without_an_error_has_no_error_text() -> None:
    assert render_failed_outcome(OUTCOMES["status"], Look(80)) == ""
