"""A real PostgreSQL for the tests: its own folder, its own socket, no port, stopped by its pid at the end."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sci_cli.store.server_address import read_address
from sci_cli.store.server_setup import set_up

PLACES = ("/usr/local/bin", "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/bin")
ADMIN = "administrator"
NOBODY = 65534
# What the server asks of each role: a password of those whose name says so, nothing of the others.
HBA = "local all +with_password scram-sha-256\nlocal all all trust\n"


@dataclass(frozen=True, slots=True)
class RealServer:
    """A running server.

    Attributes:
        socket: the folder of its socket.
        folder: where everything of it is.
        pid: its process.
    """

    socket: Path
    folder: Path
    pid: int

    def url(self, database: str, role: str, **more: str) -> str:
        """The address of a database, as a role."""
        options = {"host": str(self.socket), "user": role, **more}
        return f"postgresql:///{database}?" + "&".join(f"{key}={value}" for key, value in options.items())

    def run(self, statement: str, database: str = "postgres", values: Sequence[object] = ()) -> list[object]:
        """What a statement gives, run as the administrator."""
        import psycopg

        with psycopg.connect(
            host=str(self.socket), dbname=database, user=ADMIN, autocommit=True
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
def running() -> Iterator[RealServer]:
    """A server for the block; the test is skipped where none can be had."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="sci-pg-"))
    started: subprocess.Popen[bytes] | None = None
    try:
        try:
            started = _started(programs, folder)
            pid = _wait_for(folder)
        except (subprocess.SubprocessError, OSError) as error:
            pytest.skip(f"PostgreSQL does not start here: {error}")
        server = RealServer(folder, folder, pid)
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


def _started(programs: Path, folder: Path) -> subprocess.Popen[bytes]:
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
            [str(programs / "postgres"), "-D", str(data), "-k", str(folder), "-c", "listen_addresses=",
             "-c", "fsync=off", "-c", "max_connections=60"],
            stdout=log, stderr=log, **around,
        )  # fmt: skip


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


def _wait_for(folder: Path) -> int:
    import psycopg

    until = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(host=str(folder), dbname="postgres", user=ADMIN).close()
            return int((folder / "data" / "postmaster.pid").read_text().split()[0])
        except (psycopg.OperationalError, FileNotFoundError) as error:
            if time.monotonic() > until:
                pytest.skip(f"PostgreSQL does not start here: {error}")
            time.sleep(0.1)
