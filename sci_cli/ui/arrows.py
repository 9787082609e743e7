"""Questions answered with arrow keys and letters, asked through questionary.

questionary is imported when the first question is asked: it takes longer to load than most commands run.
Only its `unsafe_ask` is used, because `ask` turns Ctrl-C into an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from sci_cli.safety.text import visible
from sci_cli.ui.plain_prompter import PlainPrompter, wrapped
from sci_cli.ui.prompter import (
    Back,
    Choice,
    ChoiceQuestion,
    LinePrompter,
    LineQuestion,
    Prompter,
    TextQuestion,
    TypedNameQuestion,
    YesNoQuestion,
    asking,
)

if TYPE_CHECKING:
    import questionary
    from prompt_toolkit.key_binding.key_processor import KeyPressEvent

# questionary has the ten digits and 26 letters to give away and fails on a longer list.
_MOST_WITH_LETTERS = 36
_POINTER_CELLS = 3
_LETTER_CELLS = 3
_DISABLED_CELLS = len("- ") + len(" ()")

_AROUND = len("  ")  # what questionary puts around a question

_Answer = TypeVar("_Answer", str, bool)


class NoArrowKeys(Exception):
    """The window has no console that arrow keys work in; the message says so and what to do."""

    def __init__(self) -> None:
        super().__init__(
            "Arrow keys do not work in this window, so choices are numbered. "
            "On Windows, use Windows Terminal for arrow keys."
        )


class ArrowPrompter(LinePrompter):
    """Asks on the process's own terminal; Escape leaves a question as `Back`, Ctrl-D as EOFError.

    Args:
        plain: shows the lines between questions, and choices of which every one is disabled.

    Every question raises NoArrowKeys, before anything is shown, where the window has no usable console.
    """

    def __init__(self, plain: PlainPrompter) -> None:
        self._plain = plain

    def say(self, text: str) -> None:
        self._plain.say(text)

    def choose(self, question: ChoiceQuestion) -> str:
        """The value under the pointer when Enter is pressed; a letter only moves the pointer.

        Raises:
            Back: Escape was pressed, or every choice is disabled.
            NoArrowKeys: the window has no usable console.
        """
        width = _window_width()
        if not question.enabled:
            return self._plain.choose(question)
        import questionary
        from prompt_toolkit.utils import get_cwidth

        letters = _by_letter(question)
        room = width - 1 - _POINTER_CELLS - (_LETTER_CELLS if letters else 0)
        text = visible(question.text, allow_newlines=False)
        instruction = f"({'letter or arrows' if letters else 'arrows'}, then Enter; Esc goes back)"
        echoes = {choice.value: _echo(text, choice) for choice in question.choices}
        too_long = any(get_cwidth(echo) + _AROUND > width for echo in echoes.values())
        asked = questionary.select(
            _over(text, instruction, width),
            choices=[line for choice in question.choices for line in _lines_of(choice, room)],
            default=_first_under_pointer(question).value,
            qmark="",
            pointer=">",
            use_shortcuts=letters,
            use_jk_keys=False,
            instruction=instruction,
            erase_when_done=too_long,
        )
        chosen = _answer(asked)
        if too_long:
            self._plain.say(f" {echoes[chosen]}")
        return chosen

    def _line(self, question: LineQuestion, offered: str) -> str:
        width = _window_width()
        import questionary

        # questionary adds the spaces around the words itself.
        words = wrapped(asking(question).rstrip(), width - _AROUND, indent=1)
        return _answer(questionary.text(words, default=offered, qmark=""))


def _echo(text: str, choice: Choice) -> str:
    """What stays on the screen of a choice once it is made: columns need no room any more."""
    return f"{text} {' '.join(visible(choice.label, allow_newlines=False).split())}"


def _over(text: str, instruction: str, width: int) -> str:
    """The question, with its instruction below it where both do not fit on one line."""
    if len(text) + len(instruction) + _AROUND <= width:
        return text
    return wrapped(text, width - _AROUND, indent=1) + "\n"


class ArrowsOrPlain:
    """Asks with arrow keys, and from the first question on in plain form where the window has none."""

    interactive = True

    @property
    def way_back(self) -> str:
        """The way back of the prompter that is asked."""
        return self._asked.way_back

    def __init__(self, arrows: Prompter, plain: Prompter) -> None:
        self._asked: Prompter = arrows
        self._plain = plain

    def text(self, question: TextQuestion) -> str:
        return self._answer(lambda prompter: prompter.text(question))

    def choose(self, question: ChoiceQuestion) -> str:
        return self._answer(lambda prompter: prompter.choose(question))

    def yes_no(self, question: YesNoQuestion) -> bool:
        return self._answer(lambda prompter: prompter.yes_no(question))

    def type_name(self, question: TypedNameQuestion) -> bool:
        return self._answer(lambda prompter: prompter.type_name(question))

    def say(self, text: str) -> None:
        self._asked.say(text)

    def _answer(self, ask: Callable[[Prompter], _Answer]) -> _Answer:
        try:
            return ask(self._asked)
        except NoArrowKeys as missing:
            self._asked = self._plain
            self.say(str(missing))
            return ask(self._plain)


def _answer(asked: questionary.Question) -> str:
    """The answer, with the ways out that questionary itself does not know."""
    from prompt_toolkit.key_binding import KeyBindings, merge_key_bindings
    from prompt_toolkit.keys import Keys

    def leave_as(way_out: type[BaseException]) -> Callable[[KeyPressEvent], None]:
        return lambda event: event.app.exit(exception=way_out())

    ways_out = KeyBindings()
    ways_out.add(Keys.Escape, eager=True)(leave_as(Back))
    ways_out.add(Keys.ControlD, eager=True)(leave_as(EOFError))
    # An interrupt sent from outside arrives as a key of its own, which a list would ignore.
    ways_out.add(Keys.SIGINT, eager=True)(leave_as(KeyboardInterrupt))
    own = asked.application.key_bindings
    asked.application.key_bindings = merge_key_bindings([own, ways_out]) if own else ways_out
    return str(asked.unsafe_ask())


def _window_width() -> int:
    """The window's width in columns.

    Raises:
        NoArrowKeys: there is no console to read keys from or draw on.
    """
    from prompt_toolkit.application.current import get_app_session

    try:
        session = get_app_session()
        console = (session.input, session.output)
        return console[1].get_size().columns
    except Exception as refusal:
        # The second class is known by its name because it can be imported on Windows only.
        if isinstance(refusal, OSError) or type(refusal).__name__ == "NoConsoleScreenBufferError":
            raise NoArrowKeys from refusal
        raise


def _first_under_pointer(question: ChoiceQuestion) -> Choice:
    """The default, or the first enabled choice below it, or else the first enabled one."""
    values = [choice.value for choice in question.choices]
    start = 0 if question.default is None else values.index(question.default)
    below = (choice for choice in question.choices[start:] if not choice.disabled)
    return next(below, question.enabled[0])


def _by_letter(question: ChoiceQuestion) -> bool:
    """Whether lines carry letters; lines under headings have names of their own already."""
    listed = any(choice.heading for choice in question.choices)
    keyed = any(choice.key for choice in question.choices)
    return keyed and not listed and len(question.choices) <= _MOST_WITH_LETTERS


def _lines_of(choice: Choice, room: int) -> Iterator[questionary.Choice]:
    import questionary

    if choice.heading:
        yield questionary.Separator(shortened(visible(choice.heading, allow_newlines=False), room))
    yield _line_of(choice, room)


def _line_of(choice: Choice, room: int) -> questionary.Choice:
    import questionary

    label, reason = fitted(choice, room)
    return questionary.Choice(
        label, value=choice.value, disabled=reason or None, shortcut_key=choice.key or True
    )


def fitted(choice: Choice, cells: int) -> tuple[str, str]:
    """Label and reason, cut so that both fit on one line of that many cells.

    The reason gives way first to half of the line: what cannot be chosen is of little use without its name.
    """
    from prompt_toolkit.utils import get_cwidth

    label = visible(choice.label, allow_newlines=False)
    reason = visible(choice.disabled, allow_newlines=False)
    if not reason:
        return shortened(label, cells), ""
    cells -= _DISABLED_CELLS
    for_reason = min(get_cwidth(reason), max(cells - get_cwidth(label), cells // 2))
    return shortened(label, cells - for_reason), shortened(reason, for_reason)


def shortened(text: str, cells: int) -> str:
    """The text, or as much of it as fits into that many terminal cells with `~` at its end."""
    from prompt_toolkit.utils import get_cwidth

    if get_cwidth(text) <= cells:
        return text
    kept, used = "", 0
    for character in text:
        used += get_cwidth(character)
        if used > cells - 1:
            break
        kept += character
    return kept + "~"
