"""The page about the format against the program: its example is sound and its tables are whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from sci_cli.domain.facts import CORE_FACTS
from sci_cli.domain.profile import (
    BILLING_GATES,
    HANDOFF_NAMES,
    Confidence,
    FactKind,
    FieldRule,
    GateKind,
    StepKind,
)
from sci_cli.profiles import parse_profile, profile_schema

PAGE = (Path(__file__).parents[2] / "docs" / "profile-format.md").read_text(encoding="utf-8")


def test_the_example_of_the_page_is_a_sound_profile() -> None:
    example = PAGE.split("```yaml\n")[1].split("```")[0]
    profile = parse_profile(example.encode(), name="profile-format.md")
    assert [step.id for step in profile.steps] == ["K1", "K2", "K3", "K4", "K5", "K6"]


@pytest.mark.parametrize(
    "word",
    [
        *(
            kind.value
            for vocabulary in (StepKind, FactKind, GateKind, FieldRule, Confidence)
            for kind in vocabulary
        ),
        *(gate.value for gate in BILLING_GATES),
        *CORE_FACTS,
        *(f"${name}" for name in HANDOFF_NAMES),
    ],
)
def test_the_page_explains_every_word(word: str) -> None:
    assert f"`{word}`" in PAGE


def test_the_page_names_every_key() -> None:
    schema = profile_schema()
    keys = {key for part in (schema, *schema["$defs"].values()) for key in part.get("properties", {})}
    missing = {key for key in keys if f"`{key}`" not in PAGE and f"`{key}:" not in PAGE}
    assert missing - {"all", "any", "fact", "values", "at-least", "gate", "fields", "routes"} == set()
    assert [
        word for word in ("{all: ", "{any: ", "at-least: ", "values: ", "{fact: ") if word not in PAGE
    ] == []
