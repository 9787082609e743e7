"""The command lines this program was promised with, one after the other, with what each must do."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.program import Program, Result, run_installed, write_picture

# The lines as promised; the number is the exit code, the rest says what is looked at in CHECKS below.
LINES = """\
sci new acme-hk-1 --profile alibaba-cloud --customer "Acme Ltd" --location "Hong Kong" --data-plan "1 TB" --vpn CORP --prefix 10.20.0.0/16 --prefix 10.30.0.0/16 --max-prefixes 1250             # 0
sci check acme-hk-1 --for order                                                            # 3: account, Private IP, decisions named
sci order place acme-hk-1 --number VZ-778812 --confirm acme-hk-1 --accept-billing          # 3, nothing written
sci set acme-hk-1 private-ip.active=1 csp.account-id=0123456789012345 csp.account-status=active cloud-type=vpc security-products=none   # 0
sci done acme-hk-1 P1 --note "two active circuits"                                         # 0
sci order place acme-hk-1 --number VZ-778812 --no-input                                    # 2: names --confirm and --accept-billing
sci order place acme-hk-1 --number VZ-778812 --confirm acme-hk-1 --accept-billing          # 0; warns: no Alibaba order number
sci order place acme-hk-1 --number VZ-778812 --confirm acme-hk-1 --accept-billing          # 6, names the first
sci set acme-hk-1 security-products=mss-cloud-firewall                                     # 3: only together with a new port
sci handoff acme-hk-1 --attach shot.png                                                    # 3: not verified yet
sci order verify acme-hk-1 --seen-csp "Alibaba Cloud" --seen-data-plan "1 TB" --seen-location "Singapore"   # 4: names location, recorded
sci order verify acme-hk-1 --seen-csp "Alibaba Cloud" --seen-data-plan "1 TB" --seen-location "Hong Kong"   # 0
sci handoff acme-hk-1 --attach shot.png                                                    # 0: path of the .eml printed
sci vpn add acme-hk-1 LAB --prefix 10.30.4.0/22 --max-prefixes 1250 --yes                  # 4: names LAB, CORP, both prefixes
sci vpn add acme-hk-1 LAB --prefix 10.40.0.0/16 --max-prefixes 2 --yes                     # 4: 3 of MAX 2; text of the request
sci vpn add acme-hk-1 LAB --prefix 10.40.0.0/16 --max-prefixes 1250 --yes                  # 0
sci vpn confirm acme-hk-1 LAB                                                              # 0
sci port shutdown acme-hk-1 --reason "failover test" --confirm acme-hk-1                   # 0: CORP and LAB, 3 prefixes named
sci port confirm acme-hk-1                                                                 # 0
sci port no-shutdown acme-hk-1 --confirm acme-hk-1 --reason "test over"                    # 0
sci status acme-hk-1 -o json                                                               # 0: one document, {"schema": "sci.status/1", …}
sci history acme-hk-1 -o json                                                              # 0: who, when, what, before, after
"""  # noqa: E501 - the lines stand as they were promised

Check = Callable[[Result, bytes, bytes], None]
Run = Callable[[list[str]], Result]


def says(*parts: str) -> Check:
    """A check that the output, on either stream, contains all these words, wherever lines break."""

    def check(result: Result, before: bytes, after: bytes) -> None:
        text = " ".join((result.out + result.err).split())
        missing = [part for part in parts if part not in text]
        assert not missing, f"{missing} not in:\n{result.out}{result.err}"

    return check


def both(*checks: Check) -> Check:
    """All of these checks."""

    def check(result: Result, before: bytes, after: bytes) -> None:
        for each in checks:
            each(result, before, after)

    return check


def saved(result: Result, before: bytes, after: bytes) -> None:
    """The record changed and nothing is on standard error."""
    assert before != after
    assert not result.err


def nothing_written(result: Result, before: bytes, after: bytes) -> None:
    """The record is the same, byte by byte, and standard output is empty."""
    assert before == after
    assert not result.out


def names_what_blocks_the_order(result: Result, before: bytes, after: bytes) -> None:
    """Every missing thing is named in one go, and the record stays."""
    assert before == after
    says("account", "Private IP", "security products", "type of the cloud product", "NO-GO")(
        result, before, after
    )


def prints_a_draft_that_exists(result: Result, before: bytes, after: bytes) -> None:
    """One line is the path of the draft, whole, so that it can be copied."""
    paths = [line.strip() for line in result.out.splitlines() if line.strip().endswith(".eml")]
    assert len(paths) == 1, result.out
    assert Path(paths[0]).read_bytes().startswith((b"To:", b"From:", b"Subject:", b"MIME-Version:", b"X-"))


def is_a_status_document(result: Result, before: bytes, after: bytes) -> None:
    """One document, and it says where everything stands."""
    assert before == after
    assert not result.err
    document = result.json()
    assert document["schema"] == "sci.status/1"
    assert (document["ok"], document["command"], document["error"]) == (True, "status", None)
    data = document["data"]
    assert data["port"]["status"] == "down"
    assert data["port"]["requested"]["status"] == "up"
    assert [(vpn["name"], vpn["state"]) for vpn in data["vpns"]] == [
        ("CORP", "attached"),
        ("LAB", "attached"),
    ]
    assert data["verified"] is True


def is_a_history_with_before_and_after(result: Result, before: bytes, after: bytes) -> None:
    """Every change says who, when, what, and each field before and after."""
    assert before == after
    events = result.json()["data"]["events"]
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    assert {event["by"] for event in events} == {"account.manager"}
    assert all(event["at"].endswith("Z") and event["command"] and event["summary"] for event in events)
    down = next(event for event in events if event["command"] == "port confirm")
    changed = {change["path"]: (change["before"], change["after"]) for change in down["changes"]}
    assert changed["port.status"] == ("", "down")
    assert changed["port.requested.reason"] == ("failover test", "")


CHECKS: tuple[Check, ...] = (
    saved,
    names_what_blocks_the_order,
    nothing_written,
    saved,
    saved,
    both(nothing_written, says("--confirm", "--accept-billing")),
    both(saved, says("WARNING", "The Alibaba order number is not on record.")),
    both(nothing_written, says("VZ-778812", "already placed")),
    both(nothing_written, says("only be ordered at the same time as a new port")),
    both(nothing_written, says("has not been verified")),
    both(says("location", "Hong Kong", "Singapore"), lambda _, before, after: differ(before, after)),
    saved,
    both(saved, prints_a_draft_that_exists),
    both(nothing_written, says("LAB 10.30.4.0/22", "CORP 10.30.0.0/16")),
    both(nothing_written, says("3 of MAX 2", "Request for a higher MAX", "MAX needed: at least 3")),
    saved,
    saved,
    both(saved, says("CORP and LAB", "3 prefixes")),
    saved,
    saved,
    is_a_status_document,
    is_a_history_with_before_and_after,
)


def differ(before: bytes, after: bytes) -> None:
    """The record changed."""
    assert before != after


def play(run: Run, program: Program) -> None:
    lines = LINES.splitlines()
    assert len(lines) == len(CHECKS)
    for line, check in zip(lines, CHECKS, strict=True):
        words, _, comment = line.partition("  # ")
        before = program.record
        result = run(shlex.split(words)[1:])
        wanted = int(comment.replace(":", " ").replace(";", " ").replace(",", " ").split()[0])
        assert result.exit == wanted, f"{words}\n{result.out}{result.err}"
        check(result, before, program.record)


def test_the_promised_command_lines_do_what_was_promised(
    sci: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_picture(tmp_path)
    monkeypatch.chdir(tmp_path)

    def run(argv: list[str]) -> Result:
        sci.clock.tick(minutes=1)
        return sci(*argv)

    play(run, sci)


@pytest.mark.slow
def test_the_installed_program_does_what_was_promised(sci: Program, tmp_path: Path) -> None:
    write_picture(tmp_path)
    play(lambda argv: run_installed(*argv, home=sci.home, cwd=tmp_path), sci)


def test_a_mismatch_says_in_its_document_that_it_is_saved(sci: Program) -> None:
    sci.placed()
    result = sci.line(
        "order verify acme-hk-1 --seen-csp Alibaba --seen-data-plan 1G --seen-location Tokyo -o json"
    )
    document = result.json()
    assert result.exit == 4
    assert (document["ok"], document["changed"], document["error"]["saved"]) == (False, True, True)
    assert [(each["code"], each["details"]["field"]) for each in document["findings"]] == [
        ("order.field_differs", "location")
    ]


def test_a_refused_order_names_the_same_findings_in_its_document_as_the_check(sci: Program) -> None:
    sci.line("new acme-hk-1 --profile alibaba-cloud --customer A --location B --data-plan 1")
    place = sci.line("order place acme-hk-1 --number 1 --confirm acme-hk-1 --accept-billing -o json")
    check = sci.line("check acme-hk-1 --for order -o json")
    assert place.exit == check.exit == 3
    assert in_order(place) == in_order(check)
    assert place.json()["changed"] is False


def in_order(result: Result) -> list[str]:
    """The findings of a document, in an order that does not depend on how they were found."""
    return sorted(json.dumps(each, sort_keys=True) for each in result.json()["findings"])
