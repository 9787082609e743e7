"""Stamps of files: what one look at a folder tells, and when it tells nothing."""

from __future__ import annotations

import os
import random
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sci_cli.store import stamping
from sci_cli.store.contract import Stamps
from sci_cli.store.disk import Disk, Folder
from sci_cli.store.files import FileStore
from tests.store.samples import new, noted

posix = pytest.mark.skipif(os.name == "nt", reason="permissions and links as POSIX systems have them")


class Settled(Disk):
    """A disk nobody wrote to lately."""

    def now(self) -> float:
        return super().now() + 60


@pytest.fixture
def home(tmp_path: Path) -> Path:
    store = FileStore(tmp_path / "home")
    for name in ("acme-1", "beta-1"):
        store.create(new(name))
    return tmp_path / "home"


def stamps(home: Path, disk: Disk | None = None) -> Stamps:
    return FileStore(home, disk=disk or Settled()).stamps()


def record(home: Path, name: str = "acme-1") -> Path:
    return home / "activations" / f"{name}.yaml"


def test_what_was_written_less_than_two_seconds_ago_has_no_stamp(home: Path) -> None:
    assert stamps(home, Disk()).of == {"acme-1": "", "beta-1": ""}
    assert all(stamps(home).of.values())


@pytest.mark.parametrize("seconds", [-3600, -3])
def test_what_is_written_in_the_future_has_no_stamp(home: Path, seconds: int) -> None:
    class Behind(Disk):
        def now(self) -> float:
            return super().now() + seconds

    assert stamps(home, Behind()).of == {"acme-1": "", "beta-1": ""}


def rewritten_with_the_time_put_back(path: Path) -> None:
    seen = path.stat()
    data = bytearray(path.read_bytes())
    data[-3] ^= 1
    with path.open("r+b") as file:
        file.write(data)
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))


def touched(path: Path) -> None:
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 1))


def longer(path: Path) -> None:
    seen = path.stat()
    path.write_bytes(path.read_bytes() + b"\n")
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))


def another_file(path: Path) -> None:
    shutil.copy2(path, path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)


@posix
@pytest.mark.parametrize(
    "act",
    [rewritten_with_the_time_put_back, touched, longer, another_file, lambda path: path.chmod(0o400)],
)
def test_whatever_happens_to_a_file_gives_it_another_stamp(home: Path, act: Callable[[Path], None]) -> None:
    before = stamps(home).of
    act(record(home))
    after = stamps(home).of

    assert after["acme-1"] != before["acme-1"]
    assert after["beta-1"] == before["beta-1"]


@posix
def test_what_is_no_file_of_this_user_has_no_stamp(home: Path) -> None:
    class Another(Settled):
        def _status_of(self, folder: Folder, entry: os.DirEntry[str]) -> os.stat_result | None:
            seen = super()._status_of(folder, entry)
            if seen is None or entry.name != "acme-1.yaml":
                return seen
            return os.stat_result((*seen[:4], seen.st_uid + 1, *seen[5:]))

    assert stamps(home, Another()).of["acme-1"] == ""
    record(home).rename(home / "moved")
    record(home).symlink_to(home / "moved")
    assert stamps(home).of["acme-1"] == ""
    record(home).unlink()
    record(home).mkdir()
    assert stamps(home).of["acme-1"] == ""
    assert stamps(home).of["beta-1"]


@pytest.mark.parametrize("copy", ["acme-1 (conflicted copy).yaml", "acme-1-LAPTOP7.yaml"])
def test_a_record_beside_which_lies_a_copy_has_no_stamp(home: Path, copy: str) -> None:
    shutil.copy(record(home), home / "activations" / copy)
    after = stamps(home).of

    assert after["acme-1"] == ""
    assert after["beta-1"]


@posix
def test_a_record_with_a_twin_in_another_letter_case_has_no_stamp(home: Path) -> None:
    shutil.copy(record(home), home / "activations" / "ACME-1.yaml")
    assert stamps(home).of["acme-1"] == ""


@posix
def test_a_file_that_goes_away_while_the_folder_is_looked_through_has_no_stamp(home: Path) -> None:
    class Vanishing(Settled):
        def _status_of(self, folder: Folder, entry: os.DirEntry[str]) -> os.stat_result | None:
            record(home).unlink(missing_ok=True)
            return super()._status_of(folder, entry)

    assert stamps(home, Vanishing()).of.get("acme-1", "") == ""


def test_a_copy_of_a_home_is_another_store(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home, tmp_path / "copy")
    assert stamps(tmp_path / "copy").store != stamps(home).store


def test_a_save_by_the_program_gives_another_stamp(home: Path) -> None:
    before = stamps(home).of["acme-1"]
    FileStore(home).change("acme-1", noted("one"))
    assert stamps(home).of["acme-1"] not in ("", before)


# A clock with coarse ticks ----------------------------------------------------------------------------------


@dataclass
class CoarseDisk(Disk):
    """One file on a disk whose clock ticks once in so many seconds; every writing keeps size and number."""

    tick: float
    time: float = 1_000.0
    content: int = 0
    written: float = 0.0
    seen: dict[str, int] = field(default_factory=dict)

    def now(self) -> float:
        return self.time

    def write_again(self) -> None:
        """Other content of the same length, in place."""
        self.content += 1
        self.written = self.time // self.tick * self.tick

    def scan(self, folder: Folder) -> dict[str, os.stat_result | None]:
        at = self.written
        times = {"st_mtime_ns": int(at * 1e9), "st_ctime_ns": int(at * 1e9)}
        mode = stat.S_IFREG | 0o600
        return {"acme-1.yaml": os.stat_result((mode, 7, 1, 1, self.user(), 0, 100, at, at, at), times)}

    def folder_status(self, folder: Folder) -> os.stat_result:
        return os.stat_result((stat.S_IFDIR | 0o700, 1, 1, 1, self.user(), 0, 0, 0, 0, 0))


def deceived(disk: CoarseDisk, seed: int) -> bool:
    """Whether over a random history one stamp stood for two contents."""
    draw = random.Random(seed)
    for _ in range(200):
        disk.time += draw.choice([0.0, 0.01, 0.4, 1.0, 2.5])
        if draw.random() < 0.4:
            disk.write_again()
        stamp = stamping.stamps(disk, Folder("activations", None)).of["acme-1"]
        if stamp and disk.seen.setdefault(stamp, disk.content) != disk.content:
            return True
    return False


@posix
@pytest.mark.parametrize("tick", [0.004, 1.0, 2.0])
def test_no_stamp_stands_for_two_contents_even_where_the_clock_has_ticks_of_two_seconds(tick: float) -> None:
    assert [seed for seed in range(50) if deceived(CoarseDisk(tick), seed)] == []


@posix
def test_without_the_two_seconds_stamps_would_deceive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamping, "SETTLED_AFTER", 0.0)
    assert any(deceived(CoarseDisk(1.0), seed) for seed in range(50))
