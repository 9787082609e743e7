"""What can have happened to a record's file before the program reads it."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sci_cli.store.document import parse, render
from tests.corpus.cases import NotPossible
from tests.corpus.given_files import give_to_somebody_else
from tests.corpus.world import NAME, Box, WorldBroken

_HEADER = re.compile(rb"\A(#[^\n]*\nchecksum: sha256:)[0-9a-f]{64}\n")


def damage(box: Box, given: Mapping[str, Any]) -> None:
    """Do to the sandbox's record what an input says.

    Raises:
        NotPossible: there is no such damage here.
    """
    for verb, value in given.items():
        if verb == "setup":
            continue
        done = VERBS.get(verb)
        if done is None:
            raise NotPossible(f"damage of the kind {verb!r} is not known to the harness")
        done(box, value)


def sealed(data: bytes) -> bytes:
    """A record's text with the checksum made right again, so that only deeper checks can notice."""
    found = _HEADER.match(data)
    if found is None:
        raise NotPossible("the record has another header than the harness knows")
    body = data[found.end() :]
    return found[1] + hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def _edit(box: Box, data: bytes) -> None:
    mode = box.record.stat().st_mode & 0o777
    box.write(box.record, data, mode)


def _truncate(box: Box, value: Any) -> None:
    data = box.record.read_bytes()
    _edit(box, data[: len(data) // 2 if value == "half" else int(value)])


def _flip_bit(box: Box, value: Any) -> None:
    data = bytearray(box.record.read_bytes())
    data[int(value) // 8 % len(data)] ^= 1 << (int(value) % 8)
    _edit(box, bytes(data))


def _hand_edit(box: Box, value: Any) -> None:
    new = str(value).partition(":")[2].strip() or "Other"
    _edit(box, box.record.read_bytes().replace(b"Acme Ltd", new.encode()))


def _editor_resave(box: Box, value: Any) -> None:
    data = box.record.read_bytes()
    kinds = set(str(value).split("+"))
    if kinds - {"crlf", "bom"}:
        raise NotPossible(f"an editor that does {value!r} is not known to the harness")
    data = data.replace(b"\n", b"\r\n") if "crlf" in kinds else data
    _edit(box, b"\xef\xbb\xbf" + data if "bom" in kinds else data)


def _conflict_markers(box: Box, value: Any) -> None:
    data = box.record.read_bytes()
    changed = data.replace(b"Acme Ltd", b"Other Ltd")
    _edit(box, b"<<<<<<< HEAD\n" + data + b"=======\n" + changed + b">>>>>>> theirs\n")


def _schema(box: Box, value: Any) -> None:
    data = box.record.read_bytes()
    lines = {"newer": b"format: '999'\n", "missing": b""}
    if value not in lines:
        raise NotPossible("this is the first format of records; there is no older one yet")
    _edit(
        box, sealed(re.sub(rb"^format: [^\n]*\n", lambda _: lines[value], data, count=1, flags=re.MULTILINE))
    )


def _audit(box: Box, value: Any) -> None:
    head, mark, rest = box.record.read_bytes().partition(b"\nhistory:\n")
    events = re.split(rb"^(?=- sequence:)", rest, flags=re.MULTILINE)[1:]
    if not mark or len(events) < 4:
        raise NotPossible("the record keeps its history in another way than the harness knows")
    if value == "event_edited":
        events[2] = events[2].replace(b"by: tester", b"by: somebody")
    elif value == "event_deleted":
        del events[2]
    elif value == "events_swapped":
        events[1], events[2] = events[2], events[1]
    elif value == "tail_truncated":
        del events[-1]
    elif value == "rewritten_consistently":
        _rewrite(box)
        return
    else:
        raise NotPossible(f"an audit trail that is {value!r} is not known to the harness")
    _edit(box, sealed(head + mark + b"".join(events)))


def _rewrite(box: Box) -> None:
    """Another reason in the history, every hash and the checksum made right; only the old head tells."""
    old = parse(box.record.read_bytes(), NAME)
    events = list(old.activation.history)
    events[2] = replace(events[2], summary="something else")
    _edit(box, render(replace(old.activation, history=tuple(events))).data)
    for kept in (box.state / "backups").glob(f"{NAME}.*.yaml"):
        kept.unlink()
    seen = box.sci("verify", f"--expect-head={NAME}={old.head}")
    if seen.exit != 9:
        raise WorldBroken(f"verify --expect-head ends with {seen.exit}, not with CORRUPT")


def _fork(box: Box, value: Any) -> None:
    """Another computer went from the last revision but one to another revision of the same number."""
    if value != "same_lineage_same_rev_other_content":
        raise NotPossible(f"a fork of the kind {value!r} is not known to the harness")
    mine = box.record.read_bytes()
    backups = sorted(
        (box.state / "backups").glob(f"{NAME}.*.yaml"), key=lambda path: int(path.name.split(".")[1])
    )
    _edit(box, backups[-1].read_bytes())
    box.must("note", NAME, "made elsewhere")
    other = box.record.read_bytes()
    _edit(box, mine)
    box.write(box.record.with_name(f"{NAME} (conflicted copy).yaml"), other)


def _extra_file(box: Box, value: Any) -> None:
    box.write(box.record.with_name(str(value)), box.record.read_bytes())


def _replace_with(box: Box, value: Any) -> None:
    box.record.unlink()
    if value == "fifo":
        os.mkfifo(box.record, 0o600)
        box.program.own(box.record)
    elif value in ("directory", "folder"):
        box.folder(box.record)
    elif str(value).startswith("symlink"):
        box.record.symlink_to(box.canary)
    else:
        raise NotPossible(f"a record replaced with {value!r} is not known to the harness")


def _remove(box: Box, value: Any) -> None:
    if value != "one_order":
        raise NotPossible(f"removing {value!r} is not known to the harness")
    box.record.unlink()


def _owner(box: Box, value: Any) -> None:
    give_to_somebody_else(box.record)


def _mode(box: Box, value: Any) -> None:
    box.record.chmod(int(str(value), 8))


def _dir_mode(box: Box, value: Any) -> None:
    box.state.chmod(int(str(value), 8))


def _case_twins(box: Box, value: Any) -> None:
    for name in value:
        if name != box.record.name:
            box.write(box.record.with_name(name), box.record.read_bytes())


def _gen_orders(box: Box, value: Any) -> None:
    """Many records with the same content; hard to tell from real ones except by their names."""
    data = box.record.read_bytes()
    for number in range(int(value)):
        name = f"gen-{number}"
        copy = data.replace(f"name: '{NAME}'".encode(), f"name: '{name}'".encode(), 1)
        box.write(box.record.with_name(f"{name}.yaml"), sealed(copy))


VERBS: Mapping[str, Callable[[Box, Any], None]] = {
    "truncate": _truncate,
    "flip_bit": _flip_bit,
    "hand_edit": _hand_edit,
    "editor_resave": _editor_resave,
    "conflict_markers": _conflict_markers,
    "schema": _schema,
    "audit": _audit,
    "fork": _fork,
    "extra_file": _extra_file,
    "replace_with": _replace_with,
    "remove": _remove,
    "owner": _owner,
    "mode": _mode,
    "dir_mode": _dir_mode,
    "case_twins": _case_twins,
    "gen_orders": _gen_orders,
}
