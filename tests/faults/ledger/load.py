"""What people do meanwhile: each of them one thing after the other, as a page would, again where nobody answered."""

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any

import httpx

from medianest_common.testing.live_client import LiveClient
from tests.faults.ledger.book import Ask, Book, Entry
from tests.faults.ledger.supply import FIRST_FILM, RADARR_SECRET, video_id
from tests.world import Browsers, Person

MOST_WEBHOOKS = 90
"""No more of one kind are kept for administrators than a hundred."""
_ANSWER_SECONDS = 12.0
_RENEWAL_SECONDS = 30.0
"""As long as the page waits. Whoever gave up sooner would come again too late."""
_TRIES = 12
OWNER = "Olive"


@dataclass
class People:
    """`ends` is set when nobody begins anything new. What was begun is asked for until it is answered, or given up."""

    browsers: Browsers
    plex: httpx.AsyncClient
    """Where accounts of Plex agree to a sign-in."""
    accounts: dict[str, int]
    book: Book
    seed: int
    everybody: dict[str, Person] = field(default_factory=dict)
    pages: dict[str, LiveClient] = field(default_factory=dict)
    pages_before: list[LiveClient] = field(default_factory=list)
    """Those of sessions that were lost."""
    ends: asyncio.Event = field(default_factory=asyncio.Event)
    signed_out: list[str] = field(default_factory=list)
    """Access tokens of sessions whose end was confirmed."""

    async def arrive(self) -> None:
        for name in (OWNER, *self.accounts):
            self.everybody[name] = await self.browsers.person()
            await self._sign_in(name)
        for name in list(self.everybody)[:2]:
            self.pages[name] = await self.browsers.listen(self.everybody[name])

    async def live(self) -> None:
        visitor = await self.browsers.person()
        async with asyncio.TaskGroup() as all_together:
            for number, name in enumerate(self.accounts):
                all_together.create_task(self._asks_for_films(name, FIRST_FILM + 10_000 * number))
            for name in self.everybody:
                all_together.create_task(self._stays_signed_in(name))
            all_together.create_task(self._decides())
            all_together.create_task(self._tells(visitor))
            all_together.create_task(self._downloads())
            all_together.create_task(self._watches())
            all_together.create_task(self._comes_and_goes())

    @property
    def owner(self) -> Person:
        return self.everybody[OWNER]

    async def _asks_for_films(self, name: str, first: int) -> None:
        chance, person = self._chance(f"films {name}"), self.everybody[name]
        for film in count(first):
            if not await self._pause(chance, 0.6):
                return
            key = f"film-{film}" if film % 2 else None
            body = {"mediaType": "movie", "tmdbId": film}
            await self._ask(name, "request", str(film), _post(person, "/media/request", body, key))

    async def _stays_signed_in(self, name: str) -> None:
        chance, person = self._chance(f"session {name}"), self.everybody[name]
        while await self._pause(chance, 4.0):
            entry = await self._ask(name, "refresh", name, partial(_renew, person))
            if entry.status == 401:
                # Whether that may be is for the checker.
                await self._sign_in_again(name)

    async def _sign_in_again(self, name: str) -> None:
        person = self.everybody[name]
        while True:
            with suppress(httpx.HTTPError):
                await self._sign_in(name)
                break
            await asyncio.sleep(1)
        await self._ask(name, "sign_in", name, partial(person.get, "/auth/session", timeout=_ANSWER_SECONDS))
        while page := self.pages.get(name):
            with suppress(TimeoutError):
                self.pages[name] = await self.browsers.listen(person)
                self.pages_before.append(page)
                break

    async def _sign_in(self, name: str) -> None:
        person = self.everybody[name]
        if name == OWNER:
            await person.sign_in()
            return
        await person.arrive()
        started = (await person.post("/auth/plex/pin")).raise_for_status().json()
        agreed = {"code": started["code"], "account": str(self.accounts[name]), "forwardUrl": ""}
        (await self.plex.post("/auth", data=agreed)).raise_for_status()
        person.signed_in(await person.post("/auth/plex/verify", {"loginId": started["loginId"]}))

    async def _decides(self) -> None:
        chance = self._chance("decisions")
        while await self._pause(chance, 1.0):
            with suppress(httpx.HTTPError):
                params = {"status": "pending", "limit": 20}
                found = await self.owner.get("/media/requests", params=params, timeout=_ANSWER_SECONDS)
                if found.status_code != 200 or not (items := found.json()["items"]):
                    continue
                request = chance.choice(items)["id"]
                what, body = (
                    ("decline", {"reason": "no room"}) if chance.random() < 0.3 else ("approve", None)
                )
                path = f"/media/requests/{request}/{what}"
                await self._ask("Olive", what, request, _post(self.owner, path, body))

    async def _tells(self, visitor: Person) -> None:
        """Radarr says what nobody here understands, which is kept."""
        chance = self._chance("webhooks")
        for number in range(MOST_WEBHOOKS):
            if not await self._pause(chance, 1.5):
                return
            event = f"Lullaby{number}"
            body = {"eventType": event, "instanceName": "Radarr"}
            ask = _post(visitor, f"/webhooks/radarr/{RADARR_SECRET}", body)
            await self._ask("Radarr", "webhook", event, ask)

    async def _downloads(self) -> None:
        chance = self._chance("downloads")
        for number in count():
            if not await self._pause(chance, 8.0):
                return
            name, video = chance.choice(list(self.accounts)), video_id(number)
            ask = _post(
                self.everybody[name], "/youtube/download", {"url": f"https://youtu.be/{video}"}, video
            )
            await self._ask(name, "download", video, ask)

    async def _watches(self) -> None:
        chance = self._chance("monitors")
        for number in count():
            if not await self._pause(chance, 5.0):
                return
            name = f"Job {number}"
            body = {"name": name, "spec": {"kind": "push"}}
            made = await self._ask(
                "Olive", "monitor", name, _post(self.owner, "/admin/monitors", body, f"job-{number}")
            )
            if made.id and chance.random() < 0.3:
                await self._ask(
                    "Olive", "unwatch", name, partial(self.owner.delete, f"/admin/monitors/{made.id}")
                )

    async def _comes_and_goes(self) -> None:
        """Another browser of the owner's signs in and out again."""
        chance = self._chance("another browser")
        while await self._pause(chance, 6.0):
            other = await self.browsers.person()
            other.http.timeout = httpx.Timeout(_ANSWER_SECONDS)
            with suppress(httpx.HTTPError):
                await other.sign_in()
                ask = _post(other, "/auth/logout", {})
                entry = await self._ask("Olive elsewhere", "sign_out", other.token[-12:], ask)
                if entry.done:
                    self.signed_out.append(other.token)

    async def _ask(self, who: str, what: str, thing: str, ask: Ask) -> Entry:
        """Until there is an answer."""
        for attempt in range(_TRIES):
            entry = await self.book.note(who, what, thing, ask)
            # A session that is lost is had again by whoever renews it.
            is_lost = entry.status == 401 and what not in ("refresh", "sign_out")
            if not (entry.unsure or entry.status == 429 or entry.code == "CSRF_INVALID" or is_lost):
                break
            await asyncio.sleep(min(0.2 * 2**attempt, 3.0))
        return entry

    def _chance(self, name: str) -> random.Random:
        return random.Random(f"{name} {self.seed}")

    async def _pause(self, chance: random.Random, seconds: float) -> bool:
        """False when it is over."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.ends.wait(), chance.uniform(0.5, 1.5) * seconds)
        return not self.ends.is_set()


def _post(person: Person, path: str, body: Any = None, key: str | None = None) -> Ask:
    headers = {"Idempotency-Key": key} if key else {}
    return partial(person.post, path, body, headers=headers, timeout=_ANSWER_SECONDS)


async def _renew(person: Person) -> httpx.Response:
    answer = await person.post("/auth/refresh", timeout=_RENEWAL_SECONDS)
    if answer.status_code == 403:
        # A token of a session that has ended meanwhile is worth nothing; the page asks for another as well.
        fresh = await person.get("/csrf", timeout=_ANSWER_SECONDS)
        if fresh.status_code != 200:
            return fresh
        person.csrf = fresh.json()["token"]
        answer = await person.post("/auth/refresh", timeout=_RENEWAL_SECONDS)
    if answer.status_code == 200:
        person.signed_in(answer)
    return answer
