"""The questions of `sci new`, in order; those about the VPN of the order may be left for later."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from sci_cli.cli import asking
from sci_cli.cli.asking import Answers, Moment, Need, Values
from sci_cli.cli.numbers import whole
from sci_cli.cli.places import places
from sci_cli.cli.session import Session
from sci_cli.domain.activation import VpnState
from sci_cli.domain.findings import Finding, blockers
from sci_cli.domain.names import vpn_name_problem
from sci_cli.errors import RuleViolation, SciError, WrongUsage
from sci_cli.operations import activations, vpn_requests
from sci_cli.operations.workspace import ChangeMode
from sci_cli.readers.prefix_lists import PrefixTable

if TYPE_CHECKING:
    from sci_cli.cli.requests import NewRequest

LATER = "later"

_BETWEEN_PREFIXES = re.compile(r"[ ,;\t]+")


def needs_of_new(session: Session, given: "NewRequest", table: PrefixTable | None) -> list[Need]:
    """What `sci new` needs; `table` is the prefix list that was given.

    Raises:
        WrongUsage: the list names several VPNs and nobody can be asked which one goes on the order.
    """
    entries = session.workspace.catalogue.entries()
    usable = [(entry.id, f"{entry.name} ({entry.id})") for entry in entries if not entry.problem]

    def name_problem(text: str) -> str | None:
        return _problem(lambda: activations.require_free_name(session.workspace, text))

    ask_name = asking.text("name", "Name of the activation", hint="such as acme-hk-1", check=name_problem)
    ask_profile = asking.choice("profile", "Which provider?", usable)
    ask_places = places("Installation location", "such as Hong Kong")
    ask_plan = asking.text("data-plan", "Data plan", hint="such as 1 TB")
    return [
        Need("name", "NAME", (given.name,), ask_name),
        Need("profile", "--profile PROFILE", (given.profile,), ask_profile),
        Need("customer", "--customer CUSTOMER", (given.customer,), asking.text("customer", "Customer")),
        Need("location", "--location PLACE", given.locations, ask_places),
        Need("data_plan", "--data-plan PLAN", (given.data_plan,), ask_plan),
        *_vpn_needs(session, given, table),
    ]  # fmt: skip


def _problem(try_it: Callable[[], object]) -> str | None:
    try:
        try_it()
    except SciError as refusal:
        return refusal.message
    return None


# The VPN of the order --------------------------------------------------------------------------------------


def _vpn_needs(session: Session, given: "NewRequest", table: PrefixTable | None) -> list[Need]:
    named = [name for name in table.by_vpn() if name] if table else []
    vpn = given.vpn or (named[0] if len(named) == 1 else "")
    begun = bool(given.prefixes or table or given.max_prefixes or given.max_prefixes_v6)
    if not vpn and len(named) > 1 and not session.prompter.interactive:
        raise _one_vpn(session, named)
    ask_name = (
        asking.choice("vpn", "Which VPN of the file goes on the order?", [(each, each) for each in named])
        if len(named) > 1
        else _ask_vpn(required=begun)
    )

    def has(version: int) -> Callable[[Answers], bool]:
        def wanted(answers: Answers) -> bool:
            texts = (*answers.get("prefix", ()), *(str(row.prefix) for row in (table.rows if table else ())))
            return bool(answers.get("vpn")) and any((":" in text) is (version == 6) for text in texts)

        return wanted

    return [
        Need("vpn", "--vpn VPN", (vpn,), ask_name, optional=not begun),
        Need(
            "prefix",
            "--prefix PREFIX",
            given.prefixes,
            _ask_prefixes(session, required=bool(vpn) or begun),
            wanted=lambda answers: table is None and bool(answers.get("vpn")),
        ),
        Need("max-prefixes", "--max-prefixes MAX", (given.max_prefixes,),
             _ask_maximum("max-prefixes", "MAX of the VPN"), wanted=has(4), optional=True),
        Need("max-prefixes-v6", "--max-prefixes-v6 MAX", (given.max_prefixes_v6,),
             _ask_maximum("max-prefixes-v6", "MAX of the VPN for IPv6"), wanted=has(6), optional=True),
    ]  # fmt: skip


def _one_vpn(session: Session, named: list[str]) -> WrongUsage:
    return WrongUsage(
        f"The file names {len(named)} VPNs, {', '.join(named[:-1])} and {named[-1]}; one goes on the order.",
        why="The others are added to the port once the order is placed.",
        fix=[asking.continued(session, [("--vpn VPN", (each,))]) for each in named[:2]],
    )


def _ask_vpn(*, required: bool) -> asking.Ask:
    from sci_cli.ui.prompter import TextQuestion

    def check(text: str) -> str | None:
        return None if _put_off(text) and not required else vpn_name_problem(text)

    def ask(moment: Moment) -> Values:
        text = moment.prompter.text(
            TextQuestion(
                "vpn",
                "VPN of the order",
                hint="its name" if required else "its name, or later",
                default=(*moment.before, "")[0],
                required=required,
                check=check,
            )
        )
        return () if _put_off(text) and not required else (text,)

    return ask


def _put_off(text: str) -> bool:
    return text.casefold() in ("", LATER)


def _ask_prefixes(session: Session, *, required: bool) -> asking.Ask:
    from sci_cli.ui.prompter import TextQuestion

    def ask(moment: Moment) -> Values:
        def check(text: str) -> str | None:
            if _put_off(text) and not required:
                return None
            return _prefix_problem(session, moment.answers, text)

        more = "" if required else ", or later"
        question = TextQuestion(
            "prefixes",
            "Its prefixes",
            hint=f"spaces or commas between{more}",
            default=" ".join(moment.before),
            required=required,
            check=check,
        )
        text = moment.prompter.text(question)
        if _put_off(text) and not required:
            vpn = moment.answers["vpn"][0]
            moment.prompter.say(f"VPN {vpn} is left out: it goes on record with its prefixes.")
            return ()
        return _split(text)

    return ask


def _split(text: str) -> Values:
    return tuple(part for part in _BETWEEN_PREFIXES.split(text) if part)


def _prefix_problem(session: Session, answers: Answers, text: str) -> str | None:
    """What is wrong with the prefixes by themselves, or with putting them on the port."""
    try:
        request = vpn_requests.VpnRequest(
            answers["vpn"][0], vpn_requests.parse_prefixes(_split(text), "The list")
        )
        vpn, _ = vpn_requests.new_vpn(session.workspace, request, VpnState.ON_ORDER)
    except SciError as refusal:
        return " ".join([refusal.message, *refusal.why])
    name, profile, customer, plan = (answers[key][0] for key in ("name", "profile", "customer", "data_plan"))
    wanted = activations.NewActivation(name, profile, customer, answers["location"], plan, vpn)
    try:
        activations.new(session.workspace, wanted, ChangeMode(dry_run=True))
    except RuleViolation as refusal:
        findings = [each for each in refusal.findings if isinstance(each, Finding)]
        return " ".join(each.message for each in blockers(findings))
    except SciError:
        return None  # it is about another answer, and said when the record is made
    return None


def _ask_maximum(key: str, label: str) -> asking.Ask:
    from sci_cli.ui.prompter import TextQuestion

    def check(text: str) -> str | None:
        return _problem(lambda: vpn_requests.parse_maximum(whole(text, "MAX"), "MAX"))

    def ask(moment: Moment) -> Values:
        question = TextQuestion(
            key,
            label,
            hint="a number; Enter alone if not known",
            default=(*moment.before, "")[0],
            required=False,
            check=check,
        )
        text = moment.prompter.text(question)
        return (text,) if text else ()

    return ask
