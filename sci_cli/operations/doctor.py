"""Where the program runs, and what is wrong with it: for a person, and for a report of a mistake in sci.

No name of a customer, an activation, a user or a folder gets into the result.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import metadata

from sci_cli.domain.findings import Finding, Severity, blockers
from sci_cli.errors import RecordCorrupt, SciError, StoreUnavailable, sci
from sci_cli.operations.keeping_views import DoctorView, Surrounding
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.workspace import EARLIEST_YEAR, Workspace
from sci_cli.store.examination import HomeState, examine

LITTLE_SPACE = 100_000_000
# Before it the library for mail lets encoded words become headers; sci reads every draft back and refuses.
SAFE_MAIL_SINCE = ((3, 11, 10), (3, 12, 5))
NEEDED = ("typer", "rich", "pydantic", "PyYAML", "questionary")
EXTRAS = (("openpyxl", "xlsx"), ("numpy", "fast"), ("psycopg", "postgresql"))

_HOME, _MACHINE, _RECORDS, _PACKAGES = "Home folder", "Machine", "Records", "Packages"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What only the session knows.

    Attributes:
        version: of sci.
        place: the home folder, named without any name in it.
        origin: where the home comes from: `--home`, `SCI_HOME`, or the default.
        facts: about streams, terminal and the like, ready to be shown.
        home_problem: why there is no home folder to look at, empty when there is one.
        clock_problem: why the clock cannot be used, empty when it can.
        synchronised: whether the home lies in the folder of a program that synchronises.
        zone_problem: whether TZ names no zone.
        python_path: whether PYTHONPATH is set.
        shared: what kind of shared store is in use, without names; empty for the files of the home.
    """

    version: str
    place: str
    origin: str
    facts: tuple[Surrounding, ...] = ()
    home_problem: str = ""
    clock_problem: str = ""
    synchronised: bool = False
    zone_problem: bool = False
    python_path: bool = False
    shared: str = ""


@dataclass(slots=True)
class _Counted:
    """What reading every record brought."""

    total: int = 0
    damaged: int = 0
    unreadable: int = 0
    noticed: int = 0
    newest: datetime | None = None
    unlisted: bool = False


def diagnose(ws: Workspace | None, around: Surroundings, now: datetime | None) -> Outcome:
    """Look at everything and try the home out.

    Args:
        ws: where operations work; None where there is no home folder to look at.
        around: what only the session knows.
        now: the time; None where the clock cannot be used.

    Returns:
        An outcome whose error is that of the worst blocker: damaged records before a home that cannot be
        used; none when there are only warnings and notes.
    """
    state = examine(ws.home) if ws else HomeState(problem=around.home_problem)
    readable = bool(around.shared) or (state.exists and not state.problem)
    counted = _counted(ws) if ws and readable else _Counted(unlisted=bool(around.shared))
    findings = (
        *_home_findings(state, around),
        *_record_findings(counted, shared=bool(around.shared)),
        *_machine_findings(around, counted, now),
    )
    facts = (*_machine_facts(around, now), *around.facts, *_package_facts(), *_home_facts(state, around))
    return Outcome(
        DoctorView(not blockers(findings), (*facts, *_record_facts(counted, around, now))),
        findings=findings,
        error=_error(findings),
    )


def _error(findings: Sequence[Finding]) -> SciError | None:
    worst = blockers(findings)
    if not worst:
        return None
    damaged = [each for each in worst if each.code == "record.damaged"]
    chosen = (damaged or list(worst))[0]
    kind: type[SciError] = RecordCorrupt if damaged else StoreUnavailable
    return kind(chosen.message)


# The home --------------------------------------------------------------------------------------------------


def _home_facts(state: HomeState, around: Surroundings) -> Iterable[Surrounding]:
    yield Surrounding(_HOME, "Place", f"{around.place}, from {around.origin}")
    there = state.problem or ("exists" if state.exists else "is made with the first activation")
    yield Surrounding(_HOME, "State", there)
    if state.mode is not None:
        whose = "yours" if state.own else "another user's"
        yield Surrounding(_HOME, "Permissions", f"{state.mode:04o}, {whose}")
    if state.exists and not state.problem:
        trial = state.refused or "create, flush, rename, remove: good"
        yield Surrounding(_HOME, "Write test", trial)
    yield Surrounding(_HOME, "Free space", "unknown" if state.free is None else _space(state.free))
    yield Surrounding(_HOME, "File system", state.file_system or "unknown")


