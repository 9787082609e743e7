"""Every promise has a method, a test or a case behind it that exists, and stands on the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reliability.methods import NAMES
from reliability.promises import PROMISES, Promise, table
from reliability.sabotage import SABOTAGES

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "reliability.md"
CASES = frozenset(re.findall(r"^- id: (\S+)$", (TESTS / "corpus" / "badinputs.yaml").read_text(), re.M))


def test_all_promises_are_there_once() -> None:
    assert [each.number for each in PROMISES] == list(range(1, 54))


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: f"P{promise.number}")
def test_what_a_promise_rests_on_exists(promise: Promise) -> None:
    assert promise.methods or promise.tests or promise.corpus
    assert set(promise.methods) <= set(NAMES)
    assert set(promise.corpus) <= CASES
    for test in promise.tests:
        file, _, name = test.partition("::")
        assert f"def {name or 'test_'}" in (TESTS / file).read_text()


def test_every_method_is_about_a_promise_and_every_safeguard_taken_out_about_a_method() -> None:
    assert set(NAMES) == {name for each in PROMISES for name in each.methods}
    assert {each.method.removesuffix("-of-note") for each in SABOTAGES} <= set(NAMES)


def test_the_page_has_the_promises_as_the_suite_prints_them() -> None:
    assert table() in PAGE.read_text(encoding="utf-8")
