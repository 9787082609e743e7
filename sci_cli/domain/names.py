"""Names people give: of VPNs and of activations."""

from __future__ import annotations

import re
import unicodedata

from sci_cli.safety.text import describe_unsafe, quoted

LONGEST_VPN_NAME = 64
LONGEST_ACTIVATION_NAME = 63

_VPN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/:-]*")
_ACTIVATION_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
# Windows opens a device for these names in every folder, whatever is meant.
_WINDOWS_DEVICES = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)))
)


def vpn_name_problem(text: str) -> str | None:
    """Why the text is not a VPN name, in one sentence that holds the words `VPN name`; None if it is one.

    A VPN name has 1 to 64 of the letters a-z and A-Z, digits, space and `._-/:`, begins with a letter or
    digit and does not end with a space, so that no two names look alike and differ.
    """
    if not text:
        return "The VPN name is empty."
    if len(text) > LONGEST_VPN_NAME:
        return (
            f"The VPN name {quoted(text, 40)} is too long: "
            f"{len(text)} characters; at most {LONGEST_VPN_NAME} are allowed."
        )
    strange = strange_character(text)
    if strange:
        return f"The VPN name {quoted(text)} contains {strange}."
    if not _VPN_NAME.fullmatch(text):
        return (
            f"{quoted(text)} is not a VPN name: it begins with a letter or digit, and may use "
            "letters, digits, space and . _ - / : only."
        )
    if text.endswith(" "):
        return f"The VPN name {quoted(text)} ends with a space."
    return None


def activation_name_problem(text: str) -> str | None:
    """Why the text is not an activation name, in one or two sentences; None if it is one.

    An activation name is a folder name on every system: 1 to 63 of `a-z`, `0-9` and `-`, not beginning with
    `-`, and not the name of a Windows device.
    """
    if (
        _ACTIVATION_NAME.fullmatch(text)
        and len(text) <= LONGEST_ACTIVATION_NAME
        and text not in _WINDOWS_DEVICES
    ):
        return None
    rule = (
        f"An activation name uses a-z, 0-9 and '-', begins with a letter or digit "
        f"and has 1 to {LONGEST_ACTIVATION_NAME} characters."
    )
    if not text:
        return f"The activation name is empty. {rule}"
    if len(text) > LONGEST_ACTIVATION_NAME:
        return f"{quoted(text, 40)} is too long: {len(text)} characters. {rule}"
    strange = strange_character(text)
    if strange:
        return f"{quoted(text)} contains {strange}. {rule}"
    if text in _WINDOWS_DEVICES:
        return f"{quoted(text)} is reserved for a device by Windows. Choose another activation name."
    return f"{quoted(text)} cannot be used. {rule}"


def strange_character(text: str) -> str | None:
    """The first unsafe or else the first non-ASCII character, in words that complete 'contains ...'."""
    unsafe = describe_unsafe(text)
    if unsafe:
        return unsafe
    if text.isascii():
        return None
    character = next(each for each in text if not each.isascii())
    return f"U+{ord(character):04X} ({unicodedata.name(character, 'unnamed').lower()})"
