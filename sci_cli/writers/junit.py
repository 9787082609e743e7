"""Reports as JUnit XML, which every pipeline can read: a test case for each activation, file or profile."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from sci_cli.domain.findings import Severity
from sci_cli.writers.report import Case, Remark, Report, one_line, some_lines

_WORDS = {Severity.BLOCKER: "BLOCKED", Severity.WARNING: "WARNING", Severity.NOTE: "NOTE"}


def junit_xml(report: Report) -> str:
    """The report as ASCII XML that ends with a line end.

    What blocks is one `failure` of its case, since some readers look at the first only; a case that could not
    be checked has an `error`; warnings and notes are the case's `system-out`.
    """
    unread = sum(case.unread for case in report.cases)
    failed = sum(not case.unread and bool(case.of(Severity.BLOCKER)) for case in report.cases)
    counts = {"tests": str(len(report.cases)), "failures": str(failed), "errors": str(unread)}
    name = one_line(f"sci {report.command}")
    root = ET.Element("testsuites", {"name": name, **counts, "time": "0"})
    suite = ET.SubElement(root, "testsuite", {"name": name, **counts, "skipped": "0", "time": "0"})
    for case in report.cases:
        _case(suite, name, case)
    if report.notices:
        ET.SubElement(suite, "system-err").text = some_lines(report.notices[0], report.notices[1:])
    ET.indent(root)
    # Written in ASCII: whatever the encoding of the output, the declaration is true.
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="us-ascii").decode("ascii")}\n'
    )


def _case(suite: ET.Element, name: str, case: Case) -> None:
    about = {"classname": name.replace(" ", "."), "name": one_line(case.name), "time": "0"}
    if case.path:
        about["file"] = one_line(case.path)
    made = ET.SubElement(suite, "testcase", about)
    blocking = case.of(Severity.BLOCKER)
    if blocking or case.unread:
        first = blocking[0].message if blocking else case.verdict
        more = f" (and {len(blocking) - 1} more)" if len(blocking) > 1 else ""
        kind = blocking[0].rule if blocking else "sci"
        told = {"message": one_line(first) + more, "type": kind}
        ET.SubElement(made, "error" if case.unread else "failure", told).text = "\n\n".join(
            map(_told, blocking)
        )
    rest = [*case.of(Severity.WARNING), *case.of(Severity.NOTE)]
    if rest or case.verdict:
        ET.SubElement(made, "system-out").text = "\n\n".join(
            [*([one_line(case.verdict)] if case.verdict else []), *map(_told, rest)]
        )


def _told(remark: Remark) -> str:
    return some_lines(f"{_WORDS[remark.severity]} {remark.rule}: {remark.message}", remark.more)
