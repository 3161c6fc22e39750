"""The whole product behind one door, for tests that are not asynchronous themselves."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from medianest.embedded import ServerUrls
from medianest.embedded.servers import urls_of_running
from medianest_common.testing.fake_plex import FakeAccount
from tests.security.counting import forgive
from tests.world import Person, World, world

FILM, SHOW = 603, 1396


@dataclass
class House:
    """A world on an event loop of its own; `do` runs something there and waits for it."""

    world: World
    nobody: Person
    olive: Person
    frida: Person
    account: FakeAccount
    _loop: asyncio.AbstractEventLoop

    def do[T](self, work: Coroutine[Any, Any, T], *, within: float = 180) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(within)

    @property
    def urls(self) -> ServerUrls:
        found = urls_of_running(self.world.product.data_dir)
        assert found
        return found

    async def forgive(self) -> None:
        """A fresh start for whoever has tried to sign in too often."""
        await forgive(self.world.product.data_dir)

    async def back(self, person: Person) -> None:
        """Signed in again."""
        await self.forgive()
        person.http.cookies.clear()
        if person is self.olive:
            await person.sign_in()
        else:
            await person.sign_in_with_plex(self.world.plex, self.account)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_in_background(tmp_path_factory.mktemp("house") / "data") as opened:
        yield opened


@contextmanager
def house_in_background(data_dir: Path) -> Iterator[House]:
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    opened: asyncio.Future[House] = loop.create_future()

    async def live() -> None:
        try:
            async with world(data_dir, rate_limit_scale="100000") as found:
                for film in (1, 2, 3, 2**31 - 1, FILM):
                    found.overseerr.add_movie(film, f"Film {film}", 1999)
                found.overseerr.add_show(SHOW, "Breaking Bad", 2008, seasons={1: 7, 2: 13})
                olive, frida = await found.owner(), await found.friend("Frida")
                account = next(a for a in found.plex.accounts.all if a.username == "Frida")
                for film in (1, 2, FILM):
                    asked = await frida.request("movie", film, note="please")
                    if asked.status_code == 504:
                        # Once more, after which it is there in any case.
                        asked = await frida.request("movie", film, note="please")
                    assert asked.status_code in (201, 409), asked.text
                nobody = await found.person()
                await nobody.arrive()
                opened.set_result(House(found, nobody, olive, frida, account, loop))
                await stop.wait()
        except BaseException as error:
            if not opened.done():
                opened.set_exception(error)
            raise

    thread = threading.Thread(target=loop.run_until_complete, args=(live(),), name="house", daemon=True)
    thread.start()
    while not opened.done():
        thread.join(0.05)
    try:
        yield opened.result()
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(60)
