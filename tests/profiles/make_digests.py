"""The list of the shipped profiles' digests; `python -m tests.profiles.make_digests` writes it anew."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sci_cli.domain.plain import digest
from sci_cli.profiles.catalogue import DIGESTS_FILE
from sci_cli.profiles.reading import parse_profile

FOLDER = Path(__file__).resolve().parents[2] / "profiles"


def listed() -> str:
    """One line for each shipped file: its SHA-256, the digest of the profile in it, its name."""
    lines = []
    for path in sorted(FOLDER.glob("*.yaml")):
        data = path.read_bytes()
        found = digest(parse_profile(data, name=path.name))
        lines.append(f"{hashlib.sha256(data).hexdigest()} {found} {path.name}\n")
    return "".join(lines)


if __name__ == "__main__":
    (FOLDER / DIGESTS_FILE).write_text(listed(), "ascii")
