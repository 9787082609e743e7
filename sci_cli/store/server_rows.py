"""The statements and rows of a shared store; every name is qualified, every value bound."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sci_cli.domain.activation import Activation
from sci_cli.domain.plain import canonical, to_plain
from sci_cli.store.document import Written

Row = tuple[Any, ...]

_COLUMNS = (
    "team, name, lineage, revision, head, provider, customer, location, order_number, ordered_at,"
    " port_status, vpns, handed_off, changed_at, changed_by"
)
_PLACES = ", ".join(["%s"] * len(_COLUMNS.split(",")))


def _as_text(column: str) -> str:
    """A time as text in UTC: the server keeps times that Python has no value for, such as infinity."""
    return f"pg_catalog.to_char(pg_catalog.timezone('UTC', {column}), 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"


NAMES = "SELECT a.name FROM sci.activation a WHERE a.team = %s"
# All that is compared when a record is read, apart from its document, which is never changed.
STAMPS = (
    "SELECT a.name, a.lineage, a.revision, a.head,"
    " (SELECT pg_catalog.max(n.revision) FROM sci.history n WHERE n.team = a.team AND n.name = a.name)"
    " FROM sci.activation a WHERE a.team = %s"
)
LOCK = "SELECT a.revision FROM sci.activation a WHERE a.team = %s AND a.name = %s FOR UPDATE"
FENCE = LOCK
# Made of the expression above and nothing else.
RECORDS = (
    "SELECT h.document,"  # noqa: S608
    " (SELECT pg_catalog.max(n.revision) FROM sci.history n WHERE n.team = a.team AND n.name = a.name),"
    " a.team, a.name, a.lineage, a.revision, a.head, a.provider, a.customer, a.location, a.order_number,"
    f" {_as_text('a.ordered_at')}, a.port_status, a.vpns, a.handed_off, {_as_text('a.changed_at')},"
    " a.changed_by"
    " FROM sci.activation a LEFT JOIN sci.history h"
    " ON h.team = a.team AND h.name = a.name AND h.revision = a.revision"
    " WHERE a.team = %s AND a.name = ANY(%s)"
)
DOCUMENT = (
    "SELECT h.document FROM sci.history h"
    " WHERE h.team = %s AND h.name = %s AND h.revision = %s AND h.document IS NOT NULL"
)
KEPT = (
    "SELECT h.revision FROM sci.history h JOIN sci.activation a ON a.team = h.team AND a.name = h.name"
    " WHERE h.team = %s AND h.name = %s AND h.document IS NOT NULL AND h.revision < a.revision"
    " ORDER BY h.revision"
)
HISTORY = (
    f"SELECT h.name, h.revision, h.event, h.head, h.document, {_as_text('h.at')}, h.by_user, h.summary"  # noqa: S608
    " FROM sci.history h"
    " WHERE h.team = %s AND h.name = ANY(%s) ORDER BY h.name, h.revision"
)
OPERATIONS = (
    "SELECT h.name, h.revision FROM sci.history h"
    " WHERE h.team = %s AND (h.op_id = %s OR pg_catalog.strpos(h.event, %s) > 0) ORDER BY h.name, h.revision"
)
PROFILES = "SELECT p.id, p.digest, p.content FROM sci.profile p WHERE p.team = %s"
EVIDENCE_KEPT = "SELECT e.sha256 FROM sci.evidence e WHERE e.team = %s"
# The two statements are made of the constants above and nothing else.
ADD_ACTIVATION = f"INSERT INTO sci.activation ({_COLUMNS}) VALUES ({_PLACES}) ON CONFLICT DO NOTHING"  # noqa: S608
MOVE_ON = (
    f"UPDATE sci.activation SET ({_COLUMNS}) = ({_PLACES})"  # noqa: S608
    " WHERE team = %s AND name = %s AND revision = %s AND head = %s"
)
ADD_EVENTS = (
    "INSERT INTO sci.history (team, name, revision, at, by_user, summary, event, head, op_id, document)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
ADD_PROFILE = (
    "INSERT INTO sci.profile (team, id, digest, content) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"
)
SELECT_PROFILE = "SELECT p.content FROM sci.profile p WHERE p.team = %s AND p.id = %s AND p.digest = %s"
ADD_EVIDENCE = "INSERT INTO sci.evidence (team, sha256, content) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
SELECT_EVIDENCE = "SELECT e.content FROM sci.evidence e WHERE e.team = %s AND e.sha256 = %s"


def lineage_of(activation: Activation) -> str:
    """What is the same in every copy of an activation and different in any other: its first event, hashed."""
    first = to_plain(activation.history[0])
    return hashlib.sha256(canonical([activation.name, first]).encode("ascii")).hexdigest()


def activation_row(team: str, activation: Activation, head: str, lineage: str) -> Row:
    """The activation's row: what finds the record, and what questions about a portfolio are about."""
    order, last = activation.order, activation.history[-1]
    return (
        team,
        activation.name,
        lineage,
        activation.revision,
        head,
        activation.profile.id,
        activation.fact("customer"),
        activation.fact("location"),
        order.number if order else None,
        order.placed.at if order else None,
        activation.port.status.value,
        len(activation.vpns),
        bool(activation.handoffs),
        last.at,
        last.by,
    )


def as_read(row: Row) -> Row:
    """A row as the statements that read give it: with times as text."""
    return tuple(_time_text(each) if isinstance(each, datetime) else each for each in row)


def _time_text(time: datetime) -> str:
    return time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def operation_text(op_id: str) -> str:
    """How an event holds, as text, the id a change was given; inside of any value quotes are escaped."""
    return canonical({"op_id": op_id})[1:-1]


def event_rows(team: str, activation: Activation, known: int, written: Written, op_id: str) -> Iterator[Row]:
    """A row for each event behind revision `known`; the last one carries the document and the operation."""
    for event in activation.history[known:]:
        last = event.sequence == activation.revision
        yield (
            team,
            activation.name,
            event.sequence,
            event.at,
            event.by,
            event.summary,
            canonical(to_plain(event)),
            written.head if last else None,
            op_id if last else None,
            written.data.decode("utf-8") if last else None,
        )
