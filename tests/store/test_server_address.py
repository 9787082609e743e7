"""Where a shared store may be, and what is refused before any byte leaves the machine."""

from __future__ import annotations

import os

import pytest

from sci_cli.errors import StoreUnavailable, WrongUsage
from sci_cli.store.server_address import read_address
from sci_cli.store.server_session import _without_ambient


def test_a_server_on_another_machine_is_only_reached_with_a_verified_certificate() -> None:
    said = read_address("postgresql://kim@db.example.net/sci").parameters()

    assert said == {
        "host": "db.example.net",
        "port": "5432",
        "dbname": "sci",
        "user": "kim",
        "sslmode": "verify-full",
        "gssencmode": "disable",
        "client_encoding": "UTF8",
        "application_name": "sci",
        "connect_timeout": 5,
        "target_session_attrs": "any",
    }


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require", "verify-ca", "VERIFY-FULL"])
@pytest.mark.parametrize(
    "url",
    [
        "postgresql://db.example.net/sci?sslmode=",
        "postgresql://192.0.2.7/sci?sslmode=",
        # The name of this machine with the address of another one is another machine.
        "postgresql://localhost/sci?hostaddr=192.0.2.7&sslmode=",
        "postgresql://db.example.net/sci?hostaddr=127.0.0.1&sslmode=",
    ],
)
def test_less_than_a_verified_certificate_is_refused_for_another_machine(url: str, mode: str) -> None:
    with pytest.raises(StoreUnavailable, match="without TLS"):
        read_address(url + mode)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql:///sci",
        "postgresql:///sci?host=/run/postgresql",
        "postgresql://localhost/sci",
        "postgres://127.0.0.1:5433/sci",
        "postgresql://[::1]/sci",
    ],
)
def test_a_socket_and_a_loopback_address_need_no_certificate(url: str) -> None:
    assert read_address(url).parameters()["sslmode"] == "prefer"
    assert read_address(url + ("&" if "?" in url else "?") + "sslmode=verify-full").encrypted


@pytest.mark.parametrize(
    "url",
    ["postgresql://kim:canary@db.example.net/sci", "postgresql:///sci?password=canary",
     "postgresql:///sci?sslpassword=canary", "postgresql://kim:@db.example.net/sci"],
)  # fmt: skip
def test_a_password_in_the_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(WrongUsage, match="holds a password") as caught:
        read_address(url)

    assert "canary" not in f"{caught.value} {caught.value.why} {caught.value.fix}"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "does not begin"),
        ("/srv/sci", "does not begin"),
        ("mysql://db.example.net/sci", "does not begin"),
        ("postgresql://db.example.net", "names no database"),
        ("postgresql://db.example.net/", "names no database"),
        ("postgresql://a,b/sci", "several servers"),
        ("postgresql://a:99999999/sci", "cannot be read"),
        ("postgresql:///sci?options=-csearch_path%3Devil", "'options'"),
        ("postgresql:///sci?service=other", "'service'"),
        ("postgresql:///sci?user=a&user=b", "given twice"),
        ("postgresql://kim@db.example.net/sci?user=root", "says the user twice"),
        ("postgresql:///sci\n", "characters that cannot be in it"),
        ("postgresql:///sci%00", "characters that cannot be in it"),
        ("postgresql:///" + "x" * 3000, "too long"),
    ],
)
def test_what_is_no_address_of_one_server_and_one_database_is_refused(url: str, said: str) -> None:
    with pytest.raises(WrongUsage, match=said):
        read_address(url)


def test_variables_of_the_environment_are_out_of_sight_while_connecting_and_back_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for key in ("PGHOST", "PGOPTIONS", "PGSERVICE", "PGSSLMODE", "PGPASSWORD", "PGTZ", "PGPASSFILE"):
        monkeypatch.setenv(key, "elsewhere")

    with _without_ambient():
        left = sorted(key for key in os.environ if key.startswith("PG"))

    assert left == ["PGPASSFILE"]
    assert os.environ["PGHOST"] == "elsewhere"
