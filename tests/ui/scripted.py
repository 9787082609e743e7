"""A prompter that answers from a script, for tests of whole walks."""

from __future__ import annotations

from collections.abc import Sequence

from sci_cli.ui.prompter import (
    ChoiceQuestion,
    LinePrompter,
    LineQuestion,
    TypedNameQuestion,
    YesNoQuestion,
)

Answer = str | bool | BaseException | type[BaseException]


class ScriptedPrompter(LinePrompter):
    """Gives the answers in order, each to the question whose key it names or whose text contains it.

    Typed answers pass the same checks as a person's: a refused one is followed by the problem in `said`
    and needs another answer to the same question. A choice is answered with its value, yes or no and a
    typed name with a bool or the text typed. An exception as the answer is raised.

    Args:
        answers: pairs of (the question's key or a part of its text, answer).

    Attributes:
        said: every line shown, in order.
        asked: the key of every question put, in order, repeats included.
    """

    def __init__(self, answers: Sequence[tuple[str, Answer]] = ()) -> None:
        self._answers = list(answers)
        self.said: list[str] = []
        self.asked: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def choose(self, question: ChoiceQuestion) -> str:
        answer = self._next(question)
        enabled = [choice.value for choice in question.enabled]
        assert answer in enabled, f"{answer!r} cannot be chosen for {question.key}; {enabled} can."
        return str(answer)

    def yes_no(self, question: YesNoQuestion) -> bool:
        if self._answers and isinstance(self._answers[0][1], bool):
            return bool(self._next(question))
        return super().yes_no(question)

    def type_name(self, question: TypedNameQuestion) -> bool:
        if self._answers and isinstance(self._answers[0][1], bool):
            return bool(self._next(question))
        return super().type_name(question)

    def assert_exhausted(self) -> None:
        """Fails when an answer is left over: its question was never asked."""
        assert not self._answers, f"Never asked: {[fragment for fragment, _ in self._answers]}."

    def _line(self, question: LineQuestion, offered: str) -> str:
        answer = self._next(question)
        assert isinstance(answer, str), f"{answer!r} cannot be typed as an answer to {question.key}."
        return answer

    def _next(self, question: LineQuestion | ChoiceQuestion) -> str | bool:
        self.asked.append(question.key)
        put = f"{question.key}: {question.text}"
        assert self._answers, f"No answer is left for {put}"
        fragment, answer = self._answers.pop(0)
        assert fragment == question.key or fragment in question.text, f"Expected {fragment!r}, asked {put}"
        if isinstance(answer, str | bool):
            return answer
        raise answer
