"""Exit 20: the command did what it was asked, and something is still open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sci_cli.cli.emit import emit
from sci_cli.cli.session import Session
from sci_cli.errors import ExitCode

if TYPE_CHECKING:
    from sci_cli.operations.outcome import Outcome


def pending(session: Session, outcome: Outcome, is_open: bool) -> Outcome | None:
    """Emit now and exit 20 when something is open; else leave the outcome to be emitted as usual."""
    if not is_open:
        return outcome
    emit(session, outcome)
    session.exit_code = int(ExitCode.PENDING)
    return None
