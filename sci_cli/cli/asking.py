"""Missing answers, asked for or named all at once, and the confirmation ladder."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sci_cli.cli.session import Session
from sci_cli.errors import Command, ConfirmationMismatch, Interrupted

if TYPE_CHECKING:
    from sci_cli.operations.outcome import Outcome
    from sci_cli.ui.prompter import Prompter

Values = tuple[str, ...]
Answers = Mapping[str, Values]


@dataclass(frozen=True, slots=True)
class Moment:
    """What a question finds when its turn comes.

    Attributes:
        prompter: who is asked.
        before: the answer it was given before the person went back to it.
        answers: every answer so far.
        keep: takes the part of an answer that must not get lost when the person stops in the middle of it.
    """

    prompter: "Prompter"
    before: Values
    answers: Answers
    keep: Callable[[Values], None]


Ask = Callable[[Moment], Values]


def _always(answers: Answers) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Need:
    """One answer a command needs.

    Attributes:
        key: its name in the answers.
        option: how a script gives it, with a placeholder, such as `--number NUMBER`; `NAME` is an argument,
            `--yes` a switch.
        given: the answer from the command line, empty when there was none.
        ask: asks for it on a terminal.
        wanted: whether it is needed at all, in view of the answers so far.
        optional: a script may leave it out; a person is asked, if there is something else to ask.
        confirms: it holds for this run only and is in no command to go on with.
    """

    key: str
    option: str
    given: Values
    ask: Ask
    wanted: Callable[[Answers], bool] = _always
    optional: bool = False
    confirms: bool = False


def answers(session: Session, needs: Sequence[Need]) -> dict[str, str]:
    """As `all_answers`, for needs with one value each; empty for what nobody wanted."""
    return {key: (*values, "")[0] for key, values in all_answers(session, needs).items()}


def all_answers(session: Session, needs: Sequence[Need]) -> dict[str, Values]:
    """All answers, asking for the missing ones where that is allowed.

    Escape goes back one question. A person who stops in the middle gets a command with the answers so far.

    Raises:
        AnswersMissing: questions are not allowed; every missing option is named.
        KeyboardInterrupt: the person left the first question with Escape.
    """
    given = {need.key: need.given for need in needs if any(text.strip() for text in need.given)}
    asked = [need for need in needs if need.key not in given]
    required = [need for need in asked if not need.optional and need.wanted(given)]
    if required and not session.prompter.interactive:
        options = [need.option.split(" ")[0] for need in required]
        words = [(need.option, (need.option.split(" ")[-1],)) for need in required]
        raise session.missing(options, continued(session, words))
    found = _asked(session, asked, given) if required else given
    return {need.key: found.get(need.key, ()) for need in needs}


def _asked(session: Session, needs: Sequence[Need], given: Answers) -> dict[str, Values]:
    """The answers given and those asked for, in order, with the way back."""
    from sci_cli.ui.prompter import Back

    found = dict(given)
    before: dict[str, Values] = {}
    _say_way_back(session, needs)
    place = 0
    while place < len(needs):
        need = needs[place]
        found.pop(need.key, None)
        if not need.wanted(found):
            before.pop(need.key, None)
            place += 1
            continue

        def keep(values: Values, key: str = need.key) -> None:
            session.keep(_so_far(session, needs, {**given, **before, key: values}))

        keep(before.get(need.key, ()))
        try:
            found[need.key] = before[need.key] = need.ask(
                Moment(session.prompter, before.get(need.key, ()), found, keep)
            )
            place += 1
        except Back:
            earlier = [number for number in range(place) if needs[number].wanted(found)]
            if not earlier:
                raise KeyboardInterrupt from None
            place = earlier[-1]
    session.keep(None)
    return found


def _say_way_back(session: Session, needs: Sequence[Need]) -> None:
    if len(needs) > 1:
        session.prompter.say(f"{session.prompter.way_back} goes back one question.")


def _so_far(session: Session, needs: Sequence[Need], found: Answers) -> Command | None:
    said = [need for need in needs if not need.confirms and need.wanted(found)]
    known = [(need.option, found.get(need.key, ())) for need in said]
    return continued(session, known) if any(values for _, values in known) else None


def continued(session: Session, more: Iterable[tuple[str, Values]]) -> Command:
    """The command line of this run with more answers: options with their values, once for each value."""
    words = list(session.argv)
    for option, values in more:
        flag, *placeholder = option.split(" ")
        words = _without_blank(words, flag) if values else words
        for value in values:
            words += [flag, value] if placeholder else [flag if flag.startswith("-") else value]
    return Command(("sci", *words))


def _without_blank(words: Sequence[str], flag: str) -> list[str]:
    """The words without the answer that was given blank and so was asked for: nothing is given twice."""
    kept: list[str] = []
    for word in words:
        if kept and kept[-1] == flag:
            kept.pop()
            continue
        blank_argument = not word.strip() and not (kept and kept[-1].startswith("-"))
        if not blank_argument and not word.startswith(f"{flag}="):
            kept.append(word)
    return kept


def text(key: str, label: str, *, hint: str = "", check: Callable[[str], str | None] | None = None) -> Ask:
    """Ask for a line of text."""
    from sci_cli.ui.prompter import TextQuestion

    def ask(moment: Moment) -> Values:
        default = (*moment.before, "")[0]
        return (moment.prompter.text(TextQuestion(key, label, hint=hint, default=default, check=check)),)

    return ask


def choice(key: str, label: str, choices: Sequence[tuple[str, str]]) -> Ask:
    """Ask for one of several values."""
    from sci_cli.ui.prompter import Choice, ChoiceQuestion

    listed = tuple(Choice(value, shown) for value, shown in choices)

    def ask(moment: Moment) -> Values:
        default = moment.before[0] if moment.before else None
        return (moment.prompter.choose(ChoiceQuestion(key, label, listed, default)),)

    return ask


# Confirmations ---------------------------------------------------------------------------------------------


def yes_to(question: str, given: bool) -> Need:
    """One yes or no for changes that matter; --yes answers it in a script, no ends the run."""
    from sci_cli.ui.prompter import YesNoQuestion

    def ask(moment: Moment) -> Values:
        if not moment.prompter.yes_no(YesNoQuestion("yes", question)):
            raise declined()
        return ("yes",)

    return Need("yes", "--yes", ("yes",) if given else (), ask, confirms=True)


def name_typed(name: str, statement: str | Callable[[Answers], str], given: str) -> Need:
    """The activation's name, typed, for what costs money or service; --confirm NAME in a script."""
    from sci_cli.ui.prompter import TypedNameQuestion

    def ask(moment: Moment) -> Values:
        moment.prompter.say(statement if isinstance(statement, str) else statement(moment.answers))
        if not moment.prompter.type_name(TypedNameQuestion("confirm", "Go on?", name)):
            raise declined()
        return (name,)

    return Need("confirm", f"--confirm {name}", (given,) if given else (), ask, confirms=True)


def preview(session: Session, trial: "Outcome") -> None:
    """Show what a change would do before the question about it, where a person will see it."""
    if not session.prompter.interactive:
        return
    from sci_cli.cli.emit import write
    from sci_cli.ui.screens import render

    write(session, render(trial, session.look(), before_question=True))


def confirm_yes(session: Session, yes: bool, question: str) -> None:
    """Have one question answered with yes, unless --yes was given or nothing will be saved anyway.

    Raises:
        AnswersMissing: questions are not allowed and --yes was not given.
        Interrupted: the person said no.
    """
    all_answers(session, [yes_to(question, yes or session.settings.dry_run)])


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
