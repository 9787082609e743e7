"""A home folder looked at and tried out; finds what is wrong, and never fails over it."""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sci_cli.errors import StoreUnavailable
from sci_cli.safety.os_words import os_words
from sci_cli.store.disk import Disk, Folder, this_disk
from sci_cli.store.durable import discard, temporary_name, write_new
from sci_cli.store.home import absolute

MOUNTS = Path("/proc/self/mountinfo")
_TRIAL = b"sci doctor tries out whether it can write here.\n"
_NETWORK = (
    "nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "gpfs",
    "davfs", "fuse.sshfs", "fuse.davfs", "fuse.rclone", "fuse.glusterfs", "fuse.s3fs", "ncpfs", "virtiofs",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class HomeState:
    """What was found.

    Attributes:
        exists: whether there is a folder.
        problem: why it cannot be opened and listed, in words; empty when it can.
        refused: why a file could not be written, flushed, renamed and removed in it; empty when it could, or
            where there is no home yet in which to try.
        own: whether it belongs to the user, True where the system has no owners.
        mode: its permission bits, None where the system has none or nobody can tell.
        free: bytes free where it is or would be, None where nobody can tell.
        file_system: kind of file system as the system names it, empty where nobody can tell.
        network: whether another machine holds it.
    """

    exists: bool = False
    problem: str = ""
    refused: str = ""
    own: bool = True
    mode: int | None = None
    free: int | None = None
    file_system: str = ""
    network: bool = False

    @property
    def open_to_others(self) -> bool:
        """Whether others may write there, so that nothing in it can be trusted."""
        return self.mode is not None and bool(self.mode & (stat.S_IWGRP | stat.S_IWOTH))


def examine(home: Path, *, disk: Disk | None = None, mounts: Path = MOUNTS) -> HomeState:
    """What is the case with a home folder; a file is written there and removed again, nothing is made.

    Args:
        home: the folder, which need not exist.
        disk: the calls.
        mounts: the file in which the system lists what is mounted where.
    """
    disk = disk or this_disk()
    try:
        path = absolute(home)
    except StoreUnavailable:
        return HomeState(problem="its path is relative, and the current folder is gone")
    kind = _file_system(path, mounts)
    network = kind in _NETWORK or str(path).startswith("\\\\")
    try:
        folder = disk.open_folder(str(path))
    except FileNotFoundError:
        problem = _above(path)
        return HomeState(problem=problem, free=_free(path), file_system=kind, network=network)
    except OSError as error:
        return HomeState(
            os.path.lexists(path), os_words(error), free=_free(path), file_system=kind, network=network
        )
    try:
        own, mode, problem = _looked_at(disk, folder)
        refused = problem or _tried(disk, folder)
    finally:
        with suppress(OSError):
            disk.close_folder(folder)
    return HomeState(True, problem, refused, own, mode, _free(path), kind, network)


def _above(path: Path) -> str:
    """Why a home that is not there could not be made; empty when it could."""
    if not path.parent.is_dir():
        return "the folder around it does not exist"
    return "" if os.access(path.parent, os.W_OK | os.X_OK) else "the folder around it cannot be written"


def _looked_at(disk: Disk, folder: Folder) -> tuple[bool, int | None, str]:
    """Whether it is the user's, its mode, and why it cannot be listed."""
    try:
        found = disk.folder_status(folder)
        disk.list_folder(folder)
    except OSError as error:
        return True, None, os_words(error)
    if not disk.has_owners:
        return True, None, ""
    return found.st_uid == disk.user(), stat.S_IMODE(found.st_mode), ""


def _tried(disk: Disk, folder: Folder) -> str:
    """Why a file could not be created, flushed, read back, renamed and removed; empty when it could."""
    name, other = temporary_name(), temporary_name()
    try:
        write_new(disk, folder, name, _TRIAL)
        disk.rename(folder, name, other)
        disk.sync_folder(folder)
        disk.unlink(folder, other)
    except OSError as error:
        discard(disk, folder, name)
        discard(disk, folder, other)
        return os_words(error)
    return ""


def _free(path: Path) -> int | None:
    for place in (path, *path.parents):
        with suppress(OSError):
            return shutil.disk_usage(place).free
    return None


def _file_system(path: Path, mounts: Path) -> str:
    """The kind of the file system whose mount point is the longest beginning of the path."""
    best, kind = -1, ""
    with suppress(OSError, ValueError):
        real = Path(os.path.realpath(path))
        for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
            before, dash, after = line.partition(" - ")
            fields = before.split(" ")
            if not dash or len(fields) < 5:
                continue
            point = Path(fields[4].replace("\\040", " "))
            if real.is_relative_to(point) and len(point.parts) >= best:
                best, kind = len(point.parts), after.split(" ", 1)[0]
    return kind
