"""Every bad input of the corpus, given to the installed program."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

if sys.platform == "win32":
    pytest.skip("the corpus runs on POSIX systems", allow_module_level=True)

from tests.corpus.cases import Case, corpus_path, read_corpus
from tests.corpus.running import FAILED, NOT_POSSIBLE, Verdict, harness, selected, summary

pytestmark = [pytest.mark.corpus, pytest.mark.slow]

CORPUS = read_corpus(corpus_path())


@pytest.fixture(scope="module")
def verdicts(request: pytest.FixtureRequest) -> Iterator[dict[str, Verdict]]:
    """The verdicts of all chosen cases, reached together on all processors."""
    chosen = {
        str(item.callspec.params["case"].id)
        for item in request.session.items
        if hasattr(item, "callspec") and isinstance(item.callspec.params.get("case"), Case)
    }
    cases = [case for case in selected(CORPUS, ()) if case.id in chosen]
    with harness(CORPUS) as running:
        found = running.verdicts(cases)
        reporter = request.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line("\n" + summary(running.program.note, found))
    yield {each.case.id: each for each in found}


@pytest.mark.parametrize("case", CORPUS.cases, ids=lambda case: case.id)
def test_bad_input_ends_as_the_corpus_says(case: Case, verdicts: dict[str, Verdict]) -> None:
    verdict = verdicts[case.id]
    if verdict.outcome == NOT_POSSIBLE:
        pytest.skip("; ".join(verdict.reasons))
    assert verdict.outcome != FAILED, "\n".join([*verdict.reasons, verdict.line, verdict.got])
