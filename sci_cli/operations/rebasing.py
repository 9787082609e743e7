"""Going over to the current content of an activation's profile: the plan and the change."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sci_cli.domain.activation import Activation, ProfileRef
from sci_cli.domain.findings import Finding, Severity
from sci_cli.domain.profile import Profile
from sci_cli.domain.profile_changes import recipients
from sci_cli.domain.progress import progress
from sci_cli.domain.rebasing import Rebased, rebased
from sci_cli.errors import Command, InvalidValue, ProfileNotFound, sci
from sci_cli.operations import showing
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.rebase_views import ProfileContent, RebaseView
from sci_cli.operations.workspace import ChangeMode, Decided, Workspace
from sci_cli.safety.text import quoted
from sci_cli.store.contract import check_revision, reference

_COMMAND = "profile rebase"


@dataclass(frozen=True, slots=True)
class Target:
    """The content to go over to: where it comes from, empty for the catalogue, and what it is."""

    source: str
    profile: Profile
    ref: ProfileRef


def target_of(ws: Workspace, name: str, source: str = "", *, check_trust: bool = True) -> Target:
    """The content an activation would go over to: that of the catalogue, or of a file.

    Raises:
        ActivationNotFound, ProfileNotFound, InvalidFile: there is none, or it cannot be used.
        InvalidValue: it is a profile of another id.
    """
    present = ws.load(name).activation.profile
    try:
        found = ws.catalogue.load(source or present.id, check_trust=check_trust)
    except ProfileNotFound as missing:
        if source:
            raise
        again = _typed(name, "--plan", "FILE.yaml")
        raise ProfileNotFound(missing.message, why=missing.why, fix=[again, *missing.fix]) from None
    if found.id != present.id:
        raise InvalidValue(
            f"{name} goes by the profile {present.id}; {quoted(source, 120)} is {found.id}.",
            why="Another profile is another process: its steps and facts are not the same.",
            fix=f"Name a file that holds the profile {present.id}.",
        )
    return Target(source, found, reference(found))


def plan(ws: Workspace, name: str, source: str, if_revision: int | None = None) -> Outcome:
    """What would change if the activation went over now; nothing is written.

    The recipients need not be trusted for a look: they are to be compared first.

    Raises:
        As for `target_of`; StaleRevision: the record is at another revision.
    """
    target = target_of(ws, name, source, check_trust=False)
    loaded = ws.load(name)
    activation = loaded.activation
    check_revision(activation, if_revision)
    old = ws.profile_of(activation)
    found = rebased(old, target.profile, activation, target.ref, ws.now())
    same = found.activation is activation
    lines = (_same(name),) if same else ("This is a plan; nothing is changed.",)
    return Outcome(
        _view(old, target, activation, found, lines),
        activation=name,
        revision=activation.revision,
        head=loaded.head,
        findings=(*found.findings, *(() if same else _untrusted(ws, target))),
        next=() if same else (_typed(name, "--apply", source),),
        notices=loaded.notices,
    )


def rebase(ws: Workspace, name: str, target: Target, mode: ChangeMode) -> Outcome:
    """Let the activation go over; what was done is carried over.

    Raises:
        Replayed, StaleRevision, SciError: see `Workspace.change`.
    """
    seen: list[Rebased] = []

    def decide(before: Activation, old: Profile) -> Decided:
        found = rebased(old, target.profile, before, target.ref, ws.now())
        seen.append(found)
        return Decided(found.activation, _summary(old, target, before), findings=found.findings)

    # Before the record names it, and only where it will.
    if not mode.dry_run and ws.load(name).activation.profile != target.ref:
        ws.store.pin_profile(target.profile)
    changed = ws.change(name, _COMMAND, decide, mode)
    if not mode.dry_run:
        ws.catalogue.remember(target.ref.id)
    old, after = changed.profile, changed.after
    said = f"{name} now goes by version {target.profile.version} of {target.profile.id}."
    trial = mode.dry_run and changed.changed
    lines = () if trial else (said if changed.changed else _same(name),)
    known = progress(target.profile, after, ws.now())
    view = _view(old, target, changed.before, seen[-1], lines)
    return showing.outcome_of(
        changed,
        view if trial else replace(view, header=showing.header(target.profile, after)),
        mode,
        next=showing.next_commands(target.profile, after, known) if changed.changed else (),
    )


def _view(
    old: Profile, target: Target, activation: Activation, found: Rebased, lines: tuple[str, ...]
) -> RebaseView:
    new = target.profile
    return RebaseView(
        header=showing.header(old, activation),
        profile=new.id,
        before=ProfileContent(old.version, activation.profile.digest, old.handoff.contacts),
        after=ProfileContent(new.version, target.ref.digest, new.handoff.contacts),
        changes=found.changes,
        steps=found.steps,
        recipients_change=recipients(old) != recipients(new),
        lines=lines,
    )


def _same(name: str) -> str:
    return f"{name} goes by this content of the profile already; there is nothing to do."


def _summary(old: Profile, target: Target, before: Activation) -> str:
    new = target.profile
    return (
        f"went over from version {old.version} ({before.profile.digest[:12]}) of profile {new.id} "
        f"to version {new.version} ({target.ref.digest[:12]})"
    )


def _typed(name: str, what: str, source: str) -> Command:
    return sci("profile", "rebase", name, what, *(("--to", source) if source else ()))


def _untrusted(ws: Workspace, target: Target) -> tuple[Finding, ...]:
    """Recipients nobody here has agreed to: going over is refused until somebody does."""
    if ws.catalogue.trusts(target.profile):
        return ()
    return (
        Finding(
            "profile.recipients_not_trusted",
            Severity.WARNING,
            "Nobody here has agreed to the recipients of this profile; going over is refused until then.",
            why="Whoever stands there receives the customer's configuration.",
            fix=(
                sci(
                    "profile", "trust", target.source or target.profile.id,
                    note="only when all of them are right",
                ),
            ),
        ),
    )  # fmt: skip


# For a person who is asked in between -----------------------------------------------------------------------


def answered(outcome: Outcome) -> Outcome:
    """What was done, without the plan that was shown above the question."""
    return replace(outcome, view=replace(_of(outcome), shown_before=True), findings=())


def _of(outcome: Outcome) -> RebaseView:
    if not isinstance(outcome.view, RebaseView):
        raise AssertionError("the outcome is that of another operation")
    return outcome.view
