from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sci_cli.errors import DraftAltered, InvalidValue
from sci_cli.writers.mail_draft import (
    Attachment,
    Draft,
    address_problem,
    as_text,
    build,
    mailto,
    table,
    verify,
)

PICTURE = Attachment("screen print (1).png", "image", "png", b"\x89PNG\r\n\x1a\nnot really" * 40)
DRAFT = Draft(
    to=("orders@cloud.example",),
    cc=(),
    subject="Secure Cloud Interconnect acme-hk-1: configuration",
    body="Hello,\n\nplease find the configuration attached.\n",
    attachments=(PICTURE,),
)

NASTY = [
    "=?utf-8?q?=0D=0ABcc:_x@evil.example?=",
    "Acme\n",
    "Acme\r\nBcc: x@evil.example",
    "Acme\x00",
    "Acme\ud800",
    "Acme\u2028Bcc: x@evil.example",
    "上海网络有限公司 " * 10 + "x",
    "Acme - an é and a very long name " * 5 + "x",
    "x" * 200,
]


def headers_of(written: bytes) -> list[str]:
    return [name for name, _ in message_from_bytes(written, policy=policy.default).items()]


def test_a_draft_has_exactly_the_headers_of_an_unsent_mail() -> None:
    written = build(replace(DRAFT, cc=("manager@customer.example",)))

    assert headers_of(written) == ["X-Unsent", "Subject", "To", "Cc", "MIME-Version", "Content-Type"]
    assert written.startswith(
        b"X-Unsent: 1\r\n"
        b"Subject: Secure Cloud Interconnect acme-hk-1: configuration\r\n"
        b"To: orders@cloud.example\r\n"
        b"Cc: manager@customer.example\r\n"
        b"MIME-Version: 1.0\r\n"
    )


def test_a_draft_without_attachments_is_plain_text() -> None:
    assert build(replace(DRAFT, attachments=(), body="Hello\n")) == (
        b"X-Unsent: 1\r\n"
        b"Subject: Secure Cloud Interconnect acme-hk-1: configuration\r\n"
        b"To: orders@cloud.example\r\n"
        b'Content-Type: text/plain; charset="utf-8"\r\n'
        b"Content-Transfer-Encoding: 7bit\r\n"
        b"MIME-Version: 1.0\r\n"
        b"\r\n"
        b"Hello\r\n"
    )


def test_the_attachment_arrives_byte_for_byte_with_its_name() -> None:
    parts = list(message_from_bytes(build(DRAFT), policy=policy.default).iter_attachments())

    assert [(part.get_filename(), part.get_content_type(), part.get_content()) for part in parts] == [
        ("screen print (1).png", "image/png", PICTURE.data)
    ]


@pytest.mark.parametrize(
    "name", ["截图 上海.png", "Bildschirmfoto für Acme.png", "é" * 190 + ".png", "a'b;c=d.png"]
)
def test_an_attachment_name_outside_ascii_survives(name: str) -> None:
    written = build(replace(DRAFT, attachments=(replace(PICTURE, filename=name),)))

    [part] = message_from_bytes(written, policy=policy.default).iter_attachments()
    assert part.get_filename() == name


def test_a_table_of_prefixes_can_go_along_with_the_screen_print() -> None:
    prefixes = Attachment("prefixes.csv", "text", "csv", b"vpn,prefix\r\ncorp,10.20.0.0/16\r\n")

    written = build(replace(DRAFT, attachments=(PICTURE, prefixes)))

    parts = message_from_bytes(written, policy=policy.default).iter_attachments()
    assert [part.get_payload(decode=True) for part in parts] == [PICTURE.data, prefixes.data]


def test_the_same_draft_gives_the_same_bytes_and_another_one_another_boundary() -> None:
    assert build(DRAFT) == build(DRAFT)
    assert build(DRAFT) != build(replace(DRAFT, body="Hello\n"))


@pytest.mark.parametrize(
    "body",
    [
        "line\n.\nFrom me",
        "From me\n.\n..\n",
        "",
        "\n\n\n",
        "  indented\n\n",
        "=?utf-8?q?=0D=0ABcc:_x@evil.example?=\n",
        "Bcc: x@evil.example\n\nSubject: other\n",
        "帐户 1234\n" * 50,
        "x" * 5000,
        "--==sci-0000==--\n",
    ],
)
def test_a_body_survives_letter_by_letter(body: str) -> None:
    written = build(replace(DRAFT, body=body))

    part = message_from_bytes(written, policy=policy.default).get_body()
    assert part is not None
    assert part.get_content().replace("\r\n", "\n") == (body if body.endswith("\n") else body + "\n")


