"""The store a team shares: set it up, look at it, move activations to and from files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sci_cli.errors import AlreadyDifferent, Command, Fix, SciError, sci
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.sharing_views import MovedRow, MovedView, StoreSetupView, StoreView

if TYPE_CHECKING:
    from sci_cli.store.contract import Loaded, Store
    from sci_cli.store.postgres import PostgresStore

NOT_MOVED = "not moved"


@dataclass(frozen=True, slots=True)
class Place:
    """A store and where it is.

    Attributes:
        shown: as a person may see it.
        without: the options that commands about it do not take over from a run that names both stores.
    """

    store: Store
    shown: str
    without: tuple[str, ...] = ()


def set_up(url: str, *, team: str, role: str) -> Outcome:
    """Make what is missing of a shared store, and admit a role to a team.

    Raises:
        WrongUsage, InvalidValue: the address, the team or the role is not acceptable.
        StoreUnavailable: the server refuses something; nothing was changed.
    """
    from sci_cli.store.server_address import read_address
    from sci_cli.store.server_setup import set_up as make

    address = read_address(url)
    done = make(address, team=team, role=role)
    made = tuple(each.what for each in done if each.made)
    kept = tuple(each.what for each in done if not each.made)
    after = (
        (sci("store", "status", note="as that role, with --store or SCI_STORE", without=("--store",)),)
        if role
        else (sci("store", "init", "URL", "--team", "TEAM", "--role", "ROLE", note="admits people"),)
    )
    return Outcome(StoreSetupView(address.shown, made, kept), changed=bool(made), next=after)


def files(store: Store, home: str) -> Outcome:
    """The store of files in use."""
    return Outcome(StoreView("files", home, "", len(store.names())))


def shared(store: PostgresStore, *, op_id: str = "") -> Outcome:
    """The shared store in use; with an op-id, whether that change is in it."""
    names = store.names()
    found = store.operation_revisions(op_id) if op_id else ()
    said = ", ".join(f"revision {revision} of {name}" for name, revision in found)
    return Outcome(StoreView("postgresql", store.place, store.team, len(names), op_id, said))


def move(names: Sequence[str], source: Place, target: Place, *, dry_run: bool = False) -> Outcome:
    """Copy activations with history, profile and evidence; each of them wholly or not at all.

    The first problem is the error of the outcome; the other activations are moved all the same.
    """
    rows, problems = [], []
    for name in dict.fromkeys(names):
        try:
            one = _tried if dry_run else _moved
            rows.append(one(name, source, target.store))
        except SciError as problem:
            if isinstance(problem, AlreadyDifferent):
                problem.why = (*problem.why, "Both stay as they are; go on with one of them.")
                problem.fix = _ways_on(name, source, target)
            problems.append(problem)
            rows.append(MovedRow(name, NOT_MOVED, None, "", problem=problem.message))
    lacking = tuple(
        f"The evidence {sha256} of {row.name} is missing where it comes from, so it did not go along."
        for row in rows
        for sha256 in row.lacking
    )
    return Outcome(
        MovedView(source.shown, target.shown, tuple(rows)),
        changed=any(row.outcome in ("new", "brought up to date") for row in rows),
        notices=lacking,
        dry_run=dry_run,
        error=problems[0] if problems else None,
    )


def _ways_on(name: str, source: Place, target: Place) -> tuple[Fix, ...]:
    """How to look at both of two records that cannot be joined, and how to have both in one place."""
    package, from_, to = f"{name}.zip", _which(source), _which(target)
    files, shared = (source, target) if source.without else (target, source)
    return (
        sci("history", name, without=files.without, note=f"the one in {_which(files)}"),
        sci("history", name, without=shared.without, note=f"the one in {_which(shared)}"),
        sci("export", name, "--to", package, without=source.without, note=f"packs the one in {from_}"),
        sci(
            "import", package, "--as", "NEW-NAME", without=target.without,
            note=f"takes that into {to} as well, under another name",
        ),
    )  # fmt: skip


def _which(place: Place) -> str:
    return "the files of this machine (SCI_STORE unset)" if place.without else "the shared store"


def _load(name: str, source: Place) -> Loaded:
    """What is to be copied.

    Raises:
        SciError: it cannot be read there; the commands of the error are about that store.
    """
    try:
        return source.store.load(name)
    except SciError as problem:
        problem.fix = tuple(
            replace(fix, without=source.without) if isinstance(fix, Command) else fix for fix in problem.fix
        )
        raise


def _moved(name: str, source: Place, target: Store) -> MovedRow:
    from sci_cli.store.moving import move as bring

    activation = _load(name, source).activation
    saved, lacking = bring(activation, source.store, target)
    outcome = "already there" if not saved.changed else "brought up to date" if saved.before else "new"
    kept = len(activation.evidence_hashes()) - len(lacking)
    return MovedRow(name, outcome, saved.after.revision, saved.head, kept, lacking)


def _tried(name: str, source: Place, target: Store) -> MovedRow:
    """What would become of one of them; nothing is written."""
    from sci_cli.errors import ActivationNotFound
    from sci_cli.store.contract import received

    loaded = _load(name, source)
    kept = len(loaded.activation.evidence_hashes())
    try:
        there = target.load(name)
    except ActivationNotFound:
        return MovedRow(name, "new", loaded.activation.revision, loaded.head, kept)
    if received(there.activation, loaded.activation) is there.activation:
        return MovedRow(name, "already there", there.activation.revision, there.head, kept)
    return MovedRow(name, "brought up to date", loaded.activation.revision, loaded.head, kept)
