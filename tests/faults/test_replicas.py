"""Two of everything: no job twice, no message to a person twice, no clock job twice."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from itertools import batched

import asyncpg
import httpx
import pytest

from medianest import registry
from medianest.testing import Sandbox, eventually, free_port
from medianest_common.db.migrate import with_tables
from medianest_common.lifecycle import running
from medianest_common.testing.fake_overseerr import FakeOverseerr
from medianest_common.testing.live_client import LiveClient

FIRST = 920_000
PASSWORD = "correct horse battery staple"
LEADERS = """
select objid::int, pid from pg_locks
where locktype = 'advisory' and classid = 7316 and objsubid = 2 and granted and objid > 1
  and database = (select oid from pg_database where datname = current_database())
"""
SETUP_TOKEN = "a-set-up-token-of-the-tests-0123456789"


@pytest.fixture
async def doors(sandbox: Sandbox, patient: None) -> AsyncIterator[tuple[list[str], FakeOverseerr]]:
    """Two gateways before two of each service."""
    async with AsyncExitStack() as stack:
        overseerr = await stack.enter_async_context(FakeOverseerr.start())
        ports = [free_port(), free_port()]
        settings = {
            "overseerr_url": overseerr.url,
            "overseerr_api_key": overseerr.api_key,
            "setup_token": SETUP_TOKEN,
            "base_url": f"http://localhost:{ports[0]}",
            "rate_limit_scale": 100,
            "media_poll_seconds": 1,
        }
        behind = registry.services([name for name in registry.ALL if name != "gateway"])
        [gateway] = registry.services(["gateway"])
        await sandbox.start(*behind, **settings)
        for service in behind:
            await stack.enter_async_context(running(service, overrides=sandbox.settings))
        for port in ports:
            await stack.enter_async_context(running(gateway, overrides=sandbox.settings | {"port": port}))
        yield [f"http://localhost:{port}" for port in ports], overseerr


@pytest.mark.timeout(300)
async def test_two_of_everything_do_each_thing_once_whoever_leads(
    sandbox: Sandbox, doors: tuple[list[str], FakeOverseerr]
) -> None:
    urls, overseerr = doors
    films, later = [FIRST + n for n in range(20)], [FIRST + 20 + n for n in range(3)]
    for film in films + later:
        overseerr.add_movie(film, f"Film {film}", 2020)
    async with httpx.AsyncClient(timeout=60) as client:
        csrf = (await client.get(f"{urls[0]}/api/v1/csrf")).json()["token"]
        who = {"setupToken": SETUP_TOKEN, "name": "Olive", "email": "o@example.org", "password": PASSWORD}
        made = await client.post(f"{urls[0]}/api/v1/auth/setup", json=who, headers={"X-CSRF-Token": csrf})
        token = made.raise_for_status().json()["accessToken"]
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(
            httpx.AsyncClient(timeout=60, headers={"Authorization": f"Bearer {token}"})
        )
        pages = [
            await stack.enter_async_context(
                LiveClient(f"{url.replace('http', 'ws')}/api/v1/ws", token=token, last_seq=0)
            )
            for url in urls
        ]
        # Both doors are asked for the same film at the same time, and for some films at once.
        answers = [
            answer
            for some in batched(films, 4)
            for answer in await asyncio.gather(
                *(
                    client.post(f"{url}/api/v1/media/request", json={"mediaType": "movie", "tmdbId": film})
                    for film in some
                    for url in urls
                )
            )
        ]
        assert Counter(answer.status_code for answer in answers) == {201: len(films), 409: len(films)}
        await eventually(lambda: _filed(overseerr, films), within=60)
        for film in films:
            overseerr.set_available("movie", film)

        async def all_there() -> bool:
            answer = await client.get(f"{urls[1]}/api/v1/media/requests/counts")
            counts = answer.raise_for_status().json()
            assert counts["available"] == len(films), counts
            return True

        await eventually(all_there, within=90)

        async def told_once() -> bool:
            answer = await client.get(f"{urls[0]}/api/v1/notifications?limit=100")
            inbox = answer.raise_for_status().json()["items"]
            told = Counter((n["type"], json.dumps(n["data"], sort_keys=True)) for n in inbox)
            assert set(told.values()) == {1}, told.most_common(3)
            assert sum(kind == "request.available" for kind, _ in told) == len(films)
            everything = list(range(1, len(inbox) + 1))
            assert sorted(n["seq"] for n in inbox) == everything
            # At either door a page sees each of them once.
            assert [sorted(page.seqs) for page in pages] == [everything, everything]
            return True

        await eventually(told_once)

        ended = await _end_whoever_leads(sandbox)
        for film in later:
            answer = await client.post(
                f"{urls[0]}/api/v1/media/request", json={"mediaType": "movie", "tmdbId": film}
            )
            assert answer.status_code == 201
        # It is the relay that tells the job, which tells Overseerr.
        await eventually(lambda: _filed(overseerr, films + later), within=60)
        await eventually(lambda: _others_lead(sandbox, ended), within=60)
        refused = await client.post(f"{urls[0]}/api/v1/auth/logout")
        assert refused.status_code == 204
        await eventually(lambda: _signed_out(client, urls[1]))
    posts = Counter(
        json.loads(call.body)["mediaId"]
        for call in overseerr.calls
        if call.method == "POST" and call.path == "/api/v1/request" and call.status == 201
    )
    assert posts == dict.fromkeys(films + later, 1), "each was filed once"


async def _leaders(sandbox: Sandbox) -> dict[int, int]:
    """By service, as the lock knows it, whose connection holds it."""
    connection = await asyncpg.connect(sandbox.settings["database_url"], timeout=20)
    try:
        return {row["objid"]: row["pid"] for row in await connection.fetch(LEADERS, timeout=20)}
    finally:
        await connection.close(timeout=5)


async def _end_whoever_leads(sandbox: Sandbox) -> dict[int, int]:
    """As a replica that dies would: its connections are gone."""

    async def all_led() -> dict[int, int]:
        leaders = await _leaders(sandbox)
        return leaders if len(leaders) == len(with_tables(registry.services())) else {}

    leaders = await eventually(all_led, within=60)
    connection = await asyncpg.connect(sandbox.settings["database_url"], timeout=20)
    try:
        for pid in leaders.values():
            assert await connection.fetchval("select pg_terminate_backend($1)", pid, timeout=20)
    finally:
        await connection.close(timeout=5)
    return leaders


async def _others_lead(sandbox: Sandbox, ended: dict[int, int]) -> bool:
    leaders = await _leaders(sandbox)
    return leaders.keys() == ended.keys() and not set(leaders.values()) & set(ended.values())


async def _filed(overseerr: FakeOverseerr, films: list[int]) -> bool:
    return sorted(request.media.tmdb_id for request in overseerr.requests) == films


async def _signed_out(client: httpx.AsyncClient, url: str) -> bool:
    return (await client.get(f"{url}/api/v1/auth/session")).status_code == 401
