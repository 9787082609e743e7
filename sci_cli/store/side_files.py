"""Files beside the records, read as they are: evidence under its hash, drafts under their names."""

from __future__ import annotations

from pathlib import Path

from sci_cli.errors import RecordCorrupt
from sci_cli.safety.text import quoted
from sci_cli.store.disk import Disk, this_disk
from sci_cli.store.document import SIZE_LIMIT
from sci_cli.store.durable import NotRegular, TooLarge, read_file
from sci_cli.store.home import Home, absolute
from sci_cli.store.records import unreadable


def side_file(home: Path, folder: str, name: str, disk: Disk | None = None) -> bytes | None:
    """The content of a file in a folder of the home; None where there is none.

    Raises:
        StoreUnavailable: it cannot be read.
        RecordCorrupt: a link, a folder, or something larger than anything the program keeps stands there.
    """
    disk = disk or this_disk()
    with Home(absolute(home), disk).opened(folder) as opened:
        if opened is None:
            return None
        path = opened.path_of(name)
        try:
            return read_file(disk, opened, name, SIZE_LIMIT).data
        except FileNotFoundError:
            return None
        except (NotRegular, TooLarge) as error:
            what = str(error) or "larger than anything that is kept here"
            raise RecordCorrupt(
                f"{quoted(path)} is {what}. Nothing was written.",
                fix="Move it away, or put back the original from a copy of the home.",
            ) from None
        except OSError as error:
            raise unreadable(path, error) from error
