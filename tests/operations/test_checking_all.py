"""Checks over many things at once: every activation, several profiles; the worst exit code counts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sci_cli.errors import GateClosed, InvalidFile, ProfileNotFound, RuleViolation, WrongUsage
from sci_cli.operations.check_views import CheckAllView, CheckedRow, ProfileCheckRow, ProfileCheckView
from sci_cli.operations.checking_all import check_all
from sci_cli.operations.checks import check
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.profile_checks import check_profiles
from sci_cli.operations.work_views import CheckView
from sci_cli.operations.workspace import Workspace
from sci_cli.profiles import Catalogue, shipped_profiles_dir
from tests.operations.build import NAME, NIMBUS, clear_to_place, open_desk, ordered

FICTITIOUS = Path(__file__).parents[1] / "profiles" / "fictitious.yaml"


def view_of(outcome: Outcome) -> CheckAllView:
    assert isinstance(outcome.view, CheckAllView)
    return outcome.view


def test_no_activations_are_nothing_wrong(tmp_path: Path) -> None:
    outcome = check_all(open_desk(tmp_path).ws)
    assert (view_of(outcome), outcome.error) == (CheckAllView("", "There are no activations.", ()), None)


def test_every_activation_has_a_row_and_its_findings_name_it(tmp_path: Path) -> None:
    desk = clear_to_place(tmp_path)
    desk.begin("nimbus-cloud", name=NIMBUS)
    outcome = check_all(desk.ws, purpose="order")
    ready, waiting = check(desk.ws, NAME, purpose="order"), check(desk.ws, NIMBUS, purpose="order")
    assert isinstance(waiting.view, CheckView)
    view = view_of(outcome)
    assert (view.verdict, [(row.name, row.exit_code) for row in view.activations]) == (
        "1 of 2 activations is not ready for the order.",
        [(NAME, 0), (NIMBUS, 3)],
    )
    about, blocked = waiting.view.header, [each for each in waiting.findings if each.severity == "blocker"]
    assert view.activations[1] == CheckedRow(
        NIMBUS, about.customer, about.provider, about.location, 1, waiting.view.verdict, 3, len(blocked),
        sum(each.severity == "warning" for each in waiting.findings),
        sum(each.severity == "note" for each in waiting.findings),
    )  # fmt: skip
    assert outcome.findings == tuple(
        replace(each, details={**each.details, "activation": name})
        for name, alone in ((NAME, ready), (NIMBUS, waiting))
        for each in alone.findings
    )
    assert isinstance(outcome.error, GateClosed)
    assert (outcome.error.message, outcome.error.findings) == (view.verdict, ())


def test_the_full_check_of_all_ends_as_that_of_the_worst(tmp_path: Path) -> None:
    desk = ordered(tmp_path)
    desk.verify(location=("Singapore",))
    desk.begin("nimbus-cloud", name=NIMBUS)
    outcome = check_all(desk.ws)
    assert isinstance(outcome.error, RuleViolation)
    assert [row.exit_code for row in view_of(outcome).activations] == [4, 0]
    assert view_of(outcome).verdict == "1 of 2 activations breaks a rule."


# Profiles -------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(tmp_path: Path) -> Workspace:
    """A workspace whose own profiles are those of the disk."""
    folder = tmp_path / "profiles"
    folder.mkdir(mode=0o700)
    return replace(open_desk(tmp_path).ws, catalogue=Catalogue(shipped_profiles_dir(), folder))


def written(folder: Path, name: str, *, was: str = "", becomes: str = "") -> str:
    path = folder / name
    path.write_text(FICTITIOUS.read_text(encoding="utf-8").replace(was, becomes), encoding="utf-8")
    path.chmod(0o600)
    return str(path)


def test_a_good_profile_is_told_to_be_one(desk: Workspace, tmp_path: Path) -> None:
    good = written(tmp_path, "good.yaml")
    outcome = check_profiles(desk, [good])
    assert outcome.view == ProfileCheckView(
        (
            "nimbus-cloud (Nimbus Cloud) is a good profile: 15 steps, 14 counted, 12 clauses, "
            "each with its step.",
        ),
        (ProfileCheckRow(good, good, "nimbus-cloud", "Nimbus Cloud", "2026-01", 15, 0, 0),),
    )
    assert (outcome.findings, outcome.error) == ((), None)


def test_each_problem_is_a_finding_with_its_place_and_the_error_says_nothing_twice(
    desk: Workspace, tmp_path: Path
) -> None:
    bad = written(tmp_path, "bad.yaml", was="\nsteps:", becomes="\nstepz:")
    outcome = check_profiles(desk, [bad])
    places = [
        (each.details["file"], each.details["line"], each.details["column"]) for each in outcome.findings
    ]
    line = Path(bad).read_text(encoding="utf-8").split("\n").index("stepz:") + 1
    assert (bad, str(line), "1") in places
    assert {each.code for each in outcome.findings} == {"profile.not_acceptable"}
    assert isinstance(outcome.error, InvalidFile)
    assert (outcome.error.why, outcome.error.findings) == ((), ())
    unknown = next(each for each in outcome.findings if each.details["line"] == str(line))
    assert unknown.message == f"{bad}:{line}:1: stepz: this key is not known here. Did you mean steps?"
    assert unknown.details["problem"] == "stepz: this key is not known here. Did you mean steps?"


def test_a_profile_that_is_no_yaml_is_named_with_its_place_too(desk: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "torn.yaml"
    path.write_text("id: x\nid: y\n", encoding="utf-8")
    path.chmod(0o600)
    (found,) = check_profiles(desk, [str(path)]).findings
    assert (found.details["line"], found.details["column"]) == ("2", "1")


def test_one_bad_profile_does_not_hide_the_others_and_the_worst_exit_code_counts(
    desk: Workspace, tmp_path: Path
) -> None:
    good, bad = (
        written(tmp_path, "good.yaml"),
        written(tmp_path, "bad.yaml", was="version:", becomes="verzion:"),
    )
    outcome = check_profiles(desk, [bad, good, "nobody"])
    assert isinstance(outcome.view, ProfileCheckView)
    assert [(row.given, row.exit_code) for row in outcome.view.profiles] == [
        (bad, 4),
        (good, 0),
        ("nobody", 5),
    ]
    assert isinstance(outcome.error, ProfileNotFound)
    assert outcome.error.message == "2 of 3 profiles cannot be used."
    assert [each.details["profile"] for each in outcome.findings][-1] == "nobody"


def test_the_only_profile_that_is_not_there_is_said_as_everywhere(desk: Workspace) -> None:
    with pytest.raises(ProfileNotFound):
        check_profiles(desk, ["nobody"])


@pytest.mark.parametrize("given", [[], ["a.yaml", "a.yaml"]])
def test_no_profile_and_one_given_twice_are_a_wrong_call(desk: Workspace, given: list[str]) -> None:
    with pytest.raises(WrongUsage):
        check_profiles(desk, given)


def test_recipients_nobody_agreed_to_are_a_warning_when_a_file_is_checked(
    desk: Workspace, tmp_path: Path
) -> None:
    shipped = (shipped_profiles_dir() / "alibaba-cloud.yaml").read_text(encoding="utf-8")
    path = tmp_path / "other.yaml"
    address = next(word for word in shipped.split() if "@" in word)
    path.write_text(shipped.replace(address, "desk@example.net"), encoding="utf-8")
    path.chmod(0o600)
    outcome = check_profiles(desk, [str(path)])
    assert [(each.severity, each.code) for each in outcome.findings] == [
        ("warning", "profile.recipients_not_trusted")
    ]
    assert outcome.error is None
