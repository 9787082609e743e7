"""The interactive checklist: whole walks with scripted answers, and what is left when one breaks off."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import count
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from sci_cli.domain.activation import Activation, Closed, VpnState
from sci_cli.domain.progress import StepState, progress
from sci_cli.errors import AnswersMissing, Command, RecordCorrupt, sci
from sci_cli.operations import activations, checks, steps
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.views import StatusView
from sci_cli.operations.workspace import ChangeMode, Workspace
from sci_cli.profiles.catalogue import Catalogue, shipped_profiles_dir
from sci_cli.store.contract import Loaded, Saved, Store
from sci_cli.store.files import FileStore
from sci_cli.ui.arrows import ArrowPrompter
from sci_cli.ui.card_answers import ANSWERS
from sci_cli.ui.checklist import run_checklist
from sci_cli.ui.look import Look, command_text
from sci_cli.ui.plain_prompter import PlainPrompter
from sci_cli.ui.prompter import Back, Choice, ChoiceQuestion, LineQuestion, RefusingPrompter
from tests.store.memory import MemoryStore
from tests.ui.scripted import Answer, ScriptedPrompter

NAME = "acme-hk-1"
MONDAY = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
GOLDEN = Path(__file__).parent.parent / "golden" / "checklist_plain.txt"
NOT_SAVED, SAVED = 0, 1

Script = list[tuple[str, Answer]]

# Every answer of a whole activation with whether it is on record once it is given. A question is named by the
# step of its card, by the fact, or by its key.
WALK: list[tuple[str, str | bool, int]] = [
    ("step", "P1", NOT_SAVED),
    ("P1", "facts", NOT_SAVED),
    ("private-ip.active", "2", SAVED),
    ("P2", "done:customer", SAVED),
    ("P2", "done:verizon", SAVED),
    ("P3", "facts", NOT_SAVED),
    ("cloud-type", "public", SAVED),
    ("nat-review", "reviewed", SAVED),
    ("P4", "facts", NOT_SAVED),
    ("security-products", "mss-cloud-firewall", NOT_SAVED),
    ("security-products", "hns-firewall", SAVED),
    ("O1", "facts", NOT_SAVED),
    ("csp.account-id", "12345", NOT_SAVED),
    ("csp.account-id", "1234567890123456", SAVED),
    ("csp.account-status", "active", SAVED),
    ("O2", "facts", NOT_SAVED),
    ("activation-date", "2026-03-16", SAVED),
    ("O2", "done:", SAVED),
    ("O3", "add-vpn", NOT_SAVED),
    ("vpn", "blue", NOT_SAVED),
    ("prefixes", "10.20.0.0/16 192.0.2.0/24", NOT_SAVED),
    ("max-prefixes", "100", NOT_SAVED),
    ("add", True, SAVED),
    ("O3", "done:", SAVED),
    ("O4", "facts", NOT_SAVED),
    ("csp.order-number", "ALI-77", SAVED),
    ("O5", "check", NOT_SAVED),
    ("O5", "form", NOT_SAVED),
    ("O5", "place", NOT_SAVED),
    ("number", "VZ-4711", NOT_SAVED),
    ("accept-billing", True, NOT_SAVED),
    ("confirm", NAME, SAVED),
    ("O6", "done:", SAVED),
    ("O8", "verify", NOT_SAVED),
    ("seen-csp", "Alibaba Cloud", NOT_SAVED),
    ("seen-data-plan", "1 Gbps", NOT_SAVED),
    ("seen-location", "Hong Kong", SAVED),
    ("O9", "facts", NOT_SAVED),
    ("vlan-id", "4000", NOT_SAVED),
    ("vlan-id", "1201", SAVED),
    ("verizon.asn", "1684", SAVED),
    ("csp.asn", "45104", SAVED),
    ("primary.nni-id", "NNI-1", SAVED),
    ("secondary.nni-id", "", NOT_SAVED),
    ("primary.verizon-address", "192.0.2.1/30", SAVED),
    ("primary.provider-address", "192.0.2.2/30", SAVED),
    ("secondary.verizon-address", "", NOT_SAVED),
    ("secondary.provider-address", "", NOT_SAVED),
    ("O9", "handoff", NOT_SAVED),
    ("screen-print", "SCREENPRINT", SAVED),
    ("O10", "stage:received", SAVED),
    ("O10", "stage:validating", SAVED),
    ("O10", "note", NOT_SAVED),
    ("note", "sales engineering has it", SAVED),
    ("O10", "stage:implementing", SAVED),
    ("O10", "stage:done", SAVED),
    ("O11", "done:", SAVED),
    ("O12", "add-vpn", NOT_SAVED),
    ("vpn", "green", NOT_SAVED),
    ("prefixes", "10.20.30.0/24", NOT_SAVED),
    ("max-prefixes", "50", NOT_SAVED),
    ("prefixes", "198.51.100.0/24, 2001:db8::/32", NOT_SAVED),
    ("max-prefixes", "50", NOT_SAVED),
    ("max-prefixes-v6", "10", NOT_SAVED),
    ("add", True, SAVED),
    ("O12", "confirm-vpn", NOT_SAVED),
    ("which-vpn", "green", SAVED),
    ("O12", "done:", SAVED),
]
# Where the answers to a card are long done: just behind the go for the order.
UNTIL_ORDER = next(number for number, (key, *_) in enumerate(WALK) if key == "O5")


class Watching(ScriptedPrompter):
    """Keeps the record as it stood at every question, and the questions themselves."""

    def __init__(self, answers: Script, record: Callable[[], Activation]) -> None:
        super().__init__(answers)
        self._record = record
        self.records: list[Activation] = []
        self.questions: list[LineQuestion | ChoiceQuestion] = []

    def _next(self, question: LineQuestion | ChoiceQuestion) -> str | bool:
        self.records.append(self._record())
        self.questions.append(question)
        return super()._next(question)


class ObjectStore(MemoryStore):
    """Keeps the records as objects: rendering and parsing them a thousand times takes minutes."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "out")
        self._held: dict[str, Activation] = {}

    def load(self, name: str) -> Loaded:
        return Loaded(self._held[name], (), "")

    def names(self) -> tuple[str, ...]:
        return tuple(self._held)

    def _put(self, before: Activation | None, after: Activation) -> Saved:
        self._held[after.name] = after
        return Saved(before, after, True, (), "")


