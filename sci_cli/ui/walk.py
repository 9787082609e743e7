"""What the checklist works with: the record as just read, whom to ask, and how to show what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sci_cli.domain.activation import Activation
from sci_cli.domain.findings import Finding, Severity, blockers
from sci_cli.domain.profile import Profile, StepKind
from sci_cli.domain.progress import Progress, StepProgress, StepState, progress
from sci_cli.errors import AnswersMissing, Command, Interrupted, SciError, sci
from sci_cli.operations import checks
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.views import RecordedView
from sci_cli.operations.workspace import ChangeMode, Workspace
from sci_cli.store.contract import Loaded
from sci_cli.ui.as_shown import AsShown
from sci_cli.ui.errors_text import render_error, render_failed_outcome
from sci_cli.ui.look import Look
from sci_cli.ui.page import Page
from sci_cli.ui.prompter import Back, Prompter, TextQuestion, TypedNameQuestion
from sci_cli.ui.screens import render

Operation = Callable[[Workspace, ChangeMode], Outcome]


@dataclass(frozen=True, slots=True)
class Place:
    """The record as it was read and shown, with its progress then."""

    loaded: Loaded
    profile: Profile
    known: Progress
    now: datetime

    @property
    def activation(self) -> Activation:
        """The record itself."""
        return self.loaded.activation

    @property
    def mode(self) -> ChangeMode:
        """Changes are made to the revision that was shown, or not at all."""
        return ChangeMode(if_revision=self.activation.revision)

    @property
    def on_port(self) -> tuple[StepProgress, ...]:
        """What can be done with the port as long as there is one; never done, and no part of the progress."""
        if self.activation.order is None:
            return ()
        counted = {item.step.id for item in self.known.steps}
        return tuple(
            StepProgress(step, StepState.READY)
            for step in self.profile.steps
            if step.kind is StepKind.PORT and step.id not in counted
        )

    @property
    def steps(self) -> tuple[StepProgress, ...]:
        """Everything the checklist lists, in its order."""
        return (*self.known.steps, *self.on_port)

    def step(self, step_id: str) -> StepProgress:
        """One of the steps listed; the checklist only names such."""
        return next(item for item in self.steps if item.step.id == step_id)


@dataclass(frozen=True, slots=True)
class Walk:
    """One run of the checklist of one activation.

    Attributes:
        show: takes a text that ends with a line end.
        keep: takes a command that goes on with answers that are not on record yet; None when there are none.
    """

    ws: Workspace
    name: str
    prompter: Prompter
    look: Look
    show: Callable[[str], None]
    keep: Callable[[Command | None], None]

    def read(self) -> Place:
        """The record as it is now.

        Raises:
            SciError: it cannot be read.
        """
        loaded = self.ws.load(self.name)
        profile = self.ws.profile_of(loaded.activation)
        now = self.ws.now()
        return Place(loaded, profile, progress(profile, loaded.activation, now), now)

    def trial(self, place: Place, operation: Operation) -> tuple[bool, SciError | None]:
        """Whether an operation would change the record shown, and how it would refuse; nothing is written."""
        try:
            return operation(self.as_shown(place), ChangeMode(dry_run=True)).changed, None
        except (Interrupted, AnswersMissing):
            raise
        except SciError as refusal:
            return False, refusal

    def as_shown(self, place: Place) -> Workspace:
        """The workspace as it was when the place was read; nothing can be written in it."""
        return replace(self.ws, store=AsShown(self.ws.store, place.loaded, place.profile))

    def attempt(self, answer: Callable[[], None]) -> None:
        """Asks and calls; a refusal is shown, and leaving a question is no more than that.

        Raises:
            Interrupted, AnswersMissing, KeyboardInterrupt, EOFError: the run as a whole is over; what was
                kept of the answers stays kept.
        """
        try:
            answer()
        except Back:
            self.prompter.say("Nothing more is recorded.")
        except (Interrupted, AnswersMissing):
            raise
        except SciError as refusal:
            self.show(render_error(refusal, self.look))
        self.keep(None)

    def so_far(self, *words: str) -> None:
        """Keeps the answers of a dialogue as the command that goes on with them.

        Confirmations are never among them: a yes or a typed name holds for the moment it was given in.
        """
        self.keep(sci(*words))

    def typed(self, question: TextQuestion) -> str:
        """One typed answer.

        Raises:
            Back: Enter alone; it leaves every question of the checklist, since not every window has Escape.
        """
        answer = self.prompter.text(question)
        if not answer:
            raise Back
        return answer

    def confirm_name(self, text: str) -> None:
        """Has the activation's name typed.

        Raises:
            Back: it was not.
        """
        if not self.prompter.type_name(TypedNameQuestion("confirm", text, self.name)):
            raise Back

    def present(self, outcome: Outcome) -> None:
        """Shows a whole screen, and what it carries as its failure.

        Commands to type next are left out: the next question stands in their place.
        """
        alone = replace(outcome, next=(), dry_run=False)
        for text in (render(alone, self.look), render_failed_outcome(alone, self.look)):
            if text:
                self.show(text)

    def recorded(self, outcome: Outcome) -> None:
        """Says in a line or two that an answer is saved, with what is odd about it."""
        view = outcome.view
        if not isinstance(view, RecordedView):
            self.present(outcome)
            return
        page = Page(self.look)
        said = [f"Saved. {line}" if outcome.changed else line for line in view.lines if line]
        for line in (*said, *_warnings(outcome.findings), *outcome.notices):
            page.paragraph(line)
        self.show(page.text())

    def order_blockers(self, place: Place) -> tuple[Finding, ...]:
        """What stands in the way of placing the order."""
        return blockers(checks.check(self.as_shown(place), self.name, purpose="order").findings)


def _warnings(findings: Iterable[Finding]) -> list[str]:
    return [f"Warning: {each.message}" for each in findings if each.severity is not Severity.NOTE]


def acceptable(parse: Callable[[str], object]) -> Callable[[str], str | None]:
    """A check for a typed answer: what a parser, or a trial of an operation, has against it."""

    def check(answer: str) -> str | None:
        try:
            parse(answer)
        except (Interrupted, AnswersMissing):
            raise
        except SciError as refusal:
            return " ".join([refusal.message, *refusal.why])
        return None

    return check
