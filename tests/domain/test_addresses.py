"""Peering addresses: both ends of a connection in one subnet, every connection in its own."""

from __future__ import annotations

import pytest

from sci_cli.domain.addresses import pair_findings
from tests.operations.build import activation, alibaba


def said(**addresses: str) -> list[str]:
    """The findings' sentences; keywords are `pv`, `pp`, `sv` and `sp`."""
    ends = {"v": "verizon_address", "p": "provider_address"}
    sides = {"p": "primary", "s": "secondary"}
    facts = {f"{sides[key[0]]}__{ends[key[1]]}": text for key, text in addresses.items()}
    return [each.message for each in pair_findings(alibaba(), activation(None, **facts))]


def test_two_pairs_in_two_subnets_are_fine() -> None:
    assert said(pv="192.0.2.1/30", pp="192.0.2.2/30", sv="192.0.2.5/30", sp="192.0.2.6/30") == []


def test_a_pair_of_which_one_end_is_not_on_record_is_not_judged() -> None:
    assert said() == said(pv="192.0.2.1/30") == said(pp="192.0.2.2/30") == []


@pytest.mark.parametrize("other", ["192.0.2.6/30", "192.0.2.2/29", "2001:db8::2/126"])
def test_ends_in_different_subnets_are_named_with_their_addresses(other: str) -> None:
    assert said(pv="192.0.2.1/30", pp=other) == [
        f"primary.verizon-address 192.0.2.1/30 and primary.provider-address {other} do not lie in one subnet."
    ]


def test_one_address_at_both_ends_is_named() -> None:
    assert said(pv="192.0.2.1/30", pp="192.0.2.1/30") == [
        "primary.verizon-address 192.0.2.1/30 and primary.provider-address 192.0.2.1/30 are the same address."
    ]


def test_a_second_pair_in_the_subnet_of_the_first_is_named() -> None:
    found = said(pv="192.0.2.1/29", pp="192.0.2.2/29", sv="192.0.2.3/29", sp="192.0.2.4/29")
    assert found == [
        "secondary.verizon-address 192.0.2.3/29 and secondary.provider-address 192.0.2.4/29 "
        "use the subnet of primary.verizon-address."
    ]


def test_a_finding_is_a_warning_with_both_facts_and_the_command_that_puts_them_right() -> None:
    facts = {"primary__verizon_address": "192.0.2.1/30", "primary__provider_address": "192.0.2.6/30"}
    (found,) = pair_findings(alibaba(), activation(None, **facts))
    assert (found.code, found.severity.value) == ("handoff.address_pair", "warning")
    assert found.details == {"facts": ("primary.verizon-address", "primary.provider-address")}
    assert [each.words for each in found.fix if not isinstance(each, str)] == [
        (
            "sci", "set", "acme-hk-1",
            "primary.verizon-address=ADDRESS/LENGTH", "primary.provider-address=ADDRESS/LENGTH",
        )
    ]  # fmt: skip
