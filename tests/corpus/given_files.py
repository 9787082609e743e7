"""Files a case gives to the program, and files that are not what they seem."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.corpus.cases import NotPossible, content_of
from tests.corpus.program import SOMEBODY_ELSE
from tests.corpus.world import Box


def as_root(what: str) -> None:
    """Refuse what only root can arrange.

    Raises:
        NotPossible: this is not root.
    """
    if os.geteuid() != 0:
        raise NotPossible(f"{what} can only be arranged as root")


def owned_by_somebody_else(path: Path) -> None:
    """Make a file belong to neither the program's user nor root."""
    as_root("a file of another user")
    os.chown(path, SOMEBODY_ELSE, SOMEBODY_ELSE)


def give_to_somebody_else(path: Path) -> None:
    """Make a record belong to another user and still be readable, so that only the owner is wrong."""
    owned_by_somebody_else(path)
    path.chmod(0o644)


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def given_file(box: Box, given: Mapping[str, Any], name: str, usual: bytes) -> Path:
    """The file a case gives to the program.

    Raises:
        NotPossible: it is of a kind that cannot be made here.
    """
    if len(name) > 200 or "/" in name or "\0" in name:
        raise NotPossible(f"no file can have the name {name[:40]!r}")
    path = box.work / name
    special = given.get("special")
    if special is None:
        content = content_of(given)
        return box.write(path, usual if content is None else content)
    return special_file(box, path, str(special), usual)


def special_file(box: Box, path: Path, special: str, usual: bytes) -> Path:
    """A file that is not one, or not as it should be."""
    if special in ("missing", "directory_missing"):
        return path
    if special in ("directory", "folder"):
        return box.folder(path)
    if special in ("char_device_endless", "device"):
        return Path("/dev/zero")
    if special == "fifo":
        return _fifo(box, path)
    if special in ("world_writable_file", "world_writable"):
        return box.write(path, usual, 0o666)
    if special == "unreadable":
        return box.write(path, usual, 0o000)
    if special.startswith("owned_by_other"):
        owned_by_somebody_else(box.write(path, usual, 0o644))
        return path
    if special == "symlink_to_private_key":
        key = box.write(
            box.home / "id_key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
        )
        path.symlink_to(key)
        return path
    if special.startswith("symlink"):
        # Whatever the moment of the swap, this is what the program meets when it opens the file.
        path.symlink_to(box.write(box.work / "elsewhere", usual))
        return path
    if special == "empty":
        return box.write(path, b"")
    raise NotPossible(f"a file of the kind {special!r} is not known to the harness")


def _fifo(box: Box, path: Path) -> Path:
    os.mkfifo(path, 0o600)
    box.program.own(path)
    return path
