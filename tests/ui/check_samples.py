"""Outcomes of checks over many things at once, about invented companies."""

from __future__ import annotations

from dataclasses import replace

from sci_cli.domain.findings import Finding, Severity
from sci_cli.errors import InvalidFile, RecordCorrupt
from sci_cli.operations.check_views import CheckAllView, CheckedRow, ProfileCheckRow, ProfileCheckView
from sci_cli.operations.outcome import Outcome
from tests.ui.sample_records import NESTED, NO_ACCOUNT, NO_NUMBER, OVERLAP

_NO_GO = "NO-GO: do not place the order yet, 2 things stand in the way."
_TORN = "The record of torn-1 fails its check."
_VERDICT = "1 of 3 activations is not ready for the order; 1 cannot be checked."
ROWS = (
    CheckedRow("acme-hk-1", "Acme Ltd", "Nimbus Cloud", "Hong Kong", 4, _NO_GO, 3, 2, 1, 1),
    CheckedRow("beta-1", "Beta", "Nimbus Cloud", "Tokyo", 7, "GO: you may place the order.", 0, 0, 0, 0),
    CheckedRow("torn-1", "", "", "", None, "", 9, 1, 0, 0, problem=_TORN),
)


def of(name: str, finding: Finding) -> Finding:
    """The finding as `sci check --all` gives it."""
    return replace(finding, details={**finding.details, "activation": name})


CHECK_ALL = Outcome(
    CheckAllView("order", _VERDICT, ROWS),
    findings=(
        *(of("acme-hk-1", each) for each in (NO_ACCOUNT, OVERLAP, NO_NUMBER, NESTED)),
        of("torn-1", Finding("record.unreadable", Severity.BLOCKER, _TORN, why="It was edited or damaged.")),
    ),
    error=RecordCorrupt(_VERDICT),
)
GOOD = "nimbus-cloud (Nimbus Cloud) is a good profile: 15 steps, 14 counted, 12 clauses, each with its step."
UNKNOWN_KEY = Finding(
    "profile.not_acceptable",
    Severity.BLOCKER,
    "providers/other.yaml:39:1: stepz: this key is not known here. Did you mean steps?",
    details={
        "profile": "providers/other.yaml",
        "file": "providers/other.yaml",
        "line": "39",
        "column": "1",
        "problem": "stepz: this key is not known here. Did you mean steps?",
    },
)
PROFILES = (
    ProfileCheckRow(
        "providers/nimbus.yaml", "providers/nimbus.yaml", "nimbus-cloud", "Nimbus Cloud", "2026-01", 15, 0, 0
    ),
    ProfileCheckRow(
        "providers/other.yaml", "providers/other.yaml", "", "", "", 0, 1, 4,
        problem="providers/other.yaml has 1 problem.",
    ),
)  # fmt: skip
OUTCOMES = {
    "check-all": CHECK_ALL,
    "check-all-go": Outcome(CheckAllView("order", "1 activation, ready for the order.", ROWS[1:2])),
    "profile-check": Outcome(ProfileCheckView((GOOD,), PROFILES[:1])),
    "profile-check-refused": Outcome(
        ProfileCheckView((GOOD,), PROFILES),
        findings=(UNKNOWN_KEY,),
        error=InvalidFile("1 of 2 profiles cannot be used.", fix="Correct the files, then try again."),
    ),
}
