"""Request files: YAML documents, each about one activation, with the place of everything they say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from sci_cli.domain.activation import AdminStatus
from sci_cli.domain.names import activation_name_problem, vpn_name_problem
from sci_cli.domain.prefixes import Prefix, PrefixProblem, parse_prefix
from sci_cli.domain.requests import Request, VpnWish
from sci_cli.errors import FileNotThere, InvalidFile, SciError, StoreUnavailable, sci
from sci_cli.readers.request_keys import ABSENT, OWN_FACTS, REQUEST, SHORT_VPN, SHUTDOWN, VPN, Key
from sci_cli.safety import strict_yaml
from sci_cli.safety.os_words import os_words
from sci_cli.safety.strict_yaml import Document
from sci_cli.safety.text import quoted
from sci_cli.safety.yaml_faults import Place

LIMIT = 10_000_000
SUFFIXES = (".yaml", ".yml")
MOST = 10_000_000
T = TypeVar("T")
YamlPath = strict_yaml.Path
Problem = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class GivenRequest:
    """A request as it was given, or what is wrong with it.

    Attributes:
        file: the file as it was named.
        line: where it begins.
        name: the activation it is about, as far as that can be told.
        request: None when there is a problem.
        places: line and column of what it says, by `customer`, `facts.FACT` or `vpns.VPN`.
    """

    file: str
    line: int
    name: str = ""
    request: Request | None = None
    problem: SciError | None = None
    places: Mapping[str, Place] = field(default_factory=dict)

    def place(self, path: str) -> Place:
        """Line and column of what is said there, or of the request."""
        return self.places.get(path, (self.line, 1))


def read_requests(data: bytes, *, name: str, partial: bool = False) -> tuple[GivenRequest, ...]:
    """Every request in these bytes; one with problems does not hide the others.

    Args:
        data: the bytes of a file nobody vouches for.
        name: the file as the user named it.
        partial: whether the activation may be named elsewhere.
    """
    try:
        documents = strict_yaml.load_several(data, name=name, limit=LIMIT)
    except InvalidFile as problem:
        return (GivenRequest(name, 1, problem=problem),)
    found = tuple(_Reader(name, document).read(partial) for document in documents if document.value != "")
    if found:
        return found
    empty = InvalidFile(f"{quoted(name)} holds no request.", fix=sci("new", "--template"))
    return (GivenRequest(name, 1, problem=empty),)


def files_of(path: Path) -> tuple[Path, ...]:
    """The request files a path stands for: itself, or those directly in the folder, by name.

    Raises:
        FileNotThere: the folder holds none.
        StoreUnavailable: it cannot be read.
    """
    if not path.is_dir():
        return (path,)
    try:
        listed = sorted(path.iterdir())
    except OSError as error:
        shown = quoted(str(path))
        raise StoreUnavailable(f"The folder {shown} could not be read: {os_words(error)}.") from error
    found = tuple(
        each
        for each in listed
        if each.suffix in SUFFIXES and not each.name.startswith(".") and not each.is_dir()
    )
    if not found:
        raise FileNotThere(
            f"The folder {quoted(str(path))} holds no request files.",
            why=f"They end in {' or '.join(SUFFIXES)}; folders in it are not looked into.",
            fix=sci("new", "--template", note="prints one to fill in"),
        )
    return found


class _Reader:
    """Reads one document and collects its problems."""

    def __init__(self, name: str, document: Document) -> None:
        self._name = name
        self._document = document
        self._problems: list[Problem] = []
        self._places: dict[str, Place] = {}

    def read(self, partial: bool) -> GivenRequest:
        """The request, or all its problems."""
        value, line = self._document.value, self._document.position(())[0]
        if not isinstance(value, dict):
            wrong = "a request is a mapping of keys and values"
            error = strict_yaml.problems_error(self._name, [(line, 1, wrong)])
            return GivenRequest(self._name, line, problem=error)
        self._known(value, REQUEST, (), "")
        name = self._text((), "name", value) or ""
        if "name" not in value and not partial:
            self._say((), "name is missing: the activation the request is about")
        elif name and (problem := activation_name_problem(name)):
            self._say(("name",), problem)
        request = Request(
            name,
            self._text((), "profile", value) or "",
            self._facts(value),
            self._vpns(value),
            self._port(value),
            self._text((), "reason", value) or "",
        )
        if self._problems:
            error = strict_yaml.problems_error(self._name, self._problems)
            return GivenRequest(self._name, line, name, problem=error)
        return GivenRequest(self._name, line, name, request, places=self._places)

    # Problems --------------------------------------------------------------------------------------------

    def _say(self, path: YamlPath, sentence: str, *, at_key: bool = False) -> None:
        place = self._document.key_position(path) if at_key else self._document.position(path)
        self._problems.append((*place, sentence))

    def _known(
        self, value: Mapping[str, object], keys: Mapping[str, Key], path: YamlPath, where: str
    ) -> None:
        for key in value:
            if key not in keys:
                near = get_close_matches(key[:80].lower(), keys, n=1, cutoff=0.6)
                hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(keys)}"
                self._say((*path, key), f"unknown key {quoted(key, 40)}{where}; {hint}", at_key=True)

    # Values ----------------------------------------------------------------------------------------------

    def _text(self, path: YamlPath, key: str, value: Mapping[str, object]) -> str | None:
        if key not in value:
            return None
        found, here = value[key], (*path, key)
        if not isinstance(found, str):
            self._say(here, f"{key} is a text")
        elif not found.strip():
            self._say(here, f"{key} is empty; leave the line out while it is not known", at_key=True)
        else:
            if not path:
                self._places[key] = self._document.position(here)
            return found.strip()
        return ""

    def _several(
        self, path: YamlPath, key: str, value: Mapping[str, object], take: Callable[[str], T]
    ) -> list[tuple[T, YamlPath]]:
        """The texts of a value that is one or a list, each turned into what it says, with its path."""
        found = value[key]
        listed = found if isinstance(found, list) else [found]
        taken: list[tuple[T, YamlPath]] = []
        if not listed:
            self._say((*path, key), f"{key} is an empty list; leave it out", at_key=True)
        for number, each in enumerate(listed):
            here: YamlPath = (*path, key, number) if isinstance(found, list) else (*path, key)
            if not isinstance(each, str) or not each.strip():
                self._say(here, f"{key}: {'an entry is empty' if each == '' else 'an entry is a text'}")
                continue
            try:
                taken.append((take(each), here))
            except PrefixProblem as problem:
                self._say(here, f"{key}: {problem.message}")
        return taken

    def _number(self, path: YamlPath, key: str, value: Mapping[str, object]) -> int | None:
        text = self._text(path, key, value)
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 12 and 1 <= int(text) <= MOST):
            said = f"{key}: MAX is a whole number, at least 1 and at most {MOST}; {quoted(text, 40)} is not"
            self._say((*path, key), said)
            return None
        return int(text)

    def _choice(self, path: YamlPath, key: str, value: Mapping[str, object], known: Mapping[str, Key]) -> str:
        text = self._text(path, key, value) or ""
        choices = known[key].choices
        if text and text not in choices:
            near = get_close_matches(text[:80].lower(), choices, n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]}?" if near else ""
            self._say((*path, key), f"{key} is {' or '.join(choices)}; {quoted(text, 40)} is neither{hint}")
            return ""
        return text

    # Parts -----------------------------------------------------------------------------------------------

    def _facts(self, value: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for key in OWN_FACTS:
            if REQUEST[key].shape == "texts" and key in value:
                found[key] = tuple(text for text, _ in self._several((), key, value, str))
                self._places[key] = self._document.position((key,))
            elif text := self._text((), key, value):
                found[key] = (text,)
        more = value.get("facts", {})
        if not isinstance(more, dict):
            self._say(("facts",), "facts is a mapping of facts and values")
            return found
        for fact_id in more:
            if fact_id in OWN_FACTS:
                said = f"{fact_id} has a line of its own, not one below facts"
                self._say(("facts", fact_id), said, at_key=True)
                continue
            found[fact_id] = tuple(text for text, _ in self._several(("facts",), fact_id, more, str))
            self._places[f"facts.{fact_id}"] = self._document.position(("facts", fact_id))
        return found

    def _vpns(self, value: Mapping[str, object]) -> tuple[VpnWish, ...]:
        short = [key for key in SHORT_VPN if key in value]
        if short and "vpns" in value:
            self._say((short[0],), f"{short[0]} and vpns stand beside each other; use vpns", at_key=True)
        if short:
            return (self._vpn((), {**value, "name": value["vpn"]} if "vpn" in value else value, "vpn"),)
        listed = value.get("vpns", [])
        if not isinstance(listed, list):
            self._say(("vpns",), "vpns is a list, each entry with a name")
            return ()
        found: list[VpnWish] = []
        for number, each in enumerate(listed):
            path: YamlPath = ("vpns", number)
            if not isinstance(each, dict):
                self._say(path, "a VPN is a mapping with a name")
                continue
            self._known(each, VPN, path, " of a VPN")
            found.append(self._vpn(path, each, "name"))
        self._twice(found)
        return tuple(found)

    def _vpn(self, path: YamlPath, value: Mapping[str, object], name_key: str) -> VpnWish:
        name = self._text(path, name_key, value) or ""
        if name_key not in value and name_key == "name":
            self._say(path, "the name of the VPN is missing")
        elif name and (problem := vpn_name_problem(name)):
            self._say((*path, name_key), problem)
        elif name:
            self._places[f"vpns.{name}"] = self._document.position((*path, name_key))
        prefixes: list[Prefix] = []
        if "prefixes" in value:
            read = self._several(path, "prefixes", value, parse_prefix)
            prefixes = [prefix for prefix, _ in read]
            places = {
                f"vpns.{name}.{prefix}": self._document.position(here) for prefix, here in reversed(read)
            }
            self._places |= places
        absent = bool(path) and self._choice(path, "state", value, VPN) == ABSENT
        wish = VpnWish(
            name,
            tuple(prefixes),
            self._number(path, "max-prefixes", value),
            self._number(path, "max-prefixes-v6", value),
            absent,
        )
        if absent and (wish.prefixes or wish.max_prefixes or wish.max_prefixes_v6):
            self._say((*path, "state"), f"VPN {name} is to be absent, so it has neither prefixes nor MAX")
        return wish

    def _twice(self, vpns: Sequence[VpnWish]) -> None:
        seen: dict[str, str] = {}
        for number, vpn in enumerate(vpns):
            if vpn.name and vpn.name.casefold() in seen:
                self._say(("vpns", number), f"VPN {vpn.name} is given twice; give each VPN once")
            seen[vpn.name.casefold()] = vpn.name

    def _port(self, value: Mapping[str, object]) -> AdminStatus | None:
        word = self._choice((), "port", value, REQUEST)
        return None if not word else AdminStatus.DOWN if word == SHUTDOWN else AdminStatus.UP
