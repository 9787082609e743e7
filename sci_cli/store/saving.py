"""What every way of writing a record has in common: its bytes, and what is said when they cannot be saved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sci_cli.domain.activation import Activation
from sci_cli.errors import Interrupted, OutcomeUnknown, StoreUnavailable, sci
from sci_cli.safety.os_words import os_words
from sci_cli.safety.text import quoted
from sci_cli.store.disk import Folder
from sci_cli.store.document import SIZE_LIMIT, Written, render
from sci_cli.store.durable import Unconfirmed
from sci_cli.store.home import NOTHING_CHANGED
from sci_cli.store.neighbours import ENDING

if TYPE_CHECKING:
    from sci_cli.store.interrupts import Signals


def written(activation: Activation) -> Written:
    """The bytes of a record that is to be stored.

    Raises:
        StoreUnavailable: it is larger than any record may be.
    """
    record = render(activation)
    if len(record.data) > SIZE_LIMIT:
        raise StoreUnavailable(
            f"The record of {activation.name} would be larger than {SIZE_LIMIT // 1_000_000} MB. "
            f"{NOTHING_CHANGED}",
            fix="Record fewer prefixes, for example aggregated ones.",
        )
    return record


@contextmanager
def saving(folder: Folder, activation: Activation) -> Iterator[None]:
    """Tells a failure to save the record truly: not changed, or nobody can tell.

    Raises:
        OutcomeUnknown, StoreUnavailable.
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


@contextmanager
def backup_errors(name: str) -> Iterator[None]:
    """Tells that no backup could be made, and so nothing was changed.

    Raises:
        StoreUnavailable.
    """
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(
            f"The backup of {name} could not be made: {os_words(error)}. {NOTHING_CHANGED}",
            why="No change is made without a backup of what it replaces.",
            fix="Make the backup folder writable and free space for it, then run the command again.",
        ) from error


def deliver(held: Signals, activation: Activation) -> None:
    """Lets signals that came while the change was written stop the program, and say that it is saved."""
    try:
        held.release()
        held.deliver()
    except (KeyboardInterrupt, Interrupted) as stop:
        kind = type(stop) if isinstance(stop, Interrupted) else Interrupted
        raise kind(
            f"{activation.name} is saved at revision {activation.revision}; then the program was stopped.",
            fix=sci("status", activation.name),
            saved=True,
        ) from None
