"""One run of the program: its streams, settings, clock and user, and the workspace when it is needed."""

from __future__ import annotations

import getpass
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from sci_cli.errors import AnswersMissing, Command, InvalidValue, SciError, StoreUnavailable, WrongUsage
from sci_cli.ui.look import Look, look_for

if TYPE_CHECKING:
    from sci_cli.operations.outcome import Outcome
    from sci_cli.operations.sharing import Place
    from sci_cli.operations.workspace import ChangeMode, Workspace
    from sci_cli.store.contract import Store
    from sci_cli.store.postgres import PostgresStore
    from sci_cli.store.server_address import Address
    from sci_cli.ui.prompter import Prompter

OUTPUTS = ("text", "json", "yaml", "csv")
COLORS = ("auto", "always", "never")
_OFF = ("", "0", "no", "false")


class Stopped(BaseException):
    """Something asked the program to end: a signal, Ctrl-C (SIGINT) or the end of the input (0)."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def stoppable() -> Iterator[None]:
    """Turn Ctrl-C and the end of the input into Stopped, which Typer lets through; it swallows the others."""
    try:
        yield
    except KeyboardInterrupt:
        raise Stopped(signal.SIGINT) from None
    except EOFError:
        raise Stopped(0) from None


@dataclass(frozen=True, slots=True)
class Settings:
    """What the options every command has were set to; None where nothing was said."""

    output: str | None = None
    home: str | None = None
    store: str | None = None
    no_input: bool | None = None
    plain: bool | None = None
    color: str | None = None
    quiet: bool | None = None
    verbose: bool | None = None
    dry_run: bool = False
    if_revision: str | None = None
    op_id: str | None = None

    def over(self, outer: Settings) -> Settings:
        """These settings, with those given before the command name where nothing was said here."""
        return replace(
            self,
            output=self.output if self.output is not None else outer.output,
            home=self.home if self.home is not None else outer.home,
            store=self.store if self.store is not None else outer.store,
            no_input=self.no_input or outer.no_input,
            plain=self.plain or outer.plain,
            color=self.color if self.color is not None else outer.color,
            quiet=self.quiet or outer.quiet,
            verbose=self.verbose or outer.verbose,
        )


def is_on(text: str) -> bool:
    """Whether a switch in the environment is set."""
    return text.strip().lower() not in _OFF


@dataclass(slots=True)
class Session:
    """Everything a command needs that is not an argument; the only object with state.

    Attributes:
        now: the clock; SCI_NOW in the environment stands in for it.
        saved: whether this run has changed anything so far.
        resume: the command that goes on where a stopped run left off.
        so_far: a command with the answers given until now, while questions are being asked.
        argv: the command line as it was typed, without the program's name.
        exit_code: what the program will exit with.
        make_prompter: stands in for the terminal in tests.
        op_digest: digest of what the command line asks for, where --op-id is given.
        peeked_output: the format asked for, as far as a command line shows that was not parsed yet.
        format: --format of a check, empty where none was given.
        peeked_format: the same, as far as a command line shows that was not parsed yet.
    """

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    environ: Mapping[str, str]
    settings: Settings = field(default_factory=Settings)
    now: Callable[[], datetime] | None = None
    make_prompter: Callable[[], Prompter] | None = None
    stdout_closed: bool = False
    peeked_output: str = ""
    format: str = ""
    peeked_format: str = ""
    saved: bool = False
    resume: Command | None = None
    so_far: Command | None = None
    exit_code: int = 0
    argv: tuple[str, ...] = ()
    command: str = ""
    op_digest: str = ""
    _workspace: Workspace | None = None
    _shared: PostgresStore | None = None
    _prompter: Prompter | None = None

    # Settings ----------------------------------------------------------------------------------------------

    @property
    def output(self) -> str:
        """text, json, yaml or csv.

        Raises:
            WrongUsage: another word was given.
        """
        chosen = self.settings.output or self.peeked_output or self.environ.get("SCI_OUTPUT") or "text"
        if chosen not in OUTPUTS:
            raise WrongUsage(f"--output is one of {', '.join(OUTPUTS)}; {chosen[:40]!r} is not.")
        return chosen

    @property
    def mode(self) -> ChangeMode:
        """How changes are to be made in this run.

        Raises:
            InvalidValue: --if-revision is not a number.
        """
        from sci_cli.operations.workspace import ChangeMode

        text, op_id = self.settings.if_revision, self.settings.op_id or ""
        if text is None:
            return ChangeMode(self.settings.dry_run, None, op_id, self.op_digest)
        if not (text.isascii() and text.isdigit() and len(text) <= 9):
            raise InvalidValue(f"--if-revision is a whole number; {text[:40]!r} is not.")
        return ChangeMode(self.settings.dry_run, int(text), op_id, self.op_digest)

    def look(self, stream: TextIO | None = None) -> Look:
        """How text is to look on a stream, standard output unless another is named."""
        stream = stream or self.stdout
        color = self.settings.color or self.environ.get("SCI_COLOR") or "auto"
        if color not in COLORS:
            raise WrongUsage(f"--color is one of {', '.join(COLORS)}; {color[:40]!r} is not.")
        return look_for(
            self.environ,
            terminal=is_terminal(stream),
            encoding=getattr(stream, "encoding", None) or "utf-8",
            color_option=color,
            plain=self.plain,
            quiet=bool(self.settings.quiet),
            verbose=bool(self.settings.verbose),
            where=self.where,
        )

    @property
    def where(self) -> tuple[str, ...]:
        """--home and --store with their values, as far as the command line named them.

        The environment stays as it is for the next command, so what it says is not repeated. An address
        that is refused is not either: it may hold a password.
        """
        home = self.settings.home
        return (*(("--home", home) if home else ()), *self._store_named())

    def _store_named(self) -> tuple[str, ...]:
        url = self.settings.store
        if not url:
            return ()
        from sci_cli.store.server_address import read_address

        try:
            read_address(url)
        except SciError:
            return ()
        return ("--store", url)

    @property
    def plain(self) -> bool:
        """Whether one fact per line is wanted, without tables and redrawing."""
        return bool(self.settings.plain) or is_on(self.environ.get("SCI_PLAIN", ""))

    # Asking ------------------------------------------------------------------------------------------------

    @property
    def may_ask(self) -> bool:
        """Whether questions are allowed: a terminal on both ends, and nobody said no.

        An operation with an id is a script's: its answers stand on the command line, where they are compared.
        """
        forbidden = bool(self.settings.no_input or self.settings.op_id) or any(
            is_on(self.environ.get(name, "")) for name in ("SCI_NO_INPUT", "CI")
        )
        return self.output == "text" and not forbidden

    @property
    def prompter(self) -> Prompter:
        """The way questions are asked in this run."""
        if self._prompter is None:
            if self.make_prompter is not None and self.may_ask:
                self._prompter = self.make_prompter()
            else:
                from sci_cli.ui.prompter import choose_prompter

                self._prompter = choose_prompter(
                    stdin=self.stdin,
                    stdout=self.stdout,
                    allowed=self.may_ask,
                    plain=self.plain,
                    environ=self.environ,
                    width=self.look().width,
                )
        return self._prompter

    def keep(self, so_far: Command | None) -> None:
        """Remember the command that goes on with the answers given until now, or that there is none."""
        self.so_far = so_far

    def missing(self, options: list[str], example: Command) -> AnswersMissing:
        """The error for answers that are needed and may not be asked for."""
        count = len(options)
        answers = "1 answer is" if count == 1 else f"{count} answers are"
        return AnswersMissing(
            f"{answers} needed, and there is no terminal to ask on (or questions are switched off).",
            why=f"Missing: {', '.join(options)}",
            fix=example,
        )

    # Working -----------------------------------------------------------------------------------------------

    @property
    def workspace(self) -> Workspace:
        """The home folder, opened on first use; nothing is created by opening it."""
        if self._workspace is None:
            self._workspace = self._open()
        return self._workspace

    def _open(self) -> Workspace:
        from sci_cli.cli.surroundings import remarks
        from sci_cli.operations.workspace import Workspace
        from sci_cli.profiles import Catalogue, shipped_profiles_dir

        home, address = self.home(), self.address()
        store: Store
        if address is None:
            from sci_cli.store.files import FileStore

            store = FileStore(home, command=self.command)
        else:
            store = self.shared(address)
        catalogue = Catalogue(shipped_profiles_dir(), home / "profiles")
        return Workspace(home, store, catalogue, self.clock, self.user(), lambda: remarks(home, self.environ))

    def address(self) -> Address | None:
        """The shared store: --store, else SCI_STORE; None for the files of this machine.

        Raises:
            WrongUsage: it is no address of a shared store.
            StoreUnavailable: the connection would not be safe.
        """
        chosen = self.settings.store
        if chosen is None:
            chosen = self.environ.get("SCI_STORE") or None
        if chosen is None:
            return None
        from sci_cli.store.server_address import read_address

        return read_address(chosen)

    def shared(self, address: Address) -> PostgresStore:
        """The shared store there, connected with its first use; drafts go to the home of this machine."""
        if self._shared is None:
            from sci_cli.store.postgres import PostgresStore

            self._shared = PostgresStore(address, self.home())
        return self._shared

    def both_stores(self) -> tuple[Place, Place]:
        """The files of this machine, and the shared store.

        Raises:
            WrongUsage: no shared store was named.
        """
        from sci_cli.operations.sharing import Place
        from sci_cli.store.files import FileStore

        address = self.address()
        if address is None:
            raise WrongUsage(
                "No shared store is named.", fix="Name it with --store postgresql://… or SCI_STORE."
            )
        home = self.home()
        return (
            Place(FileStore(home, command=self.command), str(home), without=("--store",)),
            Place(self.shared(address), address.shown),
        )

    def close(self) -> None:
        """Ends what is open; the session can be used again."""
        if self._shared is not None:
            self._shared.close()

    def home(self) -> Path:
        """The home folder: --home, else SCI_HOME, else `sci` in the user's home folder.

        Raises:
            WrongUsage: --home is empty.
            StoreUnavailable: HOME is empty or names a folder that is not there.
        """
        chosen = self.settings.home
        if chosen is not None and not chosen.strip():
            raise WrongUsage("--home is empty.", fix="Give a folder, or leave the option out.")
        chosen = chosen or self.environ.get("SCI_HOME") or ""
        if chosen:
            return Path(chosen).expanduser()
        base = self.environ.get("USERPROFILE" if os.name == "nt" else "HOME", "")
        if not base.strip():
            raise StoreUnavailable(
                "HOME is empty, so there is no folder for the records.",
                fix="Set HOME, or give --home FOLDER.",
            )
        if not Path(base).is_dir():
            raise StoreUnavailable(
                f"The home folder {base} does not exist.", fix="Set HOME, or give --home FOLDER."
            )
        return Path(base) / "sci"

    def clock(self) -> datetime:
        """The time, aware and in UTC; SCI_NOW stands in for it.

        Raises:
            InvalidValue: SCI_NOW is not a time with a zone.
        """
        if self.now is not None:
            return self.now()
        fixed = self.environ.get("SCI_NOW", "")
        if not fixed:
            return datetime.now(UTC)
        try:
            value = datetime.fromisoformat(fixed)
        except ValueError:
            value = None
        if value is None:
            raise InvalidValue(
                f"SCI_NOW is not a time: {fixed[:40]!r}.", fix="Write it as 2026-03-06T09:00:00Z."
            )
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def user(self) -> str:
        """Who is acting: SCI_USER, else the login name."""
        from sci_cli.safety.text import clean

        name = self.environ.get("SCI_USER", "")
        if not name:
            try:
                name = getpass.getuser()
            except (KeyError, OSError, ImportError):
                name = "unknown"
        return clean(name, what="SCI_USER", limit=100) or "unknown"

    def note_outcome(self, outcome: Outcome) -> None:
        """Remember whether something was saved and how the run ends."""
        if outcome.changed and not outcome.dry_run:
            self.saved = True
        self.exit_code = int(outcome.error.exit_code) if outcome.error else 0


def is_terminal(stream: TextIO) -> bool:
    """Whether a person sits at the other end of a stream."""
    try:
        return stream.isatty()
    except (AttributeError, ValueError):
        return False
