"""--format of the checks: reports for pipelines, where their files are, and the step summary."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated

import typer

from sci_cli.cli.session import Session
from sci_cli.errors import SciError, WrongUsage

if TYPE_CHECKING:
    from sci_cli.operations.outcome import Outcome
    from sci_cli.ui.reports import Where
    from sci_cli.writers.report import Report

FORMATS = ("text", "json", "junit", "github", "gitlab", "sarif")
REPORTS = FORMATS[2:]
# Where the runners say the repository is checked out.
_ROOTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")
_SUMMARY = "GITHUB_STEP_SUMMARY"


def _complete_formats(incomplete: str) -> list[str]:
    return [each for each in FORMATS if each.startswith(incomplete)]


Format = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help="For pipelines: text, json, junit, github, gitlab or sarif.",
        autocompletion=_complete_formats,
    ),
]


def choose(session: Session, format: str) -> None:
    """Take the value of --format: text and json are those of -o, the others are reports.

    Raises:
        WrongUsage: there is no such format, or -o names another one.
    """
    if not format:
        return
    if format not in FORMATS:
        raise WrongUsage(
            f"--format is one of {', '.join(FORMATS)}; {format[:40]!r} is not.", fix=_meant(session, format)
        )
    chosen = session.settings.output
    if chosen not in (None, format):
        raise WrongUsage(
            f"--format {format} and --output {chosen[:40]} are two forms of one result.",
            fix="Give one of them.",
        )
    session.format = format
    if format not in REPORTS:
        session.settings = replace(session.settings, output=format)


def _meant(session: Session, format: str) -> str:
    from sci_cli.readers.prefix_lists import FORMATS as WRITTEN

    if session.command == "vpn check" and format in WRITTEN:
        return f"How the files are written is said with --read-as {format}."
    if format in ("yaml", "csv"):
        return f"Write it as -o {format}."
    return "Name one of these, or leave the option out."


def report_format(session: Session) -> str:
    """The format of a report that is to be written, also where the command line was never understood."""
    wanted = session.format or session.peeked_format
    return wanted if wanted in REPORTS else ""


# Writing ---------------------------------------------------------------------------------------------------


def summarised(session: Session, outcome: Outcome) -> Outcome:
    """The outcome after its list went to the step summary; a summary that cannot be written is a notice."""
    said = _summarise(session, _report(session, outcome=outcome)) if _summary_path(session) else ""
    return replace(outcome, notices=(*outcome.notices, said)) if said else outcome


def summarise_error(session: Session, error: SciError) -> str:
    """Adds what stopped a check to the step summary; what went wrong with that, or nothing."""
    return _summarise(session, _report(session, error=error)) if _summary_path(session) else ""


def as_report(session: Session, *, outcome: Outcome | None = None, error: SciError | None = None) -> str:
    """The report of an outcome or of an error in the format that was asked for.

    That of an error goes to the step summary here, since an outcome's went there before.
    """
    from sci_cli.ui.reports import FORMATS as WRITERS

    report = _report(session, outcome=outcome, error=error)
    if outcome is None:
        said = _summarise(session, report)
        report = replace(report, notices=(said,)) if said else report
    return WRITERS[report_format(session)](report)


def _report(session: Session, *, outcome: Outcome | None = None, error: SciError | None = None) -> Report:
    from sci_cli import __version__
    from sci_cli.ui.reports import report_of

    # A command line that was not understood has no command yet; only those of the checks come here.
    return report_of(session.command or "check", __version__, _where(session), outcome=outcome, error=error)


def _summary_path(session: Session) -> str:
    path = session.environ.get(_SUMMARY, "")
    return "" if path == os.devnull else path


def _summarise(session: Session, report: Report) -> str:
    """Adds the report to the step summary, where the runner names one; what went wrong, or nothing."""
    path = _summary_path(session)
    if not path:
        return ""
    from sci_cli.writers.step_summary import append_summary

    try:
        append_summary(Path(path), report)
    except SciError as problem:
        return problem.message
    return ""


# Places ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Repository:
    """A folder with everything that may be named, and the folder in which the program runs."""

    root: PurePath
    here: PurePath

    def path(self, given: str) -> str:
        """A path as it was given → below the root, with `/` between folders; empty outside of it."""
        if not given or given == "standard input" or "\0" in given:
            return ""
        for whole in (os.path.normpath(self.here / given), os.path.realpath(self.here / given)):
            with contextlib.suppress(ValueError):
                return PurePath(whole).relative_to(self.root).as_posix()
        return ""


def _where(session: Session) -> Where:
    from sci_cli.ui.reports import Where

    repository = _repository(session.environ)
    # Many findings are about few files.
    return Where(lru_cache(maxsize=1_000)(repository.path), lambda name: _record(session, repository, name))


def _repository(environ: Mapping[str, str]) -> _Repository:
    """The repository the runner names; the present folder where it names none or one we are not in."""
    here = PurePath(os.path.realpath("."))
    for name in _ROOTS:
        root = PurePath(os.path.realpath(environ[name])) if environ.get(name) else None
        if root is not None and here.is_relative_to(root):
            return _Repository(root, here)
    return _Repository(here, here)


def _record(session: Session, repository: _Repository, name: str) -> str:
    """The record's file, where records are files of the repository."""
    try:
        if session.address() is not None:
            return ""
        path = session.home() / "activations" / f"{name}.yaml"
    except SciError:
        return ""
    return repository.path(str(path)) if path.is_file() else ""


def peeked(words: Sequence[str], spoken: Sequence[str] | None) -> str:
    """The value of --format on a command line that may be wrong, where the command is one of the checks."""
    checking = spoken is not None and (
        spoken[:1] == ("check",) or tuple(spoken[:2]) in (("vpn", "check"), ("profile", "check"))
    )
    if not checking:
        return ""
    found = ""
    for place, word in enumerate(words):
        if word == "--":
            break
        if word == "--format" and place + 1 < len(words):
            found = words[place + 1]
        elif word.startswith("--format="):
            found = word.partition("=")[2]
    return found if found in FORMATS else ""
