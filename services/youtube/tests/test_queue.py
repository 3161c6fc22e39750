"""From a place in the queue to a file in the library."""

from medianest.testing import eventually
from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.testing.fake_youtube import FakeYoutube, Video
from services.youtube.tests.conftest import Home
from services.youtube.tests.queueing import ask

VIDEO = "aaaaaaaaaaa"
STORED = (DownloadStatus.IMPORTING, DownloadStatus.READY)


async def test_a_video_lies_in_the_library_under_a_name_that_plex_understands(
    home: Home, youtube: FakeYoutube
) -> None:
    youtube.add(Video(id=VIDEO, title="A walk"))

    wish = await ask(home, VIDEO)
    await wish.becomes(*STORED)

    path = await wish.row("path")
    assert path == (
        "Fixture Channel [UCAAAAAAAAAAAAAAAAAAAAAA]/Season 2024/"
        "Fixture Channel - s2024e030501 - A walk [aaaaaaaaaaa].mp4"
    )

    async def tidy() -> bool:
        return home.files() == sorted([path, path.removesuffix("mp4") + "jpg"])

    await eventually(tidy)
    assert await wish.row("season", "episode") == (2024, 30501)
    assert (await wish.events())[:2] == ["downloading", "importing"]