class Desk:
    """A home with one activation, the answers to come, and everything that was shown."""

    def __init__(self, folder: Path, make_store: Callable[[Path], Store] | None = None) -> None:
        store = (make_store or ObjectStore)(folder)
        self.now = MONDAY
        catalogue = Catalogue(profiles_with_invented_contacts(folder), None)
        self.ws = Workspace(folder, store, catalogue, lambda: self.now, "sam")
        self.look = Look(width=80)
        self.shown: list[str] = []
        self.picture = folder / "print.png"
        self.picture.write_bytes(png())
        wanted = activations.NewActivation(NAME, "alibaba-cloud", "Acme Ltd", ("Hong Kong",), "1 Gbps")
        activations.new(self.ws, wanted, ChangeMode())

    def record(self) -> Activation:
        return self.ws.load(NAME).activation

    def script(self, upto: int | None = None) -> Script:
        return [
            (key, str(self.picture) if answer == "SCREENPRINT" else answer) for key, answer, _ in WALK[:upto]
        ]

    def run(self, answers: Script) -> Watching:
        """Runs the checklist until the answers end with an exception, or it is left."""
        prompter = Watching(answers, self.record)
        self.outcome: Outcome = run_checklist(self.ws, NAME, prompter, self.look, self.shown.append)
        prompter.assert_exhausted()
        return prompter

    def broken_off(self, answers: Script) -> Watching:
        """Runs it until Ctrl-C at the question after the answers."""
        prompter = Watching([*answers, ("", KeyboardInterrupt)], self.record)
        with pytest.raises(KeyboardInterrupt):
            run_checklist(self.ws, NAME, prompter, self.look, self.shown.append)
        prompter.assert_exhausted()
        return prompter

    def kept_when_left(self, answers: Script) -> Command | None:
        """The command kept when the answers end with an exception."""
        kept: list[Command | None] = [None]
        prompter = Watching(answers, self.record)
        with pytest.raises((KeyboardInterrupt, EOFError)):
            run_checklist(self.ws, NAME, prompter, self.look, self.shown.append, kept.append)
        prompter.assert_exhausted()
        return kept[-1]

    def until_order(self) -> Desk:
        """Everything up to the card of the order is answered, and nothing of it is on the screen."""
        self.broken_off(self.script(UNTIL_ORDER))
        self.shown.clear()
        return self

    @property
    def screen(self) -> str:
        return "".join(self.shown)

    def state(self, step_id: str) -> StepState:
        activation = self.record()
        found = progress(self.ws.profile_of(activation), activation, self.now).of(step_id)
        assert found is not None
        return found.state


def profiles_with_invented_contacts(folder: Path) -> Path:
    """The shipped profile with nobody's real name or address in it."""
    text = (shipped_profiles_dir() / "alibaba-cloud.yaml").read_text(encoding="utf-8")
    number = count(1)
    text = re.sub(r"(?m)^(\s+email: ).*$", lambda found: f"{found[1]}desk{next(number)}@example.net", text)
    text = re.sub(r"(?m)^(\s+- name: ).*$", r"\1Order Desk", text)
    profiles = folder / "profiles"
    profiles.mkdir()
    (profiles / "alibaba-cloud.yaml").write_text(text, encoding="utf-8")
    return profiles


