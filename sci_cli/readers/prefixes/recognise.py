"""Which format a text has, told by lines that no other format has."""

from __future__ import annotations

import re

WORKBOOK = b"PK\x03\x04"
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_LOOKED_AT = 100_000  # characters; the signs of a format stand near its beginning

_JSON = re.compile(r"\s*(?:\{|\[\s*[\[\]{\"])")
_BLANKS = r"[ \t\u00a0]"
_COMMENT = re.compile(rf"^{_BLANKS}{{0,40}}(?:#|//|;)[^\n]*$", re.MULTILINE)
_ADDRESS = r"[0-9A-Fa-f:.]{3,45}"
_ROUTERS = (
    (
        "junos",
        (
            r"[^\s:]{0,100}\b(?:inet6?|l3vpn)\.[0-9]: [0-9]{1,10} destinations",
            r"A (?:V )?Destination +P Prf",
            rf"{_ADDRESS}/[0-9]{{1,3}} +[*+-]?\[[A-Za-z0-9-]{{2,20}}/[0-9]",
            rf"[*+-] [?VINU ] ?{_ADDRESS}/[0-9]{{1,3}} +[A-Z] +[0-9]",
        ),
    ),
    ("sros", (r"(?:IPv6 )?Route Table \((?:Service|Router):", r"Dest Prefix(?:\[Flags\])? +Type +Proto")),
    (
        "arista",
        (r"BGP routing table information for VRF [^\s,]+$", r"VRF(?: name)?: \S+\n{1,3}(?:Source )?Codes:"),
    ),
    (
        "cisco",
        (
            r"(?:Source )?Codes: [A-Z]",
            r"(?:IPv6 )?Routing Table[ :]",
            r"IP(?:v6)? Rout(?:e|ing) Table for VRF",
            r"Gateway of last resort is ",
            rf"{_ADDRESS}(?:/[0-9]{{1,2}}| {_ADDRESS}) is (?:variably )?subnetted",
            r"BGP (?:table version|VRF|routing table information)",
            r"Route Distinguisher: [0-9]",
            r"Network +Next Hop",
            rf"[A-Za-z][A-Za-z0-9* ]{{0,6}}[* ] *{_ADDRESS}(?:/[0-9]{{1,3}})? (?:\[[0-9]|is directly)",
            rf"[*rsdhS>][*>i ]{{1,5}} *{_ADDRESS}/[0-9]{{1,3}}(?: +{_ADDRESS} | *$)",
            r"[A-Za-z*][^\s#>]{0,80}[#>] ?sh(?:ow?)? +(?:ip|ipv6|route|bgp)\b",
        ),
    ),
)
_SIGNS = tuple(
    (format, re.compile(rf"^{_BLANKS}{{0,40}}(?:{'|'.join(signs)})", re.MULTILINE))
    for format, signs in _ROUTERS
)
_YAML_KEY = re.compile(
    r"(?:\"[^\"]{1,64}\"|'[^']{1,64}'|[A-Za-z0-9][^\s:#,;][^:#,;\t]{0,62}|[A-Za-z0-9]):(?: .*)?"
)
_YAML_ITEM = re.compile(r"- +\S.*|-")
_BARE_IPV6 = re.compile(r"[0-9A-Fa-f:]+::[0-9A-Fa-f:]*")


def is_json(text: str) -> bool:
    """Whether the text begins as JSON does."""
    return _JSON.match(text, 0, _LOOKED_AT) is not None


def router_format(text: str) -> str:
    """The format of router output; empty for a text that is none."""
    sample = _COMMENT.sub("", text[:_LOOKED_AT].replace("\r\n", "\n").replace("\r", "\n"))
    return next((format for format, signs in _SIGNS if signs.search(sample)), "")


def is_yaml(first: str, second: str) -> bool:
    """Whether the first two lines that are no comments begin YAML."""
    if len(first) > 1000 or "\t" in first:
        return False
    content = first.rstrip(" ")
    if _BARE_IPV6.fullmatch(content):
        return False
    if content == "---" or _YAML_ITEM.fullmatch(content):
        return True
    if not _YAML_KEY.fullmatch(content):
        return False
    # A heading above a plain list ends with a colon, too; below a key its list begins, or the next key.
    below = second.rstrip(" ")[:1000]
    return not content.endswith(":") or below[:1] in (" ", "\t", "-", "") or bool(_YAML_KEY.fullmatch(below))
