"""Activations in one file to hand on or keep: written whole, taken only after every check."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sci_cli.domain.findings import Finding, Severity
from sci_cli.domain.names import activation_name_problem
from sci_cli.errors import (
    PLACE_OPTIONS,
    ActivationNotFound,
    AlreadyDifferent,
    FileNotThere,
    InvalidFile,
    InvalidValue,
    OutputExists,
    RecordCorrupt,
    SciError,
    sci,
)
from sci_cli.operations.keeping_views import ExportView, ImportView, PackedRow
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.workspace import Workspace
from sci_cli.safety.text import quoted
from sci_cli.store.contract import Loaded, goes_on_with, profiles_named
from sci_cli.store.package import Packed, drafts_of, pack
from sci_cli.store.side_files import side_file
from sci_cli.store.unpacking import unpack
from sci_cli.writers.output_files import write_new

_OUT = "out"
_STORED = ("taken", "updated")
_STAYS = "What is here stays without --update."


# Export ----------------------------------------------------------------------------------------------------


def export(ws: Workspace, names: Sequence[str], to: Path) -> Outcome:
    """Write a package with these activations; with no names, with all.

    Raises:
        ActivationNotFound: there is no such activation, or none at all.
        RecordCorrupt: a record, a profile or evidence fails its check; nothing is written.
        OutputExists: a file of that name exists.
    """
    chosen = tuple(sorted(set(names))) or ws.store.names()
    if not chosen:
        raise ActivationNotFound("There is no activation to export.", fix=sci("new", "NAME"))
    gathered = [_gathered(ws, name) for name in chosen]
    data = pack([packed for packed, _ in gathered])
    write_new(to, data)
    rows = tuple(
        replace(_row(packed, "packed"), drafts_left_out=tuple(sorted(left_out)))
        for packed, left_out in gathered
    )
    return Outcome(
        ExportView(str(to), len(data), hashlib.sha256(data).hexdigest(), rows),
        findings=tuple(_left_out(row) for row in rows if row.drafts_left_out),
        next=(
            sci("import", str(to), note="on the other machine, or in another home", without=PLACE_OPTIONS),
        ),
    )


def _gathered(ws: Workspace, name: str) -> tuple[Packed, list[str]]:
    """One activation with what belongs to it, and the drafts that cannot come along."""
    loaded = ws.load(name)
    activation = loaded.activation
    evidence = {sha256: _evidence(ws, name, sha256) for sha256 in activation.evidence_hashes()}
    drafts: dict[str, bytes] = {}
    left_out = []
    for filename, sha256 in drafts_of(activation).items():
        data = side_file(ws.home, _OUT, filename)
        if data is not None and hashlib.sha256(data).hexdigest() == sha256:
            drafts[filename] = data
        else:
            left_out.append(filename)
    profile, *earlier = (ws.store.pinned_profile(ref) for ref in profiles_named(activation))
    return Packed(activation, loaded.head, profile, evidence, drafts, tuple(earlier)), left_out


def _evidence(ws: Workspace, name: str, sha256: str) -> bytes:
    try:
        return ws.store.evidence(sha256)
    except (FileNotThere, RecordCorrupt) as problem:
        what = "is missing" if isinstance(problem, FileNotThere) else "does not match its hash"
        raise RecordCorrupt(
            f"The evidence {sha256[:12]} of {name} {what}. Nothing was written.",
            why="A package without it would not hold all that the history names.",
            fix=[
                f"Put back the file {sha256} in the folder evidence from a copy of the home.",
                "Or export the other activations by name.",
            ],
        ) from None


def _row(packed: Packed, state: str, said: str = "") -> PackedRow:
    return PackedRow(
        packed.activation.name,
        packed.activation.revision,
        packed.head,
        state,
        said,
        len(packed.evidence),
        len(packed.drafts),
    )


def _left_out(row: PackedRow) -> Finding:
    return Finding(
        "package.draft_left_out",
        Severity.WARNING,
        f"{row.name}: {', '.join(row.drafts_left_out)} is left out: the draft is gone or was edited.",
        why="The history keeps the hash of every draft, so an edited one would not pass the check.",
        fix=("Nothing needs to be done when the mail was sent.",),
        details={"activation": row.name, "drafts": row.drafts_left_out},
    )


# Import ----------------------------------------------------------------------------------------------------


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What to import and how.

    Attributes:
        file: the name of the file, for messages.
        data: its content.
        as_name: the name for the only activation in it, empty for its own.
        update: whether an activation here goes on with what the package adds to its history.
        trust_recipients: whether recipients that nobody here agreed to are accepted.
        dry_run: whether everything but storing is done.
        on_saved: called after each activation that is stored, for whoever reports an interruption.
    """

    file: str
    data: bytes
    as_name: str = ""
    update: bool = False
    trust_recipients: bool = False
    dry_run: bool = False
    on_saved: Callable[[], None] = _nothing


