"""What stands behind steps, clauses, findings, facts and words; and the profiles there are."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

import sci_cli
from sci_cli.domain.facts import CORE_FACTS, accepts_text
from sci_cli.domain.plain import digest
from sci_cli.errors import TopicNotFound
from sci_cli.operations import knowledge
from sci_cli.operations.glossary import ALSO, FINDINGS, WORDS
from sci_cli.operations.reference_views import ExplainView, ProfilesView, ProfileView, WhereView
from sci_cli.operations.workspace import Workspace
from sci_cli.profiles import Catalogue, shipped_profiles_dir
from tests.operations.build import alibaba, nimbus, open_desk, started, typed

NIMBUS_FILE = Path(__file__).parent.parent / "profiles" / "fictitious.yaml"
_CODE = re.compile(
    r'"((?:order|handoff|port|vpn|prefix|fact|record|step|backup|draft|evidence|history|home|machine|package'
    r'|profile)\.[a-z_]+)"'
)
# Codes of errors, which are told with the error itself, and a field of the record share the first word of
# some findings.
_ERRORS = {"order.mismatch", "handoff.draft_altered", "step.not_found", "vpn.not_found", "profile.digest"}


def explained(ws: Workspace, topic: str, **where: str) -> ExplainView:
    """What is said under this word."""
    view = knowledge.explain(ws, topic, **where).view
    assert isinstance(view, ExplainView)
    return view


def own_home(tmp_path: Path) -> Workspace:
    """A workspace whose own profiles include the invented one."""
    folder = tmp_path / "profiles"
    folder.mkdir(mode=0o700)
    own = folder / "nimbus-cloud.yaml"
    own.write_bytes(NIMBUS_FILE.read_bytes())
    own.chmod(0o600)
    return replace(open_desk(tmp_path).ws, catalogue=Catalogue(shipped_profiles_dir(), folder))


@pytest.mark.parametrize("step", [step.id for step in alibaba().steps])
def test_every_step_is_explained_with_its_owner_clauses_and_cautions(tmp_path: Path, step: str) -> None:
    known = alibaba().step(step)
    assert known is not None
    view = explained(open_desk(tmp_path).ws, step.lower(), profile_id="alibaba-cloud")
    assert (view.id, view.title, view.owner) == (
        step,
        known.title,
        alibaba().owners_text(known.owners),
    )
    assert tuple(clause.id for clause in view.clauses) == known.clauses
    assert view.portal == known.clicks()
    assert view.cautions == alibaba().cautions_for(step)
    wanted = dict.fromkeys((*known.asks, *(each.fact for each in known.closed_by)))
    assert [row.id for row in view.facts] == list(wanted)


@pytest.mark.parametrize("step", [step.id for step in nimbus().steps])
def test_every_step_of_the_invented_provider_is_explained(tmp_path: Path, step: str) -> None:
    view = explained(open_desk(tmp_path).ws, step, profile_id="nimbus-cloud")
    assert (view.id, view.source) == (step, "Nimbus Cloud: Nimbus Cloud connection sheet")


@pytest.mark.parametrize("clause", [clause.id for clause in alibaba().source.clauses])
def test_every_clause_is_explained_with_the_step_it_belongs_to(tmp_path: Path, clause: str) -> None:
    known = alibaba().clause(clause)
    assert known is not None
    view = explained(open_desk(tmp_path).ws, clause.lower(), profile_id="alibaba-cloud")
    assert (view.id, view.title, view.text, view.clauses) == (clause, known.place, known.says, (known,))
    assert view.lines[0].startswith("Step ")


def test_the_step_of_the_order_explains_its_fields_and_the_timed_step_its_clock(tmp_path: Path) -> None:
    ws = open_desk(tmp_path).ws
    order = explained(ws, "O5", profile_id="alibaba-cloud").lines
    assert order == (
        "Comes after: O3.",
        "CSP Customer ID: Takes the Alibaba account ID.",
        "Service Key: Stays empty; there is no API between Verizon and Alibaba at this time.",
    )
    timed = explained(ws, "O6", profile_id="alibaba-cloud").lines
    assert timed[:2] == ("Comes after: O5.", "Closed together with O8.")
    assert timed[2] == (
        "Clock: within 30 min after O5. The port should be in Dynamic Network Manager by now; "
        "ask the Verizon Account Team where the order stands."
    )


@pytest.mark.parametrize("fact", [spec.id for spec in alibaba().facts])
def test_every_fact_is_explained_with_what_it_accepts(tmp_path: Path, fact: str) -> None:
    known = alibaba().fact(fact)
    assert known is not None
    view = explained(open_desk(tmp_path).ws, fact.upper(), profile_id="alibaba-cloud")
    assert (view.id, view.title) == (fact, known.label)
    assert view.text.endswith(f" Accepts {accepts_text(known)}.")
    assert all(choice in view.text for choice in known.choices)


def test_facts_no_profile_mentions_are_explained_all_the_same(tmp_path: Path) -> None:
    for fact in CORE_FACTS:
        assert explained(open_desk(tmp_path).ws, fact, profile_id="nimbus-cloud").id == fact


@pytest.mark.parametrize("word", sorted(WORDS))
def test_every_word_is_explained(tmp_path: Path, word: str) -> None:
    view = explained(open_desk(tmp_path).ws, f" {word.upper()} ")
    assert (view.id, view.text) == (word, WORDS[word])


@pytest.mark.parametrize("code", sorted(FINDINGS))
def test_every_finding_is_explained(tmp_path: Path, code: str) -> None:
    assert explained(open_desk(tmp_path).ws, code).text == FINDINGS[code]


def test_every_code_a_rule_can_give_has_its_explanation() -> None:
    package = Path(sci_cli.__file__).parent
    sources = [path for room in ("domain", "operations", "store") for path in package.glob(f"{room}/*.py")]
    text = "\n".join(path.read_text("utf-8") for path in sources if path.name != "glossary.py")
    given = set(_CODE.findall(text)) - _ERRORS
    assert given == set(FINDINGS)


@pytest.mark.parametrize("caution", [caution.id for caution in alibaba().cautions])
def test_every_caution_is_explained_with_its_source(tmp_path: Path, caution: str) -> None:
    known = next(each for each in alibaba().cautions if each.id == caution)
    view = explained(open_desk(tmp_path).ws, caution, profile_id="alibaba-cloud")
    assert (view.text, view.source) == (known.text, known.source)


def test_an_activation_is_explained_with_its_own_profile(tmp_path: Path) -> None:
    desk = started(tmp_path, "nimbus-cloud")
    assert explained(desk.ws, "K1", name=desk.name).title == "Agree on location, data plan and scope"
    with pytest.raises(TopicNotFound):
        knowledge.explain(desk.ws, "O5", name=desk.name)


def test_without_a_profile_all_are_searched(tmp_path: Path) -> None:
    ws = own_home(tmp_path)
    assert explained(ws, "O5").title == "Place the Secure Cloud Interconnect order"
    assert explained(ws, "K2").title == "Create a service key in the Nimbus console"


def test_a_word_nobody_knows_is_refused_with_the_nearest(tmp_path: Path) -> None:
    ws = open_desk(tmp_path).ws
    with pytest.raises(TopicNotFound) as caught:
        knowledge.explain(ws, "vpn.prefix_overlop")
    assert typed(caught.value.fix)[0] == "sci explain vpn.prefix_overlap"
    with pytest.raises(TopicNotFound) as caught:
        knowledge.explain(ws, "zzzzzzzz")
    assert typed(caught.value.fix)[1] == f"Words: {', '.join(sorted(WORDS))}."


# Profiles --------------------------------------------------------------------------------------------------


def test_the_profiles_are_listed_with_where_they_come_from(tmp_path: Path) -> None:
    ws = own_home(tmp_path)
    view = knowledge.profiles(ws).view
    assert isinstance(view, ProfilesView)
    own = tmp_path / "profiles" / "nimbus-cloud.yaml"
    assert [(row.id, row.name, row.origin, row.problem) for row in view.profiles] == [
        ("alibaba-cloud", "Alibaba Cloud", "shipped", ""),
        ("nimbus-cloud", "Nimbus Cloud", str(own), ""),
    ]


def test_a_profile_that_cannot_be_used_is_listed_with_its_problem_and_explains_nothing(
    tmp_path: Path,
) -> None:
    ws = own_home(tmp_path)
    (tmp_path / "profiles" / "nimbus-cloud.yaml").write_text("format: 1\n", "utf-8")
    view = knowledge.profiles(ws).view
    assert isinstance(view, ProfilesView)
    assert [bool(row.problem) for row in view.profiles] == [False, True]
    with pytest.raises(TopicNotFound):
        knowledge.explain(ws, "K2")


@pytest.mark.parametrize("profile_id", ["alibaba-cloud", "nimbus-cloud"])
def test_a_profile_is_shown_step_by_step(tmp_path: Path, profile_id: str) -> None:
    profile = {"alibaba-cloud": alibaba(), "nimbus-cloud": nimbus()}[profile_id]
    view = knowledge.profile(own_home(tmp_path), profile_id).view
    assert isinstance(view, ProfileView)
    assert (view.id, view.name, view.version, view.digest) == (
        profile.id,
        profile.name,
        profile.version,
        digest(profile),
    )
    assert [phase.title for phase in view.phases] == [phase.title for phase in profile.phases]
    assert [step for phase in view.phases for step in phase.steps] == [
        (step.id, step.title, profile.owners_text(step.owners)) for step in profile.steps
    ]
    assert [row.id for row in view.facts] == [spec.id for spec in profile.facts]
    assert view.contacts == profile.handoff.contacts


def test_where_the_files_are(tmp_path: Path) -> None:
    view = knowledge.where(open_desk(tmp_path).ws).view
    assert isinstance(view, WhereView)
    assert dict(view.folders) == {
        "home": str(tmp_path),
        "activations": str(tmp_path / "activations"),
        "backups": str(tmp_path / "backups"),
        "evidence": str(tmp_path / "evidence"),
        "drafts": str(tmp_path / "out"),
        "your profiles": str(tmp_path / "profiles"),
    }


@pytest.mark.parametrize(
    ("typed_word", "title"),
    [("nat", "nat"), ("Dynamic  Network Manager", "dnm"), ("entitlements", "entitlement"), ("MSS", "mss")],
)
def test_words_are_explained_under_the_spellings_people_type(
    tmp_path: Path, typed_word: str, title: str
) -> None:
    assert explained(open_desk(tmp_path).ws, typed_word).title == title


def test_every_other_spelling_leads_somewhere() -> None:
    assert set(ALSO.values()) <= {*WORDS, *CORE_FACTS}
    assert not set(ALSO) & set(WORDS)
