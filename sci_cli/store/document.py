"""The text of a record's file: two lines of header, then the activation as YAML with its history last.

    # Written by sci. Change it with sci commands; edits by hand are refused.
    checksum: sha256:...        over every byte after this line, with LF as line end
    format: '1'
    name: acme-hk-1
    revision: '2'
    head: ...                   the hash of the last event
    ...
    history:
    - sequence: '1'
      ...
      previous: ''              the hash of the event before
      hash: ...                 over `previous` and everything above it in this event

The checksum finds damage and edits; the hashes tie each event to all before it, and the head tells whether
the last ones are there. The domain knows none of this.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sci_cli.domain.activation import Activation
from sci_cli.domain.plain import NotPlain, Plain, canonical, from_plain, to_plain
from sci_cli.errors import InvalidFile
from sci_cli.safety.text import quoted, visible
from sci_cli.store.lines import read_lines, write_lines

# Format 2 adds to events the operation id and the revision that was gone back to, format 3 steps that stay
# done under another profile. A record without them is written as the format before, for older versions to
# read; they refuse newer ones untouched.
FORMAT = 3
_LEAST = 1
SIZE_LIMIT = 20_000_000

FIRST_LINE = b"# Written by sci. Change it with sci commands; edits by hand are refused.\n"
_SECOND_LINE = b"checksum: sha256:%s\n"
_HEADER_LENGTH = len(FIRST_LINE) + len(_SECOND_LINE % (b"0" * 64))
# Merge markers and other additions may stand before it.
_FORMAT_WITHIN = 2000
_FORMAT_LINE = re.compile(rb"^format:[ \t]*['\"]?([0-9]{1,6})['\"]?[ \t]*\r?$", re.MULTILINE)
_MERGE_MARKER = re.compile(rb"^(<<<<<<<|>>>>>>>)( |\r?$)", re.MULTILINE)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LINE_ENDINGS = (
    "An editor changed the line endings of the record's file and nothing else; "
    "the next change puts them right."
)
_NUMBER = re.compile(r"[0-9]{1,6}")

Body = dict[str, Plain]
Migration = Callable[[Body], Body]

# From each format older than those read as they are to the next, in memory; the file changes with the next
# change a person makes.
MIGRATIONS: Mapping[int, Migration] = {}


class NotIntact(Exception):
    """The file fails its check; `sentence` says how, `why` what follows from it."""

    def __init__(self, sentence: str, *why: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.why = why


class NewerFormat(Exception):
    """A newer version of the program wrote the file, or its format line is damaged."""

    def __init__(self, found: int) -> None:
        super().__init__(str(found))
        self.found = found


@dataclass(frozen=True, slots=True)
class Written:
    """A record as bytes, and the hash of its last event."""

    data: bytes
    head: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """A record as read, the hash of its last event, and what a person should know about the file."""

    activation: Activation
    head: str
    notices: tuple[str, ...] = ()


def render(activation: Activation) -> Written:
    """The bytes of an activation's file; the same activation always gives the same bytes.

    Raises:
        AssertionError: the bytes would not give the same activation when read; a mistake of the program.
    """
    plain = _mapping(to_plain(activation))
    history, head = _chained(plain.pop("history", []))
    name, revision = plain.pop("name"), plain.pop("revision")
    form = _needed(activation)
    body: Body = {"format": str(form), "name": name, "revision": revision, "head": head, **plain}
    try:
        text = _text_of({**body, "history": history}).encode("utf-8")
        written = Written(FIRST_LINE + _SECOND_LINE % _checksum(text) + text, head)
        same = parse(written.data, activation.name).activation == activation
    except (NotIntact, ValueError, TypeError) as error:
        raise AssertionError(f"the record of {activation.name} cannot be read back: {error}") from error
    if not same:
        raise AssertionError(f"the record of {activation.name} is another one when read back")
    return written


def _needed(activation: Activation) -> int:
    """The lowest format that holds the record."""
    if any(step.carried for step in activation.steps.values()):
        return FORMAT
    return 2 if any(event.op_id or event.back_to for event in activation.history) else _LEAST


def _text_of(body: Body) -> str:
    text = write_lines(body)
    if text is not None:
        return text
    # Only here because most records hold nothing it is needed for, and its start-up is felt.
    from sci_cli.safety.strict_yaml import dump_own

    return dump_own(body)


def parse(data: bytes, name: str, *, migrations: Mapping[int, Migration] = MIGRATIONS) -> Parsed:
    """The activation in the bytes of a file, after every check.

    A byte order mark and CRLF as line end are accepted: editors add them when they only open and save.

    Args:
        data: the whole file.
        name: the activation's name as the file name says it.
        migrations: how each older format becomes the next.

    Raises:
        NotIntact: the file fails a check.
        NewerFormat: this version cannot read it; decided before the checksum, whose rule may have changed.
    """
    if not data:
        raise NotIntact("is empty", "A record is never empty; the file lost its content.")
    found = _FORMAT_LINE.search(data[:_FORMAT_WITHIN])
    if found and int(found[1]) > FORMAT:
        raise NewerFormat(int(found[1]))
    body, notices = _verified(data, has_format=found is not None)
    plain = _read(body)
    form = _format(plain)
    head = _check_history(plain)
    _check_name(plain, name)
    migrated, told = _migrated(plain, form, migrations)
    return Parsed(_activation(migrated), head, notices + told)


def parse_edited(data: bytes, name: str) -> Parsed:
    """The activation in a file whose checksum fails because somebody edited it; its history has to be whole.

    It is read as strictly as a file from outside. What it says beside its history is not vouched for.

    Raises:
        NotIntact: it cannot be understood, or the history is not as it was written.
        NewerFormat: this version cannot read it.
    """
    # Only here because hardly any run reads such a file.
    from sci_cli.safety.strict_yaml import load

    try:
        text = data.removeprefix(_BYTE_ORDER_MARK).replace(b"\r\n", b"\n")
        value = load(text, name=f"{name}.yaml").value
    except InvalidFile as problem:
        raise NotIntact("cannot be understood", problem.message[:200]) from None
    if not isinstance(value, dict):
        raise NotIntact("cannot be understood", "It is not a mapping.")
    plain = {key: inner for key, inner in value.items() if key != "checksum"}
    form = _format(plain)
    head = _check_history(plain)
    _check_name(plain, name)
    migrated, told = _migrated(plain, form, MIGRATIONS)
    return Parsed(_activation(migrated), head, told)


def _verified(data: bytes, *, has_format: bool) -> tuple[bytes, tuple[str, ...]]:
    """The body, its checksum verified, and a notice where line ends had to be put right for that."""
    notices: tuple[str, ...] = ()
    if not checksum_holds(data):
        plainer = data.removeprefix(_BYTE_ORDER_MARK).replace(b"\r\n", b"\n")
        if not checksum_holds(plainer):
            raise _mismatch(data, has_format=has_format)
        data, notices = plainer, (_LINE_ENDINGS,)
    if not has_format:
        raise NotIntact("has no format (schema version)")
    return data[_HEADER_LENGTH:], notices


def checksum_holds(data: bytes) -> bool:
    """Whether the bytes are those that were written, by their checksum alone."""
    header, body = data[:_HEADER_LENGTH], data[_HEADER_LENGTH:]
    return header == FIRST_LINE + _SECOND_LINE % _checksum(body)


def checksum_line(data: bytes) -> bytes:
    """The line of a record's bytes that holds the checksum, without its end."""
    return data[len(FIRST_LINE) : _HEADER_LENGTH].rstrip(b"\n")


