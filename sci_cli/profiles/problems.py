"""Problems of a profile file: where they are, what they say, and the tree they are found in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sci_cli.safety.text import quoted

if TYPE_CHECKING:
    from sci_cli.errors import InvalidFile
    from sci_cli.safety.strict_yaml import Document

Path = tuple[str | int, ...]

_SHOWN = 200
_MOST_CHOICES = 500


class Unacceptable(ValueError):
    """A text that a key does not take; the message is a sentence without the key's name."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        path: where in the file.
        sentence: what is the case; the path is put before it.
        at_key: whether the key itself is meant, not its value.
        word: a word nobody knows, and `choices`, the words it may have been meant as.
    """

    path: Path
    sentence: str
    at_key: bool = False
    word: str = ""
    choices: tuple[str, ...] = ()

    def text(self) -> str:
        """The sentence with the nearest known word."""
        return self.sentence + did_you_mean(self.word, self.choices)


def did_you_mean(word: str, choices: Collection[str]) -> str:
    """` Did you mean X?` with the choice nearest to the word, or nothing when none is near."""
    # Comparing with every one of many words would take longer than a person waits.
    if not word or len(word) > 80 or len(choices) > _MOST_CHOICES:
        return ""
    from difflib import get_close_matches

    by_case = {choice.casefold(): choice for choice in choices}
    near = get_close_matches(word.casefold(), by_case, n=1, cutoff=0.6)
    return f" Did you mean {by_case[near[0]]}?" if near else ""


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the file and its path. What is missing or of another shape is empty, never an error."""

    value: object
    path: Path = ()

    @property
    def present(self) -> bool:
        """Whether the file has it."""
        return self.value is not None

    @property
    def text(self) -> str:
        """The text, without spaces at its ends, or ''."""
        return self.value.strip() if isinstance(self.value, str) else ""

    def at(self, *keys: str) -> Node:
        """The value below these keys."""
        node = self
        for key in keys:
            inner = node.value.get(key) if isinstance(node.value, dict) else None
            node = Node(inner, (*node.path, key))
        return node

    def entries(self) -> list[Node]:
        """The entries of the list, or the values of the mapping; a bare text counts as a list of one."""
        if isinstance(self.value, list):
            return [Node(entry, (*self.path, index)) for index, entry in enumerate(self.value)]
        if isinstance(self.value, dict):
            return [Node(entry, (*self.path, key)) for key, entry in self.value.items()]
        return [self] if self.text else []

    def names(self) -> tuple[str, ...]:
        """The keys of the mapping."""
        return tuple(self.value) if isinstance(self.value, dict) else ()

    def select(self, pattern: str) -> Iterator[Node]:
        """Every value at a dotted path in which `*` stands for each entry, such as `steps.*.phase`."""
        nodes: Iterable[Node] = (self,)
        for part in pattern.split("."):
            if part == "*":
                nodes = [entry for node in nodes for entry in node.entries()]
            else:
                nodes = [node.at(part) for node in nodes]
        return (node for node in nodes if node.present)


def dotted(root: Node, path: Path) -> str:
    """The path for people: `steps.O3.after`, an entry of a list by its id, or counted from 1."""
    words: list[str] = []
    node = root
    for part in path:
        if isinstance(part, int):
            inside = node.value if isinstance(node.value, list) else []
            node = Node(inside[part] if part < len(inside) else None)
            words.append((node.at("id").text or str(part + 1))[:60])
        else:
            node = node.at(part)
            words.append(part if len(part) <= 60 else f"{part[:60]}...")
    return ".".join(words)


def problems_error(name: str, tree: Document, problems: Collection[Problem]) -> InvalidFile:
    """The error that lists the problems in the order of the file, each at its line and column."""
    from sci_cli.safety import strict_yaml

    root = Node(tree.value)
    placed = sorted(
        (
            (tree.key_position(each.path) if each.at_key else tree.position(each.path), each)
            for each in problems
        ),
        key=lambda item: (item[0], item[1].sentence),
    )
    lines: list[tuple[int, int, str]] = []
    for (line, column), problem in placed[:_SHOWN]:
        path = dotted(root, problem.path)
        lines.append((line, column, f"{path}: {problem.text()}" if path else problem.text()))
    if len(placed) > _SHOWN:
        line, column = placed[-1][0]
        lines.append((line, column, f"{len(placed) - _SHOWN} problems more are not shown."))
    return strict_yaml.problems_error(name, list(dict.fromkeys(lines)))


def shown(text: str) -> str:
    """A text of the file, quoted and short enough for a sentence."""
    return quoted(text, 60)
