"""A connection to Valkey that breaks is a Valkey that is away, whichever event loop tells of it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import uvloop
from redis.exceptions import RedisError

from medianest.embedded import ServerUrls
from medianest_common.valkey import open_valkey


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_what_is_written_to_a_connection_that_was_reset_fails_as_one(
    server_urls: ServerUrls, run: Callable[[Coroutine[Any, Any, None]], None]
) -> None:
    async def write_to_the_dead() -> None:
        valkey = open_valkey(server_urls.valkey_url, timeout=20)
        connection = await valkey.connection_pool.get_connection()  # type: ignore[no-untyped-call]
        await connection.send_command("PING")
        assert await connection.read_response() in (b"PONG", "PONG")
        connection._writer.transport.abort()
        # Until the loop has closed it, and before the client has heard of it.
        await asyncio.sleep(0.05)
        with pytest.raises(RedisError):
            await connection.send_command("PING")
        await valkey.connection_pool.release(connection)
        await valkey.aclose()

    run(write_to_the_dead())