def png() -> bytes:
    header = struct.pack(">I", 13) + b"IHDR" + struct.pack(">II", 4, 4) + b"\x08\x02\0\0\0" + b"\0\0\0\0"
    return b"\x89PNG\r\n\x1a\n" + header + struct.pack(">I", 0) + b"IEND" + b"\0\0\0\0"


def disabled(question: LineQuestion | ChoiceQuestion, value: str) -> str:
    assert isinstance(question, ChoiceQuestion)
    return next(choice.disabled for choice in question.choices if choice.value == value)


def values(question: LineQuestion | ChoiceQuestion) -> list[str]:
    assert isinstance(question, ChoiceQuestion)
    return [choice.value for choice in question.choices]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


# The whole walk --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("store", [ObjectStore, lambda folder: FileStore(folder / "home")])
def test_a_walk_from_nothing_closes_all_steps_and_then_leaves(
    tmp_path: Path, store: Callable[[Path], Store]
) -> None:
    desk = Desk(tmp_path, make_store=store)
    desk.run(desk.script())

    view = desk.outcome.view
    assert isinstance(view, StatusView)
    assert (view.closed, view.total, view.complete) == (16, 16, True)
    assert desk.screen.endswith(
        "All 16 steps of acme-hk-1 are closed. Nothing is left to do.\n"
        "Everything up to the last answer is saved. Resume: sci run acme-hk-1\n"
    )
    assert desk.outcome.next == (sci("run", NAME),)


def test_the_walk_records_what_was_answered(desk: Desk) -> None:
    desk.run(desk.script())

    record = desk.record()
    assert record.revision == 1 + sum(saved for *_, saved in WALK)
    assert record.order is not None
    assert (record.order.number, record.order.billing_accepted, record.order.breach) == ("VZ-4711", True, "")
    assert [(vpn.name, vpn.state, vpn.max_prefixes, vpn.max_prefixes_v6) for vpn in record.vpns] == [
        ("blue", VpnState.ATTACHED, 100, None),
        ("green", VpnState.ATTACHED, 50, 10),
    ]
    assert [mark.stage for mark in record.stages] == ["received", "validating", "implementing", "done"]
    assert record.values("security-products") == ("mss-cloud-firewall", "hns-firewall")
    assert [stamp.party for stamp in record.steps["P2"].stamps] == ["customer", "verizon"]
    assert [(note.step, note.text) for note in record.notes] == [("O10", "sales engineering has it")]


def record_after_ctrl_c(folder: Path, number: int) -> Activation:
    """The record when the walk is broken off at its question of that number."""
    folder.mkdir()
    desk = Desk(folder)
    desk.broken_off(desk.script(number))
    return desk.record()


@pytest.mark.slow
def test_ctrl_c_at_any_question_leaves_exactly_what_was_answered_before(
    tmp_path: Path, desk: Desk, processors: Executor
) -> None:
    stood = desk.run(desk.script()).records
    assert len(stood) == len(WALK)
    folders = [tmp_path / str(number) for number in range(len(WALK))]
    for number, left in enumerate(processors.map(record_after_ctrl_c, folders, range(len(WALK)))):
        assert left.revision == 1 + sum(saved for *_, saved in WALK[:number]), WALK[number]
        assert left == stood[number], WALK[number]


@pytest.mark.parametrize("number", [2, 6, 10, 22, 31, 36, 49, len(WALK) - 1])
def test_ctrl_c_before_an_answer_is_saved_leaves_sound_files(tmp_path: Path, number: int) -> None:
    desk = Desk(tmp_path, make_store=lambda home: FileStore(home / "home"))
    desk.broken_off(desk.script(number))

    loaded = FileStore(tmp_path / "home").load(NAME)
    assert loaded.notices == ()
    assert loaded.activation.revision == 1 + sum(saved for *_, saved in WALK[:number])


@pytest.mark.parametrize("leaving", [KeyboardInterrupt, EOFError])
def test_leaving_by_ctrl_c_or_the_end_of_input_reaches_the_caller(
    desk: Desk, leaving: type[BaseException]
) -> None:
    with pytest.raises(leaving):
        desk.run([("step", "P1"), ("P1", "note"), ("note", leaving)])
    assert desk.record().revision == 1


# The list --------------------------------------------------------------------------------------------------


