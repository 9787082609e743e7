"""Finding steps and parties by what people type."""

from __future__ import annotations

import difflib

from sci_cli.domain.profile import Profile, Step
from sci_cli.errors import (
    InvalidValue,
    StepNotFound,
)
from sci_cli.safety.text import quoted

NOTE_LIMIT = 4_000


def find_step(profile: Profile, step_id: str) -> Step:
    """The step of that id.

    Raises:
        StepNotFound: with the nearest ids.
    """
    step = profile.step(step_id.strip())
    if step:
        return step
    ids = [each.id for each in profile.steps]
    near = difflib.get_close_matches(step_id.upper(), ids, n=1, cutoff=0.5)
    hint = f"Did you mean {near[0]}?" if near else f"The steps are {', '.join(ids)}."
    raise StepNotFound(f"{profile.name} has no step {quoted(step_id, 40)}.", fix=hint)


def find_party(profile: Profile, text: str) -> str:
    """The id of a party, given by id, name or short name in any letter case.

    Raises:
        InvalidValue: with the parties there are.
    """
    wanted = text.strip().casefold()
    for party in profile.parties:
        if wanted in (party.id.casefold(), party.name.casefold(), party.short.casefold()):
            return party.id
    known = ", ".join(party.id for party in profile.parties)
    raise InvalidValue(
        f"{quoted(text, 60)} is not a party of {profile.name}.", fix=f"The parties are {known}."
    )
