"""Activations that move between stores, with history, profile and evidence."""

from __future__ import annotations

from sci_cli.domain.activation import Activation
from sci_cli.errors import FileNotThere
from sci_cli.store.contract import Saved, Store, profiles_named


def move(activation: Activation, source: Store, target: Store) -> tuple[Saved, tuple[str, ...]]:
    """Brings an activation with its profiles and evidence into another store; the source keeps it.

    Profiles and evidence go first, so that nothing that is stored names what is not there.

    Returns:
        what was saved, and the hashes of evidence the source itself does not have.
    """
    lacking = []
    for ref in profiles_named(activation):
        target.pin_profile(source.pinned_profile(ref))
    for sha256 in activation.evidence_hashes():
        try:
            target.keep_evidence(source.evidence(sha256), sha256)
        except FileNotThere:
            lacking.append(sha256)
    return target.receive(activation), tuple(lacking)
