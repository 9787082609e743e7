"""Outcomes of checks as reports: cases, places, and what stays the same from run to run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sci_cli.domain.findings import Finding, Severity
from sci_cli.errors import FileNotThere, InvalidFile, RuleViolation, Spot
from sci_cli.operations import vpn_file_views
from sci_cli.operations.outcome import Outcome
from sci_cli.ui.reports import FORMATS, TOGETHER, Where, report_of
from sci_cli.writers.report import Place, Report, fingerprints
from tests.ui.check_samples import OUTCOMES as CHECKED
from tests.ui.samples import OUTCOMES

INSIDE = Where(lambda file: f"net/{file}", lambda name: f"records/activations/{name}.yaml")
OUTSIDE = Where(lambda file: "", lambda name: "")


def report(outcome: Outcome, where: Where = INSIDE, command: str = "check") -> Report:
    return report_of(command, "0.1.0", where, outcome=outcome)


@pytest.mark.parametrize("name", [*CHECKED, "check", "check-go", "vpn-check", "vpn-check-refused"])
@pytest.mark.parametrize("where", [INSIDE, OUTSIDE], ids=["inside", "outside"])
def test_every_check_has_a_report_with_all_its_findings_in_every_format(name: str, where: Where) -> None:
    outcome = OUTCOMES[name]
    made = report(outcome, where)
    assert made.exit_code == (int(outcome.error.exit_code) if outcome.error else 0)
    assert sorted(remark.rule for _, remark in made.remarks()) == sorted(
        each.code for each in outcome.findings
    )
    assert all(made.rules[remark.rule] for _, remark in made.remarks())
    for write in FORMATS.values():
        assert write(made).endswith("\n")


def test_every_activation_is_a_case_with_its_record_and_what_is_unread_is_marked() -> None:
    made = report(CHECKED["check-all"])
    told = [(case.name, case.path, case.unread, len(case.remarks)) for case in made.cases]
    assert told == [
        ("acme-hk-1", "records/activations/acme-hk-1.yaml", False, 4),
        ("beta-1", "records/activations/beta-1.yaml", False, 0),
        ("torn-1", "records/activations/torn-1.yaml", True, 1),
    ]
    assert made.cases[0].remarks[0].place == Place("records/activations/acme-hk-1.yaml")
    outside = report(CHECKED["check-all"], OUTSIDE).cases[0]
    assert (outside.path, outside.remarks[0].place) == ("activations/acme-hk-1.yaml", None)


def test_problems_of_a_profile_are_at_their_line_and_say_it_without_the_place() -> None:
    good, bad = report(CHECKED["profile-check-refused"]).cases
    assert (good.name, good.remarks) == ("providers/nimbus.yaml", ())
    (remark,) = bad.remarks
    assert remark.place == Place("net/providers/other.yaml", 39, 1)
    assert remark.message == "stepz: this key is not known here. Did you mean steps?"
    (outside,) = report(CHECKED["profile-check-refused"], OUTSIDE).cases[1].remarks
    assert outside.message == f"providers/other.yaml:39:1: {remark.message}"


def overlap(left: str, right: str) -> Finding:
    return Finding(
        "vpn.prefix_overlap",
        Severity.BLOCKER,
        f"VPN A 10.1.0.0/16 ({left}) contains VPN B 10.1.2.0/24 ({right}).",
        details={"left": "10.1.0.0/16", "left_place": left, "right": "10.1.2.0/24", "right_place": right},
    )


TOTAL = Finding(
    "vpn.max_exceeded", Severity.BLOCKER, "9 of MAX 5.", details={"version": "4", "prefixes": "9"}
)


def lists(*findings: Finding) -> Outcome:
    files = tuple(vpn_file_views.FileRow(name, "list", 1, 0) for name in ("a:b.txt", "B.txt"))
    view = vpn_file_views.FilesView(files=files, lines=("1 pair overlaps.",))
    return Outcome(view, findings=findings, error=RuleViolation("No.", findings=findings))


def test_an_overlap_is_at_both_its_lines_and_a_total_with_all_files_together() -> None:
    made = report(lists(overlap("a:b.txt:3", "B.txt:8"), TOTAL), command="vpn check")
    assert [(case.name, len(case.remarks)) for case in made.cases] == [
        ("a:b.txt", 1),
        ("B.txt", 0),
        (TOGETHER, 1),
    ]
    (remark,) = made.cases[0].remarks
    assert (remark.place, remark.other) == (Place("net/a:b.txt", 3), Place("net/B.txt", 8))
    assert (made.cases[2].remarks[0].place, made.cases[2].path) == (None, "net/a:b.txt")


def prints(outcome: Outcome) -> list[str]:
    return fingerprints(list(report(outcome).remarks()))


def test_a_finding_keeps_its_fingerprint_when_lines_move_and_counts_change() -> None:
    more = replace(TOTAL, message="11 of MAX 5.", details={"version": "4", "prefixes": "11"})
    before = prints(lists(overlap("a:b.txt:3", "B.txt:8"), TOTAL))
    assert prints(lists(overlap("a:b.txt:4", "B.txt:1"), more)) == before
    other = replace(TOTAL, details={"version": "6", "prefixes": "9"})
    assert prints(lists(overlap("a:b.txt:3", "B.txt:8"), other))[1] != before[1]


def test_a_step_that_is_late_is_the_same_finding_the_day_after() -> None:
    today = Finding("step.late", Severity.WARNING, "Step O6 is late by 2 d.", details={"step": "O6"})
    outcome = OUTCOMES["check-go"]
    assert prints(replace(outcome, findings=(today,))) == prints(
        replace(outcome, findings=(replace(today, message="Step O6 is late by 3 d."),))
    )


def test_an_error_is_a_report_of_what_stopped_the_check_at_its_places() -> None:
    error = InvalidFile("x.yaml has 1 problem.").at([Spot("x.yaml", 3, 5, "no such key.")])
    made = report_of("profile check", "0.1.0", INSIDE, error=error)
    (case,) = made.cases
    assert (made.exit_code, case.unread, made.rules) == (
        4,
        True,
        {"file.invalid": "A file given by the user is not acceptable; all problems are listed."},
    )
    assert [(each.message, each.place) for each in case.remarks] == [
        ("no such key.", Place("net/x.yaml", 3, 5))
    ]
    gone = report_of("vpn check", "0.1.0", INSIDE, error=FileNotThere("It is gone.", fix="Check the path."))
    assert [(each.rule, each.message, each.more) for each in gone.cases[0].remarks] == [
        ("file.not_found", "It is gone.", ("Fix: Check the path.",))
    ]
