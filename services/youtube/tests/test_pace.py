"""A server that drips bytes does not hold a slot for ever."""

from pathlib import Path

import pytest

from medianest.embedded import ServerUrls
from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.contracts.youtube.downloads import ProgressStep
from medianest_common.testing.fake_youtube import FakeYoutube, Video
from medianest_youtube.pace import Pace
from services.youtube.tests.conftest import home_on
from services.youtube.tests.queueing import ask

FIRST, SECOND = "aaaaaaaaaaa", "bbbbbbbbbbb"
STORED = (DownloadStatus.IMPORTING, DownloadStatus.READY)


@pytest.fixture
def pace() -> Pace:
    return Pace(begun=0, window=600, floor=1_000, rate=100)


def test_what_trickles_is_objected_to_and_what_flows_is_not(pace: Pace) -> None:
    pace.take_step(ProgressStep.DOWNLOADING, now=10)
    for minute in range(1, 32):
        now = 60 * minute
        pace.transferred(minute * 500, total=1_000_000, now=now)
        assert pace.objection(now=now) is None

    for second in range(601):
        pace.transferred(15_500 + second, total=1_000_000, now=now + second)
        assert pace.objection(now=now + second) is None
    assert pace.objection(now=now + 601)


def test_what_an_attempt_before_has_left_is_no_progress(pace: Pace) -> None:
    pace.take_step(ProgressStep.DOWNLOADING, now=10)
    pace.transferred(900_000, total=1_000_000, now=20)
    pace.transferred(900_100, total=1_000_000, now=600)

    assert pace.objection(now=609) is None
    assert pace.objection(now=611)


def test_a_stream_that_begins_again_has_to_get_on_too(pace: Pace) -> None:
    pace.take_step(ProgressStep.DOWNLOADING, now=0)
    pace.transferred(5_000, total=None, now=10)
    pace.transferred(100, total=None, now=20)
    pace.transferred(1_000, total=None, now=500)
    assert pace.objection(now=601)

    pace.transferred(1_100, total=None, now=602)
    assert pace.objection(now=603) is None


def test_not_a_byte_is_too_slow_as_well(pace: Pace) -> None:
    pace.take_step(ProgressStep.DOWNLOADING, now=100)
    assert pace.objection(now=700) is None
    assert pace.objection(now=701)


def test_pages_that_drip_do_not_last_for_ever(pace: Pace) -> None:
    assert pace.objection(now=900) is None
    assert pace.objection(now=901)


def test_ffmpeg_may_be_silent_and_the_whole_has_its_time_by_length_and_size(pace: Pace) -> None:
    pace.learn(size=100_000, seconds=600)
    pace.take_step(ProgressStep.MERGING, now=100)

    assert pace.longest == 3_600 + 4 * 600 + 100_000 / 100
    assert pace.objection(now=pace.longest) is None
    assert pace.objection(now=pace.longest + 1)


async def test_a_download_that_drips_gives_up_its_slot_and_keeps_what_it_has(
    server_urls: ServerUrls, tmp_path: Path, youtube: FakeYoutube
) -> None:
    # What does not drip comes within such a time on a machine that stands still for a moment, too.
    drips = {"youtube_slow_seconds": 8, "youtube_slow_bytes": 120_000, "youtube_slots": 1}
    async with home_on(server_urls, tmp_path, youtube, **drips) as home:
        video = youtube.add(Video(id=FIRST))
        video.faults.rate = 4_000
        wish = await ask(home, FIRST)
        await wish.has_parts()
        other = await ask(home, youtube.add(Video(id=SECOND)))

        await wish.becomes(DownloadStatus.WAITING)
        failure, reason, attempts = await wish.row("failure", "status_reason", "attempts")
        assert (failure, attempts) == ("TOO_SLOW", 1)
        assert "so slowly" in reason
        assert wish.parts()
        await other.becomes(*STORED)

        video.faults.rate = None
        home.clock.advance(180)
        await wish.becomes(*STORED)
    ranges = [each.range or "" for each in youtube.media_requests(FIRST)]
    assert any(each and not each.startswith("bytes=0-") for each in ranges), "it went on from where it was"
