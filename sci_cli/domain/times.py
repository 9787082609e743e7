"""Times people type: dates and instants, refused when they could mean two things."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from sci_cli.errors import InvalidValue
from sci_cli.safety.text import clean, quoted

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)"
    r"(Z|[+-][0-9]{2}:[0-9]{2})?(?:\[([A-Za-z0-9_+/-]{1,64})\])?"
)
_FORMS = "Write a day as YYYY-MM-DD, or a time with its zone as 2026-03-06T14:30Z or 2026-03-06T14:30+08:00."
_DURATION = re.compile(r"(?=[0-9])(?:([0-9]{1,4})d)?(?:([0-9]{1,4})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,8})s)?")
_DURATIONS = "Write it with its unit: 30m, 1h30m, 90s, or 0."
LONGEST = timedelta(days=30)
# Clocks of two machines differ a little; a day that has begun somewhere on Earth is not in the future.
CLOCKS_DIFFER = timedelta(minutes=5)
FIRST_ZONE = timedelta(hours=14)


def parse_when(text: str, now: datetime, *, what: str = "--at") -> datetime:
    """When something happened, as an aware UTC time.

    A bare day means its last minute in UTC, or `now` while the day lasts, so that no clock starts earlier
    than what it waits for. `2026-11-01T03:30[America/New_York]` names a zone instead of an offset.

    Raises:
        InvalidValue: not a time, ambiguous, without a zone, or in the future.
    """
    value = clean(text, what=what, limit=80)
    stray = next((char for char in value if not char.isascii()), None)
    if stray:
        raise InvalidValue(f"{what} contains U+{ord(stray):04X}, which is not a plain character.", fix=_FORMS)
    if _DATE.fullmatch(value):
        begins = datetime.combine(_day(value, what), datetime.min.time(), UTC)
        if begins <= now + FIRST_ZONE:
            return min(begins.replace(hour=23, minute=59), now)
        found = begins
    elif match := _INSTANT.fullmatch(value):
        try:
            found = _instant(value, match, what)
        except OverflowError:  # the first and the last day of the calendar have no other zone
            raise InvalidValue(f"{what}: {value} lies outside the calendar.", fix=_FORMS) from None
    else:
        raise InvalidValue(f"{what}: {quoted(value, 60)} is not a day or a time as YYYY-MM-DD.", fix=_FORMS)
    if found > now + CLOCKS_DIFFER:
        raise InvalidValue(
            f"{what}: {value} lies in the future; now it is {now:%Y-%m-%dT%H:%MZ}.",
            fix="Record it when it has happened.",
        )
    return found


def _day(text: str, what: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidValue(
            f"{what}: {text} is not a day of the calendar.{_last_day(text)}", fix=_FORMS
        ) from None


def _last_day(text: str) -> str:
    year, month, _ = (int(part) for part in text.split("-"))
    if not (1 <= month <= 12 and 1 <= year <= 9998):
        return ""
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    return f" That month ends on {(first_of_next - timedelta(days=1)).isoformat()}."


def _instant(value: str, match: re.Match[str], what: str) -> datetime:
    day, clock, offset, zone = match.groups()
    _day(day, what)
    try:
        local = datetime.fromisoformat(f"{day}T{clock}")
        if offset:
            return datetime.fromisoformat(f"{day}T{clock}{offset.replace('Z', '+00:00')}").astimezone(UTC)
    except ValueError:
        raise InvalidValue(f"{what}: {quoted(value, 60)} is not a time that exists.", fix=_FORMS) from None
    if not zone:
        raise InvalidValue(f"{what}: {value} has no zone, so it could be several moments.", fix=_FORMS)
    return _in_zone(value, local, zone, what)


def _in_zone(value: str, local: datetime, zone: str, what: str) -> datetime:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # few command lines name a zone

    try:
        info = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidValue(f"{what}: {quoted(zone, 64)} is not a time zone known here.", fix=_FORMS) from None
    early, late = local.replace(tzinfo=info), local.replace(tzinfo=info, fold=1)
    if early.utcoffset() == late.utcoffset():
        return early.astimezone(UTC)
    if early.astimezone(UTC).astimezone(info).replace(tzinfo=None) != local:
        raise InvalidValue(f"{what}: {value} does not exist there; the clocks were put forward.", fix=_FORMS)
    first, second = early.isoformat()[-6:], late.isoformat()[-6:]
    raise InvalidValue(
        f"{what}: {value} happened twice, at {first} and at {second}.",
        fix=f"Write the offset: {value.split('[')[0]}{first}",
    )


def parse_duration(text: str, *, what: str) -> timedelta:
    """How long, as `30m`, `1h30m` or `90s`; `0` is no time at all.

    Each unit stands once, the larger first: `d`, `h`, `m`, `s`. Thirty days is the most. A number without
    a unit is refused, because some programs take it for seconds and others for minutes.

    Raises:
        InvalidValue: anything else.
    """
    if text == "0":
        return timedelta()
    found = _DURATION.fullmatch(text) if 0 < len(text) <= 20 else None
    if found is None:
        raise InvalidValue(f"{what} is not a duration: {quoted(text, 60)}.", fix=_DURATIONS)
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    value = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if value > LONGEST:
        raise InvalidValue(f"{what}: {text} is longer than {LONGEST.days} days.", fix=_DURATIONS)
    return value


def duration_text(value: timedelta) -> str:
    """A duration in its largest sensible unit: `3 d`, `5 h`, `12 min`, `less than a minute`."""
    seconds = int(value.total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return "less than a minute"


def day_text(value: datetime) -> str:
    """A day for people: `06 Mar 2026`."""
    return value.strftime("%d %b %Y")
