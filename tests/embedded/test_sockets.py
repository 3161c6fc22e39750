"""By sockets of the file system, who asks much asks for less."""

from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.engine import make_url

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


async def test_attack_105_nobody_is_let_in_by_them_without_a_password(folder: Path) -> None:
    async with EmbeddedServers(folder) as servers:
        urls = servers.urls
        assert urls.database_by_socket and urls.valkey_by_socket
        with pytest.raises((asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError)):
            await asyncpg.connect(_with_another_password(urls.database_by_socket), timeout=_PATIENCE)
        stranger = Redis(unix_socket_path=str(folder / "servers" / "valkey.sock"), socket_timeout=_PATIENCE)
        with pytest.raises(RedisError, match=r"already authenticated|Authentication required"):
            await stranger.ping()
        await stranger.aclose()


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


def _with_another_password(url: str) -> str:
    """What stands in an address goes before what is said beside it."""
    return make_url(url).set(password="a guess").render_as_string(hide_password=False)
