"""Power cuts, kills and failing calls at every point of a change: old or new, told truly, nothing left."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from sci_cli.errors import Locked, OutcomeUnknown, StaleRevision, StoreUnavailable
from sci_cli.store.disk import Disk
from sci_cli.store.files import FileStore
from tests.store.disks import CountingDisk, Image, RecordingDisk, crash_states, failing_at, killed_at
from tests.store.power_cuts import (
    CASES,
    MORE,
    Case,
    Verdict,
    next_command_works,
    power_cuts,
    stored_in,
    two_revisions,
)
from tests.store.samples import noted

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the calls of a POSIX system are what is watched")

ERRORS = ("EIO", "ENOSPC", "EDQUOT", "EMFILE", "EROFS", "ENOLCK", "ESTALE", "EACCES", "EXDEV", "EPERM")


cases = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
all_cases = pytest.mark.parametrize("case", (CASES | MORE).values(), ids=CASES | MORE)


def _tree(home: Path) -> dict[str, bytes]:
    files = (path for path in home.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {str(path.relative_to(home)): path.read_bytes() for path in files}


# Power cuts ------------------------------------------------------------------------------------------------


@all_cases
def test_no_power_cut_leaves_anything_but_old_or_new_and_afterwards_only_new(
    case: Case, tmp_path: Path
) -> None:
    verdict = power_cuts(case, RecordingDisk(), tmp_path)

    assert verdict.states > 15
    assert verdict == Verdict(states=verdict.states)


@cases
def test_without_flushing_files_the_simulator_finds_corrupt_records(case: Case, tmp_path: Path) -> None:
    assert power_cuts(case, RecordingDisk(flush_files=False), tmp_path).corrupt > 0


@cases
def test_without_flushing_folders_the_simulator_finds_lost_changes(case: Case, tmp_path: Path) -> None:
    assert power_cuts(case, RecordingDisk(flush_folders=False), tmp_path).lost > 0


def test_a_power_cut_after_the_acknowledgement_keeps_the_backup_too(tmp_path: Path) -> None:
    case = CASES["change"]
    root = tmp_path / "root"
    root.mkdir()
    case.begin(root / "home")
    before = Image.of(root)
    old = (root / "home/activations/acme-1.yaml").read_bytes()
    disk = RecordingDisk()
    case.run(FileStore(root / "home", disk=disk))
    disk.acknowledge()

    after = [tree for acknowledged, tree in crash_states(before, disk.steps, root) if acknowledged]

    assert after
    assert all(tree["home/backups/acme-1.2.yaml"] == old for tree in after)


# Kills -----------------------------------------------------------------------------------------------------


def _calls(case: Case, home: Path) -> list[str]:
    disk = CountingDisk()
    case.run(FileStore(home, disk=disk))
    return disk.called


def _in_a_child(case: Case, home: Path, disk: Disk) -> int:
    child = os.fork()
    if child == 0:
        case.run(FileStore(home, disk=disk))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@cases
def test_a_kill_at_any_call_leaves_old_or_new_and_the_next_command_works(case: Case, tmp_path: Path) -> None:
    case.begin(tmp_path / "counted")
    calls = _calls(case, tmp_path / "counted")

    killed = 0
    for number in range(len(calls)):
        home = tmp_path / f"home-{number}"
        case.begin(home)
        killed += _in_a_child(case, home, killed_at(number)) == -9

        stored = stored_in(home)
        assert stored in (case.old, case.new), (number, calls[number])
        assert FileStore(home).names() in ((), ("acme-1",), ("acme-1", "bystander"), ("bystander",))
        assert next_command_works(home, stored), (number, calls[number])
    assert killed == len(calls)


# Failing calls ---------------------------------------------------------------------------------------------


def _judge_failure(case: Case, home: Path, disk: Disk, label: object) -> str:
    before = _tree(home)
    try:
        case.run(FileStore(home, disk=disk, deadline=0.05))
        outcome = "saved"
    except (StoreUnavailable, Locked, OutcomeUnknown) as error:
        outcome = type(error).__name__
        said = error.message.lower()
        assert error.fix, label
        assert ("nothing was changed" in said) == (outcome != "OutcomeUnknown"), (label, said)
        assert ("may or may not survive a power cut" in said) == (outcome == "OutcomeUnknown"), (label, said)
        assert error.saved == (outcome == "OutcomeUnknown"), label
    expected = case.new if outcome in ("saved", "OutcomeUnknown") else case.old
    assert stored_in(home) == expected, label
    if expected is case.old:
        assert _tree(home) == before, label
    assert not [path for path in home.rglob("*") if path.suffix == ".tmp"], label
    assert next_command_works(home, expected), label
    return outcome


@cases
@pytest.mark.parametrize("error", ERRORS)
def test_an_error_at_any_call_is_told_truly_and_leaves_nothing_behind(
    case: Case, error: str, tmp_path: Path
) -> None:
    case.begin(tmp_path / "counted")
    calls = _calls(case, tmp_path / "counted")

    outcomes: dict[str, set[str]] = {}
    for number, name in enumerate(calls):
        home = tmp_path / f"home-{number}"
        case.begin(home)
        disk = failing_at(number, getattr(errno, error))
        outcomes.setdefault(name, set()).add(_judge_failure(case, home, disk, (number, name, error)))

    for name in ("create", "write", "sync", "rename", "open_for_reading", "lock"):
        assert outcomes[name] == {"StoreUnavailable"}, (name, outcomes[name])
    assert "OutcomeUnknown" in outcomes["sync_folder"]


class _RenamedAllTheSame(Disk):
    """A network folder on which the answer to the rename gets lost."""

    def rename(self, folder, name, new):  # type: ignore[no-untyped-def]  # same as the base
        super().rename(folder, name, new)
        raise OSError(errno.ESTALE, "stale")


class _LyingWrites(Disk):
    """A disk that takes bytes and does not keep them."""

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        return len(data)


class _ShortWrites(Disk):
    """A disk that takes seven bytes at a time."""

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        return super().write(descriptor, data[:7])


@cases
def test_a_rename_that_fails_and_yet_happened_is_reported_as_unknown(case: Case, tmp_path: Path) -> None:
    case.begin(tmp_path / "home")

    assert _judge_failure(case, tmp_path / "home", _RenamedAllTheSame(), "rename") == "OutcomeUnknown"


@cases
def test_a_disk_that_loses_what_it_confirmed_is_caught_before_anything_changes(
    case: Case, tmp_path: Path
) -> None:
    case.begin(tmp_path / "home")

    assert _judge_failure(case, tmp_path / "home", _LyingWrites(), "write") == "StoreUnavailable"


@cases
def test_short_writes_are_carried_on_with(case: Case, tmp_path: Path) -> None:
    case.begin(tmp_path / "home")

    assert _judge_failure(case, tmp_path / "home", _ShortWrites(), "write") == "saved"


def test_the_order_of_the_calls_that_make_a_change_durable_is_kept(tmp_path: Path) -> None:
    case = CASES["change"]
    case.begin(tmp_path / "home")

    calls = _calls(case, tmp_path / "home")

    wanted = ("lock", "create", "sync", "link", "rename", "sync_folder", "unlock")
    assert [name for name in calls if name in wanted] == [
        "lock", "create", "sync", "link", "rename", "sync_folder", "sync_folder", "unlock",
    ]  # fmt: skip


def test_an_unchanged_record_is_flushed_before_it_is_called_so(tmp_path: Path) -> None:
    two_revisions(tmp_path / "home")
    disk = CountingDisk()

    FileStore(tmp_path / "home", disk=disk).change("acme-1", lambda before: before)

    assert "sync_folder" in disk.called
    assert not {"create", "write", "rename", "link"} & set(disk.called)


class _WrittenMeanwhile(CountingDisk):
    """A disk on which an editor, which takes no lock, saves the record while a change is being written."""

    def __init__(self, path: Path) -> None:
        def act(_number: int, name: str) -> None:
            if name == "sync":
                path.write_bytes(path.read_bytes() + b"\n")

        super().__init__(act)


def test_a_record_written_by_an_editor_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    two_revisions(tmp_path / "home")
    path = tmp_path / "home/activations/acme-1.yaml"
    edited = path.read_bytes() + b"\n"

    with pytest.raises(StaleRevision, match="written by something else"):
        FileStore(tmp_path / "home", disk=_WrittenMeanwhile(path)).change("acme-1", noted("mine"))

    assert path.read_bytes() == edited
    assert [kept.name for kept in (tmp_path / "home/backups").iterdir()] == ["acme-1.1.yaml"]
