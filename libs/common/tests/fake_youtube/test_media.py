"""How media are sent, and how they fail to be."""

import signal
import time

from libs.common.tests.fake_youtube.real import YtDlp
from medianest.testing import eventually
from medianest_common.testing.fake_youtube import FakeYoutube, Video

ID = "aaaaaaaaaaa"


async def has_sent(youtube: FakeYoutube, video: Video, size: int) -> None:
    async def enough() -> bool:
        return any(each.sent >= size for each in youtube.media_requests(video))

    await eventually(enough)


async def test_a_download_that_was_killed_goes_on_where_it_was(youtube: FakeYoutube, yt_dlp: YtDlp) -> None:
    video = youtube.add(Video(ID))
    video.faults.rate = 200_000

    child = await yt_dlp.start([video.url], download=True, format="18")
    await has_sent(youtube, video, 100_000)
    child.send_signal(signal.SIGKILL)
    await child.wait()
    had = (yt_dlp.folder / f"{ID}.mp4.part").stat().st_size
    video.faults.rate = None
    outcome = await yt_dlp.one(video.url, download=True, format="18")

    assert not outcome.error
    first, second = youtube.media_requests(video)
    assert second.range is not None and second.range.startswith(f"bytes={had}-")
    assert second.status == 206
    whole = (yt_dlp.folder / f"{ID}.mp4").stat().st_size
    assert had + second.sent == whole > first.sent


async def test_a_server_that_knows_no_ranges_sends_all_again(youtube: FakeYoutube, yt_dlp: YtDlp) -> None:
    video = youtube.add(Video(ID))
    video.faults.no_range = True
    (yt_dlp.folder / f"{ID}.mp4.part").write_bytes(b"x" * 1000)

    outcome = await yt_dlp.one(video.url, download=True, format="18")

    assert not outcome.error
    assert youtube.media_requests(video)[-1].status == 200
    assert (yt_dlp.folder / f"{ID}.mp4").read_bytes()[4:8] == b"ftyp"


async def test_a_cut_connection_is_taken_up_again(youtube: FakeYoutube, yt_dlp: YtDlp) -> None:
    video = youtube.add(Video(ID))
    video.faults.drop_after, video.faults.drops_left = 50_000, 1

    outcome = await yt_dlp.one(video.url, download=True, format="18", retries=3)

    assert not outcome.error
    assert len(youtube.media_requests(video)) == 2


async def test_media_can_be_refused_so_many_times(youtube: FakeYoutube, yt_dlp: YtDlp) -> None:
    video = youtube.add(Video(ID))
    video.faults.status, video.faults.refusals_left = 403, 1

    refused = await yt_dlp.one(video.url, download=True, format="18")
    served = await yt_dlp.one(video.url, download=True, format="18")

    assert "unable to download video data: HTTP Error 403" in refused.error
    assert not served.error


async def test_a_download_that_stalls_stays_so_until_it_is_killed(
    youtube: FakeYoutube, yt_dlp: YtDlp
) -> None:
    video = youtube.add(Video(ID))
    video.faults.stall_after = 50_000

    child = await yt_dlp.start([video.url], download=True, format="18")
    await has_sent(youtube, video, 50_000)
    begun = time.monotonic()
    child.kill()
    await child.wait()

    (request,) = youtube.media_requests(video)
    assert request.sent < 60_000
    assert time.monotonic() - begun < 30


async def test_a_reset_ends_what_is_being_sent(youtube: FakeYoutube, yt_dlp: YtDlp) -> None:
    video = youtube.add(Video(ID))
    video.faults.stall_after = 50_000
    child = await yt_dlp.start([video.url], download=True, format="18")
    await has_sent(youtube, video, 50_000)

    youtube.reset()

    output, _ = await child.communicate()
    assert b"bytes read" in output or b"error" in output
    assert not youtube.media_requests(video)
