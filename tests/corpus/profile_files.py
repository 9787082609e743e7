"""Profiles made from sound ones: one field replaced, a gate dropped, recipients added, an include written."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.corpus.actions import OTHER, Action, Plan, only
from tests.corpus.cases import Case, NotPossible, content_of, merge_bomb, text_of
from tests.corpus.given_files import special_file
from tests.corpus.program import Word
from tests.corpus.world import Box, Stage

ROOT = Path(__file__).resolve().parent.parent.parent
FICTITIOUS = ROOT / "tests/profiles/fictitious.yaml"
SHIPPED = ROOT / "profiles/alibaba-cloud.yaml"

GATES = {
    "alibaba_account_active": "account-active",
    "account_active": "account-active",
    "pip_active": "private-ip-active",
    "private_ip_active": "private-ip-active",
}


def profile_use(case: Case) -> Action:
    """`profile check`; a sound profile is also shown, and one with other recipients is used by `new`."""
    only(case, "text", "hex", "gen", "put", "gates_removed", "recipients", "include", "special", "alias_bomb",
         "merge_bomb", "name")  # fmt: skip
    return Action(Stage("ready"), lambda box: _plan(box, case))


def _plan(box: Box, case: Case) -> Plan:
    given = case.input
    path = box.work / str(given.get("name", "provider.yaml"))
    usual = FICTITIOUS.read_bytes()
    if "special" in given:
        path = special_file(box, path, str(given["special"]), usual)
    else:
        path = box.write(path, _content(box, given, usual))
    check: tuple[Word, ...] = ("profile", "check", str(path))
    if "recipients" in given:
        use = (
            "new", OTHER, "--profile", str(path), "--customer=Acme Ltd", "--location=Hong Kong",
            "--data-plan=1 TB",
        )  # fmt: skip
        return Plan([use], file=path.name)
    if case.expect.classes == ("OK",):
        # The text of a step is what `explain` shows, not `profile show`.
        return Plan([check, ("explain", "K1", "--profile", str(path))])
    return Plan([check], file=path.name)


def _content(box: Box, given: Mapping[str, Any], usual: bytes) -> bytes:
    content = content_of(given)
    if content is not None:
        return content
    if any(each.get("input") == "merge_bomb" for each in given.get("setup", []) if isinstance(each, Mapping)):
        return merge_bomb().encode()
    if "put" in given:
        return _put(usual.decode(), given["put"]).encode("utf-8", "surrogatepass")
    if "gates_removed" in given:
        return _without_gates(given["gates_removed"])
    if "recipients" in given:
        return with_recipients([text_of(each) for each in given["recipients"]])
    if "include" in given:
        return f"include: {json.dumps(box.placeholders(text_of(given['include'])))}\n".encode() + usual
    return usual


def _put(usual: str, put: Mapping[str, Any]) -> str:
    """The fictitious profile with one field replaced by raw YAML."""
    places = {
        "text": r"^(    text: )[^|>\n]+$",
        "date": r"^(      verified: )[^\n]+$",
        "number": r"^(      minimum: )[^\n]+$",
        "bool": r"^(      automatic: )[^\n]+$",
    }
    pattern = places.get(str(put["field"]))
    raw = str(put["yaml"]) if "yaml" in put else text_of(put)
    if pattern is None or not re.search(pattern, usual, re.MULTILINE):
        raise NotPossible(f"the base profile has no field of the type {put['field']!r} to replace")
    return re.sub(pattern, lambda found: found[1] + raw, usual, count=1, flags=re.MULTILINE)


def _without_gates(named: Sequence[str]) -> bytes:
    text = SHIPPED.read_text(encoding="utf-8")
    for name in named:
        gate = GATES.get(name)
        if gate is None:
            raise NotPossible(f"there is no gate {name!r}")
        text, count = re.subn(rf"^ *- \{{gate: {re.escape(gate)},[^\n]*\n", "", text, flags=re.MULTILINE)
        if count != 1:
            raise NotPossible(f"the gate {gate} is not written on one line of the shipped profile any more")
    return text.replace("id: alibaba-cloud\n", "id: provider\n", 1).encode()


def with_recipients(addresses: Sequence[str]) -> bytes:
    """A copy of the shipped profile that names other people."""
    text = SHIPPED.read_text(encoding="utf-8")
    people = "".join(
        f"    - {{name: Support, role: support, email: {json.dumps(address)}, verified: 2026-03-01}}\n"
        for address in addresses
    )
    text, count = re.subn(
        r"^  contacts:\n", lambda found: found[0] + people, text, count=1, flags=re.MULTILINE
    )
    if count != 1:
        raise NotPossible("the shipped profile lists its contacts in another way now")
    return text.encode()
