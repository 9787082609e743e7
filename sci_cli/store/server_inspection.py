"""A look at everything a team has on the server: rows against each other, content against its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sci_cli.domain.activation import ProfileRef
from sci_cli.domain.findings import Finding, Severity
from sci_cli.domain.plain import canonical, to_plain
from sci_cli.errors import Fix, SciError
from sci_cli.store.abilities import Inspected, Stray
from sci_cli.store.contract import Loaded, Store, no_activation, profiles_named
from sci_cli.store.document import NewerFormat, NotIntact, heads, parse
from sci_cli.store.server_rows import EVIDENCE_KEPT, HISTORY, PROFILES, as_read

Rows = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]

_BATCH = 50
_TELL = "Tell whoever looks after the server: nobody with the rights of a member can do this."


@dataclass(slots=True)
class ServerInspection:
    """Looks through what one team has and gathers what it finds; nothing is written.

    Args:
        store: reads and verifies records and evidence.
        team: whose they are.
        rows: what a statement gives, in a transaction of its own.
    """

    store: Store
    team: str
    rows: Rows
    findings: list[Finding] = field(default_factory=list)
    records: dict[str, Loaded] = field(default_factory=dict)
    strays: dict[str, tuple[Stray, ...]] = field(default_factory=dict)
    counted: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("records", "backups", "profiles", "evidence"), 0)
    )

    def of(self, names: Sequence[str]) -> Inspected:
        """Everything that belongs to these activations; without names, everything of the team.

        Raises:
            ActivationNotFound: there is no record of one of them.
            StoreUnavailable: the server cannot be asked.
        """
        there = self.store.names()
        for name in names:
            if name not in there:
                raise no_activation(name)
        for name, loaded in self.store.load_all(names or there):
            self.counted["records"] += 1
            if isinstance(loaded, SciError):
                where = f"sci.activation {name}"
                self._wrong("record.damaged", where, loaded.message, *loaded.fix, why=" ".join(loaded.why))
            else:
                self.records[name] = loaded
        intact = sorted(self.records)
        for start in range(0, len(intact), _BATCH):
            self._histories(intact[start : start + _BATCH])
        self._profiles(whole=not names)
        self._evidence(whole=not names)
        return Inspected(self.records, self.counted, tuple(self.findings), self.strays, {})

    def _wrong(self, code: str, where: str, message: str, *fix: Fix, why: str = "") -> None:
        self.findings.append(
            Finding(code, Severity.BLOCKER, message, why=why, fix=fix or (_TELL,), details={"file": where})
        )

    # The history -----------------------------------------------------------------------------------------

    def _histories(self, names: Sequence[str]) -> None:
        """Every event of the records has its row, with the same content, head and document."""
        found: dict[str, list[tuple[Any, ...]]] = {name: [] for name in names}
        for name, *row in self.rows(HISTORY, (self.team, list(names))):
            found[str(name)].append(tuple(row))
        for name, rows in found.items():
            self._history(name, rows)

    def _history(self, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
        activation = self.records[name].activation
        chain = heads(activation)
        # A change made since the record was read adds rows behind it.
        rows = [row for row in rows if int(row[0]) <= activation.revision]
        if [int(row[0]) for row in rows] != list(range(1, activation.revision + 1)):
            self._wrong(
                "history.rewritten",
                f"sci.history {name}",
                f"The history table does not hold every event of {name}, or one twice.",
            )
            return
        strays = []
        for revision, event, head, document, *columns in rows:
            where = f"sci.history {name} {revision}"
            true = activation.history[revision - 1]
            if str(event) != canonical(to_plain(true)):
                said = f"Event {revision} of {name} in the history table is not that of the record."
                self._wrong("history.rewritten", where, said)
            elif tuple(columns) != as_read((true.at, true.by, true.summary)):
                said = (
                    f"The columns beside event {revision} of {name} in the history table say something else."
                )
                self._wrong("history.rewritten", where, said)
            if head is not None and str(head) != chain[revision - 1]:
                said = f"The head of revision {revision} of {name} in the history table is another one."
                self._wrong("history.rewritten", where, said)
            if document is not None and revision < activation.revision:
                strays += self._document(name, revision, str(document), chain, where)
        self.strays[name] = tuple(strays)

    def _document(
        self, name: str, revision: int, document: str, chain: Sequence[str], where: str
    ) -> list[Stray]:
        self.counted["backups"] += 1
        what = f"Revision {revision} of {name} in the history table"
        try:
            parsed = parse(document.encode("utf-8", "replace"), name)
        except (NotIntact, NewerFormat) as problem:
            said = problem.sentence if isinstance(problem, NotIntact) else "was written by a newer version"
            self._wrong("backup.damaged", where, f"{what} {said}.")
            return []
        if parsed.activation.revision != revision:
            self._wrong("backup.damaged", where, f"{what} holds revision {parsed.activation.revision}.")
            return []
        if parsed.head == chain[revision - 1]:
            return []
        own = heads(parsed.activation)
        same = sum(1 for mine, other in zip(chain, own, strict=False) if mine == other)
        since = f"after revision {same}" if same else "from the beginning"
        self._wrong("backup.other_history", where, f"{what} has another history than the record {since}.")
        return [Stray(where, own, same, "")]

    # What the records name -------------------------------------------------------------------------------

    def _profiles(self, *, whole: bool) -> None:
        refs = [(name, profiles_named(each.activation)) for name, each in sorted(self.records.items())]
        named = {
            ref: f"{name} went by it before; its history names it." for name, all_ in refs for ref in all_
        }
        named |= {present: f"{name} goes on with it." for name, (present, *_) in refs}
        kept = {
            ProfileRef(str(id_), str(digest)): text for id_, digest, text in self.rows(PROFILES, (self.team,))
        }
        for ref in sorted({*named, *(kept if whole else ())}, key=lambda each: (each.id, each.digest)):
            self.counted["profiles"] += 1
            text = kept.get(ref)
            if text is None:
                wrong = "is not there"
            elif hashlib.sha256(str(text).encode("utf-8")).hexdigest() != ref.digest:
                wrong = "does not match its digest: it was edited or damaged"
            else:
                continue
            why = named.get(ref, "")
            where = f"sci.profile {ref.id} {ref.digest[:12]}"
            self._wrong("profile.pin_damaged", where, f"The pinned profile {ref.id} {wrong}.", why=why)

    def _evidence(self, *, whole: bool) -> None:
        named = {
            sha256: name
            for name, loaded in sorted(self.records.items(), reverse=True)
            for sha256 in loaded.activation.evidence_hashes()
        }
        there = {str(sha256) for (sha256,) in self.rows(EVIDENCE_KEPT, (self.team,))}
        for sha256 in sorted({*named, *(there if whole else ())}):
            where = f"sci.evidence {sha256}"
            why = f"{named[sha256]} refers to it." if sha256 in named else ""
            if sha256 not in there:
                said = f"Evidence of {named[sha256]} is not on the server: {sha256}."
                self._wrong("evidence.missing", where, said)
                continue
            self.counted["evidence"] += 1
            try:
                self.store.evidence(sha256)
            except SciError as problem:
                self._wrong("evidence.damaged", where, problem.message, why=why)
