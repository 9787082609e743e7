"""What is looked at before a shared store is used: the role may do no more than it needs, the tables fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sci_cli.errors import StoreUnavailable, sci
from sci_cli.safety.text import quoted
from sci_cli.store.home import NOTHING_CHANGED
from sci_cli.store.server_address import Address

SCHEMA_VERSION = 1

Rows = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]

_ROLE = "SELECT r.rolsuper OR r.rolbypassrls FROM pg_catalog.pg_roles r WHERE r.rolname = CURRENT_USER"
_TABLES = (
    "SELECT c.relname, pg_catalog.pg_has_role(c.relowner, 'MEMBER')"
    " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = 'sci' AND c.relkind = 'r'"
)
_RIGHTS = (
    "SELECT pg_catalog.has_schema_privilege('sci', 'USAGE'),"
    " pg_catalog.has_table_privilege('sci.history', 'UPDATE')"
    " OR pg_catalog.has_table_privilege('sci.history', 'DELETE')"
    " OR pg_catalog.has_table_privilege('sci.history', 'TRUNCATE')"
)
_VERSION = "SELECT max(f.version) FROM sci.format f"
_TEAMS = "SELECT m.team FROM sci.member m WHERE m.role_name = CURRENT_USER ORDER BY m.team"


def check_session(rows: Rows, address: Address) -> str:
    """The team whose activations are meant, once role and tables are as they have to be.

    Raises:
        StoreUnavailable: they are not.
        psycopg.Error: the server does not answer.
    """
    tables = rows(_TABLES, ())
    _check_role(rows, address, owner=any(owned for _, owned in tables))
    if not {"activation", "history", "format", "member"} <= {name for name, _ in tables}:
        raise _refused(
            address, "holds no shared store", "Have it set up by its owner with: sci store init URL"
        )
    usage, too_much = rows(_RIGHTS, ())[0]
    if too_much:
        raise _excess(address, "may change or delete the history")
    if not usage:
        raise _refused(
            address,
            "refuses it: the role has no permission to use the store",
            "Ask its owner for: sci store init URL --team TEAM --role ROLE",
        )
    _check_version(rows, address)
    return _team(rows, address)


def _check_role(rows: Rows, address: Address, *, owner: bool) -> None:
    powerful = rows(_ROLE, ())
    if powerful and powerful[0][0]:
        raise _excess(address, "is a superuser or passes by the row security")
    if owner:
        raise _excess(address, "owns the tables")


def _excess(address: Address, what: str) -> StoreUnavailable:
    return StoreUnavailable(
        f"The role used for {address.shown} {what}; that is against least privilege. {NOTHING_CHANGED}",
        why="With such a role nothing protects the history and the other teams from a mistake.",
        fix="Use a role that `sci store init` admitted to a team, and the owner's role for nothing else.",
    )


def _check_version(rows: Rows, address: Address) -> None:
    version = rows(_VERSION, ())[0][0]
    if version is None or version < SCHEMA_VERSION:
        raise StoreUnavailable(
            f"The tables of {address.shown} have version {version}, this program needs {SCHEMA_VERSION}; "
            f"its owner has to migrate them. {NOTHING_CHANGED}",
            fix="Ask the owner for `sci store init URL` with this version of sci; this role cannot migrate.",
        )
    if version > SCHEMA_VERSION:
        raise StoreUnavailable(
            f"The tables of {address.shown} have version {version}: a newer version of sci made them. "
            f"{NOTHING_CHANGED}",
            why=f"This version knows tables up to version {SCHEMA_VERSION}.",
            fix="Install the newer version of sci.",
        )


def _team(rows: Rows, address: Address) -> str:
    teams = [str(team) for (team,) in rows(_TEAMS, ())]
    if address.team and address.team not in teams:
        raise _refused(
            address,
            f"refuses it: the role has no permission for the team {quoted(address.team, 60)}",
            "Ask its owner for: sci store init URL --team TEAM --role ROLE",
        )
    if address.team:
        return address.team
    if not teams:
        raise _refused(
            address,
            "refuses it: the role has no permission, since it is in no team",
            "Ask its owner for: sci store init URL --team TEAM --role ROLE",
        )
    if len(teams) > 1:
        named = ", ".join(quoted(team, 60) for team in teams[:5])
        raise StoreUnavailable(
            f"The role is in several teams on {address.shown}: {named}. {NOTHING_CHANGED}",
            fix="Add the team to the address: ?team=TEAM, or &team=TEAM behind other parameters.",
        )
    return teams[0]


def _refused(address: Address, what: str, fix: str) -> StoreUnavailable:
    return StoreUnavailable(
        f"The server {address.shown} {what}. {NOTHING_CHANGED}",
        fix=[fix, sci("store", "status")],
    )
