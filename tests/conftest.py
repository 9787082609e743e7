"""A quiet, colourless terminal, set before anything of ours is imported, and the program to call."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tests.cli.program import Clock, Program
    from tests.store.servers import RealServer

# Typer and Rich look at these while they are imported, so a fixture would come too late.
os.environ.update(TERM="dumb", NO_COLOR="1", COLUMNS="100", _TYPER_FORCE_DISABLE_TERMINAL="1", TZ="UTC")
for _name in [
    "FORCE_COLOR",
    "CLICOLOR_FORCE",
    "GITHUB_ACTIONS",
    "CI",
    # Which corpus is run is said to the tests, not to the program.
    *(name for name in os.environ if name.startswith("SCI_") and name != "SCI_CORPUS"),
]:
    os.environ.pop(_name, None)


# The same examples at each run, so that a red run is about the change at hand. Others each time, for looking
# further: pytest --hypothesis-profile=explore
settings.register_profile("steady", derandomize=True)
settings.register_profile("explore", print_blob=True)
settings.load_profile("steady")


@pytest.fixture(scope="module")
def processors() -> Iterator[Executor]:
    """All processors, for many independent pieces of work: `processors.map(check, seeds, chunksize=100)`.

    What a piece raises, the test raises that asks for its result.
    """
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        yield pool


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until it is told to tick."""
    from tests.cli.program import Clock

    return Clock()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Homes to copy: in `ready` the order of acme-hk-1 may be placed, in `placed` it is."""
    from tests.cli.program import prepare

    return {name: prepare(tmp_path_factory.mktemp(name) / "home", name) for name in ("ready", "placed")}


@pytest.fixture
def sci(tmp_path: Path, clock: Clock, prepared: dict[str, Path]) -> Program:
    """The program, called in this process in a home folder of the test's own: `sci("list", "-o", "json")`."""
    from tests.cli.program import Program

    return Program(tmp_path / "home", clock, prepared)


@pytest.fixture(scope="session")
def server() -> Iterator[RealServer]:
    """A running PostgreSQL for all tests; the test is skipped where none can be had."""
    from tests.store.servers import running

    with running() as found:
        yield found
