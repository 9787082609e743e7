"""Names of VPNs and activations."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from sci_cli.domain.names import activation_name_problem, vpn_name_problem
from sci_cli.safety.text import describe_unsafe

CORPUS = Path(__file__).parents[1] / "corpus" / "badinputs.yaml"
CASES: list[dict[str, Any]] = [
    case
    for case in yaml.safe_load(CORPUS.read_text())["cases"]
    if case["kind"] == "name" and isinstance(case["input"].get("order_id"), str)
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_every_activation_name_of_the_corpus_gets_its_words(case: dict[str, Any]) -> None:
    problem = activation_name_problem(case["input"]["order_id"])
    assert (problem is None) is (case["expect"]["class"] == "OK")
    said = (problem or "").lower()
    assert [word for word in case["expect"].get("says", []) if word.lower() not in said] == []


@pytest.mark.parametrize("name", ["acme-1", "a", "0", "a" * 63, "con-1", "com0", "nul2"])
def test_an_activation_name_of_lower_case_letters_digits_and_hyphens_is_fine(name: str) -> None:
    assert activation_name_problem(name) is None


@pytest.mark.parametrize(
    "name", ["", "-x", ".", "Acme", "a b", "a/b", "a_b", "a" * 64, "a\n", "é", "a" * 100_000]
)
def test_any_other_activation_name_is_answered_with_the_rule(name: str) -> None:
    problem = activation_name_problem(name)
    assert problem is not None
    assert "a-z, 0-9" in problem
    assert len(problem) < 400


@pytest.mark.parametrize("name", ["con", "prn", "aux", "nul", "com1", "com9", "lpt1", "lpt9"])
def test_the_name_of_a_windows_device_is_reserved(name: str) -> None:
    assert activation_name_problem(name) == (
        f"'{name}' is reserved for a device by Windows. Choose another activation name."
    )


@pytest.mark.parametrize("name", ["A", "CORP", "Head Office/2", "vpn:65000-1._x", "0", "x" * 64])
def test_an_ordinary_vpn_name_is_fine(name: str) -> None:
    assert vpn_name_problem(name) is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "empty"),
        (" A", "begins with a letter or digit"),
        ("A ", "ends with a space"),
        ("-A", "begins with a letter or digit"),
        ("=cmd|' /c calc'!A1", "letters, digits, space"),
        ("A,B", "letters, digits, space"),
        ("A\x1b]0;owned\x07", "x1b"),
        ("A\nB", "line break"),
        ("\u0410CME", "U+0410"),
        ("A\u200b", "U+200B"),
        ("A\xa0B", "U+00A0"),
        ("\ud800", "UTF-8"),
        ("x" * 65, "too long"),
        ("x" * 100_000, "too long"),
    ],
)
def test_a_vpn_name_that_could_mislead_is_refused_in_words(name: str, words: str) -> None:
    problem = vpn_name_problem(name)
    assert problem is not None
    assert words in problem
    assert "VPN name" in problem
    assert describe_unsafe(problem) is None
    assert len(problem) < 300


def test_the_rules_hold_for_random_names() -> None:
    chance = random.Random(3)
    for _ in range(20_000):
        name = "".join(chance.choices("abzAZ019-._/: \n\x1b=é\u0430", k=chance.randrange(5)))
        assert (activation_name_problem(name) is None) is bool(re.fullmatch("[a-z0-9][a-z0-9-]*", name))
        plain = re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9 ._/:-]*[A-Za-z0-9._/:-])?", name)
        assert (vpn_name_problem(name) is None) is bool(plain)
