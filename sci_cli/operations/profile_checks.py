"""Whether profiles can be used: every problem of every file, each with its place."""

from __future__ import annotations

from collections.abc import Sequence

from sci_cli.domain.findings import Finding, Severity
from sci_cli.domain.profile import Profile
from sci_cli.errors import ExitCode, InvalidFile, SciError, WrongUsage, sci
from sci_cli.operations.check_views import ProfileCheckRow, ProfileCheckView
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.workspace import Workspace
from sci_cli.safety.text import visible


def check_profiles(ws: Workspace, given: Sequence[str]) -> Outcome:
    """Whether each of these profiles, by id or path, can be used; one that cannot does not hide the others.

    Recipients that nobody here agreed to are a warning: the profile is sound, and `sci profile trust` is
    about this machine. The outcome carries an error of the worst kind, that with the highest exit code.

    Raises:
        WrongUsage: none is named, or one is named twice.
        SciError: the only one cannot be looked at at all.
    """
    if not given:
        raise WrongUsage("Which profile?", fix=sci("profile", "check", "my-provider.yaml"))
    if len(set(given)) != len(given):
        raise WrongUsage("A profile is given twice.", fix="Give each once.")
    looked = [(each, _look(ws, each)) for each in given]
    only = looked[0][1] if len(looked) == 1 else None
    if isinstance(only, SciError) and not _spots(only):
        raise only
    found = tuple(finding for each, result in looked for finding in _findings(ws, each, result))
    return Outcome(
        ProfileCheckView(
            tuple(_sentence(result) for _, result in looked if isinstance(result, Profile)),
            tuple(_row(each, result) for each, result in looked),
        ),
        findings=found,
        error=_error([result for _, result in looked if isinstance(result, SciError)], len(looked)),
    )


def _look(ws: Workspace, given: str) -> Profile | SciError:
    try:
        return ws.catalogue.load(given, check_trust=False)
    except SciError as problem:
        return problem


def _spots(problem: SciError) -> int:
    return len(problem.spots) if isinstance(problem, InvalidFile) else 0


def _sentence(found: Profile) -> str:
    return (
        f"{found.id} ({found.name}) is a good profile: {len(found.steps)} steps, "
        f"{len(found.counted_steps())} counted, {len(found.source.clauses)} clauses, each with its step."
    )


def _row(given: str, result: Profile | SciError) -> ProfileCheckRow:
    if isinstance(result, Profile):
        return ProfileCheckRow(
            given, _file(given), result.id, result.name, result.version, len(result.steps), 0, 0
        )
    spots = result.spots if isinstance(result, InvalidFile) else ()
    file = spots[0].file if spots else _file(given)
    code, count = int(result.exit_code), len(spots) or 1
    return ProfileCheckRow(given, file, "", "", "", 0, count, code, problem=result.message)


def _file(given: str) -> str:
    """The path, where the profile was named by one."""
    return given if given.endswith((".yaml", ".yml")) or "/" in given or "\\" in given else ""


def _findings(ws: Workspace, given: str, result: Profile | SciError) -> tuple[Finding, ...]:
    if isinstance(result, Profile):
        return () if ws.catalogue.trusts(result) or not _file(given) else (_not_trusted(given, result),)
    spots = result.spots if isinstance(result, InvalidFile) else ()
    found = tuple(
        Finding(
            "profile.not_acceptable",
            Severity.BLOCKER,
            visible(f"{spot.file}:{spot.line}:{spot.column}: {spot.sentence}", allow_newlines=False),
            details={
                "profile": given,
                "file": spot.file,
                "line": str(spot.line),
                "column": str(spot.column),
                "problem": visible(spot.sentence, allow_newlines=False),
            },
        )
        for spot in spots
    )
    details = {"profile": given, **({"file": _file(given)} if _file(given) else {})}
    whole = Finding(
        "profile.not_acceptable",
        Severity.BLOCKER,
        result.message,
        why=" ".join(result.why),
        fix=result.fix,
        details=details,
    )
    return found or (whole,)


def _not_trusted(given: str, profile: Profile) -> Finding:
    named = ", ".join(contact.email for contact in profile.handoff.contacts)
    return Finding(
        "profile.recipients_not_trusted",
        Severity.WARNING,
        f"Nobody here has agreed to the recipients that {profile.id} names: {named}.",
        why="Whoever writes the contacts decides who receives a customer's configuration.",
        fix=(sci("profile", "trust", given, note="only when all of them are right"),),
        details={"profile": given, "file": given},
    )


def _error(failed: Sequence[SciError], looked: int) -> SciError | None:
    if not failed:
        return None
    worst = max(failed, key=lambda each: int(each.exit_code))
    if looked == 1:
        return type(worst)(worst.message, fix=worst.fix)
    said = f"{len(failed)} of {looked} profiles cannot be used."
    fix = "Correct the files, then try again." if worst.exit_code is ExitCode.INVALID else worst.fix
    return type(worst)(said, fix=fix)
