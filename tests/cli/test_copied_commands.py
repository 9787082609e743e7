"""Commands that are shown, copied and run: they are about the records of the run that showed them."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from sci_cli.cli.main import build
from sci_cli.errors import PLACE_OPTIONS, Command
from sci_cli.errors import sci as typed
from sci_cli.ui.look import command_text
from tests.cli.program import NEW, Program, Result
from tests.store.servers import RealServer

NOWHERE = "postgresql:///sci?host=/nonexistent"
_LABEL = re.compile(r"\s*(?:Fix:|Or:|Go on with:|Why:|Answer:|Resume:)?\s*(?=sci [a-z-])")


def commands_of(result: Result) -> list[list[str]]:
    """The words of every command a run shows, in text or in a document, its notes aside."""
    if result.out.startswith("{"):
        return [shlex.split(each) for each in in_document(result.json())]
    lines = (result.out + result.err).splitlines()
    found = [line[match.end() :] for line in lines if (match := _LABEL.match(line))]
    return [shlex.split(line.split("  ")[0]) for line in found]


def in_document(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from in_document(each)
    elif isinstance(value, list):
        for each in value:
            yield from in_document(each)
    elif isinstance(value, str) and value.startswith("sci "):
        yield value


@pytest.fixture
def other(sci: Program, tmp_path: Path, prepared: dict[str, Path]) -> Path:
    """A home whose path needs quoting; it and the home of the environment have an acme-hk-1 each."""
    sci.ready()
    return Path(shutil.copytree(prepared["ready"], tmp_path / "Team's records"))


LINES = (
    ("",),
    ("status", "acme-hk-1"),
    ("next",),
    ("next", "acme-hk-1"),
    ("check", "acme-hk-1", "--for", "order"),
    ("check", "acme-hk-1", "--for", "handoff"),
    ("set", "acme-hk-1", "customer=Acme", "--reason", "typing error"),
    ("undo", "acme-hk-1", "--yes"),
    ("vpn", "add", "acme-hk-1"),
    ("vpn", "list", "acme-hk-1"),
    ("order", "sheet", "acme-hk-1"),
    ("order", "verify", "acme-hk-1"),
    ("handoff", "acme-hk-1", "--attach", "p.png"),
    ("history", "acme-hk-9"),
    ("status",),
    ("note", "acme-hk-1", "--reason", "unknown option"),
    ("explain", "oder"),
    ("profile", "show", "nosuch"),
    ("profile", "show", "./nosuch.yaml"),
    ("demo", "-o", "json"),
)


@pytest.mark.parametrize("form", [(), ("--plain",), ("-o", "json")], ids=["text", "plain", "json"])
@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_every_command_shown_repeats_the_home_that_was_given_and_never_one_of_the_environment(
    sci: Program, other: Path, line: tuple[str, ...], form: tuple[str, ...]
) -> None:
    words = [word for word in line if word]

    given = commands_of(sci("--home", str(other), *form, *words))
    from_environment = commands_of(sci(*form, *words, environ={"SCI_HOME": str(other)}))

    assert given or line[0] in ("", "vpn")
    for command in given:
        assert command[-1] == "--help" or command[command.index("--home") + 1] == str(other), command
    # Options are named there once more, with answers that are missing; they stand where they were typed.
    assert all("--home" not in command and "--store" not in command for command in from_environment)


def test_the_table_for_scripts_repeats_the_home_too(sci: Program, other: Path) -> None:
    assert sci("new", "acme-hk-2", *NEW[2:10], "--home", str(other)).exit == 0

    table = sci("check", "acme-hk-2", "--for", "order", "-o", "csv", "--home", str(other)).out

    assert "sci set acme-hk-2" in table
    assert table.count("sci ") == table.count(" --home ")


def test_a_next_command_that_is_copied_changes_the_record_that_was_shown(sci: Program, other: Path) -> None:
    twin = sci.record
    assert sci("note", "acme-hk-1", "The customer called.", "--home", str(other)).exit == 0
    undone = sci("undo", "acme-hk-1", "--yes", "--home", str(other), "-o", "json").json()
    back = next(each["command"] for each in undone["next"] if each["command"].startswith("sci restore"))

    assert sci(*shlex.split(back)[1:], "--yes").exit == 0

    assert sci.record == twin
    done = sci("history", "acme-hk-1", "--home", str(other), "-o", "json").json()["data"]["events"]
    assert [each["command"] for each in done][-2:] == ["undo", "restore"]


def test_the_checklist_and_a_stopped_run_say_how_to_go_on_in_the_same_home(sci: Program, other: Path) -> None:
    left = sci("run", "acme-hk-1", "--home", str(other), answers=[("step", "(quit)")])

    assert f"Resume: sci run acme-hk-1 --home {shlex.quote(str(other))}\n" in left.out


def test_a_shared_store_that_was_given_is_repeated_in_errors_and_one_of_the_environment_is_not(
    sci: Program,
) -> None:
    given = sci("status", "acme-hk-1", "--store", NOWHERE)
    from_environment = sci("status", "acme-hk-1", environ={"SCI_STORE": NOWHERE})

    assert f"Or:   sci store status --store '{NOWHERE}'\n" in given.err
    assert "Or:   sci store status\n" in from_environment.err


def test_an_address_with_a_password_is_never_repeated(sci: Program) -> None:
    result = sci("help", "nosuch", "--store", "postgresql://kim:canary@db.example.net/sci")

    assert result.exit == 5
    assert "sci help" in result.err
    assert "canary" not in result.out + result.err


def test_a_change_in_the_shared_store_goes_on_there_and_what_is_missing_here_is_looked_for_here(
    sci: Program, server: RealServer
) -> None:
    server.store("copied")
    url = server.url("copied", "kim")
    sci.ready()
    assert sci("store", "push", "acme-hk-1", "--store", url).exit == 0
    twin = sci.record

    changed = sci("set", "acme-hk-1", "customer=Acme", "--store", url, "--reason", "typing error")
    absent = sci("store", "push", "acme-hk-2", "--store", url)
    absent_there = sci("store", "pull", "acme-hk-2", "--store", url)
    server.run("DROP DATABASE copied WITH (FORCE)")

    assert changed.exit == 0
    assert commands_of(changed)
    assert all(words[-2:] == ["--store", url] for words in commands_of(changed))
    assert sci.record == twin
    assert commands_of(absent)
    assert all("--store" not in words for words in commands_of(absent))
    assert commands_of(absent_there)
    assert all(words[-2:] == ["--store", url] for words in commands_of(absent_there))


WHERE = ("--home", "my records", "--store", NOWHERE)


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (typed("list"), f"sci list --home 'my records' --store '{NOWHERE}'"),
        (typed("list", "--home", "there"), f"sci list --home there --store '{NOWHERE}'"),
        (typed("list", "--home=there"), f"sci list --home=there --store '{NOWHERE}'"),
        (typed("history", "a", without=("--store",)), "sci history a --home 'my records'"),
        (typed("import", "a.zip", without=PLACE_OPTIONS), "sci import a.zip"),
        (
            typed("note", "a", "--", "--home"),
            f"sci note a --home 'my records' --store '{NOWHERE}' -- --home",
        ),
        (typed("vpn", "--help"), "sci vpn --help"),
        (Command(("mv", "a", "b")), "mv a b"),
    ],
)
def test_the_place_is_added_once_before_what_follows_two_dashes_and_only_to_commands_of_ours(
    command: Command, shown: str
) -> None:
    assert command_text(command, where=WHERE) == shown


def test_on_windows_the_place_is_quoted_for_its_shells() -> None:
    shown = command_text(typed("list"), where=("--home", "C:\\my records"), windows=True)

    assert shown == 'sci list --home "C:\\my records"'


def test_every_command_takes_the_options_that_name_the_place() -> None:
    def commands(group: Any) -> Iterator[Any]:
        for each in group.commands.values():
            yield from commands(each) if hasattr(each, "commands") else [each]

    found = list(commands(typer.main.get_command(build())))

    assert len(found) > 30
    for each in found:
        assert set(PLACE_OPTIONS) <= {name for param in each.params for name in param.opts}, each.name