def import_(ws: Workspace, request: ImportRequest) -> Outcome:
    """Take the activations of a package that are not here yet, each whole or not at all.

    Everything in the package is verified before anything is stored. An activation that is here already, at
    the same revision or further on, is left as it is; one that differs is refused, and the others are taken.
    With `update`, one that the package only adds to goes on with it; what was here is a backup then.

    Raises:
        InvalidFile: the file is not a package, or names recipients nobody here agreed to.
        InvalidValue: the new name is no name, or there are several activations for it.
        RecordCorrupt: something in it fails its check.
    """
    packed = _renamed(unpack(request.data, request.file), request.as_name)
    if not request.trust_recipients:
        _refuse_recipients(ws, packed, request.file)
    rows: list[PackedRow] = []
    stopped: SciError | None = None
    for each in packed:
        if stopped is not None:
            rows.append(_row(each, "left", "not reached"))
            continue
        try:
            rows.append(_take(ws, each, request))
        except AlreadyDifferent as other:
            rows.append(_row(each, "refused", other.message))
        except SciError as problem:
            rows.append(_row(each, "taken" if problem.saved else "left", problem.message))
            stopped = problem
        if rows[-1].state in _STORED and not request.dry_run:
            request.on_saved()
    return _outcome(request, tuple(rows), stopped)


def _renamed(packed: tuple[Packed, ...], as_name: str) -> tuple[Packed, ...]:
    if not as_name:
        return packed
    problem = activation_name_problem(as_name)
    if problem is not None:
        raise InvalidValue(problem)
    if len(packed) != 1:
        raise InvalidValue(
            f"The package holds {len(packed)} activations; --as names only one.",
            fix="Leave --as out, or export the one you want alone.",
        )
    (only,) = packed
    return (replace(only, activation=replace(only.activation, name=as_name)),)


def _refuse_recipients(ws: Workspace, packed: Sequence[Packed], file: str) -> None:
    """A profile decides who gets the configuration: one from elsewhere must not bring new recipients."""
    # Many activations share a profile, and looking into what is trusted takes longer than all the rest.
    # Those an activation went by before count as well: undoing the change goes back to them.
    known = {
        ref: profile
        for each in packed
        for ref, profile in zip(profiles_named(each.activation), (each.profile, *each.earlier), strict=True)
    }
    profiles = [profile for profile in known.values() if not ws.catalogue.trusts(profile)]
    if not profiles:
        return
    recipients = sorted(
        {
            f"{contact.email} ({contact.name}, {contact.role})"
            for profile in profiles
            for contact in profile.handoff.contacts
        }
    )
    raise InvalidFile(
        f"{quoted(file)} brings a profile with recipients of the hand-off that you have not agreed to trust. "
        "Nothing was imported.",
        why=[f"Recipient: {each}" for each in recipients],
        fix=[
            "Compare every address, letter by letter, with one you know from elsewhere.",
            sci("import", file, "--trust-recipients", note="only when all of them are right"),
        ],
    )


