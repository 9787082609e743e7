from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from sci_cli.errors import InvalidValue, OutcomeUnknown, OutputExists, StoreUnavailable
from sci_cli.safety.os_words import os_words
from sci_cli.writers.output_files import write_new

posix_only = pytest.mark.skipif(os.name == "nt", reason="needs POSIX files")
not_as_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root ignores permissions"
)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def failing_with(number: int) -> object:
    def refuse(*_arguments: object, **_options: object) -> int:
        raise OSError(number, os.strerror(number))

    return refuse


def test_a_new_file_holds_exactly_the_content_and_nothing_else_is_left_in_the_folder(tmp_path: Path) -> None:
    content = bytes(range(256)) * 10_000

    write_new(tmp_path / "acme draft.eml", content)

    assert (tmp_path / "acme draft.eml").read_bytes() == content
    assert names_in(tmp_path) == ["acme draft.eml"]


def test_an_empty_file_can_be_written(tmp_path: Path) -> None:
    write_new(tmp_path / "empty", b"")

    assert (tmp_path / "empty").read_bytes() == b""


def test_a_file_name_without_a_folder_is_created_in_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    write_new(Path("here.csv"), b"a\r\n")

    assert (tmp_path / "here.csv").read_bytes() == b"a\r\n"


@posix_only
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o377])
@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_the_mode_is_the_one_asked_for_whatever_the_umask(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        write_new(tmp_path / "x.csv", b"a", mode=mode)
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "x.csv").stat().st_mode) == mode


def test_an_existing_file_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"mine")

    with pytest.raises(OutputExists, match=r"x\.csv' exists already") as caught:
        write_new(tmp_path / "x.csv", b"new")

    assert caught.value.fix == ("Choose another file name, or move the existing one away.",)
    assert (tmp_path / "x.csv").read_bytes() == b"mine"
    assert names_in(tmp_path) == ["x.csv"]


def test_a_folder_of_that_name_is_reported_as_a_folder(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()

    with pytest.raises(OutputExists, match=r"A folder of the name .* exists already"):
        write_new(tmp_path / "out", b"new")


@posix_only
@pytest.mark.parametrize("aim", ["canary", "nothing"])
def test_a_symbolic_link_is_not_written_through(tmp_path: Path, aim: str) -> None:
    (tmp_path / "canary").write_bytes(b"canary")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "x.csv").symlink_to(tmp_path / aim)

    with pytest.raises(OutputExists, match="symbolic link"):
        write_new(tmp_path / "out" / "x.csv", b"new")

    assert (tmp_path / "canary").read_bytes() == b"canary"
    assert names_in(tmp_path) == ["canary", "out"]
    assert names_in(tmp_path / "out") == ["x.csv"]


def test_a_file_that_appears_while_the_content_is_written_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "x.csv"
    real_fsync = os.fsync

    def someone_else_is_faster(descriptor: int) -> None:
        real_fsync(descriptor)
        if not target.exists():
            target.write_bytes(b"theirs")

    monkeypatch.setattr(os, "fsync", someone_else_is_faster)

    with pytest.raises(OutputExists, match="exists already"):
        write_new(target, b"mine")

    assert target.read_bytes() == b"theirs"
    assert names_in(tmp_path) == ["x.csv"]


def test_a_missing_folder_is_named_and_not_created(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"The folder .*nowhere' does not exist; nothing was changed"):
        write_new(tmp_path / "nowhere" / "x.csv", b"new")

    assert names_in(tmp_path) == []


def test_a_file_in_the_place_of_the_folder_is_a_missing_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(StoreUnavailable, match=r"The folder .*file' does not exist"):
        write_new(tmp_path / "file" / "x.csv", b"new")


@pytest.mark.parametrize("name", ["a\0b.csv", "a\r\nX: y.csv", "a\x1b[2J.csv"])
def test_a_name_with_control_characters_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidValue, match=r"The file name .* contains"):
        write_new(tmp_path / name, b"new")

    assert names_in(tmp_path) == []


@posix_only
@not_as_root
def test_a_folder_without_permission_is_reported_and_stays_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0o500)
    try:
        with pytest.raises(StoreUnavailable, match="permission denied; nothing was changed"):
            write_new(folder / "x.csv", b"new")
        assert names_in(folder) == []
    finally:
        folder.chmod(0o700)


