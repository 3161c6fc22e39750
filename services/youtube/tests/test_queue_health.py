"""The disk, the folder, and what health tells of the queue; and what is seen while a download runs."""

import asyncio
import json
import os
import shutil
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import OperationalError

from medianest.embedded import ServerUrls
from medianest.testing import eventually
from medianest_common.contracts.notifications import PUSH_ADMINS, push_subject
from medianest_common.contracts.platform import Check, CheckStatus, Readiness, ping_subject
from medianest_common.contracts.youtube import DownloadStatus, FailureCode
from medianest_common.contracts.youtube.downloads import GetDownload, ProgressStep
from medianest_common.contracts.youtube.live import ReadDownloadStates
from medianest_common.contracts.youtube.queue import GetQueue, PauseQueue, ResumeQueue
from medianest_common.testing.fake_youtube import Failure, FakeYoutube, Video
from medianest_youtube import reporting
from medianest_youtube.episodes import allocate_episode
from medianest_youtube.models import Download
from medianest_youtube.repository.assets import Assets
from medianest_youtube.staging import FOLDER
from services.youtube.tests.conftest import Home, home_on
from services.youtube.tests.queueing import ask, give_ticket, pause_of, tickets_used
from services.youtube.tests.test_queue_wishes import slow, workers_of

pytestmark = pytest.mark.usefixtures("quick_sweep")
FIRST, SECOND = "aaaaaaaaaaa", "bbbbbbbbbbb"
STORED = (DownloadStatus.IMPORTING, DownloadStatus.READY)
MARGIN = 500_000_000


async def check_of(home: Home, name: str) -> Check:
    body = await home.sandbox.bus.ask(ping_subject("youtube"), timeout=30)
    return next(each for each in Readiness.model_validate_json(body).checks if each.name == name)


async def is_said(home: Home, name: str, status: CheckStatus) -> Check:
    """A check that has no time on a busy machine says so, and is asked for again."""

    async def said() -> Check:
        found = await check_of(home, name)
        assert found.status is status, found
        return found

    return await eventually(said)


