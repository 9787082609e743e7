"""Blocks that several screens share: header, findings, cautions, what was saved, what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sci_cli.domain.activation import Stamp, Vpn
from sci_cli.domain.findings import Finding, Severity
from sci_cli.domain.profile import Caution
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.request_views import PlannedView
from sci_cli.operations.views import Header
from sci_cli.operations.work_views import PlanView
from sci_cli.ui.page import BAD, BOLD, CAUTION, DIM, GOOD, Page, Part

MOST_OF_ONE_CODE = 100  # nobody reads further; -o json has them all
SHORT_HASH = 12
_PREFIXES_SHOWN = 4
_WORDS = {
    Severity.BLOCKER: ("BLOCKED", BAD),
    Severity.WARNING: ("WARNING", CAUTION),
    Severity.NOTE: ("NOTE", DIM),
}
_LABEL = len("BLOCKED") + 2
_UNITS = {"d": "day", "h": "hour", "min": "minute"}


def header(page: Page, about: Header, right: Part = "") -> None:
    """Who and what an activation is about."""
    where = " / ".join(part for part in (about.customer, about.provider, about.location) if part)
    page.title([(about.name, BOLD), f"  {where}"], right)


def sentences(page: Page, lines: Iterable[str], *, indent: int = 0) -> None:
    """One paragraph for each line."""
    for line in lines:
        page.paragraph(line, indent=indent)


# Times, hashes, counts -------------------------------------------------------------------------------------


def day(at: datetime) -> str:
    """`2026-03-06`, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%d")


def short_day(at: datetime) -> str:
    """`06 Mar`, in UTC."""
    return at.astimezone(UTC).strftime("%d %b")


def minute(at: datetime) -> str:
    """`2026-03-06 14:30`, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def stamp_text(stamp: Stamp) -> str:
    """When and by whom: `2026-03-06 by kim`."""
    party = f" for {stamp.party}" if stamp.party else ""
    return f"{day(stamp.at)} by {stamp.by}{party}"


def short_hash(page: Page, value: str) -> str:
    """The first characters of a hash, or all of it where much is wanted."""
    return value if page.look.verbose else value[:SHORT_HASH]


def counted(number: int, one: str, several: str = "") -> str:
    """`1 warning`, `2 warnings`."""
    return f"{number} {one if number == 1 else several or one + 's'}"


def spelled(duration: str) -> str:
    """`3 d` as `3 days`."""
    number, _, unit = duration.partition(" ")
    return counted(int(number), _UNITS[unit]) if number.isdecimal() and unit in _UNITS else duration


def prefixes_text(vpn: Vpn, shown: int = _PREFIXES_SHOWN) -> str:
    """The first prefixes, and how many there are when that is more."""
    if len(vpn.prefixes) <= shown:
        return ", ".join(map(str, vpn.prefixes)) or "none"
    return f"{', '.join(map(str, vpn.prefixes[:shown]))} ... {len(vpn.prefixes)} in all"


# Findings --------------------------------------------------------------------------------------------------


def findings_block(page: Page, findings: Sequence[Finding], *, most: int | None = MOST_OF_ONE_CODE) -> None:
    """Blockers, warnings, then notes; the notes not when only essential lines are wanted.

    Of one code at most so many are shown; None shows all.
    """
    for severity in Severity:
        if severity is Severity.NOTE and page.look.quiet:
            continue
        _capped(page, [each for each in findings if each.severity is severity], most)


def _capped(page: Page, findings: Sequence[Finding], most: int | None) -> None:
    totals: dict[str, int] = {}
    for each in findings:
        totals[each.code] = totals.get(each.code, 0) + 1
    shown: dict[str, int] = {}
    for each in findings:
        shown[each.code] = shown.get(each.code, 0) + 1
        if most is None or shown[each.code] <= most:
            finding_block(page, each)
        if most is not None and shown[each.code] == most < totals[each.code]:
            more = totals[each.code] - most
            page.paragraph(f"and {more} more ({each.code}); see -o json", indent=2 + _LABEL)


def finding_block(page: Page, finding: Finding) -> None:
    """One finding: message, where it comes from, why, what removes it, text to copy."""
    word, style = _WORDS[finding.severity]
    lead: Part = (f"{word}: " if page.look.plain else f"{word:<{_LABEL}}", style)
    message = finding.message
    page.paragraph(f"{message}{_origin(page, finding)}", lead=[lead], indent=2)
    inner = 2 + _LABEL
    if finding.why:
        page.paragraph(finding.why, lead=["Why: "], indent=inner)
    # What follows the first may be the step after it or a hint, so it is not offered as a choice.
    page.fixes(finding.fix, indent=inner, first="Fix: ", others="Fix: " if page.look.plain else " " * 5)
    if finding.text:
        page.line("To copy:", indent=inner)
        page.verbatim(finding.text, indent=inner + 2)


def _origin(page: Page, finding: Finding) -> str:
    clause = f"clause{'s' if ',' in finding.clause else ''} {finding.clause}" if finding.clause else ""
    code = finding.code if page.look.verbose else ""
    said = "; ".join(part for part in (code, clause, finding.owner) if part)
    return f" ({said})" if said else ""


def cautions_block(page: Page, cautions: Sequence[Caution], *, sources: bool = False) -> None:
    """Things worth knowing, each with how sure it is."""
    if page.look.quiet:
        return
    for each in cautions:
        lead: Part = ("CAUTION: " if page.look.plain else "CAUTION  ", CAUTION)
        origin = "in the guide" if each.in_guide else f"not in the guide; {each.confidence.value}"
        page.paragraph(f"{each.text} ({origin})", lead=[lead], indent=2)
        if sources or page.look.verbose:
            page.paragraph(each.source, lead=["Source: "], indent=2 + _LABEL)


def portal_block(page: Page, clicks: Sequence[str]) -> None:
    """What to click, numbered."""
    if clicks:
        page.heading("In the portal:")
    for number, click in enumerate(clicks, start=1):
        page.paragraph(click, lead=[f"{number}. "], indent=2)


# The end of every page -------------------------------------------------------------------------------------


def dry_run_line(page: Page, outcome: Outcome, *, asked_for: bool = True) -> None:
    """Says before anything else that what follows is a trial, and names --dry-run where somebody typed it."""
    if not outcome.dry_run:
        return
    planned = isinstance(outcome.view, PlannedView) or (
        isinstance(outcome.view, PlanView) and not outcome.changed and not outcome.view.lines
    )
    what = "this is a plan only" if planned else "--dry-run; this is what would be recorded"
    said = f"Nothing is changed: {what}." if asked_for else "Nothing is changed yet; this would be recorded."
    page.paragraph((said, BOLD))
    page.blank()


def notices_block(page: Page, notices: Sequence[str]) -> None:
    """Remarks of the store about the files."""
    if notices:
        page.blank()
    for notice in notices:
        page.paragraph(notice, lead=[("Files: ", CAUTION)])


def saved_line(page: Page, outcome: Outcome) -> None:
    """The revision and hash that a change ended with, to be kept outside as a witness."""
    if not outcome.changed or outcome.dry_run or outcome.revision is None:
        return
    head = f", head {short_hash(page, outcome.head)}" if outcome.head else ""
    page.blank()
    page.line((f"saved, revision {outcome.revision}{head}", GOOD))


def next_block(page: Page, outcome: Outcome) -> None:
    """What to type next."""
    if outcome.next and not page.look.quiet:
        page.heading("Next:")
        page.commands(outcome.next)
