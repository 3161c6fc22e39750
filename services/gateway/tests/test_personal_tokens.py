"""Personal tokens at two gateways before one auth service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from medianest import registry
from medianest.testing import AT_ONCE, Sandbox, eventually, free_port
from medianest_common.lifecycle import running
from services.gateway.tests.conftest import Browser, Door


@pytest.fixture
async def gateways(door: Door) -> AsyncIterator[tuple[Browser, list[str]]]:
    """The owner at the first gateway, and the addresses of both."""
    port = free_port()
    [gateway] = registry.services(["gateway"])
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(running(gateway, overrides=door.sandbox.settings | {"port": port}))
        yield await door.owner(), [door.url, f"http://localhost:{port}"]


async def _statuses(urls: list[str], token: str, path: str = "/api/v1/users/me") -> list[int]:
    async with httpx.AsyncClient(timeout=20, headers={"Authorization": f"Bearer {token}"}) as client:
        return [
            answer.status_code for answer in await asyncio.gather(*(client.get(f"{u}{path}") for u in urls))
        ]


async def _made(owner: Browser, *scopes: str) -> dict[str, Any]:
    made = await owner.post("/auth/tokens", json={"name": "a script", "scopes": scopes or ["read"]})
    token: dict[str, Any] = made.raise_for_status().json()
    return token


async def test_a_revoked_token_is_dead_at_every_gateway_within_a_second(
    gateways: tuple[Browser, list[str]],
) -> None:
    owner, urls = gateways
    made = await _made(owner)
    assert await _statuses(urls, made["token"]) == [200, 200]
    await owner.send("DELETE", f"/auth/tokens/{made['id']}")

    async def dead() -> bool:
        return await _statuses(urls, made["token"]) == [401, 401]

    await eventually(dead, within=AT_ONCE)


async def test_while_auth_is_away_a_token_in_use_goes_on_and_others_are_told_to_come_back(
    gateways: tuple[Browser, list[str]], sandbox: Sandbox
) -> None:
    owner, urls = gateways
    made = await _made(owner, "notifications")
    path = "/api/v1/notifications/count"
    assert await _statuses(urls[:1], made["token"], path) == [200]
    await sandbox.stop("auth")
    assert await _statuses(urls, made["token"], path) == [200, 503]


async def test_its_owner_sees_when_it_was_last_used(
    gateways: tuple[Browser, list[str]], sandbox: Sandbox
) -> None:
    owner, urls = gateways
    made = await _made(owner)
    assert (await owner.get("/auth/tokens")).json()["items"][0]["lastUsedAt"] is None
    await _statuses(urls[:1], made["token"])
    # A gateway tells what it still knows when it goes.
    await sandbox.stop("gateway")
    async with httpx.AsyncClient(base_url=urls[1], timeout=20) as client:
        bearer = {"Authorization": f"Bearer {owner.token}"}
        [shown] = (await client.get("/api/v1/auth/tokens", headers=bearer)).json()["items"]
    assert shown["lastUsedAt"] > made["createdAt"]
