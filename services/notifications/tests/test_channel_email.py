"""E-mail, through a real mail server."""

from collections.abc import AsyncIterator
from email.headerregistry import Address
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medianest_common.errors import Invalid, MediaNestError
from medianest_common.testing.certificates import self_signed
from medianest_common.testing.mail_server import MailServer, html_of, text_of
from medianest_notifications.adapters.channels.email import EmailConfig, EmailSender, write
from medianest_notifications.adapters.channels.port import ChannelGone, MessageRefused, Part, read_config
from medianest_notifications.adapters.smtp import MailServerUnavailable, Smtp
from medianest_notifications.settings import parse_server
from services.notifications.tests.channel_messages import (
    AT,
    HOSTILE,
    MARKS,
    PORTAL,
    SIGNS,
    digest,
    message,
)

NEST = Address("MediaNest", "nest", "example.org")
FRIDA, BERT = EmailConfig(address="frida@example.org"), EmailConfig(address="bert@example.org")
OFF = f"{PORTAL}/api/v1/notifications/unsubscribe?token={'aB3-_' * 40}"


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with MailServer.start() as started:
        yield started


def sender(server: MailServer) -> EmailSender:
    smtp = Smtp(parse_server(server.url), hello="example.org")
    return EmailSender(smtp, sender=NEST, portal=PORTAL, marks=MARKS)


async def test_a_message_is_text_and_html_with_all_that_mail_needs(server: MailServer) -> None:
    sent = message(unsubscribe=OFF)
    receipt = await sender(server).send(sent, FRIDA)
    mail = await server.next()
    assert mail["Subject"] == "Dune (2021) is ready" and mail["To"] == "frida@example.org"
    assert mail["From"] == "MediaNest <nest@example.org>" and mail["Date"] == format_datetime(AT)
    assert receipt.provider_id == mail["Message-ID"] == f"<{sent.delivery_id}@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert "Frida’s request can be watched now." in text_of(mail) and f"{PORTAL}/requests/1" in text_of(mail)
    assert f'href="{PORTAL}/requests/1"' in html_of(mail) and 'name="viewport"' in html_of(mail)
    assert OFF in text_of(mail) and f'href="{OFF}"' in html_of(mail)


