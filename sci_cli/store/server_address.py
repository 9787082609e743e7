"""Where a shared store is: a URL read strictly, turned into connection parameters that are said in full.

Whoever can set a variable of the environment must not be able to move a store elsewhere or to weaken its
encryption, so nothing is left for the library to look up but the password file.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from sci_cli.errors import StoreUnavailable, WrongUsage
from sci_cli.safety.text import find_unsafe, quoted

SCHEMES = ("postgresql", "postgres")
EXAMPLE = "postgresql://kim@db.example.net/sci?sslmode=verify-full"
CONNECT_SECONDS = 5
_LONGEST = 2000
_FILES = ("sslrootcert", "sslcert", "sslkey")
_KNOWN = frozenset({"host", "hostaddr", "port", "user", "sslmode", "team", *_FILES})
_VERIFIED = "verify-full"


@dataclass(frozen=True, slots=True)
class Address:
    """A database that holds a shared store.

    Attributes:
        host: name, address or folder of the socket; empty for the usual socket of the machine.
        hostaddr: the address to connect to where `host` is only the name to verify.
        port: digits, empty for the usual one.
        database: the name of the database.
        user: the role; empty for the login name.
        team: whose activations are meant; empty where the role is in one team.
        files: sslrootcert, sslcert, sslkey, as far as given.
        encrypted: whether TLS with a verified host name was asked for; always so for other machines.
    """

    host: str
    hostaddr: str
    port: str
    database: str
    user: str
    team: str
    files: Mapping[str, str]
    encrypted: bool

    @property
    def shown(self) -> str:
        """The place as a person may see it: no parameter that could be a secret."""
        user = f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.port else ""
        if self.host.startswith("/"):
            return quoted(f"postgresql://{user}{port}/{self.database}?host={self.host}")
        return quoted(f"postgresql://{user}{self.host}{port}/{self.database}")

    def parameters(self) -> dict[str, str | int]:
        """Everything that is said to the library; what is not said here has the same value everywhere."""
        said: dict[str, str | int] = {
            "host": self.host,
            "hostaddr": self.hostaddr,
            "port": self.port or "5432",
            "dbname": self.database,
            "user": self.user,
            "sslmode": _VERIFIED if self.encrypted else "prefer",
            "gssencmode": "disable",
            "client_encoding": "UTF8",
            "application_name": "sci",
            "connect_timeout": CONNECT_SECONDS,
            "target_session_attrs": "any",
            **self.files,
        }
        return {key: value for key, value in said.items() if value != ""}


def read_address(url: str) -> Address:
    """The address in a URL.

    Raises:
        WrongUsage: it is no such URL, or holds a password or a parameter that is not known.
        StoreUnavailable: it is on another machine and asks for less than a verified connection.
    """
    if len(url) > _LONGEST or find_unsafe(url) is not None:
        raise _wrong("is too long or holds characters that cannot be in it")
    try:
        parts = urlsplit(url)
        port, host = str(parts.port or ""), unquote(parts.hostname or "")
        given = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        raise _wrong("cannot be read") from None
    if parts.scheme not in SCHEMES:
        raise _wrong("does not begin with postgresql://")
    options = dict(given)
    if parts.password is not None or any("pass" in key.lower() for key in options):
        raise _with_password()
    if len(options) != len(given) or (strange := sorted(set(options) - _KNOWN)):
        named = quoted(strange[0], 40) if len(options) == len(given) else "a parameter given twice"
        raise _wrong(f"holds {named}")
    for key, before in (("host", host), ("port", port), ("user", parts.username or "")):
        if options.get(key) and before:
            raise _wrong(f"says the {key} twice")
    host = options.get("host", host)
    address = Address(
        host=host,
        hostaddr=options.get("hostaddr", ""),
        port=options.get("port", port),
        database=unquote(parts.path.removeprefix("/")),
        user=options.get("user", unquote(parts.username or "")),
        team=options.get("team", ""),
        files={key: options[key] for key in _FILES if options.get(key)},
        encrypted=options.get("sslmode") == _VERIFIED or not _is_local(host, options.get("hostaddr", "")),
    )
    _check(address, options.get("sslmode", ""))
    return address


def _check(address: Address, mode: str) -> None:
    if not address.database or "/" in address.database:
        raise _wrong("names no database")
    if find_unsafe("".join((address.host, address.database, address.user, address.team))) is not None:
        raise _wrong("holds characters that cannot be in it")
    if "," in address.host + address.hostaddr + address.port:
        raise _wrong("names several servers; one is needed, so that it is known where the records are")
    if address.port and not (address.port.isascii() and address.port.isdigit() and len(address.port) <= 5):
        raise _wrong("has a port that is no number")
    local = _is_local(address.host, address.hostaddr)
    if mode not in ("", _VERIFIED) and not local:
        raise StoreUnavailable(
            f"The connection to {address.shown} would not be safe: with sslmode={quoted(mode, 20)} "
            "it may be without TLS or with another server. Nothing was changed.",
            why="For a server on another machine only sslmode=verify-full is accepted.",
            fix=f"Write the URL like {EXAMPLE}",
        )


def _is_local(host: str, hostaddr: str) -> bool:
    """Whether bytes stay on this machine: a socket, or an address of the machine itself."""
    return all(
        not each or each.startswith("/") or each == "localhost" or _is_loopback(each)
        for each in (host, hostaddr)
    )


def _is_loopback(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return False


def _wrong(what: str) -> WrongUsage:
    return WrongUsage(f"The address of the shared store {what}.", fix=f"Write it like {EXAMPLE}")


def _with_password() -> WrongUsage:
    return WrongUsage(
        "The address of the shared store holds a password. It was not used.",
        why="Addresses are seen in lists of processes, in the history of shells and in logs.",
        fix=[
            "Change that password, since it may have been seen.",
            "Put the new one into the file ~/.pgpass (mode 0600), or name another such file in PGPASSFILE.",
        ],
    )
