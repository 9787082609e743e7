"""What `sci new` and `sci vpn` are told, from options, questions or a file, in one shape."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from string import Template

from sci_cli.cli import asking
from sci_cli.cli.numbers import whole
from sci_cli.cli.pipes import piped
from sci_cli.cli.session import Session
from sci_cli.domain import facts
from sci_cli.domain.activation import Vpn, VpnState
from sci_cli.domain.findings import Finding
from sci_cli.domain.requests import Request, VpnWish
from sci_cli.errors import GateClosed, InvalidFile, InvalidValue, WrongUsage, sci
from sci_cli.operations import activations, left_out_lines, vpn_requests, vpns
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.request_views import RequestTextView
from sci_cli.readers.files import read_input
from sci_cli.readers.prefix_lists import LIMIT, PrefixTable, Row, read_prefix_data, read_prefixes
from sci_cli.readers.request_keys import OWN_FACTS
from sci_cli.readers.requests import LIMIT as LIMIT_REQUESTS
from sci_cli.readers.requests import read_requests
from sci_cli.safety.text import clean, quoted
from sci_cli.ui.progress import bar
from sci_cli.writers.request_text import TEMPLATE


@dataclass(frozen=True, slots=True)
class NewRequest:
    """Everything `sci new` can be told, as text."""

    name: str = ""
    profile: str = ""
    customer: str = ""
    locations: tuple[str, ...] = ()
    data_plan: str = ""
    vpn: str = ""
    prefixes: tuple[str, ...] = ()
    max_prefixes: str = ""
    max_prefixes_v6: str = ""
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reason: str = ""


def template(session: Session) -> Outcome:
    """A request to fill in, with a profile that there is."""
    known = [entry.id for entry in session.workspace.catalogue.entries() if not entry.problem]
    filled = Template(TEMPLATE).substitute(profile=known[0] if known else "PROFILE")
    return Outcome(RequestTextView((), filled))


def from_file(path: Path, given: NewRequest) -> NewRequest:
    """The request in a file; what was given as an option wins.

    Raises:
        InvalidFile: with every problem, by line and column, or because it holds several requests.
        GateClosed: it asks for what only a port can have.
    """
    name = path.name
    found = read_requests(
        read_input(path, what="The request", limit=LIMIT_REQUESTS).data, name=name, partial=True
    )
    if len(found) > 1:
        raise InvalidFile(
            f"{quoted(name)} holds {len(found)} requests, and one is started here.",
            fix=sci("apply", "-f", str(path), note="for all of them"),
        )
    request = found[0].request
    if request is None:
        raise found[0].problem or InvalidFile(f"{quoted(name)} could not be read.")
    if request.port is not None:
        raise GateClosed(
            "There is no port before the order.", fix="Leave the port out until the order is on record."
        )
    told = {each.name: getattr(given, each.name) for each in fields(given) if getattr(given, each.name)}
    return replace(_as_new(request), **told)


def _as_new(request: Request) -> NewRequest:
    wanted = [vpn for vpn in request.vpns if not vpn.absent]
    if len(wanted) > 1:
        raise vpns.one_for_the_order(None, wanted[0].name)
    vpn = wanted[0] if wanted else VpnWish("")
    more = {key: values for key, values in request.facts.items() if key not in OWN_FACTS}
    return NewRequest(
        request.name,
        request.profile,
        "".join(request.facts.get(facts.CUSTOMER, ())),
        request.facts.get(facts.LOCATION, ()),
        "".join(request.facts.get(facts.DATA_PLAN, ())),
        vpn.name,
        tuple(str(prefix) for prefix in vpn.prefixes),
        "" if vpn.max_prefixes is None else str(vpn.max_prefixes),
        "" if vpn.max_prefixes_v6 is None else str(vpn.max_prefixes_v6),
        more,
        request.reason,
    )


def complete(
    session: Session, given: NewRequest, from_: str
) -> tuple[activations.NewActivation, tuple[Finding, ...]]:
    """The request with its missing answers asked for, ready for the operation."""
    from sci_cli.cli.new_questions import needs_of_new

    if given.name:
        activations.require_free_name(session.workspace, given.name)
    table = _table(from_, session) if from_ else None
    found = asking.all_answers(session, needs_of_new(session, given, table))
    wanted = activations.NewActivation(
        found["name"][0], found["profile"][0], found["customer"][0], found["location"],
        found["data_plan"][0], facts=given.facts, reason=given.reason,
    )  # fmt: skip
    vpn, notes = _vpn(session, found, table, from_)
    return replace(wanted, vpn=vpn), notes


def _vpn(
    session: Session, found: asking.Answers, table: PrefixTable | None, from_: str
) -> tuple[Vpn | None, tuple[Finding, ...]]:
    name, prefixes = (*found["vpn"], "")[0], found["prefix"]
    if not name or not (prefixes or table):
        return None, ()
    maximum, maximum_v6 = ((*found[key], "")[0] for key in ("max-prefixes", "max-prefixes-v6"))
    given = GivenVpn(name, prefixes, from_, maximum=maximum, maximum_v6=maximum_v6)
    read = _with_skipped(given, table)
    vpn, notes = vpn_requests.new_vpn(session.workspace, read.requests[0], VpnState.ON_ORDER)
    return vpn, (*notes, *read.left_out)


@dataclass(frozen=True, slots=True)
class ReadVpns:
    """VPNs as given, and what a file says about others that nobody asked for."""

    requests: list[vpn_requests.VpnRequest]
    left_out: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class GivenVpn:
    """A VPN as typed: its name, prefixes or the file they are in, MAX, all as text."""

    vpn: str = ""
    prefixes: Sequence[str] = ()
    from_: str = ""
    format: str = ""
    skip_invalid: bool = False
    maximum: str = ""
    maximum_v6: str = ""


def read_vpns(given: GivenVpn, session: Session) -> ReadVpns:
    """The VPNs as given: one by name, or those a file with a vpn column names.

    Raises:
        InvalidValue, InvalidFile: a prefix, MAX or the file is not acceptable.
    """
    if not given.from_ and not given.vpn:
        raise WrongUsage("Which VPN? No name was given.")
    if not given.from_ and (given.format or given.skip_invalid):
        raise WrongUsage(
            "--read-as and --skip-invalid are about a file.", fix="Give the file with --from FILE."
        )
    table = None
    if given.from_:
        table = _table(given.from_, session, given.format, skip_invalid=given.skip_invalid)
    return _with_skipped(given, table)


def read_several(given: GivenVpn, files: Sequence[str], session: Session) -> ReadVpns:
    """The VPNs of several files; where there are several, each is named after its file unless it names VPNs.

    Raises:
        InvalidValue, InvalidFile: a prefix, MAX or a file is not acceptable.
        WrongUsage: several files are given for one VPN.
    """
    if len(files) < 2:
        one = replace(given, from_=(*files, "")[0])
        return read_vpns(one, session) if one.from_ or one.vpn else ReadVpns([])
    if given.vpn or given.prefixes:
        raise WrongUsage("Several files are several VPNs.", fix="Give one file, or no VPN and no --prefix.")
    several = [_of_file(replace(given, from_=file), session) for file in files]
    return ReadVpns(
        [request for read in several for request in read.requests],
        tuple(finding for read in several for finding in read.left_out),
    )


def _of_file(given: GivenVpn, session: Session) -> ReadVpns:
    table = _table(given.from_, session, given.format, skip_invalid=given.skip_invalid)
    unnamed = any(row.vpn is None for row in table.rows)
    return _with_skipped(replace(given, vpn=Path(given.from_).stem if unnamed else ""), table)


def _with_skipped(given: GivenVpn, table: PrefixTable | None) -> ReadVpns:
    """The VPNs as read, with what is said about each line of the file that was left out."""
    read = _read(given, table)
    if table is None:
        return read
    file = "standard input" if given.from_ == "-" else given.from_
    skipped = (left_out_lines.skipped(file, each.line, each.reason) for each in table.rejected)
    passed_over = left_out_lines.passed_over(file, table.format, table.left_out)
    return replace(read, left_out=(*read.left_out, *skipped, *passed_over))


def _read(given: GivenVpn, table: PrefixTable | None) -> ReadVpns:
    limits = (
        vpn_requests.parse_maximum(whole(given.maximum, "--max-prefixes"), "--max-prefixes"),
        vpn_requests.parse_maximum(whole(given.maximum_v6, "--max-prefixes-v6"), "--max-prefixes-v6"),
    )
    typed = vpn_requests.parse_prefixes(given.prefixes)
    if table is None:
        return ReadVpns([vpn_requests.VpnRequest(given.vpn, typed, *limits)])
    grouped, others = _grouped(given.vpn, table)
    if len(grouped) > 1 and typed:
        raise WrongUsage("The file names several VPNs, so --prefix does not say which one it belongs to.")
    name = "standard input" if given.from_ == "-" else Path(given.from_).name
    requests = [
        vpn_requests.VpnRequest(
            vpn,
            (*typed, *(row.prefix for row in rows)),
            *limits,
            {row.prefix: f"{name}:{row.line}" for row in reversed(rows)},
        )
        for vpn, rows in grouped.items()
    ]
    return ReadVpns(requests, tuple(left_out_lines.left_out(each, count) for each, count in others.items()))


def _table(from_: str, session: Session, format: str = "", *, skip_invalid: bool = False) -> PrefixTable:
    name, data = "standard input", b""
    if from_ != "-":
        path = Path(from_)
        name, data = path.name, read_input(path, what="The prefix list", limit=LIMIT).data
    else:
        data = piped(session, LIMIT)
    with bar(session.stderr, session.look(session.stderr)) as progress:
        if not skip_invalid:
            return read_prefixes(data, name=name, format=format, progress=progress)
        table = read_prefix_data(data, name=name, format=format, progress=progress)
    return table if table.rows else read_prefixes(data, name=name, format=format)


def _grouped(vpn: str, table: PrefixTable) -> tuple[Mapping[str, Sequence[Row]], Mapping[str, int]]:
    """The rows wanted by VPN, and how many of each other VPN are not: a name given takes only its own."""
    found: dict[str, list[Row]] = {}
    others: dict[str, int] = {}
    for row in table.rows:
        name = row.vpn or vpn
        if not name:
            raise WrongUsage(
                "The file names no VPN, and none is given.",
                fix="Give the name of the VPN in front of --from, behind that of the activation.",
            )
        if vpn and name.casefold() != vpn.casefold():
            others[name] = others.get(name, 0) + 1
        else:
            found.setdefault(vpn or name, []).append(row)
    if vpn and others and not found:
        raise InvalidValue(
            f"The file has no prefixes of VPN {vpn}; it names {' and '.join(others)}.",
            fix="Name a VPN of the file.",
        )
    return found, others


def read_evidence(path: Path) -> tuple[str, bytes, str]:
    """A file given as evidence: its name, content and hash."""
    read = read_input(path, what="The evidence", limit=20_000_000)
    return clean(path.name, what="the file name"), read.data, read.sha256