def test_the_list_shows_marks_titles_owners_and_reasons_under_counted_headings(desk: Desk) -> None:
    desk.broken_off([("step", "P2"), ("P2", "skip"), ("reason", "done years ago"), ("P3", "(list)")])
    question = desk.run([("step", "(quit)")]).questions[0]

    assert isinstance(question, ChoiceQuestion)
    assert [(choice.heading, choice.label) for choice in question.choices][:7] == [
        ("Before you order  1/4", "[>] P1  Be a Verizon Private IP customer      Cust"),
        ("", "[-] P2  Get access to the Verizon portals     Cust+VZ      skipped"),
        ("", "[>] P3  Review NAT for public cloud products  Cust"),
        ("", "[>] P4  Decide on security products           Cust"),
        ("Order and provisioning  0/12", "[>] O1  Have an active Alibaba account        Cust"),
        ("", "[ ] O2  Agree the activation date             Cust+VZ      waits for O1"),
        ("", "[ ] O3  Give the go for the order             Cust+VZ      waits for P1 +4"),
    ]
    assert question.default == "P1"


@pytest.mark.parametrize("width", [40, 50, 60, 80, 120])
def test_every_line_of_the_list_fits_behind_its_number_or_pointer(desk: Desk, width: int) -> None:
    desk.look = Look(width=width)
    question = desk.run([("step", "(quit)")]).questions[0]

    assert isinstance(question, ChoiceQuestion)
    longest = max(len(choice.label) for choice in question.choices)
    assert longest <= width - 5
    assert all(choice.label.startswith("[") for choice in question.choices[:-1])


def test_the_list_says_late_in_words(desk: Desk) -> None:
    desk.until_order().broken_off(
        [
            ("step", "O5"),
            ("O5", "place"),
            ("number", "VZ-1"),
            ("accept-billing", True),
            ("confirm", NAME),
        ]
    )
    desk.now += timedelta(minutes=45)
    question = desk.run([("step", "(quit)")]).questions[0]

    assert isinstance(question, ChoiceQuestion)
    assert question.default == "O6"
    assert question.choices[9].label.endswith("VZ           LATE by 15 min")


def test_in_the_plain_form_the_list_uses_words_instead_of_marks(desk: Desk) -> None:
    desk.look = Look(plain=True)
    question = desk.run([("step", "(quit)")]).questions[0]

    assert isinstance(question, ChoiceQuestion)
    assert question.choices[5].label == (
        "O2 Agree the activation date, waiting, Customer and Verizon, waits for O1"
    )


def test_escape_goes_from_the_card_to_the_list_and_from_the_list_out(desk: Desk) -> None:
    desk.run([("step", "O1"), ("O1", Back()), ("step", Back())])
    assert desk.record().revision == 1


def test_escape_within_the_questions_of_a_choice_goes_back_to_the_card(desk: Desk) -> None:
    script: Script = [("step", "O1"), ("O1", "facts"), ("csp.account-id", Back()), ("O1", "(quit)")]
    prompter = desk.run(script)
    assert prompter.said[-1] == "Nothing more is recorded."
    assert desk.record().revision == 1


def test_a_finished_activation_can_still_be_looked_at(desk: Desk) -> None:
    desk.run(desk.script())
    desk.shown.clear()
    prompter = desk.run([("step", "(quit)")])

    assert desk.shown[0] == "All 16 steps of acme-hk-1 are closed. Nothing is left to do.\n"
    question = prompter.questions[0]
    assert isinstance(question, ChoiceQuestion)
    assert question.default == "(quit)"


# Cards -----------------------------------------------------------------------------------------------------


def test_done_that_is_not_possible_yet_stays_visible_with_its_reason(desk: Desk) -> None:
    prompter = desk.run([("step", "O2"), ("O2", "(list)"), ("step", "O3"), ("O3", "(quit)")])
    assert disabled(prompter.questions[1], "done:") == "first finish O1"
    assert disabled(prompter.questions[3], "done:") == "first finish P1, P3, P4, O1, O2"


def test_the_go_is_not_possible_while_a_gate_is_closed(desk: Desk) -> None:
    before_vpn = next(number for number, (key, *_) in enumerate(WALK) if key == "O3")
    question = desk.broken_off(desk.script(before_vpn)).questions[-1]

    assert question.key == "O3"
    assert disabled(question, "done:") == "1 thing stands in the way"
    assert "add-vpn" in values(question)


def test_an_order_cannot_be_placed_on_its_card_while_gates_are_closed(desk: Desk) -> None:
    prompter = desk.run([("step", "O5"), ("O5", "check"), ("O5", "(quit)")])

    assert disabled(prompter.questions[1], "place") == "first finish O3"
    assert "NO-GO: do not place the order yet, 6 things stand in the way." in desk.screen
    assert desk.record().order is None


def test_what_is_missing_for_the_order_can_be_recorded_on_its_card(desk: Desk) -> None:
    desk.run(
        [
            ("step", "O5"),
            ("O5", "facts"),
            ("csp.account-id", "1234567890123456"),
            ("csp.account-status", "(leave)"),
            ("private-ip.active", "1"),
            ("security-products", "none"),
            ("cloud-type", "vpc"),
            ("O5", "(quit)"),
        ]
    )
    record = desk.record()
    assert {
        fact: record.fact(fact) for fact in ("csp.account-status", "security-products", "cloud-type")
    } == {
        "csp.account-status": "",
        "security-products": "none",
        "cloud-type": "vpc",
    }


