"""A pretend YouTube for tests: one for each process, empty for each test."""

from collections.abc import Iterator

import pytest

from medianest_common.testing.fake_youtube import FakeYoutube, fake_youtube


@pytest.fixture(scope="session")
def youtube_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeYoutube]:
    with fake_youtube(tmp_path_factory.mktemp("youtube")) as youtube:
        yield youtube


@pytest.fixture
def youtube(youtube_server: FakeYoutube) -> Iterator[FakeYoutube]:
    yield youtube_server
    youtube_server.reset()
