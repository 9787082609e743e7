"""The shared store: a real server started for the purpose, and what can break between it and the program."""

from __future__ import annotations

import itertools
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from reliability.attempts import Attempts, NotPossibleError
from reliability.scenes import ADD, READY
from reliability.world import NAME, NEW, STORE, UNKNOWN, Ran, World, tree

if TYPE_CHECKING:
    from tests.store.servers import RealServer

_NUMBERS = itertools.count(1)
_ROLE = "kim"
_DEADLINE = 12.0  # seconds: the promised ten, and the start of the program


class Servers:
    """The server of all methods, started with the first of them."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._server: RealServer | None = None
        self._reason = ""

    def server(self) -> RealServer:
        """The running server.

        Raises:
            NotPossibleError: none can be had here.
        """
        if self._reason:
            raise NotPossibleError(self._reason)
        if self._server is None:
            try:
                import pytest

                from tests.store.servers import running
            except ImportError as error:
                self._reason = f"the server of the tests cannot be started: {error}"
                raise NotPossibleError(self._reason) from None
            try:
                self._server = self._stack.enter_context(running())
            except pytest.skip.Exception as reason:
                self._reason = str(reason)
                raise NotPossibleError(self._reason) from None
        return self._server

    def close(self) -> None:
        """Stops it, if it runs."""
        self._stack.close()

    def database(self) -> tuple[str, str]:
        """A new database with a shared store in it: its name, and the URL for a member of a team."""
        name = f"reliability_{next(_NUMBERS)}"
        self.server().store(name, (_ROLE, "blue"))
        return name, self.server().url(name, _ROLE)

    def world(self, world: World) -> World:
        """The activation of a world, in a shared store of its own."""
        _, url = self.database()
        there = replace(world.copied(f"shared-{next(_NUMBERS)}"), store=url)
        replace(there, sabotage="").must("store", "push", NAME)
        return there

    # Methods -----------------------------------------------------------------------------------------------

    def statements(self, world: World) -> Attempts:
        """A backend ended at any statement: all of the change, or nothing of it."""
        attempts = world.attempts("P48", "backend ended before and after each statement of 4 operations")
        name, _ = self.database()
        return world.apart(attempts, "statements", str(self.server().place), name, _ROLE)

    def commits(self, world: World) -> Attempts:
        """The answer to COMMIT is lost: found out within the deadline, or not known and so called."""
        attempts = world.attempts("P49", "answer to COMMIT lost: connection cut, late, silent, not delivered")
        rounds = world.of(1, 2)
        ways = [("cut", False), ("late", False), ("silence", True), ("loss", True)] * rounds
        attempts.spread([(way, partial(self._commit, world, way, lost)) for way, lost in ways])
        return attempts

    def _commit(self, world: World, way: str, unknown: bool) -> str | None:
        there = self.world(world)
        with _broken(self.server(), way) as place:
            near = replace(there, store=there.store.replace(str(self.server().place), str(place)))
            started = time.monotonic()
            ran = near.run("note", NAME, f"once, {way}", "-o", "json")
            taken = time.monotonic() - started
        written = sum(f"once, {way}" in str(event["changes"]) for event in there.events())
        if written > 1:
            return f"the change was made {written} times ({ran})"
        if taken > _DEADLINE:
            return f"no answer for {taken:.0f} s"
        if not unknown:
            return None if ran.code == 0 and written == 1 else f"{written} times in the history ({ran})"
        if ran.code != UNKNOWN:
            return f"not called unknown ({ran})"
        return _asked_again(there, ran, written)

    def rights(self, world: World) -> Attempts:
        """What the role of people tries past the program is refused by the server."""
        import psycopg

        attempts = world.attempts("P50", "what a member may not: change history, other teams, tables")
        name, _ = self.database()
        server = self.server()
        server.store(f"{name}_red", ("robin", "red"))
        replace(world, store=server.url(name, _ROLE)).must("store", "push", NAME)
        from tests.store.servers import FORBIDDEN

        for statement in FORBIDDEN:
            with psycopg.connect(
                host=str(server.place), dbname=name, user=_ROLE, autocommit=True
            ) as connection:
                try:
                    connection.execute(statement.encode())
                    attempts.case(statement, "it was let through")
                except psycopg.errors.InsufficientPrivilege:
                    attempts.case(statement, None)
        server.run("INSERT INTO sci.member VALUES ('robin', 'red')", name)
        server.run("GRANT sci_member TO robin", name)
        for table in ("activation", "history", "evidence", "profile"):
            with psycopg.connect(
                host=str(server.place), dbname=name, user="robin", autocommit=True
            ) as connection:
                rows = connection.execute(f"SELECT * FROM sci.{table}".encode()).fetchall()
            attempts.case(f"{table} of another team", f"{len(rows)} rows" if rows else None)
        return attempts

    def gone(self, world: World) -> Attempts:
        """Without the server nothing is changed, and nothing is written on this machine in its place."""
        attempts = world.attempts("P53", "commands while the server cannot be reached: no byte written here")
        lines = [
            ("note", NAME, "x"), READY, ADD, ("new", "acme-hk-2", *NEW), ("done", NAME, "P2"),
            ("status", NAME), ("list",), ("store", "push", NAME), ("store", "pull", NAME),
        ]  # fmt: skip
        with tempfile.TemporaryDirectory() as empty:
            url = f"postgresql:///sci?host={empty}&user={_ROLE}"
            for words in lines:
                with replace(world, store=url).spare() as there:
                    before = tree(there.root)
                    ran = there.run(*words)
                    problem = None if ran.code == STORE else f"not called so ({ran})"
                    attempts.case(
                        words[0], "something was written" if tree(there.root) != before else problem
                    )
        return attempts


@contextmanager
def _broken(server: RealServer, way: str) -> Iterator[Path]:
    """A folder with a socket that leads to the server until COMMIT."""
    from tests.store.servers import Proxy

    with tempfile.TemporaryDirectory(prefix="sci-proxy-") as folder:
        Path(folder).chmod(0o755)
        proxy = Proxy(server.place, Path(folder), "COMMIT", then=way, behind="sci.history (")
        try:
            yield Path(folder)
        finally:
            proxy.close()


def _asked_again(there: World, ran: Ran, written: int) -> str | None:
    """Whether the op-id that was named tells later what became of the change."""
    said = " ".join(str(ran.document.get("error")).split())
    if "--op-id " not in said:
        return f"no op-id is named ({ran})"
    op_id = said.split("--op-id ")[1][:32]
    later = there.run("store", "status", "--op-id", op_id, "-o", "json")
    known = bool((later.document.get("data") or {}).get("found"))
    return None if known == bool(written) else f"asked later: {later}; in the history {written} times"
