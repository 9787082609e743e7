"""Which state of the program runs: two of the same version may differ while it is worked on."""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path

# The rooms that decide what is worked out of a record.
_ROOMS = ("domain", "operations", "safety", "store")


@cache
def program() -> str:
    """What differs between two states of the program that may work out different things of one record."""
    found: list[str] = []
    try:
        for room in _ROOMS:
            with os.scandir(Path(__file__).parent.parent / room) as entries:
                found += [
                    f"{room} {entry.name} {seen.st_size} {seen.st_mtime_ns}"
                    for entry in entries
                    if entry.name.endswith(".py") and (seen := entry.stat())
                ]
    except OSError:
        return ""  # run from an archive, whose version tells
    return hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest()[:16]
