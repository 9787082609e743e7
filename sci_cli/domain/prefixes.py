"""Prefixes: reading them from text, and the ranges that are special."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sci_cli.domain.names import strange_character
from sci_cli.safety.text import describe_unsafe, quoted

BITS = {4: 32, 6: 128}
LONGEST_TEXT = 200  # characters; the longest prefix has 49, a pasted range about 100
_MOST_RANGE_PREFIXES = 8  # a longer answer to "write this range as prefixes" is not read by anyone
_IPV4_MAPPED = 0xFFFF  # the upper 96 bits of ::ffff:0:0/96

_OCTET = re.compile(r"[0-9]{1,3}")
_DIGITS = re.compile(r"[0-9]+")
_DOTTED = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_RANGE = re.compile(r"([0-9A-Fa-f:.]+) *(?:-| to ) *([0-9A-Fa-f:.]+)")
_LOOKS_LIKE_RANGE = re.compile(r"[0-9A-Fa-f:.*/]*[0-9A-Fa-f:*] *- *[0-9A-Fa-f:*][0-9A-Fa-f:.*/]*")
_SEVERAL = re.compile(r"[,;| \t]+")


@dataclass(frozen=True, slots=True, order=True)
class Prefix:
    """A network without host bits, ordered by version, first address, then length.

    Args:
        version: 4 or 6.
        network: first address as a number.
        length: 0 to 32, or 0 to 128.

    Raises:
        ValueError: the three do not make a prefix; text from people goes through `parse_prefix`.
    """

    version: int
    network: int
    length: int

    def __post_init__(self) -> None:
        bits = BITS.get(self.version, -1)
        if not 0 <= self.length <= bits:
            raise ValueError(f"no prefix: IPv{self.version}, length {self.length}")
        if not 0 <= self.network < 1 << bits or self.network & ((1 << (bits - self.length)) - 1):
            raise ValueError(f"no prefix: network {self.network:#x}, length {self.length}")

    @property
    def size(self) -> int:
        """How many addresses it holds."""
        return 1 << (BITS[self.version] - self.length)

    @property
    def first(self) -> int:
        """Its lowest address as a number."""
        return self.network

    @property
    def last(self) -> int:
        """Its highest address as a number."""
        return self.network + self.size - 1

    def contains(self, other: Prefix) -> bool:
        """Whether every address of the other prefix is in this one; equal prefixes contain each other."""
        if self.version != other.version or self.length > other.length:
            return False
        hidden = BITS[self.version] - self.length
        return self.network >> hidden == other.network >> hidden

    def shares_addresses_with(self, other: Prefix) -> bool:
        """Whether at least one address is in both; IPv4 and IPv6 never share any."""
        return self.contains(other) or other.contains(self)

    def __str__(self) -> str:
        """Canonical text: `10.20.0.0/16`, `2001:db8::/32`."""
        if self.version == 4:
            return f"{_dotted(self.network)}/{self.length}"
        return f"{ipaddress.IPv6Address(self.network)}/{self.length}"


class PrefixProblem(ValueError):
    """Why a text is not an acceptable prefix.

    Args:
        value: the text as given, cut at 200 characters.
        message: whole sentences, the value quoted and made visible, the correction named.
        correction: one canonical prefix that may be typed instead, or ''.
    """

    def __init__(self, value: str, message: str, correction: str = "") -> None:
        super().__init__(message)
        self.value = value[:LONGEST_TEXT]
        self.message = message
        self.correction = correction


def parse_prefix(text: object) -> Prefix:
    """Reads one prefix, accepting every spelling that has one meaning and nothing else.

    Plain spaces around it are dropped; IPv6 in any case or spelling is made canonical (RFC 5952). Special-use
    ranges are prefixes too: ask `special_use`.

    Args:
        text: what was typed; JSON input may bring another type, which is refused.

    Raises:
        PrefixProblem: with the correction where there is one.
    """
    if not isinstance(text, str):
        raise PrefixProblem("", "A prefix must be text such as 10.20.0.0/16.")
    if len(text) > LONGEST_TEXT:
        raise PrefixProblem(text, f"{quoted(text, 40)} is too long for a prefix: {len(text)} characters.")
    value = text.strip(" ")
    if not value:
        raise PrefixProblem(text, "The prefix is empty. Write it like 10.20.0.0/16 or 2001:db8::/32.")
    _refuse_characters(value)
    _refuse_ranges(value)
    address, length_text, spacing = _halves(value)
    version = 6 if ":" in address else 4
    number, address_complaint = _read_address(value, address)
    if length_text is None:
        raise _length_missing(value, version, number, address_complaint)
    length, length_complaint = _read_length(value, length_text, BITS[version])
    prefix = network_of(version, number, length)
    complaints = [each for each in (spacing, address_complaint, length_complaint) if each]
    if prefix.network != number:
        complaints.append("has host bits set")
    if version == 6 and length >= 96 and number >> 32 == _IPV4_MAPPED:
        complaints.append("is an IPv4 prefix written as IPv6 (IPv4-mapped)")
        prefix = network_of(4, number & 0xFFFFFFFF, length - 96)
    if complaints:
        raise _corrected(value, f"{quoted(value)} {' and '.join(complaints)}.", prefix)
    return prefix


def network_of(version: int, address: int, length: int) -> Prefix:
    """The prefix of that length the address is in."""
    hidden = BITS[version] - length
    return Prefix(version, address >> hidden << hidden, length)


def prefixes_of_range(version: int, first: int, last: int) -> tuple[Prefix, ...]:
    """The fewest prefixes that hold the addresses from first to last, both included, and no other."""
    found = []
    while first <= last:
        # The block may be no larger than the alignment of its first address and what is left of the range.
        aligned = (first & -first).bit_length() - 1 if first else BITS[version]
        hidden = min(aligned, (last - first + 1).bit_length() - 1)
        found.append(Prefix(version, first, BITS[version] - hidden))
        first += 1 << hidden
    return tuple(found)


def _dotted(number: int) -> str:
    return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def _corrected(value: str, message: str, prefix: Prefix) -> PrefixProblem:
    if (special := special_use(prefix)) and special.refused:
        return PrefixProblem(value, f"{message} {special.message}")
    return PrefixProblem(value, f"{message} Did you mean {prefix}?", str(prefix))


def _refuse_characters(value: str) -> None:
    if "#" in value and describe_unsafe(value) is None:
        raise PrefixProblem(value, f"{quoted(value)} carries a comment. Give the prefix alone.")
    strange = strange_character(value)
    if strange is not None:
        raise PrefixProblem(
            value, f"{quoted(value)} contains {strange}. Type the prefix again with plain digits and signs."
        )
    if "%" in value:
        raise PrefixProblem(
            value,
            f"{quoted(value)} contains '%'. A zone id names an interface of one device; a prefix has none.",
        )


def _refuse_ranges(value: str) -> None:
    ends = _RANGE.fullmatch(value) if "-" in value or " to " in value else None
    if ends is None and not ("-" in value and _LOOKS_LIKE_RANGE.fullmatch(value)):
        return
    said = f"{quoted(value)} is a range of addresses, not a prefix."
    general = PrefixProblem(value, f"{said} Write it as prefixes such as 10.20.0.0/16.")
    if ends is None or (":" in ends[1]) != (":" in ends[2]):
        raise general
    version = 6 if ":" in ends[1] else 4
    (first, first_complaint), (last, last_complaint) = (_read_address(value, end) for end in ends.groups())
    if first_complaint or last_complaint or first > last:
        raise general
    prefixes = prefixes_of_range(version, first, last)
    if len(prefixes) == 1:
        raise _corrected(value, said, prefixes[0])
    if len(prefixes) > _MOST_RANGE_PREFIXES:
        raise PrefixProblem(value, f"{said} It takes {len(prefixes)} prefixes to write it exactly.")
    raise PrefixProblem(value, f"{said} Written as prefixes: {', '.join(map(str, prefixes))}.")


def _halves(value: str) -> tuple[str, str | None, str]:
    """Address, length (None without a slash) and a complaint about how they are put together."""
    parts = value.split("/")
    words = value.split() if " " in value else []
    if len(words) == 2 and all(_DOTTED.fullmatch(word) for word in words) and _mask_length(words[1]):
        return words[0], words[1], ""
    tight = "/".join(part.strip() for part in parts)
    if _SEVERAL.search(tight):
        raise PrefixProblem(value, f"{quoted(value)} is more than one prefix. Give one prefix at a time.")
    if len(parts) > 2:
        raise PrefixProblem(value, f"{quoted(value)} has more than one '/'.")
    address, slash, length = tight.partition("/")
    if not address:
        raise PrefixProblem(value, f"{quoted(value)} has no address before the '/'.")
    return address, length if slash else None, "has spaces around the '/'" if tight != value else ""


def _read_address(value: str, address: str) -> tuple[int, str]:
    """The address as a number, and a complaint if only its spelling is wrong."""
    if ":" in address:
        try:
            return int(ipaddress.IPv6Address(address)), ""
        except ValueError:
            raise PrefixProblem(
                value, f"{quoted(value)} is not a prefix: {quoted(address)} is not an IPv6 address."
            ) from None
    octets = address.split(".")
    if not all(_OCTET.fullmatch(octet) for octet in octets):
        raise PrefixProblem(
            value,
            f"{quoted(value)} is not a prefix: {quoted(address)} is not an address. "
            "Write it like 10.20.0.0/16 or 2001:db8::/32.",
        )
    if len(octets) > 4:
        raise PrefixProblem(
            value, f"{quoted(value)} has {len(octets)} numbers; an IPv4 address has four, such as 10.20.0.0."
        )
    too_high = next((octet for octet in octets if int(octet) > 255), None)
    if too_high is not None:
        raise PrefixProblem(value, f"{quoted(value)} holds {too_high}; an IPv4 address uses 0 to 255.")
    number = int.from_bytes(bytes(int(octet) for octet in octets).ljust(4, b"\0"), "big")
    if len(octets) < 4:
        return number, "has too few numbers (an IPv4 address has four)"
    padded = any(octet != "0" and octet.startswith("0") for octet in octets)
    return number, "has leading zeros in its address (some systems read them as octal)" if padded else ""


def _read_length(value: str, text: str, bits: int) -> tuple[int, str]:
    """The length, and a complaint if only its spelling is wrong."""
    expected = f"a prefix length from 0 to {bits}"
    if not text:
        raise PrefixProblem(value, f"{quoted(value)} ends at the '/'; it needs {expected}.")
    if bits == 32 and _DOTTED.fullmatch(text):
        length = _mask_length(text)
        if length is None:
            raise PrefixProblem(value, f"{quoted(value)} has the mask {text}, which is no prefix length.")
        return length, "has a mask instead of a prefix length"
    if not _DIGITS.fullmatch(text):
        raise PrefixProblem(value, f"{quoted(value)} needs {expected}, not {quoted(text)}.")
    length = int(text)
    if length > bits:
        raise PrefixProblem(value, f"{quoted(value)} needs {expected}.")
    leading = len(text) > 1 and text.startswith("0")
    return length, "has a leading zero in its prefix length" if leading else ""


def _mask_length(mask: str) -> int | None:
    """The length a netmask or hostmask stands for; None if none, or if both readings are open."""
    octets = [int(octet) for octet in mask.split(".")]
    if max(octets) > 255 or not any(octets):
        return None  # 0.0.0.0 is /0 as a netmask and /32 as a hostmask
    number = int.from_bytes(bytes(octets), "big")
    inverse = number ^ 0xFFFFFFFF
    if inverse & (inverse + 1) == 0:
        return 32 - inverse.bit_length()
    return 32 - number.bit_length() if number & (number + 1) == 0 else None


def _length_missing(value: str, version: int, number: int, complaint: str) -> PrefixProblem:
    said = f"{quoted(value)} needs a prefix length"
    if complaint:
        return PrefixProblem(value, f"{said} and {complaint}. Write it like 10.20.0.0/16.")
    single = Prefix(version, number, BITS[version])
    special = special_use(single)
    if special and special.refused:
        return PrefixProblem(value, f"{said}. {special.message}")
    choice = f"{single} for this one address, or the length of its network, as /{24 if version == 4 else 48}"
    return PrefixProblem(value, f"{said}: {choice}.", str(single))


# SPECIAL USE -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SpecialUse:
    """What is special about a prefix.

    Args:
        name: the kind of range, such as `loopback`.
        refused: whether the prefix may not be attached; otherwise the message is a note.
        message: one or two sentences naming the prefix.
    """

    name: str
    refused: bool
    message: str


# Sources: the special-purpose registries of RFC 6890, with the RFC that defines each range.
_REFUSED_TEXT = {
    "0.0.0.0/8": ("this network", "stands for 'this host on this network' (RFC 1122)"),
    "127.0.0.0/8": ("loopback", "never leaves a device (RFC 1122)"),
    "169.254.0.0/16": ("link-local", "is never forwarded by a router (RFC 3927)"),
    "224.0.0.0/4": ("multicast", "names groups, not networks (RFC 5771)"),
    "240.0.0.0/4": ("reserved", "is not in use as addresses of hosts (RFC 1112)"),
    "255.255.255.255/32": ("reserved", "is the broadcast address (RFC 919)"),
    "::/128": ("unspecified", "stands for 'no address' (RFC 4291)"),
    "::1/128": ("loopback", "never leaves a device (RFC 4291)"),
    "::/96": ("reserved", "held IPv4-compatible addresses, which are withdrawn (RFC 4291)"),
    "::ffff:0:0/96": ("IPv4-mapped", "stands for IPv4 addresses (RFC 4291)"),
    "fe80::/10": ("link-local", "is never forwarded by a router (RFC 4291)"),
    "ff00::/8": ("multicast", "names groups, not networks (RFC 4291)"),
}


def _known(text: str) -> Prefix:
    network = ipaddress.ip_network(text)
    return Prefix(network.version, int(network.network_address), network.prefixlen)


REFUSED: Mapping[Prefix, tuple[str, str]] = MappingProxyType(
    {_known(text): words for text, words in _REFUSED_TEXT.items()}
)
"""Ranges that are refused, with their kind and the reason: a prefix is when it shares addresses with one."""

_SHARED = _known("100.64.0.0/10")

SHORTEST_ORDINARY = 8
ORDINARY_FIRST: Mapping[int, frozenset[int]] = MappingProxyType(
    {4: frozenset({*range(1, 224)} - {127, 169}), 6: frozenset(range(1, 0xFE))}
)
"""First bytes within which, from `SHORTEST_ORDINARY` on, no prefix is refused; a test holds them to that."""


def special_use(prefix: Prefix) -> SpecialUse | None:
    """What is special about the prefix, or None for ordinary public, private and documentation space.

    Refused are default routes, ranges that are never routed between networks, and prefixes that contain one.
    Shared address space (RFC 6598) is noted.
    """
    if prefix.length == 0:
        return SpecialUse(
            "default route",
            True,
            f"{prefix} is the default route: it covers everything, so no other VPN can share the port.",
        )
    around = [each for each in REFUSED if each.contains(prefix)]
    if around:
        found = max(around, key=lambda each: each.length)
        name, reason = REFUSED[found]
        within = "" if found == prefix else f" inside {found}"
        said = f"{prefix} is {name} space{within}: it {reason}, so no VPN carries it."
        return SpecialUse(name, True, said)
    inside = [each for each in REFUSED if prefix.contains(each)]
    if inside:
        listed = ", ".join(f"{each} ({REFUSED[each][0]})" for each in inside)
        said = f"{prefix} contains {listed}, which no VPN carries. Give smaller prefixes."
        return SpecialUse(REFUSED[inside[0]][0], True, said)
    if prefix.shares_addresses_with(_SHARED):
        said = (
            f"{prefix} uses shared address space ({_SHARED}, RFC 6598), which carriers and cloud providers "
            "also use for their own services. Check with the cloud side that it is free."
        )
        return SpecialUse("shared address space", False, said)
    return None
