"""The YAML of a profile as pydantic models, key by key, and their conversion to the domain's Profile.

Every value is text when it arrives here; the models say what each text may be. Only here is pydantic used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Annotated, Any, ClassVar, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError
from pydantic_core import PydanticCustomError

from sci_cli.domain import profile as domain
from sci_cli.domain.facts import CORE_FACTS
from sci_cli.domain.prefixes import Prefix
from sci_cli.domain.profile import Confidence, FactKind, FieldRule, GateKind, OwnerMode, StepKind
from sci_cli.profiles import values, wording
from sci_cli.profiles.problems import Path, Problem, Unacceptable

T = TypeVar("T")

_MOST_STEPS = 200


def _sentence(text: str) -> PydanticCustomError:
    return PydanticCustomError("sentence", "{sentence}", {"sentence": text})


def _text(reader: Callable[[str], T], schema: object = str) -> PlainValidator:
    """A field whose text is read by this function; `schema` is what an editor takes it for."""

    def validate(value: object) -> T:
        if not isinstance(value, str):
            raise _sentence(f"is a single value; {wording.given(value)}.")
        try:
            return reader(value)
        except Unacceptable as problem:
            raise _sentence(str(problem)) from None

    return PlainValidator(validate, json_schema_input_type=schema)


def _pair(value: object) -> tuple[str, str]:
    if isinstance(value, list) and len(value) == 2 and all(isinstance(entry, str) for entry in value):
        return value[0], value[1]
    raise _sentence("is a list of two facts.")


Line = Annotated[str, _text(values.line)]
ShortTitle = Annotated[str, _text(values.short_title)]
Block = Annotated[str, _text(values.block)]
Click = Annotated[str, _text(values.click)]
Name = Annotated[str, _text(values.name)]
Reference = Annotated[str, _text(values.reference)]
Number = Annotated[int, _text(values.whole_number, int)]
Truth = Annotated[bool, _text(values.truth, bool)]
Sureness = Annotated[Confidence, _text(values.one_of(Confidence), Confidence)]
Pair = Annotated[tuple[str, str], PlainValidator(_pair, json_schema_input_type=list[str])]


class _Part(BaseModel):
    """A mapping of the file: keys in kebab-case, no others than these."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=lambda field: field.replace("_", "-"), defer_build=True
    )
    makes: ClassVar[type[Any]]

    def to_domain(self) -> Any:
        """The domain's value; its fields have the names of these."""
        return self.makes(**{field: _converted(value) for field, value in self})


def _converted(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_converted(entry) for entry in value)
    return value.to_domain() if isinstance(value, _Part) else value


class _Clause(_Part):
    place: Line
    says: Block


class _Source(_Part):
    title: Line
    note: Block = ""
    clauses: dict[Reference, _Clause] = Field(min_length=1)

    def to_domain(self) -> domain.Source:
        clauses = (domain.Clause(key, each.place, each.says) for key, each in self.clauses.items())
        return domain.Source(self.title, tuple(clauses), self.note)


class _Party(_Part):
    name: Line
    short: Line
    provider: Truth = False


class _Phase(_Part):
    makes = domain.Phase
    id: Name
    title: Line
    counts: Truth = True


class _Owners(_Part):
    all: Annotated[list[Name], Field(min_length=1)] = []
    any: Annotated[list[Name], Field(min_length=1)] = []

    def to_domain(self) -> domain.Owners:
        mode = OwnerMode.ALL if self.all else OwnerMode.ANY
        return domain.Owners(tuple(self.all or self.any), mode)


class _Condition(_Part):
    makes = domain.Condition
    fact: Name
    values: list[Line] = []
    at_least: Number | None = None


class _Timer(_Part):
    makes = domain.Timer
    starts: Reference
    within: Annotated[timedelta | None, _text(values.duration)] = None
    if_late: Block = ""


class _Step(_Part):
    makes = domain.Step
    id: Reference
    phase: Name
    kind: Annotated[StepKind, _text(values.one_of(StepKind), StepKind)]
    owners: _Owners
    short: ShortTitle
    title: Line
    text: Block
    clauses: list[Reference] = []
    after: list[Reference] = []
    closed_by: list[_Condition] = []
    only_if: _Condition | None = None
    not_needed: Line = ""
    optional: Block = ""
    closes_with: Reference = ""
    moot_after: Reference = ""
    timer: _Timer | None = None
    asks: list[Name] = []
    evidence: Line = ""
    portal: list[Click] = []


class _Fact(_Part):
    id: Name
    label: Line = ""
    kind: Annotated[FactKind | None, _text(values.one_of(FactKind), FactKind)] = None
    choices: list[Name] = []
    minimum: Number | None = None
    maximum: Number | None = None
    usual_length: Number | None = None
    multiple: Truth | None = None
    hint: Line = ""
    clause: Reference = ""
    source: Line = ""
    confidence: Sureness | None = None

    def to_domain(self) -> domain.FactSpec:
        """The fact; what a core fact leaves out here is as the program has it."""
        core = CORE_FACTS.get(self.id) or domain.FactSpec(self.id, "", FactKind.TEXT)
        return domain.FactSpec(
            id=self.id,
            label=self.label or core.label,
            kind=self.kind or core.kind,
            choices=tuple(self.choices) or core.choices,
            minimum=core.minimum if self.minimum is None else self.minimum,
            maximum=core.maximum if self.maximum is None else self.maximum,
            usual_length=self.usual_length,
            multiple=core.multiple if self.multiple is None else self.multiple,
            hint=self.hint or core.hint,
            clause=self.clause,
            source=self.source,
            confidence=self.confidence or core.confidence,
        )


