"""Questions to a person: what can be asked, and the ways of asking it that need no arrow keys.

Ctrl-C (KeyboardInterrupt) and the end of the input (EOFError) leave every question as exceptions and are
never taken for an answer; Escape, or `<` where lines are typed, leaves it as `Back`.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TextIO

from sci_cli.errors import AnswersMissing, Interrupted
from sci_cli.safety.text import describe_unsafe, quoted, visible

LONGEST_ANSWER = 10_000
NARROWEST_FOR_ARROWS = 60

BLANKS = " \t"
_LETTER = re.compile(r"[a-z]")


@dataclass(frozen=True, slots=True)
class TextQuestion:
    """A question answered with one line of text.

    Args:
        key: the name under which scripts and messages know the answer.
        text: the label or question shown.
        hint: what a good answer looks like, shown in brackets.
        default: the answer that Enter alone gives.
        required: whether an empty answer is refused.
        check: the problem with a non-empty answer as a sentence, or None when it is acceptable.
    """

    key: str
    text: str
    hint: str = ""
    default: str = ""
    required: bool = True
    check: Callable[[str], str | None] | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a choice.

    Args:
        value: the answer it stands for.
        label: the words shown.
        key: a letter a-z or empty.
        disabled: why it cannot be chosen now; empty when it can.
        heading: a line shown above it that cannot be chosen; empty for none.
    """

    value: str
    label: str
    key: str = ""
    disabled: str = ""
    heading: str = ""


@dataclass(frozen=True, slots=True)
class ChoiceQuestion:
    """A question answered by choosing one of several lines; `default` is a value, or None for none.

    Raises:
        ValueError: there is no choice, a value or letter occurs twice, or the default is not among them.
    """

    key: str
    text: str
    choices: tuple[Choice, ...]
    default: str | None = None

    def __post_init__(self) -> None:
        values = [choice.value for choice in self.choices]
        letters = [choice.key for choice in self.choices if choice.key]
        if not values or len(set(values)) < len(values):
            raise ValueError(f"The values of {self.key} are none, or one occurs twice: {values}.")
        if len(set(letters)) < len(letters) or not all(_LETTER.fullmatch(letter) for letter in letters):
            raise ValueError(f"The keys of {self.key} are not different letters a to z: {letters}.")
        if self.default is not None and self.default not in values:
            raise ValueError(f"The default of {self.key} is not one of its values: {self.default}.")

    @property
    def enabled(self) -> tuple[Choice, ...]:
        """The choices that can be chosen now, in order."""
        return tuple(choice for choice in self.choices if not choice.disabled)

    @property
    def enabled_default(self) -> Choice | None:
        """The default, unless there is none or it cannot be chosen now."""
        return next((choice for choice in self.enabled if choice.value == self.default), None)


