"""One value of an activation by its path: the record and what is worked out from it, as one tree."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from sci_cli.domain import facts, milestones
from sci_cli.domain.activation import Activation, Stamp, Vpn
from sci_cli.domain.profile import Profile
from sci_cli.domain.progress import Progress, StepProgress, progress
from sci_cli.errors import PathNotFound, sci
from sci_cli.operations.machine_views import ValueView
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.showing import fact_spec
from sci_cli.operations.workspace import Workspace
from sci_cli.safety.text import quoted
from sci_cli.store.contract import Loaded

# Names may hold dots (`csp.account-id`, the VPN `CORP.EU`): a path is matched against them, not cut at dots.
Tree: TypeAlias = Mapping[str, Any]

MOST_SAID = 12


def get(ws: Workspace, name: str, path: str | None = None) -> Outcome:
    """What stands under a path; without a path everything there is.

    Raises:
        PathNotFound: nothing stands there, with the nearest paths and those there are.
        SciError: the record cannot be read.
    """
    loaded = ws.load(name)
    whole = tree(ws.profile_of(loaded.activation), loaded, ws.now())
    found, value = ("", whole) if path is None else _at(whole, name, path)
    return Outcome(
        ValueView(name, found, _kind(value), value),
        activation=name,
        revision=loaded.activation.revision,
        head=loaded.head,
        notices=loaded.notices,
    )


def _kind(value: object) -> str:
    if isinstance(value, Mapping):
        return "group"
    return "list" if isinstance(value, tuple) else "value"


def tree(profile: Profile, loaded: Loaded, now: datetime) -> Tree:
    """Everything that can be asked for, under the names of `docs/json-output.md`.

    What is not on record is None or an empty list; it is there all the same, so that a path does not come
    and go. VPNs and the fields of the order form are the exception: those that are not there have no path.
    """
    activation = loaded.activation
    known = progress(profile, activation, now)
    ids = {spec.id for spec in profile.facts} | set(facts.CORE_FACTS) | set(activation.facts)
    return {
        "name": activation.name,
        "revision": activation.revision,
        "head": loaded.head,
        "created": {"at": activation.created.at, "by": activation.created.by},
        "profile": {
            "id": profile.id,
            "name": profile.name,
            "version": profile.version,
            "digest": activation.profile.digest,
        },
        "progress": {
            "closed": known.closed,
            "total": known.total,
            "late": known.late,
            "complete": known.complete,
        },
        "states": milestones.reached(profile, activation, known, now),
        "next": tuple(item.step.id for item in known.ready()),
        "facts": {fact_id: _fact(profile, activation, fact_id) for fact_id in sorted(ids)},
        "steps": {item.step.id: _step(activation, item) for item in known.steps},
        **_order(activation),
        "handoff": _handoff(activation, known),
        "port": _port(activation),
        "vpns": {vpn.name: _vpn(vpn) for vpn in activation.vpns},
    }


def _fact(profile: Profile, activation: Activation, fact_id: str) -> tuple[str, ...] | str | None:
    values = activation.values(fact_id)
    spec = fact_spec(profile, fact_id)
    if len(values) > 1 or (spec is not None and spec.multiple):
        return values
    return values[0] if values else None


def _step(activation: Activation, item: StepProgress) -> Tree:
    record = activation.steps.get(item.step.id)
    return {
        "state": item.state.value,
        "title": item.step.title,
        "phase": item.step.phase,
        "reason": item.reason or None,
        "owners": item.step.owners.parties,
        "open_parties": item.open_parties,
        "waits_for": item.waits_for,
        "late": item.late,
        "since": item.since,
        "due": item.due,
        "note": (record.note or None) if record else None,
        "evidence": tuple(each.filename for each in record.evidence) if record else (),
    }


def _order(activation: Activation) -> Tree:
    order, verification = activation.order, activation.verification
    return {
        "order": {
            "number": (order.number or None) if order else None,
            **_stamped("placed", order.placed if order else None),
            "billing_accepted": order.billing_accepted if order else None,
            "breach": (order.breach or None) if order else None,
            "form": {line.field: line.value or None for line in order.form} if order else {},
        },
        "verification": {
            "matches": verification.matches if verification else None,
            "at": verification.stamp.at if verification else None,
            "by": verification.stamp.by if verification else None,
        },
    }


def _handoff(activation: Activation, known: Progress) -> Tree:
    last = activation.handoffs[-1] if activation.handoffs else None
    return {
        "count": len(activation.handoffs),
        "at": last.stamp.at if last else None,
        "by": last.stamp.by if last else None,
        "draft": last.draft if last else None,
        "recipients": last.recipients if last else (),
        "stage": activation.last_stage or None,
        "stages": tuple(mark.stage for mark in activation.stages),
    }


def _port(activation: Activation) -> Tree:
    port, asked = activation.port, activation.port.requested
    return {
        "status": port.status.value,
        **_stamped("seen", port.seen),
        "requested": asked.status.value if asked else None,
        **_stamped("requested", asked.stamp if asked else None),
        "reason": asked.reason if asked else None,
    }


def _vpn(vpn: Vpn) -> Tree:
    return {
        "state": vpn.state.value,
        "prefixes": vpn.prefixes,
        "count": vpn.count(4),
        "count_v6": vpn.count(6),
        "max_prefixes": vpn.max_prefixes,
        "max_prefixes_v6": vpn.max_prefixes_v6,
        **_stamped("attached", vpn.attached),
    }


def _stamped(what: str, stamp: Stamp | None) -> Tree:
    return {f"{what}_at": stamp.at if stamp else None, f"{what}_by": stamp.by if stamp else None}


# Paths -----------------------------------------------------------------------------------------------------


def leaves(node: Tree, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every path of a tree that has no others below it with what stands there, in the tree's order."""
    for key, value in node.items():
        path = f"{before}.{key}" if before else key
        if isinstance(value, Mapping):
            yield from leaves(value, path)
        else:
            yield path, value


