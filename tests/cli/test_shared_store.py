"""Commands on a shared store: nothing falls back to files, activations move both ways."""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sci_cli.errors import SciError
from sci_cli.operations import portfolio
from sci_cli.store.contract import Loaded
from sci_cli.store.postgres import PostgresStore
from tests.cli.program import NIMBUS, NIMBUS_NEXT, Program, Result, write_picture
from tests.store.servers import ADMIN, RealServer


@pytest.fixture
def url(server: RealServer) -> Iterator[str]:
    """A shared store of its own, as a member of team blue."""
    server.store("commands")
    yield server.url("commands", "kim")
    server.run("DROP DATABASE commands WITH (FORCE)")


def document(result: Result) -> Any:
    return json.loads(result.out)


def test_an_activation_can_be_worked_on_in_the_shared_store_alone(
    sci: Program, url: str, server: RealServer
) -> None:
    shared = {"SCI_STORE": url}
    new = (
        "new", "acme-hk-1", "--profile", "alibaba-cloud", "--customer", "Acme Ltd", "--location", "Hong Kong",
        "--data-plan", "1 TB", "--vpn", "CORP", "--prefix", "10.20.0.0/16", "--max-prefixes", "1250",
    )  # fmt: skip

    assert sci(*new, environ=shared).exit == 0
    assert sci("note", "acme-hk-1", "called them", environ=shared).exit == 0
    assert sci("status", "acme-hk-1", "--store", url).exit == 0
    again = sci("note", "acme-hk-1", "stale", "--if-revision", "1", environ=shared)

    assert again.exit == 6
    assert (
        document(sci("list", "-o", "json", environ=shared))["data"]["activations"][0]["name"] == "acme-hk-1"
    )
    assert len(document(sci("history", "acme-hk-1", "-o", "json", environ=shared))["data"]["events"]) == 2
    assert not sci.record
    assert sci("status", "acme-hk-1").exit == 5
    rows = server.run("SELECT name, customer, provider, vpns, revision FROM sci.activation", "commands")
    assert rows == [("acme-hk-1", "Acme Ltd", "alibaba-cloud", 1, 2)]


def test_an_activation_with_evidence_goes_to_the_team_and_comes_back_changed(
    sci: Program, url: str, tmp_path: Path
) -> None:
    sci.placed()
    shared = {"SCI_STORE": url}
    picture = write_picture(tmp_path)
    assert sci("done", "acme-hk-1", "P1", "--evidence", str(picture)).exit == 0
    before = sci.record

    pushed = document(sci("store", "push", "acme-hk-1", "-o", "json", environ=shared))["data"]["rows"][0]
    again = document(sci("store", "push", "acme-hk-1", "-o", "json", environ=shared))
    assert (pushed["outcome"], pushed["evidence"], pushed["lacking"]) == ("new", 1, [])
    assert (again["data"]["rows"][0]["outcome"], again["changed"]) == ("already there", False)
    assert sci("note", "acme-hk-1", "by the team", environ=shared).exit == 0
    pulled = document(sci("store", "pull", "acme-hk-1", "-o", "json", environ=shared))["data"]["rows"][0]

    assert pulled["outcome"] == "brought up to date"
    assert sci.record != before
    here, there = (sci("history", "acme-hk-1", "-o", "json", environ=each) for each in ({}, shared))
    assert document(here)["data"] == document(there)["data"]
    assert (sci.home / "backups").exists()


def test_an_activation_goes_over_to_another_profile_in_the_shared_store_and_brings_both_contents_back(
    sci: Program, url: str
) -> None:
    shared, name = {"SCI_STORE": url}, "acme-nim-1"
    new = ("new", name, "--profile", str(NIMBUS), "--customer", "Acme Ltd", "--location", "Hong Kong")
    assert sci(*new, "--data-plan", "1 TB", environ=shared).exit == 0
    assert sci("done", name, "K1", environ=shared).exit == 0
    own = sci.home / "profiles" / "nimbus-cloud.yaml"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.parent.chmod(0o700)
    shutil.copy(NIMBUS_NEXT, own)
    assert sci("profile", "trust", "nimbus-cloud", "--yes").exit == 0

    rebase = ("profile", "rebase", name)
    plan = sci(*rebase, "--plan", "--exit-code", environ=shared)
    applied = document(sci(*rebase, "--apply", "--confirm", name, "-o", "json", environ=shared))
    again = document(sci(*rebase, "--apply", "-o", "json", environ=shared))

    assert (plan.exit, applied["revision"], again["changed"], again["revision"]) == (20, 3, False, 3)
    assert sci("verify", environ=shared).exit == 0
    assert sci("store", "pull", name, environ=shared).exit == 0
    assert len(list((sci.home / "profiles" / "pinned").iterdir())) == 2
    assert sci("verify").exit == 0
    steps = document(sci("status", name, "-o", "json"))["data"]["steps"]
    assert {each["id"]: each["state"] for each in steps}["K1"] == "done"
    other = Program(sci.home.parent / "other", sci.clock)
    assert other("store", "pull", name, environ=shared).exit == 0
    assert other("verify").exit == 0
    assert len(list((other.home / "profiles" / "pinned").iterdir())) == 2


