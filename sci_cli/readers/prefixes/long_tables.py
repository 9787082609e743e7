"""Routing tables of very many lines: the usual lines as plain lists for an engine that reads these fast."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sci_cli.readers.prefixes.cisco import CiscoReader
from sci_cli.readers.prefixes.routers import LONGEST_LINE
from sci_cli.readers.prefixes.rows import Found, Rejected, Row

# `B        10.20.0.0/16 [200/0] via 192.0.2.7, 1w2d` and `*>i10.20.0.0/16   192.0.2.7  0 100 0 65001 i`
_ROUTE = rb"(?:[BDEORSi] {1,20}|\*[>=]?[ie]? {0,4})"
# Far from every range that is never routed: what is near one is read with care and told apart there.
_FOUR = (
    rb"(?!0|127\.|169\.254\.|22[4-9]\.|2[3-9][0-9]\.)"
    rb"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}/(?:[89]|[1-3][0-9])"
)
_SIX = rb"(?!0|[fF][e-fE-F])[0-9A-Fa-f]{1,4}:[0-9A-Fa-f:.]{1,40}/[1-9][0-9]{1,2}"
_USUAL = re.compile(_ROUTE + b"(" + _FOUR + b"|" + _SIX + rb") {1,20}[\[0-9][ -~]{0,300}\r?\n?")
_MOST_VRFS = 64
_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class PlainLists:
    """A routing table as plain lists, one or two for each VRF, every prefix on its own line of the table.

    Attributes:
        lists: pairs of the VRF (None where none is named) and its list.
        rejected: lines that look like routes and cannot be taken.
        left_out: what was passed over on purpose.
    """

    lists: tuple[tuple[str | None, bytes], ...]
    rejected: tuple[Rejected, ...]
    left_out: tuple[Rejected, ...]


@dataclass(slots=True)
class _List:
    text: bytearray = field(default_factory=bytearray)
    lines: int = 0

    def add(self, line: int, prefix: bytes) -> None:
        self.text += b"\n" * (line - 1 - self.lines)
        self.text += prefix
        self.text += b"\n"
        self.lines = line


def plain_lists(data: bytes, *, default_routes: bool = False) -> PlainLists | None:
    """The routes of a Cisco table as plain lists; None where reading all of it with care is the better way.

    A usual line has a code or two, a prefix with its length and a next hop; every other line is read as
    `read_cisco` does. Prefixes are not judged here. A host route to the router's own address is compared with
    the routes that are not usual lines only, among which the connected ones are.
    """
    found = Found(default_routes)
    reader = CiscoReader(found)
    lists: dict[str | None, _List] = {}
    current = lists.setdefault(None, _List())
    vpn = reader.vpn
    usual = _USUAL.fullmatch
    for line, raw in enumerate(io.BytesIO(data.removeprefix(_MARK)), 1):
        match = usual(raw)
        if match is not None:
            current.add(line, match[1])
            continue
        if len(raw) > LONGEST_LINE:
            return None
        reader.read(line, raw.decode("utf-8", errors="replace").rstrip("\r\n"))
        if reader.vpn != vpn:
            vpn = reader.vpn
            current = lists.setdefault(vpn, _List())
            if len(lists) > _MOST_VRFS or (vpn is not None and found.name_problem(vpn)):
                return None
    reader.finish()
    texts = [(name, bytes(each.text)) for name, each in lists.items() if each.text]
    table = found.table("")
    return PlainLists((*texts, *_others(found.rows)), table.rejected, table.left_out)


def _others(rows: list[Row]) -> list[tuple[str | None, bytes]]:
    """The routes of the lines that are not usual, as lists of their own."""
    lists: Mapping[str | None, _List] = {row.vpn: _List() for row in rows}
    for row in sorted(rows, key=lambda each: each.line):
        lists[row.vpn].add(row.line, str(row.prefix).encode())
    return [(name, bytes(each.text)) for name, each in lists.items()]
