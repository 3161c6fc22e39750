"""A pretend YouTube for tests: one for each process, empty for each test. Nothing here reaches the real one."""

import os
from collections.abc import Iterator

import pytest

from medianest_common.testing.fake_youtube import FakeYoutube, fake_youtube


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Only who asks for tests by the name of the marker goes online."""
    if "online" in config.option.markexpr:
        return
    online = [item for item in items if item.get_closest_marker("online")]
    if online:
        config.hook.pytest_deselected(items=online)
        items[:] = [item for item in items if not item.get_closest_marker("online")]


@pytest.fixture(scope="session")
def youtube_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeYoutube]:
    with fake_youtube(tmp_path_factory.mktemp("youtube")) as youtube:
        yield youtube


@pytest.fixture
def youtube(youtube_server: FakeYoutube) -> Iterator[FakeYoutube]:
    yield youtube_server
    youtube_server.reset()


@pytest.fixture(scope="session", autouse=True)
def _no_package_index_and_no_ageing() -> Iterator[None]:
    """An update of yt-dlp finds only what a test has laid out, and the yt-dlp of the lock may be as old as it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIP_NO_INDEX", "1")
        patch.setenv("PIP_CONFIG_FILE", os.devnull)
        patch.delenv("PIP_FIND_LINKS", raising=False)
        patch.setenv("MEDIANEST_YOUTUBE_YTDLP_MAX_AGE_DAYS", "36500")
        yield
