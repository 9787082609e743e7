"""The fast way to read a prefix that is written as it should be; everything else is left to the domain."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial

from sci_cli.domain.prefixes import ORDINARY_FIRST, SHORTEST_ORDINARY, Prefix

_LONGEST = 43  # the longest canonical text: eight groups of four, seven colons, a slash and three digits
_OCTETS = {str(number): number for number in range(256)}
_LENGTHS = {str(number): number for number in range(129)}
_HOST_BITS_4 = tuple((1 << (32 - length)) - 1 for length in range(33))
_HOST_BITS_6 = tuple((1 << (128 - length)) - 1 for length in range(129))
_GROUPS = re.compile(r"[0-9A-Fa-f:]+")

_ORDINARY_4, _ORDINARY_6 = ORDINARY_FIRST[4], ORDINARY_FIRST[6]

MASKS = {
    ".".join(str(mask >> shift & 255) for shift in (24, 16, 8, 0)): length
    for length in range(33)
    for mask in ((0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF,)
}
"""The 33 netmasks as text, with the prefix length of each."""


def ordinary_prefix(text: str) -> Prefix | None:
    """The prefix, if the text is one without host bits and far from every special range; otherwise None.

    None says nothing about the text: `parse_prefix` and `special_use` decide. A prefix returned here is the
    one `parse_prefix` returns, and `special_use` does not refuse it.
    """
    if len(text) > _LONGEST:
        return None
    address, _, length_text = text.partition("/")
    length = _LENGTHS.get(length_text, 0)
    if length < SHORTEST_ORDINARY:
        return None
    if ":" in address:
        return _ordinary_6(address, length)
    octets = address.split(".")
    if len(octets) != 4 or length > 32:
        return None
    try:
        first = _OCTETS[octets[0]]
        number = first << 24 | _OCTETS[octets[1]] << 16 | _OCTETS[octets[2]] << 8 | _OCTETS[octets[3]]
    except KeyError:
        return None
    if first not in _ORDINARY_4 or number & _HOST_BITS_4[length]:
        return None
    return Prefix(4, number, length)


def _ordinary_6(address: str, length: int) -> Prefix | None:
    number = _number_6(address) if _GROUPS.fullmatch(address) else None
    if number is None or number >> 120 not in _ORDINARY_6 or number & _HOST_BITS_6[length]:
        return None
    return Prefix(6, number, length)


def _number_6(address: str) -> int | None:
    try:
        return int.from_bytes(_pton()(address), "big")
    except OSError:
        return None


@cache
def _pton() -> Callable[[str], bytes]:
    # The import costs more than reading a few hundred IPv4 prefixes; lists without IPv6 do not pay for it.
    import socket

    return partial(socket.inet_pton, socket.AF_INET6)
