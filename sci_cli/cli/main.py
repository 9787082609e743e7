"""The program: argv in, exit code out; the only error boundary and the only place that ends the process."""

import contextlib
import io
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, NoReturn

import typer

from sci_cli import __version__
from sci_cli.cli.commands import completed, register, spoken_of
from sci_cli.cli.emit import PIPE, ReaderGone, emit, emit_error, write
from sci_cli.cli.options import EVERYWHERE, Commands, OnceOnlyGroup, with_options
from sci_cli.cli.session import Session, Settings, Stopped, stoppable
from sci_cli.errors import (
    ExitCode,
    HangUp,
    Interrupted,
    OutputFailed,
    SciError,
    StoreUnavailable,
    Terminated,
    WrongUsage,
    sci,
)
from sci_cli.safety.os_words import os_words
from sci_cli.safety.text import visible


def build(words: Sequence[str] | None = None) -> typer.Typer:
    """The command line: every command in its group, or only the one these words speak of.

    Args:
        words: what was typed; None for all commands.
    """
    app = Commands(
        name="sci",
        cls=OnceOnlyGroup,
        invoke_without_command=True,
        no_args_is_help=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
        epilog="`sci` alone shows what needs you. Start with: sci demo",
    )

    def root(
        ctx: typer.Context,
        version: Annotated[bool, typer.Option("--version", help="Show the version.", metavar="")] = False,
        **everywhere: Any,
    ) -> None:
        """Activation assistant for Verizon Secure Cloud Interconnect.

        It guides, checks, prepares and records; people place orders, send mail and change ports.
        """
        session: Session = ctx.obj
        session.settings = Settings(**everywhere)
        if version:
            _show_version(session)
            raise typer.Exit(0)
        if ctx.invoked_subcommand is None:
            from sci_cli.operations import overview

            session.command = "home"
            with stoppable():
                emit(session, overview.home(session.workspace, __version__))

    app.callback()(with_options(root, EVERYWHERE))
    register(app, None if words is None else spoken_of(words))
    return app


def _show_version(session: Session) -> None:
    try:
        write(session, f"sci {__version__}\n")
    except OutputFailed as failed:
        raise StoreUnavailable(failed.message, fix="Write it somewhere else.") from None


def main(argv: Sequence[str], session: Session) -> int:
    """Run one command line and return its exit code; never raises, never ends the process."""
    _peek_output(argv, session)
    _peek_format(argv, session)
    session.argv = tuple(argv)
    try:
        _dispatch(argv, session)
    except SciError as error:
        emit_error(session, error)
    except ReaderGone:
        session.exit_code = PIPE
    except (KeyboardInterrupt, EOFError, Stopped) as stop:
        emit_error(session, _stopped(session, stop))
    except SystemExit as ended:  # Typer, when a pipe breaks while it prints help
        session.exit_code = ended.code if isinstance(ended.code, int) else PIPE
    except Exception as error:  # the boundary: a bug is reported, not thrown at the user
        emit_error(session, _bug(session, error))
    finally:
        session.close()
    return session.exit_code


def _dispatch(argv: Sequence[str], session: Session) -> None:
    try:
        completing = "_SCI_COMPLETE" in session.environ
        words = completed(session.environ) or None if completing else argv
        ended = build(words)(args=list(argv), prog_name="sci", standalone_mode=False, obj=session)
        if isinstance(ended, int) and ended:  # how Typer hands back an Exit; our commands return None
            session.exit_code = ended
    except typer.TyperException as wrong:
        raise _usage(session, wrong) from None
    except BrokenPipeError:
        raise ReaderGone from None
    except OSError as problem:
        if session.command:  # a command was running: not the writing of a help page
            raise
        raise OutputFailed(f"The help could not be written: {os_words(problem)}.") from None


def _usage(session: Session, wrong: typer.TyperException) -> SciError:
    """Typer's own complaints in our form; help asked for by leaving out the command is no error."""
    context: Any = getattr(wrong, "ctx", None)
    path = context.command_path if context else "sci"
    session.command = session.command or path.removeprefix("sci").strip()
    message = visible(wrong.format_message().strip() or "The command line is not complete.")[:500]
    return WrongUsage(message, fix=sci(*path.split(" ")[1:], "--help"))


