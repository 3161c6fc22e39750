"""What a client may draw out on its connection, on a real socket: attacks 91 and 92."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from libs.common.tests.web.portal import API, MakePortal
from libs.common.tests.web.wire import Wire, request, statuses
from medianest_common.web.connections import LARGEST_HEAD, HttpConnection
from medianest_common.web.server import serving

JSON = "Content-Type: application/json"
CHUNKED = "Transfer-Encoding: chunked"
FILM = b'{"title":"x"}'
HEALTH = b"GET /health HTTP/1.1\r\nHost: nest.test\r\n\r\n"
LAST = b"GET /health HTTP/1.1\r\nHost: nest.test\r\nConnection: close\r\n\r\n"
_LARGE = 20_000_000


class Hasty(HttpConnection):
    idle_seconds = 0.4
    head_seconds = 0.4
    rest_seconds = 0.4
    stalled_seconds = 0.4


@dataclass(frozen=True)
class Hurried(Wire):
    """A server whose patience is short."""


@pytest.fixture
async def hurried(make: MakePortal) -> AsyncIterator[Hurried]:
    portal = make(body_seconds=0.4)

    @portal.app.get(f"{API}/large")
    async def large() -> Response:
        return Response(b"x" * _LARGE, media_type="application/octet-stream")

    @portal.app.post(f"{API}/unread", status_code=201)
    async def unread(request: Request) -> None:
        return None

    async with serving(portal.app, host="127.0.0.1", port=0, speaking=Hasty) as port:
        yield Hurried(port, portal)


async def test_attack_92_headers_byte_by_byte_are_408_and_the_end(hurried: Hurried) -> None:
    trickle = [bytes([byte]) for byte in HEALTH[:30]]
    answer = await hurried.say(*trickle, pause=0.05)
    assert statuses(answer) == [408]
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    assert b"connection: close" in head
    problem = json.loads(body)
    assert problem["code"] == "HEAD_TOO_SLOW"
    assert f"x-correlation-id: {problem['correlationId']}".encode() in head


@pytest.mark.parametrize("said", [[], [b"\r\n"] * 30])
async def test_attack_92_who_says_nothing_is_left_without_a_word(hurried: Hurried, said: list[bytes]) -> None:
    assert await hurried.say(*said, pause=0.05) == b""


async def test_attack_92_line_ends_do_not_keep_a_connection_that_was_answered(hurried: Hurried) -> None:
    assert statuses(await hurried.say(HEALTH, *[b"\r\n"] * 30, pause=0.05)) == [200]


async def test_attack_92_a_body_byte_by_byte_that_nobody_waits_for_ends_too(hurried: Hurried) -> None:
    """The answer goes out at once, and what still comes is not listened to for ever."""
    head = request("GET", f"{API}/narrow", headers=["Content-Length: 5000"]).replace(
        b"Connection: close\r\n", b""
    )
    answer = await hurried.say(head, *[b"x"] * 40, pause=0.05)
    assert statuses(answer) == [200]


async def test_attack_92_a_reader_who_does_not_read_is_left(hurried: Hurried) -> None:
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.settimeout(0)
    loop = asyncio.get_running_loop()
    with narrow:
        await loop.sock_connect(narrow, ("127.0.0.1", hurried.port))
        await loop.sock_sendall(narrow, request("GET", f"{API}/large"))
        assert await loop.sock_recv(narrow, 15) == b"HTTP/1.1 200 OK"
        # Meanwhile others are answered.
        assert statuses(await hurried.say(LAST)) == [200]
        await _over(narrow)


class _TimeByHand:
    """The loop as a connection sees it; what waits for a reader is over when the test says so."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.pass_by: Callable[[], object] = lambda: None

    def call_later(self, seconds: float, then: Callable[..., object], *given: Any) -> asyncio.TimerHandle:
        if seconds == Narrow.stalled_seconds:
            self.pass_by = lambda: then(*given)
        return self._loop.call_later(seconds, then, *given)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)


class Narrow(HttpConnection):
    """Little of what it writes fits into the system."""

    stalled_seconds = 3600.0
    made: ClassVar[list["Narrow"]] = []

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 32_768)
        super().connection_made(transport)
        self.loop: Any = _TimeByHand(self.loop)
        self.made.append(self)

    @property
    def unread(self) -> int:
        return self.transport.get_write_buffer_size()

    @property
    def is_waiting_for_reader(self) -> bool:
        return self._stalled is not None


