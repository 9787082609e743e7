"""What a request makes of a record: the same validators and rules as the commands for single changes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sci_cli.domain import facts
from sci_cli.domain.activation import Activation, Vpn, VpnState
from sci_cli.domain.findings import Finding
from sci_cli.domain.prefixes import Prefix
from sci_cli.domain.profile import Profile
from sci_cli.domain.requests import Request, VpnWish
from sci_cli.domain.vpn_rules import counted
from sci_cli.errors import AlreadyDifferent, GateClosed, InvalidValue, SciError, sci
from sci_cli.operations import activations, ports, vpns
from sci_cli.operations.activations import NewActivation
from sci_cli.operations.lookup import NOTE_LIMIT
from sci_cli.operations.request_views import FieldChange
from sci_cli.operations.vpn_requests import VpnRequest, new_vpn, origins_of
from sci_cli.operations.workspace import Decided, Workspace, changes_between
from sci_cli.readers.requests import GivenRequest
from sci_cli.safety import strict_yaml
from sci_cli.safety.text import clean

COMMAND = "apply"
_NEEDED = ("profile", facts.CUSTOMER, facts.LOCATION, facts.DATA_PLAN)
_NO_REASON = "no reason given"


# A record that is there ------------------------------------------------------------------------------------


def decide(ws: Workspace, before: Activation, profile: Profile, given: GivenRequest) -> Decided:
    """What the request makes of the record, all of it as one change; nothing of what it does not name.

    Raises:
        InvalidFile: facts that do not fit, each with its place.
        AlreadyDifferent: it goes by another profile, or the VPN is on its way off the port.
        GateClosed, InvalidValue, RuleViolation: as the commands for single changes say.
    """
    request = _named(given)
    reason = clean(request.reason, what="reason", limit=NOTE_LIMIT)
    _require_same_profile(ws, before, request)
    _require_facts(profile, given, before)
    after = activations.with_facts(ws, before, profile, request.facts, reason)
    said = [fact_id for fact_id in request.facts if after.values(fact_id) != before.values(fact_id)]
    changed = {fact_id: request.facts[fact_id] for fact_id in said}
    found = activations.noticed_facts(profile, after, changed, ws.now())
    after, words, noticed = _with_vpns(ws, profile, before, after, given)
    if request.port is not None:
        asked = ports.with_status_asked(ws, after, request.port, reason or _NO_REASON)
        if asked is not after and not reason:
            raise InvalidValue(
                "The port is to change and no reason is given.",
                fix="Say why in a few words, on a line of its own in the request: reason: TEXT",
            )
        words += [ports.asked_words(request.port, reason)] if asked is not after else []
        after = asked
    recorded = [f"recorded {', '.join(said)}"] if said else []
    return Decided(after, "; ".join([*recorded, *words]), reason=reason, findings=(*found, *noticed))


def _named(given: GivenRequest) -> Request:
    """The request, once it is sure that it could be read.

    Raises:
        SciError: it could not.
    """
    if given.request is None:
        raise given.problem or SciError("The request could not be read.")
    if any(not vpn.name for vpn in given.request.vpns):
        said = "vpn is missing: the VPN whose prefixes or MAX stand here"
        raise strict_yaml.problems_error(given.file, [(given.line, 1, said)])
    return given.request


def _require_same_profile(ws: Workspace, before: Activation, request: Request) -> None:
    if not request.profile or request.profile == before.profile.id:
        return
    wanted = ws.catalogue.load(request.profile).id
    if wanted != before.profile.id:
        raise AlreadyDifferent(
            f"{before.name} goes by the profile {before.profile.id}; the request names {wanted}.",
            why="An activation keeps the provider it began with.",
            fix=["Correct the profile in the request.", sci("status", before.name)],
        )


def _require_facts(profile: Profile, given: GivenRequest, before: Activation | None = None) -> None:
    """Every fact that does not fit, in one error, each at its place; what is on record so is no matter."""
    problems = []
    for fact_id, texts in (given.request.facts if given.request else {}).items():
        if before is not None and sorted(texts) == sorted(before.values(fact_id)):
            continue
        try:
            activations.parse_values(profile, fact_id, texts)
        except InvalidValue as problem:
            own = fact_id in (facts.CUSTOMER, facts.LOCATION, facts.DATA_PLAN)
            hint = next((f" {each}" for each in problem.fix if isinstance(each, str)), "")
            place = given.place(fact_id if own else f"facts.{fact_id}")
            problems.append((*place, f"{problem.message}{hint}"))
    if problems:
        raise strict_yaml.problems_error(given.file, problems)


# VPNs ------------------------------------------------------------------------------------------------------


def _with_vpns(
    ws: Workspace, profile: Profile, before: Activation, so_far: Activation, given: GivenRequest
) -> tuple[Activation, list[str], tuple[Finding, ...]]:
    """The record with the VPNs as wanted, what the history says about it, and what the rules noticed.

    Removals come first, and the rules look at the VPNs as they are in the end, so two can exchange prefixes.
    """
    wishes = given.request.vpns if given.request else ()
    words: list[str] = []
    notes: list[Finding] = []
    for wish in wishes:
        if wish.absent and so_far.vpn(wish.name) is not None:
            so_far, said = vpns.with_removed(ws, so_far, wish.name)
            words += [said] if said else []
    asked: list[VpnRequest] = []
    touched: list[Vpn] = []
    for wish in wishes:
        if wish.absent:
            continue
        asked.append(_asked(wish, given))
        after, said, twice = _with_vpn(ws, before, so_far, asked[-1])
        if after is not so_far:
            touched += [vpn for vpn in after.vpns if vpn not in so_far.vpns]
            words.append(said)
            notes += twice
        so_far = after
    found: tuple[Finding, ...] = ()
    if touched:
        only = touched[0] if len(touched) == 1 else None
        found = vpns.require_rules(profile, before, so_far.vpns, only, origins_of(asked, so_far.vpns))
    return so_far, words, (*notes, *found)


def _with_vpn(
    ws: Workspace, before: Activation, so_far: Activation, asked: VpnRequest
) -> tuple[Activation, str, tuple[Finding, ...]]:
    standing = so_far.vpn(asked.name)
    if standing is None:
        after, twice = vpns.with_added(ws, before, so_far, asked)
        word = "asked for on the port" if before.order else "named for the order"
        return after, f"VPN {asked.name} {word}: {counted(len(set(asked.prefixes)))}", twice
    if standing.state is VpnState.REMOVAL_REQUESTED:
        raise AlreadyDifferent(
            f"VPN {standing.name} is wanted on the port, and its removal is asked for.",
            fix=[
                sci("vpn", "confirm", before.name, standing.name, "--withdraw", note="if it is to stay"),
                sci("vpn", "confirm", before.name, standing.name, note="if the portal shows it gone"),
            ],
        )
    return vpns.with_updated(ws, so_far, asked), f"VPN {standing.name} updated", ()


def _asked(wish: VpnWish, given: GivenRequest) -> VpnRequest:
    places: Mapping[Prefix, str] = {
        prefix: f"{given.file}:{given.place(f'vpns.{wish.name}.{prefix}')[0]}" for prefix in wish.prefixes
    }
    return VpnRequest(wish.name, wish.prefixes, wish.max_prefixes, wish.max_prefixes_v6, places)


# A new one -------------------------------------------------------------------------------------------------


def beginning(ws: Workspace, given: GivenRequest) -> tuple[NewActivation, tuple[Finding, ...]]:
    """The activation a request begins, and what is noticed about its VPN.

    Raises:
        InvalidFile: something a new activation needs is missing, or a fact does not fit; each with its place.
        GateClosed: it asks for what only a port can have.
        ProfileNotFound: there is no such profile.
    """
    request = _named(given)
    known = {"profile": request.profile, **request.facts}
    missing = [key for key in _NEEDED if not known.get(key)]
    if missing:
        said = f"{request.name} is new, so the request needs {', '.join(missing)} as well"
        raise strict_yaml.problems_error(given.file, [(*given.place("name"), said)])
    _require_facts(ws.catalogue.load(request.profile), given)
    if request.port is not None:
        raise GateClosed(
            f"{request.name} is new and has no port yet.",
            fix="Leave the port out until the order is on record.",
        )
    wanted = [wish for wish in request.vpns if not wish.absent]
    if len(wanted) > 1:
        raise vpns.one_for_the_order(None, wanted[0].name)
    found = [new_vpn(ws, _asked(wish, given), VpnState.ON_ORDER) for wish in wanted]
    vpn, notes = found[0] if found else (None, ())
    more = {fact_id: values for fact_id, values in request.facts.items() if fact_id not in _NEEDED}
    new = NewActivation(
        request.name,
        request.profile,
        request.facts[facts.CUSTOMER][0],
        request.facts[facts.LOCATION],
        request.facts[facts.DATA_PLAN][0],
        vpn,
        more,
        clean(request.reason, what="reason", limit=NOTE_LIMIT),
        COMMAND,
    )
    return new, notes


# What it comes to ------------------------------------------------------------------------------------------


def effects(before: Activation | None, after: Activation) -> tuple[str, ...]:
    """What a change does to service, one sentence each: for these the activation's name is asked."""
    if before is None:
        return ()
    found = []
    for vpn in before.vpns:
        left = after.vpn(vpn.name)
        if left is None:
            found.append(f"VPN {vpn.name} is taken off the coming order.")
        elif left.state is VpnState.REMOVAL_REQUESTED is not vpn.state:
            found.append(f"Taking VPN {vpn.name} off cuts {counted(len(vpn.prefixes))} from the cloud.")
    if after.port.requested and after.port.requested != before.port.requested:
        found.append(ports.effect(after, after.port.requested.status))
    return tuple(found)


