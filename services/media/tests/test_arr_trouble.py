"""Whatever Radarr and Sonarr answer, or do not, a request waits, says why, and is with them once in the end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from medianest.embedded import ServerUrls
from medianest_common.contracts.media import RequestStatus
from medianest_common.testing.breakers import failures_of
from medianest_common.testing.certificates import expired
from medianest_common.testing.troubles import ELSEWHERE, Trouble, TroubledRoad
from services.media.tests.arrs import Arrs, arrs_on

TROUBLES = [
    pytest.param(each, marks=() if each in (Trouble.WRONG_TYPES, Trouble.WITHOUT_END) else pytest.mark.long)
    for each in Trouble
]
SOON = 15.0
"""We wait up to 10 s for them; the rest is for a slow machine."""
LONGEST = 80 * 2**20
"""A library that is listed as a whole may have 64 MiB."""
_TITLES = """
insert into titles (tmdb_id, media_type, title, year, seasons, seen_at, tvdb_id)
values (:film, 'movie', 'Heat', 1995, null, now(), null), (:show, 'tv', 'Dark', 2017, '{1,2}', now(), :tvdb)
"""
"""Which no other test asks for: what is known of them comes from nowhere else."""
FILM, SHOW, TVDB = 949, 70523, 334824


@dataclass
class Roads:
    arrs: Arrs
    to_radarr: TroubledRoad
    to_sonarr: TroubledRoad

    async def meet(self, trouble: Trouble) -> None:
        if trouble in ELSEWHERE:
            await self.arrs.restart(
                radarr_url=self.to_radarr.address_of(trouble), sonarr_url=self.to_sonarr.address_of(trouble)
            )
            return
        self.to_radarr.meet(trouble)
        self.to_sonarr.meet(trouble)

    async def heal(self, trouble: Trouble) -> None:
        if trouble in ELSEWHERE:
            await self.arrs.restart(radarr_url=self.to_radarr.url, sonarr_url=self.to_sonarr.url)
        await asyncio.gather(self.to_radarr.heal(), self.to_sonarr.heal())


@pytest.fixture
async def roads(
    server_urls: ServerUrls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Roads]:
    certificate, authority = expired(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    async with AsyncExitStack() as stack:
        arrs = await stack.enter_async_context(arrs_on(server_urls, tmp_path))
        arrs.radarr.knows(FILM, "Heat", 1995)
        arrs.sonarr.knows(TVDB, "Dark", tmdb_id=SHOW, seasons={1: 10, 2: 8})
        await arrs.home.change(_TITLES, film=FILM, show=SHOW, tvdb=TVDB)
        radarr, sonarr = [
            await stack.enter_async_context(TroubledRoad.to(fake.url, certificate=certificate))
            for fake in (arrs.radarr, arrs.sonarr)
        ]
        await arrs.restart(radarr_url=radarr.url, sonarr_url=sonarr.url)
        yield Roads(arrs, radarr, sonarr)


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_while_radarr_and_sonarr_are_in_trouble_requests_wait_and_then_are_sent_once(
    roads: Roads, trouble: Trouble
) -> None:
    arrs, home = roads.arrs, roads.arrs.home
    frida = await home.friend()
    await roads.meet(trouble)
    film, show = await frida.request(FILM), await frida.request_show(SHOW, seasons=[1])
    for asked in (film, show):
        await arrs.approved(asked)
        await arrs.reason_holds(asked, "It is tried again by itself.")
        began = asyncio.get_running_loop().time()
        assert (await frida.sees(asked)).status is RequestStatus.APPROVED
        assert asyncio.get_running_loop().time() - began < SOON
    counted = await failures_of(home.sandbox.bus, "media")
    blamed = {name for name, failures in counted.items() if failures and name in ("Radarr", "Sonarr")}
    assert blamed == (set() if trouble is Trouble.TOO_MANY_REQUESTS else {"Radarr", "Sonarr"}), counted
    await roads.heal(trouble)
    for asked in (film, show):
        reached = await home.becomes(asked, RequestStatus.PROCESSING)
        assert reached.status_reason is None or "tried again" not in reached.status_reason
    await home.settled()
    assert [movie.tmdb_id for movie in arrs.radarr.movies.values()] == [FILM]
    assert [series.tvdb_id for series in arrs.sonarr.series.values()] == [TVDB]
    assert all(road.longest < LONGEST for road in (roads.to_radarr, roads.to_sonarr))
