"""The options every command shares, and the one way a function becomes a command."""

# Annotations stay real objects here and in the command modules: Typer reads them at run time, and turning
# text back into types for every command would cost each start.

import inspect
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from sci_cli.cli.session import Session, Settings, stoppable
from sci_cli.errors import WrongUsage

EVERYDAY = "Everyday"
STEPS = "Steps"
ORDERS = "Checks and orders"
NETWORK = "Network"
RUNS = "Runs from files"
PROVIDERS = "Providers"
KEEPING = "Record keeping"
SETTINGS = "Help and settings"


def _flag(*names: str, help: str) -> Any:
    return typer.Option(
        *names, help=help, rich_help_panel="Options everywhere", show_default=False, metavar=""
    )


def _value(*names: str, help: str, metavar: str) -> Any:
    return typer.Option(
        *names, help=help, metavar=metavar, rich_help_panel="Options everywhere", show_default=False
    )


EVERYWHERE: dict[str, Any] = {
    "output": Annotated[
        str | None,
        _value(
            "--output", "-o", help="How the result is written: text, json, yaml or csv.", metavar="FORMAT"
        ),
    ],
    "home": Annotated[
        str | None, _value("--home", help="The folder with the records (else SCI_HOME).", metavar="FOLDER")
    ],
    "store": Annotated[
        str | None,
        _value("--store", help="A shared store, postgresql://… (else SCI_STORE).", metavar="URL"),
    ],
    "no_input": Annotated[bool, _flag("--no-input", help="Never ask; name what is missing instead.")],
    "plain": Annotated[bool, _flag("--plain", help="One fact per line, numbered questions, no tables.")],
    "color": Annotated[str | None, _value("--color", help="auto, always or never.", metavar="WHEN")],
    "quiet": Annotated[bool, _flag("--quiet", "-q", help="Only the essential.")],
    "verbose": Annotated[bool, _flag("--verbose", "-v", help="Codes, hashes and every changed field.")],
}

WRITING: dict[str, Any] = {
    "dry_run": Annotated[bool, _flag("--dry-run", help="Do everything but save; same exit code.")],
    "if_revision": Annotated[
        str | None,
        _value("--if-revision", help="Only if the record is still at this revision.", metavar="N"),
    ],
    "op_id": Annotated[
        str | None,
        _value("--op-id", help="Your id for this change: the same again is not done twice.", metavar="ID"),
    ],
}


def refuse_twice(parser: Any, args: list[str]) -> None:
    """Refuse an option that takes one value and occurs twice; the last one would win silently.

    Raises:
        WrongUsage: naming the option.
    """
    _, _, order = parser.parse_args(args=list(args))
    seen: set[str] = set()
    for param in order:
        if param.name in seen and not param.multiple and param.param_type_name == "option":
            raise WrongUsage(f"{param.opts[0]} is given twice.", fix="Give it once.")
        seen.add(param.name)


class OnceOnly(TyperCommand):
    """A command that refuses an option given twice."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse, after looking whether any option that takes one value occurs twice."""
        if not ctx.resilient_parsing:
            refuse_twice(self.make_parser(ctx), args)
        return super().parse_args(ctx, args)


class OnceOnlyGroup(TyperGroup):
    """A group that refuses an option given twice."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse, after looking whether any option that takes one value occurs twice."""
        if not ctx.resilient_parsing:
            refuse_twice(self.make_parser(ctx), args)
        return super().parse_args(ctx, args)


class Commands(typer.Typer):
    """The program or a group of it.

    Attributes:
        wanted: the only one of its commands that is made; empty for all.
    """

    wanted = ""


