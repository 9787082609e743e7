"""Disks for tests: one fails at a chosen call, one writes down what happened and what a power cut leaves."""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sci_cli.store.disk import Disk, Folder

CALLS = (
    "open_folder", "close_folder", "make_folder", "list_folder", "scan", "folder_status", "sync_folder",
    "status", "open_for_reading", "create", "open_lock", "link", "rename", "unlink", "file_status",
    "set_mode", "read", "write", "rewrite", "sync", "close", "lock", "unlock",
)  # fmt: skip


class CountingDisk(Disk):
    """Notes the name of each call; `act` may interfere before the call of that number, counted from 0."""

    def __init__(self, act: Callable[[int, str], None] = lambda number, name: None) -> None:
        self.called: list[str] = []
        self._act = act

    def note(self, name: str) -> None:
        """Called before each call."""
        self.called.append(name)
        self._act(len(self.called) - 1, name)


def _counted(name: str) -> Callable[..., Any]:
    plain = getattr(Disk, name)

    def call(disk: CountingDisk, *args: Any) -> Any:
        disk.note(name)
        return plain(disk, *args)

    return call


for _name in CALLS:
    setattr(CountingDisk, _name, _counted(_name))


def failing_at(number: int, code: int) -> CountingDisk:
    """A disk whose call of that number fails once with this error number."""

    def act(current: int, _name: str) -> None:
        if current == number:
            raise OSError(code, os.strerror(code))

    return CountingDisk(act)


def killed_at(number: int) -> CountingDisk:
    """A disk whose call of that number is the last thing the process does."""

    def act(current: int, _name: str) -> None:
        if current == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return CountingDisk(act)


def failing_in(name: str, code: int) -> CountingDisk:
    """A disk on which every call of that name fails with this error number."""

    def act(_number: int, current: str) -> None:
        if current == name:
            raise OSError(code, os.strerror(code))

    return CountingDisk(act)


