"""Finding profiles, reading them safely, and whose recipients are trusted."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from sci_cli.domain.plain import digest
from sci_cli.errors import InvalidFile, ProfileNotFound, StoreUnavailable, sci
from sci_cli.profiles import Catalogue, Entry, shipped_profiles_dir
from sci_cli.profiles.catalogue import DIGESTS_FILE
from tests.profiles.make_digests import listed

SOUND = (Path(__file__).parent / "fictitious.yaml").read_text(encoding="utf-8")

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits of this kind")


def contacts(*addresses: str) -> str:
    """The sound profile with these recipients."""
    lines = "".join(
        f"    - {{name: Person {number}, role: order desk, email: '{address}', verified: 2026-01-31}}\n"
        for number, address in enumerate(addresses, start=1)
    )
    return SOUND.replace("  stages:\n", f"  contacts:\n{lines}  stages:\n")


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    shipped, user = tmp_path / "shipped", tmp_path / "home" / "profiles"
    shipped.mkdir()
    user.mkdir(parents=True, mode=0o700)
    write(shipped / "nimbus-cloud.yaml", contacts("desk@example.net"))
    return shipped, user


@pytest.fixture
def catalogue(folders: tuple[Path, Path]) -> Catalogue:
    return Catalogue(*folders)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def test_a_shipped_profile_is_found_by_its_id_in_any_letter_case(catalogue: Catalogue) -> None:
    assert catalogue.load("Nimbus-Cloud").name == "Nimbus Cloud"


def test_the_shipped_folder_of_the_source_tree_holds_a_profile_that_loads() -> None:
    assert Catalogue(shipped_profiles_dir(), None).load("alibaba-cloud").name == "Alibaba Cloud"


def test_every_shipped_profile_can_be_used() -> None:
    entries = Catalogue(shipped_profiles_dir(), None).entries()
    assert [entry.id for entry in entries if not entry.problem] == [entry.id for entry in entries] != []


def test_a_profile_of_the_user_stands_in_front_of_the_shipped_one(catalogue: Catalogue) -> None:
    assert catalogue.user is not None
    path = write(catalogue.user / "nimbus-cloud.yaml", SOUND.replace('"2026-01"', "mine"))
    assert catalogue.load("nimbus-cloud").version == "mine"
    assert catalogue.entries() == (Entry("nimbus-cloud", "Nimbus Cloud", "mine", path, False, True, ""),)


def test_a_profile_is_found_by_its_path(catalogue: Catalogue, tmp_path: Path) -> None:
    path = write(tmp_path / "draft.yaml", SOUND)
    assert catalogue.load(str(path)).id == "nimbus-cloud"


def test_an_unknown_id_is_answered_with_the_nearest_and_all_ids(catalogue: Catalogue) -> None:
    with pytest.raises(ProfileNotFound) as caught:
        catalogue.load("nimbus-clod")
    assert (caught.value.message, caught.value.why, caught.value.fix) == (
        "There is no profile 'nimbus-clod'. Did you mean nimbus-cloud?",
        ("Profiles that exist: nimbus-cloud.",),
        (sci("profile", "list"),),
    )


@pytest.mark.parametrize("name", ["no/such.yaml", "no-such.yaml", "a\0b.yaml", "x" * 300 + ".yaml"])
def test_a_path_without_a_file_is_not_found_or_cannot_be_read(catalogue: Catalogue, name: str) -> None:
    with pytest.raises((ProfileNotFound, StoreUnavailable)):
        catalogue.load(name)


@pytest.mark.parametrize("name", ["..", "con", "trusted.txt", ""])
def test_what_cannot_be_an_id_is_not_found(catalogue: Catalogue, name: str) -> None:
    with pytest.raises(ProfileNotFound, match="There is no profile"):
        catalogue.load(name)


def test_a_file_whose_name_is_not_its_id_is_refused(catalogue: Catalogue) -> None:
    assert catalogue.user is not None
    path = write(catalogue.user / "other.yaml", SOUND)
    with pytest.raises(InvalidFile) as caught:
        catalogue.load("other")
    assert caught.value.message == f"The file '{path}' holds the profile nimbus-cloud."
    assert caught.value.fix == ("Rename the file to nimbus-cloud.yaml, or change the id in it.",)


def test_the_list_names_what_cannot_be_used_and_why(catalogue: Catalogue) -> None:
    assert catalogue.user is not None
    broken = write(catalogue.user / "broken.yaml", "hello\n")
    write(catalogue.user / "notes.txt", "hello\n")
    untrusted = write(catalogue.user / "nimbus-cloud.yaml", contacts("other@example.org"))
    assert catalogue.entries() == (
        Entry(
            "broken",
            "",
            "",
            broken,
            False,
            False,
            f"{broken}:1:1: A profile is a mapping: lines of the form `key: value`, "
            "the first of them `format: 1`.",
        ),
        Entry(
            "nimbus-cloud",
            "Nimbus Cloud",
            "2026-01",
            untrusted,
            False,
            True,
            "The profile nimbus-cloud names recipients of the hand-off that you have not agreed to trust.",
        ),
    )


# Trust -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["attacker@evil.example", "desk@example.net.evil.example"])
def test_other_recipients_than_the_shipped_ones_are_shown_in_full_and_need_consent(
    catalogue: Catalogue, address: str
) -> None:
    assert catalogue.user is not None
    write(catalogue.user / "nimbus-cloud.yaml", contacts("desk@example.net", address))
    with pytest.raises(InvalidFile) as caught:
        catalogue.load("nimbus-cloud")
    assert caught.value.message == (
        "The profile nimbus-cloud names recipients of the hand-off that you have not agreed to trust."
    )
    assert caught.value.why == (
        "Recipient: desk@example.net (Person 1, order desk; verified 2026-01-31)",
        f"Recipient: {address} (Person 2, order desk; verified 2026-01-31)",
        "In the shipped profile: desk@example.net (Person 1, order desk; verified 2026-01-31)",
    )
    assert caught.value.fix[1] == sci(
        "profile", "trust", "nimbus-cloud", note="only when all of them are right"
    )


def test_two_addresses_in_one_value_are_refused_with_one_address_per_value(catalogue: Catalogue) -> None:
    assert catalogue.user is not None
    write(catalogue.user / "nimbus-cloud.yaml", contacts("desk@example.net, x@evil.example"))
    with pytest.raises(InvalidFile) as caught:
        catalogue.load("nimbus-cloud")
    assert (
        "the recipient 'desk@example.net, x@evil.example' holds more than one address" in caught.value.why[0]
    )
    assert "give one address per value" in caught.value.why[0]


def test_the_recipients_of_the_shipped_profile_need_no_consent(catalogue: Catalogue, tmp_path: Path) -> None:
    path = write(tmp_path / "own.yaml", contacts("desk@example.net").replace("P5D", "P6D"))
    assert catalogue.load(str(path)).id == "nimbus-cloud"


def test_without_the_check_an_untrusted_profile_can_be_shown(catalogue: Catalogue, tmp_path: Path) -> None:
    path = write(tmp_path / "own.yaml", contacts("x@example.org"))
    assert catalogue.load(str(path), check_trust=False).handoff.contacts[0].email == "x@example.org"


def test_consent_holds_for_these_recipients_until_one_of_them_changes(catalogue: Catalogue) -> None:
    assert catalogue.user is not None
    path = write(catalogue.user / "nimbus-cloud.yaml", contacts("b@example.org", "a@example.org"))
    assert catalogue.trust("nimbus-cloud") == ("a@example.org", "b@example.org")
    assert len(catalogue.load("nimbus-cloud").handoff.contacts) == 2
    write(path, contacts("a@example.org", "c@example.org"))
    with pytest.raises(InvalidFile, match="recipients"):
        catalogue.load("nimbus-cloud")


def test_consent_is_one_line_in_a_file_of_the_user_alone(catalogue: Catalogue) -> None:
    assert catalogue.user is not None
    write(catalogue.user / "nimbus-cloud.yaml", contacts("a@example.org"))
    catalogue.trust("nimbus-cloud")
    catalogue.trust("nimbus-cloud")
    file = catalogue.user / "trusted.txt"
    assert [len(line) for line in file.read_text("ascii").splitlines()] == [64]
    assert sys.platform == "win32" or file.stat().st_mode & 0o777 == 0o600
    assert sorted(entry.name for entry in catalogue.user.iterdir()) == ["nimbus-cloud.yaml", "trusted.txt"]


def test_a_profile_without_recipients_needs_no_consent(catalogue: Catalogue, tmp_path: Path) -> None:
    path = write(tmp_path / "own.yaml", SOUND)
    assert catalogue.trust(str(path)) == ()
    assert catalogue.load(str(path)).handoff.contacts == ()


def test_without_a_folder_of_the_user_consent_cannot_be_recorded(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    path = write(tmp_path / "own.yaml", contacts("a@example.org"))
    with pytest.raises(StoreUnavailable, match="nothing was changed"):
        Catalogue(folders[0], None).trust(str(path))


def test_the_first_consent_makes_the_folder(folders: tuple[Path, Path], tmp_path: Path) -> None:
    path = write(tmp_path / "own.yaml", contacts("a@example.org"))
    catalogue = Catalogue(folders[0], tmp_path / "new" / "profiles")
    catalogue.trust(str(path))
    assert catalogue.load(str(path)).id == "nimbus-cloud"


# Safe reading ----------------------------------------------------------------------------------------------


@posix_only
def test_a_file_writable_by_others_is_refused(catalogue: Catalogue, tmp_path: Path) -> None:
    path = write(tmp_path / "own.yaml", SOUND)
    path.chmod(0o666)
    with pytest.raises(InvalidFile) as caught:
        catalogue.load(str(path))
    assert caught.value.message == f"The profile '{path}' is writable by others."
    assert caught.value.fix == (f"Take their right away: chmod go-w {path}",)


@posix_only
def test_a_folder_writable_by_others_is_refused_unless_they_cannot_exchange_its_files(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    path = write(folder / "own.yaml", SOUND)
    folder.chmod(0o777)
    with pytest.raises(InvalidFile, match=r"The folder of the profile .* is writable by others"):
        catalogue.load(str(path))
    folder.chmod(0o1777)
    assert catalogue.load(str(path)).id == "nimbus-cloud"


@posix_only
def test_a_list_of_trust_that_others_can_write_is_refused(catalogue: Catalogue) -> None:
    assert catalogue.user is not None
    write(catalogue.user / "nimbus-cloud.yaml", contacts("a@example.org"))
    catalogue.trust("nimbus-cloud")
    (catalogue.user / "trusted.txt").chmod(0o622)
    with pytest.raises(InvalidFile, match=r"The list of trusted recipients .* is writable by others"):
        catalogue.load("nimbus-cloud")


@posix_only
def test_a_file_of_another_owner_is_refused(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "own.yaml", SOUND)
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 4_000_000)
    with pytest.raises(InvalidFile, match="has another owner"):
        catalogue.load(str(path))


@posix_only
@pytest.mark.parametrize("target", ["real.yaml", "nowhere.yaml"])
def test_a_symbolic_link_is_refused_wherever_it_leads(
    catalogue: Catalogue, tmp_path: Path, target: str
) -> None:
    write(tmp_path / "real.yaml", SOUND)
    link = tmp_path / "link.yaml"
    link.symlink_to(tmp_path / target)
    with pytest.raises(InvalidFile, match="is a symbolic link"):
        catalogue.load(str(link))


@posix_only
def test_a_file_exchanged_for_a_link_after_the_folder_was_opened_is_refused(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "own.yaml", SOUND)
    write(tmp_path / "real.yaml", SOUND)
    opened = os.open

    def exchange_first(name: str | Path, flags: int, *rest: int, dir_fd: int | None = None) -> int:
        if dir_fd is not None:
            path.unlink()
            path.symlink_to(tmp_path / "real.yaml")
        return opened(name, flags, *rest, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", exchange_first)
    with pytest.raises(InvalidFile, match="is a symbolic link"):
        catalogue.load(str(path))


@posix_only
def test_a_pipe_is_refused_without_waiting_for_a_writer(catalogue: Catalogue, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(InvalidFile, match="is not a regular file"):
        catalogue.load(str(tmp_path / "pipe.yaml"))


def test_a_folder_is_refused(catalogue: Catalogue, tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(InvalidFile, match="is a folder"):
        catalogue.load(str(tmp_path / "folder.yaml"))


def test_a_file_that_is_too_large_is_not_read(catalogue: Catalogue, tmp_path: Path) -> None:
    path = write(tmp_path / "big.yaml", "a: " + "x" * 5_000_000)
    with pytest.raises(InvalidFile) as caught:
        catalogue.load(str(path))
    assert caught.value.message == f"The profile '{path}' is too large: 5000003 bytes, at most 1000000."


# The digest of what stands there now ------------------------------------------------------------------------


def test_the_list_of_digests_fits_the_shipped_profiles() -> None:
    """After editing a shipped profile: `python -m tests.profiles.make_digests`."""
    assert (shipped_profiles_dir() / DIGESTS_FILE).read_text("ascii") == listed()


def test_the_digest_under_an_id_is_that_of_the_profile_in_front(catalogue: Catalogue) -> None:
    known = {
        entry.id: catalogue.load(entry.id, check_trust=False) for entry in catalogue.entries() if entry.name
    }

    assert known
    assert {each: catalogue.digest_of(each) for each in known} == {
        each: digest(profile) for each, profile in known.items()
    }


def test_nothing_usable_under_an_id_has_no_digest(catalogue: Catalogue, folders: tuple[Path, Path]) -> None:
    write(folders[1] / "broken.yaml", "format: 1\n")

    assert catalogue.digest_of("broken") is None
    assert catalogue.digest_of("nowhere") is None


def test_a_shipped_file_that_is_not_as_listed_is_read(tmp_path: Path) -> None:
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    source = shipped_profiles_dir() / "alibaba-cloud.yaml"
    (shipped / DIGESTS_FILE).write_text(listed(), "ascii")
    path = shipped / "alibaba-cloud.yaml"
    path.write_bytes(source.read_bytes() + b"\n# a remark\n")
    catalogue = Catalogue(shipped, None)

    assert catalogue.digest_of("alibaba-cloud") == digest(catalogue.load("alibaba-cloud"))


def test_a_shipped_file_as_listed_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = Catalogue(shipped_profiles_dir(), None)
    expected = digest(catalogue.load("alibaba-cloud"))
    monkeypatch.setattr(Catalogue, "load", None)
    monkeypatch.setattr(Catalogue, "_read", None)

    assert catalogue.digest_of("alibaba-cloud") == expected


def test_a_file_of_the_user_that_was_remembered_is_not_parsed_until_it_changes(
    catalogue: Catalogue, folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = write(folders[1] / "nimbus-cloud.yaml", SOUND)
    expected = digest(catalogue.load("nimbus-cloud"))
    reads: list[object] = []
    read = Catalogue._read

    def counted(itself: Catalogue, found: Any) -> Any:
        reads.append(found)
        return read(itself, found)

    monkeypatch.setattr(Catalogue, "_read", counted)
    catalogue.remember("nimbus-cloud")
    catalogue.remember("nimbus-cloud")

    assert (catalogue.digest_of("nimbus-cloud"), reads) == (expected, [])
    assert len((folders[1] / DIGESTS_FILE).read_text("ascii").splitlines()) == 1
    write(own, SOUND.replace('version: "2026-01"', 'version: "2026-02"'))
    assert catalogue.digest_of("nimbus-cloud") not in (None, expected)
    assert len(reads) == 1


def test_what_cannot_be_remembered_does_no_harm(catalogue: Catalogue, folders: tuple[Path, Path]) -> None:
    (folders[1] / DIGESTS_FILE).write_bytes(b"\xff\x00 \n a b\n")
    write(folders[1] / "broken.yaml", "format: 1\n")

    catalogue.remember("broken")
    catalogue.remember("nowhere")

    assert catalogue.digest_of("nimbus-cloud") == digest(catalogue.load("nimbus-cloud", check_trust=False))
