"""What people do meanwhile: each of them one thing after the other, as a page would, again where nobody answered."""

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any

import httpx

from medianest_common.testing.fake_overseerr.numbers import MediaStatus, RequestStatus
from medianest_common.testing.fake_youtube import Video
from tests.faults.ledger.book import Ask, Book, Entry
from tests.faults.ledger.rig import RADARR_SECRET, Rig
from tests.world import Person

FIRST_FILM = 950_000
MOST_WEBHOOKS = 90
"""No more of one kind are kept for administrators than a hundred."""
_ANSWER_SECONDS = 12.0
_TRIES = 12


@dataclass
class People:
    """`ends` is set when nobody begins anything new. What was begun is asked for until it is answered, or given up."""

    rig: Rig
    book: Book
    seed: int
    owner: Person
    friends: dict[str, Person]
    visitor: Person
    ends: asyncio.Event = field(default_factory=asyncio.Event)
    signed_out: list[str] = field(default_factory=list)
    """Access tokens of sessions whose end was confirmed."""

    async def live(self) -> None:
        async with asyncio.TaskGroup() as everybody:
            for number, (name, friend) in enumerate(self.friends.items()):
                everybody.create_task(self._asks_for_films(name, friend, FIRST_FILM + 10_000 * number))
                everybody.create_task(self._stays_signed_in(name, friend))
            everybody.create_task(self._stays_signed_in("Olive", self.owner))
            everybody.create_task(self._decides())
            everybody.create_task(self._fetches())
            everybody.create_task(self._tells())
            everybody.create_task(self._downloads())
            everybody.create_task(self._watches())
            everybody.create_task(self._comes_and_goes())

    async def _asks_for_films(self, name: str, person: Person, first: int) -> None:
        chance = self._chance(f"films {name}")
        for film in count(first):
            if not await self._pause(chance, 0.6):
                return
            self.rig.house.overseerr.add_movie(film, f"Film {film}", 2020)
            key = f"film-{film}" if film % 2 else None
            body = {"mediaType": "movie", "tmdbId": film}
            await self._ask(name, "request", str(film), _post(person, "/media/request", body, key))

    async def _stays_signed_in(self, name: str, person: Person) -> None:
        chance = self._chance(f"session {name}")
        while await self._pause(chance, 4.0):
            await self._ask(name, "refresh", name, partial(_renew, person))

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

    async def _fetches(self) -> None:
        """What Overseerr was told to get is there some time later."""
        chance, overseerr = self._chance("fetching"), self.rig.house.overseerr
        while await self._pause(chance, 1.5):
            waiting = [
                each.media.tmdb_id
                for each in overseerr.requests
                if each.status is RequestStatus.APPROVED and each.media.status is not MediaStatus.AVAILABLE
            ]
            if waiting:
                overseerr.set_available("movie", chance.choice(waiting))

    async def _tells(self) -> None:
        """Radarr says what nobody here understands, which is kept."""
        chance = self._chance("webhooks")
        for number in range(MOST_WEBHOOKS):
            if not await self._pause(chance, 1.5):
                return
            event = f"Lullaby{number}"
            body = {"eventType": event, "instanceName": "Radarr"}
            ask = _post(self.visitor, f"/webhooks/radarr/{RADARR_SECRET}", body)
            await self._ask("Radarr", "webhook", event, ask)

    async def _downloads(self) -> None:
        chance = self._chance("downloads")
        for number in count():
            if not await self._pause(chance, 8.0):
                return
            name = chance.choice(list(self.friends))
            video = self.rig.youtube.add(Video(id=f"ledger{number:05}", title=f"Trains {number}"))
            ask = _post(
                self.friends[name], "/youtube/download", {"url": f"https://youtu.be/{video.id}"}, video.id
            )
            await self._ask(name, "download", video.id, ask)

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
            other = await self.rig.house.person()
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
            if not entry.unsure and entry.status != 429 and entry.code != "CSRF_INVALID":
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
    answer = await person.post("/auth/refresh", timeout=_ANSWER_SECONDS)
    if answer.status_code == 200:
        person.signed_in(answer)
    return answer
