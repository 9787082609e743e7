"""Reports as the Code Quality report of GitLab."""

from __future__ import annotations

import json

from sci_cli.domain.findings import Severity
from sci_cli.writers.report import Report, fingerprints, one_line, some_lines

_SEVERITIES = {Severity.BLOCKER: "blocker", Severity.WARNING: "minor", Severity.NOTE: "info"}
_NOWHERE = "sci"


def code_quality_json(report: Report) -> str:
    """The findings as one ASCII JSON list.

    GitLab wants a path for each and shows nothing without it. A finding of which the repository has no file
    is given the path its record or list has elsewhere.
    """
    found = list(report.remarks())
    listed = [
        {
            "description": some_lines(remark.message, remark.more),
            "check_name": remark.rule,
            "fingerprint": fingerprint,
            "severity": _SEVERITIES[remark.severity],
            "location": {
                "path": one_line(remark.place.path if remark.place else case.path) or _NOWHERE,
                "lines": {"begin": (remark.place.line if remark.place else None) or 1},
            },
        }
        for (case, remark), fingerprint in zip(found, fingerprints(found), strict=True)
    ]
    return json.dumps(listed, indent=2, ensure_ascii=True) + "\n"
