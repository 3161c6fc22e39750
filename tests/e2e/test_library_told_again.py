"""The media service has missed what the plex service told: it notices, and is told everything anew."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from medianest import registry
from medianest.embedded import ServerUrls
from medianest.testing import Sandbox, eventually, sandbox_on
from medianest_common.service import Runtime, Service
from medianest_common.swapping import Swappable
from medianest_common.testing.fake_plex import FakePlex
from medianest_media.use_cases.take_census import take_census

NOW = datetime.now(UTC)
FILMS = ("Heat", 949), ("Alien", 348), ("Arrival", 329865)


def kept(service: Service, into: list[Any]) -> Service:
    """The service, whose inside a test may look at."""

    @asynccontextmanager
    async def opening(runtime: Runtime[Any]) -> AsyncIterator[Any]:
        async with service.open_app(runtime) as app:
            into.append(app.present if isinstance(app, Swappable) else app)
            yield app

    return replace(service, open_app=opening)


@dataclass
class Two:
    """Both services, with an index of the library, and the media service not having heard a word of it."""

    sandbox: Sandbox
    plex: FakePlex
    library: Any
    media: Any

    async def ours(self) -> set[int]:
        """What the media service takes to be there."""
        async with self.media.db.read() as connection:
            found = await connection.execute(
                text("select tmdb_id from library_items where not gone and media_type = 'movie'")
            )
            return set(found.scalars())

    async def seasons(self) -> list[tuple[int, int]]:
        async with self.media.db.read() as connection:
            found = await connection.execute(
                text("select season, episode_count from library_items where not gone and season is not null")
            )
            return [tuple(row) for row in found]

    async def knows(self, *films: int) -> None:
        async def true() -> bool:
            return await self.ours() == set(films)

        await eventually(true)

    async def look(self, number: int = 2) -> None:
        for _ in range(number):
            await take_census(self.media)


@pytest.fixture
async def two(server_urls: ServerUrls, tmp_path: Path, patient: None) -> AsyncIterator[Two]:
    async with FakePlex.start() as plex, sandbox_on(server_urls, tmp_path) as sandbox:
        for title, tmdb in FILMS:
            plex.library.add_movie(title, 1995, tmdb=tmdb, added_at=NOW - timedelta(days=3))
        plex.library.add_show(
            "Severance", 2022, tvdb=371980, seasons={1: 3}, added_at=NOW - timedelta(days=2)
        )
        apps: list[Any] = []
        plex_service, media_service = registry.services(["plex", "media"])
        settings = {"plex_url": plex.server_url, "plex_token": plex.server_token, "plex_tv_url": plex.tv_url}
        await sandbox.start(kept(plex_service, apps), **settings)
        await eventually(lambda: indexed(apps[0]))
        await sandbox.nats.jetstream().purge_stream("EVT_PLEX")
        timers = [timer for timer in media_service.handlers.timers if timer.name != "census"]
        still = replace(media_service.handlers, timers=timers)
        await sandbox.start(kept(replace(media_service, handlers=still), apps))
        yield Two(sandbox, plex, *apps)


async def indexed(app: Any) -> bool:
    """And told: nothing of it waits for the relay any more."""
    async with app.db.read() as connection:
        complete = "select count(*) from libraries where complete_at is not null"
        waiting = "select count(*) from outbox"
        counts = [(await connection.execute(text(each))).scalar_one() for each in (complete, waiting)]
    return counts == [2, 0]


async def test_who_has_missed_everything_is_told_everything(two: Two) -> None:
    assert await two.ours() == set()

    await two.look(1)
    assert two.media.census.asked_at is None  # One difference alone may be what is under way.
    await two.look(1)

    await two.knows(*(tmdb for _, tmdb in FILMS))

    async def with_seasons() -> bool:
        return await two.seasons() == [(1, 3)]

    await eventually(with_seasons)


async def test_what_has_gone_meanwhile_goes_and_what_is_the_same_is_not_asked_for(two: Two) -> None:
    await two.look()
    await same(two)
    async with two.media.db.transaction() as tx:
        await tx.session.execute(
            text("""
            insert into library_items (machine_identifier, rating_key, media_type, tmdb_id, gone, seen_at)
            select machine_identifier, '999', media_type, 603, false, :before from library_items limit 1
        """),
            {"before": NOW - timedelta(hours=1)},
        )
    two.media.census.asked_at = None

    await two.look()

    await two.knows(949, 348, 329865)
    await same(two)
    two.media.census.asked_at = None
    await two.look()
    assert two.media.census.asked_at is None


async def same(two: Two) -> None:
    """Until nothing differs any more."""

    async def true() -> bool:
        await two.look(1)
        return two.media.census.differed is None

    await eventually(true)


async def test_a_difference_that_stays_is_asked_about_once_in_hours(two: Two) -> None:
    await two.look()
    first = two.media.census.asked_at
    two.media.census.differed = None

    await asyncio.gather(*(two.look() for _ in range(3)))

    assert two.media.census.asked_at == first
    await two.sandbox.stop("plex")
    await two.look()
    assert two.media.census.asked_at == first