def test_the_card_shows_the_step_whole(desk: Desk) -> None:
    desk.until_order()
    desk.run([("step", "O9"), ("O9", "(quit)")])

    assert (
        "Step O9, 13 of 16   Order and provisioning  ███░░░░░░░ 4/12\n"
        "Send the configuration to Alibaba's order manager support team\n"
        "\n"
        "  The connection is now finished together with Alibaba. Take a screen print of\n"
    ) in desk.screen
    for line in (
        "  Owner       Customer and Verizon\n",
        "  State       cannot be done yet: waits for O8\n",
        "  Needs       O8 Compare the portal with the order (waiting)\n",
        "  Facts       VLAN ID: not on record\n",
        "              Verizon AS number: not on record\n",
        "  Portal      1. Log in to Dynamic Network Manager\n",
        "  Evidence    screen print of the configuration (none yet)\n",
        "              one that Dynamic Network Manager shows. (not in the guide,\n",
    ):
        assert line in desk.screen


def test_in_the_plain_form_the_card_is_broken_between_words(desk: Desk) -> None:
    desk.look = Look(width=60, plain=True)
    desk.run([("step", "O7"), ("O7", "(quit)")])

    card = next(text for text in desk.shown if "Step O7" in text)
    assert max(len(line) for line in card.split("\n")) <= 60
    assert "\nNobody has to act. Verizon's provider edge router, the one\nconnected to" in desk.screen


def test_the_card_of_a_step_that_happens_by_itself_offers_nothing_to_do(desk: Desk) -> None:
    prompter = desk.run([("step", "O7"), ("O7", "(quit)")])
    assert values(prompter.questions[1]) == ["note", "(list)", "(quit)"]


def test_no_risky_answer_is_given_by_enter_alone(desk: Desk) -> None:
    prompter = desk.run(desk.script())

    defaults = {each.default for each in prompter.questions if isinstance(each, ChoiceQuestion)}
    steps_of_list = {step.id for step in desk.ws.profile_of(desk.record()).counted_steps()}
    assert defaults - steps_of_list <= {None, "facts", "check", "(list)"}


def test_every_choice_of_every_card_has_an_answer(desk: Desk) -> None:
    prompter = desk.run(desk.script())

    cards = {step.id for step in desk.ws.profile_of(desk.record()).counted_steps()}
    offered = {
        value.partition(":")[0]
        for question in prompter.questions
        if question.key in cards
        for value in values(question)
    }
    assert offered - set(ANSWERS) == {"(list)", "(quit)"}


def test_joint_owners_can_be_recorded_one_by_one(desk: Desk) -> None:
    script: Script = [("step", "P2"), ("P2", "done:customer"), ("P2", "(quit)")]
    prompter = desk.run(script)

    assert values(prompter.questions[1])[:3] == ["done:", "done:customer", "done:verizon"]
    assert values(prompter.questions[2])[:2] == ["done:verizon", "note"]
    assert "Owner       Customer and Verizon; still to do its part: Verizon\n" in desk.screen
    assert desk.state("P2") is StepState.READY


def test_a_refused_value_is_asked_again_with_what_is_wrong(desk: Desk) -> None:
    prompter = desk.run(
        [
            ("step", "P1"),
            ("P1", "facts"),
            ("private-ip.active", "many"),
            ("private-ip.active", ""),
            ("P1", "(quit)"),
        ]
    )
    assert prompter.said[-1].startswith("private-ip.active is a whole number from 0 to 100000")
    assert desk.record().revision == 1


def test_facts_that_turn_out_not_to_be_needed_are_not_asked_for(desk: Desk) -> None:
    prompter = desk.run([("step", "P3"), ("P3", "facts"), ("cloud-type", "vpc"), ("P4", "(quit)")])
    assert "nat-review" not in prompter.asked
    assert desk.state("P3") is StepState.NOT_NEEDED


def test_an_odd_but_possible_value_is_saved_with_a_warning(desk: Desk) -> None:
    desk.look = Look(width=120)
    desk.run(
        [
            ("step", "O1"),
            ("O1", "facts"),
            ("csp.account-id", "123456789012"),
            ("csp.account-status", "(leave)"),
            ("O1", "(quit)"),
        ]
    )
    assert (
        "Saved. csp.account-id = 123456789012\n"
        "Warning: csp.account-id has 12 characters; Alibaba Cloud account ID usually has 16.\n"
    ) in desk.shown


# Skip and reopen -------------------------------------------------------------------------------------------


