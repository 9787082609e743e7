"""How long one change of a record of 100 KB takes, beside the least that makes a file last.

Run `python -m benchmarks.saving`, with `--folder` on the disk that is meant. Each way is taken once in every
round, in turn, so that drift of the machine meets all of them. Ratios are medians of the rounds' ratios.

- *two fsyncs and a rename*: the same bytes to a new file, fsync, rename over the old one, fsync of its
  folder.
- *the same with a backup*: a hard link to the old file in another folder before the rename, and fsync of that
  folder: what keeping every revision costs anybody.
- *what a change does to the disk*: the lock, the file read, the new one written, flushed and read back, the
  backup, the rename, both folders flushed, old backups looked at; with bytes that are there already.
- *reading and writing as text*: what a change does in the processor alone: the record read and verified, the
  next revision rendered, verified by reading it, and the bytes compared.
- *a change*: `FileStore.change`: lock, reading, deciding, everything above.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sci_cli.domain.activation import Activation, Change, Event, ProfileRef, Stamp
from sci_cli.store import backups
from sci_cli.store.disk import this_disk
from sci_cli.store.document import SIZE_LIMIT, parse, render
from sci_cli.store.durable import commit, read_file
from sci_cli.store.files import FileStore
from sci_cli.store.home import ACTIVATIONS, BACKUPS, Home
from sci_cli.store.locking import locked

NAME = "acme-1"
CHANGE, BARE, BACKED, DISK, TEXT = (
    "a change",
    "two fsyncs and a rename",
    "the same with a backup",
    "what a change does to the disk",
    "reading and writing as text",
)
_BEGUN = datetime(2026, 3, 2, 9, tzinfo=UTC)


def changed(before: Activation) -> Activation:
    """One revision on."""
    number = before.revision + 1
    event = Event(
        number,
        _BEGUN + timedelta(minutes=number),
        "account.manager",
        "sci set",
        f"recorded cloud-type, Private IP connections and account status, {number}",
        (
            Change("facts.cloud-type.values[0]", "vpc" if number % 2 else "transit", "vpc"),
            Change("facts.private-ip.active.values[0]", str(number - 1), str(number)),
        ),
    )
    return replace(before, revision=number, history=(*before.history, event))


def record(size: int) -> Activation:
    """An activation whose file has about that many bytes, nearly all of them history."""
    started = Event(1, _BEGUN, "account.manager", "sci new", f"started {NAME}")
    stamp = Stamp(_BEGUN, "account.manager")
    found = Activation(NAME, 1, ProfileRef("example-cloud", "0" * 64), stamp, history=(started,))
    while len(render(found).data) < size:
        for _ in range(10):
            found = changed(found)
    return found


def ways(folder: Path, size: int) -> dict[str, Callable[[], object]]:
    """What is measured, each on files of its own."""
    store = FileStore(folder / "home")
    first = record(size)
    store.create(replace(first, revision=1, history=first.history[:1]))
    path = folder / "home" / "activations" / f"{NAME}.yaml"
    path.write_bytes(render(first).data)
    data = path.read_bytes()
    bare, kept = folder / "bare", folder / "kept"
    for each in (bare, kept):
        each.mkdir()
    (bare / NAME).write_bytes(data)
    counter, backed_up = iter(range(10**9)), iter(range(10**9))

    def save(*, backed: bool) -> None:
        descriptor = os.open(bare / "new", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(descriptor, data)
        os.fsync(descriptor)
        os.close(descriptor)
        if backed:
            os.link(bare / NAME, kept / f"{NAME}.{next(backed_up)}")
        (bare / "new").replace(bare / NAME)
        for touched in (bare, kept) if backed else (bare,):
            descriptor = os.open(touched, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)

    return {
        CHANGE: lambda: store.change(NAME, changed),
        DISK: lambda: _to_the_disk(folder / "home", next(counter), data, first.history),
        BARE: lambda: save(backed=False),
        BACKED: lambda: save(backed=True),
        TEXT: lambda: render(changed(parse(data, NAME).activation)),
    }


def _to_the_disk(home: Path, number: int, data: bytes, history: Sequence[Event]) -> None:
    """A change of another file of that home, without a look at what it says."""
    disk, name = this_disk(), "acme-2"
    place = Home(home, disk)
    with place.opened(ACTIVATIONS) as folder, place.opened(BACKUPS) as kept_in:
        assert folder is not None
        assert kept_in is not None
        if not number:
            commit(disk, folder, f"{name}.yaml", data)
        with locked(disk, folder, name, command="benchmark", deadline=5.0) as still_ours:
            seen = read_file(disk, folder, f"{name}.yaml", SIZE_LIMIT)
            commit(
                disk,
                folder,
                f"{name}.yaml",
                data,
                keep=lambda: backups.keep(disk, folder, name, seen, number + 1, kept_in),
                check=still_ours,
                also_sync=(kept_in,),
            )
        backups.thin(disk, kept_in, name, history)


def measure(size: int, rounds: int, parent: Path | None) -> dict[str, dict[str, float]]:
    """Median milliseconds of each way, how many times two fsyncs and a rename, and of a change."""
    with tempfile.TemporaryDirectory(prefix="sci-bench-", dir=parent) as folder:
        measured = ways(Path(folder), size)
        times: dict[str, list[float]] = {name: [] for name in measured}
        for round_ in range(rounds + 1):
            for name, way in measured.items():
                start = time.perf_counter()
                way()
                if round_:  # the first round fills the caches
                    times[name].append(time.perf_counter() - start)
    return {
        name: {
            "median_ms": round(statistics.median(each) * 1000, 2),
            "of_two_fsyncs_and_a_rename": _ratio(each, times[BARE]),
            "of_a_change": _ratio(each, times[CHANGE]),
        }
        for name, each in times.items()
    }


def _ratio(times: list[float], others: list[float]) -> float:
    return round(statistics.median(a / b for a, b in zip(times, others, strict=True)), 2)


def main() -> None:
    """Print the table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--folder", type=Path, help="where the files are made")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.size, options.rounds, options.folder)
    if options.json:
        print(json.dumps({"size": options.size, "rounds": options.rounds, "results": found}, indent=2))
        return
    print(f"{options.size} bytes".ljust(32), f"{'median ms':>10} {'/ bare':>10} {'/ change':>10}")
    for name, row in found.items():
        print(f"{name:<32}" + "".join(f"{value:>11}" for value in row.values()))
    print("\nCompare ratios, not milliseconds.")


if __name__ == "__main__":
    main()
