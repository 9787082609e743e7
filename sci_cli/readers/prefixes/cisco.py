"""Routing and BGP tables as Cisco IOS, IOS XE, IOS XR and NX-OS print them, and Arista EOS too."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sci_cli.domain.prefixes import Prefix
from sci_cli.readers.prefixes.quick import MASKS, ordinary_prefix
from sci_cli.readers.prefixes.routers import (
    Routes,
    content_of,
    is_address,
    like_a_route,
    refuse_unknown,
)
from sci_cli.readers.prefixes.rows import Found

_VRF_LINES = (
    re.compile(r"(?:IPv6 )?Routing Table: ([^\s,]{1,64})"),
    re.compile(r"IPv6 Routing Table - ([^\s,]{1,64}) - [0-9]"),
    re.compile(r"VRF(?: name)?: ([^\s,]{1,64})"),
    re.compile(r"IP(?:v6)? Rout(?:e|ing) Table for VRF \"([^\"]{1,64})\""),
    re.compile(r"BGP VRF ([^\s,]{1,64})"),
    re.compile(r"BGP routing table information for VRF ([^\s,]{1,64})"),
)
_OF_RD = re.compile(r"Route Distinguisher: .{0,100}\((?:default for vrf|VRF) ([^\s)]{1,64})\)")
_BGP_BEGINS = ("BGP table version", "BGP VRF ", "BGP routing table", "Network ", "Route Distinguisher:")
_RIB_BEGINS = ("Codes:", "Source Codes:", "Routing Table:", "IPv6 Routing Table", "IP Route Table")
_CODE = re.compile(r"[A-Za-z*%+&!()>=~?][A-Za-z0-9*%+&!()>=~?]{0,4}")
_NOT_A_CODE = frozenset({"via", "to", "from", "is", "by", "Path", "path"})
_CONTINUES = frozenset({"via", "*via", "directly", "from", "to"})
_MOST_CODES = 5
# NX-OS writes the type of a path right before the network, `*>e10.20.0.0/16` and `*|r10.21.0.0/16`.
_SIGNED = re.compile(r"([*>=+&~?!|]{1,4}[acelrIi]?)([0-9A-Fa-f:.]{2,45}(?:/[0-9]{1,3})?)")
_TYPED = re.compile(
    r"([acelrI])([0-9]{1,3}\.[0-9.]{3,12}(?:/[0-9]{1,3})?|[0-9A-Fa-f]{4}:[0-9A-Fa-f:./]{1,45})"
)


@dataclass(slots=True)
class _State:
    routes: Routes
    is_bgp: bool = False
    major: Prefix | None = None
    length: int | None = None


class CiscoReader:
    """Reads `show ip route`, `show route`, `show ipv6 route`, `show ip bgp` and their forms with a VRF.

    Lines below `... is subnetted` have the length named there, and networks in a BGP table that are written
    without one the length of their class. Other paths to the same network, next hops on lines of their own,
    legends, prompts and messages are skipped. Whether a BGP route is valid or best is not judged: what is
    listed is taken. What is left out of the router's own addresses is said at `Routes`.

    Args:
        found: takes what is found.
    """

    # A route with its length means the same whatever stands above it, but for the VRF.
    settled = True

    def __init__(self, found: Found) -> None:
        self.routes = Routes(found)
        self._state = _State(self.routes)

    @property
    def vpn(self) -> str | None:
        """The VRF that is being shown."""
        return self.routes.vpn

    def read(self, line: int, written: str) -> None:
        """Takes the next line, by its number."""
        content = content_of(line, written, self.routes)
        text = content.lstrip(" ")
        if text and not _is_heading(text, self._state):
            _read_line(line, text, self._state)

    def finish(self) -> None:
        """Decides what is left to decide when all lines are known."""
        self.routes.finish()


def _is_heading(text: str, state: _State) -> bool:
    if "outing" in text or "VRF" in text or "vrf" in text or "Table" in text:
        for each in _VRF_LINES:
            named = each.match(text)
            if named:
                state.routes.in_vrf(named[1].rstrip(","))
                state.major = state.length = None
    if text.startswith("Route Distinguisher:"):
        named = _OF_RD.match(text)
        state.routes.in_section(named[1] if named else "")
    if text.startswith(_BGP_BEGINS):
        state.is_bgp = True
        return not like_a_route(text)
    if text.startswith(_RIB_BEGINS):
        state.is_bgp = False
        return True
    return False


def _read_line(line: int, text: str, state: _State) -> None:
    tokens = text.split(" ", 40)
    tokens = [token for token in tokens if token][:12]
    if tokens[0] in _CONTINUES or tokens[0].startswith("["):
        return
    codes, rest = _split_codes(tokens, state.is_bgp)
    if rest is None:
        refuse_unknown(line, text, state.routes)
        return
    address = rest[0].rstrip(",")
    if len(rest) > 2 and "subnetted" in text and _is_heading_of_subnets(rest):
        _begin_subnets(line, address, rest, state)
    elif "/" in address:
        state.routes.take(line, address, own=codes[:1] == ["L"])
    elif state.is_bgp or (codes and (codes[0][:1] in "*>" or codes[0][1:2] == ">")):
        _read_classful(line, address, rest, state)
    else:
        _read_bare(line, address, codes, rest, state)


def _split_codes(tokens: list[str], is_bgp: bool) -> tuple[list[str], list[str] | None]:
    """The codes before the address, and what begins with the address; None where there is no address."""
    for index, token in enumerate(tokens[: _MOST_CODES + 1]):
        typed = _TYPED.fullmatch(token) if index or is_bgp else None
        if typed:
            return [*tokens[:index], typed[1]], [typed[2], *tokens[index + 1 :]]
        if is_address(token.rstrip(",")):
            return tokens[:index], tokens[index:]
        stuck = _stuck(token)
        if stuck:
            return [*tokens[:index], token[: -len(stuck)]], [stuck, *tokens[index + 1 :]]
        if token in _NOT_A_CODE or not _CODE.fullmatch(token):
            break
    return [], None


def _stuck(token: str) -> str:
    """The address in `*>i10.20.0.0/16`: some tables leave no blank between the codes and the network."""
    signed = _SIGNED.fullmatch(token)
    if signed and is_address(signed[2]):
        return signed[2]
    bare = token.lstrip("*>=+&~?!|")
    # No address holds an i, so the first one ends the codes.
    before, found, rest = bare.partition("i")
    return rest if found and len(before) <= 3 and is_address(rest) else ""


def _is_heading_of_subnets(rest: list[str]) -> bool:
    """Whether this is `10.0.0.0/24 is subnetted`, `10.0.0.0 255.255.255.0 is subnetted` or `variably` so."""
    words = [word.rstrip(",") for word in (rest[2:5] if rest[1] in MASKS else rest[1:4])]
    return words[:2] == ["is", "subnetted"] or words == ["is", "variably", "subnetted"]


def _begin_subnets(line: int, address: str, rest: list[str], state: _State) -> None:
    """`172.16.0.0/24 is subnetted` gives the routes below it their length; `variably`: each has its own."""
    if rest[1] in MASKS:
        address = f"{address}/{MASKS[rest[1]]}"
    state.major = state.length = None
    if "variably" in rest[1:6]:
        return
    prefix = ordinary_prefix(address)
    if prefix is None or prefix.version == 6:
        state.routes.found.reject(line, " ".join(rest), "This heading of subnets cannot be read.")
    else:
        state.major, state.length = _class_of(prefix), prefix.length


def _class_of(prefix: Prefix) -> Prefix:
    length = min(prefix.length, _classful_length(prefix.network >> 24))
    return Prefix(4, prefix.network >> (32 - length) << (32 - length), length)


def _classful_length(first_octet: int) -> int:
    return 8 if first_octet < 128 else 16 if first_octet < 192 else 24


def _read_classful(line: int, address: str, rest: list[str], state: _State) -> None:
    """A network of a BGP table without a length; an address that stands alone is the next hop of a path."""
    following = rest[1].split("%")[0].split("(")[0] if len(rest) > 1 else ""
    if ":" in address or "/" in following or not is_address(following):
        return
    if address == "0.0.0.0":  # noqa: S104  # the default route as routers write it, nothing is bound to it
        state.routes.take(line, "0.0.0.0/0")
        return
    first = address.split(".")[0]
    length = _classful_length(int(first)) if first.isdigit() and len(first) <= 3 else 8
    state.routes.take(line, f"{address}/{length}")


def _read_bare(line: int, address: str, codes: list[str], rest: list[str], state: _State) -> None:
    """An address without a length in a routing table."""
    if len(rest) > 1 and rest[1] in MASKS:
        state.routes.take(line, f"{address}/{MASKS[rest[1]]}", own=codes[:1] == ["L"])
        return
    host = ordinary_prefix(f"{address}/32")
    if host is not None and state.major is not None and state.length and state.major.contains(host):
        state.routes.take(line, f"{address}/{state.length}", own=codes[:1] == ["L"])
    elif len(rest) > 1 and rest[1].startswith(("[", "is", "via", "directly")):
        reason = "The length is missing: the line '... is subnetted' that names it does not stand above."
        state.routes.found.reject(line, " ".join(rest), reason)