def test_two_records_changed_apart_are_looked_at_and_kept_with_the_commands_that_are_named(
    sci: Program, url: str, tmp_path: Path
) -> None:
    sci.ready()
    assert sci("store", "push", "acme-hk-1", "--store", url).exit == 0
    assert sci("note", "acme-hk-1", "here").exit == 0
    assert sci("note", "acme-hk-1", "there", "--store", url).exit == 0
    package = str(tmp_path / "a.zip")

    for name, word, source, target in (
        ("pushed", "push", (), ("--store", url)),
        ("pulled", "pull", ("--store", url), ()),
    ):
        refused = sci("store", word, "acme-hk-1", "--store", url, "-o", "json")
        fix = json.loads(refused.out)["error"]["fix"]
        commands = [shlex.split(each) for each in fix]
        assert refused.exit == 6
        assert commands == [
            ["sci", "history", "acme-hk-1"],
            ["sci", "history", "acme-hk-1", "--store", url],
            ["sci", "export", "acme-hk-1", "--to", "acme-hk-1.zip", *source],
            ["sci", "import", "acme-hk-1.zip", "--as", "NEW-NAME", *target],
        ]
        here, there, export, take = commands
        assert ["there" in sci(*each[1:], "-v").out for each in (here, there)] == [False, True]
        assert sci(*(package + name if each == "acme-hk-1.zip" else each for each in export[1:])).exit == 0
        typed = {"acme-hk-1.zip": package + name, "NEW-NAME": name}
        assert sci(*(typed.get(each, each) for each in take[1:])).exit == 0
        assert sci("status", name, *target).exit == 0


def test_a_row_edited_past_the_program_is_not_said_to_be_adoptable(
    sci: Program, url: str, server: RealServer
) -> None:
    sci.ready()
    assert sci("store", "push", "acme-hk-1", "--store", url).exit == 0
    server.run("ALTER TABLE sci.history DISABLE TRIGGER USER", "commands")
    server.run("UPDATE sci.history SET document = replace(document, 'Acme', 'Evil')", "commands")

    for command in ("status", "verify"):
        refused = sci(command, "acme-hk-1", "--store", url)
        assert (refused.exit, "adopt" in refused.err + refused.out) == (9, False)


def test_the_store_knows_the_changes_by_the_id_a_script_gave_them(sci: Program, url: str) -> None:
    sci.ready()
    shared = {"SCI_STORE": url}
    new = ["--profile", "alibaba-cloud", "--customer", "Acme", "--location", "Rome", "--data-plan", "1G"]
    assert sci("note", "acme-hk-1", "local", "--op-id", "job-1").exit == 0
    assert sci("store", "push", "acme-hk-1", environ=shared).exit == 0
    assert sci("new", "acme-2", *new, "--op-id", "job-1", environ=shared).exit == 0
    assert sci("note", "acme-2", '","op_id":"job-3', "--op-id", "job-22", environ=shared).exit == 0

    def asked(op_id: str) -> str:
        status = document(sci("store", "status", "--op-id", op_id, "-o", "json", environ=shared))
        return str(status["data"]["found"])

    assert asked("job-1") == "revision 1 of acme-2, revision 3 of acme-hk-1"
    assert [asked(each) for each in ("job-2", "job-3", "job", "%")] == ["", "", "", ""]
    assert asked("job-22").endswith(" of acme-2")


def test_what_the_team_holds_is_exported_with_its_evidence(sci: Program, url: str, tmp_path: Path) -> None:
    sci.ready()
    shared = {"SCI_STORE": url}
    assert sci("done", "acme-hk-1", "P1", "--evidence", str(write_picture(tmp_path))).exit == 0
    assert sci("store", "push", "acme-hk-1", environ=shared).exit == 0
    elsewhere = tmp_path / "elsewhere"

    packed = sci("export", "acme-hk-1", "--to", str(tmp_path / "a.zip"), home=elsewhere, environ=shared)

    assert packed.exit == 0
    assert sci("import", str(tmp_path / "a.zip"), home=elsewhere).exit == 0
    assert (elsewhere / "activations/acme-hk-1.yaml").read_bytes() == sci.record
    assert [path.name for path in (elsewhere / "evidence").iterdir()] == [
        path.name for path in (sci.home / "evidence").iterdir()
    ]


