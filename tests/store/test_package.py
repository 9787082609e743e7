"""Packages of activations: the same bytes for the same content, and nothing taken that fails a check."""

from __future__ import annotations

import hashlib
import io
import json
import random
import stat
import struct
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from sci_cli.domain.activation import Change, Closed, Event, Evidence, HandoffRecord, StepRecord
from sci_cli.errors import ExitCode, InvalidFile, InvalidValue, RecordCorrupt, SciError
from sci_cli.store import package, unpacking
from sci_cli.store.contract import profiles_named, reference
from sci_cli.store.document import render
from sci_cli.store.package import Packed, pack
from sci_cli.store.unpacking import unpack
from tests.operations.build import STAMP, alibaba
from tests.store.samples import new

PICTURE = b"a picture of the portal"
DRAFT = b"Subject: activation\r\n\r\nHello\r\n"


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def packed(name: str = "acme-hk-1") -> Packed:
    """An activation with evidence and a draft."""
    started = new(name)
    profile = alibaba()
    draft = f"{name}-handoff-1-r1.eml"
    evidence = Evidence("port.png", sha(PICTURE))
    whole = replace(
        started,
        profile=reference(profile),
        steps={"O1": StepRecord(Closed.DONE, (STAMP,), evidence=(evidence,))},
        handoffs=(
            HandoffRecord(STAMP, f"{name}-handoff-1-r1.eml", sha(DRAFT), evidence, ("a@example.net",)),
        ),
    )
    head = render(whole).head
    return Packed(whole, head, profile, {sha(PICTURE): PICTURE}, {draft: DRAFT})


GOOD = pack([packed(), packed("acme-sg-1")])


def members(data: bytes = GOOD) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        return {each.filename: opened.read(each) for each in opened.infolist()}


