"""A mail server on a real socket that keeps what it is sent, and refuses when it is told to."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP as POLICY
from typing import Any
from urllib.parse import quote

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from medianest_common.testing.planted import MARK

USER, PASSWORD = "nest@example.org", f"{MARK} with @ and /"


@dataclass
class MailServer:
    """`refusals` are answered, one after the other, instead of accepting the next mails."""

    port: int = 0
    encrypted: str = "none"
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    tries: int = 0
    looks_through_for: float = 0.0
    """Seconds that a mail is looked through before the server says that it has taken it, which it has."""
    password: str = PASSWORD

    @property
    def url(self) -> str:
        who = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}"
        return f"smtp://{who}@localhost:{self.port}?tls={self.encrypted}"

    @classmethod
    @asynccontextmanager
    async def start(
        cls, *, encrypted: str = "none", context: ssl.SSLContext | None = None
    ) -> AsyncIterator["MailServer"]:
        server = cls(encrypted=encrypted)

        def connection() -> SMTP:
            return SMTP(
                server,
                enable_SMTPUTF8=True,
                tls_context=context if encrypted == "starttls" else None,
                require_starttls=encrypted == "starttls",
                auth_require_tls=encrypted == "starttls",
                auth_required=True,
                authenticator=server._authenticate,
                timeout=30,
            )

        loop = asyncio.get_running_loop()
        listening = await loop.create_server(
            connection, "localhost", 0, ssl=context if encrypted == "implicit" else None
        )
        server.port = listening.sockets[0].getsockname()[1]
        try:
            yield server
        finally:
            listening.close()

    async def next(self, subject: str = "", *, within: float = 60.0) -> EmailMessage:
        """The oldest mail that nobody has read yet, with a subject that begins like this."""
        async with asyncio.timeout(within):
            while not (found := [mail for mail in self.mails if mail["Subject"].startswith(subject)]):
                await asyncio.sleep(0.01)
        self.mails.remove(found[0])
        return found[0]

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.tries += 1
        if self.refusals:
            return self.refusals.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content: Any = envelope.content
        message = BytesParser(policy=POLICY).parsebytes(content)
        assert isinstance(message, EmailMessage)
        self.recipients.append(list(map(str, envelope.rcpt_tos)))
        self.mails.append(message)
        await asyncio.sleep(self.looks_through_for)
        return "250 OK"

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        wanted = LoginPassword(USER.encode(), self.password.encode())
        return AuthResult(success=data == wanted, handled=False)


def text_of(mail: EmailMessage) -> str:
    return str(_part(mail, "plain").get_content())


def html_of(mail: EmailMessage) -> str:
    return str(_part(mail, "html").get_content())


def link_in(mail: EmailMessage) -> str:
    (link,) = (line for line in text_of(mail).split() if "#token=" in line)
    return link


def _part(mail: EmailMessage, kind: str) -> EmailMessage:
    part = mail.get_body((kind,))
    assert isinstance(part, EmailMessage), f"there is no {kind} part"
    return part
