"""Reports as workflow commands of GitHub Actions: an annotation for each finding.

Every line that is written is a command. The runner looks for commands in all output of a step, at the start
of a line after blanks and, in an older form, anywhere in it; so no text of a record or a file may stand free.
"""

from __future__ import annotations

from sci_cli.domain.findings import Severity
from sci_cli.writers.report import Case, Remark, Report, one_line, some_lines

_LEVELS = {Severity.BLOCKER: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_LONGEST = 4_000  # characters of a message; annotations are cut far later
_LONGEST_TITLE = 200


def workflow_commands(report: Report) -> str:
    """A command on a line of its own for each remark, the weightiest first, then the verdict.

    GitHub shows the first ten of a kind for each step; the log has all.
    """
    lines = [_command("warning", {}, one_line(each)) for each in report.notices]
    lines += [_annotation(case, remark) for case, remark in report.remarks()]
    if report.exit_code == 0:
        lines.append(_command("notice", {"title": f"sci {report.command}"}, one_line(report.verdict)))
    elif not lines:
        lines.append(_command("error", {"title": f"sci {report.command}"}, one_line(report.verdict)))
    return "".join(f"{line}\n" for line in lines)


def _annotation(case: Case, remark: Remark) -> str:
    place = remark.place
    known = {
        "file": one_line(place.path) if place else "",
        "line": str(place.line) if place and place.line else "",
        "col": str(place.column) if place and place.column else "",
        "title": f"{remark.rule}: {one_line(case.name)}"[:_LONGEST_TITLE],
    }
    told = some_lines(remark.message, remark.more)[:_LONGEST]
    return _command(_LEVELS[remark.severity], {key: value for key, value in known.items() if value}, told)


def _command(level: str, properties: dict[str, str], text: str) -> str:
    said = ",".join(f"{key}={escaped_property(value)}" for key, value in properties.items())
    return f"::{level}{' ' + said if said else ''}::{escaped(text)}"


def escaped(text: str) -> str:
    """A text as the data of a command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escaped_property(text: str) -> str:
    """A text as a property of a command."""
    return escaped(text).replace(":", "%3A").replace(",", "%2C")
