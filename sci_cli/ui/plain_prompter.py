"""Questions in numbered lines that are only ever added, answered by typing."""

from __future__ import annotations

import contextlib
import re
import textwrap
from typing import TextIO

from sci_cli.safety.text import quoted, visible
from sci_cli.ui.prompter import (
    BLANKS,
    LONGEST_ANSWER,
    Back,
    Choice,
    ChoiceQuestion,
    LinePrompter,
    LineQuestion,
    TextQuestion,
    asking,
)

_NUMBER_CELLS = len("  1. ")
_GO_BACK = ("<", "\x1b")
_NUMBER = re.compile(r"[0-9]{1,4}")


def wrapped(text: str, width: int | None, indent: int = 0) -> str:
    """The text in lines of at most that many characters, broken between words only.

    Args:
        text: one line.
        width: None where it is not known; a word that is longer stays whole.
        indent: blanks in front of every line but the first.
    """
    if not width or len(text) <= width:
        return text
    lines = textwrap.wrap(
        text, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(lines)


class PlainPrompter(LinePrompter):
    """Asks in numbered lines that are only ever added, for screen readers, narrow and simple terminals.

    Every question raises Back for `<` alone, and for the Escape key where the terminal passes it on.
    """

    way_back = "< and Enter"

    def __init__(self, stdin: TextIO, stdout: TextIO, width: int | None = None) -> None:
        self._stdin = stdin
        self._stdout = stdout
        self._width = width

    def say(self, text: str) -> None:
        """Shows a line, wrapped between words where the width is known."""
        self._say(text)

    def _say(self, text: str, indent: int = 0) -> None:
        lines = (wrapped(line, self._width, indent) for line in visible(text).split("\n"))
        self._write("\n".join(lines) + "\n")

    def choose(self, question: ChoiceQuestion) -> str:
        """Lists the choices and asks for a number or letter until one that is enabled is named.

        Raises:
            Back: every choice is disabled, so there is nothing to wait for.
        """
        self.say(question.text)
        for number, choice in enumerate(question.choices, start=1):
            if choice.heading:
                self.say(choice.heading.rstrip(BLANKS))
            reason = f" ({choice.disabled})" if choice.disabled else ""
            self._say(f"{number:>3}. {choice.label}{reason}", indent=_NUMBER_CELLS)
        if not question.enabled:
            self.say("None of these can be chosen now.")
            raise Back
        while True:
            answer = self._read(_number_prompt(question)).strip(BLANKS)
            chosen = _choice_named(question, answer)
            if chosen is None:
                self.say(_not_a_choice(question, answer))
            elif chosen.disabled:
                self.say(f"{chosen.label} cannot be chosen now: {chosen.disabled.removesuffix('.')}.")
            else:
                self.say(f"Chosen: {chosen.label}")
                return chosen.value

    def _line(self, question: LineQuestion, offered: str) -> str:
        # A line cannot be edited here, so the question's own default is offered, not a refused answer.
        default = question.default if isinstance(question, TextQuestion) else ""
        return self._read(asking(question, default)).strip(BLANKS) or default

    def _read(self, prompt: str) -> str:
        self._write(wrapped(prompt.rstrip(), self._width and self._width - 1) + " ")
        try:
            line = self._read_line()
            if line.strip(BLANKS) in _GO_BACK:
                raise Back
            return line
        except (EOFError, KeyboardInterrupt):
            # What is shown next starts on its own line.
            with contextlib.suppress(OSError):
                self._write("\n")
            raise

    def _read_line(self) -> str:
        """One line, or the first part of one that is longer than an answer may be.

        Raises:
            EOFError: the input ends before Enter; the half-typed line is no answer.
        """
        try:
            line = piece = self._stdin.readline(LONGEST_ANSWER + 2)
            while not piece.endswith("\n"):
                if not piece:
                    raise EOFError
                piece = self._stdin.readline(LONGEST_ANSWER)
        except UnicodeDecodeError:
            # Stands for the unreadable bytes; every check refuses it and says what it is.
            return "\udcff"
        return line.removesuffix("\n").removesuffix("\r")

    def _write(self, text: str) -> None:
        encoding = self._stdout.encoding or "utf-8"
        self._stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        self._stdout.flush()


def _number_prompt(question: ChoiceQuestion) -> str:
    count = len(question.choices)
    numbers = f"a number, 1 to {count}" if count > 1 else "1"
    default = question.enabled_default
    offered = "" if default is None else f" [{question.choices.index(default) + 1}]"
    return f"Type {numbers}, then Enter{offered}: "


def _choice_named(question: ChoiceQuestion, answer: str) -> Choice | None:
    if not answer:
        return question.enabled_default
    if _NUMBER.fullmatch(answer) and 1 <= int(answer) <= len(question.choices):
        return question.choices[int(answer) - 1]
    return next((choice for choice in question.choices if choice.key and choice.key == answer.lower()), None)


def _not_a_choice(question: ChoiceQuestion, answer: str) -> str:
    count = len(question.choices)
    wanted = f"a number from 1 to {count}" if count > 1 else "1, the only choice"
    return f"{quoted(answer)} is not {wanted}." if answer else f"Nothing is chosen yet. Type {wanted}."
