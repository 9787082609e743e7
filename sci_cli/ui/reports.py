"""Outcome or error of a check → the report from which the formats for pipelines are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sci_cli.domain.findings import Finding, Severity
from sci_cli.errors import InvalidFile, SciError
from sci_cli.operations.check_views import CheckAllView, ProfileCheckView
from sci_cli.operations.glossary import FINDINGS
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.vpn_file_views import FilesView
from sci_cli.operations.work_views import CheckView
from sci_cli.ui.envelope import findings_beside
from sci_cli.ui.look import fix_text
from sci_cli.writers.code_quality import code_quality_json
from sci_cli.writers.junit import junit_xml
from sci_cli.writers.report import Case, Place, Remark, Report
from sci_cli.writers.sarif import sarif_json
from sci_cli.writers.workflow_commands import workflow_commands

FORMATS: Mapping[str, Callable[[Report], str]] = {
    "junit": junit_xml,
    "github": workflow_commands,
    "gitlab": code_quality_json,
    "sarif": sarif_json,
}
"""The formats for pipelines, each with what writes a report in it."""

TOGETHER = "all files together"
# What differs from run to run although the finding is the same one.
_PASSING = frozenset(
    {"file", "line", "column", "place", "left_place", "right_place", "count", "prefixes", "activation"}
)


@dataclass(frozen=True, slots=True)
class Where:
    """Which files of the repository things stand in.

    Attributes:
        file: a path as it was given → the path below the root of the repository; empty outside of it.
        record: the name of an activation → the same for its record.
    """

    file: Callable[[str], str]
    record: Callable[[str], str]


def report_of(
    command: str, version: str, where: Where, *, outcome: Outcome | None = None, error: SciError | None = None
) -> Report:
    """The report of one run.

    Args:
        command: the words of the command, such as `vpn check`.
        version: of the program.
        where: which files are in the repository.
        outcome: what the operation returned, if it got that far.
        error: what stopped it.
    """
    if outcome is None:
        failure = error or SciError("Nothing was checked.")
        return _of_error(command, version, where, failure)
    found = (*outcome.findings, *findings_beside(outcome.error, outcome.findings))
    verdict, cases = _cases(outcome, found, where)
    return Report(
        command,
        version,
        int(outcome.error.exit_code) if outcome.error else 0,
        verdict,
        cases,
        {each.code: FINDINGS.get(each.code, "") for each in found},
        outcome.notices,
    )


def _cases(outcome: Outcome, found: Sequence[Finding], where: Where) -> tuple[str, tuple[Case, ...]]:
    view = outcome.view
    if isinstance(view, CheckAllView):
        by = _grouped(found, lambda each: str(each.details.get("activation", "")))
        return view.verdict, tuple(
            Case(
                row.name,
                row.problem or row.verdict,
                _record(row.name, where),
                _remarks(by.get(row.name, ()), where, where.record(row.name)),
                unread=bool(row.problem),
            )
            for row in view.activations
        )
    if isinstance(view, CheckView):
        name = view.header.name
        remarks = _remarks(found, where, where.record(name))
        return view.verdict, (Case(name, view.verdict, _record(name, where), remarks),)
    if isinstance(view, ProfileCheckView):
        by = _grouped(found, lambda each: str(each.details.get("profile", "")))
        good = "The profile can be used." if len(view.profiles) == 1 else "All profiles can be used."
        return outcome.error.message if outcome.error else good, tuple(
            Case(row.given, row.problem, _near(row.file, where), _remarks(by.get(row.given, ()), where))
            for row in view.profiles
        )
    return _of_files(outcome, found, where)


def _of_files(outcome: Outcome, found: Sequence[Finding], where: Where) -> tuple[str, tuple[Case, ...]]:
    """A case for each prefix list, and one for what is about all of them."""
    view = outcome.view
    files = [row.file for row in view.files] if isinstance(view, FilesView) else []
    said = " ".join(view.lines) if isinstance(view, FilesView) else ""
    by = _grouped(found, lambda each: _spot(each)[0] if _spot(each)[0] in files else TOGETHER)
    first = _near(files[0], where) if files else ""
    cases = [Case(file, "", _near(file, where), _remarks(by.get(file, ()), where)) for file in files]
    return said, (*cases, Case(TOGETHER, said, first, _remarks(by.get(TOGETHER, ()), where)))


def _of_error(command: str, version: str, where: Where, error: SciError) -> Report:
    """The report of a check that did not get far enough to find anything."""
    spots = error.spots if isinstance(error, InvalidFile) else ()
    more = (*error.why, *(f"Fix: {fix_text(each)}" for each in error.fix))
    remark = Remark(error.code, Severity.BLOCKER, error.message, more, identity=(error.message,))
    remarks: tuple[Remark, ...] = (remark,)
    if spots:
        remarks = tuple(
            Remark(
                error.code,
                Severity.BLOCKER,
                each.sentence,
                (),
                _place(each.file, where, each.line, each.column),
            )
            for each in spots
        )
    found = tuple(each for each in error.findings if isinstance(each, Finding))
    remarks = (*remarks, *_remarks(found, where))
    case = Case(f"sci {command}".strip(), error.message, "", remarks, unread=True)
    rules = {error.code: (type(error).__doc__ or "").strip().split("\n")[0]}
    rules |= {each.code: FINDINGS.get(each.code, "") for each in found}
    return Report(command or "sci", version, int(error.exit_code), error.message, (case,), rules)


# Findings --------------------------------------------------------------------------------------------------


def _grouped(found: Iterable[Finding], by: Callable[[Finding], str]) -> dict[str, list[Finding]]:
    groups: dict[str, list[Finding]] = {}
    for each in found:
        groups.setdefault(by(each), []).append(each)
    return groups


def _remarks(found: Iterable[Finding], where: Where, record: str = "") -> tuple[Remark, ...]:
    return tuple(_remark(each, where, record) for each in found)


def _remark(finding: Finding, where: Where, record: str) -> Remark:
    said = [f"Why: {finding.why}"] if finding.why else []
    said += [f"Fix: {fix_text(each)}" for each in finding.fix]
    said += [f"Owner: {finding.owner}"] if finding.owner else []
    file, line, column = _spot(finding)
    place = _place(file, where, line, column)
    other, other_line, _ = _parted(str(finding.details.get("right_place", "")))
    identity = tuple(
        f"{key}={value}" for key, value in sorted(finding.details.items()) if key not in _PASSING
    )
    return Remark(
        finding.code,
        finding.severity,
        str(finding.details.get("problem", "")) or finding.message if place else finding.message,
        tuple(said),
        place or (Place(record) if record else None),
        _place(other, where, other_line),
        identity or (finding.message,),
    )


def _spot(finding: Finding) -> tuple[str, int | None, int | None]:
    """The file, line and column in the details of a finding."""
    details = finding.details
    if details.get("file"):
        return str(details["file"]), _number(details.get("line")), _number(details.get("column"))
    return _parted(str(details.get("left_place") or details.get("place") or ""))


def _parted(place: str) -> tuple[str, int | None, int | None]:
    """`FILE:LINE` as its parts; the name of a file may hold colons itself."""
    file, colon, line = place.rpartition(":")
    return (file, _number(line), None) if colon and _number(line) else (place, None, None)


def _number(text: object) -> int | None:
    said = str(text or "")
    return int(said) if said.isascii() and said.isdigit() and 0 < len(said) < 10 and int(said) else None


def _place(file: str, where: Where, line: int | None, column: int | None = None) -> Place | None:
    path = where.file(file) if file else ""
    return Place(path, line, column) if path else None


def _record(name: str, where: Where) -> str:
    return where.record(name) or f"activations/{name}.yaml"


def _near(file: str, where: Where) -> str:
    """The path in the repository, else the last part of what was given."""
    return where.file(file) or file.replace("\\", "/").rstrip("/").rpartition("/")[2]
