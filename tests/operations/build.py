"""What tests of the rules and operations are built from: profiles, a desk to work at, requests, pictures.

Companies, names and addresses are invented.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

import pytest

from sci_cli.domain.activation import Activation, Fact, ProfileRef, Stamp, Vpn, VpnState
from sci_cli.domain.prefixes import parse_prefix
from sci_cli.domain.profile import Profile
from sci_cli.errors import ProfileNotFound, SciError
from sci_cli.operations import activations, handoffs, orders, steps, verification, vpn_requests, vpns
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.workspace import ChangeMode, Workspace
from sci_cli.profiles import Catalogue, parse_profile, shipped_profiles_dir
from sci_cli.readers.screen_print import ScreenPrint
from tests.store.memory import MemoryStore

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
USER = "account.manager"
STAMP = Stamp(NOON, USER)
FOR_REAL = ChangeMode()
TRIAL = ChangeMode(dry_run=True)
NAME = "acme-hk-1"
NIMBUS = "globex-nim-1"

# Everything the order of the shipped profile waits for, apart from who accepts billing.
FACTS = (
    "csp.account-id=1234567890123456",
    "csp.account-status=active",
    "private-ip.active=1",
    "security-products=none",
    "cloud-type=vpc",
)
NIMBUS_FACTS = (
    "csp.service-key=KEY-0001",
    "csp.account-id=12345678",
    "csp.account-status=active",
    "private-ip.active=2",
    "security-products=none",
    "cloud-type=vpc",
)
SEEN = {"csp": ("Alibaba Cloud",), "data-plan": ("50 GB",), "location": ("Hong Kong",)}
NIMBUS_SEEN = {"csp": ("Nimbus",), "data-plan": ("50 GB",), "location": ("Hong Kong",)}
DESK = "desk@nimbus.example.net"


@cache
def alibaba() -> Profile:
    """The shipped profile."""
    path = shipped_profiles_dir() / "alibaba-cloud.yaml"
    return parse_profile(path.read_bytes(), name=path.name)


@cache
def nimbus() -> Profile:
    """The invented provider with another flow."""
    path = Path(__file__).parent.parent / "profiles" / "fictitious.yaml"
    return parse_profile(path.read_bytes(), name=path.name)


class ReadOnce(Catalogue):
    """The shipped and the invented profile, each read once for all tests."""

    def load(self, id_or_path: str, *, check_trust: bool = True) -> Profile:
        """The profile of that id."""
        known = {"alibaba-cloud": alibaba, "nimbus-cloud": nimbus}
        if id_or_path not in known:
            raise ProfileNotFound(f"There is no profile {id_or_path!r}.")
        return known[id_or_path]()


@dataclass
class Clock:
    """A clock that moves by command only."""

    moment: datetime = NOON

    def __call__(self) -> datetime:
        """The time it shows."""
        return self.moment

    def tick(self, **passed: float) -> datetime:
        """Moves on by so many days, hours, minutes or seconds, one minute unless told."""
        self.moment += timedelta(**passed) if passed else timedelta(minutes=1)
        return self.moment


@dataclass
class Desk:
    """A workspace with its clock and store at hand, and the operations tests need over and over."""

    ws: Workspace
    clock: Clock
    store: MemoryStore
    name: str = NAME

    def record(self) -> Activation:
        """The activation as stored."""
        return self.store.load(self.name).activation

    def begin(self, profile: str = "alibaba-cloud", vpn: Vpn | None = None, name: str = "") -> Outcome:
        """Starts the activation."""
        self.name = name or (NIMBUS if profile == "nimbus-cloud" else NAME)
        wanted = activations.NewActivation(
            self.name, profile, "Acme Ltd", ("Hong Kong",), "50 GB", vpn or corp()
        )
        return activations.new(self.ws, wanted, FOR_REAL)

    def set(self, *pairs: str, reason: str = "", mode: ChangeMode = FOR_REAL) -> Outcome:
        """Records facts."""
        given = activations.parse_pairs(pairs)
        return activations.set_facts(self.ws, self.name, given, mode, reason=reason)

    def done(
        self,
        step: str,
        party: str = "",
        *,
        at: datetime | None = None,
        note: str = "",
        evidence: tuple[steps.EvidenceFile, ...] = (),
        mode: ChangeMode = FOR_REAL,
    ) -> Outcome:
        """Records a step as done."""
        request = steps.DoneRequest(step, party, at, note, evidence)
        return steps.done(self.ws, self.name, request, mode)

    def place(self, number: str = "SCI-2031", *, accept: bool = True, mode: ChangeMode = FOR_REAL) -> Outcome:
        """Records that the order was placed."""
        return orders.place(self.ws, self.name, orders.PlaceRequest(number, accept), mode)

    def verify(self, mode: ChangeMode = FOR_REAL, **seen: Sequence[str]) -> Outcome:
        """Compares with the portal; keywords `csp`, `plan` and `location` replace what matches."""
        shown: dict[str, Sequence[str]] = dict(NIMBUS_SEEN if self.name == NIMBUS else SEEN)
        shown |= {{"plan": "data-plan"}.get(key, key): values for key, values in seen.items()}
        return verification.verify(self.ws, self.name, shown, mode)

    def handoff(
        self,
        shot: ScreenPrint | None = None,
        *,
        again: bool = False,
        to: tuple[str, ...] = (),
        cc: tuple[str, ...] = (),
        message: str = "",
        mode: ChangeMode = FOR_REAL,
    ) -> Outcome:
        """Writes the draft for the provider."""
        to = to or ((DESK,) if self.name == NIMBUS else ())
        request = handoffs.HandoffRequest(shot or picture(), to, cc, message, again)
        return handoffs.handoff(self.ws, self.name, request, mode)

    def add(self, *requests: vpn_requests.VpnRequest, mode: ChangeMode = FOR_REAL) -> Outcome:
        """Asks for VPNs on the port."""
        return vpns.add(self.ws, self.name, requests, mode)

    def drafts(self) -> list[str]:
        """The names of the drafts that exist."""
        return sorted(path.name for path in self.store.out_path("x").parent.iterdir())


def open_desk(folder: Path) -> Desk:
    """A desk over a store in memory; drafts go below the folder."""
    clock, store = Clock(), MemoryStore(folder / "out")
    catalogue = ReadOnce(shipped_profiles_dir(), None)
    return Desk(Workspace(folder, store, catalogue, clock, USER), clock, store)


def scratch_desk() -> Desk:
    """A desk over a new temporary folder, for tests that run many times."""
    return open_desk(Path(tempfile.mkdtemp(prefix="sci-test-")))


def started(folder: Path, profile: str = "alibaba-cloud", vpn: Vpn | None = None) -> Desk:
    """An activation with customer, location, data plan and the VPN of the order, and nothing else."""
    desk = open_desk(folder)
    desk.begin(profile, vpn)
    return desk


def clear_to_place(folder: Path, vpn: Vpn | None = None) -> Desk:
    """An activation whose order may be placed."""
    desk = started(folder, vpn=vpn)
    desk.set(*FACTS)
    return desk


def ordered(folder: Path, vpn: Vpn | None = None) -> Desk:
    """An activation whose order is placed; its VPN is on the port."""
    desk = clear_to_place(folder, vpn)
    desk.place()
    return desk


def verified(folder: Path) -> Desk:
    """An activation whose port is as ordered."""
    desk = ordered(folder)
    desk.verify()
    return desk


def corp(*prefixes: str, maximum: int | None = 100, state: VpnState = VpnState.ON_ORDER) -> Vpn:
    """The VPN that goes with the order."""
    return vpn("CORP", *(prefixes or ("10.20.0.0/16",)), maximum=maximum, state=state)


def vpn(
    name: str,
    *prefixes: str,
    maximum: int | None = 100,
    maximum_v6: int | None = None,
    state: VpnState = VpnState.ATTACHED,
) -> Vpn:
    """A VPN with these prefixes."""
    return Vpn(name, tuple(map(parse_prefix, prefixes)), state, STAMP, maximum, maximum_v6)


def wanted(
    name: str, *prefixes: str, maximum: int | None = 100, maximum_v6: int | None = None
) -> vpn_requests.VpnRequest:
    """A request for a VPN."""
    return vpn_requests.VpnRequest(name, tuple(map(parse_prefix, prefixes)), maximum, maximum_v6)


def blocks(count: int, base: int = 0) -> tuple[str, ...]:
    """So many separate IPv4 prefixes of documentation and private space."""
    return tuple(f"10.{base + number // 256}.{number % 256}.0/24" for number in range(count))


def picture(data: bytes = b"a screen print", filename: str = "port.png") -> ScreenPrint:
    """A screen print as read."""
    sha256 = hashlib.sha256(data).hexdigest()
    return ScreenPrint(filename, "png", data, sha256, len(data), 800, 600)


def activation(profile: Profile | None = None, /, **recorded: str | tuple[str, ...]) -> Activation:
    """An activation in memory; keywords are facts, with `_` for `-` and `__` for a dot."""
    facts = {
        key.replace("__", ".").replace("_", "-"): Fact((text,) if isinstance(text, str) else text, STAMP)
        for key, text in recorded.items()
    }
    ref = ProfileRef((profile or alibaba()).id, "0" * 64)
    return Activation(NAME, 1, ref, STAMP, facts=facts)


def decided_everything(profile: Profile | None = None, /, **changes: str | tuple[str, ...]) -> Activation:
    """An activation in memory whose order may be placed but for the changes; an empty text drops a fact."""
    known: dict[str, str | tuple[str, ...]] = {
        "customer": "Acme Ltd",
        "location": "Hong Kong",
        "data_plan": "50 GB",
        "csp__account_id": "1234567890123456",
        "csp__account_status": "active",
        "private_ip__active": "1",
        "security_products": "none",
        "cloud_type": "vpc",
        "csp__order_number": "ALI-7",
    }
    kept = {key: text for key, text in (known | changes).items() if text}
    return replace(activation(profile, **kept), vpns=(corp(),))


E = TypeVar("E", bound=SciError)


def refused(desk: Desk, kind: type[E], act: Callable[[], object]) -> E:
    """The error of an act that must fail and leave the record and the drafts as they are."""
    before, drafts = desk.store.load(desk.name), desk.drafts()
    with pytest.raises(kind) as caught:
        act()
    assert type(caught.value) is kind
    assert desk.store.load(desk.name) == before
    assert desk.drafts() == drafts
    return caught.value


def codes(found: Sequence[object]) -> list[str]:
    """The codes of findings, in order."""
    return [str(getattr(each, "code", "")) for each in found]


def lines(outcome: Outcome) -> tuple[str, ...]:
    """The sentences of an outcome's view."""
    said: tuple[str, ...] = getattr(outcome.view, "lines", ())
    return said


def typed(fixes: Sequence[object]) -> list[str]:
    """Fixes as typed on a command line, or as they stand."""
    return [" ".join(getattr(each, "words", ())) or str(each) for each in fixes]


def changes(desk: Desk) -> list[tuple[str, str, str]]:
    """The changes of the last event as (path, before, after)."""
    return [(each.path, each.before, each.after) for each in desk.record().history[-1].changes]
