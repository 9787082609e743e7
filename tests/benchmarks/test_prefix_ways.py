"""The ways the benchmark of prefixes compares: they count the same, and why one is left out is said."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.domain import pairwise

# The source distribution has tests and no benchmarks; Windows lacks what they measure memory with.
_WHERE = "the benchmarks come with the repository, for Linux and macOS"
prefixes = pytest.importorskip("benchmarks.prefixes", reason=_WHERE)
checking = pytest.importorskip("benchmarks.checking", reason=_WHERE)
comparators = pytest.importorskip("benchmarks.comparators", reason=_WHERE)
scalar = pytest.importorskip("benchmarks.scalar", reason=_WHERE)
postgres = pytest.importorskip("benchmarks.postgres", reason=_WHERE)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        return Path(scalar.compiled(tmp_path_factory.mktemp("scalar")))
    except comparators.Unavailable as reason:
        pytest.skip(str(reason))


def listed(folder: Path, rows: Sequence[str]) -> Path:
    path = folder / "list.csv"
    path.write_text("\n".join(["vpn,prefix", *rows]))
    return path


def plain_pairs(path: Path) -> int:
    return int(checking.run_ours("sci plain", path)["pairs"])


def c_pairs(program: Path, path: Path) -> int:
    return int(prefixes.in_a_process([str(program)], path)["pairs"])


def c_named(program: Path, path: Path) -> list[str]:
    done = subprocess.run([program, path, "named"], check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


@pytest.mark.parametrize("shape", prefixes.SHAPES)
@pytest.mark.parametrize("vpn_count", [2, 50, 1_000])
def test_the_c_program_and_the_plain_engine_count_the_same_pairs(
    program: Path, tmp_path: Path, vpn_count: int, shape: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_text("".join(prefixes.lines(4_000, vpn_count, shape)))
    expected = plain_pairs(path)
    assert c_pairs(program, path) == expected
    assert (expected > 0) == (shape != "none")


@pytest.mark.parametrize("seed", range(30))
def test_the_c_program_counts_what_the_definition_of_a_collision_counts(
    program: Path, tmp_path: Path, seed: int
) -> None:
    given = pairwise.random_vpns(seed)
    rows = [f"{name},{each.prefix}" for name, entries in given.items() for each in entries]
    random.Random(seed).shuffle(rows)
    path = listed(tmp_path, rows)
    assert c_pairs(program, path) == len(list(pairwise.pairs(pairwise.items(given))))


def test_the_c_program_names_the_pairs_the_sweep_of_the_standard_library_names(
    program: Path, tmp_path: Path
) -> None:
    path = listed(tmp_path, ["B,10.1.0.0/16", "A,10.0.0.0/8", "A,10.1.0.0/16", "C,2001:db8::/32", "B,::/0"])
    named = c_named(program, path)
    assert {frozenset(each.split(" - ")) for each in named} == {
        frozenset(each.split(" - ")) for each in comparators.stdlib(path)[3]
    }
    assert sorted(named) == [
        "A 10.1.0.0/16 - B 10.1.0.0/16",
        "B 10.1.0.0/16 - A 10.0.0.0/8",
        "C 2001:db8::/32 - B ::/0",
    ]


def test_the_c_program_names_a_hundred_pairs_and_counts_all(program: Path, tmp_path: Path) -> None:
    path = listed(tmp_path, [f"V{number},10.0.0.0/8" for number in range(30)])
    assert (len(c_named(program, path)), c_pairs(program, path)) == (100, 30 * 29 // 2)


@pytest.mark.parametrize(
    ("prefix", "why"),
    [
        ("10.0.0.0", "not an IPv4 prefix"),
        ("10.0.0.0/33", "not an IPv4 prefix"),
        ("10.0.0.1/8", "not an IPv4 prefix"),
        ("10.0.0.256/32", "not an IPv4 prefix"),
        ("10.0.0/8", "not an IPv4 prefix"),
        ("10.0.0.08/32", "not a number"),
        ("10.0.0.0/", "not a number"),
        ("10.0.0.0/8,more", "more than a prefix"),
        ("2001:db8::1/32", "not an IPv6 prefix"),
        ("2001:db8::/129", "not an IPv6 prefix"),
        ("2001:db8::0::/64", "not an IPv6 prefix"),
        ("2001:db8:::/64", "not an IPv6 prefix"),
        ("2001:db8:/32", "not an IPv6 prefix"),
        ("1:2:3:4:5:6:7/128", "not an IPv6 prefix"),
        ("1:2:3:4:5:6:7:8:9/128", "not an IPv6 prefix"),
        ("1:2:3:4:5:6:7:8::/128", "not an IPv6 prefix"),
        ("12345::/64", "not an IPv6 prefix"),
    ],
)
def test_the_c_program_counts_nothing_when_a_line_is_no_prefix(
    program: Path, tmp_path: Path, prefix: str, why: str
) -> None:
    path = listed(tmp_path, ["A,192.0.2.0/24", f"B,{prefix}"])
    with pytest.raises(RuntimeError, match=f"line 3: {why}$"):
        c_pairs(program, path)


def test_ways_that_cannot_be_run_are_left_out_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    commands, skipped = prefixes.available(tmp_path, {})
    assert set(commands) | set(skipped) == {
        *prefixes.OURS,
        *prefixes.WAYS,
        scalar.SCALAR,
        postgres.POSTGRES,
    }
    assert not set(commands) & set(skipped)
    assert {way: skipped[way] for way in (scalar.SCALAR, postgres.POSTGRES)} == {
        scalar.SCALAR: "no C compiler named cc",
        postgres.POSTGRES: "SCI_BENCH_POSTGRES names no server",
    }
    _, skipped = prefixes.available(tmp_path, {"SCI_BENCH_POSTGRES": "host=/nowhere"})
    assert skipped[postgres.POSTGRES] == "psql is not installed"


def test_postgresql_is_asked_only_about_lists_up_to_its_limit() -> None:
    commands = {way: [way] for way in (*prefixes.OURS, scalar.SCALAR, postgres.POSTGRES)}
    assert set(prefixes.chosen(commands, 100_000, 100_000)) == set(commands)
    assert set(prefixes.chosen(commands, 100_001, 100_000)) == {*prefixes.OURS, scalar.SCALAR}
    assert set(prefixes.chosen(commands, prefixes.LARGE, prefixes.LARGE)) == {
        prefixes.OURS[1],
        scalar.SCALAR,
    }
