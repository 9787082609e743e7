"""The cases about a shared store: each gets a database of its own on a real server, and a role in a team."""

from __future__ import annotations

import itertools
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from sci_cli.errors import SciError
from tests.corpus.cases import Case, NotPossible, text_of
from tests.corpus.program import Circumstances, Result, Word
from tests.corpus.world import NAME, Box
from tests.store.pooler import Pooler
from tests.store.servers import Proxy, RealServer, fail_with, running

MAX = ("--max-prefixes=100", "--max-prefixes-v6=100")
ADD = ("vpn", "add", NAME, "B", "--prefix=10.30.0.0/16", *MAX, "--yes")
_NUMBERS = itertools.count(1)
_SQLSTATE = re.compile(r"\b(?:08|25|28|40|42|53|54|55|57|58|XX)[0-9A-Z]{3}\b")


class Servers:
    """The server of all cases, started with the first of them."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._lock = threading.Lock()
        self._server: RealServer | None = None

    def server(self) -> RealServer:
        """The running server.

        Raises:
            NotPossible: there is none on this machine.
        """
        with self._lock:
            if self._server is None:
                try:
                    self._server = self._stack.enter_context(running(tls=True))
                except pytest.skip.Exception as reason:
                    raise NotPossible(str(reason)) from None
            return self._server

    def close(self) -> None:
        """Stop it, if it runs."""
        self._stack.close()


@dataclass(slots=True)
class Scene:
    """A case in its database.

    Attributes:
        url: what the program is told; cases change it.
        runs: the command lines; all together where there are several.
        results: set where no command line can do what the case is about.
        undo: what has to end with the case.
    """

    case: Case
    server: RealServer
    database: str
    role: str
    box: Box
    around: Circumstances
    url: str
    runs: list[Sequence[Word]] = field(default_factory=lambda: [ADD])
    results: list[Result] = field(default_factory=list)
    undo: ExitStack = field(default_factory=ExitStack)

    def sql(self, statement: str) -> list[Any]:
        """What a statement gives, run by the administrator in the database of the case."""
        return self.server.run(statement.format(role=self.role), self.database)

    @property
    def revision(self) -> int:
        """The stored revision."""
        return int(self.sql("SELECT revision FROM sci.activation")[0][0])

    def setenv(self, key: str, value: str) -> None:
        """Add to the environment of the run."""
        self.around.env = {**self.around.env, key: value}


@contextmanager
def scene(server: RealServer, case: Case, box: Box) -> Iterator[Scene]:
    """The activation of the box in a shared store of its own."""
    number = next(_NUMBERS)
    database, role = f"case_{number}", f"member_{number}"
    server.store(database, (role, "blue"))
    url = server.url(database, role)
    box.must("store", "push", NAME, env={"SCI_STORE": url})
    found = Scene(case, server, database, role, box, box.around(), url)
    try:
        with found.undo:
            yield found
    finally:
        server.run(f"DROP DATABASE {database} WITH (FORCE)")


def play(found: Scene, exits: Mapping[str, frozenset[int]]) -> tuple[list[str], list[Result]]:
    """Run a case; everything that is wrong, in words, and how the runs ended."""
    for step in found.case.setup:
        for verb, value in step.items():
            _arrange(found, verb, value)
    before, files = found.revision, found.box.digests()
    found.setenv("SCI_STORE", found.url)
    program = found.box.program
    results = found.results
    if not results:
        started = time.monotonic()
        processes = [(argv, program.start(argv, found.around)) for argv in found.runs]
        results = [program.finish(each, argv, found.around, started) for argv, each in processes]
    return [*_wrong(found, results, exits, before), *_local(found, files)], results


def _wrong(
    found: Scene, results: Sequence[Result], exits: Mapping[str, frozenset[int]], before: int
) -> list[str]:
    expect, reasons = found.case.expect, []
    output = " ".join(
        b" ".join(each.out + b" " + each.err for each in results).decode("utf-8", "replace").split()
    )
    for result in results:
        if not any(result.exit in exits[name] for name in expect.classes):
            reasons.append(f"exit {result.exit} instead of {'|'.join(expect.classes)}")
        if result.exit not in (0, 10) and b"Fix:" not in result.err:
            reasons.append("standard error names no next step (Fix:)")
    if "Traceback" in output:
        reasons.append("a traceback is shown")
    reasons += [f"does not say {each!r}" for each in expect.says if each.casefold() not in output.casefold()]
    new = found.revision - before
    wanted = {"changed": expect.revisions, "unchanged": 0}.get(expect.state)
    if wanted is not None and new != wanted:
        reasons.append(f"{new} new revisions instead of {wanted}")
    rows = found.sql("SELECT count(*) FROM sci.history")[0][0]
    if rows != found.revision:
        reasons.append(f"{rows} events in the history at revision {found.revision}")
    return reasons


def _local(found: Scene, files: Mapping[str, str]) -> list[str]:
    """Nothing is ever written on this machine in place of the server."""
    return [] if found.box.digests() == files else ["files of this machine were written"]


# What the cases ask for ----------------------------------------------------------------------------------


def _arrange(found: Scene, verb: str, value: Any) -> None:
    if verb == "env":
        for key, text in value.items():
            found.setenv(str(key), str(text))
    elif verb == "text":
        path = found.box.write(found.box.work / "list.txt", b"10.30.0.0/16\0\n")
        found.runs = [("vpn", "add", NAME, "B", "--from", str(path), *MAX, "--yes")]
        if "\0" not in text_of(value):
            raise NotPossible(f"a text {str(value)[:60]!r} is not known to the harness")
    elif verb == "pg":
        for words, done in PG.items():
            if words in str(value):
                done(found)
                return
        if code := _SQLSTATE.search(str(value)):
            fail_with(found.server, found.database, code[0], times=1000)
            return
        raise NotPossible(f"pg: {str(value)[:60]!r} is not known to the harness")
    else:
        raise NotPossible(f"the setup verb {verb!r} is not known to the harness")


def _wrong_password(found: Scene) -> None:
    found.sql("ALTER ROLE {role} PASSWORD 'right'")
    found.sql("GRANT with_password TO {role}")
    path = found.box.write(found.box.work / "passwords", b"*:*:*:*:wrong\n")
    found.setenv("PGPASSFILE", str(path))


def _elsewhere(found: Scene, host: str, more: str) -> None:
    found.url = (
        f"postgresql://{found.role}@{host}:{found.server.port}/{found.database}?hostaddr=127.0.0.1&{more}"
    )


def _without_insert(found: Scene) -> None:
    found.sql("REVOKE sci_member FROM {role}")
    found.sql("GRANT USAGE ON SCHEMA sci TO {role}")
    found.sql("GRANT SELECT ON ALL TABLES IN SCHEMA sci TO {role}")
    found.sql("GRANT UPDATE ON sci.activation TO {role}")


def _proxy(found: Scene, then: str) -> None:
    folder = found.box.folder(found.box.root / "proxy", 0o755)
    proxy = Proxy(
        found.server.place, folder, "COMMIT", then=then, behind="sci.history (", port=found.server.port
    )
    found.undo.callback(proxy.close)
    found.url = found.url.replace(str(found.server.place), str(folder))


def _gone(found: Scene) -> None:
    found.url = f"postgresql:///{found.database}?host={found.box.root / 'tmp'}&user={found.role}"


def _pooled(found: Scene) -> None:
    folder = found.box.folder(found.box.root / "pooler", 0o755)
    server = found.server
    pooler = Pooler(server.place, folder, role=found.role, database=found.database, port=server.port)
    found.undo.callback(pooler.close)
    found.url = found.url.replace(str(server.place), str(folder))


def _locked(found: Scene) -> None:
    """Somebody else is in the middle of a change and does not end it."""
    import psycopg

    other = psycopg.connect(
        host=str(found.server.place), port=found.server.port, dbname=found.database, user=found.role
    )
    found.undo.callback(other.close)
    other.execute("SELECT 1 FROM sci.activation FOR UPDATE")


def _many(found: Scene) -> None:
    found.runs = [
        ("vpn", "add", NAME, f"B{number}", f"--prefix=10.30.{number}.0/24", *MAX, "--yes")
        for number in range(found.case.expect.revisions)
    ]


def _stale(found: Scene) -> None:
    found.runs = [(*ADD, "--if-revision", str(found.revision - 1))]


def _tampering(found: Scene) -> None:
    """No command does this, so the role does it itself; each has to be refused, in the program's words."""
    import psycopg

    from sci_cli.store.server_errors import in_words

    for statement in (
        "UPDATE sci.history SET summary = ''",
        "DELETE FROM sci.history",
        "TRUNCATE sci.history",
        "DROP TABLE sci.history",
    ):
        said, code = b"it was let through", 0
        with psycopg.connect(
            host=str(found.server.place), port=found.server.port, dbname=found.database, user=found.role
        ) as connection:
            try:
                connection.execute(statement)
            except psycopg.Error as error:
                problem: SciError = in_words(error, "the server")
                said, code = f"{problem.message} Fix: {problem.fix}".encode(), int(problem.exit_code)
        found.results.append(Result((statement,), code, b"", said, 0.0))


