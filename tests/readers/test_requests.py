"""Request files: what they say, where it stands, and that what is written reads back the same."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sci_cli.domain.activation import AdminStatus
from sci_cli.domain.prefixes import Prefix, parse_prefix
from sci_cli.domain.requests import Request, VpnWish
from sci_cli.errors import FileNotThere
from sci_cli.readers.request_keys import REQUEST, VPN, schema
from sci_cli.readers.requests import GivenRequest, files_of, read_requests
from sci_cli.safety import strict_yaml
from sci_cli.safety.text import describe_unsafe
from sci_cli.writers.request_text import TEMPLATE, request_text


def one(text: str) -> GivenRequest:
    (found,) = read_requests(text.encode(), name="r.yaml")
    return found


def problems(text: str) -> tuple[str, ...]:
    found = one(text)
    assert found.request is None
    assert found.problem is not None
    return found.problem.why


def test_a_request_says_what_is_wanted_and_where_each_part_of_it_stands() -> None:
    found = one(
        "name: acme-hk-1\nlocation: [Hong Kong, Macau]\nfacts:\n  private-ip.active: 2\nvpns:\n"
        "  - name: CORP\n    prefixes: [10.20.0.0/16]\n    max-prefixes: 9\n"
        "  - {name: LAB, state: absent}\nport: shutdown\nreason: test\n"
    )

    assert found.request == Request(
        "acme-hk-1",
        "",
        {"location": ("Hong Kong", "Macau"), "private-ip.active": ("2",)},
        (VpnWish("CORP", (parse_prefix("10.20.0.0/16"),), 9), VpnWish("LAB", absent=True)),
        AdminStatus.DOWN,
        "test",
    )
    assert found.place("facts.private-ip.active") == (4, 22)
    assert found.place("vpns.CORP.10.20.0.0/16") == (7, 16)
    assert found.place("customer") == (1, 1)


def test_every_problem_of_a_request_is_listed_with_its_line_and_column() -> None:
    assert problems(
        "name: acme-hk-1\ncustommer: Acme\ncustomer:\nfacts:\n  location: X\nvpns:\n  - name: CORP\n"
        "    prefixs: []\n    max-prefixes: many\n  - name: corp\n    state: gone\nport: off\n"
    ) == (
        "r.yaml:2:1: unknown key 'custommer'; did you mean customer?",
        "r.yaml:3:1: customer is empty; leave the line out while it is not known",
        "r.yaml:5:3: location has a line of its own, not one below facts",
        "r.yaml:8:5: unknown key 'prefixs' of a VPN; did you mean prefixes?",
        "r.yaml:9:19: max-prefixes: MAX is a whole number, at least 1 and at most 10000000; 'many' is not",
        "r.yaml:10:5: VPN corp is given twice; give each VPN once",
        "r.yaml:11:12: state is present or absent; 'gone' is neither",
        "r.yaml:12:7: port is shutdown or no-shutdown; 'off' is neither",
    )


@pytest.mark.parametrize("key", ["order", "accept-billing", "billing", "steps", "disconnect"])
def test_orders_billing_and_steps_have_no_key(key: str) -> None:
    assert len(problems(f"name: acme-hk-1\n{key}: yes\n")) == 1


def test_the_short_form_of_one_vpn_is_the_same_as_a_list_of_one() -> None:
    short = one("name: a\nvpn: CORP\nprefixes: [10.20.0.0/16]\nmax-prefixes: 5\n")
    listed = one("name: a\nvpns:\n  - name: CORP\n    prefixes: [10.20.0.0/16]\n    max-prefixes: 5\n")
    assert short.request == listed.request
    assert problems("name: a\nvpn: CORP\nvpns: []\n") == (
        "r.yaml:2:1: vpn and vpns stand beside each other; use vpns",
    )


def test_a_request_with_problems_does_not_hide_the_one_behind_it() -> None:
    first, second = read_requests(b"nam: a\n---\nname: acme-hk-1\n", name="r.yaml")
    assert first.request is None
    assert (second.name, second.line, second.request) == ("acme-hk-1", 3, Request("acme-hk-1"))


def test_a_folder_stands_for_the_yaml_files_directly_in_it(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yml", ".hidden.yaml", "notes.txt"):
        (tmp_path / name).write_text("", "utf-8")
    (tmp_path / "more.yaml").mkdir()
    assert [path.name for path in files_of(tmp_path)] == ["a.yml", "b.yaml"]
    with pytest.raises(FileNotThere, match="holds no request files"):
        files_of(tmp_path / "more.yaml")


# Written and read ------------------------------------------------------------------------------------------

VALUES = st.text(min_size=1, max_size=30).filter(
    lambda text: describe_unsafe(text) is None and text == text.strip()
)
NAMES = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
PREFIXES = st.lists(
    st.builds(
        lambda first, second: parse_prefix(f"10.{first}.{second}.0/24"),
        st.integers(0, 255),
        st.integers(0, 255),
    ),
    min_size=1,
    max_size=3,
    unique=True,
)
MAXIMA = st.none() | st.integers(1, 1000)


def wish(name: str, prefixes: list[Prefix], maximum: int | None, maximum_v6: int | None) -> VpnWish:
    return VpnWish(name, tuple(prefixes), maximum, maximum_v6)


REQUESTS = st.builds(
    Request,
    NAMES,
    st.just("") | NAMES,
    st.dictionaries(
        st.sampled_from(["customer", "data-plan", "private-ip.active", "csp.account-id", "on"]),
        VALUES.map(lambda text: (text,)),
    ),
    st.lists(
        st.builds(wish, NAMES, PREFIXES, MAXIMA, MAXIMA) | st.builds(VpnWish, NAMES, absent=st.just(True)),
        max_size=3,
        unique_by=lambda vpn: vpn.name.casefold(),
    ).map(tuple),
    st.none() | st.sampled_from([AdminStatus.UP, AdminStatus.DOWN]),
    st.just("") | VALUES,
)


@given(REQUESTS)
def test_a_request_that_is_written_reads_back_as_the_same(request: Request) -> None:
    text = request_text(request, ["a remark"])
    assert one(text).request == request


@given(REQUESTS)
def test_what_is_written_is_valid_by_the_schema(request: Request) -> None:
    jsonschema.validate(_numbers(strict_yaml.load(request_text(request).encode(), name="r").value), schema())


def _numbers(value: object) -> object:
    """What an editor reads: MAX as a number, as it is written."""
    if isinstance(value, dict):
        return {key: int(each) if key.startswith("max-") else _numbers(each) for key, each in value.items()}
    return [_numbers(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"name": "a", "custommer": "x"},
        {"name": "a", "vpns": [{"prefixes": ["10.0.0.0/8"]}]},
        {"name": "a", "vpn": "A", "vpns": []},
        {"name": "a", "prefixes": ["10.0.0.0/8"]},
        {"name": "a", "port": "down"},
        {"name": "a", "facts": {"customer": "x"}},
    ],
    ids=json.dumps,
)
def test_the_schema_refuses_what_the_reader_or_apply_refuses(wrong: dict[str, object]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema())


def test_the_template_is_a_request_and_shows_every_key() -> None:
    assert one(TEMPLATE.replace("$profile", "some-profile")).problem is None
    shown = {line.strip("# -").split(":")[0] for line in TEMPLATE.splitlines()}
    assert set(REQUEST) | set(VPN) <= shown


def test_the_page_about_requests_names_every_key_and_shows_what_is_printed() -> None:
    tests = Path(__file__).parents[1]
    page = (tests.parent / "docs" / "requests.md").read_text("utf-8")
    rows = "\n".join(line for line in page.splitlines() if line.startswith("| `"))
    assert [key for key in (*REQUEST, *VPN) if f"`{key}`" not in rows] == []
    shown = page.split("```\n")[1]
    assert shown in (tests / "journeys" / "17-plan-apply.txt").read_text("utf-8")
