"""When an activation goes by another content of its profile than the catalogue has now."""

from __future__ import annotations

from sci_cli.domain.activation import Activation
from sci_cli.domain.findings import Finding, Severity
from sci_cli.errors import sci
from sci_cli.operations.workspace import Workspace


def newer_profile(ws: Workspace, activation: Activation) -> tuple[Finding, ...]:
    """Says that the catalogue's profile has another content than the one this activation goes by.

    That is nothing wrong: an activation goes by its content until somebody decides otherwise.
    """
    profile_id = activation.profile.id
    digest = ws.catalogue.digest_of(profile_id)
    if digest is None or digest == activation.profile.digest:
        return ()
    return (
        Finding(
            "profile.differs",
            Severity.NOTE,
            f"The profile {profile_id} has other content now than the one {activation.name} goes by.",
            why="Nothing changes here by itself; the plan shows what going over would mean.",
            fix=(sci("profile", "rebase", activation.name, "--plan"),),
            details={"goes_by": activation.profile.digest, "now": digest},
        ),
    )
