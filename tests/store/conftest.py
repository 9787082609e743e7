"""A shared store of a test's own in the server of all tests."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from tests.store.servers import RealServer

_NUMBERS = itertools.count(1)


@pytest.fixture
def database(server: RealServer) -> Iterator[str]:
    """A new database with a store, role `kim` in team `blue`."""
    name = f"store_{next(_NUMBERS)}"
    server.store(name)
    yield name
    server.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
