"""Which module has which command; only what is typed is imported, since all of them double the start.

This module imports neither the parser nor `typing`: a shell that only wants the words does not wait for them.
"""

from __future__ import annotations

from sci_cli.cli.panels import NETWORK, ORDERS, PROVIDERS, SETTINGS

# Type checkers take a variable of this name for true; importing `typing` takes longer than the rest.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sci_cli.cli.options import Commands


class Part:
    """A module of this room that registers commands.

    Attributes:
        module: its name.
        words: its commands.
        group: the group they belong to; empty for the program itself.
    """

    __slots__ = ("group", "module", "words")

    def __init__(self, module: str, words: tuple[str, ...], group: str = "") -> None:
        self.module, self.words, self.group = module, words, group


class Group:
    """A word that commands follow, such as `vpn`, with its help and its place in the list of commands."""

    __slots__ = ("help", "panel")

    def __init__(self, help: str, panel: str) -> None:
        self.help, self.panel = help, panel


GROUPS = {
    "order": Group("The order: form, placing, verification.", ORDERS),
    "vpn": Group("The Private IP VPNs on the port.", NETWORK),
    "port": Group("The port's admin status.", NETWORK),
    "profile": Group("The providers' profiles.", PROVIDERS),
    "store": Group("A store that a team shares.", SETTINGS),
}
# In the order of `sci --help`.
PARTS = (
    Part("activation", ("new", "run", "status", "list", "next", "set", "note", "history")),
    Part("bringing_back", ("undo", "restore")),
    Part("step", ("done", "skip", "reopen", "stage")),
    Part("check", ("check",)),
    Part("order", ("sheet", "show", "place", "record", "verify"), "order"),
    Part("handoff", ("handoff",)),
    Part("vpn", ("list", "plan", "add", "update", "remove", "confirm"), "vpn"),
    Part("vpn_check", ("check",), "vpn"),
    Part("port", ("show", "shutdown", "no-shutdown", "confirm", "seen"), "port"),
    Part("declarative", ("plan", "apply")),
    Part("profile", ("list", "show", "check", "trust"), "profile"),
    Part("rebase", ("rebase",), "profile"),
    Part("keeping", ("verify", "adopt")),
    Part("packages", ("export", "import")),
    Part("store", ("init", "status", "push", "pull"), "store"),
    Part("info", ("explain", "help", "where", "demo")),
    Part("doctor", ("doctor",)),
    Part("machine", ("get", "wait", "schema")),
)


def _takes_value() -> Mapping[str, bool]:
    """The options everywhere, and whether a value follows."""
    from sci_cli.cli.options import EVERYWHERE

    return {
        option: hint.__origin__ is not bool
        for hint in EVERYWHERE.values()
        # In an annotation Typer takes the first name where a default would stand otherwise.
        for option in (hint.__metadata__[0].default, *hint.__metadata__[0].param_decls)
    } | {"--version": False}


def register(app: Commands, spoken: Sequence[str] | None) -> None:
    """Adds the commands that are spoken of.

    Args:
        app: the program.
        spoken: a command, and the one behind it where the first is a group; empty for no command at all,
            None where it cannot be told: then all are added.
    """
    first, second = (*spoken, "", "")[:2] if spoken is not None else ("", "")
    words = {word for part in PARTS if not part.group for word in part.words}
    if spoken is None or (first and first not in words and first not in GROUPS):
        _add(app, PARTS)
    elif first in GROUPS:
        parts = [part for part in PARTS if part.group == first]
        meant = [part for part in parts if second in part.words]
        _add(app, meant or parts, second if meant else "")
    else:
        _add(app, [part for part in PARTS if not part.group and first in part.words], first)


def _add(app: Commands, parts: Sequence[Part], wanted: str = "") -> None:
    from importlib import import_module

    from sci_cli.cli.options import Commands

    groups = {"": app}
    for part in parts:
        if part.group not in groups:
            about = GROUPS[part.group]
            groups[part.group] = Commands(help=about.help, no_args_is_help=True)
            app.add_typer(groups[part.group], name=part.group, rich_help_panel=about.panel)
        groups[part.group].wanted = wanted
        import_module(f"sci_cli.cli.{part.module}").register(groups[part.group])


def spoken_of(words: Sequence[str]) -> tuple[str, ...] | None:
    """The command and the word behind it, as far as both can be told without parsing.

    Returns:
        One or two words; none where options alone are given; None where only the parser can tell.
    """
    rest = iter(words)
    for word in rest:
        option = word.partition("=")[0]
        if not word.startswith("-"):
            behind = next(rest, "")
            return (word,) if behind.startswith("-") else (word, behind)
        takes = _takes_value().get(option)
        if takes is None:
            return None
        if takes and option == word:
            next(rest, None)
    return ()


def completed(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The words before the one that a shell asks to complete."""
    line = environ.get("_TYPER_COMPLETE_ARGS") or environ.get("COMP_WORDS", "")
    words = line.split()
    place = environ.get("COMP_CWORD", "")
    behind = int(place) if place.isascii() and place.isdigit() else len(words) - (not line.endswith(" "))
    return tuple(words[1:behind])
