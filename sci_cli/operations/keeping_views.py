"""What export, import and doctor return."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sci_cli.operations.outcome import View


@dataclass(frozen=True, slots=True)
class PackedRow:
    """One activation in a package.

    Attributes:
        state: `packed`; at an import `taken`, `updated` (goes on with what the package adds), `there`
            (nothing to do), `refused` or `left`.
        said: why, where it was not taken.
        drafts_left_out: mail drafts that are no longer as the history says, or gone.
    """

    name: str
    revision: int
    head: str
    state: str
    said: str = ""
    evidence: int = 0
    drafts: int = 0
    drafts_left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExportView(View):
    """A package that was written."""

    thing: ClassVar[str] = "export"
    file: str
    size: int
    sha256: str
    activations: tuple[PackedRow, ...]


@dataclass(frozen=True, slots=True)
class ImportView(View):
    """A package that was read, and what became of each activation in it."""

    thing: ClassVar[str] = "import"
    file: str
    sha256: str
    activations: tuple[PackedRow, ...]


@dataclass(frozen=True, slots=True)
class Surrounding:
    """One fact about where the program runs; `area` groups them on the screen."""

    area: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class DoctorView(View):
    """Where the program runs, without names of customers, activations, users or folders."""

    thing: ClassVar[str] = "doctor"
    healthy: bool
    facts: tuple[Surrounding, ...]
