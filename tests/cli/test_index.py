"""The index is never the truth: with it, without it and with any other one, every command says the same."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sci_cli.domain.progress import progress
from sci_cli.operations import portfolio
from sci_cli.store import derived, records, stamping
from sci_cli.store.files import FileStore
from tests.cli.program import NIMBUS, START, Clock, Program, Result

NAMES = ("acme-hk-1", "acme-sg-1", "beta-1", "globex-1", "hooli-1")
ASKED = (
    "list",
    "list -o json",
    "list -o csv",
    "list --plain",
    "list --exit-code",
    "",
    "-o json",
    "--plain",
    "next",
    "next -o json",
    "next -o csv",
    "next --owner customer",
    "next --owner nimbus -o json",
    "next --owner nobody",
)
CHANGES = (
    "set {} private-ip.active=1 csp.account-id=0123456789012345 csp.account-status=active",
    "set {} cloud-type=vpc security-products=none",
    "set {} csp.account-status=requested",
    "done {} P2",
    "done {} P2 --for customer",
    "done {} O2",
    "done {} K1",
    "done {} K2",
    "skip {} O9 --reason later --yes",
    "reopen {} P2 --reason wrong",
    "note {} remembered",
    "order place {} --number VZ-1 --confirm {} --accept-billing",
    "order verify {} --seen csp=Alibaba --seen data-plan=2G --seen location=Singapore",
    "vpn add {} LAB --prefix 10.40.0.0/16 --max-prefixes 1250 --yes",
    "vpn confirm {} LAB",
    "port shutdown {} --reason test --confirm {}",
    "port seen {} shutdown",
)
MINUTES = (0, 1, 29, 31, 60 * 24 * 3, 60 * 24 * 6, -45, -60 * 24 * 40)


@contextmanager
def index(*, used: bool) -> Iterator[None]:
    """Every portfolio is worth an index, or none is; and no file counts as young."""
    before = portfolio.WORTH_KEEPING, stamping.SETTLED_AFTER
    portfolio.WORTH_KEEPING, stamping.SETTLED_AFTER = (0 if used else 10**9), -(10.0**9)
    try:
        yield
    finally:
        portfolio.WORTH_KEEPING, stamping.SETTLED_AFTER = before


def new(name: str, profile: str = "alibaba-cloud", plan: str = "1G") -> tuple[str, ...]:
    return (
        *("new", name, "--profile", profile, "--customer", "Acme", "--location", "Singapore"),
        *("--data-plan", plan, "--vpn", "CORP", "--prefix", "10.20.0.0/16", "--max-prefixes", "1250"),
    )


def begun(home: Path, clock: Clock) -> Program:
    """A program with an activation for each of the names but the last, of two providers."""
    program = Program(home, clock)
    profiles = (home.parent / "nimbus.yaml").absolute()
    shutil.copy(NIMBUS, profiles)
    for name, profile in zip(
        NAMES, ("alibaba-cloud", "alibaba-cloud", str(profiles), "alibaba-cloud"), strict=False
    ):
        made = program(*new(name, profile, "50 GB" if profile != "alibaba-cloud" else "1G"))
        assert made.exit == 0, made
    return program


class Portfolio(RuleBasedStateMachine):
    """Changes by commands and by hand, to records, profiles and index, and a clock that goes both ways."""

    program: Program
    home: Path

    @initialize()
    def begin(self) -> None:
        """A home with a few activations, and another one with an index."""
        self.folder = Path(tempfile.mkdtemp(prefix="sci-test-"))
        template = _template()
        self.home = self.folder / "home"
        shutil.copytree(template / "home", self.home)
        self.other = template / "other"
        self.clock = Clock()
        self.program = Program(self.home, self.clock)
        self.ticks = itertools.count(1)
        self.older: list[bytes] = []

    def teardown(self) -> None:
        """Everything is compared once more, twice with the index as it was left."""
        for line in ASKED:
            self.compare(line)
            self.compare(line)
        shutil.rmtree(self.folder)

    def compare(self, line: str) -> None:
        """One command with the index as it is, and without any."""
        with index(used=False):
            expected = self.program.line(line)
        with index(used=True):
            found = self.program.line(line)
        assert found == expected, line

    @rule(name=st.sampled_from(NAMES), line=st.sampled_from(CHANGES), indexed=st.booleans())
    def change(self, name: str, line: str, indexed: bool) -> None:
        """A command that changes a record, or is refused."""
        with index(used=indexed):
            self.program.line(line.replace("{}", name))

    @rule(name=st.sampled_from(NAMES))
    def start(self, name: str) -> None:
        """A new activation, unless there is one."""
        self.program(*new(name))

    @rule(minutes=st.sampled_from(MINUTES))
    def pass_time(self, minutes: int) -> None:
        """The clock moves, back as well."""
        self.clock.tick(minutes=minutes)

    @rule(line=st.sampled_from(ASKED))
    def ask(self, line: str) -> None:
        """A command that looks at all."""
        self.compare(line)

    def record(self, name: str) -> Path:
        """The file of a record, which may not be there."""
        return self.home / "activations" / f"{name}.yaml"

    def put(self, path: Path, data: bytes) -> None:
        """Other content in place, at a time of its own as any clock would have given it."""
        if path.is_symlink() or not path.exists():
            return
        path.write_bytes(data)
        at = 10**18 + next(self.ticks)
        os.utime(path, ns=(at, at))

    @rule(
        name=st.sampled_from(NAMES),
        place=st.floats(0, 0.999),
        kind=st.sampled_from(["flip", "cut", "empty", "crlf", "older", "touch", "mode", "remove", "link"]),
    )
    def by_hand(self, name: str, place: float, kind: str) -> None:
        """Somebody, or a disk, does something to the file of a record."""
        path = self.record(name)
        if path.is_symlink() or not path.exists():
            return
        data = path.read_bytes()
        at = int(place * len(data))
        backups = sorted((self.home / "backups").glob(f"{name}.*.yaml"))
        if kind == "flip" and data:
            self.put(path, data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])
        elif kind in ("cut", "empty"):
            self.put(path, data[: at if kind == "cut" else 0])
        elif kind == "crlf":
            self.put(path, data.replace(b"\n", b"\r\n"))
        elif kind == "older" and backups:
            path.unlink()
            shutil.copy2(backups[int(place * len(backups))], path)
        elif kind == "touch":
            self.put(path, data)
        elif kind == "mode":
            path.chmod(0o644)
        elif kind == "remove":
            path.unlink()
        elif kind == "link":
            path.rename(self.folder / f"{name}.moved")
            path.symlink_to(self.folder / f"{name}.moved")

    @rule(name=st.sampled_from(NAMES))
    def mend(self, name: str) -> None:
        """The newest backup is put back, as the program says."""
        backups = sorted((self.home / "backups").glob(f"{name}.*.yaml"))
        if backups:
            self.record(name).unlink(missing_ok=True)
            shutil.copy(backups[-1], self.record(name))

    @rule(
        name=st.sampled_from(NAMES),
        copy=st.sampled_from(
            ["{} (conflicted copy).yaml", "{}-LAPTOP7.yaml", "{}.YAML", "strange.yaml~.yaml"]
        ),
        older=st.booleans(),
    )
    def copy_beside(self, name: str, copy: str, older: bool) -> None:
        """A copy lies beside a record, or is taken away again."""
        target = self.home / "activations" / copy.format(name.upper() if copy == "{}.YAML" else name)
        backups = sorted((self.home / "backups").glob(f"{name}.*.yaml"))
        source = backups[0] if older and backups else self.record(name)
        if target.exists():
            target.unlink()
        elif source.exists():
            shutil.copy(source, target)

    @rule(kind=st.sampled_from(["away", "back", "flip"]))
    def profile(self, kind: str) -> None:
        """A pinned profile is gone, damaged or back."""
        folder, away = self.home / "profiles" / "pinned", self.folder / "away"
        away.mkdir(exist_ok=True)
        source, target = (away, folder) if kind == "back" else (folder, away)
        for path in sorted(source.iterdir())[:1]:
            data = path.read_bytes()
            shutil.copy(path, target / path.name)
            path.unlink()
            if kind == "flip":
                path.write_bytes(data[:50] + bytes([data[50] ^ 1]) + data[51:])

    @rule(
        place=st.floats(0, 0.999),
        kind=st.sampled_from(
            ["remove", "flip", "cut", "keep", "stale", "other home", "version", "shape", "mode", "folder"]
        ),
    )
    def at_the_index(self, place: float, kind: str) -> None:
        """The index is removed, damaged, exchanged, of another version, or in the way."""
        folder = self.home / "index"
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            data = path.read_bytes()
            at = int(place * len(data))
            if kind == "remove":
                path.unlink()
            elif kind == "flip" and data:
                path.write_bytes(data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])
            elif kind == "cut":
                path.write_bytes(data[:at])
            elif kind == "keep":
                self.older.append(data)
            elif kind == "stale" and self.older:
                path.write_bytes(self.older[int(place * len(self.older))])
            elif kind == "other home":
                for other in (self.other / "index").glob(f"{path.name.split('-')[0]}-*"):
                    shutil.copy(other, path)
            elif kind == "mode":
                path.chmod(0o622)
            elif kind in ("version", "shape"):
                self.misshape(path, data, place, kind)
        if kind == "folder":
            shutil.rmtree(folder, ignore_errors=True)
            if place < 0.5:
                folder.write_text("in the way")
        elif folder.is_file():
            folder.unlink()

    def misshape(self, path: Path, data: bytes, place: float, kind: str) -> None:
        """An index that is whole and was written by another version, or has another form."""
        try:
            about, content = json.loads(data[data.index(b"[") :])
        except ValueError:
            return
        if kind == "version":
            derived.write(self.home, path.name, f"0 {about}", [[], {name: ["", 0, []] for name in NAMES}])
            return
        if not _in_shape(content):
            return
        shapes: list[object] = [
            None,
            [],
            [[], content[1]],
            [content[0], [1, 2]],
            [content[0], {name: [entry[0], 9, entry[2]] for name, entry in content[1].items()}],
            [content[0], {name: [entry[0], 0, []] for name, entry in content[1].items()}],
            [content[0], {name: entry[:2] for name, entry in content[1].items()}],
            [content[0], dict.fromkeys(content[1], 7)],
        ]
        derived.write(self.home, path.name, about, shapes[int(place * len(shapes))])

    @invariant()
    def nothing_but_the_index_is_written(self) -> None:
        """Looking leaves no file behind but the index."""
        if (self.home / "index").is_dir():
            left = [path.name for path in (self.home / "index").iterdir()]
            assert all(name.startswith(("list-", "next-")) and name.endswith(".json") for name in left)


TestPortfolio = Portfolio.TestCase
TestPortfolio.settings = settings(
    max_examples=12,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def _in_shape(content: object) -> bool:
    """Whether nothing was done yet to the form of an index."""
    return (
        isinstance(content, list)
        and len(content) == 2
        and isinstance(content[1], dict)
        and all(isinstance(entry, list) and len(entry) == 3 for entry in content[1].values())
    )


_TEMPLATES: list[Path] = []


def _template() -> Path:
    """A home and another one with its index, made once."""
    if not _TEMPLATES:
        folder = Path(tempfile.mkdtemp(prefix="sci-test-"))
        begun(folder / "home", Clock())
        with index(used=True):
            for line in ("list", "next"):
                assert begun_elsewhere(folder).line(line).exit == 0
        _TEMPLATES.append(folder)
    return _TEMPLATES[0]


def begun_elsewhere(folder: Path) -> Program:
    """Another home with other activations of the same names."""
    program = Program(folder / "other", Clock())
    if not program.home.exists():
        for name in NAMES[:3]:
            program(*new(name))
    return program


@pytest.fixture
def sci_of_many(tmp_path: Path, clock: Clock) -> Program:
    return begun(tmp_path / "home", clock)


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of records that are read from now on."""
    read: list[str] = []
    plain = records.read

    def noting(*args: object) -> object:
        read.append(str(args[2]))
        return plain(*args)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(records, "read", noting)
    return read


