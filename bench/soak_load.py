"""What a household does, all at once and for as long as it takes: some look, some ask and decide, some sign in and out,
some listen."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx

from bench.live import SOMEBODY_ELSE, somebody_else
from bench.product import WHO, Running

FIRST_FILM = 40_000_000
FILMS = 40_000
_READS = (
    "/media/requests?limit=20",
    "/media/requests/counts",
    "/media/quota",
    "/media/stats",
    "/media/search?query=film",
    "/notifications",
    "/notifications/count",
    "/dashboard/status",
    "/services/status",
    "/youtube/downloads",
    "/plex/libraries",
    "/auth/session",
    "/admin/queues",
)
_AWAY = frozenset({"/plex/libraries"})
"""Answered with 503 as long as no Plex server is set up."""
_SECONDS = {"read": 0.1, "ask": 0.5, "sign_in": 5.0, "listen": 10.0, "renew": 300.0}
_RANDOM = random.Random(1)


@dataclass
class Load:
    running: Running
    answered: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    """What, and how often."""
    _film: int = FIRST_FILM

    async def run(self) -> None:
        base = f"http://localhost:{self.running.port}/api/v1"
        token = await somebody_else(self.running)
        async with (
            httpx.AsyncClient(base_url=base, headers=_bearer(self.running.token), timeout=30) as owner,
            httpx.AsyncClient(base_url=base, headers=_bearer(token), timeout=30) as frida,
            asyncio.TaskGroup() as group,
        ):
            group.create_task(self._every("read", lambda: self._read(owner)))
            group.create_task(self._every("read", lambda: self._read(frida, admin=False)))
            group.create_task(self._every("ask", lambda: self._ask_and_decide(frida, owner)))
            group.create_task(self._every("sign_in", self._sign_in_and_out))
            group.create_task(self._every("renew", lambda: self._renew({owner: WHO, frida: SOMEBODY_ELSE})))
            group.create_task(self._every("listen", lambda: self._listen(frida)))

    async def _every(self, what: str, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except httpx.HTTPError as error:
                self._fail(f"{what} {type(error).__name__}")
            await asyncio.sleep(_SECONDS[what])

    async def _read(self, client: httpx.AsyncClient, *, admin: bool = True) -> None:
        path = _RANDOM.choice([path for path in _READS if admin or not path.startswith("/admin")])
        self._count(path, await client.get(path), *((503,) if path in _AWAY else ()))

    async def _ask_and_decide(self, frida: httpx.AsyncClient, owner: httpx.AsyncClient) -> None:
        film = self._film
        self._film += 1
        body = {"mediaType": "movie", "tmdbId": film}
        asked = self._count("ask", await frida.post("/media/request", json=body), 201)
        if asked.status_code != 201:
            return
        where = f"/media/requests/{asked.json()['id']}"
        if film % 3:
            # It may have moved meanwhile, or be under way.
            self._count("approve", await owner.post(f"{where}/approve"), 409)
        else:
            self._count("decline", await owner.post(f"{where}/decline", json={"reason": "No."}), 409)
        if film % 20 == 0:
            self._count("read all", await frida.post("/notifications/read-all", json={"upTo": film}))

    async def _sign_in_and_out(self) -> None:
        """As a browser does, with cookies."""
        base = f"http://localhost:{self.running.port}/api/v1"
        async with httpx.AsyncClient(base_url=base, timeout=30) as browser:
            for path, body in (("/auth/login", WHO), ("/auth/refresh", {}), ("/auth/logout", {})):
                csrf = (await browser.get("/csrf")).raise_for_status().json()["token"]
                answer = await browser.post(path, json=body, headers={"X-CSRF-Token": csrf})
                self._count(path, answer, 204)

    async def _renew(self, clients: dict[httpx.AsyncClient, dict[str, str]]) -> None:
        """Access tokens last for some minutes."""
        for client, who in clients.items():
            async with httpx.AsyncClient(base_url=client.base_url, timeout=30) as fresh:
                csrf = (await fresh.get("/csrf")).raise_for_status().json()["token"]
                answer = await fresh.post("/auth/login", json=who, headers={"X-CSRF-Token": csrf})
                if self._count("renew", answer).is_success:
                    client.headers.update(_bearer(answer.json()["accessToken"]))

    async def _listen(self, client: httpx.AsyncClient) -> None:
        """A stream that is opened, heard for a moment and left."""
        self._count("ticket", await client.post("/notifications/ticket"))
        try:
            async with asyncio.timeout(3), client.stream("GET", "/events") as stream:
                self._count("events", stream)
                async for _ in stream.aiter_lines():
                    pass
        except TimeoutError:
            pass

    def _count(self, what: str, answer: httpx.Response, *also: int) -> httpx.Response:
        self.answered += 1
        if answer.status_code != 200 and answer.status_code not in also:
            self._fail(f"{what} {answer.status_code}")
        return answer

    def _fail(self, what: str) -> None:
        self.failed[what] = self.failed.get(what, 0) + 1


def mixed_load(running: Running) -> Load:
    return Load(running)


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
