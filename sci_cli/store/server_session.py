"""One connection to a shared store and the transactions on it: bounded in time and safe to repeat.

Every statement of a transaction goes through `Server.say`, BEGIN and COMMIT too. A transaction is undone and
tried again where the server says others were in the way. When the answer to COMMIT does not come, a new
connection waits for what the first one held locked and then asks for the operation's id.
"""

from __future__ import annotations

import os
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sci_cli.errors import OutcomeUnknown, StoreUnavailable, sci
from sci_cli.store.server_address import Address
from sci_cli.store.server_checks import check_session
from sci_cli.store.server_errors import driver_missing, in_words, is_again, is_uncertain, no_connection

if TYPE_CHECKING:
    import psycopg

Result = TypeVar("Result")
Row = tuple[Any, ...]

STATEMENT_SECONDS = 10.0
LOCK_SECONDS = 5.0
# The answer to COMMIT, and the question for what became of it, together stay below ten seconds.
COMMIT_SECONDS = 3.0
RESOLVE_SECONDS = 5.0
# libpq counts in whole seconds and waits for two at least.
_SHORTEST_CONNECT = 2
ATTEMPTS = 12
_KEPT_AMBIENT = "PGPASSFILE"

_SETTINGS = (
    "SELECT pg_catalog.set_config('search_path', 'pg_catalog', true),"
    " pg_catalog.set_config('statement_timeout', %s, true),"
    " pg_catalog.set_config('lock_timeout', %s, true),"
    " pg_catalog.set_config('idle_in_transaction_session_timeout', '20000', true)"
)
_OPERATION = "SELECT 1 FROM sci.history WHERE team = %s AND op_id = %s"


class Again(Exception):
    """Somebody else was faster; the transaction is to be undone and tried again."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One change, recognisable on the server.

    Attributes:
        name: the activation.
        id: written with the change, different for each.
        fence: waits until a transaction that may still hold the activation is over.
    """

    name: str
    id: str
    fence: Callable[[], object]


