"""What planning and applying requests returns, and a request written from a record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sci_cli.errors import Fix
from sci_cli.operations.outcome import View


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after, in the words of a request; empty text stands for nothing on record.

    Attributes:
        added: of a list of prefixes, those that are new.
        removed: of a list of prefixes, those that go.
    """

    field: str
    before: str
    after: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestProblem:
    """Why a request is not applied; the keys are those of the error of a whole run."""

    code: str
    exit_code: int
    message: str
    why: tuple[str, ...]
    fix: tuple[Fix, ...]


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request and what it comes to.

    Attributes:
        activation: its name; empty where the file does not even tell that.
        file: where it stands, as the user named the file.
        line: where it begins in it.
        state: `create`, `change` or `none` in a plan; `created`, `changed`, `unchanged` or, for an operation
            that was recorded before, `repeated` when applied; `refused` in both.
        changes: every field that changes.
        needs_confirmation: what it does to service, which is why the activation's name is asked for.
        revision: the record's revision, before in a plan and afterwards when applied; None without a record.
        head: hash of the record's last event, likewise.
    """

    activation: str
    file: str
    line: int
    state: str
    changes: tuple[FieldChange, ...] = ()
    needs_confirmation: tuple[str, ...] = ()
    revision: int | None = None
    head: str = ""
    problem: RequestProblem | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many requests there are of each kind."""

    create: int
    change: int
    none: int
    refused: int


@dataclass(frozen=True, slots=True)
class PlannedView(View):
    """What applying requests would do; `saved_as` is the file the plan was kept in."""

    thing: ClassVar[str] = "plan"
    requests: tuple[RequestRow, ...]
    counts: Counts
    saved_as: str = ""


@dataclass(frozen=True, slots=True)
class AppliedView(View):
    """What became of each request."""

    thing: ClassVar[str] = "apply"
    requests: tuple[RequestRow, ...]
    counts: Counts


@dataclass(frozen=True, slots=True)
class RequestTextView(View):
    """Requests as text; `file` is where it was written, empty where it is only shown."""

    thing: ClassVar[str] = "request-text"
    activations: tuple[str, ...]
    text: str
    file: str = ""
