"""What runs already has its room promised: nobody else begins in it, and who came last stops first."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from medianest.embedded import ServerUrls
from medianest.testing import eventually
from medianest_common.contracts.youtube import DownloadStatus, FailureCode
from medianest_common.contracts.youtube.downloads import StartDownload
from medianest_common.errors import RemoteError
from medianest_common.testing.fake_youtube import FakeYoutube, Video
from services.youtube.tests.conftest import Home, home_on
from services.youtube.tests.queueing import Wish, ask, pause_of, tickets_used
from services.youtube.tests.test_queue_wishes import slow

pytestmark = pytest.mark.usefixtures("quick_sweep")
FIRST, SECOND, THIRD = "aaaaaaaaaaa", "bbbbbbbbbbb", "ccccccccccc"
STORED = (DownloadStatus.IMPORTING, DownloadStatus.READY)
ROOM = 4_000_000_000
"""Others write to this disk too, meanwhile."""


@pytest.fixture
async def small(server_urls: ServerUrls, tmp_path: Path, youtube: FakeYoutube) -> AsyncIterator[Home]:
    reserve = shutil.disk_usage(tmp_path).free - ROOM
    async with home_on(server_urls, tmp_path, youtube, youtube_disk_reserve=reserve) as home:
        yield home


async def is_said_to_have(wish: Wish, size: int) -> None:
    await wish.home.change("update assets set size = :size where id = :id", size=size, id=wish.asset_id)


async def test_two_do_not_count_on_the_same_room(small: Home, youtube: FakeYoutube) -> None:
    video = slow(youtube, FIRST)
    first = await ask(small, FIRST)
    await first.has_parts()
    await is_said_to_have(first, 1_500_000_000)

    second = await ask(small, youtube.add(Video(id=SECOND)), ticket=False)
    await is_said_to_have(second, 1_000_000_000)
    await tickets_used(small)
    third = await ask(small, youtube.add(Video(id=THIRD)))
    await third.becomes(*STORED)
    assert await second.row("status", "epoch") == ("queued", 0), (
        "there is a slot, and no room beside the first"
    )
    assert await small.rows("select code from queue_pauses") == [], "the disk is not full"

    await small.change("delete from downloads where asset_id = :id", id=second.asset_id)
    await small.change("update assets set status = 'cancelled' where id = :id", id=second.asset_id)
    with pytest.raises(RemoteError) as refused:
        await small.owner.call(StartDownload(url=SECOND))
    assert (refused.value.code, refused.value.status) == ("NO_SPACE", 507)

    video.faults.rate = None
    await first.becomes(*STORED)
    await is_said_to_have(second, 1_000_000_000)
    await small.owner.call(StartDownload(url=SECOND))
    await second.becomes(*STORED)


@pytest.mark.long
async def test_when_it_gets_narrow_who_came_last_stops_and_the_first_goes_on(
    small: Home, youtube: FakeYoutube
) -> None:
    videos = [slow(youtube, FIRST), slow(youtube, SECOND)]
    first = await ask(small, FIRST)
    await first.has_parts()
    second = await ask(small, SECOND)
    await second.has_parts()

    for wish in (first, second):
        await is_said_to_have(wish, 1_300_000_000)

    await pause_of(small, FailureCode.NO_SPACE)

    async def stopped() -> bool:
        return bool(await second.row("status", "failure") == ("queued", "NO_SPACE"))

    await eventually(stopped)
    assert await first.row("status", "epoch") == ("downloading", 1)
    assert second.parts()
    for video in videos:
        video.faults.rate = None
    await first.becomes(*STORED)
    await is_said_to_have(second, 1_000_000)
    await second.becomes(*STORED)
