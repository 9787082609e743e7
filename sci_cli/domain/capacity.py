"""How many prefixes fit and how few would do: MAX by number of sites, and lossless aggregation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sci_cli.domain.prefixes import Prefix


@dataclass(frozen=True, slots=True)
class SiteBand:
    """The MAX that Private IP terms name for a number of sites; the highest band has no `last`."""

    first: int
    last: int | None
    v4: int
    v6: int

    @property
    def sites(self) -> str:
        """`51-250`, `1001 and more`."""
        return f"{self.first} and more" if self.last is None else f"{self.first}-{self.last}"


# Source: Private IP service terms, text of 2021, the table of routes by expected number of sites. Verizon
# assigns the number of each VPN; it may differ, so this is help for asking and never taken as the MAX.
SITE_BANDS = (
    SiteBand(1, 50, 1_250, 150),
    SiteBand(51, 250, 1_250, 750),
    SiteBand(251, 500, 2_500, 1_500),
    SiteBand(501, 1_000, 5_000, 3_000),
    SiteBand(1_001, None, 10_000, 6_000),
)
SITE_BANDS_SOURCE = "Private IP service terms, text of 2021"


def band_for(sites: int) -> SiteBand:
    """The band a number of sites falls into.

    Raises:
        ValueError: fewer than one site.
    """
    if sites < 1:
        raise ValueError(f"a VPN has at least one site, not {sites}")
    return next(band for band in SITE_BANDS if band.last is None or sites <= band.last)


@dataclass(frozen=True, slots=True)
class Aggregation:
    """The fewest prefixes of one VPN that hold exactly the same addresses.

    Attributes:
        before: how many different prefixes there are.
        prefixes: the fewest, sorted.
    """

    before: int
    prefixes: tuple[Prefix, ...]

    @property
    def saved(self) -> int:
        """How many prefixes fewer there would be."""
        return self.before - len(self.prefixes)


def aggregation(prefixes: Iterable[Prefix]) -> Aggregation:
    """The lossless aggregation of a VPN's prefixes: no address is gained and none is lost."""
    distinct = set(prefixes)
    return Aggregation(len(distinct), aggregate(distinct))


def aggregate(prefixes: Iterable[Prefix]) -> tuple[Prefix, ...]:
    """The fewest prefixes that hold exactly the same addresses, sorted."""
    cover: list[Prefix] = []
    for prefix in sorted(set(prefixes)):
        if cover and cover[-1].contains(prefix):
            continue
        cover.append(prefix)
        while len(cover) > 1 and _are_halves(cover[-2], cover[-1]):
            cover.pop()
            lower = cover.pop()
            cover.append(Prefix(lower.version, lower.network, lower.length - 1))
    return tuple(cover)


def _are_halves(lower: Prefix, upper: Prefix) -> bool:
    return (
        lower.version == upper.version
        and lower.length == upper.length
        and lower.network ^ upper.network == lower.size
    )
