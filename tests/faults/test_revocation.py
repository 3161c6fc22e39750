"""Whoever is signed out, suspended or given another role is felt at every door within a second, whatever is away.

Attack 28 of the auth design's list. The second of two doors is cut off from the bus, from the cache, or from both.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import make_url

from medianest import registry
from medianest.testing import AT_ONCE, Sandbox, eventually, free_port
from medianest_common.contracts.live import CloseCode
from medianest_common.lifecycle import running
from medianest_common.testing.fault_proxy import FaultProxy
from medianest_common.testing.live_client import LiveClient

SILENCE_IS_NOTICED = 40.0
SETUP_TOKEN = "set-up-token-of-the-tests-0123456789abcdef"
PASSWORD = "correct horse battery staple"


@dataclass
class Doors:
    first: str
    second: str
    nats: FaultProxy
    valkey: FaultProxy
    client: httpx.AsyncClient
    owner: dict[str, str]

    async def friend(self, name: str) -> dict[str, Any]:
        """With an account and a password, signed in at the first door."""
        invited = await self.client.post(f"{self.first}/auth/invites", json={}, headers=self.owner)
        link = invited.raise_for_status().json()["url"].partition("#token=")[2]
        async with httpx.AsyncClient(timeout=60) as browser:
            csrf = (await browser.get(f"{self.first}/csrf")).json()["token"]
            who = {"token": link, "name": name, "email": f"{name}@example.org", "password": PASSWORD}
            came = await browser.post(
                f"{self.first}/auth/invites/accept", json=who, headers={"X-CSRF-Token": csrf}
            )
        body: dict[str, Any] = came.raise_for_status().json()
        return body | {"bearer": {"Authorization": f"Bearer {body['accessToken']}"}}

    async def change(self, person: dict[str, Any], **body: str) -> None:
        url = f"{self.first}/admin/users/{person['user']['id']}"
        (await self.client.patch(url, json=body, headers=self.owner)).raise_for_status()

    async def code(self, path: str, headers: dict[str, str], *, method: str = "GET") -> str:
        """At the second door."""
        answer = await self.client.request(method, f"{self.second}{path}", headers=headers)
        return (
            str(answer.json().get("code", answer.status_code)) if answer.content else str(answer.status_code)
        )

    async def soon(self, code: str, ask: Callable[[], Awaitable[str]], *, within: float = AT_ONCE) -> None:
        async def is_so() -> bool:
            found = await ask()
            assert found == code, found
            return True

        await eventually(is_so, within=within)


@pytest.fixture
async def doors(sandbox: Sandbox) -> AsyncIterator[Doors]:
    async with AsyncExitStack() as stack:
        nats, valkey = urlsplit(sandbox.settings["nats_url"]), make_url(sandbox.settings["valkey_url"])
        nats_proxy = await stack.enter_async_context(FaultProxy.start("127.0.0.1", nats.port or 4222))
        valkey_proxy = await stack.enter_async_context(FaultProxy.start("127.0.0.1", valkey.port or 6379))
        away = {
            "nats_url": sandbox.settings["nats_url"].replace(f":{nats.port}", f":{nats_proxy.port}"),
            "valkey_url": sandbox.settings["valkey_url"].replace(f":{valkey.port}", f":{valkey_proxy.port}"),
        }
        ports = [free_port(), free_port()]
        settings = {
            "setup_token": SETUP_TOKEN,
            "base_url": f"http://localhost:{ports[0]}",
            "rate_limit_scale": 1000,
            "argon2_memory_kib": 19_456,
        }
        await sandbox.start(*registry.services(["auth", "notifications"]), **settings)
        [gateway] = registry.services(["gateway"])
        for port, different in zip(ports, ({}, away), strict=True):
            overrides = sandbox.settings | {"port": port} | different
            await stack.enter_async_context(running(gateway, overrides=overrides))
        client = await stack.enter_async_context(httpx.AsyncClient(timeout=60))
        first, second = (f"http://localhost:{port}/api/v1" for port in ports)
        csrf = (await client.get(f"{first}/csrf")).json()["token"]
        who = {"setupToken": SETUP_TOKEN, "name": "Olive", "email": "o@example.org", "password": PASSWORD}
        made = await client.post(f"{first}/auth/setup", json=who, headers={"X-CSRF-Token": csrf})
        owner = {"Authorization": f"Bearer {made.raise_for_status().json()['accessToken']}"}
        client.cookies.clear()
        yield Doors(first, second, nats_proxy, valkey_proxy, client, owner)


@pytest.mark.timeout(300)
async def test_attack_28_a_door_without_the_bus_or_without_the_cache_hears_of_it_all_the_same(
    doors: Doors,
) -> None:
    names = ("ada", "bert", "cleo", "dora", "emil", "fritz")
    ada, bert, cleo, dora, emil, fritz = [await doors.friend(name) for name in names]
    ticket = "/notifications/ticket"

    async def asks(person: dict[str, Any], *, at: str = "/openapi.json", method: str = "GET") -> str:
        return await doors.code(at, person["bearer"], method=method)

    # All is well.
    await doors.soon("200", lambda: asks(ada, at=ticket, method="POST"))
    await doors.change(ada, status="suspended")
    await doors.soon("SESSION_ENDED", lambda: asks(ada))

    # Without the cache the event alone has to do.
    doors.valkey.refuse()
    await doors.change(bert, role="admin")
    await doors.soon("TOKEN_STALE", lambda: asks(bert))
    await doors.soon("200", lambda: asks(cleo, at=ticket, method="POST"))
    await doors.valkey.heal()

    # A bus whose connection is open and dead is noticed.
    doors.nats.black_hole()
    await doors.change(fritz, status="suspended")
    await doors.soon("SESSION_ENDED", lambda: asks(fritz), within=SILENCE_IS_NOTICED)
    await doors.nats.heal()
    await doors.soon("200", lambda: asks(cleo, at="/users/me"), within=SILENCE_IS_NOTICED)

    # Without the bus the cache alone has to do. A socket that is open closes as well.
    url = doors.second.replace("http", "ws") + "/ws"
    token = cleo["accessToken"]
    async with LiveClient(url, token=token, reconnect=False) as live:
        doors.nats.refuse()
        await doors.change(cleo, status="suspended")
        await doors.soon("SESSION_ENDED", lambda: asks(cleo))
        assert await live.closed(within=AT_ONCE) == CloseCode.REVOKED
    await doors.change(dora, role="admin")
    await doors.soon("TOKEN_STALE", lambda: asks(dora))
    # Dangerous things are let through, since it is known who was signed out.
    await doors.soon("200", lambda: asks(emil, at=ticket, method="POST"))

    # Without either nobody knows: looking goes on, changing and ruling do not.
    doors.valkey.refuse()
    await doors.soon(
        "REVOCATIONS_UNKNOWN", lambda: asks(emil, at=ticket, method="POST"), within=SILENCE_IS_NOTICED
    )
    assert await doors.code("/admin/users", doors.owner) == "REVOCATIONS_UNKNOWN"
    assert await asks(emil) == "200"
    answer = await doors.client.post(f"{doors.second}{ticket}", headers=emil["bearer"])
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")

    # The bus comes back before the cache: what was missed is asked for.
    await doors.change(emil, status="suspended")
    assert await asks(emil) == "200", "nobody could have told"
    await doors.nats.heal()
    await doors.soon("SESSION_ENDED", lambda: asks(emil), within=SILENCE_IS_NOTICED)
    await doors.soon("200", lambda: doors.code("/admin/users", doors.owner))