# What says nothing beside the other fields of the same thing.
_NOT_SHOWN = re.compile(r"name|revision|created\..*|profile\.digest|vpns\..*\.name")
_WHOLE = ("verification.",)


def fields(before: Activation | None, after: Activation) -> tuple[FieldChange, ...]:
    """Every field that differs, by the name it has in a request where it has one."""
    found: dict[str, FieldChange] = {}
    for change in changes_between(before, after):
        whole = next((each for each in _WHOLE if change.path.startswith(each)), "")
        if _NOT_SHOWN.fullmatch(change.path):
            continue
        if whole:
            said = "on record" if change.before else "", "on record" if change.after else ""
            found.setdefault(whole, FieldChange(whole.rstrip("."), *said))
            continue
        found[change.path] = _field(change.path, change.before, change.after)
    return tuple(sorted(found.values(), key=_place))


def _field(path: str, before: str, after: str) -> FieldChange:
    name = path.removesuffix(".values") if path.startswith("facts.") else path
    bare = name.removeprefix("facts.")
    if bare in (facts.CUSTOMER, facts.LOCATION, facts.DATA_PLAN):
        name = bare
    elif name.startswith("profile."):
        name = "profile"
    for suffix in (".max_prefixes", ".max_prefixes_v6"):
        if name.endswith(suffix):
            name = name.removesuffix(suffix) + suffix.replace("_", "-")
    if not (path.startswith("vpns.") and path.endswith(".prefixes")):
        return FieldChange(name, before, after)
    old, new = (dict.fromkeys(text.split(", ")) if text else {} for text in (before, after))
    added, removed = ([each for each in one if each not in other] for one, other in ((new, old), (old, new)))
    return FieldChange(name, before, after, tuple(added), tuple(removed))


_ORDER: Sequence[str] = ("profile", "customer", "location", "data-plan", "facts.", "vpns.", "port.")


def _place(change: FieldChange) -> tuple[int, str]:
    found = [number for number, each in enumerate(_ORDER) if change.field.startswith(each)]
    return (*found, len(_ORDER))[0], change.field
