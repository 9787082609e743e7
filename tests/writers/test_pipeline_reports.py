"""Reports for pipelines: whatever stands in names and files, each can be read back as what was meant."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from sci_cli.domain.findings import Severity
from sci_cli.errors import StoreUnavailable
from sci_cli.writers import step_summary
from sci_cli.writers.code_quality import code_quality_json
from sci_cli.writers.junit import junit_xml
from sci_cli.writers.report import Case, Place, Remark, Report, fingerprints, one_line, some_lines
from sci_cli.writers.sarif import MOST, sarif_json
from sci_cli.writers.step_summary import append_summary, summary_markdown
from sci_cli.writers.workflow_commands import workflow_commands

OVERLAP = Remark(
    "vpn.prefix_overlap",
    Severity.BLOCKER,
    "VPN LAB 10.30.4.0/22 lies inside VPN CORP 10.30.0.0/16.",
    ("Why: VPNs on one port must not overlap.", "Fix: sci vpn list"),
    Place("lists/LAB.txt", 7),
    Place("lists/CORP.txt", 2),
    ("left=10.30.4.0/22",),
)
UNKNOWN_KEY = Remark(
    "profile.not_acceptable", Severity.BLOCKER, "stepz: no such key.", (), Place("p.yaml", 39, 3)
)
NEAR = Remark("vpn.near_max", Severity.WARNING, "9 of MAX 10 prefixes, 90%.")
NESTED = Remark("vpn.prefix_nested", Severity.NOTE, "Normal routing.")
REPORT = Report(
    "check",
    "0.1.0",
    9,
    "1 of 3 activations breaks a rule; 1 cannot be checked.",
    (
        Case("acme-hk-1", "1 thing stands against the rules.", "activations/acme-hk-1.yaml", (NEAR, OVERLAP)),
        Case("beta-1", "Nothing is wrong.", "activations/beta-1.yaml", (NESTED,)),
        Case("torn-1", "It is damaged.", "activations/torn-1.yaml", (UNKNOWN_KEY,), unread=True),
    ),
    {"vpn.prefix_overlap": "Two VPNs share addresses. That is not allowed."},
)


# Any text -------------------------------------------------------------------------------------------------

ANY = st.text(st.characters(), max_size=40) | st.sampled_from(
    [
        "]]>", "</failure>", "&amp;", "::error::x", "##[error]x", "%0A::warning::", "a,line=9::b", "a:b,c=d",
        "\x00\x1b[31m", "\ud800", "\ufffe", "\r\n::stop-commands::x", "<img src=x>", "|a|b|", "`x`", "@team",
        "*/ -->", "$x$", "\u202e", "%3A", "C:\\x", "www.example.net", "~~x~~", "[x](https://example.net)",
    ]
)  # fmt: skip
LINES = st.none() | st.integers(1, 10**6)
PLACES = st.none() | st.builds(Place, ANY.filter(bool), LINES, LINES)
REMARKS = st.builds(
    Remark, st.sampled_from(["vpn.prefix_overlap", "step.late"]), st.sampled_from(Severity), ANY,
    st.lists(ANY, max_size=2).map(tuple), PLACES, PLACES, st.lists(ANY, max_size=2).map(tuple),
)  # fmt: skip
CASES = st.builds(Case, ANY, ANY, ANY, st.lists(REMARKS, max_size=4).map(tuple), st.booleans())
REPORTS = st.builds(
    Report, st.sampled_from(["check", "vpn check", "profile check"]), st.just("0.1.0"),
    st.sampled_from([0, 3, 4, 9]), ANY, st.lists(CASES, max_size=4).map(tuple),
    st.dictionaries(st.just("step.late"), ANY, max_size=1), st.lists(ANY, max_size=1).map(tuple),
)  # fmt: skip


# JUnit ----------------------------------------------------------------------------------------------------


def test_junit_has_a_case_for_each_activation_with_one_failure_or_error() -> None:
    root = ET.fromstring(junit_xml(REPORT))
    assert root.attrib == {"name": "sci check", "tests": "3", "failures": "1", "errors": "1", "time": "0"}
    told = [
        (case.get("name"), [(each.tag, each.get("type"), each.get("message")) for each in case])
        for case in root.iter("testcase")
    ]
    assert told == [
        (
            "acme-hk-1",
            [("failure", "vpn.prefix_overlap", OVERLAP.message), ("system-out", None, None)],
        ),
        ("beta-1", [("system-out", None, None)]),
        ("torn-1", [("error", "profile.not_acceptable", UNKNOWN_KEY.message), ("system-out", None, None)]),
    ]
    assert root.findtext(".//failure") == (
        f"BLOCKED vpn.prefix_overlap: {OVERLAP.message}\n{OVERLAP.more[0]}\n{OVERLAP.more[1]}"
    )


def test_a_case_with_several_blockers_has_one_failure_that_counts_the_others() -> None:
    case = replace(REPORT.cases[0], remarks=(OVERLAP, replace(OVERLAP, message="Again.")))
    root = ET.fromstring(junit_xml(replace(REPORT, cases=(case,))))
    assert [each.get("message") for each in root.iter("failure")] == [f"{OVERLAP.message} (and 1 more)"]


@given(REPORTS)
def test_junit_is_ascii_xml_whatever_stands_in_it(report: Report) -> None:
    text = junit_xml(report)
    assert text.isascii()
    cases = list(ET.fromstring(text).iter("testcase"))
    assert [case.get("name") for case in cases] == [one_line(case.name) for case in report.cases]
    for made, case in zip(cases, report.cases, strict=True):
        failing = [each for each in made if each.tag in ("failure", "error")]
        assert len(failing) == bool(case.unread or case.of(Severity.BLOCKER))
        for remark in case.remarks:
            assert one_line(remark.message) in "".join(made.itertext())


# GitHub ---------------------------------------------------------------------------------------------------

COMMAND = re.compile(r"::(error|warning|notice)(?: ([^\n]*?))?::(.*)")


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Workflow commands as the runner takes them apart."""
    found = []
    for line in text.splitlines():
        assert line.startswith("::")
        end = line.index("::", 2)
        level, _, said = line[2:end].partition(" ")
        properties = dict(each.split("=", 1) for each in said.split(",") if each)
        found.append(
            (level, {key: _unescaped(value, ":,") for key, value in properties.items()},
             _unescaped(line[end + 2 :], ""))
        )  # fmt: skip
    return found


