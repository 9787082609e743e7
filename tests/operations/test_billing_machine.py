"""No sequence of operations leads to an order that bills while something it needs is missing.

Random runs of everything a user can do, beside a second, independent statement of the rules, written from
the guide and not from the program.
"""

from __future__ import annotations

import ipaddress
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sci_cli.domain import gates
from sci_cli.domain.activation import Activation, AdminStatus, Vpn, VpnState
from sci_cli.domain.findings import Finding
from sci_cli.domain.gates import Asked
from sci_cli.domain.plain import canonical, from_plain, to_plain
from sci_cli.domain.profile import Gate, GateKind, Owners, Profile, StepKind
from sci_cli.errors import InvalidValue, SciError, StaleRevision, WrongUsage
from sci_cli.operations import (
    activations,
    bringing_back,
    checks,
    handoffs,
    orders,
    overview,
    ports,
    rebasing,
    steps,
    verification,
    vpn_plans,
    vpn_requests,
    vpns,
)
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.views import BroughtBackView
from sci_cli.operations.workspace import ChangeMode, changes_between
from sci_cli.store.contract import Loaded, Saved, check_first, reference
from tests.operations.build import (
    Desk,
    alibaba,
    picture,
    scratch_desk,
    wanted,
)
from tests.operations.build import vpn as a_vpn
from tests.store.memory import MemoryStore

# What the guide says, said a second time ------------------------------------------------------------------


def may_start_billing(told: Mapping[str, str], *, accepted: bool) -> bool:
    """Whether the guide lets the order be placed: steps P3, P4, O1, O2 and O3 in its own words."""
    has_active_account = bool(told.get("csp.account-id")) and told.get("csp.account-status") == "active"
    has_private_ip = int(told.get("private-ip.active", "0")) >= 1
    security_is_decided = bool(told.get("security-products"))
    kind = told.get("cloud-type", "")
    nat_is_settled = kind in ("vpc", "dedicated-vpc") or (
        kind == "public" and told.get("nat-review") == "reviewed"
    )
    return has_active_account and has_private_ip and security_is_decided and nat_is_settled and accepted


def settled(told: Mapping[str, str]) -> set[str]:
    """What of that is settled, each for itself."""
    each = {
        "account": bool(told.get("csp.account-id")) and told.get("csp.account-status") == "active",
        "private ip": int(told.get("private-ip.active", "0")) >= 1,
        "security": bool(told.get("security-products")),
        "nat": told.get("cloud-type", "") in ("vpc", "dedicated-vpc")
        or (told.get("cloud-type") == "public" and told.get("nat-review") == "reviewed"),
    }
    return {name for name, is_so in each.items() if is_so}


def may_share_a_port(on_port: Sequence[Vpn]) -> bool:
    """Whether the VPNs have separate addresses and their prefixes together stay within every MAX."""
    networks = [(vpn.name, ipaddress.ip_network(str(prefix))) for vpn in on_port for prefix in vpn.prefixes]
    for place, (name, one) in enumerate(networks):
        for other_name, other in networks[place + 1 :]:
            same_family = one.version == other.version
            if name != other_name and same_family and one.overlaps(other):
                return False
    for version in (4, 6):
        total = len({each for each in networks if each[1].version == version})
        limits = [
            limit
            for vpn in on_port
            if any(prefix.version == version for prefix in vpn.prefixes)
            and (limit := vpn.max_prefixes if version == 4 else vpn.max_prefixes_v6) is not None
        ]
        if limits and total > min(limits):
            return False
    return True


# What is typed --------------------------------------------------------------------------------------------

