"""What tells, from one look at a folder, whether the file of a record is the one that was read before."""

from __future__ import annotations

import os
import stat

from sci_cli.store.contract import Stamps
from sci_cli.store.disk import Disk, Folder
from sci_cli.store.neighbours import ENDING, Listing
from sci_cli.store.records import unreadable

# A file written again within one tick of the disk's clock can keep its times. No clock in use has ticks
# longer than this, so of a file that has been left alone for as long every later writing shows.
SETTLED_AFTER = 2.0


def stamps(disk: Disk, folder: Folder | None) -> Stamps:
    """The records in the folder with a stamp each: times, size, number, permissions and owner of its file.

    There is no stamp for a file that was written in the last two seconds or in the future, that is not a
    regular file of this user, or beside which lie copies: what such a record says takes more than its file.

    Raises:
        StoreUnavailable: the folder cannot be read.
    """
    if folder is None:
        return Stamps("files", {})
    settled = int((disk.now() - SETTLED_AFTER) * 1e9)
    user = disk.user() if disk.has_owners else None
    try:
        found = disk.scan(folder)
        place = disk.folder_status(folder)
    except OSError as error:
        raise unreadable(folder.path, error) from error
    listing = Listing.of(found)
    said = {name: _stamp(found[name + ENDING], settled, user) for name in listing.names}
    for name in listing.names if listing.strange else ():
        if listing.twins_of(name) or listing.strangers_of(name):
            said[name] = ""
    # A copy of the home, or another one, has another folder.
    return Stamps(f"files {place.st_dev} {place.st_ino}", said)


def _stamp(seen: os.stat_result | None, settled: int, user: int | None) -> str:
    if seen is None or not stat.S_ISREG(seen.st_mode) or (user is not None and seen.st_uid != user):
        return ""
    written, changed = seen.st_mtime_ns, seen.st_ctime_ns
    if written > settled or changed > settled:
        return ""
    return f"{written} {changed} {seen.st_size} {seen.st_ino} {seen.st_mode}"
