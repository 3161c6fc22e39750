"""What the tests ask the three servers."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import nats
from redis.asyncio import Redis
from redis.exceptions import RedisError

from medianest.embedded import ServerUrls
from medianest.embedded.process import command_line

_PATIENCE = 10
"""Seconds that an answer may take on a machine that stands still for a moment."""


async def write_everywhere(urls: ServerUrls, text: str) -> None:
    connection = await asyncpg.connect(urls.database_url, timeout=_PATIENCE)
    await connection.execute("create table if not exists kept (text text)")
    await connection.execute("insert into kept values ($1)", text)
    await connection.close()
    client = await nats.connect(urls.nats_url, connect_timeout=_PATIENCE)
    js = client.jetstream(timeout=_PATIENCE)
    await js.add_stream(name="KEPT", subjects=["kept"])
    await js.publish("kept", text.encode())
    await client.close()
    await valkey_answers(urls)


async def written(urls: ServerUrls) -> tuple[list[str], int]:
    """The rows in PostgreSQL and the number of messages in JetStream."""
    return await rows(urls), await messages(urls)


async def rows(urls: ServerUrls) -> list[str]:
    connection = await asyncpg.connect(urls.database_url, timeout=_PATIENCE)
    try:
        return [row["text"] for row in await connection.fetch("select text from kept")]
    finally:
        await connection.close()


async def messages(urls: ServerUrls) -> int:
    client = await nats.connect(urls.nats_url, allow_reconnect=False, connect_timeout=_PATIENCE)
    try:
        return (await client.jetstream(timeout=_PATIENCE).stream_info("KEPT")).state.messages
    finally:
        await client.close()


async def valkey_answers(urls: ServerUrls) -> bool:
    valkey = Redis.from_url(urls.valkey_url, socket_timeout=_PATIENCE)
    try:
        return bool(await valkey.set("key", "value"))
    finally:
        await valkey.aclose()


async def until[T](probe: Callable[[], Awaitable[T]], *, within: float = 60.0) -> T:
    """The first true answer; errors count as no answer until the time is up."""
    deadline = time.monotonic() + within
    while True:
        try:
            if answer := await probe():
                return answer
        except (OSError, asyncpg.PostgresError, nats.errors.Error, RedisError):
            if time.monotonic() > deadline:
                raise
        if time.monotonic() > deadline:
            raise AssertionError(f"no true answer within {within} s")
        await asyncio.sleep(0.02)


def processes_of(folder: Path) -> list[str]:
    """The command lines of all processes that name this folder, but for the one asking."""
    others = (int(entry) for entry in os.listdir("/proc") if entry.isdecimal() and int(entry) != os.getpid())
    return [line for pid in others if str(folder) in (line := command_line(pid))]
