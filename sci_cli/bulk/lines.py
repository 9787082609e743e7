"""The lines of a prefix list one at a time: the usual ones here, all others by the reader of the list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from socket import AF_INET, AF_INET6, inet_pton
from struct import Struct

from sci_cli.bulk.sources import Intake, Source
from sci_cli.domain.names import vpn_name_problem
from sci_cli.domain.prefixes import BITS, ORDINARY_FIRST, SHORTEST_ORDINARY

_LINE_END = re.compile(r"\r\n|\n|\r")
_LENGTHS = {
    version: {
        str(length): (length, (1 << bits - length) - 1) for length in range(SHORTEST_ORDINARY, bits + 1)
    }
    for version, bits in BITS.items()
}
_ORDINARY_4, _ORDINARY_6 = ORDINARY_FIRST[4], ORDINARY_FIRST[6]
_four = Struct(">I").unpack
_sixteen = Struct(">QQ").unpack


@dataclass(slots=True)
class Columns:
    """The acceptable lines of one version as columns: `network << 8 | length`, number of the VPN, place."""

    prefixes: list[int]
    vpns: list[int]
    places: list[int]

    def add(self, prefix: int, vpn: int, place: int) -> None:
        """Adds one line."""
        self.prefixes.append(prefix)
        self.vpns.append(vpn)
        self.places.append(place)


def empty_columns() -> dict[int, Columns]:
    """Columns for both versions."""
    return {version: Columns([], [], []) for version in BITS}


def split_lines(chunk: bytes) -> list[str]:
    """The lines of a piece, each byte as one character; the empty rest after the last line end is no line."""
    text = chunk.decode("latin-1")
    lines = _LINE_END.split(text) if "\r" in text else text.split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


def behind_lines(chunk: bytes, lines: int) -> bytes:
    """The piece without its first lines."""
    at = 0
    for _, end in zip(range(lines), _LINE_END.finditer(chunk.decode("latin-1")), strict=False):
        at = end.end()
    return chunk[at:] if at or not lines else b""


def read_lines(lines: list[str], source: Source, intake: Intake, columns: dict[int, Columns]) -> None:
    """Takes lines in, each as acceptable, rejected or without content; `intake.lines` counts them.

    Args:
        lines: from `split_lines`.
        source: the list they are of.
        intake: knows the VPNs and takes what is rejected.
        columns: for the keys 4 and 6; what is acceptable is added.
    """
    known = intake.vpns
    plain = None if source.columns else intake.vpn_number(source.vpn)
    vpn_first = source.columns[:1] == ("vpn",)
    four, six = columns[4], columns[6]
    odd: list[tuple[int, bytes]] = []
    for place, line in enumerate(lines, intake.lines):
        vpn, field, name = plain, line, ""
        if plain is None:
            before, _, after = line.partition(",")
            name, field = (before, after) if vpn_first else (after, before)
            vpn = known.get(name)
        row = _usual(field)
        if row is not None and vpn is None and name.isascii() and vpn_name_problem(name) is None:
            vpn = intake.vpn_number(name)
        if row is None or vpn is None:
            odd.append((place, line.encode("latin-1")))
            continue
        (four if row[0] == 4 else six).add(row[1], vpn, place)
    intake.lines += len(lines)
    read_odd(odd, source, intake, columns)


def read_odd(
    odd: Sequence[tuple[int, bytes]], source: Source, intake: Intake, columns: dict[int, Columns]
) -> None:
    """Takes in lines that are not of the usual form, each with its place, as the reader of the list has them.

    Args:
        odd: the lines without their ends.
        source: the list they are of.
        intake: knows the VPNs and takes what is rejected.
        columns: for the keys 4 and 6; what is acceptable is added.
    """
    if not odd:
        return
    found = source.read_odd([line for _, line in odd])
    for row in found.rows:
        prefix = row.prefix
        number = prefix.network << 8 | prefix.length
        columns[prefix.version].add(number, intake.vpn_number(row.vpn or source.vpn), odd[row.line - 1][0])
    for bad in found.rejected:
        intake.reject(odd[bad.line - 1][0], bad.text, bad.reason, bad.correction)


def _usual(field: str) -> tuple[int, int] | None:
    """Version and `network << 8 | length` of a prefix in its usual spelling; None is no verdict."""
    address, _, length = field.partition("/")
    try:
        if ":" in address:
            bits, host = _LENGTHS[6][length]
            high, low = _sixteen(inet_pton(AF_INET6, address))
            if high >> 56 not in _ORDINARY_6 or "%" in address:
                return None
            network, version = high << 64 | low, 6
        else:
            bits, host = _LENGTHS[4][length]
            (network,) = _four(inet_pton(AF_INET, address))
            if network >> 24 not in _ORDINARY_4:
                return None
            version = 4
    except (KeyError, OSError, ValueError):
        return None
    return None if network & host else (version, network << 8 | bits)
