"""Screen prints to hand over: pictures by their content, whatever the file is called.

A screen print goes to another company, so a file that only claims to be a picture (a key reached through a
link, a renamed document) is refused. Formats: PNG (RFC 2083) and JPEG (ITU-T T.81).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sci_cli.errors import InvalidFile
from sci_cli.readers.files import read_input
from sci_cli.safety.text import describe_unsafe, quoted

LARGEST_SCREEN_PRINT = 20_000_000

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_JPEG_START = b"\xff\xd8\xff"
_START_OF_SCAN = 0xDA
_END_OF_IMAGE = 0xD9
# Frame headers, which hold height and width; C4, C8 and CC in their range mean something else.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# Filling before a marker, then the marker itself; a restart marker or a stuffed byte has no place there.
_MARKER = re.compile(rb"\xff++([^\x00\x01\xff\xd0-\xd8])")
# Far above any picture; millions of empty segments would keep the reader busy for seconds.
_MOST_SEGMENTS = 10_000
# Within a scan FF 00 is a data byte, FF D0 to FF D7 are restart markers and FF FF is filling.
_NEXT_MARKER = re.compile(rb"\xff(?=[^\x00\xff\xd0-\xd7])")


@dataclass(frozen=True, slots=True)
class ScreenPrint:
    """A picture as read once: its bytes, their SHA-256, and its size in bytes and pixels where known."""

    filename: str
    kind: Literal["png", "jpeg"]
    data: bytes
    sha256: str
    size: int
    width: int | None
    height: int | None


def read_screen_print(path: Path) -> ScreenPrint:
    """The screen print in this file, complete from its first mark to its last.

    Symbolic links are followed; the content decides what the file is. A PNG ends with its end mark: bytes
    behind it are remains of another file, so they are refused. Behind the end of a JPEG, cameras keep
    further pictures, so bytes there are accepted. Pixels are not decoded and check sums not computed.

    Raises:
        FileNotThere: no such file.
        InvalidFile: not a regular file, too large, changed while it was read, a name with line breaks or
            control characters, or neither a PNG nor a JPEG picture.
        StoreUnavailable: the system does not let it be read.
    """
    unsafe = describe_unsafe(path.name)
    if unsafe is not None:
        raise InvalidFile(
            f"The name of the screen print {quoted(path.name)} contains {unsafe}.",
            fix="Rename the file and run the command again.",
        )
    file = read_input(path, what="The screen print", limit=LARGEST_SCREEN_PRINT)
    kind: Literal["png", "jpeg"]
    width: int | None
    height: int | None
    if file.data.startswith(_PNG_SIGNATURE):
        kind = "png"
        width, height = _png_size(file.data, path.name)
    elif file.data.startswith(_JPEG_START):
        kind = "jpeg"
        width, height = _jpeg_size(file.data, path.name)
    else:
        raise InvalidFile(
            f"The screen print {quoted(path.name)} is neither a PNG nor a JPEG picture.",
            why="The content of the file decides, not its name.",
            fix="Take the screen print again and save it as PNG or JPEG.",
        )
    return ScreenPrint(path.name, kind, file.data, file.sha256, len(file.data), width, height)


def _png_size(data: bytes, name: str) -> tuple[int, int]:
    """Width and height from the first chunk, after walking to the end mark."""
    header = data[8:33]
    if header[:8] != b"\x00\x00\x00\x0dIHDR" or len(header) < 25:
        raise _broken(name, "PNG", "its header is missing or cut off")
    position = 8
    while True:
        chunk = data[position : position + 8]
        length = int.from_bytes(chunk[:4], "big")
        position += 12 + length
        if len(chunk) < 8 or position > len(data):
            raise _broken(name, "PNG", "its end mark (IEND) is missing, so a part of it is cut off")
        if chunk[4:] == b"IEND":
            break
    if position < len(data):
        raise _broken(name, "PNG", f"{len(data) - position} bytes that do not belong to it follow its end")
    return int.from_bytes(header[8:12], "big"), int.from_bytes(header[12:16], "big")


def _jpeg_size(data: bytes, name: str) -> tuple[int | None, int | None]:
    """Width and height from the frame header, after walking to the end mark; None when there is no frame."""
    width: int | None = None
    height: int | None = None
    for marker, content in _jpeg_segments(data):
        if marker == _END_OF_IMAGE:
            return width, height
        if marker in _FRAMES and len(content) >= 5:
            # The height may be left for a later segment to tell; zero stands for that.
            height = int.from_bytes(content[1:3], "big") or None
            width = int.from_bytes(content[3:5], "big") or None
    raise _broken(name, "JPEG", "its end mark is missing, so a part of it is cut off")


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Markers with their content, to the end mark or to where the data stops making sense."""
    position = 2
    for _ in range(_MOST_SEGMENTS):
        found = _MARKER.match(data, position)
        if found is None:
            return
        marker = found.group(1)[0]
        if marker == _END_OF_IMAGE:
            yield marker, b""
            return
        position = found.end()
        length = int.from_bytes(data[position : position + 2], "big")
        if length < 2:
            return
        yield marker, data[position + 2 : position + length]
        position += length
        if marker == _START_OF_SCAN:
            after = _NEXT_MARKER.search(data, position)
            position = after.start() if after else len(data)


def _broken(name: str, kind: str, reason: str) -> InvalidFile:
    return InvalidFile(
        f"The screen print {quoted(name)} begins like a {kind} picture, but {reason}.",
        fix="Take the screen print again and save it as PNG or JPEG.",
    )
