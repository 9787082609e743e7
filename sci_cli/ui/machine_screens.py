"""What scripts read as text: one value, one schema; and how a wait ended.

A value and a schema are written as they are, without a page around them: nothing is wrapped or added.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sci_cli.domain.times import duration_text
from sci_cli.operations.machine_views import SchemasView, SchemaView, ValueView, WaitView
from sci_cli.operations.outcome import Outcome, View
from sci_cli.safety.text import visible

if TYPE_CHECKING:
    from sci_cli.ui.page import Page


def value(view: ValueView) -> str:
    """A scalar on a line, a list with an item on each, the names in a group, or every path there is."""
    from sci_cli.operations.values import paths

    if view.kind != "group":
        items = view.value if view.kind == "list" else (view.value,)
        return "".join(f"{text_of(item)}\n" for item in items)
    names = view.value if view.path else paths(view.value)
    return "".join(f"{visible(name, allow_newlines=False)}\n" for name in names)


def text_of(item: object) -> str:
    """A scalar as one line: truth as yes and no, nothing for what is not on record."""
    from sci_cli.ui.envelope import plain

    said = plain(item)
    if isinstance(said, bool):
        return "yes" if said else "no"
    return "" if said is None else visible(str(said), allow_newlines=False)


def schema(view: SchemaView) -> str:
    """The schema itself, as a validator reads it."""
    return json.dumps(view.schema, indent=2, sort_keys=True, ensure_ascii=True) + "\n"


AS_THEY_ARE: Mapping[type[View], Callable[[Any], str]] = {ValueView: value, SchemaView: schema}


def as_it_is(view: View) -> str:
    """The text of a view that has no page around it."""
    return AS_THEY_ARE[type(view)](view)


def schemas(page: Page, view: SchemasView, outcome: Outcome) -> None:
    """The kinds of documents there are."""
    page.table(
        ["Name", "Document", "What it is"],
        [((row.name, "bold"), row.document, row.says) for row in view.schemas],
        indent=0,
    )


def waited(page: Page, view: WaitView, outcome: Outcome) -> None:
    """Whether it is so far, where it stands, and how long that took."""
    if view.kind == "step":
        said = f"step {view.until} is {'' if view.reached else 'not '}closed: {', '.join(view.state)}."
    elif view.reached:
        said = f"the state {view.until} holds."
    else:
        said = f"the state {view.until} does not hold; these do: {', '.join(view.state) or 'none'}."
    page.paragraph(f"{view.name}: {said}")
    looked = "once" if view.checks == 1 else f"{view.checks} times"
    page.paragraph(f"Waited {duration_text(timedelta(seconds=view.seconds))}, looked {looked}.")
