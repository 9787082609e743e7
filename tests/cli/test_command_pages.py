"""The pages about commands are those of the program as it is."""

from __future__ import annotations

import re

from tests.cli.make_commands import FOLDER, pages


def test_the_pages_are_current() -> None:
    kept = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    assert kept == pages(), "if this is wanted: python -m tests.cli.make_commands"


def test_every_link_of_the_pages_leads_to_a_file() -> None:
    for name, text in pages().items():
        targets = re.findall(r"\]\(([^)#]+)", text)
        assert [each for each in targets if not (FOLDER / each).exists()] == [], name
