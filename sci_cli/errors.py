"""Every error the program reports, with its exit code; imports nothing of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What a script may conclude from the exit status; the source of `sci help exit-codes`."""

    meaning: str
    then: str

    def __new__(cls, value: int, meaning: str, then: str) -> ExitCode:
        member = int.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        member.then = then
        return member

    OK = 0, "done, or already so", "goes on"
    BUG = 1, "unexpected", "reports it"
    USAGE = 2, "wrong command line, or a question may not be asked", "fixes the call"
    GATE = 3, "not allowed yet; nothing changed", "waits, or does the named step"
    INVALID = 4, "a value, file or combination is not acceptable", "fixes the input"
    NOT_FOUND = 5, "no such activation, step, VPN, profile or file", "fixes the name"
    CONFLICT = 6, "changed meanwhile, or done differently before", "reads again"
    LOCKED = 7, "another live process holds it", "retries"
    STORE = 8, "could not read or write; nothing was changed", "fixes the disk"
    CORRUPT = 9, "stored data fails its check; nothing was written", "restores"
    UNKNOWN = 10, "may or may not be durable", "reads again"
    OUTPUT = 11, "saved, but the report could not be written", "reads again"
    PENDING = 20, "only with --exit-code, and from wait: changes, open or late work exist", "looks at it"
    HANGUP = 129, "stopped because the terminal went away", "looks at the message"
    INTERRUPTED = 130, "stopped by Ctrl-C, or a person declined", "looks at the message"
    PIPE = 141, "the reader went away; what was to be saved is saved", "goes on"
    TERMINATED = 143, "stopped by a signal", "looks at the message"


