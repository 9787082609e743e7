"""The judge: what a case expects of one run, and what holds for every run whatever the case."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.corpus.actions import Plan
from tests.corpus.cases import Case, long_values
from tests.corpus.program import Result
from tests.corpus.surroundings import Scene
from tests.corpus.world import NAME, REVISION, Box, tree

# Tab and line feed are what is left of the control characters; CRLF is the line end of CSV.
_RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_RAW_ON_SCREEN = re.compile("[\x00-\x06\x80-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_CALM = ("OK", "PENDING", "PIPE", "KILLED", "INTERRUPTED", "OUTPUT")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is on the disk at a moment."""

    records: Mapping[str, str]
    outside: Mapping[str, str]
    temporary: int
    revision: int

    @classmethod
    def of(cls, box: Box) -> Snapshot:
        """The sandbox as it is now."""
        records = box.digests()
        return cls(records, tree(box.outside), sum(".tmp" in name for name in records), _revision(box))


def _revision(box: Box) -> int:
    """The revision the record's file says, the usual one where it says nothing."""
    if box.record.is_symlink() or not box.record.is_file():
        return REVISION
    found = re.search(r"^revision: '([0-9]+)'$", box.record.read_text("utf-8", "replace"), re.MULTILINE)
    return int(found[1]) if found else REVISION


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything there is to judge."""

    case: Case
    box: Box
    plan: Plan
    scene: Scene
    results: Sequence[Result]
    before: Snapshot
    after: Snapshot
    reasons: list[str] = field(default_factory=list)

    @property
    def output(self) -> str:
        """All output of all runs."""
        return "\n".join((each.out + b"\n" + each.err).decode("utf-8", "replace") for each in self.results)

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes the case allows."""
        return self.case.expect.classes


def judge(seen: Seen, exits: Mapping[str, frozenset[int]]) -> list[str]:
    """Everything that is wrong, in words; empty for a case that passes."""
    reasons = [
        *_ends(seen, exits),
        *_words(seen),
        *_bytes(seen),
        *_outside(seen),
        *_state(seen),
        *_next(seen),
    ]
    return list(dict.fromkeys(reasons))


def is_right(result: Result, case: Case, exits: Mapping[str, frozenset[int]]) -> bool:
    """Whether a run ends in one of the classes of its case."""
    return any(result.exit in exits.get(name, ()) for name in case.expect.classes)


def _ends(seen: Seen, exits: Mapping[str, frozenset[int]]) -> list[str]:
    expect, reasons = seen.case.expect, []
    for result in seen.results:
        if result.exit == -1:
            reasons.append(f"did not end within {seen.scene.around.limit:.0f} s")
        elif result.seconds > seen.case.limit and not seen.scene.around.wrapper:
            reasons.append(f"too slow: {result.seconds:.1f} s of {seen.case.limit:.0f} s")
        if not is_right(result, seen.case, exits) and result.exit != -1:
            reasons.append(
                f"exit {result.exit} ({_named(result.exit, exits)}) instead of {'|'.join(expect.classes)}"
            )
    if expect.each:
        ended = [next((n for n in expect.classes if r.exit in exits[n]), str(r.exit)) for r in seen.results]
        lacking = [name for name in expect.classes if name not in ended]
        if lacking or ended.count(expect.classes[0]) != 1:
            reasons.append(f"the runs end {' and '.join(ended)} instead of {'+'.join(expect.classes)}")
    return reasons


def _named(code: int, exits: Mapping[str, frozenset[int]]) -> str:
    return next((name for name, codes in exits.items() if code in codes), "no class")


def _words(seen: Seen) -> list[str]:
    reasons, output = [], seen.output
    if "Traceback (most recent call last)" in output:
        reasons.append("a traceback is shown")
    flat = re.sub(r"\s+", " ", output).casefold()
    for words in seen.case.expect.says:
        if not any(re.sub(r"\s+", " ", each).casefold() in flat for each in _alternatives(words)):
            reasons.append(f"does not say {words!r}")
    for value in long_values(dict(seen.case.input)):
        if value.strip() in output:
            reasons.append("echoes a long value whole")
    return [*reasons, *_error_form(seen)]


def _alternatives(words: str) -> list[str]:
    return [words, *(part for part in words.split("|") if part)] if "|" in words.strip("|") else [words]