async def test_a_full_disk_rests_the_queue_and_room_lets_it_go_on(
    server_urls: ServerUrls, tmp_path: Path, youtube: FakeYoutube, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk of which nobody else takes any room meanwhile."""
    usage, ballast = shutil.disk_usage(tmp_path), [3 * MARGIN]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=usage.free - sum(ballast)))
    reserve = usage.free - MARGIN
    async with home_on(server_urls, tmp_path, youtube, youtube_disk_reserve=reserve) as home:
        wish = await ask(home, youtube.add(Video(id=FIRST)))
        await pause_of(home, FailureCode.NO_SPACE)
        seen = await home.owner.call(GetQueue())
        assert seen.pause is not None
        assert "B more have to be free" in seen.pause.reason
        await is_said(home, "queue", CheckStatus.DEGRADED)
        assert await wish.row("status", "attempts") == ("queued", 0)

        ballast.clear()
        await wish.becomes(*STORED)
        assert (await home.owner.call(GetQueue())).pause is None


@pytest.mark.long
async def test_a_disk_that_fills_up_stops_what_runs_while_something_still_fits(
    server_urls: ServerUrls, tmp_path: Path, youtube: FakeYoutube
) -> None:
    reserve = shutil.disk_usage(tmp_path).free - MARGIN
    ballast = tmp_path / "ballast"
    async with home_on(server_urls, tmp_path, youtube, youtube_disk_reserve=reserve) as home:
        video = slow(youtube, FIRST)
        wish = await ask(home, FIRST)
        await wish.has_parts()
        with ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, 3 * MARGIN)

        await pause_of(home, FailureCode.NO_SPACE)
        assert workers_of(home.folder) == []
        assert wish.parts() != []
        video.faults.rate = None
        ballast.unlink()
        await wish.becomes(*STORED)


async def test_progress_is_told_to_who_waits_at_most_four_times_a_second(
    home: Home, youtube: FakeYoutube
) -> None:
    frida, gustav = await home.friend(), await home.friend("Gustav")
    frames: dict[str, list[tuple[float, Any]]] = defaultdict(list)
    loop = asyncio.get_running_loop()

    async def pushed(message: Any) -> None:
        frames[message.subject].append((loop.time(), json.loads(message.data)))

    await home.sandbox.nats.subscribe("push.>", cb=pushed)
    await home.sandbox.nats.flush(timeout=5)
    video = youtube.add(Video(id=FIRST))
    video.faults.rate = 400_000
    began = loop.time()
    wish = await ask(home, FIRST, person=frida)

    async def half_way() -> bool:
        seen = await frida.call(GetDownload(id=wish.id))
        return seen.progress is not None and (seen.progress.percent or 0) > 20

    await eventually(half_way)
    [shown] = (await home.sandbox.bus.call(ReadDownloadStates())).states
    assert (shown.user_ids, shown.admins, shown.everyone) == ([frida.id], True, False)
    assert (shown.frame.data["downloadId"], shown.frame.data["status"]) == (str(wish.id), "downloading")
    assert shown.frame.data["progress"]["percent"] > 20
    video.faults.rate = None
    await wish.becomes(*STORED)

    async def told() -> bool:
        return any(
            frame["data"]["status"] in ("importing", "ready") for _, frame in frames[push_subject(frida.id)]
        )

    await eventually(told)
    hers = frames[push_subject(frida.id)]
    assert {frame["data"]["downloadId"] for _, frame in hers} == {str(wish.id)}
    running = [(at, f["data"]["progress"]) for at, f in hers if f["data"]["progress"]]
    percents = [progress["percent"] for _, progress in running if progress["percent"] is not None]
    assert percents == sorted(percents)
    assert {progress["step"] for _, progress in running} >= {ProgressStep.DOWNLOADING}
    # All of them have been sent since the beginning, though several may be heard at once.
    assert len(running) <= 4 * (running[-1][0] - began) + 1
    assert len(frames[PUSH_ADMINS]) >= len(running)
    assert push_subject(gustav.id) not in frames
    assert (await frida.call(GetDownload(id=wish.id))).progress is None
    assert (await home.sandbox.bus.call(ReadDownloadStates())).states == []


async def test_health_says_that_the_queue_rests_and_is_never_down_for_it(home: Home) -> None:
    await home.owner.call(PauseQueue(reason="The disk is being exchanged."))

    found = await is_said(home, "queue", CheckStatus.DEGRADED)
    assert found.message == "The disk is being exchanged."

    await home.owner.call(ResumeQueue())
    await is_said(home, "queue", CheckStatus.OK)


async def test_health_says_when_what_is_made_lies_on_another_disk_than_the_library(home: Home) -> None:
    staging = home.folder / FOLDER
    with TemporaryDirectory(dir="/dev/shm") as elsewhere:
        if os.stat(elsewhere).st_dev == home.folder.stat().st_dev:
            pytest.skip("there is only one file system")
        await is_said(home, "folder", CheckStatus.OK)
        staging.rmdir()
        staging.symlink_to(elsewhere)

        found = await is_said(home, "folder", CheckStatus.DEGRADED)
        assert found.message and "different disks" in found.message


async def test_a_download_goes_on_while_nobody_can_say_who_waits_for_it(
    home: Home, youtube: FakeYoutube, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away(Assets):
        async def wishes(self, asset_id: UUID) -> Sequence[Download]:
            raise OperationalError("select", {}, ConnectionResetError())

    monkeypatch.setattr(reporting, "Assets", Away)
    wish = await ask(home, youtube.add(Video(id=FIRST)))

    await wish.becomes(*STORED)
    assert await wish.row("attempts") == 1


async def test_health_says_when_nothing_has_succeeded_for_long(home: Home, youtube: FakeYoutube) -> None:
    """pinchflat#706: it stood still for days, and nobody was told."""
    video = youtube.add(Video(id=FIRST))
    video.faults.status = 403
    private = await ask(home, youtube.add(Video(id=SECOND, failure=Failure.PRIVATE)))
    await private.becomes(DownloadStatus.FAILED)
    await is_said(home, "downloads", CheckStatus.OK)

    wish = await ask(home, video)
    await wish.becomes(DownloadStatus.WAITING)
    await is_said(home, "downloads", CheckStatus.DEGRADED)

    video.faults.status = None
    home.clock.advance(120)
    await wish.becomes(*STORED)
    await is_said(home, "downloads", CheckStatus.OK)


async def test_numbers_of_episodes_are_given_once_however_many_ask(home: Home) -> None:
    """ytdl-sub#1354, pinchflat#309: numbers changed; YouTube-Agent.bundle#84, #138: videos of one day were one."""
    day = date(2024, 3, 5)
    videos = [f"video{number:06}" for number in range(8)]

    async def give(video_id: str) -> int:
        async with home.db.transaction() as tx:
            given = await allocate_episode(tx, show_id="UCx", video_id=video_id, published_on=day)
            return given.episode

    first = await asyncio.gather(*(give(video) for video in videos))
    again = await asyncio.gather(*(give(video) for video in reversed(videos)))

    assert sorted(first) == list(range(30501, 30509))
    assert list(reversed(again)) == first


async def test_more_than_a_hundred_videos_of_one_day_have_numbers_too(home: Home) -> None:
    async with home.db.transaction() as tx:
        for month, day in ((1, 1), (12, 31)):
            given = [
                await allocate_episode(
                    tx, show_id="UCx", video_id=f"{month}-{day}-{n}", published_on=date(2024, month, day)
                )
                for n in range(120)
            ]
            assert [each.within_day for each in given] == list(range(1, 121))
            known = await allocate_episode(
                tx, show_id="UCx", video_id=f"{month}-{day}-110", published_on=date(2023, 5, 5)
            )
            assert known == given[110]


async def test_a_download_that_somebody_just_changes_is_no_full_disk(
    home: Home, youtube: FakeYoutube
) -> None:
    await home.owner.call(PauseQueue(reason="A test."))
    wish = await ask(home, youtube.add(Video(id=FIRST)), ticket=False)
    async with home.db.transaction() as tx:
        await Assets(tx.session).get(wish.asset_id, lock=True)
        await home.owner.call(ResumeQueue())
        await give_ticket(home)
        await tickets_used(home, in_hand=tx)
        assert (await home.owner.call(GetQueue())).pause is None
    await wish.becomes(*STORED)
