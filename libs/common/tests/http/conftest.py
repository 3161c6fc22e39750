from collections.abc import AsyncIterator

import pytest

from libs.common.tests.http.upstream import Upstream, upstream
from medianest_common.clock import ManualClock


@pytest.fixture
async def system() -> AsyncIterator[Upstream]:
    async with upstream() as running:
        yield running


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()
