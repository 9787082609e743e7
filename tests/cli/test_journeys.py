"""Every journey in `tests/journeys`, in this process and through the installed program."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.journeys import differences, fits, in_process, installed, journeys


@pytest.mark.parametrize("path", journeys(), ids=lambda path: path.stem)
def test_a_journey_prints_what_its_transcript_says(path: Path, tmp_path: Path) -> None:
    found = differences(path, tmp_path, in_process)
    assert not found, "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("path", journeys(), ids=lambda path: path.stem)
def test_the_installed_program_prints_what_the_transcript_says(path: Path, tmp_path: Path) -> None:
    found = differences(path, tmp_path, installed)
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
