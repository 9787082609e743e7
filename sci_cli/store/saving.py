"""What is said about a record while and after it is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sci_cli.domain.activation import Activation
from sci_cli.errors import OutcomeUnknown, StoreUnavailable, sci
from sci_cli.safety.os_words import os_words
from sci_cli.safety.text import quoted
from sci_cli.store.disk import Folder
from sci_cli.store.document import SIZE_LIMIT, Written, render
from sci_cli.store.durable import Unconfirmed
from sci_cli.store.home import NOTHING_CHANGED
from sci_cli.store.neighbours import ENDING

if TYPE_CHECKING:
    pass


def written(activation: Activation) -> Written:
    """The text of a record that is small enough to be stored.

    Raises:
        StoreUnavailable: it is not.
    """
    made = render(activation)
    if len(made.data) > SIZE_LIMIT:
        raise StoreUnavailable(
            f"The record of {activation.name} would be larger than {SIZE_LIMIT // 1_000_000} MB. "
            f"{NOTHING_CHANGED}",
            fix="Record fewer prefixes, for example aggregated ones.",
        )
    return made


@contextmanager
def saving(folder: Folder, activation: Activation) -> Iterator[None]:
    """Says what became of a record when writing it fails.

    Raises:
        OutcomeUnknown: it is stored, but may not survive a power cut.
        StoreUnavailable: nothing was changed.
    """
    path = quoted(folder.path_of(activation.name + ENDING))
    try:
        yield
    except Unconfirmed as error:
        raise OutcomeUnknown(
            f"{activation.name} is at revision {activation.revision} now, but the disk did not confirm it: "
            f"{os_words(error.reason)}. The change may or may not survive a power cut.",
            why=f"The record is {path}.",
            fix=[
                "Verify what is there before you do anything again:",
                sci("status", activation.name),
                sci("history", activation.name),
            ],
            saved=True,
        ) from error
    except OSError as error:
        raise StoreUnavailable(
            f"{path} could not be saved: {os_words(error)}. {NOTHING_CHANGED}",
            fix="Correct that, then run the command again.",
        ) from error
