"""YAML in which every scalar is text: strict for files people give, canonical for our own records.

Files from outside go through the pure-Python parser, our own records, checked by their sum before, through
libyaml where it is there. In both cases events are turned into plain dicts, lists and texts on a stack of
our own: the loaders of PyYAML recurse, guess types, let the last of two equal keys win and can be made to
multiply a small file into an endless one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, TypeAlias

import yaml
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

from sci_cli.errors import InvalidFile, Spot
from sci_cli.safety.text import describe_unsafe, find_unsafe, quoted, visible
from sci_cli.safety.yaml_faults import Place, explained, place_of

DEPTH_LIMIT = 20
NODE_LIMIT = 100_000
SIZE_LIMIT = 1_000_000
_FIX = "Correct the file, then try again."

Value: TypeAlias = "str | list[Value] | dict[str, Value]"
Path: TypeAlias = "tuple[str | int, ...]"


@dataclass(frozen=True, slots=True)
class Document:
    """The value of a YAML file, and where each part of it stands; lines and columns count from 1."""

    value: Value
    values: Mapping[Path, Place] = field(default_factory=dict, repr=False)
    keys: Mapping[Path, Place] = field(default_factory=dict, repr=False)

    def position(self, path: Path) -> Place:
        """Line and column of the value at this path, or of the nearest value around it that exists."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, (1, 1))

    def key_position(self, path: Path) -> Place:
        """Line and column of the key that leads to this path; where there is none, that of the value."""
        return self.keys[path] if path in self.keys else self.position(path)


def load(data: bytes, *, name: str, limit: int = SIZE_LIMIT) -> Document:
    """The one YAML document in these bytes, every scalar as text exactly as written.

    Refused are other encodings than UTF-8, control and direction characters (raw or as escapes), anchors
    and aliases, tags, merge keys, duplicate keys, keys that are not text, several documents, and more than
    `DEPTH_LIMIT` levels or `NODE_LIMIT` values. An empty file and an empty value are the text ''.

    Args:
        data: the bytes of a file nobody vouches for.
        name: the file's name for messages.
        limit: the largest size accepted, in bytes.

    Raises:
        InvalidFile: with the message `NAME:LINE:COLUMN: SENTENCE`. No other exception escapes.
    """
    found = _load(data, name, limit, several=False)
    return found[0] if found else Document("")


def load_several(data: bytes, *, name: str, limit: int = SIZE_LIMIT) -> tuple[Document, ...]:
    """Every YAML document in these bytes, as strictly as `load`; an empty one has the value ''.

    Raises:
        InvalidFile: as with `load`; one that is not YAML makes all others of the file unknowable.
    """
    return _load(data, name, limit, several=True)


def _load(data: bytes, name: str, limit: int, *, several: bool) -> tuple[Document, ...]:
    try:
        if len(data) > limit:
            raise _Malformed((1, 1), f"The file is too large: {len(data)} bytes, at most {limit}.")
        source = _PureParser(_decode(data))
        return tuple(_documents(source, several=several, node_limit=NODE_LIMIT, any_character=False))
    except _Malformed as problem:
        spot = Spot(name, *problem.place, problem.sentence)
        raise InvalidFile(_located(name, *problem.place, problem.sentence), fix=_FIX).at([spot]) from None


def problems_error(name: str, problems: Sequence[tuple[int, int, str]]) -> InvalidFile:
    """The error that lists all problems of a file, in the order of the file.

    Args:
        name: the file's name.
        problems: line, column and sentence of each; sentences may quote the file.
    """
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return InvalidFile(
        f"{visible(name, allow_newlines=False)} has {count}.",
        why=[_located(name, *problem) for problem in sorted(problems)],
        fix=_FIX,
    ).at([Spot(name, *problem) for problem in sorted(problems)])


def load_own(text: str) -> dict[str, Value]:
    """The mapping in a record this program wrote, exactly as it was given to `dump_own`.

    The caller has checked the record's sum. Structure is checked as in `load`, values are not counted.

    Raises:
        ValueError: the text is not such a record; the message names line and column.
    """
    documents = tuple(_documents(_OwnLoader(text), several=False, node_limit=None, any_character=True))
    value = documents[0].value if documents else ""
    if not isinstance(value, dict):
        raise _Malformed((1, 1), "The record is not a mapping.")
    return value


def dump_own(document: Mapping[str, Value]) -> str:
    """The document as block YAML that every YAML 1.1 and 1.2 reader takes for the same texts.

    Order of keys is kept, texts of several lines are literal blocks where YAML can hold them, and there
    are no aliases.

    Args:
        document: nothing but dicts with text keys, lists and texts, at most `DEPTH_LIMIT` levels.

    Raises:
        TypeError: something else is in it.
        ValueError: a text holds a lone surrogate.
    """
    dumped: str = yaml.dump(dict(document), Dumper=_OwnDumper, allow_unicode=True, width=2**31 - 1)
    return dumped