class Server:
    """A database with a shared store; connects with the first statement and again when that is needed.

    Args:
        address: where it is.
        checked: whether the role is looked at before anything else; setting a store up does without.
    """

    def __init__(self, address: Address, *, checked: bool = True) -> None:
        self.address = address
        self.team = address.team
        self._checked = checked
        self._connection: psycopg.Connection[Row] | None = None
        self._open = False
        self._until: float | None = None

    # Statements ------------------------------------------------------------------------------------------

    def say(
        self, statement: str, values: Sequence[object] = (), *, seconds: float = STATEMENT_SECONDS
    ) -> Any:
        """The cursor of a statement, executed; the connection is cut when no answer comes in time.

        Raises:
            psycopg.Error: it failed, or the connection did.
        """
        connection = self._connection
        if connection is None:
            raise AssertionError("a statement needs a transaction around it")
        with _cut_after(connection, self._left(seconds)):
            return connection.execute(statement, tuple(values) or None)

    def _left(self, seconds: float) -> float:
        """How long an answer may take, less where a deadline comes first."""
        if self._until is None:
            return seconds
        return max(0.05, min(seconds, self._until - time.monotonic()))

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """All rows of a statement."""
        found: list[Row] = self.say(statement, values).fetchall()
        return found

    # Transactions ----------------------------------------------------------------------------------------

    def transaction(
        self,
        work: Callable[[], Result],
        *,
        operation: Operation | None = None,
        before_commit: Callable[[], None] = lambda: None,
    ) -> tuple[Result, bool]:
        """What `work` returns once its transaction is committed, and whether that had to be found out.

        Inside another transaction it becomes a part of that.

        Args:
            work: the statements; called again when the server undid them because of others.
            operation: what is looked for when the answer to COMMIT is lost; None for reading only.
            before_commit: called each time before COMMIT is sent.

        Raises:
            Locked, StoreUnavailable: nothing was changed.
            OutcomeUnknown: nobody could tell in time whether the change was saved.
            SciError: whatever `work` raises; nothing was changed.
        """
        if self._open:
            return work(), False
        psycopg = _psycopg()
        failed: Any = psycopg.OperationalError("the connection broke each time it was tried")
        for attempt in range(1, ATTEMPTS + 1):
            kept = self._connection is not None
            try:
                with self._begun():
                    result = work()
                    before_commit()
                    if self._committed(operation):
                        return result, False
            except Again:
                failed = psycopg.errors.SerializationFailure("it changed meanwhile")
            except psycopg.Error as error:
                # A connection kept from before may have died of old age; nothing was committed on it.
                if not is_again(error) and not (kept and is_uncertain(error) and attempt == 1):
                    raise in_words(error, self.address.shown) from error
                failed = error
            else:
                if self._found(_needed(operation)):
                    return result, True
                continue
            _wait(attempt)
        raise in_words(failed, self.address.shown) from failed

    @contextmanager
    def _begun(self) -> Iterator[None]:
        """A transaction that is rolled back unless it was committed inside."""
        self._connect()
        self._open = True
        try:
            self.say("BEGIN")
            self._settle(STATEMENT_SECONDS, LOCK_SECONDS)
            yield
        except BaseException:
            self._undo()
            raise
        finally:
            self._open = False

    def _settle(self, statement: float, lock: float) -> None:
        """What holds for this transaction only; a pooler may give the next one another connection."""
        self.say(_SETTINGS, (str(int(statement * 1000)), str(int(lock * 1000))))

    def _undo(self) -> None:
        connection = self._connection
        if connection is None:
            return
        try:
            self.say("ROLLBACK", seconds=COMMIT_SECONDS)
        except Exception:
            self.close()

    def _committed(self, operation: Operation | None) -> bool:
        """Whether COMMIT was answered; False when it has to be found out."""
        psycopg = _psycopg()
        try:
            answer = self.say("COMMIT", seconds=COMMIT_SECONDS).statusmessage
        except psycopg.Error as error:
            if operation is None or not is_uncertain(error):
                raise
            self.close()
            return False
        if answer != "COMMIT":
            raise psycopg.OperationalError(f"the server answered {answer} to COMMIT")
        return True

    def _found(self, operation: Operation) -> bool:
        """Whether the operation is on the server, after its transaction is certainly over.

        Raises:
            OutcomeUnknown: nobody could tell in time.
        """
        psycopg = _psycopg()
        until = self._until = time.monotonic() + RESOLVE_SECONDS
        try:
            while (left := until - time.monotonic()) > _SHORTEST_CONNECT:
                try:
                    return self._asked(operation, left)
                except (psycopg.Error, StoreUnavailable):
                    self.close()
                    time.sleep(min(0.2, max(0.0, until - time.monotonic())))
        finally:
            self._until = None
        raise OutcomeUnknown(
            f"The server {self.address.shown} did not answer whether {operation.name} was saved. "
            "The change may or may not be there.",
            why=f"Its op-id is {operation.id}; the server knows it if the change was saved.",
            fix=[
                "Ask for it before you do anything again:",
                sci("store", "status", "--op-id", operation.id),
                sci("history", operation.name),
            ],
        )

    def _asked(self, operation: Operation, seconds: float) -> bool:
        with self._begun():
            self._settle(seconds, seconds)
            operation.fence()
            found = self.rows(_OPERATION, (self.team, operation.id))
            self._undo()
            return bool(found)

    # The connection --------------------------------------------------------------------------------------

    def _connect(self) -> None:
        if self._connection is not None and not self._connection.closed:
            return
        psycopg = _psycopg()
        parameters: dict[str, Any] = self.address.parameters()
        seconds = int(self._left(parameters["connect_timeout"]))
        parameters["connect_timeout"] = max(_SHORTEST_CONNECT, seconds)
        try:
            with _without_ambient():
                self._connection = psycopg.connect(
                    **parameters,
                    autocommit=True,
                    prepare_threshold=None,
                )
        except psycopg.Error as error:
            raise no_connection(error, self.address.shown) from error
        if self._checked:
            try:
                self._check()
            except BaseException:
                self.close()
                raise

    def _check(self) -> None:
        """Looks at the role and the store once a connection, before anything is read or written."""
        psycopg = _psycopg()
        try:
            self.say("BEGIN")
            self._settle(STATEMENT_SECONDS, LOCK_SECONDS)
            self.team = check_session(self.rows, self.address)
            self.say("ROLLBACK")
        except psycopg.Error as error:
            raise in_words(error, self.address.shown) from error

    def close(self) -> None:
        """Ends the connection; the next statement opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):
                connection.close()


def _needed(operation: Operation | None) -> Operation:
    if operation is None:
        raise AssertionError("only a change is looked for")
    return operation


def _psycopg() -> Any:
    try:
        import psycopg
    except ImportError:
        raise driver_missing() from None
    return psycopg


def _wait(attempt: int) -> None:
    # Different for each of those in each other's way, so that they do not meet again.
    time.sleep(random.uniform(0.2, 1.0) * min(0.4, 0.01 * 2**attempt))  # noqa: S311  # no secret


@contextmanager
def _cut_after(connection: psycopg.Connection[Row], seconds: float) -> Iterator[None]:
    """Shuts the connection when the block takes longer; a silent server would be waited for without end."""
    with socket.fromfd(connection.fileno(), socket.AF_INET, socket.SOCK_STREAM) as line:

        def cut() -> None:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(seconds, cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


@contextmanager
def _without_ambient() -> Iterator[None]:
    """Takes the variables libpq looks at out of the environment, except where the password file is."""
    taken = {key: os.environ.pop(key) for key in list(os.environ) if _is_ambient(key)}
    try:
        yield
    finally:
        os.environ.update(taken)


def _is_ambient(key: str) -> bool:
    return key.upper().startswith("PG") and key.upper() != _KEPT_AMBIENT
