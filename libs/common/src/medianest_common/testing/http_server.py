"""Serves an ASGI application on a real socket inside the running event loop."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.server import ServerState

_GRACE_SECONDS = 2.0
_BACKLOG = 2048


class HttpServer:
    """A server on a free port of 127.0.0.1 that can go away and come back under the same address.

    While closed, connections are refused, and nobody else is given the port. No signal handlers, no lifespan, no access
    log.
    """

    def __init__(self, app: ASGIApp, *, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._config = Config(app, lifespan="off", log_config=None, access_log=False, ws_max_size=2**20)
        self._config.load()
        self._state = ServerState()
        self._listener: asyncio.Server | None = None
        self._opening: asyncio.Task[None] | None = None
        self._refusals = 0
        self._socket = _bound_socket(port)
        self._socket.listen(_BACKLOG)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._listener = await asyncio.get_running_loop().create_server(
            partial(self._protocol, self._refusals), sock=self._socket, ssl=self._tls
        )

    def refuse(self) -> None:
        """Stops listening and cuts every open connection, at once."""
        self._refusals += 1
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        self._socket.close()
        self._socket = _bound_socket(self.port)
        for connection in list(self._state.connections):
            connection.transport.abort()

    def accept(self, *, tls: ssl.SSLContext | None = None) -> None:
        """Listens again on the same port, with another certificate if one is given; connections made from now on are
        answered."""
        self._tls = tls or self._tls
        if self._listener is None and self._opening is None:
            self._socket.listen(_BACKLOG)
            self._opening = asyncio.create_task(self._open())

    def drop(self, client: tuple[str, int]) -> None:
        """Cuts the connection of one client without an answer."""
        for connection in list(self._state.connections):
            if connection.transport.get_extra_info("peername") == client:
                connection.transport.abort()

    async def stop(self) -> None:
        listener = self._listener
        if listener is not None:
            listener.close()
        for connection in list(self._state.connections):
            connection.shutdown()
        running = list(self._state.tasks)
        if running:
            _, pending = await asyncio.wait(running, timeout=_GRACE_SECONDS)
            for task in pending:
                task.cancel()
            await asyncio.wait(running, timeout=_GRACE_SECONDS)
        self.refuse()
        self._socket.close()

    async def _open(self) -> None:
        await self.start()
        self._opening = None

    def _protocol(self, refusals: int) -> asyncio.Protocol:
        """The protocol of a connection accepted when there had been so many refusals. One more since then, and the
        connection is cut: `refuse` cannot see those that are accepted but not yet made."""
        protocol: asyncio.Protocol = self._config.http_protocol_class(  # type: ignore[call-arg]
            config=self._config, server_state=self._state, app_state={}
        )
        made = protocol.connection_made

        def connection_made(transport: asyncio.BaseTransport) -> None:
            made(transport)
            if refusals != self._refusals and isinstance(transport, asyncio.Transport):
                transport.abort()

        protocol.connection_made = connection_made  # type: ignore[method-assign]
        return protocol


@asynccontextmanager
async def serve(app: ASGIApp, *, port: int = 0, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Yields the base URL, without a trailing slash."""
    server = HttpServer(app, port=port, tls=tls)
    await server.start()
    try:
        yield server.url
    finally:
        await server.stop()


def _bound_socket(port: int) -> socket.socket:
    """At which nobody listens yet, so that connections are refused."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.settimeout(0)
    bound.bind(("127.0.0.1", port))
    return bound
