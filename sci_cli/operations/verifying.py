"""Whether everything stored is as it was written, and whether a history is the one somebody noted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sci_cli.domain.findings import Finding, Severity, blockers
from sci_cli.errors import ActivationNotFound, InvalidValue, RecordCorrupt, SciError, sci
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.work_views import Counted, VerifiedRecord, VerifyView
from sci_cli.operations.workspace import Workspace
from sci_cli.safety.text import quoted
from sci_cli.store.abilities import Inspectable, Inspected
from sci_cli.store.contract import Loaded, Store, profiles_named
from sci_cli.store.document import heads

_HEAD = re.compile(r"[0-9a-f]{12,64}")


def verify(ws: Workspace, names: Sequence[str], expected: Mapping[str, str]) -> Outcome:
    """Look at every record, backup, pinned profile, piece of evidence and draft; nothing is written.

    Args:
        ws: the workspace.
        names: the activations to look at; none means everything.
        expected: by activation, a head of any of its revisions that somebody noted, or its beginning.

    Raises:
        InvalidValue: an expected head is none.
        ActivationNotFound: there is nothing of an activation.
        StoreUnavailable: the store cannot be read.
    """
    for name, head in expected.items():
        if not _HEAD.fullmatch(head):
            raise InvalidValue(
                f"{quoted(head, 70)} is no head of {quoted(name, 70)}: a head is 12 to 64 of 0-9 and a-f.",
                fix="It is printed after each change and stands in each hand-off draft.",
            )
    names = tuple(dict.fromkeys([*names, *expected])) if names else ()
    found = _inspected(ws, names)
    for name in expected:
        if name not in found.records and not any(name in _about(each) for each in found.findings):
            raise ActivationNotFound(
                f"The activation {quoted(name, 80)} is not found.", fix=[sci("list"), sci("verify")]
            )
    findings = [*found.findings]
    rows = []
    for name, loaded in sorted(found.records.items()):
        wanted = expected.get(name)
        revision = _revision_of(loaded, wanted) if wanted else None
        if wanted and revision is None:
            findings.append(_rewritten(name, wanted, loaded, found))
        rows.append(VerifiedRecord(name, loaded.activation.revision, loaded.head, revision))
    wrong = blockers(findings)
    count = "1 thing does" if len(wrong) == 1 else f"{len(wrong)} things do"
    verdict = (
        f"{count} not hold." if wrong else "Everything holds." if rows else "There is nothing to verify."
    )
    view = VerifyView(
        verdict,
        not wrong,
        str(ws.home),
        tuple(Counted(what, number) for what, number in found.counted.items()),
        tuple(rows),
    )
    notices = tuple(notice for loaded in found.records.values() for notice in loaded.notices)
    return Outcome(
        view,
        activation=names[0] if len(names) == 1 else "",
        findings=tuple(findings),
        notices=notices,
        error=RecordCorrupt(verdict, findings=wrong) if wrong else None,
    )


def _about(finding: Finding) -> str:
    return str(finding.details.get("file", ""))


def _inspected(ws: Workspace, names: Sequence[str]) -> Inspected:
    store: Store | Inspectable = ws.store
    return store.inspect(names) if isinstance(store, Inspectable) else _records_alone(ws.store, names)


def _records_alone(store: Store, names: Sequence[str]) -> Inspected:
    """Of a store that has nothing but records: whether each can be read and has its profiles."""
    records: dict[str, Loaded] = {}
    findings = []
    for name, loaded in store.load_all(names or store.names()):
        try:
            if isinstance(loaded, SciError):
                raise loaded
            for ref in profiles_named(loaded.activation):
                store.pinned_profile(ref)
            records[name] = loaded
        except ActivationNotFound:
            raise
        except SciError as problem:
            findings.append(
                Finding(
                    "record.damaged", Severity.BLOCKER, problem.message, " ".join(problem.why), problem.fix,
                    details={"file": name},
                )
            )  # fmt: skip
    return Inspected(records, {"records": len(records) + len(findings)}, tuple(findings), {}, {})


def _revision_of(loaded: Loaded, wanted: str) -> int | None:
    """The revision that ended in this head; None when none did."""
    return next(
        (number for number, head in enumerate(heads(loaded.activation), 1) if head.startswith(wanted)), None
    )


def _rewritten(name: str, wanted: str, loaded: Loaded, found: Inspected) -> Finding:
    """That the history is another one, and since when it can be."""
    stray = next(
        (each for each in found.strays.get(name, ()) if any(head.startswith(wanted) for head in each.heads)),
        None,
    )
    said = f"The history of {name} was rewritten: no revision of it ended in the head {quoted(wanted, 70)}."
    if stray is not None:
        after = f"after revision {stray.same} ({stray.since})" if stray.same else "from its first event on"
        why = f"The backup {stray.file} has that head; the record differs from it {after}."
    else:
        written = found.written.get(name)
        until = f" and the last writing of its file, {_day(written)}" if written is not None else ""
        why = (
            f"No backup has that head, so it can be any event up to it, between the day it was noted{until}. "
            f"The record ends at revision {loaded.activation.revision} with the head {loaded.head}."
        )
    return Finding(
        "history.rewritten",
        Severity.BLOCKER,
        said,
        why=why,
        fix=(
            "Compare with a copy of the home from before that day, or with the draft that carries the head.",
            sci("history", name, "-v"),
        ),
        details={"file": f"activations/{name}.yaml", "expected": wanted, "head": loaded.head},
    )


def _day(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