def _space(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def _home_findings(state: HomeState, around: Surroundings) -> Iterable[Finding]:
    name_it = "Name another home with --home or SCI_HOME."
    where = sci("where", note="names the folder")
    if state.problem:
        yield Finding(
            "home.unusable",
            Severity.BLOCKER,
            f"The home folder cannot be used: {state.problem}.",
            why="Records can be neither read nor written.",
            fix=("Correct that, or name another home with --home or SCI_HOME.", where),
        )
    elif state.exists and not state.own:
        yield Finding(
            "home.other_owner",
            Severity.BLOCKER,
            "The home folder belongs to another user.",
            why="Records of another user are neither trusted nor changed.",
            fix=("Run sci as that user.", name_it),
        )
    elif state.open_to_others:
        yield Finding(
            "home.open_to_others",
            Severity.BLOCKER,
            f"Others can write to the home folder: its permissions are {state.mode:04o}.",
            why="What lies in it cannot be trusted; 0700 is right.",
            fix=("Take the right to write away from others once you know who wrote there.", where),
        )
    elif state.refused:
        yield Finding(
            "home.not_writable",
            Severity.BLOCKER,
            f"A file could not be written in the home folder: {state.refused}.",
            why="Records can be read; no change can be saved.",
            fix=("Make the folder writable, or free space.", name_it),
        )
    if state.free is not None and state.free < LITTLE_SPACE:
        yield Finding(
            "home.little_space",
            Severity.WARNING,
            f"The disk of the home folder has {_space(state.free)} left.",
            why="A change that does not fit is refused; nothing is lost.",
            fix=("Free some space.",),
        )
    yield from _place_findings(state, around)


def _place_findings(state: HomeState, around: Surroundings) -> Iterable[Finding]:
    if around.synchronised:
        yield Finding(
            "home.synchronised",
            Severity.WARNING,
            "The home folder lies in a synchronised folder.",
            why="Two computers that change the same activation make conflicting copies.",
            fix=("Keep the home outside, and hand activations on with sci export and sci import.",),
        )
    if state.network:
        yield Finding(
            "home.network",
            Severity.WARNING,
            f"The home folder lies on a network file system ({state.file_system or 'network path'}).",
            why="Locks and flushes may not reach other computers, so two of them could write at once.",
            fix=("Keep the home on a local disk.",),
        )


# Records ---------------------------------------------------------------------------------------------------


def _counted(ws: Workspace) -> _Counted:
    counted = _Counted()
    try:
        for _, found in ws.store.load_all(ws.store.names()):
            counted.total += 1
            if isinstance(found, SciError):
                _count_problem(counted, found)
                continue
            counted.noticed += bool(found.notices)
            last = found.activation.history[-1].at if found.activation.history else None
            if last and (counted.newest is None or last > counted.newest):
                counted.newest = last
            try:
                ws.profile_of(found.activation)
            except SciError as problem:
                _count_problem(counted, problem)
    except SciError:
        counted.unlisted = True
    return counted


def _count_problem(counted: _Counted, problem: SciError) -> None:
    if isinstance(problem, StoreUnavailable):
        counted.unreadable += 1
    else:
        counted.damaged += 1


def _record_facts(counted: _Counted, around: Surroundings, now: datetime | None) -> Iterable[Surrounding]:
    yield Surrounding(_RECORDS, "Store", around.shared or "files in the home folder")
    good = counted.total - counted.damaged - counted.unreadable
    yield Surrounding(_RECORDS, "Activations", f"{counted.total}, of which {good} can be read")
    if counted.newest is not None and now is not None:
        ago = max(now - counted.newest, timedelta())
        yield Surrounding(_RECORDS, "Newest change", f"{ago.days} days ago")


def _record_findings(counted: _Counted, *, shared: bool) -> Iterable[Finding]:
    if counted.damaged:
        yield Finding(
            "record.damaged",
            Severity.BLOCKER,
            f"{counted.damaged} of {counted.total} records fail their check.",
            why="They were edited or damaged, a newer sci wrote them, or their profile is missing.",
            fix=(sci("list", note="names them"),),
        )
    if counted.unreadable or counted.unlisted:
        some = f"{counted.unreadable} of {counted.total} records" if counted.unreadable else "The records"
        yield Finding(
            "record.not_readable",
            Severity.BLOCKER,
            f"{some} cannot be read.",
            why="The server of the shared store does not answer, or refuses."
            if shared
            else "The system does not let sci read them, or their folder or files belong to somebody else.",
            fix=(sci("list", note="says why"),),
        )
    if counted.noticed:
        yield Finding(
            "record.remarks",
            Severity.WARNING,
            f"There is something to say about the files of {counted.noticed} of {counted.total} records.",
            why="Conflicting copies lie beside them, or others may read them.",
            fix=(sci("status", "NAME", note="says what; nothing is removed by itself"),),
        )


# Machine ---------------------------------------------------------------------------------------------------


def _machine_facts(around: Surroundings, now: datetime | None) -> Iterable[Surrounding]:
    yield Surrounding(_MACHINE, "sci", around.version)
    yield Surrounding(_MACHINE, "Python", f"{platform.python_implementation()} {platform.python_version()}")
    system = f"{platform.system()} {platform.release()} {platform.machine()}".strip()
    yield Surrounding(_MACHINE, "System", system or "unknown")
    yield Surrounding(_MACHINE, "Time", now.strftime("%Y-%m-%d %H:%M UTC") if now else "cannot be told")


def _package_facts() -> Iterable[Surrounding]:
    for name in NEEDED:
        yield Surrounding(_PACKAGES, name, _version(name) or "not found")
    for name, extra in EXTRAS:
        yield Surrounding(_PACKAGES, name, _version(name) or f"not installed (the extra {extra})")


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except (metadata.PackageNotFoundError, OSError, ValueError):
        return ""


def _machine_findings(around: Surroundings, counted: _Counted, now: datetime | None) -> Iterable[Finding]:
    if around.clock_problem or now is None or now.year < EARLIEST_YEAR:
        yield Finding(
            "machine.clock_wrong",
            Severity.BLOCKER,
            around.clock_problem or "The clock of this machine shows a year before sci existed.",
            why="No change is recorded with such a time.",
            fix=("Set the clock of the machine (or SCI_NOW, where it is used).",),
        )
    elif counted.newest is not None and now < counted.newest:
        yield Finding(
            "machine.clock_behind",
            Severity.WARNING,
            "The clock of this machine is behind the newest change on record.",
            why="Times on record may be wrong; the order of changes is kept by their number.",
            fix=("Set the clock of the machine.",),
        )
    if around.zone_problem:
        yield Finding(
            "machine.zone_unknown",
            Severity.WARNING,
            "TZ names no time zone known here; times are recorded in UTC.",
            fix=("Set TZ to a zone such as Europe/Berlin, or unset it.",),
        )
    if around.python_path:
        yield Finding(
            "machine.python_path",
            Severity.WARNING,
            "PYTHONPATH is set, so Python may load other modules than those installed with sci.",
            fix=("Unset PYTHONPATH for sci.",),
        )
    if not _mail_is_safe():
        yield Finding(
            "machine.python_old",
            Severity.WARNING,
            f"Python {platform.python_version()} has a mistake in its library for mail.",
            why="A name could become a header of a draft. sci reads each draft back and refuses such a one.",
            fix=("Install the newest Python 3.11, 3.12 or later.",),
        )


def _mail_is_safe() -> bool:
    version = tuple(int(part) for part in platform.python_version_tuple()[:2])
    patch = platform.python_version_tuple()[2]
    whole = (*version, int("".join(each for each in patch if each in "0123456789") or "0"))
    return any(whole[:2] == since[:2] and whole >= since for since in SAFE_MAIL_SINCE) or whole >= (3, 13)
