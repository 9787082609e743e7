"""MAX by number of sites, and aggregation that changes no address."""

from __future__ import annotations

import ipaddress
import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sci_cli.domain.capacity import SITE_BANDS, SiteBand, aggregation, band_for
from sci_cli.domain.prefixes import Prefix, network_of, parse_prefix


@pytest.mark.parametrize(
    ("sites", "v4", "v6"),
    [
        (1, 1250, 150),
        (50, 1250, 150),
        (51, 1250, 750),
        (250, 1250, 750),
        (251, 2500, 1500),
        (500, 2500, 1500),
        (501, 5000, 3000),
        (1000, 5000, 3000),
        (1001, 10000, 6000),
        (40_000, 10000, 6000),
    ],
)
def test_the_band_of_a_number_of_sites_is_that_of_the_terms(sites: int, v4: int, v6: int) -> None:
    band = band_for(sites)
    assert (band.v4, band.v6) == (v4, v6)


def test_the_bands_follow_each_other_without_gap() -> None:
    ends = [(band.first, band.last) for band in SITE_BANDS]
    assert all(last is not None and last + 1 == first for (_, last), (first, _) in pairwise(ends))
    assert [band.sites for band in SITE_BANDS][::4] == ["1-50", "1001 and more"]
    assert SITE_BANDS[-1] == SiteBand(1001, None, 10_000, 6_000)


def test_no_site_has_no_band() -> None:
    with pytest.raises(ValueError, match="at least one site"):
        band_for(0)


def test_aggregation_says_how_many_prefixes_it_saves() -> None:
    given_ = [parse_prefix(text) for text in ("10.0.0.0/25", "10.0.0.128/25", "10.0.0.0/25", "10.0.1.0/24")]
    found = aggregation(given_)
    assert (found.before, found.saved, [str(each) for each in found.prefixes]) == (3, 2, ["10.0.0.0/23"])


prefixes = st.one_of(
    st.builds(lambda a, n: network_of(4, a, n), st.integers(0, 2**32 - 1), st.integers(0, 32)),
    st.builds(lambda a, n: network_of(6, a, n), st.integers(0, 2**128 - 1), st.integers(0, 128)),
    st.builds(lambda a, n: network_of(4, 0x0A000000 | a, n), st.integers(0, 255), st.integers(24, 32)),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(prefixes, max_size=30))
def test_aggregation_is_the_cover_that_the_standard_library_finds(several: list[Prefix]) -> None:
    expected = [
        str(each)
        for version in (4, 6)
        for each in ipaddress.collapse_addresses(
            [ipaddress.ip_network(str(prefix)) for prefix in several if prefix.version == version]  # type: ignore[type-var]  # one version at a time
        )
    ]
    assert [str(each) for each in aggregation(several).prefixes] == expected


def test_every_address_of_a_small_range_stays_where_it_was() -> None:
    chosen = random.Random(11)
    for _ in range(300):
        several = [
            network_of(4, chosen.randrange(64), chosen.randrange(26, 33)) for _ in range(chosen.randrange(12))
        ]
        after = aggregation(several).prefixes
        assert {a for each in several for a in range(each.first, each.last + 1)} == {
            a for each in after for a in range(each.first, each.last + 1)
        }
