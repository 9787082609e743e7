"""Asking with arrow keys: real key presses through a pipe, drawn on nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from io import StringIO

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput
from prompt_toolkit.utils import get_cwidth

from sci_cli.ui.arrows import ArrowPrompter, NoArrowKeys, fitted, shortened
from sci_cli.ui.plain_prompter import PlainPrompter
from sci_cli.ui.prompter import (
    Back,
    Choice,
    ChoiceQuestion,
    TextQuestion,
    TypedNameQuestion,
    YesNoQuestion,
)

UP, DOWN, ENTER, ESCAPE, CTRL_C, CTRL_D = "\x1b[A", "\x1b[B", "\r", "\x1b", "\x03", "\x04"
PASTED = "\x1b[200~{}\x1b[201~"

WHAT_NOW = ChoiceQuestion(
    key="action",
    text="What now?",
    choices=(
        Choice("done", "Done", key="d", disabled="first finish O1"),
        Choice("note", "Add a note", key="n"),
        Choice("jump", "Jump to a step", key="j"),
        Choice("list", "Back to list"),
    ),
    default="done",
)
CONFIRM = TypedNameQuestion("confirm", "Port HK1 goes down.", "acme-hk-1")
LOCATION = TextQuestion(
    "location",
    "Location",
    check=lambda answer: None if answer.isupper() else "A location is written in capital letters.",
)


@pytest.fixture
def keys() -> Iterator[PipeInput]:
    with create_pipe_input() as pressed, create_app_session(input=pressed, output=DummyOutput()):
        yield pressed


@pytest.fixture
def shown() -> StringIO:
    return StringIO()


@pytest.fixture
def prompter(keys: PipeInput, shown: StringIO) -> ArrowPrompter:
    return ArrowPrompter(PlainPrompter(StringIO(), shown))


@pytest.mark.parametrize(
    ("pressed", "chosen"),
    [
        (ENTER, "note"),
        (DOWN + ENTER, "jump"),
        (DOWN + DOWN + DOWN + ENTER, "note"),
        (UP + ENTER, "list"),
        ("j" + ENTER, "jump"),
        ("1" + ENTER, "list"),
        ("d" + ENTER, "note"),
        ("zx" + ENTER, "note"),
    ],
    ids=["start", "down", "around", "up past disabled", "letter", "number", "disabled letter", "no letter"],
)
def test_enter_chooses_what_arrows_or_a_letter_point_at_and_never_what_is_disabled(
    prompter: ArrowPrompter, keys: PipeInput, pressed: str, chosen: str
) -> None:
    keys.send_text(pressed)

    assert prompter.choose(WHAT_NOW) == chosen


@pytest.mark.parametrize(
    ("pressed", "way_out"), [(ESCAPE, Back), (CTRL_C, KeyboardInterrupt), (CTRL_D, EOFError)]
)
@pytest.mark.parametrize(
    "question",
    [
        WHAT_NOW,
        LOCATION,
        YesNoQuestion("place", "Place?"),
        TypedNameQuestion("confirm", "Down.", "acme-hk-1"),
    ],
    ids=["choose", "text", "yes or no", "typed name"],
)
def test_escape_ctrl_c_and_ctrl_d_leave_every_question_without_an_answer(
    prompter: ArrowPrompter,
    keys: PipeInput,
    question: ChoiceQuestion | TextQuestion | YesNoQuestion | TypedNameQuestion,
    pressed: str,
    way_out: type[BaseException],
) -> None:
    keys.send_text(pressed if isinstance(question, ChoiceQuestion) else "y" + pressed)

    with pytest.raises(way_out):
        match question:
            case ChoiceQuestion():
                prompter.choose(question)
            case TextQuestion():
                prompter.text(question)
            case YesNoQuestion():
                prompter.yes_no(question)
            case TypedNameQuestion():
                prompter.type_name(question)


def test_a_refused_text_is_asked_again_with_the_old_text_ready_to_edit(
    prompter: ArrowPrompter, keys: PipeInput, shown: StringIO
) -> None:
    keys.send_text("HKx" + ENTER + "\x7f1" + ENTER)
    question = TextQuestion(
        "location", "Location", check=lambda text: "No x, please." if "x" in text else None
    )

    assert prompter.text(question) == "HK1"
    assert shown.getvalue() == "No x, please.\n"


def test_a_pasted_line_break_is_refused_and_the_pasted_text_not_offered_again(
    prompter: ArrowPrompter, keys: PipeInput, shown: StringIO
) -> None:
    keys.send_text(PASTED.format("HK1\nHK2") + ENTER + "HK3" + ENTER)

    assert prompter.text(LOCATION) == "HK3"
    assert shown.getvalue() == "The answer contains a line break. Type it again without that.\n"


def test_yes_or_no_takes_no_enter_alone_and_a_typed_name_confirms(
    prompter: ArrowPrompter, keys: PipeInput, shown: StringIO
) -> None:
    keys.send_text(ENTER + "n" + ENTER + "acme-hk-1" + ENTER)

    assert prompter.yes_no(YesNoQuestion("place", "Place the order?")) is False
    assert prompter.type_name(CONFIRM) is True
    assert shown.getvalue() == "Type y for yes or n for no, then Enter.\n"


def test_a_choice_with_everything_disabled_is_listed_in_plain_form(
    prompter: ArrowPrompter, shown: StringIO
) -> None:
    with pytest.raises(Back):
        prompter.choose(ChoiceQuestion("step", "Which step?", (Choice("O2", "Order", disabled="needs O1"),)))
    assert shown.getvalue() == "Which step?\n  1. Order (needs O1)\nNone of these can be chosen now.\n"


def test_a_list_longer_than_there_are_letters_is_still_asked(
    prompter: ArrowPrompter, keys: PipeInput
) -> None:
    many = tuple(Choice(f"v{n}", f"VPN {n}", key="a" if n == 7 else "") for n in range(50))
    keys.send_text(UP + ENTER)

    assert prompter.choose(ChoiceQuestion("vpn", "Which VPN?", many)) == "v49"


@pytest.mark.parametrize(
    "error", [OSError("no console"), type("NoConsoleScreenBufferError", (Exception,), {})()]
)
def test_a_window_without_a_console_is_told_apart_before_anything_is_asked(error: Exception) -> None:
    class NoConsole(DummyOutput):
        def get_size(self) -> Size:
            raise error

    with create_pipe_input() as pressed, create_app_session(input=pressed, output=NoConsole()):
        asked = ArrowPrompter(PlainPrompter(StringIO(), StringIO()))
        with pytest.raises(NoArrowKeys):
            asked.choose(WHAT_NOW)
        with pytest.raises(NoArrowKeys):
            asked.text(LOCATION)


def test_labels_and_reasons_are_cut_to_the_window_counting_wide_characters_twice() -> None:
    assert shortened("Send the configuration", 22) == "Send the configuration"
    assert shortened("Send the configuration", 21) == "Send the configurati~"
    assert shortened("上海上海上海", 8) == "上海上~"
    assert fitted(Choice("a", "Done", disabled="first finish O1"), 40) == ("Done", "first finish O1")
    assert fitted(Choice("a", "Add the VPN\x1b", disabled=""), 40) == ("Add the VPN\\x1b", "")
    label, reason = fitted(Choice("a", "L" * 60, disabled="r" * 60), 40)
    assert get_cwidth(f"- {label} ({reason})") == 40
    assert (label, reason) == ("L" * 17 + "~", "r" * 16 + "~")


def test_questionary_is_not_loaded_until_a_question_is_asked() -> None:
    program = (
        "import sys, sci_cli.ui.arrows; print(sorted({'questionary', 'prompt_toolkit'} & set(sys.modules)))"
    )

    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "[]\n"


class Screen(DummyOutput):
    """Keeps what is written, on a window of 40 columns."""

    def __init__(self) -> None:
        self.written = ""

    def get_size(self) -> Size:
        return Size(rows=40, columns=40)

    def write(self, data: str) -> None:
        self.written += data


def test_a_long_typed_question_is_broken_between_words() -> None:
    screen = Screen()
    with create_pipe_input() as pressed, create_app_session(input=pressed, output=screen):
        pressed.send_text("HK1" + ENTER)
        ArrowPrompter(PlainPrompter(StringIO(), StringIO())).text(
            TextQuestion("location", "Installation location", hint="as Dynamic Network Manager shows it")
        )
    lines = [" ".join(line.split()) for line in screen.written.split("\n")]
    assert lines[0].startswith("Installation location (as Dynamic")
    assert lines[1].startswith("Network Manager shows it):")


def test_a_choice_too_long_for_its_line_is_echoed_in_words() -> None:
    shown = StringIO()
    choices = (Choice("S1", "[x] S1  Choose Shutdown or No  Cust"), Choice("q", "Quit"))
    with create_pipe_input() as pressed, create_app_session(input=pressed, output=Screen()):
        pressed.send_text(ENTER)
        asked = ArrowPrompter(PlainPrompter(StringIO(), shown, 40))
        assert asked.choose(ChoiceQuestion("step", "acme-hk-1: pick a step", choices)) == "S1"
    assert shown.getvalue() == " acme-hk-1: pick a step [x] S1 Choose\nShutdown or No Cust\n"
