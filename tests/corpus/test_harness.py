"""The harness itself: it notices what is wrong, and what it does not know it calls not yet possible."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("the corpus runs on POSIX systems", allow_module_level=True)

import yaml

from tests.corpus.cases import OWN_CORPUS, Corpus, read_corpus
from tests.corpus.running import FAILED, NOT_POSSIBLE, PASSED, Harness, harness, summary

pytestmark = [pytest.mark.corpus, pytest.mark.slow]


@pytest.fixture(scope="module")
def running() -> Iterator[Harness]:
    with harness(read_corpus(OWN_CORPUS)) as made:
        yield made


def corpus_of(folder: Path, **case: Any) -> Corpus:
    """A corpus of one case, with the classes of the project's own."""
    own = yaml.safe_load(OWN_CORPUS.read_text(encoding="utf-8"))
    path = folder / "corpus.yaml"
    path.write_text(
        yaml.safe_dump({"classes": own["classes"], "cases": [{"id": "x-1", "kind": "x", **case}]})
    )
    return read_corpus(path)


def outcome(running: Harness, folder: Path, **case: Any) -> tuple[str, str]:
    verdict = running.verdict(corpus_of(folder, **case).cases[0])
    return verdict.outcome, "; ".join(verdict.reasons)


@pytest.mark.parametrize(
    ("expect", "reason"),
    [
        ({"class": "INVALID", "state": "changed"}, "exit 0 (OK) instead of INVALID"),
        ({"class": "OK", "state": "unchanged"}, "the records changed: activations/acme-1.yaml"),
        ({"class": "OK", "state": "changed", "revisions": 2}, "1 new revisions instead of 2"),
        ({"class": "OK", "state": "changed", "says": ["no such words"]}, "does not say 'no such words'"),
    ],
)
def test_a_good_change_fails_where_the_case_expects_something_else(
    running: Harness, tmp_path: Path, expect: dict[str, Any], reason: str
) -> None:
    found, said = outcome(running, tmp_path, op="vpn_add", input={"value": "10.30.0.0/16"}, expect=expect)
    assert found == FAILED
    assert reason in said


def test_a_refused_change_fails_where_a_change_is_expected(running: Harness, tmp_path: Path) -> None:
    expect = {"class": "INVALID", "state": "changed"}
    found = outcome(running, tmp_path, op="vpn_add", input={"value": "10.20.0.0/33"}, expect=expect)
    assert found == (FAILED, "nothing was changed")


def test_a_race_that_both_win_fails(running: Harness, tmp_path: Path) -> None:
    both = [{"adding": {"B": ["10.30.0.0/16"]}}, {"adding": {"C": ["10.31.0.0/16"]}}]
    expect = {"class": "OK+INVALID", "state": "changed", "revisions": 2}
    found = outcome(running, tmp_path, op="vpn_add", input={"concurrent": both}, expect=expect)
    assert found == (FAILED, "the runs end OK and OK instead of OK+INVALID")


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ({"op": "teleport"}, "the operation 'teleport' has no command yet"),
        ({"op": "vpn_add", "input": {"colour": "red"}}, "vpn_add with colour has no mapping to a command"),
        ({"op": "show", "input": {"setup": [{"moon": "full"}]}}, "the setup verb 'moon' is not known"),
        ({"op": "show", "input": {"setup": ["moon"]}}, "the setup verb 'moon' is not known"),
        ({"op": "raw", "input": {"argv": ["report"]}}, "`report` does not exist yet"),
        ({"op": "import_prefixes", "input": {"special": "ghost"}}, "'ghost' is not known to the harness"),
        ({"op": "vpn_add", "input": {"value": {"odd": 1}}}, "is not known to the harness"),
        ({"op": "port_set", "input": {}}, "the harness fails on it: KeyError"),
    ],
)
def test_what_nobody_knows_is_not_yet_possible_with_the_reason(
    running: Harness, tmp_path: Path, case: dict[str, Any], reason: str
) -> None:
    found, said = outcome(running, tmp_path, **case, expect={"class": "OK", "state": "any"})
    assert found == NOT_POSSIBLE
    assert reason in said


def test_an_unknown_class_is_not_yet_possible(running: Harness, tmp_path: Path) -> None:
    found = outcome(running, tmp_path, op="show", expect={"class": "PURPLE", "state": "any"})
    assert found == (NOT_POSSIBLE, "the class 'PURPLE' is not among those of the corpus")


def test_the_summary_counts_and_names_every_failure(running: Harness, tmp_path: Path) -> None:
    good = corpus_of(tmp_path, op="show", expect={"class": "OK", "state": "readable"}).cases[0]
    bad = corpus_of(tmp_path, op="show", expect={"class": "GATE", "state": "readable"}).cases[0]
    verdicts = running.verdicts([good, bad])
    assert [each.outcome for each in verdicts] == [PASSED, FAILED]
    text = summary(running.program.note, verdicts)
    assert "2 cases: 1 passed, 1 failed, 0 not yet possible." in text
    assert "x-1  exit 0 (OK) instead of GATE" in text
