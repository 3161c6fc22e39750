"""uvicorn inside a running event loop, started and stopped by the lifecycle and not by signals."""

import asyncio
import resource
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Any

import uvicorn

from medianest_common.web.connections import HttpConnection
from medianest_common.web.sockets import LeavingSockets

STOP_SECONDS = 1.5
_KEEP_ALIVE_SECONDS = 15
_STALLED_MILLISECONDS = 30_000
_MOST_OPEN_FILES = 65_536


@asynccontextmanager
async def serving(
    app: Any, *, host: str, port: int, speaking: type[HttpConnection] = HttpConnection
) -> AsyncIterator[int]:
    """Listens inside the block and yields the port, which is a free one when 0 was asked for.

    Raises OSError when the address is taken.
    """
    listening = _listening_socket(host, port)
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=1,
        http=speaking,
        # Half of what may be open: the rest is for live sockets, and for our own way to the servers.
        limit_concurrency=_raised_open_files() // 2,
        ws=LeavingSockets,
        ws_max_size=64 * 1024,
        ws_per_message_deflate=False,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        while not server.started and not task.done():
            await asyncio.sleep(0.005)
        if task.done():
            await task
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        _, late = await asyncio.wait({task}, timeout=STOP_SECONDS)
        if late:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        listening.close()


def _listening_socket(host: str, port: int) -> socket.socket:
    """Made with the protocol named, since asyncio turns Nagle's delay (40 ms an answer) off for TCP sockets only."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        # A client that stops reading would otherwise keep its connection and what is written to it for ever.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _STALLED_MILLISECONDS)
    listening.bind((host, port))
    listening.listen(2048)
    listening.settimeout(0)
    return listening


def _raised_open_files() -> int:
    """How many files this process may have open, from now on as many as it may allow itself. The usual soft limit is
    1,024, which a few hundred open pages use up."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError):
            # Some systems allow less than they say.
            return soft
    return max(soft, wanted)


class _Server(uvicorn.Server):
    def capture_signals(self) -> Any:
        """Signals belong to the process, which may run several services."""
        return nullcontext()
