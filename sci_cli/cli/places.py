"""The question for one or several locations."""

import re

from sci_cli.cli.asking import Ask, Moment, Values

_BETWEEN = re.compile(r"[,;]")


def places(label: str, hint: str = "") -> Ask:
    """One location after the other, until Enter alone; a list typed at once is taken apart only on a word."""
    return lambda moment: _ask(moment, label, hint)


def _ask(moment: Moment, label: str, hint: str) -> Values:
    from sci_cli.ui.prompter import Back, TextQuestion

    if len(moment.before) > 1 and _keeps(moment, label):
        return moment.before
    found: Values = ()
    offered = (*moment.before, "")[0]
    while True:
        first = TextQuestion("location", label, hint=hint, default=offered)
        another = TextQuestion(
            "another-location", "Another location", hint="Enter alone when there is none", required=False
        )
        try:
            text = moment.prompter.text(another if found else first)
        except Back:
            if not found:
                raise
            offered, found = found[-1], found[:-1]
            moment.keep(found)
            continue
        if not text:
            return found
        try:
            found = (*found, *_taken_apart(moment, text))
        except Back:
            offered = text
        moment.keep(found)


def _keeps(moment: Moment, label: str) -> bool:
    from sci_cli.ui.prompter import Choice, ChoiceQuestion

    choices = (Choice("keep", "Keep them"), Choice("again", "Type them again"))
    text = f"{label}: {'; '.join(moment.before)}"
    return moment.prompter.choose(ChoiceQuestion("locations", text, choices, default="keep")) == "keep"


def _taken_apart(moment: Moment, text: str) -> Values:
    """The location, or the locations of a list: a name may have a comma in it, so a person says which."""
    from sci_cli.ui.prompter import Choice, ChoiceQuestion

    parts = tuple(part.strip() for part in _BETWEEN.split(text) if part.strip())
    if len(parts) < 2:
        return (text,)
    choices = (
        Choice("several", f"{len(parts)} locations: {'; '.join(parts)}"),
        Choice("one", f"One location: {text}"),
    )
    question = ChoiceQuestion("how-many-locations", "Is that one location?", choices)
    return parts if moment.prompter.choose(question) == "several" else (text,)
