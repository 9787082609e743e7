"""Operations of the shared store whose backend is ended at a statement, by somebody else."""

from __future__ import annotations

import hashlib
import itertools
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sci_cli.domain.activation import Activation
from sci_cli.errors import ExitCode, SciError
from sci_cli.store.contract import Saved
from sci_cli.store.postgres import PostgresStore
from sci_cli.store.server_address import read_address
from tests.store.samples import new, noted, profile, revised
from tests.store.servers import Doomed, RealServer

_AFTERWARDS = {
    "SELECT op_id FROM sci.history WHERE op_id > '' GROUP BY op_id HAVING count(*) > 1": "an id stands twice",
    "SELECT a.name FROM sci.activation a WHERE a.revision <> (SELECT pg_catalog.max(h.revision)"
    " FROM sci.history h WHERE h.team = a.team AND h.name = a.name)": "activation and history differ",
}


def _new(name: str) -> Activation:
    return new(name)


def _five(name: str) -> Activation:
    return replace(revised(5, name), name=name)


def _with_evidence(store: PostgresStore, name: str) -> Saved:
    data = name.encode()
    store.pin_profile(profile())
    store.keep_evidence(data, hashlib.sha256(data).hexdigest())
    return store.create(new(name))


# What is there before, what is done, and the revision before and after.
OPERATIONS: dict[str, tuple[int, Callable[[PostgresStore, str], Saved], int]] = {
    "create": (0, lambda store, name: store.create(_new(name)), 1),
    "change": (1, lambda store, name: store.change(name, noted("one")), 2),
    "receive": (2, lambda store, name: store.receive(_five(name)), 5),
    "profile, evidence and record": (0, _with_evidence, 1),
}


@dataclass(frozen=True, slots=True)
class _Target:
    """A server with a database and a role, and a folder for drafts."""

    server: RealServer
    database: str
    role: str
    folder: Path

    def store(self, through: Doomed | None = None) -> PostgresStore:
        address = read_address(self.server.url(self.database, self.role))
        return PostgresStore(address, self.folder, server=through)

    def doomed(self, at: int, after: bool) -> Doomed:
        return Doomed(self.server, self.server.url(self.database, self.role), at=at, after=after)


def ended_at_each(place: Path, database: str, role: str) -> Iterator[tuple[str, str | None]]:
    """Each operation, its backend ended before and after each of its statements."""
    server = RealServer(place, place, 0)
    with tempfile.TemporaryDirectory() as folder:
        target = _Target(server, database, role, Path(folder))
        for number, operation in enumerate(OPERATIONS):
            for after in (False, True):
                for at in itertools.count():
                    name = f"op{number}-{int(after)}-{at}"
                    said, problem = _ended(target, operation, name, at, after)
                    if len(said) <= at:
                        break
                    when = "after" if after else "before"
                    yield f"{operation}, {when} {said[at][:40]!r}", problem
    for statement, problem in _AFTERWARDS.items():
        rows = server.run(statement, database)
        yield "afterwards", f"{problem}: {rows[:3]}" if rows else None


def _ended(target: _Target, operation: str, name: str, at: int, after: bool) -> tuple[list[str], str | None]:
    """The statements that were said, and what was wrong afterwards."""
    first, act, last = OPERATIONS[operation]
    plain = target.store()
    if first:
        plain.create(_new(name))
        for _ in range(first - 1):
            plain.change(name, noted("note 1"))
    doomed = target.doomed(at, after)
    store = target.store(doomed)
    store.names()
    doomed.armed = True
    outcome: Saved | SciError
    try:
        outcome = act(store, name)
    except SciError as error:
        outcome = error
    store.close()
    stored = plain.load(name).activation.revision if name in plain.names() else 0
    plain.close()
    return doomed.said, _problem(outcome, stored, first, last)


def _problem(outcome: Saved | SciError, stored: int, first: int, last: int) -> str | None:
    if isinstance(outcome, Saved):
        right = outcome.after.revision == stored == last
        return None if right else f"said to be at {outcome.after.revision}, is at {stored}"
    if outcome.exit_code != ExitCode.STORE:
        return f"ends as {outcome.exit_code.name}: {outcome.message[:100]}"
    return None if stored == first else f"said to be unchanged, is at {stored}: {outcome.message[:100]}"