def zipped(content: Mapping[str, bytes], *, compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", compression) as made:
        warnings.simplefilter("ignore")
        for name, data in content.items():
            made.writestr(name, data)
    return buffer.getvalue()


def relisted(content: Mapping[str, bytes]) -> dict[str, bytes]:
    """The members with a manifest that lists them as they are now."""
    listing = json.loads(content["manifest.json"])
    listing["members"] = [
        {"name": name, "size": str(len(data)), "sha256": sha(data)}
        for name, data in content.items()
        if name != "manifest.json"
    ]
    return {**content, "manifest.json": json.dumps(listing).encode()}


def with_info(name: str, data: bytes, attributes: int) -> bytes:
    """The good package with one member more, of another kind."""
    buffer = io.BytesIO(GOOD)
    with zipfile.ZipFile(buffer, "a") as made:
        about = zipfile.ZipInfo(name)
        about.create_system, about.external_attr = 3, attributes << 16
        made.writestr(about, data)
    return buffer.getvalue()


def test_what_was_packed_comes_out_the_same_and_sorted() -> None:
    assert unpack(GOOD, "a.zip") == (packed(), packed("acme-sg-1"))


def _gone_over() -> Packed:
    """An activation that went over to another content of its profile, with both contents."""
    whole, old = packed(), alibaba()
    new_ref = reference(replace(old, version="next"))
    went = Change("profile.digest", reference(old).digest, new_ref.digest)
    event = Event(2, STAMP.at, "kim", "profile rebase", "went over", (went,))
    started = whole.activation
    after = replace(started, revision=2, profile=new_ref, history=(*started.history, event))
    return replace(
        whole,
        activation=after,
        head=render(after).head,
        profile=replace(old, version="next"),
        earlier=(old,),
    )


def test_every_content_of_the_profile_that_the_history_names_goes_along_and_is_needed() -> None:
    data = pack([_gone_over()])
    found = members(data)
    pins = sorted(name for name in found if name.startswith("profiles/"))

    assert profiles_named(_gone_over().activation) == (
        reference(replace(alibaba(), version="next")),
        reference(alibaba()),
    )
    assert len(pins) == 2
    assert unpack(data, "a.zip") == (_gone_over(),)
    with pytest.raises(RecordCorrupt, match="is missing"):
        unpack(pack([replace(_gone_over(), earlier=())]), "a.zip")


def test_an_entry_of_the_history_that_is_no_digest_names_no_content() -> None:
    before = _gone_over().activation
    odd = Event(3, STAMP.at, "kim", "x", "x", (Change("profile.digest", "../../etc", "dry-run"),))

    assert profiles_named(replace(before, history=(*before.history, odd))) == profiles_named(before)


def test_the_same_content_gives_the_same_bytes_in_whatever_order() -> None:
    assert pack([packed("acme-sg-1"), packed()]) == GOOD
    with zipfile.ZipFile(io.BytesIO(GOOD)) as opened:
        infos = opened.infolist()
    assert {(each.date_time, each.compress_type, each.external_attr) for each in infos} == {
        ((1980, 1, 1, 0, 0, 0), zipfile.ZIP_STORED, 0o100600 << 16)
    }
    names = [each.filename for each in infos]
    assert names == ["manifest.json", *sorted(names[1:])]


def test_a_package_another_program_compressed_again_is_still_good() -> None:
    content = {"activations/": b"", "evidence/": b"", **members()}
    assert unpack(zipped(content, compression=zipfile.ZIP_DEFLATED), "a.zip") == unpack(GOOD, "a.zip")


@pytest.mark.parametrize(
    "name",
    [
        "../activations/x.yaml", "activations/../../x.yaml", "/etc/passwd", "activations/x/../y.yaml",
        "x.yaml", "C:/activations/x.yaml", "activations\\x.yaml", "activations/X.yaml",
        "activations/con.yaml", "activations/.x.yaml", "evidence/x", "out/x.exe", "out/../x.eml",
        "profiles/trusted.txt",
        "config.yaml",
        "activations/ACME-HK-1.yaml", "Activations/acme-hk-1.yaml", "backups/acme-hk-1.1.yaml",
        "evidence/" + "A" * 64, "manifest.json/x", "out/\u202egpj.eml", "activations//x.yaml", "out/", "x/",
    ],
)  # fmt: skip
def test_a_member_of_a_name_that_sci_does_not_write_is_refused(name: str) -> None:
    if name == "out/":
        data = zipped({**members(), name: b"not empty"})
    else:
        data = zipped(relisted({**members(), name: b"x"}))
    with pytest.raises(InvalidFile) as refused:
        unpack(data, "a.zip")
    assert refused.value.exit_code is ExitCode.INVALID
    assert "Nothing was imported." in refused.value.message


def test_a_link_a_device_and_the_same_name_twice_are_refused() -> None:
    for kind in (stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO, stat.S_IFDIR):
        with pytest.raises(InvalidFile, match="a link, a device or something else"):
            unpack(with_info("evidence/" + "a" * 64, b"/etc/passwd", kind | 0o777), "a.zip")
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = with_info("activations/acme-hk-1.yaml", b"x", stat.S_IFREG)
    with pytest.raises(InvalidFile, match="is there twice"):
        unpack(twice, "a.zip")


def test_a_member_that_grows_out_of_proportion_is_refused_before_it_is_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unpacked(*_: object) -> bytes:
        raise AssertionError("it was unpacked")

    monkeypatch.setattr(unpacking, "_content", unpacked)
    name = "evidence/" + "0" * 64
    bomb = zipped({**members(), name: bytes(10_000_000)}, compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(InvalidFile, match="unpacks to more than 200 times its size"):
        unpack(bomb, "a.zip")
    large = zipped({**members(), name: bytes(package.LARGEST_MEMBER + 1)})
    with pytest.raises(InvalidFile, match="is larger than 20 MB when unpacked"):
        unpack(large, "a.zip")


def test_too_many_members_and_too_many_bytes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MOST_MEMBERS", 3)
    with pytest.raises(InvalidFile, match="too large"):
        unpack(GOOD, "a.zip")
    monkeypatch.setattr(package, "LARGEST", 1000)
    with pytest.raises(InvalidValue, match="would be larger"):
        pack([packed()])


def test_a_size_that_the_zip_lies_about_is_noticed() -> None:
    at = GOOD.index(b"PK\x01\x02") + 24
    lying = GOOD[:at] + struct.pack("<I", 5) + GOOD[at + 4 :]
    with pytest.raises(SciError) as refused:
        unpack(lying, "a.zip")
    assert isinstance(refused.value, (InvalidFile, RecordCorrupt))


@pytest.mark.parametrize("kind", ["activations", "evidence", "out", "profiles"])
def test_content_that_was_changed_is_found_even_when_the_manifest_was_put_right(kind: str) -> None:
    content = members()
    name = next(each for each in content if each.startswith(kind))
    content[name] = content[name][:-2] + bytes([content[name][-2] ^ 1]) + content[name][-1:]
    for data in (zipped(content), zipped(relisted(content))):
        with pytest.raises(RecordCorrupt) as refused:
            unpack(data, "a.zip")
        assert name in refused.value.message


@pytest.mark.parametrize("kind", ["activations", "evidence", "profiles"])
def test_something_that_the_record_needs_and_is_not_there_is_named(kind: str) -> None:
    content = members()
    name = next(each for each in content if each.startswith(kind))
    del content[name]
    for data in (zipped(content), zipped(relisted(content))):
        with pytest.raises(RecordCorrupt, match="is missing"):
            unpack(data, "a.zip")


def test_a_file_no_record_names_is_refused() -> None:
    content = relisted({**members(), f"evidence/{sha(b'stray')}": b"stray"})
    with pytest.raises(InvalidFile, match="belongs to no activation"):
        unpack(zipped(content), "a.zip")


def test_a_draft_that_is_not_there_is_no_damage() -> None:
    content = {name: data for name, data in members().items() if not name.startswith("out/")}
    assert [each.drafts for each in unpack(zipped(relisted(content)), "a.zip")] == [{}, {}]


def test_a_record_at_another_head_than_the_manifest_says_is_refused() -> None:
    content = members()
    content["manifest.json"] = content["manifest.json"].replace(b'"revision":"1"', b'"revision":"2"')
    with pytest.raises(RecordCorrupt, match="revision and head the manifest says"):
        unpack(zipped(content), "a.zip")


def test_a_package_of_a_newer_format_asks_for_the_newer_version() -> None:
    content = members()
    content["manifest.json"] = content["manifest.json"].replace(b'"format":"1"', b'"format":"2"')
    with pytest.raises(InvalidFile, match="a newer version of sci made it"):
        unpack(zipped(content), "a.zip")


@pytest.mark.parametrize(
    "text",
    [b"", b"[]", b"{}", b"null", b"\xff", b"[" * 100_000, b'{"format": 1}',
     b'{"format": "' + b"9" * 5000 + b'"}', b'{"format": "1", "activations": [], "members": []}',
     b'{"format": "1", "activations": [1], "members": {}}',
     b'{"format": "1", "activations": [{"name": "../x", "revision": "1", "head": ""}], "members": []}'],
)  # fmt: skip
def test_a_manifest_that_is_none_is_refused(text: bytes) -> None:
    with pytest.raises(InvalidFile, match="is not a package of sci"):
        unpack(zipped({**members(), "manifest.json": text}), "a.zip")


@pytest.mark.parametrize("data", [b"", b"PK", b"not a zip", GOOD[:-10], GOOD[: len(GOOD) // 2], b"\0" * 1000])
def test_what_is_no_zip_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidFile, match="is no zip file, or is cut off or damaged"):
        unpack(data, "a.zip")


def test_no_damaged_package_ends_in_another_error_or_brings_other_content() -> None:
    """Bytes exchanged, removed and doubled, mostly where the zip describes itself."""
    chance = random.Random(4)
    good = unpack(GOOD, "a.zip")
    directory = GOOD.index(b"PK\x01\x02")
    refused = 0
    for number in range(1500):
        data = bytearray(GOOD)
        for _ in range(chance.choice((1, 1, 2, 5))):
            at = chance.randrange(directory if number % 3 else 0, len(data))
            match number % 4:
                case 0:
                    del data[at : at + chance.randrange(1, 40)]
                case 1:
                    data[at:at] = data[at : at + chance.randrange(1, 40)]
                case _:
                    data[at] = chance.choice(
                        (0, 1, 0x2F, 0x2E, 0x5C, 0xFF, data[at] ^ (1 << chance.randrange(8)))
                    )
            if at >= len(data):
                break
        try:
            assert unpack(bytes(data), "a.zip") == good
        except (InvalidFile, RecordCorrupt):
            refused += 1
    assert refused > 500


def test_no_damaged_record_in_a_package_put_right_ends_in_another_error() -> None:
    """The sums of the record and the manifest are made to fit, as somebody who means harm would."""
    chance = random.Random(5)
    content = members()
    name = "activations/acme-hk-1.yaml"
    lines = content[name].split(b"\n")
    refused = 0
    for _ in range(300):
        body = list(lines[2:])
        at = chance.randrange(len(body))
        body[at] = chance.choice(
            (b"", b"[" * 50, b"- x", b"a: &b [*b]", b"'", body[at] * 2, b"!!python/x y", b"\xff")
        )
        text = b"\n".join(body)
        changed = b"\n".join((lines[0], b"checksum: sha256:" + sha(text).encode(), text))
        # A rewrite that is consistent in itself is a record; only a head noted elsewhere tells it.
        try:
            assert [
                each.activation.name for each in unpack(zipped(relisted({**content, name: changed})), "a")
            ]
        except (InvalidFile, RecordCorrupt):
            refused += 1
    assert refused > 200


def test_a_profile_that_is_no_profile_is_refused_though_its_digest_fits() -> None:
    for text in (b"[" * 100_000, b"{}", b"null", b'{"id": NaN}', b'{"id": ' + b"9" * 5000 + b"}"):
        one = packed()
        whole = replace(one.activation, profile=replace(one.activation.profile, digest=sha(text)))
        written = render(whole)
        content = members(pack([one]))
        content = {name: data for name, data in content.items() if not name.startswith("profiles/")}
        content["activations/acme-hk-1.yaml"] = written.data
        content[f"profiles/{whole.profile.id}-{whole.profile.digest}.json"] = text
        with pytest.raises(RecordCorrupt):
            unpack(zipped(relisted(content)), "a.zip")


def test_time_passing_between_two_exports_changes_nothing() -> None:
    later = replace(packed().activation, created=replace(STAMP, at=STAMP.at + timedelta(days=1)))
    assert pack([packed()]) == pack([packed()])
    assert pack([replace(packed(), activation=later, head=render(later).head)]) != pack([packed()])
