"""The text of a record's file, and what is noticed when it is not as it was written."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sci_cli.domain.activation import Activation, Note
from sci_cli.domain.plain import Plain
from sci_cli.safety.strict_yaml import dump_own, load_own
from sci_cli.store import document
from sci_cli.store.document import FIRST_LINE, NewerFormat, NotIntact, heads, parse, render
from tests.store.samples import STAMP, carried, full, gone_back, new, revised, with_operation

FROZEN = Path(__file__).parent / "frozen"


def _resealed(change: dict[str, Plain]) -> bytes:
    """A record with parts exchanged and the checksum made right, as somebody who knows how would do it."""
    body = load_own(_body(render(revised(4)).data).decode())
    return _sealed({**body, **change})


def _sealed(body: dict[str, Plain]) -> bytes:
    text = dump_own(body).encode()
    return FIRST_LINE + document._SECOND_LINE % document._checksum(text) + text


def _body(data: bytes) -> bytes:
    return data.split(b"\n", 2)[2]


def _history() -> list[Plain]:
    history = load_own(_body(render(revised(4)).data).decode())["history"]
    assert isinstance(history, list)
    return history


def _complaint(data: bytes, name: str = "acme-1") -> str:
    with pytest.raises(NotIntact) as caught:
        parse(data, name)
    return " ".join((caught.value.sentence, *caught.value.why))


# Form ------------------------------------------------------------------------------------------------------


def test_the_header_stands_before_everything_and_the_history_last() -> None:
    lines = render(full()).data.decode().splitlines()

    assert lines[0] == "# Written by sci. Change it with sci commands; edits by hand are refused."
    assert re.fullmatch(r"checksum: sha256:[0-9a-f]{64}", lines[1])
    assert lines[2:5] == ["format: '1'", "name: 'acme-1'", "revision: '2'"]
    assert re.fullmatch(r"head: '[0-9a-f]{64}'", lines[5])
    keys = [line.split(":")[0] for line in lines if re.match(r"[a-z_]+:", line)]
    assert keys[-1] == "history"


def test_the_same_activation_gives_the_same_bytes_and_comes_back_equal() -> None:
    written = render(full())

    assert render(full()) == written
    assert parse(written.data, "acme-1") == document.Parsed(full(), written.head)


def test_a_sample_of_format_1_is_read_by_every_later_version() -> None:
    data = (FROZEN / "format-1.yaml").read_bytes()

    found = parse(data, "acme-1")

    assert found.activation == full()
    assert found.notices == ()


@pytest.mark.parametrize(
    ("file", "activation"), [("format-2.yaml", with_operation()), ("format-2-gone-back.yaml", gone_back())]
)
def test_the_samples_of_format_2_are_read_by_every_later_version(file: str, activation: Activation) -> None:
    data = (FROZEN / file).read_bytes()

    found = parse(data, "acme-1")

    assert found.activation == activation
    assert found.notices == ()


def test_only_an_operation_id_or_going_back_makes_a_record_format_2() -> None:
    assert render(full()).data == (FROZEN / "format-1.yaml").read_bytes()
    assert render(with_operation()).data == (FROZEN / "format-2.yaml").read_bytes()
    assert render(gone_back()).data == (FROZEN / "format-2-gone-back.yaml").read_bytes()
    assert b"format: '2'" in render(with_operation()).data
    assert b"format: '2'" in render(gone_back()).data


def test_a_sample_of_format_3_is_read_by_every_later_version() -> None:
    data = (FROZEN / "format-3.yaml").read_bytes()

    found = parse(data, "acme-1")

    assert found.activation == carried()
    assert found.notices == ()


def test_only_a_record_with_a_step_carried_over_is_written_in_format_3() -> None:
    assert render(carried()).data == (FROZEN / "format-3.yaml").read_bytes()
    assert b"format: '3'" in render(carried()).data


def test_an_operation_id_is_bound_into_the_chain() -> None:
    altered = render(with_operation()).data.replace(b"op_id: 'job-17'", b"op_id: 'job-18'")

    assert "history that is broken at event 2" in _complaint(_sealed(load_own(_body(altered).decode())))


def test_the_heads_of_a_record_are_those_it_had_at_each_revision() -> None:
    assert heads(revised(4)) == tuple(render(revised(number)).head for number in range(1, 5))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_any_text_that_can_be_written_comes_back_equal(text: str) -> None:
    activation = replace(new(), notes=(Note(text, STAMP),))
    if any("\ud800" <= character <= "\udfff" for character in text):
        with pytest.raises(AssertionError):
            render(activation)
        return

    assert parse(render(activation).data, "acme-1").activation == activation


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.booleans(), st.booleans())
def test_no_bytes_lead_to_another_error_than_not_intact(data: bytes, headed: bool, sealed: bool) -> None:
    if headed or sealed:
        text = b"format: '1'\n" + data
        data = FIRST_LINE + document._SECOND_LINE % document._checksum(text if sealed else b"") + text

    with pytest.raises((NotIntact, NewerFormat)):
        parse(data, "acme-1")


# Damage ----------------------------------------------------------------------------------------------------


def test_any_flipped_bit_is_noticed() -> None:
    data = render(new()).data
    assert len(data) < 1200

    for index in range(len(data)):
        for bit in range(8):
            flipped = bytearray(data)
            flipped[index] ^= 1 << bit
            with pytest.raises((NotIntact, NewerFormat)):
                parse(bytes(flipped), "acme-1")


def test_any_truncation_any_zeroed_half_and_any_addition_is_noticed() -> None:
    data = render(new()).data

    for length in range(len(data)):
        _complaint(data[:length])
    _complaint(data[: len(data) // 2] + bytes(len(data) - len(data) // 2))
    _complaint(bytes(len(data)))
    _complaint(data + b"\n")
    _complaint(data + data)


def test_an_empty_file_is_called_empty() -> None:
    assert "is empty" in _complaint(b"")


def test_an_edit_by_hand_is_named_and_not_adopted() -> None:
    edited = render(new()).data.replace(b"sci new", b"sci old")

    assert _complaint(edited).strip() == "does not match its checksum: it was edited or damaged"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("ending", [b"\r\n", b"\n"])
def test_a_record_an_editor_only_saved_again_is_read_with_a_notice(mark: bytes, ending: bytes) -> None:
    data = mark + render(full()).data.replace(b"\n", ending)

    found = parse(data, "acme-1")

    assert found.activation == full()
    assert [("line endings" in notice) for notice in found.notices] == [True] * (data != render(full()).data)


def test_marks_of_a_merge_conflict_are_called_so() -> None:
    lines = render(new()).data.split(b"\n")
    conflict = [b"<<<<<<< ours", lines[4], b"=======", lines[4], b">>>>>>> theirs"]
    ours = b"\n".join([*lines[:4], *conflict, *lines[5:]])

    assert "merge conflict" in _complaint(ours)
    assert "merge conflict" in _complaint(b"<<<<<<< ours\n" + render(new()).data)


def test_a_record_without_format_is_refused_with_and_without_a_right_checksum() -> None:
    body = load_own(_body(render(new()).data).decode())
    without = {key: value for key, value in body.items() if key != "format"}

    assert "no format (schema version)" in _complaint(_sealed(without))
    assert "no format (schema version)" in _complaint(render(new()).data.replace(b"format: '1'\n", b""))
    assert "no format (schema version)" in _complaint(_resealed({"format": "one"}))


def test_a_newer_format_is_recognised_even_where_its_checksum_is_another() -> None:
    for data in (
        _resealed({"format": "4"}),
        render(new()).data.replace(b"format: '1'", b"format: '4'"),
        b"%SCI 3\nformat: 4\n",
    ):
        with pytest.raises(NewerFormat) as caught:
            parse(data, "acme-1")
        assert caught.value.found == 4


def test_an_older_format_is_migrated_in_memory_with_a_notice() -> None:
    body = load_own(_body(render(new()).data).decode())
    older = _sealed({**body, "format": "0", "obsolete": "x"})

    found = parse(
        older,
        "acme-1",
        migrations={0: lambda plain: {key: value for key, value in plain.items() if key != "obsolete"}},
    )

    assert found.activation == new()
    assert [("migrated" in notice) for notice in found.notices] == [True]
    assert "no version of sci wrote" in _complaint(older)


def test_a_record_under_another_name_is_refused_and_both_names_are_told() -> None:
    assert "inside it is 'acme-1'" in _complaint(render(new()).data, "acme-2")


@pytest.mark.parametrize(
    "change",
    [
        {"history": "text"},
        {"history": ["text"]},
        {"vpns": "text"},
        {"unheard-of": "x"},
        {"facts": {"a": {"values": "x"}}},
        {"revision": ["5"]},
        {"head": {}},
        {"name": []},
    ],
)
def test_a_sealed_record_of_another_shape_is_refused(change: dict[str, Plain]) -> None:
    _complaint(_resealed(change))


# History ---------------------------------------------------------------------------------------------------


def test_an_edited_event_is_located() -> None:
    history = _history()
    history[2] = {**history[2], "summary": "something else"}  # type: ignore[dict-item]  # a mapping by form

    assert "history that is broken at event 3" in _complaint(_resealed({"history": history}))


def test_a_removed_event_is_located() -> None:
    history = _history()
    del history[1]

    assert "history that is broken at event 2" in _complaint(_resealed({"history": history}))


def test_swapped_events_are_located() -> None:
    history = _history()
    history[1], history[2] = history[2], history[1]

    assert "history that is broken at event 2" in _complaint(_resealed({"history": history}))


def test_a_history_cut_at_its_end_does_not_end_at_its_head() -> None:
    complaint = _complaint(_resealed({"history": _history()[:-1]}))

    assert "a history of 3 events that does not end at its head" in complaint
    assert "revision 4" in complaint


def test_a_history_cut_at_its_end_together_with_the_revision_still_misses_its_head() -> None:
    assert "head" in _complaint(_resealed({"history": _history()[:-1], "revision": "3"}))


def test_an_added_event_is_noticed() -> None:
    history = _history()

    assert "history" in _complaint(_resealed({"history": [*history, history[-1]]}))
    assert "history" in _complaint(_resealed({"history": []}))
