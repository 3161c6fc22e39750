"""A household with a Radarr and a Sonarr and without Overseerr."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medianest.embedded import ServerUrls
from medianest_common.contracts import media
from medianest_common.contracts.media import MediaRequest, MediaType
from medianest_common.contracts.platform import Readiness, ping_subject
from medianest_common.testing.fake_arr import FakeRadarr, FakeSonarr
from medianest_media.adapters.direct import Direct
from medianest_media.adapters.radarr import Radarr
from medianest_media.adapters.sonarr import Sonarr
from medianest_media.service import SERVICE
from medianest_media.settings_arr import ArrSettings
from services.media.tests.conftest import FILM, SHOW, Home, home_on

TVDB = 81189
_TITLES = """
insert into titles (tmdb_id, media_type, title, year, seasons, seen_at, tvdb_id)
values (:film, 'movie', 'The Matrix', 1999, null, now(), null),
       (:show, 'tv', 'Breaking Bad', 2008, '{1,2,3}', now(), :tvdb)
"""


@dataclass
class Arrs:
    home: Home
    radarr: FakeRadarr
    sonarr: FakeSonarr
    settings: dict[str, Any]

    async def poll(self) -> None:
        """Time passes until the service has looked at everything over there again."""
        self.home.clock.advance(61)
        await self.home.comes(self.home._nothing_is_due)
        await self.home.settled()

    async def approved(self, asked: MediaRequest) -> None:
        await self.home.owner.call(media.ApproveRequest(id=asked.id))

    async def restart(self, **settings: Any) -> None:
        """With other settings."""
        await self.home.sandbox.stop("media")
        await self.home.sandbox.start(SERVICE, **settings)
        self.home.clock.advance(61)

    async def backend_of(self, asked: MediaRequest) -> tuple[str | None, bool]:
        [(backend, in_line)] = await self.home.rows(
            "select backend, in_line from requests where id = :id", id=asked.id
        )
        return backend, in_line

    async def told_to(self, asked: MediaRequest, backend: str) -> None:
        async def known() -> bool:
            return await self.backend_of(asked) == (backend, True)

        await self.home.comes(known)

    async def checks(self) -> dict[str, str | None]:
        answer = await self.home.sandbox.bus.ask(ping_subject("media"), timeout=10)
        return {check.name: check.message for check in Readiness.model_validate_json(answer).checks}

    async def reason_holds(self, asked: MediaRequest, words: str) -> None:
        async def said() -> bool:
            return words in ((await self.home.owner.sees(asked)).status_reason or "")

        await self.home.comes(said)


@asynccontextmanager
async def arrs_on(urls: ServerUrls, folder: Path, **more: Any) -> AsyncIterator[Arrs]:
    async with FakeRadarr.start() as radarr, FakeSonarr.start() as sonarr:
        radarr.knows(FILM, "The Matrix", 1999)
        sonarr.knows(TVDB, "Breaking Bad", tmdb_id=SHOW, seasons={0: 2, 1: 3, 2: 3, 3: 4})
        settings: dict[str, Any] = {
            "radarr_url": radarr.url,
            "radarr_api_key": radarr.api_key,
            "sonarr_url": sonarr.url,
            "sonarr_api_key": sonarr.api_key,
        }
        async with home_on(urls, folder, configured=False, **settings | more) as home:
            radarr.clock = sonarr.clock = home.clock
            await home.change(_TITLES, film=FILM, show=SHOW, tvdb=TVDB)
            yield Arrs(home, radarr, sonarr, settings)


@asynccontextmanager
async def direct_of(arrs: Arrs) -> AsyncIterator[Direct]:
    """The backend as the service has it, on the same database."""
    home, clients = arrs.home, {}
    servers = ArrSettings(**arrs.settings, data_dir=Path(), secret_key=None).arr_servers
    async with AsyncExitStack() as stack:
        for (kind, is_4k), chosen in servers.items():
            opened: Any = Radarr if kind is MediaType.MOVIE else Sonarr
            clients[kind, is_4k] = await stack.enter_async_context(opened.open(chosen, clock=home.clock))
        yield Direct(home.db, servers=clients, tvdb_of=_nobody_knows, clock=home.clock)


async def _nobody_knows(tmdb_id: int) -> int | None:
    return None
