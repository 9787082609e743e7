"""What people see: every screen as a golden file, and what must hold on all of them."""

from __future__ import annotations

import inspect
import subprocess
import sys
import unicodedata
from collections.abc import Mapping
from dataclasses import replace

import pytest

from sci_cli.domain.activation import FormLine
from sci_cli.domain.findings import Finding, Severity
from sci_cli.errors import sci
from sci_cli.operations import (
    check_views,
    keeping_views,
    machine_views,
    rebase_views,
    reference_views,
    request_views,
    sharing_views,
    views,
    vpn_file_views,
    work_views,
)
from sci_cli.operations.outcome import Message, Outcome, View
from sci_cli.ui.look import Look, look_for
from sci_cli.ui.screens import VIEWS, render
from tests.ui.make_screens import FOLDER, screens
from tests.ui.sample_records import HEADER, NESTED, NO_ACCOUNT, NO_NUMBER, OVERLAP
from tests.ui.samples import COMPLETE, OUTCOMES, STATUS, row

HOSTILE = "\x1b[2J[red]x[/y]\u202e\x07\r\x9b31m\udcff"


def view_types() -> set[type[View]]:
    """Every kind of view there is."""
    found = {
        each
        for module in (
            check_views,
            views,
            work_views,
            vpn_file_views,
            sharing_views,
            reference_views,
            keeping_views,
            rebase_views,
            machine_views,
            request_views,
        )
        for _, each in inspect.getmembers(module, inspect.isclass)
        if issubclass(each, View)
    }
    return (found - {View}) | {Message}


def lines_of(outcome: Outcome) -> list[str]:
    """The lines at 80 columns."""
    return render(outcome, Look(80)).splitlines()


# All screens -----------------------------------------------------------------------------------------------


def test_every_kind_of_view_has_a_screen_and_a_sample() -> None:
    assert set(VIEWS) == view_types()
    assert {type(outcome.view) for outcome in OUTCOMES.values()} == view_types()


@pytest.mark.parametrize("name", OUTCOMES)
def test_a_screen_looks_as_in_its_golden_file(name: str) -> None:
    golden = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    assert screens()[f"{name}.txt"] == golden, "if this is wanted: python -m tests.ui.make_screens"


def test_there_is_no_golden_file_without_a_screen() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(screens())


@pytest.mark.parametrize("look", [Look(80), Look(120), Look(80, plain=True)], ids=["80", "120", "plain"])
@pytest.mark.parametrize("name", OUTCOMES)
def test_no_line_ends_with_a_space_and_the_page_ends_with_one_line_end(name: str, look: Look) -> None:
    text = render(OUTCOMES[name], look)
    assert [line for line in text.splitlines() if line != line.rstrip()] == []
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert "\n\n\n" not in text


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("name", OUTCOMES)
def test_only_commands_values_and_blocks_to_copy_are_longer_than_the_line(name: str, width: int) -> None:
    long = [line for line in render(OUTCOMES[name], Look(width)).splitlines() if len(line) > width]
    copied = (
        "sci ",
        "Subject:",
        "/home/",
        "CSP",
        "Request",
        "draft.eml",
        "Address",
        "robin@",
        "Order and",
        "SHA-256",
    )
    assert [line for line in long if not any(part in line for part in copied)] == []


@pytest.mark.parametrize("name", OUTCOMES)
def test_the_ascii_form_adds_no_other_characters_of_its_own(name: str) -> None:
    text = render(OUTCOMES[name], Look(80, unicode=False)).replace("ö", "o")
    assert text.isascii()


def test_the_plain_form_has_no_bars_and_no_marks() -> None:
    text = "".join(render(outcome, Look(80, plain=True)) for outcome in OUTCOMES.values())
    assert [sign for sign in ("█", "░", "##", "[x]", "[ ]", "[>]", "->") if sign in text] == []


def test_without_color_there_is_no_escape_character_and_with_color_the_words_are_the_same() -> None:
    for outcome in OUTCOMES.values():
        bare, colored = render(outcome, Look(80)), render(outcome, Look(80, color=True))
        assert "\x1b" not in bare
        assert _without_styles(colored) == bare
        assert "\x1b[34m" not in colored, "plain blue cannot be read on old Windows consoles"


def _without_styles(text: str) -> str:
    kept, *rest = text.split("\x1b[")
    return kept + "".join(part.partition("m")[2] for part in rest)