# Reading ---------------------------------------------------------------------------------------------------


class _Malformed(ValueError):
    def __init__(self, place: Place, sentence: str) -> None:
        super().__init__(f"line {place[0]}, column {place[1]}: {sentence}")
        self.place = place
        self.sentence = sentence


class _EventSource(Protocol):
    def get_event(self) -> yaml.Event: ...


def _located(name: str, line: int, column: int, sentence: str) -> str:
    return visible(f"{name}:{line}:{column}: {sentence}", allow_newlines=False)


def _decode(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = data.count(b"\n", 0, error.start) + 1, error.start - data.rfind(b"\n", 0, error.start)
        raise _Malformed(place, "This is not UTF-8 text; save the file as UTF-8.") from None
    # UTF-16 without a mark at its start is valid UTF-8 with a zero in every second place.
    if "\0" in text:
        zero = f"{describe_unsafe(chr(0))}; save the file as UTF-8"
        raise _Malformed(_place_of(text, text.index("\0")), f"The file contains {zero}.")
    text = text.replace("\r\n", "\n")
    # A tab may stand in a comment or between words; the scanner and the builder judge it where it matters.
    unsafe = find_unsafe(text.replace("\t", " "), allow_newlines=True)
    if unsafe is not None:
        what = describe_unsafe(text[unsafe], allow_newlines=True)
        raise _Malformed(_place_of(text, unsafe), f"The file contains {what}.")
    return text


def _place_of(text: str, index: int) -> Place:
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


class _PureParser(Reader, Scanner, Parser):
    """The pure-Python parser, stopped by deep brackets before it looks ahead over thousands of them."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def fetch_flow_collection_start(self, TokenClass: type[yaml.Token]) -> None:
        """Count the bracket, refuse it when too deep, otherwise read it."""
        if self.flow_level >= DEPTH_LIMIT:
            raise _too_deep(place_of(self.get_mark()))
        super().fetch_flow_collection_start(TokenClass)


_OwnLoader = getattr(yaml, "CSafeLoader", _PureParser)


def _too_deep(place: Place) -> _Malformed:
    return _Malformed(place, f"This is nested too deeply; at most {DEPTH_LIMIT} levels are accepted.")


def _events(source: _EventSource) -> Iterator[yaml.Event]:
    try:
        while not isinstance(event := source.get_event(), yaml.StreamEndEvent):
            yield event
    except _Malformed:
        raise
    except yaml.MarkedYAMLError as error:
        raise _Malformed(*explained(error)) from None
    except (yaml.YAMLError, ValueError, ArithmeticError, LookupError, AttributeError, TypeError):
        # For example a number of an escape that no character has: the scanner passes on what chr() raises.
        mark = source.get_mark() if isinstance(source, Reader) else None
        raise _Malformed(place_of(mark), "An escape or a number here has no meaning in YAML.") from None


@dataclass(slots=True)
class _Open:
    """A list or mapping still being filled; `key` waits for its value."""

    content: list[Value] | dict[str, Value]
    path: Path
    key: str | None = None


class _Builder:
    """Plain values from the events of one document, and the place of each key and value."""

    def __init__(self, *, any_character: bool) -> None:
        self.values: dict[Path, Place] = {}
        self.keys: dict[Path, Place] = {}
        self._root: Value = ""
        self._open: list[_Open] = []
        self._any_character = any_character

    def add(self, event: yaml.Event) -> None:
        """Take the next event of the document."""
        if isinstance(event, yaml.NodeEvent):
            self._take(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()

    def built(self) -> Document:
        """The document, once all its events are taken."""
        return Document(self._root, self.values, self.keys)

    def _take(self, event: yaml.NodeEvent) -> None:
        place = place_of(event.start_mark)
        parent = self._open[-1] if self._open else None
        awaits_key = parent is not None and isinstance(parent.content, dict) and parent.key is None
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise _Malformed(place, "An anchor or alias stands here; neither is accepted; give the value.")
        if getattr(event, "tag", None) is not None:
            raise _Malformed(place, "A tag stands here; tags are not accepted, every value is text.")
        if isinstance(event, yaml.ScalarEvent):
            self._check_text(event.value, place, is_key=awaits_key)
            if parent is not None and awaits_key:
                self._take_key(parent, event, place)
            else:
                self._attach(parent, event.value, place)
            return
        if awaits_key:
            raise _Malformed(place, "A key must be text, not a list or a mapping.")
        if len(self._open) >= DEPTH_LIMIT:
            raise _too_deep(place)
        content: list[Value] | dict[str, Value] = [] if isinstance(event, yaml.SequenceStartEvent) else {}
        self._open.append(_Open(content, self._attach(parent, content, place)))

    def _check_text(self, text: str, place: Place, *, is_key: bool) -> None:
        if self._any_character:
            return
        unsafe = describe_unsafe(text if is_key else text.replace("\n", ""))
        if unsafe is not None:
            raise _Malformed(place, f"The {'key' if is_key else 'value'} contains {unsafe}.")

    def _take_key(self, parent: _Open, event: yaml.ScalarEvent, place: Place) -> None:
        key: str = event.value
        path = (*parent.path, key)
        if path in self.keys:
            first = f"line {self.keys[path][0]} has it already"
            raise _Malformed(place, f"Duplicate key {quoted(key, limit=60)} on line {place[0]}; {first}.")
        if key == "<<" and not event.style:
            raise _Malformed(place, "The merge key << is not accepted; write the keys out.")
        self.keys[path] = place
        parent.key = key

    def _attach(self, parent: _Open | None, value: Value, place: Place) -> Path:
        path: Path
        if parent is None:
            path = ()
            self._root = value
        elif isinstance(parent.content, list):
            path = (*parent.path, len(parent.content))
            parent.content.append(value)
        else:
            key = parent.key or ""
            path = (*parent.path, key)
            parent.content[key] = value
            parent.key = None
        self.values[path] = place
        return path


def _documents(
    source: _EventSource, *, several: bool, node_limit: int | None, any_character: bool
) -> Iterator[Document]:
    nodes = documents = 0
    builder = _Builder(any_character=any_character)
    for event in _events(source):
        if isinstance(event, yaml.NodeEvent):
            nodes += 1
            if node_limit is not None and nodes > node_limit:
                limit = f"at most {node_limit} are accepted"
                raise _Malformed(place_of(event.start_mark), f"The file holds too many values; {limit}.")
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1 and not several:
                more = "The file holds more than one document; only one is accepted."
                raise _Malformed(place_of(event.start_mark), more)
            if event.tags:
                tagged = "The file declares a tag; tags are not accepted."
                raise _Malformed(place_of(event.start_mark), tagged)
            builder = _Builder(any_character=any_character)
        builder.add(event)
        if isinstance(event, yaml.DocumentEndEvent):
            yield builder.built()


# Writing ---------------------------------------------------------------------------------------------------

_TAG = "tag:yaml.org,2002:"
_PLAIN_KEY = re.compile(r"[a-z][a-z0-9_]*\Z")
_PLAIN_VALUE = re.compile(r"[a-z](?:[a-z ,.-]*[a-z.])?\Z")
_WORDS_OF_OTHER_TYPES = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _OwnDumper(_DUMPER):  # type: ignore[misc]  # the base is known only at run time
    """Texts, lists and mappings only; a text is left without quotes only where nobody can misread it."""

    yaml_representers: ClassVar[dict[type, Callable[[Any, Any], yaml.Node]]] = {}
    yaml_multi_representers: ClassVar[dict[type, Callable[[Any, Any], yaml.Node]]] = {}

    def ignore_aliases(self, data: object) -> bool:
        """Equal parts are written out each time."""
        return True

    def represent_mapping_of_texts(self, data: dict[str, Value]) -> yaml.Node:
        """A block mapping with its keys in the order given."""
        pairs = []
        for key, value in data.items():
            if type(key) is not str:
                return self.represent_nothing_else(key)
            pairs.append((self._scalar(key, _PLAIN_KEY), self.represent_data(value)))
        return yaml.MappingNode(_TAG + "map", pairs, flow_style=not pairs)

    def represent_list_of_values(self, data: list[Value]) -> yaml.Node:
        """A block list."""
        items = [self.represent_data(item) for item in data]
        return yaml.SequenceNode(_TAG + "seq", items, flow_style=not items)

    def represent_text(self, data: str) -> yaml.Node:
        """A scalar in the simplest style that keeps it text for every reader."""
        return self._scalar(data, _PLAIN_VALUE)

    def represent_nothing_else(self, data: object) -> yaml.Node:
        """Refuse everything that is not a text, a list or a mapping."""
        raise TypeError(f"a record holds only text, lists and mappings, not {type(data).__name__}")

    def _scalar(self, text: str, plain: re.Pattern[str]) -> yaml.Node:
        return yaml.ScalarNode(_TAG + "str", text, style=_style(text, plain))


_OwnDumper.add_representer(dict, _OwnDumper.represent_mapping_of_texts)
_OwnDumper.add_representer(list, _OwnDumper.represent_list_of_values)
_OwnDumper.add_representer(str, _OwnDumper.represent_text)
_OwnDumper.add_representer(None, _OwnDumper.represent_nothing_else)


def _style(text: str, plain: re.Pattern[str]) -> str | None:
    if plain.match(text) and text not in _WORDS_OF_OTHER_TYPES:
        return None
    if describe_unsafe(text) is None:
        return "'"
    # YAML 1.1 and 1.2 disagree on which characters end a line, and the indentation of a block that begins
    # with a space has to be announced: only double quotes keep such texts for every reader.
    if text[0].isspace() or describe_unsafe(text.replace("\n", "")) is not None:
        return '"'
    return "|"
