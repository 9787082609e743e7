"""Commands that explain: explain, help, where, demo."""

from typing import Annotated, Any

import typer

from sci_cli.cli.options import EVERYDAY, SETTINGS, command
from sci_cli.cli.session import Session


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""

    @command(
        app,
        "explain",
        panel=SETTINGS,
        examples=["sci explain O5", "sci explain vpn.prefix_overlap", "sci explain max"],
    )
    def explain(
        session: Session,
        topic: Annotated[str, typer.Argument(metavar="ID", help="A step, clause, finding, fact or word.")],
        profile: Annotated[str, typer.Option("--profile", metavar="PROFILE", help="Which provider's.")] = "",
        activation: Annotated[
            str, typer.Option("--activation", metavar="NAME", help="As this activation's profile says.")
        ] = "",
    ) -> Any:
        """What stands behind a step, a finding, a fact or a word."""
        from sci_cli.operations import knowledge

        return knowledge.explain(session.workspace, topic, profile_id=profile, name=activation)

    @command(
        app, "help", panel=SETTINGS, examples=["sci help", "sci help exit-codes", "sci help environment"]
    )
    def help_(
        session: Session,
        topic: Annotated[str, typer.Argument(metavar="TOPIC", help="exit-codes, environment, files …")] = "",
    ) -> Any:
        """A page about a topic; without one, the topics there are."""
        from sci_cli.cli.topics import page

        return page(topic)

    @command(app, "where", panel=SETTINGS, examples=["sci where", "sci where --open"])
    def where(
        session: Session,
        open_: Annotated[bool, typer.Option("--open", help="Open the folder.", metavar="")] = False,
    ) -> Any:
        """Where the files are."""
        from sci_cli.operations import knowledge

        if open_:
            typer.launch(str(session.home()))
        address = session.address()
        return knowledge.where(session.workspace, address.shown if address else "")

    @command(app, "demo", panel=EVERYDAY, examples=["sci demo", "sci demo --keep sample"])
    def demo(
        session: Session,
        keep: Annotated[
            str, typer.Option("--keep", metavar="FOLDER", help="Keep the sample in this new folder.")
        ] = "",
    ) -> Any:
        """A complete sample activation in a temporary folder; asks nothing, touches nothing of yours."""
        from sci_cli.cli.demo import demonstrate

        demonstrate(session, keep)
