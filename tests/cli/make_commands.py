"""The pages about commands; `python -m tests.cli.make_commands` makes them from the program itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from sci_cli.cli.main import build
from sci_cli.errors import ExitCode
from tests.cli.lines import LINES

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "commands"
EVERYWHERE = "Options everywhere"
# Where a command lists none of these codes, none of its own reasons leads to it.
ALWAYS = (ExitCode.OK, ExitCode.USAGE, ExitCode.STORE)
READS_RECORDS = (ExitCode.NOT_FOUND, ExitCode.CORRUPT)
CHANGES_RECORDS = (
    ExitCode.GATE,
    ExitCode.INVALID,
    ExitCode.CONFLICT,
    ExitCode.LOCKED,
    ExitCode.UNKNOWN,
    ExitCode.OUTPUT,
)


def pages() -> dict[str, str]:
    """File name → page: one for each command and group, and the index."""
    root: Any = typer.main.get_command(build())
    made = {f"{name}.md": _page(name, command, root) for name, command in root.commands.items()}
    return {**made, "README.md": _index(root)}


def _page(name: str, command: Any, root: Any) -> str:
    lines = [f"# sci {name}", ""]
    if not hasattr(command, "commands"):
        lines += _command(name, command, root)
    else:
        lines += [*_paragraphs(command.help), "| Command | What it does |", "|---|---|"]
        for word, each in command.commands.items():
            lines.append(f"| [`sci {name} {word}`](#sci-{name}-{word}) | {_cell(_first(each.help))} |")
        for word, each in command.commands.items():
            lines += ["", f"## sci {name} {word}", "", *_command(f"{name} {word}", each, root)]
    lines += [
        "",
        "Every command also takes the [options everywhere](README.md#options-everywhere).",
        "",
        "[All commands](README.md) · [Output for scripts](../json-output.md)",
    ]
    return "\n".join(lines) + "\n"


def _command(name: str, command: Any, root: Any) -> Iterator[str]:
    context = command.make_context(f"sci {name}", [], parent=None, resilient_parsing=True)
    pieces = [piece.strip("{}") for piece in command.collect_usage_pieces(context)]
    usage = " ".join([f"sci {name}", *pieces])
    yield from ["```", usage, "```", "", *_paragraphs(command.help)]
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    if arguments:
        yield from ["| Argument | |", "|---|---|"]
        yield from (f"| `{each.metavar or each.name}` | {_cell(each.help)} |" for each in arguments)
        yield ""
    own = [each for each in _options(command) if each.rich_help_panel != EVERYWHERE]
    writing = [each for each in _options(command) if each.name in ("dry_run", "if_revision", "op_id")]
    shown = [*own, *(each for each in writing if each not in own)]
    if shown:
        yield from ["| Option | |", "|---|---|"]
        yield from (f"| `{_cell(_names(each))}` | {_cell(each.help)}{_default(each)} |" for each in shown)
        yield ""
    examples = [line.strip() for line in command.epilog.splitlines()[1:] if line.strip()]
    yield from ["```console", *(f"$ {line}" for line in examples), "```", ""]
    yield from _output(name, command)
    yield "| Exit code | |"
    yield "|---|---|"
    yield from (f"| {int(code)} | {_cell(code.meaning)} |" for code in _exit_codes(name, command))


def _options(command: Any) -> list[Any]:
    return [each for each in command.params if each.param_type_name == "option" and each.name != "help"]


def _names(option: Any) -> str:
    value = "" if option.is_flag else f" {option.metavar or option.name.upper()}"
    return ", ".join((*option.opts, *option.secondary_opts)) + value


def _default(option: Any) -> str:
    default = option.default
    return f" Default: `{default}`." if isinstance(default, str) and default else ""


def _output(name: str, command: Any) -> Iterable[str]:
    lines = LINES[name]
    if not lines.document:
        return [
            f"It has no document: {lines.why_none}. A failure is [`sci.error/1`](../schemas/error.json).",
            "",
        ]
    table = " `-o csv` writes its list as a table." if command.callback.table else ""
    document = f"[`sci.{lines.document}/1`](../schemas/{lines.document}.json)"
    if name == "schema":
        document += " and, with a name, [`sci.schema/1`](../schemas/schema.json)"
    return [f"With `-o json` or `-o yaml` it prints {document}.{table}", ""]


def _exit_codes(name: str, command: Any) -> list[ExitCode]:
    own = (LINES[name].bad[1], *LINES[name].also)
    found = {*ALWAYS, *(code for code in ExitCode if int(code) in own)}
    if any(each.name in ("name", "names") for each in command.params) or name in ("list", "next", "verify"):
        found |= set(READS_RECORDS)
    changes = command.callback.writes or name in ("import", "store push", "store pull")
    if changes:
        found |= {*CHANGES_RECORDS, ExitCode.CORRUPT}
    if name == "wait" or any("--exit-code" in each.opts for each in command.params):
        found.add(ExitCode.PENDING)
    return sorted(found)


# The index -------------------------------------------------------------------------------------------------


def _index(root: Any) -> str:
    lines = [
        "# Commands",
        "",
        "Made from the program by `python -m tests.cli.make_commands`; a test holds them to it.",
        "",
    ]
    for panel, commands in _by_panel(root.commands).items():
        lines += [f"## {panel}", "", "| Command | What it does |", "|---|---|"]
        for name, each in commands:
            lines.append(f"| [`sci {name}`]({name}.md) | {_cell(_first(each.help))} |")
        lines.append("")
    lines += ["## Options everywhere", "", "| Option | |", "|---|---|"]
    lines += [f"| `{_names(each)}` | {_cell(each.help)} |" for each in _options(root)]
    lines += ["", "## Exit codes", "", "| Code | Meaning | A script then |", "|---|---|---|"]
    lines += [f"| {int(code)} | {_cell(code.meaning)} | {_cell(code.then)} |" for code in ExitCode]
    lines += ["", "1, 129, 130, 141 and 143 can end every command, whatever its page says.", ""]
    return "\n".join(lines)


def _by_panel(commands: Mapping[str, Any]) -> dict[str, list[tuple[str, Any]]]:
    found: dict[str, list[tuple[str, Any]]] = {}
    for name, each in commands.items():
        found.setdefault(each.rich_help_panel, []).append((name, each))
    return found


def _paragraphs(text: str) -> Sequence[str]:
    """The help with each paragraph on a line of its own."""
    parts = [" ".join(part.split()) for part in text.split("\n\n")]
    return [line for part in parts if part for line in (part, "")]


def _first(text: str) -> str:
    return " ".join(text.split("\n\n")[0].split())


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|")


def main() -> None:
    """Writes every page, and takes away those of commands that are gone."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = pages()
    for path in FOLDER.glob("*.md"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
