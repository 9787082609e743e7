"""What a database server or the connection to it reports, in the words and classes of the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sci_cli.errors import Fix, Locked, SciError, StoreUnavailable, sci
from sci_cli.safety.text import visible
from sci_cli.store.home import NOTHING_CHANGED

if TYPE_CHECKING:
    import psycopg

INSTALL = "python -m pip install 'sci-cli[postgresql]'"

# The server undid the transaction because of others at work; the same again may succeed.
_AGAIN = frozenset({"40001", "40P01", "CR000"})
# Nobody can tell from these whether a COMMIT took place.
_UNCERTAIN = ("08", "57", "58", "XX", "40003")

_TEXTS = {
    "42501": (
        "refuses it: the role has no permission",
        "Ask whoever looks after the store to run `sci store init` again for the role and its team.",
    ),
    "25006": (
        "is read-only, such as a copy of another server",
        "Use the address of the server that takes changes.",
    ),
    "53100": ("has no space left on its disk", "Have space made on the server, then run the command again."),
    "57014": ("took too long and the statement was stopped", "Run the command again, or look at the server."),
    "42P01": (
        "has no shared store in this database, or one this role may not see",
        "Have it set up by its owner with: sci store init URL",
    ),
}


def is_again(error: psycopg.Error) -> bool:
    """Whether the transaction was certainly undone and may be tried again."""
    return error.sqlstate in _AGAIN


def is_uncertain(error: psycopg.Error) -> bool:
    """Whether the error leaves open what became of a statement: connection or server went away."""
    state = error.sqlstate
    return state is None or state.startswith(_UNCERTAIN)


def driver_missing() -> StoreUnavailable:
    """The error for a shared store without the package that talks to servers."""
    return StoreUnavailable(
        f"A shared store needs the package psycopg, which is not installed. {NOTHING_CHANGED}",
        fix=INSTALL,
    )


def in_words(error: psycopg.Error, place: str) -> SciError:
    """The error of a statement; the transaction around it is undone.

    Args:
        error: what the library raised.
        place: the server, safe to show.
    """
    state = error.sqlstate or ""
    if state in ("55P03", *_AGAIN):
        return Locked(
            f"Others keep changing this activation on {place}. {NOTHING_CHANGED}",
            why=_said(error),
            fix="Wait a moment, then run the command again.",
        )
    known = _TEXTS.get(state)
    if state.startswith("53") and known is None:
        known = ("has no room for more at the moment", "Wait a moment, then run the command again.")
    if known is None and is_uncertain(error):
        return _lost(error, place)
    what, fix = known or ("refuses it", "Look at the server's log, then run the command again.")
    return StoreUnavailable(f"The server {place} {what}. {NOTHING_CHANGED}", why=_said(error), fix=fix)


def no_connection(error: psycopg.Error, place: str) -> StoreUnavailable:
    """The error for a server to which no connection came about; libpq tells the reason in its text only."""
    text = str(error).lower()
    if "certificate" in text:
        what, fix = (
            "does not show the certificate of that host",
            "Check the host in the address and sslrootcert; do not go on with a server nobody knows.",
        )
    elif "ssl" in text and "pg_hba" not in text:
        what, fix = "offers no TLS, which is needed between machines", "Have TLS switched on at the server."
    elif any(word in text for word in ("authentication", "password", "pg_hba", "role ")):
        what, fix = (
            "refuses the authentication",
            "Check the user in the address, and the password in ~/.pgpass or the file PGPASSFILE names.",
        )
    elif "starting up" in text or "shutting down" in text:
        return _lost(error, place)
    elif "does not exist" in text and "database" in text:
        what, fix = "has no such database", "Check the name at the end of the address."
    else:
        return _lost(error, place)
    return StoreUnavailable(f"The server {place} {what}. {NOTHING_CHANGED}", why=_said(error), fix=fix)


def _lost(error: psycopg.Error, place: str) -> StoreUnavailable:
    fix: list[Fix] = [
        "Check the network and the server, then run the command again. "
        "Nothing is written on this machine in its place.",
        sci("store", "status"),
    ]
    return StoreUnavailable(
        f"The server {place} cannot be reached, or the connection broke. {NOTHING_CHANGED}",
        why=_said(error),
        fix=fix,
    )


def _said(error: psycopg.Error) -> str:
    diagnosis = error.diag.message_primary
    text = (diagnosis or str(error) or type(error).__name__).strip()
    state = f" ({error.sqlstate})" if error.sqlstate else ""
    return f"It says: {visible(' '.join(text.split()), allow_newlines=False)[:200]}{state}"
