"""A record with a flipped bit at every byte, cut anywhere, zeroed or swapped for another one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from reliability.attempts import Attempts
from reliability.world import NAME, World
from sci_cli.errors import RecordCorrupt, SciError
from sci_cli.store.files import FileStore

_CUTS = 64


def flips(world: World) -> Attempts:
    """Every damaged record is noticed at the next read, named, and never treated as empty."""
    attempts = Attempts("P17, P18", "one flipped bit at every byte, cuts, zeroes, another record")
    there = world.copied("damaged")
    whole = there.record.read_bytes()
    for what, data in _damaged(whole):
        there.record.write_bytes(data)
        attempts.case(what, _noticed(there.home))
        if there.record.read_bytes() != data:
            attempts.failures.append(f"{what}: reading changed the file")
    return attempts


def _damaged(whole: bytes) -> Iterator[tuple[str, bytes]]:
    for at in range(len(whole)):
        changed = bytearray(whole)
        changed[at] ^= 1 << at % 8
        yield f"bit {at % 8} of byte {at}", bytes(changed)
    for part in range(_CUTS):
        yield f"cut after {part} of {_CUTS} parts", whole[: len(whole) * part // _CUTS]
    half = len(whole) // 2
    yield "the second half zeroed", whole[:half] + b"\0" * (len(whole) - half)
    yield "a record of another name", whole.replace(NAME.encode(), b"other-hk-1")


def _noticed(home: Path) -> str | None:
    try:
        FileStore(home).load(NAME)
    except RecordCorrupt:
        return None
    except SciError as error:
        return f"told as something else: {error}"
    return "not noticed"
