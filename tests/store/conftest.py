"""One PostgreSQL server for all tests of the stores, and a shared store of a test's own in it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from tests.store.servers import RealServer, running

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[RealServer]:
    """A running server; the test is skipped where none can be had."""
    with running() as found:
        yield found


@pytest.fixture
def database(server: RealServer) -> Iterator[str]:
    """A new database with a store, role `kim` in team `blue`."""
    name = f"store_{next(_NUMBERS)}"
    server.store(name)
    yield name
    server.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
