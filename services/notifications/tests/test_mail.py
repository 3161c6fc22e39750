"""Mail through a real mail server: what arrives, is tried again or given up, and what cannot be smuggled in."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from medianest.testing import SECRET_KEY, Sandbox, eventually, free_port
from medianest_common.bus.retry import next_delay
from medianest_common.clock import SystemClock, uuid7
from medianest_common.contracts.notifications import GetMailState, Mail, MailKind, SendMail
from medianest_common.errors import TimedOut
from medianest_common.mail import PURPOSE
from medianest_common.security.encryption import Cell, KeyRing
from medianest_common.settings import SettingsError, load
from medianest_common.testing.mail_server import MailServer, html_of, text_of
from medianest_notifications.adapters.smtp import MailServerUnavailable, Smtp
from medianest_notifications.letters import letters_of, write
from medianest_notifications.rendering import LOCALES
from medianest_notifications.service import SERVICE
from medianest_notifications.settings import NotificationsSettings, Tls, parse_server
from medianest_notifications.use_cases.send_mail import MailInDoubt

FROM = "MediaNest <nest@example.org>"
LINK = "https://nest.example.org/reset#token=a-token-that-nobody-else-may-read"


def mail(**changes: Any) -> Mail:
    values: dict[str, Any] = {
        "kind": MailKind.PASSWORD_RESET,
        "to": "frida@example.org",
        "name": "Frida",
        "link": LINK,
    }
    return Mail(**(values | changes))


def job(content: Mail, *, minutes: float = 30, mail_id: Any = None) -> SendMail:
    mail_id = mail_id or uuid7()
    cipher = KeyRing.parse(SECRET_KEY).cipher(PURPOSE)
    return SendMail(
        mail_id=mail_id,
        sealed=cipher.seal(content.model_dump_json(), cell=Cell("mail", "sealed", mail_id)),
        expires_at=SystemClock().now() + timedelta(minutes=minutes),
    )


async def given_to(sandbox: Sandbox, *jobs: SendMail) -> None:
    for each in jobs:
        await sandbox.bus.enqueue_now(each)


async def started(sandbox: Sandbox, server: MailServer) -> None:
    await sandbox.start(SERVICE, smtp_url=server.url, mail_from=FROM)


async def test_mail_arrives_as_text_and_html_with_its_link(sandbox: Sandbox) -> None:
    async with MailServer.start() as server:
        await started(sandbox, server)
        assert (await sandbox.bus.call(GetMailState())).enabled
        await given_to(sandbox, job(mail(name="<b>Frida & Bert</b>")))
        arrived = await server.next()
    assert server.recipients == [["frida@example.org"]]
    assert (arrived["From"], arrived["To"]) == (FROM, "frida@example.org")
    assert arrived["Subject"] == "Choose a new password – MediaNest"
    assert LINK in text_of(arrived) and f'href="{LINK}"' in html_of(arrived)
    assert "<b>Frida" in text_of(arrived) and "&lt;b&gt;Frida &amp; Bert" in html_of(arrived)


@pytest.mark.parametrize("kind", MailKind)
def test_letters_say_the_same_in_every_language(kind: MailKind) -> None:
    english, german = (letters_of(locale)[kind] for locale in LOCALES)
    shapes = [(len(each.before), bool(each.label), len(each.after)) for each in (english, german)]
    assert shapes[0] == shapes[1]
    assert english.subject != german.subject and "{{ name }}" in german.greeting


def test_a_letter_is_in_its_readers_language_and_a_name_is_no_template() -> None:
    about: dict[str, Any] = {
        "mail_id": uuid7(),
        "sender": Address("", "nest", "example.org"),
        "portal": "https://nest.example",
    }
    written = write(mail(locale="de-AT", name="{{ 7*7 }}"), at=SystemClock().now(), **about)
    assert written["Subject"] == "Wähle ein neues Passwort – MediaNest"
    assert "Hallo {{ 7*7 }}," in text_of(written) and '<html lang="de">' in html_of(written)
    assert write(mail(locale="fr"), at=SystemClock().now(), **about)["Subject"].startswith("Choose")


async def test_what_the_server_refuses_for_now_is_tried_again(sandbox: Sandbox) -> None:
    async with MailServer.start() as server:
        server.refusals = ["450 4.2.0 come back later"]
        await started(sandbox, server)
        await given_to(sandbox, job(mail()))
        assert LINK in text_of(await server.next())
    assert server.tries == 2


async def test_what_the_server_refuses_for_good_is_given_up_and_says_nothing_about_whom(
    sandbox: Sandbox, capfd: pytest.CaptureFixture[str]
) -> None:
    async with MailServer.start() as server:
        server.refusals = ["550 5.1.1 <frida@example.org> is unknown here"]
        await started(sandbox, server)
        await given_to(sandbox, job(mail()))
        dead = await eventually(lambda: _dead_letter(sandbox))
        await given_to(sandbox, job(mail(to="bert@example.org")))
        assert (await server.next())["To"] == "bert@example.org"
    assert server.tries == 2
    assert "MailRefused" in dead and "550" in dead
    written = dead + "".join(capfd.readouterr())
    assert "frida@example.org" not in written and "#token" not in written


async def _dead_letter(sandbox: Sandbox) -> str | None:
    state = await sandbox.bus.js.stream_info("DLQ")
    if not state.state.messages:
        return None
    found = await sandbox.bus.js.get_last_msg("DLQ", "dlq.job.notifications.send_mail")
    return repr((found.headers, found.data))


async def test_a_mail_whose_time_is_over_is_not_sent_any_more(sandbox: Sandbox) -> None:
    async with MailServer.start() as server:
        await started(sandbox, server)
        await given_to(sandbox, job(mail(), minutes=-1), job(mail(to="bert@example.org")))
        assert (await server.next())["To"] == "bert@example.org"
    assert server.tries == 1


async def test_a_mail_sealed_for_another_id_does_not_open(sandbox: Sandbox) -> None:
    """Somebody who can write to the bus cannot hand an old mail in again under a new number."""
    async with MailServer.start() as server:
        await started(sandbox, server)
        moved = job(mail()).model_copy(update={"mail_id": uuid7()})
        await given_to(sandbox, moved, job(mail(to="bert@example.org")))
        assert (await server.next())["To"] == "bert@example.org"
        assert await eventually(lambda: _dead_letter(sandbox))
    assert server.tries == 1


async def test_without_a_mail_server_mail_is_dropped_and_that_can_be_asked_for(sandbox: Sandbox) -> None:
    await sandbox.start(SERVICE)
    assert not (await sandbox.bus.call(GetMailState())).enabled
    await given_to(sandbox, job(mail()))
    await eventually(lambda: _no_jobs(sandbox))


async def _no_jobs(sandbox: Sandbox) -> bool:
    return (await sandbox.bus.js.stream_info("JOB_NOTIFICATIONS")).state.messages == 0


@pytest.mark.parametrize("encrypted", ["starttls", "implicit"])
async def test_encryption_is_used_as_asked_and_certificates_are_checked(
    encrypted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, authority = _certificate(tmp_path)
    async with MailServer.start(encrypted=encrypted, context=context) as server:
        smtp = Smtp(parse_server(server.url), hello="example.org")
        with pytest.raises(MailServerUnavailable, match=r"(?i)certificate"):
            await smtp.check()
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        await smtp.check()
        await smtp.send(_written(mail()))
        assert LINK in text_of(await server.next())


async def test_a_server_that_cannot_encrypt_is_not_told_the_password() -> None:
    async with MailServer.start() as server:
        asked = parse_server(server.url)._replace(tls=Tls.STARTTLS)
        with pytest.raises(MailServerUnavailable):
            await Smtp(asked, hello="example.org").check()


async def test_a_wrong_password_and_a_silent_server_are_outages(monkeypatch: pytest.MonkeyPatch) -> None:
    async with MailServer.start() as server:
        server.password = "changed since"
        with pytest.raises(MailServerUnavailable, match="535"):
            await Smtp(parse_server(server.url), hello="example.org").send(_written(mail()))
    monkeypatch.setattr("medianest_notifications.adapters.smtp._STEP_SECONDS", 0.2)
    silent = await asyncio.start_server(lambda reader, writer: asyncio.sleep(60), "localhost", 0)
    port = silent.sockets[0].getsockname()[1]
    with pytest.raises(MailServerUnavailable):
        await Smtp(parse_server(f"smtp://localhost:{port}?tls=none"), hello="example.org").check()
    silent.close()


async def test_a_server_that_looks_a_mail_through_for_long_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("medianest_notifications.adapters.smtp._STEP_SECONDS", 3.0)
    async with MailServer.start() as server:
        server.looks_through_for = 4.0
        await Smtp(parse_server(server.url), hello="example.org").send(_written(mail()))
    assert len(server.mails) == 1


async def test_a_mail_that_was_handed_over_without_an_answer_may_have_been_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("medianest_notifications.adapters.smtp._TAKING_SECONDS", 3.0)
    async with MailServer.start() as server:
        server.looks_through_for = 60.0
        with pytest.raises(TimedOut):
            await Smtp(parse_server(server.url), hello="example.org").send(_written(mail()))
        await server.next()


async def test_a_letter_that_may_have_been_taken_is_sent_again_a_few_times_only(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    async with MailServer.start() as server:
        server.looks_through_for = 60.0
        await started(sandbox, server)
        with monkeypatch.context() as impatient:
            impatient.setattr("medianest_notifications.adapters.smtp._TAKING_SECONDS", 1.0)
            await given_to(sandbox, job(mail()))
            await eventually(lambda: _says(capfd, "MailInDoubt"))
        server.looks_through_for = 0.0
        await eventually(lambda: _no_jobs(sandbox))
    assert server.tries >= 2
    [message_id] = {str(each["Message-ID"]) for each in server.mails}
    assert message_id
    waits = [next_delay(MailInDoubt(), attempt=attempt) for attempt in range(1, 8)]
    assert waits[-1] is None and sum(wait is not None for wait in waits) <= 5


async def _says(capfd: pytest.CaptureFixture[str], words: str) -> bool:
    return words in "".join(capfd.readouterr())


async def test_where_the_mail_server_is_people_are_not_told() -> None:
    port = free_port()
    for server in (f"localhost:{port}", "mail.invalid"):
        smtp = Smtp(parse_server(f"smtp://{server}?tls=none"), hello="example.org")
        with pytest.raises(MailServerUnavailable) as away:
            await smtp.send(_written(mail()))
        assert (
            server.partition(":")[0] not in str(away.value.problem()) and str(port) not in away.value.detail
        )


@given(
    to=st.text(max_size=40).map(lambda text: f"frida@example.org{text}")
    | st.sampled_from(["frida@example.org\r\nBcc: eve@example.org", "a@b.c, eve@example.org", "eve", ""]),
    name=st.text(max_size=60) | st.just("Frida\r\nBcc: eve@example.org\r\n\r\nhello"),
)
def test_nothing_that_people_type_becomes_a_header(to: str, name: str) -> None:
    try:
        message = _written(mail(to=to, name=name.encode(errors="ignore").decode()))
    except ValueError:
        return
    assert sorted(message.keys()) == [
        "Auto-Submitted",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "To",
    ]
    head = message.as_bytes().partition(b"\r\n\r\n")[0]
    assert b"\r\nBcc" not in head
    assert len(message["To"].addresses) == 1


def _written(content: Mail) -> Any:
    return write(
        content,
        mail_id=uuid7(),
        sender=Address("MediaNest", "nest", "example.org"),
        portal="https://nest.example.org",
        at=datetime.now(UTC),
    )


@pytest.mark.parametrize(
    "url, server",
    [
        ("smtp://mail.example.org", ("mail.example.org", 587, Tls.STARTTLS, None, None)),
        ("smtp://mail.example.org:465", ("mail.example.org", 465, Tls.IMPLICIT, None, None)),
        ("smtps://u%40x:p%2F%3A@mail.example.org", ("mail.example.org", 465, Tls.IMPLICIT, "u@x", "p/:")),
        ("smtp://127.0.0.1:25?tls=none", ("127.0.0.1", 25, Tls.NONE, None, None)),
    ],
)
def test_a_mail_server_is_one_address(url: str, server: tuple[Any, ...]) -> None:
    assert parse_server(url) == server


@pytest.mark.parametrize(
    "values, variable",
    [
        ({"smtp_url": "mail.example.org:587", "mail_from": FROM}, "MEDIANEST_SMTP_URL"),
        ({"smtp_url": "smtp://h?tls=maybe", "mail_from": FROM}, "MEDIANEST_SMTP_URL"),
        ({"smtp_url": "smtp://h:port", "mail_from": FROM}, "MEDIANEST_SMTP_URL"),
        ({"smtp_url": "smtp://user:a-secret-here@h/x", "mail_from": FROM}, "MEDIANEST_SMTP_URL"),
        ({"smtp_url": "smtp://h"}, "MEDIANEST_MAIL_FROM"),
        ({"smtp_url": "smtp://h", "mail_from": "nobody"}, "MEDIANEST_MAIL_FROM"),
        ({"smtp_url": "smtp://h", "mail_from": "a@b.c\nBcc: d@e.f"}, "MEDIANEST_MAIL_FROM"),
        ({"smtp_url": "smtp://h", "mail_from": "a@b.c, d@e.f"}, "MEDIANEST_MAIL_FROM"),
    ],
)
def test_wrong_settings_are_named_and_not_repeated(values: dict[str, str], variable: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load(NotificationsSettings, **values)
    assert str(refused.value).startswith(f"{variable}: ") and "a-secret-here" not in str(refused.value)


def _certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    key, now = generate_private_key(SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    found, secret = folder / "certificate.pem", folder / "key.pem"
    found.write_bytes(certificate.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(found, secret)
    return context, found
