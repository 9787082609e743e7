"""What the operating system says about a file, in words a person without a manual understands."""

from __future__ import annotations

import errno
import os

# By name, because not every system knows every number (Windows has no quota error).
_WORDS = {
    "EACCES": "permission denied",
    "EPERM": "permission denied (the system does not allow this here)",
    "EROFS": "the file system is read-only",
    "ENOSPC": "no space left on the disk",
    "EDQUOT": "the disk quota is used up",
    "EFBIG": "the file is larger than this disk or this user may have",
    "EIO": "input/output error (the disk could not read or write)",
    "EMFILE": "too many open files in this program",
    "ENFILE": "too many open files on this computer",
    "ENOMEM": "not enough memory",
    "ENOENT": "no such file or folder",
    "ENOTDIR": "a part of the path is not a folder",
    "EISDIR": "it is a folder",
    "EEXIST": "it exists already",
    "ENOTEMPTY": "the folder is not empty",
    "ELOOP": "a symbolic link stands where none may be, or links go round in a circle",
    "ENAMETOOLONG": "the name is too long",
    "EXDEV": "the two places are on different disks",
    "EBUSY": "it is in use by the system or another program",
    "ETXTBSY": "it is in use by another program",
    "EAGAIN": "it is in use by another program at the moment",
    "EWOULDBLOCK": "it is in use by another program at the moment",
    "EDEADLK": "two programs wait for each other",
    "ENOLCK": "the file system gives no locks",
    "EINTR": "the call was interrupted",
    "EINVAL": "the file system does not accept this",
    "EILSEQ": "the file system does not accept this name",
    "ENOTSUP": "the file system cannot do this",
    "EOPNOTSUPP": "the file system cannot do this",
    "ENOSYS": "the file system cannot do this",
    "EMLINK": "too many links to one file",
    "ENXIO": "no such device",
    "ENODEV": "no such device",
    "ESTALE": "the network folder has changed on its server; open it again",
    "ETIMEDOUT": "the network folder does not answer",
    "EHOSTDOWN": "the network folder does not answer",
    "EHOSTUNREACH": "the network folder cannot be reached",
    "ENOTCONN": "the network folder is not connected",
    "ECONNRESET": "the connection was cut",
    "EPIPE": "the reader has gone away",
    "EBADF": "the file or stream is closed",
}


def os_words(error: OSError) -> str:
    """The reason of an operating system error as a short clause without a full stop.

    Args:
        error: the error as caught; its path is not repeated, since callers name it.

    Returns:
        For example `no space left on the disk`; an error without words of its own gets the system's text.
    """
    if error.errno is None:
        return "the system gives no reason"
    name = errno.errorcode.get(error.errno, "")
    return _WORDS.get(name) or f"the system says: {os.strerror(error.errno)}"
