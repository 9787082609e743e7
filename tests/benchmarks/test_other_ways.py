"""The benchmarks of portfolios and of saving run, and every way meets every record."""

from __future__ import annotations

import pytest

_WHERE = "the benchmarks come with the repository"
portfolio = pytest.importorskip("benchmarks.portfolio", reason=_WHERE)
saving = pytest.importorskip("benchmarks.saving", reason=_WHERE)


def test_a_portfolio_is_measured_in_every_way_with_and_without_its_index() -> None:
    found = portfolio.measure(count=60, rounds=1, cold_rounds=1, size=5_000)
    assert found[portfolio.LIST]["of_a_warm_list"] == 1
    assert found["scandir and stat"]["of_scandir_and_stat"] == 1
    assert len(found) == 10


def test_a_change_is_measured_whole_and_in_its_parts() -> None:
    found = saving.measure(size=5_000, rounds=2, parent=None)
    assert found[saving.CHANGE]["of_a_change"] == 1
    assert found[saving.BARE]["of_two_fsyncs_and_a_rename"] == 1
    assert set(found) == {saving.CHANGE, saving.BARE, saving.BACKED, saving.DISK, saving.TEXT}
