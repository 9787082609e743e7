"""Routing tables as Nokia SR OS prints them: `show router 100 route-table`."""

from __future__ import annotations

import re

from sci_cli.readers.prefixes.routers import Routes, content_of, is_address, refuse_unknown
from sci_cli.readers.prefixes.rows import Found

_TABLE = re.compile(r"(?:IPv6 )?Route Table \((?:Service|Router): ([^)]{1,64})\)")


class SrosReader:
    """Reads the route tables of services; the VPN is the service as the heading names it.

    Next hops, which stand on the line below each prefix, and legends are skipped.

    Args:
        found: takes what is found.
    """

    # Every line of these tables means what it says by itself, but for the service.
    settled = True

    def __init__(self, found: Found) -> None:
        self.routes = Routes(found)

    @property
    def vpn(self) -> str | None:
        """The service that is being shown."""
        return self.routes.vpn

    def read(self, line: int, written: str) -> None:
        """Takes the next line, by its number."""
        text = content_of(line, written, self.routes).lstrip(" ")
        table = _TABLE.match(text)
        if table:
            self.routes.in_vrf(table[1].strip(" "))
            return
        first = text.split(" ", 1)[0].partition("[")[0]
        if "/" in first and is_address(first):
            self.routes.take(line, first)
        else:
            refuse_unknown(line, text, self.routes)

    def finish(self) -> None:
        """Decides what is left to decide when all lines are known."""
        self.routes.finish()