async def test_who_reads_slowly_but_steadily_gets_everything(make: MakePortal) -> None:
    """A cover of 900 kB through a thin line: at no time is the answer nearly read, yet each time more of it is."""
    portal = make()
    size = 900_000

    @portal.app.get(f"{API}/cover")
    async def cover() -> Response:
        return Response(b"x" * size, media_type="application/octet-stream")

    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32_768)
    slow.settimeout(0)
    loop = asyncio.get_running_loop()
    with slow:
        async with (
            serving(portal.app, host="127.0.0.1", port=0, speaking=Narrow) as port,
            asyncio.timeout(60),
        ):
            await loop.sock_connect(slow, ("127.0.0.1", port))
            await loop.sock_sendall(slow, request("GET", f"{API}/cover"))
            answer = await loop.sock_recv(slow, 15)
            connection = Narrow.made.pop()
            waits = 0
            while connection.is_waiting_for_reader:
                unread = connection.unread
                while connection.unread >= unread:
                    part = await loop.sock_recv(slow, 8192)
                    assert part, "cut off"
                    answer += part
                if connection.is_waiting_for_reader:
                    connection.loop.pass_by()
                    waits += 1
            while part := await loop.sock_recv(slow, 65_536):
                answer += part
    assert waits > 3
    assert answer.count(b"x" * size) == 1


async def _over(connection: socket.socket) -> None:
    """Returns when the other side has ended it, which shows without a byte being read."""
    async with asyncio.timeout(20):
        while True:
            state = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
            if state in (7, 8):  # closed, or the other side has
                return
            await asyncio.sleep(0.02)


async def test_attack_92_the_slow_do_not_stand_in_the_way_of_others(wire: Wire) -> None:
    """Attack 92: 500 that are half open."""
    half = [await asyncio.open_connection("127.0.0.1", wire.port) for _ in range(500)]
    try:
        for _, writer in half:
            writer.write(b"POST /api/v1/films HTTP/1.1\r\nHost: nest.test\r\nContent-Le")
        for _ in range(20):
            assert statuses(await wire.say(LAST)) == [200]
    finally:
        for _, writer in half:
            writer.transport.abort()


