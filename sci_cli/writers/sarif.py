"""Reports as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from sci_cli.domain.findings import Severity
from sci_cli.writers.report import Case, Place, Remark, Report, fingerprints, one_line, some_lines

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST = 5_000  # GitHub keeps so many results of a run, and refuses a file with more than 25,000

_LEVELS = {Severity.BLOCKER: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
_ROOT = "%SRCROOT%"


def sarif_json(report: Report) -> str:
    """One run as ASCII JSON; of more than `MOST` findings the weightiest, and how many are left out.

    Code scanning wants a file for each result. A finding of which the repository has no file is given the
    path its record or list has elsewhere.
    """
    everything = list(report.remarks())
    found = everything[:MOST]
    rules = sorted({remark.rule for _, remark in found})
    numbers = {rule: number for number, rule in enumerate(rules)}
    run = {
        "tool": {"driver": _driver(report, rules, found)},
        "automationDetails": {"id": f"sci/{report.command.replace(' ', '-')}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report, len(everything) - len(found))],
        "results": [
            _result(case, remark, numbers[remark.rule], fingerprint)
            for (case, remark), fingerprint in zip(found, fingerprints(found), strict=True)
        ],
    }
    return (
        json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=True) + "\n"
    )


def _driver(report: Report, rules: list[str], found: list[tuple[Case, Remark]]) -> dict[str, Any]:
    weightiest: dict[str, Severity] = {}
    for _, remark in found:
        weightiest.setdefault(remark.rule, remark.severity)
    return {
        "name": "sci",
        "version": report.version,
        "semanticVersion": report.version,
        "rules": [_rule(rule, report.rules.get(rule, ""), weightiest[rule]) for rule in rules],
    }


def _rule(rule: str, meaning: str, severity: Severity) -> dict[str, Any]:
    said = one_line(meaning) or rule
    first = said.split(". ")[0].rstrip(".") + "."
    return {
        "id": rule,
        "shortDescription": {"text": first},
        "fullDescription": {"text": said},
        "help": {"text": f"{said}\nMore: sci explain {rule}"},
        "defaultConfiguration": {"level": _LEVELS[severity]},
    }


def _invocation(report: Report, left_out: int) -> dict[str, Any]:
    notes = [*report.notices]
    if left_out:
        notes.append(f"{left_out} more findings are not in this file.")
    # A finding is no failure of the tool; not having been able to look is one.
    unread = [case for case in report.cases if case.unread]
    told = [_notification("error", case.verdict or case.name) for case in unread]
    return {
        "executionSuccessful": not unread,
        "exitCode": report.exit_code,
        "toolExecutionNotifications": [*told, *(_notification("warning", note) for note in notes)],
    }


def _notification(level: str, text: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": _unlinked(one_line(text))}}


def _unlinked(text: str) -> str:
    """The text with nothing in it that SARIF reads as a link, which even plain messages may hold."""
    return text.replace("](", "] (")


def _result(case: Case, remark: Remark, number: int, fingerprint: str) -> dict[str, Any]:
    place = remark.place or Place(case.path)
    location: dict[str, Any] = {"logicalLocations": [{"name": one_line(case.name), "kind": "resource"}]}
    if place.path:
        location["physicalLocation"] = _physical(place)
    result: dict[str, Any] = {
        "ruleId": remark.rule,
        "ruleIndex": number,
        "level": _LEVELS[remark.severity],
        "message": {"text": _unlinked(some_lines(remark.message, remark.more))},
        "locations": [location],
        "partialFingerprints": {"sciFinding/v1": fingerprint},
    }
    if remark.other:
        result["relatedLocations"] = [{"physicalLocation": _physical(remark.other)}]
    return result


def _physical(place: Place) -> dict[str, Any]:
    found: dict[str, Any] = {"artifactLocation": {"uri": quote(one_line(place.path)), "uriBaseId": _ROOT}}
    if place.line:
        found["region"] = {"startLine": place.line}
        if place.column:
            found["region"]["startColumn"] = place.column
    return found
