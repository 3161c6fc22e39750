"""YouTube in trouble on the way to it: a download waits, says why, leaves no half file, and is there once at last."""

from pathlib import Path

import pytest

from medianest.embedded import ServerUrls
from medianest.testing import eventually
from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.testing.fake_youtube import FakeYoutube, Video
from medianest_common.testing.troubles import Trouble, TroubledRoad
from medianest_youtube.service import SERVICE
from services.youtube.tests.conftest import home_on
from services.youtube.tests.queueing import ask, give_ticket

pytestmark = pytest.mark.usefixtures("quick_sweep")
ID = "aaaaaaaaaaa"
STORED = (DownloadStatus.IMPORTING, DownloadStatus.READY)
TROUBLES = [
    pytest.param(each, id=each, marks=() if each is Trouble.DROPS else pytest.mark.long)
    for each in Trouble
    # What is met is the tunnel to YouTube: nothing of it comes in halves, and certificates are those behind it.
    if each not in (Trouble.HALF_AN_ANSWER, Trouble.CERTIFICATE_EXPIRED)
]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("trouble", TROUBLES)
async def test_while_youtube_is_not_reached_a_download_waits_and_then_is_there_once(
    server_urls: ServerUrls, tmp_path: Path, youtube: FakeYoutube, trouble: Trouble
) -> None:
    youtube.add(Video(id=ID))
    async with (
        TroubledRoad.to(youtube.proxy_url) as road,
        home_on(server_urls, tmp_path, youtube, youtube_proxy=road.address_of(trouble)) as home,
    ):
        if trouble is not Trouble.NAME_UNKNOWN:
            road.meet(trouble)
        wish = await ask(home, ID)
        await wish.tried_again(after=0, within=400)
        paused = await home.rows("select reason from queue_pauses where ended_at is null")
        status, failure, attempts = await wish.row("status", "failure", "attempts")
        assert (status, bool(failure)) == ("waiting", True) or (status, bool(paused)) == ("queued", True)
        assert attempts == 0, "it was no fault of the video"
        assert not [name for name in home.files() if not name.startswith(".")]

        if trouble is Trouble.NAME_UNKNOWN:
            await home.sandbox.stop("youtube")
            await home.sandbox.start(SERVICE, youtube_proxy=road.url)
        await road.heal()
        # Longer than any pause after a first failure.
        home.clock.advance(3_700)
        await give_ticket(home)
        await wish.becomes(*STORED)
        path = await wish.row("path")

        async def is_all_there_is() -> bool:
            assert home.files() == sorted([path, path.removesuffix("mp4") + "jpg"])
            return True

        await eventually(is_all_there_is)
