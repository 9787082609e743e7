"""One value of an activation by its path."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sci_cli.domain.prefixes import parse_prefix
from sci_cli.errors import ActivationNotFound, PathNotFound, sci
from sci_cli.operations import values
from sci_cli.operations.machine_views import ValueView
from tests.operations.build import Desk, corp, ordered, started, verified, wanted


def view(desk: Desk, path: str | None = None) -> ValueView:
    found = values.get(desk.ws, desk.name, path).view
    assert isinstance(found, ValueView)
    return found


def value(desk: Desk, path: str) -> Any:
    return view(desk, path).value


def test_a_path_leads_to_what_is_on_record(tmp_path: Path) -> None:
    desk = verified(tmp_path)
    record = desk.record()
    assert value(desk, "revision") == record.revision
    assert value(desk, "order.number") == "SCI-2031"
    assert value(desk, "order.billing_accepted") is True
    assert value(desk, "order.form.location") == "Hong Kong"
    assert value(desk, "facts.csp.account-id") == "1234567890123456"
    assert value(desk, "facts.location") == ("Hong Kong",)
    assert value(desk, "vpns.CORP.prefixes") == (parse_prefix("10.20.0.0/16"),)
    assert value(desk, "vpns.CORP.max_prefixes") == 100
    assert value(desk, "steps.O5.state") == "done"
    assert value(desk, "verification.matches") is True
    assert value(desk, "port.status") == "unknown"
    assert value(desk, "states") == ("ordered", "verified", "confirmed")


def test_what_is_not_on_record_has_its_path_all_the_same(tmp_path: Path) -> None:
    desk = started(tmp_path)
    assert [value(desk, path) for path in ("order.number", "facts.csp.account-id", "handoff.stage")] == [
        None
    ] * 3
    assert value(desk, "facts.security-products") == ()
    assert value(desk, "order.form") == {}


def test_the_paths_of_the_leaves_do_not_come_and_go_with_the_work(tmp_path: Path) -> None:
    before = set(values.paths(view(started(tmp_path / "a")).value))
    after = set(values.paths(view(verified(tmp_path / "b")).value))
    assert before - after == set()
    assert {path.rpartition(".")[0] for path in after - before} == {"order.form"}


def test_every_path_that_is_listed_leads_to_its_value(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    whole = view(desk).value
    for path, expected in values.leaves(whole):
        assert (view(desk, path).path, view(desk, path).value) == (path, expected)


def test_a_group_is_whole_and_a_list_is_a_list(tmp_path: Path) -> None:
    desk = started(tmp_path)
    assert (view(desk, "vpns").kind, list(view(desk, "vpns").value)) == ("group", ["CORP"])
    assert (view(desk, "next").kind, view(desk, "name").kind) == ("list", "value")


def test_letter_case_does_not_matter_where_it_does_not_elsewhere(tmp_path: Path) -> None:
    desk = started(tmp_path)
    assert view(desk, "vpns.corp.STATE").path == "vpns.CORP.state"
    assert view(desk, "steps.o5.state").path == "steps.O5.state"


def test_a_vpn_with_dots_in_its_name_is_found_beside_one_that_begins_like_it(tmp_path: Path) -> None:
    desk = ordered(tmp_path, corp(maximum=100))
    desk.add(wanted("CORP.EU", "10.40.0.0/16"), wanted("CORP.EU.count", "10.50.0.0/16"))
    assert value(desk, "vpns.CORP.count") == 1
    assert value(desk, "vpns.CORP.EU.prefixes") == (parse_prefix("10.40.0.0/16"),)
    assert value(desk, "vpns.CORP.EU.count.count") == 1


@pytest.mark.parametrize(
    ("path", "near", "there"),
    [
        ("order.numbr", "order.number", "order has: number"),
        ("steps.O55.state", "steps.O5.state", "steps has: P1"),
        ("facts.csp", "facts.csp.account-id", "facts has: activation-date"),
        ("revison", "revision", "There are: name, revision"),
        ("vpns.CORP.max-prefixes", "vpns.CORP.max_prefixes", "vpns.CORP has: state"),
    ],
)
def test_an_unknown_path_names_the_nearest_and_those_there_are(
    path: str, near: str, there: str, tmp_path: Path
) -> None:
    desk = started(tmp_path)
    with pytest.raises(PathNotFound) as caught:
        values.get(desk.ws, desk.name, path)
    assert f"'{path}'" in caught.value.message
    assert sci("get", desk.name, near) in caught.value.fix
    assert caught.value.why[0].startswith(there)


def test_an_activation_that_is_not_there_is_said_as_everywhere(tmp_path: Path) -> None:
    with pytest.raises(ActivationNotFound):
        values.get(started(tmp_path).ws, "acme-hk-2", "name")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return started(tmp_path_factory.mktemp("desk"))


ODD = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(["vpns", "CORP", "corp", "", "facts", "ß", "csp"])).map(".".join),
)


@given(path=ODD)
def test_whatever_is_typed_is_a_value_or_not_found(path: str, desk: Desk) -> None:
    try:
        found = view(desk, path)
    except PathNotFound as missing:
        assert len(missing.message) < 500
    else:
        assert found.path.casefold() == path.casefold()


def test_a_path_of_a_megabyte_is_refused_at_once(desk: Desk) -> None:
    for path in ("x" * 1_000_000, "facts." * 100_000):
        with pytest.raises(PathNotFound) as caught:
            values.get(desk.ws, desk.name, path)
        assert len(caught.value.message) < 300
