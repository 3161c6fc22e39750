"""By sockets of the file system, who asks much asks for less."""

from pathlib import Path

import asyncpg
from redis.asyncio import Redis

from medianest.embedded import EmbeddedServers
from medianest_common.valkey import open_valkey

_PATIENCE = 10


async def test_both_answer_by_their_socket_also_after_they_were_killed(folder: Path) -> None:
    async with EmbeddedServers(folder) as servers:
        for name in ("postgres", "valkey"):
            servers.kill(name)
    async with EmbeddedServers(folder) as servers:
        urls = servers.urls
        assert urls.database_by_socket and urls.valkey_by_socket
        connection = await asyncpg.connect(urls.database_by_socket, timeout=_PATIENCE)
        assert await connection.fetchval("select inet_server_addr() is null", timeout=_PATIENCE)
        await connection.close(timeout=_PATIENCE)
        valkey = open_valkey(urls.valkey_by_socket, timeout=_PATIENCE)
        assert await valkey.set("place", "socket")
        await valkey.aclose()
        beside = Redis.from_url(urls.valkey_url, socket_timeout=_PATIENCE)
        assert await beside.get("place") == b"socket"
        await beside.aclose()


async def test_nobody_else_may_come_near_them(folder: Path) -> None:
    async with EmbeddedServers(folder):
        [database] = folder.glob("servers/postgres/.s.PGSQL.*[0-9]")
        [valkey] = folder.glob("servers/valkey.sock")
        assert database.parent.stat().st_mode & 0o077 == 0
        assert valkey.stat().st_mode & 0o077 == 0


async def test_in_a_folder_that_is_too_deep_for_sockets_there_are_none(folder: Path) -> None:
    deep = folder / ("deep" * 20)
    deep.mkdir(parents=True)
    async with EmbeddedServers(deep) as servers:
        urls = servers.urls
        assert (urls.database_by_socket, urls.valkey_by_socket) == (None, None)
        connection = await asyncpg.connect(urls.database_url, timeout=_PATIENCE)
        assert await connection.fetchval("select 1", timeout=_PATIENCE) == 1
        await connection.close(timeout=_PATIENCE)
        valkey = Redis.from_url(urls.valkey_url, socket_timeout=_PATIENCE)
        assert await valkey.ping()
        await valkey.aclose()
