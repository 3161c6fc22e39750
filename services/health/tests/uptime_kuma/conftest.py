from collections.abc import AsyncIterator

import pytest

from medianest_common.testing.fake_uptime_kuma import FakeUptimeKuma


@pytest.fixture
async def kuma() -> AsyncIterator[FakeUptimeKuma]:
    """Leaving it fails if anything but questions was sent to it."""
    async with FakeUptimeKuma.start() as kuma:
        yield kuma
