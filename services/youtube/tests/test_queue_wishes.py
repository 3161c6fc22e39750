"""What people do to what they wait for."""

import asyncio
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from nats.aio.msg import Msg

from medianest.testing import AT_ONCE, eventually
from medianest_common.contracts.base import Rpc
from medianest_common.contracts.notifications import push_subject
from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.contracts.youtube.downloads import (
    GetDownload,
    HurryDownload,
    PauseDownload,
    RemoveDownload,
    ResumeDownload,
    RetryDownload,
)
from medianest_common.contracts.youtube.queue import GetQueue, PauseQueue, ResumeQueue
from medianest_common.errors import MediaNestError, RemoteError
from medianest_common.testing.fake_youtube import Failure, FakeYoutube, Video
from medianest_youtube import reporting
from services.youtube.tests.conftest import Home
from services.youtube.tests.queueing import ask

pytestmark = pytest.mark.usefixtures("quick_sweep")
FIRST, SECOND, THIRD = "aaaaaaaaaaa", "bbbbbbbbbbb", "ccccccccccc"
STORED = (DownloadStatus.IMPORTING, DownloadStatus.READY)
SLOW = 40_000


def slow(youtube: FakeYoutube, video_id: str) -> Video:
    video = youtube.add(Video(id=video_id))
    video.faults.rate = SLOW
    return video


def workers_of(folder: Path) -> list[int]:
    """Processes that have something open below the folder, other than this one."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        if int(process.name) == os.getpid():
            continue
        try:
            opened = [os.readlink(fd) for fd in (process / "fd").iterdir()]
        except OSError:
            continue
        if any(name.startswith(str(folder)) for name in opened):
            found.append(int(process.name))
    return found


async def test_cancelled_its_processes_are_gone_within_a_second_and_nothing_is_left(
    home: Home, youtube: FakeYoutube
) -> None:
    """metube#617: it was downloaded all the same."""
    slow(youtube, FIRST)
    wish = await ask(home, FIRST)
    await wish.has_parts()
    assert workers_of(home.folder)

    begun = time.monotonic()
    await home.owner.call(RemoveDownload(id=wish.id))
    took = time.monotonic() - begun

    assert took < AT_ONCE
    assert workers_of(home.folder) == []
    assert home.files() == []
    assert (await wish.events())[-1] == "cancelled"
    assert (await home.owner.call(GetDownload(id=wish.id))).status is DownloadStatus.CANCELLED


async def test_cancelled_while_the_server_is_silent(home: Home, youtube: FakeYoutube) -> None:
    """An exception in a hook of yt-dlp would wait for the next byte."""
    video = youtube.add(Video(id=FIRST))
    video.faults.stall_after = 60_000
    wish = await ask(home, FIRST)
    await wish.has_parts()

    # The next byte would be waited for for twenty seconds.
    await home.owner.call(RemoveDownload(id=wish.id), timeout=15)

    assert workers_of(home.folder) == []
    assert home.files() == []


async def test_what_waits_in_the_queue_is_cancelled_without_having_begun(
    home: Home, youtube: FakeYoutube
) -> None:
    await home.owner.call(PauseQueue(reason="A test."))
    wish = await ask(home, youtube.add(Video(id=FIRST)))

    await home.owner.call(RemoveDownload(id=wish.id))
    await home.owner.call(ResumeQueue())

    assert await wish.row("status", "epoch") == ("cancelled", 0)
    assert youtube.requests == []


async def test_it_is_told_who_has_paused_the_queue_and_let_it_go_on(home: Home) -> None:
    await home.owner.call(PauseQueue(reason="A test."))
    await home.owner.call(ResumeQueue())

    async def told() -> bool:
        mine = [event for event in home.events if "actorId" in event]
        return [event["actorId"] for event in mine] == [str(home.owner.id)] * 2

    await eventually(told)


