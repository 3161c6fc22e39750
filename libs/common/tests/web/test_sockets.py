"""WebSockets that were taken over from the server's stack, seen by a real client and by one that misbehaves."""

import asyncio
import base64
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import structlog
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from medianest.testing import eventually
from medianest_common.logging import configure
from medianest_common.settings import Settings
from medianest_common.web.server import serving
from medianest_common.web.sockets import TakenSocket, take_over


class Heard:
    """Keeps what it hears, and how often it was told of the end."""

    def __init__(self, socket: TakenSocket) -> None:
        self.socket = socket
        self.texts: list[str | None] = []
        self.ends = 0

    def heard(self, text: str | None) -> None:
        self.texts.append(text)

    def lost(self) -> None:
        self.ends += 1


class Server:
    def __init__(self) -> None:
        self.open: list[Heard] = []
        self.refused = 0
        self.port = 0
        self.asked = asyncio.Event()
        self.may_accept = asyncio.Event()
        self.may_accept.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket = WebSocket(scope, receive, send)
        self.asked.set()
        await self.may_accept.wait()
        await socket.accept()
        try:
            taken = take_over(scope)
        except ConnectionResetError:
            self.refused += 1
            return
        listener = Heard(taken)
        taken.listen(listener)
        self.open.append(listener)

    async def one(self) -> Heard:
        async def there() -> bool:
            return bool(self.open)

        await eventually(there)
        return self.open[-1]


@asynccontextmanager
async def listening() -> AsyncIterator[Server]:
    server = Server()
    async with serving(server, host="127.0.0.1", port=0) as port:
        server.port = port
        yield server


@asynccontextmanager
async def opened() -> AsyncIterator[tuple[ClientConnection, Heard]]:
    async with listening() as server, connect(f"ws://127.0.0.1:{server.port}/") as client:
        yield client, await server.one()


async def test_not_even_a_log_of_everything_has_what_a_socket_was_opened_with(
    capfd: pytest.CaptureFixture[str],
) -> None:
    configure(Settings.model_construct(log_level="debug", log_format="json"))
    headers = {"Cookie": "mn_at=not-for-the-log", "X-Api-Key": "nor-is-this"}
    own = logging.getLogger(f"{__name__}.client")
    own.setLevel(logging.WARNING)
    async with (
        listening() as server,
        connect(f"ws://127.0.0.1:{server.port}/", additional_headers=headers, logger=own),
    ):
        await server.one()
    structlog.get_logger().debug("the last line")
    written = capfd.readouterr().err
    assert "the last line" in written
    assert "not-for-the-log" not in written and "nor-is-this" not in written


async def test_the_application_has_returned_and_both_sides_talk() -> None:
    async with opened() as (client, heard):
        await client.send("hello")
        heard.socket.write("grüß dich")
        assert await client.recv() == "grüß dich"
        await eventually(lambda: _is(heard.texts, ["hello"]))


async def test_a_message_in_pieces_is_heard_whole_and_a_binary_one_as_none() -> None:
    async with opened() as (client, heard):
        await client.send(["one ", "mess", "age"])
        await client.send(b"\x00\x01")
        await client.send("last")
        await eventually(lambda: _is(heard.texts, ["one message", None, "last"]))


async def test_a_ping_of_the_protocol_is_answered() -> None:
    async with opened() as (client, heard):
        async with asyncio.timeout(5):
            await (await client.ping())
        assert heard.texts == []


@pytest.mark.parametrize("sent, code", [("x" * 65_537, 1009), (b"\xff\xfe", 1007)])
async def test_what_breaks_the_protocol_is_ended_with_the_code_for_it(sent: str | bytes, code: int) -> None:
    async with opened() as (client, heard):
        await client.send(sent, text=True)
        with pytest.raises(ConnectionClosed) as closed:
            async with asyncio.timeout(5):
                await client.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == code
        await eventually(lambda: _has_ended(heard))
        assert heard.texts == []


