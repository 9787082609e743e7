"""Commands about the order: sheet, place, record, verify, show."""

from typing import Annotated, Any

import typer

from sci_cli.cli import asking
from sci_cli.cli.options import ORDERS, At, Confirm, Name, Reason, command, when
from sci_cli.cli.places import places
from sci_cli.cli.session import Session
from sci_cli.errors import GateClosed

Number = Annotated[str, typer.Option("--number", metavar="NUMBER", help="The number Verizon gave the order.")]


def register(group: typer.Typer) -> None:
    """Add the commands of this module."""

    @command(
        group,
        "sheet",
        panel=ORDERS,
        table=True,
        examples=["sci order sheet acme-hk-1", "sci order sheet acme-hk-1 -o csv"],
    )
    def sheet(session: Session, name: Name) -> Any:
        """The order form's values to copy into the portal."""
        from sci_cli.operations import orders

        return orders.sheet(session.workspace, name)

    @command(
        group, "show", panel=ORDERS, examples=["sci order show acme-hk-1", "sci order show acme-hk-1 -o json"]
    )
    def show(session: Session, name: Name) -> Any:
        """The order as recorded."""
        from sci_cli.operations import orders

        return orders.show(session.workspace, name)

    @command(
        group,
        "place",
        panel=ORDERS,
        writes=True,
        examples=[
            "sci order place acme-hk-1",
            "sci order place acme-hk-1 --number VZ-778812 --confirm acme-hk-1 --accept-billing",
        ],
    )
    def place(
        session: Session,
        name: Name,
        number: Number = "",
        confirm: Confirm = "",
        accept_billing: Annotated[
            bool,
            typer.Option("--accept-billing", help="Accept that billing starts with this order.", metavar=""),
        ] = False,
        at: At = "",
        field: Annotated[
            list[str] | None,
            typer.Option(
                "--field", metavar="FIELD=VALUE", help="A form field as it was typed, to compare; repeat."
            ),
        ] = None,
        yes: Annotated[bool, typer.Option("--yes", hidden=True, metavar="")] = False,
    ) -> Any:
        """Record that the order was placed; refused until every gate holds."""
        from dataclasses import replace

        from sci_cli.operations import orders
        from sci_cli.operations.activations import parse_pairs

        loaded = session.workspace.load(name)
        profile = session.workspace.profile_of(loaded.activation)
        orders.require_placeable(
            profile, loaded.activation, session.clock(), accepted=accept_billing or not yes
        )
        asking.require_same(confirm, name)
        answered = _place_answers(session, name, number, confirm, accept_billing)
        typed = {key: values[-1] for key, values in parse_pairs(field or ()).items()}
        request = orders.PlaceRequest(answered, True, when(session, at), typed)
        mode = session.mode
        if mode.if_revision is None:
            mode = replace(mode, if_revision=loaded.activation.revision)
        return orders.place(session.workspace, name, request, mode)

    @command(
        group,
        "record",
        panel=ORDERS,
        writes=True,
        examples=[
            "sci order record acme-hk-1",
            'sci order record acme-hk-1 --number VZ-778812 --reason "placed by phone" --confirm acme-hk-1',
        ],
    )
    def record(
        session: Session,
        name: Name,
        number: Number = "",
        reason: Reason = "",
        confirm: Confirm = "",
        at: At = "",
    ) -> Any:
        """Record an order that was placed although the gates were closed; kept as a breach."""
        from sci_cli.operations import orders

        session.workspace.load(name)
        asking.require_same(confirm, name)
        needs = [
            asking.Need("number", "--number NUMBER", (number,), asking.text("number", "Order number")),
            asking.Need("reason", "--reason REASON", (reason,), asking.text("reason", "Why was it placed?")),
            asking.name_typed(name, "An order placed against the gates is recorded as a breach.", confirm),
        ]
        found = asking.answers(session, needs)
        return orders.record(
            session.workspace, name, found["number"], found["reason"], session.mode, when(session, at)
        )

    @command(
        group,
        "verify",
        panel=ORDERS,
        writes=True,
        examples=[
            "sci order verify acme-hk-1",
            'sci order verify acme-hk-1 --seen-csp "Example Cloud" --seen-data-plan "1 TB"'
            ' --seen-location "Hong Kong"',
        ],
    )
    def verify(
        session: Session,
        name: Name,
        seen_csp: Annotated[
            str, typer.Option("--seen-csp", metavar="TEXT", help="The provider as the portal shows it.")
        ] = "",
        seen_data_plan: Annotated[
            str,
            typer.Option("--seen-data-plan", metavar="TEXT", help="The data plan as the portal shows it."),
        ] = "",
        seen_location: Annotated[
            list[str] | None,
            typer.Option(
                "--seen-location", metavar="TEXT", help="The location as the portal shows it; repeat."
            ),
        ] = None,
        at: At = "",
    ) -> Any:
        """Compare the order with what Dynamic Network Manager shows."""
        from sci_cli.operations import verification

        if session.workspace.load(name).activation.order is None:
            verification.verify(
                session.workspace, name, {"csp": "-", "data-plan": "-", "location": "-"}, session.mode
            )
        rows = (
            ("csp", "--seen-csp PROVIDER", (seen_csp,), "Provider as the portal shows it"),
            ("data-plan", "--seen-data-plan PLAN", (seen_data_plan,), "Data plan as the portal shows it"),
        )
        needs = [
            asking.Need(key, option, given, asking.text(key, label)) for key, option, given, label in rows
        ]
        ask_places = places("Location as the portal shows it")
        needs.append(asking.Need("location", "--seen-location PLACE", tuple(seen_location or ()), ask_places))
        seen = asking.all_answers(session, needs)
        return verification.verify(session.workspace, name, seen, session.mode, when(session, at))


def _place_answers(session: Session, name: str, number: str, confirm: str, accepted: bool) -> str:
    """The order number; acceptance and name are required too, asked one by one on a terminal."""
    from sci_cli.ui.prompter import YesNoQuestion

    def accept(moment: asking.Moment) -> asking.Values:
        question = f"Do you accept that billing starts with the order for {name}?"
        if not moment.prompter.yes_no(YesNoQuestion("accept-billing", question)):
            raise GateClosed("Billing was not accepted; nothing was written.")
        return ("yes",)

    session.prompter.say(BILLING)
    needs = [
        asking.Need("number", "--number NUMBER", (number,), asking.text("number", "Order number")),
        asking.Need("accepted", "--accept-billing", ("yes",) if accepted else (), accept, confirms=True),
        asking.name_typed(
            name, lambda found: f"This records that order {found['number'][0]} is placed.", confirm
        ),
    ]
    return asking.answers(session, needs)["number"]


BILLING = (
    "The order often completes and starts billing on the day it is placed, "
    "whether the cloud account is ready or not."
)
