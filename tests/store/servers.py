"""A real PostgreSQL for the tests: its own folder, its own socket, no port, stopped by its pid at the end."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sci_cli.store.server_address import read_address
from sci_cli.store.server_session import Server
from sci_cli.store.server_setup import set_up

PLACES = ("/usr/local/bin", "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/bin")
ADMIN = "administrator"
NOBODY = 65534
# What the server asks of each role: a password of those whose name says so, nothing of the others.
HBA = "local all +with_password scram-sha-256\nlocal all all trust\nhostssl all all 127.0.0.1/32 trust\n"


# What the role of people may not do.
FORBIDDEN = (
    "UPDATE sci.history SET summary = ''",
    "DELETE FROM sci.history",
    "TRUNCATE sci.history",
    "DROP TABLE sci.history",
    "ALTER TABLE sci.history DISABLE ROW LEVEL SECURITY",
    "DELETE FROM sci.activation",
    "UPDATE sci.evidence SET content = ''",
    "DELETE FROM sci.profile",
    "INSERT INTO sci.member VALUES ('kim', 'red')",
    "UPDATE sci.member SET team = 'red'",
    "UPDATE sci.activation SET team = 'red'",
    "INSERT INTO sci.evidence VALUES ('red', 'x', '')",
    "UPDATE sci.format SET version = 9",
    "CREATE TABLE sci.mine ()",
    "SET ROLE sci_owner",
)


@dataclass(frozen=True, slots=True)
class RealServer:
    """A running server.

    Attributes:
        place: the folder of its socket.
        folder: where everything of it is.
        pid: its process.
        port: where it takes TLS on 127.0.0.1, as db.example.net; 0 for nowhere.
    """

    place: Path
    folder: Path
    pid: int
    port: int = 0

    def url(self, database: str, role: str, **more: str) -> str:
        """The address of a database, as a role."""
        options = {"host": str(self.place), "user": role, **more}
        if self.port:
            options.setdefault("port", str(self.port))
        return f"postgresql:///{database}?" + "&".join(f"{key}={value}" for key, value in options.items())

    @property
    def certificate(self) -> Path:
        """What it shows to those who come with TLS; signed by itself."""
        return self.folder / "server.crt"

    def run(self, statement: str, database: str = "postgres", values: Sequence[object] = ()) -> list[object]:
        """What a statement gives, run as the administrator."""
        import psycopg

        with psycopg.connect(
            host=str(self.place), port=self.port or 5432, dbname=database, user=ADMIN, autocommit=True
        ) as connection:
            cursor = connection.execute(statement, tuple(values) or None)
            return list(cursor.fetchall()) if cursor.description else []

    def store(self, database: str, *members: tuple[str, str]) -> None:
        """A new database with a shared store in it, and roles in teams."""
        self.run(f"CREATE DATABASE {database} ENCODING 'UTF8' TEMPLATE template0")
        address = read_address(self.url(database, ADMIN))
        for role, team in members or (("kim", "blue"),):
            set_up(address, team=team, role=role)


@contextlib.contextmanager
def running(*, tls: bool = False) -> Iterator[RealServer]:
    """A server for the block; the test is skipped where none can be had."""
    port = _free_port() if tls else 0
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="sci-pg-"))
    started: subprocess.Popen[bytes] | None = None
    try:
        try:
            started = _started(programs, folder, port)
            pid = _wait_for(folder, port)
        except (subprocess.SubprocessError, OSError) as error:
            pytest.skip(f"PostgreSQL does not start here: {error}")
        server = RealServer(folder, folder, pid, port)
        server.run("CREATE ROLE with_password NOLOGIN")
        yield server
    finally:
        if started is not None:
            started.send_signal(signal.SIGINT)
            try:
                started.wait(timeout=20)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _started(programs: Path, folder: Path, port: int) -> subprocess.Popen[bytes]:
    data = folder / "data"
    around: dict[str, Any] = {
        "env": {"PATH": os.defpath, "LC_ALL": "C", "HOME": str(folder)},
        "cwd": folder,
    }
    if os.geteuid() == 0:  # the server refuses to run as root
        folder.chmod(0o755)
        os.chown(folder, NOBODY, NOBODY)
        around |= {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    subprocess.run(
        [str(programs / "initdb"), "-D", str(data), "-U", ADMIN, "-E", "UTF8", "--locale=C",
         "--no-sync", "-A", "trust"],
        check=True, capture_output=True, timeout=120, **around,
    )  # fmt: skip
    (data / "pg_hba.conf").write_text(HBA)
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [str(programs / "postgres"), "-D", str(data), "-k", str(folder), *_listening(folder, port),
             "-c", "fsync=off", "-c", "max_connections=60"],
            stdout=log, stderr=log, **around,
        )  # fmt: skip


def _listening(folder: Path, port: int) -> list[str]:
    if not port:
        return ["-c", "listen_addresses="]
    key, certificate = folder / "server.key", folder / "server.crt"
    subprocess.run(
        ["openssl", "req", "-new", "-x509", "-days", "2", "-nodes", "-subj", "/CN=db.example.net",
         "-addext", "subjectAltName=DNS:db.example.net", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    key.chmod(0o600)
    if os.geteuid() == 0:
        os.chown(key, NOBODY, NOBODY)
    certificate.chmod(0o644)
    # The socket is named after the port, whatever the server is reached by.
    return [
        "-c", "listen_addresses=127.0.0.1", "-c", f"port={port}", "-c", "ssl=on",
        "-c", f"ssl_cert_file={certificate}", "-c", f"ssl_key_file={key}",
    ]  # fmt: skip


def _free_port() -> int:
    with socket.socket() as here:
        here.bind(("127.0.0.1", 0))
        return int(here.getsockname()[1])


def _programs() -> Path:
    if os.name == "nt":
        pytest.skip("the server of the tests runs on POSIX systems")
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else []
    for pattern in PLACES:
        places += sorted(Path("/").glob(pattern.removeprefix("/")), reverse=True)
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    pytest.skip("initdb and postgres are not found; install PostgreSQL to run these tests")


def _wait_for(folder: Path, port: int) -> int:
    import psycopg

    until = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(host=str(folder), port=port or 5432, dbname="postgres", user=ADMIN).close()
            return int((folder / "data" / "postmaster.pid").read_text().split()[0])
        except (psycopg.OperationalError, FileNotFoundError) as error:
            if time.monotonic() > until:
                pytest.skip(f"PostgreSQL does not start here: {error}")
            time.sleep(0.1)


class Doomed(Server):
    """A server whose backend is ended before or after a statement, by somebody else."""

    def __init__(self, server: RealServer, url: str, *, at: int, after: bool) -> None:
        super().__init__(read_address(url))
        self._admin, self._at, self._after = server, at, after
        self.said: list[str] = []
        self.ended = 0
        self.armed = False

    def say(self, statement: str, values: Sequence[object] = (), *, seconds: float = 10.0) -> Any:
        hit = self.armed and len(self.said) == self._at
        if self.armed:
            self.said.append(statement)
        if hit and not self._after:
            self._end()
        answer = super().say(statement, values, seconds=seconds)
        if hit and self._after:
            self._end()
            if statement == "COMMIT":  # the answer came; make it as if it had not
                import psycopg

                raise psycopg.OperationalError("the connection was lost")
        return answer

    def _end(self) -> None:
        assert self._connection is not None
        pid = self._connection.info.backend_pid
        self.ended += 1
        self._admin.run("SELECT pg_terminate_backend(%s, 5000)", values=(pid,))


def fail_with(server: RealServer, database: str, state: str, *, times: int) -> None:
    """Make the next additions to the history fail with an SQL state."""
    server.run("CREATE SEQUENCE public.failures", database)
    server.run("GRANT USAGE ON SEQUENCE public.failures TO PUBLIC", database)
    server.run(
        "CREATE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF nextval('public.failures') <= {times} THEN"
        f" RAISE EXCEPTION 'as wanted' USING ERRCODE = '{state}'; END IF; RETURN NEW; END $$",
        database,
    )
    server.run(
        "CREATE TRIGGER failing BEFORE INSERT ON sci.history FOR EACH ROW EXECUTE FUNCTION public.fail()",
        database,
    )


class Proxy:
    """Stands between program and server until a word goes by.

    Args:
        target: the folder of the server's socket.
        folder: where the proxy's own socket is made.
        word: the statement it waits for.
        behind: a word that has to go by before; what changes nothing ends with COMMIT as well.
        then: `silence`: the word goes on and nothing ever comes back; `loss`: nor does the word go on;
            `cut`: the word goes on, the connection ends, and later ones are as if nothing had been;
            `late`: as `cut`, but the word goes on two seconds later.
    """

    def __init__(
        self, target: Path, folder: Path, word: str, *, then: str, behind: str = "", port: int = 5432
    ) -> None:
        self._target, self._word, self._then = target / f".s.PGSQL.{port}", word.encode(), then
        self._behind = behind.encode()
        self._met = False
        self._listening = socket.socket(socket.AF_UNIX)
        path = folder / f".s.PGSQL.{port}"
        self._listening.bind(str(path))
        path.chmod(0o777)
        self._listening.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(str(self._target))
                threading.Thread(target=self._on, args=(near, far), daemon=True).start()
                threading.Thread(target=self._back, args=(far, near), daemon=True).start()

    def _on(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := near.recv(65536):
                if self._behind in data:
                    self._behind = b""
                if not self._met and not self._behind and self._word in data:
                    self._met = True
                    self._meet(near, far, data)
                    continue
                if not self._met or self._lets_others_pass:
                    far.sendall(data)

    def _meet(self, near: socket.socket, far: socket.socket, data: bytes) -> None:
        if self._lets_others_pass:
            near.shutdown(socket.SHUT_RDWR)
        if self._then == "late":
            time.sleep(2)
        if self._then != "loss":
            far.sendall(data)

    def _back(self, far: socket.socket, near: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := far.recv(65536):
                if not self._met or self._lets_others_pass:
                    near.sendall(data)

    @property
    def _lets_others_pass(self) -> bool:
        return self._then in ("cut", "late")

    def close(self) -> None:
        """Take no more connections."""
        self._listening.close()