class _Gate(_Part):
    gate: Annotated[GateKind, _text(values.one_of(GateKind), GateKind)]
    clause: Reference = ""
    step: Reference = ""
    fact: Name = ""

    def to_domain(self) -> domain.Gate:
        return domain.Gate(self.gate, self.clause, self.step, self.fact)


class _Gates(_Part):
    order: list[_Gate]


class _Reminder(_Part):
    makes = domain.Reminder
    text: Block
    clause: Reference = ""
    step: Reference = ""
    when: _Condition | None = None


class _Reminders(_Part):
    order: list[_Reminder] = []


class _Field(_Part):
    makes = domain.OrderField
    id: Name
    label: Line
    rule: Annotated[FieldRule, _text(values.one_of(FieldRule), FieldRule)]
    fact: Name = ""
    why: Block = ""
    without: Block = ""
    clause: Reference = ""


class _Order(_Part):
    fields: list[_Field] = Field(min_length=1)


class _Contact(_Part):
    makes = domain.Contact
    name: Line
    role: Line
    email: Annotated[str, _text(values.recipient)]
    verified: Annotated[date, _text(values.day)]


class _Stage(_Part):
    makes = domain.Stage
    id: Name
    title: Line


class _Row(_Part):
    makes = domain.ConfigurationRow
    label: Line
    fact: Name
    required: Truth = False


class _Handoff(_Part):
    makes = domain.Handoff
    clause: Reference = ""
    subject: Annotated[str, _text(values.subject)]
    opening: Annotated[str, _text(values.message)]
    closing: Annotated[str, _text(values.message)]
    attachment: Line
    configuration: list[_Row] = Field(min_length=1)
    pairs: list[Pair] = []
    stages: list[_Stage] = Field(min_length=1)
    contacts: list[_Contact] = []


class _Caution(_Part):
    makes = domain.Caution
    id: Name
    text: Block
    topics: list[Reference] = Field(min_length=1)
    source: Line
    confidence: Sureness
    in_guide: Truth = False


class _RouteLimit(_Part):
    makes = domain.RouteLimit
    value: Annotated[int, _text(values.positive_number, int)]
    text: Block
    source: Line
    confidence: Sureness
    version: Annotated[int, _text(values.ip_version, int)] = 0


class _Limits(_Part):
    routes: list[_RouteLimit] = []


class _Reserved(_Part):
    makes = domain.ReservedRange
    prefix: Annotated[Prefix, _text(values.prefix)]
    text: Block
    source: Line
    confidence: Sureness


class ProfileDocument(_Part):
    """A whole profile file."""

    format: Annotated[int, _text(values.positive_number, int)]
    id: Annotated[str, _text(values.profile_id)]
    name: Line
    version: Line
    summary: Line
    seen_as: list[Line] = []
    confidence_note: Block = ""
    vpn_clause: Line = ""
    source: _Source
    parties: dict[Name, _Party] = Field(min_length=1)
    phases: list[_Phase] = Field(min_length=1)
    steps: list[_Step] = Field(min_length=1, max_length=_MOST_STEPS)
    facts: list[_Fact] = []
    gates: _Gates
    order: _Order
    handoff: _Handoff
    cautions: list[_Caution] = []
    limits: _Limits = Field(default_factory=_Limits)
    reserved: list[_Reserved] = []
    reminders: _Reminders = Field(default_factory=_Reminders)

    def to_domain(self) -> domain.Profile:
        """The profile; its facts are the core facts, restated or not, then its own."""
        facts = {**CORE_FACTS, **{fact.id: fact.to_domain() for fact in self.facts}}
        return domain.Profile(
            id=self.id,
            name=self.name,
            version=self.version,
            summary=self.summary,
            seen_as=tuple(self.seen_as) or (self.name,),
            source=self.source.to_domain(),
            parties=tuple(domain.Party(key, each.name, each.short) for key, each in self.parties.items()),
            provider_party=next(key for key, each in self.parties.items() if each.provider),
            phases=_converted(self.phases),
            steps=_converted(self.steps),
            facts=tuple(facts.values()),
            gates=_converted(self.gates.order),
            order_fields=_converted(self.order.fields),
            handoff=self.handoff.to_domain(),
            cautions=_converted(self.cautions),
            route_limits=_converted(self.limits.routes),
            reserved=_converted(self.reserved),
            confidence_note=self.confidence_note,
            vpn_clause=self.vpn_clause,
            reminders=_converted(self.reminders.order),
        )


def read(value: object) -> tuple[ProfileDocument | None, list[Problem]]:
    """The document in a mapping of plain values, or None with what is wrong with single keys and values."""
    try:
        return ProfileDocument.model_validate(value), []
    except ValidationError as error:
        return None, wording.problems_of(error.errors(include_url=False), _keys_at)


def schema() -> dict[str, Any]:
    """The JSON Schema of the file."""
    return ProfileDocument.model_json_schema(by_alias=True, mode="validation")


def _keys_at(path: Path) -> tuple[str, ...]:
    """The keys of the mapping at a path, found along the annotations of the models."""
    part: type[BaseModel] = ProfileDocument
    named_by_author = False
    for step in path:
        # An index of a list, or a key that the author chose, stays with the model found before.
        if isinstance(step, int) or named_by_author:
            named_by_author = False
            continue
        field = next(each for each in part.model_fields.values() if each.alias == step)
        named_by_author = getattr(field.annotation, "__origin__", None) is dict
        part = next(_models(field.annotation))
    return tuple(each.alias or "" for each in part.model_fields.values())


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
