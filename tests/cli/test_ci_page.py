"""`docs/ci.md` and the hooks: the YAML parses, and its commands run as they stand, on files of their own."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from sci_cli.cli.reporting import FORMATS
from tests.cli.program import NIMBUS, Program, surroundings
from tests.cli.test_guards import LEAVES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"<!-- test: ([a-z-]+) -->\n```yaml\n(.*?)```", re.DOTALL)
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
COMMANDS = {path for path, _ in LEAVES}
SHELL = shutil.which("bash") or ""

needs_a_shell = pytest.mark.skipif(not SHELL or os.name == "nt", reason="there is no bash")


def block(kind: str) -> Any:
    """The first block of a kind, as the pipeline reads it."""
    return yaml.safe_load(next(text for name, text in BLOCK.findall(PAGE) if name == kind))


def steps(kind: str) -> list[str]:
    """What the steps run, apart from the installing."""
    if kind == "gitlab":
        job = block("gitlab")["sci"]
        lines = [line for line in [*job["before_script"], *job["script"]] if "pip install" not in line]
        return ["\n".join(lines)]
    listed = block(kind)["jobs"]["check"]["steps"] if kind == "github" else block(kind)
    return [step["run"] for step in listed if "run" in step and "pip install" not in step["run"]]


@pytest.fixture
def repository(sci: Program, tmp_path: Path) -> Path:
    """A checkout as the page describes it, in which nothing is wrong, and `sci` on the PATH."""
    sci.ready()
    folder = tmp_path / "checkout"
    for name in ("prefixes", "providers", "records"):
        (folder / name).mkdir(parents=True)
    for name in ("activations", "profiles"):
        shutil.copytree(sci.home / name, folder / "records" / name)
    shutil.copy(NIMBUS, folder / "providers" / "nimbus.yaml")
    (folder / "prefixes" / "CORP.txt").write_text("10.20.0.0/16\n10.30.0.0/16\n", encoding="utf-8")
    (folder / "prefixes" / "LAB.txt").write_text("10.40.0.0/16\n", encoding="utf-8")
    script = tmp_path / "bin" / "sci"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m sci_cli "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o022)
    return folder


def run(text: str, folder: Path, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """A step, in a shell as the runners start it."""
    known = surroundings(folder / "records")
    return subprocess.run(
        [SHELL, "-e", "-o", "pipefail", "-c", text],
        cwd=folder,
        env={
            **known,
            "PATH": f"{folder.parent / 'bin'}{os.pathsep}{known['PATH']}",
            "PYTHONPATH": str(ROOT),
            "CI": "true",
            "SCI_HOME": "records",
            **environ,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


# What stands on the page ----------------------------------------------------------------------------------


def test_every_yaml_block_of_the_page_parses_and_is_one_that_is_tested() -> None:
    assert len(BLOCK.findall(PAGE)) == PAGE.count("```yaml")
    for _, text in BLOCK.findall(PAGE):
        assert yaml.safe_load(text)


def test_every_format_is_on_the_page() -> None:
    rows = re.findall(r"^\| `([a-z]+)` \|", PAGE, re.MULTILINE)
    assert tuple(rows) == FORMATS


def test_the_workflow_has_what_github_asks_for_and_may_not_write() -> None:
    workflow = block("github")
    # YAML 1.1 reads the key `on` as true; GitHub does not.
    assert set(workflow) == {"name", True, "permissions", "jobs"}
    assert workflow["permissions"] == {"contents": "read"}
    for step in workflow["jobs"]["check"]["steps"]:
        assert ("uses" in step) != ("run" in step)


@needs_a_shell
def test_the_steps_for_github_pass_where_nothing_is_wrong(repository: Path) -> None:
    summary = repository.parent / "summary.md"
    for step in [*steps("github"), *steps("scanning")]:
        done = run(
            step, repository, {"GITHUB_STEP_SUMMARY": str(summary), "GITHUB_WORKSPACE": str(repository)}
        )
        assert done.returncode == 0, (step, done.stdout, done.stderr)
    text = summary.read_text(encoding="utf-8")
    headings = re.findall(r"^### (.*)$", text, re.MULTILINE)
    assert headings == ["sci profile check", "sci vpn check", "sci check", "sci check"]
    assert [case.get("name") for case in ET.parse(repository / "order.xml").getroot().iter("testcase")] == [
        "acme-hk-1"
    ]
    assert json.loads((repository / "sci.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"


@needs_a_shell
def test_the_steps_for_github_point_at_what_is_wrong(repository: Path) -> None:
    (repository / "prefixes" / "LAB.txt").write_text("# LAB\n10.30.4.0/22\n", encoding="utf-8")
    profile = repository / "providers" / "nimbus.yaml"
    profile.write_text(profile.read_text(encoding="utf-8") + "steppes: []\n", encoding="utf-8")
    line = len(profile.read_text(encoding="utf-8").splitlines())
    environ = {"GITHUB_WORKSPACE": str(repository)}
    profiles, prefixes, *_ = (run(step, repository, environ) for step in steps("github"))
    assert (profiles.returncode, prefixes.returncode) == (4, 4)
    assert f"::error file=providers/nimbus.yaml,line={line},col=1,title=" in profiles.stdout
    assert prefixes.stdout.startswith("::error file=prefixes/CORP.txt,line=2,title=vpn.prefix_overlap")
    assert profiles.stderr + prefixes.stderr == ""
    scanning = run(steps("scanning")[0], repository, environ)
    assert scanning.returncode == 0
    (result,) = json.loads((repository / "sci.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    assert result["ruleId"] == "vpn.prefix_overlap"


@needs_a_shell
def test_the_job_for_gitlab_writes_its_reports_whether_it_passes_or_not(repository: Path) -> None:
    (script,) = steps("gitlab")
    environ = {"CI_PROJECT_DIR": str(repository)}
    assert run(script, repository, environ).returncode == 0
    artifacts = block("gitlab")["sci"]["artifacts"]["reports"]
    assert [json.loads((repository / name).read_text("utf-8")) for name in artifacts["codequality"]] == [
        [],
        [],
    ]
    (repository / "prefixes" / "LAB.txt").write_text("10.30.4.0/22\n", encoding="utf-8")
    assert run(script, repository, environ).returncode == 4
    _, found = (json.loads((repository / name).read_text("utf-8")) for name in artifacts["codequality"])
    assert [each["location"] for each in found] == [{"path": "prefixes/CORP.txt", "lines": {"begin": 2}}]
    cases = ET.parse(repository / artifacts["junit"]).getroot().iter("testcase")
    assert [case.get("file") for case in cases] == ["records/activations/acme-hk-1.yaml"]


# Hooks ----------------------------------------------------------------------------------------------------


def test_every_hook_calls_a_command_there_is_that_takes_several_files() -> None:
    assert [hook["id"] for hook in HOOKS] == ["sci-profile-check", "sci-vpn-check"]
    for hook in HOOKS:
        program, *words = shlex.split(hook["entry"])
        assert (program, hook["language"]) == ("sci", "python")
        assert tuple(words) in COMMANDS
        assert set(hook) <= {
            "id", "name", "description", "entry", "language", "types", "files", "require_serial",
        }  # fmt: skip
        (takes,) = [command for path, command in LEAVES if path == tuple(words)]
        assert [param.nargs for param in takes.params if param.param_type_name == "argument"] == [-1]


def test_the_hooks_on_the_page_are_those_there_are() -> None:
    used = [
        hook["id"]
        for name, text in BLOCK.findall(PAGE)
        if name == "pre-commit"
        for repo in yaml.safe_load(text)["repos"]
        for hook in repo["hooks"]
    ]
    assert set(used) == {hook["id"] for hook in HOOKS}


@needs_a_shell
def test_the_hooks_pass_and_fail_as_their_files_do(repository: Path) -> None:
    profiles, prefixes = (hook["entry"] for hook in HOOKS)
    assert run(f"{profiles} providers/nimbus.yaml", repository, {}).returncode == 0
    assert run(f"{prefixes} prefixes/CORP.txt prefixes/LAB.txt", repository, {}).returncode == 0
    (repository / "prefixes" / "LAB.txt").write_text("10.30.4.0/22\n", encoding="utf-8")
    assert run(f"{prefixes} prefixes/CORP.txt prefixes/LAB.txt", repository, {}).returncode == 4
