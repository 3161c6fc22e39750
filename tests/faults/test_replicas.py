"""Two of everything: no job twice, no message to a person twice, no clock job twice."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from itertools import batched

import httpx
import pytest

from medianest import registry
from medianest.testing import Sandbox, eventually, free_port
from medianest_common.lifecycle import running
from medianest_common.testing.fake_overseerr import FakeOverseerr

FIRST = 920_000
PASSWORD = "correct horse battery staple"
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
async def test_two_of_everything_do_each_thing_once(doors: tuple[list[str], FakeOverseerr]) -> None:
    urls, overseerr = doors
    films = [FIRST + n for n in range(20)]
    for film in films:
        overseerr.add_movie(film, f"Film {film}", 2020)
    async with httpx.AsyncClient(timeout=60) as client:
        csrf = (await client.get(f"{urls[0]}/api/v1/csrf")).json()["token"]
        who = {"setupToken": SETUP_TOKEN, "name": "Olive", "email": "o@example.org", "password": PASSWORD}
        made = await client.post(f"{urls[0]}/api/v1/auth/setup", json=who, headers={"X-CSRF-Token": csrf})
        bearer = {"Authorization": f"Bearer {made.raise_for_status().json()['accessToken']}"}
    async with httpx.AsyncClient(timeout=60, headers=bearer) as client:
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
            assert sorted(n["seq"] for n in inbox) == list(range(1, len(inbox) + 1))
            return True

        await eventually(told_once)
        refused = await client.post(f"{urls[0]}/api/v1/auth/logout")
        assert refused.status_code == 204
        await eventually(lambda: _signed_out(client, urls[1]))
    posts = Counter(
        json.loads(call.body)["mediaId"]
        for call in overseerr.calls
        if call.method == "POST" and call.path == "/api/v1/request" and call.status == 201
    )
    assert posts == dict.fromkeys(films, 1), "each was filed once"


async def _filed(overseerr: FakeOverseerr, films: list[int]) -> bool:
    return sorted(request.media.tmdb_id for request in overseerr.requests) == films


async def _signed_out(client: httpx.AsyncClient, url: str) -> bool:
    return (await client.get(f"{url}/api/v1/auth/session")).status_code == 401
