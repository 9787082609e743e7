"""Requests as YAML text: one from a record, and one to fill in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

from sci_cli.domain import facts
from sci_cli.domain.activation import AdminStatus
from sci_cli.domain.requests import Request, VpnWish

# What YAML 1.1 and 1.2 both take for text without quotes.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*")
_OTHER_TYPES = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_PREFIX = re.compile(r"[0-9]+\.[0-9.]+/[0-9]+")
_OWN = (facts.CUSTOMER, facts.LOCATION, facts.DATA_PLAN)
_PORT = {AdminStatus.DOWN: "shutdown", AdminStatus.UP: "no-shutdown"}

TEMPLATE = """\
# A request for `sci plan -f FILE` and `sci apply -f FILE`, or `sci new --file FILE`. Save it as UTF-8.
# Lines that begin with # are remarks. What is left out is left alone; nothing is removed by leaving it out.
# Several activations: a file for each in one folder, or several requests in a file with --- between them.
name: acme-hk-1
profile: $profile
customer: Acme Ltd
location:
  - Hong Kong
data-plan: 1 TB

# Facts as `sci set` takes them; `sci explain FACT` says what each is and what values it has.
# facts:
#   private-ip.active: 2
#   csp.account-id: "0123456789012345"
#   csp.account-status: active
#   cloud-type: vpc
#   security-products: [none]

# The Private IP VPNs, each with all its prefixes. Before the order it is one, the one that goes with it.
# vpns:
#   - name: CORP
#     prefixes:
#       - 10.20.0.0/16
#     max-prefixes: 1250
#     max-prefixes-v6: 100
#   - name: LAB
#     state: absent    # asks for its removal; needs --confirm acme-hk-1
# One VPN can also stand on lines of its own:
# vpn: CORP
# prefixes: [10.20.0.0/16]
# max-prefixes: 1250
# max-prefixes-v6: 100

# The admin status to ask for, shutdown or no-shutdown; needs a reason and --confirm acme-hk-1.
# port: shutdown
# reason: failover test
"""


def request_text(request: Request, remarks: Sequence[str] = ()) -> str:
    """The request as YAML that reads back as the same request.

    Args:
        request: what is wanted.
        remarks: lines above it, without the sign of a remark.
    """
    lines = [*(f"# {each}" for each in remarks), f"name: {_scalar(request.name)}"]
    if request.profile:
        lines.append(f"profile: {_scalar(request.profile)}")
    for fact_id in _OWN:
        lines += _fact(fact_id, request.facts.get(fact_id, ()), "", listed=fact_id == facts.LOCATION)
    others = [fact_id for fact_id in sorted(request.facts) if fact_id not in _OWN]
    lines += ["facts:"] if others else []
    for fact_id in others:
        lines += _fact(fact_id, request.facts[fact_id], "  ")
    lines += ["vpns:"] if request.vpns else []
    for vpn in request.vpns:
        lines += _vpn(vpn)
    if request.port is not None:
        lines.append(f"port: {_PORT[request.port]}")
    if request.reason:
        lines.append(f"reason: {_scalar(request.reason)}")
    return "\n".join(lines) + "\n"


def _fact(fact_id: str, values: Sequence[str], indent: str, *, listed: bool = False) -> Iterable[str]:
    if not values:
        return ()
    if len(values) == 1 and not listed:
        return (f"{indent}{_scalar(fact_id)}: {_scalar(values[0])}",)
    return (f"{indent}{_scalar(fact_id)}:", *(f"{indent}  - {_scalar(value)}" for value in values))


def _vpn(vpn: VpnWish) -> Iterable[str]:
    yield f"  - name: {_scalar(vpn.name)}"
    if vpn.absent:
        yield "    state: absent"
        return
    if vpn.prefixes:
        yield "    prefixes:"
        yield from (f"      - {_scalar(str(prefix))}" for prefix in vpn.prefixes)
    for key, number in (("max-prefixes", vpn.max_prefixes), ("max-prefixes-v6", vpn.max_prefixes_v6)):
        if number is not None:
            yield f"    {key}: {number}"


def _scalar(text: str) -> str:
    """The text as a scalar that no reader takes for anything but this text."""
    if _PREFIX.fullmatch(text) or (_PLAIN.fullmatch(text) and text.lower() not in _OTHER_TYPES):
        return text
    # A JSON text is a YAML text in double quotes; beyond ASCII it stays as it is.
    return json.dumps(text, ensure_ascii=False)
