"""Files with what was worked out of records, to save the working out: never the truth, always dispensable.

    sci index; it may be removed at any time
    <SHA-256 of everything below>
    [<what it is about>, <content>]

What cannot be read, is damaged, was written by somebody else or is about something else counts as missing.
What cannot be written is not written. There is no lock: the file is replaced whole, and the last one stays.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path

from sci_cli.errors import SciError
from sci_cli.store.disk import Disk, this_disk
from sci_cli.store.durable import (
    NotRegular,
    TooLarge,
    discard,
    put_down,
    read_file,
    remove_stale,
    temporary_name,
)
from sci_cli.store.home import INDEX, Home, absolute

LIMIT = 200_000_000
_FIRST_LINE = b"sci index; it may be removed at any time\n"
_HASH = 64
_OTHERS_MAY_WRITE = 0o022


def read(home: Path, file: str, about: str, *, disk: Disk | None = None) -> object:
    """The content of such a file; None where there is none that holds. Never fails.

    Args:
        home: the home folder.
        file: its name in the folder for such files.
        about: what it has to be about.
        disk: the calls.
    """
    disk = disk or this_disk()
    try:
        with Home(absolute(home), disk).opened(INDEX) as folder:
            if folder is None:
                return None
            seen = read_file(disk, folder, file, LIMIT)
    except (OSError, SciError, NotRegular, TooLarge):
        return None
    if disk.has_owners and (seen.owner != disk.user() or seen.mode & _OTHERS_MAY_WRITE):
        return None
    return _content(seen.data, about)


def _content(data: bytes, about: str) -> object:
    start = len(_FIRST_LINE) + _HASH + 1
    body = data[start:]
    if data[:start] != _FIRST_LINE + hashlib.sha256(body).hexdigest().encode("ascii") + b"\n":
        return None
    try:
        found, content = json.loads(body)
    except (ValueError, TypeError, RecursionError):
        return None
    return content if found == about else None


def write(home: Path, file: str, about: str, content: object, *, disk: Disk | None = None) -> None:
    """Puts such a file in place of the one before, where that is possible. Never fails.

    Nothing is flushed: after a power cut the file may be damaged, which is noticed, and is made again.

    Args:
        home: the home folder; made with the folder for such files where they do not exist.
        file: its name there.
        about: what it is about.
        content: texts, numbers, lists and mappings.
        disk: the calls.
    """
    disk = disk or this_disk()
    body = json.dumps([about, content], separators=(",", ":")).encode("ascii")
    data = _FIRST_LINE + hashlib.sha256(body).hexdigest().encode("ascii") + b"\n" + body
    if len(data) > LIMIT:
        return
    with suppress(OSError, SciError), Home(absolute(home), disk).made(INDEX) as folder:
        remove_stale(disk, folder)
        temporary = temporary_name()
        try:
            put_down(disk, folder, temporary, data, sync=False)
            disk.rename(folder, temporary, file)
        except BaseException:
            discard(disk, folder, temporary)
            raise