GOOD = {
    "csp.account-id": "1234567890123456",
    "csp.account-status": "active",
    "private-ip.active": "1",
    "security-products": "none",
    "cloud-type": "vpc",
    "nat-review": "reviewed",
}
VALUES: dict[str, tuple[str, ...]] = {
    "csp.account-id": ("1234567890123456", "9999999999"),
    "csp.account-status": ("active", "active", "pending", "suspended", "closed"),
    "private-ip.active": ("0", "1", "3"),
    "private-ip.ordered": ("0", "4"),
    "security-products": ("none", "hns-firewall"),
    "cloud-type": ("vpc", "dedicated-vpc", "public", "public"),
    "nat-review": ("reviewed", "open"),
    "customer": ("Acme Ltd", "Globex"),
    "location": ("Hong Kong", "Tokyo"),
    "data-plan": ("50 GB", "100 GB"),
    "csp.order-number": ("ALI-7",),
    "vlan-id": ("100", "2999"),
    "activation-date": ("2026-12-01",),
}
BAD = {
    "csp.account-id": ("12", "abc", "\u0663" * 12),
    "csp.account-status": ("yes", "true", ""),
    "private-ip.active": ("-1", "one", "1e3", "\u0663"),
    "security-products": ("none,hns-firewall", "unknown"),
    "cloud-type": ("no", "private"),
    "nat-review": ("y",),
    "no-such-fact": ("x",),
}
# Other contents of the profile: no gates and no order of steps; other owners, kinds and conditions.
CONTENTS = [
    alibaba(),
    replace(
        alibaba(), version="bare", gates=(), steps=tuple(replace(each, after=()) for each in alibaba().steps)
    ),
    replace(
        alibaba(),
        version="other",
        steps=tuple(
            replace(
                each,
                owners=Owners(("customer", "verizon", "alibaba")),
                closed_by=each.closed_by[:1],
                optional="why not" if each.kind is StepKind.FACTS else each.optional,
                closes_with="" if each.kind is StepKind.GO else each.closes_with,
                timer=None,
            )
            for each in alibaba().steps
            if each.id != "P2"
        ),
        reminders=(),
    ),
]
STEPS = [*(step.id for step in alibaba().steps), "o5", "X9"]
PARTIES = ["", "", "customer", "verizon", "alibaba", "Cust", "nobody"]
REASONS = ["", "said so", "corrected"]
PICTURES = [picture(b"one"), picture(b"two", "other.png")]
REQUESTS = [
    wanted("CORP", "10.20.0.0/16"),
    wanted("LAB", "10.30.0.0/16", maximum=3),
    wanted("LAB", "10.30.0.0/16", "10.31.0.0/16", maximum=None),
    wanted("EDGE", "10.20.4.0/22"),
    wanted("WIDE", "10.0.0.0/8", maximum=1000),
    wanted("MANY", *(f"10.40.{number}.0/24" for number in range(4)), maximum=6),
    wanted("SIX", "2001:db8:1::/48", "2001:db8:2::/48", maximum_v6=2),
    wanted("SIX2", "2001:db8:3::/48", maximum_v6=9),
    wanted("loop", "127.0.0.0/8"),
    wanted("lab", "192.0.2.0/24", maximum=50),
    wanted("EMPTY"),
]
NAMES = [*sorted({each.name for each in REQUESTS}), "NONE"]

a_mode = st.sampled_from(["real"] * 6 + ["trial", "current", "stale"])
a_request = st.sampled_from(REQUESTS)
a_name = st.sampled_from(NAMES)
a_reason = st.sampled_from(REASONS)


class ValueShelf(MemoryStore):
    """Keeps records as values and proves at every save that the plain form gives the same record again."""

    def __init__(self, out: Path) -> None:
        super().__init__(out)
        self.kept: dict[str, Activation] = {}
        self.text: dict[str, str] = {}
        self.apart: dict[str, Activation] = {}
        self.past: dict[int, Activation] = {}
        self.forgetful = False

    def names(self) -> tuple[str, ...]:
        """The names of all activations."""
        return tuple(sorted(self.kept))

    def load(self, name: str) -> Loaded:
        """The activation of that name."""
        return Loaded(self.kept[name], (), str(self.kept[name].revision))

    def earlier(self, activation: Activation, revision: int) -> Activation | None:
        """The revision as it was kept; none while the backups are forgotten."""
        return None if self.forgetful else self.past.get(revision)

    def kept_revisions(self, name: str) -> tuple[int, ...]:
        """Every revision, or none."""
        return () if self.forgetful else tuple(sorted(self.past))

    def create(self, activation: Activation) -> Saved:
        """Keeps a new activation."""
        check_first(activation)
        return self._put(None, activation)

    def _put(self, before: Activation | None, after: Activation) -> Saved:
        plain = to_plain(after)
        again = from_plain(Activation, plain)
        assert again == after
        self.kept[after.name], self.text[after.name] = again, canonical(plain)
        # Read a second time, so that it shares nothing with what the program is given.
        self.apart[after.name] = from_plain(Activation, plain)
        self.past[after.revision] = from_plain(Activation, plain)
        return Saved(before, again, True, (), str(again.revision))


