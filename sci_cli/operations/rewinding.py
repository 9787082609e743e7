"""An earlier revision worked out from the history, where no copy of it is kept and the history is enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sci_cli.domain.activation import Activation, Event
from sci_cli.operations.workspace import changes_between, comparable

_BY_NAME = ("facts", "steps")
_LISTED = ("notes", "stages", "vpns")


def rewound(activation: Activation, revision: int) -> Activation | None:
    """The activation as it was at an earlier revision; None where the history does not say it exactly.

    The history holds what a change replaced, but not who had said the earlier value and when. So only changes
    that added to the record are taken back: what they added goes, and everything else was not touched.
    """
    now = activation
    while now.revision > revision:
        earlier = _without(now, now.history[-1])
        if earlier is None:
            return None
        now = earlier
    return now


def _without(activation: Activation, event: Event) -> Activation | None:
    if event.sequence != activation.revision or any(change.before for change in event.changes):
        return None
    added = {change.path for change in event.changes}
    parts: dict[str, Any] = {name: _less(activation, name, added) for name in _BY_NAME}
    parts |= {name: _shorter(activation, name, added) for name in _LISTED}
    earlier = replace(activation, revision=activation.revision - 1, history=activation.history[:-1], **parts)
    return earlier if changes_between(earlier, activation) == event.changes else None


def _less(activation: Activation, name: str, added: set[str]) -> dict[str, Any]:
    """The facts or steps without those of which every part was added."""
    entries: Mapping[str, Any] = getattr(activation, name)
    return {
        key: entry for key, entry in entries.items() if not _paths(activation, name, {key: entry}) <= added
    }


def _shorter(activation: Activation, name: str, added: set[str]) -> tuple[Any, ...]:
    """The notes, stages or VPNs without those at the end of which every part was added."""
    entries: tuple[Any, ...] = getattr(activation, name)
    paths = _paths(activation, name, entries)
    for count in range(len(entries)):
        if paths - _paths(activation, name, entries[:count]) <= added:
            return entries[:count]
    return entries


def _paths(activation: Activation, name: str, entries: object) -> set[str]:
    """The paths these entries have in a record, as changes name them."""
    alone: Any = {name: entries}
    bare = Activation(activation.name, 0, activation.profile, activation.created)
    return {path for path in comparable(replace(bare, **alone)) if path.startswith(f"{name}.")}