# Hostile text ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("look", [Look(120), Look(120, plain=True), Look(120, color=True)])
def test_nothing_in_the_data_is_obeyed_by_the_terminal_or_read_as_markup(look: Look) -> None:
    finding = replace(
        NO_ACCOUNT, message=HOSTILE, why=HOSTILE, fix=(HOSTILE, sci("set", HOSTILE, note=HOSTILE))
    )
    hostile = (
        Outcome(
            views.RecordedView(replace(HEADER, customer=HOSTILE), (HOSTILE,)),
            changed=True,
            revision=1,
            head=HOSTILE,
            findings=(replace(finding, text=HOSTILE, owner=HOSTILE, clause=HOSTILE),),
            notices=(HOSTILE,),
            next=(sci(HOSTILE),),
        ),
        Outcome(views.HomeView("1", "", (row("x", next_title=HOSTILE), row("y", problem=HOSTILE)))),
        Outcome(views.ListView((row("x", customer=HOSTILE, waiting_on=HOSTILE, next_title=HOSTILE),))),
        Outcome(reference_views.WhereView((("home", HOSTILE),))),
        Outcome(reference_views.TopicView("", HOSTILE, ())),
    )
    for outcome in hostile:
        text = _without_styles(render(outcome, look)) if look.color else render(outcome, look)
        assert "[red]x[/y]" in text
        assert {sign for sign in text if unicodedata.category(sign) in ("Cc", "Cf", "Cs")} == {"\n"}


def test_a_line_break_in_a_name_cannot_begin_a_line() -> None:
    outcome = Outcome(views.RecordedView(replace(HEADER, customer="Acme\nError: lost"), ("Noted.",)))
    assert lines_of(outcome)[0] == "acme-hk-1  Acme\\nError: lost / Nimbus Cloud / Hong Kong"


# Findings and the end of a page ----------------------------------------------------------------------------


def many(count: int) -> tuple[Finding, ...]:
    """So many findings of one code."""
    return tuple(replace(OVERLAP, message=f"Overlap {number}.", why="", fix=()) for number in range(count))


def test_more_than_a_hundred_findings_of_one_code_are_counted_and_the_other_codes_shown() -> None:
    outcome = Outcome(Message(("Done.",)), findings=(*many(103), NO_ACCOUNT))
    lines = lines_of(outcome)
    assert sum("Overlap" in line for line in lines) == 100
    assert "           and 3 more (vpn.prefix_overlap); see -o json" in lines
    assert "  BLOCKED  No Nimbus Cloud account is on record. (clause O1.2; Customer)" in lines


def test_a_hundred_findings_of_one_code_are_all_shown() -> None:
    assert "more" not in render(Outcome(Message(()), findings=many(100)), Look(80))


def test_blockers_come_before_warnings_and_notes() -> None:
    lines = lines_of(Outcome(Message(()), findings=(NESTED, NO_NUMBER, NO_ACCOUNT)))
    words = [line.split()[0] for line in lines if line.startswith("  ") and line[2:3].isupper()]
    assert words == ["BLOCKED", "WARNING", "NOTE"]


def test_quiet_leaves_out_notes_and_next_commands_but_not_blockers_warnings_and_what_was_saved() -> None:
    outcome = replace(OUTCOMES["recorded"], findings=(NO_ACCOUNT, NO_NUMBER, NESTED))
    text = render(outcome, Look(80, quiet=True))
    assert ["BLOCKED" in text, "WARNING" in text, "saved, revision 15" in text] == [True] * 3
    assert ["NOTE" in text, "Next:" in text] == [False] * 2


def test_verbose_shows_codes_and_whole_hashes() -> None:
    text = render(OUTCOMES["recorded"], Look(120, verbose=True))
    assert f"saved, revision 15, head {OUTCOMES['recorded'].head}\n" in text
    assert "(order.optional_missing; clause O4.2; Customer)" in text


def test_a_dry_run_says_that_nothing_is_changed_and_not_that_something_is_saved() -> None:
    lines = lines_of(OUTCOMES["recorded-dry-run"])
    assert lines[:2] == ["Nothing is changed: --dry-run; this is what would be recorded.", ""]
    assert [line for line in lines if "saved" in line] == []


def test_nothing_is_said_to_be_saved_when_nothing_changed() -> None:
    text = render(replace(OUTCOMES["recorded"], changed=False), Look(80))
    assert "saved" not in text


# Commands --------------------------------------------------------------------------------------------------


def test_a_long_command_is_never_broken() -> None:
    command = sci("set", "acme-hk-1", *(f"fact-{number}=some-value" for number in range(12)))
    text = render(Outcome(Message(()), next=(command,)), Look(60))
    assert "  " + " ".join(command.words) in text.splitlines()


def test_a_command_is_quoted_for_the_shell_of_the_user() -> None:
    outcome = Outcome(Message(()), next=(sci("set", "acme", "customer=Acme & Sons"),))
    assert lines_of(outcome)[-1] == "  sci set acme 'customer=Acme & Sons'"
    windows = render(outcome, Look(80, windows=True)).splitlines()
    assert windows[-1] == '  sci set acme "customer=Acme & Sons"'


