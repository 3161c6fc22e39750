"""The household whose portal the browsers visit: one for all tests, so each brings its own people and titles."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from medianest.demo.household import furnish
from medianest_common.clock import SystemClock
from medianest_common.testing.fake_plex import FakeAccount
from medianest_common.testing.fake_tmdb import FakeTmdb
from medianest_common.testing.fake_youtube import FakeYoutube
from tests.world import Person, World, world

_PASSWORD = "seven grey geese over the dike"
_TITLES = itertools.count(910_001)


@dataclass
class House:
    world: World
    youtube: FakeYoutube
    olive: Person
    """Owns it. Her inbox holds what all tests do: to look into one, make an `admin`."""
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    @property
    def url(self) -> str:
        return self.world.product.url

    def account(self, name: str) -> FakeAccount:
        """Somebody with access to the Plex server who has not come yet."""
        email = f"{name.lower()}{next(self._numbers)}@example.org"
        account = self.world.plex.add_friend(username=name, email=email)
        self.world.overseerr.add_user(plex_id=account.id, email=email, username=name)
        return account

    async def friend(self, name: str = "Frida") -> Person:
        return await self.enter(self.account(name))

    async def enter(self, account: FakeAccount) -> Person:
        """Once for each of the devices of somebody."""
        person = await self.world.person()
        await person.sign_in_with_plex(self.world.plex, account)
        return person

    async def admin(self, name: str = "Adam") -> Person:
        invite = (await self.olive.post("/auth/invites", {"role": "admin"})).raise_for_status().json()
        token = invite["url"].partition("#token=")[2] or invite["url"].partition("token=")[2]
        person = await self.world.person()
        await person.arrive()
        email = f"{name.lower()}{next(self._numbers)}@example.org"
        body = {"token": token, "name": name, "email": email, "password": _PASSWORD}
        person.signed_in(await person.post("/auth/invites/accept", body))
        return person

    async def admin_again(self, admin: Person) -> Person:
        """A session of its own for another browser: two that share one would end it when they renew it."""
        person = await self.world.person()
        await person.arrive()
        body = {"email": admin.user["email"], "password": _PASSWORD}
        person.signed_in(await person.post("/auth/login", body))
        return person

    def film(self, title: str, year: int = 1999) -> int:
        """One that can be asked for; returns its number at TMDB."""
        number = next(_TITLES)
        self.world.overseerr.add_movie(number, title, year)
        return number


@asynccontextmanager
async def furnished(folder: Path, youtube: FakeYoutube) -> AsyncIterator[House]:
    videos = folder / "youtube"
    videos.mkdir(parents=True)
    async with (
        FakeTmdb.start() as tmdb,
        world(
            folder / "data",
            tmdb_images_url=tmdb.images_url,
            youtube_dir=str(videos),
            youtube_proxy=youtube.proxy_url,
            youtube_ca_file=str(youtube.ca_file),
            youtube_disk_reserve="0",
        ) as found,
    ):
        furnish(found.plex, found.overseerr, clock=SystemClock())
        found.plex.library.add_section("YouTube", type="show", path=str(videos))
        found.plex.library.add_movie("Alien", 1979, tmdb=348)
        yield House(found, youtube, await found.owner())
