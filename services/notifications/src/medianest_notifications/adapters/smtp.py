"""The mail server: one connection for each mail, encrypted as the settings say, and nothing without a time limit."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email.message import EmailMessage

import aiosmtplib

from medianest_common.errors import MediaNestError, Unavailable
from medianest_notifications.settings import MailServer, Tls

_STEP_SECONDS = 10.0
_WHOLE_SECONDS = 25.0
_GOODBYE_SECONDS = 1.0


class MailServerUnavailable(Unavailable):
    title = "The mail server does not take mail at this moment"


class MailRefused(MediaNestError):
    """For good: trying again changes nothing."""

    title = "The mail server refused the mail"


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
                raise _judged(refused.recipients[0].code) from None
            except aiosmtplib.SMTPNotSupported:
                raise MailRefused("The server cannot deliver to an address with such letters.") from None
            except aiosmtplib.SMTPResponseException as refused:
                raise _judged(refused.code) from None

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


def _judged(code: int) -> MediaNestError:
    if 500 <= code < 600:
        return MailRefused(f"It answered {code}.", upstream="smtp")
    return MailServerUnavailable(f"It answered {code}.", upstream="smtp")
