"""What is odd about where the program runs and worth a remark beside a change."""

from collections.abc import Mapping
from pathlib import Path

SYNC_FOLDERS = (
    "dropbox",
    "onedrive",
    "google drive",
    "googledrive",
    "icloud",
    "nextcloud",
    "owncloud",
    "box sync",
)


def remarks(home: Path, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Sentences about the home folder and the environment; empty when nothing is odd."""
    found = []
    if is_synchronised(home):
        found.append(
            "The records lie in a synchronised folder; two computers writing the same one "
            "make conflicting copies."
        )
    zone = environ.get("TZ", "").removeprefix(":")
    if zone and not is_zone(zone):
        found.append(f"TZ names no time zone known here ({zone[:40]!r}); times are recorded in UTC.")
    return tuple(found)


def is_synchronised(home: Path) -> bool:
    """Whether the path names the folder of a program that synchronises; False when nobody can tell."""
    try:
        parts = [part.lower() for part in home.absolute().parts]
    except OSError:
        return False
    return any(part.startswith(name) for part in parts for name in SYNC_FOLDERS)


def is_zone(name: str) -> bool:
    """Whether a zone is known: by name, by file, or as a rule such as CET-1CEST."""
    from zoneinfo import ZoneInfo

    if Path(name).is_absolute():
        return Path(name).exists()
    if "/" not in name:
        return True
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return True
