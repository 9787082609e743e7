"""Taking over an edited record is as durable as every change, and keeps the file as it was edited."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from sci_cli.domain.activation import Activation
from sci_cli.errors import InvalidFile, RecordCorrupt, SciError
from sci_cli.store.abilities import Edited
from sci_cli.store.contract import Saved
from sci_cli.store.disk import Disk
from sci_cli.store.files import FileStore
from tests.store.disks import CountingDisk, Image, RecordingDisk, crash_states, failing_at
from tests.store.samples import new, noted

RECORD = "activations/acme-1.yaml"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the calls of a POSIX system are what is watched")


def _edited_home(home: Path) -> bytes:
    """A record of three revisions in which somebody edited a note."""
    store = FileStore(home)
    store.create(new())
    store.change("acme-1", noted("note 1"))
    store.change("acme-1", noted("note 2"))
    path = home / RECORD
    path.write_bytes(path.read_bytes().replace(b"- text: 'note 1'", b"- text: 'note one'", 1))
    return path.read_bytes()


def _adopt(store: FileStore) -> Saved:
    def decide(edited: Edited) -> Activation:
        return noted("adopted")(edited.activation)

    return store.adopt("acme-1", decide)


def test_what_is_edited_comes_with_the_backup_that_vouches_for_its_history(tmp_path: Path) -> None:
    data = _edited_home(tmp_path / "home")
    store = FileStore(tmp_path / "home")

    edited = store.edited("acme-1")

    assert edited.activation.notes[0].text == "note one"
    assert edited.good is not None
    assert (edited.activation.revision, edited.good.revision) == (3, 2)
    assert edited.sha256 == hashlib.sha256(data).hexdigest()
    assert (tmp_path / "home" / RECORD).read_bytes() == data


def test_an_adopted_record_holds_and_the_file_as_edited_is_evidence(tmp_path: Path) -> None:
    data = _edited_home(tmp_path / "home")
    store = FileStore(tmp_path / "home")

    saved = _adopt(store)

    assert store.load("acme-1").activation == saved.after
    assert saved.after.notes[0].text == "note one"
    assert (tmp_path / "home/evidence" / hashlib.sha256(data).hexdigest()).read_bytes() == data
    with pytest.raises(InvalidFile):
        store.edited("acme-1")


def test_no_power_cut_leaves_anything_but_the_edit_or_the_adopted_record(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    old = _edited_home(root / "home")
    before = Image.of(root)
    disk = RecordingDisk()
    _adopt(FileStore(root / "home", disk=disk))
    disk.acknowledge()
    adopted = (root / "home" / RECORD).read_bytes()
    evidence = f"home/evidence/{hashlib.sha256(old).hexdigest()}"

    states = list(crash_states(before, disk.steps, root))

    assert len(states) > 15
    for acknowledged, tree in states:
        record = tree[f"home/{RECORD}"]
        assert record == adopted or (record == old and not acknowledged)
        assert record == old or tree[evidence] == old


def test_a_failing_call_leaves_the_edit_or_the_adopted_record(tmp_path: Path) -> None:
    _edited_home(tmp_path / "counted")
    counting = CountingDisk()
    _adopt(FileStore(tmp_path / "counted", disk=counting))
    adopted = (tmp_path / "counted" / RECORD).read_bytes()

    for number in range(len(counting.called)):
        home = tmp_path / f"home-{number}"
        old = _edited_home(home)
        try:
            _adopt(FileStore(home, disk=failing_at(number, errno.EIO)))
        except SciError as error:
            saved = error.saved
        else:
            saved = True
        now = (home / RECORD).read_bytes()
        assert now == (adopted if saved else old), (number, counting.called[number])


def test_a_copy_beside_a_record_that_holds_is_nothing_to_adopt(tmp_path: Path) -> None:
    home = tmp_path / "home"
    FileStore(home).create(new())
    other = tmp_path / "other"
    FileStore(other, disk=Disk()).create(new())
    FileStore(home).change("acme-1", noted("here"))
    FileStore(other).change("acme-1", noted("there"))
    copy = home / "activations/acme-1 (conflicted copy).yaml"
    copy.write_bytes((other / RECORD).read_bytes())

    with pytest.raises(RecordCorrupt, match="two versions"):
        FileStore(home).edited("acme-1")