def test_windows_line_ends_in_a_body_make_the_same_draft() -> None:
    assert build(replace(DRAFT, body="a\r\nb\r\n", attachments=())) == build(
        replace(DRAFT, body="a\nb\n", attachments=())
    )


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("Acme\n", "The mail subject contains a line break"),
        ("Acme\r\nBcc: x@evil.example", "The mail subject contains a line break"),
        ("Acme\x00", "U+0000"),
        ("Acme\x1b[2J", "x1b"),
        ("Acme\ud800", "UTF-8"),
        ("=?utf-8?q?=0D=0ABcc:_x@evil.example?=", "encoded word"),
        ("", "The mail subject is empty"),
        (" Acme", "begins or ends with a space"),
        ("x" * 201, "201 characters, at most 200"),
    ],
)
def test_a_subject_that_could_become_a_header_is_refused(subject: str, said: str) -> None:
    for produce in (build, as_text, mailto):
        with pytest.raises(InvalidValue) as caught:
            produce(replace(DRAFT, subject=subject))
        assert said in caught.value.message


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("a\x00", "U+0000"),
        ("a\rb", "line break"),
        ("\ud800", "UTF-8"),
        ("\u202ea", "U+202E"),
        ("x" * 200_001, "too long"),
    ],
)
def test_a_body_with_more_than_text_and_line_breaks_is_refused(body: str, said: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        build(replace(DRAFT, body=body))

    assert caught.value.message.startswith("The mail body ")
    assert said in caught.value.message


@pytest.mark.parametrize(
    "name",
    ["a\r\nX: y.png", "a\x00.png", "=?utf-8?q?a?=.png", "../key.png", 'a"b.png', "c:\\x.png", "", "x" * 201],
)
def test_an_attachment_name_that_could_do_harm_is_refused(name: str) -> None:
    with pytest.raises(InvalidValue, match="attachment name"):
        build(replace(DRAFT, attachments=(replace(PICTURE, filename=name),)))


@pytest.mark.parametrize(
    ("maintype", "subtype"), [("message", "rfc822"), ("multipart", "mixed"), ("image", "p\r\nX: y")]
)
def test_only_plain_media_types_are_attached(maintype: str, subtype: str) -> None:
    with pytest.raises(InvalidValue, match="attachment type"):
        build(replace(DRAFT, attachments=(replace(PICTURE, maintype=maintype, subtype=subtype),)))


@pytest.mark.parametrize(
    "address",
    [
        "orders@cloud.example",
        "order.manager+sci@cloud-provider.example.net",
        "o'brien@customer.example",
        "x" * 64 + "@" + ".".join(["d" * 60] * 3) + ".example"[:6],
    ],
)
def test_a_plain_address_is_accepted_and_survives(address: str) -> None:
    assert address_problem(address) is None
    assert f"To: {address}\r\n".encode() in build(replace(DRAFT, to=(address,))).replace(b"\r\n ", b" ")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("a@b@c", "exactly one '@'"),
        ("a@b@c.example", "exactly one '@'"),
        ("orders", "exactly one '@'"),
        ("a@b.example>\x00", "U+0000"),
        ("x@evil.example, a@b.example", "one address per value"),
        ("x@evil.example;a@b.example", "one address per value"),
        ("Orders <a@b.example>", "plain address"),
        ('"a b"@b.example', "plain address"),
        ("a@b.example\n", "line break"),
        ("a@b.example\r\nBcc: x@evil.example", "line break"),
        ("=?utf-8?q?a?=@b.example", "encoded word"),
        ("\u0430@b.example", "U+0430"),
        ("a@b\u00fc.example", "U+00FC"),
        ("a@\ud800.example", "UTF-8"),
        ("a@localhost", "a dot"),
        ("a@.example", "no valid domain"),
        ("a@b..example", "no valid domain"),
        ("a@-b.example", "no valid domain"),
        ("a@192.0.2.1", "no valid domain"),
        ("a@b.example.", "no valid domain"),
        (".a@b.example", "before the '@'"),
        ("a..b@b.example", "before the '@'"),
        ("@b.example", "before the '@'"),
        ("x" * 65 + "@b.example", "before the '@'"),
        ("a@" + "b." * 130 + "example", "at most 254"),
        ("", "empty"),
    ],
)
def test_anything_but_one_plain_address_is_refused_with_the_reason(address: str, said: str) -> None:
    problem = address_problem(address)

    assert problem is not None
    assert problem.startswith("The mail address ")
    assert said in problem
    for draft in (replace(DRAFT, to=(address,)), replace(DRAFT, cc=(address,))):
        with pytest.raises(InvalidValue) as caught:
            build(draft)
        assert caught.value.message == problem


def test_a_mail_without_or_with_very_many_addresses_is_refused() -> None:
    with pytest.raises(InvalidValue, match="no address"):
        build(replace(DRAFT, to=()))
    with pytest.raises(InvalidValue, match="more than 20 addresses"):
        build(replace(DRAFT, to=("a@b.example",) * 21))


def test_many_long_addresses_survive_folding() -> None:
    to = tuple(f"order.manager.{number}@" + "long-name-of-a-company." * 4 + "example" for number in range(20))

    message = message_from_bytes(build(replace(DRAFT, to=to)), policy=policy.default)

    assert tuple(str(address) for address in message["To"].addresses) == to


