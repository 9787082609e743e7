"""The README's transcript is a journey, and its commands are the ones that are run."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]


def transcript() -> list[str]:
    """The lines of the README's console block."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return text.split("```console\n", 1)[1].split("```", 1)[0].splitlines()


def test_the_transcript_of_the_readme_is_the_journey_that_is_run() -> None:
    journey = (ROOT / "tests" / "journeys" / "09-readme.txt").read_text(encoding="utf-8").splitlines()

    assert [line for line in transcript() if line] == [
        line for line in journey if line and not line.startswith("## ")
    ]


def test_each_command_of_the_readme_is_one_line_that_can_be_pasted() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    pasted = [line for line in lines if line.startswith("python3 -m venv .venv && ")]

    assert [line.rsplit(" ", 2)[-2:] for line in pasted] == [[".venv/bin/sci", "demo"], ["pytest", "-q"]]
