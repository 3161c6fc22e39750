from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from medianest.embedded import ServerUrls
from medianest.testing import sandbox_on
from medianest_common.testing.shifted_clock import ShiftedClock
from services.notifications.tests.news import News


@pytest.fixture
def retried_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed waits for as long as a test may take, so that a slow one still sees it wait; then the test hurries
    it. Without this it is sent again after two seconds."""
    monkeypatch.setattr("medianest_notifications.delivering.backoff._FIRST", timedelta(seconds=100))


@pytest.fixture
async def news(server_urls: ServerUrls, tmp_path: Path) -> AsyncIterator[News]:
    """The service alone, with a clock that can be moved on."""
    clock = ShiftedClock()
    async with sandbox_on(server_urls, tmp_path, clock=clock) as sandbox:
        news = News(sandbox, clock)
        await news.start()
        yield news
