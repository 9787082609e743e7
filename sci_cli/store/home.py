"""The folders of a home: opened one inside the other, checked, and made when something is first stored."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sci_cli.errors import Command, StoreUnavailable
from sci_cli.safety.os_words import os_words
from sci_cli.safety.text import quoted
from sci_cli.store.disk import FOLDER_MODE, Disk, Folder

ACTIVATIONS = "activations"
BACKUPS = "backups"
EVIDENCE = "evidence"
OUT = "out"
INDEX = "index"
PINNED = ("profiles", "pinned")

NOTHING_CHANGED = "Nothing was changed."


@dataclass(frozen=True, slots=True)
class Home:
    """A home folder, by its absolute path. It need not exist; the folder around it has to."""

    path: Path
    disk: Disk

    @contextmanager
    def opened(self, *names: str) -> Iterator[Folder | None]:
        """The folder under these names while it is needed, None where it does not exist.

        Raises:
            StoreUnavailable: it cannot be opened, is a link, belongs to somebody else, or others can write.
        """
        folder = self._walk(names, make=False)
        try:
            yield folder
        finally:
            if folder is not None:
                _close(self.disk, folder)

    @contextmanager
    def made(self, *names: str) -> Iterator[Folder]:
        """The folder under these names while it is needed, made where it does not exist.

        Raises:
            StoreUnavailable: as for `opened`, or it cannot be made.
        """
        folder = self._walk(names, make=True)
        if folder is None:
            raise _unusable(str(self.path), OSError(errno.ENOENT, ""))
        try:
            yield folder
        finally:
            _close(self.disk, folder)

    def _walk(self, names: tuple[str, ...], *, make: bool) -> Folder | None:
        folder = self._outermost(make=make)
        for name in names:
            if folder is None:
                return None
            outer = folder
            try:
                folder = self._inner(outer, name, make=make)
            finally:
                _close(self.disk, outer)
        return folder

    def _outermost(self, *, make: bool) -> Folder | None:
        path = str(self.path)
        try:
            return self._checked(self.disk.open_folder(path))
        except FileNotFoundError:
            pass
        except OSError as error:
            raise _unusable(path, error) from error
        around = self._around()
        try:
            return self._new(around, self.path.name) if make else None
        finally:
            _close(self.disk, around)

    def _around(self) -> Folder:
        path = str(self.path.parent)
        try:
            return self.disk.open_folder(path)
        except FileNotFoundError:
            raise StoreUnavailable(
                f"The folder {quoted(path)} does not exist. {NOTHING_CHANGED}",
                why=f"The home {quoted(self.path.name)} is to be made in it.",
                fix="Make that folder, or name another home with --home or SCI_HOME.",
            ) from None
        except OSError as error:
            raise _unusable(path, error) from error

    def _inner(self, outer: Folder, name: str, *, make: bool) -> Folder | None:
        try:
            return self._checked(self.disk.open_folder(name, outer))
        except FileNotFoundError:
            return self._new(outer, name) if make else None
        except OSError as error:
            path = outer.path_of(name)
            if _is_link(self.disk, outer, name):
                raise StoreUnavailable(
                    f"The folder {quoted(path)} is a symbolic link, which is not followed. {NOTHING_CHANGED}",
                    fix="Put a real folder in its place, or name another home with --home or SCI_HOME.",
                ) from error
            raise _unusable(path, error) from error

    def _new(self, outer: Folder, name: str) -> Folder:
        """The folder, made and known to the disk before anything is put into it."""
        try:
            with suppress(FileExistsError):
                self.disk.make_folder(name, outer)
            self.disk.sync_folder(outer)
            return self._checked(self.disk.open_folder(name, outer))
        except OSError as error:
            path = quoted(outer.path_of(name))
            raise StoreUnavailable(
                f"The folder {path} could not be made: {os_words(error)}. {NOTHING_CHANGED}",
                fix="Free that place, or name another home with --home or SCI_HOME.",
            ) from error

    def _checked(self, folder: Folder) -> Folder:
        try:
            self._check(folder)
        except BaseException:
            _close(self.disk, folder)
            raise
        return folder

    def _check(self, folder: Folder) -> None:
        if not self.disk.has_owners:
            return
        found = self.disk.folder_status(folder)
        if found.st_uid != self.disk.user():
            raise other_owner("The folder", folder.path, found.st_uid)
        if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise StoreUnavailable(
                f"The folder {quoted(folder.path)} is writable by others. {NOTHING_CHANGED}",
                why=f"What is in it cannot be trusted: its mode is {stat.S_IMODE(found.st_mode):04o}; "
                f"{FOLDER_MODE:04o} is right.",
                fix=Command(("chmod", "go-w", folder.path), "once you know who wrote there"),
            )


def absolute(path: Path) -> Path:
    """The path from the root, so that the current folder does not matter later.

    Raises:
        StoreUnavailable: the path is relative and the current folder is gone.
    """
    if path.is_absolute():
        return path
    try:
        return Path(os.path.abspath(path))  # noqa: PTH100  Path.absolute keeps '..', which has no name
    except OSError:
        raise StoreUnavailable(
            f"The home {quoted(str(path))} is relative, and the current folder is gone. {NOTHING_CHANGED}",
            fix="Give the whole path of the home, or change to a folder that exists.",
        ) from None


def other_owner(what: str, path: str, owner: int) -> StoreUnavailable:
    """The error for a file or folder of another user."""
    return StoreUnavailable(
        f"{what} {quoted(path)} has another owner: user number {owner}. {NOTHING_CHANGED}",
        fix="Run the command as that user, or name a home of your own with --home or SCI_HOME.",
    )


def _unusable(path: str, error: OSError) -> StoreUnavailable:
    return StoreUnavailable(
        f"The folder {quoted(path)} could not be opened: {os_words(error)}. {NOTHING_CHANGED}",
        fix="Correct that, or name another home with --home or SCI_HOME.",
    )


def _is_link(disk: Disk, folder: Folder, name: str) -> bool:
    try:
        return stat.S_ISLNK(disk.status(folder, name).st_mode)
    except OSError:
        return False


def _close(disk: Disk, folder: Folder) -> None:
    # Nothing was written through it that could be lost now.
    with suppress(OSError):
        disk.close_folder(folder)
