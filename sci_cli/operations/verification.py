"""Comparing the order with what Dynamic Network Manager shows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sci_cli.domain import facts
from sci_cli.domain.activation import (
    Activation,
    Comparison,
    FormLine,
    Verification,
)
from sci_cli.domain.handoff_rules import difference_findings
from sci_cli.domain.profile import Profile
from sci_cli.domain.progress import CALL_VERIZON, progress
from sci_cli.errors import (
    GateClosed,
    InvalidValue,
    VerificationMismatch,
    sci,
)
from sci_cli.operations import showing
from sci_cli.operations.orders import order_view
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.workspace import ChangeMode, Decided, Workspace
from sci_cli.safety.text import clean

_SEPARATORS = re.compile(r"[\s_\-\u2010-\u2015]+")
_NOT_BETWEEN_DIGITS = re.compile(r"(?<![0-9]) | (?![0-9])")

SEEN_FIELDS: tuple[FormLine, ...] = (
    FormLine("csp", "provider", ""),
    FormLine("data-plan", "data plan", ""),
    FormLine("location", "location", ""),
)


def ordered_values(profile: Profile, activation: Activation) -> dict[str, tuple[str, ...]]:
    """What was ordered, for the fields Dynamic Network Manager shows."""
    return {
        "csp": profile.seen_as or (profile.name,),
        "data-plan": activation.values(facts.DATA_PLAN),
        "location": activation.values(facts.LOCATION),
    }


def verify(
    ws: Workspace, name: str, seen: Mapping[str, Sequence[str]], mode: ChangeMode, at: datetime | None = None
) -> Outcome:
    """Compare the order with what Dynamic Network Manager shows, and record the comparison.

    The outcome carries VerificationMismatch when a field differs; the comparison is recorded all the same.

    Raises:
        GateClosed: no order is on record.
        InvalidValue: a value is empty or unsafe.
    """
    typed = {
        line.field: tuple(clean(text, what=f"--seen-{line.field}") for text in seen.get(line.field, ()))
        for line in SEEN_FIELDS
    }
    for field_id, values in typed.items():
        if not values or not all(values):
            raise InvalidValue(f"--seen-{field_id} is empty.", fix="Type what Dynamic Network Manager shows.")

    def decide(before: Activation, profile: Profile) -> Decided:
        if before.order is None:
            raise GateClosed(
                "No order is on record, so there is nothing to verify.",
                fix=[sci("check", name, "--for", "order"), sci("order", "place", name)],
            )
        fields = _compare(profile, before, typed)
        earlier = before.verification
        if earlier and earlier.fields == fields:
            return Decided(before)
        wrong = [item.label for item in fields if not item.same]
        summary = f"verified: {', '.join(wrong)} differs" if wrong else "verified: as ordered"
        return Decided(replace(before, verification=Verification(ws.stamp(at), fields)), summary)

    changed = ws.change(name, "order verify", decide, mode)
    after, profile = changed.after, changed.profile
    wrong = [item for item in after.verification.fields if not item.same] if after.verification else []
    said = () if wrong else ("Dynamic Network Manager shows what was ordered.",)
    view = order_view(profile, after, *said, form=False)
    known = progress(profile, after, ws.now())
    outcome = showing.outcome_of(
        changed,
        view,
        mode,
        findings=difference_findings(profile, after),
        next=() if wrong else showing.next_commands(profile, after, known),
    )
    if not wrong:
        return outcome
    return replace(outcome, error=_mismatch(name, wrong, saved=changed.changed and not mode.dry_run))


def _compare(
    profile: Profile, activation: Activation, typed: Mapping[str, tuple[str, ...]]
) -> tuple[Comparison, ...]:
    ordered = ordered_values(profile, activation)
    found = []
    for line in SEEN_FIELDS:
        wanted, values = ordered[line.field], typed[line.field]
        shown = _listed if line.field == "location" else ", ".join
        if line.field == "csp":
            same = _folded(values[0]) in {_folded(each) for each in wanted} and len(values) == 1
            wanted = (profile.name,)
        else:
            same = sorted(map(_joined, values)) == sorted(map(_joined, wanted))
        found.append(Comparison(line.field, line.label, shown(wanted), shown(values), same))
    return tuple(found)


def _listed(values: Sequence[str]) -> str:
    """Values as one text: a single one as typed; several, or one that looks like several, in quotes."""
    if len(values) > 1 or "," in "".join(values):
        return ", ".join(f'"{value}"' for value in values)
    return "".join(values)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _joined(text: str) -> str:
    """The text without letter case, spaces and hyphens; between two digits they still part two numbers."""
    folded = _SEPARATORS.sub(" ", text.casefold()).strip()
    return _NOT_BETWEEN_DIGITS.sub("", folded)


def _mismatch(name: str, wrong: Sequence[Comparison], *, saved: bool) -> VerificationMismatch:
    named = ", ".join(item.label for item in wrong)
    return VerificationMismatch(
        f"Dynamic Network Manager does not show what was ordered: {named}.",
        why=["The comparison is on record; the hand-off stays closed until it matches."],
        fix=[
            CALL_VERIZON,
            sci("order", "verify", name, note="when the portal shows the right values"),
        ],
        saved=saved,
    )
