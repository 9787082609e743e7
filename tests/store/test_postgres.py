"""The shared store under attack: killed at every statement, raced, damaged, with roles that may too much."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from sci_cli.domain.activation import Activation
from sci_cli.errors import (
    AlreadyDifferent,
    ExitCode,
    OutcomeUnknown,
    RecordCorrupt,
    SciError,
    StoreUnavailable,
)
from sci_cli.store import server_session
from sci_cli.store.contract import Saved
from sci_cli.store.document import render
from sci_cli.store.files import FileStore
from sci_cli.store.moving import move
from sci_cli.store.postgres import PostgresStore
from sci_cli.store.server_address import read_address
from sci_cli.store.server_session import Server
from sci_cli.store.server_setup import set_up
from tests.store.pooler import Pooler
from tests.store.samples import full, new, noted, profile, revised
from tests.store.servers import ADMIN, FORBIDDEN, Doomed, Proxy, RealServer, fail_with, running

Open = Callable[..., PostgresStore]


@pytest.fixture
def opened(server: RealServer, database: str, tmp_path: Path) -> Iterator[Open]:
    """The shared store as a role, closed at the end."""
    stores = []

    def store(role: str = "kim", *, through: Server | None = None, **more: str) -> PostgresStore:
        address = read_address(server.url(database, role, **more))
        stores.append(PostgresStore(address, tmp_path / "home", server=through))
        return stores[-1]

    yield store
    for each in stores:
        each.close()


def _outcome(action: Callable[[], Saved]) -> Saved | SciError:
    try:
        return action()
    except SciError as error:
        return error


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kind", ["create", "change"])
def test_a_backend_ended_at_any_statement_leaves_old_or_new_and_what_is_acknowledged_is_there(
    server: RealServer, database: str, opened: Open, kind: str, after: bool
) -> None:
    def attempt(name: str, at: int) -> tuple[Saved | SciError, Doomed]:
        if kind == "change":
            plain.create(new(name))
        doomed = Doomed(server, server.url(database, "kim"), at=at, after=after)
        store = opened(through=doomed)
        store.names()
        doomed.armed = True
        outcome = _outcome(
            lambda: store.create(new(name)) if kind == "create" else store.change(name, noted("one"))
        )
        store.close()
        return outcome, doomed

    plain = opened()
    first, second = (0, 1) if kind == "create" else (1, 2)
    statements = attempt("spared", at=1000)[1].said
    for place, statement in enumerate(statements):
        name = f"acme-{place}"

        outcome, doomed = attempt(name, at=place)

        stored = plain.load(name).activation.revision if name in plain.names() else 0
        assert doomed.ended == 1, statement
        if isinstance(outcome, Saved):
            assert (outcome.after.revision, stored) == (second, second), statement
        else:
            assert (outcome.exit_code, stored) == (ExitCode.STORE, first), statement
    assert statements[0] == "BEGIN"
    assert statements[-1] == "COMMIT"
    assert len(statements) >= 5
    twice = "SELECT op_id FROM sci.history GROUP BY op_id HAVING count(*) > 1"
    assert server.run(twice, database) == []


def test_a_lost_answer_to_commit_is_found_out_and_said_with_its_op_id(
    server: RealServer, database: str, opened: Open
) -> None:
    plain = opened()
    plain.create(new())
    doomed = Doomed(server, server.url(database, "kim"), at=6, after=True)
    store = opened(through=doomed)
    store.names()
    doomed.armed = True

    saved = store.change("acme-1", noted("once"))

    assert doomed.said[6] == "COMMIT"
    assert plain.load("acme-1").activation == saved.after
    assert [text for text in saved.notices if "op-id" in text]
    op_id = saved.notices[0].split("op-id ")[1].rstrip(").")
    assert plain.operation_revisions(op_id) == (("acme-1", 2),)
    assert plain.operation_revisions("0" * 32) == ()


def test_behind_a_pooler_each_transaction_has_another_connection_and_nothing_is_lost(
    server: RealServer, database: str, opened: Open, tmp_path: Path
) -> None:
    pooler = Pooler(server.place, tmp_path, role="kim", database=database)
    url = server.url(database, "kim").replace(str(server.place), str(tmp_path))
    store = opened(through=Server(read_address(url)))

    store.create(new())
    for number in range(5):
        store.change("acme-1", noted(f"note {number}"))
    pooler.close()

    assert pooler.transactions >= 7
    assert opened().load("acme-1").activation.revision == 6


@pytest.mark.parametrize("kind", ["create", "change"])
def test_a_commit_that_reaches_the_server_after_its_connection_broke_is_waited_for_and_counts_once(
    server: RealServer, database: str, opened: Open, tmp_path: Path, kind: str
) -> None:
    plain = opened()
    if kind == "change":
        plain.create(new())
    proxy = Proxy(server.place, tmp_path, "COMMIT", then="late", behind="sci.history (")
    url = server.url(database, "kim").replace(str(server.place), str(tmp_path))
    store = opened(through=Server(read_address(url)))

    saved = store.create(new()) if kind == "create" else store.change("acme-1", noted("once"))
    proxy.close()

    assert len([text for text in saved.notices if "op-id" in text]) == 1
    assert plain.load("acme-1").activation == saved.after
    assert saved.after.revision == (1 if kind == "create" else 2)


@pytest.mark.parametrize("deliver", [True, False], ids=["commit-arrives", "commit-is-lost"])
def test_a_server_that_falls_silent_at_commit_ends_as_unknown_within_ten_seconds_with_the_op_id(
    server: RealServer, database: str, opened: Open, tmp_path: Path, deliver: bool
) -> None:
    plain = opened()
    plain.create(new())
    proxy = Proxy(server.place, tmp_path, "COMMIT", then="silence" if deliver else "loss")
    url = server.url(database, "kim").replace(str(server.place), str(tmp_path))
    store = opened(through=Server(read_address(url)))
    started = time.monotonic()

    with pytest.raises(OutcomeUnknown, match="may or may not be there") as caught:
        store.change("acme-1", noted("who knows"))
    proxy.close()

    assert time.monotonic() - started < 9
    op_id = caught.value.why[0].split("op-id is ")[1].split(";")[0]
    assert plain.operation_revisions(op_id) == ((("acme-1", 2),) if deliver else ())


def test_a_connection_kept_from_before_that_died_meanwhile_does_not_fail_the_change(
    server: RealServer, database: str, opened: Open
) -> None:
    store = opened()
    store.create(new())
    server.run(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", values=(database,)
    )

    assert store.change("acme-1", noted("later")).after.revision == 2


def test_forty_changes_by_eight_writers_are_all_there_and_each_has_its_own_revision(opened: Open) -> None:
    opened().create(new())

    def five(_: int) -> list[int]:
        store = opened()
        return [store.change("acme-1", noted("mine")).after.revision for _ in range(5)]

    with ThreadPoolExecutor(8) as pool:
        revisions = [number for each in pool.map(five, range(8)) for number in each]

    assert sorted(revisions) == list(range(2, 42))
    assert opened().load("acme-1").activation.revision == 41


def test_a_serialization_failure_is_tried_again_and_the_decision_is_taken_again(
    server: RealServer, database: str, opened: Open
) -> None:
    store = opened()
    store.create(new())
    fail_with(server, database, "40001", times=3)
    decided = []

    def decide(before: Activation) -> Activation:
        decided.append(before.revision)
        return noted("at last")(before)

    assert store.change("acme-1", decide).after.revision == 2
    assert decided == [1, 1, 1, 1]


def test_serialization_failures_without_end_are_given_up_and_nothing_is_changed(
    server: RealServer, database: str, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_session, "ATTEMPTS", 3)
    store = opened()
    store.create(new())
    fail_with(server, database, "40P01", times=1000)

    with pytest.raises(SciError, match="Nothing was changed") as caught:
        store.change("acme-1", noted("never"))

    assert caught.value.exit_code == ExitCode.LOCKED
    assert store.load("acme-1").activation.revision == 1


@pytest.mark.parametrize(
    ("state", "said"), [("53100", "no space left"), ("42501", "no permission"), ("25006", "is read-only")]
)
def test_what_the_server_refuses_is_said_and_changes_nothing(
    server: RealServer, database: str, opened: Open, state: str, said: str
) -> None:
    store = opened()
    store.create(new())
    fail_with(server, database, state, times=1000)

    with pytest.raises(StoreUnavailable, match=said):
        store.change("acme-1", noted("never"))
    assert store.load("acme-1").activation.revision == 1


# Damage ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE sci.history SET document = replace(document, 'started', 'begun') WHERE revision = 2",
        "UPDATE sci.history SET document = '' WHERE revision = 2",
        "UPDATE sci.history SET document = NULL WHERE revision = 2",
        "UPDATE sci.history SET document = (SELECT document FROM sci.history WHERE revision = 1)"
        " WHERE revision = 2",
        "DELETE FROM sci.history WHERE revision = 2",
        "UPDATE sci.activation SET revision = 1",
        "UPDATE sci.activation SET revision = 3",
        "UPDATE sci.activation SET head = 'x'",
        "UPDATE sci.activation SET lineage = 'x'",
    ],
)
def test_rows_that_were_edited_are_noticed_and_nothing_is_written_over_them(
    server: RealServer, database: str, opened: Open, damage: str
) -> None:
    store = opened()
    store.create(new())
    store.change("acme-1", noted("true"))
    server.run(damage, database)

    with pytest.raises(RecordCorrupt):
        store.load("acme-1")
    with pytest.raises(RecordCorrupt):
        store.change("acme-1", noted("over it"))
    assert isinstance(dict(store.load_all(["acme-1"]))["acme-1"], RecordCorrupt)


# Roles -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_role_of_people_may_not(server: RealServer, database: str, opened: Open, statement: str) -> None:
    opened().create(new())
    with (
        psycopg.connect(host=str(server.place), dbname=database, user="kim", autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


def test_teams_do_not_see_each_other_and_may_use_the_same_names(
    server: RealServer, database: str, opened: Open
) -> None:
    set_up(read_address(server.url(database, ADMIN)), team="red", role="robin")
    blue, red = opened("kim"), opened("robin")
    blue.create(new())

    assert red.names() == ()
    red.create(full())
    assert blue.load("acme-1").activation == new()
    assert red.load("acme-1").activation == full()
    with pytest.raises(StoreUnavailable, match="no permission for the team 'red'"):
        opened("kim", team="red").names()


def test_a_role_in_two_teams_has_to_say_which(server: RealServer, database: str, opened: Open) -> None:
    set_up(read_address(server.url(database, ADMIN)), team="red", role="kim")

    with pytest.raises(StoreUnavailable, match="several teams"):
        opened().names()
    opened("kim", team="red").create(new())
    assert opened("kim", team="blue").names() == ()


@pytest.mark.parametrize(
    "change",
    [
        "ALTER ROLE {role} SUPERUSER",
        "ALTER ROLE {role} BYPASSRLS",
        "GRANT sci_owner TO {role}",
        "GRANT DELETE ON sci.history TO {role}",
        "GRANT TRUNCATE ON sci.history TO PUBLIC",
    ],
)
def test_a_role_that_may_too_much_is_refused(
    server: RealServer, database: str, opened: Open, change: str
) -> None:
    set_up(read_address(server.url(database, ADMIN)), team="blue", role="mighty")
    server.run(change.format(role="mighty"), database)

    with pytest.raises(StoreUnavailable, match="least privilege"):
        opened("mighty").create(new())
    server.run("DROP OWNED BY mighty", database)
    server.run("DROP ROLE mighty", database)


def test_tables_of_another_version_are_refused_by_name(
    server: RealServer, database: str, opened: Open
) -> None:
    server.run("UPDATE sci.format SET version = 0", database)
    with pytest.raises(StoreUnavailable, match="has to migrate them"):
        opened().names()
    server.run("UPDATE sci.format SET version = 2", database)
    with pytest.raises(StoreUnavailable, match="a newer version"):
        opened().names()
    with pytest.raises(StoreUnavailable, match="a newer version"):
        set_up(read_address(server.url(database, ADMIN)))


def test_a_database_without_a_store_and_one_that_is_not_there_are_told_apart(
    server: RealServer, opened: Open, tmp_path: Path
) -> None:
    opened()
    empty = PostgresStore(read_address(server.url("postgres", "kim")), tmp_path)
    with pytest.raises(StoreUnavailable, match="holds no shared store"):
        empty.names()
    with pytest.raises(StoreUnavailable, match="no such database"):
        PostgresStore(read_address(server.url("nowhere", "kim")), tmp_path).names()
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        PostgresStore(read_address(f"postgresql:///sci?host={tmp_path}"), tmp_path).names()
    empty.close()


def test_objects_of_the_same_names_in_other_schemas_are_not_used(
    server: RealServer, database: str, opened: Open
) -> None:
    server.run("CREATE SCHEMA evil", database)
    server.run("CREATE TABLE evil.activation (team text, name text)", database)
    server.run(
        "CREATE FUNCTION evil.max(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 99::bigint'", database
    )
    server.run("GRANT USAGE ON SCHEMA evil TO PUBLIC", database)
    server.run(f"ALTER DATABASE {database} SET search_path = evil, pg_catalog, public", database)
    store = opened()

    store.create(new())

    assert store.load("acme-1").activation == new()


def test_setting_up_twice_makes_everything_once(server: RealServer, database: str) -> None:
    address = read_address(server.url(database, ADMIN))

    again = set_up(address, team="blue", role="kim")

    assert [each.what for each in again if each.made] == []


# Encryption ------------------------------------------------------------------------------------------------


def test_with_verify_full_only_the_named_host_with_its_certificate_is_talked_to(tmp_path: Path) -> None:
    with running(tls=True) as server:
        server.store("secret")
        place = f"{server.port}/secret?hostaddr=127.0.0.1&sslrootcert={server.certificate}"
        right, other = (
            PostgresStore(read_address(f"postgresql://kim@{host}.example.net:{place}"), tmp_path)
            for host in ("db", "other")
        )

        assert right.names() == ()
        with pytest.raises(StoreUnavailable, match="does not show the certificate of that host"):
            other.names()
        right.close()


def test_a_server_without_tls_is_not_talked_to_and_learns_nothing(tmp_path: Path) -> None:
    heard = []

    def refuse(listening: socket.socket) -> None:
        near, _ = listening.accept()
        heard.append(near.recv(1000))
        near.sendall(b"N")  # "no TLS here"
        heard.append(near.recv(1000))

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        answering = threading.Thread(target=refuse, args=(listening,), daemon=True)
        answering.start()
        port = listening.getsockname()[1]
        url = f"postgresql://kim@db.example.net:{port}/sci?hostaddr=127.0.0.1&sslrootcert=system"
        with pytest.raises(StoreUnavailable, match="offers no TLS"):
            PostgresStore(read_address(url), tmp_path).names()
        answering.join(5)

    assert (len(heard[0]), heard[1]) == (8, b"")


# Moving ----------------------------------------------------------------------------------------------------


def test_an_activation_moves_there_and_back_with_history_and_evidence_and_nothing_is_lost(
    opened: Open, tmp_path: Path
) -> None:
    local, shared = FileStore(tmp_path / "one"), opened()
    ref = local.pin_profile(profile())
    activation = replace(full(), profile=ref)
    local.create(activation)

    saved, lacking = move(activation, local, shared)

    assert (saved.after, saved.head) == (activation, render(activation).head)
    assert lacking == ("1" * 64,)
    shared.change("acme-1", noted("by the team"))
    back, _ = move(shared.load("acme-1").activation, shared, local)
    assert back.before == activation
    assert local.load("acme-1").activation == shared.load("acme-1").activation
    other = FileStore(tmp_path / "two")
    move(shared.load("acme-1").activation, shared, other)
    assert other.load("acme-1") == local.load("acme-1")
    assert other.pinned_profile(ref) == profile()


def test_records_changed_apart_from_each_other_are_both_kept(opened: Open, tmp_path: Path) -> None:
    local, shared = FileStore(tmp_path / "one"), opened()
    for store in (local, shared):
        store.create(revised(3))
    local.change("acme-1", noted("here"))
    shared.change("acme-1", noted("there"))

    for source, target in ((local, shared), (shared, local)):
        with pytest.raises(AlreadyDifferent, match="neither is the beginning") as caught:
            target.receive(source.load("acme-1").activation)
        assert "up to revision 3" in caught.value.why[0]
    local.create(new("other"))
    shared.create(full("other"))
    shared.create(new("third"))
    local.create(revised(2, "third"))
    kept = local.receive(shared.load("third").activation)
    assert (kept.changed, kept.after.revision) == (False, 2)
    assert shared.receive(local.load("third").activation).after.revision == 2
    assert not shared.receive(local.load("third").activation).changed
