"""Numbers on the command line, read here so that the message is in the words of the field."""

from sci_cli.errors import InvalidValue
from sci_cli.safety.text import quoted


def whole(text: str, option: str) -> int | None:
    """A whole number, possibly negative; None when nothing was given.

    Raises:
        InvalidValue: not a whole number.
    """
    if not text:
        return None
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 12:
        subject = "MAX" if "max" in option else option.removeprefix("--")
        raise InvalidValue(f"{option}: {subject} is a whole number; {quoted(text, 40)} is not.")
    return int(text)
