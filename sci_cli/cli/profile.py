"""Commands about the providers' profiles."""

from typing import Annotated, Any

import typer

from sci_cli.cli.options import PROVIDERS, command
from sci_cli.cli.reporting import Format, choose
from sci_cli.cli.session import Session

ProfileId = Annotated[
    str,
    typer.Argument(metavar="PROFILE", help="A profile's id, or the path of a YAML file.", show_default=False),
]


def register(group: typer.Typer) -> None:
    """Add the commands of this module."""

    @command(
        group, "list", panel=PROVIDERS, table=True, examples=["sci profile list", "sci profile list -o json"]
    )
    def list_(session: Session) -> Any:
        """The profiles there are."""
        from sci_cli.operations import knowledge

        return knowledge.profiles(session.workspace)

    @command(
        group,
        "show",
        panel=PROVIDERS,
        examples=["sci profile show my-provider", "sci profile show my-provider.yaml"],
    )
    def show(session: Session, profile: ProfileId) -> Any:
        """A profile's steps, owners, cautions and contacts."""
        from sci_cli.operations import knowledge

        return knowledge.profile(session.workspace, profile)

    @command(
        group,
        "check",
        panel=PROVIDERS,
        examples=[
            "sci profile check my-provider.yaml",
            "sci profile check my-provider",
            "sci profile check providers/one.yaml providers/two.yaml --format github",
        ],
    )
    def check(
        session: Session,
        profiles: Annotated[
            list[str] | None,
            typer.Argument(
                metavar="PROFILE...", help="Ids of profiles, or paths of YAML files.", show_default=False
            ),
        ] = None,
        format: Format = "",
    ) -> Any:
        """Whether profiles can be used; every problem with line and column."""
        choose(session, format)
        from sci_cli.operations.profile_checks import check_profiles

        return check_profiles(session.workspace, profiles or [])

    @command(
        group,
        "trust",
        panel=PROVIDERS,
        examples=["sci profile trust my-provider.yaml", "sci profile trust my-provider --yes"],
    )
    def trust(
        session: Session,
        profile: ProfileId,
        yes: Annotated[
            bool, typer.Option("--yes", help="Answer the yes/no question with yes.", metavar="")
        ] = False,
    ) -> Any:
        """Accept the people a profile of your own names as recipients of the hand-off."""
        from sci_cli.cli import asking
        from sci_cli.operations import knowledge

        found = session.workspace.catalogue.load(profile, check_trust=False)
        named = ", ".join(contact.email for contact in found.handoff.contacts) or "nobody"
        asking.confirm_yes(session, yes, f"Send the hand-off of {found.id} to {named}?")
        return knowledge.trust_profile(session.workspace, profile)