# Crash states ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One thing that happened: to the names in a folder, or to the content of a file.

    `kind` is name, data, sync_folder, sync or acknowledged. For `name` the entries of `folder` in `gains`
    appear (with an inode, or None for a folder) and those in `loses` vanish, both at one instant.
    """

    kind: str
    folder: str = ""
    gains: tuple[tuple[str, int | None], ...] = ()
    loses: tuple[str, ...] = ()
    inode: int = 0
    data: bytes = b""


class RecordingDisk(Disk):
    """Does everything, and writes down what a power cut could keep, tear or lose. Flushes can be left out."""

    def __init__(self, *, flush_files: bool = True, flush_folders: bool = True) -> None:
        self.steps: list[Step] = []
        self._flush_files = flush_files
        self._flush_folders = flush_folders
        self._content: dict[int, bytes] = {}

    def _named(self, folder: Folder, gains: dict[str, int | None], *loses: str) -> None:
        self.steps.append(Step("name", folder.path, tuple(gains.items()), loses))

    def make_folder(self, name: str, inside: Folder) -> None:
        super().make_folder(name, inside)
        self._named(inside, {name: None})

    def create(self, folder: Folder, name: str) -> int:
        descriptor = super().create(folder, name)
        self._named(folder, {name: os.fstat(descriptor).st_ino})
        return descriptor

    def open_lock(self, folder: Folder, name: str) -> int:
        existed = name in self.list_folder(folder)
        descriptor = super().open_lock(folder, name)
        if not existed:
            self._named(folder, {name: os.fstat(descriptor).st_ino})
        return descriptor

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        # In two pieces, as a system may take them.
        written = super().write(descriptor, data[: max(1, len(data) // 2)])
        inode = os.fstat(descriptor).st_ino
        self._content[inode] = self._content.get(inode, b"") + bytes(data[:written])
        self.steps.append(Step("data", inode=inode, data=self._content[inode]))
        return written

    def link(self, folder: Folder, name: str, into: Folder, new: str) -> None:
        super().link(folder, name, into, new)
        self._named(into, {new: self.status(into, new).st_ino})

    def rename(self, folder: Folder, name: str, new: str) -> None:
        super().rename(folder, name, new)
        self._named(folder, {new: self.status(folder, new).st_ino}, name)

    def unlink(self, folder: Folder, name: str) -> None:
        super().unlink(folder, name)
        self._named(folder, {}, name)

    def sync(self, descriptor: int) -> None:
        if self._flush_files:
            self.steps.append(Step("sync", inode=os.fstat(descriptor).st_ino))

    def sync_folder(self, folder: Folder) -> None:
        if self._flush_folders:
            self.steps.append(Step("sync_folder", folder.path))

    def acknowledge(self) -> None:
        """Notes that the user was told it is saved."""
        self.steps.append(Step("acknowledged"))


@dataclass
class Image:
    """What is on a disk: the entries of each folder, and the content of each inode."""

    folders: dict[str, dict[str, int | None]] = field(default_factory=dict)
    contents: dict[int, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Path) -> Image:
        """Everything below a folder as it is now, taken for durable."""
        image = cls()
        for here, folders, files in os.walk(root):
            entries: dict[str, int | None] = dict.fromkeys(folders)
            for name in files:
                path = Path(here, name)
                entries[name] = path.stat().st_ino
                image.contents[path.stat().st_ino] = path.read_bytes()
            image.folders[here] = entries
        return image

    def with_names(self, steps: Sequence[Step]) -> dict[str, dict[str, int | None]]:
        """The folders after these steps."""
        folders = {path: dict(entries) for path, entries in self.folders.items()}
        for step in steps:
            entries = folders.setdefault(step.folder, {})
            for name in step.loses:
                entries.pop(name, None)
            entries.update(step.gains)
        return folders


def crash_states(
    before: Image, steps: Sequence[Step], root: Path
) -> Iterator[tuple[bool, dict[str, bytes | None]]]:
    """Every disk a power cut can leave: whether it was after the acknowledgement, and the tree by path.

    Names changed since the folder's last flush are there or not, in any subset; the content of a file
    since its last flush is all there, as last flushed, cut in half, or zeros. A folder in the tree is None.
    """
    for length in range(len(steps) + 1):
        done = steps[:length]
        acknowledged = any(step.kind == "acknowledged" for step in done)
        certain, open_steps = _names(done)
        contents = _contents(before, done)
        for count in range(len(open_steps) + 1):
            for chosen in itertools.combinations(open_steps, count):
                kept = [step for step in done if step in certain or step in chosen]
                folders = before.with_names(kept)
                for variant in itertools.product(*contents.values()):
                    yield (
                        acknowledged,
                        dict(_tree(folders, dict(zip(contents, variant, strict=True)), str(root), "")),
                    )


def _names(done: Sequence[Step]) -> tuple[list[Step], list[Step]]:
    certain: list[Step] = []
    pending: list[Step] = []
    for step in done:
        if step.kind == "name":
            pending.append(step)
        elif step.kind == "sync_folder":
            certain += [one for one in pending if one.folder == step.folder]
            pending = [one for one in pending if one.folder != step.folder]
    return certain, pending


def _contents(before: Image, done: Sequence[Step]) -> dict[int, list[bytes]]:
    flushed = dict(before.contents)
    current = dict(before.contents)
    for step in done:
        if step.kind == "data":
            current[step.inode] = step.data
        elif step.kind == "sync":
            flushed[step.inode] = current.get(step.inode, b"")
    variants = {}
    for inode, data in current.items():
        last = flushed.get(inode, b"")
        torn = [] if last == data else [last, data[: len(data) // 2], bytes(len(data))]
        variants[inode] = [data, *torn]
    return variants


def _tree(
    folders: dict[str, dict[str, int | None]], contents: dict[int, bytes], here: str, under: str
) -> Iterator[tuple[str, bytes | None]]:
    for name, inode in folders.get(here, {}).items():
        if inode is None:
            yield under + name, None
            yield from _tree(folders, contents, f"{here}/{name}", f"{under}{name}/")
        else:
            yield under + name, contents.get(inode, b"")


def lay_out(tree: dict[str, bytes | None], folder: Path) -> None:
    """Makes the tree real below a folder."""
    folder.mkdir(mode=0o700)
    for path, data in tree.items():
        if data is None:
            (folder / path).mkdir(mode=0o700)
        else:
            (folder / path).write_bytes(data)
            (folder / path).chmod(0o600)
