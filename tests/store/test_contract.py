"""What every store keeps, held against each of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sci_cli.domain.activation import Activation, ProfileRef
from sci_cli.errors import (
    ActivationNotFound,
    AlreadyDifferent,
    FileNotThere,
    GateClosed,
    InvalidValue,
    ProfileNotFound,
    StaleRevision,
)
from sci_cli.store.abilities import Mending
from sci_cli.store.contract import Loaded, Saved, Store
from sci_cli.store.disk import Disk
from sci_cli.store.files import FileStore
from sci_cli.store.postgres import PostgresStore
from sci_cli.store.server_address import read_address
from tests.store.memory import MemoryStore
from tests.store.samples import full, new, noted, profile, revised

STORES: dict[str, Callable[[Path], Store]] = {
    "files": lambda folder: FileStore(folder / "home"),
    "memory": lambda folder: MemoryStore(folder / "out"),
}


@pytest.fixture(params=[*STORES, "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param in STORES:
        yield STORES[request.param](tmp_path)
        return
    server, database = request.getfixturevalue("server"), request.getfixturevalue("database")
    shared = PostgresStore(read_address(server.url(database, "kim")), tmp_path / "home")
    yield shared
    shared.close()


def test_an_empty_store_has_no_names(store: Store) -> None:
    assert store.names() == ()


def test_what_is_created_is_loaded_equal_and_with_the_head_that_was_reported(store: Store) -> None:
    saved = store.create(new())

    assert saved == Saved(None, new(), True, (), saved.head)
    assert store.load("acme-1") == Loaded(new(), (), saved.head)
    assert len(saved.head) == 64


def test_a_record_with_hostile_texts_in_every_field_is_loaded_equal(store: Store) -> None:
    store.create(full())

    assert store.load("acme-1").activation == full()


def test_names_are_sorted_and_complete(store: Store) -> None:
    for name in ("b-2", "a", "b-10"):
        store.create(new(name))

    assert store.names() == ("a", "b-10", "b-2")


def test_all_are_loaded_as_one_by_one_in_the_order_asked_and_a_missing_one_is_a_problem(store: Store) -> None:
    store.create(new("b"))
    store.create(full("a"))

    found = dict(store.load_all(("b", "lost", "a", "../a")))

    assert list(found) == ["b", "lost", "a", "../a"]
    assert (found["b"], found["a"]) == (store.load("b"), store.load("a"))
    assert isinstance(found["lost"], ActivationNotFound)
    assert isinstance(found["../a"], ActivationNotFound)


def test_all_of_nothing_is_nothing(store: Store) -> None:
    assert list(store.load_all(store.names())) == []
    assert [type(found) for _, found in store.load_all(("a",))] == [ActivationNotFound]


def test_creating_a_name_again_is_refused_and_leaves_the_first(store: Store) -> None:
    store.create(new())

    with pytest.raises(AlreadyDifferent, match="exists already"):
        store.create(replace(new(), created=replace(new().created, by="robin")))
    assert store.load("acme-1").activation == new()


@pytest.mark.parametrize("name", ["", "ACME-1", "../acme", "a/b", "con", "a" * 64, "a\x1b"])
def test_a_name_that_is_none_is_refused_when_new_and_not_found_otherwise(store: Store, name: str) -> None:
    with pytest.raises(InvalidValue):
        store.create(new(name))
    with pytest.raises(ActivationNotFound):
        store.load(name)
    with pytest.raises(ActivationNotFound):
        store.change(name, noted("never"))


def test_a_name_nobody_created_is_not_found_and_the_error_says_how_to_list(store: Store) -> None:
    with pytest.raises(ActivationNotFound) as caught:
        store.load("acme-2")

    assert caught.value.message == "The activation 'acme-2' is not found."
    assert "sci" in str(caught.value.fix)
    with pytest.raises(ActivationNotFound):
        store.change("acme-2", noted("never"))


def test_a_change_returns_before_and_after_and_moves_the_head(store: Store) -> None:
    created = store.create(new())

    saved = store.change("acme-1", noted("hello"))

    assert saved == Saved(new(), noted("hello")(new()), True, (), saved.head)
    assert saved.head != created.head
    assert store.load("acme-1") == Loaded(saved.after, (), saved.head)


def test_the_same_object_means_nothing_to_change(store: Store) -> None:
    created = store.create(new())

    saved = store.change("acme-1", lambda before: before)

    assert saved == Saved(new(), new(), False, (), created.head)
    assert store.load("acme-1").activation == new()


def test_a_refusal_passes_through_and_changes_nothing(store: Store) -> None:
    store.create(new())

    def refuse(before: Activation) -> Activation:
        raise GateClosed(f"{before.name} waits.")

    with pytest.raises(GateClosed, match=r"acme-1 waits\."):
        store.change("acme-1", refuse)
    assert store.load("acme-1").activation == new()
    assert store.change("acme-1", noted("next")).after.revision == 2


def test_a_stale_revision_names_both_and_what_happened_since(store: Store) -> None:
    store.create(new())
    store.change("acme-1", noted("by somebody else"))

    with pytest.raises(StaleRevision) as caught:
        store.change("acme-1", noted("mine"), if_revision=1)

    assert caught.value.message == "acme-1 is at revision 2, not 1; nothing was changed."
    assert caught.value.why == ("Revision 2, sam: added a note",)
    assert store.change("acme-1", noted("mine"), if_revision=2).after.revision == 3


def test_a_change_that_is_not_the_next_revision_is_a_mistake_of_the_program(store: Store) -> None:
    store.create(new())

    with pytest.raises(AssertionError):
        store.change("acme-1", lambda before: replace(before, revision=3))
    with pytest.raises(AssertionError):
        store.change("acme-1", lambda before: replace(before, notes=noted("x")(before).notes))
    with pytest.raises(AssertionError):
        store.change("acme-1", lambda before: replace(noted("x")(before), name="other"))
    with pytest.raises(AssertionError):
        store.create(replace(revised(2, "acme-3"), revision=1))
    assert store.load("acme-1").activation == new()
    assert store.names() == ("acme-1",)


def test_a_change_that_rewrites_the_history_is_a_mistake_of_the_program(store: Store) -> None:
    store.create(new())

    def rewrite(before: Activation) -> Activation:
        after = noted("x")(before)
        first = replace(after.history[0], summary="something else")
        return replace(after, history=(first, *after.history[1:]))

    with pytest.raises(AssertionError, match="alters nothing"):
        store.change("acme-1", rewrite)
    assert store.load("acme-1").activation == new()


def test_a_pinned_profile_comes_back_equal_and_pinning_it_again_is_fine(store: Store) -> None:
    ref = store.pin_profile(profile())

    assert store.pin_profile(profile()) == ref
    assert store.pinned_profile(ref) == profile()
    other = store.pin_profile(profile("changed since"))
    assert other != ref
    assert store.pinned_profile(ref) == profile()


@pytest.mark.parametrize("digest", ["0" * 64, "", "../../x", "Z" * 64])
def test_a_profile_that_was_not_pinned_is_not_found(store: Store, digest: str) -> None:
    with pytest.raises(ProfileNotFound):
        store.pinned_profile(ProfileRef("example-cloud", digest))


def test_evidence_is_kept_under_its_hash_and_keeping_it_again_is_fine(store: Store) -> None:
    data = b"\x89PNG invented"
    sha256 = hashlib.sha256(data).hexdigest()

    store.keep_evidence(data, sha256)
    store.keep_evidence(data, sha256)

    with pytest.raises(AssertionError):
        store.keep_evidence(data, "0" * 64)


def test_evidence_is_read_as_it_was_kept_and_what_was_not_kept_is_not_there(store: Store) -> None:
    data = b"\x89PNG invented"
    sha256 = hashlib.sha256(data).hexdigest()

    store.keep_evidence(data, sha256)

    assert store.evidence(sha256) == data
    with pytest.raises(FileNotThere):
        store.evidence("0" * 64)


def test_an_activation_from_elsewhere_is_stored_and_goes_on_where_it_is_longer(store: Store) -> None:
    first = store.receive(revised(2))
    again = store.receive(revised(2))
    longer = store.receive(revised(4))
    shorter = store.receive(revised(1))

    assert [each.changed for each in (first, again, longer, shorter)] == [True, False, True, False]
    assert (longer.before, longer.after) == (revised(2), revised(4))
    assert store.load("acme-1").activation == shorter.after == revised(4)


def test_an_activation_from_elsewhere_that_was_changed_apart_changes_nothing(store: Store) -> None:
    store.create(revised(3))
    apart = noted("told differently")(revised(2))

    with pytest.raises(AlreadyDifferent, match="neither is the beginning of the other") as caught:
        store.receive(apart)

    assert caught.value.why == (
        "They are one activation up to revision 2 and were changed apart from each other since.",
    )
    assert store.load("acme-1").activation == revised(3)


def test_the_folder_of_drafts_exists_once_a_path_was_asked_for(store: Store) -> None:
    path = store.out_path("acme-1-handoff.eml")

    assert path.name == "acme-1-handoff.eml"
    assert path.parent.is_dir()
    assert not path.exists()


# Earlier revisions -----------------------------------------------------------------------------------------


def test_every_earlier_revision_is_as_it_was(store: Store) -> None:
    store.create(new())
    for number in (1, 2, 3):
        store.change("acme-1", noted(f"note {number}"))

    now = store.load("acme-1").activation

    assert [store.earlier(now, revision) for revision in (1, 2, 3)] == [revised(1), revised(2), revised(3)]
    assert store.earlier(now, 7) is None
    assert store.kept_revisions("acme-1") == (1, 2, 3)
    assert store.kept_revisions("nobody") == ()


def test_an_earlier_revision_of_another_line_is_none_of_this_record(store: Store) -> None:
    store.create(new())
    store.change("acme-1", noted("note 1"))
    store.change("acme-1", noted("note 2"))
    other = noted("another line")(noted("told differently")(new()))

    assert store.earlier(other, 2) is None
    assert store.earlier(other, 1) == new()


def test_a_record_that_is_intact_is_not_mended(store: Store) -> None:
    if not isinstance(store, Mending):
        pytest.skip("a server keeps no backups beside its history")
    store.create(new())
    store.change("acme-1", noted("note 1"))

    for act in (lambda: store.damage("acme-1"), lambda: store.mend("acme-1", noted("never"))):
        with pytest.raises(AlreadyDifferent, match="is intact; nothing was changed"):
            act()
    assert store.load("acme-1").activation == revised(2)


def test_a_record_of_which_nothing_is_left_is_not_found_for_mending(store: Store) -> None:
    if not isinstance(store, Mending):
        pytest.skip("a server keeps no backups beside its history")
    with pytest.raises(ActivationNotFound):
        store.damage("nobody")
    with pytest.raises(ActivationNotFound):
        store.mend("nobody", noted("never"))


# What tells cheaply whether a record is as it was -----------------------------------------------------------


class Settled(Disk):
    """A disk nobody wrote to lately."""

    def now(self) -> float:
        return super().now() + 60


@pytest.fixture
def settled(store: Store, tmp_path: Path) -> Store:
    """The store, as it is once nobody wrote to it for a while."""
    return FileStore(tmp_path / "home", disk=Settled()) if isinstance(store, FileStore) else store


def test_an_empty_store_has_no_stamps(store: Store) -> None:
    assert store.stamps().of == {}


def test_there_is_a_stamp_for_every_name_in_their_order_and_the_same_one_twice(settled: Store) -> None:
    for name in ("b-2", "a", "b-10"):
        settled.create(new(name))
    stamps = settled.stamps()

    assert tuple(stamps.of) == settled.names() == ("a", "b-10", "b-2")
    assert len(set(stamps.of.values())) == 3
    assert all(stamps.of.values())
    assert settled.stamps() == stamps


def test_a_change_gives_its_record_another_stamp_and_leaves_those_of_the_others(settled: Store) -> None:
    for name in ("a", "b"):
        settled.create(new(name))
    before = settled.stamps()
    settled.change("a", noted("one"))
    after = settled.stamps()

    assert after.store == before.store
    assert after.of["a"] not in ("", before.of["a"])
    assert after.of["b"] == before.of["b"]


def test_a_change_that_changes_nothing_leaves_the_stamp(settled: Store) -> None:
    settled.create(new("a"))
    before = settled.stamps()
    settled.change("a", lambda activation: activation)

    assert settled.stamps() == before