def _error_form(seen: Seen) -> list[str]:
    """An error names the file it is about, and one next step."""
    if any(name in _CALM for name in seen.classes) or "2>" in seen.scene.around.redirect:
        return []
    for result in seen.results:
        said = result.err.decode("utf-8", "replace")
        if not said.strip():
            return ["standard error is empty"]
        if "Fix:" not in said:
            return ["standard error names no next step (Fix:)"]
    if seen.plan.file and seen.plan.file not in re.sub(r"\s+", " ", seen.output):
        return [f"does not name the file {seen.plan.file}"]
    return []


def _bytes(seen: Seen) -> list[str]:
    for result in seen.results:
        pattern = _RAW_ON_SCREEN if result.terminal else _RAW
        for name, data in (("output", result.out), ("error", result.err)):
            text = data.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
            found = pattern.search(text)
            if found:
                return [f"raw U+{ord(found[0]):04X} in standard {name}"]
    return []


def _outside(seen: Seen) -> list[str]:
    if seen.before.outside != seen.after.outside:
        return ["something outside the home was written"]
    return []


def _state(seen: Seen) -> list[str]:
    wanted, reasons = seen.case.expect.state, _modes(seen)
    if seen.scene.rivals:
        return reasons
    same = seen.before.records == seen.after.records
    if wanted in ("unchanged", "readable") and not same:
        differing = sorted({k for k, v in {*seen.before.records.items()} ^ {*seen.after.records.items()}})
        reasons.append(f"the records changed: {', '.join(differing[:3])}")
    if wanted == "readable" and not _shown(seen):
        reasons.append("the record is not shown")
    if wanted == "any" and seen.after.temporary - seen.before.temporary > 1:
        reasons.append("more than one temporary file is left")
    if wanted in ("changed", "created") and same:
        reasons.append("nothing was changed")
    return reasons


def _shown(seen: Seen) -> bool:
    if seen.case.op == "profile_use":
        return bool(seen.results[-1].out.strip())
    if seen.scene.around.redirect or seen.case.op == "export_csv":
        return bool(seen.output.strip())
    return NAME in seen.output


def _modes(seen: Seen) -> list[str]:
    """Files the run made are 0600, folders 0700."""
    for name in sorted(set(seen.after.records) - set(seen.before.records)):
        path = seen.box.state / name
        try:
            mode = path.lstat().st_mode
        except OSError:
            continue
        right = 0o700 if stat.S_ISDIR(mode) else 0o600
        if stat.S_IMODE(mode) != right and not stat.S_ISLNK(mode):
            return [f"{Path(name).name} has mode {stat.S_IMODE(mode):04o} instead of {right:04o}"]
    return []


def _next(seen: Seen) -> list[str]:
    """The revisions are as many as they should be, and the next ordinary command works."""
    if seen.scene.settled or seen.plan.settled or "CORRUPT" in seen.classes:
        return []
    wanted = seen.case.expect.state
    special = bool(seen.case.setup) or bool(seen.plan.disturb) or seen.case.kind == "statefile"
    if seen.before.records == seen.after.records and not special:
        # The very same records as in every other case, where it works.
        return []
    reasons = _revisions(seen, wanted)
    if special and not reasons and not (wanted == "unchanged" and seen.plan.subject != NAME):
        after = seen.box.sci("note", seen.plan.subject, "the next ordinary command")
        if after.exit != 0:
            said = (after.err or after.out).decode("utf-8", "replace").strip()
            reasons.append(f"the next ordinary command fails: exit {after.exit}: {said[:120]}")
    return reasons


def _revisions(seen: Seen, wanted: str) -> list[str]:
    shown = seen.box.sci("history", seen.plan.subject, "-o", "json")
    if shown.exit != 0:
        if wanted == "unchanged" and seen.plan.subject != NAME:
            return []
        said = (shown.err or shown.out).decode("utf-8", "replace").strip()
        return [f"the history cannot be read afterwards: exit {shown.exit}: {said[:120]}"]
    document = json.loads(shown.out)
    revision, events = int(document["revision"]), len(document["data"]["events"])
    start = 0 if wanted == "created" else seen.before.revision
    new = {"changed": [seen.case.expect.revisions], "created": [1], "any": [0, 1]}.get(wanted, [0])
    if seen.scene.rivals:
        return []
    if revision - start not in new:
        return [f"{revision - start} new revisions instead of {' or '.join(map(str, new))}"]
    if events != revision:
        return [f"{events} events in the history at revision {revision}"]
    return []
