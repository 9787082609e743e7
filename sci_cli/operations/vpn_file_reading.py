"""Prefix lists of files and pipes, read and compared by the engine that fits their size and form."""

from __future__ import annotations

import gc
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from sci_cli.bulk.sources import Source as Given
from sci_cli.domain.capacity import Aggregation, aggregation
from sci_cli.domain.collisions import (
    Collision,
    CollisionReport,
    Entry,
    Origin,
    collide,
    every_collision,
)
from sci_cli.domain.names import vpn_name_problem
from sci_cli.domain.prefix_index import Index
from sci_cli.errors import InvalidFile, InvalidValue, SciError
from sci_cli.operations.vpn_file_views import FileRow, RejectedLine
from sci_cli.readers.files import read_input
from sci_cli.readers.prefix_lists import (
    LineForm,
    NotLineByLine,
    PrefixTable,
    Rejected,
    line_form,
    list_form,
    read_long_table,
    read_prefix_data,
)
from sci_cli.safety.text import quoted

LARGEST = 1_000_000_000  # bytes; ten million lines are about 250 MB
LARGE = 600_000  # bytes; from here on plain lists and vpn,prefix tables go to the engine for many lines
LISTED_FOR_SCRIPTS = 10_000
LISTED = 100  # overlaps named one by one, and prefixes that contain very many
_HEAD = 64_000  # bytes looked at to recognise the form of a large file

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Source:
    """A prefix list to compare.

    Attributes:
        name: as the user named it.
        vpn: the VPN of lines that name none.
        data: the file, or the bytes of a pipe.
        format: the format named, empty to recognise it.
    """

    name: str
    vpn: str
    data: Path | bytes
    format: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """Lists that were read and compared.

    Attributes:
        report: exact counts and the first collisions.
        files: what became of each file.
        rejected: the lines that were not taken, or the first of very many.
        left_out: the lines that were passed over on purpose, for what they are.
        one_name: names of VPNs that several files have, with the files.
        default_routes: those among the prefixes, with their VPNs; they are compared, and no port carries one.
        every: goes through every collision, one after the other.
        index: the prefixes, ready to be asked about others.
        aggregated: for each VPN the fewest prefixes that hold the same addresses.
        note: how it was done, where that is worth knowing.
    """

    report: CollisionReport
    files: tuple[FileRow, ...]
    rejected: tuple[RejectedLine, ...]
    default_routes: tuple[tuple[str, Entry], ...]
    every: Callable[[], Iterator[Collision]]
    index: Callable[[], Index]
    aggregated: Callable[[], Mapping[str, Aggregation]]
    note: str = ""
    left_out: tuple[RejectedLine, ...] = ()
    one_name: tuple[tuple[str, tuple[str, ...]], ...] = ()


def compare(
    sources: Sequence[Source],
    *,
    limit: int = LISTED,
    default_routes: bool = True,
    progress: Progress | None = None,
) -> Compared:
    """Reads the lists and compares their VPNs.

    Args:
        sources: the lists.
        limit: how many overlaps are listed.
        default_routes: whether default routes are compared too; otherwise they are among the rejected lines.
        progress: called now and then with the bytes done and the bytes of all lists.

    Raises:
        InvalidFile, FileNotThere, StoreUnavailable: a file as a whole cannot be read.
        InvalidValue: a VPN has no name or an impossible one.
    """
    if sum(map(_size, sources)) >= LARGE:
        forms = [_form(source, default_routes) for source in sources]
        with suppress(NotLineByLine):
            return _in_bulk(sources, forms, limit, default_routes, progress)
    return _with_care(sources, limit, default_routes, progress)


