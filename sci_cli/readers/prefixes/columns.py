"""Which column of a table holds the prefixes and which the VPN: by its header, or by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sci_cli.domain.names import vpn_name_problem
from sci_cli.errors import InvalidFile
from sci_cli.readers.prefixes.quick import MASKS, ordinary_prefix
from sci_cli.safety.text import quoted

MOST_SHOWN = 50  # problems listed; a person corrects the pattern behind them, not the five hundredth
EXAMPLE = "Write one prefix to a line, or CSV that begins with the line: vpn,prefix"
OTHER_COLUMNS = "A format that is named, as with --read-as csv, passes over columns it does not need."

_TITLE = 10  # rows among which the header is looked for
_SAMPLE = 200  # rows looked at where there is no header
_BLANKS = re.compile(r"[ _-]+")
_ADDRESS = re.compile(r"[0-9A-Fa-f:.]*[0-9A-Fa-f][.:][0-9A-Fa-f:.]*(?:/[0-9.]+)?")
_NUMBER = re.compile(r"[0-9., -]+")

# Best first: of several such columns the first of these names counts.
_PREFIX_WORDS = (
    *(
        "prefix",
        "prefixes",
        "ip prefix",
        "ipv4 prefix",
        "ipv6 prefix",
        "network prefix",
        "destination prefix",
    ),
    *("dest prefix", "address prefix", "cidr", "cidr block", "destination cidr block", "destination cidr"),
    *("network", "networks", "ip network", "network address", "subnet", "subnets", "ip subnet"),
    *("route", "routes", "destination"),
)
_VPN_WORDS = ("vpn", "vpn name", "vrf", "vrf name", "l3vpn", "routing instance")
_MASK_WORDS = ("mask", "netmask", "subnet mask", "network mask", "prefix length", "mask length", "masklen")
_KNOWN = {
    **dict.fromkeys(_PREFIX_WORDS, "prefix"),
    **dict.fromkeys(_VPN_WORDS, "vpn"),
    **dict.fromkeys(_MASK_WORDS, "mask"),
}
_INVENTORY_EXPORT = frozenset({"prefix", "status", "vrf"})


@dataclass(frozen=True, slots=True)
class Columns:
    """Where to look in each row.

    Args:
        prefix: index of the column with the prefix.
        vpn: index of the column with the VPN, if there is one.
        mask: index of the column with the mask or length of a bare address, if there is one.
        names: the header, for messages; empty without one.
        exact: whether each row must have as many fields as the header.
        export: whether this is the export of an address inventory: `(rd)` behind the name of a VRF is no part
            of it, and a prefix without VRF belongs to none.
    """

    prefix: int
    vpn: int | None
    mask: int | None = None
    names: tuple[str, ...] = ()
    exact: bool = True
    export: bool = False


def is_header(cells: Sequence[str]) -> bool:
    """Whether one of the fields is the name of a column and none is an address."""
    return any(_plain(each) in _KNOWN for each in cells) and not any(map(_ADDRESS.fullmatch, cells))


def lines_of_title(rows: Sequence[tuple[int, Sequence[str]]]) -> int:
    """How many first rows stand above the header, as a title does; none of them holds an address."""
    above = 0
    for index, (_, cells) in enumerate(rows[:_TITLE]):
        if any(map(_ADDRESS.fullmatch, cells)):
            break
        if is_header(cells):
            above = index
    return above


def by_header(cells: Sequence[str], line: int, name: str, *, strict: bool) -> Columns:
    """The columns a header names.

    Args:
        cells: the fields of the header.
        line: where it stands.
        name: the file as the user named it.
        strict: whether columns that are not needed are refused.

    Raises:
        InvalidFile: the rows mean nothing under this header.
    """
    names = tuple(map(_plain, cells))
    export = _INVENTORY_EXPORT.issubset(names)
    kinds = [_KNOWN.get(each, "") for each in names]
    problems = []
    if strict and not export:
        problems = [
            f"line {line}: unknown column {quoted(each)}; the columns are vpn and prefix."
            for each in dict.fromkeys(names)
            if each not in _KNOWN
        ]
        problems += _named_twice(names, kinds, line)
    else:
        doubled = [each for each in dict.fromkeys(names) if each in _KNOWN and names.count(each) > 1]
        problems += [f"line {line}: duplicate column '{each}'." for each in doubled]
    if "prefix" not in kinds:
        problems.append(f"line {line}: the column 'prefix' is missing.")
    if problems:
        raise InvalidFile(
            f"{quoted(name)} has a header that is not acceptable.",
            why=problems[:MOST_SHOWN],
            fix=(EXAMPLE, OTHER_COLUMNS) if strict else EXAMPLE,
        )
    prefix = _first(names, _PREFIX_WORDS)
    assert prefix is not None  # noqa: S101  # the missing column is refused above
    exact = strict and not export
    return Columns(prefix, _first(names, _VPN_WORDS), _first(names, _MASK_WORDS), names, exact, export)


def by_content(rows: Sequence[tuple[int, Sequence[str]]], name: str) -> tuple[Columns, int]:
    """The columns of a table without a header that is understood, and how many first rows are no data.

    Raises:
        InvalidFile: no column holds prefixes, or several could hold the VPN.
    """
    sample = [cells for _, cells in rows[:_SAMPLE]]
    width = max(map(len, sample), default=0)
    columns = [[cells[index] for cells in sample if index < len(cells)] for index in range(width)]
    hits = [sum(ordinary_prefix(cell) is not None for cell in column) for column in columns]
    if not any(hits):
        hits = [sum(map(_is_like_a_prefix, column)) for column in columns]
    if not any(hits):
        raise InvalidFile(
            f"{quoted(name)} has no column of prefixes.",
            why="Neither a header names one, nor does one hold texts such as 10.20.0.0/16.",
            fix=EXAMPLE,
        )
    prefix = hits.index(max(hits))
    skipped = 0 if any(each.isdigit() for each in columns[prefix][0]) else 1
    candidates = [
        index
        for index, column in enumerate(columns)
        if index != prefix and hits[index] == 0 and _could_be_vpns(column[skipped:])
    ]
    if len(candidates) > 1:
        listed = ", ".join(str(index + 1) for index in candidates)
        raise InvalidFile(
            f"{quoted(name)} has no header, and several columns could hold the VPN: {listed}.",
            fix="Put a header above the table that names the columns vpn and prefix.",
        )
    vpn = candidates[0] if candidates else None
    return Columns(prefix, vpn, exact=False), skipped


def prefix_text(cells: Sequence[str], columns: Columns) -> str:
    """The prefix as the row has it, put together from address and mask where they stand apart."""
    text = cells[columns.prefix]
    mask = cells[columns.mask].lstrip("/") if columns.mask is not None else ""
    if not mask or "/" in text:
        return text
    return f"{text}/{MASKS.get(mask, mask)}"


def _named_twice(names: tuple[str, ...], kinds: list[str], line: int) -> list[str]:
    problems = []
    for kind in ("vpn", "prefix", "mask"):
        same = [name for name, each in zip(names, kinds, strict=True) if each == kind]
        if len(set(same)) > 1:
            problems.append(
                f"line {line}: duplicate column: {' and '.join(map(quoted, same))} mean the same."
            )
        elif len(same) > 1:
            problems.append(f"line {line}: duplicate column '{same[0]}'.")
    return problems


def _first(names: tuple[str, ...], words: tuple[str, ...]) -> int | None:
    return next((names.index(word) for word in words if word in names), None)


def _is_like_a_prefix(cell: str) -> bool:
    return "/" in cell and _ADDRESS.fullmatch(cell) is not None


def _could_be_vpns(cells: Sequence[str]) -> bool:
    return any(cells) and not any(
        vpn_name_problem(cell) or _NUMBER.fullmatch(cell) or _ADDRESS.fullmatch(cell) for cell in cells
    )


def _plain(name: str) -> str:
    return _BLANKS.sub(" ", name.strip().casefold())[:200]