async def test_who_cancels_what_others_wait_for_too_only_leaves(home: Home, youtube: FakeYoutube) -> None:
    video = slow(youtube, FIRST)
    frida, gustav = await home.friend(), await home.friend("Gustav")
    hers, his = await ask(home, FIRST, person=frida), await ask(home, FIRST, person=gustav)
    await hers.has_parts()

    await frida.call(RemoveDownload(id=hers.id))
    assert (await frida.call(GetDownload(id=hers.id))).status is DownloadStatus.CANCELLED
    assert await his.row("status") == "downloading"
    video.faults.rate = None

    await his.becomes(*STORED)
    await his.events()
    last = [event for event in home.events if event.get("status") == "importing"]
    assert last[0]["userIds"] == [str(gustav.id)]


async def test_who_has_left_is_not_shown_as_waiting_still(
    home: Home, youtube: FakeYoutube, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporting, "_WISHES_SECONDS", 1.0)
    frida, gustav = await home.friend(), await home.friend("Gustav")
    seen: list[str] = []

    async def show(message: Msg) -> None:
        seen.append(json.loads(message.data)["data"]["status"])

    await home.sandbox.nats.subscribe(push_subject(frida.id), cb=show)
    await home.sandbox.nats.flush(timeout=5)
    slow(youtube, FIRST)
    hers, his = await ask(home, FIRST, person=frida), await ask(home, FIRST, person=gustav)
    await his.has_parts()

    await frida.call(RemoveDownload(id=hers.id))

    async def told_again() -> bool:
        return seen.count("cancelled") == 2 and seen[-1] == "cancelled"

    await eventually(told_again)


async def test_paused_it_keeps_what_has_arrived_and_goes_on_from_there(
    home: Home, youtube: FakeYoutube
) -> None:
    video = slow(youtube, FIRST)
    wish = await ask(home, FIRST)
    part = home.folder / await wish.has_parts()

    seen = await home.owner.call(PauseDownload(id=wish.id))
    assert seen.status is DownloadStatus.PAUSED
    assert workers_of(home.folder) == []
    kept = part.stat().st_size
    assert kept

    video.faults.rate = None
    await home.owner.call(ResumeDownload(id=wish.id))
    await wish.becomes(*STORED)
    ranges = [each.range or "" for each in youtube.media_requests(FIRST)]
    assert any(each.startswith(f"bytes={kept}-") for each in ranges)
    assert await wish.row("attempts") == 2


async def test_what_is_in_a_hurry_comes_next(home: Home, youtube: FakeYoutube) -> None:
    """tubearchivist#520: "download now" began with others."""
    await home.owner.call(PauseQueue(reason="A test."))
    first, second, third = [await ask(home, youtube.add(Video(id=video))) for video in (FIRST, SECOND, THIRD)]
    assert (await home.owner.call(GetDownload(id=third.id))).position == 3

    seen = await home.owner.call(HurryDownload(id=third.id))
    assert (seen.position, seen.priority) == (1, True)
    await home.owner.call(ResumeQueue())

    for wish in (first, second, third):
        await wish.becomes(*STORED)
    begun = [event["videoId"] for event in home.events if event.get("status") == "downloading"]
    # Two may begin at the same time.
    assert THIRD in begun[:2]


async def test_what_has_failed_is_tried_again_with_all_its_attempts(home: Home, youtube: FakeYoutube) -> None:
    video = youtube.add(Video(id=FIRST, failure=Failure.PRIVATE))
    wish = await ask(home, FIRST)
    await wish.becomes(DownloadStatus.FAILED)
    seen = await home.owner.call(GetDownload(id=wish.id))
    assert seen.failure is not None
    assert seen.failure.code == "PRIVATE"

    video.failure = None
    await home.owner.call(RetryDownload(id=wish.id))

    await wish.becomes(*STORED)
    assert await wish.row("attempts", "failure") == (1, None)


async def test_what_is_there_goes_with_its_files_and_is_remembered_as_deleted(
    home: Home, youtube: FakeYoutube
) -> None:
    wish = await ask(home, youtube.add(Video(id=FIRST)))
    await wish.becomes(*STORED)

    await home.owner.call(RemoveDownload(id=wish.id, files=True))

    async def gone() -> bool:
        shown = [each.name for each in home.folder.iterdir() if not each.name.startswith(".")]
        return home.files() == shown == []

    await eventually(gone)
    assert await home.rows("select video_id, reason from tombstones") == [(FIRST, "deleted")]
    assert (await home.owner.call(GetDownload(id=wish.id))).status is DownloadStatus.REMOVED


