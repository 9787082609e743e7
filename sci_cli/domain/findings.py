"""What a rule noticed: findings, returned and never raised by the rules themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sci_cli.errors import Fix


class Severity(StrEnum):
    """How much a finding weighs."""

    BLOCKER = "blocker"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a rule noticed.

    Attributes:
        code: `noun.fact`, stable for scripts.
        message: what is the case, one sentence.
        why: why it matters, in the words of the guide's clause or of the caution's source.
        fix: sentences or commands that remove it, best first.
        clause: clause of the profile's source the rule comes from, empty for rules of the program.
        owner: who has to act, as shown to people.
        text: a block to copy and hand to somebody, such as a request for a higher MAX.
        details: the same facts for scripts; values are text or lists of text.
    """

    code: str
    severity: Severity
    message: str
    why: str = ""
    fix: tuple[Fix, ...] = ()
    clause: str = ""
    owner: str = ""
    text: str = ""
    details: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)


def blockers(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that stand in the way."""
    return tuple(finding for finding in findings if finding.severity is Severity.BLOCKER)
