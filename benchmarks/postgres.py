"""PostgreSQL with a GiST index on the prefixes, asked through psql: `python -m benchmarks.postgres FILE`.

`SCI_BENCH_POSTGRES` names a server on this machine as psql takes it. One for the comparison alone, as an
ordinary user, with its files and its socket in a folder of its own:

    folder=$(mktemp -d) && initdb -A trust -U bench "$folder"
    pg_ctl start -D "$folder" -l "$folder/log" -o "-k $folder -c listen_addresses="
    SCI_BENCH_POSTGRES="host=$folder user=bench dbname=postgres" python -m benchmarks.prefixes
    pg_ctl stop -D "$folder" && rm -r "$folder"

Everything happens in one transaction, which is taken back at the end: no table stays, also when a run is
ended early. Copying, sorting out what is repeated and building the index count as parsing, as the building
of a tree does in other ways. The memory is the server's and is not measured.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.comparators import NAMED, Unavailable

POSTGRES = "PostgreSQL GiST"
VARIABLE = "SCI_BENCH_POSTGRES"

_NOW = "select extract(epoch from clock_timestamp())"
_STEPS = (
    "begin",
    'create unlogged table sci_read (vpn text collate "C", prefix cidr)',
    _NOW,
    "\\copy sci_read from pstdin with (format csv, header, freeze)",
    "create unlogged table sci_listed as select distinct vpn, prefix from sci_read",
    "create index on sci_listed using gist (prefix inet_ops)",
    "analyze sci_listed",
    _NOW,
    "create unlogged table sci_pairs as"
    " select one.vpn, one.prefix, other.vpn as other_vpn, other.prefix as other_prefix"
    " from sci_listed one join sci_listed other on one.prefix && other.prefix and one.vpn < other.vpn",
    "select count(*) from sci_pairs",
    f"select * from sci_pairs limit {NAMED}",
    _NOW,
    "rollback",
)


def server_version(environment: Mapping[str, str]) -> str:
    """The version of the server that is named.

    Raises:
        Unavailable: none is named, psql is not installed, or the server does not answer.
    """
    if not environment.get(VARIABLE):
        raise Unavailable(f"{VARIABLE} names no server")
    if shutil.which("psql") is None:
        raise Unavailable("psql is not installed")
    done = _asked(environment, ("show server_version",))
    if done.returncode:
        raise Unavailable(f"the server does not answer: {done.stderr.partition(chr(10))[0][:200]}")
    return done.stdout.strip()


def _asked(
    environment: Mapping[str, str], steps: tuple[str, ...], path: Path = Path(os.devnull)
) -> subprocess.CompletedProcess[str]:
    """One session in which the steps follow each other; the file is what `pstdin` reads."""
    words = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", environment[VARIABLE]]
    words += [word for step in steps for word in ("-c", step)]
    with path.open() as file:
        return subprocess.run(
            words, check=False, stdin=file, capture_output=True, text=True,
            env={"PGCONNECT_TIMEOUT": "10", **environment},
        )  # fmt: skip


def run(environment: Mapping[str, str], path: Path) -> dict[str, Any]:
    """The figures of one list.

    Raises:
        RuntimeError: the server refuses a step.
    """
    done = _asked(environment, _STEPS, path)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    start, parsed, pairs, *named, detected = done.stdout.splitlines()
    return {
        "import": 0.0,
        "parse": float(parsed) - float(start),
        "detect": float(detected) - float(parsed),
        "pairs": int(pairs),
        "named": len(named),
        "peak": None,
    }


def main() -> None:
    """Prints the figures as JSON."""
    print(json.dumps(run(os.environ, Path(sys.argv[1]))))


if __name__ == "__main__":
    main()
