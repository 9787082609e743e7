"""What the sample screens are made of: findings, VPNs, steps; invented companies, private addresses."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sci_cli.domain.activation import (
    Stamp,
    Vpn,
    VpnState,
)
from sci_cli.domain.findings import Finding, Severity
from sci_cli.domain.prefixes import parse_prefix
from sci_cli.domain.profile import Caution, Confidence, Contact
from sci_cli.errors import Command, sci
from sci_cli.operations import views

AT = datetime(2026, 3, 6, 14, 30, tzinfo=UTC)
BY_KIM = Stamp(AT, "kim", "customer")
HASH = "3f2a91c07b1d5e8846aa10b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6"
HEADER = views.Header("acme-hk-1", "Acme Ltd", "Nimbus Cloud", "Hong Kong", 14)
CORP = Vpn(
    "corp",
    (parse_prefix("10.20.0.0/16"), parse_prefix("10.30.0.0/16")),
    VpnState.ATTACHED,
    BY_KIM,
    max_prefixes=1000,
)
LAB = Vpn(
    "lab",
    (parse_prefix("10.30.4.0/22"), parse_prefix("10.40.0.0/16"), parse_prefix("2001:db8:4::/48")),
    VpnState.REQUESTED,
    BY_KIM,
    max_prefixes=1250,
)
STORES = Vpn(
    "stores",
    tuple(parse_prefix(f"10.50.{number}.0/24") for number in range(7)),
    VpnState.REMOVAL_REQUESTED,
    BY_KIM,
    max_prefixes=20,
    max_prefixes_v6=10,
)

OVERLAP = Finding(
    "vpn.prefix_overlap",
    Severity.BLOCKER,
    "VPN lab 10.30.4.0/22 lies inside VPN corp 10.30.0.0/16.",
    why="Private IP VPNs on one port must not overlap.",
    fix=("Leave 10.30.4.0/22 out of one of the two VPNs.",),
    clause="O12.3",
    details={"left": "10.30.4.0/22", "right": "10.30.0.0/16", "both": ("lab", "corp")},
)
MAX_EXCEEDED = Finding(
    "vpn.max_exceeded",
    Severity.BLOCKER,
    "25 of MAX 20 IPv4 prefixes: all VPNs of the port together would exceed the MAX of VPN stores.",
    fix=("Ask the Verizon account team for a higher MAX; the text below can be sent to them.",),
    clause="O12.3, O12.4",
    text="Request for a higher MAX: Private IP VPN stores\n\n"
    "Customer:       Acme Ltd\nMAX needed:     at least 25",
)
NO_ACCOUNT = Finding(
    "order.account_id_missing",
    Severity.BLOCKER,
    "No Nimbus Cloud account is on record.",
    why="Without an active account the connection cannot be activated, and billing starts anyway.",
    fix=(
        sci("set", "acme-sg-1", "csp.account-id=ACCOUNT-ID"),
        "The number is on the start page of the cloud console.",
    ),
    clause="O1.2",
    owner="Customer",
)
NO_NUMBER = Finding(
    "order.optional_missing",
    Severity.WARNING,
    "The cloud order number is not on record.",
    why="Installing takes longer without it.",
    fix=(
        sci(
            "set",
            "acme-sg-1",
            "csp.order-number=VALUE",
            note="when the customer has it from the cloud's own order page",
        ),
    ),
    clause="O4.2",
    owner="Customer",
)
NESTED = Finding(
    "vpn.prefix_nested",
    Severity.NOTE,
    "VPN corp: 10.20.1.0/24 lies inside 10.20.0.0/16 of the same VPN; that is normal routing, both count.",
)
LIMIT = Caution(
    "route-limit",
    "Nimbus Cloud takes 100 routes from one peer and says nothing about the rest.",
    ("port",),
    "Nimbus Cloud, limits of a virtual router",
    Confidence.UNCERTAIN,
)
IN_GUIDE = Caution(
    "same-day", "Billing starts on the day of the order.", (), "Sheet, line 3", Confidence.CONFIRMED, True
)
ROBIN = Contact("Robin Example", "Order support", "robin@example.net", date(2026, 1, 15))
ACCOUNT = views.FactRow("csp.account-id", "Cloud account ID", "1234567890123456", "16 digits as a rule")


def step(
    step_id: str,
    title: str,
    state: str,
    *,
    short: str = "",
    owners: tuple[str, ...] = ("customer",),
    text: str = "Customer",
    brief: str = "Cust",
    waits: tuple[str, ...] = (),
    since: datetime | None = None,
    late_for: str = "",
    commands: tuple[Command, ...] = (),
) -> views.StepRow:
    """A row as the operations make it."""
    closed = state in ("done", "skipped", "not-needed")
    return views.StepRow(
        id=step_id,
        title=title,
        short=short or title,
        phase="ordering",
        kind="confirm",
        state=state,
        reason=f"waits for {', '.join(waits)}" if waits else "",
        owners=owners,
        owners_mode="all",
        owners_text=text,
        owners_short=brief,
        open_parties=() if closed else owners,
        waits_for=waits,
        optional="",
        since=since,
        due=AT if late_for else None,
        late=bool(late_for),
        late_for=late_for,
        waiting_for="3 d" if state == "ready" else "",
        commands=commands,
    )


HANDOFF_STEP = step(
    "O9",
    "Send the configuration shown in Dynamic Network Manager to Nimbus Cloud",
    "ready",
    short="Send the configuration",
    owners=("customer", "verizon"),
    text="Customer and Verizon",
    brief="Cust+VZ",
    since=AT,
    late_for="1 d",
    commands=(sci("handoff", "acme-hk-1", "--attach", "SCREENPRINT"),),
)
PORTALS = step("P2", "Get access to the Verizon portals", "ready", commands=(sci("done", "acme-hk-1", "P2"),))
STEPS = (
    step("P1", "Be a Verizon Private IP customer", "done", since=AT),
    PORTALS,
    step("P3", "Review NAT for public cloud products", "not-needed"),
    step("O4", "Give the cloud order number", "skipped"),
    HANDOFF_STEP,
    step(
        "O10",
        "Nimbus Cloud validates and implements",
        "waiting",
        owners=("nimbus",),
        text="Nimbus Cloud",
        brief="Nim",
        waits=("O9",),
    ),
    step(
        "O11",
        "Establish end-to-end connectivity together with the account and engineering teams of Nimbus Cloud",
        "waiting",
        short="Establish end-to-end connectivity",
        owners=("customer", "verizon", "nimbus"),
        text="Customer, Verizon, and Nimbus Cloud",
        brief="Cust+VZ+Nim",
        waits=("P2", "O9", "O10"),
    ),
)
