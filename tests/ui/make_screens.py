"""The golden screens; `python -m tests.ui.make_screens` writes them after a look at every difference."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sci_cli.ui.look import Look
from sci_cli.ui.screens import render
from tests.ui.samples import OUTCOMES

FOLDER = Path(__file__).resolve().parents[1] / "golden" / "screens"
EVERY: Mapping[str, Look] = {"80 columns": Look(80), "120 columns": Look(120)}
MORE: Mapping[str, Look] = {
    "plain": Look(80, plain=True),
    "ASCII": Look(80, unicode=False),
    "50 columns": Look(50),
    "quiet": Look(80, quiet=True),
    "verbose": Look(80, verbose=True),
}
IN_EVERY_LOOK = ("status", "home", "plan", "check", "check-all")


def screens() -> dict[str, str]:
    """File name → the screens of one outcome below each other."""
    return {f"{name}.txt": _of(name) for name in OUTCOMES}


def _of(name: str) -> str:
    looks = {**EVERY, **MORE} if name in IN_EVERY_LOOK else EVERY
    return "\n".join(
        f"{f'-- {title} ':-<100}\n{render(OUTCOMES[name], look)}" for title, look in looks.items()
    )


def main() -> None:
    """Writes every file."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in screens().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