def test_where_doctor_and_verify_speak_of_the_shared_store_and_doctor_without_any_name(
    sci: Program, url: str, server: RealServer
) -> None:
    sci.ready()
    shared = {"SCI_STORE": url}
    assert sci("store", "push", "acme-hk-1", environ=shared).exit == 0

    places = dict(document(sci("where", "-o", "json", environ=shared))["data"]["folders"])
    assert "commands" in places["activations"] and places["activations"] == places["evidence"]
    assert places["drafts"] == str(sci.home / "out")
    doctor = sci("doctor", environ=shared)
    assert doctor.exit == 0
    assert "Store PostgreSQL on this machine" in " ".join(doctor.out.split())
    assert "Activations 1, of which 1 can be read" in " ".join(doctor.out.split())
    assert all(name not in doctor.out for name in ("commands", "kim", str(server.place), "acme"))
    verified = document(sci("verify", "-o", "json", environ=shared))
    assert verified["data"]["counted"] == [
        {"what": what, "number": number}
        for what, number in {"records": 1, "backups": 0, "profiles": 1, "evidence": 0}.items()
    ]
    server.run("DELETE FROM sci.profile", "commands")
    assert sci("verify", environ=shared).exit == 9


def test_doctor_says_that_the_server_does_not_answer(sci: Program, tmp_path: Path) -> None:
    sci.ready()
    gone = sci("doctor", environ={"SCI_STORE": f"postgresql:///sci?host={tmp_path}"})
    refused = sci("doctor", environ={"SCI_STORE": "postgresql://kim:secret@db.example.net/sci"})

    assert (gone.exit, refused.exit) == (8, 8)
    assert "The server of the shared store does not answer, or refuses." in " ".join(gone.out.split())
    assert "by an address that is not accepted" in " ".join(refused.out.split())
    assert "secret" not in refused.out + refused.err


def test_a_trial_of_push_and_pull_says_what_would_be_copied_and_writes_nothing(
    sci: Program, url: str
) -> None:
    sci.ready()
    shared = {"SCI_STORE": url}

    def tried(*argv: str) -> tuple[str, bool]:
        found = document(sci("store", *argv, "acme-hk-1", "--dry-run", "-o", "json", environ=shared))
        assert found["dry_run"] is True
        return found["data"]["rows"][0]["outcome"], found["changed"]

    assert tried("push") == ("new", True)
    assert document(sci("list", "-o", "json", environ=shared))["data"]["activations"] == []
    assert sci("store", "push", "acme-hk-1", environ=shared).exit == 0
    assert tried("push") == ("already there", False)
    assert sci("note", "acme-hk-1", "there", environ=shared).exit == 0
    local = sci.record
    assert tried("pull") == ("brought up to date", True)
    assert sci.record == local
    assert tried("push") == ("already there", False)
    assert sci("note", "acme-hk-1", "here").exit == 0
    assert sci("store", "pull", "acme-hk-1", "--dry-run", environ=shared).exit == 6


def test_two_that_were_changed_apart_are_refused_both_ways_and_the_others_move_all_the_same(
    sci: Program, url: str
) -> None:
    sci.ready()
    shared = {"SCI_STORE": url}
    assert sci("store", "push", "acme-hk-1", environ=shared).exit == 0
    assert sci("note", "acme-hk-1", "here").exit == 0
    assert sci("note", "acme-hk-1", "there", environ=shared).exit == 0
    local = sci.record

    for direction in ("push", "pull"):
        result = sci("store", direction, "nobody-1", "acme-hk-1", environ=shared)
        assert result.exit == 5
        refused = sci("store", direction, "acme-hk-1", environ=shared)
        assert refused.exit == 6
        assert "neither is the beginning of the other" in refused.err + refused.out
    assert sci.record == local


def test_when_the_server_is_gone_nothing_is_written_on_this_machine(sci: Program, tmp_path: Path) -> None:
    sci.placed()
    before = {path: path.read_bytes() for path in sci.home.rglob("*") if path.is_file()}
    gone = {"SCI_STORE": f"postgresql:///sci?host={tmp_path}"}

    for line in ("note acme-hk-1 x", "list", "status acme-hk-1", "store push acme-hk-1", "store status"):
        result = sci(*line.split(), environ=gone)
        assert (result.exit, "cannot be reached" in " ".join(result.err.split())) == (8, True), line

    assert {path: path.read_bytes() for path in sci.home.rglob("*") if path.is_file()} == before


