"""What most lines of a long routing table look like, vendor by vendor.

Every pattern here claims less than the reader of its vendor accepts: a line it knows means the same to that
reader, whatever stands around it, and any other line is that reader's to judge. Pagers may leave their prompt
anywhere, so the first word of a line, which decides what the line is, never holds what a pager leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sci_cli.readers.prefixes.cisco import CiscoReader
from sci_cli.readers.prefixes.junos import JunosReader
from sci_cli.readers.prefixes.routers import RouterReader
from sci_cli.readers.prefixes.rows import Found
from sci_cli.readers.prefixes.sros import SrosReader


@dataclass(frozen=True, slots=True)
class LongForm:
    """How a vendor's long tables are read.

    Attributes:
        reader: reads the lines that are not usual.
        usual: the pattern of a usual line with its end, to be compiled where it is needed, with `^` at each
            line. Its only group is the prefix of a route, and takes no part where the line holds no route
            and changes nothing.
    """

    reader: Callable[[Found], RouterReader]
    usual: bytes


# Far from every range that is never routed: what is near one is left to the reader, which tells them apart.
_FOUR = (
    rb"(?!0|127\.|169\.254\.|22[4-9]\.|2[3-9][0-9]\.)"
    rb"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}/(?:[12][0-9]|3[0-2]|[89])"
)
_SIX = rb"(?!0|[fF][e-fE-F])[0-9A-Fa-f]{1,4}:[0-9A-Fa-f:]{1,40}/(?:1[0-2][0-9]|[1-9][0-9])"
_PREFIX = b"(" + _FOUR + b"|" + _SIX + b")"
_REST = rb"(?: [ -~]{0,1000})?"
_REST_WITHOUT_SLASH = rb"(?: [ -.0-~]{0,1000})?"
_ADDRESS_4 = rb"[0-9]{1,3}\.[0-9.]{3,12}"
_ADDRESS_6 = rb"[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{1,40}"


def _lines(*kinds: bytes) -> bytes:
    """A line of one of these kinds, blanks before it, or an empty one."""
    return b"^ {0,99}+(?:" + b"|".join(kinds) + b"|)\n"


# Cisco and Arista. The code L, of own addresses, is left to the reader; no code can be read as a word here.
_CODE = (
    rb"(?:[A-Za-z](?:[A-Z0-9*%+&!()>=~?]{0,3}|[*=>]i)|[*%+&!()>=~?][A-Za-z0-9*%+&!()>=~?]{0,4}"
    rb"|(?<=i )(?:ia|su))"
)
_CODES = rb"(?!L |BGP |\*via )(?:" + _CODE + rb" {1,12}){0,3}+"
_STUCK_CODE = rb"(?:[*>=+&~?!]{1,4}i?(?![ace])(?=[0-9A-Fa-f:./]{9,49}[ \n]))?"
# What may be a heading such as `10.0.0.0/24 is subnetted`, though the prompt of a pager stands in it.
_SUBNETS = rb"(?! {1,99}+[0-9.]{0,15}+ {0,99}+(?:i(?!s directly)|-{1,3} ?\(?[mM]|[pP]ress))"
_CISCO = _lines(
    # `B        10.20.0.0/16 [200/0] via 192.0.2.7, 1w2d`, `*>i10.20.0.0/16   192.0.2.7  0 100 0 65001 i`,
    # ` * >      10.40.0.0/16  10.2.1.2  0  -  100  0  65002 i` and `10.20.0.0/16, ubest/mbest: 1/0`
    _CODES + _STUCK_CODE + _PREFIX + rb",?(?:" + _SUBNETS + rb" [ -~]{0,1000})?",
    # `*via 192.0.2.7%default, [200/0], 1w2d, bgp-65000, internal` and `[200/0] via 192.0.2.8, 1w2d`
    rb"(?:\*?via|directly|from|to) [ -~]{0,1000}",
    rb"\[[ -~]{0,1000}",
    # `* i                   192.0.2.8                0    100      0 65001 i`: a further path
    rb"\*[A-Za-z>=]{0,3} {1,30}(?:[A-Za-z>=]{1,2} {1,30})?"
    rb"(?:" + _ADDRESS_4 + b"|" + _ADDRESS_6 + rb")(?: {1,30}[0-9]{1,10}" + _REST + rb"| {0,30})",
    # `2001:db8:1:1::2          0             0 65001 i` below a long prefix
    _ADDRESS_6 + rb"(?: {1,30}[0-9]{1,10}" + _REST + rb"| {0,30})",
    # `0    100      0 65001 i` below a long next hop
    rb"[0-9]{1,10}" + _REST_WITHOUT_SLASH,
)

# Junos. The protocol Local, of own addresses, is left to the reader.
_PROTOCOL = rb"[*+-]?\[(?!Local/)[A-Z][A-Za-z0-9]{1,15}(?:-[A-Za-z0-9]{1,15})?/"
_JUNOS = _lines(
    # `AS path: 65001 I`, `> to 10.0.0.2 via ge-0/0/1.0`
    rb"(?:AS|to|via|Indirect|Local|from|>) [ -~]{0,1000}",
    # `10.20.0.0/16       *[BGP/170] 1w2d 03:04:05, localpref 100`, `* ? 10.40.0.0/16       B 170        100`,
    # and a long prefix above its protocol
    rb"(?:[*+?VINU@#-] {1,20}){0,4}"
    + _PREFIX
    + rb"(?: {1,99}(?:"
    + _PROTOCOL
    + rb"[ -~]{0,1000}|[A-KM-Z]"
    + _REST
    + rb")| {0,20}(?=\n {0,99}+"
    + _PROTOCOL
    + rb"[ -~]{0,1000}\n))",
    # `>10.0.0.6`
    rb">(?:[0-9.]{7,15}|" + _ADDRESS_6 + rb"(?<!:)) {0,99}",
    # `[BGP/170] 1w2d 03:04:05, localpref 100, from 192.0.2.8`
    _PROTOCOL + rb"[ -.0-~]{0,1000}",
    # `Discard`, `unverified                                       >10.0.0.2`
    rb"(?!sho?w? )[0-9A-OQ-Za-oq-z.?*+@]{1,99}" + _REST_WITHOUT_SLASH,
)

# SR OS
_SROS = _lines(
    # `10.20.0.0/16 [L]                              Remote  BGP VPN   01d02h03m  170`
    _PREFIX + rb"(?:\[[!-~]{0,99})?" + _REST,
    # `192.0.2.7 (tunneled)                                         10`
    rb"(?!sho?w? |Route |IPv6 )[0-9A-OQ-Za-oq-z.:_]{1,60}(?:-(?![-( mM])[0-9A-OQ-Za-oq-z.:_]{0,60}){0,5}"
    + _REST_WITHOUT_SLASH,
)

LONG_FORMS: Mapping[str, LongForm] = MappingProxyType(
    {
        "cisco": LongForm(CiscoReader, _CISCO),
        "arista": LongForm(CiscoReader, _CISCO),
        "junos": LongForm(JunosReader, _JUNOS),
        "sros": LongForm(SrosReader, _SROS),
    }
)
"""The formats of routers, each with the form of its long tables."""