async def test_goodbye_is_said_from_either_side_and_told_once() -> None:
    async with opened() as (client, heard):
        await client.close(1000, "enough")
        await eventually(lambda: _has_ended(heard))
        with pytest.raises(ConnectionResetError):
            heard.socket.write("too late")
    async with opened() as (client, heard):
        heard.socket.write("the last word")
        await heard.socket.close(4403, "out")
        assert await client.recv() == "the last word"
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4403, "out")
        await eventually(lambda: _has_ended(heard))
        with pytest.raises(ConnectionResetError):
            await heard.socket.close(4403, "again")


async def test_who_does_not_answer_a_goodbye_is_left_after_two_seconds() -> None:
    async with listening() as server:
        reader, writer = await _by_hand(server.port)
        heard = await server.one()
        await heard.socket.close(1001, "going")
        heard.socket.abandon()
        async with asyncio.timeout(10):
            assert await reader.read() == b"\x88\x07\x03\xe9going"
        await eventually(lambda: _has_ended(heard))
        writer.close()


async def test_who_says_something_before_the_handshake_is_over_is_sent_away() -> None:
    async with listening() as server:
        server.may_accept.clear()
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(_upgrade())
        await server.asked.wait()
        writer.write(b"\x81\x82\0\0\0\0hi")
        await asyncio.sleep(0.1)
        server.may_accept.set()
        async with asyncio.timeout(10):
            assert (await reader.read()).endswith(b"\r\n\r\n")
        await eventually(lambda: _has_refused(server))
        assert server.open == []
        writer.close()


async def test_a_client_that_does_not_read_is_waited_for_and_then_gets_everything() -> None:
    async with listening() as server:
        reader, writer = await _by_hand(server.port, limit=1024)
        heard = await server.one()
        text = "x" * 60_000
        sent = 0
        while heard.socket.at_once:
            heard.socket.write(text)
            sent += 1
            await asyncio.sleep(0)
            assert sent < 2000, "nothing ever has to wait"
        last = asyncio.create_task(heard.socket.send("the end"))
        _, waiting = await asyncio.wait({last}, timeout=0.2)
        assert waiting
        async with asyncio.timeout(30):
            for _ in range(sent):
                await reader.readexactly(4 + len(text))
            assert await reader.readexactly(9) == b"\x81\x07the end"
            await last
        writer.close()
        await eventually(lambda: _has_ended(heard))


async def test_one_who_waits_to_send_is_told_when_the_client_is_gone() -> None:
    async with listening() as server:
        _, writer = await _by_hand(server.port, limit=1024)
        heard = await server.one()
        while heard.socket.at_once:
            heard.socket.write("x" * 60_000)
            await asyncio.sleep(0)
        last = asyncio.create_task(heard.socket.send("the end"))
        await asyncio.sleep(0)
        writer.transport.abort()
        with pytest.raises(ConnectionResetError):
            async with asyncio.timeout(10):
                await last
        await eventually(lambda: _has_ended(heard))


async def test_nobody_is_read_from_while_paused() -> None:
    async with opened() as (client, heard):
        heard.socket.pause()
        await client.send("later")
        await asyncio.sleep(0.1)
        assert heard.texts == []
        heard.socket.resume()
        await eventually(lambda: _is(heard.texts, ["later"]))


async def test_one_that_was_not_taken_over_is_the_servers_as_ever() -> None:
    async def echo(scope: Scope, receive: Receive, send: Send) -> None:
        socket = WebSocket(scope, receive, send)
        await socket.accept()
        await socket.send_text(await socket.receive_text())
        await socket.close(4000)

    async with serving(echo, host="127.0.0.1", port=0) as port, connect(f"ws://127.0.0.1:{port}/") as client:
        await client.send("back")
        assert await client.recv() == "back"
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4000


def _upgrade() -> bytes:
    lines = [
        "GET / HTTP/1.1",
        "Host: localhost",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Version: 13",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


async def _by_hand(port: int, *, limit: int = 65_536) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=limit)
    writer.write(_upgrade())
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
    return reader, writer


async def _has_ended(heard: Heard) -> bool:
    assert heard.ends <= 1
    return heard.ends == 1


async def _has_refused(server: Server) -> bool:
    return server.refused == 1


async def _is[T](value: T, wanted: T) -> bool:
    return value == wanted
