from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest

from medianest_common.clock import ManualClock
from medianest_common.testing.fake_plex import FakePlex


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 5, 1, 12, tzinfo=UTC))


@pytest.fixture
async def plex(clock: ManualClock) -> AsyncIterator[FakePlex]:
    async with FakePlex.start(clock=clock) as started:
        yield started


@pytest.fixture
async def server(plex: FakePlex) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the media server with the owner's token."""
    headers = {"Accept": "application/json", "X-Plex-Token": plex.server_token}
    async with httpx.AsyncClient(base_url=plex.server_url, headers=headers, timeout=10) as client:
        yield client


@pytest.fixture
async def tv(plex: FakePlex) -> AsyncIterator[httpx.AsyncClient]:
    """A client of plex.tv that nobody signed in with yet."""
    headers = {"Accept": "application/json", "X-Plex-Client-Identifier": "an-installation"}
    async with httpx.AsyncClient(base_url=plex.tv_url, headers=headers, timeout=10) as client:
        yield client
