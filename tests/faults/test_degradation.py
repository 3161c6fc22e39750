"""Each part of the product is taken away in turn, and every route says what `medianest_gateway.degradation` has for it:
nothing is a 500, nothing takes for ever, and all is as before once the part is back."""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx
import pytest

from medianest import registry
from medianest.embedded import EmbeddedServers
from medianest.testing import Sandbox, eventually, free_port
from medianest_gateway.degradation import LINES, Fallback, line_for
from medianest_gateway.routes.youtube import PREVIEW_SECONDS

SETUP_TOKEN = "set-up-token-of-the-tests-0123456789abcdef"
PASSWORD = "correct horse battery staple"
BEHIND = [name for name in registry.ALL if name != "gateway"]
AT_ONCE = 12
MOST_SECONDS = 20.0
"""Above the longest time that a route may take, for machines that are slow."""
LONG: Mapping[str, float] = {"/api/v1/youtube/metadata": 2 * PREVIEW_SECONDS}
VALUES: Mapping[str, str] = {
    "tmdb_id": "603",
    "media_type": "movie",
    "shelf": "trending",
    "number": "1",
    "relation": "similar",
    "key": "a-key",
    "rating_key": "1",
    "library_key": "1",
    "provider": "plex",
    "type": "request.approved",
    "locale": "en",
    "channel": "any",
    "kind": "tautulli",
    "slug": "house",
    "token": "a-token",
    "size": "w92",
    "name": "a-picture.jpg",
}
QUERIES: Mapping[str, Mapping[str, str]] = {
    "/api/v1/media/search": {"query": "film"},
    "/api/v1/plex/search": {"query": "film"},
    "/api/v1/youtube/metadata": {"url": "https://example.org"},
}
WRITES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "auth": ("/api/v1/auth/invites", {}),
    "media": ("/api/v1/media/request", {"mediaType": "movie", "tmdbId": 603}),
    "plex": ("/api/v1/admin/plex/reconnect", {}),
    "youtube": ("/api/v1/youtube/download", {"url": "https://youtu.be/aaaaaaaaaaa"}),
    "notifications": ("/api/v1/notifications/read-all", {"upTo": 0}),
    "health": ("/api/v1/errors/report", {"message": "x is not a function"}),
}
LEFT_OUT = ("/api/v1/events", "/api/v1/ws", "/api/v1/auth/oauth/{provider}/start")
"""Streams, and the way to another site."""


@dataclass
class Product:
    client: httpx.AsyncClient
    routes: list[str]

    async def ask(self, routes: Sequence[str] | None = None) -> dict[str, httpx.Response]:
        """All of them, or these."""
        routes = self.routes if routes is None else routes
        places = asyncio.Semaphore(AT_ONCE)
        took = dict[str, float]()

        async def one(route: str) -> httpx.Response:
            async with places:
                began = monotonic()
                answer = await self.client.get(_path(route), params=QUERIES.get(route))
                took[route] = monotonic() - began
                return answer

        answers = await asyncio.gather(*(one(route) for route in routes))
        slow = {route: seconds for route, seconds in took.items() if seconds > LONG.get(route, MOST_SECONDS)}
        assert not slow, slow
        return dict(zip(routes, answers, strict=True))

    async def ask_in_peace(self) -> dict[str, httpx.Response]:
        """All of them, and once more those that had no time."""
        answers = await self.ask()
        late = [route for route, answer in answers.items() if answer.status_code in (503, 504)]
        return answers | await self.ask(late)

    async def is_well(self) -> bool:
        health = (await self.client.get("/health/ready")).json()
        return all(check["status"] == "ok" for check in health["checks"])


@pytest.fixture
async def product(sandbox: Sandbox) -> AsyncIterator[Product]:
    port = free_port()
    await sandbox.start(
        *registry.services(),
        port=port,
        base_url=f"http://localhost:{port}",
        setup_token=SETUP_TOKEN,
        rate_limit_scale=1000,
        # Nobody answers there.
        youtube_proxy="http://127.0.0.1:9",
    )
    async with httpx.AsyncClient(base_url=f"http://localhost:{port}", timeout=60) as client:
        csrf = (await client.get("/api/v1/csrf")).json()["token"]
        who = {"email": "olive@example.org", "password": PASSWORD, "setupToken": SETUP_TOKEN, "name": "Olive"}
        answer = await client.post("/api/v1/auth/setup", json=who, headers={"X-CSRF-Token": csrf})
        client.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['accessToken']}"
        described = (await client.get("/api/v1/openapi.json")).json()
        routes = [path for path, methods in described["paths"].items() if "get" in methods]
        yield Product(client, [route for route in routes if route not in LEFT_OUT])


