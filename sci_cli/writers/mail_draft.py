"""Mail drafts: built, read back and compared before anyone may keep them; never sent from here.

A draft carries no sender, date or message number: the mail program of the person who sends it adds those.
Header values are never joined from strings, and what the mail library accepts too gladly (encoded words,
line breaks, several addresses in one value) is refused before it is asked. Formats: RFC 5322, RFC 2047 and
RFC 2231; the header `X-Unsent` makes mail programs open the file for editing.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.header import Header
from email.message import EmailMessage, Message
from typing import cast
from urllib.parse import quote

from sci_cli.errors import DraftAltered, InvalidValue
from sci_cli.safety.text import describe_unsafe, quoted

LONGEST_ADDRESS = 254
LONGEST_SUBJECT = 200
LONGEST_BODY = 200_000
LONGEST_FILENAME = 200
MOST_RECIPIENTS = 20

# Narrower than RFC 5322 on purpose: no quoted local parts, and no characters that once meant a route.
_LOCAL = re.compile(r"[A-Za-z0-9#$&'*+/=^_{}~|-]+(?:\.[A-Za-z0-9#$&'*+/=^_{}~|-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_LONGEST_LOCAL = 64
_MEDIA_TYPE = re.compile(r"(?:application|image|text)/[a-z0-9][a-z0-9.+-]{0,62}")
# A name in quotes loses them when read back; the others mean something to a file system.
_NOT_IN_A_FILENAME = '"/\\:*?<>|'

_TOP_HEADERS = ("x-unsent", "subject", "to", "mime-version", "content-type")
_TEXT_HEADERS = {"content-type", "content-transfer-encoding"}
_FILE_HEADERS = {"content-type", "content-transfer-encoding", "content-disposition", "mime-version"}


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to go with the mail; the media type is given in two halves, such as `image` and `png`."""

    filename: str
    maintype: str
    subtype: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """What a mail is to say: plain mailboxes as addresses, a body of plain text with LF or CR LF breaks."""

    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    body: str
    attachments: tuple[Attachment, ...] = ()


def build(draft: Draft) -> bytes:
    """The draft as the content of an `.eml` file, proven to say what was put in.

    The same draft gives the same bytes. They are parsed again, and header names, recipients, subject, body
    and the SHA-256 of every attachment are compared; only the kind of line breaks, and one at the very end
    of the body, may differ.

    Raises:
        InvalidValue: a field holds something that a mail must not carry; the message names the field.
        DraftAltered: the bytes, read back, differ from the draft.
    """
    _check(draft)
    message = EmailMessage(policy=_POLICY)
    message["X-Unsent"] = "1"
    message["Subject"] = draft.subject
    message["To"] = ", ".join(draft.to)
    if draft.cc:
        message["Cc"] = ", ".join(draft.cc)
    message.set_content(_lines(draft.body))
    for attachment in draft.attachments:
        message.add_attachment(
            attachment.data,
            maintype=attachment.maintype,
            subtype=attachment.subtype,
            filename=attachment.filename,
        )
    if draft.attachments:
        message.set_boundary(_boundary(draft))
    written = message.as_bytes()
    verify(draft, written)
    return written


def verify(draft: Draft, written: bytes) -> None:
    """Compares the bytes of a mail with the draft they were made from.

    Raises:
        DraftAltered: they differ; the reasons name every field that does.
    """
    message = message_from_bytes(written, policy=policy.default)
    differences = [*_header_differences(draft, message), *_content_differences(draft, message)]
    if differences:
        raise DraftAltered(
            "The mail draft, read back, differs from what was put in; it is not kept.",
            why=[f"Different: {name}." for name in differences],
            fix="Shorten the text or the file names, or copy the text of the mail by hand.",
        )


def as_text(draft: Draft) -> str:
    """The draft for copying and pasting: recipients, subject, body, and a line for each attachment.

    Raises:
        InvalidValue: as for `build`.
    """
    _check(draft)
    lines = [f"To: {', '.join(draft.to)}"]
    if draft.cc:
        lines.append(f"Cc: {', '.join(draft.cc)}")
    lines += [f"Subject: {draft.subject}", "", _lines(draft.body).rstrip("\n")]
    if draft.attachments:
        lines.append("")
    lines += [f"Attach: {each.filename} ({_size(len(each.data))})" for each in draft.attachments]
    return "\n".join(lines) + "\n"


