"""Requests written from records: planning them says that nothing changes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sci_cli.domain.activation import Activation
from sci_cli.domain.requests import request_of
from sci_cli.errors import ActivationNotFound, sci
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.request_views import RequestTextView
from sci_cli.operations.workspace import Workspace
from sci_cli.writers.output_files import write_new
from sci_cli.writers.request_text import request_text


def as_requests(ws: Workspace, names: Sequence[str], to: Path | None) -> Outcome:
    """The request of each activation, with no names of all, as text or in a new file.

    Raises:
        ActivationNotFound: there is no such activation, or none at all.
        OutputExists: a file of that name exists.
    """
    chosen = tuple(dict.fromkeys(names)) or ws.store.names()
    if not chosen:
        raise ActivationNotFound("There is no activation to export.", fix=sci("new", "NAME"))
    loaded = [ws.load(name) for name in chosen]
    text = "---\n".join(_text(each.activation) for each in loaded)
    if to is not None:
        write_new(to, text.encode())
    file = str(to) if to is not None else ""
    return Outcome(
        RequestTextView(chosen, text, file),
        activation=chosen[0] if len(chosen) == 1 else "",
        revision=loaded[0].activation.revision if len(chosen) == 1 else None,
        head=loaded[0].head if len(chosen) == 1 else "",
        next=(sci("plan", "-f", file),) if file else (),
        notices=tuple(dict.fromkeys(notice for each in loaded for notice in each.notices)),
    )


def _text(activation: Activation) -> str:
    left_out = ["The order, the steps and the port are not in it; what is not named is left alone."]
    return request_text(
        request_of(activation), [f"{activation.name} at revision {activation.revision}.", *left_out]
    )
