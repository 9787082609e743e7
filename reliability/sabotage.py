"""The program with one safeguard taken out: the suite must notice, or it proves nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sabotage:
    """One safeguard less.

    Attributes:
        what: what is taken out.
        method: the method that has to fail then.
        code: Python that takes it out, before the program runs.
    """

    what: str
    method: str
    code: str

    @property
    def program(self) -> tuple[str, ...]:
        """The words after `python` that run the program without it."""
        lines = (
            "from sci_cli.store.disk import Disk",
            self.code,
            "from sci_cli.cli.start import run",
            "run()",
        )
        return ("-P", "-c", "\n".join(lines))


SABOTAGES = (
    Sabotage("files are not flushed", "power", "Disk.sync = lambda disk, descriptor: None"),
    Sabotage("folders are not flushed", "power", "Disk.sync_folder = lambda disk, folder: None"),
    Sabotage("the lock is always free", "writers", "Disk.lock = lambda disk, descriptor: True"),
    Sabotage(
        "the record is written in place, not renamed",
        "kills",
        """\
import os
def in_place(disk, folder, name, new):
    source = os.open(name, os.O_RDONLY, dir_fd=folder.descriptor)
    target = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600, dir_fd=folder.descriptor)
    while part := os.read(source, 512):
        os.write(target, part)
    os.close(source), os.close(target)
    os.unlink(name, dir_fd=folder.descriptor)
Disk.rename = in_place""",
    ),
    Sabotage(
        "what the disk refuses is called done",
        "errors",
        "from sci_cli.errors import ExitCode, StoreUnavailable; StoreUnavailable.exit_code = ExitCode.OK",
    ),
)
"""Each has to be noticed by the method it names."""
