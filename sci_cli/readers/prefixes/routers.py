"""What the output of all routers has in common: prompts, pages, VRFs, routes, own addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sci_cli.domain.prefixes import BITS, Prefix, PrefixProblem, parse_prefix, special_use
from sci_cli.readers.prefixes.quick import ordinary_prefix
from sci_cli.readers.prefixes.rows import ODD_BLANKS, Found, Row
from sci_cli.safety.text import describe_unsafe

LONGEST_LINE = 4000

# The pager of a terminal leaves its prompt, backspaces and colour codes in what is copied or logged.
_PAGER = re.compile(
    r"-{1,3} ?\(?more(?: [0-9]{1,3}%)?\)? ?-{1,3}|Press any key to continue \(Q to quit\)", re.IGNORECASE
)
_TERMINAL = re.compile(r"\x1b\[[0-9;?]{0,10}[A-Za-z]|[\x07\x08]")

_PROMPT = re.compile(
    r"\*?(?:\([a-z]{2}\))?(?:RP/[0-9A-Z/]{1,20}:)?[A-Za-z][A-Za-z0-9@_.:/()~-]{0,100}[#>](?P<command> ?.*)"
)
_COMMAND = re.compile(r" *(?:[a-z][a-z-]{1,30}(?: .*)?)?")
_SHOW = re.compile(r" *(?:do |run )?sh(?:ow?)? +(?P<rest>.+)")
_VPN_OF_COMMAND = (
    re.compile(r"\bvrf +(?:name +)?\"?([^\s\"|]{1,64})"),
    re.compile(r"\btable +\"?([^\s\"|]{1,64})\.inet6?\.[0-9]\b"),
    re.compile(r"\brouter +(?:service-name +)?\"?([^\s\"|]{1,64})\"? +route-table"),
)
_UNKNOWN = "It looks like a route, but not in a form that is known."
_NO_VPN = frozenset({"default", "all", "*", "base", "global"})

_ADDRESS = re.compile(r"[0-9A-Fa-f:.]{2,45}(?:/[0-9]{1,3})?")
_LIKE_A_ROUTE = re.compile(
    r"(?:(?<![^\s(,\"'])|(?<=[*>|])[A-Za-z]?)"
    r"(?:[0-9A-Fa-f]{0,5}[.:][^\s/]{0,60}|[0-9][0-9A-Za-z]{0,4}\.[^\s/]{1,60}\.[^\s/]{0,60})/"
)
_WITH_RD = re.compile(r"[0-9][0-9.]{0,14}:[0-9]{1,10}:[0-9A-Fa-f.:]{2,45}/[0-9]{1,3}")


@dataclass(slots=True)
class Routes:
    """The routes of one output, for the VRF that is being shown.

    A route that is listed again for the same VRF is another path to it and not taken again. Left out, and
    noted as such, are what a router lists of itself: ranges never routed between networks (multicast,
    link-local, loopback), and host routes to its own addresses (code L, protocol Local) that another route of
    the same VRF covers, so that the addresses stay the same without them. A default route is refused like
    everywhere else, or taken where it is to be compared.
    """

    found: Found
    vpn: str | None = None
    _shown: str | None = None
    _seen: set[tuple[str | None, Prefix]] = field(default_factory=set)
    _own: list[tuple[Row, str]] = field(default_factory=list)

    def in_vrf(self, name: str) -> None:
        """What follows belongs to this VRF, as a command or a heading says; the global table has none."""
        self.vpn = self._shown = None if name.casefold() in _NO_VPN else name

    def in_section(self, name: str) -> None:
        """The next section belongs to this VRF; one that names none, to that of the command or heading."""
        self.vpn = name or self._shown

    def take(self, line: int, text: str, *, own: bool = False) -> None:
        """Adds the route to this prefix.

        Args:
            line: where it stands.
            text: the prefix with its length.
            own: whether the router says that it leads to one of its own addresses.
        """
        prefix = ordinary_prefix(text)
        if prefix is None:
            try:
                prefix = parse_prefix(text)
            except PrefixProblem as problem:
                self._refuse(line, text, problem)
                return
            special = special_use(prefix)
            if special is not None and special.refused and prefix.length:
                self.found.leave_out(line, text, special.message)
                return
            if special is not None and special.refused and not self.found.default_routes:
                self.found.reject(line, text, special.message)
                return
        key = (self.vpn, prefix)
        if key in self._seen:
            return
        name_problem = self.found.name_problem(self.vpn)
        if name_problem:
            self.found.reject(line, self.vpn or "", name_problem)
            return
        if own and prefix.length == BITS[prefix.version]:
            self._own.append((Row(line, self.vpn, prefix), text))
            return
        self._seen.add(key)
        self.found.rows.append(Row(line, self.vpn, prefix))

    def own_addresses(self) -> dict[str | None, list[Prefix]]:
        """The router's own addresses that are still to be decided about, by VRF."""
        addresses: dict[str | None, list[Prefix]] = {}
        for row, _ in self._own:
            addresses.setdefault(row.vpn, []).append(row.prefix)
        return addresses

    def know(self, vpn: str | None, prefix: Prefix) -> None:
        """Counts a route that is taken elsewhere, as one that may cover own addresses."""
        self._seen.add((vpn, prefix))

    def finish(self) -> None:
        """Decides about the router's own addresses, when all routes are known."""
        lengths = sorted({(prefix.version, prefix.length) for _, prefix in self._seen}) if self._own else []
        for row, text in self._own:
            if self._covered(row, lengths):
                reason = "The router's own address; another route of the same table covers it."
                self.found.leave_out(row.line, text, reason)
            elif (row.vpn, row.prefix) not in self._seen:
                self._seen.add((row.vpn, row.prefix))
                self.found.rows.append(row)
        if self._own:
            self.found.rows.sort(key=lambda row: row.line)

    def _covered(self, row: Row, lengths: Sequence[tuple[int, int]]) -> bool:
        version, network = row.prefix.version, row.prefix.network
        for each, length in lengths:
            if each == version and length < row.prefix.length:
                hidden = BITS[version] - length
                if (row.vpn, Prefix(version, network >> hidden << hidden, length)) in self._seen:
                    return True
        return False

    def _refuse(self, line: int, text: str, problem: PrefixProblem) -> None:
        if _WITH_RD.fullmatch(text):
            reason = "A route distinguisher stands before the prefix. Give the table of one VRF at a time."
            self.found.reject(line, text, reason)
        else:
            self.found.reject(line, text, problem.message, problem.correction)