# Single screens --------------------------------------------------------------------------------------------


def test_a_plain_step_is_a_sentence_for_what_who_and_where_it_stands() -> None:
    lines = render(OUTCOMES["status"], Look(80, plain=True)).splitlines()
    assert (
        "Step O9: Send the configuration shown in Dynamic Network Manager to Nimbus Cloud. "
        "Owner: Customer and Verizon. State: ready, late by 1 day."
    ) in lines


def test_the_status_of_a_complete_activation_says_so() -> None:
    text = render(Outcome(COMPLETE), Look(80))
    assert "COMPLETE: all 7 steps are closed, nothing is left to do." in text
    assert "NEXT" not in text


def test_the_status_tells_how_to_see_closed_steps_only_while_they_are_hidden() -> None:
    assert "sci status acme-hk-1 --all" in render(Outcome(STATUS), Look(80))
    assert "--all" not in render(Outcome(replace(STATUS, show_all=True)), Look(80))


def test_wide_characters_keep_columns_straight() -> None:
    rows = (row("a", waiting_on="客户公司"), row("b", waiting_on="Customer"))
    lines = lines_of(Outcome(views.ListView(rows)))
    starts = [_cells(line.partition("12 d")[0]) for line in lines]
    assert starts[1] == starts[2] == lines[0].index("Age")


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def test_a_refused_plan_does_not_say_where_to_click() -> None:
    assert "In the portal:" not in render(OUTCOMES["plan"], Look(80))
    assert "In the portal:" in render(OUTCOMES["plan-recorded"], Look(80))


def test_an_empty_field_of_the_order_form_says_that_it_stays_empty_and_why() -> None:
    lines = lines_of(OUTCOMES["order-sheet"])
    at = next(number for number, line in enumerate(lines) if "Service Key" in line)
    assert lines[at].split("  ")[-1] == "(leave empty)"
    assert lines[at + 1].strip().startswith("Stays empty:")


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("empty", "(leave empty)"),
        ("optional", "(not on record yet; optional)"),
        ("copy", "(not on record yet)"),
        ("vpn", "(not on record yet)"),
    ],
)
def test_a_field_that_has_no_value_yet_is_told_from_one_that_stays_empty(rule: str, said: str) -> None:
    line = work_views.FormRow(FormLine("f", "Field", ""), rule, "", "")
    assert lines_of(Outcome(work_views.SheetView(HEADER, (line,))))[-1].strip() == f"Field  {said}"


def test_a_finding_of_every_severity_has_a_word() -> None:
    for severity in Severity:
        assert render(Outcome(Message(()), findings=(replace(NESTED, severity=severity),)), Look(80))


# The look --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "terminal", "option", "color"),
    [
        ({}, True, None, True),
        ({}, False, None, False),
        ({"TERM": "dumb"}, True, None, False),
        ({"CLICOLOR": "0"}, True, "auto", False),
        ({"NO_COLOR": "1"}, True, None, False),
        ({"NO_COLOR": ""}, True, None, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, None, False),
        ({"NO_COLOR": "1"}, False, "always", True),
        ({"FORCE_COLOR": "1"}, True, "never", False),
        ({"FORCE_COLOR": "1"}, False, None, True),
        ({"CLICOLOR_FORCE": "1"}, False, None, True),
        ({"CLICOLOR_FORCE": "0"}, False, None, False),
    ],
)
def test_color_follows_option_then_environment_then_terminal(
    environ: Mapping[str, str], terminal: bool, option: str | None, color: bool
) -> None:
    look = look_for(environ, terminal=terminal, encoding="utf-8", color_option=option)
    assert look.color is color


@pytest.mark.parametrize(
    ("columns", "width"),
    [("100", 100), ("7", 40), ("9999", 200), ("0", 120), ("-5", 120), ("٩٠", 120), ("wide", 120), ("", 120)],
)
def test_the_width_comes_from_columns_within_bounds_and_is_wide_in_a_pipe(columns: str, width: int) -> None:
    assert look_for({"COLUMNS": columns}, terminal=False, encoding="utf-8").width == width


@pytest.mark.parametrize(
    ("encoding", "term", "unicode"),
    [
        ("utf-8", "", True),
        ("UTF_8", "", True),
        ("cp1252", "", False),
        ("ascii", "", False),
        ("utf-8", "dumb", False),
    ],
)
def test_other_characters_than_ascii_need_utf_and_a_terminal_that_is_not_dumb(
    encoding: str, term: str, unicode: bool
) -> None:
    assert look_for({"TERM": term}, terminal=True, encoding=encoding).unicode is unicode


def test_the_document_for_scripts_does_not_load_rich() -> None:
    code = "import sys, sci_cli.ui.envelope, sci_cli.ui.tables, sci_cli.ui.page; print('rich' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
