"""VPNs as given on the command line: prefixes, MAX and name, checked one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sci_cli.domain.activation import Vpn, VpnState
from sci_cli.domain.findings import Finding, Severity
from sci_cli.domain.names import vpn_name_problem
from sci_cli.domain.overlap import duplicates
from sci_cli.domain.prefixes import Prefix, PrefixProblem, parse_prefix
from sci_cli.domain.vpn_rules import Origins, counted
from sci_cli.errors import (
    InvalidValue,
    sci,
)
from sci_cli.operations.workspace import Workspace
from sci_cli.readers.prefix_lists import LONG_FORMATS


@dataclass(frozen=True, slots=True)
class VpnRequest:
    """A VPN as given: name, prefixes as read, MAX per family if known, and where prefixes stand in a file."""

    name: str
    prefixes: tuple[Prefix, ...] = ()
    max_prefixes: int | None = None
    max_prefixes_v6: int | None = None
    places: Mapping[Prefix, str] = field(default_factory=dict)


def origins_of(requests: Iterable[VpnRequest], vpns: Iterable[Vpn]) -> Origins:
    """Where the prefixes of requests were given, under the names the VPNs have on the record."""
    names = {vpn.name.casefold(): vpn.name for vpn in vpns}
    return {
        (names.get(request.name.casefold(), request.name), prefix): place
        for request in requests
        for prefix, place in request.places.items()
    }


def parse_prefixes(texts: Sequence[str], what: str = "--prefix") -> tuple[Prefix, ...]:
    """The prefixes, as given and in order.

    Raises:
        InvalidValue: with every text that is not a prefix, and its correction where there is one.
    """
    found: list[Prefix] = []
    problems: list[str] = []
    for text in texts:
        try:
            found.append(parse_prefix(text))
        except PrefixProblem as problem:
            problems.append(problem.message)
    if problems:
        message = problems[0] if len(problems) == 1 else f"{len(problems)} prefixes are not acceptable."
        raise InvalidValue(message, why=problems if len(problems) > 1 else (), fix=sci("help", "prefixes"))
    return tuple(found)


def parse_maximum(number: int | None, option: str) -> int | None:
    """MAX as given on the command line.

    Raises:
        InvalidValue: below 1; MAX 0 would be a VPN that carries nothing.
    """
    if number is not None and not 1 <= number <= 10_000_000:
        raise InvalidValue(
            f"{option} is {number}; MAX is a whole number, at least 1.", fix=sci("explain", "max")
        )
    return number


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


_KINDS_SHOWN = 5  # reasons for which lines of one file are passed over


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


def new_vpn(ws: Workspace, request: VpnRequest, state: VpnState) -> tuple[Vpn, tuple[Finding, ...]]:
    """A VPN from a request, with notes about prefixes given twice.

    Raises:
        InvalidValue: the name is not acceptable, or there are no prefixes.
    """
    problem = vpn_name_problem(request.name)
    if problem:
        raise InvalidValue(problem)
    if not request.prefixes:
        raise InvalidValue(
            f"VPN {request.name} has no prefixes.",
            why="A VPN without prefixes would pass every overlap check and prove nothing.",
            fix="Give them with --prefix or --from FILE.",
        )
    twice = tuple(
        Finding(
            "vpn.prefix_duplicate",
            Severity.NOTE,
            f"{prefix} is given more than once; a duplicate counts once.",
            details={"vpn": request.name, "prefix": str(prefix)},
        )
        for prefix in duplicates(request.prefixes)
    )
    vpn = Vpn(
        request.name,
        tuple(dict.fromkeys(request.prefixes)),
        state,
        ws.stamp(),
        request.max_prefixes,
        request.max_prefixes_v6,
    )
    return vpn, twice
