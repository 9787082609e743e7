"""Opening input files: what is read, what is refused, and that nothing hangs."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import random
import socket
from pathlib import Path

import pytest

from sci_cli.errors import FileNotThere, InvalidFile, SciError, StoreUnavailable
from sci_cli.readers.files import InputFile, decode_text, read_input, read_stream

LIMIT = 1000
needs_posix = pytest.mark.skipif(os.name != "posix", reason="pipes, sockets and links as on POSIX")


def refusal(path: Path, *, follow_links: bool = True) -> SciError:
    with pytest.raises(SciError) as caught:
        read_input(path, what="The prefix list", limit=LIMIT, follow_links=follow_links)
    return caught.value


def test_a_regular_file_is_read_whole_with_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    data = b"10.20.0.0/16\r\n\x00\x1a tail"
    path.write_bytes(data)
    assert read_input(path, what="The prefix list", limit=len(data)) == InputFile(
        path, data, hashlib.sha256(data).hexdigest()
    )


def test_an_empty_file_is_read_as_no_bytes(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert read_input(tmp_path / "empty", what="The list", limit=0).data == b""


def test_a_file_larger_than_one_chunk_is_read_whole(tmp_path: Path) -> None:
    data = random.Random(1).randbytes(2_500_000)
    (tmp_path / "large").write_bytes(data)
    assert read_input(tmp_path / "large", what="The list", limit=3_000_000).data == data


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "missing", tmp_path / "no-folder" / "x", tmp_path / "file" / "below"):
        error = refusal(path)
        assert type(error) is FileNotThere
        assert error.message == f"The prefix list '{path}' is not there: no such file."


def test_a_directory_is_called_a_directory(tmp_path: Path) -> None:
    error = refusal(tmp_path)
    assert type(error) is InvalidFile
    assert "is a directory" in error.message


@needs_posix
def test_an_endless_device_is_not_a_regular_file() -> None:
    error = refusal(Path("/dev/zero"))
    assert type(error) is InvalidFile
    assert "not a regular file" in error.message


@needs_posix
def test_a_pipe_nobody_writes_to_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "not a regular file" in refusal(tmp_path / "pipe").message


@needs_posix
def test_a_socket_is_not_a_regular_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket may have about 100 characters
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s")
        assert "not a regular file" in refusal(Path("s")).message


def test_a_file_over_the_limit_is_refused_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "huge"
    with path.open("wb") as stream:
        stream.truncate(30_000_000)

    def never(_descriptor: int, _size: int) -> bytes:
        raise AssertionError("the size is known before reading")

    with pytest.raises(InvalidFile) as caught:
        read_input(path, what="The prefix list", limit=10_000_000, read=never)
    assert caught.value.message == (
        f"The prefix list '{path}' is too large: 30.0 MB; at most 10.0 MB is read."
    )


@needs_posix
def test_a_symbolic_link_is_followed_or_refused_as_asked(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    link = tmp_path / "link"
    link.symlink_to("file")
    assert read_input(link, what="The list", limit=LIMIT).data == b"x"
    error = refusal(link, follow_links=False)
    assert type(error) is InvalidFile
    assert error.message == f"The prefix list '{link}' is a symbolic link."
    assert read_input(tmp_path / "file", what="The list", limit=LIMIT, follow_links=False).data == b"x"


@needs_posix
def test_links_in_a_circle_are_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert "circle" in refusal(tmp_path / "a").message


def test_a_name_no_file_can_have_is_refused_in_words(tmp_path: Path) -> None:
    for name in ("a\0b", "x" * 5000):
        error = refusal(tmp_path / name)
        assert type(error) is InvalidFile
        assert "no file can have this name" in error.message


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(b"10.20.0.0/16\n")

    def growing(descriptor: int, size: int) -> bytes:
        data = os.read(descriptor, size)
        with path.open("ab") as stream:
            stream.write(b"10.30.0.0/16\n")
        return data

    with pytest.raises(InvalidFile) as caught:
        read_input(path, what="The prefix list", limit=LIMIT, read=growing)
    assert caught.value.message == f"The prefix list '{path}' changed while it was read."


def test_a_file_replaced_by_another_of_the_same_size_and_time_is_refused(tmp_path: Path) -> None:
    path, other = tmp_path / "list.txt", tmp_path / "other.txt"
    path.write_bytes(b"10.20.0.0/16\n")
    other.write_bytes(b"10.30.0.0/16\n")
    for each in (path, other):
        os.utime(each, ns=(10**18, 10**18))

    def replacing(descriptor: int, size: int) -> bytes:
        if other.exists():
            other.replace(path)
        return os.read(descriptor, size)

    with pytest.raises(InvalidFile, match="changed while it was read"):
        read_input(path, what="The prefix list", limit=LIMIT, read=replacing)


def test_a_file_removed_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(b"10.20.0.0/16\n")

    def removing(descriptor: int, size: int) -> bytes:
        path.unlink(missing_ok=True)
        return os.read(descriptor, size)

    with pytest.raises(InvalidFile, match="changed while it was read"):
        read_input(path, what="The prefix list", limit=LIMIT, read=removing)


def test_a_disk_that_fails_is_reported_in_words(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(b"x")

    def failing(_descriptor: int, _size: int) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(StoreUnavailable) as caught:
        read_input(path, what="The prefix list", limit=LIMIT, read=failing)
    assert caught.value.message.startswith(f"The prefix list '{path}' could not be read: input/output error")


@needs_posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_could_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.touch(mode=0o000)
    error = refusal(path)
    assert type(error) is StoreUnavailable
    assert error.message == f"The prefix list '{path}' could not be read: permission denied."


@needs_posix
def test_no_descriptor_is_left_open_by_refusals(tmp_path: Path) -> None:
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("needs /proc")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for path in (tmp_path, Path("/dev/zero"), tmp_path / "missing"):
        refusal(path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_control_character_in_a_path_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    message = refusal(tmp_path / "a\x1b[31m").message
    assert "\\x1b[31m" in message
    assert "\x1b" not in message


def test_a_pipe_is_read_to_its_end_within_the_limit() -> None:
    assert read_stream(io.BytesIO(b"10.20.0.0/16\n"), what="Standard input", limit=13) == b"10.20.0.0/16\n"
    with pytest.raises(InvalidFile, match="Standard input is too large"):
        read_stream(io.BytesIO(b"10.20.0.0/16\n"), what="Standard input", limit=12)


def test_a_closed_pipe_could_not_be_read() -> None:
    stream = io.BytesIO()
    stream.close()
    with pytest.raises(StoreUnavailable, match="could not be read"):
        read_stream(stream, what="Standard input", limit=LIMIT)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"\xef\xbb\xbfvpn,prefix\r\n", "vpn,prefix\r\n"),
        ("# Büro\n".encode(), "# Büro\n"),
        (b"a\0b", "a\0b"),
        (b"\0", "\0"),
    ],
)
def test_utf_8_is_decoded_and_only_the_byte_order_mark_dropped(data: bytes, text: str) -> None:
    assert decode_text(data, "list.csv") == text


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32", "UTF-32"),
    ],
)
def test_wide_encodings_are_named_with_the_way_out(encoding: str, named: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        decode_text("vpn,prefix\r\nB,10.30.0.0/16\r\n".encode(encoding), "list.csv")
    assert caught.value.message == f"'list.csv' cannot be read: this is {named}; save it as UTF-8."


@pytest.mark.parametrize("ends", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_bytes_that_are_not_utf_8_are_named_with_their_line(ends: bytes, mark: bytes) -> None:
    with pytest.raises(InvalidFile) as caught:
        decode_text(mark + b"vpn,prefix" + ends + b"# ok" + ends + b"B\xfcro", "list.csv")
    assert caught.value.message == "'list.csv' is not UTF-8 text: line 3 holds the byte xfc."


def test_any_bytes_are_text_or_an_invalid_file() -> None:
    chance = random.Random(5)
    for _ in range(20_000):
        data = bytes(chance.choices([0, 10, 13, 44, 49, 0x80, 0xC3, 0xBF, 0xEF, 0xBB, 0xFE, 0xFF], k=8))
        try:
            text = decode_text(data, "list.csv")
        except InvalidFile:
            continue
        assert text.encode() == data.removeprefix(b"\xef\xbb\xbf")
