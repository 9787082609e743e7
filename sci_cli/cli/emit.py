"""Outcomes and errors to the streams: one document for scripts, screens for people."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from sci_cli.cli.session import Session
from sci_cli.errors import ExitCode, OutputFailed, SciError, WrongUsage
from sci_cli.safety.os_words import os_words
from sci_cli.safety.text import visible

if TYPE_CHECKING:
    from sci_cli.domain.findings import Finding
    from sci_cli.operations.outcome import Outcome


class ReaderGone(Exception):
    """The reader of standard output closed it."""


def emit(session: Session, outcome: Outcome) -> None:
    """Write an outcome and remember how the run ends.

    Raises:
        OutputFailed: it could not be written; what was to be saved is saved.
        ReaderGone: the reader went away.
    """
    session.note_outcome(outcome)
    if session.format:
        from sci_cli.cli.reporting import as_report, report_format, summarised

        outcome = summarised(session, outcome)
        if report_format(session):
            write(session, as_report(session, outcome=outcome))
            _write_to_people(session, outcome)
            return
    output = session.output
    if output == "text" and outcome.view.as_it_is:
        from sci_cli.ui.machine_screens import as_it_is  # without the screens of everything else

        write(session, as_it_is(outcome.view))
    elif output == "text":
        from sci_cli.ui.screens import render

        write(session, render(outcome, session.look()))
    elif output == "csv":
        from sci_cli.ui.tables import as_csv

        write(session, as_csv(outcome, session.where))
    else:
        from sci_cli.ui.envelope import as_json, as_yaml, document

        made = document(session.command, outcome=outcome, error=outcome.error, where=session.where)
        write(session, as_json(made) if output == "json" else as_yaml(made))
    if outcome.error is not None:
        _write_beside(session, outcome, outcome.error)


def _write_to_people(session: Session, outcome: Outcome) -> None:
    """The error in a sentence, without the findings; not for GitHub, which looks there for commands too."""
    if session.format == "github":
        return
    _warn(session, outcome.notices)
    if outcome.error is not None:
        write_error(session, outcome.error, shown=outcome.findings)


def _warn(session: Session, notices: Sequence[str]) -> None:
    with contextlib.suppress(OSError, ValueError):
        session.stderr.write("".join(f"Files: {visible(each)}\n" for each in notices if each))
        session.stderr.flush()


def _write_beside(session: Session, outcome: Outcome, error: SciError) -> None:
    """Say on standard error what the screen on standard output did not."""
    if session.output != "text":
        write_error(session, error)
        return
    from sci_cli.ui.errors_text import render_failed_outcome

    with contextlib.suppress(OSError, ValueError):
        session.stderr.write(render_failed_outcome(outcome, session.look(session.stderr)))
        session.stderr.flush()


def emit_error(session: Session, error: SciError) -> None:
    """Write an error: a document for scripts, sentences on standard error for everybody."""
    session.exit_code = int(error.exit_code)
    if session.format or session.peeked_format:
        from sci_cli.cli.reporting import as_report, report_format, summarise_error

        wanted = report_format(session)
        if wanted:
            written = False
            with contextlib.suppress(OutputFailed, ReaderGone):
                write(session, as_report(session, error=error))
                written = True
            if wanted != "github" or not written:
                write_error(session, error)
            return
        _warn(session, [summarise_error(session, error)])
    try:
        output = session.output
    except WrongUsage:
        output = "text"
    if output in ("json", "yaml"):
        from sci_cli.ui.envelope import as_json, as_yaml, document

        made = document(session.command, outcome=None, error=error, where=session.where)
        if session.saved or error.saved:
            made["changed"] = True
        with contextlib.suppress(OutputFailed, ReaderGone):
            write(session, as_json(made) if output == "json" else as_yaml(made))
    write_error(session, error)


def write_error(session: Session, error: SciError, *, shown: Sequence[Finding] = ()) -> None:
    """Write an error in sentences to standard error; a closed standard error is no reason to fail.

    Args:
        session: the run.
        error: what to report.
        shown: findings that are somewhere else already and are not repeated.
    """
    from sci_cli.ui.errors_text import render_error

    try:
        look = session.look(session.stderr)
    except SciError:
        from sci_cli.ui.look import Look

        look = Look(where=session.where)
    with contextlib.suppress(OSError, ValueError):
        session.stderr.write(render_error(error, look, shown=shown))
        session.stderr.flush()


def write(session: Session, text: str) -> None:
    """Write to standard output, or to standard error when standard output is closed.

    Raises:
        OutputFailed: the text could not be written.
        ReaderGone: the reader went away.
    """
    if session.stdout_closed:
        with contextlib.suppress(OSError, ValueError):
            session.stderr.write("Standard output is closed; the result is here, on stderr:\n" + text)
            session.stderr.flush()
        return
    try:
        _write_all(session.stdout, text)
    except BrokenPipeError:
        _abandon(session.stdout)
        raise ReaderGone from None
    except OSError as problem:
        _abandon(session.stdout)
        saved = "What was to be saved is saved." if session.saved else "Nothing was to be saved."
        raise OutputFailed(
            f"The result could not be written: {os_words(problem)}. {saved}", saved=session.saved
        ) from None


def _write_all(stream: TextIO, text: str) -> None:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    safe = text.encode(encoding, errors="replace").decode(encoding, errors="replace")
    stream.write(safe)
    stream.flush()


def _abandon(stream: TextIO) -> None:
    """Let the interpreter's own flush at exit go nowhere instead of failing again."""
    if stream is sys.stdout:
        with contextlib.suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())


PIPE = int(ExitCode.PIPE)