@posix_only
@pytest.mark.parametrize("call", ["open", "write", "fsync", "link"])
@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "no space"),
        (errno.EDQUOT, "quota"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "permission"),
        (errno.EMFILE, "too many open files"),
        (errno.EIO, "input/output error"),
    ],
)
def test_a_refusal_at_any_call_is_put_in_plain_words_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, words: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, call, failing_with(number))
        with pytest.raises(StoreUnavailable, match=f"{words}.*; nothing was changed"):
            write_new(tmp_path / "x.csv", b"new")

    assert names_in(tmp_path) == []


@pytest.mark.skipif(sys.platform != "linux", reason="macOS flushes by another call")
def test_content_is_flushed_before_it_gets_its_name_and_the_name_is_flushed_before_the_call_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    real_fsync, real_link = os.fsync, os.link

    def fsync(descriptor: int) -> None:
        calls.append("flush folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "flush file")
        real_fsync(descriptor)

    def link(src: str, dst: str, **options: Any) -> None:
        calls.append("name")
        real_link(src, dst, **options)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "link", link)

    write_new(tmp_path / "x.csv", b"new")

    assert calls == ["flush file", "name", "flush folder"]


@posix_only
def test_a_write_that_takes_only_a_part_is_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real_write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real_write(descriptor, data[:3]))

    write_new(tmp_path / "x.csv", b"0123456789")

    assert (tmp_path / "x.csv").read_bytes() == b"0123456789"


@posix_only
def test_a_disk_that_keeps_other_bytes_than_it_was_given_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_write = os.write

    def lie(descriptor: int, data: bytes) -> int:
        real_write(descriptor, b"?" * len(data))
        return len(data)

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lie)
        with pytest.raises(StoreUnavailable, match="input/output error"):
            write_new(tmp_path / "x.csv", b"new")

    assert names_in(tmp_path) == []


@posix_only
@pytest.mark.parametrize("number", [errno.EPERM, errno.ENOTSUP])
def test_a_file_system_without_hard_links_gets_the_file_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(os, "link", failing_with(number))

    write_new(tmp_path / "x.csv", b"new")

    assert (tmp_path / "x.csv").read_bytes() == b"new"
    assert names_in(tmp_path) == ["x.csv"]


def fsync_that_fails_for_folders(number: int) -> object:
    real_fsync = os.fsync

    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(number, os.strerror(number))
        real_fsync(descriptor)

    return fsync


@posix_only
def test_a_folder_that_cannot_be_flushed_loses_the_new_file_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync_that_fails_for_folders(errno.EIO))
        with pytest.raises(StoreUnavailable, match="nothing was changed"):
            write_new(tmp_path / "x.csv", b"new")

    assert names_in(tmp_path) == []


@posix_only
def test_a_file_that_is_neither_durable_nor_removable_has_an_unknown_outcome(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync_that_fails_for_folders(errno.EIO))
        patch.setattr(os, "unlink", failing_with(errno.EIO))
        with pytest.raises(OutcomeUnknown, match="may not survive a power cut"):
            write_new(tmp_path / "x.csv", b"new")

    assert (tmp_path / "x.csv").read_bytes() == b"new"


@posix_only
def test_a_folder_that_does_not_know_flushing_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", fsync_that_fails_for_folders(errno.EINVAL))

    write_new(tmp_path / "x.csv", b"new")

    assert names_in(tmp_path) == ["x.csv"]


@posix_only
def test_ctrl_c_while_writing_leaves_no_temporary_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_descriptor: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", stop)
        with pytest.raises(KeyboardInterrupt):
            write_new(tmp_path / "x.csv", b"new")

    assert names_in(tmp_path) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is always full")
def test_a_full_device_has_no_space() -> None:
    with pytest.raises(StoreUnavailable, match="no space left on the disk; nothing was changed"):
        write_new(Path("/dev/full"), b"new")


@posix_only
def test_a_named_pipe_counts_as_existing_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(OutputExists, match="exists already"):
        write_new(tmp_path / "pipe", b"new")


def test_every_error_number_of_this_system_has_words_on_one_line() -> None:
    for number in errno.errorcode:
        words = os_words(OSError(number, "x"))
        assert words
        assert "\n" not in words
        assert not words.endswith(".")


def test_an_error_without_a_number_says_so() -> None:
    assert os_words(OSError("odd")) == "the system gives no reason"
