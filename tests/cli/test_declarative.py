"""`sci plan` and `sci apply`: nothing twice, nothing by halves, nothing that was not asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sci_cli.cli.session import Stopped
from sci_cli.errors import WORST_FIRST, ExitCode, GateClosed, InvalidValue, StaleRevision, worst
from sci_cli.operations import activations, request_runs
from sci_cli.operations.workspace import ChangeMode
from sci_cli.readers.requests import read_requests
from tests.cli.program import Program, Result

NAME = "acme-hk-1"
BEGIN = "profile: alibaba-cloud\ncustomer: Acme\nlocation: Singapore\ndata-plan: 1G\n"
LAB = f"name: {NAME}\nvpns:\n  - name: LAB\n    prefixes: [10.40.0.0/16]\n    max-prefixes: 1250\n"
OFF = f"name: {NAME}\nvpns:\n  - {{name: CORP, state: absent}}\n"


def files(home: Path) -> dict[str, bytes]:
    """Everything in a home, by path; locks aside."""
    found = (path for path in sorted(home.rglob("*")) if path.is_file() and path.suffix != ".lock")
    return {str(path.relative_to(home)): path.read_bytes() for path in found}


def rows(result: Result) -> list[tuple[str, str]]:
    return [(row["activation"], row["state"]) for row in result.json()["data"]["requests"]]


def record(sci: Program, name: str = NAME) -> dict[str, Any]:
    return sci("status", name, "-o", "json").json()


def put(tmp_path: Path, text: str, name: str = "r.yaml") -> str:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return str(path)


def begin(*names: str) -> str:
    return "---\n".join(f"name: {name}\n{BEGIN}" for name in names)


# Planning --------------------------------------------------------------------------------------------------


def test_a_plan_writes_nothing_and_says_every_field_that_would_change(sci: Program, tmp_path: Path) -> None:
    sci.placed()
    before = files(sci.home)

    result = sci("plan", "-f", put(tmp_path, LAB), "-o", "json")

    (row,) = result.json()["data"]["requests"]
    assert [(each["field"], each["before"], each["after"]) for each in row["changes"]] == [
        ("vpns.LAB.max-prefixes", "", "1250"),
        ("vpns.LAB.prefixes", "", "10.40.0.0/16"),
        ("vpns.LAB.state", "", "requested"),
    ]
    assert (result.exit, files(sci.home)) == (0, before)


def test_exit_code_20_says_that_something_would_change_and_0_that_nothing_would(
    sci: Program, tmp_path: Path
) -> None:
    sci.placed()
    path = put(tmp_path, LAB)
    assert sci("plan", "-f", path, "--exit-code").exit == 20
    assert sci("apply", "-f", path, "--yes").exit == 0
    assert sci("plan", "-f", path, "--exit-code").exit == 0


def test_a_dry_run_of_apply_writes_nothing(sci: Program, tmp_path: Path) -> None:
    sci.placed()
    before = files(sci.home)
    result = sci("apply", "-f", put(tmp_path, LAB), "--dry-run", "-o", "json")
    assert (result.exit, rows(result), result.json()["dry_run"]) == (0, [(NAME, "change")], True)
    assert files(sci.home) == before


# Applying --------------------------------------------------------------------------------------------------


def test_applying_twice_changes_each_record_once_as_one_event(sci: Program, tmp_path: Path) -> None:
    sci.ready()
    text = f"name: {NAME}\ncustomer: Acme Ltd\nfacts:\n  private-ip.active: 3\nreason: renamed\n"
    path = put(tmp_path, text)
    before = record(sci)["revision"]

    assert rows(sci("apply", "-f", path, "--yes", "-o", "json")) == [(NAME, "changed")]
    assert rows(sci("apply", "-f", path, "--yes", "-o", "json")) == [(NAME, "unchanged")]

    assert record(sci)["revision"] == before + 1
    event = sci("history", NAME, "-o", "json").json()["data"]["events"][-1]
    assert (event["command"], event["reason"]) == ("apply", "renamed")


def test_what_is_not_named_is_left_alone(sci: Program, tmp_path: Path) -> None:
    sci.placed()
    assert sci("apply", "-f", put(tmp_path, LAB), "--yes").exit == 0
    status = sci("vpn", "list", NAME, "-o", "json").json()["data"]["vpns"]
    assert [(vpn["name"], vpn["state"]) for vpn in status] == [("CORP", "attached"), ("LAB", "requested")]


def test_a_file_that_cannot_be_read_and_one_that_is_wrong_do_not_hold_up_the_good_one(
    sci: Program, tmp_path: Path
) -> None:
    good, wrong = put(tmp_path, begin("acme-a-1"), "a.yaml"), put(tmp_path, "nam: x\n", "b.yaml")

    result = sci("apply", "-f", str(tmp_path / "no.yaml"), "-f", wrong, "-f", good, "--yes", "-o", "json")

    assert rows(result) == [("", "refused"), ("", "refused"), ("acme-a-1", "created")]
    codes = [row["problem"] and row["problem"]["exit_code"] for row in result.json()["data"]["requests"]]
    assert (result.exit, codes) == (4, [5, 4, None])
    assert sci("list", "-o", "json").json()["data"]["activations"][0]["name"] == "acme-a-1"


def test_the_worst_exit_code_of_several_is_decided_in_one_place() -> None:
    stale, gate, value = StaleRevision("x"), GateClosed("x"), InvalidValue("x")
    assert worst([gate, value, stale]) is stale
    assert worst([gate, value]) is value
    assert worst([]) is None
    assert sorted(WORST_FIRST) == sorted(ExitCode)


def test_two_requests_for_one_activation_are_both_refused(sci: Program, tmp_path: Path) -> None:
    result = sci("apply", "-f", put(tmp_path, begin("acme-a-1", "acme-a-1")), "--yes", "-o", "json")
    assert (result.exit, rows(result)) == (4, [("acme-a-1", "refused")] * 2)
    assert files(sci.home) == {}


def test_a_new_activation_takes_all_that_is_known_as_its_first_event(sci: Program, tmp_path: Path) -> None:
    text = f"name: acme-a-1\n{BEGIN}facts:\n  private-ip.active: 2\nvpn: CORP\nprefixes: [10.20.0.0/16]\n"
    assert sci("apply", "-f", put(tmp_path, text), "--yes").exit == 0
    assert record(sci, "acme-a-1")["revision"] == 1
    again = sci("new", "acme-b-1", "--file", put(tmp_path, text))
    assert (again.exit, again.err) == (0, "")
    changes = sci("history", "acme-b-1", "-o", "json").json()["data"]["events"][0]["changes"]
    assert ("facts.private-ip.active.values", "2") in [(each["path"], each["after"]) for each in changes]


def test_two_vpns_can_exchange_prefixes_in_one_request(sci: Program, tmp_path: Path) -> None:
    sci.placed()
    assert sci("apply", "-f", put(tmp_path, LAB), "--yes").exit == 0
    swapped = (
        f"name: {NAME}\nvpns:\n  - {{name: CORP, prefixes: [10.40.0.0/16]}}\n"
        "  - {name: LAB, prefixes: [10.20.0.0/16]}\n"
    )
    assert sci("apply", "-f", put(tmp_path, swapped), "--yes").exit == 0


def test_prefixes_in_another_order_are_no_change(sci: Program, tmp_path: Path) -> None:
    sci.placed()
    for order, state in (("10.40.0.0/16, 10.20.0.0/16", "change"), ("10.20.0.0/16, 10.40.0.0/16", "none")):
        path = put(tmp_path, f"name: {NAME}\nvpns:\n  - {{name: CORP, prefixes: [{order}]}}\n")
        assert rows(sci("plan", "-f", path, "-o", "json")) == [(NAME, state)]
        sci("apply", "-f", path, "--yes")


def test_an_overlap_is_refused_with_the_line_it_stands_on(sci: Program, tmp_path: Path) -> None:
    sci.placed()
    before = files(sci.home)
    path = put(tmp_path, LAB.replace("10.40.0.0/16", "10.20.4.0/24"))
    result = sci("apply", "-f", path, "--yes", "-o", "json").json()
    (finding,) = [each for each in result["findings"] if each["code"] == "vpn.prefix_overlap"]
    assert (finding["details"]["left_place"], result["error"]["exit_code"]) == (f"{path}:4", 4)
    assert files(sci.home) == before


def test_another_profile_than_the_one_it_began_with_is_refused(sci: Program, tmp_path: Path) -> None:
    sci.ready()
    from tests.cli.program import NIMBUS

    result = sci("plan", "-f", put(tmp_path, f"name: {NAME}\nprofile: {NIMBUS}\n"))
    assert result.exit == 6


# What touches service --------------------------------------------------------------------------------------


def test_taking_a_vpn_off_needs_the_activations_name_before_anything_happens(
    sci: Program, tmp_path: Path
) -> None:
    sci.placed()
    path = put(tmp_path, f"{begin('acme-a-1')}---\n{OFF}")
    before = files(sci.home)

    result = sci("apply", "-f", path, "--yes")

    assert (result.exit, "Missing: --confirm acme-hk-1" in result.err) == (2, True)
    assert sci("apply", "-f", path, "--yes", "--confirm", "acme-x-1").exit == 2
    assert files(sci.home) == before
    assert sci("apply", "-f", path, "--yes", "--confirm", NAME).exit == 0
    assert sci("apply", "-f", path, "--yes", "--confirm", NAME).exit == 0


def test_what_becomes_a_removal_only_at_the_moment_of_saving_is_refused_as_well(
    sci: Program, tmp_path: Path
) -> None:
    sci.placed()
    sci("list")
    assert sci.session is not None
    given = read_requests(OFF.encode(), name="r.yaml")
    before = files(sci.home)
    (done,) = request_runs.apply(sci.session.workspace, given, request_runs.Run(ChangeMode()))
    assert (done.row.state, done.row.problem and done.row.problem.exit_code) == ("refused", 2)
    assert files(sci.home) == before


def test_a_port_needs_a_reason_in_the_request_and_the_name(sci: Program, tmp_path: Path) -> None:
    sci.placed()
    bare = put(tmp_path, f"name: {NAME}\nport: shutdown\n")
    refused = sci("apply", "-f", bare, "--yes", "--confirm", NAME)
    assert (refused.exit, "no reason is given" in refused.err) == (4, True)
    path = put(tmp_path, f"name: {NAME}\nport: shutdown\nreason: test\n")
    assert sci("apply", "-f", path, "--yes").exit == 2
    assert sci("apply", "-f", path, "--yes", "--confirm", NAME).exit == 0
    port = sci("port", "show", NAME, "-o", "json").json()["data"]
    assert (port["requested"]["status"], port["requested"]["reason"]) == ("down", "test")


def test_a_person_sees_the_plan_and_types_the_name_of_what_loses_service(
    sci: Program, tmp_path: Path
) -> None:
    sci.placed()
    path = put(tmp_path, OFF)
    declined = sci("apply", "-f", path, answers=[("Apply this to 1 activation?", False)])
    assert (declined.exit, "attached -> removal-requested" in declined.out) == (130, True)
    done = sci("apply", "-f", path, answers=[("Apply this to 1 activation?", True), ("Go on?", True)])
    assert (done.exit, done.err) == (0, "")


# Saved plans -----------------------------------------------------------------------------------------------


def test_a_saved_plan_is_applied_exactly_once(sci: Program, tmp_path: Path) -> None:
    sci.placed()
    plan = str(tmp_path / "p.plan")
    assert sci("plan", "-f", put(tmp_path, LAB), "--out", plan).exit == 0
    put(tmp_path, "name: changed-meanwhile\n")
    assert rows(sci("apply", plan, "-o", "json")) == [(NAME, "changed")]
    done = files(sci.home)
    assert rows(sci("apply", plan, "-o", "json")) == [(NAME, "repeated")]
    assert files(sci.home) == done


def test_a_plan_is_stale_as_a_whole_when_one_record_moved_on(sci: Program, tmp_path: Path) -> None:
    sci.placed()
    plan = str(tmp_path / "p.plan")
    sci("plan", "-f", put(tmp_path, f"{begin('acme-a-1')}---\n{LAB}"), "--out", plan)
    sci("note", NAME, "a word")
    before = files(sci.home)
    result = sci("apply", plan, "-o", "json")
    assert (result.exit, result.json()["error"]["code"]) == (6, "conflict.stale_revision")
    assert files(sci.home) == before


def test_a_plan_for_a_new_activation_is_stale_when_somebody_began_it(sci: Program, tmp_path: Path) -> None:
    plan, path = str(tmp_path / "p.plan"), put(tmp_path, begin("acme-a-1"))
    sci("plan", "-f", path, "--out", plan)
    sci("apply", "-f", path, "--yes")
    assert sci("apply", plan).exit == 6


def test_a_plan_somebody_edited_and_a_file_that_is_none_are_refused(sci: Program, tmp_path: Path) -> None:
    sci.placed()
    path, plan = put(tmp_path, LAB), tmp_path / "p.plan"
    sci("plan", "-f", path, "--out", str(plan))
    plan.write_text(plan.read_text("utf-8").replace("10.40.0.0/16", "10.50.0.0/16"), "utf-8")
    assert (sci("apply", str(plan)).exit, sci("apply", path).exit) == (4, 4)
    plan.write_text("[" * 100_000, "utf-8")
    assert sci("apply", str(plan)).exit == 4
    plan.write_text(json.dumps({"sci-plan": {"format": "1"}, "sha256": 5}), "utf-8")
    assert sci("apply", str(plan)).exit == 4


def test_no_plan_is_kept_while_a_request_is_refused_and_none_is_overwritten(
    sci: Program, tmp_path: Path
) -> None:
    plan = tmp_path / "p.plan"
    result = sci("plan", "-f", put(tmp_path, f"{begin('acme-a-1')}---\nnam: x\n"), "--out", str(plan))
    assert (result.exit, plan.exists(), "No plan is kept" in result.out) == (4, False, True)
    plan.write_text("mine", "utf-8")
    assert sci("plan", "-f", put(tmp_path, begin("acme-a-1")), "--out", str(plan)).exit == 6
    assert plan.read_text("utf-8") == "mine"


# Stopped and run again -------------------------------------------------------------------------------------


@pytest.mark.parametrize("saved", [False, True], ids=["requests", "plan"])
def test_stopped_in_the_middle_each_is_whole_and_running_again_completes(
    sci: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, saved: bool
) -> None:
    path, plan = put(tmp_path, begin("acme-a-1", "acme-b-1")), str(tmp_path / "p.plan")
    sci("plan", "-f", path, "--out", plan)
    words = ("apply", plan) if saved else ("apply", "-f", path, "--yes")
    start = activations.start

    def stopped(ws: Any, wanted: Any, mode: ChangeMode, *more: Any) -> Any:
        if wanted.name == "acme-b-1" and not mode.dry_run:
            raise Stopped(15)
        return start(ws, wanted, mode, *more)

    monkeypatch.setattr(activations, "start", stopped)
    result = sci(*words)
    assert (result.exit, "What was done before is saved." in result.err) == (143, True)
    monkeypatch.undo()

    again = sci(*words, "-o", "json")

    first = "repeated" if saved else "unchanged"
    assert (again.exit, rows(again)) == (0, [("acme-a-1", first), ("acme-b-1", "created")])
    assert (record(sci, "acme-a-1")["revision"], sci("verify").exit) == (1, 0)


def test_an_operation_id_counts_for_each_activation(sci: Program, tmp_path: Path) -> None:
    path = put(tmp_path, begin("acme-a-1"))
    assert sci("apply", "-f", path, "--yes", "--op-id", "job-1").exit == 0
    sci("set", "acme-a-1", "data-plan=2G")
    again = sci("apply", "-f", path, "--yes", "--op-id", "job-1", "-o", "json")
    assert (again.exit, rows(again)) == (0, [("acme-a-1", "repeated")])
    other = sci("apply", "-f", put(tmp_path, begin("acme-a-1") + "reason: x\n"), "--yes", "--op-id", "job-1")
    assert other.exit == 6


def test_if_revision_is_about_one_activation(sci: Program, tmp_path: Path) -> None:
    sci.placed()
    assert sci("apply", "-f", put(tmp_path, LAB), "--yes", "--if-revision", "1").exit == 6
    both = put(tmp_path, f"{begin('acme-a-1')}---\n{LAB}")
    assert sci("apply", "-f", both, "--yes", "--if-revision", "1").exit == 2


# From a record and back ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("set acme-hk-1 'csp.order-number=NO: #1' location=München",),
        (f"vpn add {NAME} LAB --prefix 10.40.0.0/16 --max-prefixes 9 --yes",),
        (f"vpn update {NAME} CORP --prefix 10.20.0.0/16 --prefix 2001:db8::/48 --max-prefixes-v6 9 --yes",),
        (f"vpn remove {NAME} CORP --confirm {NAME}",),
        (f"port shutdown {NAME} --reason test --confirm {NAME}",),
        (f"note {NAME} x", f"port seen {NAME} shutdown"),
    ],
    ids=lambda lines: "; ".join(lines) or "as it is",
)
@pytest.mark.parametrize("state", ["ready", "placed"])
def test_the_request_of_a_record_changes_nothing(
    sci: Program, tmp_path: Path, lines: tuple[str, ...], state: str
) -> None:
    getattr(sci, state)()
    for line in lines:
        sci.line(line)
    text = sci("export", "--as-request", NAME).out
    result = sci("plan", "-f", put(tmp_path, text), "--exit-code", "-o", "json")
    assert (result.exit, rows(result)) == (0, [(NAME, "none")]), result.out


def test_standard_input_and_nothing_at_all(sci: Program) -> None:
    assert sci("apply", "-f", "-", "--yes", stdin=begin("acme-a-1")).exit == 0
    assert sci("plan", "-f", "-", stdin="").exit == 4
    assert (sci("plan").exit, sci("apply").exit, sci("apply", "p", "-f", "-").exit) == (2, 2, 2)
