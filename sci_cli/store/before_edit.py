"""A record as it was before somebody edited its file, put together again and proven by its checksum.

What the edit left alone is in the file, what it replaced is in the newest backup and in the events since.
Whether that gives the very file that was written shows its checksum, which editors leave at the top.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress

from sci_cli.domain.activation import Activation, Event
from sci_cli.domain.plain import NotPlain, Plain, flatten, from_plain, instant_text, to_plain
from sci_cli.store.document import checksum_line, render

_CHECKSUM = re.compile(rb"^checksum: sha256:([0-9a-f]{64})\r?$", re.MULTILINE)
_CHECKSUM_WITHIN = 500
_NAMED = ("facts", "steps")
_LISTED = ("notes", "stages", "vpns")
_STAMP = (".stamp.at", ".stamp.by")

Item = dict[str, Plain]


class _Lost(Exception):
    """What an item held is neither in the file nor in a backup nor in an event."""


def before_edit(data: bytes, edited: Activation, good: Activation | None) -> Activation | None:
    """The record whose checksum the file carries; None where nobody can tell any more.

    Args:
        data: the file as it was edited.
        edited: what it says; its history is whole.
        good: the newest backup, whose history is the beginning of that one; None for none.
    """
    claimed = _CHECKSUM.search(data[:_CHECKSUM_WITHIN])
    if claimed is None:
        return None
    for trusting in (True, False):
        with suppress(_Lost, NotPlain):
            found = _put_together(edited, good, trusting=trusting)
            if checksum_line(render(found).data) == claimed[0].rstrip(b"\r"):
                return found
    return None


def _put_together(edited: Activation, good: Activation | None, *, trusting: bool) -> Activation:
    """The record before the edit; stamps newer than the backup are those of the file, or those of events."""
    now = _mapping(to_plain(edited))
    was = _mapping(to_plain(good)) if good else {}
    later = edited.history[good.revision if good else 0 :]
    whole = dict(now)
    for part in (*_NAMED, *_LISTED):
        items = dict(_items(part, was.get(part, {}), now.get(part, {}), later, trusting=trusting))
        whole[part] = {**items} if part in _NAMED else [*items.values()]
    port = _item("port", was.get("port"), now.get("port"), later, trusting=trusting)
    whole["port"] = port or {}
    return from_plain(Activation, whole)


def _items(
    part: str, was: Plain, now: Plain, later: Sequence[Event], *, trusting: bool
) -> Iterator[tuple[str, Item]]:
    """The entries of one part of the record by their name in paths, in the order they had."""
    old, new = _labelled(was), _labelled(now)
    found = {
        name: item
        for name in {**old, **new, **dict.fromkeys(_named_in(part, later))}
        if (item := _item(f"{part}.{name}", old.get(name), new.get(name), later, trusting=trusting))
    }
    in_file = [name for name in new if name in found]
    for name in in_file if len(in_file) == len(found) else found:
        yield name, found[name]


def _labelled(entries: Plain) -> dict[str, Item]:
    """Entries by the name paths give them: their key, their own name, or their number."""
    if isinstance(entries, dict):
        return {name: _mapping(entry) for name, entry in entries.items()}
    found = {}
    for number, entry in enumerate(entries, start=1):
        item = _mapping(entry)
        found[str(item.get("name") or item.get("stage") or number)] = item
    return found


def _named_in(part: str, later: Sequence[Event]) -> Iterator[str]:
    """The facts that events recorded: the edit may have removed them."""
    for change in (change for event in later for change in event.changes):
        if part == "facts" and change.path.startswith("facts.") and change.path.endswith(".values"):
            yield change.path.removeprefix("facts.").removesuffix(".values")


def _item(
    path: str, was: Plain | None, now: Plain | None, later: Sequence[Event], *, trusting: bool
) -> Item | None:
    """One entry before the edit, None where there was none.

    Raises:
        _Lost: nobody can tell.
    """
    touching = [
        event for event in later if any(change.path.startswith(f"{path}.") for change in event.changes)
    ]
    if not touching:
        return None if was is None else _mapping(was)
    expected = _content(path, was)
    for change in (change for event in touching for change in event.changes):
        if change.path.startswith(f"{path}.") and not change.path.endswith(_STAMP):
            expected[change.path] = change.after
    expected = {key: text for key, text in expected.items() if text}
    if not expected:
        return None
    said: Item = {"at": instant_text(touching[-1].at), "by": touching[-1].by}
    if now is not None and _content(path, now) == expected:
        item = _mapping(now)
        stamp = item.get("stamp")
        return item if trusting or not isinstance(stamp, dict) else {**item, "stamp": {**stamp, **said}}
    if not path.startswith("facts.") or set(expected) != {f"{path}.values"}:
        raise _Lost
    stamp = _mapping(now).get("stamp") if now is not None and trusting else said
    values: list[Plain] = [*expected[f"{path}.values"].split(", ")]
    return {"values": values, "stamp": stamp or said}


def _content(path: str, entry: Plain | None) -> dict[str, str]:
    """What changes say of an entry: everything but who said it and when."""
    flat = {} if entry is None else flatten(entry, path)
    return {key: text for key, text in flat.items() if text and not key.endswith(_STAMP)}


def _mapping(plain: Plain) -> Item:
    if not isinstance(plain, dict):
        raise _Lost
    return dict(plain)
