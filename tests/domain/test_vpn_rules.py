"""What the VPNs on one port must satisfy together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from sci_cli.domain.activation import Activation, Order, Vpn, VpnState
from sci_cli.domain.findings import Finding, blockers
from sci_cli.domain.prefixes import parse_prefix, special_use
from sci_cli.domain.profile import Confidence, Profile, RouteLimit
from sci_cli.domain.vpn_rules import Budget, Use, budgets, port_findings
from tests.operations.build import (
    STAMP,
    activation,
    alibaba,
    blocks,
    codes,
    corp,
    decided_everything,
    nimbus,
    typed,
    vpn,
)

A = vpn("A", "10.1.0.0/16")
B = vpn("B", "10.2.0.0/16")


def found(
    *vpns: Vpn,
    changed: Vpn | None = None,
    known: Activation | None = None,
    profile: Profile | None = None,
) -> tuple[Finding, ...]:
    """All findings over these VPNs."""
    return port_findings(profile or alibaba(), known or decided_everything(), vpns, changed)


def only(code: str, noticed: Sequence[Finding]) -> list[Finding]:
    """The findings of that code."""
    return [each for each in noticed if each.code == code]


def test_vpns_apart_with_room_to_spare_have_no_findings() -> None:
    assert found() == found(A) == found(A, B) == ()


# Overlap ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right", "sentence", "relation", "common"),
    [
        ("10.1.0.0/16", "10.1.0.0/16", "is the same as", "equal", "10.1.0.0/16"),
        ("10.1.0.0/16", "10.1.4.0/22", "contains", "contains", "10.1.4.0/22"),
        ("10.1.4.0/22", "10.1.0.0/16", "lies inside", "contained", "10.1.4.0/22"),
        ("2001:db8::/32", "2001:db8:1::/48", "contains", "contains", "2001:db8:1::/48"),
    ],
)
def test_an_overlap_names_both_vpns_both_prefixes_and_what_they_share(
    left: str, right: str, sentence: str, relation: str, common: str
) -> None:
    two = vpn("A", left, maximum_v6=100), vpn("B", right, maximum_v6=100)
    (overlap,) = only("vpn.prefix_overlap", found(*two))
    assert overlap.message == f"VPN A {left} {sentence} VPN B {right}."
    assert overlap.fix == (f"Leave {common} out of one of the two VPNs.",)
    assert (overlap.severity.value, overlap.clause) == ("blocker", "O12.3")
    assert overlap.details == {
        "left_vpn": "A", "left": left, "relation": relation,
        "right_vpn": "B", "right": right, "intersection": common,
        "left_place": "", "right_place": "", "addresses": str(parse_prefix(common).size),
    }  # fmt: skip


def test_neighbours_that_touch_do_not_overlap() -> None:
    assert found(vpn("A", "10.0.0.0/9"), vpn("B", "10.128.0.0/9")) == ()


def test_the_vpn_being_changed_is_named_first_whatever_its_name() -> None:
    zulu = vpn("ZULU", "10.1.4.0/22")
    (overlap,) = only("vpn.prefix_overlap", found(A, zulu, changed=zulu))
    assert overlap.message == "VPN ZULU 10.1.4.0/22 lies inside VPN A 10.1.0.0/16."


def test_with_one_vpn_changed_old_conflicts_of_the_others_are_not_repeated() -> None:
    other = vpn("C", "10.1.0.0/16")
    assert codes(found(A, other, B, changed=B)) == []
    assert codes(found(A, other, B)) == ["vpn.prefix_overlap"]


def test_every_overlapping_pair_is_reported() -> None:
    many = vpn("M", "10.1.1.0/24", "10.1.2.0/24", "10.2.0.0/15")
    pairs = [each.message for each in only("vpn.prefix_overlap", found(A, B, many, changed=many))]
    assert pairs == [
        "VPN M 10.1.1.0/24 lies inside VPN A 10.1.0.0/16.",
        "VPN M 10.1.2.0/24 lies inside VPN A 10.1.0.0/16.",
        "VPN M 10.2.0.0/15 contains VPN B 10.2.0.0/16.",
    ]


def test_prefixes_nested_in_one_vpn_are_a_note_and_both_count() -> None:
    nested = vpn("N", "10.1.0.0/16", "10.1.4.0/22")
    (note,) = found(nested)
    assert (note.code, note.severity.value) == ("vpn.prefix_nested", "note")
    expected = "VPN N: 10.1.4.0/22 lies inside 10.1.0.0/16 of the same VPN; normal routing, both count."
    assert note.message == expected
    assert [budget.total for budget in budgets((nested,))] == [2]


# MAX -------------------------------------------------------------------------------------------------------


def test_the_budget_is_the_total_over_all_vpns_against_the_smallest_max_by_family() -> None:
    vpns = (
        vpn("A", *blocks(3, 1), "2001:db8::/32", maximum=20, maximum_v6=9),
        vpn("B", *blocks(4, 2), maximum=10, maximum_v6=1),
    )
    four = Budget(4, 7, (Use("A", 3, 20), Use("B", 4, 10)))
    six = Budget(6, 1, (Use("A", 1, 9),))
    assert budgets(vpns) == (four, six)
    assert [(each.smallest, each.headroom, each.unknown) for each in (four, six)] == [
        (Use("B", 4, 10), 3, ()),
        (Use("A", 1, 9), 8, ()),
    ]


def test_an_unknown_max_of_what_is_on_the_port_already_warns_and_blocks_only_what_is_added() -> None:
    recorded = replace(decided_everything(), vpns=(vpn("A", "10.1.0.0/16", "2001:db8::/32"),))
    assert {each.severity.value for each in found(*recorded.vpns, known=recorded)} == {"warning"}
    more = (*recorded.vpns, vpn("B", "10.2.0.0/16"))
    assert [(each.details["version"], each.severity.value) for each in found(*more, known=recorded)] == [
        ("6", "warning")
    ]
    more = (*recorded.vpns, vpn("B", "2001:db9::/32", maximum_v6=10))
    assert [(each.details["version"], each.severity.value) for each in found(*more, known=recorded)] == [
        ("6", "blocker")
    ]


def test_an_unknown_max_leaves_no_headroom_to_speak_of() -> None:
    (budget,) = budgets((vpn("A", "10.1.0.0/16", maximum=None), B))
    assert (budget.smallest, budget.headroom, budget.unknown) == (Use("B", 1, 100), None, ("A",))
    assert Budget(4, 1, (Use("A", 1, None),)).smallest is None


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (3, 4, ["vpn.near_max"]),  # 7 of 8
        (3, 5, ["vpn.near_max"]),  # 8 of 8 is still within MAX
        (3, 6, ["vpn.max_exceeded"]),  # 9 of 8
    ],
)
def test_the_total_is_held_against_the_smallest_max(first: int, second: int, expected: list[str]) -> None:
    two = vpn("A", *blocks(first, 1), maximum=8), vpn("B", *blocks(second, 2), maximum=100)
    assert codes(found(*two)) == expected


@pytest.mark.parametrize(("count", "expected"), [(7, []), (8, ["vpn.near_max"]), (10, ["vpn.near_max"])])
def test_the_warning_begins_at_four_fifths_of_max_exactly(count: int, expected: list[str]) -> None:
    assert codes(found(vpn("A", *blocks(count, 1), maximum=10))) == expected


@pytest.mark.parametrize("maximum", [5, 15, 35, 55, 95, 115, 155])
def test_four_fifths_are_exact_for_every_max(maximum: int) -> None:
    exact = maximum * 4 // 5
    assert codes(found(vpn("A", *blocks(exact - 1, 1), maximum=maximum), profile=nimbus())) == []
    assert "vpn.near_max" in codes(found(vpn("A", *blocks(exact, 1), maximum=maximum), profile=nimbus()))


@pytest.mark.parametrize(
    ("count", "why"), [(8, "The next sites or ranges may not fit."), (10, "Nothing more fits.")]
)
def test_near_max_says_whether_anything_more_fits(count: int, why: str) -> None:
    (near,) = only("vpn.near_max", found(vpn("A", *blocks(count, 1), maximum=10)))
    assert near.why == why


def test_a_vpn_above_its_own_max_is_reported_for_itself() -> None:
    two = vpn("A", *blocks(6, 1), maximum=5), vpn("B", "10.2.0.0/16", maximum=100)
    (exceeded,) = only("vpn.max_exceeded", found(*two))
    assert exceeded.message == ("6 of MAX 5 IPv4 prefixes: VPN A alone would exceed the MAX of VPN A.")


def test_a_request_for_a_higher_max_asks_for_what_the_whole_port_needs() -> None:
    two = vpn("A", *blocks(6, 1), maximum=5), vpn("B", *blocks(4, 2), maximum=100)
    (exceeded,) = only("vpn.max_exceeded", found(*two))
    assert "MAX needed:     at least 10" in exceeded.text


def test_the_families_are_counted_apart() -> None:
    six = tuple(f"2001:db8:{number:x}::/48" for number in range(4))
    both = vpn("A", *blocks(3, 1), *six, maximum=3, maximum_v6=3)
    assert [(each.code, each.details["version"]) for each in found(both)] == [
        ("vpn.near_max", "4"),
        ("vpn.max_exceeded", "6"),
    ]


def test_a_vpn_without_prefixes_of_a_family_has_no_say_in_it() -> None:
    six = vpn("SIX", "2001:db8::/32", maximum=1, maximum_v6=10)
    assert found(six, vpn("A", *blocks(5, 1), maximum=100)) == ()


def test_an_unknown_max_of_the_family_in_use_blocks_once_the_port_exists() -> None:
    (unknown,) = found(vpn("A", "2001:db8::/32"), B)
    assert (unknown.code, unknown.severity.value) == ("vpn.max_unknown", "blocker")
    assert unknown.message == "MAX of VPN A for IPv6 is not known."
    assert unknown.details == {"vpn": "A", "version": "6"}
    assert typed(unknown.fix) == [
        "Give it with --max-prefixes-v6 MAX.",
    ]
    recorded = replace(decided_everything(), vpns=(vpn("A", "2001:db8::/32"), B))
    (unknown,) = found(*recorded.vpns, known=recorded)
    assert typed(unknown.fix) == ["sci vpn update acme-hk-1 A --max-prefixes-v6 MAX"]


def test_an_unknown_max_before_the_order_only_warns() -> None:
    (unknown,) = found(corp(maximum=None))
    assert (unknown.code, unknown.severity.value) == ("vpn.max_unknown", "warning")


def test_the_request_for_a_higher_max_holds_every_number_of_the_port() -> None:
    order = Order("SCI-2031", STAMP, True, ())
    known = replace(decided_everything(), order=order)
    two = vpn("A", *blocks(3, 1), maximum=8), vpn("B", *blocks(6, 2), maximum=100)
    (exceeded,) = blockers(found(*two, known=known))
    assert exceeded.details == {"vpn": "A", "version": "4", "prefixes": "9", "max": "8", "needed": "9"}
    assert exceeded.message == (
        "9 of MAX 8 IPv4 prefixes: all VPNs of the port together would exceed the MAX of VPN A."
    )
    assert exceeded.text.splitlines() == [
        "Request for a higher MAX: Private IP VPN A",
        "",
        "Customer:       Acme Ltd",
        "Location:       Hong Kong",
        "SCI order:      SCI-2031",
        "VPN:            A",
        "MAX today:      8 IPv4 prefixes",
        "MAX needed:     at least 9",
        "",
        "VPNs on the Secure Cloud Interconnect port:",
        "  A: 3 prefixes, MAX 8",
        "  B: 6 prefixes, MAX 100",
        "",
        "Please raise the MAX of this VPN and tell us when the new number is active.",
    ]


def test_a_request_before_the_order_says_that_there_is_none() -> None:
    (exceeded,) = blockers(found(corp(*blocks(9, 1), maximum=8)))
    assert "SCI order:      not placed yet" in exceeded.text.splitlines()


def test_a_vpn_whose_removal_is_only_asked_for_still_counts() -> None:
    leaving = vpn("A", *blocks(8, 1), maximum=8, state=VpnState.REMOVAL_REQUESTED)
    assert codes(blockers(found(leaving, B))) == ["vpn.max_exceeded"]


# Special ranges --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prefix", "severity", "use"),
    [
        ("0.0.0.0/0", "blocker", "default route"),
        ("127.0.0.0/24", "blocker", "loopback"),
        ("169.254.1.0/24", "blocker", "link-local"),
        ("224.0.0.0/24", "blocker", "multicast"),
        ("100.64.0.0/24", "note", "shared address space"),
    ],
)
def test_ranges_with_a_meaning_of_their_own_are_named(prefix: str, severity: str, use: str) -> None:
    (special,) = only("prefix.special_use", found(vpn("A", prefix)))
    assert special.severity.value == severity
    assert special.details == {"vpn": "A", "prefix": prefix, "use": use}
    use_found = special_use(parse_prefix(prefix))
    assert use_found is not None
    assert special.message == f"VPN A: {use_found.message}"
    assert special.message.startswith(f"VPN A: {prefix} ")


def test_a_range_of_the_provider_warns_and_says_where_that_is_known_from() -> None:
    (reserved,) = only("vpn.provider_range", found(vpn("A", "198.18.4.0/24"), profile=nimbus()))
    assert reserved.message == (
        "VPN A 198.18.4.0/24 shares addresses with 198.18.0.0/15, which Nimbus Cloud uses (not in the guide)."
    )
    assert reserved.severity.value == "warning"
    assert reserved.details == {
        "vpn": "A", "prefix": "198.18.4.0/24", "range": "198.18.0.0/15", "source": "Nimbus sheet",
    }  # fmt: skip


def test_ranges_and_nesting_are_said_of_the_changed_vpn_only() -> None:
    old = vpn("OLD", "100.64.0.0/16", "100.64.1.0/24")
    assert codes(found(old, B, changed=B)) == []


@pytest.mark.parametrize(("count", "expected"), [(110, []), (111, ["vpn.provider_route_limit"])])
def test_the_providers_route_limit_warns_from_the_first_prefix_above_it(
    count: int, expected: list[str]
) -> None:
    two = vpn("A", *blocks(100, 1), maximum=9999), vpn("B", *blocks(count - 100, 2), maximum=9999)
    assert codes(found(*two)) == expected


def test_the_providers_route_limit_is_told_once_with_its_source() -> None:
    large = tuple(vpn(name, *blocks(60, base), maximum=9999) for base, name in enumerate("ABC", start=1))
    (limit,) = found(*large)
    assert limit.message == "180 prefixes; Alibaba Cloud takes 110 (not in the guide)."
    assert (limit.severity.value, limit.details["limit"]) == ("warning", "110")
    assert limit.details["source"] == alibaba().route_limits[0].source


def test_a_route_limit_of_one_family_does_not_count_the_other() -> None:
    six = tuple(f"2001:db8:{number:x}::/48" for number in range(5))
    limit = (RouteLimit(4, "few", "sheet", Confidence.DERIVED, version=4),)
    profile = replace(nimbus(), route_limits=limit)
    assert found(vpn("A", *blocks(4, 1), *six, maximum_v6=99), profile=profile) == ()
    assert codes(found(vpn("A", *blocks(5, 1), *six, maximum_v6=99), profile=profile)) == [
        "vpn.provider_route_limit"
    ]


def test_a_profile_without_limits_and_ranges_adds_nothing() -> None:
    bare = replace(alibaba(), route_limits=(), reserved=())
    assert found(vpn("A", *blocks(120, 1), maximum=9999), profile=bare, known=activation(bare)) == ()
