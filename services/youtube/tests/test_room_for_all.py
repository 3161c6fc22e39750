"""What runs already has its room promised: nobody else begins in it, and who came last stops first."""

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from medianest.embedded import ServerUrls
from medianest.testing import eventually
from medianest_common.clock import uuid7
from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.contracts.youtube.downloads import StartDownload
from medianest_common.contracts.youtube.queue import PauseQueue, ResumeQueue
from medianest_common.errors import RemoteError
from medianest_common.testing.fake_youtube import FakeYoutube, Video, player
from medianest_youtube import disk
from medianest_youtube.disk import promises
from medianest_youtube.repository.assets import Running
from medianest_youtube.staging import is_whole, staging
from services.youtube.tests.conftest import Home, home_on
from services.youtube.tests.queueing import PATIENCE, Wish, ask, tickets_used
from services.youtube.tests.test_queue_wishes import slow

pytestmark = pytest.mark.usefixtures("quick_sweep")
FIRST, SECOND, THIRD = "aaaaaaaaaaa", "bbbbbbbbbbb", "ccccccccccc"
STORED = (DownloadStatus.IMPORTING, DownloadStatus.READY)
ROOM = 4_000_000_000


@pytest.fixture
async def small(
    server_urls: ServerUrls, tmp_path: Path, youtube: FakeYoutube, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Home]:
    """So much is free all the time: others write to this disk too, and what these videos take is nothing beside it."""
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    reserve = usage.free - ROOM
    async with home_on(server_urls, tmp_path, youtube, youtube_disk_reserve=reserve) as home:
        yield home


async def is_said_to_have(wish: Wish, size: int) -> None:
    """What has begun has its size from YouTube first, which may be noted only after something of it has arrived."""

    async def nothing_else_will_be_said() -> bool:
        status, known = await wish.row("status", "size")
        return status != "downloading" or known is not None

    await eventually(nothing_else_will_be_said)
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

    async def stopped() -> bool:
        return bool(await second.row("status", "failure") == ("queued", "NO_SPACE"))

    await eventually(stopped, within=PATIENCE)
    assert await first.row("status", "epoch") == ("downloading", 1)
    assert second.parts()
    assert await small.rows("select code from queue_pauses") == [], (
        "the first does not need more than there is"
    )
    for video in videos:
        video.faults.rate = None
    await first.becomes(*STORED)
    await is_said_to_have(second, 1_000_000)
    await second.becomes(*STORED)


@pytest.fixture
def told_sizes(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """What YouTube says of the size of a video's streams, where that is not the truth."""
    sizes: dict[str, int] = {}
    usual = player._offer

    def offer(video: Video, kind: Any, *, size: int) -> Any:
        return usual(video, kind, size=sizes.get(video.id, size))

    monkeypatch.setattr(player, "_offer", offer)
    return sizes


async def test_for_room_that_is_promised_nothing_rests_and_one_alone_is_looked_up(
    small: Home, youtube: FakeYoutube, told_sizes: dict[str, int]
) -> None:
    """Or a long list is looked up one by one, and each time people are told that the disk is full."""
    video = slow(youtube, FIRST)
    first = await ask(small, FIRST)
    await first.has_parts()
    await is_said_to_have(first, 1_000_000_000)
    ids = [SECOND, THIRD, "ddddddddddd", "eeeeeeeeeee"]
    # Of two streams.
    told_sizes.update(dict.fromkeys(ids, 700_000_000))
    second, *others = [await ask(small, youtube.add(Video(id=each)), ticket=False) for each in ids]

    async def sent_back() -> bool:
        return bool(await second.row("status", "failure") == ("queued", "NO_SPACE"))

    await eventually(sent_back, within=PATIENCE)
    await tickets_used(small)
    assert await second.row("epoch", "attempts") == (1, 0)
    assert "waits for room" in await second.row("status_reason")
    assert [await other.row("epoch", "status") for other in others] == [(0, "queued")] * 3
    assert await small.rows("select code from queue_pauses") == []

    told_sizes.clear()
    video.faults.rate = None
    for wish in (first, second, *others):
        await wish.becomes(*STORED)


def test_what_is_whole_needs_no_more_room(tmp_path: Path) -> None:
    asset_id = uuid7()
    with staging(tmp_path, asset_id) as place:
        place.begin("x")
        assert not is_whole(tmp_path, asset_id)
        source = place.folder / "a.mp4"
        source.write_bytes(b"film")
        place.store([(source, tmp_path / "a.mp4")])
    assert is_whole(tmp_path, asset_id)

    others = [Running(uuid7(), 500), Running(uuid7(), None), Running(uuid7(), 100)]
    running = [Running(asset_id, 1_000), *others]
    lying = {asset_id: None, others[0].asset_id: 300, others[2].asset_id: 900}
    assert promises(running, lying) == [0, 700, 0, 0]


@pytest.mark.parametrize("hanging", ["disk_usage", "staged_bytes"])
async def test_a_disk_that_hangs_keeps_nobody_waiting_for_the_queue(
    home: Home, youtube: FakeYoutube, monkeypatch: pytest.MonkeyPatch, hanging: str
) -> None:
    video = slow(youtube, FIRST)
    first = await ask(home, FIRST)
    await first.has_parts()
    again, asked = threading.Event(), threading.Event()
    monkeypatch.setattr(disk, "_SECONDS", 1.0)
    owner = shutil if hanging == "disk_usage" else disk
    usual = getattr(owner, hanging)

    def hang(*args: Any) -> Any:
        asked.set()
        again.wait(60)
        return usual(*args)

    monkeypatch.setattr(owner, hanging, hang)
    try:
        second = await ask(home, youtube.add(Video(id=SECOND)))
        assert await asyncio.to_thread(asked.wait, 30)
        # A claim, or the sweep, is waiting for the disk, and not with the slots in its hands.
        await home.owner.call(PauseQueue(reason="The drive hangs."), timeout=20)
        await home.owner.call(ResumeQueue(), timeout=20)
        with pytest.raises(RemoteError) as refused:
            await home.owner.call(StartDownload(url=THIRD))
        assert refused.value.status == 503
        # By the sweep, which needs no disk for that.
        await home.change(
            "update assets set status = 'waiting', not_before = now() where id = :id", id=second.asset_id
        )
        await second.becomes(DownloadStatus.WAITING, DownloadStatus.QUEUED)

        async def queued_again() -> bool:
            return bool(await second.row("status") == "queued")

        await eventually(queued_again, within=PATIENCE)
    finally:
        again.set()
    video.faults.rate = None
    await first.becomes(*STORED)
    await second.becomes(*STORED)
