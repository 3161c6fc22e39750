"""The mail server: one connection for each mail, encrypted as the settings say, and nothing without a time limit."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email.message import EmailMessage

import aiosmtplib
import structlog

from medianest_common.errors import MediaNestError, TimedOut, Unavailable
from medianest_common.http import BrokenOff
from medianest_notifications.settings import MailServer, Tls

log = structlog.get_logger()

_STEP_SECONDS = 10.0
_WHOLE_SECONDS = 25.0
_TAKING_SECONDS = 60.0
"""Servers look a mail through, for viruses and the like, before they say that they have taken it."""
LONGEST_SECONDS = _WHOLE_SECONDS + _TAKING_SECONDS
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


class _Client(aiosmtplib.SMTP):
    """`in_doubt` while the mail has been handed over and the server has not said whether it took it."""

    in_doubt = False
    limit: asyncio.Timeout

    async def data(self, message: str | bytes, /, *, timeout: object = None) -> aiosmtplib.SMTPResponse:
        self.limit.reschedule(asyncio.get_running_loop().time() + _TAKING_SECONDS)
        self.in_doubt = True
        try:
            answer = await super().data(message, timeout=None)
        except aiosmtplib.SMTPResponseException:
            self.in_doubt = False
            raise
        self.in_doubt = False
        return answer


class Smtp:
    """Errors tell the server's status code and never its words, which name the recipient."""

    def __init__(self, server: MailServer, *, hello: str) -> None:
        self._server = server
        self._hello = hello

    async def send(self, message: EmailMessage) -> None:
        """Raises `TimedOut` or `BrokenOff` where the mail may have been taken all the same."""
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
    async def _connected(self) -> AsyncIterator[_Client]:
        server = self._server
        client = _Client(
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
            async with asyncio.timeout(_WHOLE_SECONDS) as client.limit:
                await client.connect()
                yield client
            # The mail has been taken: whatever goes wrong now must not send it a second time.
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=_GOODBYE_SECONDS)
        # A wrong password of ours says nothing about the mail: it waits until somebody has put it right.
        except aiosmtplib.SMTPResponseException as error:
            raise MailServerUnavailable(f"It answered {error.code}.", upstream="smtp") from None
        except (aiosmtplib.SMTPException, OSError) as error:
            log.warning("mail_server_failed", error=str(error) or type(error).__name__)
            raise _broken(error, in_doubt=client.in_doubt) from None
        finally:
            client.close()


def _broken(error: Exception, *, in_doubt: bool) -> MediaNestError:
    """In words of ours: people see them, and where the installation's mail server is does not concern them."""
    late = isinstance(error, TimeoutError)
    if in_doubt and late:
        return TimedOut("The mail server did not say in time whether it took the mail.", upstream="smtp")
    if in_doubt:
        return BrokenOff(
            "The mail server broke off before it said whether it took the mail.", upstream="smtp"
        )
    if late:
        return MailServerUnavailable("It did not answer in time.", upstream="smtp")
    if _is_about_its_certificate(error):
        return MailServerUnavailable("Its certificate is not trusted.", upstream="smtp")
    return MailServerUnavailable("It cannot be reached.", upstream="smtp")


def _is_about_its_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _judged(refused: aiosmtplib.SMTPResponseException) -> MediaNestError:
    """Of the words only the number in front (RFC 3463) is read. A server that gives none may refuse to relay, which
    says nothing about the address."""
    code, found = refused.code, _ENHANCED.match(refused.message)
    answered = f"It answered {code} {found[0]}." if found else f"It answered {code}."
    if 500 <= code < 600:
        no_such_box = found is not None and found[0] in _NO_SUCH_BOX
        return MailRefused(answered, upstream="smtp", no_such_box=no_such_box)
    return MailServerUnavailable(answered, upstream="smtp")
