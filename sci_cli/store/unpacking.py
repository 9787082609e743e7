"""A package from somebody else: every name, size, sum and hash checked before anything is taken from it."""

from __future__ import annotations

import hashlib
import io
import json
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from sci_cli.domain.activation import Activation, ProfileRef
from sci_cli.domain.names import activation_name_problem
from sci_cli.domain.plain import NotPlain, from_plain
from sci_cli.domain.profile import Profile
from sci_cli.errors import InvalidFile, RecordCorrupt, SciError
from sci_cli.safety.text import quoted
from sci_cli.store.contract import check_first, profiles_named, reference
from sci_cli.store.document import NewerFormat, NotIntact, Parsed, parse, render
from sci_cli.store.package import (
    FOLDERS,
    FORMAT,
    LARGEST,
    LARGEST_MANIFEST,
    LARGEST_MEMBER,
    MANIFEST,
    MOST_MEMBERS,
    Packed,
    drafts_of,
    member_problem,
    profile_member,
    record_member,
)

HIGHEST_RATIO = 200
# Below this size any ratio does no harm.
_SMALL = 1_000_000
_MEMBER_MARK = b"PK\x01\x02"
_ENCRYPTED = 0x1
_NUMBER = re.compile(r"[0-9]{1,10}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NOTHING = "Nothing was imported."
_Profiles = dict[ProfileRef, Profile]
# What the zip reader of the standard library lets through for damaged input.
_BROKEN = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, EOFError, OSError, ValueError,
    NotImplementedError, RuntimeError, OverflowError, IndexError, KeyError, MemoryError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Listed:
    """What the manifest says of one member."""

    size: int
    sha256: str


def unpack(data: bytes, shown: str) -> tuple[Packed, ...]:
    """The activations in a package, each verified as a record in the home is; sorted by name.

    Nothing is unpacked before all names and sizes are known to be good, and nothing is written.

    Args:
        data: the whole file.
        shown: its name, for messages.

    Raises:
        InvalidFile: it is not a package, or holds what no package holds.
        RecordCorrupt: something in it fails its check.
    """
    members = _members(data, quoted(shown))
    named, listed = _manifest(members.pop(MANIFEST, None), quoted(shown))
    _compare(members, listed, quoted(shown))
    profiles: _Profiles = {}
    taken = tuple(
        _packed(name, about, members, profiles, quoted(shown)) for name, about in sorted(named.items())
    )
    _refuse_unclaimed(members, taken, quoted(shown))
    return taken


# The zip ---------------------------------------------------------------------------------------------------


def _members(data: bytes, shown: str) -> dict[str, bytes]:
    if len(data) > LARGEST or data.count(_MEMBER_MARK) > 2 * MOST_MEMBERS:
        raise _too_large(shown)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            wanted = _checked(package.infolist(), shown)
            return {about.filename: _content(package, about, shown) for about in wanted}
    except SciError:
        raise
    except _BROKEN:
        raise InvalidFile(
            f"{shown} is not a package of sci: it is no zip file, or is cut off or damaged. {_NOTHING}",
            fix="Get the file again, and compare its SHA-256 with the one `sci export` printed.",
        ) from None


def _checked(infos: list[zipfile.ZipInfo], shown: str) -> list[zipfile.ZipInfo]:
    """The members that are files, once no name, kind or size is strange."""
    if len(infos) > MOST_MEMBERS:
        raise _too_large(shown)
    seen: set[str] = set()
    files = []
    for about in infos:
        name = about.orig_filename
        kind = stat.S_IFMT(about.external_attr >> 16)
        if name in FOLDERS and about.file_size == 0:
            continue
        problem = member_problem(name) or _kind_problem(about, kind)
        if problem is None and name.casefold() in seen:
            problem = "is there twice, perhaps in another letter case"
        if problem is not None:
            raise _refused(shown, name, problem)
        _check_size(about, shown)
        seen.add(name.casefold())
        files.append(about)
    if sum(about.file_size for about in files) > LARGEST + LARGEST_MANIFEST:
        raise _too_large(shown)
    return files


def _kind_problem(about: zipfile.ZipInfo, kind: int) -> str | None:
    if kind not in (0, stat.S_IFREG):
        return "is a link, a device or something else that is not a file"
    if about.flag_bits & _ENCRYPTED:
        return "is encrypted"
    if about.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is compressed in a way that is not read"
    return None


def _check_size(about: zipfile.ZipInfo, shown: str) -> None:
    limit = LARGEST_MANIFEST if about.filename == MANIFEST else LARGEST_MEMBER
    if about.file_size > limit:
        raise _refused(shown, about.filename, f"is larger than {limit // 1_000_000} MB when unpacked")
    if about.file_size > max(_SMALL, HIGHEST_RATIO * about.compress_size):
        raise _refused(shown, about.filename, f"unpacks to more than {HIGHEST_RATIO} times its size")


def _content(package: zipfile.ZipFile, about: zipfile.ZipInfo, shown: str) -> bytes:
    try:
        with package.open(about) as member:
            data = member.read(about.file_size + 1)
    except SciError:
        raise
    except _BROKEN:
        raise _damaged(shown, about.filename, "cannot be read whole") from None
    if len(data) != about.file_size:
        raise _damaged(shown, about.filename, "has another size than the package says")
    return data


# The manifest ----------------------------------------------------------------------------------------------


def _manifest(data: bytes | None, shown: str) -> tuple[dict[str, tuple[str, str]], dict[str, _Listed]]:
    """Revision and head of each activation, and size and hash of each member."""
    try:
        if data is None:
            raise ValueError("it has no manifest.json")
        found = json.loads(data.decode("ascii"))
        form = _text(found, "format")
        if not _NUMBER.fullmatch(form):
            raise ValueError("its format is no number")
        if int(form) > FORMAT:
            raise InvalidFile(
                f"{shown} is a package of format {form}: a newer version of sci made it. {_NOTHING}",
                why=f"This version reads packages up to format {FORMAT}.",
                fix="Install the newer version of sci.",
            )
        named = {
            _activation_name(each): (_text(each, "revision"), _text(each, "head"))
            for each in _entries(found, "activations")
        }
        listed = {_text(each, "name"): _listed(each) for each in _entries(found, "members")}
        if not named or len(named) != len(found["activations"]) or len(listed) != len(found["members"]):
            raise ValueError("it lists nothing, or the same twice")
    except (ValueError, RecursionError) as error:
        why = str(error)[:100] if type(error) is ValueError else "its manifest.json cannot be read"
        raise InvalidFile(
            f"{shown} is not a package of sci: {why}. {_NOTHING}",
            fix="Give a file that `sci export` wrote.",
        ) from None
    return named, listed


def _entries(found: object, key: str) -> list[object]:
    entries = found.get(key) if isinstance(found, dict) else None
    if not isinstance(entries, list):
        raise ValueError(f"its manifest has no list of {key}")
    return entries


def _text(entry: object, key: str) -> str:
    value = entry.get(key) if isinstance(entry, dict) else None
    if not isinstance(value, str):
        raise ValueError(f"its manifest has an entry without {key}")
    return value


def _activation_name(entry: object) -> str:
    name = _text(entry, "name")
    if activation_name_problem(name) is not None:
        raise ValueError("its manifest names an activation as none can be named")
    return name


def _listed(entry: object) -> _Listed:
    size, sha256 = _text(entry, "size"), _text(entry, "sha256")
    if not _NUMBER.fullmatch(size) or not _SHA256.fullmatch(sha256):
        raise ValueError("its manifest has a member without size and SHA-256")
    return _Listed(int(size), sha256)


def _compare(members: Mapping[str, bytes], listed: Mapping[str, _Listed], shown: str) -> None:
    if missing := sorted(set(listed) - set(members)):
        raise _damaged(shown, missing[0], "is missing")
    if strange := sorted(set(members) - set(listed)):
        raise _refused(shown, strange[0], "is not in the list of its manifest")
    for name, data in members.items():
        about = listed[name]
        if len(data) != about.size or hashlib.sha256(data).hexdigest() != about.sha256:
            raise _damaged(shown, name, "does not match the SHA-256 in the manifest")


# The activations -------------------------------------------------------------------------------------------


def _packed(
    name: str, about: tuple[str, str], members: Mapping[str, bytes], profiles: _Profiles, shown: str
) -> Packed:
    member = record_member(name)
    if member not in members:
        raise _damaged(shown, member, "is missing")
    parsed = _record(members[member], name, shown)
    activation = parsed.activation
    if about != (str(activation.revision), parsed.head):
        raise _damaged(shown, member, "is not at the revision and head the manifest says")
    named = profiles_named(activation)
    for ref in named:
        if ref not in profiles:
            profiles[ref] = _profile(ref, members, shown)
    return Packed(
        activation,
        parsed.head,
        profiles[activation.profile],
        {sha256: _evidence(sha256, members, shown) for sha256 in activation.evidence_hashes()},
        _drafts(activation, members, shown),
        tuple(profiles[ref] for ref in named[1:]),
    )


def _record(data: bytes, name: str, shown: str) -> Parsed:
    member = record_member(name)
    try:
        parsed = parse(data, name)
        check_first(parsed.activation)
        # What could not be written again as it is read is no record of this program.
        same = render(parsed.activation).head == parsed.head
    except NotIntact as error:
        raise _damaged(shown, member, error.sentence) from None
    except NewerFormat as error:
        raise _damaged(shown, member, f"has format {error.found}: a newer version of sci wrote it") from None
    except (AssertionError, ValueError, TypeError, KeyError, ArithmeticError, RecursionError):
        raise _damaged(shown, member, "is not a record as sci writes them") from None
    if not same:
        raise _damaged(shown, member, "does not give the same history when written again")
    return parsed


def _profile(ref: ProfileRef, members: Mapping[str, bytes], shown: str) -> Profile:
    member = profile_member(ref)
    data = members.get(member)
    if data is None:
        raise _damaged(shown, member[:200], "is missing")
    try:
        profile = from_plain(Profile, json.loads(data))
        same = hashlib.sha256(data).hexdigest() == ref.digest and reference(profile) == ref
    except (NotPlain, ValueError, TypeError, KeyError, ArithmeticError, RecursionError):
        same = False
    if not same:
        raise _damaged(shown, member, "does not match its digest, or does not fit this version")
    return profile


def _evidence(sha256: str, members: Mapping[str, bytes], shown: str) -> bytes:
    data = members.get(f"evidence/{sha256}")
    if data is None:
        raise _damaged(shown, f"evidence/{sha256[:64]}", "is missing")
    if hashlib.sha256(data).hexdigest() != sha256:
        raise _damaged(shown, f"evidence/{sha256}", "does not match its hash")
    return data


def _drafts(activation: Activation, members: Mapping[str, bytes], shown: str) -> dict[str, bytes]:
    """The drafts that came along: a person may have moved or deleted one, which is no damage."""
    found = {}
    for name, sha256 in drafts_of(activation).items():
        data = members.get(f"out/{name}")
        if data is None:
            continue
        if hashlib.sha256(data).hexdigest() != sha256:
            raise _damaged(shown, f"out/{name}", "does not match the hash in the history")
        found[name] = data
    return found


def _refuse_unclaimed(members: Mapping[str, bytes], taken: tuple[Packed, ...], shown: str) -> None:
    claimed = set()
    for packed in taken:
        claimed.add(record_member(packed.activation.name))
        claimed |= {profile_member(ref) for ref in profiles_named(packed.activation)}
        claimed |= {f"evidence/{each}" for each in packed.evidence}
        claimed |= {f"out/{each}" for each in packed.drafts}
    if strange := sorted(set(members) - claimed):
        raise _refused(shown, strange[0], "belongs to no activation in the package")


# Messages --------------------------------------------------------------------------------------------------


def _too_large(shown: str) -> InvalidFile:
    return InvalidFile(
        f"{shown} is too large: a package has at most {LARGEST // 1_000_000} MB and {MOST_MEMBERS} files. "
        f"{_NOTHING}",
        fix="Export in several packages.",
    )


def _refused(shown: str, name: str, what: str) -> InvalidFile:
    return InvalidFile(
        f"{shown} is refused: in it, {quoted(name, 120)} {what}. {_NOTHING}",
        why="sci takes only what `sci export` writes; another program made or changed this file.",
        fix="Ask whoever sent it for a package as `sci export` wrote it.",
    )


def _damaged(shown: str, name: str, what: str) -> RecordCorrupt:
    return RecordCorrupt(
        f"{shown} fails its check: in it, {quoted(name, 120)} {what}. {_NOTHING}",
        why="It was changed or damaged after it was exported.",
        fix="Get the file again, and compare its SHA-256 with the one `sci export` printed.",
    )