def busy(program: Program) -> None:
    """An order on its way, a request nobody confirmed, and an activation of another provider on its way."""
    for line in (*CHANGES[:2], CHANGES[11], CHANGES[13], CHANGES[15]):
        assert program.line(line.replace("{}", "acme-hk-1")).exit == 0, line
    for line in CHANGES[6:8]:
        program.line(line.replace("{}", "beta-1"))


@pytest.mark.parametrize("minutes", MINUTES)
def test_every_command_says_the_same_with_an_index_as_without_at_any_time(
    sci_of_many: Program, clock: Clock, minutes: int
) -> None:
    busy(sci_of_many)
    with index(used=True):
        for line in ("list", "next"):
            sci_of_many.line(line)
    clock.tick(minutes=minutes)
    with index(used=False):
        expected = [sci_of_many.line(line) for line in ASKED]
    with index(used=True):
        assert [sci_of_many.line(line) for line in ASKED] == expected


@pytest.mark.parametrize("line", ["list", "", "next", "next --owner customer -o json"])
def test_with_an_index_only_changed_records_are_read(
    sci_of_many: Program, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    with index(used=True):
        first = sci_of_many.line(line)
        read = counted(monkeypatch)
        assert sci_of_many.line(line) == first
        assert read == []
        sci_of_many("note", "beta-1", "remembered")
        read.clear()
        sci_of_many.line(line)
        assert read == ["beta-1"]


def test_what_was_written_a_moment_ago_is_read_again_whatever_the_index_says(
    sci_of_many: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portfolio, "WORTH_KEEPING", 0)
    read = counted(monkeypatch)
    sci_of_many("list")
    sci_of_many("list")
    assert read == [*NAMES[:4], *NAMES[:4]]
    assert not list(sci_of_many.home.glob("index/*"))


def test_a_damaged_record_is_never_kept_and_named_every_time(sci_of_many: Program) -> None:
    path = sci_of_many.home / "activations" / "beta-1.yaml"
    path.write_bytes(path.read_bytes()[:-1])
    with index(used=True):
        first, second = sci_of_many("list"), sci_of_many("list")
        kept = next(sci_of_many.home.glob("index/list-*")).read_text()
    assert "UNREADABLE" in first.out
    assert second == first
    assert ('"beta-1"' in kept, '"acme-hk-1"' in kept) == (False, True)


def test_time_that_passes_makes_steps_late_without_any_record_being_read(
    sci_of_many: Program, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sci_of_many("set", "acme-hk-1", "private-ip.active=1", "csp.account-id=0123456789012345")
    sci_of_many("set", "acme-hk-1", "csp.account-status=active", "cloud-type=vpc", "security-products=none")
    ready = sci_of_many.line("order place acme-hk-1 --number VZ-1 --confirm acme-hk-1 --accept-billing")
    assert ready.exit == 0
    with index(used=True):
        before = sci_of_many("list", "-o", "json").json()["data"]["activations"][0]
        read = counted(monkeypatch)
        clock.tick(minutes=31)
        after = sci_of_many("list", "-o", "json").json()["data"]["activations"][0]
    assert (before["late"], after["late"], after["late_for"]) == (False, True, "1 min")
    assert read == []


def test_a_small_portfolio_stays_without_an_index(sci_of_many: Program) -> None:
    for line in ("list", "", "next"):
        sci_of_many.line(line)
    assert not (sci_of_many.home / "index").exists()


def test_neither_verify_nor_doctor_nor_export_takes_notice_of_the_index(
    sci_of_many: Program, tmp_path: Path
) -> None:
    def said() -> list[Result]:
        return [sci_of_many.line(line) for line in ("verify", "doctor -o json", "where")]

    before = said()
    with index(used=True):
        sci_of_many("list")
        sci_of_many("next")
    assert len(list(sci_of_many.home.glob("index/*.json"))) == 2
    assert said() == before
    exported = sci_of_many("export", "acme-hk-1", "--to", str(tmp_path / "one.zip"))
    assert exported.exit == 0
    assert b"index/" not in (tmp_path / "one.zip").read_bytes()


@pytest.mark.parametrize("minutes", [0, 31, 60 * 24 * 6])
def test_the_list_says_what_the_progress_of_each_activation_says(
    sci_of_many: Program, clock: Clock, minutes: int
) -> None:
    sci_of_many("set", "acme-hk-1", "private-ip.active=1", "csp.account-id=0123456789012345")
    sci_of_many("set", "acme-hk-1", "csp.account-status=active", "cloud-type=vpc", "security-products=none")
    sci_of_many.line("order place acme-hk-1 --number VZ-1 --confirm acme-hk-1 --accept-billing")
    with index(used=True):
        sci_of_many("list")
        clock.tick(minutes=minutes)
        rows = sci_of_many("list", "-o", "json").json()["data"]["activations"]
    store = FileStore(sci_of_many.home)
    for row in rows:
        activation = store.load(row["name"]).activation
        known = progress(
            store.pinned_profile(activation.profile), activation, START + timedelta(minutes=minutes)
        )
        first = known.ready()[0]
        assert (row["closed"], row["total"], row["late"]) == (known.closed, known.total, known.late > 0)
        assert (row["next_step"], row["next_title"]) == (first.step.id, first.step.short)
