"""What goes wrong with systems outside, as one table for all of them, and a road to one on which it all can be met."""

import asyncio
import contextlib
import re
import ssl
from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Self

from medianest_common.testing.spoiled import SpoiledRoad

_NONSENSE = (
    b'{"page":"one","results":{"id":null},"pageInfo":7,"status":[],"id":{},"media":false,"ok":"maybe"}'
)
_HTML = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><div id='root'></div></body></html>"
_PIECE = b"x" * (1 << 20)
_PIECES = 128


class Trouble(StrEnum):
    REFUSES = "refuses"
    HANGS = "hangs"
    DROPS = "drops"
    HALF_AN_ANSWER = "half_an_answer"
    """The work is done, and the connection is cut in the middle of telling so."""
    TOO_MANY_REQUESTS = "too_many_requests"
    """The one that says that the system is well, so that no breaker opens because of it."""
    FAILS = "fails"
    IS_AWAY = "is_away"
    HTML = "html"
    NOTHING = "nothing"
    WRONG_TYPES = "wrong_types"
    EMPTY_LIST = "empty_list"
    WITHOUT_END = "without_end"
    CERTIFICATE_EXPIRED = "certificate_expired"
    NAME_UNKNOWN = "name_unknown"


ELSEWHERE = {Trouble.CERTIFICATE_EXPIRED, Trouble.NAME_UNKNOWN}
"""What an address meets and not a connection: the service is told `TroubledRoad.address_of` these."""
_ANSWERS: dict[Trouble, tuple[str, str, bytes]] = {
    Trouble.TOO_MANY_REQUESTS: (
        "429 Too Many Requests\r\nRetry-After: 1",
        "application/json",
        b'{"message":"no"}',
    ),
    Trouble.FAILS: ("500 Internal Server Error", "application/json", b'{"message":"no"}'),
    Trouble.IS_AWAY: ("503 Service Unavailable", "text/plain", b"no"),
    Trouble.HTML: ("200 OK", "text/html; charset=utf-8", _HTML),
    Trouble.NOTHING: ("200 OK", "application/json", b""),
    Trouble.WRONG_TYPES: ("200 OK", "application/json", _NONSENSE),
    Trouble.EMPTY_LIST: ("200 OK", "application/json", b"[]"),
}


class TroubledRoad(SpoiledRoad[Trouble]):
    """Leads to a server that speaks HTTP/1.1. `longest` is how much of an answer without an end somebody took."""

    def __init__(self, target_host: str, target_port: int) -> None:
        super().__init__(target_host, target_port)
        self.longest = 0
        self._below = ""
        self._elsewhere: dict[Trouble, str] = {Trouble.NAME_UNKNOWN: "http://nowhere.invalid"}

    @classmethod
    @contextlib.asynccontextmanager
    async def to(cls, url: str, *, certificate: ssl.SSLContext | None = None) -> AsyncIterator[Self]:
        """`certificate` is one of `localhost` that has expired."""
        host, _, port = url.removeprefix("http://").partition(":")
        async with (
            cls.start(host, int(port)) as road,
            await asyncio.start_server(_hang_up, "127.0.0.1", 0, ssl=certificate) as secured,
        ):
            of_it = secured.sockets[0].getsockname()[1]
            road._elsewhere[Trouble.CERTIFICATE_EXPIRED] = f"https://localhost:{of_it}"
            yield road

    def address_of(self, trouble: Trouble) -> str:
        return self._elsewhere.get(trouble, self.url)

    def meet(self, trouble: Trouble, *, below: str = "") -> None:
        """Until `heal()`, on this road; or only where the path that is asked for begins like this."""
        assert trouble not in ELSEWHERE
        if trouble is Trouble.REFUSES:
            assert not below, "a closed port does not tell paths apart"
            self.refuse()
            return
        self._below = below
        self._spoil_with(trouble)

    async def _talk(
        self, trouble: Trouble, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        asked = await _request(reader)
        if not asked.split(b" ", 2)[1].startswith(self._below.encode()):
            await self._pass_on(asked, writer)
            return
        match trouble:
            case Trouble.DROPS:
                writer.transport.abort()
            case Trouble.HANGS:
                # Until the road is well again, which cuts it, or whoever asked has gone.
                await reader.read()
            case Trouble.HALF_AN_ANSWER:
                await self._half(asked, writer)
            case Trouble.WITHOUT_END:
                await self._without_end(writer)
            case _:
                status, kind, body = _ANSWERS[trouble]
                head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}"
                writer.write(f"{head}\r\nConnection: close\r\n\r\n".encode() + body)
                await writer.drain()

    async def _pass_on(self, asked: bytes, writer: asyncio.StreamWriter) -> None:
        back, onward = await asyncio.open_connection(*self._target)
        try:
            # One question for each connection, so that the next is looked at too.
            onward.write(re.sub(rb"(?i)\r\nconnection: [^\r]*", b"\r\nConnection: close", asked, count=1))
            while chunk := await back.read(65536):
                writer.write(chunk)
                await writer.drain()
        finally:
            onward.transport.abort()

    async def _half(self, asked: bytes, writer: asyncio.StreamWriter) -> None:
        back, onward = await asyncio.open_connection(*self._target)
        try:
            onward.write(asked)
            head = await back.readuntil(b"\r\n\r\n")
            has_none = re.search(rb"(?i)content-length: 0\r|^HTTP/1.1 204", head)
            body = b"" if has_none else await back.read(65536)
            told = head + body[: len(body) // 2] if body else head[: len(head) // 2]
            writer.write(told)
            await writer.drain()
        finally:
            onward.transport.abort()

    async def _without_end(self, writer: asyncio.StreamWriter) -> None:
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n["')
        for number in range(_PIECES):
            writer.write(_PIECE)
            await writer.drain()
            self.longest = max(self.longest, number * len(_PIECE))


def _hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return head + (await reader.readexactly(int(length.group(1))) if length else b"")
