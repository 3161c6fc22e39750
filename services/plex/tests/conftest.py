from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from medianest.embedded import ServerUrls
from medianest.testing import Sandbox, brisk, sandbox_on
from medianest_common.service import Service
from medianest_common.testing.fake_plex import FakePlex
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_plex.service import SERVICE
from services.plex.tests.household import NOW, Household, wait_for_plex
from services.plex.tests.indexing import indexed as indexed
from services.plex.tests.shelved import shelved as shelved


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock()


@pytest.fixture
async def sandbox(server_urls: ServerUrls, tmp_path: Path, clock: ShiftedClock) -> AsyncIterator[Sandbox]:
    async with sandbox_on(server_urls, tmp_path, clock=clock) as sandbox:
        yield sandbox


@pytest.fixture
async def plex() -> AsyncIterator[FakePlex]:
    """Two films, a show of three episodes, and a third library with a film of its own."""
    async with FakePlex.start(server_name="Living Room") as plex:
        plex.library.add_movie("Heat", 1995, tmdb=949, imdb="tt0113277", added_at=NOW - timedelta(days=3))
        plex.library.add_movie(
            "Alien", 1979, tmdb=348, added_at=NOW - timedelta(days=1), roles=["Sigourney Weaver"]
        )
        plex.library.add_show(
            "Severance", 2022, tvdb=371980, seasons={1: 3}, added_at=NOW - timedelta(days=2)
        )
        plex.library.add_section("Grown-ups", type="movie")
        plex.library.add_movie("Saw", 2004, section="Grown-ups", added_at=NOW)
        yield plex


@pytest.fixture
async def home(sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock) -> Household:
    """The service running against that Plex server, which it asks for everything: it has no index yet. Who sees what is
    asked for by nobody but the test."""
    await sandbox.start(
        without_index(), plex_url=plex.server_url, plex_token=plex.owner.token, plex_tv_url=plex.tv_url
    )
    return Household(sandbox, plex, clock)


def without_index() -> Service:
    handlers = replace(
        SERVICE.handlers,
        timers=[
            timer for timer in SERVICE.handlers.timers if timer.name not in ("keep_index", "keep_access_told")
        ],
    )
    return brisk(replace(SERVICE, handlers=handlers), "read_watchlists")


@pytest.fixture(scope="module", autouse=True)
def everything_may_be_slow(request: pytest.FixtureRequest, patient: None) -> Iterator[None]:
    """Without counting as away: what is answered for by what was said before, after a second, is answered for later.
    Where a gateway asks, it has no more time than it has."""
    with pytest.MonkeyPatch.context() as patch:
        if not request.module.__name__.endswith("test_trouble"):
            wait_for_plex(patch, seconds=20, glance=20)
        yield
