"""How tests wait, and where they listen."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import SystemRandom

import httpx

from medianest_common.errors import MediaNestError

AT_ONCE = 8.0
"""What is promised within a second has happened by then on a machine that is five times slower and stands still for a
moment. What waits for the next round of something has not: the shortest of those is ten seconds and more."""
_PORTS = range(10_000, 21_000)


def free_port() -> int:
    """Nobody takes it before it is listened at: the system gives it to nobody, neither for port 0 nor for a connection,
    the embedded servers have theirs above, and other tests draw from as many."""
    for port in SystemRandom().sample(_PORTS, k=200):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("", port))
                return port
    raise AssertionError("no port is free")


async def eventually[T](probe: Callable[[], Awaitable[T | None]], *, within: float = 60.0) -> T:
    """Wait until `await probe()` gives something true or stops failing its assertions, and return it. That a part is
    busy or away (503, 504) is no answer yet.

    `within` tells what never comes from what does, and not how quick something is: that is for `bench/`.
    """
    deadline = asyncio.get_running_loop().time() + within
    while True:
        failure: Exception | None = None
        try:
            if value := await probe():
                return value
        except AssertionError as error:
            failure = error
        except MediaNestError as error:
            if error.status not in (503, 504):
                raise
            failure = error
        except httpx.HTTPStatusError as error:
            if error.response.status_code not in (503, 504):
                raise
            failure = error
        if asyncio.get_running_loop().time() > deadline:
            raise failure or AssertionError(f"still nothing after {within} s")
        await asyncio.sleep(0.02)