async def test_a_mail_can_be_ended_with_one_click(server: MailServer) -> None:
    """The library folds a long address into encoded words, which no mail program follows."""
    await sender(server).send(message(unsubscribe=OFF), FRIDA)
    await sender(server).send(message(unsubscribe=OFF.replace("https", "http")), FRIDA)
    await sender(server).send(message(), FRIDA)
    secure, plain, without = [dict((await server.next()).raw_items()) for _ in range(3)]
    assert secure["List-Unsubscribe"] == f"<{OFF}>"
    assert secure["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "List-Unsubscribe" in plain and "List-Unsubscribe-Post" not in plain
    assert not any(name.startswith("List-") for name in without)


async def test_however_often_it_is_tried_it_is_the_same_mail(server: MailServer) -> None:
    """sct/overseerr#3401: a 421 made one requester be told for hours."""
    server.refusals = ["421 4.7.0 try again later", "450 4.2.1 busy"]
    made, sent = sender(server), message()
    for status in ("421", "450"):
        with pytest.raises(MailServerUnavailable, match=status) as later:
            await made.send(sent, FRIDA)
        assert later.value.transient
    await made.send(message(title="for Bert"), BERT)
    await made.send(sent, FRIDA)
    assert server.recipients == [["bert@example.org"], ["frida@example.org"]]
    assert (await server.next("Dune"))["Message-ID"] == f"<{sent.delivery_id}@example.org>"


@pytest.mark.parametrize(
    "answer, kind",
    [
        ("550 5.1.1 <frida@example.org> no such user", ChannelGone),
        ("550 5.2.1 mailbox disabled", ChannelGone),
        ("550 5.7.1 unable to relay", MessageRefused),
        ("550 relay not permitted", MessageRefused),
        ("552 5.2.2 mailbox full", MessageRefused),
        ("554 5.7.1 spam", MessageRefused),
        ("451 4.7.1 greylisted", MailServerUnavailable),
    ],
)
async def test_a_mailbox_that_is_gone_is_told_from_a_refused_mail(
    server: MailServer, answer: str, kind: type[MediaNestError]
) -> None:
    server.refusals = [answer]
    with pytest.raises(kind, match=answer[:3]) as ended:
        await sender(server).send(message(), FRIDA)
    assert ended.value.transient is (kind is MailServerUnavailable)
    assert "frida" not in str(ended.value.problem())


async def test_mail_goes_over_tls_with_a_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context, authority = self_signed(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    async with MailServer.start(encrypted="starttls", context=context) as started:
        await sender(started).send(message(title=SIGNS), FRIDA)
        assert (await started.next())["Subject"] == SIGNS


async def test_text_of_people_is_text(server: MailServer) -> None:
    await sender(server).send(message(title=HOSTILE, body=HOSTILE), FRIDA)
    mail = await server.next()
    assert mail["Bcc"] is None and mail["Subject"].endswith("Bcc: e@x.y")
    assert "<b>&amp;</b>" in text_of(mail)
    assert "&lt;b&gt;&amp;amp;&lt;/b&gt;" in html_of(mail) and "<b>" not in html_of(mail)
    assert server.recipients == [["frida@example.org"]]


async def test_a_digest_is_one_mail_with_every_part_and_its_link(server: MailServer) -> None:
    sent = digest(40, unsubscribe=OFF)
    parts = (*sent.parts, Part("No more than a title", "", None))
    await sender(server).send(message(title=sent.title, body="", link=None, parts=parts), FRIDA)
    mail = await server.next()
    for number in range(40):
        assert f"Film {number} {SIGNS}" in text_of(mail) and f"Film {number} {SIGNS}" in html_of(mail)
        assert f"{PORTAL}/requests/{number}" in text_of(
            mail
        ).splitlines() and f'/requests/{number}"' in html_of(mail)
    assert "No more than a title" in html_of(mail) and ">None<" not in html_of(mail)
    assert "<p" in html_of(mail) and 'style="margin:0 0 12px"></p>' not in html_of(mail)


async def test_the_words_around_are_the_readers(server: MailServer) -> None:
    await sender(server).send(message(locale="de", unsubscribe=OFF), FRIDA)
    found = html_of(await server.next())
    assert "In MediaNest öffnen" in found and "Keine solchen Mails mehr" in found and 'lang="de"' in found


@settings(max_examples=60, deadline=None)
@given(
    title=st.text(max_size=300) | st.just("a\r\nBcc: eve@example.org\r\n\r\nbody"),
    body=st.text(max_size=300),
    to=st.sampled_from(
        ["frida@example.org", "frida@example.org\r\nBcc: eve@example.org", "a@b.c, d@e.f", ""]
    ),
)
def test_nothing_that_people_type_becomes_a_header(title: str, body: str, to: str) -> None:
    try:
        mail = write(message(title=title, body=body, unsubscribe=OFF), to=to, sender=NEST, portal=PORTAL)
    except ValueError:
        assert to != "frida@example.org"
        return
    assert len(mail["To"].addresses) == 1
    head = mail.as_bytes().partition(b"\r\n\r\n")[0]
    names = {line.partition(b":")[0] for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))}
    assert b"Bcc" not in names and len(names) == 10


@pytest.mark.parametrize(
    "address", ["", "frida", "frida@localhost", "a@b.c, d@e.f", "a@b.c\nBcc: d@e.f", "x" * 300]
)
def test_only_an_address_is_an_address(address: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_config(EmailConfig, {"address": address}, by_admin=False)
    assert not address or address not in str(refused.value.problem())


def test_an_address_is_shown_masked() -> None:
    made: Any = EmailSender(
        Smtp(parse_server("smtp://x"), hello="x"), sender=NEST, portal=PORTAL, marks=MARKS
    )
    assert made.shown(FRIDA) == "fr…@example.org"
    assert made.fingerprint(FRIDA) == made.fingerprint(EmailConfig(address="Frida@Example.org"))