def _unescaped(text: str, also: str) -> str:
    for sign in ("\r", "\n", *also):
        text = text.replace(f"%{ord(sign):02X}", sign)
    return text.replace("%25", "%")


def test_annotations_point_at_file_line_and_column_the_weightiest_first() -> None:
    assert commands(workflow_commands(REPORT)) == [
        (
            "error",
            {"file": "lists/LAB.txt", "line": "7", "title": "vpn.prefix_overlap: acme-hk-1"},
            some_lines(OVERLAP.message, OVERLAP.more),
        ),
        (
            "error",
            {"file": "p.yaml", "line": "39", "col": "3", "title": "profile.not_acceptable: torn-1"},
            UNKNOWN_KEY.message,
        ),
        ("warning", {"title": "vpn.near_max: acme-hk-1"}, NEAR.message),
        ("notice", {"title": "vpn.prefix_nested: beta-1"}, NESTED.message),
    ]


def test_percent_signs_colons_and_commas_are_escaped_where_they_mean_something() -> None:
    odd = replace(NEAR, message="90%0A,\n: done", place=Place("a:b,c%.txt"))
    report = replace(REPORT, cases=(Case("x", remarks=(odd,)),))
    assert workflow_commands(report) == (
        "::warning file=a%3Ab%2Cc%25.txt,title=vpn.near_max%3A x::90%250A,\\n: done\n"
    )


@given(REPORTS)
def test_every_line_for_github_is_one_command_that_says_what_was_meant(report: Report) -> None:
    text = workflow_commands(report)
    assert all(COMMAND.fullmatch(line) for line in text.split("\n")[:-1])
    found = commands(text)
    remarks = [remark for _, remark in report.remarks()]
    told = found[len(report.notices) : len(report.notices) + len(remarks)]
    assert [said for _, _, said in told] == [some_lines(each.message, each.more) for each in remarks]
    assert [properties.get("file", "") for _, properties, _ in told] == [
        one_line(each.place.path) if each.place else "" for each in remarks
    ]
    assert len(found) - len(report.notices) - len(remarks) in (0, 1)


# GitLab ---------------------------------------------------------------------------------------------------


def test_code_quality_has_path_line_and_severity_for_each_finding() -> None:
    found = json.loads(code_quality_json(REPORT))
    assert [(each["check_name"], each["severity"], each["location"]) for each in found] == [
        ("vpn.prefix_overlap", "blocker", {"path": "lists/LAB.txt", "lines": {"begin": 7}}),
        ("profile.not_acceptable", "blocker", {"path": "p.yaml", "lines": {"begin": 39}}),
        ("vpn.near_max", "minor", {"path": "activations/acme-hk-1.yaml", "lines": {"begin": 1}}),
        ("vpn.prefix_nested", "info", {"path": "activations/beta-1.yaml", "lines": {"begin": 1}}),
    ]


@given(REPORTS)
def test_code_quality_is_ascii_json_with_what_gitlab_requires(report: Report) -> None:
    text = code_quality_json(report)
    assert text.isascii()
    found = json.loads(text)
    remarks = [remark for _, remark in report.remarks()]
    assert [each["description"] for each in found] == [
        some_lines(each.message, each.more) for each in remarks
    ]
    assert len({each["fingerprint"] for each in found}) == len(found)
    for each in found:
        assert each["location"]["path"]
        assert each["location"]["lines"]["begin"] >= 1


