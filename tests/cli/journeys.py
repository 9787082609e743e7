"""Journeys: transcripts of command lines and what they print, run as tests; see `tests/journeys/README.md`.

`python -m tests.cli.journeys` runs them all and shows the differences; with `--accept` it writes down what
the program prints now, in the blocks that no longer fit, for a person to read before committing.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.cli.program import NIMBUS, NIMBUS_NEXT, Clock, Program, Result, run_installed, write_picture

FOLDER = Path(__file__).parents[1] / "journeys"
ANYTHING = "..."

_HASH = re.compile(
    r"\b[0-9a-f]{64}\b|(?:(?<=head )|(?<=SHA-256 )|(?<=Digest      )|(?<=\"head\": \"))[0-9a-f]{12}\b"
)
_EXIT = re.compile(r"# exit ([0-9]{1,3})")


@dataclass(slots=True)
class Block:
    """One command line of a journey.

    Attributes:
        before: the lines in front of it, kept as they are.
        at: the time the clock is set to first, empty when it goes on as it was.
        files: files written first, by name.
        copies: files copied first, from and to.
        line: the command line, without the `$`.
        expected: the output expected, ending without blank lines.
        exit: the exit code expected.
    """

    before: list[str]
    at: str
    files: dict[str, str]
    copies: list[tuple[str, str]]
    line: str
    number: int
    expected: list[str] = field(default_factory=list)
    exit: int = 0


@dataclass(frozen=True, slots=True)
class Journey:
    """A transcript; `after` are the lines behind the last output."""

    name: str
    blocks: tuple[Block, ...]
    after: tuple[str, ...]


def journeys() -> list[Path]:
    """The transcripts there are, in order."""
    return sorted(FOLDER.glob("[0-9]*.txt"))


def read(path: Path) -> Journey:
    """A transcript, cut into blocks.

    Raises:
        ValueError: text stands where only a remark, a time, a file or a command line may.
    """
    blocks: list[Block] = []
    pending: list[str] = []
    copies: list[tuple[str, str]] = []
    at, files, filling = "", {}, ""
    output = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        starts = line.startswith(("## ", "@ ", "$ sci", "file ", "copy "))
        if output and not starts:
            _take(blocks[-1], line)
            continue
        if output:
            output = False
            pending = _trailing_blanks(blocks[-1])
        pending.append(line)
        if line.startswith("@ "):
            at = line[2:].strip()
        elif line.startswith("file "):
            filling = line[5:].strip()
            files[filling] = ""
        elif line.startswith("copy "):
            copies.append((line.split(" ")[1], line.split(" ")[2]))
        elif line.startswith("|") and filling:
            files[filling] += line.removeprefix("|").removeprefix(" ") + "\n"
        elif line.startswith("$ "):
            pending.pop()
            blocks.append(Block(pending, at, files, copies, line[2:], number))
            pending, at, files, copies, filling, output = [], "", {}, [], "", True
        elif line.strip() and not line.startswith("## "):
            raise ValueError(
                f"{path.name}:{number}: neither a remark (##), a time, a file, a copy nor a command: {line}"
            )
    after = _trailing_blanks(blocks[-1]) if output else pending
    return Journey(path.stem, tuple(blocks), tuple(after))


def _take(block: Block, line: str) -> None:
    found = _EXIT.fullmatch(line.strip())
    if found:
        block.exit = int(found[1])
    else:
        block.expected.append(line)


def _trailing_blanks(block: Block) -> list[str]:
    blanks = []
    while block.expected and not block.expected[-1].strip():
        blanks.append(block.expected.pop())
    return blanks


Runner = Callable[[list[str], str, Clock], Result]


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def in_process(folder: Path, clock: Clock) -> Runner:
    """Runs command lines in this process, in `folder`."""
    program = Program(folder / "home", clock)

    def run(argv: list[str], stdin: str, clock: Clock) -> Result:
        with _inside(folder):
            return program(*argv, stdin=stdin)

    return run


def installed(folder: Path, clock: Clock) -> Runner:
    """Runs command lines through the installed program, in `folder`, with its clock set from outside."""

    def run(argv: list[str], stdin: str, clock: Clock) -> Result:
        told = {"SCI_NOW": clock().isoformat()}
        return run_installed(*argv, home=folder / "home", environ=told, stdin=stdin, cwd=folder)

    return run


def play(
    journey: Journey, folder: Path, start: Callable[[Path, Clock], Runner]
) -> Iterator[tuple[Block, list[str], int]]:
    """Run every block and give back what was printed, with paths and hashes replaced, and the exit code."""
    clock = Clock()
    write_picture(folder)
    shutil.copy(NIMBUS, folder / "nimbus.yaml")
    shutil.copy(NIMBUS_NEXT, folder / "nimbus-next.yaml")
    run = start(folder, clock)
    for block in journey.blocks:
        clock.tick(minutes=1)
        if block.at:
            clock.set(block.at)
        for name, text in block.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        for source, target in block.copies:
            shutil.copy(folder / source, folder / target)
        command, _, source = block.line.partition(" < ")
        stdin = (folder / source.strip()).read_text(encoding="utf-8") if source else ""
        result = run(shlex.split(command)[1:], stdin, clock)
        yield block, stable(result.out + result.err, folder), result.exit


def stable(text: str, folder: Path) -> list[str]:
    """Lines without what changes from run to run, and without blank lines at the end."""
    for place in {str(folder.resolve()), str(folder)}:
        text = text.replace(f"{place}{os.sep}home", "{home}").replace(place, "{folder}")
    # YAML quotes a hash that could be read as a number, which depends on its digits.
    text = _HASH.sub("{hash}", text).replace('\nhead: "{hash}"', "\nhead: {hash}")
    lines = [line.rstrip() for line in text.splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def fits(expected: list[str], found: list[str]) -> bool:
    """Whether the lines found are those expected; `...` stands for any lines, inside a line for any text."""
    if not expected:
        return not found
    head, *rest = expected
    if head.strip() == ANYTHING:
        return any(fits(rest, found[skipped:]) for skipped in range(len(found) + 1))
    return bool(found) and _fits_line(head.rstrip(), found[0]) and fits(rest, found[1:])


def _fits_line(expected: str, found: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in expected.split(ANYTHING))
    return re.fullmatch(pattern, found) is not None


def differences(path: Path, folder: Path, start: Callable[[Path, Clock], Runner]) -> list[str]:
    """What a journey prints differently from what is written, block by block; empty when it fits."""
    said = []
    for block, found, code in play(read(path), folder, start):
        if code != block.exit or not fits(block.expected, found):
            said.append(
                f"{path.name}:{block.number}: $ {block.line}\n"
                f"expected, exit {block.exit}:\n" + "\n".join(block.expected) + "\n"
                f"found, exit {code}:\n" + "\n".join(found) + "\n"
            )
    return said


def accept(path: Path, folder: Path) -> str:
    """The transcript with what is printed now in the blocks that do not fit."""
    journey = read(path)
    lines: list[str] = []
    for block, found, code in play(journey, folder, in_process):
        lines += [*block.before, f"$ {block.line}"]
        lines += block.expected if fits(block.expected, found) else found
        lines += [f"# exit {code}"] if code else []
    return "\n".join([*lines, *journey.after]) + "\n"


def _main(words: list[str]) -> int:
    named = [word for word in words if not word.startswith("--")]
    failed = 0
    for path in journeys():
        if named and not any(word in path.name for word in named):
            continue
        with tempfile.TemporaryDirectory() as folder:
            if "--accept" in words:
                path.write_text(accept(path, Path(folder)), encoding="utf-8")
                continue
            for each in differences(path, Path(folder), in_process):
                failed = 1
                sys.stdout.write(each + "\n")
    return failed


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