async def test_files_that_somebody_else_wants_stay(home: Home, youtube: FakeYoutube) -> None:
    frida, gustav = await home.friend(), await home.friend("Gustav")
    hers = await ask(home, youtube.add(Video(id=FIRST)), person=frida)
    his = await ask(home, FIRST, person=gustav)
    await hers.becomes(*STORED)

    await frida.call(RemoveDownload(id=hers.id, files=True))

    assert await his.row("status") in [str(status) for status in STORED]
    assert (home.folder / await his.row("path")).is_file()


async def test_nobody_touches_what_is_somebody_elses(home: Home, youtube: FakeYoutube) -> None:
    frida, gustav = await home.friend(), await home.friend("Gustav")
    await home.owner.call(PauseQueue(reason="A test."))
    hers = await ask(home, youtube.add(Video(id=FIRST)), person=frida)

    for command in (
        GetDownload(id=hers.id),
        PauseDownload(id=hers.id),
        ResumeDownload(id=hers.id),
        RetryDownload(id=hers.id),
        HurryDownload(id=hers.id),
        RemoveDownload(id=hers.id),
    ):
        with pytest.raises(RemoteError) as refused:
            await gustav.call(command)
        assert refused.value.code == "DOWNLOAD_NOT_FOUND"
    for of_the_queue in (PauseQueue(reason="Mine."), ResumeQueue()):
        with pytest.raises(RemoteError) as refused:
            await gustav.call(of_the_queue)
        assert refused.value.code == "FORBIDDEN"
    assert await hers.row("status") == "queued"


async def test_one_person_does_not_pause_what_others_wait_for(home: Home, youtube: FakeYoutube) -> None:
    frida, gustav = await home.friend(), await home.friend("Gustav")
    await home.owner.call(PauseQueue(reason="A test."))
    hers = await ask(home, youtube.add(Video(id=FIRST)), person=frida)
    await ask(home, FIRST, person=gustav)

    with pytest.raises(RemoteError) as refused:
        await frida.call(PauseDownload(id=hers.id))
    assert refused.value.code == "OTHERS_WAIT"
    assert (await home.owner.call(PauseDownload(id=hers.id))).status is DownloadStatus.PAUSED


async def test_a_queue_paused_by_hand_says_why_and_begins_nothing(home: Home, youtube: FakeYoutube) -> None:
    seen = await home.owner.call(PauseQueue(reason="The disk is being exchanged."))
    assert seen.pause is not None
    assert (seen.pause.code, seen.pause.reason) == (None, "The disk is being exchanged.")
    wish = await ask(home, youtube.add(Video(id=FIRST)))
    assert (await home.owner.call(GetQueue())).queued == 1
    assert await wish.row("epoch") == 0

    assert (await home.owner.call(ResumeQueue())).pause is None
    await wish.becomes(*STORED)


async def test_many_at_the_same_time_do_each_thing_once(home: Home, youtube: FakeYoutube) -> None:
    slow(youtube, FIRST)
    wish = await ask(home, FIRST)
    await wish.has_parts()
    commands: list[Rpc[Any]] = [
        *[PauseDownload(id=wish.id), ResumeDownload(id=wish.id), HurryDownload(id=wish.id)] * 4,
        RemoveDownload(id=wish.id),
    ]

    answers = await asyncio.gather(
        *(home.owner.call(command) for command in commands),
        return_exceptions=True,
    )

    assert [a for a in answers if isinstance(a, Exception) and not isinstance(a, MediaNestError)] == []

    async def over() -> bool:
        return home.files() == [] and workers_of(home.folder) == []

    await eventually(over)
    events = await wish.events()
    assert events.count("cancelled") == 1
    assert await wish.row("status") == "cancelled"
