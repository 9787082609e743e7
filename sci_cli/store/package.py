"""One zip with whole activations: records, pinned profiles, evidence, drafts, and a list of all with hashes.

    manifest.json                   format, then name, revision and head of each activation,
                                    then name, size and SHA-256 of each member
    activations/acme-hk-1.yaml      the record, byte for byte as the store of files writes it
    evidence/<SHA-256>              evidence, under the hash of its content
    out/acme-hk-1-handoff-1-r9.eml  drafts the history names
    profiles/<id>-<digest>.json     the profile each activation goes by, and those it went by before

Members are stored without compression, sorted and with one fixed time, so the same content gives the same
bytes with every version of every compressor.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sci_cli.domain.activation import Activation, ProfileRef
from sci_cli.domain.names import activation_name_problem
from sci_cli.domain.plain import Plain, canonical, to_plain
from sci_cli.domain.profile import Profile
from sci_cli.errors import InvalidValue
from sci_cli.store.contract import reference
from sci_cli.store.document import SIZE_LIMIT, render

FORMAT = 1
MANIFEST = "manifest.json"
LARGEST = 200_000_000
"""Bytes a package may have, as a file and unpacked."""
MOST_MEMBERS = 100_000
LARGEST_MEMBER = SIZE_LIMIT
LARGEST_MANIFEST = 40_000_000

_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_REGULAR = 0o100600 << 16
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PINNED = re.compile(r"[a-z0-9][a-z0-9-]{0,99}-[0-9a-f]{64}\.json")
_DRAFT = re.compile(r"[a-z0-9][a-z0-9-]{0,150}\.eml")


@dataclass(frozen=True, slots=True)
class Packed:
    """One activation with everything that belongs to it.

    Attributes:
        activation: the record.
        head: the hash of its last event.
        profile: the profile it goes by.
        evidence: content by SHA-256 in hex.
        drafts: content by file name.
        earlier: the profiles it went by before, newest first.
    """

    activation: Activation
    head: str
    profile: Profile
    evidence: Mapping[str, bytes] = field(default_factory=dict)
    drafts: Mapping[str, bytes] = field(default_factory=dict)
    earlier: tuple[Profile, ...] = ()


def drafts_of(activation: Activation) -> dict[str, str]:
    """The SHA-256 of each draft the record names, by file name."""
    return {each.draft: each.draft_sha256 for each in activation.handoffs if each.draft}


def member_problem(name: str) -> str | None:
    """Why a name cannot be that of a member, completing `It ...`; None when it can.

    Only what the program writes itself passes: no folders but its own, no links out of them, nothing that any
    system reads as another place or another letter case.
    """
    if "\\" in name or "\0" in name or name.startswith("/") or ":" in name:
        return "is a path of its own, not a name in the package"
    if ".." in name.split("/"):
        return "leads out of its folder"
    folder, _, file = name.partition("/")
    good = name == MANIFEST
    if folder == "activations" and file.endswith(".yaml"):
        good = activation_name_problem(file.removesuffix(".yaml")) is None
    elif folder in _FORMS:
        good = _FORMS[folder].fullmatch(file) is not None
    return None if good else "is not a file that belongs in a package"


_FORMS = {"evidence": _SHA256, "out": _DRAFT, "profiles": _PINNED}
FOLDERS = ("activations/", "evidence/", "out/", "profiles/")


def profile_member(ref: ProfileRef) -> str:
    """The member that holds a pinned profile."""
    return f"profiles/{ref.id}-{ref.digest}.json"


def record_member(name: str) -> str:
    """The member that holds the record of that name."""
    return f"activations/{name}.yaml"


def members_of(packed: Packed) -> dict[str, bytes]:
    """Everything of one activation, by member name."""
    found = {record_member(packed.activation.name): render(packed.activation).data}
    for profile in (packed.profile, *packed.earlier):
        found[profile_member(reference(profile))] = canonical(to_plain(profile)).encode("ascii")
    found |= {f"evidence/{sha256}": data for sha256, data in packed.evidence.items()}
    return found | {f"out/{name}": data for name, data in packed.drafts.items()}


def pack(activations: Sequence[Packed]) -> bytes:
    """The package with these activations, whatever their order.

    Raises:
        InvalidValue: it would be larger than a package may be.
    """
    members: dict[str, bytes] = {}
    size = 0
    for packed in activations:
        added = {name: data for name, data in members_of(packed).items() if name not in members}
        members |= added
        size += sum(map(len, added.values()))
        if size > LARGEST or len(members) >= MOST_MEMBERS:
            raise InvalidValue(
                f"The package would be larger than {LARGEST // 1_000_000} MB or {MOST_MEMBERS} files.",
                fix="Export fewer activations at once, in several packages.",
            )
    members = {name: members[name] for name in sorted(members)}
    return _zipped({MANIFEST: _manifest(activations, members), **members})


def _manifest(activations: Sequence[Packed], members: Mapping[str, bytes]) -> bytes:
    listed = sorted(activations, key=lambda packed: packed.activation.name)
    manifest: Plain = {
        "format": str(FORMAT),
        "activations": [
            {
                "name": packed.activation.name,
                "revision": str(packed.activation.revision),
                "head": packed.head,
            }
            for packed in listed
        ],
        "members": [
            {"name": name, "size": str(len(data)), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in members.items()
        ],
    }
    return canonical(manifest).encode("ascii")


def _zipped(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as package:
        for name, data in members.items():
            about = zipfile.ZipInfo(name, _TIME)
            about.create_system, about.external_attr = _UNIX, _REGULAR
            package.writestr(about, data)
    return buffer.getvalue()
