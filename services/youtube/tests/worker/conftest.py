from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from medianest_common.testing.fake_youtube import FakeYoutube
from medianest_youtube.worker.runner import Runner
from services.youtube.tests.worker.running import Running, settings_for


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def runner(youtube_server: FakeYoutube) -> AsyncIterator[Runner]:
    async with Runner.open(settings_for(youtube_server)) as runner:
        yield runner


@pytest.fixture
def running(runner: Runner, youtube: FakeYoutube, tmp_path: Path) -> Running:
    """One for the whole session, since it takes a moment to load yt-dlp; with a folder of its own."""
    staging = tmp_path / "staging"
    staging.mkdir()
    return Running(runner, youtube, staging)
