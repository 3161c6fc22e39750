"""Where the answers to our questions arrive.

The client of NATS can do this itself (`Client.request`), for more: it has a callback of its own clean up after each
question, waits for it in a way that can be cancelled from anywhere, and asks the system for random bytes each time.
"""

import asyncio
import json
from base64 import urlsafe_b64encode

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.errors import APIError

from medianest_common.randomness import sixteen_random_bytes

_STATUS = "Status"
_NO_RESPONDERS = "503"


def unguessable() -> bytes:
    """A name of an inbox. Those of the client count up, so whoever may answer there could answer for others."""
    return urlsafe_b64encode(sixteen_random_bytes()).rstrip(b"=")


def require_stored(answer: bytes) -> None:
    """Raises `APIError` for what the stream said against it, `ProtocolError` where no stream has answered."""
    try:
        said = json.loads(answer)
    except ValueError:
        said = None
    if isinstance(said, dict) and "error" in said:
        raise APIError.from_error(said["error"])
    if not isinstance(said, dict) or "stream" not in said:
        raise nats.errors.ProtocolError


class Answers:
    """One inbox for all questions of a connection, each with an address of its own in it."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._prefix = ""
        self._waiting: dict[str, asyncio.Future[Msg]] = {}

    async def to(self, subject: str, body: bytes, *, timeout: float, headers: dict[str, str] | None) -> Msg:
        """Raises `nats.errors.TimeoutError`, `NoRespondersError` and whatever else the client finds wrong."""
        if not self._prefix:
            await self._open()
        loop = asyncio.get_running_loop()
        address = self._prefix + unguessable().decode()
        future: asyncio.Future[Msg] = loop.create_future()
        self._waiting[address] = future
        timer = loop.call_later(timeout, _give_up, future)
        try:
            await self._client.publish(subject, body, reply=address, headers=headers)
            answer = await future
        finally:
            timer.cancel()
            del self._waiting[address]
        if answer.headers and answer.headers.get(_STATUS) == _NO_RESPONDERS:
            raise nats.errors.NoRespondersError
        return answer

    async def _open(self) -> None:
        # Whoever comes meanwhile may ask: the subscription is in the client's buffer before their question.
        self._prefix = f"{self._client.new_inbox()}."
        try:
            await self._client.subscribe(f"{self._prefix}*", cb=self._heard)
        except BaseException:
            self._prefix = ""
            raise

    async def _heard(self, answer: Msg) -> None:
        future = self._waiting.get(answer.subject)
        if future is not None and not future.done():
            future.set_result(answer)


def _give_up(future: asyncio.Future[Msg]) -> None:
    if not future.done():
        future.set_exception(nats.errors.TimeoutError())
