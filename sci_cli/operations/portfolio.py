"""What screens about all activations are made of, kept from one run to the next.

A record is read and verified when it is not known to be as it was. What is worked out of it holds no matter
what the clock says, so that it can be kept; what the clock decides is added afterwards, to what was kept and
to what was just worked out alike. A record that cannot be read is never kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeAlias, TypeVar

import sci_cli
from sci_cli.domain import facts
from sci_cli.domain.activation import Activation, ProfileRef
from sci_cli.domain.findings import Finding, Severity
from sci_cli.domain.port_rules import attention, open_requests
from sci_cli.domain.profile import Profile
from sci_cli.domain.progress import StepProgress, StepState, awaited, in_order, timeless
from sci_cli.errors import Command, Fix, SciError
from sci_cli.operations import showing
from sci_cli.operations.program_state import program
from sci_cli.operations.workspace import Workspace
from sci_cli.store import derived
from sci_cli.store.contract import Stamps

T = TypeVar("T")
Json: TypeAlias = Any

# Fewer records are read in less time than anybody notices, and a home of a few stays without the file.
WORTH_KEEPING = 50
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Standing:
    """One activation as the list of all shows it, without what a clock decides.

    Attributes:
        due: when the first clock of an open step runs out.
        ready: the steps that may be done now, in the order in which they are shown while none is late; each
            with its deadline and what was found wrong with it, and nothing else that differs from one
            activation to the next.
    """

    customer: str
    location: str
    created: datetime
    closed: int
    total: int
    attention: str
    due: datetime | None
    ready: tuple[StepProgress, ...]


@dataclass(frozen=True, slots=True)
class Possible:
    """What may be done now in one activation, in the source's order, and what was asked for on its port."""

    steps: tuple[tuple[StepProgress, tuple[Command, ...]], ...]
    asked: tuple[Finding, ...]


class Process:
    """A profile, with what is asked of it for thousands of activations worked out once."""

    def __init__(self, profile: Profile) -> None:
        steps = profile.counted_steps()
        self.profile = profile
        self.awaited = awaited(steps)
        self.ready = {step.id: StepProgress(step, StepState.READY) for step in steps}
        self.owners = {step.id: profile.owners_text(step.owners) for step in steps}
        self._several: dict[str, tuple[StepProgress, ...]] = {"": ()}

    def several(self, ids: str) -> tuple[StepProgress, ...]:
        """The steps of these ids, with a space between them, ready and without anything of their own."""
        if ids not in self._several:
            self._several[ids] = tuple(self.ready[step_id] for step_id in ids.split(" "))
        return self._several[ids]

    def ready_in(self, standing: Standing, now: datetime) -> tuple[StepProgress, ...]:
        """The steps that may be done, as they are to be shown at `now`, the first one first."""
        if standing.due is None or now <= standing.due:
            return standing.ready
        return self.in_order(standing.ready, now)

    def in_order(self, ready: Iterable[StepProgress], now: datetime) -> tuple[StepProgress, ...]:
        """The steps as they are to be shown at `now`, the first one first."""
        return in_order((item.at(now) for item in ready), self.profile.provider_party, self.awaited)


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """One thing that is worked out of records, and its form in a file.

    Attributes:
        file: the beginning of the file's name.
        derive: works it out.
        pack: its form as texts, numbers and lists.
        unpack: the other way round; anything may be raised where the form does not fit.
    """

    file: str
    derive: Callable[[Profile, Activation], T]
    pack: Callable[[T], Json]
    unpack: Callable[[Process, Json], T]


