"""Writing operations of the store of files, and every disk that a power cut can leave during each of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from sci_cli.domain.activation import Activation, Closed, Evidence, StepRecord
from sci_cli.errors import ActivationNotFound, FileNotThere, ProfileNotFound, RecordCorrupt, SciError
from sci_cli.store.contract import Saved, reference
from sci_cli.store.files import FileStore
from tests.store.disks import Image, RecordingDisk, crash_states, lay_out
from tests.store.samples import STAMP, new, noted, profile, revised


@dataclass(frozen=True)
class Case:
    """A writing command: the home it begins with, what it does, and the record before and after.

    `whole` looks whether what the new record refers to is there as well.
    """

    begin: Callable[[Path], None]
    run: Callable[[FileStore], Saved]
    old: Activation | None
    new: Activation
    whole: Callable[[FileStore], bool] = lambda store: True


def nothing(home: Path) -> None:
    """A home that is not there yet."""


def two_revisions(home: Path) -> None:
    """A record with a backup, and another record."""
    store = FileStore(home)
    store.create(new())
    store.change("acme-1", noted("note 1"))
    store.create(new("bystander"))


CASES = {
    "create": Case(nothing, lambda store: store.create(new()), None, new()),
    "change": Case(
        two_revisions, lambda store: store.change("acme-1", noted("note 2")), revised(2), revised(3)
    ),
}
_PICTURE = b"a screen print"
_PICTURE_HASH = hashlib.sha256(_PICTURE).hexdigest()


def _referring() -> Activation:
    """An activation that refers to a profile and to a piece of evidence."""
    step = StepRecord(Closed.DONE, (STAMP,), evidence=(Evidence("shot.png", _PICTURE_HASH),))
    return replace(new(), profile=reference(profile()), steps={"O8": step})


def _with_all_it_refers_to(store: FileStore) -> Saved:
    store.pin_profile(profile())
    store.keep_evidence(_PICTURE, _PICTURE_HASH)
    return store.create(_referring())


def _refers_to_what_is_there(store: FileStore) -> bool:
    pinned = store.pinned_profile(reference(profile()))
    return pinned == profile() and store.evidence(_PICTURE_HASH) == _PICTURE


# Operations that write more than one file, or come from elsewhere.
MORE = {
    "import": Case(nothing, _with_all_it_refers_to, None, _referring(), _refers_to_what_is_there),
    "receive": Case(two_revisions, lambda store: store.receive(revised(5)), revised(2), revised(5)),
}


def stored_in(home: Path) -> Activation | None:
    """The record as it is read."""
    try:
        return FileStore(home).load("acme-1").activation
    except ActivationNotFound:
        return None


def next_command_works(home: Path, stored: Activation | None) -> bool:
    """Whether another change can be made without any repair."""
    store = FileStore(home)
    saved = store.create(new()) if stored is None else store.change("acme-1", noted("afterwards"))
    return store.load("acme-1").activation == saved.after


@dataclass
class Verdict:
    """How many disks a power cut could leave, and what was wrong with them."""

    states: int = 0
    corrupt: int = 0
    lost: int = 0
    stuck: int = 0


def power_cuts(case: Case, disk: RecordingDisk, folder: Path) -> Verdict:
    """Every disk a power cut can leave, judged."""
    root = folder / "root"
    root.mkdir()
    case.begin(root / "home")
    before = Image.of(root)
    case.run(FileStore(root / "home", disk=disk))
    disk.acknowledge()

    verdict = Verdict()
    seen = set()
    for acknowledged, tree in crash_states(before, disk.steps, root):
        key = (acknowledged, tuple(sorted(tree.items())))
        if key in seen:
            continue
        seen.add(key)
        verdict.states += 1
        _judge(case, acknowledged, tree, folder / f"state-{verdict.states}", verdict)
    return verdict


def _judge(
    case: Case, acknowledged: bool, tree: dict[str, bytes | None], place: Path, verdict: Verdict
) -> None:
    lay_out(tree, place)
    try:
        stored = stored_in(place / "home")
        whole = stored != case.new or case.whole(FileStore(place / "home"))
    except (RecordCorrupt, FileNotThere, ProfileNotFound):
        verdict.corrupt += 1
        return
    verdict.corrupt += not whole
    if stored != case.new and (acknowledged or stored != case.old):
        verdict.lost += 1
    try:
        works = next_command_works(place / "home", stored)
    except SciError:
        works = False
    verdict.stuck += not works
