"""Opening files that others wrote: bounded, never hanging, never half-changed, always UTF-8 text."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sci_cli.errors import FileNotThere, InvalidFile, SciError, StoreUnavailable
from sci_cli.safety.os_words import os_words
from sci_cli.safety.text import quoted

_CHUNK = 1 << 20
_SAMPLE = 4096  # bytes looked at to recognise UTF-16 without a byte order mark
_THERE_IS_NONE = (errno.ENOENT, errno.ENOTDIR)
_NAME_IMPOSSIBLE = (errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ)

# O_NONBLOCK: a named pipe without a writer would hang the open. The others keep the descriptor and the bytes
# as they are. Each is missing on some system.
_FLAGS = os.O_RDONLY
for _name in ("O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"):
    _FLAGS |= getattr(os, _name, 0)


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file as it was read.

    Args:
        path: where it was read from.
        data: its bytes.
        sha256: digest of the bytes, 64 hexadecimal digits.
    """

    path: Path
    data: bytes
    sha256: str


def read_input(
    path: Path,
    *,
    what: str,
    limit: int,
    follow_links: bool = True,
    read: Callable[[int, int], bytes] = os.read,
) -> InputFile:
    """Reads one regular file whole, once, and only if it did not change meanwhile.

    Args:
        path: the file.
        what: what it is to the user, at the start of a sentence: `The prefix list`.
        limit: the most bytes accepted.
        follow_links: whether the path itself may be a symbolic link.
        read: takes a descriptor and a size; another one than `os.read` stands for a disk with its own mind.

    Raises:
        FileNotThere: there is no such file.
        InvalidFile: not a regular file, a symbolic link where none is wanted, too large, or changing.
        StoreUnavailable: the system does not let it be read.
    """
    shown = f"{what} {quoted(os.fspath(path))}"
    descriptor = _open(path, shown, follow_links)
    try:
        before = os.fstat(descriptor)
        _check_kind_and_size(before, shown, limit)
        data = _read_up_to(lambda size: read(descriptor, size), before.st_size + 1)
        after, there = os.fstat(descriptor), path.stat()
    except FileNotFoundError as error:
        raise _changed(shown) from error
    except OSError as error:
        raise _unreadable(shown, error) from error
    finally:
        os.close(descriptor)
    same = _marks(before) == _marks(after) == _marks(there)
    if not same or len(data) != before.st_size:
        raise _changed(shown)
    return InputFile(path, data, hashlib.sha256(data).hexdigest())


def read_stream(stream: BinaryIO, *, what: str, limit: int) -> bytes:
    """Reads a pipe, such as standard input for `-`, to its end.

    Raises:
        InvalidFile: it brings more than `limit` bytes.
        StoreUnavailable: it cannot be read.
    """
    try:
        data = _read_up_to(stream.read, limit + 1)
    except (OSError, ValueError) as error:
        # A closed stream answers with ValueError.
        why = os_words(error) if isinstance(error, OSError) else "it is closed"
        raise StoreUnavailable(f"{what} could not be read: {why}.") from error
    if len(data) > limit:
        raise InvalidFile(f"{what} is too large: more than {_megabytes(limit)}.", fix="Give it in parts.")
    return data


def decode_text(data: bytes, name: str) -> str:
    """The text of UTF-8 bytes; a byte order mark at the start is dropped, line ends stay as they are.

    Args:
        data: the bytes of the file.
        name: the file as the user named it.

    Raises:
        InvalidFile: the bytes are UTF-16, UTF-32 or otherwise not UTF-8; then the line is named.
    """
    wide = _wide_encoding(data)
    if wide:
        raise InvalidFile(
            f"{quoted(name)} cannot be read: this is {wide}; save it as UTF-8.",
            fix="In a spreadsheet choose 'CSV UTF-8'; in an editor choose the encoding UTF-8.",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # utf-8-sig counts from behind the mark; error.object is what it counted in.
        head, byte = error.object[: error.start], error.object[error.start]
    line = 1 + head.count(b"\n") + head.replace(b"\r\n", b"").count(b"\r")
    raise InvalidFile(
        f"{quoted(name)} is not UTF-8 text: line {line} holds the byte x{byte:02x}.",
        why="It may be an older encoding such as Windows-1252, or not a text file.",
        fix="Save it as UTF-8.",
    )


def _wide_encoding(data: bytes) -> str | None:
    if data.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return "UTF-32"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    even, odd = data[:_SAMPLE:2], data[1:_SAMPLE:2]
    for zeros, letters in ((odd, even), (even, odd)):
        # Latin text in UTF-16 has a NUL in every second byte and none between; stray NULs are reported later.
        if zeros.count(0) * 2 > len(zeros) and zeros.count(0) > 1 and letters.count(0) == 0:
            return "UTF-16"
    return None


def _marks(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns


def _read_up_to(read: Callable[[int], bytes], most: int) -> bytes:
    chunks = []
    while most > 0:
        chunk = read(min(most, _CHUNK))
        if not chunk:
            break
        chunks.append(chunk)
        most -= len(chunk)
    return b"".join(chunks)


def _open(path: Path, shown: str, follow_links: bool) -> int:
    try:
        # Asked besides O_NOFOLLOW, which Windows does not have.
        if not follow_links and path.is_symlink():
            raise _symbolic_link(shown)
        return os.open(path, _FLAGS | (0 if follow_links else getattr(os, "O_NOFOLLOW", 0)))
    except (OSError, ValueError) as error:
        raise _opening_failed(error, path, shown, follow_links) from error


def _check_kind_and_size(status: os.stat_result, shown: str, limit: int) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise _directory(shown)
    if not stat.S_ISREG(status.st_mode):
        raise _irregular(shown)
    if status.st_size > limit:
        raise InvalidFile(
            f"{shown} is too large: {_megabytes(status.st_size)}; at most {_megabytes(limit)} is read.",
            fix="Give a smaller file, or the content in parts.",
        )


def _opening_failed(error: OSError | ValueError, path: Path, shown: str, follow_links: bool) -> SciError:
    if not isinstance(error, OSError) or error.errno in _NAME_IMPOSSIBLE:
        return InvalidFile(f"{shown} cannot be opened: no file can have this name.", fix="Correct the path.")
    if error.errno in _THERE_IS_NONE:
        return FileNotThere(f"{shown} is not there: no such file.", fix="Check the path.")
    if error.errno == errno.ELOOP:
        if not follow_links:
            return _symbolic_link(shown)
        return InvalidFile(f"{shown} is a symbolic link that leads in a circle.", fix="Correct the path.")
    if error.errno == errno.ENXIO:
        return _irregular(shown)
    # Windows refuses to open a directory with 'permission denied'.
    return _directory(shown) if path.is_dir() else _unreadable(shown, error)


def _directory(shown: str) -> InvalidFile:
    return InvalidFile(f"{shown} is a directory, not a file.", fix="Name a file in it.")


def _irregular(shown: str) -> InvalidFile:
    return InvalidFile(
        f"{shown} is not a regular file; it is a device, a pipe or a socket.",
        fix="Save the content to a file and name that.",
    )


def _symbolic_link(shown: str) -> InvalidFile:
    return InvalidFile(f"{shown} is a symbolic link.", fix="Name the file it leads to.")


def _changed(shown: str) -> InvalidFile:
    return InvalidFile(f"{shown} changed while it was read.", fix="Try again when nothing writes to it.")


def _unreadable(shown: str, error: OSError) -> StoreUnavailable:
    return StoreUnavailable(
        f"{shown} could not be read: {os_words(error)}.", fix="Check that you may read it."
    )


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 100_000 else f"{size} bytes"