def test_a_skip_without_a_reason_is_no_skip(desk: Desk) -> None:
    desk.run([("step", "P2"), ("P2", "skip"), ("reason", ""), ("P2", "(quit)")])
    assert (desk.record().revision, desk.state("P2")) == (1, StepState.READY)


def test_a_skipped_step_can_be_reopened_with_a_reason(desk: Desk) -> None:
    prompter = desk.run(
        [
            ("step", "P2"),
            ("P2", "skip"),
            ("reason", "portal access exists"),
            ("P3", "(list)"),
            ("step", "P2"),
            ("P2", "reopen"),
            ("reason", "it was another customer's"),
            ("P2", "(quit)"),
        ]
    )
    record = desk.record()
    assert "P2" not in record.steps
    assert [(event.command, event.reason) for event in record.history[1:]] == [
        ("skip", "portal access exists"),
        ("reopen", "it was another customer's"),
    ]
    assert "reopen" in values(prompter.questions[5])
    assert "done:" not in values(prompter.questions[5])


def test_the_go_and_the_order_cannot_be_skipped(desk: Desk) -> None:
    prompter = desk.run([("step", "O3"), ("O3", "(list)"), ("step", "O5"), ("O5", "(quit)")])
    assert "skip" not in values(prompter.questions[1])
    assert "skip" not in values(prompter.questions[3])


# Order and verification ------------------------------------------------------------------------------------


def test_an_order_without_accepted_billing_is_refused_and_not_recorded(desk: Desk) -> None:
    desk.until_order().run(
        [("step", "O5"), ("O5", "place"), ("number", "VZ-1"), ("accept-billing", False), ("O5", "(quit)")]
    )
    assert "Error: The order may not be placed yet; nothing was written.\n" in desk.screen
    assert "Nobody has accepted that billing starts with this order." in desk.screen
    assert desk.record().order is None


def test_a_gate_that_closes_while_the_order_is_typed_keeps_it_from_being_placed(desk: Desk) -> None:
    desk.until_order()
    prompter = ClosesAGate(
        [
            ("step", "O5"),
            ("O5", "place"),
            ("number", "VZ-1"),
            ("accept-billing", True),
            ("confirm", NAME),
            ("O5", "(quit)"),
        ],
        desk,
    )
    run_checklist(desk.ws, NAME, prompter, desk.look, desk.shown.append)

    assert "Error: acme-hk-1 is at revision 15, not 14; nothing was changed.\n" in desk.screen
    assert disabled(prompter.questions[-1], "place") == "1 thing stands in the way"
    assert desk.record().order is None


class ClosesAGate(Watching):
    """Somebody else records a suspended account while the order is being confirmed."""

    def __init__(self, answers: Script, desk: Desk) -> None:
        super().__init__(answers, desk.record)
        self._ws = desk.ws

    def _next(self, question: LineQuestion | ChoiceQuestion) -> str | bool:
        if question.key == "confirm":
            activations.set_facts(self._ws, NAME, {"csp.account-status": ["suspended"]}, ChangeMode())
        return super()._next(question)


def test_a_wrong_name_typed_places_no_order(desk: Desk) -> None:
    desk.until_order().run(
        [
            ("step", "O5"),
            ("O5", "place"),
            ("number", "VZ-1"),
            ("accept-billing", True),
            ("confirm", "acme-hk-2"),
            ("confirm", "acme"),
            ("O5", "(quit)"),
        ]
    )
    assert desk.record().order is None


def test_a_difference_in_the_portal_is_recorded_shown_and_keeps_the_card(desk: Desk) -> None:
    placed = next(number for number, (key, *_) in enumerate(WALK) if key == "O8")
    desk.broken_off(desk.script(placed))
    desk.shown.clear()
    prompter = desk.run(
        [
            ("step", "O8"),
            ("O8", "verify"),
            ("seen-csp", "Alibaba Cloud"),
            ("seen-data-plan", "1 Gbps"),
            ("seen-location", "Singapore"),
            ("O8", "verify"),
            ("seen-csp", "Alibaba Cloud"),
            ("seen-data-plan", "1 Gbps"),
            ("seen-location", "Hong Kong"),
            ("O9", "(quit)"),
        ]
    )
    for line in (
        "  Differs     The location differs: ordered Hong Kong, the portal shows\n",
        "  To do       Call the Verizon account team (your Verizon Account Manager) and\n",
    ):
        assert line in desk.screen
    assert "The location differs: ordered Hong Kong, the portal shows Singapore." in desk.screen
    assert "Error: Dynamic Network Manager does not show what was ordered: location." in desk.screen
    between = prompter.records[5].verification
    assert between is not None
    assert not between.matches
    verified = desk.record().verification
    assert verified is not None
    assert verified.matches


# VPNs ------------------------------------------------------------------------------------------------------


