"""Setting up a shared store: its tables, the two roles that hold rights, and who is in which team.

`sci_owner` owns the tables and nobody logs in as it. `sci_member` may read, add, and move an activation's row
on; history, profiles and evidence can only be added to. A team is seen by its own roles alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sci_cli.domain.names import activation_name_problem
from sci_cli.errors import InvalidValue, StoreUnavailable
from sci_cli.safety.text import quoted
from sci_cli.store.home import NOTHING_CHANGED
from sci_cli.store.server_address import Address
from sci_cli.store.server_checks import SCHEMA_VERSION
from sci_cli.store.server_session import Again, Server

OWNER, MEMBER = "sci_owner", "sci_member"
_NAME_LIMIT = 63
# Roles belong to all databases of a server; XX000 is "tuple concurrently updated".
_MADE_MEANWHILE = ("23505", "42710", "42P06", "42P07", "XX000")

_TABLES = (
    "CREATE TABLE IF NOT EXISTS sci.format (version integer PRIMARY KEY)",
    "CREATE TABLE IF NOT EXISTS sci.member (role_name text NOT NULL, team text NOT NULL,"
    " PRIMARY KEY (role_name, team))",
    "CREATE TABLE IF NOT EXISTS sci.activation ("
    "team text NOT NULL, name text NOT NULL, lineage text NOT NULL, revision bigint NOT NULL,"
    " head text NOT NULL, provider text NOT NULL, customer text NOT NULL, location text NOT NULL,"
    " order_number text, ordered_at timestamptz, port_status text NOT NULL, vpns integer NOT NULL,"
    " handed_off boolean NOT NULL, changed_at timestamptz NOT NULL, changed_by text NOT NULL,"
    " PRIMARY KEY (team, name))",
    "CREATE TABLE IF NOT EXISTS sci.history ("
    "team text NOT NULL, name text NOT NULL, revision bigint NOT NULL, at timestamptz NOT NULL,"
    " by_user text NOT NULL, summary text NOT NULL, event text NOT NULL, head text, op_id text,"
    " document text, PRIMARY KEY (team, name, revision), UNIQUE (team, op_id))",
    "CREATE TABLE IF NOT EXISTS sci.profile ("
    "team text NOT NULL, id text NOT NULL, digest text NOT NULL, content text NOT NULL,"
    " PRIMARY KEY (team, id, digest))",
    "CREATE TABLE IF NOT EXISTS sci.evidence ("
    "team text NOT NULL, sha256 text NOT NULL, content bytea NOT NULL, PRIMARY KEY (team, sha256))",
)
_OF_A_TEAM = ("activation", "history", "profile", "evidence")
_OWN_TEAM = "team IN (SELECT m.team FROM sci.member m WHERE m.role_name = CURRENT_USER)"


@dataclass(frozen=True, slots=True)
class Done:
    """One thing the set-up looked after: what it is, and whether it had to be made."""

    what: str
    made: bool


def set_up(address: Address, *, team: str = "", role: str = "", server: Server | None = None) -> list[Done]:
    """Makes what is missing of a shared store, all in one transaction; the same again changes nothing.

    Args:
        address: the database, with a role that may create schemas and roles.
        team: the team to admit `role` to; empty for none.
        role: the role people or scripts log in with; made without a password where it is missing.
        server: the connection, where it is not to be made from the address.

    Raises:
        InvalidValue: team or role is not acceptable.
        StoreUnavailable: the server refuses something; nothing was changed.
    """
    _check_names(team, role)
    used = server or Server(address, checked=False)
    try:
        done, _ = used.transaction(lambda: _unless_met(lambda: _made(used, address, team, role)))
    finally:
        used.close()
    return done


def _unless_met(work: Callable[[], list[Done]]) -> list[Done]:
    """The work, tried again where somebody else who sets a store up at this moment was faster."""
    try:
        return work()
    except Exception as error:
        if getattr(error, "sqlstate", None) in _MADE_MEANWHILE:
            raise Again from error
        raise


def _check_names(team: str, role: str) -> None:
    if bool(team) != bool(role):
        raise InvalidValue(
            "A team and a role go together.", fix="Give both --team TEAM and --role ROLE, or neither."
        )
    problem = activation_name_problem(team) if team else None
    if problem is not None:
        raise InvalidValue(f"{quoted(team, 80)} cannot be a team.", why=problem)
    if role in (OWNER, MEMBER) or len(role.encode("utf-8", "replace")) > _NAME_LIMIT or "\0" in role:
        raise InvalidValue(f"{quoted(role, 80)} cannot be the role of people.", fix="Give another --role.")


def _made(server: Server, address: Address, team: str, role: str) -> list[Done]:
    _check_encoding(server, address)
    done = [_role(server, OWNER, login=False), _role(server, MEMBER, login=False)]
    me = str(server.rows("SELECT CURRENT_USER")[0][0])
    _grant(server, OWNER, me)
    done.append(_schema(server))
    if role:
        done.append(_role(server, role, login=True))
        _grant(server, MEMBER, role)
    # From here on the owner acts, so that everything made belongs to it.
    server.say(f"SET LOCAL ROLE {OWNER}")
    done += [_exists(server, statement) for statement in _TABLES]
    done.append(_version(server, address))
    for table in _OF_A_TEAM:
        done.append(_secured(server, table))
    done.append(_members_secured(server))
    _rights(server)
    if role:
        done.append(_admitted(server, team, role))
    return done


def _check_encoding(server: Server, address: Address) -> None:
    encoding = str(server.rows("SELECT pg_catalog.current_setting('server_encoding')")[0][0])
    if encoding.upper() not in ("UTF8", "UTF-8"):
        raise StoreUnavailable(
            f"The database {address.shown} keeps texts as {quoted(encoding, 40)}, not as UTF8. "
            f"{NOTHING_CHANGED}",
            fix="Make a database with: CREATE DATABASE sci ENCODING 'UTF8' TEMPLATE template0",
        )


def _role(server: Server, name: str, *, login: bool) -> Done:
    what = f"role {name}" + (" (log-in, without a password)" if login else "")
    if server.rows("SELECT 1 FROM pg_catalog.pg_roles r WHERE r.rolname = %s", (name,)):
        return Done(f"role {name}", made=False)
    server.say(_with_names("CREATE ROLE {} " + ("LOGIN" if login else "NOLOGIN"), name))
    return Done(what, made=True)


def _grant(server: Server, group: str, role: str) -> None:
    held = "SELECT pg_catalog.pg_has_role(%s, %s, 'MEMBER')"
    if role != group and not server.rows(held, (role, group))[0][0]:
        server.say(_with_names("GRANT {} TO {}", group, role))


def _schema(server: Server) -> Done:
    if server.rows("SELECT 1 FROM pg_catalog.pg_namespace n WHERE n.nspname = 'sci'"):
        return Done("schema sci", made=False)
    server.say(f"CREATE SCHEMA sci AUTHORIZATION {OWNER}")
    return Done("schema sci", made=True)


def _exists(server: Server, statement: str) -> Done:
    table = statement.partition("sci.")[2].split()[0]
    found = server.rows(
        "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'sci' AND c.relname = %s",
        (table,),
    )
    server.say(statement)
    return Done(f"table sci.{table}", made=not found)


def _version(server: Server, address: Address) -> Done:
    found = server.rows("SELECT pg_catalog.max(f.version) FROM sci.format f")[0][0]
    if found is not None and found > SCHEMA_VERSION:
        raise StoreUnavailable(
            f"The tables of {address.shown} have version {found}: a newer version of sci made them. "
            f"{NOTHING_CHANGED}",
            fix="Install the newer version of sci.",
        )
    if found != SCHEMA_VERSION:
        server.say("DELETE FROM sci.format")
        server.say("INSERT INTO sci.format (version) VALUES (%s)", (SCHEMA_VERSION,))
    return Done(f"table version {SCHEMA_VERSION}", made=found != SCHEMA_VERSION)


def _secured(server: Server, table: str) -> Done:
    """Row security by team, for the owner of the table as well."""
    found = _policies(server, table)
    server.say(f"ALTER TABLE sci.{table} ENABLE ROW LEVEL SECURITY")
    server.say(f"ALTER TABLE sci.{table} FORCE ROW LEVEL SECURITY")
    if "own_team" not in found:
        server.say(f"CREATE POLICY own_team ON sci.{table} USING ({_OWN_TEAM}) WITH CHECK ({_OWN_TEAM})")
    return Done(f"row security by team on sci.{table}", made="own_team" not in found)


def _members_secured(server: Server) -> Done:
    """A role sees its own teams only; the owner, which nobody logs in as, adds members."""
    found = _policies(server, "member")
    server.say("ALTER TABLE sci.member ENABLE ROW LEVEL SECURITY")
    if "own_role" not in found:
        server.say("CREATE POLICY own_role ON sci.member USING (role_name = CURRENT_USER)")
    return Done("row security by role on sci.member", made="own_role" not in found)


def _policies(server: Server, table: str) -> set[str]:
    rows = server.rows(
        "SELECT p.policyname FROM pg_catalog.pg_policies p WHERE p.schemaname = 'sci' AND p.tablename = %s",
        (table,),
    )
    return {str(name) for (name,) in rows}


def _rights(server: Server) -> None:
    """What `sci_member` may do; said anew each time, so that rights given beside it go."""
    server.say("REVOKE ALL ON SCHEMA sci FROM PUBLIC")
    server.say(f"GRANT USAGE ON SCHEMA sci TO {MEMBER}")
    for table in ("format", "member", *_OF_A_TEAM):
        server.say(f"REVOKE ALL ON sci.{table} FROM PUBLIC, {MEMBER}")
        server.say(f"GRANT SELECT ON sci.{table} TO {MEMBER}")
    for table in _OF_A_TEAM:
        server.say(f"GRANT INSERT ON sci.{table} TO {MEMBER}")
    server.say(f"GRANT UPDATE ON sci.activation TO {MEMBER}")


def _admitted(server: Server, team: str, role: str) -> Done:
    added = server.say(
        "INSERT INTO sci.member (role_name, team) VALUES (%s, %s) ON CONFLICT DO NOTHING", (role, team)
    )
    return Done(f"{quoted(role, 80)} in team {quoted(team, 80)}", made=added.rowcount == 1)


def _with_names(statement: str, *names: str) -> Any:
    """The statement with names in it, quoted by the library as the server needs it."""
    from psycopg import sql

    return sql.SQL(statement).format(*map(sql.Identifier, names))
