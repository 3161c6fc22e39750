from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from medianest.embedded import ServerUrls
from medianest.testing import Sandbox, sandbox_on
from medianest_common.testing.fake_overseerr import FakeOverseerr
from medianest_common.testing.fake_plex import FakePlex
from medianest_common.testing.shifted_clock import ShiftedClock
from services.health.tests.household import Household
from services.health.tests.listening import Told, listen


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock()


@pytest.fixture
async def sandbox(server_urls: ServerUrls, tmp_path: Path, clock: ShiftedClock) -> AsyncIterator[Sandbox]:
    async with sandbox_on(server_urls, tmp_path, clock=clock) as sandbox:
        yield sandbox


@pytest.fixture
async def plex() -> AsyncIterator[FakePlex]:
    async with FakePlex.start() as plex:
        yield plex


@pytest.fixture
async def overseerr() -> AsyncIterator[FakeOverseerr]:
    async with FakeOverseerr.start() as overseerr:
        yield overseerr


@pytest.fixture
async def home(sandbox: Sandbox, plex: FakePlex, overseerr: FakeOverseerr, clock: ShiftedClock) -> Household:
    """The service watching that Plex and that Overseerr, after its first look at everything."""
    home = Household(sandbox, clock)
    await home.start(
        plex_url=plex.server_url,
        plex_token=plex.server_token,
        overseerr_url=overseerr.url,
        overseerr_api_key=overseerr.api_key,
    )
    return home


@pytest.fixture
async def told(home: Household) -> Told:
    return await listen(home)