@dataclass
class Told:
    """What people said, kept beside the program."""

    facts: dict[str, str] = field(default_factory=dict)
    acknowledged: int = 0
    allowed_when_placed: bool | None = None
    breached: bool = False
    security_when_placed: str | None = None


class OrderMachine(RuleBasedStateMachine):
    """Telling facts and placing orders, in any order, with right and wrong answers; and what always holds."""

    desk: Desk
    shelf: ValueShelf
    told: Told
    told_at: dict[int, dict[str, str]]

    @initialize(maximum=st.sampled_from([None, 2, 100]), head_start=st.sampled_from([0, 0, 1, 2, 3]))
    def begin(self, maximum: int | None, head_start: int) -> None:
        """One activation with its VPN: everything else open, all facts told, ordered, or verified."""
        self.desk = scratch_desk()
        self.shelf = ValueShelf(self.desk.ws.home / "out")
        self.desk.store = self.shelf
        object.__setattr__(self.desk.ws, "store", self.shelf)
        first = a_vpn("CORP", "10.20.0.0/16", maximum=maximum, state=VpnState.ON_ORDER)
        self.desk.begin(vpn=first)
        self.told_at = {}
        self.told = Told({"customer": "Acme Ltd", "location": "Hong Kong", "data-plan": "50 GB"})
        if head_start > 0:
            self.record_facts(GOOD, "real", "")
        if head_start > 1:
            self.order("SCI-2031", True, {}, "real")
        if head_start > 2:
            self.compare("Alibaba Cloud", "50 GB", ("Hong Kong",), "real")

    def teardown(self) -> None:
        """The history alone explains the record, to the byte what was saved; the temporary folder goes."""
        if hasattr(self, "desk"):
            shutil.rmtree(self.desk.ws.home, ignore_errors=True)
            self.history_explains_the_record()
            assert canonical(to_plain(self.now())) == self.shelf.text[self.desk.name]

    def history_explains_the_record(self) -> None:
        explained: dict[str, str] = {}
        for event in self.now().history:
            for change in event.changes:
                assert explained.get(change.path, "") == change.before, change
                explained[change.path] = change.after
        fresh = {each.path: each.after for each in changes_between(None, self.now())}
        assert {path: text for path, text in explained.items() if text} == fresh

    # How one operation goes ----------------------------------------------------------------------------

    def now(self) -> Activation:
        return self.shelf.kept[self.desk.name]

    def act(self, how: str, call: Callable[[ChangeMode], Outcome]) -> Outcome | None:
        """The outcome of an operation, None when it was refused or only tried; nothing may change then."""
        before, drafts = self.now(), self.desk.drafts()
        self.told_at[before.revision] = dict(self.told.facts)
        revision = {"stale": before.revision - 1, "current": before.revision}.get(how)
        mode = ChangeMode(dry_run=how == "trial", if_revision=revision)
        try:
            outcome = call(mode)
        except SciError as error:
            note(f"refused: {error.message}")
            assert not error.saved
            assert how != "stale" or isinstance(error, (StaleRevision, InvalidValue, WrongUsage))
            self.unchanged(before, drafts)
            return None
        assert how != "stale", "a change for an old revision was made"
        assert outcome.revision == self.now().revision
        assert outcome.head == str(self.now().revision)
        if how == "trial" or not outcome.changed:
            self.unchanged(before, drafts)
        else:
            self.told.acknowledged += 1
            assert self.now().revision == before.revision + 1
            assert self.now().history[:-1] == before.history
        assert outcome.error is None or outcome.error.saved == (outcome.changed and how != "trial")
        return None if how == "trial" else outcome

    def unchanged(self, before: Activation, drafts: list[str]) -> None:
        """The record is the same, itself and in every value, and no draft was left behind."""
        assert self.now() is before
        assert before == self.shelf.apart[self.desk.name]
        assert self.desk.drafts() == drafts

    # Facts ---------------------------------------------------------------------------------------------

    def record_facts(self, given: Mapping[str, str], how: str, reason: str) -> None:
        pairs = {fact: (value,) for fact, value in given.items()}
        outcome = self.act(
            how, lambda mode: activations.set_facts(self.desk.ws, self.desk.name, pairs, mode, reason=reason)
        )
        if outcome is not None:
            self.told.facts |= given

    @rule(data=st.data(), fact=st.sampled_from(sorted(VALUES)), how=a_mode, reason=a_reason)
    def set_one(self, data: st.DataObject, fact: str, how: str, reason: str) -> None:
        self.record_facts({fact: data.draw(st.sampled_from(VALUES[fact]))}, how, reason)

    @rule(left_out=st.sets(st.sampled_from(sorted(GOOD)), max_size=2), how=a_mode)
    def set_nearly_all(self, left_out: set[str], how: str) -> None:
        self.record_facts({k: v for k, v in GOOD.items() if k not in left_out}, how, "")

    @rule(
        left_out=st.sampled_from(sorted(GOOD)),
        kind=st.sampled_from(["vpc", "public"]),
        accepted=st.sampled_from([True, True, False]),
    )
    def order_in_a_hurry(self, left_out: str, kind: str, accepted: bool) -> None:
        hurried = GOOD | {"cloud-type": kind}
        self.record_facts({k: v for k, v in hurried.items() if k != left_out}, "real", "")
        self.order("SCI-2031", accepted, {}, "real")

    @rule(data=st.data(), fact=st.sampled_from(sorted(BAD)), reason=a_reason)
    def set_nonsense(self, data: st.DataObject, fact: str, reason: str) -> None:
        before, value = self.now(), data.draw(st.sampled_from(BAD[fact]))
        self.record_facts({"vlan-id": "7", fact: value}, "real", reason)
        assert self.now() is before

    # The order -----------------------------------------------------------------------------------------

    @rule(
        number=st.sampled_from(["SCI-2031", "SCI-2031", "SCI-2032", " "]),
        accepted=st.sampled_from([True, True, True, False]),
        fields=st.sampled_from([{}, {}, {"service-key": "K"}, {"csp-customer-id": "1234567890123456"}]),
        how=a_mode,
    )
    def place(self, number: str, accepted: bool, fields: dict[str, str], how: str) -> None:
        self.order(number, accepted, fields, how)

    def order(self, number: str, accepted: bool, fields: dict[str, str], how: str) -> None:
        allowed = may_start_billing(self.told.facts, accepted=accepted)
        request = orders.PlaceRequest(number, accepted, fields=fields)
        outcome = self.act(how, lambda mode: orders.place(self.desk.ws, self.desk.name, request, mode))
        if outcome is not None:
            assert allowed, "the order was placed while the guide forbids it"
            self.told.allowed_when_placed = allowed
            self.told.security_when_placed = self.told.facts["security-products"]
            form = {line.field: line.value for line in self.order_form()}
            assert form["service-key"] == ""
            assert form["csp-customer-id"] == self.told.facts["csp.account-id"]

    @rule(accepted=st.booleans())
    def a_trial_answers_as_the_real_thing(self, accepted: bool) -> None:
        placed = self.now().order is not None
        request = orders.PlaceRequest("SCI-1", accepted)
        try:
            orders.place(self.desk.ws, self.desk.name, request, ChangeMode(dry_run=True))
        except SciError:
            return
        assert not placed
        assert may_start_billing(self.told.facts, accepted=accepted)

    @rule()
    def the_go_is_given_only_when_the_guide_gives_it(self) -> None:
        verdict = checks.check(self.desk.ws, self.desk.name, purpose="order")
        if verdict.error is None and self.now().order is None:
            assert may_start_billing(self.told.facts, accepted=True)

    def order_form(self) -> Sequence[Any]:
        order = self.now().order
        assert order is not None
        return order.form

    def compare(self, csp: str, plan: str, place: tuple[str, ...], how: str) -> None:
        seen = {"csp": (csp,), "data-plan": (plan,), "location": place}
        self.act(how, lambda mode: verification.verify(self.desk.ws, self.desk.name, seen, mode))

    # What always holds ---------------------------------------------------------------------------------

    @invariant()
    def an_order_that_is_no_breach_was_allowed_by_the_guide(self) -> None:
        order = self.now().order
        if order is None:
            assert self.told.allowed_when_placed is None
            assert not self.told.breached
        elif order.breach:
            assert self.told.breached
        else:
            assert self.told.allowed_when_placed
            assert order.billing_accepted
            assert not order.unmet

    @invariant()
    def the_revision_counts_the_events_and_the_acknowledged_changes(self) -> None:
        known = self.now()
        assert known.revision == len(known.history) == 1 + self.told.acknowledged
        assert [event.sequence for event in known.history] == list(range(1, known.revision + 1))

    @invariant()
    def the_facts_are_what_people_said(self) -> None:
        known = self.now()
        assert {fact: known.fact(fact) for fact in known.facts} == self.told.facts

    @invariant()
    def security_products_stay_as_they_were_ordered(self) -> None:
        if self.told.security_when_placed is not None:
            # Of a breach in which nobody had decided, only that there are none may be said later.
            allowed = {self.told.security_when_placed, self.told.security_when_placed or "none"}
            assert self.now().fact("security-products") in allowed

    @invariant()
    def the_vpns_fit_on_one_port(self) -> None:
        assert may_share_a_port(self.now().vpns)
        names = [vpn.name.casefold() for vpn in self.now().vpns]
        assert len(names) == len(set(names))
        on_order = [vpn for vpn in self.now().vpns if vpn.state is VpnState.ON_ORDER]
        assert len(on_order) <= (1 if self.now().order is None else 0)