def _take(ws: Workspace, packed: Packed, request: ImportRequest) -> PackedRow:
    """Store one activation: what it names first, the record last, so that it is there whole or not at all.

    Raises:
        AlreadyDifferent: another activation of that name is here, or a draft of that name.
    """
    name = packed.activation.name
    try:
        there: Loaded | None = ws.store.load(name)
    except ActivationNotFound:
        there = None
    goes_on = there is not None and request.update and goes_on_with(packed.activation, there.activation)
    if there is not None and not goes_on:
        return _row(packed, "there", _compared(there, packed))
    state = "updated" if goes_on else "taken"
    if request.dry_run:
        return _row(packed, state)
    for profile in (packed.profile, *packed.earlier):
        ws.store.pin_profile(profile)
    for sha256, data in packed.evidence.items():
        ws.store.keep_evidence(data, sha256)
    for filename, data in packed.drafts.items():
        _keep_draft(ws, filename, data)
    if goes_on:
        ws.store.receive(packed.activation)
    else:
        ws.store.create(packed.activation)
    return _row(packed, state)


def _compared(there: Loaded, packed: Packed) -> str:
    """What is said when the record here holds all that the package brings.

    Raises:
        AlreadyDifferent: it does not.
    """
    mine, theirs = there.activation, packed.activation
    if there.head == packed.head and mine == theirs:
        return f"the same is here, at revision {mine.revision}"
    if goes_on_with(mine, theirs):
        return f"this home goes further, to revision {mine.revision}"
    if goes_on_with(theirs, mine):
        raise AlreadyDifferent(
            f"{mine.name} is here at revision {mine.revision}; the package goes further, to revision "
            f"{theirs.revision}, with the same history before. {_STAYS}",
        )
    if mine.history[:1] == theirs.history[:1]:
        raise AlreadyDifferent(
            f"{mine.name} is here at revision {mine.revision} and was changed apart from the package, which "
            f"is at revision {theirs.revision}. What is here stays."
        )
    raise AlreadyDifferent(f"Another activation is named {mine.name} here. It stays.")


def _keep_draft(ws: Workspace, filename: str, data: bytes) -> None:
    try:
        write_new(ws.store.out_path(filename), data)
    except OutputExists:
        if side_file(ws.home, _OUT, filename) != data:
            raise AlreadyDifferent(f"Another draft is named {filename} here. It stays.") from None


def _outcome(request: ImportRequest, rows: tuple[PackedRow, ...], stopped: SciError | None) -> Outcome:
    taken = [row for row in rows if row.state in _STORED]
    saved = bool(taken) and not request.dry_run
    refused = [row for row in rows if row.state == "refused"]
    only = rows[0] if len(rows) == 1 else None
    error = _error(request, refused, saved=saved)
    if stopped is not None:
        error = type(stopped)(stopped.message, why=stopped.why, fix=stopped.fix, saved=saved)
    return Outcome(
        ImportView(request.file, hashlib.sha256(request.data).hexdigest(), rows),
        changed=bool(taken),
        activation=only.name if only else "",
        revision=only.revision if only and taken else None,
        head=only.head if only and taken else "",
        next=tuple(sci("status", row.name) for row in taken[:3]),
        dry_run=request.dry_run,
        error=error,
    )


def _error(request: ImportRequest, refused: Sequence[PackedRow], *, saved: bool) -> SciError | None:
    if not refused:
        return None
    count = len(refused)
    forward = any(row.said.endswith(_STAYS) for row in refused)
    return AlreadyDifferent(
        f"{count} activation{' is' if count == 1 else 's are'} not taken: the name is in use here.",
        why=[row.said for row in refused[:20]],
        fix=[
            *(
                (sci("import", request.file, "--update", note="goes on with what it adds"),)
                if forward
                else ()
            ),
            "To have both beside each other, export that one alone and import it under another name:",
            sci("import", request.file, "--as", "NEWNAME"),
        ],
        saved=saved,
    )
