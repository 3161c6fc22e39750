"""Whatever happens to Plex or to plex.tv: every route answers soon and typed, says what is old, and recovers."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
import pytest

from medianest import registry
from medianest.testing import Sandbox, eventually, free_port
from medianest_common.testing.fake_plex import FakePlex
from medianest_common.testing.shifted_clock import ShiftedClock

SOON = 15.0
"""We wait 3 s for Plex, 5 s where something is searched or changed; the rest is for a slow machine. What waits for an
answer that never comes, waits for longer."""
SETUP_TOKEN = "a-set-up-token-of-the-tests-0123456789"
OWNER = {"name": "Olive", "email": "olive@example.org", "password": "correct horse battery staple"}
SERVER_AWAY: list[Any] = [
    "refuse",
    "maintenance",
    401,
    500,
    "html",
    "xml",
    "odd",
    "hollow",
    "malformed",
    "truncate",
    "hang",
]
PLEX_TV_AWAY: list[Any] = [429, 503, "refuse", "hang", "html"]
ODDITIES = ["stringly", "mixed_types", "missing_fields", "missing_total_size"]
QUERIES = {"/api/v1/plex/search": {"query": "heat"}}
NOT_LIVE = ("/api/v1/webhooks", "/api/v1/auth")
BODIES: dict[str, Any] = {
    "POST /api/v1/plex/collections": {"title": "Nights", "libraryKey": "1", "ratingKeys": ["1"]},
    "PUT /api/v1/plex/collections/{rating_key}/items": {"add": ["1"]},
}
SAYS_STALE = {"GET /api/v1/plex/libraries", "GET /api/v1/plex/recently-added", "GET /api/v1/plex/search"}


@dataclass
class Portal:
    """The owner at a browser, and every route that has to do with Plex."""

    http: httpx.AsyncClient
    plex: FakePlex
    clock: ShiftedClock
    collection: str
    picture: str = ""
    routes: list[str] = field(default_factory=list)

    async def ask(self, route: str) -> httpx.Response:
        """What is deleted is never there: an answer cut short has been acted upon."""
        method, path = route.split()
        key = "999999" if method == "DELETE" else self.collection if "/collections/" in path else "1"
        where = path.format(key=self.picture, library_key="1", rating_key=key)
        return await self.http.request(method, where, json=BODIES.get(route), params=QUERIES.get(path))

    async def refresh(self) -> None:
        renewed = await self.http.post("/api/v1/auth/refresh", json={})
        assert renewed.status_code == 200, renewed.text
        self.http.headers["X-CSRF-Token"] = renewed.json()["csrfToken"]

    async def ask_all(self, routes: list[str]) -> dict[str, list[str]]:
        """What is wrong with the answer of each route, where anything is."""
        found = await asyncio.gather(*(self._faults(route) for route in routes))
        return {route: faults for route, faults in zip(routes, found, strict=True) if faults}

    async def _faults(self, route: str) -> list[str]:
        started = asyncio.get_running_loop().time()
        answer = await self.ask(route)
        seconds = asyncio.get_running_loop().time() - started
        faults = [f"took {seconds:.1f} s"] if seconds > SOON else []
        if answer.status_code in (401, 403, 500) or answer.status_code < 200:
            faults.append(f"{answer.status_code}")
        problem = "problem+json" in answer.headers.get("content-type", "")
        if answer.status_code >= 400 and (not problem or not re.fullmatch("[A-Z_]+", answer.json()["code"])):
            faults.append(f"untyped: {answer.text[:100]}")
        if any(token in answer.text for token in self.plex.tokens):
            faults.append("a token")
        return faults

    async def stale(self, route: str) -> bool:
        answer = await self.ask(route)
        return answer.status_code == 200 and answer.json()["stale"] is True

    async def well(self) -> bool:
        """Everything that may be looked at is there and up to date."""
        self.clock.advance(31)
        await self.refresh()
        for route in self.reads:
            answer = await self.ask(route)
            kind = answer.headers["content-type"]
            assert answer.status_code == 200, (route, answer.text)
            assert "svg" not in kind, route
            assert route not in SAYS_STALE or not answer.json()["stale"], route
        return bool((await self.ask("GET /api/v1/plex/server")).json()["online"])

    @property
    def reads(self) -> list[str]:
        return [route for route in self.routes if route.startswith("GET ")]


@pytest.fixture
async def portal(sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock) -> AsyncIterator[Portal]:
    port = free_port()
    collection = plex.library.add_collection("Mine", ["1"])
    url = f"http://localhost:{port}"
    await sandbox.start(
        *registry.services(["auth", "notifications", "plex", "gateway"]),
        port=port,
        base_url=url,
        setup_token=SETUP_TOKEN,
        rate_limit_scale=1000,
        plex_tv_url=plex.tv_url,
        plex_token=plex.owner.token,
    )
    async with httpx.AsyncClient(base_url=url, timeout=60) as http:
        http.headers["X-CSRF-Token"] = (await http.get("/api/v1/csrf")).json()["token"]
        answer = await http.post("/api/v1/auth/setup", json=OWNER | {"setupToken": SETUP_TOKEN})
        http.headers["X-CSRF-Token"] = answer.json()["csrfToken"]
        portal = Portal(http, plex, clock, collection)
        described = await http.get("/api/v1/openapi.json")
        assert described.status_code == 200, (answer.text, described.text[:300])
        document = described.json()
        portal.routes = [
            f"{method.upper()} {path}"
            for path, methods in document["paths"].items()
            for method in methods
            if "/plex" in path and not path.startswith(NOT_LIVE)
        ]

        async def indexed() -> bool:
            items = (await http.get("/api/v1/plex/recently-added")).json().get("items", [])
            portal.picture = next((item["image"] for item in items), "")
            collections = (await http.get("/api/v1/plex/collections")).json().get("items", [])
            return bool(portal.picture) and collection in [c["ratingKey"] for c in collections]

        await eventually(indexed)
        yield portal


async def test_whatever_happens_to_plex(portal: Portal) -> None:
    """One installation meets all of it in turn, as a long life would bring it."""
    plex = portal.plex
    wrong: dict[str, dict[str, list[str]]] = {}
    await eventually(portal.well)

    async def meet(name: str, begin: Callable[[], None], *, routes: list[str], is_away: bool) -> None:
        begin()
        portal.clock.advance(61)
        await portal.refresh()
        faults = await portal.ask_all(routes)
        for route in SAYS_STALE if is_away else ():
            if not await portal.stale(route):
                faults.setdefault(route, []).append("does not say that it is old")
        if faults:
            wrong[name] = faults
        plex.server.heal()
        plex.tv.heal()
        for oddity in ODDITIES:
            setattr(plex.quirks, oddity, False)
        await eventually(portal.well)

    for fault in SERVER_AWAY:
        await meet(
            f"server {fault}", partial(plex.server.fail_with, fault), routes=portal.routes, is_away=True
        )
    for fault in PLEX_TV_AWAY:
        await meet(f"plex.tv {fault}", partial(plex.tv.fail_with, fault), routes=portal.reads, is_away=False)
    for oddity in ODDITIES:
        await meet(oddity, partial(setattr, plex.quirks, oddity, 1), routes=portal.reads, is_away=False)

    assert wrong == {}
    assert len(portal.routes) >= 18
    assert (await portal.http.get("/api/v1/auth/session")).status_code == 200
