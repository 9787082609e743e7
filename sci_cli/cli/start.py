"""The console script: what a Tab press asks for most is answered before the parser is imported.

A shell waits for every completion, and the parser takes several times as long to import as the answer.
Only `os` and the list of commands are imported here; everything but the plainest question goes on to `main`,
whose answers a test holds these to.
"""

from __future__ import annotations

import os
import sys

from sci_cli.cli.commands import GROUPS, PARTS

TYPE_CHECKING = False  # as in `commands`
if TYPE_CHECKING:
    from collections.abc import Mapping

# Commands whose first argument is no activation that exists.
WITHOUT_NAME = frozenset(
    {
        "new",
        "plan",
        "apply",
        "list",
        "import",
        "explain",
        "help",
        "where",
        "demo",
        "doctor",
        "schema",
        "vpn check",
    }
    | {f"profile {word}" for word in ("list", "show", "check", "trust")}
    | {f"store {word}" for word in ("init", "status")}
)
_QUOTING = "'\"\\\t\n$`"


def run() -> None:
    """Answer a completion that is plain, or run the program."""
    offered = quick(os.environ) if "_SCI_COMPLETE" in os.environ else None
    if offered is not None and sys.stdout is not None:
        sys.stdout.write("".join(f"{each}\n" for each in offered))
        return
    from sci_cli.cli.main import run as run_program

    run_program()


def quick(environ: Mapping[str, str]) -> list[str] | None:
    """What bash is to offer for a command, or the name of an activation right behind it.

    Returns:
        None for everything else: options, quotes, other shells, a shared store, a home that is not plain.
    """
    line, place = environ.get("COMP_WORDS", ""), environ.get("COMP_CWORD", "")
    if environ.get("_SCI_COMPLETE") != "complete_bash" or place not in ("1", "2", "3"):
        return None
    if not line.isascii() or " -" in line or any(char in line for char in _QUOTING):
        return None
    words = line.split(" ")
    if len(words) != int(place) + 1 or "" in words[:-1]:
        return None
    *before, begun = words[1:]
    if not before:
        return _begin(begun, [*_words(""), *GROUPS])
    if before[0] in GROUPS and len(before) == 1:
        return _begin(begun, _words(before[0]))
    called = " ".join(before)
    group = before[0] if len(before) == 2 else ""
    if called in WITHOUT_NAME or (before[-1] not in _words(group)):
        return None
    return _names(begun, environ)


def _words(group: str) -> list[str]:
    return [word for part in PARTS if part.group == group for word in part.words]


def _begin(begun: str, words: list[str]) -> list[str]:
    return [word for word in words if word.startswith(begun)]


def _names(begun: str, environ: Mapping[str, str]) -> list[str] | None:
    home = environ.get("SCI_HOME") or f"{environ.get('HOME', '')}/sci"
    if environ.get("SCI_STORE") or not home.startswith("/"):
        return None
    try:
        listed = os.listdir(f"{home}/activations")  # noqa: PTH208 - pathlib takes as long as all the rest
    except OSError:
        return None
    names = [name.removesuffix(".yaml") for name in listed if name.endswith(".yaml") and name[0] != "."]
    return sorted(_begin(begun, names))
