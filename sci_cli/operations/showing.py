"""From records to what screens show: header lines, step rows, the commands that belong to a step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sci_cli.domain import facts
from sci_cli.domain.activation import Activation
from sci_cli.domain.facts import CORE_FACTS
from sci_cli.domain.findings import Finding
from sci_cli.domain.port_rules import open_requests
from sci_cli.domain.profile import FactKind, FactSpec, FieldRule, Profile, Step, StepKind
from sci_cli.domain.progress import Progress, StepProgress, StepState
from sci_cli.domain.times import duration_text
from sci_cli.errors import Command, sci
from sci_cli.operations.outcome import Outcome, View
from sci_cli.operations.views import FactRow, Header, StepRow
from sci_cli.operations.workspace import Changed, ChangeMode


def header(profile: Profile, activation: Activation) -> Header:
    """The first line of every screen about one activation."""
    return Header(
        activation.name,
        activation.fact(facts.CUSTOMER),
        profile.name,
        activation.fact(facts.LOCATION),
        activation.revision,
    )


def outcome_of(
    changed: Changed,
    view: View,
    mode: ChangeMode,
    *,
    findings: tuple[Finding, ...] = (),
    next: tuple[Command, ...] = (),
) -> Outcome:
    """The outcome of a change of one record."""
    return Outcome(
        view,
        changed=changed.changed,
        activation=changed.after.name,
        revision=changed.before.revision if mode.dry_run else changed.after.revision,
        head=changed.head,
        findings=(*changed.decided.findings, *findings),
        next=() if mode.dry_run else next,
        notices=changed.notices,
        dry_run=mode.dry_run,
    )


def step_row(profile: Profile, activation: Activation, item: StepProgress, now: datetime) -> StepRow:
    """One step as lists show it."""
    commands = step_commands(profile, activation, item) if item.state is StepState.READY else ()
    return row_of(profile, item, commands, now)


def row_of(profile: Profile, item: StepProgress, commands: tuple[Command, ...], now: datetime) -> StepRow:
    """One step as lists show it, with what to type for it."""
    step = item.step
    return StepRow(
        id=step.id,
        title=step.title,
        short=step.short,
        phase=step.phase,
        kind=step.kind.value,
        state=item.state.value,
        reason=item.reason,
        owners=step.owners.parties,
        owners_mode=step.owners.mode.value,
        owners_text=profile.owners_text(step.owners),
        owners_short=profile.owners_text(step.owners, short=True),
        open_parties=item.open_parties,
        waits_for=item.waits_for,
        optional=step.optional,
        since=item.since,
        due=item.due,
        late=item.late,
        late_for=duration_text(item.late_by) if item.late_by is not None else "",
        waiting_for=_waiting_for(item, now),
        commands=commands,
        open_parties_text=" and ".join(
            party.name for wanted in item.open_parties if (party := profile.party(wanted))
        ),
        problem=item.problem,
    )


def _waiting_for(item: StepProgress, now: datetime) -> str:
    start = item.waiting_since or (item.since if item.state is StepState.READY else None)
    return duration_text(now - start) if start else ""


def step_rows(
    profile: Profile, activation: Activation, known: Progress, now: datetime
) -> tuple[StepRow, ...]:
    """All counted steps as lists show them."""
    return tuple(step_row(profile, activation, item, now) for item in known.steps)


def fact_spec(profile: Profile, fact_id: str) -> FactSpec | None:
    """The fact as the profile words it, else as the program knows it."""
    return profile.fact(fact_id) or CORE_FACTS.get(fact_id)


def fact_row(profile: Profile, activation: Activation | None, fact_id: str) -> FactRow:
    """A fact with its recorded value."""
    spec = fact_spec(profile, fact_id)
    value = activation.fact(fact_id) if activation else ""
    return FactRow(fact_id, spec.label if spec else fact_id, value, spec.hint if spec else "")


def step_commands(profile: Profile, activation: Activation, item: StepProgress) -> tuple[Command, ...]:
    """What to type for a step that is ready, the usual way first."""
    step, name = item.step, activation.name
    done = sci("done", name, step.id)
    match step.kind:
        case StepKind.FACTS:
            return (_set_open_facts(profile, activation, step),)
        case StepKind.GO:
            return (*_vpn_of_the_order(profile, activation), sci("check", name, "--for", "order"), done)
        case StepKind.ORDER:
            return (sci("order", "sheet", name), sci("order", "place", name))
        case StepKind.VERIFY:
            corrected = "when the portal shows the right values" if item.problem else ""
            return (sci("order", "verify", name, note=corrected),)
        case StepKind.HANDOFF:
            return (sci("handoff", name, "--attach", "SCREENPRINT"),)
        case StepKind.STAGES:
            return (sci("stage", name, _next_stage(profile, activation)),)
        case StepKind.VPNS:
            return (sci("vpn", "list", name), sci("vpn", "add", name, "VPN", "--prefix", "PREFIX"), done)
        case StepKind.AUTOMATIC | StepKind.PORT:
            return ()
        case StepKind.CONFIRM:
            asked = tuple(
                sci("set", name, f"{fact}={_placeholder(profile, fact)}", note=choices_note(profile, (fact,)))
                for fact in step.asks
                if not activation.values(fact)
            )
            return (*asked, *_done_for(profile, item, name))


def _vpn_of_the_order(profile: Profile, activation: Activation) -> tuple[Command, ...]:
    """The command that names the VPN the order form asks for, while none is on record."""
    asked = any(field.rule is FieldRule.VPN for field in profile.order_fields)
    if not asked or activation.vpns:
        return ()
    note = "the VPN that goes with the order"
    words = ("VPN", "--prefix", "PREFIX", "--max-prefixes", "MAX")
    return (sci("vpn", "add", activation.name, *words, note=note),)


def _done_for(profile: Profile, item: StepProgress, name: str) -> tuple[Command, ...]:
    """One command while all parties are open; one for the party that is left after others did their part."""
    parties = item.step.owners.parties
    if len(item.open_parties) < len(parties) and item.open_parties:
        return tuple(sci("done", name, item.step.id, "--for", party) for party in item.open_parties)
    return (sci("done", name, item.step.id),)


def _set_open_facts(profile: Profile, activation: Activation, step: Step) -> Command:
    """What to record for a step closed by facts; whether it is needed at all is decided first."""
    if step.only_if and not activation.values(step.only_if.fact):
        fact = step.only_if.fact
        return sci(
            "set",
            activation.name,
            f"{fact}={_placeholder(profile, fact)}",
            note=choices_note(profile, (fact,)),
        )
    words, asked = [], []
    for item in step.closed_by:
        if facts.holds(item, activation.values(item.fact)):
            continue
        known = str(item.at_least) if item.at_least is not None else "".join(item.values[:1])
        words.append(f"{item.fact}={known or _placeholder(profile, item.fact)}")
        asked += [] if known else [item.fact]
    return sci("set", activation.name, *words, note=choices_note(profile, asked))


def choices_note(profile: Profile, fact_ids: Iterable[str]) -> str:
    """What may stand for VALUE where there are choices: none is suggested by being typed out."""
    specs = [spec for fact_id in fact_ids if (spec := fact_spec(profile, fact_id)) and spec.choices]
    return "; ".join(f"VALUE is one of {', '.join(spec.choices)}" for spec in specs)


def _placeholder(profile: Profile, fact_id: str) -> str:
    spec = fact_spec(profile, fact_id)
    return "YYYY-MM-DD" if spec and spec.kind is FactKind.DATE else "VALUE"


def _next_stage(profile: Profile, activation: Activation) -> str:
    ids = [stage.id for stage in profile.handoff.stages]
    reached = ids.index(activation.last_stage) + 1 if activation.last_stage in ids else 0
    return ids[min(reached, len(ids) - 1)]


def next_commands(
    profile: Profile, activation: Activation, known: Progress, limit: int = 2
) -> tuple[Command, ...]:
    """What to type next for the whole activation; what was asked for and not confirmed comes last."""
    ready = known.ready()
    asked = tuple(command for each in open_requests(activation) for command in each.fix[:1])
    if asked and not ready:
        return tuple(command for command in asked if isinstance(command, Command))[:limit]
    if not ready:
        return (sci("status", activation.name),)
    return step_commands(profile, activation, ready[0])[:limit]
