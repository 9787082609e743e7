"""What the program knows: profiles, what stands behind steps, findings, facts and words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from sci_cli.domain.facts import CORE_FACTS, accepts_text
from sci_cli.domain.plain import digest
from sci_cli.domain.profile import Caution, Clause, Profile, Step
from sci_cli.domain.times import duration_text
from sci_cli.errors import SciError, TopicNotFound, sci
from sci_cli.operations import showing
from sci_cli.operations.glossary import ALSO, FINDINGS, WORDS
from sci_cli.operations.outcome import Message, Outcome
from sci_cli.operations.reference_views import (
    ExplainView,
    PhaseSteps,
    ProfileRow,
    ProfilesView,
    ProfileView,
    WhereView,
)
from sci_cli.operations.workspace import Workspace
from sci_cli.safety.text import quoted


def explain(ws: Workspace, topic: str, *, profile_id: str = "", name: str = "") -> Outcome:
    """What stands behind a step id, a clause, a finding's code, a fact or a word.

    With the name of an activation its own profile is used; with a profile id that one; else every profile
    is searched, the shipped ones first.

    Raises:
        TopicNotFound: with the nearest words.
    """
    wanted = " ".join(topic.split())
    wanted = ALSO.get(wanted.lower(), wanted)
    profiles = _profiles(ws, profile_id, name)
    for profile in profiles:
        view = _about(profile, wanted)
        if view:
            return Outcome(view, activation=name)
    word = wanted.lower()
    if word in WORDS:
        return Outcome(_plain_view(word, word, WORDS[word]))
    if word in FINDINGS:
        cautions = _cautions(profiles, word.split(".")[0])
        return Outcome(_plain_view(word, word, FINDINGS[word], cautions))
    raise _nothing(wanted, profiles)


def _profiles(ws: Workspace, profile_id: str, name: str) -> list[Profile]:
    if name:
        return [ws.profile_of(ws.load(name).activation)]
    if profile_id:
        return [ws.catalogue.load(profile_id)]
    found = []
    for entry in ws.catalogue.entries():
        try:
            found.append(ws.catalogue.load(entry.id))
        except SciError:
            continue  # a profile that cannot be used explains nothing; `profile list` says why
    return found


def _about(profile: Profile, wanted: str) -> ExplainView | None:
    step = profile.step(wanted)
    if step:
        return _step(profile, step)
    clause = profile.clause(wanted.upper())
    if clause:
        citing = next((each for each in profile.steps if clause.id in each.clauses), None)
        lines = (f"Step {citing.id}: {citing.title}",) if citing else ()
        return ExplainView(
            clause.id, clause.place, clause.says, "", (clause,), (), (), (), _source(profile), lines
        )
    spec = profile.fact(wanted.lower()) or CORE_FACTS.get(wanted.lower())
    if spec:
        clauses = _clauses(profile, (spec.clause,))
        accepts = f"Accepts {accepts_text(spec)}."
        said = " ".join(filter(None, (spec.hint.rstrip(".") + "." if spec.hint else "", accepts)))
        source = spec.source or _source(profile)
        return ExplainView(spec.id, spec.label, said, "", clauses, (), (), (), source)
    caution = next((each for each in profile.cautions if each.id == wanted.lower()), None)
    if caution:
        return ExplainView(caution.id, "Caution", caution.text, "", (), (), (), (), caution.source)
    return None


def _step(profile: Profile, step: Step) -> ExplainView:
    lines = []
    if step.after:
        lines.append(f"Comes after: {', '.join(step.after)}.")
    if step.closes_with:
        lines.append(f"Closed together with {step.closes_with}.")
    if step.optional:
        lines.append(f"Optional: {step.optional}")
    if step.timer and step.timer.within:
        within = duration_text(step.timer.within)
        lines.append(f"Clock: within {within} after {step.timer.starts}. {step.timer.if_late}".strip())
    if step.evidence:
        lines.append(f"Keep as evidence: {step.evidence}.")
    fields = [field for field in profile.order_fields if field.why and set(step.clauses) & {field.clause}]
    lines += [f"{field.label}: {field.why}" for field in fields]
    wanted = dict.fromkeys((*step.asks, *(each.fact for each in step.closed_by)))
    return ExplainView(
        id=step.id,
        title=step.title,
        text=step.text.strip(),
        owner=profile.owners_text(step.owners),
        clauses=_clauses(profile, step.clauses),
        portal=step.clicks(),
        cautions=profile.cautions_for(step.id),
        facts=tuple(showing.fact_row(profile, None, fact) for fact in wanted),
        source=_source(profile),
        lines=tuple(lines),
    )


def _clauses(profile: Profile, ids: Iterable[str]) -> tuple[Clause, ...]:
    return tuple(clause for wanted in ids if (clause := profile.clause(wanted)))


def _source(profile: Profile) -> str:
    return f"{profile.name}: {profile.source.title}"


def _cautions(profiles: Iterable[Profile], topic: str) -> tuple[Caution, ...]:
    return tuple(caution for profile in profiles for caution in profile.cautions_for(topic))


def _plain_view(topic: str, title: str, text: str, cautions: tuple[Caution, ...] = ()) -> ExplainView:
    return ExplainView(topic, title, text, "", (), (), cautions, (), "")


def _nothing(wanted: str, profiles: Iterable[Profile]) -> TopicNotFound:
    known = [*WORDS, *ALSO, *FINDINGS, *CORE_FACTS]
    for profile in profiles:
        known += [step.id for step in profile.steps]
        known += [spec.id for spec in profile.facts]
    near = difflib.get_close_matches(wanted.lower(), {each.lower(): each for each in known}, n=3, cutoff=0.6)
    message = f"There is nothing to explain under {quoted(wanted, 60)}."
    if near:
        return TopicNotFound(message, fix=[sci("explain", each) for each in near])
    words = ", ".join(sorted(WORDS))
    return TopicNotFound(
        message, fix=["Give a step id such as O5, a clause, a fact, or a word.", f"Words: {words}."]
    )


def profiles(ws: Workspace) -> Outcome:
    """The profiles there are."""
    rows = tuple(
        ProfileRow(
            entry.id,
            entry.name,
            entry.version,
            ("shipped" if entry.shipped else str(entry.path))
            + (", overrides the shipped one" if entry.overrides else ""),
            entry.problem,
        )
        for entry in ws.catalogue.entries()
    )
    return Outcome(ProfilesView(rows), next=tuple(sci("profile", "show", row.id) for row in rows[:1]))


def profile(ws: Workspace, profile_id: str) -> Outcome:
    """One profile, step by step; its recipients need not be trusted to look at it."""
    return Outcome(profile_view(ws.catalogue.load(profile_id, check_trust=False)))


def profile_view(found: Profile) -> ProfileView:
    """What is shown of a profile."""
    phases = tuple(
        PhaseSteps(
            phase.title,
            tuple(
                (step.id, step.title, found.owners_text(step.owners))
                for step in found.steps
                if step.phase == phase.id
            ),
        )
        for phase in found.phases
    )
    return ProfileView(
        id=found.id,
        name=found.name,
        version=found.version,
        summary=found.summary,
        digest=digest(found),
        source=found.source.title,
        note=" ".join(filter(None, (found.source.note, found.confidence_note))),
        phases=phases,
        contacts=found.handoff.contacts,
        cautions=found.cautions,
        facts=tuple(showing.fact_row(found, None, spec.id) for spec in found.facts),
    )


def trust_profile(ws: Workspace, path_or_id: str) -> Outcome:
    """Accept the recipients a profile names for the hand-off."""
    recipients = ws.catalogue.trust(path_or_id)
    if not recipients:
        return Outcome(Message(("This profile names no recipients, so there is nobody to trust.",)))
    return Outcome(
        Message(("Trusted with these recipients:", *(f"  {each}" for each in recipients))), changed=True
    )


def where(ws: Workspace, shared: str = "") -> Outcome:
    """Where the files are; records and evidence are on the server where a shared store is in use."""
    home = ws.home
    kept = ("activations", "backups", "evidence")
    folders = (
        ("home", str(home)),
        *((what, shared or str(home / what)) for what in kept),
        ("drafts", str(home / "out")),
        ("your profiles", str(home / "profiles")),
    )
    return Outcome(WhereView(folders))
