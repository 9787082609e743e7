"""What single values of a profile accept: one function per kind of text, each with its own sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum
from string import Template
from typing import TypeVar

from sci_cli.domain.names import activation_name_problem
from sci_cli.domain.prefixes import Prefix, PrefixProblem, parse_prefix
from sci_cli.domain.profile import CHANGE, HANDOFF_NAMES
from sci_cli.profiles.problems import Unacceptable, did_you_mean, shown
from sci_cli.safety.text import describe_unsafe

Choice = TypeVar("Choice", bound=StrEnum)

FORMAT = 1
"""The layout of profile files this program reads."""

LONGEST_SHORT_TITLE = 36
_LONGEST_LINE = 300
_LONGEST_BLOCK = 5000
_LONGEST_TIMER = timedelta(days=3660)

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,30}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DURATION = re.compile(
    r"P(?=[0-9T])(?:([0-9]{1,5})W)?(?:([0-9]{1,5})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,6})S)?)?"
)
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


def line(text: str) -> str:
    """One line of text, in Unicode form NFC, without spaces at its ends."""
    value = unicodedata.normalize("NFC", text.strip())
    if not value:
        raise Unacceptable("is empty; leave the key out, or give a text.")
    unsafe = describe_unsafe(value)
    if unsafe is not None:
        raise Unacceptable(f"is one line of text; this one contains {unsafe}.")
    if len(value) > _LONGEST_LINE:
        raise Unacceptable(f"is {len(value)} characters long, at most {_LONGEST_LINE}.")
    return value


def short_title(text: str) -> str:
    """A title that fits a narrow column."""
    value = line(text)
    if len(value) > LONGEST_SHORT_TITLE:
        raise Unacceptable(
            f"is {len(value)} characters long; a short title has at most {LONGEST_SHORT_TITLE}."
        )
    return value


def block(text: str) -> str:
    """Text of several lines, without empty space at its ends."""
    value = unicodedata.normalize("NFC", text.strip())
    if not value:
        raise Unacceptable("is empty; leave the key out, or give a text.")
    unsafe = describe_unsafe(value, allow_newlines=True)
    if unsafe is not None:
        raise Unacceptable(f"contains {unsafe}.")
    if len(value) > _LONGEST_BLOCK:
        raise Unacceptable(f"is {len(value)} characters long, at most {_LONGEST_BLOCK}.")
    return value


def profile_id(text: str) -> str:
    """The id of a profile, which is also the name of its file."""
    if activation_name_problem(text):
        raise Unacceptable(f"{shown(text)} is not a profile id; it has 1 to 63 of a-z, 0-9 and -.")
    return text


def name(text: str) -> str:
    """The id of a party, phase, fact, field, stage or caution, or a choice of a fact."""
    if not _NAME.fullmatch(text):
        raise Unacceptable(f"{shown(text)} is not an id here; it has 1 to 63 of a-z, 0-9, - and dots.")
    return text


def reference(text: str) -> str:
    """The id of a step or a clause."""
    if not _REFERENCE.fullmatch(text):
        raise Unacceptable(f"{shown(text)} is not an id here; it has 1 to 31 letters, digits, - and dots.")
    return text


def whole_number(text: str) -> int:
    """A whole number of up to twelve digits, written with the digits 0-9."""
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise Unacceptable(f"{shown(text)} is not a whole number; write it with the digits 0-9.")
    return int(text)


def positive_number(text: str) -> int:
    """A whole number from 1."""
    number = whole_number(text)
    if number == 0:
        raise Unacceptable("is a whole number from 1.")
    return number


def ip_version(text: str) -> int:
    """4, 6, or 0 for both together."""
    if text not in ("0", "4", "6"):
        raise Unacceptable("is 4 or 6, or 0 for both together.")
    return int(text)


def truth(text: str) -> bool:
    """`true` or `false`."""
    if text not in ("true", "false"):
        raise Unacceptable(f"is true or false; {shown(text)} is neither.")
    return text == "true"


def one_of(kinds: type[Choice]) -> Callable[[str], Choice]:
    """A reader for the words of a closed list."""

    def read(text: str) -> Choice:
        try:
            return kinds(text)
        except ValueError:
            words = [str(kind.value) for kind in kinds]
            meant = did_you_mean(text, words)
            raise Unacceptable(f"{shown(text)} is not one of {', '.join(words)}.{meant}") from None

    return read


def day(text: str) -> date:
    """A date as YYYY-MM-DD."""
    try:
        # The standard library also reads weeks, such as 2026-W05-1.
        if not _DAY.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise Unacceptable(
            f"{shown(text)} is not a date; write it as YYYY-MM-DD, such as 2026-01-31."
        ) from None


def duration(text: str) -> timedelta:
    """A duration of ISO 8601 in weeks, days, hours, minutes and seconds: P5D, PT30M, P1DT2H."""
    found = _DURATION.fullmatch(text)
    if found is None:
        # Months and years are left out because they have no fixed length.
        raise Unacceptable(
            f"{shown(text)} is not a duration; write it like P5D, PT30M or P1DT2H, without months or years."
        )
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    if not timedelta() < length <= _LONGEST_TIMER:
        raise Unacceptable(
            f"{shown(text)} is out of range: more than nothing, at most {_LONGEST_TIMER.days} days."
        )
    return length


def prefix(text: str) -> Prefix:
    """A network such as 100.64.0.0/10."""
    try:
        return parse_prefix(text)
    except PrefixProblem as problem:
        raise Unacceptable(problem.message) from None


def recipient(text: str) -> str:
    """One plain mail address."""
    problem = recipient_problem(text)
    if problem is not None:
        raise Unacceptable(problem)
    return text


def recipient_problem(text: str) -> str | None:
    """Why the text is not one plain ASCII mailbox such as desk@example.net, in one sentence; None if it is.

    Names, angle brackets, quotes, comments and address literals, which RFC 5322 allows, are refused: what is
    shown must be where the mail goes.
    """
    quote = shown(text)
    if any(mark in text for mark in ",;") or text.count("@") > 1:
        return f"the recipient {quote} holds more than one address; give one address per value."
    if not text.isascii():
        return f"the recipient {quote} holds a character outside ASCII, which may look like another letter."
    local, _, domain = text.partition("@")
    labels = domain.split(".")
    sound = (
        len(text) <= 254
        and len(local) <= 64
        and _LOCAL_PART.fullmatch(local)
        and len(labels) > 1
        and all(_DOMAIN_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
        # An encoded word (RFC 2047) reads as another text once it stands in a header.
        and "=?" not in text
    )
    return None if sound else f"the recipient {quote} is not a plain mail address such as desk@example.net."


def message(text: str) -> str:
    """Text of the hand-off message, in which only the fixed names may follow a `$`."""
    return _template(block(text), HANDOFF_NAMES)


def click(text: str) -> str:
    """Where to click, on one line; `$change` stands for what is being changed."""
    return _template(line(text), (CHANGE,))


def _template(value: str, names: tuple[str, ...]) -> str:
    for found in Template.pattern.finditer(value):
        word = found["named"]
        if found["escaped"] or word in names:
            continue
        known = ", ".join(f"${each}" for each in names)
        quote = shown(found.group() if word else value[found.start() : found.start() + 20])
        meant = did_you_mean(word or "", names).replace("mean ", "mean $")
        raise Unacceptable(
            f"{quote} has no meaning here; after a $ only {known} may stand, and $$ for a $.{meant}"
        )
    return value


def subject(text: str) -> str:
    """The subject of the hand-off message: as its text, on one line."""
    return message(line(text))