PLACE_OPTIONS = ("--home", "--store")
# What may be lost or damaged comes first, then what stands differently on record, then what has to be put
# right in the input, last what clears by waiting. Whoever acts on the first of several makes none worse.
WORST_FIRST = (
    ExitCode.TERMINATED, ExitCode.HANGUP, ExitCode.INTERRUPTED, ExitCode.BUG, ExitCode.UNKNOWN,
    ExitCode.CORRUPT, ExitCode.STORE, ExitCode.CONFLICT, ExitCode.INVALID, ExitCode.NOT_FOUND,
    ExitCode.USAGE, ExitCode.GATE, ExitCode.LOCKED, ExitCode.OUTPUT, ExitCode.PIPE, ExitCode.PENDING,
    ExitCode.OK,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Command:
    """A command line a person can copy: words unquoted, upper-case words stand for a value to fill in.

    Attributes:
        words: the program and its words, without the options that say where the records are.
        note: what it is for.
        without: which of PLACE_OPTIONS it does not take over from the run that prints it, because
            it is about records elsewhere.
    """

    words: tuple[str, ...]
    note: str = ""
    without: tuple[str, ...] = ()


def sci(*words: str, note: str = "", without: tuple[str, ...] = ()) -> Command:
    """The command `sci` with these words; where it is shown, it gets the place of the records."""
    return Command(("sci", *words), note, without)


Fix = Command | str


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a file that is not acceptable, and what is wrong there; lines and columns count from 1."""

    file: str
    line: int
    column: int
    sentence: str


class SciError(Exception):
    """A fact that stops the program, with its reason and the way out.

    Args:
        message: what is the case, present tense, without a full stop only if it ends in a value.
        why: reason lines, both sides of a conflict among them.
        fix: sentences or commands, best first.
        findings: what the rules noticed, where an error carries several.
        saved: whether something was written before or although the error was raised.
    """

    code: ClassVar[str] = "bug"
    exit_code: ClassVar[ExitCode] = ExitCode.BUG

    def __init__(
        self,
        message: str,
        *,
        why: str | Sequence[str] = (),
        fix: Fix | Sequence[Fix] = (),
        findings: Sequence[object] = (),
        saved: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.why: tuple[str, ...] = (why,) if isinstance(why, str) else tuple(why)
        self.fix: tuple[Fix, ...] = (fix,) if isinstance(fix, (str, Command)) else tuple(fix)
        self.findings = tuple(findings)
        self.saved = saved


# USAGE -----------------------------------------------------------------------------------------------------


class WrongUsage(SciError):
    """The command line itself is wrong."""

    code = "usage.wrong"
    exit_code = ExitCode.USAGE


class AnswersMissing(SciError):
    """Answers are needed and there is no terminal to ask on, or questions are switched off."""

    code = "usage.answers_missing"
    exit_code = ExitCode.USAGE


class ConfirmationMismatch(SciError):
    """The name typed to confirm is another one."""

    code = "usage.confirmation_mismatch"
    exit_code = ExitCode.USAGE


# GATE ------------------------------------------------------------------------------------------------------


class GateClosed(SciError):
    """A step is not allowed yet; the findings say what is missing."""

    code = "gate.closed"
    exit_code = ExitCode.GATE


# INVALID ---------------------------------------------------------------------------------------------------


class InvalidValue(SciError):
    """A value given by the user is not acceptable."""

    code = "value.invalid"
    exit_code = ExitCode.INVALID


class InvalidFile(SciError):
    """A file given by the user is not acceptable; all problems are listed.

    Attributes:
        spots: where in the file each problem is, as far as places can be named.
    """

    code = "file.invalid"
    exit_code = ExitCode.INVALID
    spots: tuple[Spot, ...] = ()

    def at(self, spots: Sequence[Spot]) -> InvalidFile:
        """The same error with the places it is about."""
        self.spots = tuple(spots)
        return self


class RuleViolation(SciError):
    """A combination breaks a rule; the findings name every violation."""

    code = "rule.violated"
    exit_code = ExitCode.INVALID


class VerificationMismatch(SciError):
    """What Dynamic Network Manager shows differs from what was ordered; the comparison is recorded."""

    code = "order.mismatch"
    exit_code = ExitCode.INVALID


class DraftAltered(SciError):
    """The mail draft, read back, does not say what was put in; it was not kept."""

    code = "handoff.draft_altered"
    exit_code = ExitCode.INVALID


# NOT_FOUND -------------------------------------------------------------------------------------------------


class ActivationNotFound(SciError):
    """No activation of that name."""

    code = "activation.not_found"
    exit_code = ExitCode.NOT_FOUND


class ProfileNotFound(SciError):
    """No profile of that id or path."""

    code = "profile.not_found"
    exit_code = ExitCode.NOT_FOUND


class StepNotFound(SciError):
    """The profile has no step of that id."""

    code = "step.not_found"
    exit_code = ExitCode.NOT_FOUND


class VpnNotFound(SciError):
    """No VPN of that name on this port."""

    code = "vpn.not_found"
    exit_code = ExitCode.NOT_FOUND


class RevisionNotFound(SciError):
    """No such earlier revision is kept, or there is no change to take back."""

    code = "revision.not_found"
    exit_code = ExitCode.NOT_FOUND


class TopicNotFound(SciError):
    """Nothing to explain or help with under that word."""

    code = "topic.not_found"
    exit_code = ExitCode.NOT_FOUND


class PathNotFound(SciError):
    """An activation has no value under that path."""

    code = "path.not_found"
    exit_code = ExitCode.NOT_FOUND


class FileNotThere(SciError):
    """A file named on the command line does not exist."""

    code = "file.not_found"
    exit_code = ExitCode.NOT_FOUND


# CONFLICT --------------------------------------------------------------------------------------------------


class AlreadyDifferent(SciError):
    """The thing was done before, differently; the first stands."""

    code = "conflict.already"
    exit_code = ExitCode.CONFLICT


class StaleRevision(SciError):
    """The record changed since it was read."""

    code = "conflict.stale_revision"
    exit_code = ExitCode.CONFLICT


class OutputExists(SciError):
    """A file to be written exists already, or is a symbolic link."""

    code = "conflict.output_exists"
    exit_code = ExitCode.CONFLICT


# LOCKED, STORE, CORRUPT, UNKNOWN ---------------------------------------------------------------------------


class Locked(SciError):
    """Another live process is writing the same activation."""

    code = "store.locked"
    exit_code = ExitCode.LOCKED


class StoreUnavailable(SciError):
    """The home folder could not be read or written; nothing was changed."""

    code = "store.unavailable"
    exit_code = ExitCode.STORE


class RecordCorrupt(SciError):
    """Stored data fails its check; nothing was written."""

    code = "store.corrupt"
    exit_code = ExitCode.CORRUPT


class OutcomeUnknown(SciError):
    """The change may or may not survive a power cut."""

    code = "store.outcome_unknown"
    exit_code = ExitCode.UNKNOWN


# OUTPUT, INTERRUPTED ---------------------------------------------------------------------------------------


class OutputFailed(SciError):
    """The report could not be written; what was to be saved is saved."""

    code = "output.failed"
    exit_code = ExitCode.OUTPUT


class Interrupted(SciError):
    """A person stopped the program or declined; nothing was changed beyond what the message says."""

    code = "interrupted"
    exit_code = ExitCode.INTERRUPTED


class HangUp(Interrupted):
    """The terminal went away."""

    code = "interrupted.hangup"
    exit_code = ExitCode.HANGUP


class Terminated(Interrupted):
    """A signal ended the program."""

    code = "interrupted.terminated"
    exit_code = ExitCode.TERMINATED


def worst(errors: Sequence[SciError]) -> SciError | None:
    """The error that decides how a run over several things ends, by `WORST_FIRST`; of equals the first."""
    return min(errors, key=lambda each: WORST_FIRST.index(each.exit_code), default=None)