@dataclass(frozen=True, slots=True)
class YesNoQuestion:
    """A question answered with yes or no; Enter alone is neither."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class TypedNameQuestion:
    """A confirmation by typing a name; `text` says what will happen, `expected` is the name."""

    key: str
    text: str
    expected: str


LineQuestion = TextQuestion | YesNoQuestion | TypedNameQuestion


class Back(Interrupted):
    """The person left the question without an answer, to go back to where it was asked from."""

    def __init__(self) -> None:
        super().__init__("The question is left without an answer.")


class Prompter(Protocol):
    """Somebody, or nobody, who can be asked."""

    @property
    def interactive(self) -> bool:
        """Whether questions reach a person."""
        ...

    @property
    def way_back(self) -> str:
        """What is pressed or typed to leave a question as `Back`."""
        ...

    def text(self, question: TextQuestion) -> str:
        """The answer, checked, without blanks at its ends."""
        ...

    def choose(self, question: ChoiceQuestion) -> str:
        """The value of the choice made; never a disabled one."""
        ...

    def yes_no(self, question: YesNoQuestion) -> bool:
        """Whether the answer was yes."""
        ...

    def type_name(self, question: TypedNameQuestion) -> bool:
        """Whether the expected name was typed; False for an empty answer and for two wrong names."""
        ...

    def say(self, text: str) -> None:
        """Shows a line between questions; shows nothing where nobody is asked."""
        ...


class RefusingPrompter:
    """Asks nobody: every question is an error that names the missing answer."""

    interactive = False
    way_back = ""

    def text(self, question: TextQuestion) -> str:
        raise _missing(question.key)

    def choose(self, question: ChoiceQuestion) -> str:
        raise _missing(question.key)

    def yes_no(self, question: YesNoQuestion) -> bool:
        raise _missing(question.key)

    def type_name(self, question: TypedNameQuestion) -> bool:
        raise _missing(question.key)

    def say(self, text: str) -> None:
        """Shows nothing: a line between questions has no reader here."""


def _missing(key: str) -> AnswersMissing:
    return AnswersMissing(
        f"An answer is missing: {key}",
        why="Questions are asked on a terminal only, and not with --no-input, SCI_NO_INPUT or CI.",
        fix="Give the answer on the command line, or run the command in a terminal.",
    )


class LinePrompter(ABC):
    """The questions that are answered by typing a line, checked the same way in every front end."""

    interactive = True
    way_back = "Esc"

    @abstractmethod
    def _line(self, question: LineQuestion, offered: str) -> str:
        """One typed line, without its end; `offered` is text to start from, where the line can be edited.

        Raises:
            Back, EOFError, KeyboardInterrupt: the person left instead of answering.
        """

    @abstractmethod
    def say(self, text: str) -> None:
        """Shows a line between questions."""

    def text(self, question: TextQuestion) -> str:
        """Asks until the answer is acceptable, saying each time what is the problem."""
        offered = question.default
        while True:
            answer = self._line(question, offered).strip(BLANKS)
            problem = _unfit(answer)
            offered = question.default if problem else answer
            problem = problem or _refused(question, answer)
            if problem is None:
                return answer
            self.say(problem)

    def yes_no(self, question: YesNoQuestion) -> bool:
        """Asks until the answer is y, yes, n or no, in small or capital letters."""
        while True:
            answer = self._line(question, "").strip(BLANKS).casefold()
            if answer in ("y", "yes"):
                return True
            if answer in ("n", "no"):
                return False
            self.say("Type y for yes or n for no, then Enter.")

    def type_name(self, question: TypedNameQuestion) -> bool:
        """Asks for the name, once more when it is wrong; capital letters count."""
        for then in ("Type it once more.", "Nothing is confirmed."):
            answer = self._line(question, "").strip(BLANKS)
            if not answer:
                return False
            if answer == question.expected:
                return True
            self.say(f"{quoted(answer)} is not {quoted(question.expected)}. {then}")
        return False


def _unfit(answer: str) -> str | None:
    if len(answer) > LONGEST_ANSWER:
        return f"The answer is longer than {LONGEST_ANSWER} characters. Type a shorter one."
    unsafe = describe_unsafe(answer)
    return None if unsafe is None else f"The answer contains {unsafe}. Type it again without that."


def _refused(question: TextQuestion, answer: str) -> str | None:
    if not answer:
        return "An answer is needed here." if question.required else None
    return question.check(answer) if question.check else None


def asking(question: LineQuestion, default: str = "") -> str:
    """The words in front of a typed answer, safe to show on one line, with a space at their end."""
    match question:
        case TextQuestion():
            hint = question.hint
        case YesNoQuestion():
            hint = "y or n"
        case TypedNameQuestion():
            hint = f"type {question.expected} to confirm, or Enter alone to leave it"
    words = question.text + (f" ({hint})" if hint else "") + (f" [{default}]" if default else "")
    return visible(words if words.endswith(("?", ":")) else f"{words}:", allow_newlines=False) + " "


def choose_prompter(
    *, stdin: TextIO, stdout: TextIO, allowed: bool, plain: bool, environ: Mapping[str, str], width: int
) -> Prompter:
    """The way of asking that fits: nobody, plain lines, or arrow keys.

    Args:
        stdin: where answers come from; a pipe is never asked, since it would answer by accident.
        stdout: where questions are shown; a file would swallow them.
        allowed: whether questions are allowed at all.
        plain: whether the plain form was asked for.
        environ: the environment; `TERM=dumb` means the plain form.
        width: the window's width in columns.
    """
    if not (allowed and _is_terminal(stdin) and _is_terminal(stdout)):
        return RefusingPrompter()
    from sci_cli.ui.plain_prompter import PlainPrompter

    lines = PlainPrompter(stdin, stdout, width)
    if plain or environ.get("TERM") == "dumb" or width < NARROWEST_FOR_ARROWS:
        return lines
    from sci_cli.ui.arrows import ArrowPrompter, ArrowsOrPlain

    return ArrowsOrPlain(ArrowPrompter(lines), lines)


def _is_terminal(stream: TextIO) -> bool:
    # A closed stream answers with ValueError; a process without a console has no stream at all.
    try:
        return stream.isatty()
    except (AttributeError, ValueError):
        return False