def test_overlapping_prefixes_are_refused_with_both_vpns_and_only_the_prefixes_are_asked_again(
    desk: Desk,
) -> None:
    desk.run(desk.script())
    assert "10.20.30.0/24" in desk.screen
    assert "Error: The plan breaks a rule of the port." in desk.screen
    assert [str(prefix) for prefix in desk.record().vpns[1].prefixes] == ["198.51.100.0/24", "2001:db8::/32"]


def test_a_vpn_is_removed_only_when_the_activation_is_named(desk: Desk) -> None:
    desk.run(desk.script())
    removing: Script = [("step", "O12"), ("O12", "remove-vpn"), ("which-vpn", "green")]
    desk.run([*removing, ("confirm", ""), ("O12", "(quit)")])
    kept = [vpn.state for vpn in desk.record().vpns]
    desk.run([*removing, ("confirm", NAME), ("O12", "(quit)")])

    assert kept == [VpnState.ATTACHED, VpnState.ATTACHED]
    assert [vpn.state for vpn in desk.record().vpns] == [VpnState.ATTACHED, VpnState.REMOVAL_REQUESTED]


# Meanwhile -------------------------------------------------------------------------------------------------


class SomebodyElse(Watching):
    """Somebody else closes P2 while its card is open here."""

    def __init__(self, answers: Script, desk: Desk) -> None:
        super().__init__(answers, desk.record)
        self._ws = desk.ws

    def _next(self, question: LineQuestion | ChoiceQuestion) -> str | bool:
        if question.key == "P2" and len(self.questions) == 1:
            steps.done(self._ws, NAME, steps.DoneRequest("P2", "verizon"), ChangeMode())
        return super()._next(question)


def test_a_record_changed_by_somebody_else_is_said_and_its_card_shown_again(desk: Desk) -> None:
    prompter = SomebodyElse([("step", "P2"), ("P2", "done:customer"), ("P2", "(quit)")], desk)
    run_checklist(desk.ws, NAME, prompter, desk.look, desk.shown.append)

    assert "Error: acme-hk-1 is at revision 2, not 1; nothing was changed.\n" in desk.screen
    assert desk.screen.count("Step P2, 2 of 16") == 2
    assert [stamp.party for stamp in desk.record().steps["P2"].stamps] == ["verizon"]
    assert desk.record().steps["P2"].closed is Closed.DONE


def test_a_record_that_cannot_be_read_ends_the_checklist(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(name: str) -> None:
        raise RecordCorrupt("The record of acme-hk-1 fails its check.")

    monkeypatch.setattr(desk.ws.store, "load", damaged)
    with pytest.raises(RecordCorrupt):
        desk.run([])


def test_what_a_card_tries_out_is_never_written(desk: Desk) -> None:
    desk.until_order()
    before = desk.record()
    desk.run([("step", "O5"), ("O5", "(list)"), ("step", "O12"), ("O12", "(quit)")])
    assert desk.record() == before
    assert checks.check(desk.ws, NAME, purpose="order").error is None


def test_where_nobody_can_be_asked_the_missing_answer_is_named(desk: Desk) -> None:
    with pytest.raises(AnswersMissing, match="An answer is missing: step"):
        run_checklist(desk.ws, NAME, RefusingPrompter(), desk.look, desk.shown.append)


# With arrow keys -------------------------------------------------------------------------------------------


def test_headings_are_passed_over_by_the_pointer_and_lines_below_them_have_no_letters() -> None:
    question = ChoiceQuestion(
        "step",
        "Pick a step",
        (
            Choice("P1", "[x] P1", heading="Before you order  1/1"),
            Choice("O1", "[>] O1", heading="Order and provisioning  0/1"),
            Choice("(quit)", "Save and quit", key="q"),
        ),
        default="P1",
    )
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text("q\x1b[B\r")
        assert ArrowPrompter(PlainPrompter(StringIO(), StringIO())).choose(question) == "O1"


# On a plain terminal ---------------------------------------------------------------------------------------


class Keyboard(StringIO):
    """Lines to be typed; the screen shows them as a terminal does."""

    def __init__(self, lines: list[str], screen: StringIO) -> None:
        super().__init__("".join(f"{line}\n" for line in lines))
        self._screen = screen

    # The annotations of the base of all streams promise bytes, those of text streams too.
    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]  # see above
        line = super().readline(size)
        self._screen.write(line)
        return line


def test_the_plain_checklist_reads_as_the_transcript(desk: Desk) -> None:
    typed = [
        "", "f", "many", "2", "d", "f", "3", "1", "f", "1", "f", "1234567890123456", "1",
        "n", "the bill is explained", "s", "", "l", "7", "d", "c", "q",
    ]  # fmt: skip
    screen = StringIO()

    def show(text: str) -> None:
        screen.write(text)

    run_checklist(desk.ws, NAME, PlainPrompter(Keyboard(typed, screen), screen), desk.look, show)

    assert screen.getvalue() == GOLDEN.read_text(encoding="utf-8")


