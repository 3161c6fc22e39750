"""The local test server is reachable, refuses on demand and stops cleanly."""

import asyncio
import socket
import time
from contextlib import suppress

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect

from medianest_common.testing.http_server import HttpServer, serve


async def hello(request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def hang(request: Request) -> PlainTextResponse:
    await asyncio.sleep(60)
    return PlainTextResponse("never")


async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)


APP = Starlette(routes=[Route("/", hello), Route("/hang", hang), WebSocketRoute("/ws", echo)])


async def test_an_application_answers_on_a_free_local_port() -> None:
    async with serve(APP) as url, httpx.AsyncClient(timeout=5) as client:
        assert (await client.get(url)).text == "hello"


async def test_a_websocket_is_served_too() -> None:
    async with serve(APP) as url, connect(url.replace("http", "ws") + "/ws") as websocket:
        await websocket.send("ping")
        assert await asyncio.wait_for(websocket.recv(), 5) == "ping"


async def test_stopping_does_not_wait_for_a_request_that_hangs() -> None:
    async with httpx.AsyncClient(timeout=30) as client:
        async with serve(APP) as url:
            hanging = asyncio.create_task(client.get(f"{url}/hang"))
            await asyncio.wait_for(_answers(client, url), 5)
            started = time.monotonic()
        assert time.monotonic() - started < 10
        with pytest.raises(httpx.HTTPError):
            (await asyncio.wait_for(hanging, 5)).raise_for_status()


async def test_a_server_that_went_away_refuses_and_comes_back_on_the_same_address() -> None:
    server = HttpServer(APP)
    await server.start()
    try:
        server.refuse()
        async with httpx.AsyncClient(timeout=5) as client:
            with pytest.raises(httpx.ConnectError):
                await client.get(server.url)
            server.accept()
            assert (await client.get(server.url)).text == "hello"
    finally:
        await server.stop()


async def _answers(client: httpx.AsyncClient, url: str) -> None:
    assert (await client.get(url)).status_code == 200


async def test_a_connection_that_was_just_being_accepted_gets_no_answer_either() -> None:
    """Between the system's accept and the protocol's first call lie a few turns of the loop; no turn is safe."""
    server = HttpServer(APP)
    await server.start()
    try:
        for turns in range(12):
            client = socket.create_connection(("127.0.0.1", server.port), timeout=0.3)
            for _ in range(turns):
                await asyncio.sleep(0)
            server.refuse()
            with client, suppress(ConnectionError, TimeoutError):
                client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                assert await asyncio.to_thread(client.recv, 64) == b"", turns
            server.accept()
            async with httpx.AsyncClient(timeout=5) as http:
                await _answers(http, server.url)
    finally:
        await server.stop()
