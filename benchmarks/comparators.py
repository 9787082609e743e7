"""Other ways to find the colliding prefixes of different VPNs, each as its users write it.

Every way reads CSV with the columns `vpn,prefix` and returns how many pairs there are and the first hundred
in words. None of them shares a line with the program. `python -m benchmarks.comparators WAY FILE` runs one.
"""

from __future__ import annotations

import csv
import json
import socket
import sys
import time
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.memory import peak

Answer = tuple[float, float, int, list[str]]  # seconds to parse and to detect, pairs, the first in words
NAMED = 100


class Unavailable(Exception):
    """Why a way cannot be run here."""


def rows(path: Path) -> Iterable[tuple[str, str]]:
    """VPN and prefix of each line."""
    with path.open(newline="") as file:
        reader = csv.reader(file)
        next(reader)
        yield from ((vpn, prefix) for vpn, prefix in reader)


def swept(entries: list[tuple[int, int, int, str, str]]) -> tuple[int, list[str]]:
    """Sorts (version, first, length, VPN, prefix) with a last address on the stack, and walks it."""
    pairs = 0
    named: list[str] = []
    bits = {4: 32, 6: 128}
    stack: list[tuple[int, int, str, str]] = []
    last = None
    for entry in sorted(entries):
        if entry == last:
            continue
        last = entry
        version, first, length, vpn, prefix = entry
        while stack and (stack[-1][0] != version or stack[-1][1] < first):
            stack.pop()
        for _, _, other, around in stack:
            if other != vpn:
                pairs += 1
                if len(named) < NAMED:
                    named.append(f"{vpn} {prefix} - {other} {around}")
        stack.append((version, first | (1 << bits[version] - length) - 1, vpn, prefix))
    return pairs, named


def stdlib(path: Path) -> Answer:
    """inet_pton, whole numbers, one sort and a stack."""
    start = time.perf_counter()
    entries = []
    for vpn, prefix in rows(path):
        address, _, length = prefix.partition("/")
        version = 6 if ":" in address else 4
        packed = socket.inet_pton(socket.AF_INET6 if version == 6 else socket.AF_INET, address)
        entries.append((version, int.from_bytes(packed, "big"), int(length), vpn, prefix))
    parsed = time.perf_counter()
    return parsed - start, *_timed(lambda: swept(entries), parsed)


def netaddr_sweep(path: Path) -> Answer:
    """netaddr.IPNetwork, sorted and swept."""
    network = import_module("netaddr").IPNetwork
    start = time.perf_counter()
    entries = []
    for vpn, prefix in rows(path):
        each = network(prefix)
        entries.append((each.version, each.first, each.prefixlen, vpn, prefix))
    parsed = time.perf_counter()
    return parsed - start, *_timed(lambda: swept(entries), parsed)


def pytricia(path: Path) -> Answer:
    """A pytricia tree for each version, every prefix asked for those around it."""
    tree = import_module("pytricia").PyTricia
    start = time.perf_counter()
    trees = {False: tree(32), True: tree(128, socket.AF_INET6)}
    for vpn, prefix in rows(path):
        own = trees[":" in prefix]
        if own.has_key(prefix):
            own[prefix].add(vpn)
        else:
            own[prefix] = {vpn}
    parsed = time.perf_counter()

    def chains(prefix: str, own: Any) -> Iterable[tuple[str, set[str]]]:
        around = own.parent(prefix)
        while around is not None:
            yield around, own[around]
            around = own.parent(around)

    def detect() -> tuple[int, list[str]]:
        found: tuple[int, list[str]] = (0, [])
        for own in trees.values():
            for prefix in own:
                found = _walked(found, prefix, own[prefix], chains(prefix, own))
        return found

    return parsed - start, *_timed(detect, parsed)


def py_radix(path: Path) -> Answer:
    """A py-radix tree, every prefix asked for those that cover it."""
    tree = import_module("radix").Radix()
    start = time.perf_counter()
    for vpn, prefix in rows(path):
        tree.add(prefix).data.setdefault("vpns", set()).add(vpn)
    parsed = time.perf_counter()

    def detect() -> tuple[int, list[str]]:
        found: tuple[int, list[str]] = (0, [])
        for node in tree:
            around = tree.search_covering(node.prefix)
            others = ((each.prefix, each.data["vpns"]) for each in around if each.prefix != node.prefix)
            found = _walked(found, node.prefix, node.data["vpns"], others)
        return found

    return parsed - start, *_timed(detect, parsed)


def _walked(
    found: tuple[int, list[str]], prefix: str, owners: set[str], chain: Iterable[tuple[str, set[str]]]
) -> tuple[int, list[str]]:
    pairs, named = found
    if len(owners) > 1:
        pairs += len(owners) * (len(owners) - 1) // 2
        named += [f"{vpn} {prefix}" for vpn in owners][: NAMED - len(named)]
    for around, others in chain:
        met = len(owners) * len(others) - len(owners & others)
        pairs += met
        if met and len(named) < NAMED:
            named.append(f"{sorted(owners)} {prefix} - {sorted(others)} {around}")
    return pairs, named


def _timed(detect: Callable[[], tuple[int, list[str]]], since: float) -> tuple[float, int, list[str]]:
    pairs, named = detect()
    return time.perf_counter() - since, pairs, named


WAYS: dict[str, tuple[str, Callable[[Path], Answer]]] = {
    "standard library": ("", stdlib),
    "pytricia": ("pytricia", pytricia),
    "py-radix": ("radix", py_radix),
    "netaddr sort+sweep": ("netaddr", netaddr_sweep),
}


def main() -> None:
    """One way on one list; prints its figures as JSON."""
    parse, detect, pairs, named = WAYS[sys.argv[1]][1](Path(sys.argv[2]))
    figures = {
        "import": 0.0,
        "parse": parse,
        "detect": detect,
        "pairs": pairs,
        "named": len(named),
        "peak": peak(),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
