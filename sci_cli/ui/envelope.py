"""Outcome or error → one JSON or YAML document for scripts; the same keys whatever happened."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any

from sci_cli.domain.findings import Finding
from sci_cli.domain.prefixes import Prefix
from sci_cli.errors import Command, SciError
from sci_cli.operations.outcome import Outcome
from sci_cli.ui.look import command_text, fix_text

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

_READ_AS_TEXT_BY_ALL = re.compile(r"[A-Za-z][A-Za-z0-9_ ./-]*[A-Za-z0-9_./]|[A-Za-z]")
_WORDS_OF_OTHER_TYPES = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def document(
    command: str,
    *,
    outcome: Outcome | None = None,
    error: SciError | None = None,
    where: tuple[str, ...] = (),
) -> dict[str, Json]:
    """The document of one run.

    Args:
        command: the words of the command, such as `vpn add`.
        outcome: what the operation returned, if it got that far.
        error: what stopped it; an error the outcome carries counts as well.
        where: the options that named the place of the records, for the commands in it.
    """
    failure = error or (outcome.error if outcome else None)
    found = outcome.findings if outcome else ()
    findings = (*found, *findings_beside(failure, found))
    return {
        "schema": f"sci.{outcome.view.thing}/1" if outcome else "sci.error/1",
        "ok": failure is None,
        "command": command,
        "changed": outcome.changed if outcome else bool(failure and failure.saved),
        "activation": outcome.activation if outcome else "",
        "revision": outcome.revision if outcome else None,
        "head": outcome.head if outcome else "",
        "dry_run": outcome.dry_run if outcome else False,
        "data": plain(outcome.view, where) if outcome else None,
        "findings": [plain(each, where) for each in findings],
        "notices": list(outcome.notices) if outcome else [],
        "error": _error(failure, where) if failure else None,
        "next": [plain(each, where) for each in outcome.next] if outcome else [],
    }


def findings_beside(error: SciError | None, shown: Sequence[Finding]) -> list[Finding]:
    """The findings an error carries, without those that are shown already."""
    # Sets of texts, because comparing thousands of findings with each other takes minutes.
    known = {(each.code, each.message) for each in shown}
    carried = error.findings if error else ()
    return [each for each in carried if isinstance(each, Finding) and (each.code, each.message) not in known]


def _error(error: SciError, where: tuple[str, ...]) -> dict[str, Json]:
    return {
        "code": error.code,
        "exit_code": int(error.exit_code),
        "message": error.message,
        "why": list(error.why),
        "fix": [fix_text(fix, where) for fix in error.fix],
        "saved": error.saved,
    }


def plain(value: object, where: tuple[str, ...] = ()) -> Json:
    """Any value of a view as JSON: times in UTC, durations in seconds, prefixes as text.

    Args:
        value: what a view holds.
        where: the options that named the place of the records, for the commands in it.

    Raises:
        TypeError: a view holds something that has no place in a document.
    """
    match value:
        case Enum():
            return plain(value.value, where)
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case Prefix():
            return str(value)
        case Command():
            return {"command": command_text(value, where=where), "note": value.note}
        case Finding():
            return {**_fields(value, where), "fix": [fix_text(fix, where) for fix in value.fix]}
        case Mapping():
            return {str(key): plain(each, where) for key, each in value.items()}
        case tuple() | list():
            return [plain(each, where) for each in value]
    if is_dataclass(value) and not isinstance(value, type):
        return _fields(value, where)
    raise TypeError(f"{type(value).__name__} has no form for scripts")


def _fields(value: Any, where: tuple[str, ...]) -> dict[str, Json]:
    return {each.name: plain(getattr(value, each.name), where) for each in fields(value)}


def as_json(doc: Mapping[str, Json]) -> str:
    """The document as ASCII JSON with a line end."""
    return json.dumps(doc, indent=2, ensure_ascii=True) + "\n"


def as_yaml(doc: Mapping[str, Json]) -> str:
    """The document as ASCII YAML; a text that some reader would take for something else is quoted."""
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: object) -> bool:
            return True

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
        safe = _READ_AS_TEXT_BY_ALL.fullmatch(value) and value.lower() not in _WORDS_OF_OTHER_TYPES
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=None if safe else '"')

    Dumper.add_representer(str, text)
    dumped: str = yaml.dump(dict(doc), Dumper=Dumper, allow_unicode=False, sort_keys=False, width=2**31 - 1)
    return dumped
