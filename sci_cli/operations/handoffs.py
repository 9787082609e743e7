"""Handing over to the provider: the draft, and the stages of the provider's work afterwards."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from string import Template

from sci_cli.domain import facts
from sci_cli.domain.activation import Activation, Evidence, HandoffRecord, StageMark
from sci_cli.domain.addresses import pair_findings
from sci_cli.domain.findings import Finding, Severity, blockers
from sci_cli.domain.handoff_rules import handoff_findings, shown_in_portal
from sci_cli.domain.profile import Profile
from sci_cli.domain.progress import progress
from sci_cli.errors import AlreadyDifferent, GateClosed, InvalidValue, OutputExists, sci
from sci_cli.operations import showing
from sci_cli.operations.lookup import NOTE_LIMIT
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.work_views import HandoffView, StagesView
from sci_cli.operations.workspace import Changed, ChangeMode, Decided, Workspace
from sci_cli.readers.screen_print import ScreenPrint
from sci_cli.safety.text import clean
from sci_cli.store.document import heads
from sci_cli.writers.mail_draft import Attachment, Draft, address_problem, as_text, build, mailto, table
from sci_cli.writers.output_files import write_new

_WRITTEN = "The draft is written; nothing is sent. Open it, look it over, send it yourself."
_WOULD_WRITE = "The draft would be written under this name."
_COMMAND = "handoff"
STALE_CONTACT = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class HandoffRequest:
    """What `sci handoff` was told; recipients override those of the profile."""

    screen_print: ScreenPrint
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    message: str = ""
    again: bool = False


def require_handoff(profile: Profile, activation: Activation) -> tuple[Finding, ...]:
    """What was noticed about a hand-off that may happen.

    Raises:
        GateClosed: the order is not placed, not verified, or a required value is missing.
    """
    found = handoff_findings(profile, activation)
    if blockers(found):
        raise GateClosed(
            "The hand-off is not allowed yet; nothing was written.",
            findings=found,
        )
    return found


def handoff(ws: Workspace, name: str, request: HandoffRequest, mode: ChangeMode) -> Outcome:
    """Write the draft for the provider and start the provider's clock.

    Raises:
        GateClosed: see `require_handoff`.
        AlreadyDifferent: another draft was written before; `again` writes one more.
        InvalidValue: a recipient or the message is not acceptable, or there is no recipient.
        DraftAltered: the draft, read back, differs.
    """
    message = clean(request.message, what="--message", limit=NOTE_LIMIT, allow_newlines=True)
    written: list[tuple[Draft, str]] = []

    def decide(before: Activation, profile: Profile) -> Decided:
        found = require_handoff(profile, before)
        if before.handoffs and not request.again:
            head = _last_handoff(before) - 1
            _refuse_other(profile, before, _draft(profile, before, request, message, head))
            return Decided(before)
        head = before.revision
        draft = _draft(profile, before, request, message, head)
        data = build(draft)
        filename = _filename(before, 1)
        if not mode.dry_run:
            ws.store.keep_evidence(request.screen_print.data, request.screen_print.sha256)
            filename = _write_draft(ws, before, data)
        written.append((draft, filename))
        record = _record_of(ws, draft, data, filename, request.screen_print)
        after = replace(before, handoffs=(*before.handoffs, record))
        noticed = (*found, *_contact_findings(profile, request, ws.now()), *pair_findings(profile, before))
        return Decided(
            after, f"hand-off draft {filename} written for {', '.join(draft.to)}", findings=noticed
        )

    changed = ws.change(name, _COMMAND, decide, mode)
    if not written:
        return _already(changed, mode)
    draft, filename = written[-1]
    record = changed.after.handoffs[-1]
    view = HandoffView(
        header=showing.header(changed.profile, changed.after),
        path=filename if mode.dry_run else str(ws.store.out_path(filename)),
        sha256=record.draft_sha256,
        recipients=draft.to,
        subject=draft.subject,
        attachment=record.attachment.filename,
        attachment_sha256=record.attachment.sha256,
        text=as_text(draft),
        mailto=mailto(draft),
        contacts=changed.profile.handoff.contacts if not request.to else (),
        lines=(_WOULD_WRITE if mode.dry_run else _WRITTEN,),
    )
    first = changed.profile.handoff.stages[0].id
    return showing.outcome_of(
        changed,
        view,
        mode,
        next=(sci("stage", name, first, note="when the provider answers"), sci("status", name)),
    )


def _refuse_other(profile: Profile, before: Activation, draft: Draft) -> None:
    """The same message again is the same hand-off; another one needs `again`.

    Raises:
        AlreadyDifferent: recipients, screen print, values, message or copies are not those of the last draft.
    """
    last = before.handoffs[-1]
    (picture,) = draft.attachments
    differs = []
    if sorted(draft.to) != sorted(last.recipients):
        differs.append(f"It went to {', '.join(last.recipients)}; given now: {', '.join(draft.to)}.")
    if hashlib.sha256(picture.data).hexdigest() != last.attachment.sha256:
        differs.append("The screen print given now is another one.")
    same = replace(
        draft, to=last.recipients, attachments=(replace(picture, filename=last.attachment.filename),)
    )
    if not differs and hashlib.sha256(build(same)).hexdigest() == last.draft_sha256:
        return
    changed = _changed_since(profile, before)
    if changed:
        differs.append(f"Recorded anew since then: {', '.join(changed)}.")
    raise AlreadyDifferent(
        f"A hand-off draft was written already: {last.draft}.",
        why=differs or ["The message or the copies (--message, --cc) are other ones."],
        fix=sci("handoff", before.name, "--attach", "SCREENPRINT", "--again", note="to write another draft"),
    )


def _last_handoff(activation: Activation) -> int:
    """The number of the event that recorded the last draft."""
    return next((each.sequence for each in reversed(activation.history) if each.command == _COMMAND), 1)


def _changed_since(profile: Profile, activation: Activation) -> list[str]:
    """The labels of the facts in the message that hold another value than when the last draft was written."""
    wanted = [facts.CUSTOMER, facts.LOCATION, facts.ACCOUNT_ID]
    wanted += [row.fact for row in profile.handoff.configuration]
    first = _last_handoff(activation)
    later = [change for event in activation.history if event.sequence > first for change in event.changes]
    labels = []
    for fact_id in dict.fromkeys(wanted):
        mine = [change for change in later if change.path.startswith(f"facts.{fact_id}.values")]
        old = {change.path: change.before for change in reversed(mine)}
        new = {change.path: change.after for change in mine}
        if old != new:
            labels.append(showing.fact_row(profile, activation, fact_id).label)
    return labels


def _already(changed: Changed, mode: ChangeMode) -> Outcome:
    record = changed.after.handoffs[-1]
    line = f"The hand-off was recorded already: {record.draft}; nothing was written."
    return showing.outcome_of(changed, stages_view(changed.profile, changed.after, line), mode)


def _names(profile: Profile, activation: Activation) -> dict[str, str]:
    order = activation.order
    return {
        "activation": activation.name,
        "customer": activation.fact(facts.CUSTOMER),
        "provider": profile.name,
        "location": activation.fact(facts.LOCATION),
        "account": activation.fact(facts.ACCOUNT_ID),
        "order": order.number if order else "",
    }


def _draft(
    profile: Profile, activation: Activation, request: HandoffRequest, message: str, head: int
) -> Draft:
    """The message; `head` is the revision it is written from."""
    handoff_data = profile.handoff
    names = _names(profile, activation)
    rows = [(row.label, _value(profile, activation, row.fact)) for row in handoff_data.configuration]
    body = "\n\n".join(
        part.strip("\n")
        for part in (
            Template(handoff_data.opening).substitute(names),
            message,
            table(rows),
            Template(handoff_data.closing).substitute(names),
            f"Record: {activation.name}, revision {head}\nHead: {heads(activation)[head - 1]}",
        )
        if part.strip()
    )
    picture = request.screen_print
    return Draft(
        to=_recipients(profile, request),
        cc=tuple(_address(text) for text in request.cc),
        subject=Template(handoff_data.subject).substitute(
            {name: shortened(text) for name, text in names.items()}
        ),
        body=body + "\n",
        attachments=(Attachment(picture.filename, "image", picture.kind, picture.data),),
    )


def shortened(text: str, limit: int = 40) -> str:
    """A value as the subject carries it: mail programs cut long subjects, and the body has it whole."""
    return text if len(text) <= limit else text[: limit - 3].rstrip() + "..."


def _value(profile: Profile, activation: Activation, fact_id: str) -> str:
    """A value of the table; what the portal shows is on the screen print even when nobody typed it in."""
    if activation.values(fact_id):
        return activation.fact(fact_id)
    return "see the screen print" if fact_id in shown_in_portal(profile) else "not known"


def _recipients(profile: Profile, request: HandoffRequest) -> tuple[str, ...]:
    chosen = request.to or tuple(contact.email for contact in profile.handoff.contacts)
    if not chosen:
        raise InvalidValue(
            f"The profile of {profile.name} names nobody to write to.",
            fix="Name the recipients: --to ADDRESS",
        )
    return tuple(_address(text) for text in chosen)


def _address(text: str) -> str:
    problem = address_problem(text)
    if problem:
        raise InvalidValue(problem, fix="Give one address for each --to and --cc, such as name@example.net.")
    return text.strip()


def _filename(activation: Activation, attempt: int) -> str:
    again = "" if attempt == 1 else f"-{attempt}"
    return f"{activation.name}-handoff-{len(activation.handoffs) + 1}-r{activation.revision + 1}{again}.eml"


def _write_draft(ws: Workspace, activation: Activation, data: bytes) -> str:
    """Write the draft and return its name.

    A draft of an earlier attempt that no event names is left alone; this one gets a name of its own.
    """
    for attempt in range(1, 100):
        filename = _filename(activation, attempt)
        try:
            write_new(ws.store.out_path(filename), data)
        except OutputExists:
            continue
        return filename
    raise OutputExists(f"The folder of drafts is full of drafts of {activation.name} that no event names.")


def _record_of(
    ws: Workspace, draft: Draft, data: bytes, filename: str, picture: ScreenPrint
) -> HandoffRecord:
    return HandoffRecord(
        ws.stamp(),
        filename,
        hashlib.sha256(data).hexdigest(),
        Evidence(picture.filename, picture.sha256),
        draft.to,
    )


def _contact_findings(profile: Profile, request: HandoffRequest, now: datetime) -> tuple[Finding, ...]:
    """Named contacts go stale: addresses not looked at for long are said."""
    if request.to:
        return ()
    return tuple(
        Finding(
            "handoff.contact_stale",
            Severity.WARNING,
            f"The address of {contact.name} was last verified on {contact.verified.isoformat()}.",
            why="People change; check the address before you send.",
            fix=("Override it with --to ADDRESS.",),
            details={"verified": contact.verified.isoformat()},
        )
        for contact in profile.handoff.contacts
        if now.date() - contact.verified > STALE_CONTACT
    )


def stage(
    ws: Workspace, name: str, stage_id: str, mode: ChangeMode, *, at: datetime | None = None, note: str = ""
) -> Outcome:
    """Record a stage the provider reached; stages passed over are not made up.

    Raises:
        InvalidValue: no such stage.
        GateClosed: nothing was handed off.
        AlreadyDifferent: a later stage is on record.
    """
    note = clean(note, what="--note", limit=NOTE_LIMIT, allow_newlines=True)
    wanted = stage_id.strip().lower()

    def decide(before: Activation, profile: Profile) -> Decided:
        ids = [each.id for each in profile.handoff.stages]
        if wanted not in ids:
            raise InvalidValue(
                f"{profile.name} has no stage {stage_id[:40]!r}.", fix=f"The stages are {', '.join(ids)}."
            )
        if not before.handoffs:
            raise GateClosed(
                "Nothing was handed off to the provider yet.",
                fix=sci("handoff", name, "--attach", "SCREENPRINT"),
            )
        reached = [ids.index(mark.stage) for mark in before.stages if mark.stage in ids]
        if ids.index(wanted) in reached:
            return Decided(before)
        if reached and ids.index(wanted) < max(reached):
            raise AlreadyDifferent(f"{profile.name} is past {wanted}: {ids[max(reached)]} is on record.")
        mark = StageMark(wanted, ws.stamp(at, profile.provider_party), note)
        after = replace(before, stages=(*before.stages, mark))
        noticed = _newly_passed_over(profile, before, after)
        return Decided(after, f"{profile.name}: {wanted}", party=profile.provider_party, findings=noticed)

    changed = ws.change(name, "stage", decide, mode)
    after, profile = changed.after, changed.profile
    line = (
        f"{profile.name}: {wanted} is on record."
        if changed.changed
        else f"{wanted} is on record already; nothing was written."
    )
    view = stages_view(profile, after, line)
    known = progress(profile, after, ws.now())
    return showing.outcome_of(changed, view, mode, next=showing.next_commands(profile, after, known))


def _passed_over(profile: Profile, activation: Activation) -> tuple[str, ...]:
    """The stages without a record that lie before one that has one, in the profile's order."""
    ids = [each.id for each in profile.handoff.stages]
    reached = {mark.stage for mark in activation.stages}
    last = max((ids.index(each) for each in reached if each in ids), default=0)
    return tuple(each for each in ids[:last] if each not in reached)


def _newly_passed_over(profile: Profile, before: Activation, after: Activation) -> tuple[Finding, ...]:
    earlier = _passed_over(profile, before)
    missing = tuple(each for each in _passed_over(profile, after) if each not in earlier)
    if not missing:
        return ()
    named = " and ".join(filter(None, (", ".join(missing[:-1]), missing[-1])))
    return (
        Finding(
            "handoff.stages_passed_over",
            Severity.NOTE,
            f"{named} {'was' if len(missing) == 1 else 'were'} not recorded before.",
            why="The stages lie in this order; what nobody recorded is not made up.",
            details={"stages": missing},
        ),
    )


def stages_view(profile: Profile, activation: Activation, *lines: str) -> StagesView:
    """How far the provider is."""
    reached = {mark.stage for mark in activation.stages}
    order = tuple(each.id for each in profile.handoff.stages)
    passed_over = _passed_over(profile, activation)
    return StagesView(
        showing.header(profile, activation),
        activation.handoffs,
        order,
        activation.stages,
        passed_over,
        tuple(each for each in order if each not in reached and each not in passed_over),
        tuple(lines),
    )
