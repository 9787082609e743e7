"""The profiles that can be used: those shipped, those of the user, and which recipients the user trusts."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sci_cli.domain.names import activation_name_problem
from sci_cli.domain.plain import digest
from sci_cli.errors import InvalidFile, ProfileNotFound, SciError, StoreUnavailable, sci
from sci_cli.profiles.private_files import read_private, write_private
from sci_cli.profiles.problems import did_you_mean
from sci_cli.profiles.reading import parse_profile
from sci_cli.safety.os_words import os_words
from sci_cli.safety.text import quoted

if TYPE_CHECKING:
    from sci_cli.domain.profile import Contact, Profile

TRUST_FILE = "trusted.txt"
# Beside the files of profiles: of each the SHA-256, the digest of the profile in it, and its name.
DIGESTS_FILE = "digests.txt"


@dataclass(frozen=True, slots=True)
class Entry:
    """One profile as listed.

    Attributes:
        id: what it is called on the command line.
        name: of the provider; empty when the file cannot be read.
        version: of the profile; empty when the file cannot be read.
        path: its file.
        shipped: whether it came with the program.
        overrides: whether it stands in front of a shipped profile of the same id.
        problem: why it cannot be used, empty when it can.
    """

    id: str
    name: str
    version: str
    path: Path
    shipped: bool
    overrides: bool
    problem: str


def shipped_profiles_dir() -> Path:
    """The folder of the shipped profiles: in the installed package, else in the source tree."""
    package = Path(__file__).resolve().parent.parent
    packed = package / "_profiles"
    return packed if packed.is_dir() else package.parent / "profiles"


@dataclass(frozen=True, slots=True)
class _Found:
    path: Path
    shipped: bool
    id: str = ""


class Catalogue:
    """The shipped profiles and, in front of them, those in the user's folder.

    A profile is named by its id, which is the name of its file without `.yaml`, or by the path of a file.

    Args:
        shipped: folder of the profiles that came with the program.
        user: folder of the user's profiles and of the list of trusted recipients; it need not exist.
    """

    def __init__(self, shipped: Path, user: Path | None) -> None:
        self.shipped = shipped
        self.user = user

    def entries(self) -> tuple[Entry, ...]:
        """All profiles by id, those that cannot be used with their problem; nothing is raised for them."""
        shipped, user = self._ids(self.shipped), self._ids(self.user)
        return tuple(self._entry(profile_id, shipped, user) for profile_id in sorted(shipped | user))

    def load(self, id_or_path: str, *, check_trust: bool = True) -> Profile:
        """The profile of that id or path.

        Args:
            id_or_path: an id, or a path (with a folder, or ending in `.yaml` or `.yml`).
            check_trust: whether recipients nobody has agreed to are refused; not for showing and checking.

        Raises:
            ProfileNotFound: there is none; ids that exist are named.
            InvalidFile: the file is not sound, not safe to read, or names recipients that are not trusted.
            StoreUnavailable: the system refuses to read it.
        """
        found = self._find(id_or_path)
        profile = self._read(found)
        if check_trust and not found.shipped:
            self._require_trust(profile, id_or_path)
        return profile

    def trust(self, id_or_path: str) -> tuple[str, ...]:
        """Agree to the recipients of a profile as they are now; returns them. Any change needs a new consent.

        Raises:
            ProfileNotFound: there is no such profile.
            InvalidFile: it is not sound, or not safe to read.
            StoreUnavailable: the list of trusted recipients cannot be read or written; nothing was changed.
        """
        profile = self.load(id_or_path, check_trust=False)
        recipients = _addresses(profile)
        if not recipients:
            return ()
        if self.user is None:
            raise StoreUnavailable(
                "There is no folder for your own profiles, so trust cannot be recorded; nothing was changed."
            )
        trusted = self._trusted()
        consent = _consent(profile)
        if consent not in trusted:
            listed = "".join(f"{line}\n" for line in (*trusted, consent))
            write_private(self.user / TRUST_FILE, listed.encode("ascii", "replace"))
        return recipients

    def digest_of(self, profile_id: str) -> str | None:
        """The digest of the content that stands under an id now; None where none stands there or is usable.

        Whether its recipients are trusted is not asked. A file is looked up in the list beside it by its
        bytes, so that nothing is parsed; one that is not as listed is read like any other.
        """
        try:
            found = self._find(profile_id)
            data = _read_shipped(found.path) if found.shipped else read_private(found.path)
            return self._listed(found).get(hashlib.sha256(data).hexdigest()) or digest(self._read(found))
        except SciError:
            return None

    def remember(self, profile_id: str) -> None:
        """Lists the content that stands under an id of the user, for `digest_of`; failing does no harm.

        Only commands that write anyway call it.
        """
        try:
            found = self._find(profile_id)
            if found.shipped or self.user is None:
                return
            data = read_private(found.path)
            content = digest(parse_profile(data, name=str(found.path)))
            line = f"{hashlib.sha256(data).hexdigest()} {content} {found.path.name}"
            others = [each for each in self._lines(found) if each.split(" ")[-1] != found.path.name]
            if line not in self._lines(found):
                text = "".join(f"{each}\n" for each in (*others, line))
                write_private(self.user / DIGESTS_FILE, text.encode("ascii"))
        except (SciError, UnicodeError):
            return

    def _listed(self, found: _Found) -> dict[str, str]:
        """Digests of contents by the SHA-256 of files; nothing where the list cannot be read."""
        return dict(line.split(" ")[:2] for line in self._lines(found) if line.count(" ") == 2)

    def _lines(self, found: _Found) -> list[str]:
        try:
            return (found.path.parent / DIGESTS_FILE).read_text("ascii").splitlines()
        except (OSError, ValueError):
            return []

    # Finding -----------------------------------------------------------------------------------------------

    def trusts(self, profile: Profile) -> bool:
        """Whether the recipients are those of the shipped profile of that id, or the user agreed to them.

        Raises:
            StoreUnavailable: the list of trusted recipients cannot be read.
        """
        if not profile.handoff.contacts:
            return True
        shipped = self._shipped_recipients(profile.id)
        return _addresses(profile) == _addresses_of(shipped) or _consent(profile) in self._trusted()

    def _ids(self, folder: Path | None) -> set[str]:
        try:
            names = [] if folder is None else [entry.name for entry in folder.iterdir()]
        except (FileNotFoundError, NotADirectoryError):
            return set()
        except OSError as error:
            raise StoreUnavailable(
                f"The folder {quoted(str(folder))} could not be read: {os_words(error)}."
            ) from error
        stems = (name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))
        return {stem for stem in stems if not activation_name_problem(stem)}

    def _find(self, id_or_path: str) -> _Found:
        separators = {"/", os.sep, os.altsep or "/"}
        if id_or_path.endswith((".yaml", ".yml")) or any(mark in id_or_path for mark in separators):
            return _Found(Path(id_or_path), shipped=False)
        profile_id = id_or_path.lower()
        shipped, user = self._ids(self.shipped), self._ids(self.user)
        if self.user is not None and profile_id in user:
            return _Found(self.user / f"{profile_id}.yaml", False, profile_id)
        if profile_id in shipped:
            return _Found(self.shipped / f"{profile_id}.yaml", True, profile_id)
        known = sorted(shipped | user)
        raise ProfileNotFound(
            f"There is no profile {quoted(id_or_path, 60)}.{did_you_mean(profile_id, known)}",
            why=f"Profiles that exist: {', '.join(known) or 'none'}.",
            fix=sci("profile", "list"),
        )

    def _read(self, found: _Found) -> Profile:
        # Whoever can change shipped files can change the program itself; installers may link them.
        data = _read_shipped(found.path) if found.shipped else read_private(found.path)
        profile = parse_profile(data, name=str(found.path))
        if found.id and profile.id != found.id:
            raise InvalidFile(
                f"The file {quoted(str(found.path))} holds the profile {profile.id}.",
                why="In a folder of profiles the name of a file is the id of its profile.",
                fix=f"Rename the file to {profile.id}.yaml, or change the id in it.",
            )
        return profile

    def _entry(self, profile_id: str, shipped: set[str], user: set[str]) -> Entry:
        own = profile_id in user
        folder = self.user if own and self.user is not None else self.shipped
        found = _Found(folder / f"{profile_id}.yaml", not own, profile_id)
        overrides = own and profile_id in shipped
        try:
            profile = self._read(found)
        except SciError as error:
            return Entry(profile_id, "", "", found.path, not own, overrides, error.message)
        problem = ""
        try:
            if own:
                self._require_trust(profile, profile_id)
        except SciError as error:
            problem = error.message
        return Entry(profile_id, profile.name, profile.version, found.path, not own, overrides, problem)

    # Trust -------------------------------------------------------------------------------------------------

    def _require_trust(self, profile: Profile, id_or_path: str) -> None:
        if self.trusts(profile):
            return
        pinned = self._shipped_recipients(profile.id)
        raise InvalidFile(
            f"The profile {profile.id} names recipients of the hand-off that you have not agreed to trust.",
            why=[
                *(f"Recipient: {_shown(contact)}" for contact in profile.handoff.contacts),
                *(f"In the shipped profile: {_shown(contact)}" for contact in pinned),
            ],
            fix=[
                "Compare every address, letter by letter, with one you know from elsewhere.",
                sci("profile", "trust", id_or_path, note="only when all of them are right"),
            ],
        )

    def _shipped_recipients(self, profile_id: str) -> tuple[Contact, ...]:
        if profile_id not in self._ids(self.shipped):
            return ()
        found = _Found(self.shipped / f"{profile_id}.yaml", True, profile_id)
        try:
            return self._read(found).handoff.contacts
        except SciError:
            return ()

    def _trusted(self) -> tuple[str, ...]:
        if self.user is None:
            return ()
        try:
            data = read_private(self.user / TRUST_FILE, what="list of trusted recipients")
        except ProfileNotFound:
            return ()
        return tuple(line.strip() for line in data.decode("ascii", "replace").splitlines() if line.strip())


def _read_shipped(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StoreUnavailable(
            f"The shipped profile {quoted(str(path))} could not be read: {os_words(error)}.",
            fix="Install the program again.",
        ) from error


def _addresses(profile: Profile) -> tuple[str, ...]:
    return _addresses_of(profile.handoff.contacts)


def _addresses_of(contacts: Iterable[Contact]) -> tuple[str, ...]:
    return tuple(sorted({contact.email for contact in contacts}))


def _shown(contact: Contact) -> str:
    return f"{contact.email} ({contact.name}, {contact.role}; verified {contact.verified.isoformat()})"


def _consent(profile: Profile) -> str:
    """What consent is given to: SHA-256 in hex over the id and the sorted recipients."""
    return digest({"id": profile.id, "recipients": _addresses(profile)})