def mailto(draft: Draft) -> str:
    """A short `mailto:` link with recipients and subject only (RFC 6068); body and files are added by hand.

    Raises:
        InvalidValue: as for `build`.
    """
    _check(draft)
    recipients = ",".join(quote(address, safe="@") for address in draft.to)
    return f"mailto:{recipients}?subject={quote(draft.subject, safe='')}"


def table(rows: Sequence[tuple[str, str]]) -> str:
    """Labels and values as two aligned columns of plain text, one line for each line of a value.

    Columns line up in a fixed-width font, wide East Asian characters counted as two.

    Returns:
        Lines joined by LF, without one at the end; empty text for no rows.
    """
    width = max((_display_width(label) for label, _ in rows), default=0)
    lines = []
    for label, value in rows:
        for number, part in enumerate(value.split("\n")):
            shown = label if number == 0 else ""
            lines.append(f"{shown}{' ' * (width - _display_width(shown))}  {part}".rstrip(" "))
    return "\n".join(lines)


def address_problem(text: str) -> str | None:
    """Why this is not one plain mail address, as a sentence, or None when it is one.

    Accepted is `local@domain.tld` in ASCII, without display name, quotes or comments.
    """
    if not text:
        return "The mail address is empty."
    if len(text) > LONGEST_ADDRESS:
        return f"The mail address is too long: {len(text)} characters, at most {LONGEST_ADDRESS}."
    shown = f"The mail address {quoted(text)}"
    unsafe = describe_unsafe(text)
    if unsafe is not None:
        return f"{shown} contains {unsafe}."
    if "," in text or ";" in text:
        return f"{shown} is a list; give one address per value."
    if "=?" in text:
        return f"{shown} contains an encoded word ('=?'); give the address as it is read."
    foreign = next((character for character in text if not character.isascii()), None)
    if foreign is not None:
        return f"{shown} contains U+{ord(foreign):04X}; only ASCII letters, digits and signs are accepted."
    if any(sign in text for sign in '<>()"[] '):
        return f"{shown} has a name, brackets, quotes or spaces; give the plain address, such as a@b.example."
    return _part_problem(shown, text)


def _part_problem(shown: str, text: str) -> str | None:
    local, at, domain = text.rpartition("@")
    if not at or "@" in local:
        return f"{shown} needs exactly one '@'."
    if not local or not _LOCAL.fullmatch(local) or len(local) > _LONGEST_LOCAL:
        return f"{shown} is not valid before the '@'."
    labels = domain.split(".")
    if len(labels) < 2:
        return f"{shown} needs a domain with a dot after the '@'."
    if not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdecimal():
        return f"{shown} has no valid domain after the '@'."
    return None