SUBJECTS = st.one_of(
    st.text(max_size=210), st.text("ab é上😀\u0301 ,;:\"'()<>@=?_-", max_size=200), st.sampled_from(NASTY)
)
BODIES = st.one_of(st.text(max_size=400), st.text("ab é上.\n \r=-", max_size=400), st.sampled_from(NASTY))


@given(subject=SUBJECTS, body=BODIES, filename=st.text("ab é上.'%;= ()", max_size=100))
@example(subject=NASTY[0], body="", filename="a.png")
@example(subject="Acme", body="line\n.\nFrom me", filename="a.png")
def test_any_text_is_refused_or_comes_back_with_exactly_the_allowed_headers(
    subject: str, body: str, filename: str
) -> None:
    draft = replace(DRAFT, subject=subject, body=body, attachments=(replace(PICTURE, filename=filename),))
    try:
        written = build(draft)
    except InvalidValue:
        return
    message = message_from_bytes(written, policy=policy.default)
    text = message.get_body()
    assert text is not None

    assert headers_of(written) == ["X-Unsent", "Subject", "To", "MIME-Version", "Content-Type"]
    assert str(message["Subject"]) == subject
    assert text.get_content().rstrip("\r\n").replace("\r\n", "\n") == body.replace("\r\n", "\n").rstrip("\n")
    assert [part.get_filename() for part in message.iter_attachments()] == [filename]
    assert max(len(line) for line in written.split(b"\r\n")) <= 998


@pytest.mark.parametrize(
    "subject", [text for text in NASTY if len(text) <= 200 and text.isprintable() and "=?" not in text]
)
def test_a_long_or_foreign_subject_keeps_every_space(subject: str) -> None:
    message = message_from_bytes(build(replace(DRAFT, subject=subject.strip())), policy=policy.default)

    assert str(message["Subject"]) == subject.strip()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"X-Unsent: 1\r\n", b"X-Unsent: 1\r\nBcc: x@evil.example\r\n", "the names of the headers"),
        (b"X-Unsent: 1", b"X-Unsent: 0", "the mark as not yet sent"),
        (b"To: orders@", b"To: 0rders@", "the recipients (To)"),
        (b"orders@cloud.example", b"orders@cloud.example, x@evil.example", "the recipients (To)"),
        (b"acme-hk-1", b"acme-hk-2", "the subject"),
        (b"please find", b"please mind", "the body"),
        (b"iVBORw0K", b"iVBORw1K", "the attachments"),
        (b"screen print (1).png", b"screen print (2).png", "the attachments"),
        (b"image/png", b"image/gif", "the attachments"),
        (b"multipart/mixed", b"text/plain", "the kind of the mail"),
        (
            b"Content-Disposition: attachment",
            b"X: y\r\nContent-Disposition: attachment",
            "headers of an attachment",
        ),
    ],
)
def test_a_mail_that_says_anything_else_than_the_draft_is_noticed(old: bytes, new: bytes, said: str) -> None:
    written = build(DRAFT)
    assert written.count(old) >= 1
    verify(DRAFT, written)

    with pytest.raises(DraftAltered) as caught:
        verify(DRAFT, written.replace(old, new, 1))

    assert any(said in reason for reason in caught.value.why)


def test_a_lost_attachment_is_noticed() -> None:
    with pytest.raises(DraftAltered, match="differs from what was put in"):
        verify(replace(DRAFT, attachments=(PICTURE, PICTURE)), build(DRAFT))


def test_the_text_form_has_everything_to_paste() -> None:
    picture = replace(PICTURE, data=b"x" * 1600)

    assert as_text(replace(DRAFT, cc=("manager@customer.example",), attachments=(picture,))) == (
        "To: orders@cloud.example\n"
        "Cc: manager@customer.example\n"
        "Subject: Secure Cloud Interconnect acme-hk-1: configuration\n"
        "\n"
        "Hello,\n"
        "\n"
        "please find the configuration attached.\n"
        "\n"
        "Attach: screen print (1).png (2 kB)\n"
    )


def test_a_mailto_link_has_recipients_and_subject_and_no_body() -> None:
    draft = replace(DRAFT, to=("a+b@cloud.example", "c@cloud.example"), subject="Acme & Co: 上 50%")

    assert (
        mailto(draft)
        == "mailto:a%2Bb@cloud.example,c@cloud.example?subject=Acme%20%26%20Co%3A%20%E4%B8%8A%2050%25"
    )


def test_a_table_lines_up_with_wide_and_combining_characters() -> None:
    assert table([("Customer", "Acme"), ("帐户", "1234"), ("Cafe\u0301", "x\ny"), ("Note", "")]) == (
        "Customer  Acme\n"
        "帐户      1234\n"
        "Cafe\u0301      x\n"
        "          y\n"
        "Note"
    )  # fmt: skip


def test_a_table_without_rows_is_empty() -> None:
    assert table([]) == ""
