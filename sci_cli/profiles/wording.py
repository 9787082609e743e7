"""What the models' validation found, in the words of a profile's author instead of pydantic's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sci_cli.profiles.problems import Path, Problem
from sci_cli.profiles.values import FORMAT


def problems_of(
    errors: Iterable[Mapping[str, Any]], keys_at: Callable[[Path], tuple[str, ...]]
) -> list[Problem]:
    """The problems that validation errors stand for; missing keys of one mapping are one problem.

    Args:
        errors: as pydantic lists them, with `type`, `loc`, `input` and `ctx`.
        keys_at: gives the keys that the mapping at a path may have.
    """
    found: list[Problem] = []
    missing: dict[Path, list[str]] = {}
    for error in errors:
        path: Path = error["loc"]
        if error["type"] == "missing":
            missing.setdefault(path[:-1], []).append(str(path[-1]))
        elif error["type"] == "extra_forbidden":
            found.append(_unknown_key(path, keys_at))
        else:
            found.append(_wrong_value(path, error))
    return [*found, *(_missing(path, keys) for path, keys in missing.items())]


def given(value: object) -> str:
    """What stands in the file instead of what was expected."""
    if isinstance(value, list):
        return "a list is given"
    return "a mapping is given" if isinstance(value, dict) else "text is given"


def _wrong_value(path: Path, error: Mapping[str, Any]) -> Problem:
    context = error.get("ctx", {})
    match error["type"]:
        case "sentence" if path[-1] == "[key]":
            return Problem(path[:-1], context["sentence"], at_key=True)
        case "sentence":
            return Problem(path, context["sentence"])
        case "list_type":
            return Problem(path, f"is a list; {given(error['input'])}.")
        case "model_type" | "dict_type":
            return Problem(path, f"is a mapping with keys; {given(error['input'])}.")
        case "too_short":
            return Problem(path, "is empty; it has at least one entry.")
        case "too_long":
            return Problem(path, f"has {context['actual_length']} entries, at most {context['max_length']}.")
        case _:
            return Problem(path, "does not have the shape this key needs.")


def _missing(path: Path, keys: list[str]) -> Problem:
    named = ", ".join(f"`{key}`" for key in keys)
    sentence = f"the key {named} is missing." if len(keys) == 1 else f"the keys {named} are missing."
    if "format" in keys and not path:
        sentence += f" `format` is the schema version of the file, at present {FORMAT}."
    return Problem(path, sentence)


def _unknown_key(path: Path, keys_at: Callable[[Path], tuple[str, ...]]) -> Problem:
    if path[-1] == "include":
        return Problem(path, "includes do not exist; write everything into this one file.", at_key=True)
    sentence = "this key is not known here."
    return Problem(path, sentence, at_key=True, word=str(path[-1]), choices=keys_at(path[:-1]))
