"""The three servers start, keep what they were given, come back when killed, and stop without a trace."""

import asyncio
import os
import stat
import time
from pathlib import Path

import asyncpg
import pytest

from medianest.embedded import EmbeddedServers, in_background
from medianest.errors import DataFolderInUse
from tests.embedded.clients import (
    messages,
    processes_of,
    rows,
    until,
    valkey_answers,
    write_everywhere,
    written,
)

ALL = {"nats", "postgres", "valkey"}


async def test_data_addresses_and_passwords_survive_a_restart(folder: Path) -> None:
    async with EmbeddedServers(folder) as servers:
        assert set(servers.names) == ALL
        first = servers.urls
        await write_everywhere(first, "once")
    assert processes_of(folder) == []

    async with EmbeddedServers(folder) as servers:
        assert servers.urls == first
        assert await written(first) == (["once"], 1)


async def test_a_second_start_takes_less_than_half_of_the_first_and_a_stop_waits_for_nobody(
    folder: Path,
) -> None:
    before = time.monotonic()
    async with EmbeddedServers(folder):
        first = time.monotonic() - before
    took = []
    for _ in range(3):
        before = time.monotonic()
        async with EmbeddedServers(folder):
            up = time.monotonic()
        took.append((up - before, time.monotonic() - up))
    assert min(start for start, _ in took) < first / 2
    assert max(stop for _, stop in took) < 10


@pytest.mark.parametrize("name", sorted(ALL))
async def test_a_killed_server_comes_back_on_its_port_with_its_data(folder: Path, name: str) -> None:
    async with EmbeddedServers(folder) as servers:
        await write_everywhere(servers.urls, "kept")
        urls, dead = servers.urls, servers.pid(name)

        servers.kill(name)

        async def restarted() -> bool:
            return servers.pid(name) != dead

        await until(restarted)
        assert await until(lambda: rows(urls)) == ["kept"]
        assert await until(lambda: messages(urls)) == 1
        assert await until(lambda: valkey_answers(urls))


async def test_a_server_killed_again_and_again_still_comes_back(folder: Path) -> None:
    async with EmbeddedServers(folder) as servers:
        for _ in range(4):
            dead = servers.pid("nats")
            servers.kill("nats")

            async def restarted(dead: int = dead) -> bool:
                return servers.pid("nats") != dead

            await until(restarted)
        await write_everywhere(servers.urls, "after")
        assert await messages(servers.urls) == 1


async def test_a_second_run_on_the_folder_is_refused_in_words_and_leaves_the_first_alone(
    folder: Path,
) -> None:
    async with EmbeddedServers(folder) as servers:
        with pytest.raises(DataFolderInUse, match=f"already runs on the data folder .*process {os.getpid()}"):
            await EmbeddedServers(folder).__aenter__()
        await write_everywhere(servers.urls, "still here")


async def test_attack_105_nobody_gets_in_without_the_password(folder: Path) -> None:
    async with EmbeddedServers(folder) as servers:
        without = servers.urls.database_url.replace("postgresql://postgres:", "postgresql://postgres:x")
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(without, timeout=10)
        assert stat.S_IMODE((folder / "servers").stat().st_mode) == 0o700
        for secret in ("state.json", "nats.conf", "valkey.conf"):
            assert stat.S_IMODE((folder / "servers" / secret).stat().st_mode) == 0o600


async def test_what_is_acknowledged_is_on_the_disk(folder: Path) -> None:
    async with EmbeddedServers(folder) as servers:
        connection = await asyncpg.connect(servers.urls.database_url, timeout=10)
        settings = ("fsync", "synchronous_commit", "full_page_writes")
        assert [await connection.fetchval(f"show {name}") for name in settings] == ["on", "on", "on"]
        await connection.close()
        assert "sync_interval: always" in (folder / "servers" / "nats.conf").read_text()


async def test_a_server_named_by_a_url_is_not_started(folder: Path) -> None:
    async with EmbeddedServers(
        folder, nats_url="nats://elsewhere:4222", database_url="postgresql://a/b"
    ) as servers:
        assert servers.names == ["valkey"]
        assert servers.urls.nats_url == "nats://elsewhere:4222"
        assert servers.urls.database_url == "postgresql://a/b"


async def test_a_port_taken_meanwhile_is_replaced(folder: Path) -> None:
    async with EmbeddedServers(folder) as servers:
        url = servers.urls.valkey_url
    intruder = await asyncio.start_server(
        lambda _, writer: writer.close(), "127.0.0.1", int(url.split(":")[-1][:-2])
    )
    async with intruder, EmbeddedServers(folder) as servers:
        assert servers.urls.valkey_url != url
        assert await valkey_answers(servers.urls)


async def test_a_thread_can_watch_over_them(folder: Path) -> None:
    with in_background(EmbeddedServers(folder)) as servers:
        dead, urls = servers.pid("valkey"), servers.urls
        servers.kill("valkey")

        async def restarted() -> bool:
            return servers.pid("valkey") != dead and await valkey_answers(urls)

        await until(restarted)
    assert processes_of(folder) == []