def _checksum(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode("ascii")


def _mismatch(data: bytes, *, has_format: bool) -> NotIntact:
    if _MERGE_MARKER.search(data):
        return NotIntact(
            "holds the marks of a merge conflict",
            "Two versions of it were merged as text, which a record does not survive.",
        )
    sentence = "does not match its checksum: it was edited or damaged"
    if not has_format:
        sentence = f"has no format (schema version), and {sentence}"
    return NotIntact(sentence)


def _read(body: bytes) -> Body:
    try:
        text = body.decode("utf-8")
        return read_lines(text) or _read_yaml(text)
    except ValueError as error:
        raise NotIntact(f"cannot be read: {visible(str(error), allow_newlines=False)[:200]}") from None


def _read_yaml(text: str) -> Body:
    # Only here because most records hold nothing it is needed for, and its start-up is felt.
    from sci_cli.safety.strict_yaml import load_own

    return load_own(text)


def _format(plain: Body) -> int:
    text = plain.get("format")
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        raise NotIntact("has no format (schema version) that is a number")
    if int(text) > FORMAT:
        raise NewerFormat(int(text))
    return int(text)


def _text(plain: Body, key: str) -> str:
    value = plain.get(key)
    if not isinstance(value, str):
        raise NotIntact(f"has no {key}")
    return value


def _check_name(plain: Body, name: str) -> None:
    inside = _text(plain, "name")
    if inside != name:
        raise NotIntact(
            f"is named for another activation: inside it is {quoted(inside)}",
            "Somebody copied or renamed the file.",
        )


def _migrated(plain: Body, form: int, migrations: Mapping[int, Migration]) -> tuple[Body, tuple[str, ...]]:
    if form >= _LEAST:
        return plain, ()
    for step in range(form, _LEAST):
        if step not in migrations:
            raise NotIntact(f"has format (schema version) {form}, which no version of sci wrote")
        plain = migrations[step](plain)
    return plain, (
        f"The record has format {form} and was migrated to format {_LEAST} for reading; "
        "its file changes with the next change.",
    )  # fmt: skip


def _activation(plain: Body) -> Activation:
    """The record itself; what only the file holds is left out."""
    inner = {key: value for key, value in plain.items() if key not in {"format", "head"}}
    inner["history"] = [
        {key: value for key, value in event.items() if key not in {"previous", "hash"}}
        for event in _events(plain)
    ]
    try:
        return from_plain(Activation, inner)
    except NotPlain as error:
        raise NotIntact(f"does not fit: {visible(str(error), allow_newlines=False)[:200]}") from None


# History ---------------------------------------------------------------------------------------------------


def _chained(history: Plain) -> tuple[list[Plain], str]:
    """The events with the hash of each and of the one before, and the last hash; empty without events."""
    chained: list[Plain] = []
    previous = ""
    for event in history:
        linked = {**_mapping(event), "previous": previous}
        previous = _hash(linked)
        chained.append({**linked, "hash": previous})
    return chained, previous


def _hash(linked: Body) -> str:
    return hashlib.sha256(canonical(linked).encode("ascii")).hexdigest()


def _check_history(plain: Body) -> str:
    """The last hash, once every event is as it was written, in its place, and the last one is there."""
    previous = ""
    events = _events(plain)
    for number, event in enumerate(events, start=1):
        linked = {key: value for key, value in event.items() if key != "hash"}
        whole = linked.get("previous") == previous and linked.get("sequence") == str(number)
        previous = _hash(linked)
        if not whole or event.get("hash") != previous:
            raise NotIntact(
                f"has a history that is broken at event {number}",
                "An event was altered, removed or moved since it was written.",
            )
    if _text(plain, "head") != previous or _text(plain, "revision") != str(len(events)):
        raise NotIntact(
            f"has a history of {len(events)} events that does not end at its head",
            f"The head is that of revision {visible(_text(plain, 'revision'))[:20]}: "
            "events are missing or were added.",
        )
    return previous


def heads(activation: Activation) -> tuple[str, ...]:
    """The head of the record at each of its revisions, the first one first."""
    history = to_plain(activation.history)
    return tuple(str(_mapping(event)["hash"]) for event in _chained(history)[0])


def _events(plain: Body) -> list[Body]:
    history = plain.get("history", [])
    if not isinstance(history, list) or not all(isinstance(event, dict) for event in history):
        raise NotIntact("has a history that is not a list of events")
    return [_mapping(event) for event in history]


def _mapping(plain: Plain) -> Body:
    if not isinstance(plain, dict):
        raise TypeError("a mapping is expected")
    return plain