def test_people_can_read_what_is_held_here() -> None:
    shown = Path("docs/operations.md").read_text()
    for line in LINES:
        assert f"| `{line.prefix}` | {line.service or ''} | {line.fallback} |" in shown


@pytest.mark.timeout(600)
async def test_each_service_in_turn(product: Product, sandbox: Sandbox) -> None:
    await eventually(product.is_well)
    before = await product.ask_in_peace()
    assert not [route for route, answer in before.items() if answer.status_code == 500]
    wrong = []
    for service in BEHIND:
        await sandbox.stop(service)
        problems = await _problems(product, before, without=service)
        wrong += [f"without {service}: GET {route} {problem}" for route, problem in problems.items()]
        path, body = WRITES[service]
        written = await product.client.post(path, json=body)
        if problem := _refusal(written, service=service):
            wrong.append(f"without {service}: POST {path} {problem}")
        await sandbox.start(*registry.services([service]))
        await eventually(product.is_well)
    assert not wrong, "\n".join(wrong)
    after = await product.ask_in_peace()
    assert _statuses(after) == _statuses(before)


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_each_server_in_turn(product: Product, servers: EmbeddedServers) -> None:
    """They hang, which is worse than being gone."""
    await eventually(product.is_well)
    before = await product.ask()
    wrong = []
    for name in servers.names:
        servers.kill(name, with_signal=signal.SIGSTOP)
        try:
            answers = await product.ask()
        finally:
            servers.kill(name, with_signal=signal.SIGCONT)
        for route, answer in answers.items():
            if answer.status_code not in (before[route].status_code, 200, 503, 504):
                wrong.append(f"while {name} hangs: GET {route} is {answer.status_code}: {answer.text[:300]}")
            elif before[route].status_code == 503:
                # What is not set up is refused whatever hangs, and waiting does not help.
                continue
            elif answer.status_code == 503 and "retry-after" not in answer.headers:
                wrong.append(f"while {name} hangs: GET {route} does not say when to try again")
        await eventually(product.is_well, within=120)
    assert not wrong, "\n".join(wrong)
    assert _statuses(await product.ask()) == _statuses(before)


async def _problems(
    product: Product, before: Mapping[str, httpx.Response], *, without: str
) -> dict[str, str]:
    """What is wrong and stays so: on a machine that stands still for a moment somebody else may be late once, with
    anything but a 500."""
    found: dict[str, str] = {}
    routes: Sequence[str] | None = None
    for _ in range(2):
        late = []
        for route, answer in (await product.ask(routes)).items():
            if problem := _wrong(route, answer, service=without, before=before[route]):
                found[route] = problem
                late += [route] * (answer.status_code in (503, 504))
            else:
                found.pop(route, None)
        routes = late
    return found


def _wrong(route: str, answer: httpx.Response, *, service: str, before: httpx.Response) -> str | None:
    line = line_for(route)
    if line.service != service or line.fallback in (Fallback.NONE_NEEDED, Fallback.PARTS):
        same = answer.status_code == before.status_code or route in ("/health/ready", "/api/v1/health")
        return None if same else f"is {answer.status_code} and was {before.status_code}"
    if line.fallback is Fallback.PLACEHOLDER:
        return None if answer.status_code == 200 else f"is {answer.status_code}"
    if before.status_code in (400, 401, 404, 422) and answer.status_code == before.status_code:
        return None
    return _refusal(answer, service=service)


def _refusal(answer: httpx.Response, *, service: str) -> str | None:
    if answer.status_code != 503:
        return f"is {answer.status_code}"
    problem: dict[str, Any] = answer.json()
    if "retry-after" not in answer.headers:
        return "does not say when to try again"
    return None if service in problem["detail"] else f"does not name it: {problem['detail']}"


def _statuses(answers: Mapping[str, httpx.Response]) -> dict[str, int]:
    return {route: answer.status_code for route, answer in answers.items()}


def _path(route: str) -> str:
    names = {name for name in VALUES if f"{{{name}}}" in route}
    path = route
    for name in names:
        path = path.replace(f"{{{name}}}", VALUES[name])
    while "{" in path:
        start, end = path.index("{"), path.index("}")
        path = f"{path[:start]}{uuid4()}{path[end + 1 :]}"
    return path