async def test_attack_91_a_head_without_end_is_431(wire: Wire) -> None:
    line = b"X-Filler: " + b"x" * 1000 + b"\r\n"
    answer = await wire.say(b"GET /health HTTP/1.1\r\n", *[line] * (LARGEST_HEAD // 1000 + 2))
    assert statuses(answer) == [431]
    answer = await wire.say(b"GET /health HTTP/1.1\r\nX: ", *[b"x" * 9000] * 8)
    assert statuses(answer) == [431]


async def test_an_address_without_end_is_414(wire: Wire) -> None:
    for parts in (
        [b"GET /", *[b"x" * 9000] * 8],
        [b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"],
    ):
        answer = await wire.say(*parts)
        assert statuses(answer) == [414]
        assert b"URI_TOO_LONG" in answer


async def test_attack_91_what_follows_the_chunks_is_bounded_and_is_no_header(wire: Wire) -> None:
    """What proxies in front have not looked at must not speak for anybody."""
    wire.portal.sign_in("ada")
    head = request("POST", f"{API}/webhooks/overseerr", headers=[CHUNKED])
    smuggled = b"2\r\n{}\r\n0\r\nAuthorization: smuggled\r\nX-Correlation-ID: smuggled-smuggled\r\n\r\n"
    answer = await wire.say(head + smuggled)
    assert statuses(answer) == [202]
    assert b"smuggled" not in answer
    endless = b"X-Filler: " + b"x" * 1000 + b"\r\n"
    answer = await wire.say(head + b"2\r\n{}\r\n0\r\n", *[endless] * 80)
    assert statuses(answer) == [431]
    answer = await wire.say(head + b"2;" + b"x" * 10, *[b"x" * 9000] * 9)
    assert statuses(answer) == [431]


@pytest.mark.parametrize(
    "said",
    [
        b"NONSENSE\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\nHost: nest.test\r\n\r\n",
        b"GET /health HTTP/1.1\nHost: nest.test\nConnection: close\n\n",
        b"GET /health HTTP/1.1\r\nHost : nest.test\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: nest.test\r\n folded: yes\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: nest.test\r\nX: a\x00b\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: nest.test\r\nX: a\rb\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"CONNECT other.test:443 HTTP/1.1\r\nHost: other.test\r\n\r\n",
    ],
)
async def test_attack_91_what_is_no_request_is_400_in_words(wire: Wire, said: bytes) -> None:
    answer = await wire.say(said)
    assert statuses(answer) == [400]
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    assert b"frame-ancestors 'none'" in head
    assert b"server:" not in head.lower()
    assert json.loads(body)["code"] == "BAD_REQUEST"


async def test_attack_91_nonsense_after_a_good_request_does_not_cut_its_answer_off(wire: Wire) -> None:
    """One answer each, in order; a 400 in the middle of another's answer would be that of somebody else."""
    answer = await wire.say(
        request("GET", f"{API}/big").replace(b"Connection: close\r\n", b"") + b"NONSENSE\r\n\r\n"
    )
    assert statuses(answer) == [200, 400]
    assert answer.index(b'"number":199') < answer.index(b"HTTP/1.1 400")


@pytest.mark.parametrize("broken", [b"zz\r\n", b"2\r\nabc\r\n", b"-1\r\n", b"0x2\r\n{}\r\n", b"2\n{}\n0\n\n"])
async def test_attack_91_broken_chunks_are_400_and_nothing_is_done(wire: Wire, broken: bytes) -> None:
    hidden = request("POST", f"{API}/films", headers=[JSON], body=b'{"title":"hidden"}')
    head = request("POST", f"{API}/films", headers=[JSON, CHUNKED])
    answer = await wire.say(head + broken + hidden)
    assert statuses(answer) == [400]
    assert wire.portal.created == []


async def test_a_refused_upload_is_answered_and_not_only_cut_off(wire: Wire) -> None:
    """Who sends far too much reads why, although he has not come to an end."""
    size = 3_000_000
    head = request("POST", f"{API}/films", headers=[JSON, f"Content-Length: {size}"])
    answer = await wire.say(head, *[b"x" * 100_000] * 30, pause=0.005)
    assert statuses(answer) == [413]


async def test_a_connection_is_kept_and_used_again(wire: Wire) -> None:
    answer = await wire.say(HEALTH, HEALTH, b"\r\n" + LAST, pause=0.05)
    assert statuses(answer) == [200, 200, 200]
    assert answer.count(b"connection: close") == 1


async def test_requests_that_do_not_wait_are_answered_in_their_order(wire: Wire) -> None:
    film = request("POST", f"{API}/films", headers=[JSON], body=FILM).replace(b"Connection: close\r\n", b"")
    missing = b"GET /nowhere HTTP/1.1\r\nHost: nest.test\r\n\r\n"
    answer = await wire.say(HEALTH * 10 + film + missing + HEALTH + LAST)
    assert statuses(answer) == [200] * 10 + [201, 404, 200, 200]
    assert wire.portal.created == ["x"]


@pytest.mark.parametrize("behind", [1, 3])
async def test_a_stream_ends_with_its_reader_although_more_was_asked_for_behind_it(
    make: MakePortal, behind: int
) -> None:
    portal = make()
    heard: asyncio.Queue[str] = asyncio.Queue()

    class UntilGone(Response):
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"begun", "more_body": True})
            while (await receive())["type"] != "http.disconnect":
                pass
            await heard.put("gone")

    @portal.app.get(f"{API}/live")
    async def stream() -> Response:
        return UntilGone()

    @portal.app.get(f"{API}/behind")
    async def answered() -> None:
        await heard.put("answered")

    async with serving(portal.app, host="127.0.0.1", port=0) as port, asyncio.timeout(30):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        asked = [request("GET", f"{API}/live"), *[request("GET", f"{API}/behind")] * behind]
        writer.write(b"".join(asked).replace(b"Connection: close\r\n", b""))
        await reader.readuntil(b"begun")
        writer.transport.abort()
        assert await heard.get() == "gone"
        assert statuses(await Wire(port, portal).say(LAST)) == [200]
    assert heard.empty(), "nobody is there for whom the rest could be done"


async def test_an_older_client_is_answered_and_its_connection_ended(wire: Wire) -> None:
    answer = await wire.say(b"GET /health HTTP/1.0\r\nHost: nest.test\r\n\r\n")
    assert statuses(answer) == [200]


async def test_who_asks_for_another_protocol_is_answered_in_this_one_and_goes_on(wire: Wire) -> None:
    """Java's client asks for HTTP/2 with its first request, and then goes on with the same connection."""
    asking = (
        b"GET /health HTTP/1.1\r\nHost: nest.test\r\nConnection: Upgrade, HTTP2-Settings\r\n"
        b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"
    )
    assert statuses(await wire.say(asking, HEALTH, LAST, pause=0.05)) == [200, 200, 200]
    assert statuses(await wire.say(asking + HEALTH + LAST)) == [200, 200, 200]


async def test_a_client_that_asks_before_it_sends_a_body_is_told_to_go_on(wire: Wire) -> None:
    expects = [JSON, "Expect: 100-continue"]
    head = request("POST", f"{API}/films", headers=[*expects, f"Content-Length: {len(FILM)}"])
    answer = await wire.say(head, FILM, pause=0.1)
    assert statuses(answer) == [100, 201]
    too_large = request("POST", f"{API}/films", headers=[*expects, "Content-Length: 5000000"])
    assert statuses(await wire.say(too_large)) == [413]


async def test_what_a_client_was_not_told_to_send_is_not_taken_for_the_next_request(wire: Wire) -> None:
    """It may keep the body back after a refusal; nobody can tell then where the next request begins."""
    head = b"POST /nowhere HTTP/1.1\r\nHost: nest.test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n"
    head += b"Content-Type: text/plain\r\n\r\n"
    answer = await wire.say(head, request("POST", f"{API}/films", headers=[JSON], body=FILM), pause=0.1)
    assert len(statuses(answer)) == 1 and statuses(answer)[0] in (404, 415)
    assert b"connection: close" in answer
    assert wire.portal.created == []


async def test_more_connections_than_there_is_room_for_are_told_so(make: MakePortal) -> None:
    class Few(HttpConnection):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self._most = 2

    portal = make()
    async with serving(portal.app, host="127.0.0.1", port=0, speaking=Few) as port:
        wire = Wire(port, portal)
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        refused = await wire.say()
        assert statuses(refused) == [503]
        assert b"retry-after: 5" in refused
        for reader, writer in held:
            writer.write(LAST)
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
        for _ in range(100):
            answer = await wire.say(LAST)
            if statuses(answer) == [200]:
                break
        assert statuses(answer) == [200]


async def test_attack_91_a_body_that_breaks_after_its_answer_has_begun_gets_no_second_one(wire: Wire) -> None:
    go_on = asyncio.Event()

    @wire.portal.app.post(f"{API}/webhooks/early")
    async def early() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"begun"
            await go_on.wait()
            yield b"and done"

        return StreamingResponse(parts(), media_type="text/plain")

    reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
    async with asyncio.timeout(20):
        head = request("POST", f"{API}/webhooks/early", headers=[CHUNKED])
        writer.write(head.replace(b"Connection: close\r\n", b"") + b"2\r\n{}\r\n")
        answer = await reader.readuntil(b"begun")
        writer.write(b"zz\r\n" + LAST)
        await writer.drain()
        # The server has read what is broken before it answers somebody else.
        assert statuses(await wire.say(LAST)) == [200]
        go_on.set()
        answer += await reader.read()
    assert statuses(answer) == [200]
    assert b"and done" in answer
    writer.close()


class _Noted:
    """The transport of a connection, and what was handed to it at a time."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.pieces: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        self.pieces.append(bytes(data))
        self._transport.write(data)


class Noting(HttpConnection):
    transports: ClassVar[list[_Noted]] = []

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.transports.append(_Noted(transport))
        super().connection_made(self.transports[-1])  # type: ignore[arg-type]


async def test_an_answer_leaves_in_one_piece_and_the_beginning_of_a_stream_at_once(make: MakePortal) -> None:
    portal, go_on = make(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield b"begun"
        await go_on.wait()
        yield b"and done"

    @portal.app.get(f"{API}/slow")
    async def slow() -> StreamingResponse:
        return StreamingResponse(slowly(), media_type="text/plain")

    Noting.transports.clear()
    async with serving(portal.app, host="127.0.0.1", port=0, speaking=Noting) as port:
        wire = Wire(port, portal)
        assert statuses(await wire.say(LAST)) == [200]
        assert len(Noting.transports[0].pieces) == 1, "head and body together"
        assert statuses(await wire.say(LAST.replace(b"GET", b"HEAD"))) == [200], "a head that no body follows"
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET %s/slow HTTP/1.1\r\nHost: nest.test\r\n\r\n" % API.encode())
        async with asyncio.timeout(60):
            assert b"HTTP/1.1 200" in await reader.readuntil(b"begun"), "while the rest is made"
            go_on.set()
            await reader.readuntil(b"and done\r\n0\r\n\r\n")
        writer.close()
