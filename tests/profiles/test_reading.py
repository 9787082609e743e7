"""From bytes to a profile: what a sound file gives, what no file may do, and the bad inputs of the corpus."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sci_cli.domain import profile as domain
from sci_cli.domain.facts import CORE_FACTS
from sci_cli.domain.plain import from_plain, to_plain
from sci_cli.domain.prefixes import parse_prefix
from sci_cli.domain.profile import Confidence, FactKind, GateKind, OwnerMode, StepKind
from sci_cli.errors import InvalidFile
from sci_cli.profiles import parse_profile, profile_digest, profile_schema

HERE = Path(__file__).parent
SOUND = (HERE / "fictitious.yaml").read_text(encoding="utf-8")
SHIPPED = HERE.parents[1] / "profiles" / "alibaba-cloud.yaml"
CORPUS = HERE.parent / "corpus" / "badinputs.yaml"


def parsed(text: str) -> domain.Profile:
    return parse_profile(text.encode(), name="n.yaml")


def test_a_step_is_read_with_everything_it_says() -> None:
    assert parsed(SOUND).step("k5") == domain.Step(
        id="K5",
        phase="groundwork",
        kind=StepKind.FACTS,
        owners=domain.Owners(("client",), OwnerMode.ALL),
        short="Review the NAT section",
        title="Review the NAT section",
        text="Only public products need it.",
        clauses=("N5",),
        closed_by=(domain.Condition("nat-review", ("reviewed",)),),
        only_if=domain.Condition("cloud-type", ("public",)),
        not_needed="only public products need NAT",
        asks=("cloud-type", "nat-review"),
    )


def test_the_parts_around_the_steps_are_read() -> None:
    profile = parsed(SOUND.replace("  stages:\n", CONTACT + "  stages:\n"))
    assert (profile.id, profile.name, profile.version, profile.provider_party) == (
        "nimbus-cloud",
        "Nimbus Cloud",
        "2026-01",
        "nimbus",
    )
    assert [phase.counts for phase in profile.phases] == [True, True, True, False]
    assert profile.gates[-2:] == (
        domain.Gate(GateKind.STEP_CLOSED, "N6", step="A1"),
        domain.Gate(GateKind.FACT_RECORDED, "N2", fact="csp.service-key"),
    )
    a1 = profile.step("A1")
    assert a1 is not None
    assert a1.timer == domain.Timer("K2", timedelta(days=5), "Ask Nimbus what is missing.")
    assert profile.handoff.contacts == (
        domain.Contact("Order desk", "orders", "desk@example.net", date(2026, 1, 31)),
    )
    assert profile.handoff.pairs == (("link.verizon-address", "link.nimbus-address"),)
    assert profile.route_limits == (
        domain.RouteLimit(200, "Nimbus takes 200 routes.", "Nimbus sheet", Confidence.CONFIRMED, 4),
    )
    assert [reserved.prefix for reserved in profile.reserved] == [parse_prefix("198.18.0.0/15")]


CONTACT = "  contacts: [{name: Order desk, role: orders, email: desk@example.net, verified: 2026-01-31}]\n"


def test_core_facts_are_in_every_profile_and_keep_what_it_does_not_restate() -> None:
    facts = {fact.id: fact for fact in parsed(SOUND).facts}
    assert list(facts)[: len(CORE_FACTS)] == list(CORE_FACTS)
    assert facts["customer"] == CORE_FACTS["customer"]
    assert facts["private-ip.active"].minimum == 1
    assert facts["private-ip.active"].hint == CORE_FACTS["private-ip.active"].hint
    assert facts["csp.account-id"].kind is FactKind.DIGITS


def test_a_provider_is_spelt_as_its_name_where_nothing_else_is_said() -> None:
    assert parsed(SOUND.replace("seen-as: [Nimbus Cloud, Nimbus]\n", "")).seen_as == ("Nimbus Cloud",)


def test_plain_words_stay_text() -> None:
    for word in ("NO", "0123456", "=", "12:30", "null", "1_000"):
        profile = parsed(SOUND.replace("text: Done in the portal.", f"text: {word}"))
        step = profile.step("Z1")
        assert step is not None
        assert step.text == word


def test_the_digest_follows_the_content_and_not_the_layout() -> None:
    first = profile_digest(parsed(SOUND))
    assert first == profile_digest(
        parsed("# a remark\n" + SOUND.replace("[client, nimbus]", "[client,   nimbus]"))
    )
    assert first != profile_digest(parsed(SOUND.replace("within: P5D", "within: P6D")))


def test_a_profile_survives_being_stored_in_its_plain_form() -> None:
    for profile in (parsed(SOUND), parse_profile(SHIPPED.read_bytes(), name="shipped")):
        assert from_plain(domain.Profile, to_plain(profile)) == profile


def test_the_shipped_profile_has_the_same_digest_on_every_load() -> None:
    data = SHIPPED.read_bytes()
    assert len({profile_digest(parse_profile(data, name=name)) for name in ("a", "b")}) == 1


@pytest.mark.parametrize("path", [HERE / "fictitious.yaml", SHIPPED], ids=["fictitious", "shipped"])
def test_the_schema_for_editors_accepts_a_sound_file_and_refuses_an_unknown_key(path: Path) -> None:
    # An editor reads the file with YAML's own types; dates are kept as text in the schema.
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    for contact in document["handoff"].get("contacts", ()):
        contact["verified"] = contact["verified"].isoformat()
    jsonschema.validate(document, profile_schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, "stepz": []}, profile_schema())


def test_importing_the_package_loads_neither_pydantic_nor_yaml() -> None:
    code = "import sys, sci_cli.profiles; print([m for m in ('pydantic', 'yaml') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


LINES = SOUND.splitlines(keepends=True)
DAMAGE = ["", "- x\n", "steps:\n", "  id: [a]\n", "{}\n", "  kind: {a: b}\n", "  - []\n"]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_and_nothing_else_happens(data: st.DataObject) -> None:
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 3))):
        index = data.draw(st.integers(0, len(lines) - 1))
        words = st.sampled_from(
            ["", "- x\n", "steps:\n", "  id: [a]\n", "{}\n", "  kind: {a: b}\n", "  - []\n"]
        )
        lines[index] = data.draw(words | st.sampled_from(LINES) | st.text(max_size=8))
    try:
        parsed("".join(lines))
    except InvalidFile as error:
        assert not any("pydantic" in text.lower() or "http" in text for text in (error.message, *error.why))


KEYS = (
    "steps facts gates order fields handoff id kind owners all any after source clauses parties phases "
    "contacts pairs timer starts closed-by only-if fact values choices limits routes"
)


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.sampled_from(["a", "K1", "N1", "facts", "order", "1", ""]),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS.split(" ")), inner, max_size=4)
        ),
        max_leaves=25,
    )
)
def test_a_file_of_any_shape_is_refused_and_nothing_else_happens(value: Any) -> None:
    document = {"format": "1", "steps": value, "order": value, "facts": value, "gates": value}
    with pytest.raises(InvalidFile):
        parsed(yaml.safe_dump(document))


# The corpus ------------------------------------------------------------------------------------------------

CASES = [case for case in yaml.safe_load(CORPUS.read_text("utf-8"))["cases"] if case["kind"] == "profile"]


def bomb(levels: int, width: int, line: str) -> str:
    first = "a0: &a0 {x: y}\n"
    later = (
        line.format(n=level, refs=", ".join([f"*a{level - 1}"] * width)) for level in range(1, levels + 1)
    )
    return first + "".join(later)


def corpus_text(given_input: dict[str, Any]) -> str | None:
    """The file a corpus case describes; None where it describes the place of a file instead."""
    match given_input:
        case {"text": text}:
            return str(text)
        case {"put": {"yaml": raw}}:
            return SOUND.replace("text: Done in the portal.", f"text: {raw}")
        case {"gen": parts}:
            return str(parts.get("prefix", "") + parts["repeat"] * parts["times"] + parts.get("suffix", ""))
        case {"alias_bomb": {"levels": levels, "width": width}}:
            return bomb(levels, width, "a{n}: &a{n} [{refs}]\n")
        case {"merge_bomb": {"levels": levels}}:
            return bomb(levels, 2, "a{n}: &a{n}\n  <<: [{refs}]\n")
        case {"gates_removed": _}:
            return SOUND.replace("    - {gate: account-active, clause: N3}\n", "")
        case {"include": path}:
            return SOUND + f"include: '{path}'\n"
        case _:
            return None


# Where a file lies and whom it names is shown in test_catalogue.
ABOUT_CONTENT = [
    pytest.param(case, id=case["id"]) for case in CASES if corpus_text(case["input"]) is not None
]


@pytest.mark.parametrize("case", ABOUT_CONTENT)
def test_a_corpus_case_about_content_ends_as_expected(case: dict[str, Any]) -> None:
    text = corpus_text(case["input"])
    assert text is not None
    if case["expect"]["class"] == "OK":
        step = parsed(text).step("Z1")
        assert step is not None
        assert [step.text] == case["expect"]["says"]
        return
    with pytest.raises(InvalidFile) as caught:
        parsed(text)
    output = "\n".join((caught.value.message, *caught.value.why)).lower()
    assert [word for word in case["expect"].get("says", ()) if word.lower() not in output] == []
    assert max(map(len, output.splitlines())) < 600
