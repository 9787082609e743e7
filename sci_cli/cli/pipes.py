"""Prefix lists that come through standard input."""

from sci_cli.cli.session import Session
from sci_cli.readers.files import read_stream


def piped(session: Session, limit: int) -> bytes:
    """The prefix list on standard input, at most so many bytes.

    Raises:
        InvalidFile, StoreUnavailable: it is larger, or cannot be read.
    """
    stream = getattr(session.stdin, "buffer", None)
    if stream is None:
        return session.stdin.read().encode()
    return read_stream(stream, what="The prefix list", limit=limit)
