"""What going over to another content of a profile returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sci_cli.domain.profile import Contact
from sci_cli.domain.profile_changes import ProfileChange
from sci_cli.domain.rebasing import StepEffect
from sci_cli.operations.outcome import View
from sci_cli.operations.views import Header


@dataclass(frozen=True, slots=True)
class ProfileContent:
    """One content of a profile: the version its author gave it, its digest, and who gets the hand-off."""

    version: str
    digest: str
    recipients: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class RebaseView(View):
    """What differs between two contents of a profile, and what that means for one activation.

    Attributes:
        profile: the profile's id, the same for both.
        recipients_change: whether the hand-off goes to other addresses.
        lines: what was done, in sentences.
        shown_before: whether the person has just seen all of it, with the question.
    """

    thing: ClassVar[str] = "rebase"
    header: Header
    profile: str
    before: ProfileContent
    after: ProfileContent
    changes: tuple[ProfileChange, ...]
    steps: tuple[StepEffect, ...]
    recipients_change: bool
    lines: tuple[str, ...]
    shown_before: bool = False