def each(ws: Workspace, kind: Kind[T]) -> Iterator[tuple[str, tuple[Process, T] | SciError]]:
    """Every activation by name with that thing and its process, or with the problem its record has.

    Raises:
        StoreUnavailable: the store cannot be read.
    """
    stamps = ws.store.stamps()
    processes = _Processes(ws)
    index = _Index(ws, kind, stamps, processes)
    found: dict[str, tuple[Process, T] | SciError] = {}
    if len(stamps.of) >= WORTH_KEEPING:
        found = index.read()
    unknown = [name for name in stamps.of if name not in found]
    fresh: dict[str, tuple[ProfileRef, T]] = {}
    for name, loaded in ws.store.load_all(unknown) if unknown else ():
        if isinstance(loaded, SciError):
            found[name] = loaded
            continue
        process = processes.of(loaded.activation.profile)
        if isinstance(process, SciError):
            found[name] = process
            continue
        value = kind.derive(process.profile, loaded.activation)
        found[name] = process, value
        if stamps.of[name]:
            fresh[name] = loaded.activation.profile, value
    if len(stamps.of) >= WORTH_KEEPING:
        index.write(fresh)
    return ((name, found[name]) for name in stamps.of)


class _Processes:
    """The processes of one run by their profiles, each verified when first asked for."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws
        self._found: dict[ProfileRef, Process | SciError] = {}

    def of(self, ref: ProfileRef) -> Process | SciError:
        """The process, or why its profile cannot be had."""
        if ref not in self._found:
            try:
                self._found[ref] = Process(self._ws.store.pinned_profile(ref))
            except SciError as problem:
                self._found[ref] = problem
        return self._found[ref]


class _Index(Generic[T]):
    """One file of what is kept: for each name its stamp, its profile and what was worked out."""

    def __init__(self, ws: Workspace, kind: Kind[T], stamps: Stamps, processes: _Processes) -> None:
        self._home = ws.home
        self._kind = kind
        self._stamps = stamps.of
        self._processes = processes
        told = hashlib.sha256(stamps.store.encode()).hexdigest()[:16]
        self._file = f"{kind.file}-{told}.json"
        self._about = f"{FORMAT} {kind.file} {sci_cli.__version__} {program()} {stamps.store}"
        self._refs: list[ProfileRef] = []
        self._kept: dict[str, list[Json]] = {}
        self._gone = False

    def read(self) -> dict[str, tuple[Process, T] | SciError]:
        """What is known of records that are as they were."""
        content = derived.read(self._home, self._file, self._about)
        try:
            return self._unpacked(content) if content is not None else {}
        except (TypeError, ValueError, LookupError, AttributeError):
            self._kept, self._refs = {}, []
            return {}

    def _unpacked(self, content: Json) -> dict[str, tuple[Process, T] | SciError]:
        refs, entries = content
        self._refs = [ProfileRef(id, digest) for id, digest in refs]
        processes = [self._processes.of(ref) for ref in self._refs]
        self._gone = not entries.keys() <= self._stamps.keys()
        self._kept = {
            name: entry
            for name, stamp in self._stamps.items()
            if stamp and (entry := entries.get(name)) and entry[0] == stamp
        }
        unpack = self._kind.unpack
        known: dict[str, tuple[Process, T] | SciError] = {}
        for name, (_, number, packed) in self._kept.items():
            process = processes[number]
            known[name] = process if isinstance(process, SciError) else (process, unpack(process, packed))
        return known

    def write(self, fresh: Mapping[str, tuple[ProfileRef, T]]) -> None:
        """Keeps what was just worked out beside what still holds; and nothing of records that are gone."""
        if not fresh and not self._gone:
            return
        numbers = {ref: number for number, ref in enumerate(self._refs)}
        for name, (ref, value) in fresh.items():
            number = numbers.setdefault(ref, len(numbers))
            self._kept[name] = [self._stamps[name], number, self._kind.pack(value)]
        content = [[[ref.id, ref.digest] for ref in numbers], self._kept]
        derived.write(self._home, self._file, self._about, content)


# The list of all and the home screen ------------------------------------------------------------------------


def _standing(profile: Profile, activation: Activation) -> Standing:
    known = timeless(profile, activation)
    return Standing(
        customer=activation.fact(facts.CUSTOMER),
        location=activation.fact(facts.LOCATION),
        created=activation.created.at,
        closed=known.closed,
        total=known.total,
        attention=attention(activation),
        due=min((item.due for item in known.steps if item.due is not None), default=None),
        ready=tuple(
            StepProgress(item.step, item.state, due=item.due, problem=item.problem) for item in known.ready()
        ),
    )


def _pack_standing(value: Standing) -> Json:
    ready: Json = " ".join(item.step.id for item in value.ready)
    if any(item.due or item.problem for item in value.ready):
        ready = [[item.step.id, _text(item.due), item.problem] for item in value.ready]
    return [
        value.customer,
        value.location,
        _text(value.created),
        value.closed,
        value.total,
        value.attention,
        _text(value.due),
        ready,
    ]


def _unpack_standing(process: Process, packed: Json) -> Standing:
    customer, location, created, closed, total, said, due, ready = packed
    return Standing(
        customer,
        location,
        datetime.fromisoformat(created),
        closed,
        total,
        said,
        _moment(due),
        process.several(ready)
        if isinstance(ready, str)
        else tuple(
            replace(process.ready[step_id], due=_moment(due), problem=problem)
            for step_id, due, problem in ready
        ),
    )


STANDINGS = Kind("list", _standing, _pack_standing, _unpack_standing)


# What is possible now ---------------------------------------------------------------------------------------


def _possible(profile: Profile, activation: Activation) -> Possible:
    return Possible(
        tuple(
            (item, showing.step_commands(profile, activation, item))
            for item in timeless(profile, activation).steps
            if item.state is StepState.READY
        ),
        open_requests(activation),
    )


def _pack_possible(value: Possible) -> Json:
    return [
        [
            [
                item.step.id,
                item.reason,
                item.open_parties,
                _text(item.since),
                _text(item.due),
                _text(item.waiting_since),
                item.problem,
                [_pack_fix(command) for command in commands],
            ]
            for item, commands in value.steps
        ],
        [_pack_finding(each) for each in value.asked],
    ]


def _unpack_possible(process: Process, packed: Json) -> Possible:
    steps, asked = packed
    return Possible(
        tuple(_unpack_step(process, *each) for each in steps),
        tuple(_unpack_finding(*each) for each in asked),
    )


def _unpack_step(
    process: Process,
    step_id: str,
    reason: str,
    parties: list[str],
    since: str,
    due: str,
    waiting: str,
    problem: str,
    commands: Json,
) -> tuple[StepProgress, tuple[Command, ...]]:
    item = StepProgress(
        process.ready[step_id].step,
        StepState.READY,
        reason,
        (),
        tuple(parties),
        _moment(since),
        _moment(due),
        None,
        _moment(waiting),
        problem,
    )
    return item, tuple(Command(tuple(words), note) for words, note in commands)


POSSIBLE = Kind("next", _possible, _pack_possible, _unpack_possible)


# Parts of both ----------------------------------------------------------------------------------------------


def _pack_finding(found: Finding) -> Json:
    return [
        found.code,
        found.severity.value,
        found.message,
        found.why,
        [_pack_fix(fix) for fix in found.fix],
        found.clause,
        found.owner,
        found.text,
        dict(found.details),
    ]


def _unpack_finding(
    code: str,
    severity: str,
    message: str,
    why: str,
    fix: Json,
    clause: str,
    owner: str,
    text: str,
    details: dict[str, Json],
) -> Finding:
    said = {key: value if isinstance(value, str) else tuple(value) for key, value in details.items()}
    fixes = tuple(_unpack_fix(each) for each in fix)
    return Finding(code, Severity(severity), message, why, fixes, clause, owner, text, said)


def _pack_fix(fix: Fix) -> Json:
    return fix if isinstance(fix, str) else [fix.words, fix.note]


def _unpack_fix(packed: Json) -> Fix:
    if isinstance(packed, str):
        return packed
    words, note = packed
    return Command(tuple(words), note)


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment is not None else ""


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
