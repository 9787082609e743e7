"""The command doctor, and what only the session knows about where the program runs."""

import locale
import os
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import typer

from sci_cli import __version__
from sci_cli.cli.options import SETTINGS, command
from sci_cli.cli.session import Session, is_terminal
from sci_cli.errors import SciError

if TYPE_CHECKING:
    from sci_cli.operations.doctor import Surroundings
    from sci_cli.operations.keeping_views import Surrounding

_TERMINAL = "Terminal"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""

    @command(app, "doctor", panel=SETTINGS, examples=["sci doctor", "sci doctor -o json"])
    def doctor(session: Session) -> Any:
        """Whether everything sci needs is in order here; the text is meant for reports of mistakes.

        It names no customer, activation, user or folder. Exit 0 when nothing is broken, warnings or not;
        8 when the home cannot be used; 9 when records fail their check.
        """
        from sci_cli.operations.doctor import diagnose

        around, home = _surroundings(session)
        now = None if around.clock_problem else session.clock()
        return diagnose(_workspace(session) if home else None, around, now)


def _workspace(session: Session) -> Any:
    try:
        return session.workspace
    except SciError:
        return None


def _surroundings(session: Session) -> "tuple[Surroundings, Path | None]":
    from sci_cli.cli.surroundings import is_synchronised, is_zone
    from sci_cli.operations.doctor import Surroundings

    home, home_problem = _home(session)
    zone = session.environ.get("TZ", "").removeprefix(":")
    around = Surroundings(
        version=__version__,
        place=_place(home, session),
        origin=_origin(session),
        facts=tuple(_facts(session)),
        home_problem=home_problem,
        clock_problem=_clock_problem(session),
        synchronised=home is not None and is_synchronised(home),
        zone_problem=bool(zone) and not is_zone(zone),
        python_path=bool(session.environ.get("PYTHONPATH")),
        shared=_shared(session),
    )
    return around, home


def _home(session: Session) -> tuple[Path | None, str]:
    """The home folder, or why there is none, in words without any path."""
    try:
        home = session.home()
        session.workspace  # noqa: B018  opening it may fail where the current folder is gone
    except (SciError, RuntimeError, OSError):
        return None, "HOME is empty or names no folder, or the path given for it cannot be used"
    return home, ""


def _shared(session: Session) -> str:
    """The kind of shared store, without the names in its address."""
    try:
        address = session.address()
    except SciError:
        return "PostgreSQL, by an address that is not accepted"
    if address is None:
        return ""
    return "PostgreSQL, TLS with a verified name" if address.encrypted else "PostgreSQL on this machine"


def _clock_problem(session: Session) -> str:
    try:
        session.clock()
    except SciError:
        return "SCI_NOW is not a time."
    except (OSError, OverflowError, ValueError):
        return "The clock of this machine cannot be read."
    return ""


def _origin(session: Session) -> str:
    if session.settings.home:
        return "--home"
    return "SCI_HOME" if session.environ.get("SCI_HOME") else "the default"


def _place(home: Path | None, session: Session) -> str:
    """The folder without any name in it that could be a customer's or the user's."""
    if home is None:
        return "none"
    base = session.environ.get("USERPROFILE" if os.name == "nt" else "HOME", "")
    if base and home == Path(base) / "sci":
        return "~/sci"
    if base and home.is_absolute() and home.is_relative_to(base):
        return "a folder below ~"
    return "a folder outside ~" if home.is_absolute() else "a folder below the current one"


def _facts(session: Session) -> "Iterable[Surrounding]":
    from sci_cli.operations.keeping_views import Surrounding

    streams = (("Input", session.stdin), ("Output", session.stdout), ("Errors", session.stderr))
    for name, stream in streams:
        yield Surrounding(_TERMINAL, name, _stream(stream))
    look = session.look()
    yield Surrounding(_TERMINAL, "Width", f"{look.width} columns")
    yield Surrounding(_TERMINAL, "Colour", "yes" if look.color else "no")
    yield Surrounding(_TERMINAL, "Characters", "all" if look.unicode else "ASCII only")
    yield Surrounding(_TERMINAL, "TERM", session.environ.get("TERM", "")[:40] or "not set")
    yield Surrounding(_TERMINAL, "Questions", "asked" if _asks(session) else "not asked here")
    encodings = f"files {sys.getfilesystemencoding()}, locale {locale.getpreferredencoding(False)}"
    yield Surrounding(_TERMINAL, "Encodings", encodings)
    yield Surrounding(_TERMINAL, "Time zone", _zone())
    if os.name != "nt":
        yield Surrounding(_TERMINAL, "umask", f"{_umask():04o}")


def _stream(stream: TextIO) -> str:
    kind = "terminal" if is_terminal(stream) else "pipe or file"
    return f"{kind}, {getattr(stream, 'encoding', None) or 'no encoding'}"


def _asks(session: Session) -> bool:
    return session.may_ask and is_terminal(session.stdin) and is_terminal(session.stdout)


def _zone() -> str:
    try:
        return datetime.now().astimezone().strftime("%Z, UTC%z")
    except (OSError, OverflowError, ValueError):
        return "cannot be told"


def _umask() -> int:
    # There is no way to look at it without setting it.
    found = os.umask(0o077)
    os.umask(found)
    return found