def paths(node: Tree) -> Iterator[str]:
    """The paths of the leaves."""
    return (path for path, _ in leaves(node))


def find(node: Tree, path: str) -> tuple[str, Any] | None:
    """The path as the tree spells it, with what stands there; None where nothing does.

    Letter case does not matter where only one name fits, as with VPNs and steps on the command line.
    """
    lower = path.casefold()
    fitting = [key for key in node if lower == key.casefold() or lower.startswith(f"{key.casefold()}.")]
    for key in sorted(fitting, key=lambda key: (not path.startswith(key), -len(key))):
        rest = path[len(key) + 1 :]
        if len(path) == len(key):
            return key, node[key]
        if isinstance(node[key], Mapping) and (below := find(node[key], rest)):
            return f"{key}.{below[0]}", below[1]
    return None


def _at(whole: Tree, name: str, path: str) -> tuple[str, Any]:
    found = find(whole, path)
    if found:
        return found
    known = [*whole, *paths(whole)]
    below = [each for each in known if path and each.casefold().startswith(f"{path.casefold()}.")]
    folded = {each.casefold(): each for each in known}
    near = [
        folded[each] for each in difflib.get_close_matches(path[:200].casefold(), folded, n=3, cutoff=0.6)
    ]
    group, there = _nearest_group(whole, path)
    where = f"{group} has" if group else "There are"
    more = f", and {len(there) - MOST_SAID} more" if len(there) > MOST_SAID else ""
    raise PathNotFound(
        f"{name} has nothing under {quoted(path, 80)}.",
        why=f"{where}: {', '.join(there[:MOST_SAID])}{more}." if there else f"{group} is empty.",
        fix=[
            *(sci("get", name, each) for each in (below[:3] or near)),
            sci("get", name, note="lists every path"),
        ],
    )


def _nearest_group(whole: Tree, path: str) -> tuple[str, list[str]]:
    """The innermost group the path leads into, and the names in it."""
    while "." in path:
        path = path.rpartition(".")[0]
        found = find(whole, path)
        if found and isinstance(found[1], Mapping):
            return found[0], list(found[1])
    return "", list(whole)
