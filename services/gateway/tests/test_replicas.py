"""Two gateways of one portal: one budget for everybody, and each knows of the other."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx

from medianest import registry
from medianest.testing import Sandbox, eventually, free_port
from medianest_common.clock import ManualClock
from medianest_common.contracts.platform import Announcement, Presence
from medianest_common.service import Runtime, Service
from medianest_gateway.app import GatewayApp
from medianest_gateway.replicas import Replicas
from services.gateway.tests.conftest import OWNER, SETUP_TOKEN


def _watched(service: Service, apps: list[GatewayApp]) -> Service:
    @asynccontextmanager
    async def open_app(runtime: Runtime[Any]) -> AsyncIterator[Any]:
        async with service.open_app(runtime) as app:
            apps.append(app)
            yield app

    return replace(service, open_app=open_app)


async def test_two_gateways_share_one_budget(sandbox: Sandbox) -> None:
    """Requests are 20 an hour. Nobody is there who would take one, which is counted all the same."""
    ports = [free_port(), free_port()]
    await sandbox.start(*registry.services(["auth"]), setup_token=SETUP_TOKEN, base_url="http://localhost")
    apps = list[GatewayApp]()
    for port in ports:
        await sandbox.start(_watched(registry.service("gateway"), apps), port=port)
    async with httpx.AsyncClient(timeout=20) as http:
        csrf = (await http.get(f"http://localhost:{ports[0]}/api/v1/csrf")).json()["token"]
        answer = await http.post(
            f"http://localhost:{ports[0]}/api/v1/auth/setup",
            json=OWNER | {"setupToken": SETUP_TOKEN, "name": "Olive"},
            headers={"X-CSRF-Token": csrf},
        )
        bearer = {"Authorization": f"Bearer {answer.raise_for_status().json()['accessToken']}"}
        answers = [
            await http.post(
                f"http://localhost:{ports[turn % 2]}/api/v1/media/request",
                json={"mediaType": "movie", "tmdbId": 603},
                headers=bearer,
            )
            for turn in range(24)
        ]
        assert [each.status_code for each in answers] == [503] * 20 + [429] * 4
        left = [each.headers["ratelimit"].split(";")[1] for each in answers[:20]]
        assert left == [f"r={number}" for number in range(19, -1, -1)]
        for refused in answers[20:]:
            assert 3500 <= int(refused.headers["retry-after"]) <= 3600

    async def know_each_other() -> bool:
        return [app.replicas.count() for app in apps] == [2, 2]

    await eventually(know_each_other)


def test_who_has_left_or_is_not_heard_any_more_is_not_counted() -> None:
    clock = ManualClock()
    replicas = Replicas(clock=clock)
    assert replicas.count() == 1

    def say(instance: str, *, service: str = "gateway", presence: Presence = Presence.PRESENT) -> None:
        replicas.hear(
            Announcement(
                service=service,
                instance=instance,
                version="1",
                started_at=datetime(2026, 1, 1, tzinfo=UTC),
                presence=presence,
            )
        )

    for instance in ("a", "b", "c"):
        say(instance)
    say("media-1", service="media")
    assert replicas.count() == 3
    say("c", presence=Presence.LEFT)
    assert replicas.count() == 2
    clock.advance(60)
    assert replicas.count() == 2, "while nobody is heard, the bus is away and not they"
    say("a")
    assert replicas.count() == 1
