"""VPNs as given on the command line: prefixes, MAX and name, checked one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sci_cli.domain.activation import Vpn, VpnState
from sci_cli.domain.findings import Finding, Severity
from sci_cli.domain.names import vpn_name_problem
from sci_cli.domain.overlap import duplicates
from sci_cli.domain.prefixes import Prefix, PrefixProblem, parse_prefix
from sci_cli.domain.vpn_rules import Origins
from sci_cli.errors import (
    InvalidValue,
    sci,
)
from sci_cli.operations.workspace import Workspace

_PREFIXES_TYPED = 4


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


def typed_words(vpn: Vpn) -> tuple[str, ...]:
    """The options that say its prefixes and MAX; a file stands for many prefixes."""
    words: list[str] = []
    for prefix in vpn.prefixes[:_PREFIXES_TYPED]:
        words += ["--prefix", str(prefix)]
    if len(vpn.prefixes) > _PREFIXES_TYPED:
        words = ["--from", "FILE"]
    for option, version in (("--max-prefixes", 4), ("--max-prefixes-v6", 6)):
        words += [option, str(vpn.maximum(version) or "MAX")] if vpn.count(version) else []
    return tuple(words)


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