class _DraftPolicy(policy.EmailPolicy):
    """RFC 5322 on the wire, but with subjects folded so that no space gets lost.

    The folding of `EmailPolicy` drops a space of some long subjects with characters outside ASCII. An ASCII
    subject stays on one line here, which the length limit keeps below the 998 characters a line may have.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() != "subject":
            return super().fold_binary(name, value)
        subject = str(value)
        if not subject.isascii():
            subject = Header(subject, "utf-8", header_name=name).encode(linesep=self.linesep)
        return f"{name}: {subject}{self.linesep}".encode("ascii")


_POLICY = _DraftPolicy(linesep="\r\n")


def _check(draft: Draft) -> None:
    if not draft.to:
        raise InvalidValue("The mail has no address to go to.", fix="Give at least one address.")
    if len(draft.to) + len(draft.cc) > MOST_RECIPIENTS:
        raise InvalidValue(
            f"The mail has more than {MOST_RECIPIENTS} addresses.", fix="Give fewer addresses."
        )
    for address in (*draft.to, *draft.cc):
        problem = address_problem(address)
        if problem is not None:
            raise InvalidValue(problem, fix="Give the address again, one address per value.")
    _check_header_text("subject", draft.subject, LONGEST_SUBJECT)
    _check_text("body", draft.body, LONGEST_BODY, allow_newlines=True)
    for attachment in draft.attachments:
        _check_attachment(attachment)


def _check_attachment(attachment: Attachment) -> None:
    _check_header_text("attachment name", attachment.filename, LONGEST_FILENAME)
    bad = next((sign for sign in _NOT_IN_A_FILENAME if sign in attachment.filename), None)
    if bad is not None:
        raise InvalidValue(
            f"The attachment name {quoted(attachment.filename)} contains {bad}, which some systems refuse.",
            fix="Rename the file and run the command again.",
        )
    media_type = f"{attachment.maintype}/{attachment.subtype}"
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise InvalidValue(f"The attachment type {quoted(media_type)} is not one that a draft carries.")


def _check_header_text(what: str, text: str, limit: int) -> None:
    _check_text(what, text, limit)
    if not text:
        raise InvalidValue(f"The mail {what} is empty.", fix=f"Give the {what}.")
    if text != text.strip():
        raise InvalidValue(f"The mail {what} begins or ends with a space.", fix="Give it without that space.")
    if "=?" in text:
        raise InvalidValue(
            f"The mail {what} {quoted(text)} contains an encoded word ('=?'), which mail programs decode.",
            fix="Write the characters as they are read.",
        )


def _check_text(what: str, text: str, limit: int, *, allow_newlines: bool = False) -> None:
    if len(text) > limit:
        raise InvalidValue(
            f"The mail {what} is too long: {len(text)} characters, at most {limit}.",
            fix="Give a shorter text.",
        )
    unsafe = describe_unsafe(text, allow_newlines=allow_newlines)
    if unsafe is not None:
        raise InvalidValue(f"The mail {what} contains {unsafe}.", fix="Give it without that character.")


def _header_differences(draft: Draft, message: EmailMessage) -> list[str]:
    differences = []
    expected = [*_TOP_HEADERS, *(["cc"] if draft.cc else [])]
    if not draft.attachments:
        expected.append("content-transfer-encoding")
    if sorted(name.lower() for name in message) != sorted(expected):
        differences.append("the names of the headers")
    if message["X-Unsent"] != "1":
        differences.append("the mark as not yet sent")
    if _recipients(message, "To") != draft.to:
        differences.append("the recipients (To)")
    if _recipients(message, "Cc") != draft.cc:
        differences.append("the recipients (Cc)")
    if message["Subject"] != draft.subject:
        differences.append("the subject")
    return differences


def _recipients(message: EmailMessage, name: str) -> tuple[str, ...]:
    header = message[name]
    return () if header is None else tuple(str(address) for address in header.addresses)


def _content_differences(draft: Draft, message: EmailMessage) -> list[str]:
    expected_type = "multipart/mixed" if draft.attachments else "text/plain"
    if message.get_content_type() != expected_type:
        return ["the kind of the mail"]
    parts = cast("list[EmailMessage]", message.get_payload()) if draft.attachments else [message]
    differences = []
    if any(part.defects for part in message.walk()):
        differences.append("the form of the mail")
    if draft.attachments and {name.lower() for name in parts[0]} != _TEXT_HEADERS:
        differences.append("the names of the headers of the body")
    if parts[0].get_content_type() != "text/plain" or _body(parts[0]) != _lines(draft.body):
        differences.append("the body")
    if any({name.lower() for name in part} != _FILE_HEADERS for part in parts[1:]):
        differences.append("the names of the headers of an attachment")
    expected_files = [_attachment_facts(each) for each in draft.attachments]
    if [_part_facts(part) for part in parts[1:]] != expected_files:
        differences.append("the attachments")
    return differences


def _body(part: Message) -> str:
    decoded = cast(bytes, part.get_payload(decode=True) or b"")
    return _lines(decoded.decode("utf-8", "replace"))


def _attachment_facts(attachment: Attachment) -> tuple[str, str | None, str]:
    media_type = f"{attachment.maintype}/{attachment.subtype}"
    return media_type, attachment.filename, hashlib.sha256(attachment.data).hexdigest()


def _part_facts(part: Message) -> tuple[str, str | None, str]:
    data = cast(bytes, part.get_payload(decode=True) or b"")
    return part.get_content_type(), part.get_filename(), hashlib.sha256(data).hexdigest()


def _lines(body: str) -> str:
    """The body with LF breaks, and one at its end."""
    text = body.replace("\r\n", "\n")
    return text if text.endswith("\n") else f"{text}\n"


def _boundary(draft: Draft) -> str:
    """A line that no part can contain, because it depends on the content of all of them."""
    files = [_attachment_facts(each) for each in draft.attachments]
    content = repr((draft.to, draft.cc, draft.subject, draft.body, files)).encode()
    return f"==sci-{hashlib.sha256(content).hexdigest()[:40]}=="


def _size(count: int) -> str:
    return f"{count} bytes" if count < 1000 else f"{(count + 500) // 1000} kB"


def _display_width(text: str) -> int:
    return sum(_character_width(character) for character in text)


def _character_width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
