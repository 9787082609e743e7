"""`--op-id`: what a command line asks for as one digest, and a command that is carried out only once."""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
from collections.abc import Callable, Mapping
from typing import Any

from sci_cli.cli.session import Session
from sci_cli.domain.plain import Plain, digest
from sci_cli.errors import ActivationNotFound, InvalidValue, RecordCorrupt
from sci_cli.operations import replays
from sci_cli.safety.text import quoted

_OP_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")
# More than any reader takes, so that a file too large is still refused by the one that reads it.
_MOST = 64_000_000
_FILES = ("FILE", "SCREENPRINT")
# They let this run go on and are no part of what it asks for.
_CONFIRMING = ("yes", "confirm")


def once(ctx: Any, session: Session, function: Callable[..., Any], given: Mapping[str, Any]) -> Any:
    """What the command returns, or that it was carried out before under the same id.

    Raises:
        InvalidValue: the id is none.
        AlreadyDifferent: the id stands for another change of the record.
    """
    op_id = session.settings.op_id or ""
    if not _OP_ID.fullmatch(op_id):
        raise InvalidValue(
            f"--op-id is 1 to 100 letters, digits and . _ : -; {quoted(op_id, 60)} is not.",
            fix="Use the number of the job or ticket, or a UUID, and a new one for each change.",
        )
    session.op_digest = _digest(ctx, session, given)
    try:
        _look_before(session, op_id, given.get("name"))
        return function(session, **given)
    except replays.Replayed as again:
        return replays.outcome(session.workspace, again, dry_run=session.settings.dry_run)


def _look_before(session: Session, op_id: str, name: object) -> None:
    """Before anything is tried out: what was done already would refuse to be done once more."""
    if not isinstance(name, str) or not name:
        return
    try:
        loaded = session.workspace.store.load(name)
    except (ActivationNotFound, RecordCorrupt):
        return  # the command itself says so, or goes on without
    replays.refuse_again(loaded.activation, op_id, session.op_digest)


def _digest(ctx: Any, session: Session, given: Mapping[str, Any]) -> str:
    """Digest of the command, its arguments and options, and the content of the files among them.

    What is not given counts as absent, so options of later versions change nothing.
    """
    files = {param.name for param in ctx.command.params if (param.metavar or "").rstrip(".") in _FILES}
    said: dict[str, Plain] = {"command": session.command}
    for key, value in given.items():
        if value and key not in _CONFIRMING:
            texts = [str(each) for each in value] if isinstance(value, (list, tuple)) else [str(value)]
            said[key] = [_content(session, each) for each in texts] if key in files else list[Plain](texts)
    return digest(said)


def _content(session: Session, path: str) -> str:
    """SHA-256 of a file, or of standard input, which stays readable; the path where it cannot be read."""
    try:
        data = _piped(session) if path == "-" else _read(path)
    except (OSError, ValueError):
        return path
    return hashlib.sha256(data).hexdigest()


def _piped(session: Session) -> bytes:
    stream = getattr(session.stdin, "buffer", None)
    data: bytes = session.stdin.read(_MOST).encode() if stream is None else stream.read(_MOST)
    session.stdin = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", errors="surrogateescape")
    return data


def _read(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError(path)
        return file.read(_MOST)
