"""What reading a prefix file brings: the rows, the lines that cannot be read, and what was left out."""

from __future__ import annotations

from dataclasses import dataclass, field

from sci_cli.domain.names import vpn_name_problem
from sci_cli.domain.prefixes import Prefix, PrefixProblem, parse_prefix, special_use
from sci_cli.readers.prefixes.quick import ordinary_prefix
from sci_cli.safety.text import quoted

# Blanks other than the space, as text copied from web pages and word processors has them.
ODD_BLANKS = dict.fromkeys((0x09, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " ")


@dataclass(frozen=True, slots=True)
class Row:
    """One prefix of a file.

    Args:
        line: where it stands, counted from 1; in a workbook the number of the row.
        vpn: the VPN it belongs to; None where the file names none.
        prefix: the prefix.
    """

    line: int
    vpn: str | None
    prefix: Prefix


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line, or a part of one, from which no prefix was taken.

    Args:
        line: where it stands, counted from 1.
        text: what stands there, cut after 200 characters, safe to show.
        reason: why it is not taken, in sentences.
        correction: the prefix that was probably meant; empty where none is obvious.
    """

    line: int
    text: str
    reason: str
    correction: str = ""


@dataclass(frozen=True, slots=True)
class PrefixTable:
    """A prefix file as it was read, in the order of the file; repetitions are kept.

    Args:
        rows: every prefix that is acceptable.
        rejected: every line that is not; nothing is taken from these.
        format: the format recognised or named, one of `FORMATS`.
        left_out: what was read and passed over on purpose, such as a router's own addresses.
    """

    rows: tuple[Row, ...]
    rejected: tuple[Rejected, ...] = ()
    format: str = ""
    left_out: tuple[Rejected, ...] = ()

    @property
    def prefixes(self) -> tuple[Prefix, ...]:
        """All prefixes, in the order of the file."""
        return tuple(row.prefix for row in self.rows)

    def by_vpn(self) -> dict[str | None, tuple[Prefix, ...]]:
        """The prefixes of each VPN, VPNs in the order of the file; key None for rows without a name."""
        collected: dict[str | None, list[Prefix]] = {}
        for row in self.rows:
            collected.setdefault(row.vpn, []).append(row.prefix)
        return {vpn: tuple(prefixes) for vpn, prefixes in collected.items()}


@dataclass(slots=True)
class Found:
    """What has been found so far in a file being read.

    Args:
        default_routes: whether default routes are taken, to be compared with others; no port carries one.
    """

    default_routes: bool = False
    rows: list[Row] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    left_out: list[Rejected] = field(default_factory=list)
    _name_problems: dict[str | None, str | None] = field(default_factory=lambda: {None: None})

    def take(self, line: int, vpn: str | None, text: str) -> None:
        """Adds the prefix written in this text, or the reasons why it is not acceptable."""
        prefix = ordinary_prefix(text)
        problem = None
        if prefix is None:
            try:
                prefix = acceptable(text, default_routes=self.default_routes)
            except PrefixProblem as refused:
                problem = refused
        name_problem = self.name_problem(vpn)
        if prefix is not None and name_problem is None:
            self.rows.append(Row(line, vpn, prefix))
            return
        reason = " ".join(filter(None, (name_problem, problem.message if problem else "")))
        self.reject(line, text if problem else vpn or "", reason, problem.correction if problem else "")

    def name_problem(self, vpn: str | None) -> str | None:
        """Why this is no name of a VPN; None if it is one, or where there is none."""
        if vpn not in self._name_problems:
            self._name_problems[vpn] = vpn_name_problem(vpn or "")
        return self._name_problems[vpn]

    def reject(self, line: int, text: str, reason: str, correction: str = "") -> None:
        """Notes a line that cannot be taken."""
        self.rejected.append(Rejected(line, shown(text), reason, correction))

    def leave_out(self, line: int, text: str, reason: str) -> None:
        """Notes what is passed over on purpose."""
        self.left_out.append(Rejected(line, shown(text), reason))

    def table(self, format: str) -> PrefixTable:
        """All of it, in the order of the file."""
        return PrefixTable(
            tuple(self.rows),
            tuple(sorted(self.rejected, key=lambda each: each.line)),
            format,
            tuple(sorted(self.left_out, key=lambda each: each.line)),
        )


def acceptable(text: str, *, default_routes: bool = False) -> Prefix:
    """The prefix in this text, if a VPN may carry it; a default route only where that is wanted.

    Raises:
        PrefixProblem: it is not one, or of a range that no VPN carries.
    """
    prefix = parse_prefix(text)
    if default_routes and not prefix.length:
        return prefix
    special = special_use(prefix)
    if special is not None and special.refused:
        raise PrefixProblem(text, special.message)
    return prefix


def shown(text: str) -> str:
    """The text on one line, safe to show, cut after 200 characters."""
    return quoted(text)[1:-1]