PG: Mapping[str, Callable[[Scene], object]] = {
    "pooler in transaction mode": _pooled,
    "wrong password": _wrong_password,
    "password in": lambda found: setattr(found, "url", f"postgresql://{found.role}:canary@localhost/x"),
    "sslmode": lambda found: _elsewhere(found, "db.example.net", "sslmode=prefer"),
    "certificate for another host": lambda found: _elsewhere(
        found, "other.example.net", f"sslmode=verify-full&sslrootcert={found.server.certificate}"
    ),
    "schema older": lambda found: found.sql("UPDATE sci.format SET version = version - 1"),
    "schema newer": lambda found: found.sql("UPDATE sci.format SET version = version + 1"),
    "concurrent": _many,
    "stale rev": _stale,
    "40001": lambda found: fail_with(found.server, found.database, "40001", times=2),
    "deadlock": lambda found: fail_with(found.server, found.database, "40P01", times=2),
    "row lock": _locked,
    "holds the lock": _locked,
    "idle in transaction": _locked,
    "dies after COMMIT": lambda found: _proxy(found, "cut"),
    "unreachable": _gone,
    "server down": _gone,
    "server stopped": _gone,
    "refused": _gone,
    "no answer to COMMIT": lambda found: _proxy(found, "silence"),
    "answer to COMMIT": lambda found: _proxy(found, "cut"),
    "silent": lambda found: _proxy(found, "silence"),
    "read-only": lambda found: found.sql("ALTER ROLE {role} SET default_transaction_read_only = on"),
    "53100": lambda found: fail_with(found.server, found.database, "53100", times=1000),
    "without INSERT": _without_insert,
    "another team": lambda found: setattr(found, "url", found.url + "&team=red"),
    "UPDATE/DELETE": _tampering,
    "owner or superuser": lambda found: found.sql("GRANT sci_owner TO {role}"),
}
