"""What lies beside the records of one home: pinned profiles, evidence, and the folder for drafts."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from sci_cli.domain.activation import ProfileRef
from sci_cli.domain.plain import NotPlain, canonical, from_plain, to_plain
from sci_cli.domain.profile import Profile
from sci_cli.errors import FileNotThere, RecordCorrupt, StoreUnavailable
from sci_cli.safety.os_words import os_words
from sci_cli.safety.text import quoted
from sci_cli.store import records
from sci_cli.store.contract import no_pinned_profile, reference
from sci_cli.store.disk import Disk
from sci_cli.store.document import SIZE_LIMIT
from sci_cli.store.durable import NotRegular, TooLarge, Unconfirmed, keep_once, read_file
from sci_cli.store.home import EVIDENCE, NOTHING_CHANGED, OUT, PINNED, Home

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PROFILE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")


class BesideRecords:
    """Files that records name by their hash; kept once, never changed.

    Args:
        home: the home folder.
        disk: the calls to the system.
    """

    def __init__(self, home: Home, disk: Disk) -> None:
        self._home = home
        self._disk = disk
        self._pinned: dict[ProfileRef, Profile] = {}

    def pin_profile(self, profile: Profile) -> ProfileRef:
        """Keeps the profile as canonical JSON under its id and digest."""
        ref = reference(profile)
        if not _PROFILE_ID.fullmatch(ref.id):
            raise AssertionError(f"{ref.id[:100]!r} is not a profile id")
        self._keep(PINNED, _pinned_name(ref), canonical(to_plain(profile)).encode("ascii"))
        return ref

    def pinned_profile(self, ref: ProfileRef) -> Profile:
        """The profile kept under that id and digest, verified when this run first asks for it.

        Raises:
            ProfileNotFound: it is not kept here.
            RecordCorrupt: what is kept fails its check.
            StoreUnavailable: it cannot be read.
        """
        if ref not in self._pinned:
            self._pinned[ref] = self.read_pinned(ref)
        return self._pinned[ref]

    def read_pinned(self, ref: ProfileRef) -> Profile:
        """As `pinned_profile`, read and verified anew."""
        if not _PROFILE_ID.fullmatch(ref.id) or not _SHA256.fullmatch(ref.digest):
            raise no_pinned_profile(ref)
        name = _pinned_name(ref)
        with self._home.opened(*PINNED) as folder:
            if folder is None:
                raise no_pinned_profile(ref)
            path = folder.path_of(name)
            try:
                data = read_file(self._disk, folder, name, SIZE_LIMIT).data
            except FileNotFoundError:
                raise no_pinned_profile(ref) from None
            except NotRegular as error:
                raise _damaged(path, f"is {error}") from None
            except TooLarge:
                raise _damaged(path, "is too large") from None
            except OSError as error:
                raise records.unreadable(path, error) from error
        if hashlib.sha256(data).hexdigest() != ref.digest:
            raise _damaged(path, "does not match its digest: it was edited or damaged")
        try:
            return from_plain(Profile, json.loads(data))
        except (ValueError, NotPlain):
            raise _damaged(path, "was written by a newer version or does not fit this one") from None

    def keep_evidence(self, data: bytes, sha256: str) -> None:
        """Keeps a file's content under its hash."""
        if hashlib.sha256(data).hexdigest() != sha256:
            raise AssertionError("the hash is not that of the content")
        self._keep((EVIDENCE,), sha256, data)

    def evidence(self, sha256: str) -> bytes:
        """The content kept under a hash.

        Raises:
            FileNotThere: none is kept.
            RecordCorrupt: it is other content by now.
            StoreUnavailable: it cannot be read.
        """
        missing = FileNotThere(f"The evidence {quoted(sha256, 80)} is not in this home.")
        with self._home.opened(EVIDENCE) as folder:
            if folder is None:
                raise missing
            path = folder.path_of(sha256)
            try:
                data = read_file(self._disk, folder, sha256, SIZE_LIMIT).data
            except FileNotFoundError:
                raise missing from None
            except (NotRegular, TooLarge):
                data = b""
            except OSError as error:
                raise records.unreadable(path, error) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise _damaged(path, "holds something else than its name says: it was edited or damaged")
        return data

    def _keep(self, folders: tuple[str, ...], name: str, data: bytes) -> None:
        with self._home.made(*folders) as folder:
            path = folder.path_of(name)
            try:
                kept = keep_once(self._disk, folder, name, data)
            except NotRegular as error:
                raise _damaged(path, f"is {error}") from None
            except (OSError, Unconfirmed) as error:
                # Nothing refers to it before it is confirmed, so a copy that may not last is no change.
                reason = error.reason if isinstance(error, Unconfirmed) else error
                raise StoreUnavailable(
                    f"{quoted(path)} could not be written: {os_words(reason)}. {NOTHING_CHANGED}",
                    fix="Correct that, then run the command again.",
                ) from error
        if not kept:
            raise _damaged(path, "holds something else than its name says: it was edited or damaged")

    def out_path(self, name: str) -> Path:
        """The path in the folder `out` of the home."""
        if not name or name in {".", ".."} or set(name) & set("/\\:\0"):
            raise AssertionError(f"{name[:100]!r} is not a file name")
        with self._home.made(OUT) as folder:
            return Path(folder.path_of(name))


def _pinned_name(ref: ProfileRef) -> str:
    return f"{ref.id}-{ref.digest}.json"


def _damaged(path: str, what: str) -> RecordCorrupt:
    return RecordCorrupt(
        f"{quoted(path)} {what}. Nothing was written.",
        fix="Move it away, or put back the original from a copy of the home.",
    )