class RouterReader(Protocol):
    """Reads the output of routers line by line."""

    @property
    def routes(self) -> Routes:
        """What was read so far, and the VRF that is being shown."""

    @property
    def vpn(self) -> str | None:
        """The VRF that is being shown."""

    @property
    def settled(self) -> bool:
        """Whether the next line means what it says: no line before waits for it or has it passed over."""

    def read(self, line: int, written: str) -> None:
        """Takes the next line, by its number."""

    def finish(self) -> None:
        """Decides what is left to decide when all lines are known."""


def read_router(lines: Iterable[str], reader: RouterReader) -> None:
    """Reads all lines of a router's output."""
    read = reader.read
    for line, written in enumerate(lines, 1):
        read(line, written)
    reader.finish()


def content_of(line: int, written: str, routes: Routes) -> str:
    """What one line may hold of a route, without what a terminal adds; empty where there is nothing.

    A `show` command sets the VRF it asks for. Lines that are too long or hold control characters are refused
    where they look like a route.
    """
    content = written if written.isascii() and written.isprintable() else _cleaned(written)
    if "ore" in content or "key" in content:
        content = _PAGER.sub("", content)
    content = content.rstrip(" ")
    if not content or _is_command(content, routes):
        return ""
    if len(content) > LONGEST_LINE:
        if like_a_route(content[:LONGEST_LINE]):
            routes.found.reject(line, content, f"The line is too long: {len(content)} characters.")
        return ""
    unsafe = None if content.isprintable() else describe_unsafe(content)
    if unsafe:
        if any(sign in content for sign in ".:/"):
            routes.found.reject(line, content, f"The line contains {unsafe}.")
        return ""
    return content


def like_a_route(content: str) -> bool:
    """Whether something in the line looks like an address with a length."""
    return "/" in content and _LIKE_A_ROUTE.search(content) is not None


def refuse_unknown(line: int, content: str, routes: Routes) -> None:
    """Refuses a line that looks like a route and has no known form; others mean nothing here."""
    if like_a_route(content):
        routes.found.reject(line, content.strip(" "), _UNKNOWN)


def is_address(text: str) -> bool:
    """Whether the text has the shape of an address, with or without a length."""
    return ("." in text or ":" in text) and _ADDRESS.fullmatch(text) is not None


def _cleaned(line: str) -> str:
    return _TERMINAL.sub("", line).translate(ODD_BLANKS)


def _is_command(content: str, routes: Routes) -> bool:
    first = content.lstrip(" ")
    prompt = _PROMPT.fullmatch(first) if "#" in first or ">" in first else None
    if prompt is not None and _COMMAND.fullmatch(prompt["command"]):
        command = prompt["command"]
    elif first.startswith(("show ", "sh ")):
        command = first
    else:
        return False
    show = _SHOW.fullmatch(command)
    if show is not None:
        names = [found[1] for each in _VPN_OF_COMMAND if (found := each.search(show["rest"]))]
        routes.in_vrf(names[0] if names else "default")
    return True