def command(
    app: typer.Typer, name: str, *, panel: str, examples: Sequence[str], writes: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function a command: it gets the session and its own arguments, and returns an Outcome to emit.

    Args:
        app: the group it belongs to.
        name: the word on the command line.
        panel: its place in the list of commands.
        examples: two or three lines that can be copied; a test runs their words through the parser.
        writes: whether it takes --dry-run, --if-revision and --op-id.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        shared = {**EVERYWHERE, **(WRITING if writes else {})}

        if isinstance(app, Commands) and app.wanted not in ("", name):
            return function

        def run(ctx: typer.Context, **given: Any) -> None:
            session: Session = ctx.obj
            chosen = Settings(**{key: given.pop(key) for key in shared})
            session.settings, session.peeked_output = chosen.over(session.settings), ""
            session.command = ctx.command_path.removeprefix("sci ").removeprefix("sci")
            from sci_cli.cli.emit import emit

            with stoppable():
                if session.settings.op_id is None:
                    outcome = function(session, **given)
                else:
                    from sci_cli.cli.operation_ids import once

                    outcome = once(ctx, session, function, given)
                if outcome is not None:
                    emit(session, outcome)

        app.command(
            name,
            cls=OnceOnly,
            rich_help_panel=panel,
            epilog="Examples:\n\n" + "\n".join(f"  {line}" for line in examples),
        )(with_options(run, shared, function))
        return function

    return decorate


def with_options(
    run: Callable[..., Any], shared: dict[str, Any], function: Callable[..., Any] | None = None
) -> Callable[..., Any]:
    """Give `run` the parameters of `function` (its session aside) and the shared options, for Typer."""
    model = function or run
    keyword = inspect.Parameter.KEYWORD_ONLY
    ctx = inspect.Parameter("ctx", keyword, annotation=typer.Context)
    own = [
        parameter.replace(kind=keyword)
        for name, parameter in inspect.signature(model).parameters.items()
        if name not in ("ctx", "session") and parameter.kind is not inspect.Parameter.VAR_KEYWORD
    ]
    extra = [
        inspect.Parameter(key, keyword, annotation=hint, default=False if hint.__origin__ is bool else None)
        for key, hint in shared.items()
    ]
    everything = [ctx, *own, *extra]
    run.__signature__ = inspect.Signature(everything)  # type: ignore[attr-defined]  # what Typer looks at
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in everything}
    run.__name__, run.__doc__ = model.__name__, model.__doc__
    return run


def complete_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Names of activations, from file names only; never an error while somebody presses Tab."""
    try:
        from sci_cli.cli.main import session_for_completion

        session = session_for_completion()
        if session.address() is not None:
            found = session.workspace.store.names()
            return [each for each in found if each.startswith(incomplete)]
        home = session.home()
        names = [path.stem for path in (home / "activations").glob("*.yaml") if not path.name.startswith(".")]
    except Exception:  # completion must never print or fail
        return []
    return sorted(each for each in names if each.startswith(incomplete))


def complete_steps(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Step ids of the activation typed before, with their short titles."""
    try:
        from sci_cli.cli.main import session_for_completion

        workspace = session_for_completion().workspace
        name = ctx.params.get("name")
        if name:
            steps = workspace.profile_of(workspace.store.load(name).activation).steps
        else:
            steps = tuple(
                step
                for entry in workspace.catalogue.entries()
                for step in workspace.catalogue.load(entry.id).steps
            )
    except Exception:  # completion must never print or fail
        return []
    # The shell keeps only candidates that begin with what was typed, letter case included.
    lower = incomplete != incomplete.upper()
    found = [(step.id.lower() if lower else step.id, step.short) for step in steps]
    return [(step_id, short) for step_id, short in found if step_id.startswith(incomplete)]


Name = Annotated[
    str,
    typer.Argument(metavar="NAME", help="The activation.", autocompletion=complete_names, show_default=False),
]
StepId = Annotated[
    str,
    typer.Argument(
        metavar="STEP", help="A step id such as O6.", autocompletion=complete_steps, show_default=False
    ),
]
Note = Annotated[str, typer.Option("--note", help="A remark, kept in the history.", metavar="TEXT")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the history.", metavar="TEXT")]
At = Annotated[
    str,
    typer.Option("--at", help="When it was so: a day, or a time with its zone.", metavar="WHEN"),
]
Yes = Annotated[bool, typer.Option("--yes", help="Answer the yes/no question with yes.", metavar="")]
Confirm = Annotated[
    str,
    typer.Option("--confirm", help="The activation's name once more, instead of typing it.", metavar="NAME"),
]


def when(session: Session, text: str) -> Any:
    """The time given with --at, or None."""
    if not text:
        return None
    from sci_cli.domain.times import parse_when

    return parse_when(text, session.clock())
