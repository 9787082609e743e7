"""What an operation returns: a view to show, what was saved, what the rules noticed, what to do next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from sci_cli.domain.findings import Finding
from sci_cli.errors import Command, SciError


@dataclass(frozen=True, slots=True)
class View:
    """What is shown; `thing` names its JSON document, `sci.<thing>/1`.

    With `as_it_is` its text is a value that a script reads, without a page around it.
    """

    thing: ClassVar[str] = "message"
    as_it_is: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Message(View):
    """A few sentences and nothing else."""

    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one operation.

    Attributes:
        changed: whether the record changed (under --dry-run: whether it would).
        revision: the record's revision afterwards, None where no single record is concerned.
        head: hash of the record's last event, to be kept outside as a witness.
        notices: remarks of the store about the files.
        error: set when the outcome is also a failure, such as a verification that did not match.
    """

    view: View
    changed: bool = False
    activation: str = ""
    revision: int | None = None
    head: str = ""
    findings: tuple[Finding, ...] = ()
    next: tuple[Command, ...] = ()
    notices: tuple[str, ...] = ()
    dry_run: bool = False
    error: SciError | None = field(default=None)
