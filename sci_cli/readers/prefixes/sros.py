"""Routing tables as Nokia SR OS prints them: `show router 100 route-table`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sci_cli.readers.prefixes.routers import Routes, content_lines, is_address, refuse_unknown
from sci_cli.readers.prefixes.rows import Found

_TABLE = re.compile(r"(?:IPv6 )?Route Table \((?:Service|Router): ([^)]{1,64})\)")


def read_sros(lines: Sequence[str], found: Found) -> None:
    """Reads the route tables of services; the VPN is the service as the heading names it.

    Next hops, which stand on the line below each prefix, and legends are skipped.
    """
    routes = Routes(found)
    for line, content in content_lines(lines, routes):
        text = content.lstrip(" ")
        table = _TABLE.match(text)
        if table:
            routes.in_vrf(table[1].strip(" "))
            continue
        first = text.split(" ", 1)[0].partition("[")[0]
        if "/" in first and is_address(first):
            routes.take(line, first)
        else:
            refuse_unknown(line, text, routes)
    routes.finish()
