"""Asking without arrow keys: the plain transcript, what is refused, and who is asked at all."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO, StringIO, TextIOWrapper

import pytest

from sci_cli.errors import AnswersMissing, ExitCode, Interrupted
from sci_cli.ui.arrows import ArrowsOrPlain, NoArrowKeys
from sci_cli.ui.plain_prompter import PlainPrompter
from sci_cli.ui.prompter import (
    LONGEST_ANSWER,
    Back,
    Choice,
    ChoiceQuestion,
    Prompter,
    RefusingPrompter,
    TextQuestion,
    TypedNameQuestion,
    YesNoQuestion,
    choose_prompter,
)
from tests.ui.scripted import ScriptedPrompter

WHAT_NOW = ChoiceQuestion(
    key="action",
    text="What now?",
    choices=(
        Choice("done", "Done", key="d"),
        Choice("note", "Add a note", key="n"),
        Choice("skip", "Skip, with a reason", key="s"),
        Choice("previous", "Previous step", key="p"),
        Choice("quit", "Save and quit", key="q"),
    ),
)
BLOCKED = ChoiceQuestion(
    key="action",
    text="What now?",
    choices=(Choice("done", "Done", key="d", disabled="first finish O1"), Choice("quit", "Save and quit")),
    default="done",
)
LOCATION = TextQuestion("location", "Location", hint="such as HK1")
PLACE = YesNoQuestion("place", "Place the order?")
CONFIRM = TypedNameQuestion("confirm", "Port HK1 goes down.", "acme-hk-1")


def plain(typed: str) -> tuple[PlainPrompter, StringIO]:
    shown = StringIO()
    return PlainPrompter(StringIO(typed), shown), shown


def capitals(answer: str) -> str | None:
    return None if answer.isupper() else "A location is written in capital letters."


def test_a_plain_choice_reads_like_a_transcript_and_refuses_a_number_outside_the_list() -> None:
    prompter, shown = plain("9\n2\n")

    assert prompter.choose(WHAT_NOW) == "note"
    assert shown.getvalue() == (
        "What now?\n"
        "  1. Done\n"
        "  2. Add a note\n"
        "  3. Skip, with a reason\n"
        "  4. Previous step\n"
        "  5. Save and quit\n"
        "Type a number, 1 to 5, then Enter: '9' is not a number from 1 to 5.\n"
        "Type a number, 1 to 5, then Enter: Chosen: Add a note\n"
    )


def test_enter_alone_chooses_nothing_without_a_default() -> None:
    prompter, shown = plain("\nq\n")

    assert prompter.choose(WHAT_NOW) == "quit"
    assert "Enter: Nothing is chosen yet. Type a number from 1 to 5.\n" in shown.getvalue()


def test_enter_alone_chooses_the_default_shown_in_brackets() -> None:
    prompter, shown = plain("\n")
    question = ChoiceQuestion("action", "What now?", WHAT_NOW.choices, default="note")

    assert prompter.choose(question) == "note"
    assert shown.getvalue().endswith("Type a number, 1 to 5, then Enter [2]: Chosen: Add a note\n")


@pytest.mark.parametrize("typed", ["s", "S", " 3 ", "3\r"])
def test_a_choice_is_named_by_its_letter_or_number_whatever_the_case_and_blanks(typed: str) -> None:
    prompter, _ = plain(f"{typed}\n")

    assert prompter.choose(WHAT_NOW) == "skip"


@pytest.mark.parametrize("typed", ["0", "6", "-1", "+1", "1.", "\u0663", "1 2", "99999", "x", "done"])
def test_what_is_neither_a_listed_number_nor_a_letter_is_refused(typed: str) -> None:
    prompter, shown = plain(f"{typed}\n5\n")

    assert prompter.choose(WHAT_NOW) == "quit"
    assert f"Enter: '{typed}' is not a number from 1 to 5.\n" in shown.getvalue()


def test_a_disabled_choice_is_listed_with_its_reason_and_refused_with_it() -> None:
    prompter, shown = plain("1\n\nd\n2\n")

    assert prompter.choose(BLOCKED) == "quit"
    assert shown.getvalue() == (
        "What now?\n"
        "  1. Done (first finish O1)\n"
        "  2. Save and quit\n"
        "Type a number, 1 to 2, then Enter: Done cannot be chosen now: first finish O1.\n"
        "Type a number, 1 to 2, then Enter: Nothing is chosen yet. Type a number from 1 to 2.\n"
        "Type a number, 1 to 2, then Enter: Done cannot be chosen now: first finish O1.\n"
        "Type a number, 1 to 2, then Enter: Chosen: Save and quit\n"
    )


def test_a_choice_with_everything_disabled_is_listed_and_left_instead_of_asked_forever() -> None:
    prompter, shown = plain("1\n")

    with pytest.raises(Back):
        prompter.choose(ChoiceQuestion("step", "Which step?", (Choice("O2", "Order", disabled="needs O1"),)))
    assert shown.getvalue() == "Which step?\n  1. Order (needs O1)\nNone of these can be chosen now.\n"


def test_a_text_question_shows_its_hint_and_asks_again_with_the_problem() -> None:
    prompter, shown = plain("\nhk1\n  HK1\t\n")

    assert prompter.text(TextQuestion("location", "Location", hint="such as HK1", check=capitals)) == "HK1"
    assert shown.getvalue() == (
        "Location (such as HK1): An answer is needed here.\n"
        "Location (such as HK1): A location is written in capital letters.\n"
        "Location (such as HK1): "
    )


def test_an_empty_answer_gives_the_default_or_nothing_where_none_is_required() -> None:
    prompter, shown = plain("\n\n")

    assert prompter.text(TextQuestion("location", "Location", default="HK1", check=capitals)) == "HK1"
    assert prompter.text(TextQuestion("note", "Any note?", required=False, check=capitals)) == ""
    assert shown.getvalue() == "Location [HK1]: Any note? "


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("HK\x1b[2J", "The answer contains the control character U+001B (x1b). Type it again without that."),
        ("HK\u202e1", "The answer contains U+202E (a direction override). Type it again without that."),
        ("x" * (LONGEST_ANSWER + 1), "The answer is longer than 10000 characters. Type a shorter one."),
        ("x" * 35_000, "The answer is longer than 10000 characters. Type a shorter one."),
    ],
    ids=["escape", "direction", "one character too long", "far too long"],
)
def test_an_unsafe_or_endless_answer_is_explained_and_asked_again(typed: str, problem: str) -> None:
    prompter, shown = plain(f"{typed}\nHK1\n")

    assert prompter.text(LOCATION) == "HK1"
    assert shown.getvalue() == f"Location (such as HK1): {problem}\nLocation (such as HK1): "


def test_the_longest_answer_allowed_is_taken_whole() -> None:
    prompter, _ = plain("x" * LONGEST_ANSWER + "\r\n")

    assert prompter.text(LOCATION) == "x" * LONGEST_ANSWER


def test_bytes_that_are_not_utf_8_are_explained_and_asked_again() -> None:
    class Typed(BytesIO):
        """Hands out one line at a time, as a terminal does."""

        def read1(self, size: int | None = -1, /) -> bytes:
            return self.readline()

    shown = StringIO()
    prompter = PlainPrompter(TextIOWrapper(Typed(b"Z\xfcrich\nHK1\n"), encoding="utf-8"), shown)

    assert prompter.text(LOCATION) == "HK1"
    assert "The answer contains a character that is not valid UTF-8." in shown.getvalue()


def test_yes_or_no_needs_a_word_and_enter_alone_asks_again() -> None:
    prompter, shown = plain("\nsure\nYES\nn\n")

    assert prompter.yes_no(PLACE) is True
    assert prompter.yes_no(PLACE) is False
    assert shown.getvalue() == (
        "Place the order? (y or n): Type y for yes or n for no, then Enter.\n"
        "Place the order? (y or n): Type y for yes or n for no, then Enter.\n"
        "Place the order? (y or n): Place the order? (y or n): "
    )


@pytest.mark.parametrize(
    ("typed", "confirmed"),
    [
        ("acme-hk-1\n", True),
        ("acme\nacme-hk-1\n", True),
        ("\n", False),
        ("acme\n\n", False),
        ("acme\nACME-HK-1\n", False),
    ],
)
def test_a_typed_name_confirms_within_two_tries_and_an_empty_answer_declines(
    typed: str, confirmed: bool
) -> None:
    prompter, _ = plain(typed)

    assert prompter.type_name(CONFIRM) is confirmed


def test_a_wrong_name_is_shown_beside_the_expected_one() -> None:
    prompter, shown = plain("acme\x1b\nbeta\n")

    assert prompter.type_name(CONFIRM) is False
    asked = "Port HK1 goes down. (type acme-hk-1 to confirm, or Enter alone to leave it): "
    assert shown.getvalue() == (
        f"{asked}'acme\\x1b' is not 'acme-hk-1'. Type it once more.\n"
        f"{asked}'beta' is not 'acme-hk-1'. Nothing is confirmed.\n"
    )


QUESTIONS: list[Callable[[Prompter], object]] = [
    lambda prompter: prompter.text(TextQuestion("note", "Note", default="kept", required=False)),
    lambda prompter: prompter.choose(ChoiceQuestion("action", "What?", WHAT_NOW.choices, default="done")),
    lambda prompter: prompter.yes_no(PLACE),
    lambda prompter: prompter.type_name(CONFIRM),
]


@pytest.mark.parametrize("ask", QUESTIONS)
@pytest.mark.parametrize("typed", ["", "y", "1"])
def test_the_end_of_the_input_is_no_answer_even_after_half_a_line(
    ask: Callable[[Prompter], object], typed: str
) -> None:
    prompter, shown = plain(typed)

    with pytest.raises(EOFError):
        ask(prompter)
    assert shown.getvalue().endswith(": \n")


@pytest.mark.parametrize("ask", QUESTIONS)
def test_ctrl_c_leaves_a_plain_question_without_an_answer(ask: Callable[[Prompter], object]) -> None:
    class Stopped(BytesIO):
        def read1(self, size: int | None = -1, /) -> bytes:
            raise KeyboardInterrupt

    shown = StringIO()
    with pytest.raises(KeyboardInterrupt):
        ask(PlainPrompter(TextIOWrapper(Stopped(), encoding="utf-8"), shown))
    assert shown.getvalue().endswith(": \n")


def test_everything_shown_is_made_visible_and_fits_the_encoding_of_the_terminal() -> None:
    written = BytesIO()
    shown = TextIOWrapper(written, encoding="cp1252", newline="")
    prompter = PlainPrompter(StringIO("1\n"), shown)

    prompter.say("Step O9 \u2713 \x1b[31m")
    prompter.choose(ChoiceQuestion("x", "Pick\x07", (Choice("a", "A\u202e"),)))
    assert written.getvalue() == (
        b"Step O9 \\u2713 \\x1b[31m\nPick\\x07\n  1. A\\u202e\nType 1, then Enter: Chosen: A\\u202e\n"
    )


@pytest.mark.parametrize("ask", QUESTIONS)
def test_where_nobody_is_asked_the_error_names_the_missing_answer(ask: Callable[[Prompter], object]) -> None:
    script = ScriptedPrompter([("", EOFError)])
    with pytest.raises(EOFError):
        ask(script)

    with pytest.raises(AnswersMissing) as missing:
        ask(RefusingPrompter())
    assert missing.value.message == f"An answer is missing: {script.asked[0]}"
    assert missing.value.exit_code is ExitCode.USAGE


def test_going_back_is_an_interruption_for_a_caller_that_does_not_expect_it() -> None:
    assert isinstance(Back(), Interrupted)
    assert Back().exit_code is ExitCode.INTERRUPTED


@pytest.mark.parametrize(
    ("choices", "default"),
    [
        ((), None),
        ((Choice("a", "A"), Choice("a", "B")), None),
        ((Choice("a", "A", key="x"), Choice("b", "B", key="x")), None),
        ((Choice("a", "A", key="1"),), None),
        ((Choice("a", "A"),), "b"),
    ],
)
def test_a_choice_that_could_not_be_asked_is_refused_when_written(
    choices: tuple[Choice, ...], default: str | None
) -> None:
    with pytest.raises(ValueError, match="of pick"):
        ChoiceQuestion("pick", "Pick", choices, default)


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stdin", "stdout", "allowed", "plain_form", "term", "width", "kind"),
    [
        (Terminal(), Terminal(), True, False, "xterm", 80, ArrowsOrPlain),
        (Terminal(), Terminal(), True, False, "xterm", 60, ArrowsOrPlain),
        (Terminal(), Terminal(), True, False, "xterm", 59, PlainPrompter),
        (Terminal(), Terminal(), True, False, "dumb", 80, PlainPrompter),
        (Terminal(), Terminal(), True, True, "xterm", 80, PlainPrompter),
        (Terminal(), Terminal(), False, True, "xterm", 80, RefusingPrompter),
        (StringIO("y\n"), Terminal(), True, True, "xterm", 80, RefusingPrompter),
        (Terminal(), StringIO(), True, False, "xterm", 80, RefusingPrompter),
    ],
)
def test_who_is_asked_depends_on_permission_both_ends_and_the_window(
    stdin: StringIO, stdout: StringIO, allowed: bool, plain_form: bool, term: str, width: int, kind: type
) -> None:
    prompter = choose_prompter(
        stdin=stdin, stdout=stdout, allowed=allowed, plain=plain_form, environ={"TERM": term}, width=width
    )

    assert type(prompter) is kind
    assert prompter.interactive is (kind is not RefusingPrompter)


def test_a_closed_stream_is_not_a_terminal() -> None:
    closed = Terminal()
    gone = TextIOWrapper(BytesIO())
    gone.close()

    prompter = choose_prompter(stdin=gone, stdout=closed, allowed=True, plain=False, environ={}, width=80)

    assert type(prompter) is RefusingPrompter


def test_a_window_without_arrow_keys_says_so_once_and_goes_on_in_plain_form() -> None:
    typing, shown = plain("HK1\ny\n")
    prompter = ArrowsOrPlain(ScriptedPrompter([("location", NoArrowKeys)]), typing)

    assert prompter.text(LOCATION) == "HK1"
    assert prompter.yes_no(PLACE) is True
    assert shown.getvalue() == (
        "Arrow keys do not work in this window, so choices are numbered. "
        "On Windows, use Windows Terminal for arrow keys.\n"
        "Location (such as HK1): Place the order? (y or n): "
    )


def test_a_script_answers_by_key_or_words_and_shows_what_was_refused() -> None:
    script = ScriptedPrompter(
        [
            ("location", "hk1"),
            ("Location", "HK1"),
            ("What now", "skip"),
            ("place", False),
            ("goes down", True),
        ]
    )

    assert script.text(TextQuestion("location", "Location", check=capitals)) == "HK1"
    assert script.choose(WHAT_NOW) == "skip"
    assert script.yes_no(PLACE) is False
    assert script.type_name(CONFIRM) is True
    script.assert_exhausted()
    assert script.said == ["A location is written in capital letters."]
    assert script.asked == ["location", "location", "action", "place", "confirm"]


def test_a_script_fails_on_a_surprise_a_disabled_choice_and_a_question_never_asked() -> None:
    with pytest.raises(AssertionError, match="Expected 'region', asked location"):
        ScriptedPrompter([("region", "HK1")]).text(LOCATION)
    with pytest.raises(AssertionError, match="No answer is left for location"):
        ScriptedPrompter().text(LOCATION)
    with pytest.raises(AssertionError, match="'done' cannot be chosen"):
        ScriptedPrompter([("action", "done")]).choose(BLOCKED)
    with pytest.raises(AssertionError, match="Never asked: \\['region'\\]"):
        ScriptedPrompter([("region", "HK1")]).assert_exhausted()


# Going back and wrapping -----------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["<\n", " < \n", "\x1b\n"])
@pytest.mark.parametrize("question", [WHAT_NOW, LOCATION, PLACE, CONFIRM], ids=lambda each: each.key)
def test_a_sign_alone_leaves_every_plain_question_as_back(
    typed: str, question: ChoiceQuestion | TextQuestion | YesNoQuestion | TypedNameQuestion
) -> None:
    prompter, _ = plain(typed)

    with pytest.raises(Back):
        match question:
            case ChoiceQuestion():
                prompter.choose(question)
            case TextQuestion():
                prompter.text(question)
            case YesNoQuestion():
                prompter.yes_no(question)
            case TypedNameQuestion():
                prompter.type_name(question)


def test_a_plain_question_its_choices_and_the_echo_are_broken_between_words() -> None:
    shown = StringIO()
    prompter = PlainPrompter(StringIO("Hong-Kong-Central\n1\n"), shown, 30)
    place = TextQuestion("location", "Installation location", hint="as Dynamic Network Manager shows it")
    prompter.text(place)
    prompter.choose(ChoiceQuestion("vpn", "Which?", (Choice("a", "The first of the two VPNs of the order"),)))

    assert shown.getvalue() == (
        "Installation location (as\nDynamic Network Manager shows\nit): "
        "Which?\n"
        "  1. The first of the two VPNs\n     of the order\n"
        "Type 1, then Enter: "
        "Chosen: The first of the two\nVPNs of the order\n"
    )
