"""A pooler in transaction mode: each transaction of a connection goes to another connection of the server."""

from __future__ import annotations

import contextlib
import queue
import socket
import struct
import threading
from pathlib import Path

_FIRST = (("server_version", "15.0"), ("server_encoding", "UTF8"), ("client_encoding", "UTF8"),
          ("standard_conforming_strings", "on"), ("integer_datetimes", "on"))  # fmt: skip


class Pooler:
    """Listens like a server, for one role and one database; has two connections to the real one.

    Attributes:
        transactions: how many were passed on.
    """

    def __init__(self, target: Path, folder: Path, *, role: str, database: str, port: int = 5432) -> None:
        self.transactions = 0
        self._free: queue.Queue[socket.socket] = queue.Queue()
        for _ in range(2):
            self._free.put(_connected(target / f".s.PGSQL.{port}", role, database))
        self._listening = socket.socket(socket.AF_UNIX)
        path = folder / f".s.PGSQL.{port}"
        self._listening.bind(str(path))
        path.chmod(0o777)
        self._listening.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError, EOFError):
            _exactly(client, struct.unpack("!I", _exactly(client, 4))[0] - 4)
            answer = _message(b"R", struct.pack("!I", 0))
            for key, value in _FIRST:
                answer += _message(b"S", f"{key}\0{value}\0".encode())
            client.sendall(answer + _message(b"K", b"\0" * 8) + _message(b"Z", b"I"))
            while self._transaction(client):
                self.transactions += 1

    def _transaction(self, client: socket.socket) -> bool:
        """One transaction on a connection of its own; False when the client has gone."""
        kind, whole = _received(client)
        if kind == b"X":
            return False
        server = self._free.get()
        try:
            while True:
                server.sendall(whole)
                if kind in (b"Q", b"S"):
                    state = _answered(server, client)
                    if state == b"I":
                        return True
                kind, whole = _received(client)
        finally:
            self._free.put(server)

    def close(self) -> None:
        """Take no more connections."""
        self._listening.close()


def _connected(path: Path, role: str, database: str) -> socket.socket:
    server = socket.socket(socket.AF_UNIX)
    server.connect(str(path))
    said = struct.pack("!I", 196608) + f"user\0{role}\0database\0{database}\0\0".encode()
    server.sendall(struct.pack("!I", len(said) + 4) + said)
    while _received(server)[0] != b"Z":
        pass
    return server


def _answered(server: socket.socket, client: socket.socket) -> bytes:
    """Passes on what the server says until it waits again; whether a transaction is open then."""
    while True:
        kind, whole = _received(server)
        client.sendall(whole)
        if kind == b"Z":
            return whole[-1:]


def _received(line: socket.socket) -> tuple[bytes, bytes]:
    head = _exactly(line, 5)
    return head[:1], head + _exactly(line, struct.unpack("!I", head[1:])[0] - 4)


def _exactly(line: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = line.recv(count - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def _message(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("!I", len(content) + 4) + content
