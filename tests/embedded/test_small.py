"""`MEDIANEST_PROFILE=small`, for a machine with 1 GB or less."""

import asyncio
from pathlib import Path

import asyncpg
import psutil
import pytest
from redis.asyncio import Redis

from medianest import registry
from medianest.embedded import EmbeddedServers
from medianest.installation import embedded
from medianest_common.settings import Settings, load


async def _bounds(servers: EmbeddedServers) -> dict[str, str]:
    connection = await asyncpg.connect(servers.urls.database_url, timeout=60)
    try:
        buffers = str(await connection.fetchval("show shared_buffers", timeout=60))
    finally:
        await connection.close(timeout=60)
    async with asyncio.timeout(60), Redis.from_url(servers.urls.valkey_url) as valkey:
        cache = str((await valkey.config_get("maxmemory"))["maxmemory"])
    nats = psutil.Process(servers.pid("nats")).environ()["GOMEMLIMIT"]
    return {"postgres": buffers, "valkey": cache, "nats": nats}


async def test_the_servers_are_given_less(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with embedded(load(Settings, data_dir=folder)) as servers:
        usual = await _bounds(servers)
    monkeypatch.setenv("MEDIANEST_PROFILE", "small")
    async with embedded(load(Settings, data_dir=folder)) as servers:
        small = await _bounds(servers)
    assert usual == {"postgres": "32MB", "valkey": str(32 * 2**20), "nats": "96MiB"}
    assert small == {"postgres": "12MB", "valkey": str(8 * 2**20), "nats": "48MiB"}


def test_each_service_takes_less_where_nobody_has_set_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = {name: registry.service(name).settings for name in registry.ALL}
    usual = {name: load(kind).model_dump() for name, kind in kinds.items()}
    monkeypatch.setenv("MEDIANEST_PROFILE", "small")
    changed = {
        field: (value, usual[name][field])
        for name, kind in kinds.items()
        for field, value in load(kind).model_dump().items()
        if field != "profile" and value != usual[name][field]
    }
    assert {field: small for field, (small, _) in changed.items()} == {
        "database_connections": 3,
        # The least that OWASP recommends with two rounds.
        "argon2_memory_kib": 19_456,
        "youtube_slots": 1,
        "youtube_image_cache_mb": 30,
        "media_image_cache_mb": 30,
        "plex_image_cache_mb": 50,
    }
    assert all(small < before for small, before in changed.values())
