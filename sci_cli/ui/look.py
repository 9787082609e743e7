"""How output looks: width, colour, characters, and how much is said."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from sci_cli.errors import Command, Fix
from sci_cli.safety.text import visible

NARROWEST = 40
WIDEST = 200
WIDTH_WHEN_PIPED = 120  # 80 would cut what a file or a pipe has room for
_WIDTH_WHEN_UNKNOWN = 80
_NUMBER = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True)
class Look:
    """How output looks.

    Attributes:
        plain: one fact per line.
        windows: commands are quoted for its shells.
        where: `--home` and `--store` with their values, as far as the command line named them; every
            command shown repeats them, so that it is about the same records when it is copied.
    """

    width: int = 80
    color: bool = False
    unicode: bool = True
    plain: bool = False
    quiet: bool = False
    verbose: bool = False
    windows: bool = False
    where: tuple[str, ...] = ()


def look_for(
    environ: Mapping[str, str],
    *,
    terminal: bool,
    encoding: str,
    color_option: str | None = None,
    plain: bool = False,
    quiet: bool = False,
    verbose: bool = False,
    where: tuple[str, ...] = (),
) -> Look:
    """The look that fits where the output goes.

    Args:
        environ: the environment.
        terminal: whether the output goes to a terminal.
        encoding: the output's encoding, as Python names it.
        color_option: `auto`, `always`, `never`, or None where nothing was said.
        plain: whether the plain form was asked for.
        quiet: whether only the essential lines are wanted.
        verbose: whether codes and whole hashes are wanted.
        where: the options that named the place of the records.
    """
    dumb = environ.get("TERM") == "dumb"
    return Look(
        width=_width(environ, terminal),
        color=_color(environ, terminal and not dumb and not plain, color_option),
        unicode=encoding.lower().replace("_", "-").startswith("utf") and not dumb,
        plain=plain,
        quiet=quiet,
        verbose=verbose,
        # Git Bash and its like run on Windows with a shell that quotes as everywhere else.
        windows=os.name == "nt" and not environ.get("SHELL"),
        where=where,
    )


def _color(environ: Mapping[str, str], fitting: bool, option: str | None) -> bool:
    if option in ("always", "never"):
        return option == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR") or environ.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    return fitting and environ.get("CLICOLOR") != "0"


def _width(environ: Mapping[str, str], terminal: bool) -> int:
    given = environ.get("COLUMNS", "").strip()
    if _NUMBER.fullmatch(given) and int(given) > 0:
        return _clamped(int(given))
    if not terminal:
        return WIDTH_WHEN_PIPED
    try:
        found = os.get_terminal_size().columns
    except (OSError, ValueError):
        found = 0
    return _clamped(found or _WIDTH_WHEN_UNKNOWN)


def _clamped(width: int) -> int:
    return max(NARROWEST, min(width, WIDEST))


def command_text(command: Command, *, where: tuple[str, ...] = (), windows: bool = False) -> str:
    """The command line to copy, about the same records as the run that shows it.

    It is quoted for the user's shell and on one line, with unsafe characters spelled out.

    Args:
        command: what to type.
        where: the options that named the place of the records, each followed by its value.
        windows: whether it is quoted for the shells of Windows.
    """
    words = _placed(command, where)
    return visible(subprocess.list2cmdline(words) if windows else shlex.join(words), allow_newlines=False)


def _placed(command: Command, where: tuple[str, ...]) -> list[str]:
    """Its words with the options it lacks, before any `--`; not those of other programs and of help pages."""
    words = list(command.words)
    if words[0] != "sci" or words[-1] == "--help":
        return words
    end = words.index("--") if "--" in words else len(words)
    said = {word.partition("=")[0] for word in words[:end]}
    added = [
        word
        for option, value in zip(where[::2], where[1::2], strict=True)
        if option not in said and option not in command.without
        for word in (option, value)
    ]
    return [*words[:end], *added, *words[end:]]


def fix_text(fix: Fix, where: tuple[str, ...] = ()) -> str:
    """A fix as one text, commands quoted as on POSIX systems."""
    return fix if isinstance(fix, str) else command_text(fix, where=where)
