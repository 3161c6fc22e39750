"""The mail server: one connection for each mail, encrypted as the settings say, and nothing without a time limit."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email.message import EmailMessage

import aiosmtplib

from medianest_common.errors import MediaNestError, Unavailable
from medianest_notifications.settings import MailServer, Tls

_STEP_SECONDS = 10.0
_WHOLE_SECONDS = 25.0
_GOODBYE_SECONDS = 1.0
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?=\s|$)")
_NO_SUCH_BOX = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
"""RFC 3463 and RFC 7505: no such mailbox or system, moved, or disabled."""


class MailServerUnavailable(Unavailable):
    title = "The mail server does not take mail at this moment"


class MailRefused(MediaNestError):
    """For good: trying again changes nothing. `no_such_box` when it is the address, and not this mail."""

    title = "The mail server refused the mail"

    def __init__(self, detail: str, *, upstream: str | None = None, no_such_box: bool = False) -> None:
        super().__init__(detail, upstream=upstream)
        self.no_such_box = no_such_box


class Smtp:
    """Errors tell the server's status code and never its words, which name the recipient."""

    def __init__(self, server: MailServer, *, hello: str) -> None:
        self._server = server
        self._hello = hello

    async def send(self, message: EmailMessage) -> None:
        async with self._connected() as client:
            try:
                await client.send_message(message)
            except aiosmtplib.SMTPRecipientsRefused as refused:
                raise _judged(refused.recipients[0]) from None
            except aiosmtplib.SMTPNotSupported:
                raise MailRefused("The server cannot deliver to an address with such letters.") from None
            except aiosmtplib.SMTPResponseException as refused:
                raise _judged(refused) from None

    async def check(self) -> None:
        """Connects and signs in without sending anything."""
        async with self._connected() as client:
            await client.noop()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[aiosmtplib.SMTP]:
        server = self._server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            local_hostname=self._hello,
            timeout=_STEP_SECONDS,
            use_tls=server.tls is Tls.IMPLICIT,
            start_tls=server.tls is Tls.STARTTLS,
        )
        try:
            async with asyncio.timeout(_WHOLE_SECONDS):
                await client.connect()
                yield client
            # The mail has been taken: whatever goes wrong now must not send it a second time.
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=_GOODBYE_SECONDS)
        # A wrong password of ours says nothing about the mail: it waits until somebody has put it right.
        except aiosmtplib.SMTPResponseException as error:
            raise MailServerUnavailable(f"It answered {error.code}.", upstream="smtp") from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise MailServerUnavailable(str(error) or type(error).__name__, upstream="smtp") from None
        finally:
            client.close()


def _judged(refused: aiosmtplib.SMTPResponseException) -> MediaNestError:
    """Of the words only the number in front (RFC 3463) is read. A server that gives none may refuse to relay, which
    says nothing about the address."""
    code, found = refused.code, _ENHANCED.match(refused.message)
    answered = f"It answered {code} {found[0]}." if found else f"It answered {code}."
    if 500 <= code < 600:
        no_such_box = found is not None and found[0] in _NO_SUCH_BOX
        return MailRefused(answered, upstream="smtp", no_such_box=no_such_box)
    return MailServerUnavailable(answered, upstream="smtp")
