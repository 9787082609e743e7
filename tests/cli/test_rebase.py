"""`sci profile rebase`: a plan that writes nothing, a change that asks first, and what goes along with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sci_cli.domain.plain import digest
from sci_cli.profiles import parse_profile
from sci_cli.store.document import parse
from sci_cli.ui.prompter import YesNoQuestion
from tests.cli.program import NIMBUS, NIMBUS_NEXT, Program
from tests.ui.scripted import ScriptedPrompter

NAME = "acme-nim-1"
PLAN = ("profile", "rebase", NAME, "--plan")
APPLY = ("profile", "rebase", NAME, "--apply")
NOBODY = (
    "    - {name: Connection desk, role: Connection desk, email: desk@nimbus.example.net,"
    " verified: 2026-07-01}\n"
)


def content(path: Path) -> str:
    return digest(parse_profile(path.read_bytes(), name=path.name))


def files(home: Path) -> dict[str, bytes]:
    """Everything in a home, by path; locks aside."""
    return {
        str(path.relative_to(home)): path.read_bytes()
        for path in sorted(home.rglob("*"))
        if path.is_file() and path.suffix != ".lock"
    }


@pytest.fixture
def begun(sci: Program) -> Program:
    """An activation by the invented profile, with the later content of it in the folder of profiles."""
    new = ("new", NAME, "--profile", str(NIMBUS), "--customer", "Acme", "--location", "Hong Kong")
    vpn = ("--vpn", "CORP", "--prefix", "10.20.0.0/16", "--max-prefixes", "1250")
    assert sci(*new, "--data-plan", "1G", *vpn).exit == 0
    assert sci("done", NAME, "K1").exit == 0
    put(sci, recipients=False)
    return sci


def put(sci: Program, *, recipients: bool) -> Path:
    """The later content of the profile where the catalogue finds it."""
    text = NIMBUS_NEXT.read_text("utf-8")
    assert NOBODY in text
    path = sci.home / "profiles" / "nimbus-cloud.yaml"
    path.write_text(text if recipients else text.replace("  contacts:\n" + NOBODY, ""), "utf-8")
    return path


def revision(sci: Program) -> int:
    return int(sci("status", NAME, "-o", "json").json()["revision"])


def goes_by(sci: Program) -> str:
    data = (sci.home / "activations" / f"{NAME}.yaml").read_bytes()
    return parse(data, NAME).activation.profile.digest


# Plan ------------------------------------------------------------------------------------------------------


def test_a_plan_writes_nothing_and_exits_0_or_20_when_asked(begun: Program) -> None:
    before = files(begun.home)

    assert begun(*PLAN).exit == 0
    assert begun(*PLAN, "--exit-code").exit == 20
    assert begun(*PLAN, "--exit-code", "--to", str(NIMBUS)).exit == 0
    assert files(begun.home) == before


def test_a_plan_works_on_a_home_that_cannot_be_written(begun: Program) -> None:
    folders = [begun.home, *(path for path in begun.home.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o500)
    try:
        assert begun(*PLAN).exit == 0
    finally:
        for folder in folders:
            folder.chmod(0o700)


def test_a_plan_for_a_script_names_every_change_and_step(begun: Program) -> None:
    found = begun(*PLAN, "-o", "json").json()

    assert (found["schema"], found["changed"], found["ok"]) == ("sci.rebase/1", False, True)
    assert found["data"]["before"]["digest"] == content(NIMBUS)
    assert found["data"]["after"]["version"] == "2026-07"
    effects = {each["id"]: each["effect"] for each in found["data"]["steps"]}
    assert effects == {"K1": "stays-done", "K6": "new", "T5": "gone"}
    assert found["next"] == [{"command": f"sci profile rebase {NAME} --apply", "note": ""}]


@pytest.mark.parametrize("words", [(), ("--plan", "--apply"), ("--apply", "--exit-code")])
def test_what_is_wanted_has_to_be_said(begun: Program, words: tuple[str, ...]) -> None:
    before = files(begun.home)

    result = begun("profile", "rebase", NAME, *words)

    assert result.exit == 2
    assert "--plan" in result.err
    assert files(begun.home) == before


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((*PLAN, "--to", "alibaba-cloud"), 4),
        ((*APPLY, "--to", "alibaba-cloud", "--yes"), 4),
        ((*PLAN, "--to", "nowhere.yaml"), 5),
        (("profile", "rebase", "acme-nim-9", "--plan"), 5),
        ((*PLAN, "--if-revision", "7"), 6),
        ((*APPLY, "--if-revision", "7", "--yes"), 6),
        (APPLY, 2),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    begun: Program, words: tuple[str, ...], code: int
) -> None:
    before = files(begun.home)

    assert begun(*words).exit == code
    assert files(begun.home) == before


def test_a_content_that_leaves_a_billing_gate_out_is_refused(begun: Program) -> None:
    path = put(begun, recipients=False)
    path.write_text(
        path.read_text("utf-8").replace("    - {gate: account-active, clause: N3}\n", ""), "utf-8"
    )
    before = files(begun.home)

    result = begun(*APPLY, "--yes")

    assert result.exit == 4
    assert "account-active" in result.err
    assert files(begun.home) == before


# Going over ------------------------------------------------------------------------------------------------


def test_going_over_is_one_event_with_both_digests_and_keeps_both_contents(begun: Program) -> None:
    old, new = content(NIMBUS), content(put(begun, recipients=False))

    result = begun(*APPLY, "--yes", "-o", "json").json()

    assert (result["changed"], result["revision"]) == (True, 3)
    event = begun("history", NAME, "-o", "json").json()["data"]["events"][-1]
    assert event["command"] == "profile rebase"
    assert [each for each in event["changes"] if each["path"].startswith("profile.")] == [
        {"path": "profile.digest", "before": old, "after": new}
    ]
    assert old[:12] in event["summary"] and new[:12] in event["summary"]
    pinned = {path.name for path in (begun.home / "profiles" / "pinned").iterdir()}
    assert pinned == {f"nimbus-cloud-{each}.json" for each in (old, new)}
    assert begun("verify").exit == 0


def test_going_over_again_is_success_and_no_event(begun: Program) -> None:
    assert begun(*APPLY, "--yes").exit == 0
    before = files(begun.home)

    result = begun(*APPLY)

    assert (result.exit, files(begun.home)) == (0, before)
    assert "there is nothing to do" in result.out


def test_a_trial_saves_nothing_and_asks_nothing(begun: Program) -> None:
    before = files(begun.home)

    result = begun(*APPLY, "--dry-run")

    assert (result.exit, files(begun.home)) == (0, before)
    assert result.out.startswith("Nothing is changed: --dry-run")


def test_the_same_operation_again_is_known_whatever_became_of_the_file(begun: Program) -> None:
    assert begun(*APPLY, "--yes", "--op-id", "job-1").exit == 0
    put(begun, recipients=False).write_bytes(NIMBUS.read_bytes())

    again = begun(*APPLY, "--yes", "--op-id", "job-1", "-o", "json").json()

    assert (again["ok"], again["changed"], again["revision"]) == (True, False, 3)
    assert goes_by(begun) != content(NIMBUS)


def test_a_person_sees_the_plan_before_the_question_and_once(begun: Program) -> None:
    result = begun(*APPLY, answers=[(f"Let {NAME} go over to version 2026-07", True)])

    assert result.exit == 0
    assert result.out.count("What changes in the profile:") == 1
    assert result.out.index("Nothing is changed yet") < result.out.index("now goes by version 2026-07")
    assert revision(begun) == 3


def test_a_person_who_says_no_changes_nothing(begun: Program) -> None:
    before = files(begun.home)

    result = begun(*APPLY, answers=[(f"Let {NAME} go over", False)])

    assert result.exit == 130
    assert files(begun.home) == before


@pytest.mark.parametrize("stop", [KeyboardInterrupt, EOFError])
def test_ctrl_c_or_the_end_of_the_input_at_the_question_changes_nothing(
    begun: Program, stop: type[BaseException]
) -> None:
    before = files(begun.home)

    result = begun(*APPLY, answers=[(f"Let {NAME} go over", stop)])

    assert result.exit == 130
    assert "nothing changed" in result.err
    assert files(begun.home) == before


def test_a_record_that_changed_while_the_person_was_reading_is_left_as_it_is(
    begun: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, answer = Program(begun.home, begun.clock), ScriptedPrompter.yes_no

    def slowly(prompter: ScriptedPrompter, question: YesNoQuestion) -> bool:
        assert other("note", NAME, "meanwhile").exit == 0
        return answer(prompter, question)

    monkeypatch.setattr(ScriptedPrompter, "yes_no", slowly)
    result = begun(*APPLY, answers=[(f"Let {NAME} go over", True)])

    assert result.exit == 6
    assert "Revision 3, account.manager: note" in result.err
    assert goes_by(begun) == content(NIMBUS)


# Recipients ------------------------------------------------------------------------------------------------


def test_recipients_nobody_agreed_to_are_shown_by_the_plan_and_refused_by_the_change(begun: Program) -> None:
    put(begun, recipients=True)
    before = files(begun.home)

    plan, change = begun(*PLAN, "-o", "json").json(), begun(*APPLY, "--confirm", NAME)

    assert plan["data"]["recipients_change"] is True
    assert [each["email"] for each in plan["data"]["after"]["recipients"]] == ["desk@nimbus.example.net"]
    assert "profile.recipients_not_trusted" in {each["code"] for each in plan["findings"]}
    assert change.exit == 4
    assert "sci profile trust nimbus-cloud" in change.err
    assert files(begun.home) == before


def test_other_recipients_need_the_name_and_yes_is_not_enough(begun: Program) -> None:
    put(begun, recipients=True)
    assert begun("profile", "trust", "nimbus-cloud", "--yes").exit == 0
    before = files(begun.home)

    assert begun(*APPLY, "--yes").exit == 2
    assert begun(*APPLY, "--confirm", "acme-nim-2").exit == 2
    assert files(begun.home) == before
    assert begun(*APPLY, "--confirm", NAME).exit == 0


def test_a_person_types_the_name_below_the_old_and_the_new_recipients_in_full(begun: Program) -> None:
    put(begun, recipients=True)
    begun("profile", "trust", "nimbus-cloud", "--yes")

    result = begun(*APPLY, "--yes", answers=[("Go on?", NAME)])

    assert result.exit == 0
    shown = result.out.partition("now goes by")[0]
    assert "Recipients until now:\n  nobody" in shown
    assert "desk@nimbus.example.net  2026-07-01" in shown


# Being told ------------------------------------------------------------------------------------------------


def test_status_and_check_say_calmly_that_the_profile_differs_until_it_is_gone_over_to(
    begun: Program,
) -> None:
    def said(*words: str) -> tuple[list[str], int]:
        result = begun(*words, "-o", "json")
        found = [each for each in result.json()["findings"] if each["code"].startswith("profile.")]
        return [f"{each['code']} {each['severity']} {each['fix'][0]}" for each in found], result.exit

    note = [f"profile.differs note sci profile rebase {NAME} --plan"]
    assert said("status", NAME) == (note, 0)
    assert said("check", NAME) == (note, 0)
    assert begun("status", NAME, "--exit-code", "-o", "json").json()["findings"]
    assert begun(*APPLY, "--yes").exit == 0
    assert said("status", NAME) == ([], 0)
    assert said("check", NAME) == ([], 0)


def test_a_file_that_cannot_be_used_is_not_spoken_about(begun: Program) -> None:
    put(begun, recipients=False).write_text("format: 1\n", "utf-8")

    assert "profile.differs" not in begun("status", NAME, "-o", "json").out


def test_a_shipped_profile_that_is_as_it_was_is_not_spoken_about(sci: Program) -> None:
    sci.ready()

    assert "profile.differs" not in sci("status", "acme-hk-1", "-o", "json").out


# What goes along -------------------------------------------------------------------------------------------


def test_a_package_brings_every_content_the_history_names(begun: Program, tmp_path: Path) -> None:
    assert begun(*APPLY, "--yes").exit == 0
    package, there = str(tmp_path / "a.zip"), Program(tmp_path / "there", begun.clock)

    assert begun("export", NAME, "--to", package).exit == 0
    assert there("import", package).exit == 0

    pinned = [
        {path.name for path in (each.home / "profiles" / "pinned").iterdir()} for each in (begun, there)
    ]
    assert pinned[0] == pinned[1] and len(pinned[0]) == 2
    assert there("verify", "-o", "json").exit == 0
    head = begun("history", NAME, "-o", "json").json()["head"]
    assert there("history", NAME, "-o", "json").json()["head"] == head


def test_a_package_whose_earlier_content_names_strangers_is_refused(begun: Program, tmp_path: Path) -> None:
    put(begun, recipients=True)
    begun("profile", "trust", "nimbus-cloud", "--yes")
    assert begun(*APPLY, "--confirm", NAME).exit == 0
    assert begun(*APPLY, "--to", str(NIMBUS), "--confirm", NAME).exit == 0
    package, there = str(tmp_path / "a.zip"), Program(tmp_path / "there", begun.clock)
    assert begun("export", NAME, "--to", package).exit == 0

    refused = there("import", package)

    assert refused.exit == 4
    assert "desk@nimbus.example.net" in refused.err
    assert there("import", package, "--trust-recipients").exit == 0


def test_an_earlier_content_that_is_damaged_or_gone_is_found_by_verify_and_stops_the_export(
    begun: Program, tmp_path: Path
) -> None:
    assert begun(*APPLY, "--yes").exit == 0
    earlier = begun.home / "profiles" / "pinned" / f"nimbus-cloud-{content(NIMBUS)}.json"
    for spoil in (lambda: earlier.write_bytes(b"{}"), earlier.unlink):
        spoil()

        found = begun("verify", NAME, "-o", "json")

        assert found.exit == 9
        (problem,) = found.json()["findings"]
        assert problem["code"] == "profile.pin_damaged"
        assert problem["why"] == f"{NAME} went by it before; its history names it."
        assert begun("export", NAME, "--to", str(tmp_path / "a.zip")).exit in (5, 9)
        assert not (tmp_path / "a.zip").exists()
        assert begun("status", NAME).exit == 0


def test_a_step_that_stays_done_can_be_reopened_and_then_asks_for_all_owners(begun: Program) -> None:
    assert begun(*APPLY, "--yes").exit == 0
    assert begun("done", NAME, "K1", "--note", "kept", "-o", "json").exit == 0
    row = {each["id"]: each for each in begun("status", NAME, "-o", "json").json()["data"]["steps"]}["K1"]
    assert row["state"] == "done"

    assert begun("reopen", NAME, "K1", "--reason", "Nimbus takes part", "--yes").exit == 0

    row = {each["id"]: each for each in begun("status", NAME, "-o", "json").json()["data"]["steps"]}["K1"]
    assert (row["state"], row["open_parties"]) == ("ready", ["client", "verizon", "nimbus"])


def test_there_and_back_is_two_events_and_the_same_profile(begun: Program) -> None:
    assert begun(*APPLY, "--yes").exit == 0
    assert begun(*APPLY, "--yes", "--to", str(NIMBUS)).exit == 0

    assert (revision(begun), goes_by(begun)) == (4, content(NIMBUS))


def test_an_order_that_is_placed_stays_as_it_is(sci: Program) -> None:
    sci.placed()
    shipped = Path(__file__).parents[2] / "profiles" / "alibaba-cloud.yaml"
    path = sci.home / "profiles" / "alibaba-cloud.yaml"
    path.write_text(shipped.read_text("utf-8").replace("within: PT30M", "within: PT60M"), "utf-8")
    order = sci("order", "show", "acme-hk-1", "-o", "json").json()["data"]

    result = sci("profile", "rebase", "acme-hk-1", "--apply", "--yes", "-o", "json").json()

    assert [each["code"] for each in result["findings"]] == ["profile.order_placed"]
    after = sci("order", "show", "acme-hk-1", "-o", "json").json()["data"]
    assert {**after, "header": None} == {**order, "header": None}


def edit(sci: Program, old: str, new: str) -> None:
    """What somebody does with an editor."""
    path = sci.home / "activations" / f"{NAME}.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_an_edit_by_hand_is_adopted_beside_steps_that_are_gone_and_marks_stay_out_of_reach(
    begun: Program,
) -> None:
    assert begun("skip", NAME, "T5", "--reason", "known", "--yes").exit == 0
    assert begun(*APPLY, "--yes").exit == 0
    adopt = ("adopt", NAME, "--reason", "typed wrongly", "--yes")

    edit(begun, "reason: known", "reason: known well")
    assert begun(*adopt).exit == 4
    edit(begun, "reason: known well", "reason: known")
    edit(begun, "Acme", "Acme Ltd")
    assert begun(*adopt).exit == 0

    edit(begun, "kind: confirm", "kind: go")
    result = begun(*adopt)
    assert result.exit == 9
    assert "steps.K1.carried.kind" in result.err


def test_going_over_is_undone_like_any_other_change(begun: Program) -> None:
    def states() -> dict[str, str]:
        rows = begun("status", NAME, "-o", "json").json()["data"]["steps"]
        return {each["id"]: each["state"] for each in rows}

    before = states()
    assert begun(*APPLY, "--yes").exit == 0
    assert states() != before

    assert begun("undo", NAME, "--yes").exit == 0

    assert (states(), goes_by(begun)) == (before, content(NIMBUS))
    assert begun("verify").exit == 0
    assert "profile.differs" in begun("status", NAME, "-o", "json").out
