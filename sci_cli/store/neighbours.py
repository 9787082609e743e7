"""What lies in the folder of the records besides each of them: other records, copies, strangers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sci_cli.domain.names import activation_name_problem
from sci_cli.safety.text import quoted

ENDING = ".yaml"


@dataclass(frozen=True, slots=True)
class Listing:
    """The YAML files of the folder.

    Attributes:
        names: the activations, by file names alone, sorted.
        strange: files that are named as no record is, sorted.
    """

    names: tuple[str, ...]
    strange: tuple[str, ...]

    @classmethod
    def of(cls, files: Iterable[str]) -> Listing:
        """The listing of a folder with these files."""
        names, strange = [], []
        for file in files:
            stem = file.removesuffix(ENDING)
            if stem != file and activation_name_problem(stem) is None:
                names.append(stem)
            elif file.casefold().endswith(ENDING):
                strange.append(file)
        return cls(tuple(sorted(names)), tuple(sorted(strange)))

    def twins_of(self, name: str) -> tuple[str, ...]:
        """Files whose names differ from that of the record only in letter case."""
        return tuple(file for file in self.strange if file.casefold() == name + ENDING)

    def strangers_of(self, name: str) -> tuple[str, ...]:
        """Files that look like copies of this record and of no other.

        `acme-1 (2).yaml` and `acme-1-LAPTOP7.yaml` are such files for `acme-1`; `acme-10.yaml` is a record.
        """
        copies = [file for file in self.strange if _continues(file, name) and not self._is_twin(file)]
        if not copies:
            return ()
        longer = [other for other in self.names if other != name and other.startswith(name)]
        return tuple(file for file in copies if not any(_continues(file, other) for other in longer))

    def _is_twin(self, file: str) -> bool:
        return file.casefold().removesuffix(ENDING) in self.names


def notice_of(file: str) -> str:
    """The sentence that tells a person about such a file; none is ever removed by the program."""
    kind = "a conflicted copy" if "conflict" in file.casefold() else "an unknown file"
    return f"Beside the record lies {kind}: {quoted(file)}. It is not used; compare it, then move it away."


def _continues(file: str, name: str) -> bool:
    """Whether the file's name is this one with something after it, and not a longer word."""
    after = file[len(name) : len(name) + 1]
    return file.casefold().startswith(name) and not (after.isascii() and after.isalnum())
