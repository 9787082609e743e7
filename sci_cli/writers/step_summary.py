"""The summary of a pipeline's step: the complete list as Markdown, added to the file the runner names."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from sci_cli.domain.findings import Severity
from sci_cli.errors import StoreUnavailable
from sci_cli.safety.os_words import os_words
from sci_cli.writers.report import Remark, Report, one_line

LARGEST = 1_000_000  # bytes of the file; GitHub refuses a summary of more than 1024 KiB as a whole

_WORDS = {Severity.BLOCKER: "BLOCKED", Severity.WARNING: "WARNING", Severity.NOTE: "NOTE"}
# What Markdown, or GitHub in it, may read as a tag, a table, a heading, a formula, a mention or a link.
_MARKUP = re.compile(r"[#$&*:<>@\[\\\]^_`{|}~]|(?<=www)\.", re.IGNORECASE)
_ROOM_FOR_THE_END = 200
# A pipe would otherwise be waited for; without the last one Windows writes line ends of its own.
_APPENDING = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def summary_markdown(report: Report, room: int = LARGEST) -> str:
    """The report as GitHub Markdown of at most `room` bytes; what is left out is counted at its end.

    Markup in texts is written as character references, so that no name is read as a link, a heading or a
    tag.
    """
    text: list[str] = []
    size, lines = 0, list(_lines(report))
    for number, line in enumerate(lines):
        size += len(line.encode("utf-8")) + 1
        if size > room - _ROOM_FOR_THE_END:
            rest = len(lines) - number
            return "\n".join([*text, "", f"{rest} more lines are left out; the log has them.", ""])
        text.append(line)
    return "\n".join([*text, ""])


def append_summary(path: Path, report: Report) -> None:
    """Adds the report to the file; the same report is not added twice.

    Raises:
        StoreUnavailable: the file cannot be written, is full or is no plain file.
    """
    try:
        descriptor = os.open(path, _APPENDING, 0o600)
        with os.fdopen(descriptor, "r+b", buffering=0) as file:
            known = os.fstat(file.fileno())
            if not stat.S_ISREG(known.st_mode):
                raise StoreUnavailable("The step summary is no plain file, so nothing is written to it.")
            if known.st_size > LARGEST - 2 * _ROOM_FOR_THE_END:
                raise StoreUnavailable("The step summary is full, so nothing is added to it.")
            before = file.read()
            added = summary_markdown(report, LARGEST - len(before)).encode("utf-8", "replace")
            if added.strip() not in before:
                _write_all(file.fileno(), (b"" if before.endswith(b"\n") or not before else b"\n\n") + added)
    except OSError as problem:
        raise StoreUnavailable(f"The step summary could not be written: {os_words(problem)}.") from None


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _lines(report: Report) -> Iterator[str]:
    yield f"### {_shown(f'sci {report.command}')}"
    yield ""
    yield _shown(report.verdict)
    yield ""
    yield "| Checked | Blocking | Warnings | Notes |"
    yield "|---|--:|--:|--:|"
    for case in report.cases:
        counts = " | ".join(str(len(case.of(severity))) for severity in Severity)
        yield f"| {_shown(case.name)} | {counts} |"
    yield ""
    for notice in report.notices:
        yield f"- **WARNING** {_shown(notice)}"
    for case, remark in report.remarks():
        where = _where(remark) or _shown(case.name)
        yield f"- **{_WORDS[remark.severity]}** {where}: {_shown(remark.message)}"
        for line in remark.more:
            yield f"  <br>{_shown(line)}"


def _where(remark: Remark) -> str:
    place = remark.place
    if place is None:
        return ""
    numbers = [str(each) for each in (place.line, place.column) if each]
    return _shown(":".join([place.path, *numbers]))


def _shown(text: str) -> str:
    """A text in Markdown as it is, on one line."""
    return _MARKUP.sub(lambda found: f"&#{ord(found.group())};", one_line(text))
