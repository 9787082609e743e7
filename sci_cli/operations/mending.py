"""A damaged record from its backup: what may have been lost is said, and does not open a billing gate."""

from __future__ import annotations

from sci_cli.domain.activation import Activation
from sci_cli.domain.findings import Finding, Severity
from sci_cli.errors import GateClosed, InvalidValue, WrongUsage, sci
from sci_cli.operations import showing
from sci_cli.operations.bringing_back import RESTORE, ranges, reason_of
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.said_again import said_again, to_be_said_again
from sci_cli.operations.views import BroughtBackView
from sci_cli.operations.workspace import ChangeMode, Decided, Workspace, changes_between
from sci_cli.safety.text import quoted
from sci_cli.store.abilities import Damage, Mended, Mending

_WHY = "The change that was lost may have said something else about it."


def mend(ws: Workspace, name: str, revision: int | None, reason: str, mode: ChangeMode) -> Outcome:
    """Put an intact backup in place of a damaged record; the damaged file stays beside it.

    A backup is older than the record it stands for. As long as no order is on it, what a billing gate looks
    at is taken off and has to be said again: the change that was lost may have said otherwise.

    Raises:
        AlreadyDifferent: nothing is wrong with the record.
        ActivationNotFound, RecordCorrupt: there is no intact backup.
        GateClosed: a newer backup holds an order, a hand-off or a change of the port that this one lacks.
        WrongUsage: a revision is to be compared, and a damaged record has none.
    """
    reason = reason_of(reason)
    if mode.if_revision is not None:
        raise WrongUsage(
            f"The record of {name} is damaged, so it has no revision to compare.",
            fix="Leave --if-revision out.",
        )
    if not isinstance(ws.store, Mending):
        raise InvalidValue("The records of this store have no backups that could be put in their place.")
    damage = ws.store.damage(name, revision)
    if revision is not None:
        _require_same_world(damage.backup, ws.store.damage(name).backup)

    def decide(found: Activation) -> Activation:
        summary = f"restored from the backup of revision {found.revision}; the record {damage.what}"
        decided = Decided(to_be_said_again(found), summary, reason, back_to=found.revision)
        return ws.with_event(found, decided, RESTORE, mode)

    mended = None if mode.dry_run else ws.store.mend(name, decide, revision=revision)
    return _outcome(ws, damage, mended, mended.saved.after if mended else decide(damage.backup), mode)


def _require_same_world(chosen: Activation, newest: Activation) -> None:
    """Refuse a backup from before what happened in the world.

    Raises:
        GateClosed: the newest backup holds more of it.
    """
    if newest.order is None or _world(chosen) == _world(newest):
        return
    name = newest.name
    raise GateClosed(
        f"The backup of revision {chosen.revision} is from before what happened later; nothing was changed.",
        why=f"The backup of revision {newest.revision} holds order {newest.order.number} with hand-offs, "
        "port and VPNs as they were then; that stays so.",
        fix=[
            sci("restore", name, "--reason", "REASON", note=f"puts back revision {newest.revision}"),
            sci(
                "restore", name, "--revision", str(chosen.revision), "--reason", "REASON",
                note="then brings back the facts, steps and notes of that revision",
            ),
        ],
    )  # fmt: skip


def _world(activation: Activation) -> tuple[object, ...]:
    return activation.order, activation.handoffs, activation.port, activation.vpns, activation.stages


def _outcome(
    ws: Workspace, damage: Damage, mended: Mended | None, after: Activation, mode: ChangeMode
) -> Outcome:
    backup, name = damage.backup, damage.backup.name
    kept = mended.kept if mended else ""
    holds = "holds" if mended else "would hold"
    lines = [
        f"The record {quoted(damage.path)} {damage.what}.",
        f"{name} {holds} what its backup of revision {backup.revision} holds.",
    ]
    if kept:
        lines.append(f"The damaged file is kept as {quoted(kept)}.")
    changes = changes_between(backup, after)
    header = showing.header(ws.profile_of(after), after)
    return Outcome(
        BroughtBackView(header, tuple(lines), backup.revision, None, changes, kept),
        changed=True,
        activation=name,
        revision=after.revision if mended else backup.revision,
        head=mended.saved.head if mended else "",
        findings=(
            _changes_lost(ws, backup, after),
            *said_again(backup, after, _WHY),
        ),
        next=(sci("history", name), sci("status", name)) if mended else (),
        dry_run=mode.dry_run,
    )


def _changes_lost(ws: Workspace, backup: Activation, after: Activation) -> Finding:
    later = [each for each in ws.store.kept_revisions(backup.name) if each > backup.revision]
    where = f"Backups of revision {ranges(later)} lie beside it; " if later else ""
    return Finding(
        "record.changes_lost",
        Severity.WARNING,
        f"What was recorded after revision {backup.revision} is not in that backup.",
        why=f"{where}{'what came last' if later else 'It'} was in the damaged file alone. "
        f"Revision {backup.revision}: {backup.history[-1].summary}.",
        fix=(
            "Record again what was done since: an order or a hand-off first of all.",
            sci("order", "show", backup.name),
        ),
        details={"revision": str(backup.revision)},
    )
