"""Every journey in `tests/journeys`, in this process and through the installed program."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cli.journeys import differences, fits, in_process, installed, journeys


@pytest.mark.parametrize("path", journeys(), ids=lambda path: path.stem)
def test_a_journey_prints_what_its_transcript_says(path: Path, tmp_path: Path) -> None:
    found = differences(path, tmp_path, in_process)
    assert not found, "\n".join(found)


@pytest.fixture(scope="module")
def played(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[Path, Future[list[str]]]]:
    """The differences of all chosen journeys through the installed program, played on all processors."""
    chosen = [
        path
        for item in request.session.items
        if isinstance(item, pytest.Function) and "played" in item.fixturenames
        for path in item.callspec.params.values()
        if isinstance(path, Path)
    ]
    longest_first = sorted(chosen, key=lambda path: -path.stat().st_size)
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        yield {
            path: pool.submit(differences, path, tmp_path_factory.mktemp(path.stem), installed)
            for path in longest_first
        }


@pytest.mark.slow
@pytest.mark.parametrize("path", journeys(), ids=lambda path: path.stem)
def test_the_installed_program_prints_what_the_transcript_says(
    path: Path, played: dict[Path, Future[list[str]]]
) -> None:
    found = played[path].result()
    assert not found, "\n".join(found)


def test_all_journeys_are_found() -> None:
    assert [path.stem for path in journeys()][:8] == [
        "01-activation",
        "02-gates",
        "03-vpn",
        "04-port",
        "05-breach",
        "06-joint-owners",
        "07-nimbus",
        "08-scripts",
    ]


@pytest.mark.parametrize(
    ("expected", "found", "fit"),
    [
        (["a"], ["a"], True),
        (["a"], ["b"], False),
        (["a"], ["a", "b"], False),
        (["a", "..."], ["a", "b", "c"], True),
        (["a", "..."], ["a"], True),
        (["...", "c"], ["a", "b", "c"], True),
        (["...", "c"], ["a", "b"], False),
        (["head ..., end"], ["head 12, end"], True),
        (["head ..., end"], ["head 12, eng"], False),
        ([], ["a"], False),
    ],
)
def test_three_dots_stand_for_anything_and_nothing_else_does(
    expected: list[str], found: list[str], fit: bool
) -> None:
    assert fits(expected, found) is fit