def test_the_demo_never_goes_to_the_shared_store(sci: Program, tmp_path: Path) -> None:
    assert sci("demo", environ={"SCI_STORE": f"postgresql:///sci?host={tmp_path}"}).exit == 0


def test_setting_up_says_what_it_made_and_the_second_time_that_it_was_there(
    sci: Program, server: RealServer
) -> None:
    server.run("CREATE DATABASE setting_up ENCODING 'UTF8' TEMPLATE template0")
    owner = server.url("setting_up", ADMIN)
    try:
        first = document(sci("store", "init", owner, "--team", "blue", "--role", "kim", "-o", "json"))
        second = document(sci("store", "init", owner, "--team", "blue", "--role", "kim", "-o", "json"))

        assert (first["changed"], second["changed"]) == (True, False)
        assert {"schema sci", "table sci.history", "'kim' in team 'blue'"} <= set(first["data"]["made"])
        assert second["data"]["made"] == []
        status = document(sci("store", "status", "-o", "json", "--store", server.url("setting_up", "kim")))
        assert (status["data"]["team"], status["data"]["activations"]) == ("blue", 0)
        assert sci("list", "--store", owner).exit == 8
    finally:
        server.run("DROP DATABASE setting_up WITH (FORCE)")


def test_a_wrong_password_is_said_and_one_in_the_password_file_works(
    sci: Program, url: str, server: RealServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with suppress(psycopg.errors.DuplicateObject):
        server.run("CREATE ROLE locked_away LOGIN PASSWORD 'right' IN ROLE with_password")
    server.run("GRANT sci_member TO locked_away")
    server.run("INSERT INTO sci.member VALUES ('locked_away', 'blue')", "commands")
    mine = url.replace("user=kim", "user=locked_away")
    passwords = tmp_path / "passwords"
    monkeypatch.setenv("PGPASSFILE", str(passwords))
    # What libpq would take before the file, were it asked.
    monkeypatch.setenv("PGPASSWORD", "right")
    said = []
    for word in ("wrong-canary", "right"):
        passwords.write_text(f"*:*:*:*:{word}\n")
        passwords.chmod(0o600)
        said.append(sci("list", "--store", mine))

    assert [each.exit for each in said] == [8, 0]
    assert "refuses the authentication" in " ".join(said[0].err.split())
    assert "canary" not in said[0].err


def test_without_the_package_the_way_to_install_it_is_said(
    sci: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)

    result = sci("list", "--store", "postgresql:///sci")

    assert result.exit == 8
    assert "python -m pip install 'sci-cli[postgresql]'" in result.err


def test_a_portfolio_of_a_team_is_kept_in_an_index_of_its_own_that_changes_no_answer(
    sci: Program, url: str, server: RealServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = {"SCI_STORE": url}
    sci.placed()
    here = sci("list").out
    for name in ("beta-1", "beta-2"):
        new = ("new", name, "--profile", "alibaba-cloud", "--customer", "Beta", "--location", "Hong Kong")
        more = ("--data-plan", "1 TB", "--vpn", "CORP", "--prefix", "10.20.0.0/16", "--max-prefixes", "1250")
        assert sci(*new, *more, environ=shared).exit == 0
    asked = ("list", "-o json", "next", "next -o json", "--plain")
    expected = [sci(*line.split(), environ=shared) for line in asked]

    monkeypatch.setattr(portfolio, "WORTH_KEEPING", 0)
    assert [sci(*line.split(), environ=shared) for line in asked] == expected
    loaded: list[str] = []
    plain = PostgresStore.load_all

    def noting(store: PostgresStore, names: Iterable[str]) -> Iterator[tuple[str, Loaded | SciError]]:
        wanted = tuple(names)
        loaded.extend(wanted)
        return plain(store, wanted)

    monkeypatch.setattr(PostgresStore, "load_all", noting)
    assert [sci(*line.split(), environ=shared) for line in asked] == expected
    assert loaded == []
    assert len(list((sci.home / "index").iterdir())) == 2
    assert "acme-hk-1" in here

    assert sci("note", "beta-2", "by somebody else", environ=shared).exit == 0
    assert sci("list", environ=shared) == expected[0]
    assert loaded == ["beta-2"]
    server.run("UPDATE sci.activation SET head = repeat('0', 64) WHERE name = 'beta-1'", "commands")
    assert "UNREADABLE" in sci("list", environ=shared).out
    assert loaded == ["beta-2", "beta-1"]
    assert sci("list", environ={"SCI_STORE": url.replace("commands", "nowhere")}).exit == 8
