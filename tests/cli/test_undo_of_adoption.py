"""`sci undo` after `sci adopt`: back through the edit by hand where its text is proven, else a way on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sci_cli.store.document import parse
from tests.cli.program import Program
from tests.cli.test_adopt import ADOPT, edit, edit_stamp, path_of


def test_undo_goes_back_through_what_was_adopted_and_on(sci: Program) -> None:
    sci.ready()
    sci("note", "acme-hk-1", "one")
    at_three = parse(sci.record, "acme-hk-1").activation
    whole = sci.record
    edit(sci, "- 'Acme'\n", "- 'Other'\n")
    sci.clock.tick(hours=1)
    assert sci(*ADOPT).exit == 0
    adopted = parse(sci.record, "acme-hk-1").activation
    sci("note", "acme-hk-1", "two")

    assert (sci.home / "backups/acme-hk-1.3.yaml").read_bytes() == whole
    for expected in (adopted, at_three):
        assert sci("undo", "acme-hk-1", "--yes").exit == 0
        now = parse(sci.record, "acme-hk-1").activation
        assert replace(now, revision=0, history=()) == replace(expected, revision=0, history=())
    assert sci("undo", "acme-hk-1", "--yes").exit == 0
    assert parse(sci.record, "acme-hk-1").activation.notes == ()
    assert sci("verify").exit == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("- vpc\n", "- dedicated-vpc\n"),
        ("text: first\n", "text: other\n"),
        ("  max_prefixes: '1250'\n", "  max_prefixes: '1260'\n"),
        ("- '10.20.0.0/16'\n", "- '10.20.0.0/16'\n  - '10.30.0.0/16'\n"),
        ("- 'Acme'\n", "- 'Other'\n"),
        ("- '100 GB'\n", "- '2 TB'\n"),
    ],
)
def test_the_revision_before_an_edit_is_put_together_again_byte_by_byte(
    sci: Program, old: str, new: str
) -> None:
    sci.ready()
    sci("note", "acme-hk-1", "first")
    sci("set", "acme-hk-1", "data-plan=100 GB")
    whole = sci.record
    edit(sci, old, new)

    result = sci(*ADOPT)

    assert result.exit == 0, result.err
    assert (sci.home / "backups/acme-hk-1.4.yaml").read_bytes() == whole


def test_where_undo_stops_at_an_adoption_it_says_why_and_which_revision_is_kept(sci: Program) -> None:
    sci.ready()
    text = sci.record.replace(b"checksum: sha256:", b"checksum: sha512:").replace(b"'Acme'", b"'Other'", 1)
    path_of(sci).write_bytes(text)
    assert sci(*ADOPT).exit == 0

    result = sci("undo", "acme-hk-1", "--yes")

    assert result.exit == 5
    assert "edited by hand" in result.err
    assert "sci restore acme-hk-1 --revision 1 --reason REASON" in result.err
    assert sci.line("restore acme-hk-1 --revision 1 --reason REASON --yes").exit == 0


def test_undo_goes_back_through_several_adoptions_one_after_the_other(sci: Program) -> None:
    sci.ready()
    held = [parse(sci.record, "acme-hk-1").activation]
    edits = (
        lambda: edit(sci, "- 'Acme'\n", "- 'Other'\n"),
        lambda: edit_stamp(sci, "location:\n", "the.boss", "2025-01-01T00:00:00Z"),
        lambda: edit(sci, "- 'Other'\n", "- 'Another'\n"),
    )
    for change in edits:
        sci.clock.tick(hours=1)
        change()
        assert sci(*ADOPT).exit == 0
        held.append(parse(sci.record, "acme-hk-1").activation)

    for expected in reversed(held[:-1]):
        assert sci("undo", "acme-hk-1", "--yes").exit == 0
        now = parse(sci.record, "acme-hk-1").activation
        assert replace(now, revision=0, history=()) == replace(expected, revision=0, history=())
    assert sci("verify").exit == 0
