"""The command that checks prefix lists against each other without any activation."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from sci_cli.cli.numbers import whole
from sci_cli.cli.options import NETWORK, command
from sci_cli.cli.reporting import Format, choose
from sci_cli.cli.session import Session
from sci_cli.errors import RuleViolation, WrongUsage, sci


def register(group: typer.Typer) -> None:
    """Add the command of this module."""

    @command(
        group,
        "check",
        panel=NETWORK,
        table=True,
        examples=[
            "sci vpn check corp.txt lab.txt",
            "sci vpn check vpns.csv --aggregate --max-prefixes 1250",
            "sci vpn check corp.txt lab.txt --format github",
        ],
    )
    def check(
        session: Session,
        files: Annotated[
            list[str] | None,
            typer.Argument(
                metavar="FILE...",
                help="Prefix lists, one a VPN and named after it, or with a vpn column; - is standard input.",
                show_default=False,
            ),
        ] = None,
        vpn: Annotated[
            str, typer.Option("--vpn", metavar="VPN", help="The VPN of standard input, or of a single file.")
        ] = "",
        format: Format = "",
        read_as: Annotated[
            str,
            typer.Option("--read-as", metavar="FORM", help="How the files are written, instead of looking."),
        ] = "",
        skip_invalid: Annotated[
            bool, typer.Option("--skip-invalid", help="Leave lines out that are no prefixes.", metavar="")
        ] = False,
        every: Annotated[
            bool, typer.Option("--all", help="List every overlap, however many.", metavar="")
        ] = False,
        aggregate: Annotated[
            bool,
            typer.Option("--aggregate", help="How many prefixes would hold the same addresses.", metavar=""),
        ] = False,
        max_prefixes: Annotated[
            str, typer.Option("--max-prefixes", metavar="MAX", help="The smallest MAX of the VPNs, IPv4.")
        ] = "",
        max_prefixes_v6: Annotated[
            str, typer.Option("--max-prefixes-v6", metavar="MAX", help="The smallest MAX of the VPNs, IPv6.")
        ] = "",
        sites: Annotated[
            str, typer.Option("--sites", metavar="N", help="What MAX is usual for so many sites.")
        ] = "",
        cloud_range: Annotated[
            list[str] | None,
            typer.Option("--cloud-range", metavar="PREFIX", help="A range used in the cloud; repeat."),
        ] = None,
        profile: Annotated[
            str, typer.Option("--profile", metavar="PROFILE", help="A provider, for its limits and ranges.")
        ] = "",
    ) -> Any:
        """Check prefix lists against each other; needs no activation and writes nothing."""
        choose(session, format)
        from sci_cli.operations import vpn_files
        from sci_cli.operations.vpn_file_reading import LISTED, LISTED_FOR_SCRIPTS, compare
        from sci_cli.operations.vpn_requests import parse_maximum, parse_prefixes
        from sci_cli.ui.progress import bar

        if not files:
            raise WrongUsage("Which files?", fix=sci("vpn", "check", "corp.txt", "lab.txt"))
        limits = {
            4: parse_maximum(whole(max_prefixes, "--max-prefixes"), "--max-prefixes"),
            6: parse_maximum(whole(max_prefixes_v6, "--max-prefixes-v6"), "--max-prefixes-v6"),
        }
        request = vpn_files.FilesRequest(
            skip_invalid=skip_invalid,
            every=every,
            aggregate=aggregate,
            sites=whole(sites, "--sites"),
            maximum={version: limit for version, limit in limits.items() if limit is not None},
            cloud_ranges=parse_prefixes(cloud_range or (), "--cloud-range"),
            profile=session.workspace.catalogue.load(profile) if profile else None,
        )
        sources = _sources(session, files, vpn, read_as)
        with bar(session.stderr, session.look(session.stderr)) as progress:
            for_scripts = session.output in ("json", "yaml") or session.format not in ("", "text")
            limit = LISTED_FOR_SCRIPTS if for_scripts else LISTED
            compared = compare(sources, limit=limit, default_routes=not skip_invalid, progress=progress)
        if session.output == "csv" and not session.format and (skip_invalid or not compared.rejected):
            _stream(session, compared)
            return None
        return vpn_files.check_files(compared, request)


def _sources(session: Session, files: Sequence[str], vpn: str, format: str) -> list[Any]:
    from sci_cli.cli.pipes import piped
    from sci_cli.operations.vpn_file_reading import LARGEST, Source

    if len(set(files)) != len(files):
        raise WrongUsage("A file is given twice; it would overlap with itself.", fix="Give each file once.")
    if vpn and len(files) > 1 and "-" not in files:
        raise WrongUsage(
            "--vpn names one VPN, and several files are given.",
            fix="Name the files after their VPNs, or give a column vpn.",
        )
    found = []
    for file in files:
        if file != "-":
            path = Path(file)
            found.append(Source(file, vpn if vpn and len(files) == 1 else path.stem, path, format))
            continue
        found.append(Source("standard input", vpn, piped(session, LARGEST), format))
    return found


_AT_ONCE = 1_000  # lines written together


def _stream(session: Session, compared: Any) -> None:
    """Every overlap as CSV, row by row; the overlaps are not held.

    Raises:
        RuleViolation: there is one.
    """
    from sci_cli.cli.emit import write
    from sci_cli.operations.vpn_files import OVERLAP_COLUMNS, overlaps
    from sci_cli.writers.csv_text import csv_lines

    lines = csv_lines(OVERLAP_COLUMNS, overlaps(compared))
    write(session, next(lines))
    count = 0
    while part := list(islice(lines, _AT_ONCE)):
        write(session, "".join(part))
        count += len(part)
    if count:
        raise RuleViolation(f"{count} {'overlap' if count == 1 else 'overlaps'} between VPNs.")
