"""A home with a changed byte, a file that is gone, cut, emptied or exchanged for another one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from reliability.attempts import Attempts
from reliability.scenes import Scenes
from reliability.world import NAME, World, tree
from sci_cli.errors import RecordCorrupt, SciError
from sci_cli.store.files import FileStore

_CUTS = 64
Verify = Callable[[Path], tuple[int, str]]


def flips(world: World) -> Attempts:
    """Every damaged record is noticed at the next read, named, and never treated as empty."""
    nth = "" if world.thorough else "fourth "
    attempts = world.attempts(
        "P17, P18", f"a flipped bit at every {nth}byte of a record, cuts, zeroes, another one"
    )
    return world.apart(attempts, "flips", str(world.copied("damaged").home), str(world.of(4, 1)))


def mutants(world: World, scenes: Scenes) -> Attempts:
    """`sci verify` finds what was done to any file of a home, names the file, and writes nothing."""
    positions = world.of(6, 100)
    attempts = world.attempts("P20", "verify: bytes of every file changed, files removed, cut, exchanged")
    (scene,) = scenes.named("handoff")
    there = scene.world.copied("mutants")
    there.must("done", NAME, "P2", "--evidence", "shot.png")
    there.must(*scene.words)
    there.must("new", "globex-hk-1", "--profile", "alibaba-cloud", "--customer", "Globex",
               "--location", "Tokyo", "--data-plan", "1 TB")  # fmt: skip
    return world.apart(attempts, "mutants", str(there.home), str(positions))


def flipped(home: Path, step: int) -> Iterator[tuple[str, str | None]]:
    """The record with each damage, read."""
    record = home / "activations" / f"{NAME}.yaml"
    for what, data in _damaged(record.read_bytes(), step):
        record.write_bytes(data)
        problem = _noticed(home)
        yield what, problem or ("reading changed the file" if record.read_bytes() != data else None)


def _damaged(whole: bytes, step: int) -> Iterator[tuple[str, bytes]]:
    for at in range(0, len(whole), step):
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


def mutated(home: Path, positions: int, verify: Verify) -> Iterator[tuple[str, str | None]]:
    """The home with each damage, verified; lock files aside, whose text decides nothing."""
    whole = home.with_name("whole")
    shutil.copytree(home, whole)
    files = [path for path in tree(home) if (home / path).is_file() and not path.endswith(".lock")]
    code, said = verify(home)
    yield "as it was written", f"exit {code}: {said[:200]}" if code else None
    for file in files:
        data = (home / file).read_bytes()
        for what, damaged in _mutants(home, file, data, files, positions):
            if damaged is None:
                (home / file).unlink()
            else:
                (home / file).write_bytes(damaged)
            yield f"{file} {what}", _told(home, file, verify)
            (home / file).write_bytes(data)
    if tree(home) != tree(whole):
        yield "afterwards", "verify changed the home"


def _mutants(
    home: Path, file: str, data: bytes, files: list[str], positions: int
) -> Iterator[tuple[str, bytes | None]]:
    for at in range(0, len(data), max(1, len(data) // positions)):
        yield f"byte {at}", data[:at] + bytes([data[at] ^ (1 << at % 8)]) + data[at + 1 :]
    yield "cut in half", data[: len(data) // 2]
    yield "emptied", b""
    yield "with a byte more", data + b"\n"
    # Old backups go by themselves, and nothing refers to a first revision: see the limits in the docs.
    backed = any(each.startswith(f"backups/{Path(file).stem}.") for each in files)
    first = file.startswith("activations/") and not backed
    if not file.startswith("backups/") and not first:
        yield "removed", None
    beside = [each for each in files if Path(each).parent == Path(file).parent and each != file]
    for other in beside[:1]:
        yield f"exchanged for {other}", (home / other).read_bytes()


def _told(home: Path, file: str, verify: Verify) -> str | None:
    before = tree(home)
    code, said = verify(home)
    if tree(home) != before:
        return "verify changed something"
    if code == 0:
        return "not noticed"
    return None if Path(file).name in said else f"exit {code}, and the file is not named"