def _peek_output(argv: Sequence[str], session: Session) -> None:
    """Know the output format before parsing, so that a wrong command line is answered in it too."""
    words = list(argv)
    for place, word in enumerate(words):
        if word == "--":
            return
        if word in ("-o", "--output") and place + 1 < len(words):
            session.peeked_output = words[place + 1]
        elif word.startswith("--output="):
            session.peeked_output = word.partition("=")[2]
        elif word.startswith("-o") and len(word) > 2:
            session.peeked_output = word[2:].removeprefix("=")


def _peek_format(words: Sequence[str], session: Session) -> None:
    """The same for --format of a check, whose `json` is that of -o."""
    if not any(word.startswith("--format") for word in words):
        return
    from sci_cli.cli.reporting import peeked

    session.peeked_format = peeked(words, spoken_of(words))
    if session.peeked_format in ("text", "json"):
        session.peeked_output = session.peeked_format


def _stopped(session: Session, stop: BaseException) -> SciError:
    if session.resume is not None and session.so_far is not None:
        said = "Stopped. What was recorded before is saved."
        fix = [
            replace(session.so_far, note="with the answers just given"),
            replace(session.resume, note="the checklist"),
        ]
    elif session.resume is not None:
        said, fix = "Stopped. Everything up to the last answer is saved.", [session.resume]
    elif session.saved:
        said, fix = "Stopped. What was done before is saved.", []
    else:
        said, fix = "Stopped; nothing changed.", [session.so_far] if session.so_far else []
    kind: type[Interrupted] = Interrupted
    number = stop.number if isinstance(stop, Stopped) else 0
    if number == getattr(signal, "SIGHUP", -1):
        kind = HangUp
    elif number == signal.SIGTERM:
        kind = Terminated
    return kind(said, fix=fix, saved=session.saved)


def _bug(session: Session, error: Exception) -> SciError:
    """A bug: the types of what happened and where, never values, which may be the customer's."""
    trace, where = error.__traceback__, []
    while trace is not None:
        code = trace.tb_frame.f_code
        if "sci_cli" in code.co_filename:
            where.append(f"{Path(code.co_filename).name}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    saved = "What was done before is saved." if session.saved else "Nothing was changed."
    if session.environ.get("SCI_DEBUG"):
        raise error
    return SciError(
        f"This is a mistake in sci, not in what you did ({type(error).__name__}). {saved}",
        why=f"Where: {' > '.join(where[-4:])}",
        fix=f"Please report it with this line and the version, {__version__}.",
        saved=session.saved,
    )


def session_for_completion() -> Session:
    """A session for the moment somebody presses Tab."""
    return Session(sys.stdin, sys.stdout, sys.stderr, os.environ)


def _on_signal(number: int, frame: FrameType | None) -> NoReturn:
    raise Stopped(number)


def run() -> NoReturn:
    """The console script: secure the descriptors, run, exit."""
    closed = _secure_descriptors()
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _on_signal)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError, OSError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a text file when run as a script
    session = Session(
        sys.stdin or io.StringIO(),
        sys.stdout or io.StringIO(),
        sys.stderr or io.StringIO(),
        os.environ,
        stdout_closed=1 in closed,
    )
    code = main(sys.argv[1:], session)
    sys.exit(_flushed(session, code))


def _flushed(session: Session, code: int) -> int:
    """Nothing may fail after the exit code is known, least of all silently."""
    for number, stream in ((1, session.stdout), (2, session.stderr)):
        try:
            stream.flush()
            continue
        except BrokenPipeError:
            code = PIPE if number == 1 else code
        except (OSError, ValueError):
            code = code or int(ExitCode.OUTPUT)
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), number)
    return code


def _secure_descriptors() -> set[int]:
    """Open the null device on closed standard descriptors, so that no record file becomes one of them."""
    closed = set()
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            closed.add(number)
            os.open(os.devnull, os.O_RDWR)
    return closed
