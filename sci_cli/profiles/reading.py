"""From the bytes of a profile file to a checked Profile, or to one error that lists every problem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sci_cli.errors import InvalidFile
from sci_cli.profiles.problems import Node, Problem, problems_error
from sci_cli.profiles.values import FORMAT
from sci_cli.safety.text import visible

if TYPE_CHECKING:
    from sci_cli.domain.profile import Profile


def parse_profile(data: bytes, *, name: str) -> Profile:
    """The profile in these bytes, with every reference checked.

    Args:
        data: the bytes of a YAML file nobody vouches for.
        name: the file's name for messages.

    Raises:
        InvalidFile: the file is not YAML as accepted here (the message names line and column), or it is not a
            sound profile: then `why` has one line `NAME:LINE:COLUMN: PATH: SENTENCE` for each problem.
    """
    # YAML and pydantic are loaded here because commands on running activations need neither.
    from sci_cli.profiles import checks, document
    from sci_cli.safety import strict_yaml

    tree = strict_yaml.load(data, name=name)
    if not isinstance(tree.value, dict):
        raise InvalidFile(
            f"{visible(name)}:1:1: A profile is a mapping: lines of the form `key: value`, "
            f"the first of them `format: {FORMAT}`.",
            fix="Compare the file with docs/profile-format.md.",
        )
    root = Node(tree.value)
    outdated = _format_problem(root)
    if outdated:
        # Nothing else can be judged in a layout this program does not know.
        raise problems_error(name, tree, [outdated])
    read, problems = document.read(tree.value)
    problems += checks.cross_problems(root)
    if read is None or problems:
        raise problems_error(name, tree, problems)
    return read.to_domain()


def _format_problem(root: Node) -> Problem | None:
    """What is wrong with the layout number, if there is one; `schema`, a common name for it, counts too."""
    given = root.at("format")
    if not given.present:
        given = root.at("schema")
    if not given.present:
        return None
    number = given.text
    if not (number.isascii() and number.isdigit()) or len(number) > 9 or int(number) < 1:
        return Problem(
            given.path,
            f"the format (schema version) of a profile is a number, at present {FORMAT}.",
        )
    if int(number) > FORMAT:
        return Problem(
            given.path,
            f"the file has format {int(number)}, made for a newer version of this program, "
            f"which reads format {FORMAT}.",
        )
    return None


def profile_digest(profile: Profile) -> str:
    """SHA-256 in hex over the canonical text of the profile: equal for equal content, whatever its layout."""
    from sci_cli.domain.plain import digest

    return digest(profile)


def profile_schema() -> dict[str, Any]:
    """The JSON Schema of a profile file, for editors; references between parts are beyond it."""
    from sci_cli.profiles import document

    return document.schema()
