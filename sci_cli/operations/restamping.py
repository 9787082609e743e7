"""Who stands behind what was edited by hand: whoever adopts it, from now on; a file says that of nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from sci_cli.domain.activation import Activation, Change, Fact, Note, Port, StageMark, Stamp, StepRecord, Vpn

Entry = TypeVar("Entry", Fact, Note, StageMark)


def restamped(activation: Activation, changes: Sequence[Change], stamp: Stamp) -> Activation:
    """The edited record, with this stamp on everything the edit touched; for whom it was said stays.

    Args:
        activation: the record as edited.
        changes: every field that differs from what was on record, stamps among them.
        stamp: of whoever adopts it.
    """
    paths = tuple(change.path for change in changes)

    def touched(path: str) -> bool:
        return any(each.startswith(f"{path}.") for each in paths)

    def anew(old: Stamp) -> Stamp:
        return replace(stamp, party=old.party)

    def item(path: str, entry: Entry) -> Entry:
        return replace(entry, stamp=anew(entry.stamp)) if touched(path) else entry

    def step(step_id: str, record: StepRecord) -> StepRecord:
        path = f"steps.{step_id}"
        said = [each for each in paths if each.startswith(f"{path}.")]
        other = any(not each.startswith(f"{path}.stamps.") for each in said)
        stamps = (
            anew(old) if other or touched(f"{path}.stamps.{number}") else old
            for number, old in enumerate(record.stamps, start=1)
        )
        return replace(record, stamps=tuple(stamps))

    def vpn(entry: Vpn) -> Vpn:
        path = f"vpns.{entry.name}"
        said = [each for each in paths if each.startswith(f"{path}.")]
        seen = touched(f"{path}.attached")
        if any(not each.startswith(f"{path}.attached.") for each in said):
            entry = replace(entry, stamp=anew(entry.stamp))
        return replace(entry, attached=anew(entry.attached)) if seen and entry.attached else entry

    return replace(
        activation,
        facts={key: item(f"facts.{key}", each) for key, each in activation.facts.items()},
        steps={key: step(key, each) for key, each in activation.steps.items()},
        notes=tuple(item(f"notes.{number}", each) for number, each in enumerate(activation.notes, start=1)),
        stages=tuple(item(f"stages.{each.stage}", each) for each in activation.stages),
        vpns=tuple(vpn(each) for each in activation.vpns),
        port=_port(activation.port, paths, stamp),
    )


def _port(port: Port, paths: Sequence[str], stamp: Stamp) -> Port:
    touched = {each.split(".")[1] for each in paths if each.startswith("port.")}
    if touched & {"status", "seen"}:
        port = replace(port, seen=replace(stamp, party=port.seen.party if port.seen else ""))
    if port.requested and "requested" in touched:
        asked = replace(port.requested, stamp=replace(stamp, party=port.requested.stamp.party))
        port = replace(port, requested=asked)
    return port