def _shares(progress: Progress | None, sizes: Sequence[int]) -> list[Progress | None]:
    """For works of these sizes, one after the other, whom each tells how far it is."""
    total = sum(sizes)
    if progress is None or not total:
        return [None] * len(sizes)

    def share(before: int, size: int) -> Progress:
        return lambda done, all_of_it: progress(before + size * done // max(all_of_it, 1), total)

    return [share(before, size) for before, size in zip(accumulate(sizes, initial=0), sizes, strict=False)]


# Large lists -----------------------------------------------------------------------------------------------


def _size(source: Source) -> int:
    if isinstance(source.data, bytes):
        return len(source.data)
    try:
        known = source.data.stat()
    except OSError:
        return 0
    return known.st_size if stat.S_ISREG(known.st_mode) else 0


def _form(source: Source, default_routes: bool) -> LineForm | str:
    """How its lines are written, or the format of a routing table, if large files of it are read fast."""
    try:
        head = _head(source)
        form = line_form(head, name=source.name, format=source.format, default_routes=default_routes)
        return form or read_prefix_data(head, name=source.name, format=source.format).format
    except (OSError, SciError):
        return ""


def _head(source: Source) -> bytes:
    if isinstance(source.data, bytes):
        head = source.data[:_HEAD]
    elif _size(source):
        with source.data.open("rb") as file:
            head = file.read(_HEAD)
    else:
        return b""
    whole = head.rfind(b"\n") + 1
    return head[:whole] if len(head) == _HEAD and whole else head


def _in_bulk(
    sources: Sequence[Source],
    forms: Sequence[LineForm | str],
    limit: int,
    default_routes: bool,
    progress: Progress | None,
) -> Compared:
    """Compares lists with the engine for many lines.

    Raises:
        NotLineByLine: they must be read with care, each as a whole.
    """
    from sci_cli.bulk import check as bulk  # not needed for small lists

    for source, form in zip(sources, forms, strict=True):
        if isinstance(form, LineForm) and not form.columns:  # others may name every VPN themselves
            _require_name(source.vpn, source.name)
    before = [_mark(source) for source in sources]
    sizes = [
        0 if isinstance(form, LineForm) else _size(source)
        for source, form in zip(sources, forms, strict=True)
    ]
    *tables, lists = _shares(progress, [*sizes, sum(map(_size, sources))])
    parts = [_part(*each, default_routes) for each in zip(sources, forms, tables, strict=True)]
    result = bulk.check([each for part in parts for each in part.lists], limit=limit, progress=lists)
    if [_mark(source) for source in sources] != before:
        raise InvalidFile("A file changed while it was read.", fix="Try again when nothing writes to it.")
    return Compared(
        result.report,
        tuple(
            FileRow(
                part.name,
                part.format,
                None,
                len(part.rejected) + result.rejected_of.get(part.name, 0),
                len(part.left_out),
            )
            for part in parts
        ),
        (
            *(each for part in parts for each in part.rejected),
            *(
                RejectedLine(each.source, each.line, each.text, each.reason, each.correction)
                for each in result.rejected
            ),
        ),
        result.default_routes,
        result.collisions,
        result.index,
        result.aggregated,
        result.note,
        tuple(each for part in parts for each in part.left_out),
        _one_name(sources, result.report),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """A source as the engine for many lines gets it, and what became of lines that it does not get."""

    name: str
    format: str
    lists: Sequence[Given]
    rejected: tuple[RejectedLine, ...] = ()
    left_out: tuple[RejectedLine, ...] = ()


def _part(source: Source, form: LineForm | str, progress: Progress | None, default_routes: bool) -> _Part:
    """The file itself, or the plain lists of a routing table.

    Raises:
        NotLineByLine: there is no fast way to read it.
        InvalidValue: routes have no VPN, and the file has no name that could be one.
    """
    if isinstance(form, LineForm):
        given = Given(source.name, source.vpn, source.data, form.read, form.columns, form.first)
        return _Part(source.name, form.format, [given])
    table = read_long_table(_data(source), form, default_routes=default_routes, progress=progress)
    if table is None:
        raise NotLineByLine
    if any(vpn is None for vpn, _ in table.lists):
        _require_name(source.vpn, source.name)
    read_odd = list_form(default_routes).read
    return _Part(
        source.name,
        form,
        [Given(source.name, vpn or source.vpn, text, read_odd) for vpn, text in table.lists],
        _lines(source, table.rejected),
        _lines(source, table.left_out),
    )


def _lines(source: Source, lines: Iterable[Rejected]) -> tuple[RejectedLine, ...]:
    return tuple(
        RejectedLine(source.name, each.line, each.text, each.reason, each.correction) for each in lines
    )


def _data(source: Source) -> bytes:
    if isinstance(source.data, bytes):
        return source.data
    return read_input(source.data, what="The prefix list", limit=LARGEST).data


def _mark(source: Source) -> tuple[int, int, int]:
    if isinstance(source.data, bytes):
        return (0, len(source.data), 0)
    known = source.data.stat()
    return (known.st_ino, known.st_size, known.st_mtime_ns)


# Lists of any form -----------------------------------------------------------------------------------------


@contextmanager
def _uncollected() -> Iterator[None]:
    """No garbage collection while values are made that are all kept: it takes half the time otherwise."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _with_care(
    sources: Sequence[Source], limit: int, default_routes: bool, progress: Progress | None
) -> Compared:
    shares = _shares(progress, [*map(_size, sources)])
    with _uncollected():
        tables = [
            (source, _table(source, default_routes, share))
            for source, share in zip(sources, shares, strict=True)
        ]
        entries = _by_vpn(tables)
    rejected = tuple(each for source, table in tables for each in _lines(source, table.rejected))
    report = collide(entries, limit=limit)
    return Compared(
        report,
        tuple(
            FileRow(source.name, table.format, len(table.rows), len(table.rejected), len(table.left_out))
            for source, table in tables
        ),
        rejected,
        tuple((vpn, entry) for vpn, held in entries.items() for entry in held if not entry.prefix.length),
        lambda: every_collision(entries),
        lambda: Index.build(entries),
        lambda: {vpn: aggregation(each.prefix for each in held) for vpn, held in sorted(entries.items())},
        left_out=tuple(each for source, table in tables for each in _lines(source, table.left_out)),
        one_name=_one_name(sources, report),
    )


def _table(source: Source, default_routes: bool, progress: Progress | None) -> PrefixTable:
    table = read_prefix_data(
        _data(source),
        name=source.name,
        format=source.format,
        default_routes=default_routes,
        progress=progress,
    )
    if progress is not None:
        progress(1, 1)  # small files tell nothing
    return table


def _by_vpn(tables: Sequence[tuple[Source, PrefixTable]]) -> dict[str, list[Entry]]:
    vpns: dict[str, list[Entry]] = {}
    spelled: dict[str, str] = {}
    for source, table in tables:
        for row in table.rows:
            name = row.vpn or source.vpn
            known = spelled.get(name)
            if known is None:
                _require_name(name, source.name)
                # Two spellings of one name are one VPN, as everywhere; the first one is shown.
                known = spelled.setdefault(name.casefold(), name)
                spelled[name] = known
            vpns.setdefault(known, []).append(Entry(row.prefix, Origin(source.name, row.line)))
    return vpns


def _one_name(sources: Sequence[Source], report: CollisionReport) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The VPNs that are named after several files, so that what these share is no overlap."""
    named: dict[str, list[str]] = {}
    for source in sources:
        named.setdefault(source.vpn.casefold(), []).append(source.name)
    held = {each.vpn.casefold(): each.vpn for each in report.vpns}
    return tuple((held[key], tuple(files)) for key, files in named.items() if len(files) > 1 and key in held)


def _require_name(name: str, source: str) -> None:
    problem = vpn_name_problem(name)
    if problem:
        raise InvalidValue(
            f"{quoted(source, 80)}: {problem}",
            fix="Name the VPN with --vpn, name the file after it, or give a column vpn.",
        )
