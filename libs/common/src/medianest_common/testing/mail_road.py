"""What goes wrong with mail servers, step by step, and a road to one on which it all can be met."""

import asyncio
from enum import StrEnum

from medianest_common.testing.spoiled import SpoiledRoad


class Step(StrEnum):
    GREETING = "greeting"
    HELLO = "hello"
    SIGN_IN = "sign_in"
    SENDER = "sender"
    RECIPIENT = "recipient"
    DATA = "data"
    BODY = "body"
    """The mail has been sent, and does not reach the server."""
    TAKEN = "taken"
    """It has reached the server, whose answer does not come back."""


class MailTrouble(StrEnum):
    HANGS = "hangs"
    DROPS = "drops"
    GOES_AWAY = "goes_away"
    """421, as servers say that restart or have had enough."""
    NONSENSE = "nonsense"


_VERBS = {
    b"EHLO": Step.HELLO,
    b"HELO": Step.HELLO,
    b"AUTH": Step.SIGN_IN,
    b"MAIL": Step.SENDER,
    b"RCPT": Step.RECIPIENT,
    b"DATA": Step.DATA,
}
_ANSWERS = {
    MailTrouble.GOES_AWAY: b"421 4.3.2 shutting down\r\n",
    MailTrouble.NONSENSE: b"<html>Welcome to the internet</html>\r\n",
}


class MailRoad(SpoiledRoad[tuple[Step, MailTrouble]]):
    """Leads to a mail server that is spoken to in the clear."""

    def __init__(self, target_host: str, target_port: int) -> None:
        super().__init__(target_host, target_port)
        self.met = 0
        """How often somebody has come to the step with the trouble."""

    def meet(self, step: Step, trouble: MailTrouble) -> None:
        """Until `heal()`."""
        self._spoil_with((step, trouble))

    async def _talk(
        self,
        trouble: tuple[Step, MailTrouble],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        at, kind = trouble
        back, onward = await asyncio.open_connection(*self._target)
        try:
            step: Step | None = Step.GREETING
            while True:
                if step is at:
                    if at is Step.TAKEN:
                        await _reply(back)
                    self.met += 1
                    await self._spoil(kind, reader, writer)
                    return
                writer.write(await _reply(back))
                await writer.drain()
                if step is Step.DATA:
                    sent = await _body(reader)
                    step = Step.BODY if at is Step.BODY else Step.TAKEN
                else:
                    sent = await reader.readline()
                    step = _VERBS.get(sent[:4].upper())
                if not sent:
                    return
                if step is not at or at is Step.TAKEN:
                    onward.write(sent)
                    await onward.drain()
        finally:
            onward.transport.abort()

    async def _spoil(
        self, trouble: MailTrouble, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        match trouble:
            case MailTrouble.HANGS:
                # Until whoever waits has gone, or the road is well again.
                await reader.read()
            case MailTrouble.DROPS:
                writer.transport.abort()
            case _:
                writer.write(_ANSWERS[trouble])
                await writer.drain()


async def _reply(server: asyncio.StreamReader) -> bytes:
    reply = b""
    while line := await server.readline():
        reply += line
        if line[3:4] != b"-":
            break
    return reply


async def _body(client: asyncio.StreamReader) -> bytes:
    body = b""
    while line := await client.readline():
        body += line
        if line == b".\r\n":
            break
    return body
