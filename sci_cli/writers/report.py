"""What checks found, in the form from which reports for pipelines are written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sci_cli.domain.findings import Severity
from sci_cli.safety.text import visible


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the repository something stands.

    Attributes:
        path: below the root of the repository, with `/` between folders.
        line: counted from 1; None for the file as a whole.
        column: counted from 1; None for the line as a whole.
    """

    path: str
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that was found.

    Attributes:
        rule: its code, such as `vpn.prefix_overlap`.
        more: why, and what removes it, a line each.
        place: where it is, None where no file of the repository has it.
        other: a second place that it is about.
        identity: what makes it the same finding in the next run, without lines and counts.
    """

    rule: str
    severity: Severity
    message: str
    more: tuple[str, ...] = ()
    place: Place | None = None
    other: Place | None = None
    identity: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One activation, file or profile that was checked.

    Attributes:
        name: of the activation, or of the file as it was given.
        verdict: what was concluded, a sentence.
        path: the file that stands for it in formats that want a file for everything, even where the
            repository has none.
        unread: whether it could not be checked at all.
    """

    name: str
    verdict: str = ""
    path: str = ""
    remarks: tuple[Remark, ...] = ()
    unread: bool = False

    def of(self, severity: Severity) -> tuple[Remark, ...]:
        """Its remarks of one severity."""
        return tuple(each for each in self.remarks if each.severity is severity)


@dataclass(frozen=True, slots=True)
class Report:
    """A whole run of a check.

    Attributes:
        command: its words, such as `vpn check`.
        version: of the program.
        exit_code: what the run ends with.
        verdict: what was concluded, a sentence.
        rules: each code that occurs, with what it means.
        notices: what went wrong beside the check itself.
    """

    command: str
    version: str
    exit_code: int
    verdict: str
    cases: tuple[Case, ...]
    rules: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()

    def remarks(self) -> Iterator[tuple[Case, Remark]]:
        """Every remark with its case, the weightiest first, otherwise in the order found."""
        for severity in Severity:
            for case in self.cases:
                for remark in case.of(severity):
                    yield case, remark


def one_line(text: str) -> str:
    r"""The text on one line, with everything unsafe spelled out, such as `\x1b`."""
    return visible(text, allow_newlines=False)


def some_lines(first: str, more: Sequence[str]) -> str:
    """Several texts as one, each on a line of its own."""
    return "\n".join(map(one_line, (first, *more)))


def fingerprints(found: Sequence[tuple[Case, Remark]]) -> list[str]:
    """A fingerprint for each remark: unique in one run, and the same in the next, wherever its line went.

    Returns:
        32 hexadecimal digits for each, in the order given.
    """
    times: dict[str, int] = {}
    made = []
    for case, remark in found:
        path = remark.place.path if remark.place else case.path
        identity = remark.identity or (remark.message,)
        told = "\0".join((remark.rule, case.name, path, *identity))
        times[told] = times.get(told, 0) + 1
        whole = told if times[told] == 1 else f"{told}\0{times[told]}"
        made.append(hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:32])
    return made