class EverythingMachine(OrderMachine):
    """Everything a user can do."""

    # Steps ---------------------------------------------------------------------------------------------

    @rule(
        step=st.sampled_from(STEPS),
        party=st.sampled_from(PARTIES),
        how=a_mode,
        remark=st.sampled_from(["", "noted"]),
    )
    def done(self, step: str, party: str, how: str, remark: str) -> None:
        request = steps.DoneRequest(step, party, note=remark)
        self.act(how, lambda mode: steps.done(self.desk.ws, self.desk.name, request, mode))

    @rule(step=st.sampled_from(STEPS), reason=a_reason, how=a_mode)
    def skip(self, step: str, reason: str, how: str) -> None:
        self.act(how, lambda mode: steps.skip(self.desk.ws, self.desk.name, step, reason, mode))

    @rule(step=st.sampled_from(STEPS), reason=a_reason, how=a_mode)
    def reopen(self, step: str, reason: str, how: str) -> None:
        self.act(how, lambda mode: steps.reopen(self.desk.ws, self.desk.name, step, reason, mode))

    @rule(text=st.sampled_from(["", "call on Monday", "two\nlines"]), step=st.sampled_from(["", *STEPS]))
    def remark(self, text: str, step: str) -> None:
        self.act("real", lambda mode: activations.note(self.desk.ws, self.desk.name, text, mode, step=step))

    # Another profile -----------------------------------------------------------------------------------

    @rule(new=st.sampled_from(CONTENTS), how=a_mode)
    def go_over(self, new: Profile, how: str) -> None:
        before, target = self.now(), rebasing.Target("", new, reference(new))
        outcome = self.act(how, lambda mode: rebasing.rebase(self.desk.ws, self.desk.name, target, mode))
        if outcome is not None:
            after = self.now()
            assert outcome.changed == (before.profile != target.ref)
            assert after.profile == target.ref
            said = {key: replace(each, carried=None) for key, each in after.steps.items()}
            assert all(said[key] == replace(each, carried=None) for key, each in before.steps.items())
            assert (after.facts, after.order, after.vpns) == (before.facts, before.order, before.vpns)

    # After the order -----------------------------------------------------------------------------------

    @precondition(lambda self: self.told.acknowledged > 6)
    @rule(reason=a_reason, how=a_mode)
    def record_breach(self, reason: str, how: str) -> None:
        def call(mode: ChangeMode) -> Outcome:
            return orders.record(self.desk.ws, self.desk.name, "SCI-9", reason, mode)

        if self.act(how, call) is not None:
            self.told.breached = True
            self.told.security_when_placed = self.told.facts.get("security-products", "")

    @rule(
        csp=st.sampled_from(["Alibaba Cloud", " alibaba  CLOUD", "Other"]),
        plan=st.sampled_from(["50 GB", "100 GB"]),
        place=st.sampled_from([("Hong Kong",), ("Tokyo",), ("Hong Kong", "Tokyo"), ()]),
        how=a_mode,
    )
    def verify(self, csp: str, plan: str, place: tuple[str, ...], how: str) -> None:
        self.compare(csp, plan, place, how)

    @rule(shot=st.sampled_from(PICTURES), again=st.booleans(), how=a_mode)
    def handoff(self, shot: Any, again: bool, how: str) -> None:
        request = handoffs.HandoffRequest(shot, to=("desk@example.net",), again=again)
        outcome = self.act(how, lambda mode: handoffs.handoff(self.desk.ws, self.desk.name, request, mode))
        if outcome is not None and outcome.changed:
            seen = self.now().verification
            assert seen is not None
            assert seen.matches

    @rule(stage=st.sampled_from(["received", "validating", "implementing", "done", "lost"]), how=a_mode)
    def stage(self, stage: str, how: str) -> None:
        self.act(how, lambda mode: handoffs.stage(self.desk.ws, self.desk.name, stage, mode))

    # VPNs and port -------------------------------------------------------------------------------------

    @rule(requests=st.lists(a_request, min_size=1, max_size=2), how=a_mode)
    def add_vpns(self, requests: list[vpn_requests.VpnRequest], how: str) -> None:
        self.act(how, lambda mode: vpns.add(self.desk.ws, self.desk.name, requests, mode))

    @rule(request=a_request, how=a_mode)
    def update_vpn(self, request: vpn_requests.VpnRequest, how: str) -> None:
        self.act(how, lambda mode: vpns.update(self.desk.ws, self.desk.name, request, mode))

    @rule(name=a_name, reason=a_reason, how=a_mode)
    def remove_vpn(self, name: str, reason: str, how: str) -> None:
        self.act(how, lambda mode: vpns.remove(self.desk.ws, self.desk.name, name, mode, reason=reason))

    @rule(name=a_name, withdraw=st.booleans(), how=a_mode)
    def confirm_vpn(self, name: str, withdraw: bool, how: str) -> None:
        self.act(how, lambda mode: vpns.confirm(self.desk.ws, self.desk.name, name, mode, withdraw=withdraw))

    @rule(adding=st.lists(a_request, max_size=2), removing=st.lists(a_name, max_size=1))
    def plan_vpns(self, adding: list[vpn_requests.VpnRequest], removing: list[str]) -> None:
        before = self.now()
        try:
            outcome = vpn_plans.plan(self.desk.ws, self.desk.name, adding, removing)
        except SciError:
            pass
        else:
            assert not outcome.changed
        assert self.now() is before

    @rule(status=st.sampled_from([AdminStatus.UP, AdminStatus.DOWN]), reason=a_reason, how=a_mode)
    def ask_port(self, status: AdminStatus, reason: str, how: str) -> None:
        self.act(how, lambda mode: ports.request_status(self.desk.ws, self.desk.name, status, reason, mode))

    @rule(withdraw=st.booleans(), how=a_mode)
    def confirm_port(self, withdraw: bool, how: str) -> None:
        self.act(how, lambda mode: ports.confirm(self.desk.ws, self.desk.name, mode, withdraw=withdraw))

    @rule(text=st.sampled_from(["shutdown", "No Shutdown", "up"]), how=a_mode)
    def see_port(self, text: str, how: str) -> None:
        self.act(how, lambda mode: ports.seen(self.desk.ws, self.desk.name, text, mode))

    # Going back ----------------------------------------------------------------------------------------

    def go_back(self, how: str, forgetful: bool, call: Callable[[ChangeMode], Outcome]) -> None:
        """What people recorded is what it was; the world, and what a billing gate waits for, stays."""
        before, told = self.now(), dict(self.told.facts)
        self.shelf.forgetful = forgetful
        outcome = self.act(how, call)
        self.shelf.forgetful = False
        if outcome is None or not outcome.changed:
            return
        view, now = outcome.view, self.now()
        assert isinstance(view, BroughtBackView)
        self.told.facts = dict(self.told_at[view.back_to])
        then = self.shelf.past[view.back_to]
        assert (now.facts, now.steps, now.notes) == (then.facts, then.steps, then.notes)
        assert now.history[-1].back_to == view.back_to
        assert (now.order, now.handoffs, now.port) == (before.order, before.handoffs, before.port)
        if before.order is not None:
            assert now.vpns == before.vpns
            assert now.verification in (before.verification, None) or now.history[-1].command == "undo"
        else:
            assert settled(self.told.facts) <= settled(told)
        if now.history[-1].command == "undo":
            assert replace(now, revision=0, history=()) == replace(then, revision=0, history=())

    @rule(how=a_mode, forgetful=st.booleans())
    def undo(self, how: str, forgetful: bool) -> None:
        self.go_back(
            how, forgetful, lambda mode: bringing_back.undo(self.desk.ws, self.desk.name, mode, reason="")
        )

    @rule(how=a_mode, forgetful=st.booleans(), back=st.integers(min_value=-1, max_value=8), reason=a_reason)
    def restore(self, how: str, forgetful: bool, back: int, reason: str) -> None:
        revision = self.now().revision - back

        def call(mode: ChangeMode) -> Outcome:
            return bringing_back.restore(self.desk.ws, self.desk.name, revision, reason, mode)

        self.go_back(how, forgetful, call)

    # Time, and reading ---------------------------------------------------------------------------------

    @rule(passed=st.sampled_from([timedelta(seconds=1), timedelta(days=3), timedelta(hours=-5)]))
    def clock_moves(self, passed: timedelta) -> None:
        self.desk.clock.moment += passed

    @rule()
    def clock_of_another_century(self) -> None:
        right = self.desk.clock.moment
        self.desk.clock.moment = datetime(1999, 1, 1, tzinfo=right.tzinfo)
        before = self.now()
        self.act("real", lambda mode: activations.note(self.desk.ws, self.desk.name, "late", mode))
        assert self.now() is before
        self.desk.clock.moment = right

    @rule()
    def look(self) -> None:
        before, ws, name = self.now(), self.desk.ws, self.desk.name
        for outcome in (
            overview.status(ws, name),
            overview.list_all(ws),
            overview.next_steps(ws, name),
            overview.history(ws, name),
            checks.check(ws, name),
            checks.check(ws, name, purpose="handoff"),
            orders.sheet(ws, name),
            orders.show(ws, name),
            vpns.listing(ws, name),
            ports.show(ws, name),
        ):
            assert not outcome.changed
        assert self.now() is before


