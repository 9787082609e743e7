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
    parts = [part.lower() for part in home.absolute().parts]
    if any(part.startswith(name) for part in parts for name in SYNC_FOLDERS):
        found.append(
            "The records lie in a synchronised folder; two computers writing the same one "
            "make conflicting copies."
        )
    zone = environ.get("TZ", "").removeprefix(":")
    if zone and not _is_zone(zone):
        found.append(f"TZ names no time zone known here ({zone[:40]!r}); times are recorded in UTC.")
    return tuple(found)


def _is_zone(name: str) -> bool:
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
