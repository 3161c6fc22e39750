"""Whole downloads, by the real yt-dlp and the real ffmpeg from the pretend YouTube."""

import asyncio

import pytest

from medianest_common.contracts.youtube.downloads import ProgressStep
from medianest_common.contracts.youtube.profiles import (
    MediaFormat,
    ProfileChoices,
    Quality,
    SponsorBlockAction,
    SubtitleKind,
    VideoCodec,
)
from medianest_common.testing.fake_youtube import Segment, Video
from medianest_youtube.probing import BrokenFile, Expected, check
from medianest_youtube.worker.lines import StepTaken, Transferred, VideoFound
from services.youtube.tests.worker.running import Running

ID = "aaaaaaaaaaa"

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_picture_and_sound_are_fetched_and_merged(running: Running) -> None:
    video = running.youtube.add(Video(id=ID, title="../../A title"))

    told = await running.download(video)

    assert running.files() == [f"{ID}.jpg", f"{ID}.mp4"]
    assert told.done.media == f"{ID}.mp4"
    assert told.done.thumbnail == f"{ID}.jpg"
    probed = await running.probe(told)
    assert (probed.video_codec, probed.audio_codec, probed.height) == ("h264", "aac", 720)
    assert probed.has_cover
    assert probed.tags["title"] == "../../A title"
    about = told.of(VideoFound)[0]
    assert (about.video_id, about.title, about.channel) == (ID, "../../A title", "Fixture Channel")
    assert (about.published_on, about.duration_seconds) == ("2024-03-05", 4)
    assert about.wants_video
    assert about.wants_audio
    check(probed, Expected(video=True, audio=True, duration_seconds=about.duration_seconds))
    assert running.youtube.refused_hosts == []


async def test_progress_is_of_all_streams_together_and_never_goes_back(running: Running) -> None:
    video = running.youtube.add(Video(id=ID))

    told = await running.download(video)

    got = [line.downloaded_bytes for line in told.progress]
    assert got == sorted(got)
    assert (
        got[-1] == told.progress[-1].total_bytes == sum(r.sent for r in running.youtube.media_requests(video))
    )
    assert {line.total_bytes for line in told.progress} == {got[-1]}
    steps = [line.step for line in told.of(StepTaken)]
    assert steps[:2] == [ProgressStep.STARTING, ProgressStep.DOWNLOADING]
    assert steps[2:] == [ProgressStep.MERGING, ProgressStep.TAGGING]


async def test_progress_is_told_at_most_four_times_a_second(running: Running) -> None:
    video = running.youtube.add(Video(id=ID))
    video.faults.rate = 150_000

    loop = asyncio.get_running_loop()
    began = loop.time()
    child = await running.begin(video, ProfileChoices(quality=Quality.SD_360P))
    times = [loop.time() async for line in child.lines() if isinstance(line, Transferred)]

    # All of them have been told since the beginning, though several may be heard at once. Without a limit there would
    # be a line for each of some hundred blocks.
    assert 3 <= len(times) <= (times[-1] - began) / 0.25 + 1


@pytest.mark.parametrize("format,codec", [("m4a", "aac"), ("mp3", "mp3"), ("opus", "opus")])
async def test_sound_alone(running: Running, format: str, codec: str) -> None:
    video = running.youtube.add(Video(id=ID))

    told = await running.download(video, ProfileChoices(format=MediaFormat(format)))

    assert told.done.media == f"{ID}.{format}"
    probed = await running.probe(told)
    assert (probed.video_codec, probed.audio_codec) == (None, codec)
    assert probed.has_cover
    about = told.of(VideoFound)[0]
    assert (about.wants_video, about.wants_audio) == (False, True)
    with pytest.raises(BrokenFile, match="no picture"):
        check(probed, Expected(video=True, audio=True))


