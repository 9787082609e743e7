"""Routing tables as Junos prints them: `show route table`, brief and terse."""

from __future__ import annotations

import re

from sci_cli.readers.prefixes.routers import Routes, content_of, is_address, refuse_unknown
from sci_cli.readers.prefixes.rows import Found

_TABLE = re.compile(r"([^\s:]{1,100}): [0-9]{1,10} destinations")
_OF_INSTANCE = re.compile(r"(.{1,64})\.inet6?\.[0-9]")
_FLAGS = frozenset("*+-?VINU@#")
_PROTOCOL = re.compile(r"[*+-]?\[([A-Za-z0-9-]{1,20})/")
_CONTINUES = frozenset({"AS", "to", "via", "Indirect", "Local", "from"})


class JunosReader:
    """Reads the tables of routing instances; `ACME.inet.0` and `ACME.inet6.0` belong to the VPN `ACME`.

    Further paths, next hops and legends are skipped. Tables of the system, whose names begin with `__`, and
    what `Routes` says are left out.

    Args:
        found: takes what is found.
    """

    def __init__(self, found: Found) -> None:
        self.routes = Routes(found)
        self._waiting: tuple[int, str] | None = None
        self._of_system = False

    @property
    def vpn(self) -> str | None:
        """The routing instance that is being shown."""
        return self.routes.vpn

    @property
    def settled(self) -> bool:
        """Whether the next line means what it says: no prefix waits, and the table is not the system's."""
        return self._waiting is None and not self._of_system

    def read(self, line: int, written: str) -> None:
        """Takes the next line, by its number."""
        text = content_of(line, written, self.routes).lstrip(" ")
        if not text:
            return
        tokens = text.split()
        if self._waiting:
            self.routes.take(*self._waiting, own=_is_own(tokens[0]))
            self._waiting = None
        table = _TABLE.match(text)
        if table:
            self._begin_table(line, table[1])
        elif not self._of_system:
            self._read_line(line, text, tokens)

    def finish(self) -> None:
        """Decides what is left to decide when all lines are known."""
        if self._waiting:
            self.routes.take(*self._waiting)
            self._waiting = None
        self.routes.finish()

    def _begin_table(self, line: int, name: str) -> None:
        self._of_system = name.startswith("__")
        if self._of_system:
            self.routes.found.leave_out(line, name, "A table the system keeps for itself.")
            return
        instance = _OF_INSTANCE.fullmatch(name)
        self.routes.in_vrf(instance[1] if instance else "default")

    def _read_line(self, line: int, text: str, tokens: list[str]) -> None:
        while tokens and tokens[0] in _FLAGS:
            tokens = tokens[1:]
        if not tokens or tokens[0] in _CONTINUES or tokens[0].startswith(">"):
            return
        if not is_address(tokens[0]) or "/" not in tokens[0]:
            refuse_unknown(line, text, self.routes)
        elif len(tokens) == 1:
            # A long prefix stands alone; the protocol follows on the next line.
            self._waiting = line, tokens[0]
        else:
            self.routes.take(line, tokens[0], own=_is_own(tokens[1]))


def _is_own(word: str) -> bool:
    protocol = _PROTOCOL.match(word)
    return protocol[1] == "Local" if protocol else word == "L"
