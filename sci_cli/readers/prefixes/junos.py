"""Routing tables as Junos prints them: `show route table`, brief and terse."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sci_cli.readers.prefixes.routers import Routes, content_lines, is_address, refuse_unknown
from sci_cli.readers.prefixes.rows import Found

_TABLE = re.compile(r"([^\s:]{1,100}): [0-9]{1,10} destinations")
_OF_INSTANCE = re.compile(r"(.{1,64})\.inet6?\.[0-9]")
_FLAGS = frozenset("*+-?VINU@#")
_PROTOCOL = re.compile(r"[*+-]?\[([A-Za-z0-9-]{1,20})/")
_CONTINUES = frozenset({"AS", "to", "via", "Indirect", "Local", "from"})


def read_junos(lines: Sequence[str], found: Found) -> None:
    """Reads the tables of routing instances; `ACME.inet.0` and `ACME.inet6.0` belong to the VPN `ACME`.

    Further paths, next hops and legends are skipped. Tables of the system, whose names begin with `__`, and
    what `Routes` says are left out.
    """
    routes = Routes(found)
    waiting: tuple[int, str] | None = None
    of_system = False
    for line, content in content_lines(lines, routes):
        text = content.lstrip(" ")
        if waiting:
            routes.take(*waiting, own=_is_own([*text.split(), ""][0]))
            waiting = None
        table = _TABLE.match(text)
        if table:
            of_system = table[1].startswith("__")
            _begin_table(line, table[1], routes)
            continue
        if of_system:
            continue
        tokens = text.split()
        while tokens and tokens[0] in _FLAGS:
            tokens = tokens[1:]
        if not tokens or tokens[0] in _CONTINUES or tokens[0].startswith(">"):
            continue
        if not is_address(tokens[0]) or "/" not in tokens[0]:
            refuse_unknown(line, text, routes)
        elif len(tokens) == 1:
            # A long prefix stands alone; the protocol follows on the next line.
            waiting = line, tokens[0]
        else:
            routes.take(line, tokens[0], own=_is_own(tokens[1]))
    if waiting:
        routes.take(*waiting)
    routes.finish()


def _begin_table(line: int, name: str, routes: Routes) -> None:
    if name.startswith("__"):
        routes.found.leave_out(line, name, "A table the system keeps for itself.")
        return
    instance = _OF_INSTANCE.fullmatch(name)
    routes.in_vrf(instance[1] if instance else "default")


def _is_own(word: str) -> bool:
    protocol = _PROTOCOL.match(word)
    return protocol[1] == "Local" if protocol else word == "L"