def test_a_fingerprint_stays_when_lines_are_added_above_and_when_other_findings_go() -> None:
    case = REPORT.cases[0]
    moved = replace(OVERLAP, place=Place("lists/LAB.txt", 70), message="Another sentence with (LAB.txt:70).")
    other = replace(OVERLAP, identity=("left=10.31.0.0/16",))
    first, second = fingerprints([(case, OVERLAP), (case, other)])
    assert fingerprints([(case, moved)]) == [first]
    assert fingerprints([(case, other)]) == [second]
    assert first != second


def test_the_same_finding_twice_has_two_fingerprints() -> None:
    case = REPORT.cases[0]
    assert len({*fingerprints([(case, OVERLAP), (case, OVERLAP)])}) == 2


# SARIF ----------------------------------------------------------------------------------------------------

# The parts of the SARIF 2.1.0 structure that these reports use, closed against everything else.
_TEXT = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_PHYSICAL: dict[str, Any] = {
    "type": "object",
    "properties": {
        "artifactLocation": {
            "type": "object",
            "properties": {
                "uri": {"type": "string", "pattern": r"^[A-Za-z0-9._~%/-]+$"},
                "uriBaseId": {"const": "%SRCROOT%"},
            },
            "required": ["uri"],
        },
        "region": {
            "type": "object",
            "properties": {
                "startLine": {"type": "integer", "minimum": 1},
                "startColumn": {"type": "integer", "minimum": 1},
            },
            "required": ["startLine"],
        },
    },
    "required": ["artifactLocation"],
}
_LOCATION: dict[str, Any] = {
    "type": "object",
    "properties": {
        "physicalLocation": _PHYSICAL,
        "logicalLocations": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "kind": {"type": "string"}},
            },
        },
    },
}
SARIF: dict[str, Any] = {
    "type": "object",
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "tool": {
                        "type": "object",
                        "properties": {
                            "driver": {
                                "type": "object",
                                "properties": {
                                    "name": {"const": "sci"},
                                    "version": {"type": "string"},
                                    "semanticVersion": {
                                        "type": "string",
                                        "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+$",
                                    },
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {
                                            "type": "object",
                                            "properties": {
                                                "id": {"type": "string"},
                                                "shortDescription": _TEXT,
                                                "fullDescription": _TEXT,
                                                "help": _TEXT,
                                                "defaultConfiguration": {
                                                    "type": "object",
                                                    "properties": {"level": _LEVEL},
                                                },
                                            },
                                            "required": ["id"],
                                        },
                                    },
                                },
                                "required": ["name"],
                            }
                        },
                        "required": ["driver"],
                    },
                    "automationDetails": {"type": "object", "properties": {"id": {"type": "string"}}},
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "invocations": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {
                                "executionSuccessful": {"type": "boolean"},
                                "exitCode": {"type": "integer"},
                                "toolExecutionNotifications": {
                                    "type": "array",
                                    "items": {
                                        "type": "object",
                                        "properties": {"level": _LEVEL, "message": _TEXT},
                                        "required": ["message"],
                                    },
                                },
                            },
                            "required": ["executionSuccessful"],
                        },
                    },
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {
                                "ruleId": {"type": "string"},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "level": _LEVEL,
                                "message": _TEXT,
                                "locations": {"type": "array", "minItems": 1, "items": _LOCATION},
                                "relatedLocations": {"type": "array", "items": _LOCATION},
                                "partialFingerprints": {
                                    "type": "object",
                                    "properties": {"sciFinding/v1": {"type": "string"}},
                                },
                            },
                            "required": ["message"],
                        },
                    },
                },
                "required": ["tool", "results"],
            },
        },
    },
    "required": ["version", "runs"],
}


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _closed(value) for key, value in schema.items()}
    return {**kept, "additionalProperties": False} if schema.get("type") == "object" else kept


SARIF_VALID = Draft202012Validator(_closed(SARIF))


