"""Prefix lists checked against each other as the VPNs of one port, without any activation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from sci_cli.domain.capacity import Aggregation
from sci_cli.domain.clearing import Clearing, clear, clear_with
from sci_cli.domain.collisions import Collision, CollisionReport, Swallowing
from sci_cli.domain.findings import Finding, Severity
from sci_cli.domain.list_rules import default_route_findings, taken_findings, total_findings
from sci_cli.domain.prefixes import Prefix
from sci_cli.domain.profile import Profile
from sci_cli.errors import InvalidFile, RuleViolation
from sci_cli.operations.left_out_lines import passed_over, skipped
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.vpn_file_reading import Compared
from sci_cli.operations.vpn_file_views import (
    ClearingView,
    FilesView,
    MatrixCell,
    RejectedLine,
    VpnRow,
)
from sci_cli.operations.vpn_planning import fewest, usual_max

SEARCHED_PAIRS = 50_000  # beyond, naming single prefixes to take away helps nobody
_VPNS_NOTED = 5  # of more VPNs one note is enough; the table has each
_WRITTEN = 4096
_LIST_SHOWN = 100  # prefixes of an aggregated list on the screen; -o json has all
_NO_OVERLAP = "No addresses are in two of the VPNs."


@dataclass(frozen=True, slots=True)
class FilesRequest:
    """What `sci vpn check` was told beside the files.

    Attributes:
        skip_invalid: go on with the good lines where others are rejected.
        every: list every overlap instead of the first ones.
        aggregate: say how many prefixes each VPN would need at least.
        sites: expected sites of a VPN, to look up the usual MAX; None when nobody asked.
        maximum: MAX per address family (4, 6) to hold the totals against, as far as given.
        cloud_ranges: ranges used on the cloud side.
        profile: the provider whose limits and ranges are looked at, None for none.
    """

    skip_invalid: bool = False
    every: bool = False
    aggregate: bool = False
    sites: int | None = None
    maximum: Mapping[int, int] | None = None
    cloud_ranges: tuple[Prefix, ...] = ()
    profile: Profile | None = None


def check_files(compared: Compared, request: FilesRequest) -> Outcome:
    """What was found between the VPNs of lists that were compared; nothing is written.

    The outcome carries InvalidFile while lines are rejected, RuleViolation when VPNs overlap or exceed MAX.

    Raises:
        InvalidValue: the number of sites is below one.
    """
    if compared.rejected and not request.skip_invalid:
        return _refused(compared)
    report = compared.report
    aggregated = compared.aggregated() if request.aggregate else {}
    wide = {vpn for vpn, _ in compared.default_routes}  # in these everything is one prefix, and not allowed
    found = (
        *(_swallowing(each) for each in report.swallowing),
        *(_overlap(each) for each in (compared.every() if request.every else report.listed)),
        *total_findings(report, request.maximum or {}),
        *default_route_findings(compared.default_routes),
        *taken_findings(report, compared.index, request.cloud_ranges, request.profile),
        *(
            skipped(each.file, each.line, each.reason, text=each.text, correction=each.correction)
            for each in compared.rejected
        ),
        *_named_alike(compared),
        *_passed_over(compared),
        *_within(report),
        *usual_max(request.sites),
        *(fewest(vpn, found, _LIST_SHOWN) for vpn, found in aggregated.items() if vpn not in wide),
    )
    broken = any(each.severity is Severity.BLOCKER for each in found)
    view = FilesView(
        files=compared.files,
        vpns=_vpn_rows(report, aggregated),
        pairs=report.pairs,
        unlisted=0 if request.every else report.unlisted,
        shared_v4=report.shared_v4,
        shared_v6=report.shared_v6,
        matrix=tuple(MatrixCell(left, right, count) for (left, right), count in report.matrix.items()),
        clearing=_clearing(compared),
        rejected=compared.rejected,
        lines=tuple(filter(None, (_verdict(report), compared.note))),
        every=request.every,
    )
    error = RuleViolation("These VPNs may not be on one port together.", findings=found) if broken else None
    return Outcome(view, findings=found, error=error)


OVERLAP_COLUMNS = ("vpn", "prefix", "place", "relation", "other_vpn", "other_prefix", "other_place", "shared")


def overlaps(compared: Compared) -> Iterator[tuple[str, ...]]:
    """Every overlap as cells under `OVERLAP_COLUMNS`, one after the other, for output that is streamed."""
    written = lru_cache(maxsize=_WRITTEN)(
        str
    )  # most prefixes are met several times, shortly after each other
    for each in compared.every():
        yield (
            each.left_vpn,
            written(each.left),
            str(each.left_origin),
            each.relation.value,
            each.right_vpn,
            written(each.right),
            str(each.right_origin),
            written(each.intersection),
        )


# What is rejected ------------------------------------------------------------------------------------------


def _refused(compared: Compared) -> Outcome:
    count = sum(each.rejected for each in compared.files)
    said = f"{'1 line is' if count == 1 else f'{count} lines are'} not acceptable; nothing was compared."
    view = FilesView(files=compared.files, rejected=compared.rejected, lines=(said,))
    error = InvalidFile(
        said,
        fix=["Correct every line named.", "Leave them out with --skip-invalid and compare the others."],
    )
    found = (
        *(_bad(each) for each in compared.rejected),
        *default_route_findings(compared.default_routes),
        *_passed_over(compared),
    )
    return Outcome(view, findings=found, error=error)


def _bad(line: RejectedLine) -> Finding:
    return Finding(
        "prefix.rejected",
        Severity.BLOCKER,
        f"{line.file}, line {line.line}: {line.reason}",
        details={"file": line.file, "line": str(line.line), "text": line.text, "correction": line.correction},
    )


def _passed_over(compared: Compared) -> Iterator[Finding]:
    for file in compared.files:
        if file.left_out:
            lines = (each for each in compared.left_out if each.file == file.file)
            yield from passed_over(file.file, file.format, lines)


def _named_alike(compared: Compared) -> Iterator[Finding]:
    """A warning where files count as one VPN; whoever keeps them in folders does not expect it."""
    for vpn, files in compared.one_name:
        named = ", ".join(files[:5]) + (f" and {len(files) - 5} more" if len(files) > 5 else "")
        yield Finding(
            "vpn.files_of_one_name",
            Severity.WARNING,
            f"{len(files)} files are named after VPN {vpn}: {named}. They count as one VPN and are not "
            "compared with each other.",
            fix=("If they are different VPNs, name each file after its own, or give a column vpn.",),
            details={"vpn": vpn, "files": files},
        )


# What collides ---------------------------------------------------------------------------------------------


def _overlap(found: Collision) -> Finding:
    return Finding(
        "vpn.prefix_overlap",
        Severity.BLOCKER,
        f"VPN {found.left_vpn} {found.left} ({found.left_origin}) {found.relation.words} "
        f"VPN {found.right_vpn} {found.right} ({found.right_origin}).",
        details={
            "left_vpn": found.left_vpn,
            "left": str(found.left),
            "left_place": str(found.left_origin),
            "relation": found.relation.value,
            "right_vpn": found.right_vpn,
            "right": str(found.right),
            "right_place": str(found.right_origin),
            "intersection": str(found.intersection),
            "addresses": str(found.intersection.size),
        },
    )


def _swallowing(found: Swallowing) -> Finding:
    named = ", ".join(found.vpns[:5])
    more = f" and {len(found.vpns) - 5} more" if len(found.vpns) > 5 else ""
    return Finding(
        "vpn.prefix_overlap",
        Severity.BLOCKER,
        f"VPN {found.vpn} {found.prefix} ({found.origin}) contains {found.count} prefixes of other "
        f"VPNs: {named}{more}.",
        details={
            "left_vpn": found.vpn,
            "left": str(found.prefix),
            "left_place": str(found.origin),
            "relation": "contains",
            "vpns": found.vpns,
            "count": str(found.count),
        },
    )


def _within(report: CollisionReport) -> Iterator[Finding]:
    """Duplicates and nesting inside VPNs: a note for each VPN, or one for all where there are many."""
    twice = {vpn.vpn: vpn.duplicates for vpn in report.vpns if vpn.duplicates}
    nested = {vpn.vpn: vpn.nested for vpn in report.vpns if vpn.nested}
    again = ("1 prefix is", "prefixes are"), "given more than once; a duplicate counts once"
    inside = ("1 prefix lies", "prefixes lie"), "inside others of the same VPN; normal routing, all count"
    yield from _notes("vpn.prefix_duplicate", twice, *again)
    yield from _notes("vpn.prefix_nested", nested, *inside)


def _notes(code: str, counts: Mapping[str, int], verb: tuple[str, str], what: str) -> Iterator[Finding]:
    one, several = verb
    if len(counts) > _VPNS_NOTED:
        total = sum(counts.values())
        yield Finding(
            code,
            Severity.NOTE,
            f"In {len(counts)} VPNs {total} {several} {what}.",
            details={"vpns": tuple(counts), "count": str(total)},
        )
        return
    for vpn, count in counts.items():
        said = one if count == 1 else f"{count} {several}"
        yield Finding(
            code, Severity.NOTE, f"VPN {vpn}: {said} {what}.", details={"vpn": vpn, "count": str(count)}
        )


def _clearing(compared: Compared) -> ClearingView | None:
    report = compared.report
    if not report.pairs:
        return None
    whole = clear(report.matrix)
    single = _single_prefixes(compared)
    return ClearingView(
        prefixes=tuple(f"{vpn} {prefix}" for vpn, prefix in single.removed) if single else (),
        prefixes_known=single is not None,
        prefixes_proven=bool(single and single.proven),
        prefixes_at_least=single.at_least if single else 0,
        vpns=whole.removed,
        vpns_proven=whole.proven,
        vpns_at_least=whole.at_least,
    )


def _single_prefixes(compared: Compared) -> Clearing[tuple[str, str]] | None:
    """The prefixes to take away; None where there are too many pairs to tell."""
    report = compared.report
    if report.pairs <= SEARCHED_PAIRS:
        return clear(_ends(each) for each in compared.every())
    if report.unlisted or report.swallowers > len(report.swallowing):
        return None
    # All pairs but those of the few prefixes that collide with very many are listed.
    wide = {(each.vpn, str(each.prefix)): each.count for each in report.swallowing}
    return clear_with(wide, (_ends(each) for each in report.listed))


def _ends(found: Collision) -> tuple[tuple[str, str], tuple[str, str]]:
    """Both prefixes, the one that goes between two equally good ways first.

    That is a default route, which no port carries; otherwise the one with fewer addresses.
    """
    left, right = (found.left_vpn, str(found.left)), (found.right_vpn, str(found.right))
    left_goes = not found.left.length or found.left.length >= found.right.length > 0
    return (left, right) if left_goes else (right, left)


# What is counted -------------------------------------------------------------------------------------------


def _vpn_rows(report: CollisionReport, fewest: Mapping[str, Aggregation]) -> tuple[VpnRow, ...]:
    rows = []
    for counted in report.vpns:
        found = fewest.get(counted.vpn)
        rows.append(
            VpnRow(
                counted.vpn,
                counted.v4,
                counted.v6,
                counted.duplicates,
                counted.nested,
                len(found.prefixes) if found else None,
                tuple(map(str, found.prefixes)) if found else (),
            )
        )
    return tuple(rows)


def _verdict(report: CollisionReport) -> str:
    if not report.pairs:
        return _NO_OVERLAP
    pairs = (
        "1 pair of prefixes overlaps" if report.pairs == 1 else f"{report.pairs} pairs of prefixes overlap"
    )
    between = len(report.matrix)
    return f"{pairs}, between {between} {'pair' if between == 1 else 'pairs'} of VPNs."
