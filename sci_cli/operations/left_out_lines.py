"""What is said about the lines of a file that were not taken, and why they were not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from sci_cli.domain.findings import Finding, Severity
from sci_cli.domain.vpn_rules import counted
from sci_cli.readers.prefix_lists import LONG_FORMATS

_KINDS_SHOWN = 5  # reasons for which lines of one file are passed over


def left_out(vpn: str, count: int) -> Finding:
    """The note about a VPN of a file whose prefixes nobody asked for."""
    return Finding(
        "vpn.rows_left_out",
        Severity.NOTE,
        f"The file names VPN {vpn} too; its {counted(count)} {'is' if count == 1 else 'are'} left out.",
        details={"vpn": vpn, "prefixes": str(count)},
    )


def skipped(file: str, line: int, reason: str, **details: str) -> Finding:
    """The warning about a line of a file that is no prefix and was left out because somebody said so."""
    return Finding(
        "prefix.skipped",
        Severity.WARNING,
        f"{file}, line {line} is left out: {reason}",
        details={"file": file, "line": str(line), **details},
    )


class _Line(Protocol):
    """A line of a file: its number, what stands there, and what is said about it."""

    @property
    def line(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def reason(self) -> str: ...


def passed_over(file: str, format: str, lines: Iterable[_Line]) -> tuple[Finding, ...]:
    """Notes about lines of a file that were left out on purpose, one for each reason.

    What a router lists for itself is missed by nobody; further pages and unread sheets may be, so that these
    are warnings.
    """
    kinds: dict[str, list[_Line]] = {}
    for each in lines:
        # `224.0.0.5/32 is multicast space` and `224.0.0.6/32 is multicast space` are one reason.
        kinds.setdefault(each.reason.partition(" is ")[2] or each.reason, []).append(each)
    severity = Severity.NOTE if format in LONG_FORMATS else Severity.WARNING
    found = []
    for alike in list(kinds.values())[:_KINDS_SHOWN]:
        first, more = alike[0], len(alike) - 1
        others = f" and {more} more {'line' if more == 1 else 'lines'} are" if more else " is"
        found.append(
            Finding(
                "prefix.left_out",
                severity,
                f"{file}, line {first.line} ({first.text}){others} left out: {first.reason}",
                details={"file": file, "line": str(first.line), "text": first.text, "count": str(len(alike))},
            )
        )
    return tuple(found)