def test_sarif_has_rules_with_help_results_with_places_and_both_ends_of_an_overlap() -> None:
    (run,) = json.loads(sarif_json(REPORT))["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted(
        ["profile.not_acceptable", "vpn.near_max", "vpn.prefix_nested", "vpn.prefix_overlap"]
    )
    assert rules[3]["shortDescription"] == {"text": "Two VPNs share addresses."}
    assert rules[3]["help"]["text"].endswith("More: sci explain vpn.prefix_overlap")
    first = run["results"][0]
    assert (first["ruleId"], rules[first["ruleIndex"]]["id"], first["level"]) == (
        "vpn.prefix_overlap", "vpn.prefix_overlap", "error",
    )  # fmt: skip
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "lists/LAB.txt", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 7},
    }
    assert first["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "lists/CORP.txt"
    assert [each["level"] for each in run["results"]] == ["error", "error", "warning", "note"]
    assert run["invocations"] == [
        {
            "executionSuccessful": False,
            "exitCode": 9,
            "toolExecutionNotifications": [{"level": "error", "message": {"text": "It is damaged."}}],
        }
    ]


@given(REPORTS)
def test_sarif_is_ascii_and_valid_whatever_stands_in_it(report: Report) -> None:
    text = sarif_json(report)
    assert text.isascii()
    document = json.loads(text)
    assert [problem.message for problem in SARIF_VALID.iter_errors(document)] == []
    results, remarks = document["runs"][0]["results"], list(report.remarks())
    assert [each["message"]["text"] for each in results] == [
        some_lines(remark.message, remark.more).replace("](", "] (") for _, remark in remarks
    ]
    for result, (case, remark) in zip(results, remarks, strict=True):
        physical = result["locations"][0].get("physicalLocation", {})
        path = remark.place.path if remark.place else case.path
        assert unquote(physical.get("artifactLocation", {}).get("uri", "")) == one_line(path)


def test_of_very_many_findings_sarif_keeps_the_weightiest_and_counts_the_others() -> None:
    many = Case("x", remarks=(*(NESTED,) * MOST, OVERLAP))
    (run,) = json.loads(sarif_json(replace(REPORT, cases=(many,))))["runs"]
    assert (len(run["results"]), run["results"][0]["ruleId"]) == (MOST, "vpn.prefix_overlap")
    assert run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"] == (
        "1 more findings are not in this file."
    )


# Step summary ---------------------------------------------------------------------------------------------


def test_the_step_summary_counts_each_case_and_lists_every_finding() -> None:
    assert summary_markdown(REPORT).splitlines() == [
        "### sci check",
        "",
        "1 of 3 activations breaks a rule; 1 cannot be checked.",
        "",
        "| Checked | Blocking | Warnings | Notes |",
        "|---|--:|--:|--:|",
        "| acme-hk-1 | 1 | 1 | 0 |",
        "| beta-1 | 0 | 0 | 1 |",
        "| torn-1 | 1 | 0 | 0 |",
        "",
        f"- **BLOCKED** lists/LAB.txt&#58;7: {OVERLAP.message}",
        "  <br>Why&#58; VPNs on one port must not overlap.",
        "  <br>Fix&#58; sci vpn list",
        "- **BLOCKED** p.yaml&#58;39&#58;3: stepz&#58; no such key.",
        "- **WARNING** acme-hk-1: 9 of MAX 10 prefixes, 90%.",
        "- **NOTE** beta-1: Normal routing.",
    ]


@given(REPORTS)
def test_no_text_in_a_step_summary_is_markup(report: Report) -> None:
    lines = summary_markdown(report).splitlines()
    texts = [line for line in lines if line.startswith("- **")]
    said = [*report.notices, *(remark.message for _, remark in report.remarks())]
    assert len(texts) == len(said)
    for line, message in zip(texts, said, strict=True):
        assert html.unescape(line).endswith(one_line(message))
        assert not re.search(r"[<>`|\[\]@$~_]|www\.", line, re.IGNORECASE)


def test_a_step_summary_is_bounded_and_says_how_much_is_left_out() -> None:
    many = Case("x", remarks=(NESTED,) * 100_000)
    text = summary_markdown(replace(REPORT, cases=(many,)))
    assert step_summary.LARGEST - 400 < len(text.encode()) <= step_summary.LARGEST
    assert re.search(r"\n[0-9]+ more lines are left out; the log has them\.\n$", text)


def test_a_step_summary_is_added_after_what_is_there_and_the_same_not_twice(tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    path.write_text("# Before", encoding="utf-8")
    append_summary(path, REPORT)
    append_summary(path, REPORT)
    append_summary(path, replace(REPORT, command="vpn check", verdict="Größer."))
    text = path.read_bytes().decode("utf-8")
    assert text.startswith("# Before\n\n### sci check\n")
    assert (text.count("### sci check\n"), text.count("### sci vpn check\n"), "Größer." in text) == (
        1,
        1,
        True,
    )


def test_a_step_summary_that_cannot_be_written_says_why(tmp_path: Path) -> None:
    full = tmp_path / "full.md"
    full.write_bytes(b"x" * step_summary.LARGEST)
    for path, said in ((tmp_path, "written"), (full, "full"), (tmp_path / "no" / "file", "written")):
        with pytest.raises(StoreUnavailable, match=said):
            append_summary(path, REPORT)
    assert full.stat().st_size == step_summary.LARGEST