HOW = settings(
    max_examples=200,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
# Short runs: a fact once told is never untold. Nothing is shrunk: what counts is that it is noticed at all.
SABOTAGE = settings(
    HOW,
    max_examples=3000,
    stateful_step_count=6,
    phases=[Phase.generate],
    database=None,
    derandomize=True,
)

TestBilling = EverythingMachine.TestCase
TestBilling.settings = HOW


# The machine notices what it is for ------------------------------------------------------------------------


def _open_gate(_asked: Asked, _gate: Gate) -> list[Finding]:
    return []


@pytest.mark.parametrize(
    "kind",
    [
        GateKind.ACCOUNT_ACTIVE,
        GateKind.PRIVATE_IP_ACTIVE,
        GateKind.SECURITY_DECIDED,
        GateKind.NAT_REVIEWED,
    ],
)
def test_the_second_statement_of_the_rules_notices_a_gate_that_is_gone(
    kind: GateKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(gates._GATES, kind, _open_gate)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(OrderMachine, settings=SABOTAGE)


def test_the_second_statement_of_the_rules_notices_that_nobody_accepts_billing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    careful = orders.require_placeable

    def careless(
        profile: Profile, activation: Activation, now: datetime, *, accepted: bool
    ) -> tuple[Finding, ...]:
        return careful(profile, activation, now, accepted=True)

    monkeypatch.setattr(orders, "require_placeable", careless)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(OrderMachine, settings=SABOTAGE)


def test_the_second_statement_of_the_rules_notices_vpns_that_are_not_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(vpns, "require_rules", lambda *_: ())
    longer = settings(SABOTAGE, stateful_step_count=30)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(EverythingMachine, settings=longer)


def test_the_second_statement_of_the_rules_notices_an_undo_that_opens_a_gate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bringing_back, "_require_gates_closed", lambda *_: None)
    longer = settings(SABOTAGE, stateful_step_count=30)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(EverythingMachine, settings=longer)


def test_the_second_statement_of_the_rules_notices_an_undo_of_what_happened_in_the_world(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bringing_back, "require_undoable", lambda *_: None)
    longer = settings(SABOTAGE, stateful_step_count=30)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(EverythingMachine, settings=longer)
