from __future__ import annotations

import hashlib
import os
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sci_cli.errors import FileNotThere, InvalidFile, SciError
from sci_cli.readers.screen_print import ScreenPrint, read_screen_print

posix_only = pytest.mark.skipif(os.name == "nt", reason="needs POSIX files")


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


PNG_START = b"\x89PNG\r\n\x1a\n"
IHDR = chunk(b"IHDR", struct.pack(">IIBBBBB", 640, 480, 8, 0, 0, 0, 0))
PNG = PNG_START + IHDR + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")

JPEG = (
    b"\xff\xd8"
    + segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
    + segment(0xC4, b"\0" * 20)
    + b"\xff"  # filling before a marker
    + segment(0xC0, struct.pack(">BHHB", 8, 480, 640, 1) + b"\x01\x11\0")
    + segment(0xDA, b"\x01\x01\0\0\x3f\0")
    + b"pixels\xff\x00more\xff\xd0and more\xff\xff"
    + segment(0xDA, b"\x01\x01\0\0\x3f\0")
    + b"pixels"
    + b"\xff\xd9"
)


def refusal(path: Path) -> str:
    with pytest.raises(InvalidFile) as caught:
        read_screen_print(path)
    return caught.value.message


def written(folder: Path, data: bytes, name: str = "screen.png") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_a_png_is_read_whole_with_its_size_and_checksum(tmp_path: Path) -> None:
    assert read_screen_print(written(tmp_path, PNG)) == ScreenPrint(
        filename="screen.png",
        kind="png",
        data=PNG,
        sha256=hashlib.sha256(PNG).hexdigest(),
        size=len(PNG),
        width=640,
        height=480,
    )


@pytest.mark.parametrize("behind", [b"", b"\xff\xd8 a second picture \xff\xd9"])
def test_a_jpeg_is_read_by_content_though_its_name_says_png(tmp_path: Path, behind: bytes) -> None:
    read = read_screen_print(written(tmp_path, JPEG + behind))

    assert (read.kind, read.width, read.height, read.data) == ("jpeg", 640, 480, JPEG + behind)


def test_a_jpeg_without_a_frame_header_has_no_known_size(tmp_path: Path) -> None:
    read = read_screen_print(written(tmp_path, b"\xff\xd8\xff\xd9"))

    assert (read.kind, read.width, read.height) == ("jpeg", None, None)


@pytest.mark.parametrize("data", [b"", b"not an image", b"GIF89a", b"%PDF-1.7", b"\x89PNG", b"\xff\xd8"])
def test_anything_else_is_neither_png_nor_jpeg(tmp_path: Path, data: bytes) -> None:
    assert (
        refusal(written(tmp_path, data))
        == "The screen print 'screen.png' is neither a PNG nor a JPEG picture."
    )


@posix_only
def test_a_link_with_a_picture_name_to_a_private_key_is_refused(tmp_path: Path) -> None:
    key = written(tmp_path, b"-----BEGIN OPENSSH PRIVATE KEY-----\n", "id_key")
    (tmp_path / "key.png").symlink_to(key)

    message = refusal(tmp_path / "key.png")

    assert message == "The screen print 'key.png' is neither a PNG nor a JPEG picture."


@posix_only
def test_a_link_to_a_picture_is_followed(tmp_path: Path) -> None:
    written(tmp_path, PNG, "real.png")
    (tmp_path / "link.png").symlink_to(tmp_path / "real.png")

    assert read_screen_print(tmp_path / "link.png").filename == "link.png"


@pytest.mark.parametrize("length", range(9, len(PNG)))
def test_a_png_cut_off_anywhere_is_refused(tmp_path: Path, length: int) -> None:
    assert "begins like a PNG picture, but" in refusal(written(tmp_path, PNG[:length]))


@pytest.mark.parametrize("length", range(3, len(JPEG)))
def test_a_jpeg_cut_off_anywhere_is_refused(tmp_path: Path, length: int) -> None:
    assert "its end mark is missing" in refusal(written(tmp_path, JPEG[:length]))


def test_a_png_whose_first_chunk_is_no_header_is_refused(tmp_path: Path) -> None:
    data = PNG_START + chunk(b"IDAT", b"0123456789abc") + chunk(b"IEND", b"")

    assert "its header is missing" in refusal(written(tmp_path, data))


def test_bytes_behind_the_end_of_a_png_are_not_handed_over(tmp_path: Path) -> None:
    assert "8 bytes that do not belong to it" in refusal(written(tmp_path, PNG + b"leftover"))


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8" + b"\xff" * 5_000_000,
        b"\xff\xd8" + b"\xff\xe0\0\2" * 1_000_000,
        b"\xff\xd8" + b"\xff\xda\0\2" * 1_000_000,
        b"\xff\xd8\xff\xda\0\2" + b"\xff\0" * 2_000_000,
    ],
)
def test_a_jpeg_made_to_keep_the_reader_busy_is_refused(tmp_path: Path, data: bytes) -> None:
    assert "its end mark is missing" in refusal(written(tmp_path, data))


def test_a_missing_file_is_named_as_the_screen_print(tmp_path: Path) -> None:
    with pytest.raises(FileNotThere, match="screen print"):
        read_screen_print(tmp_path / "none.png")


def test_a_file_over_the_limit_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    with path.open("wb") as file:
        file.write(PNG_START)
        file.truncate(50_000_000)

    assert "too large" in refusal(path)


@posix_only
def test_a_named_pipe_is_no_regular_file_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")

    assert "regular file" in refusal(tmp_path / "pipe.png")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a\r\nX: y.png", "line break"),
        ("a\n.png", "line break"),
        ("a\x1b.png", "x1b"),
        ("a\x00.png", "U+0000"),
    ],
)
def test_a_name_with_line_breaks_or_control_characters_is_refused(
    tmp_path: Path, name: str, said: str
) -> None:
    assert said in refusal(tmp_path / name)


@pytest.mark.parametrize("name", ["screen print (1).png", "截图.png", "Acme für Köln.png"])
def test_an_ordinary_name_is_kept_as_it_is(tmp_path: Path, name: str) -> None:
    assert read_screen_print(written(tmp_path, PNG, name)).filename == name


@given(
    start=st.sampled_from([PNG_START, PNG_START + IHDR, b"\xff\xd8\xff", JPEG[:60], b""]), rest=st.binary()
)
def test_arbitrary_bytes_are_read_or_refused_with_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory, start: bytes, rest: bytes
) -> None:
    path = written(tmp_path_factory.getbasetemp(), start + rest, "any.png")
    try:
        read = read_screen_print(path)
    except SciError:
        return
    assert read.data == start + rest