async def test_quality_and_codec_are_what_was_chosen(running: Running) -> None:
    video = running.youtube.add(Video(id=ID, seconds=1, formats=(137, 243, 251, 140, 313, 399, 401)))
    wanted = {
        "mkv": (Quality.UHD_2160P, VideoCodec.VP9, ("vp9", 2160)),
        "mp4": (Quality.HD_1080P, VideoCodec.AV1, ("av1", 1080)),
        "webm": (Quality.SD_360P, VideoCodec.VP9, ("vp9", 360)),
    }
    for container, (quality, codec, expected) in wanted.items():
        choices = ProfileChoices(
            quality=quality, codec=codec, format=MediaFormat(container), embed_thumbnail=False
        )
        probed = await running.probe(await running.download(video, choices))
        assert (probed.video_codec, probed.height) == expected


async def test_subtitles_are_inside_or_beside(running: Running) -> None:
    video = running.youtube.add(Video(id=ID, subtitles=["en", "fr"]))

    inside = await running.download(video, ProfileChoices(subtitles=["en", "fr"]))
    assert sorted((await running.probe(inside)).subtitle_languages) == ["eng", "fra"]
    assert inside.done.subtitles == {}
    (running.staging / f"{ID}.mp4").unlink()

    beside = await running.download(video, ProfileChoices(subtitles=["en"], subtitle_kind=SubtitleKind.FILES))
    assert beside.done.subtitles == {"en": f"{ID}.en.srt"}
    assert "-->" in (running.staging / f"{ID}.en.srt").read_text()
    assert (await running.probe(beside)).subtitle_languages == ()


async def test_subtitles_that_are_refused_are_left_out(running: Running) -> None:
    """YouTube answers 429 to captions long before it does so to videos."""
    video = running.youtube.add(Video(id=ID, subtitles=["en", "fr"]))
    running.youtube.pages.status, running.youtube.pages.path = 429, "/api/timedtext"

    told = await running.download(
        video, ProfileChoices(subtitles=["en", "fr"], subtitle_kind=SubtitleKind.FILES)
    )

    assert told.done.subtitles == {}
    assert (await running.probe(told)).video_codec == "h264"


async def test_sponsors_are_cut_out(running: Running) -> None:
    video = running.youtube.add(Video(id=ID, seconds=10, segments=[Segment(2, 4), Segment(3, 5)]))

    told = await running.download(video, ProfileChoices(sponsor_block=SponsorBlockAction.CUT))

    about, probed = told.of(VideoFound)[0], await running.probe(told)
    assert about.cut_seconds == 3
    assert 6.5 < probed.duration_seconds < 8.5
    check(probed, Expected(video=True, audio=True, duration_seconds=10, cut_seconds=about.cut_seconds))
    assert ProgressStep.CUTTING in [line.step for line in told.of(StepTaken)]


async def test_sponsors_are_marked(running: Running) -> None:
    video = running.youtube.add(Video(id=ID, seconds=10, segments=[Segment(2, 4)]))

    told = await running.download(video, ProfileChoices(sponsor_block=SponsorBlockAction.MARK))

    probed = await running.probe(told)
    assert probed.duration_seconds > 9.5
    assert "[SponsorBlock]: Sponsor" in probed.chapters
    assert told.of(VideoFound)[0].cut_seconds == 0


async def test_without_sponsorblock_the_video_is_kept_whole(running: Running) -> None:
    video = running.youtube.add(Video(id=ID, segments=[Segment(1, 2)]))
    running.youtube.pages.status, running.youtube.pages.path = 503, "/api/skipSegments"

    told = await running.download(video, ProfileChoices(sponsor_block=SponsorBlockAction.CUT))

    assert (await running.probe(told)).duration_seconds > 3.5


async def test_a_second_run_fetches_nothing_and_cuts_nothing_again(running: Running) -> None:
    video = running.youtube.add(Video(id=ID, seconds=10, segments=[Segment(2, 4)]))
    choices = ProfileChoices(sponsor_block=SponsorBlockAction.CUT)
    first = await running.probe(await running.download(video, choices))
    asked = len(running.youtube.media_requests(video))

    second = await running.probe(await running.download(video, choices))

    assert len(running.youtube.media_requests(video)) == asked
    assert second.duration_seconds == first.duration_seconds


async def test_a_video_without_a_picture_of_it(running: Running) -> None:
    video = running.youtube.add(Video(id=ID, thumbnail=False))

    told = await running.download(video)

    assert (await running.probe(told)).video_codec == "h264"
