"""Missing answers, asked for or named all at once, and the confirmation ladder."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sci_cli.cli.session import Session
from sci_cli.errors import Command, ConfirmationMismatch, Interrupted

if TYPE_CHECKING:
    from sci_cli.ui.prompter import Prompter

Ask = Callable[["Prompter"], str]


@dataclass(frozen=True, slots=True)
class Need:
    """One answer a command needs.

    Attributes:
        key: its name in the answers.
        option: how a script gives it, with a placeholder, such as `--number NUMBER`.
        given: the answer from the command line, empty when there was none.
        ask: asks for it on a terminal.
    """

    key: str
    option: str
    given: str
    ask: Ask


def answers(session: Session, needs: Sequence[Need], example: Command) -> dict[str, str]:
    """All answers, asking for the missing ones where that is allowed.

    A person who stops in the middle gets a command with the answers so far.

    Raises:
        AnswersMissing: questions are not allowed; every missing option is named.
    """
    open_needs = [need for need in needs if not need.given.strip()]
    if open_needs and not session.prompter.interactive:
        words: tuple[str, ...] = ()
        for need in needs:
            flag, *placeholder = need.option.split(" ")
            known = (flag, need.given) if placeholder else (need.given,)
            if need in open_needs:
                words += (flag, *placeholder)
            elif need.given not in example.words:
                words += known
        options = [need.option.split(" ")[0] for need in open_needs]
        raise session.missing(options, Command((*example.words, *words)))
    found = {need.key: need.given for need in needs}
    words = example.words
    for need in open_needs:
        session.so_far = Command(words) if len(words) > len(example.words) else None
        found[need.key] = need.ask(session.prompter)
        words = (*words, *need.option.split(" ")[:-1], found[need.key])
    session.so_far = None
    return found


def text(key: str, label: str, *, hint: str = "", check: Callable[[str], str | None] | None = None) -> Ask:
    """Ask for a line of text."""
    from sci_cli.ui.prompter import TextQuestion

    return lambda prompter: prompter.text(TextQuestion(key, label, hint=hint, check=check))


def choice(key: str, label: str, choices: Sequence[tuple[str, str]]) -> Ask:
    """Ask for one of several values."""
    from sci_cli.ui.prompter import Choice, ChoiceQuestion

    listed = tuple(Choice(value, shown) for value, shown in choices)
    return lambda prompter: prompter.choose(ChoiceQuestion(key, label, listed, None))


def confirm_yes(session: Session, yes: bool, question: str, example: Command) -> None:
    """One yes/no for changes that matter; --yes answers it in a script.

    Raises:
        AnswersMissing: questions are not allowed and --yes was not given.
        Interrupted: the person said no.
    """
    if yes or session.settings.dry_run:
        return
    if not session.prompter.interactive:
        raise session.missing(["--yes"], Command((*example.words, "--yes")))
    from sci_cli.ui.prompter import YesNoQuestion

    if not session.prompter.yes_no(YesNoQuestion("yes", question)):
        raise declined()


def confirm_name(session: Session, given: str, name: str, statement: str) -> None:
    """The activation's name, typed, for what costs money or service; --confirm NAME in a script.

    Raises:
        ConfirmationMismatch: another name was given.
        Interrupted: the person left the question.
    """
    if given:
        require_same(given, name)
        return
    from sci_cli.ui.prompter import TypedNameQuestion

    session.prompter.say(statement)
    if not session.prompter.type_name(TypedNameQuestion("confirm", "Go on?", name)):
        raise declined()


def require_same(given: str, name: str) -> None:
    """Refuse a confirmation for something else.

    Raises:
        ConfirmationMismatch: the names differ.
    """
    if given and given != name:
        raise ConfirmationMismatch(
            f"--confirm {given[:60]!r} does not match {name}; nothing was changed.",
            why="The name is typed so that the right activation is changed.",
            fix=f"Give --confirm {name}, if {name} is what you mean.",
        )


def declined() -> Interrupted:
    """The error for a person who said no."""
    return Interrupted("Declined; nothing was changed.")
