from collections.abc import AsyncIterator

import pytest

from medianest.testing import Sandbox
from medianest_common.testing.fake_uptime_kuma import FakeUptimeKuma
from medianest_common.testing.shifted_clock import ShiftedClock
from services.health.tests.household import Household


@pytest.fixture
async def kuma() -> AsyncIterator[FakeUptimeKuma]:
    """Leaving it fails if anything but questions was sent to it."""
    async with FakeUptimeKuma.start() as kuma:
        yield kuma


@pytest.fixture
async def home(sandbox: Sandbox, clock: ShiftedClock) -> Household:
    """One that watches nothing but itself so far."""
    home = Household(sandbox, clock)
    await home.start()
    return home