def test_the_last_change_is_undone_from_the_list_after_a_yes_and_kept_after_a_no(desk: Desk) -> None:
    typed = ["1", "n", "a wrong note", "l", "u", "n", "u", "y", "q"]
    screen = StringIO()

    def show(text: str) -> None:
        screen.write(text)

    prompter = PlainPrompter(Keyboard(typed, screen), screen)
    before = desk.record()
    run_checklist(desk.ws, NAME, prompter, desk.look, show)

    after = desk.record()
    assert [event.command for event in after.history[before.revision :]] == ["note", "undo"]
    assert after.notes == before.notes
    shown = screen.getvalue()
    assert shown.index("Nothing is undone.") < shown.index("is taken back")
    assert "Undo: note on P1" in shown


def test_what_happened_in_the_world_is_not_offered_for_undo(desk: Desk) -> None:
    until = next(number for number, (key, *_) in enumerate(WALK) if key == "O6")
    desk.broken_off(desk.script(until))
    assert desk.record().history[-1].command == "order place"

    watching = desk.run([("step", "(quit)")])

    (listed,) = watching.questions
    assert isinstance(listed, ChoiceQuestion)
    assert "(undo)" not in [choice.value for choice in listed.choices]


# Leaving in the middle of several questions ----------------------------------------------------------------


VPN = [("step", "O12"), ("O12", "add-vpn"), ("vpn", "green")]
PREFIXES = ("prefixes", "198.51.100.0/24, 2001:db8::/32")
ADDED = "sci vpn add acme-hk-1 green --prefix"
BOTH = f"{ADDED} 198.51.100.0/24 --prefix 2001:db8::/32"


@pytest.mark.parametrize(
    ("upto", "answers", "command"),
    [
        ("P4", [("P4", "facts"), ("security-products", "mss-cloud-firewall")],
         "sci set acme-hk-1 security-products=mss-cloud-firewall"),
        ("O5", [("O5", "place"), ("number", "VZ-1")], "sci order place acme-hk-1 --number VZ-1"),
        ("O5", [("O5", "place"), ("number", "VZ-1"), ("accept-billing", True)],
         "sci order place acme-hk-1 --number VZ-1"),
        ("O8", [("O8", "verify"), ("seen-csp", "Alibaba Cloud"), ("seen-data-plan", "1 Gbps")],
         "sci order verify acme-hk-1 --seen-csp 'Alibaba Cloud' --seen-data-plan '1 Gbps'"),
        ("O6", [("O6", "(list)"), *VPN], f"{ADDED} PREFIX"),
        ("O6", [("O6", "(list)"), *VPN, PREFIXES], BOTH),
        ("O6", [("O6", "(list)"), *VPN, PREFIXES, ("max-prefixes", "50")], f"{BOTH} --max-prefixes 50"),
        ("O6", [("O6", "(list)"), *VPN, PREFIXES, ("max-prefixes", "50"), ("max-prefixes-v6", "9")],
         f"{BOTH} --max-prefixes 50 --max-prefixes-v6 9"),
        ("O6", [("O6", "(list)"), *VPN, ("prefixes", "10.20.30.0/24"), ("max-prefixes", "50")],
         f"{ADDED} PREFIX"),
        ("O6", [("O6", "(list)"), ("step", "O12"), ("O12", "remove-vpn"), ("which-vpn", "blue")],
         "sci vpn remove acme-hk-1 blue"),
        ("O6", [("O6", "(list)"), ("step", "S2"), ("S2", "port:shutdown"), ("reason", "a test")],
         "sci port shutdown acme-hk-1 --reason 'a test'"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("leaving", [KeyboardInterrupt, EOFError])
def test_leaving_between_two_questions_keeps_the_answers_as_a_command(
    desk: Desk, upto: str, answers: Script, command: str, leaving: type[BaseException]
) -> None:
    until = next(number for number, (key, *_) in enumerate(WALK) if key == upto)
    kept = desk.kept_when_left([*desk.script(until), *answers, ("", leaving)])
    assert kept is not None
    assert command_text(kept) == command


@pytest.mark.parametrize(
    "answers",
    [
        [("step", "P1")],
        [("step", "P1"), ("P1", "facts"), ("private-ip.active", "2")],
        [("step", "O12"), ("O12", "add-vpn"), ("vpn", "green"), ("prefixes", "")],
    ],
    ids=["nothing", "saved", "left by Enter"],
)
def test_where_no_answer_is_waiting_no_command_is_kept(desk: Desk, answers: Script) -> None:
    assert desk.kept_when_left([*answers, ("", KeyboardInterrupt)]) is None
